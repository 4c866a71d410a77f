"""What commands share: results to stdout, messages to stderr, the user's language."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from zjsim.engines import ENGINES
from zjsim.errors import ZjsimError
from zjsim.language import Language, chosen_language
from zjsim.plaintext import for_json
from zjsim.plaintext import plain as plain_text

if TYPE_CHECKING:
    from zjsim.report.words.text_table import Table

Item = TypeVar("Item")
LONGEST_PATH = 4096  # characters of a word on the screen; Linux allows paths no longer
PIPE_WIDTH = 160  # columns beyond which heads are wrapped where no terminal is


def say(text: str = "") -> None:
    """A result, to stdout; at once, because work may follow that takes longer.

    When the reader of a pipe has left, the work goes on and the rest is said to nobody: a
    run whose table goes through ``head`` still leaves its whole folder.
    """
    try:
        print(on_screen(text), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_text(text: str, hang: int = 0) -> None:
    """A sentence, to stdout, in lines no wider than the terminal."""
    from zjsim.report.words.text_table import wrap

    for line in wrap(plain_text(text, LONGEST_PATH), screen_width(), hang):
        say(line)


def say_table(table: Table) -> None:
    """A table, to stdout: no wider than the terminal; in a pipe a row stays a line."""
    from zjsim.report.words.text_table import render_text_table

    width = screen_width()
    say(render_text_table(table, width or PIPE_WIDTH, whole_rows=width is None))


def note(text: str) -> None:
    """A message about the work, to stderr."""
    print(on_screen(text), file=sys.stderr)


def on_screen(text: str) -> str:
    """Lines as a terminal may show them: nothing in them can move its cursor or turn its text."""
    return plain_text(text, LONGEST_PATH, None)


def say_notes(simulated: Sequence[Any]) -> None:
    """What the resolution of scenarios had to say, to stderr, each line once."""
    said: dict[str, list[str]] = {}
    for runs in simulated:
        for line in runs.resolved.notes:
            said.setdefault(line, []).append(runs.name)
    for line, names in said.items():
        whose = "" if len(names) == len(simulated) else f" ({', '.join(names)})"
        note(f"note{whose}: {line}")


def wrote(path: object, words: Language) -> None:
    """Where a result was written, to stderr."""
    from zjsim.report.words.labels import label

    note(label("said.wrote", words, path=path))


def say_json(document: Any) -> None:
    """A result for machines, to stdout; NaN and infinity become null."""
    say(for_json(json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False)))


def say_json_list(head: dict[str, Any], name: str, items: Iterable[Any]) -> None:
    """As `say_json`, with a last entry ``name``: a list of any length, said item by item."""
    say("{")
    for key, value in head.items():
        say(f"  {json.dumps(key)}: {for_json(json.dumps(plain(value), ensure_ascii=False))},")
    say(f"  {json.dumps(name)}: [")
    between = "    "
    for item in items:
        text = json.dumps(plain(item), ensure_ascii=False, allow_nan=False)
        print(on_screen(f"{between}{for_json(text)}"), end="")
        between = ",\n    "
    say("\n  ]\n}")


def plain(value: Any) -> Any:
    """``value`` with numpy scalars as Python ones and numbers that are none as None."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if value - value == 0 else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def language(asked: str | None) -> Language:
    """``zh`` or ``en``: as asked, as ``ZJSIM_LANG`` says, or by the locale; else English."""
    try:
        return chosen_language(asked)
    except ZjsimError as problem:
        raise typer.BadParameter(str(problem), param_hint="--lang") from None


def screen_width() -> int | None:
    """Columns of the terminal; None when the output is piped, where lines may be long."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def with_progress(
    items: Iterable[Item], total: int, title: str, quiet: bool = False
) -> Iterator[Item]:
    """Pass ``items`` through, with a progress bar on stderr when that is a terminal."""
    if quiet or total < 2 or not sys.stderr.isatty():
        yield from items
        return
    # rich costs 0.05 s to import and short work shows no bar.
    from rich.console import Console
    from rich.progress import track

    yield from track(items, description=title, total=total, console=Console(stderr=True))


@contextmanager
def counting(total: int | None, title: str, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr to be moved by ``advance(count)``; None moves without an end."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.update(task, advance=count)


LanguageOption = Annotated[
    str | None,
    typer.Option("--lang", metavar="zh|en", help="Language of tables, charts and words."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines, nothing else.")]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change one entry of the scenario, such as levers.rd_support=1.2; repeatable.",
    ),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="|".join(ENGINES),
        help="kernel: compiled, fixed step (default). adaptive: SciPy, the accuracy "
        "reference. pysd: Euler, the independent reference.",
    ),
]
TrustModel = Annotated[
    bool,
    typer.Option(
        "--trust-model",
        help="Let --engine pysd execute the code that PySD generates from your model file.",
    ),
]
Probability = Annotated[
    bool,
    typer.Option(
        "--probability/--no-probability",
        envvar="ZJSIM_PROBABILITY",
        help="Draw the scenario's ensemble, to say beside each verdict how likely it is; the "
        "draws are kept for the next time.",
    ),
]
Plan = Annotated[
    str | None,
    typer.Option("--plan", metavar="NAME|FOLDER", help="A shipped plan or a plan folder."),
]
Observations = Annotated[
    str | None,
    typer.Option(
        "--observations",
        metavar="FILE",
        help="Your own outturns, in the columns of `zjsim plan template`.",
    ),
]
