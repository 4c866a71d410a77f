"""Charts of parts in rows: what carries each indicator's change, and each probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from zjsim.language import Language, chosen_language
from zjsim.report.charts import parts
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import (
    Edge,
    Frame,
    Origin,
    Room,
    Size,
    canvas,
    name_rows,
)
from zjsim.report.charts.ensemble_charts import both, numbered
from zjsim.report.charts.style import Style, house, points
from zjsim.report.charts.wedge_charts import key_marks
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number

if TYPE_CHECKING:
    from zjsim.analysis.decomposition.chances import ChanceWedges
    from zjsim.analysis.decomposition.wedges import Wedges

WIDE = 9.6
JOINT = 0.5  # how far the joint probabilities stand apart, in rows
# Right ends of the two columns of numbers, in points from the axes.
AWAY = (46, 98)


@dataclass(frozen=True, slots=True)
class PartRow:
    """The parts of one change, in the unit of its numbers.

    Parameters
    ----------
    id : str
    name : object
        In every language, for `localised`.
    parts : tuple of float
        They sum to ``change``.
    change : float
    needed : float or None
        The change that would reach the target.
    first, last : str
        The numbers beside the row.
    joint : bool
        Whether it stands apart, as what is about several targets.
    asked : float or None
        What is needed where the row must reach it; a gap between scenarios need not.
    """

    id: str
    name: Any
    parts: tuple[float, ...]
    change: float
    needed: float | None
    first: str
    last: str
    joint: bool = False
    asked: float | None = None

    @property
    def reach(self) -> float:
        """The farthest that anything of the row goes from zero."""
        up = sum(max(part, 0.0) for part in self.parts)
        down = -sum(min(part, 0.0) for part in self.parts)
        return max(up, down, abs(self.change), abs(self.asked or 0.0)) or 1.0


@dataclass(frozen=True, slots=True)
class PartRowsData:
    """Parts of changes in rows.

    Parameters
    ----------
    names : tuple
        Of the parts, in every language; the last may be the rest.
    rows : tuple of PartRow
    has_rest : bool
    common : bool
        Whether all rows have one scale: percentage points; else each has its own.
    by : str
    other : object
        Words for the scenario held against, or None.
    year, base : int
        Of the target and of the base.
    origin : Origin
    """

    names: tuple[Any, ...]
    rows: tuple[PartRow, ...]
    has_rest: bool
    common: bool
    by: str
    other: Any
    year: int
    base: int
    origin: Origin

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a change."""
        heads = ["of", *(localised(name, language) for name in self.names), "sum"]
        heads += [] if self.common else ["to_target"]
        rows: list[list[Any]] = [[row.id, *row.parts, row.change] for row in self.rows]
        if not self.common:
            rows = [[*cells, row.needed] for cells, row in zip(rows, self.rows, strict=True)]
        return heads, rows


def decomposition_data(found: Wedges) -> PartRowsData:
    """What `plot_decomposition` draws: each indicator in its target year."""
    table, values = found.at_target(found.shares), found.at_target(found.values)
    change = found.at_target(found.on - found.off)
    needed = [
        float(one + item.target.value - value)
        for item, one, value in zip(found.indicators, change, values, strict=True)
    ]
    # Indicators have units of their own: each part counts by its size in its row.
    reach = np.maximum(np.abs(table).sum(axis=0), 1e-12)
    shown, rest = parts.chosen_parts((np.abs(table) / reach).max(axis=1))
    kept = parts.put_together(table, shown, rest)
    rows = tuple(
        PartRow(
            item.id, numbered(item), tuple(map(float, kept[:, k])), float(change[k]), needed[k],
            format_number(float(change[k]), item.decimals + 1, signed=True),
            format_number(needed[k], item.decimals + 1, signed=True),
            asked=needed[k] if found.by == "causes" else None,
        )
        for k, item in enumerate(found.indicators)
    )  # fmt: skip
    year = max(item.target.year for item in found.indicators)
    return PartRowsData(
        parts.part_names(found.players, shown, rest), rows, bool(rest), False, found.by,
        parts.other_label(found), year, found.years[0], parts.origin_of(found),
    )  # fmt: skip


