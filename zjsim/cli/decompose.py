"""``zjsim decompose``: what carries a projection, a gap between scenarios, or a probability."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.output import (
    Assignments,
    Json,
    LanguageOption,
    Plan,
    counting,
    language,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.decomposition.chances import ChanceWedges
    from zjsim.analysis.decomposition.decomposition import Decomposition
    from zjsim.analysis.decomposition.wedges import Wedges
    from zjsim.assessment.plan import Indicator


def decompose(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped name or a YAML file.")
    ] = "baseline",
    levers: Annotated[
        bool, typer.Option("--levers", help="Share what policy adds among the levers instead.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="SCENARIO", help="Share out what separates it from this one."
        ),
    ] = None,
    groups: Annotated[
        bool,
        typer.Option("--groups", help="With --against: all levers together, all drivers together."),
    ] = False,
    years: Annotated[
        str | None,
        typer.Option("--years", metavar="INDICATOR", help="One indicator, year by year."),
    ] = None,
    probability: Annotated[
        bool,
        typer.Option("--probability", help="Share out the probability of meeting each target."),
    ] = False,
    worlds: Annotated[
        int, typer.Option("--worlds", metavar="N", min=8, help="Draws, with --probability.")
    ] = 256,
    size: Annotated[
        int | None,
        typer.Option(
            "-n",
            metavar="N",
            min=2,
            help="Pairs of random orders, with more than 12 to share out among.",
        ),
    ] = None,
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
    from zjsim.cli.plans import plan_and_scenarios

    words, by = language(lang), _by(levers, against, groups)
    if years is not None and probability:
        raise typer.BadParameter("not with --probability", param_hint="--years")
    opened, (read,) = plan_and_scenarios([scenario], assignments or [], plan)
    other = None
    if against is not None:
        # What --set changes is changed in the scenario asked about, not in the other one.
        _, (_, other) = plan_and_scenarios([scenario, against], [], plan)
    pairs = {} if size is None else {"pairs": size}
    asked: Any = {"against": other, "by": by, **pairs}
    item = opened.plan.indicator(years) if years is not None else None
    found: Wedges | ChanceWedges
    with counting(None, "Simulating", json) as advance:
        if probability:
            from zjsim.analysis.decomposition.chances import chance_wedges

            found = chance_wedges(opened, read, worlds=worlds, advance=advance, **asked)
        else:
            from zjsim.analysis.decomposition.wedges import wedges

            found = wedges(opened, read, seed=seed, advance=advance, **asked)
    _tell(found, item, words, out, json)


def _by(levers: bool, against: str | None, groups: bool) -> str:
    """How the change is shared out."""
    if against is None and groups:
        raise typer.BadParameter("goes with --against", param_hint="--groups")
    if against is not None and levers:
        what = "not with --against, which shares out among all inputs that differ"
        raise typer.BadParameter(what, param_hint="--levers")
    if against is not None:
        return "groups" if groups else "inputs"
    return "levers" if levers else "causes"


def _tell(
    found: Wedges | ChanceWedges,
    item: Indicator | None,
    words: Language,
    out: Path | None,
    json: bool,
) -> None:
    from zjsim.analysis.decomposition.chances import ChanceWedges
    from zjsim.analysis.decomposition.decomposition import in_target_year

    if isinstance(found, ChanceWedges):
        document = chance_document(found)
    else:
        whole = in_target_year(found)
        document = decomposition_document(whole) | {"years": years_document(found)}
    if out is not None:
        _write(out, found, document, words)
    if json:
        say_json(document)
    elif isinstance(found, ChanceWedges):
        _show_chances(found, words)
    else:
        _show(found, whole, item, words)


def _show(parts: Wedges, found: Decomposition, item: Indicator | None, words: Language) -> None:
    from zjsim.report.tables import decomposition_tables as tables
    from zjsim.report.words.labels import label

    if item is None:
        say_text(tables.heading(found, words))
        say_table(tables.share_table(found, words))
        lines = tables.remarks(found, words)
    else:
        say_text(tables.years_heading(parts, item, words))
        say_table(tables.years_table(parts, item, words))
        lines = [label("decompose.note_years", words), *tables.remarks(found, words)[1:]]
    for line in lines:
        say_text(line)
    say_text(label("disclaimer", words))


def _show_chances(found: ChanceWedges, words: Language) -> None:
    from zjsim.report.tables import decomposition_tables as tables
    from zjsim.report.words.labels import label

    say_text(tables.chance_heading(found, words))
    say_table(tables.chance_table(found, words))
    for line in tables.chance_remarks(found, words):
        say_text(line)
    say_text(label("disclaimer", words))


def decomposition_document(found: Decomposition) -> dict[str, Any]:
    """The whole result for machines."""
    ids = [item.id for item in found.indicators]

    def by_cause(table: Any) -> dict[str, Any]:
        rows = zip(found.causes, table, strict=True)
        return {cause: dict(zip(ids, row, strict=True)) for cause, row in rows}

    return {
        "scenario": found.resolved.scenario.name,
        "against": found.against.scenario.name if found.against else None,
        "runs": found.runs,
        "exact": found.exact,
        "change": dict(zip(ids, found.target - found.base, strict=True)),
        "shares": by_cause(found.shares),
        "standard_errors": by_cause(found.errors),
    }


def years_document(found: Wedges) -> dict[str, Any]:
    """The parts year by year: indicator, year, cause."""
    return {
        item.id: {
            str(year): {
                player.id: share
                for player, share in zip(found.players, found.shares[:, k, place], strict=True)
            }
            for place, year in enumerate(found.years)
            if year <= item.target.year
        }
        for k, item in enumerate(found.indicators)
    }


def chance_document(found: ChanceWedges) -> dict[str, Any]:
    """The parts of the probabilities for machines; parts of one."""
    frame = found.to_frame()
    return {
        "scenario": found.resolved.scenario.name,
        "against": found.against.scenario.name if found.against else None,
        "worlds": found.worlds,
        "seed": found.seed,
        "runs": found.runs,
        "from": frame["off"].to_dict(),
        "to": frame["on"].to_dict(),
        "shares": {player.id: frame[player.id].to_dict() for player in found.players},
        "largest_standard_error": float(found.errors.max()),
    }


def _write(
    out: Path, found: Wedges | ChanceWedges, document: dict[str, Any], words: Language
) -> None:
    from zjsim.analysis.decomposition.chances import ChanceWedges
    from zjsim.analysis.decomposition.decomposition import in_target_year
    from zjsim.cli.output import plain
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.tables.decomposition_tables import chance_table, share_table
    from zjsim.report.words.csv_table import write_csv, write_table_csv

    files: dict[str, Any] = {"decomposition.json": lambda path: write_json(path, plain(document))}
    if isinstance(found, ChanceWedges):
        kind, table = "probability", chance_table(found, words, ids=True)
        files["probabilities.csv"] = lambda path: write_table_csv(path, table)
    else:
        kind = "gap" if found.against else found.by
        shares = share_table(in_target_year(found), words, ids=True)
        files["shares.csv"] = lambda path: write_table_csv(path, shares)
        frame = found.to_frame().reset_index()
        heads = [str(name) for name in frame]
        files["years.csv"] = lambda path: write_csv(path, heads, frame.to_numpy().tolist())
    resolved = found.resolved
    name = f"decomposition-{kind}-{resolved.scenario.name}-{resolved.hash[:8]}"
    wrote(write_folder(out, name, files), words)
