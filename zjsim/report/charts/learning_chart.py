"""The learning table as a picture: targets down, years known across, probabilities as shades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from zjsim.assessment.plan import Indicator
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Frame, Room, Size, canvas, name_rows
from zjsim.report.charts.style import Style, house, points
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_share

if TYPE_CHECKING:
    from zjsim.analysis.learning.learn import Learning

# White where nothing is known either way; the house's colours of missed and met at the ends.
SHADES = LinearSegmentedColormap.from_list(
    "known", [house_style.VERMILLION, "#FFFFFF", house_style.GREEN]
)
DARK = 0.38  # distance from one half beyond which the number in a cell is white
JOINT = 0.4  # how far the joint probabilities stand apart, in rows


@dataclass(frozen=True, slots=True)
class LearningData:
    """The probability of each target, of the binding ones and of all, as known in each year."""

    indicators: tuple[Indicator, ...]
    years: tuple[int, ...]
    shares: tuple[tuple[float, ...], ...]  # a row a year
    scenario: str
    hash: str
    draws: int
    seed: int

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a year."""
        heads = ["known_until", *(item.id for item in self.indicators), "binding", "all"]
        rows = zip(self.years, self.shares, strict=True)
        return heads, [[year, *shares] for year, shares in rows]

    def names(self, language: Language) -> list[str]:
        """What each row of the chart is about."""
        named = [f"{i.number}  {localised(i.label, language)}" for i in self.indicators]
        return [*named, label("group.binding", language), label("group.all", language)]

    def footer(self, language: Language) -> str:
        """Scenario, posterior and draws, and the standing caution."""
        draws = label("note.draws", language, draws=f"{self.draws:,}", seed=self.seed)
        return house_style.footer_line(language, self.scenario, self.hash, draws)


def learning_data(learning: Learning) -> LearningData:
    """What `plot_learning` draws."""
    frame = learning.to_frame()
    return LearningData(
        indicators=tuple(learning.plan.plan.indicators),
        years=tuple(int(year) for year in frame.index),
        shares=tuple(tuple(map(float, row)) for row in frame.to_numpy()),
        scenario=learning.scenario,
        hash=learning.last.posterior.hash[:8],
        draws=learning.particles,
        seed=learning.seed,
    )


def plot_learning(
    learning: Learning | LearningData,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """The probability of each target, of the binding ones and of all, as known in each year.

    Parameters
    ----------
    learning : Learning or LearningData
        As `learn` returns it.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title and footer.
    figsize : (float, float) or None
        Inches of that figure.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Axes
        Of matplotlib; ``axes.figure.savefig(path)`` writes the picture.

    Examples
    --------
    >>> import zjsim
    >>> learnt = zjsim.learn("zhejiang", 2021, particles=64)
    >>> axes = zjsim.plot_learning(learnt, "en")
    """
    words = chosen_language(language)
    data = learning if isinstance(learning, LearningData) else learning_data(learning)
    names, footer = data.names(words), data.footer(words)
    height = 0.44 * len(names) + 1.9
    frame = Frame(9.6, height, 0.42, 0.97, 1 - 1.0 / height, 0.55 / height)
    with house(style), canvas(ax, frame, figsize, title, footer) as at:
        room = Room(right=6, top=40, bottom=6)
        shown, size = name_rows(at, names, len(names) + JOINT, (30, 8.8), room)
        draw_learning(at.ax, data, words, shown, size)
        at.finish(label("learning.chart", words), "", footer, over=18)
    return at.ax


def draw_learning(
    ax: Axes, data: LearningData, language: Language, names: list[str], size: float
) -> None:
    """A shaded cell a target and year, on axes as they are."""
    # The joint probabilities stand apart, as in the chart of probabilities.
    places = [k + (JOINT if k >= len(data.indicators) else 0) for k in range(len(names))]
    for step, shares in enumerate(data.shares):
        for place, value in zip(places, shares, strict=True):
            draw_cell(ax, step, place, value)
    house_style.quiet_axes(ax, "none")
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks(range(len(data.years)), [str(year) for year in data.years])
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    house_style.axis_words(ax, label("learning.axis", language))
    ax.set_yticks(places, names)
    ax.set_xlim(-0.5, len(data.years) - 0.5)
    ax.set_ylim(places[-1] + 0.5, -0.5)
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6)
    ax.tick_params(axis="x", length=0, labelsize=points(8.8), labelcolor=house_style.ink(), pad=6)


def draw_cell(ax: Axes, x: float, y: float, value: float, words: str | None = None) -> None:
    """A cell shaded by a probability, with its number or other words in it."""
    ax.bar(
        x,
        0.9,
        0.94,
        y - 0.45,
        color=SHADES(value),
        edgecolor=house_style.HAIRLINE,
        linewidth=0.6,
        gid="cell",
    )
    colour = "white" if np.abs(value - 0.5) > DARK else house_style.INK
    said = format_share(value, 0) if words is None else words
    ax.text(x, y, said, ha="center", va="center", color=colour, fontsize=points(9))
