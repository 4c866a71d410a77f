"""``zjsim validate``: every test that the field demands, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.output import (
    Json,
    LanguageOption,
    TrustModel,
    counting,
    language,
    note,
    say_json,
    say_table,
    say_text,
    wrote,
)

if TYPE_CHECKING:
    from zjsim.analysis.validation.record import Row
    from zjsim.analysis.validation.suite import Validation


def validate(
    plan: Annotated[
        str, typer.Argument(metavar="PLAN", help="A shipped plan or a plan folder.")
    ] = DEFAULT_PLAN,
    full: Annotated[
        bool,
        typer.Option(
            "--full/--quick",
            help="Full: every scenario, all pairs of extremes, more draws (minutes).",
        ),
    ] = False,
    mutants: Annotated[
        str,
        typer.Option(
            "--mutation",
            metavar="N|all",
            help="Wrong equations to try: a seeded sample of N (0 leaves it out), or all.",
        ),
    ] = "150",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="TEST", help="Run this test alone; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of search and samples.")] = 0,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, help="Processes of the mutation test."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write the page there: HTML and Markdown."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Put the model to every test that the field demands; red rows are said, not hidden.

    Thresholds stand in the plan's validation.yaml and were fixed before. Exit status: 0 when
    every test passed, otherwise 1. A test that was not run did not pass.

    Example: zjsim validate --quick --mutation 0
    """
    from zjsim.analysis.validation.suite import Depth, scenarios_of
    from zjsim.analysis.validation.suite import validate as validate_plan
    from zjsim.report.document.validation_page import (
        finding,
        screen_table,
        summary,
        verdict_word,
        write_page,
    )
    from zjsim.workflow import open_plan

    words = language(lang)
    count = _count(mutants)
    opened = open_plan(plan)

    def show(row: Row) -> None:
        if not json:
            note(f"  {verdict_word(row.verdict, words)}  {row.id}  ({row.seconds:.1f} s)")

    with counting(count or 0, "Mutants", json or not count) as advance:
        depth = Depth(
            full=full, mutants=count, seed=seed, workers=workers, trust=trust_model,
            scenarios=scenarios_of(opened), advance=advance,
        )  # fmt: skip
        found = validate_plan(opened, depth, only, show)
    if json:
        say_json(_document(found))
    else:
        say_table(screen_table(found, words))
        for row in found.failed:
            say_text(f"{verdict_word(row.verdict, words)}  {row.id}: {finding(row, words)}", hang=4)
        say_text(summary(found, words))
    if out is not None:
        for path in write_page(out, found, words):
            wrote(path, words)
    raise typer.Exit(0 if found.passed else 1)


def _count(text: str) -> int | None:
    if text == "all":
        return None
    if text.isdecimal():
        return int(text)
    raise typer.BadParameter(f"{text}: give a number, or all", param_hint="--mutation")


def _document(found: Validation) -> dict[str, Any]:
    return {
        "plan": found.plan,
        "model_hash": found.model_hash,
        "protocol_hash": found.protocol_hash,
        "zjsim_version": found.version,
        "depth": found.depth,
        "passed": found.passed,
        "tests": [row.document for row in found.rows],
        "not_asked_for": list(found.unasked),
    }
