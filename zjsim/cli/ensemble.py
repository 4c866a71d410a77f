"""``zjsim ensemble``: how sure a verdict is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.known import KnownUntil, starting
from zjsim.cli.output import (
    Assignments,
    EngineName,
    Json,
    LanguageOption,
    Plan,
    TrustModel,
    counting,
    language,
    note,
    say,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.uncertainty.convergence import Note
    from zjsim.analysis.uncertainty.statistics import EnsembleStatistics
    from zjsim.engines.executors import Executor
    from zjsim.ensembles.run import EnsembleRuns
    from zjsim.openplan import OpenPlan
    from zjsim.report.words.text_table import Table
    from zjsim.scenario.schema import Scenario

METHODS = ("sobol", "latin_hypercube", "random")
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Processes; one a core if not given."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="A running Dask scheduler, such as tcp://10.0.0.1:8786; implies --executor dask.",
    ),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="serial|process|dask",
        help="Where to compute: this process, a pool of processes, or Dask distributed.",
    ),
]


def ensemble(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|STUDY", help="A shipped name, a YAML file, or a bare model's study."
        ),
    ] = "baseline",
    runs: Annotated[
        int | None,
        typer.Option("-n", "--runs", metavar="N", min=1, max=100_000_000, help="Number of runs."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the draws.")] = None,
    method: Annotated[
        str | None, typer.Option("--method", metavar="|".join(METHODS), help="How to draw.")
    ] = None,
    repeats: Annotated[
        int,
        typer.Option(
            "--repeats",
            metavar="R",
            min=0,
            max=1000,
            help="Measure the sampling error by R other seeds.",
        ),
    ] = 0,
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    engine: EngineName = "kernel",
    executor: ExecutorOption = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Also write tables as CSV and JSON there."),
    ] = None,
    years: Annotated[bool, typer.Option("--years", help="Show quantiles of every year.")] = False,
    lang: LanguageOption = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Run a scenario over draws from its ranges: the probability of each target.

    Example: zjsim ensemble baseline -n 4096
    """
    from zjsim.analysis.uncertainty.convergence import convergence_notes
    from zjsim.analysis.uncertainty.statistics import statistics_of
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.ensembles.run import simulate_ensemble

    words = language(lang)
    if method is not None and method not in METHODS:
        raise typer.BadParameter(f"{method}: choose {', '.join(METHODS)}", param_hint="--method")
    from zjsim.cli.bare_study import ensemble_model, is_bare, refuse_plan_options

    if is_bare(scenario):
        refuse_plan_options(
            plan=plan, repeats=repeats, executor=executor, scheduler=scheduler, years=years,
            method=method,
        )  # fmt: skip
        ensemble_model(scenario, assignments or [], runs, seed, out, words, json)
        return
    opened, (read,) = plan_and_scenarios([scenario], assignments or [], plan)
    place = chosen_executor(executor, workers, scheduler)
    (read,) = starting(opened, [read], known_until, words, json)
    total = (read.sampling.runs if runs is None else runs) * (1 + repeats)
    options: dict[str, Any] = {
        "method": method, "engine": engine, "executor": place, "trust_model": trust_model,
    }  # fmt: skip
    with counting(total, "Simulating", json) as advance:
        found = simulate_ensemble(opened, read, runs=runs, seed=seed, advance=advance, **options)
        statistics = statistics_of(found)
        errors = _repeat(opened, read, found, repeats, advance, options)
    notes = convergence_notes(statistics, found.sample.method)
    document = statistics_document(found, statistics, notes, errors, words, opened.names_zh)
    if out is not None:
        _write(out, found, statistics, document, words, opened.names_zh)
    if json:
        say_json(document)
        return
    _show(found, statistics, notes, errors, words, years, opened.names_zh)


