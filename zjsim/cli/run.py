"""``zjsim run``: scenarios judged against the plan, with charts and a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zjsim.cli.output import (
    Assignments,
    EngineName,
    Json,
    Language,
    Observations,
    Plan,
    TrustModel,
    Words,
    language,
    note,
    say,
    say_json,
    with_progress,
)

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
    assignments: Assignments = None,
    plan: Plan = None,
    engine: EngineName = "kernel",
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the run folders go.")
    ] = Path("runs"),
    observations: Observations = None,
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
    lang: Language = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Run scenarios and judge every target of the plan.

    Example: zjsim run baseline --set levers.rd_support=1.5
    """
    from zjsim.bundle import MODEL_SUFFIXES

    words = language(lang)
    chosen = scenarios or []
    changes = [*(assignments or [])]
    changes += [f"method={method}"] if method else []
    changes += [f"sampling.seed={seed}"] if seed is not None else []
    models = [name for name in chosen if Path(name).suffix.lower() in MODEL_SUFFIXES]
    if models:
        if len(models) != len(chosen):
            raise typer.BadParameter("name model files or scenarios, not both")
        from zjsim.cli.bare import run_model

        for name in models:
            run_model(Path(name), changes, engine, out, json, trust_model)
        return
    _check_places(out, formats)
    simulated = _simulate(chosen, changes, plan, engine, trust_model, observations)
    if json:
        say_json([_document(report, assessment) for _, assessment, report in simulated])
    else:
        _show([report for _, _, report in simulated], words)
        for line in _notes(simulated):
            note(line)
    _write(simulated, out, words, tuple(formats.split(",")), charts, json)


def _check_places(out: Path, formats: str) -> None:
    """Refuse what would fail after the work is done: a format, or a file where a folder goes."""
    from zjsim.errors import RunError
    from zjsim.report.figures import FORMATS

    unknown = [name for name in formats.split(",") if name not in FORMATS]
    if unknown:
        raise RunError(f"{unknown[0]}: no such picture format; take one of {', '.join(FORMATS)}.")
    if out.exists() and not out.is_dir():
        raise RunError(f"{out}: a file stands where --out wants a folder.")


def _simulate(
    names: list[str],
    changes: list[str],
    plan: str | None,
    engine: str,
    trust_model: bool,
    observations: str | None,
) -> list[tuple[Any, Any, Any]]:
    """(runs, assessment, report) of each scenario; all are read before any is run."""
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.report.results import report_of
    from zjsim.workflow import assess, simulate, with_own_observations

    opened, read = plan_and_scenarios(names, changes, plan)
    seen = with_own_observations(opened, observations)
    done = []
    for scenario in with_progress(read, len(read), "Simulating"):
        runs = simulate(opened, scenario, engine=engine, trust_model=trust_model)
        judged = assess(runs, opened, seen)
        done.append((runs, judged, report_of(runs, judged, seen)))
    return done


def _show(reports: list[Any], words: Words) -> None:
    from zjsim.cli.output import screen_width
    from zjsim.report.labels import label, localised
    from zjsim.report.tables import (
        brief_table,
        display_width,
        matrix_key,
        matrix_table,
        remark_lines,
        render_text_table,
        verdict_table,
    )

    width = screen_width()
    if len(reports) == 1:
        report = reports[0]
        title = localised(report.scenario_label, words) or report.scenario
        say(f"{title} ({report.run_id})")
        wide = render_text_table(verdict_table(report, words))
        fits = width is None or max(map(display_width, wide.splitlines())) <= width
        say(wide if fits else render_text_table(brief_table(report, words), width))
        for line in [] if fits else remark_lines(report, words):
            say(line)
    else:
        say(render_text_table(matrix_table(reports, words), width))
        for line in matrix_key(reports, words):
            say(line)
    say(label("disclaimer", words))


def _notes(simulated: list[tuple[Any, Any, Any]]) -> list[str]:
    """What the resolution had to say, each line once with its scenarios."""
    said: dict[str, list[str]] = {}
    for runs, _, _ in simulated:
        for line in runs.resolved.notes:
            said.setdefault(line, []).append(runs.name)
    whole = len(simulated)
    return [
        f"note: {line}" if len(names) == whole else f"note ({', '.join(names)}): {line}"
        for line, names in said.items()
    ]


def _write(
    simulated: list[tuple[Any, Any, Any]],
    out: Path,
    words: Words,
    formats: tuple[str, ...],
    charts: bool,
    quiet: bool,
) -> None:
    from zjsim.report.results import write_run

    for runs, _, report in with_progress(simulated, len(simulated), "Writing", quiet):
        folder = write_run(out, runs, report, words, formats, charts)
        note(f"wrote {folder}")


def _document(report: Any, assessment: Any) -> dict[str, Any]:
    """One scenario for machines."""
    return {
        "scenario": report.scenario,
        "run_id": report.run_id,
        "targets_met": report.met,
        "exit_status": assessment.exit_status,
        "indicators": [
            {
                "id": row.indicator.id,
                "number": row.indicator.number,
                "unit": row.indicator.unit.en,
                "nature": row.indicator.nature,
                "target": row.indicator.target.value,
                "target_words": row.indicator.target.words,
                "projection": row.value,
                "gap": row.gap,
                "verdict": row.verdict,
                "error": row.error,
                "progress": row.progress,
                "time_progress": row.time_progress,
                "rate_needed": row.rate_needed,
                "official_word": row.official,
                "constant_price": row.constant_price,
                "by_year": dict(zip(row.years, row.projection, strict=True)),
            }
            for row in report.rows
        ],
    }
