"""``zjsim hindcast``: what the model would have said, held against what came."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.output import (
    Json,
    LanguageOption,
    Observations,
    Plan,
    counting,
    language,
    say,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.errors import ZjsimError
from zjsim.language import TYPOGRAPHY, Language

if TYPE_CHECKING:
    from zjsim.analysis.history.earlier import Earlier
    from zjsim.analysis.history.hindcast import Hindcast
    from zjsim.analysis.history.hindcast_score import Case, Score
    from zjsim.openplan import OpenPlan
    from zjsim.report.words.text_table import Table


def hindcast(
    known_until: Annotated[
        int | None,
        typer.Option(
            "--known-until",
            metavar="YEAR",
            help="Last year of observed drivers; without it the first of the plan's years is shown "
            "and all are scored.",
        ),
    ] = None,
    runs: Annotated[
        int, typer.Option("-n", "--runs", metavar="N", min=2, help="Runs of each hindcast.")
    ] = 2048,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")] = 2021,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="SCENARIO", help="A name or a file.")
    ] = "observed",
    earlier: Annotated[
        int | None,
        typer.Option(
            "--from",
            metavar="YEAR",
            help="Run once from this earlier base instead, and compare up to the plan's base year.",
        ),
    ] = None,
    observations: Observations = None,
    uncalibrated: Annotated[
        bool, typer.Option("--uncalibrated", help="Keep the ranges of constants.csv.")
    ] = False,
    plan: Plan = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Also write tables as CSV and JSON there."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Project from an earlier year and score the bands against what was published later.

    Example: zjsim hindcast --known-until 2021

    Example: zjsim hindcast --from 2015
    """
    from zjsim.analysis.history.hindcast import replay
    from zjsim.judging import with_own_observations
    from zjsim.workflow import open_plan

    words = language(lang)
    opened = open_plan(plan or DEFAULT_PLAN)
    if earlier is not None:
        if known_until is not None:
            raise ZjsimError(
                "--from and --known-until exclude each other: one runs from an earlier base, "
                "the other from the plan's."
            )
        _from_earlier(opened, earlier, out, words, json)
        return
    assessed = opened.plan.assessed_years
    years = sorted({*assessed, *([known_until] if known_until is not None else [])})
    own = with_own_observations(opened, observations)
    with counting(len(years), "Replaying", json) as advance:
        found = replay(
            opened, years, runs=runs, seed=seed, scenario=scenario, observations=own,
            calibrated=not uncalibrated, advance=advance,
        )  # fmt: skip
    wanted = assessed[0] if known_until is None else known_until
    chosen = next(item for item in found if item.known_until == wanted)
    document = hindcast_document(opened, found, seed)
    if out is not None:
        _write(out, opened, found, chosen, document, words)
    if json:
        say_json(document)
    else:
        _show(opened, found, chosen, seed, words, scenario)


def _from_earlier(
    opened: OpenPlan, year: int, out: Path | None, words: Language, json: bool
) -> None:
    from zjsim.analysis.history.earlier import hindcast_from
    from zjsim.report.tables.trust_tables import earlier_findings, earlier_table
    from zjsim.report.words.labels import label

    found = hindcast_from(opened, year)
    table = earlier_table(found.cases, words)
    document = _earlier_document(found)
    if out is not None:
        from zjsim.cli.output import plain
        from zjsim.report.output.folder import write_folder, write_json
        from zjsim.report.words.csv_table import write_table_csv

        writers: dict[str, Any] = {
            "figures.csv": lambda path: write_table_csv(path, table),
            "hindcast.json": lambda path: write_json(path, plain(document)),
        }
        wrote(write_folder(out, f"hindcast-from-{year}", writers), words)
    if json:
        say_json(document)
        return
    say_text(label("earlier.head", words, base=found.base, last=found.last))
    say()
    say_table(table)
    for line in earlier_findings(found, words):
        say_text(line)
    say()
    say_text(label("disclaimer", words))


def _earlier_document(found: Earlier) -> dict[str, Any]:
    """The run from an earlier base for machines."""
    naive, model, count = found.naive_error
    return {
        "from": found.base,
        "until": found.last,
        "mean_error": found.mean_error,
        "ar1": {"figures": count, "mean_error": naive, "model": model} if count else None,
        "figures": [
            {
                "series": case.comparison.series,
                "measure": case.comparison.measure,
                **case.numbers,
            }
            for case in found.cases
        ],
    }


