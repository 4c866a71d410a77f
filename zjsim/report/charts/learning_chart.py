"""The learning table as a picture: targets down, years known across, probabilities as shades."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from zjsim.language import chosen_language
from zjsim.report.charts import style
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from zjsim.analysis.learning.learn import Learning

# White where nothing is known either way; the house's colours of missed and met at the ends.
SHADES = LinearSegmentedColormap.from_list("known", [style.VERMILLION, "#FFFFFF", style.GREEN])
DARK = 0.38  # distance from one half beyond which the number in a cell is white


@style.styled
def plot_learning(learning: Learning, language: str | None = None, ax: Axes | None = None) -> Axes:
    """The probability of each target, of the binding ones and of all, as known in each year.

    Parameters
    ----------
    learning : Learning
        As `learn` returns it.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title and footer.

    Returns
    -------
    Axes
        Of matplotlib; ``axes.figure.savefig(path)`` writes the picture.
    """
    words = chosen_language(language)
    frame = learning.to_frame()
    items = learning.plan.plan.indicators
    names = [f"{item.number}  {localised(item.label, words)}" for item in items]
    names += [label("group.binding", words), label("group.all", words)]
    own = ax is None
    if ax is None:
        ax = style.new_axes(9.6, 0.44 * len(names) + 1.9)
        height = style.figure_of(ax).get_figheight()
        ax.figure.subplots_adjust(
            left=0.42, right=0.97, top=1 - 1.25 / height, bottom=0.55 / height
        )
    # The joint probabilities stand apart, as in the chart of probabilities.
    places = [k + (0.4 if k >= len(items) else 0) for k in range(len(names))]
    for place, column in zip(places, frame.to_numpy().T, strict=True):
        for step, value in enumerate(column):
            _cell(ax, step, place, float(value))
    years = [label("learning.known", words, year=year) for year in frame.index]
    ax.set_xticks(range(len(years)), years)
    ax.xaxis.tick_top()
    ax.set_yticks(places, [style.wrap(name, 30) for name in names])
    ax.set_xlim(-0.5, len(years) - 0.5)
    ax.set_ylim(places[-1] + 0.5, -0.5)
    ax.tick_params(length=0, labelcolor=style.INK, labelsize=8.8, pad=6)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if own:
        style.add_title(ax.figure, label("learning.chart", words))
        style.add_footer(ax.figure, _footer(learning, words))
    return ax


def _cell(ax: Axes, x: float, y: float, value: float) -> None:
    ax.bar(x, 0.9, 0.94, y - 0.45, color=SHADES(value), edgecolor=style.HAIRLINE, linewidth=0.6)
    colour = "white" if np.abs(value - 0.5) > DARK else style.INK
    ax.text(x, y, format_share(value, 0), ha="center", va="center", color=colour, fontsize=9)


def _footer(learning: Learning, words: str) -> str:
    language = chosen_language(words)
    known = learning.last.posterior
    draws = label("note.draws", language, draws=f"{learning.particles:,}", seed=learning.seed)
    return style.footer_line(language, learning.scenario, f"{known.hash[:8]}", draws)
