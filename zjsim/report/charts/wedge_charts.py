"""Charts of what carries a change: year by year, for every indicator, and for probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from zjsim.assessment.plan import Indicator
from zjsim.language import Language, chosen_language
from zjsim.report.charts import parts
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Frame, Origin, Room, Size, canvas
from zjsim.report.charts.panel import apart
from zjsim.report.charts.style import Style, house, points
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number

if TYPE_CHECKING:
    from zjsim.analysis.decomposition.wedges import Wedges

USUAL = (8.6, 5.2)


@dataclass(frozen=True, slots=True)
class WedgesData:
    """The parts of one indicator's change, year by year.

    Parameters
    ----------
    indicator : Indicator
    years : tuple of int
    names : tuple
        Of the parts, in every language; the last may be the rest.
    parts : tuple of tuple of float
        A row a part, a column a year; they sum to ``change``.
    change : tuple of float
    needed : float
        The change that would reach the target in its year.
    has_rest : bool
    by : str
    other : object
        Words for the scenario held against, or None.
    origin : Origin
    """

    indicator: Indicator
    years: tuple[int, ...]
    names: tuple[Any, ...]
    parts: tuple[tuple[float, ...], ...]
    change: tuple[float, ...]
    needed: float
    has_rest: bool
    by: str
    other: Any
    origin: Origin

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a year."""
        heads = ["year", *(localised(name, language) for name in self.names), "sum", "to_target"]
        last = self.indicator.target.year
        return heads, [
            [year, *column, whole, self.needed if year == last else None]
            for year, column, whole in zip(
                self.years, zip(*self.parts, strict=True), self.change, strict=True
            )
        ]


def wedges_data(found: Wedges, indicator: int | str) -> WedgesData:
    """What `plot_wedges` draws: the largest parts, and the rest together."""
    item = found.plan.plan.indicator(indicator)
    k = found.indicators.index(item)
    years = tuple(year for year in found.years if year <= item.target.year)
    table = found.shares[:, k, : len(years)]
    shown, rest = parts.chosen_parts(np.abs(table).max(axis=1))
    change = (found.on - found.off)[k, : len(years)]
    return WedgesData(
        indicator=item,
        years=years,
        names=parts.part_names(found.players, shown, rest),
        parts=tuple(tuple(map(float, row)) for row in parts.put_together(table, shown, rest)),
        change=tuple(map(float, change)),
        needed=float(change[-1] + item.target.value - found.values[k, len(years) - 1]),
        has_rest=bool(rest),
        by=found.by,
        other=parts.other_label(found),
        origin=parts.origin_of(found),
    )