def chosen_executor(name: str | None, workers: int | None, scheduler: str | None) -> Executor:
    """The executor that the options mean; without any, this process."""
    from zjsim.engines.executors import EXECUTORS, Executor

    if name is None:
        name = "dask" if scheduler else "process" if workers and workers > 1 else "serial"
    if name not in EXECUTORS:
        raise typer.BadParameter(f"{name}: choose {', '.join(EXECUTORS)}", param_hint="--executor")
    if scheduler and name != "dask":
        raise typer.BadParameter("only the dask executor has one", param_hint="--scheduler")
    return Executor(name, workers, scheduler)


def _repeat(
    opened: OpenPlan,
    read: Scenario,
    found: EnsembleRuns,
    repeats: int,
    advance: Callable[[int], None],
    options: dict[str, Any],
) -> list[float] | None:
    """Standard error of each probability from ``repeats`` ensembles with other seeds."""
    if not repeats:
        return None
    from zjsim.analysis.uncertainty.convergence import replicate_error
    from zjsim.analysis.uncertainty.statistics import statistics_of
    from zjsim.ensembles.run import simulate_ensemble

    if repeats < 2:
        raise typer.BadParameter("an error needs two repeats or more", param_hint="--repeats")
    shares = []
    for number in range(1, repeats + 1):
        again = simulate_ensemble(
            opened,
            read,
            runs=found.n_run,
            seed=found.sample.seed + number,
            advance=advance,
            **options,
        )
        shares.append(_shares(statistics_of(again)))
    # The error of one ensemble of this size, not that of the mean of the repeats.
    return [
        replicate_error(column).standard_error * repeats**0.5
        for column in zip(*shares, strict=True)
    ]


def _shares(statistics: EnsembleStatistics) -> list[float]:
    found = statistics.probabilities
    return [share.value for share in (*found.targets, found.binding, found.joint)]


def _show(
    found: EnsembleRuns,
    statistics: EnsembleStatistics,
    notes: Sequence[Note],
    errors: list[float] | None,
    words: Language,
    years: bool,
    names_zh: Mapping[str, str],
) -> None:
    from zjsim.analysis.uncertainty.statistics import LEVELS
    from zjsim.report.tables import ensemble_tables as tables
    from zjsim.report.words.labels import label, localised

    sample = found.sample
    say_text(
        label(
            "ensemble.head",
            words,
            scenario=localised(found.label, words) or found.name,
            runs=f"{statistics.n_run:,}",
            method=label(f"method.{sample.method}", words),
            seed=sample.seed,
        )
    )
    say_table(tables.probability_table(statistics, words, errors, units=False))
    for title, table in (
        ("number_met", tables.number_met_table(statistics, words)),
        ("correlations", tables.correlation_table(statistics, words)),
    ):
        say()
        say_text(label(f"title.{title}", words))
        say_table(table)
    for line in tables.driver_key(statistics, words, names_zh):
        say_text(line, hang=3)
    spread = tables.driver_table(sample, words, names_zh)
    if spread.rows:
        say()
        say_text(label("title.spread", words))
        say_table(spread)
    if years:
        say()
        say_text(label("title.quantiles", words))
        say_table(tables.quantile_table(statistics, LEVELS, words, named=False))
    _show_outside(found, statistics, words)
    say()
    for line in tables.findings(statistics, notes, words, names_zh):
        say_text(line)
    if found.discrepancies:
        say_text(label("ensemble.discrepancy", words, years=_years_of_history(found.plan, words)))
    say_text(label("disclaimer", words))
    for line in (*found.resolved.notes, *found.sample.notes):
        note(f"note: {line}")


def _years_of_history(plan: Any, words: Any) -> str:
    """The years whose figures tell of model discrepancy, in words."""
    from zjsim.analysis.history.sectors_file import last_year_told
    from zjsim.report.words.labels import label

    first, last = plan.plan.history.changes_from, last_year_told(plan)
    if first is None:
        return label("ensemble.years_until", words, last=last)
    return label("ensemble.years", words, first=first, last=last)


