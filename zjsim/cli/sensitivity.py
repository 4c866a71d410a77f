"""``zjsim sensitivity``: which assumptions decide the verdicts."""

from __future__ import annotations

from collections.abc import Callable
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
    from zjsim.analysis.sensitivity.sensitivity import Sensitivity
    from zjsim.analysis.sensitivity.uncertain_inputs import Study

METHODS = ("tornado", "morris", "sobol")
SWITCHED = 12


def sensitivity(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|STUDY", help="A shipped name, a YAML file, or a bare model's study."
        ),
    ] = "baseline",
    method: Annotated[
        str, typer.Option("--method", metavar="|".join(METHODS), help="Method of analysis.")
    ] = "tornado",
    size: Annotated[
        int | None,
        typer.Option(
            "-n", metavar="N", min=2, help="Base points (sobol: a power of two) or paths (morris)."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the design.")] = 2021,
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    uncalibrated: Annotated[
        bool, typer.Option("--uncalibrated", help="Keep the ranges of constants.csv.")
    ] = False,
    plan: Plan = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write CSV, JSON and tornado charts there."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Say which assumptions decide the verdicts, and what to measure next.

    Example: zjsim sensitivity baseline --method sobol -n 1024
    """
    from zjsim.analysis.sensitivity.compute import SIZES, analyse
    from zjsim.analysis.sensitivity.switching import switching_values
    from zjsim.analysis.sensitivity.uncertain_inputs import open_study
    from zjsim.cli.plans import plan_and_scenarios

    words = language(lang)
    if method not in METHODS:
        raise typer.BadParameter(f"{method}: choose {', '.join(METHODS)}", param_hint="--method")
    from zjsim.cli.bare_study import is_bare, refuse_plan_options, sensitivity_model

    if is_bare(scenario):
        refuse_plan_options(plan=plan, uncalibrated=uncalibrated, known_until=known_until)
        sensitivity_model(scenario, assignments or [], method, size, seed, out, words, json)
        return
    opened, (read,) = plan_and_scenarios([scenario], assignments or [], plan)
    (read,) = starting(opened, [read], known_until, words, json)
    what = open_study(opened, read, calibrated=not uncalibrated)
    n = SIZES[method] if size is None else size
    with counting(_runs(method, n, what), "Simulating", json) as advance:
        found = analyse(what, method, n, seed, advance)  # type: ignore[arg-type]
    strongest = [k for k, _ in found.deciders(SWITCHED)]
    switches = switching_values(what, strongest)
    document = sensitivity_document(found, switches)
    if out is not None:
        _write(out, found, document, words)
    if json:
        say_json(document)
    else:
        _show(found, switches, words)


def _runs(method: str, n: int, what: Study) -> int:
    inputs = len(what.dimensions)
    if method == "tornado":
        return 2 * inputs + 1
    return n * (inputs + 1) if method == "morris" else n * (inputs + 2 + 4 * 9)


def _show(found: Sensitivity, switches: Any, words: Language) -> None:
    from zjsim.report.tables import sensitivity_tables as tables
    from zjsim.report.words.labels import label, localised
    from zjsim.report.words.numbers import format_count

    scenario = found.study.resolved.scenario
    head = {
        "scenario": localised(scenario.label, words) or scenario.name,
        "inputs": len(found.study.dimensions),
        "runs": f"{found.convergence.runs:,}",
    }
    if found.method == "tornado":  # no draws, no seed
        say_text(label("sensitivity.head_tornado", words, **head))
    else:
        method = label(f"sensitivity.name_{found.method}", words)
        say_text(label("sensitivity.head", words, method=method, seed=found.seed, **head))
    sections = [
        ("deciders", tables.deciders_table(found, switches, words)),
        ("by_indicator", tables.indicator_table(found, words)),
    ]
    if found.groups:
        sections.append(("groups", tables.group_table(found, words)))
    sections.append(("measure", tables.measure_table(found, words)))
    for key, table in sections:
        say()
        count = format_count(len(table.rows), words)
        say_text(label(f"sensitivity.{key}", words, count=count))
        say_table(table)
    say()
    for line in tables.remarks(found, words):
        say_text(line)
    say_text(label("disclaimer", words))


def sensitivity_document(found: Sensitivity, switches: Any) -> dict[str, Any]:
    """The whole result for machines."""
    items, indicators = found.study.dimensions, found.study.indicators

    def inputs(pairs: Any) -> list[dict[str, Any]]:
        return [
            {"input": items[k].key, "grade": found.study.grade(items[k]), "weight": score}
            for k, score in pairs
        ]

    state = found.convergence
    return {
        "scenario": found.study.resolved.scenario.name,
        "method": found.method,
        "size": found.size,
        "seed": found.seed,
        "runs": state.runs,
        "converged": state.converged,
        "widest": state.widest,
        "stable_of_five": state.stable,
        "gap_to_grades": state.gap,
        "unmeasured": dict(zip((i.id for i in indicators), found.unmeasured, strict=True)),
        "correlations_set_aside": found.study.correlations_aside,
        "base": dict(zip((i.id for i in indicators), found.base, strict=True)),
        "met": dict(zip((i.id for i in indicators), found.met, strict=True)),
        "deciders": inputs(found.deciders()),
        "to_measure": inputs(found.to_measure()),
        "groups": [
            {
                "grade": g.grade, "inputs": g.inputs, "first": g.first, "total": g.total,
                "total_error": g.total_error, "verdict_total": g.verdict_total,
                "verdict_error": g.verdict_error,
            }
            for g in found.groups
        ],
        "switching_values": [
            {
                "input": s.dimension.key, "indicator": s.indicator, "value": s.value,
                "met_above": s.met_above,
            }
            for s in switches
        ],
        "indices": {
            item.key: {
                indicator.id: {
                    "strength": found.strength[i, k], "error": found.error[i, k],
                    "first": found.first[i, k], "first_error": found.first_error[i, k],
                    "low": found.low[i, k], "high": found.high[i, k],
                    "spread": found.spread[i, k],
                }
                for k, indicator in enumerate(indicators)
            }
            for i, item in enumerate(items)
        },
    }  # fmt: skip


def _write(out: Path, found: Sensitivity, document: dict[str, Any], words: Language) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.tables.sensitivity_tables import index_table
    from zjsim.report.words.csv_table import write_table_csv

    scenario = found.study.resolved
    name = f"sensitivity-{found.method}-{scenario.scenario.name}-{scenario.hash[:8]}"
    writers: dict[str, Callable[[Path], None]] = {
        "sensitivity.json": lambda path: write_json(path, plain(document)),
        "indices.csv": lambda path: write_table_csv(path, index_table(found)),
    }
    if found.method == "tornado":
        for item in found.study.indicators:
            writers[f"tornado_{item.number:02d}_{item.id}.png"] = _chart(found, item.id, words)
    wrote(write_folder(out, name, writers), words)


def _chart(found: Sensitivity, indicator: str, words: Language) -> Callable[[Path], None]:
    """A writer of one indicator's tornado chart."""

    def write(path: Path) -> None:
        from zjsim.report.output.gallery import Chart, draw_charts, kind_of, write_chart

        chart: Chart
        (chart,) = draw_charts(kind_of("tornado"), found, indicator, words)
        write_chart(chart, path.with_suffix(""), ("png",), words)

    return write
