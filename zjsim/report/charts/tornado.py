"""The tornado: what moves one indicator, one input at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from zjsim.analysis.sensitivity.one_at_a_time import Influence
from zjsim.assessment.plan import Indicator
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import (
    Edge,
    Frame,
    Origin,
    Room,
    Size,
    canvas,
    key_columns,
    name_rows,
    right_edges,
)
from zjsim.report.charts.ensemble_charts import both
from zjsim.report.charts.style import Style, house, points
from zjsim.report.tables.sensitivity_tables import input_words
from zjsim.report.tables.wording import target_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number

if TYPE_CHECKING:
    from zjsim.analysis.sensitivity.sensitivity import Sensitivity

# Wider lists are tables.
BARS = 12
# Right ends, in parts of the axes, of the columns for the low and the high value; in points.
COLUMNS, AWAY = (Edge(1.10), Edge(1.22)), (35, 76)


@dataclass(frozen=True, slots=True)
class Bar:
    """An input, and the indicator at the low and the high end of its range."""

    name: object
    low: float
    high: float

    @property
    def width(self) -> float:
        """How far the input moves the indicator."""
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class TornadoData:
    """The widest bars of one indicator, of ``total``; ``base`` with every input as it is."""

    indicator: Indicator
    base: float
    bars: tuple[Bar, ...]
    total: int
    origin: Origin

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a bar."""
        rows = [[localised(bar.name, language), bar.low, bar.high] for bar in self.bars]
        return ["input", "at_low_end", "at_high_end"], rows


def tornado_data(influence: Influence | Sensitivity, indicator: int | str) -> TornadoData:
    """What `plot_tornado` draws: the widest bars, without those too narrow to be read."""
    if isinstance(influence, Influence):
        plan, runs = influence.runs.plan, influence.runs
        origin = Origin(runs.name, runs.label, runs.run_id)
        ends = [(s.dimension, s.low_values, s.high_values) for s in influence.swings]
    else:
        plan, resolved = influence.study.plan, influence.study.resolved
        scenario = resolved.scenario
        run = f"sensitivity-{influence.method}-{scenario.name}-{resolved.hash[:8]}"
        origin = Origin(scenario.name, scenario.label, run)
        ends = list(zip(influence.study.dimensions, influence.low, influence.high, strict=True))
    item = plan.plan.indicator(indicator)
    place = plan.plan.indicators.index(item)
    bars = [
        Bar(
            both(input_words(what, plan, "zh"), input_words(what, plan, "en")),
            float(low[place]),
            float(high[place]),
        )
        for what, low, high in ends
    ]
    bars = sorted((bar for bar in bars if bar.width == bar.width), key=lambda bar: -bar.width)
    seen = [bar for bar in bars if bar.width >= 0.5 * 10.0**-item.decimals] or bars[:1]
    return TornadoData(item, float(influence.base[place]), tuple(seen[:BARS]), len(ends), origin)


