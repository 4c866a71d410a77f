"""Each kind of chart by name: the figure, and the data that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.ensemble import compute_statistics
from zjsim.analysis.one_at_a_time import compute_influence
from zjsim.assessment.assess import indicator_value
from zjsim.report import board, charts, style
from zjsim.report.diagrams import diagram_loops, plot_loops, plot_stock_flow, sectors
from zjsim.report.labels import Language, label, localised
from zjsim.report.results import board_data
from zjsim.report.uncertainty import plot_fan, plot_probabilities, plot_tornado

if TYPE_CHECKING:
    from zjsim.ensembles.run import EnsembleRuns
    from zjsim.report.view import Report
    from zjsim.workflow import OpenPlan, Runs

# Of the tornado: wider lists are tables.
BARS = 12
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


def fan_chart(runs: EnsembleRuns, plan: OpenPlan, indicator: str, language: Language) -> Chart:
    """Bands of 50, 75 and 95 % of an ensemble's runs, by year."""
    item = plan.plan.indicator(indicator)
    years = (plan.plan.base_year, *plan.plan.years)
    draws = np.stack([indicator_value(runs, item, year) for year in years], axis=1)
    axes = plot_fan(item, years, draws, language, footer=_footer(runs, language))
    levels = (2.5, 12.5, 25, 50, 75, 87.5, 97.5)
    bands = np.nanpercentile(draws, levels, axis=0).T
    rows = [[year, *map(float, band)] for year, band in zip(years, bands, strict=True)]
    heads = ["year", *(f"p{level:g}" for level in levels)]
    return Chart(f"fan-{indicator}", style.figure_of(axes), heads, rows)


def probability_chart(runs: EnsembleRuns, plan: OpenPlan, language: Language) -> Chart:
    """Probability of each target, of the binding ones and of all, with sampling error."""
    found = compute_statistics(runs, plan.plan).probabilities
    names = [f"{i.number} {i.label.get(language)}" for i in plan.plan.indicators]
    names += [label("group.binding", language), label("group.all", language)]
    shares = [*found.targets, found.binding, found.joint]
    axes = plot_probabilities(names, shares, language, groups=2, footer=_footer(runs, language))
    rows = [[n, s.value, s.low, s.high] for n, s in zip(names, shares, strict=True)]
    heads = ["target", "probability", "low", "high"]
    return Chart("probabilities", style.figure_of(axes), heads, rows)


def _footer(runs: EnsembleRuns, language: Language) -> str:
    draws = label("note.draws", language, draws=f"{runs.n_run:,}", seed=runs.sample.seed)
    return style.SEPARATOR.join([localised(runs.label, language) or runs.name, draws])


def tornado_chart(runs: Runs, indicator: str, language: Language) -> Chart:
    """One indicator with each input at the low and the high end of its range."""
    items = runs.plan.plan.indicators
    item = runs.plan.plan.indicator(indicator)
    place = items.index(item)
    influence = compute_influence(runs, backend="python")
    bars = [
        (swing.dimension.name, swing.low_values[place], swing.high_values[place])
        for swing in influence.swings
    ]
    bars.sort(key=lambda bar: -abs(bar[2] - bar[1]))
    axes = plot_tornado(item, influence.base[place], bars[:BARS], language, footer=runs.run_id)
    heads = ["input", "at_low_end", "at_high_end"]
    return Chart(f"tornado-{indicator}", style.figure_of(axes), heads, [list(bar) for bar in bars])


def diagram(kind: str, runs: Runs, sector: str | None, language: Language) -> list[Chart]:
    """The causal loops, or the stocks and flows of one sector or of all."""
    plan, spec = runs.plan, runs.plan.model
    values = {name: float(runs.trajectories[name][0, 0]) for name in runs.trajectories.names}
    values |= {constant.name: constant.value for constant in spec.constants}
    if kind == "loops":
        loops = diagram_loops(spec, plan.loops, values)
        figure = plot_loops(loops, language, [stock.name for stock in spec.stocks])
        rows = [[x["id"], x["polarity"], " > ".join(x["cycle"])] for x in plan.loops]
        return [Chart("loops", figure, ["loop", "polarity", "cycle"], rows)]
    levers = [lever.variable for lever in plan.levers]
    chosen = [sector] if sector else list(sectors(spec))
    heads = ["stock", "unit", "inflows", "outflows"]
    return [
        Chart(
            f"stock-flow-{name.lower().replace(' ', '-').replace(',', '')}",
            plot_stock_flow(spec, name, language, values, levers),
            heads,
            [
                [s.name, s.unit, "; ".join(s.inflows), "; ".join(s.outflows)]
                for s in spec.stocks
                if s.group == name
            ],
        )
        for name in chosen
    ]
