"""Where a plan fails: the limits of each region beside the whole range of each input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from zjsim.language import LANGUAGES, Language, chosen_language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Frame, Origin, Room, Size, canvas, key_columns, name_rows
from zjsim.report.charts.ensemble_charts import both
from zjsim.report.charts.style import Style, house, points
from zjsim.report.tables import discover_tables as tables
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_share

if TYPE_CHECKING:
    from zjsim.analysis.deciding.discover import Discovery
    from zjsim.analysis.deciding.regions import Limit

HEAD, GAP = 0.8, 0.35  # rows that the words above a region and the gap below take
BESIDE = 0.17  # room for the ends of the range, in parts of it
COLOURS = {"fails": house_style.VERMILLION, "holds": house_style.GREEN}


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One input of a region; values in its own unit, words by language."""

    region: int
    head: object
    name: object
    said: object
    ends: tuple[object, object]
    span: tuple[float, float]
    low: float | None
    high: float | None
    expected: float

    def place(self, value: float) -> float:
        """Where a value stands within the range, 0 to 1."""
        low, high = self.span
        return float(np.clip((value - low) / (high - low) if high > low else 0.5, 0, 1))

    @property
    def inside(self) -> tuple[float, float]:
        """The region within the range."""
        return (
            0.0 if self.low is None else self.place(self.low),
            1.0 if self.high is None else self.place(self.high),
        )


