"""``zjsim flip``: the smallest changes of uncertain inputs that turn each verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.known import KnownUntil, starting
from zjsim.cli.output import (
    Assignments,
    Json,
    LanguageOption,
    Plan,
    counting,
    language,
    say,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.deciding.flip import Flips


def flip(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped name or a YAML file.")
    ] = "baseline",
    targets: Annotated[
        str, typer.Option("--targets", metavar="6,8|binding|all", help="Targets to look at.")
    ] = "all",
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    uncalibrated: Annotated[
        bool, typer.Option("--uncalibrated", help="Keep the ranges of constants.csv.")
    ] = False,
    plan: Plan = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write CSV and JSON there.")
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Say what would turn each verdict: one input alone, two together, and all at once.

    Example: zjsim flip baseline --targets 8,9
    """
    from zjsim.analysis.deciding.flip import flip as compute
    from zjsim.cli.plans import plan_and_scenarios

    words = language(lang)
    opened, (read,) = plan_and_scenarios([scenario], assignments or [], plan)
    (read,) = starting(opened, [read], known_until, words, json)
    with counting(None, "Searching", json) as advance:
        found = compute(opened, read, targets=targets, calibrated=not uncalibrated, advance=advance)
    if out is not None:
        _write(out, found, words)
    if json:
        say_json(flip_document(found))
    else:
        _show(found, words)


def _show(found: Flips, words: Language) -> None:
    from zjsim.report.tables import flip_tables as tables
    from zjsim.report.tables.sensitivity_tables import tied_sentence
    from zjsim.report.words.labels import label

    say_text(tables.heading(found, words))
    say()
    say_table(tables.verdict_table(found, words))
    for key, table in (
        ("alone", tables.single_table),
        ("pair", tables.pair_table),
        ("joint", tables.joint_table),
    ):
        say()
        say_text(label(f"flip.{key}_head", words))
        say_table(table(found, words))
    say()
    say_text(label("flip.note", words))
    if found.study.company is not None:
        say_text(tied_sentence(found.study.company, words))
    say_text(label("disclaimer", words))


def flip_document(found: Flips) -> dict[str, Any]:
    """The whole result for machines."""
    return {
        "scenario": found.study.resolved.scenario.name,
        "runs": found.runs,
        "targets": [
            {"id": one.indicator.id, "value": one.value, "met": one.met} for one in found.flips
        ],
        "departures": found.to_frame().to_dict("records"),
    }


def _write(out: Path, found: Flips, words: Language) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.tables import flip_tables as tables
    from zjsim.report.words.csv_table import write_table_csv

    resolved, document = found.study.resolved, flip_document(found)
    files: dict[str, Any] = {
        "flip.json": lambda path: write_json(path, plain(document)),
        "verdicts.csv": lambda path: write_table_csv(path, tables.verdict_table(found, words)),
        "alone.csv": lambda path: write_table_csv(path, tables.single_table(found, words)),
        "pairs.csv": lambda path: write_table_csv(path, tables.pair_table(found, words)),
        "together.csv": lambda path: write_table_csv(path, tables.joint_table(found, words)),
    }
    name = f"flip-{resolved.scenario.name}-{resolved.hash[:8]}"
    wrote(write_folder(out, name, files), words)
