"""Each kind of chart by name: the figure, and the data that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.sensitivity.one_at_a_time import compute_influence
from zjsim.analysis.uncertainty.statistics import statistics_of
from zjsim.language import Language
from zjsim.report.charts import board, charts, run_charts, style
from zjsim.report.model.diagrams import diagram_loops, plot_loops, plot_stock_flow, sectors
from zjsim.report.output.results import board_data
from zjsim.report.words.labels import label

if TYPE_CHECKING:
    from zjsim.ensembles.run import EnsembleRuns
    from zjsim.report.tables.rows import Report
    from zjsim.workflow import OpenPlan, Runs

Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure, the stem of its file, and its data as headers and rows."""

    stem: str
    figure: Any
    headers: Sequence[str]
    rows: Rows


def report_chart(
    kind: str, reports: Sequence[Report], indicator: str | None, language: Language
) -> Chart:
    """A chart of judged runs: board, indicator, targets, progress or comparison."""
    report = reports[0]
    headers, rows = board_data(report)
    if kind == "board":
        return Chart(kind, board.plot_board(report, language), headers, rows)
    if kind == "indicator":
        name = indicator or report.rows[0].indicator.id
        report.row(name)
        axes = board.plot_indicator(report, name, language)
        kept = [row for row in rows if row[0] == name]
        return Chart(f"indicator-{name}", style.figure_of(axes), headers, kept)
    if kind == "comparison":
        heads = ["indicator", "unit", *(item.scenario for item in reports)]
        table = [
            [
                row.indicator.id,
                row.indicator.unit.en,
                *(r.row(row.indicator.id).value for r in reports),
            ]
            for row in report.rows
        ]
        return Chart(kind, charts.plot_comparison(reports, language), heads, table)
    draw = charts.plot_targets if kind == "targets" else charts.plot_progress
    heads = ["indicator", "progress", "time_progress", "latest_progress", "verdict"]
    table = [
        [r.indicator.id, r.progress, r.time_progress, r.latest_progress, r.verdict]
        for r in report.rows
    ]
    return Chart(kind, style.figure_of(draw(report, language)), heads, table)


def fan_chart(runs: EnsembleRuns, indicator: str, language: Language) -> Chart:
    """Bands of 50, 75 and 95 % of an ensemble's runs, by year."""
    axes = run_charts.plot_fan(runs, indicator, language)
    years, draws = run_charts.fan_draws(runs, indicator)
    levels = (2.5, 12.5, 25, 50, 75, 87.5, 97.5)
    bands = np.nanpercentile(draws, levels, axis=0).T
    rows = [[year, *map(float, band)] for year, band in zip(years, bands, strict=True)]
    heads = ["year", *(f"p{level:g}" for level in levels)]
    return Chart(f"fan-{indicator}", style.figure_of(axes), heads, rows)


def probability_chart(runs: EnsembleRuns, language: Language) -> Chart:
    """Probability of each target, of the binding ones and of all, with sampling error."""
    axes = run_charts.plot_probabilities(runs, language)
    plan = runs.plan.plan
    found = statistics_of(runs).probabilities
    names, shares = run_charts.probability_rows(plan.indicators, found, language)
    rows = [[n, s.value, s.low, s.high] for n, s in zip(names, shares, strict=True)]
    heads = ["target", "probability", "low", "high"]
    return Chart("probabilities", style.figure_of(axes), heads, rows)


def tornado_chart(runs: Runs, indicator: str, language: Language) -> Chart:
    """One indicator with each input at the low and the high end of its range."""
    influence = compute_influence(runs, backend="python")
    axes = run_charts.plot_tornado(influence, indicator, language)
    bars = run_charts.tornado_bars(influence, indicator, language)
    heads = ["input", "at_low_end", "at_high_end"]
    return Chart(f"tornado-{indicator}", style.figure_of(axes), heads, [list(bar) for bar in bars])


def diagram(kind: str, runs: Runs, sector: str | None, language: Language) -> list[Chart]:
    """The causal loops, or the stocks and flows of one sector or of all."""
    plan, spec = runs.plan, runs.plan.model
    values = {name: float(runs.trajectories[name][0, 0]) for name in runs.trajectories.names}
    values |= {constant.name: constant.value for constant in spec.constants}
    names = plan.names_in(language)
    model = label("note.model", language, model=f"{spec.name} {plan.model_hash[:8]}")
    run = label("note.run", language, run=runs.run_id)
    footer = style.footer_line(language, model, run)
    if kind == "loops":
        loops = diagram_loops(spec, plan.loops, values)
        stocks = [stock.name for stock in spec.stocks]
        figure = plot_loops(loops, language, stocks, footer=footer, names=names)
        rows = [[x["id"], x["polarity"], " > ".join(x["cycle"])] for x in plan.loops]
        return [Chart("loops", figure, ["loop", "polarity", "cycle"], rows)]
    levers = [lever.variable for lever in plan.levers]
    titles = _sector_titles(plan, language)
    chosen = [sector] if sector else list(sectors(spec))
    heads = ["stock", "unit", "inflows", "outflows"]
    return [
        Chart(
            f"stock-flow-{name.lower().replace(' ', '-').replace(',', '')}",
            plot_stock_flow(
                spec, name, language, values, levers, titles.get(name, ""), footer, names
            ),
            heads,
            [
                [s.name, s.unit, "; ".join(s.inflows), "; ".join(s.outflows)]
                for s in spec.stocks
                if s.group == name
            ],
        )
        for name in chosen
    ]


def _sector_titles(plan: OpenPlan, language: Language) -> dict[str, str]:
    """Names of sectors for readers, where the plan's boundary gives them."""
    from zjsim.report.model.model_book import ModelBook

    entries = ModelBook(plan, language).boundary.get("sectors") or {}
    return {
        name: str(entry.get(language, ""))
        for name, entry in entries.items()
        if isinstance(entry, dict)
    }