@dataclass(frozen=True, slots=True)
class DiscoverData:
    """Rows by region; ``share`` is that of all worlds."""

    rows: tuple[RegionRow, ...]
    where: str
    targets: tuple[int, ...]
    share: float
    origin: Origin

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row an input of a region."""
        heads = ["region", "input", "low", "high", "range_low", "range_high", "expected"]
        rows = [
            [row.region, localised(row.name, language), row.low, row.high, *row.span, row.expected]
            for row in self.rows
        ]
        return heads, rows or [["", "", None, None, None, None, None]]


def _both(words: Any) -> Any:
    found = {language: words(language) for language in LANGUAGES}
    return both(found["zh"], found["en"])


def discover_data(found: Discovery) -> DiscoverData:
    """What `plot_discover` draws: the regions as counted in fresh worlds."""
    rows: list[RegionRow] = []
    for number, region in enumerate(found.boxes, start=1):

        def head(language: Language, region: Any = region, number: int = number) -> str:
            return label(
                f"discover.chart_box_{found.where}", language, number=number,
                coverage=format_share(region.fresh.coverage, 0),
                density=format_share(region.fresh.density, 0),
            )  # fmt: skip

        rows += [_row(found, number, _both(head), limit) for limit in region.limits]
    scenario = found.resolved.scenario
    origin = Origin(scenario.name, scenario.label, found.run_id, found.runs, found.seed)
    numbers = tuple(item.number for item in found.targets)
    return DiscoverData(tuple(rows), found.where, numbers, found.fresh_share, origin)


def _row(found: Discovery, number: int, head: object, limit: Limit) -> RegionRow:
    def end(value: float) -> Any:
        return _both(lambda words: tables.amount(limit.observed, value, limit.decimals, words))

    return RegionRow(
        number, head,
        _both(lambda words: tables.name_of(limit, found.plan, words)),
        _both(lambda words: tables.threshold(limit, words)),
        (end(limit.span[0]), end(limit.span[1])), limit.span, limit.low, limit.high,
        limit.observed.expected,
    )  # fmt: skip


def plot_discover(
    found: Discovery | DiscoverData,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """Where in the uncertain world a plan fails: each region's limits beside the whole range.

    Parameters
    ----------
    found : Discovery or DiscoverData
        As `discover` returns it.
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
        Of matplotlib; each row goes from the 2.5th to the 97.5th percentile of its input.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.discover("zhejiang", targets=[9], runs=256, tree=False)
    >>> axes = zjsim.plot_discover(found, "en")
    """
    words = chosen_language(language)
    data = found if isinstance(found, DiscoverData) else discover_data(found)
    footer = data.origin.footer(words)
    places, lines = _places(data)
    height = 0.62 * lines + 2.3
    frame = Frame(9.6, height, 0.30, 0.97, 1 - 1.0 / height, 1.15 / height)
    with house(style), canvas(ax, frame, figsize, title, footer, (0.75, 0.45)) as at:
        names = [localised(row.name, words) for row in data.rows]
        room = Room(right=6, top=4, bottom=34)
        shown, size = name_rows(at, names or [""], lines, (22, 8.8), room)
        draw_discover(at.ax, data, words, places, shown[: len(names)], size)
        said = tables.which_targets(data.targets, words)
        share = label(f"discover.chart_share_{data.where}", words, share=format_share(data.share))
        parts = [data.origin.title(words), said, share, label("discover.chart_fresh", words)]
        heading = label(f"title.discover_{data.where}", words)
        at.finish(heading, house_style.SEPARATOR.join(parts), footer)
        _key(at.ax, data, words)
    return at.ax


def _places(data: DiscoverData) -> tuple[list[float], float]:
    """The height of each row from above, and how many rows there are with heads and gaps."""
    places: list[float] = []
    at, region = -0.5, 0
    for row in data.rows:
        if row.region != region:
            at += HEAD + (GAP if region else 0)
            region = row.region
        places.append(at + 0.5)
        at += 1
    return places, max(at + 0.5, 1.0)


def draw_discover(
    ax: Axes, data: DiscoverData, language: Language, places: Sequence[float],
    names: Sequence[str], size: float,
) -> None:  # fmt: skip
    """A bar a row for the whole range, the region on it, and the value that is expected."""
    region, colour = 0, COLOURS[data.where]
    for row, place in zip(data.rows, places, strict=True):
        if row.region != region:
            region = row.region
            text = ax.text(
                -BESIDE, place - 0.5 - HEAD / 2, localised(row.head, language), va="center",
                fontsize=points(9.2), color=house_style.ink(),
            )  # fmt: skip
            house_style.strong(text)
        low, high = row.inside
        ax.barh(place, 1, height=0.26, color=house_style.HAIRLINE, zorder=1, gid="whole")
        ax.barh(
            place, high - low, left=low, height=0.26, color=colour, zorder=2, gid="region"
        )  # fmt: skip
        if np.isfinite(row.expected):
            at = row.place(row.expected)
            ax.plot(
                [at, at], [place - 0.22, place + 0.22], color=house_style.ink(), lw=1.6, zorder=4,
                gid="expected",
            )  # fmt: skip
        ax.text(
            min(max((low + high) / 2, 0.12), 0.88), place - 0.30, localised(row.said, language),
            ha="center", va="center", fontsize=points(8.8), color=colour,
        )  # fmt: skip
        for x, side, end in ((-0.015, "right", row.ends[0]), (1.015, "left", row.ends[1])):
            ax.text(
                x, place, localised(end, language), ha=side, va="center", fontsize=points(8),
                color=house_style.muted(),
            )  # fmt: skip
    if not data.rows:
        ax.text(0.5, 0, label("discover.chart_nothing", language), ha="center", va="center")
    _axes(ax, places, names, size)


def _axes(ax: Axes, places: Sequence[float], names: Sequence[str], size: float) -> None:
    house_style.quiet_axes(ax, "none")
    ax.spines["bottom"].set_visible(False)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(-BESIDE, 1 + BESIDE)
    ax.set_xticks([])
    ax.set_yticks(list(places), list(names))
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6, length=0)
    last = places[-1] if places else 0.0
    ax.set_ylim(last + 0.5, -0.6)


def _key(ax: Axes, data: DiscoverData, language: Language) -> None:
    handles: list[Any] = [
        Patch(fc=COLOURS[data.where], label=label(f"legend.region_{data.where}", language)),
        Patch(fc=house_style.HAIRLINE, label=label("legend.whole_range", language)),
        Line2D([], [], color=house_style.ink(), lw=1.6, label=label("legend.expected", language)),
    ]
    texts = [handle.get_label() for handle in handles]
    size, wide = points(8.8), house_style.inches(ax.figure)[0]
    high = float(ax.get_position().height * house_style.inches(ax.figure)[1] * 72)
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -points(4) / high),
        ncols=key_columns(texts, wide, size), fontsize=size, handlelength=1.4, columnspacing=1.6,
    )  # fmt: skip