def plot_tornado(
    influence: Influence | Sensitivity | TornadoData,
    indicator: int | str = "",
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """One indicator with each input at the low and the high end of its range, widest first.

    Parameters
    ----------
    influence : Influence, Sensitivity or TornadoData
        As `compute_influence` returns it, or `compute_sensitivity` with the method tornado.
    indicator : int or str
        Number, id or label, such as ``labour_productivity``.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title, legend and footer.
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
    >>> runs = zjsim.simulate(zjsim.open_plan(), "baseline", estimate_error=False)
    >>> influence = zjsim.compute_influence(runs)
    >>> axes = zjsim.plot_tornado(influence, "labour_productivity")
    """
    words = chosen_language(language)
    data = influence if isinstance(influence, TornadoData) else tornado_data(influence, indicator)
    item, footer = data.indicator, data.origin.footer(words)
    widest = label("note.widest", words, count=len(data.bars), total=data.total)
    subtitle = house_style.SEPARATOR.join([label("note.one_at_a_time", words), widest])
    height = 0.40 * len(data.bars) + 2.2
    frame = Frame(9.6, height, 0.34, 0.84, 1 - 1.3 / height, 0.92 / height)
    names = [localised(bar.name, words) for bar in data.bars]
    with house(style), canvas(ax, frame, figsize, title, footer, (1.15, 0.2)) as at:
        room = Room(right=AWAY[1] + 6, top=20, bottom=40)
        shown, size = name_rows(at, names, len(names) + 0.2, (26, 8.8), room)
        columns = right_edges(at, COLUMNS, AWAY)
        draw_tornado(at.ax, data, words, shown, size, columns)
        said = f"{item.number}  {localised(item.label, words)}"
        heading = label("title.tornado", words, indicator=said)
        at.finish(heading, subtitle, footer, lambda: _key(at.ax, item, words, at.usual), 14)
    return at.ax


def draw_tornado(
    ax: Axes,
    data: TornadoData,
    language: Language,
    names: Sequence[str] | None = None,
    size: float = 8.8,
    columns: Sequence[Edge] = COLUMNS,
) -> None:
    """Bars, the value as it is and the target on axes as they are, numbers in ``columns``."""
    item, base, bars = data.indicator, data.base, data.bars
    if names is None:
        names = [house_style.wrap(localised(bar.name, language), 26) for bar in bars]
    rows = list(range(len(bars)))
    for key, colour in (("low", house_style.PALE_BLUE), ("high", house_style.BLUE)):
        ax.barh(
            rows, [getattr(bar, key) - base for bar in bars], left=base, height=0.56, color=colour,
            zorder=2, edgecolor=house_style.BLUE, linewidth=0.9, gid=f"at-{key}",
            label=label(f"legend.{key}", language),
        )  # fmt: skip
    for row, bar in enumerate(bars):
        _numbers(ax, row, (bar.low, bar.high), item.decimals, columns)
    _heads(ax, language, columns)
    ax.axvline(
        base, color=house_style.ink(), lw=1.0, zorder=3, gid="as-is",
        label=label("legend.as_is", language),
    )  # fmt: skip
    ax.axvline(
        item.target.value, color=house_style.ORANGE, lw=1.8, zorder=3, gid="target",
        label=label("legend.target", language),
    )  # fmt: skip
    values = [base, item.target.value, *(v for bar in bars for v in (bar.low, bar.high))]
    room = 0.05 * (max(values) - min(values) or 1.0)
    ax.set_xlim(min(values) - room, max(values) + room)
    house_style.quiet_axes(ax, "none")
    ax.set_yticks(rows, names)
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6)
    ax.tick_params(axis="x", labelsize=points(8))
    ax.set_ylim(len(bars) - 0.4, -0.6)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(house_style.tick_formatter(ax, "x", item.decimals))
    house_style.axis_words(ax, localised(item.unit, language))


def _numbers(
    ax: Axes, row: int, ends: tuple[float, float], decimals: int, columns: Sequence[Edge]
) -> None:
    """The value at each end, in columns right of the bars: nothing covers them there."""
    for edge, value in zip(columns, ends, strict=True):
        ax.text(
            edge.place, row, format_number(value, decimals), ha="right", va="center", clip_on=False,
            transform=edge.transform(ax), fontsize=points(8.5), color=house_style.ink(),
        )  # fmt: skip


def _heads(ax: Axes, language: Language, columns: Sequence[Edge]) -> None:
    for edge, key in zip(columns, ("column.at_low", "column.at_high"), strict=True):
        ax.annotate(
            label(key, language), (edge.place, 1), xytext=(edge.away, 4), ha="right",
            fontsize=points(8.5), color=house_style.muted(), **house_style.ABOVE_AXES,
        )  # fmt: skip


def _key(ax: Axes, indicator: Indicator, language: Language, usual: bool) -> None:
    words = f"{label('legend.target', language)} {target_words(indicator, language)}"
    handles: list[Any] = [
        Patch(fc=house_style.PALE_BLUE, ec=house_style.BLUE, label=label("legend.low", language)),
        Patch(fc=house_style.BLUE, ec=house_style.BLUE, label=label("legend.high", language)),
        Line2D([], [], color=house_style.ink(), lw=1.0, label=label("legend.as_is", language)),
        Line2D([], [], color=house_style.ORANGE, lw=1.8, label=words),
    ]
    wide = house_style.inches(ax.figure)[0]
    where: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (-0.01, 1.02), "ncols": 4}
    if not usual:
        texts = [handle.get_label() for handle in handles]
        where["bbox_to_anchor"] = (0.0, 1 + 18 / _points_high(ax))
        where["loc"], where["ncols"] = "lower center", key_columns(texts, wide, points(8.5))
        where["bbox_to_anchor"] = (0.5, where["bbox_to_anchor"][1])
    ax.legend(handles=handles, fontsize=points(8.5), handlelength=1.4, columnspacing=1.5, **where)


def _points_high(ax: Axes) -> float:
    return float(ax.get_position().height * house_style.inches(ax.figure)[1] * 72)
