"""Charts of a bare model: its variables over time, for one run or for many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from zjsim.language import Language
from zjsim.report.charts import style
from zjsim.report.charts.ensemble_charts import BANDS, LEVELS
from zjsim.report.words.labels import label
from zjsim.trajectories import Trajectories

MOST_PANELS = 24
COLUMNS = 3


@style.house()
def plot_trajectories(
    runs: Trajectories,
    names: Sequence[str],
    title: str,
    language: Language = "en",
) -> style.HouseFigure:
    """A panel a variable over time: a line for one run, bands and a median for many.

    Parameters
    ----------
    runs : Trajectories
        Runs that failed are left out of bands.
    names : sequence of str
        At most MOST_PANELS are drawn.
    title : str
        Name of the model.
    """
    shown = list(names)[:MOST_PANELS]
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    height = 2.1 * rows + 1.3
    figure = style.new_figure(3.9 * columns + 0.6, height)
    cells = figure.subplots(
        rows,
        columns,
        squeeze=False,
        gridspec_kw={
            "left": 0.9 / (3.9 * columns + 0.6), "right": 0.98, "top": 1 - 1.15 / height,
            "bottom": 0.75 / height, "hspace": 0.55, "wspace": 0.32,
        },
    )  # fmt: skip
    for position, ax in enumerate(cells.ravel()):
        if position >= len(shown):
            ax.set_axis_off()
            continue
        _panel(ax, runs, shown[position])
    unit = str(runs.attributes.get("time_unit", ""))
    key = "bare.fan" if runs.n_run > 1 else "bare.lines"
    subtitle = label(key, language, runs=f"{runs.n_run:,}", unit=unit)
    style.add_title(figure, title, subtitle)
    left_out = len(names) - len(shown)
    method = f"{runs.attributes.get('method', '')}, {runs.attributes.get('step', ''):g}"
    said = label("bare.footer", language, method=method, left=left_out)
    style.add_footer(figure, said if left_out else said.split(";")[0].split("；")[0])
    return figure


def _panel(ax: Axes, runs: Trajectories, name: str) -> None:
    values = runs[name]
    if runs.n_run == 1:
        ax.plot(runs.times, values[0], color=style.BLUE, lw=1.6)
    else:
        alive = values[runs.status == 0]
        for low, high, colour, _ in BANDS:
            edges = np.percentile(alive, [LEVELS[low], LEVELS[high]], axis=0)
            ax.fill_between(runs.times, edges[0], edges[1], color=colour, lw=0)
        ax.plot(runs.times, np.median(alive, axis=0), color=style.BLUE, lw=1.6)
    style.quiet_axes(ax)
    unit = runs.units.get(name, "")
    head = style.wrap(name, 30).split("\n")[0]
    ax.set_title(f"{head}{f' ({unit})' if unit and len(unit) < 18 else ''}", fontsize=9)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.margins(x=0.01)