def _show_outside(found: EnsembleRuns, statistics: EnsembleStatistics, words: Language) -> None:
    """The outside view and the pool, as known when the draws begin."""
    from zjsim.analysis.history.outside import has_outside_view, outside_view
    from zjsim.report.tables.outside_tables import outside_sentences, outside_table
    from zjsim.report.words.labels import label

    if not has_outside_view(found.plan):
        return
    known = found.posterior["known_until"] if found.posterior else found.plan.plan.base_year
    view = outside_view(found.plan, known)
    model = [target.share.value for target in statistics.targets]
    say()
    say_text(label("outside.title", words))
    say_table(outside_table(view, found.plan.plan, words, model))
    for line in outside_sentences(view, words):
        say_text(line)


def statistics_document(
    found: EnsembleRuns,
    statistics: EnsembleStatistics,
    notes: Sequence[Note],
    errors: list[float] | None,
    words: Language,
    names_zh: Mapping[str, str],
) -> dict[str, Any]:
    """The whole result for machines."""
    from zjsim.analysis.uncertainty.statistics import LEVELS
    from zjsim.report.tables.ensemble_tables import findings

    def share(of: Any) -> dict[str, Any]:
        return {"share": of.value, "low": of.low, "high": of.high, "met": of.met, "runs": of.total}

    probabilities, correlations = statistics.probabilities, statistics.correlations
    return {
        "scenario": statistics.name,
        "run_id": found.run_id,
        "runs": statistics.n_run,
        "failed": statistics.n_failed,
        "method": found.sample.method,
        "seed": found.sample.seed,
        "posterior": found.posterior,
        "targets": {
            target.indicator.id: {
                **share(target.share),
                "without_discrepancy": share(target.model_share),
                "discrepancy_share_of_variance": target.discrepancy,
                "other_counts": {name.en: share(of) for name, of in target.other_counts},
                "expected_shortfall": target.shortfall,
                "shortfall_if_missed": target.shortfall_if_missed,
                "missed_in_joint_failures": share(target.fails_with_joint),
                "alone_in_joint_failures": share(target.fails_alone),
                "years": target.years,
                "quantiles": {
                    f"{level:g}": target.quantiles[:, k] for k, level in enumerate(LEVELS)
                },
            }
            for target in statistics.targets
        },
        "binding": share(probabilities.binding),
        "all": share(probabilities.joint),
        "number_met": probabilities.number_met,
        "weakest": statistics.weakest.indicator.id if statistics.weakest else None,
        "rank_correlations": {
            "indicators": correlations.indicators,
            "between": correlations.between,
            "drivers": correlations.drivers,
            "with_drivers": correlations.with_drivers,
            "runs": correlations.n_run,
        },
        "errors_by_repeats": errors,
        "findings": findings(statistics, notes, words, names_zh),
    }


def _write(
    out: Path,
    found: EnsembleRuns,
    statistics: EnsembleStatistics,
    document: Any,
    words: Language,
    names_zh: Mapping[str, str],
) -> None:
    from zjsim.analysis.uncertainty.statistics import LEVELS
    from zjsim.cli.output import plain
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.tables import ensemble_tables as tables
    from zjsim.report.words.csv_table import write_table_csv

    def csv(table: Table) -> Any:
        return lambda path: write_table_csv(path, table)

    folder = write_folder(
        out,
        f"ensemble-{found.run_id}",
        {
            "ensemble.json": lambda path: write_json(path, plain(document)),
            "probabilities.csv": csv(tables.probability_table(statistics, words)),
            "drivers.csv": csv(tables.driver_table(found.sample, words, names_zh)),
            "quantiles.csv": csv(tables.quantile_table(statistics, LEVELS, words)),
            "correlations.csv": csv(tables.correlation_file(statistics, words, names_zh)),
        },
    )
    wrote(folder, words)
