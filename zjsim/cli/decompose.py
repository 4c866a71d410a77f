"""``zjsim decompose``: what carries a projection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.output import (
    Assignments,
    Json,
    LanguageOption,
    Plan,
    language,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.decomposition.decomposition import Decomposition


def decompose(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped name or a YAML file.")
    ] = "baseline",
    levers: Annotated[
        bool, typer.Option("--levers", help="Share what policy adds among the levers instead.")
    ] = False,
    size: Annotated[
        int,
        typer.Option(
            "-n", metavar="N", min=2, help="Pairs of random orders, with more than 12 levers."
        ),
    ] = 64,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the orders.")] = 0,
    assignments: Assignments = None,
    plan: Plan = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write CSV and JSON there.")
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Share each indicator's change since the base year among outside world, policy, feedback
    loops and assumed trends; the shares are Shapley values and sum to the change.

    Example: zjsim decompose baseline
    """
    from zjsim.analysis.decomposition import decomposition as analysis
    from zjsim.cli.plans import plan_and_scenarios

    words = language(lang)
    opened, (read,) = plan_and_scenarios([scenario], assignments or [], plan)
    if levers:
        found = analysis.decompose_levers(opened, read, pairs=size, seed=seed)
    else:
        found = analysis.decompose(opened, read)
    if out is not None:
        _write(out, found, words)
    if json:
        say_json(decomposition_document(found))
    else:
        _show(found, words)


def _show(found: Decomposition, words: Language) -> None:
    from zjsim.report.tables import decomposition_tables as tables
    from zjsim.report.words.labels import label

    say_text(tables.heading(found, words))
    say_table(tables.share_table(found, words))
    for line in tables.remarks(found, words):
        say_text(line)
    say_text(label("disclaimer", words))


def decomposition_document(found: Decomposition) -> dict[str, Any]:
    """The whole result for machines."""
    ids = [item.id for item in found.indicators]
    return {
        "scenario": found.resolved.scenario.name,
        "runs": found.runs,
        "exact": found.exact,
        "change": dict(zip(ids, found.target - found.base, strict=True)),
        "shares": {
            cause: dict(zip(ids, row, strict=True))
            for cause, row in zip(found.causes, found.shares, strict=True)
        },
        "standard_errors": {
            cause: dict(zip(ids, row, strict=True))
            for cause, row in zip(found.causes, found.errors, strict=True)
        },
    }


def _write(out: Path, found: Decomposition, words: Language) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.tables.decomposition_tables import share_table
    from zjsim.report.words.csv_table import write_table_csv

    kind = "causes" if "policy" in found.causes else "levers"
    name = f"decomposition-{kind}-{found.resolved.scenario.name}-{found.resolved.hash[:8]}"
    document = decomposition_document(found)
    written = write_folder(
        out,
        name,
        {
            "decomposition.json": lambda path: write_json(path, plain(document)),
            "shares.csv": lambda path: write_table_csv(path, share_table(found, words, ids=True)),
        },
    )
    wrote(written, words)