def chance_parts_data(found: ChanceWedges) -> PartRowsData:
    """What `plot_chance_parts` draws: percentage points of each probability."""
    table = 100 * found.shares
    shown, rest = parts.chosen_parts(np.abs(table).max(axis=1))
    kept = parts.put_together(table, shown, rest)
    joint = [both(label(f"group.{k}", "zh"), label(f"group.{k}", "en")) for k in ("binding", "all")]
    names = [*map(numbered, found.indicators), *joint]
    rows = tuple(
        PartRow(
            column, names[k], tuple(map(float, kept[:, k])),
            float(100 * (found.on[k] - found.off[k])), None,
            f"{100 * found.off[k]:.0f}%", f"{100 * found.on[k]:.0f}%",
            joint=column in ("binding", "all"),
        )
        for k, column in enumerate(found.columns)
    )  # fmt: skip
    year = max(item.target.year for item in found.indicators)
    return PartRowsData(
        parts.part_names(found.players, shown, rest), rows, bool(rest), True, found.by,
        parts.other_label(found), year, found.plan.plan.base_year,
        parts.origin_of(found, found.worlds, found.seed),
    )  # fmt: skip


def plot_decomposition(
    found: Wedges | PartRowsData,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """What carries the change of every indicator up to its target year, a row each.

    Indicators have units of their own, so each row has a scale of its own; the numbers say how
    large the change is and what the target needs.

    Parameters
    ----------
    found : Wedges or PartRowsData
        As `wedges` returns them.
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
        Of matplotlib; ``axes.figure.savefig(path)`` writes the picture.

    Examples
    --------
    >>> import zjsim
    >>> axes = zjsim.plot_decomposition(zjsim.wedges("zhejiang", "baseline"), "en")
    """
    data = found if isinstance(found, PartRowsData) else decomposition_data(found)
    return _plot(data, "parts.decomposition", language, ax, figsize, title, style)


def plot_chance_parts(
    found: ChanceWedges | PartRowsData,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """What raises or lowers the probability of each target, of the binding ones and of all.

    Parameters
    ----------
    found : ChanceWedges or PartRowsData
        As `chance_wedges` returns them.
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
        Of matplotlib, in percentage points; ``axes.figure.savefig(path)`` writes the picture.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.chance_wedges("zhejiang", "baseline", worlds=16)
    >>> axes = zjsim.plot_chance_parts(found, "en")
    """
    data = found if isinstance(found, PartRowsData) else chance_parts_data(found)
    return _plot(data, "parts.chances", language, ax, figsize, title, style)


def _plot(
    data: PartRowsData, heading: str, language: str | None, ax: Axes | None, figsize: Size,
    title: str | None, style: Style,
) -> Axes:  # fmt: skip
    words = chosen_language(language)
    footer, names = data.origin.footer(words), [localised(row.name, words) for row in data.rows]
    shown = [localised(name, words) for name in data.names]
    keyed = [*shown, label("parts.sum", words)]
    keyed += [] if data.common else [label("parts.needed", words)]
    subtitle = parts.subtitle_words(data.by, data.other, data.origin, words, data.base, data.common)
    with house(style):
        pitch = 0.46
        keys = parts.key_rows(keyed, figsize, (WIDE, pitch * len(names) + 2.5))
        high = pitch * len(names) + 2.3 + 0.2 * keys
        frame = Frame(WIDE, high, 0.36, 0.845, 1 - 1.22 / high, (0.95 + 0.2 * keys) / high)
        with canvas(ax, frame, figsize, title, footer, (0.78, 0.02 + 0.2 * keys)) as at:
            room = Room(right=AWAY[1] + 6, top=18, bottom=38)
            lines = len(names) + (JOINT if any(row.joint for row in data.rows) else 0)
            broken, size = name_rows(at, names, lines, (26, 8.8), room)
            edges = [Edge(1.0, points(place)) for place in AWAY]
            draw_part_rows(at.ax, data, words, broken, size, edges)
            marks = key_marks(words)[: 1 if data.common else 2]
            handles = [*parts.part_handles(shown, data.has_rest), *marks]
            at.finish(
                label(heading, words, year=data.year), subtitle, footer,
                lambda: parts.draw_key(at.ax, handles, 38), over=16,
            )  # fmt: skip
    return at.ax


def draw_part_rows(
    ax: Axes, data: PartRowsData, language: Language, names: Sequence[str], size: float,
    edges: Sequence[Edge],
) -> None:  # fmt: skip
    """A stacked bar a row, its sum and what the target needs, numbers at the right ``edges``."""
    places = [k + (JOINT if row.joint else 0.0) for k, row in enumerate(data.rows)]
    scale = [1.0 if data.common else row.reach for row in data.rows]
    table = np.array([row.parts for row in data.rows]).T / scale
    shown = [localised(name, language) for name in data.names]
    parts.draw_stack(ax, places, table, shown, data.has_rest, upright=False, width=0.58)
    ax.axvline(0, color=house_style.muted(), lw=0.8, zorder=3, gid="zero")
    sums = [row.change / one for row, one in zip(data.rows, scale, strict=True)]
    ax.plot(
        sums, places, "o", color=house_style.ink(), ms=house_style.stroke(5.5), zorder=5,
        mec=house_style.paper(), mew=0.8, gid="sum", label=label("parts.sum", language),
    )  # fmt: skip
    # What a gap would need may lie far beyond it: then the number says so and no mark does.
    wanted = [
        (row.needed / row.reach, place)
        for row, place in zip(data.rows, places, strict=True)
        if row.needed is not None and abs(row.needed) <= row.reach
    ]
    if wanted:
        ax.plot(
            *zip(*wanted, strict=True), ms=house_style.stroke(6.5), zorder=4, clip_on=False,
            gid="target", label=label("parts.needed", language), **house_style.diamond(),
        )  # fmt: skip
    for row, place in zip(data.rows, places, strict=True):
        for edge, text in zip(edges, (row.first, row.last), strict=True):
            ax.text(
                edge.place, place, text, transform=edge.transform(ax), ha="right", va="center",
                fontsize=points(8.8), color=house_style.ink(), clip_on=False,
            )  # fmt: skip
    _heads(ax, data, language, edges)
    house_style.quiet_axes(ax, "none")
    ax.set_yticks(places, names)
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6)
    ax.set_ylim(places[-1] + 0.6, -0.6)
    _x_axis(ax, data, language)


def _x_axis(ax: Axes, data: PartRowsData, language: Language) -> None:
    if data.common:
        reach = max(row.reach for row in data.rows)
        low = -max(-sum(min(part, 0.0) for part in row.parts) for row in data.rows)
        ax.set_xlim(min(1.08 * low, -0.05 * reach), 1.05 * reach)
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:+.0f}" if value else "0")
        )
        ax.tick_params(axis="x", labelsize=points(8))
        house_style.axis_words(ax, label("parts.points", language))
        return
    low = min(
        min(sum(min(part, 0.0) for part in row.parts), row.change, row.asked or 0.0) / row.reach
        for row in data.rows
    )
    ax.set_xlim(1.05 * low - 0.02, 1.05)
    ax.set_xticks([])
    house_style.axis_words(ax, label("parts.own_scale", language))


def _heads(ax: Axes, data: PartRowsData, language: Language, edges: Sequence[Edge]) -> None:
    """Heads of the columns of numbers."""
    keys = ("change", "needed_head")
    if data.common:
        keys = ("against_head" if data.other is not None else "off_head", "on_head")
    for edge, key in zip(edges, keys, strict=True):
        ax.annotate(
            label(f"parts.{key}", language), (1, 1), xytext=(edge.away, 4), ha="right",
            fontsize=points(8.5), color=house_style.muted(), **house_style.ABOVE_AXES,
        )  # fmt: skip
