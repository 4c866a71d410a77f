"""Fenced blocks of the documentation: found, run, compared, and their output renewed.

A ``console`` block holds commands after ``$`` and what they print; ``...`` stands for lines left
out, and a command shown without output is only run. ``# exit status N`` after a command says
how it ends, 0 when nothing is said. A ``python`` block is run. Blocks of one page share a
folder and Python names, so a page can be followed from top to bottom. A fenced block of
another language is not run. A YAML block whose first line is ``# file: NAME`` is written there.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"\s+# exit status (\d+)$")
GREP = re.compile(r"^(zjsim .*?) \| grep (-E )?(-v )?(\"[^\"]+\"|\S+)$")
# The folder of a study is named by a hash of the program's code too, which any change alters.
STUDY = re.compile(r"(?<=-)[0-9a-f]{8}(?=/summary\.csv$)")
FILE = re.compile(r"^# file: (\S+)\n")
LEFT_OUT = "..."
WIDTH = "112"  # columns of the terminal that the pages show


@dataclass(frozen=True)
class Command:
    """One command of a console block: the line, its output as printed, its exit status."""

    line: str
    output: list[str]

    @property
    def text(self) -> str:
        """The command without its remark."""
        return STATUS.sub("", self.line)

    @property
    def status(self) -> int:
        """The exit status that the page states."""
        stated = STATUS.search(self.line)
        return int(stated[1]) if stated else 0


class Terminal(io.StringIO):
    """Output as a person sees it: tables as wide as a screen."""

    def isatty(self) -> bool:
        return True


def commands(body: str) -> list[Command]:
    """The commands of a console block."""
    found: list[Command] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif found:
            found[-1].output.append(line)
        else:
            raise ValueError(f"a console block begins with a command, not with {line!r}")
    return found


@contextlib.contextmanager
def workplace() -> Iterator[None]:
    """An empty folder to work in, with English words and a screen of fixed width."""
    before, here = dict(os.environ), Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ |= {"COLUMNS": WIDTH, "ZJSIM_LANG": "en", "NO_COLOR": "1", "MPLBACKEND": "agg"}
        for setting in ("ZJSIM_DEBUG", "ZJSIM_PROBABILITY"):
            os.environ.pop(setting, None)
        # The commands of this interpreter, whether or not its environment is activated.
        scripts = str(Path(sys.executable).parent)
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
        try:
            yield
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)


def run_command(text: str) -> tuple[int, list[str]]:
    """Exit status and lines of one command; zjsim's own run in this process."""
    filtered = GREP.match(text)
    if filtered:
        _, lines = _zjsim(shlex.split(filtered[1]), io.StringIO())
        pattern = filtered[4].strip('"')
        keep = filtered[3] is None
        kept = [line for line in lines if bool(re.search(pattern, line)) == keep]
        return int(not kept), kept  # as grep ends
    if text.startswith("zjsim ") and not re.search(r"[|;&>]", text):
        return _zjsim(shlex.split(text), Terminal())
    done = subprocess.run(
        text, shell=True, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, _lines(done.stdout + done.stderr)


def _zjsim(words: list[str], screen: io.StringIO) -> tuple[int, list[str]]:
    from zjsim.cli import main as cli

    # Messages and results in the order in which they are said; no progress bars.
    errors = io.StringIO()
    errors.write = screen.write  # type: ignore[method-assign]
    before = sys.argv
    sys.argv = words
    try:
        with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(errors):
            cli.main()
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.argv = before
    return status, _lines(screen.getvalue())


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.rstrip("\n").splitlines()]
    # Said once on a machine, when a kernel is compiled first; no page shows it.
    return [line for line in lines if not line.startswith("compiling the kernel")]


def shortened(shown: list[str], real: list[str]) -> list[str]:
    """The real output, without the lines that the page leaves out and with its names of studies."""
    if not shown:
        return []
    known = {STUDY.sub("", line): line for line in shown if STUDY.search(line)}
    real = [known.get(STUDY.sub("", line), line) for line in real]
    if LEFT_OUT not in shown:
        return real
    first = shown.index(LEFT_OUT)
    after = len(shown) - 1 - shown[::-1].index(LEFT_OUT)
    head, tail = first, len(shown) - 1 - after
    if head + tail >= len(real):
        return real
    return [*real[:head], LEFT_OUT, *real[len(real) - tail :]]


class Page:
    """One Markdown file whose blocks are run in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.names: dict[str, object] = {"__name__": "__main__"}

    @property
    def runs(self) -> bool:
        """Whether there is anything to run."""
        return any(kind in ("console", "python") for kind, _ in FENCE.findall(self.text))

    def renewed(self) -> str:
        """The text with each command's output and exit status as they are now."""
        with workplace():
            return FENCE.sub(self._block, self.text)

    def _block(self, found: re.Match[str]) -> str:
        kind, body = found[1], found[2]
        if kind == "console":
            return f"```console\n{''.join(map(self._run, commands(body)))}```"
        if kind == "python":
            line = self.text[: found.start()].count("\n") + 1
            code = compile("\n" * line + body, str(self.path), "exec")
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, self.names)
        named = FILE.match(body)
        if named and kind != "text":
            Path(named[1]).parent.mkdir(parents=True, exist_ok=True)
            Path(named[1]).write_text(body[named.end() :], encoding="utf-8")
        return found[0]

    def _run(self, command: Command) -> str:
        status, lines = run_command(command.text)
        if "Traceback" in "\n".join(lines):
            raise AssertionError(f"{command.text}\n" + "\n".join(lines))
        remark = f"  # exit status {status}" if status else ""
        shown = [f"$ {command.text}{remark}", *shortened(command.output, lines)]
        return "\n".join(shown) + "\n"
