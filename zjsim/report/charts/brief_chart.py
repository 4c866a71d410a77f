"""The one picture of a director's page: how likely each target is met."""

from __future__ import annotations

from matplotlib.axes import Axes

from zjsim.language import Language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.style import house
from zjsim.report.tables.chance_words import share_words
from zjsim.report.tables.rows import Report
from zjsim.report.words.labels import label, localised

# Inches; a line is as high as a page affords, or a slide.
WIDTH, LINE, SLIDE_LINE = 9.4, 0.26, 0.37


def plot_likelihoods(report: Report, language: Language, line: float = LINE) -> Axes:
    """A bar a target from 0 to 100 %, the likeliest on top, coloured by the run's verdict.

    Parameters
    ----------
    report : Report
        With its chances.
    line : float
        Height of a bar with its room, in inches.
    """
    rows = sorted(report.rows, key=lambda row: row.probability.value if row.probability else 0.0)
    height = line * len(rows) + 0.55
    with house():
        ax = house_style.new_axes(WIDTH, height)
        house_style.figure_of(ax).subplots_adjust(
            left=0.47, right=0.93, top=1 - 0.05 / height, bottom=0.42 / height
        )
        house_style.quiet_axes(ax, "x")
        for place, row in enumerate(rows):
            value = 100 * row.probability.value if row.probability else 0.0
            colour = house_style.VERDICT_COLOUR[row.verdict]
            ax.barh(place, value, height=0.62, color=colour, zorder=2)
            ax.annotate(
                share_words(row.probability), (value, place), xytext=(5, 0), va="center",
                textcoords="offset points", fontsize=8.8, annotation_clip=False, zorder=4,
                bbox={"facecolor": house_style.paper(), "edgecolor": "none", "pad": 1.0},
            )  # fmt: skip
        ax.axvline(50, color=house_style.ink(), lw=0.8, ls=(0, (3, 2)), zorder=1)
        items = [row.indicator for row in rows]
        names = [f"{item.number}  {localised(item.label, language)}" for item in items]
        ax.set_yticks(range(len(rows)), names)
        ax.tick_params(axis="y", labelsize=8.8, labelcolor=house_style.ink())
        ax.set_xlim(0, 100)
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.set_xlabel(label("brief.axis", language), fontsize=8.5)
        ax.tick_params(axis="x", labelsize=8.5)
    return ax