def _tables(
    opened: OpenPlan, found: Sequence[Hindcast], chosen: Hindcast, words: Language
) -> dict[str, Any]:
    from zjsim.analysis.history.hindcast import decided_in
    from zjsim.analysis.history.hindcast_score import score_of
    from zjsim.report.tables import trust_tables as tables
    from zjsim.report.words.labels import label

    items = opened.plan.indicators
    scores = [(str(item.known_until), item.score) for item in found]
    decided = [decided_in(found, k) for k in range(len(items))]
    replayed = [item for item in found if item.score.cases]
    if len(replayed) > 1:
        scores.append((label("hindcast.all_years", words), score_of(replayed)))
    trend = opened.plan.trend_years
    return {
        "cases": tables.case_table(chosen.cases, trend, words),
        "score_title": tables.score_table(scores, trend, words),
        "probabilities": tables.known_table(found, items, decided, words),
        "projection": tables.projection_table(chosen, items, words),
    }


def _show(
    opened: OpenPlan,
    found: Sequence[Hindcast],
    chosen: Hindcast,
    seed: int,
    words: Language,
    scenario: str,
) -> None:
    from zjsim.report.words.labels import label

    head = {
        "outlook": opened.plan.issued[:4],
        "year": chosen.known_until,
        "runs": f"{chosen.n_run:,}",
        "seed": seed,
    }
    say_text(label("hindcast.head", words, scenario=_title(opened, scenario, words), **head))
    if chosen.calibrated:
        say_text(
            label("hindcast.calibrated", words, names=_names(opened, chosen.calibrated, words))
        )
    for key, table in _tables(opened, found, chosen, words).items():
        say()
        say_text(label(f"hindcast.{key}", words))
        if key == "cases" and not table.rows:
            say_text(label("hindcast.no_cases", words))
            continue
        say_table(table)
        if key == "score_title":
            say_text(label("hindcast.skill_note", words))
        if key == "probabilities":
            say_text(label("hindcast.decided_note", words))
    say()
    say_text(label("disclaimer", words))


def _title(opened: OpenPlan, scenario: str, words: Language) -> str:
    from zjsim.report.words.labels import localised

    read = opened.read_scenario(scenario)
    return localised(read.label, words) or read.name


def _names(opened: OpenPlan, names: Sequence[str], words: Language) -> str:
    from zjsim.report.tables.wording import variable_name

    said = [variable_name(name, words, opened.names_zh) for name in names]
    return TYPOGRAPHY[words].comma.join(said)


def hindcast_document(opened: OpenPlan, found: Sequence[Hindcast], seed: int) -> dict[str, Any]:
    """The whole result for machines."""
    from zjsim.analysis.history.hindcast import LEVELS, decided_in
    from zjsim.analysis.history.hindcast_score import BANDS

    ids = [item.id for item in opened.plan.indicators]
    return {
        "seed": seed,
        "bands": list(BANDS),
        "called_since": {name: decided_in(found, k) for k, name in enumerate(ids)},
        "hindcasts": [
            {
                "known_until": item.known_until,
                "runs": item.n_run,
                "failed": item.n_failed,
                "calibrated": list(item.calibrated),
                "score": _score(item.score),
                "probabilities": {name: item.probabilities[k].value for k, name in enumerate(ids)},
                "without_discrepancy": {
                    name: item.model_probabilities[k].value for k, name in enumerate(ids)
                },
                "binding": item.binding.value,
                "all": item.joint.value,
                "projection": {
                    name: {
                        str(year): dict(
                            zip(map(str, LEVELS), item.quantiles[k, y].tolist(), strict=True)
                        )
                        for y, year in enumerate(item.years)
                    }
                    for k, name in enumerate(ids)
                },
                "figures": [_case(case) for case in item.cases],
            }
            for item in found
        ],
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "figures": score.cases,
        "coverage": list(score.coverage),
        "crps": score.crps,
        "bias": score.bias,
        "widen_80": score.widen,
        "skill": {name: {"value": v, "figures": n} for name, (v, n) in score.skill.items()},
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "series": case.comparison.series,
        "measure": case.comparison.measure,
        "year": case.datum.year,
        "published": case.datum.value,
        "median": case.median,
        "bands": [list(ends) for ends in case.bands],
        "discrepancy_share_of_variance": case.discrepancy,
        "rank": case.rank,
        "crps": case.crps,
        "known": case.known,
        "scored": case.scored,
        "naive": {
            name: {"mean": one.mean, "sd": one.sd, "crps": case.naive_crps(name)}
            for name, one in case.naive.items()
        },
    }


def _write(
    out: Path,
    opened: OpenPlan,
    found: Sequence[Hindcast],
    chosen: Hindcast,
    document: dict[str, Any],
    words: Language,
) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.words.csv_table import write_table_csv

    made = _tables(opened, found, chosen, words)
    names = {"cases": "figures", "score_title": "scores"}

    def csv(table: Table) -> Any:
        return lambda path: write_table_csv(path, table)

    writers: dict[str, Any] = {
        f"{names.get(key, key)}.csv": csv(table) for key, table in made.items()
    }
    writers["hindcast.json"] = lambda path: write_json(path, plain(document))
    wrote(write_folder(out, f"hindcast-{chosen.known_until}", writers), words)
