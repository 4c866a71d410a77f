"""``zjsim compare``: what differs between scenarios, in and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zjsim.cli.chances import chances_of_runs
from zjsim.cli.known import KnownUntil, starting
from zjsim.cli.output import (
    Assignments,
    EngineName,
    Json,
    LanguageOption,
    Plan,
    Probability,
    TrustModel,
    language,
    say,
    say_json,
    say_notes,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.report.tables.rows import Report


def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(metavar="A B [C]...", help="Two or more; the first is the yardstick."),
    ],
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    engine: EngineName = "kernel",
    probability: Probability = True,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Also write the comparison's chart there."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Compare scenarios: the inputs that differ, the targets that flip, then the numbers.

    Example: zjsim compare baseline green_squeeze
    """
    if len(scenarios) < 2:
        raise typer.BadParameter("name at least two scenarios")
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.judging import assess
    from zjsim.report.output.results import report_of
    from zjsim.scenario.compare import diff
    from zjsim.workflow import simulate

    words = language(lang)
    opened, read = plan_and_scenarios(scenarios, assignments or [], plan)
    read = starting(opened, read, known_until, words, json)
    runs = simulate(opened, list(read), engine=engine, trust_model=trust_model)
    found = zip(runs, chances_of_runs(runs, probability, json), strict=True)
    judged = [assess(opened, one, probability=chances or False) for one, chances in found]
    reports = [report_of(*pair) for pair in zip(runs, judged, strict=True)]
    if json:
        first = reports[0]
        differences = [diff(runs[0].resolved, other.resolved) for other in [*runs][1:]]
        say_json(
            [
                {
                    "first": first.scenario,
                    "second": other.scenario,
                    "inputs": [
                        {"kind": d.kind, "id": d.id, "first": d.first, "second": d.second}
                        for d in found
                    ],
                    "flipped": [
                        a.indicator.id
                        for a, b in zip(first.rows, other.rows, strict=True)
                        if a.verdict != b.verdict
                    ],
                    "projections": {
                        a.indicator.id: [a.projection, b.projection]
                        for a, b in zip(first.rows, other.rows, strict=True)
                    },
                }
                for other, found in zip(reports[1:], differences, strict=True)
            ]
        )
    else:
        _show(reports, words)
        say_notes([*runs])
    if out is not None:
        _write(reports, out, words)


def _show(reports: list[Report], words: Language) -> None:
    from zjsim.report.tables.tables import comparison_table, input_differences
    from zjsim.report.tables.wording import scenario_name
    from zjsim.report.words.labels import label

    first = reports[0]
    for other in reports[1:]:
        names = {"first": scenario_name(first, words), "second": scenario_name(other, words)}
        say_text(label("compare.title", words, **names))
        inputs = input_differences(first, other, words)
        if inputs.rows:
            say_table(inputs)
        else:
            say_text("  " + label("compare.same_inputs", words))
        say()
        say_table(comparison_table(first, other, words))


def _write(reports: list[Report], out: Path, words: Language) -> None:
    from zjsim.report.output.gallery import draw_charts, kind_of, write_chart

    out.mkdir(parents=True, exist_ok=True)
    (chart,) = draw_charts(kind_of("comparison"), reports, language=words)
    written = write_chart(chart, out / "comparison", ("png",), words)
    wrote(written[0], words)
