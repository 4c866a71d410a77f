"""What commands share: results to stdout, messages to stderr, the user's language."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal, TypeVar

import typer

Item = TypeVar("Item")
Words = Literal["zh", "en"]


def say(text: str = "") -> None:
    """A result, to stdout; at once, because work may follow that takes longer."""
    print(text, flush=True)


def note(text: str) -> None:
    """A message about the work, to stderr."""
    print(text, file=sys.stderr)


def say_json(document: Any) -> None:
    """A result for machines, to stdout; NaN and infinity become null."""
    print(json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False))


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


def language(asked: str | None) -> Words:
    """``zh`` or ``en``: as asked, as ``ZJSIM_LANG`` says, or by the locale; else English."""
    for source in (asked, os.environ.get("ZJSIM_LANG")):
        if source:
            word = source.lower()[:2]
            if word not in ("zh", "en"):
                raise typer.BadParameter(f"{source}: choose zh or en", param_hint="--lang")
            return "zh" if word == "zh" else "en"
    from zjsim.report.labels import language_of_locale

    return language_of_locale()


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
def counting(total: int, title: str, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr to be moved by ``advance(count)``."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.update(task, advance=count)


Language = Annotated[
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
        metavar="kernel|adaptive|pysd",
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