def plot_wedges(
    found: Wedges | WedgesData,
    indicator: int | str = "",
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """What carries one indicator's change year by year: causes, levers, inputs that differ.

    Parameters
    ----------
    found : Wedges or WedgesData
        As `wedges` returns them.
    indicator : int or str
        Number, id or label, such as ``labour_productivity``; the unit is that of the plan.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title, key and footer.
    figsize : (float, float) or None
        Inches of that figure.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Axes
        Of matplotlib, in the unit of the plan; ``axes.figure.savefig(path)`` writes the picture.

    Raises
    ------
    PlanError
        When the plan has no such indicator; near misses are named.

    Examples
    --------
    >>> import zjsim
    >>> axes = zjsim.plot_wedges(zjsim.wedges("zhejiang", "baseline"), "rd_intensity", "en")
    """
    words = chosen_language(language)
    data = found if isinstance(found, WedgesData) else wedges_data(found, indicator)
    item, footer = data.indicator, data.origin.footer(words)
    said = parts.subtitle_words(data.by, data.other, data.origin, words, data.years[0])
    unit = label("axis.unit", words, unit=localised(item.unit, words))
    handles_words = [localised(name, words) for name in data.names]
    keyed = [*handles_words, label("parts.sum", words), label("parts.needed", words)]
    with house(style):
        rows = parts.key_rows(keyed, figsize, USUAL)
        height = USUAL[1] + 0.2 * (rows - 1)
        frame = Frame(USUAL[0], height, 0.08, 0.86, 1 - 0.98 / height, (0.8 + 0.2 * rows) / height)
        with canvas(ax, frame, figsize, title, footer, (0.8, 0.08 + 0.2 * rows)) as at:
            at.make_room(Room(left=44, right=10 * _widest(data, words) + 20, top=8, bottom=22))
            draw_wedges(at.ax, data, words)
            named = f"{item.number}  {localised(item.label, words)}"
            handles = [*parts.part_handles(handles_words, data.has_rest), *key_marks(words)]
            at.finish(
                named, house_style.SEPARATOR.join([said, unit]), footer,
                lambda: parts.draw_key(at.ax, handles, 22),
            )  # fmt: skip
    return at.ax


def draw_wedges(ax: Axes, data: WedgesData, language: Language) -> None:
    """Stacked parts a year, the sum as a line and the change that the target asks for."""
    # In the base year most changes are nothing, and a bar of nothing says nothing.
    first = next((k for k, row in enumerate(zip(*data.parts, strict=True)) if any(row)), 0)
    years = data.years[first:]
    table = np.array(data.parts)[:, first:]
    names = [localised(name, language) for name in data.names]
    parts.draw_stack(ax, years, table, names, data.has_rest, upright=True, width=0.62)
    ax.axhline(0, color=house_style.muted(), lw=0.8, zorder=3, gid="zero")
    ax.plot(
        years, data.change[first:], color=house_style.ink(), lw=house_style.stroke(1.6), zorder=4,
        marker="o", ms=house_style.stroke(5), gid="sum", label=label("parts.sum", language),
    )  # fmt: skip
    ax.plot(
        [data.indicator.target.year], [data.needed], ms=house_style.stroke(8), zorder=6,
        clip_on=False, gid="target", label=label("parts.needed", language), **house_style.diamond(),
    )  # fmt: skip
    house_style.quiet_axes(ax)
    ax.tick_params(labelsize=points(8))
    ax.set_xlim(years[0] - 0.5, years[-1] + 0.45)
    ax.margins(y=0.06)
    _end_labels(ax, data, language)
    ax.xaxis.set_major_locator(FixedLocator(list(years)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(house_style.tick_formatter(ax, "y", data.indicator.decimals))


def _ends(data: WedgesData, language: Language) -> list[tuple[float, str, Any]]:
    """Height, words and colour of the labels at the right end."""
    item = data.indicator
    needed = format_number(data.needed, item.decimals, signed=True)
    change = format_number(data.change[-1], item.decimals, signed=True)
    return [
        (data.needed, label("parts.needed_end", language, value=needed), house_style.muted()),
        (data.change[-1], change, house_style.ink()),
    ]


def _widest(data: WedgesData, language: Language) -> float:
    return max(house_style.ems(text) for _, text, _ in _ends(data, language))


def _end_labels(ax: Axes, data: WedgesData, language: Language) -> None:
    labels = _ends(data, language)
    for (_, text, colour), place in zip(labels, apart(ax, labels, points(10)), strict=True):
        ax.annotate(
            text, (1, place), xycoords=ax.get_yaxis_transform(), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=points(10), color=colour,
            annotation_clip=False,
        )  # fmt: skip


def key_marks(language: Language) -> list[Any]:
    """Entries of the key for the sum and the target."""
    thin, small = house_style.stroke(1.6), house_style.stroke(4.5)
    words = label("parts.sum", language), label("parts.needed", language)
    whole = Line2D([], [], color=house_style.ink(), lw=thin, marker="o", ms=small, label=words[0])
    target = Line2D([], [], ms=house_style.stroke(6.5), label=words[1], **house_style.diamond())
    return [whole, target]
