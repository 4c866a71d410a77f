"""One indicator's panel: its lines, target, value ends, header and badge on given axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from matplotlib.transforms import offset_copy

from zjsim.assessment.assess import Row
from zjsim.assessment.plan import Indicator
from zjsim.language import Language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.style import points, stroke
from zjsim.report.tables.chance_words import share_words
from zjsim.report.tables.rows import plan_path
from zjsim.report.tables.wording import (
    amended_target_words,
    amendment_decides,
    target_words,
    value_words,
)
from zjsim.report.words.labels import label, localised


@dataclass(frozen=True, slots=True)
class Sizes:
    """Font sizes and widths of one panel, in points; ``title_width`` in font sizes."""

    title: float = 9.5
    small: float = 8.0
    line: float = 1.9
    marker: float = 5.0
    diamond: float = 7.5
    title_width: float = 22.5
    header: float = 24.0
    left: float = -0.09
    right: float = 1.13

    def shrunk(self) -> Sizes:
        """Lines and marks as small as the letters, where those are smaller than usual."""
        line, marker, diamond = map(stroke, (self.line, self.marker, self.diamond))
        return replace(self, line=line, marker=marker, diamond=diamond)


PANEL = Sizes()
LARGE = Sizes(
    title=14, small=10.5, line=2.6, marker=7, diamond=11, title_width=38, header=34,
    left=-0.055, right=1.13,
)  # fmt: skip


def draw_panel(
    ax: Axes, row: Row, language: Language, sizes: Sizes, title: str | None = None
) -> None:
    """History, projection, plan path, outturns, target and verdict of one indicator."""
    indicator = row.indicator
    house_style.quiet_axes(ax)
    _draw_lines(ax, row, language, sizes)
    _set_ranges(ax, row)
    _draw_target(ax, row, language, sizes)
    _draw_header(ax, row, language, sizes, title)
    ax.tick_params(labelsize=points(sizes.small))
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    ax.yaxis.set_major_formatter(house_style.tick_formatter(ax, "y", indicator.decimals))


def _draw_lines(ax: Axes, row: Row, language: Language, sizes: Sizes) -> None:
    indicator = row.indicator
    base, target = indicator.base, indicator.target
    history = _history(row)
    later = [outturn for outturn in row.outturns if outturn.year > base.year]
    span = [base.year + step / 4 for step in range(4 * (target.year - base.year) + 1)]

    def named(key: str) -> dict[str, Any]:
        return {"label": label(f"legend.{key}", language), "gid": key.replace("_", "-")}

    path_of_plan = plan_path(indicator, span)
    ax.plot(
        span, path_of_plan, color=house_style.faint(), linewidth=stroke(1.0), zorder=2,
        **named("plan_path"),
    )  # fmt: skip
    if row.low:
        ax.fill_between(
            row.years, row.low, row.high, color=house_style.SKY, alpha=0.30, lw=0, zorder=1,
            **named("band"),
        )  # fmt: skip
    years, path = _projected(row)
    ax.plot(
        years, path, color=house_style.BLUE, linewidth=sizes.line, zorder=3,
        linestyle=(0, (4.2, 1.2)), dash_capstyle="butt", **named("projection"),
    )  # fmt: skip
    ax.plot(
        *zip(*history, strict=True),
        color=house_style.ink(),
        linewidth=sizes.line,
        marker="o",
        markersize=sizes.marker - 1.5,
        zorder=4,
        **named("history"),
    )
    ax.plot(
        [point.year for point in later], [point.value for point in later], "o", zorder=5,
        markersize=sizes.marker, markerfacecolor=house_style.paper(),
        markeredgecolor=house_style.ink(), markeredgewidth=stroke(1.2), linestyle="none",
        **named("outturn"),
    )  # fmt: skip


def _projected(row: Row) -> tuple[list[float], list[float]]:
    """The projection, begun at the base where that is older than the first run year."""
    base = row.indicator.base
    years, path = list(map(float, row.years)), list(row.path)
    if years and base.year < years[0]:
        return [float(base.year), *years], [row.indicator.start, *path]
    return years, path


def _history(row: Row) -> list[tuple[int, float]]:
    """Published figures before the base, and the base."""
    base = row.indicator.base
    points = [(seen.year, seen.value) for seen in row.outturns if seen.year < base.year]
    return [*points, (base.year, row.indicator.start)]


def _set_ranges(ax: Axes, row: Row) -> None:
    indicator = row.indicator
    values = [indicator.start, indicator.target.value, *row.low, *row.high]
    values += [indicator.amended.value] if indicator.amended else []
    values += [value for value in row.path if value == value]
    values += [outturn.value for outturn in row.outturns]
    low, high = min(values), max(values)
    room = 0.09 * (high - low or 1.0)
    # The words of an amended target take two lines and stand above the others.
    ax.set_ylim(low - room, high + (4.2 * room if indicator.amended else room))
    first = min([indicator.base.year, *row.years, *(outturn.year for outturn in row.outturns)])
    last = max(indicator.target.year, *row.years)
    ax.set_xlim(first - 0.25, last + 0.3)
    every = 1 if last - first < 7 else 2
    ticks = [year for year in range(first, last + 1) if (last - year) % every == 0]
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))


def _draw_target(ax: Axes, row: Row, language: Language, sizes: Sizes) -> None:
    """The diamonds, the band, and their labels in the right margin, kept apart."""
    indicator = row.indicator
    target = indicator.target
    if target.highest is not None:
        ax.plot(
            [target.year, target.year], [target.lowest, target.highest], color=house_style.ink(),
            linewidth=stroke(1.2), marker="_", markersize=sizes.diamond, zorder=5, clip_on=False,
            gid="target-band",
        )  # fmt: skip
    marks = [(target.value, False)]
    marks += [(indicator.amended.value, True)] if indicator.amended else []
    for value, amended in marks:
        key = "amended" if amended else "target"
        ax.plot(
            [target.year], [value], markersize=sizes.diamond * 0.8, zorder=6, clip_on=False,
            label=label(f"legend.{key}", language), gid=key, **house_style.diamond(amended),
        )  # fmt: skip
    labels = ends(row, language)
    for (_, text, colour), height in zip(
        labels, apart(ax, labels, points(sizes.small)), strict=True
    ):
        ax.annotate(
            text, (target.year, height), xytext=(sizes.diamond + 2, 0), linespacing=1.1,
            textcoords="offset points", va="center", color=colour, fontsize=points(sizes.small),
            annotation_clip=False,
        )  # fmt: skip


def ends(row: Row, language: Language) -> list[tuple[float, str, Any]]:
    """Height, words and colour of the labels at the right end."""
    indicator = row.indicator
    labels = [(indicator.target.value, target_words(indicator, language), house_style.ink())]
    if indicator.amended is not None:
        words = amended_label(indicator, language)
        labels.append((indicator.amended.value, words, house_style.muted()))
    if row.projection == row.projection:
        labels.append((row.path[-1], value_words(row), house_style.BLUE))
    return labels


def amended_label(indicator: Indicator, language: Language) -> str:
    """The target as amended later and since when, in two lines."""
    amended, shown = indicator.amended, amended_target_words(indicator, language)
    return label("note.amended_label", language, target=shown, date=amended.date if amended else "")


def apart(ax: Axes, labels: Sequence[tuple[float, str, Any]], size: float) -> list[float]:
    """Heights, in data units, of end labels (height, text, colour) so that none covers another."""
    high = ax.get_position().height * house_style.inches(ax.figure)[1] * 72
    bottom, top = ax.get_ylim()
    unit = 1.45 * size * (top - bottom) / high
    heights = [height for height, _, _ in labels]
    tall = [unit * (text.count("\n") + 1) for _, text, _ in labels]
    order = sorted(range(len(labels)), key=lambda place: heights[place])
    for _ in range(100):  # each pass halves what is left of an overlap of three
        moved = False
        for under, over in pairwise(order):
            short = (tall[under] + tall[over]) / 2 - (heights[over] - heights[under])
            if short > 1e-6 * unit:
                heights[over] += short / 2
                heights[under] -= short / 2
                moved = True
        if not moved:
            break
    return heights


def _draw_header(ax: Axes, row: Row, language: Language, sizes: Sizes, title: str | None) -> None:
    """Number and name, then unit and nature, and the verdict in colour."""
    indicator = row.indicator
    if title is None:
        title = f"{indicator.number}  {localised(indicator.label, language)}"
    at: dict[str, Any] = dict(house_style.ABOVE_AXES)
    text = ax.annotate(
        house_style.wrap(title, sizes.title_width),
        (sizes.left, 1),
        xytext=(0, points(sizes.header)),
        va="bottom",
        fontsize=points(sizes.title),
        linespacing=1.15,
        **at,
    )
    house_style.strong(text, 0.25)
    words = [localised(indicator.unit, language)]
    if indicator.cumulative:
        words.append(label("note.cumulative", language))
    words.append(label(f"nature.{indicator.nature}", language))
    ax.annotate(
        house_style.SEPARATOR.join(words),
        (sizes.left, 1),
        xytext=(0, points(sizes.header - 6)),
        va="top",
        fontsize=points(sizes.small),
        color=house_style.muted(),
        **at,
    )
    _draw_badge(ax, row, language, sizes)


def _draw_badge(ax: Axes, row: Row, language: Language, sizes: Sizes) -> None:
    """The verdict at the right end of the header: shape, word and colour."""
    size, verdict = points(sizes.small + 0.5), row.verdict
    word = label(f"verdict.{verdict}", language) + (" †" if amendment_decides(row) else "")
    if row.probability is not None:
        word += house_style.SEPARATOR + share_words(row.probability)
    text = ax.annotate(
        word, (sizes.right, 1), xytext=(0, points(sizes.header - 5.5)),
        xycoords="axes fraction", textcoords="offset points", va="top", ha="right",
        fontsize=size, color=house_style.VERDICT_COLOUR[verdict], annotation_clip=False,
    )  # fmt: skip
    house_style.strong(text, 0.25)
    width = text.get_window_extent().width * 72 / ax.figure.dpi
    shifted = offset_copy(
        ax.transAxes, fig=house_style.figure_of(ax), x=-width - 0.75 * size,
        y=points(sizes.header - 6) - 0.5 * size,
        units="points",
    )  # fmt: skip
    house_style.verdict_mark(ax, sizes.right, 1, verdict, 0.85 * size, transform=shifted, zorder=8)


def line_looks(
    banded: bool = False, amended: bool = False, outturns: bool = True
) -> list[tuple[str, dict[str, Any]]]:
    """Key of the catalogue → how the line or mark is drawn, for what a picture shows."""
    looks: list[tuple[str, dict[str, Any]]] = [
        (
            "legend.history",
            {"color": house_style.ink(), "lw": stroke(1.9), "marker": "o", "ms": stroke(3.5)},
        ),
        (
            "legend.projection",
            {"color": house_style.BLUE, "lw": stroke(1.9), "ls": (0, (4.2, 1.2))},
        ),
        ("legend.plan_path", {"color": house_style.faint(), "lw": stroke(1.2)}),
    ]
    if outturns:
        hollow = {
            "linestyle": "none",
            "marker": "o",
            "mfc": house_style.paper(),
            "mec": house_style.ink(),
        }
        looks.append(("legend.outturn", hollow))
    looks.append(("legend.target", house_style.diamond()))
    if amended:
        looks.append(("legend.amended", house_style.diamond(amended=True)))
    if banded:
        looks.insert(2, ("legend.band", {"color": house_style.SKY, "alpha": 0.35, "lw": stroke(8)}))
    return looks
