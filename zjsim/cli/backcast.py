"""``zjsim backcast``: the least additional effort that meets the targets."""

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
    from zjsim.analysis.deciding.answer import Backcast

NOT_MET = 10


def backcast(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped name or a YAML file.")
    ] = "baseline",
    targets: Annotated[
        str,
        typer.Option("--targets", metavar="6,8|binding|all", help="Targets to meet together."),
    ] = "binding",
    probability: Annotated[
        float | None,
        typer.Option(
            "--probability", metavar="P", help="Meet them in this share of worlds, such as 0.8."
        ),
    ] = None,
    worlds: Annotated[
        int, typer.Option("-n", "--worlds", min=8, help="Worlds tried, with --probability.")
    ] = 1024,
    levers: Annotated[
        str | None,
        typer.Option("--levers", metavar="ID,ID", help="Levers that may be set; all if none."),
    ] = None,
    cost: Annotated[
        str,
        typer.Option(
            "--cost", metavar="budget|steps|equal", help="What a change of a lever costs."
        ),
    ] = "budget",
    reallocate: Annotated[
        bool, typer.Option("--reallocate", help="Levers may also be cut below the scenario.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the starts of the search.")] = 0,
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write the scenario, CSV and JSON there."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Find the least additional effort that meets the targets, or show that none does.

    Exit status: 0 when the targets can be met, 10 when no setting of the levers was found.

    Example: zjsim backcast baseline --targets 8,9
    """
    from zjsim.analysis.deciding.backcast import backcast as compute
    from zjsim.cli.plans import plan_and_scenarios

    words = language(lang)
    opened, (read,) = plan_and_scenarios([scenario], assignments or [], plan)
    (read,) = starting(opened, [read], known_until, words, json)
    with counting(None, "Searching", json) as advance:
        found = compute(
            opened,
            read,
            targets=targets,
            probability=probability,
            worlds=worlds,
            movable=levers.split(",") if levers else None,
            cost=cost,  # type: ignore[arg-type]
            reallocate=reallocate,
            seed=seed,
            advance=advance,
        )
    if out is not None:
        _write(out, found, words)
    if json:
        say_json(backcast_document(found))
    else:
        _show(found, words)
    if found.answer is None:
        raise typer.Exit(NOT_MET)


def _show(found: Backcast, words: Language) -> None:
    from zjsim.report.tables import deciding_tables as tables
    from zjsim.report.words.labels import label

    for line in tables.backcast_heading(found, words):
        say_text(line)
    if found.changes:
        say()
        say_table(tables.change_table(found, words))
    say()
    say_table(tables.target_table(found, words))
    if len(found.frontier) > 1:
        say()
        say_text(label("backcast.frontier", words))
        say_table(tables.frontier_table(found, words))
    say()
    for line in tables.backcast_remarks(found, words):
        say_text(line)
    say_text(label("disclaimer", words))


def backcast_document(found: Backcast) -> dict[str, Any]:
    """The whole result for machines."""
    known = found.certificate
    return {
        "scenario": found.before.name,
        "targets": [item.id for item in found.targets],
        "probability": found.probability,
        "worlds": found.worlds,
        "cost_rule": found.cost_rule,
        "outcome": found.outcome,
        "cost": found.cost,
        "share_before": found.share_before,
        "share": found.share,
        "share_fresh": found.share_fresh,
        "changes": found.to_frame().to_dict("records"),
        "prices": found.target_frame().to_dict("records"),
        "frontier": [{"cost": cost, "share": share} for cost, share in found.frontier],
        "certificate": {
            "starts": known.starts,
            "agreeing": known.agreeing,
            "runs_checked": known.checked,
            "contrary_steps": known.contrary,
            "short_of": known.short_of,
            "bound": known.bound,
            "best": known.best,
        },
    }


def _write(out: Path, found: Backcast, words: Language) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.tables.deciding_tables import (
        change_table,
        frontier_table,
        target_table,
        written_scenario,
    )
    from zjsim.report.words.csv_table import write_table_csv
    from zjsim.scenario.writing import scenario_text

    document = backcast_document(found)
    files: dict[str, Any] = {
        "backcast.json": lambda path: write_json(path, plain(document)),
        "levers.csv": lambda path: write_table_csv(path, change_table(found, words)),
        "targets.csv": lambda path: write_table_csv(path, target_table(found, words)),
    }
    if len(found.frontier) > 1:
        files["frontier.csv"] = lambda path: write_table_csv(path, frontier_table(found, words))
    # What does not meet the targets must not be mistaken for an answer by its name.
    stem = "scenario" if found.answer else "nearest_scenario"
    files[f"{stem}.yaml"] = lambda path: path.write_text(
        scenario_text(written_scenario(found)), encoding="utf-8"
    )
    wrote(write_folder(out, f"backcast-{found.closest.name}", files), words)
