"""``zjsim run``: scenarios judged against the plan, with charts and a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.chances import chances_document, chances_of_runs
from zjsim.cli.known import KnownUntil, starting
from zjsim.cli.output import (
    Assignments,
    EngineName,
    Json,
    Observations,
    Plan,
    Probability,
    TrustModel,
    language,
    say,
    say_json,
    say_notes,
    say_table,
    say_text,
    screen_width,
    with_progress,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.assessment.assess import Assessment
    from zjsim.openplan import OpenPlan
    from zjsim.report.tables.rows import Report
    from zjsim.scenario.schema import Scenario
    from zjsim.workflow import Runs

Scenarios = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SCENARIO]...",
        help="Shipped names or YAML files; none runs every shipped scenario. A bare model file "
        "(.mdl, .xmile, .stmx) is run as it stands.",
        show_default=False,
    ),
]


def run(
    scenarios: Scenarios = None,
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    engine: EngineName = "kernel",
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the run folders go.")
    ] = Path("runs"),
    observations: Observations = None,
    probability: Probability = True,
    formats: Annotated[
        str, typer.Option("--formats", metavar="png,svg,pdf", help="Formats of the charts.")
    ] = "png",
    charts: Annotated[
        bool, typer.Option("--charts/--no-charts", help="Draw the board and write the workbook.")
    ] = True,
    method: Annotated[
        str | None, typer.Option("--method", metavar="rk4|euler", help="Integration rule.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Seed of the scenario's sampling, for ensembles.")
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="zh|en|both",
            help="Language of tables, charts and words; both draws the charts twice.",
        ),
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="Of a bare model file: figures of its data variables over time.",
        ),
    ] = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Run scenarios and judge every target of the plan.

    Example: zjsim run baseline --set levers.rd_support=1.5
    """
    from zjsim.bundle import MODEL_SUFFIXES

    words = language(None if lang == "both" else lang)
    chosen = scenarios or []
    changes = [*(assignments or [])]
    changes += [f"method={method}"] if method else []
    changes += [f"sampling.seed={seed}"] if seed is not None else []
    models = [name for name in chosen if Path(name).suffix.lower() in MODEL_SUFFIXES]
    if models:
        if len(models) != len(chosen):
            raise typer.BadParameter("name model files or scenarios, not both")
        aside = {
            "--observations": observations, "--plan": plan, "--known-until": known_until,
        }  # fmt: skip
        for option, given in aside.items():
            if given is not None:
                what = "a bare model file is judged by no plan; name a scenario instead"
                raise typer.BadParameter(what, param_hint=option)
        from zjsim.cli.bare import run_model

        for name in models:
            run_model(Path(name), changes, engine, out, words, json, trust_model, data or ())
        return
    if data:
        raise typer.BadParameter("goes with a bare model file", param_hint="--data")
    _check_places(out, formats)
    from zjsim.cli.plans import plan_and_scenarios

    opened, read = plan_and_scenarios(chosen, changes, plan)
    read = starting(opened, read, known_until, words, json)
    simulated = _simulate(opened, read, engine, trust_model, observations, probability, json)
    if not json:
        from zjsim.report.tables.outside_tables import outside_lines

        runs, assessment, _ = simulated[0]
        beside = outside_lines(runs.plan, assessment.observations, words, runs.known_until)
        _show([report for _, _, report in simulated], beside, words)
        say_notes([runs for runs, _, _ in simulated])
    _write(simulated, out, words, tuple(formats.split(",")), charts, json, lang == "both")
    if json:
        say_json([_document(report, assessment) for _, assessment, report in simulated])


def _check_places(out: Path, formats: str) -> None:
    """Refuse what would fail after the work is done: a format, or a file where a folder goes."""
    from zjsim.errors import RunError
    from zjsim.report.charts.figures import FORMATS

    unknown = [name for name in formats.split(",") if name not in FORMATS]
    if unknown:
        raise RunError(f"{unknown[0]}: no such picture format; take one of {', '.join(FORMATS)}.")
    if out.exists() and not out.is_dir():
        raise RunError(f"--out must be a folder, but {out} is a file.")


