"""``zjsim explore``: a page on which the levers are moved and every verdict answers."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from zjsim.cli.known import KnownUntil, starting
from zjsim.cli.output import Assignments, LanguageOption, Plan, language, note
from zjsim.language import Language

MEGABYTE = 1e6


def explore(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="[SCENARIO|MODEL]",
            help="A shipped name or a YAML file; or a model file, or a study of one, for sliders "
            "of its constants.",
        ),
    ] = "baseline",
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the page there and do not open it."),
    ] = None,
    runs: Annotated[
        int,
        typer.Option("-n", "--runs", min=64, max=8192, help="Runs behind each probability."),
    ] = 512,
    lang: LanguageOption = None,
) -> None:
    """Write the plan as one page that anyone can open, and open it in the browser.

    The page holds the model itself: it needs no network, no server and nothing installed.

    Example: zjsim explore baseline --out explorer.html
    """
    from zjsim.cli.bare_study import is_bare

    words = language(lang)
    if is_bare(scenario):
        for option, given in (("--plan", plan), ("--known-until", known_until)):
            if given is not None:
                raise typer.BadParameter(f"a bare model file goes without {option}")
        from zjsim.report.explorer.deliver import model_page

        text, stem = model_page(Path(scenario), words, assignments or ()), Path(scenario).stem
    else:
        from zjsim.cli.plans import plan_and_scenarios
        from zjsim.report.explorer.deliver import plan_page

        opened, read = plan_and_scenarios([scenario], assignments or [], plan)
        read = starting(opened, read, known_until, words, quiet=True)
        text, stem = plan_page(opened, read[0], words, runs), read[0].name
    _deliver(text, stem, out, words)


def _deliver(text: str, stem: str, out: Path | None, words: Language) -> None:
    from zjsim.report.explorer.deliver import write_page
    from zjsim.report.words.labels import label

    path = out or Path(tempfile.mkdtemp(prefix="zjsim-")) / f"{stem}.html"
    write_page(path, text)
    if out is None and webbrowser.open(path.resolve().as_uri()):
        note(label("explorer.said.opened", words, path=path))
        return
    size = f"{path.stat().st_size / MEGABYTE:.1f}"
    note(label("explorer.said.page", words, path=path, size=size))
