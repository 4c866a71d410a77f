"""``zjsim``: the commands and what becomes of an error."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from contextlib import nullcontext

import typer

from zjsim.cli.backcast import backcast
from zjsim.cli.batch import batch
from zjsim.cli.cache import app as cache_app
from zjsim.cli.calibrate import calibrate
from zjsim.cli.check import check
from zjsim.cli.chinese import (
    framed_in_chinese,
    help_in_chinese,
    messages_in_chinese,
    reads_chinese,
)
from zjsim.cli.compare import compare
from zjsim.cli.conformance import conformance
from zjsim.cli.console import prepare_console
from zjsim.cli.decompose import decompose
from zjsim.cli.describe import describe
from zjsim.cli.discover import discover
from zjsim.cli.ensemble import ensemble
from zjsim.cli.evaluate import evaluate
from zjsim.cli.explore import explore
from zjsim.cli.export import export, import_cin
from zjsim.cli.flip import flip
from zjsim.cli.forecast import forecast
from zjsim.cli.hindcast import hindcast
from zjsim.cli.learn import learn
from zjsim.cli.lint import lint
from zjsim.cli.monitor import monitor
from zjsim.cli.output import note, on_screen
from zjsim.cli.plan import app as plan_app
from zjsim.cli.plot import plot
from zjsim.cli.report import report
from zjsim.cli.robust import robust
from zjsim.cli.run import run
from zjsim.cli.scenario import app as scenario_app
from zjsim.cli.schema import schema
from zjsim.cli.scores import scores
from zjsim.cli.sensitivity import sensitivity
from zjsim.cli.validate import validate
from zjsim.errors import ZjsimError
from zjsim.surroundings import guard_imports
from zjsim.version import __version__

EXIT_FAILED, EXIT_INTERRUPTED = 1, 130

app = typer.Typer(
    name="zjsim",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    # Plain help: rich costs more than twice what the whole command needs to start.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Can the targets of a plan be met, under which policies, how sure are we, and why? "
    "A system-dynamics simulator of development plans; `zjsim plan show` shows the shipped one.",
    epilog="Begin with: zjsim run baseline",
)


def _show_version(asked: bool) -> None:
    if asked:
        print(f"zjsim {__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
) -> None:
    if debug:
        os.environ["ZJSIM_DEBUG"] = "1"


app.command("run")(run)
app.command("check")(check)
app.command("compare")(compare)
app.command("ensemble")(ensemble)
app.command("batch")(batch)
app.command("sensitivity")(sensitivity)
app.command("decompose")(decompose)
app.command("backcast")(backcast)
app.command("flip")(flip)
app.command("discover")(discover)
app.command("robust")(robust)
app.command("hindcast")(hindcast)
app.command("calibrate")(calibrate)
app.command("learn")(learn)
app.command("scores")(scores)
app.command("monitor")(monitor)
app.command("evaluate")(evaluate)
app.command("forecast")(forecast)
app.command("validate")(validate)
app.command("plot")(plot)
app.command("report")(report)
app.command("explore")(explore)
app.command("export")(export)
app.command("describe")(describe)
app.command("lint")(lint)
app.command("schema")(schema)
app.command("conformance")(conformance)
scenario_app.command("import")(import_cin)
app.add_typer(scenario_app, name="scenario")
app.add_typer(plan_app, name="plan")
app.add_typer(cache_app, name="cache")


def main() -> None:
    """Run the command line; a user's mistake is one message and an exit status."""
    # A closed stream is None: what would be printed goes nowhere.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    prepare_console(sys.stdout, sys.stderr)
    with messages_in_chinese() if reads_chinese() else nullcontext():
        _guarded()


def _guarded() -> None:
    """Run the command; what goes wrong is told."""
    _show_log()
    guard_imports()
    try:
        _run()
    except ZjsimError as problem:
        _fail(problem, str(problem))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has left; whoever closes stdout now must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except OSError as problem:
        place = f"{problem.filename}: " if problem.filename else ""
        _fail(problem, f"{place}{problem.strerror or problem}.")
    except ValueError as problem:
        # The only way in which Python refuses a path before it asks the system.
        if "embedded null" not in str(problem):
            _fault(problem)
        _fail(problem, "a path holds a NUL character; no file can have such a name.")
    except MemoryError as problem:
        _fail(problem, "not enough memory; ask for fewer runs, a longer step or less to save.")
    except Exception as problem:
        _fault(problem)


def _run() -> None:
    """Run the command; help is put into Chinese when it is asked for and wanted so."""
    asked = {"--help", "-h"} & set(sys.argv) or len(sys.argv) == 1
    if not asked or not reads_chinese():
        app()
        return
    command = typer.main.get_command(app)
    help_in_chinese(command)
    with framed_in_chinese():
        command()


def _show_log() -> None:
    """What the package says of slow work, such as compiling, goes to stderr."""
    log = logging.getLogger("zjsim")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain())
    log.handlers = [handler]
    log.setLevel(logging.INFO)


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return on_screen(super().format(record))


def _fail(problem: BaseException, text: str) -> None:
    if os.environ.get("ZJSIM_DEBUG"):
        traceback.print_exception(problem)
    note(f"Error: {text}{_lost_folder()}")
    sys.exit(EXIT_FAILED)


def _fault(problem: Exception) -> None:
    said = f"{type(problem).__name__}: {problem}"
    _fail(problem, f"a fault of zjsim itself ({said[:300]}); --debug before the command shows it.")


def _lost_folder() -> str:
    """What to do when the folder that relative paths begin at has been deleted; or nothing."""
    try:
        os.getcwd()
    except OSError:
        return " The folder you are in no longer exists; change to another one (cd) first."
    return ""