def _simulate(
    opened: OpenPlan,
    read: list[Scenario],
    engine: str,
    trust_model: bool,
    observations: str | None,
    probability: bool,
    quiet: bool,
) -> list[tuple[Runs, Assessment, Report]]:
    """(runs, assessment, report) of each scenario; all are read before any is run."""
    from zjsim.judging import assess, with_own_observations
    from zjsim.report.output.results import report_of
    from zjsim.workflow import simulate

    seen = with_own_observations(opened, observations)
    simulated = [
        simulate(opened, scenario, engine=engine, trust_model=trust_model)
        for scenario in with_progress(read, len(read), "Simulating", quiet)
    ]
    done = []
    for runs, chances in zip(
        simulated, chances_of_runs(simulated, probability, quiet), strict=True
    ):
        judged = assess(opened, runs, seen, probability=chances or False)
        done.append((runs, judged, report_of(runs, judged)))
    return done


def _show(reports: list[Report], beside: list[str], words: Language) -> None:
    from zjsim.report.tables.tables import matrix_key, matrix_table
    from zjsim.report.words.labels import label

    if len(reports) == 1:
        _show_one(reports[0], beside, words)
    else:
        say_table(matrix_table(reports, words))
        for line in matrix_key(reports, words):
            say_text(line, hang=4)
        for line in beside:
            say_text(line, hang=4)
    say_text(label("disclaimer", words))


def _show_one(report: Report, beside: list[str], words: Language) -> None:
    from zjsim.report.tables.chance_words import headline
    from zjsim.report.tables.tables import brief_table, outturn_table, remark_lines, verdict_table
    from zjsim.report.tables.wording import scenario_name
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import display_width, render_text_table

    say_text(f"{scenario_name(report, words)} ({report.run_id})")
    width = screen_width()
    wide = render_text_table(verdict_table(report, words))
    if width is not None and max(map(display_width, wide.splitlines())) <= width:
        say(wide)
    else:
        # One table with the verdict in it; all columns are in the workbook and the CSV.
        say_table(brief_table(report, words))
        for line in remark_lines(report, words):
            say_text(line, hang=5)
    for line in beside:
        say_text(line, hang=5)
    for line in headline(report, words):
        say_text(line)
    outturns = outturn_table(report, words)
    if outturns.rows:
        say()
        say_text(label("run.outturns", words))
        say_table(outturns)
        say()


def _write(
    simulated: list[tuple[Runs, Assessment, Report]],
    out: Path,
    words: Language,
    formats: tuple[str, ...],
    charts: bool,
    quiet: bool,
    both: bool,
) -> None:
    from zjsim.report.output.results import write_run

    for runs, _, report in with_progress(simulated, len(simulated), "Writing", quiet):
        folder = write_run(out, runs, report, "both" if both else words, formats, charts)
        wrote(folder, words)


def _document(report: Report, assessment: Assessment) -> dict[str, Any]:
    """One scenario for machines; shares such as progress are parts of one."""
    from zjsim.report.tables.wording import rate_since, rate_unit

    return {
        "scenario": report.scenario,
        "run_id": report.run_id,
        "targets_met": report.met,
        "probability": chances_document(assessment),
        "exit_status": assessment.exit_status,
        "indicators": [
            {
                "id": row.indicator.id,
                "number": row.indicator.number,
                "unit": row.indicator.unit.en,
                "nature": row.indicator.nature,
                "target": row.indicator.target.value,
                "target_words": row.indicator.target.words,
                "projection": row.projection,
                "gap": row.gap,
                "verdict": row.verdict,
                "amended_target": row.indicator.amended and row.indicator.amended.value,
                "amended_verdict": row.amendment_verdict,
                "error": row.error,
                "progress": row.last.progress,
                "time_progress": row.last.time_progress,
                "rate_needed": row.rate_needed,
                "rate_needed_unit": rate_unit(row),
                "rate_needed_since": rate_since(row),
                "official_word": row.last.official,
                "constant_price": row.constant_price,
                "by_year": dict(zip(row.years, row.path, strict=True)),
            }
            for row in report.rows
        ],
    }
