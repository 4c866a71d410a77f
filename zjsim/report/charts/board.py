"""The board: a panel an indicator in the order of the plan, and one of them large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from matplotlib.transforms import offset_copy

from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import PASSES, Verdict
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style
from zjsim.report.tables.rows import (
    Outturn,
    Report,
    ReportRow,
    as_report,
    plan_path,
)
from zjsim.report.tables.wording import (
    amended_target_words,
    amendment_decides,
    amendment_lines,
    counted_indicators,
    target_words,
    value_words,
)
from zjsim.report.words.labels import label, localised
from zjsim.report.words.line_breaks import wrap

COLUMNS = 4


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


PANEL = Sizes()
LARGE = Sizes(
    title=14, small=10.5, line=2.6, marker=7, diamond=11, title_width=38, header=34,
    left=-0.055, right=1.13,
)  # fmt: skip


@style.styled
def plot_board(assessment: Any, language: str | None = None) -> style.HouseFigure:
    """All indicators of one scenario, a panel each, with a key and a tally.

    History is solid, the projection dashed (with its band for an ensemble), the plan's path
    thin grey, outturns hollow dots, the target a diamond with its words. The verdict is said
    by shape, word and colour.

    Parameters
    ----------
    assessment : Assessment
        As `assess` returns it; of an ensemble medians and 95 % bands are drawn.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.

    Returns
    -------
    Figure
        Of matplotlib; a notebook shows it, ``savefig`` writes it.

    Examples
    --------
    >>> import zjsim
    >>> result = zjsim.assess("zhejiang", zjsim.simulate("zhejiang", "baseline"))
    >>> figure = zjsim.plot_board(result, "en")
    """
    language = chosen_language(language)
    report = as_report(assessment)
    rows = -(-(len(report.rows) + 2) // COLUMNS)
    figure = style.new_figure(14.0, 3.1 * rows + 1.2)
    height = figure.get_figheight()
    cells = figure.subplots(
        rows,
        COLUMNS,
        gridspec_kw={
            "left": 0.034, "right": 0.956, "wspace": 0.40, "hspace": 0.52,
            "top": 1 - 1.6 / height, "bottom": 0.66 / height,
        },
    ).ravel()  # fmt: skip
    counted = counted_indicators(len(report.rows), language)
    plan = localised(report.plan_title, language)
    title = label("title.board", language, plan=plan, counted=counted)
    style.add_title(figure, title, style.scenario_words(report, language))
    for ax, row in zip(cells, report.rows, strict=False):
        draw_panel(ax, row, language, PANEL)
    _draw_key(cells[len(report.rows)], report, language)
    _draw_tally(cells[len(report.rows) + 1], report, language)
    for ax in cells[len(report.rows) + 2 :]:
        ax.set_axis_off()
    style.add_footer(figure, style.source_line(report, language))
    return figure


@style.styled
def plot_indicator(
    assessment: Any, indicator: int | str, language: str | None = None, ax: Axes | None = None
) -> Axes:
    """One indicator large.

    Parameters
    ----------
    assessment : Assessment
        As `assess` returns it; of an ensemble medians and 95 % bands are drawn.
    indicator : int or str
        Number, id or label, such as ``labour_productivity``.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.
    ax : Axes or None
        None makes a figure with title, legend and footer.

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
    >>> result = zjsim.assess("zhejiang", zjsim.simulate("zhejiang", "baseline"))
    >>> axes = zjsim.plot_indicator(result, "labour_productivity")
    """
    language = chosen_language(language)
    report = as_report(assessment)
    own = ax is None
    if ax is None:
        ax = style.new_axes(8.6, 5.2)
        ax.figure.subplots_adjust(left=0.08, right=0.86, top=0.79, bottom=0.19)
    draw_panel(ax, report.row(indicator), language, LARGE)
    if own:
        _draw_legend(ax, report.row(indicator), language)
        style.add_footer(ax.figure, style.source_line(report, language))
    return ax


def draw_panel(ax: Axes, row: ReportRow, language: Language, sizes: Sizes) -> None:
    """History, projection, plan path, outturns, target and verdict of one indicator."""
    indicator = row.indicator
    style.quiet_axes(ax)
    _draw_lines(ax, row, sizes)
    _set_ranges(ax, row)
    _draw_target(ax, row, language, sizes)
    _draw_header(ax, row, language, sizes)
    ax.tick_params(labelsize=sizes.small)
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    ax.yaxis.set_major_formatter(style.tick_formatter(ax, "y", indicator.decimals))


def _draw_lines(ax: Axes, row: ReportRow, sizes: Sizes) -> None:
    indicator = row.indicator
    base, target = indicator.base, indicator.target
    history = _history(row)
    later = [outturn for outturn in row.outturns if outturn.year > base.year]
    span = [base.year + step / 4 for step in range(4 * (target.year - base.year) + 1)]
    ax.plot(span, plan_path(indicator, span), color=style.FAINT, linewidth=1.0, zorder=2)
    if row.low:
        ax.fill_between(row.years, row.low, row.high, color=style.SKY, alpha=0.30, lw=0, zorder=1)
    years, path = _projected(row)
    ax.plot(
        years, path, color=style.BLUE, linewidth=sizes.line, zorder=3,
        linestyle=(0, (4.2, 1.2)), dash_capstyle="butt",
    )  # fmt: skip
    ax.plot(
        [point.year for point in history], [point.value for point in history],
        color=style.INK, linewidth=sizes.line, marker="o", markersize=sizes.marker - 1.5, zorder=4,
    )  # fmt: skip
    ax.plot(
        [point.year for point in later], [point.value for point in later], "o", zorder=5,
        markersize=sizes.marker, markerfacecolor="white", markeredgecolor=style.INK,
        markeredgewidth=1.2, linestyle="none",
    )  # fmt: skip


def _projected(row: ReportRow) -> tuple[list[float], list[float]]:
    """The projection, begun at the base where that is older than the first run year."""
    base = row.indicator.base
    years, path = list(map(float, row.years)), list(row.projection)
    if years and base.year < years[0]:
        return [float(base.year), *years], [row.indicator.start, *path]
    return years, path


def _history(row: ReportRow) -> list[Outturn]:
    base = row.indicator.base
    points = [outturn for outturn in row.outturns if outturn.year < base.year]
    return [*points, Outturn(base.year, row.indicator.start)]


def _set_ranges(ax: Axes, row: ReportRow) -> None:
    indicator = row.indicator
    values = [indicator.start, indicator.target.value, *row.low, *row.high]
    values += [indicator.amended.value] if indicator.amended else []
    values += [value for value in row.projection if value == value]
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


def _draw_target(ax: Axes, row: ReportRow, language: Language, sizes: Sizes) -> None:
    """The diamonds, the band, and their labels in the right margin, kept apart."""
    indicator = row.indicator
    target = indicator.target
    if target.highest is not None:
        ax.plot(
            [target.year, target.year], [target.lowest, target.highest], color=style.INK,
            linewidth=1.2, marker="_", markersize=sizes.diamond, zorder=5, clip_on=False,
        )  # fmt: skip
    labels = [(target.value, target_words(indicator, language), style.INK)]
    if indicator.amended is not None:
        labels.append((indicator.amended.value, amended_label(indicator, language), style.MUTED))
    for value, amended in [(height, place > 0) for place, (height, _, _) in enumerate(labels)]:
        ax.plot(
            [target.year], [value], markersize=sizes.diamond * 0.8, zorder=6, clip_on=False,
            **style.diamond(amended),
        )  # fmt: skip
    if row.value == row.value:
        labels.append((row.projection[-1], value_words(row), style.BLUE))
    for (_, text, colour), height in zip(labels, apart(ax, labels, sizes.small), strict=True):
        ax.annotate(
            text, (target.year, height), xytext=(sizes.diamond + 2, 0), linespacing=1.1,
            textcoords="offset points", va="center", color=colour, fontsize=sizes.small,
            annotation_clip=False,
        )  # fmt: skip


def amended_label(indicator: Indicator, language: Language) -> str:
    """The target as amended later and since when, in two lines."""
    amended, shown = indicator.amended, amended_target_words(indicator, language)
    return label("note.amended_label", language, target=shown, date=amended.date if amended else "")


def apart(ax: Axes, labels: Sequence[tuple[float, str, str]], size: float) -> list[float]:
    """Heights, in data units, of end labels (height, text, colour) so that none covers another."""
    points = ax.get_position().height * style.figure_of(ax).get_figheight() * 72
    low, high = ax.get_ylim()
    unit = 1.45 * size * (high - low) / points
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


def _draw_header(ax: Axes, row: ReportRow, language: Language, sizes: Sizes) -> None:
    """Number and name, then unit and nature, and the verdict in colour."""
    indicator = row.indicator
    title = f"{indicator.number}  {localised(indicator.label, language)}"
    at: dict[str, Any] = dict(style.ABOVE_AXES)
    text = ax.annotate(
        style.wrap(title, sizes.title_width), (sizes.left, 1), xytext=(0, sizes.header),
        va="bottom", fontsize=sizes.title, linespacing=1.15, **at,
    )  # fmt: skip
    style.strong(text, 0.25)
    words = [localised(indicator.unit, language)]
    if indicator.cumulative:
        words.append(label("note.cumulative", language))
    words.append(label(f"nature.{indicator.nature}", language))
    ax.annotate(
        style.SEPARATOR.join(words), (sizes.left, 1), xytext=(0, sizes.header - 6), va="top",
        fontsize=sizes.small, color=style.MUTED, **at,
    )  # fmt: skip
    _draw_badge(ax, row, language, sizes)


def _draw_badge(ax: Axes, row: ReportRow, language: Language, sizes: Sizes) -> None:
    """The verdict at the right end of the header: shape, word and colour."""
    size, verdict = sizes.small + 0.5, row.verdict
    word = label(f"verdict.{verdict}", language) + (" †" if amendment_decides(row) else "")
    text = ax.annotate(
        word, (sizes.right, 1), xytext=(0, sizes.header - 5.5),
        xycoords="axes fraction", textcoords="offset points", va="top", ha="right",
        fontsize=size, color=style.VERDICT_COLOUR[verdict], annotation_clip=False,
    )  # fmt: skip
    style.strong(text, 0.25)
    width = text.get_window_extent().width * 72 / ax.figure.dpi
    shifted = offset_copy(
        ax.transAxes, fig=style.figure_of(ax), x=-width - 0.75 * size,
        y=sizes.header - 6 - 0.5 * size,
        units="points",
    )  # fmt: skip
    style.verdict_mark(ax, sizes.right, 1, verdict, 0.85 * size, transform=shifted, zorder=8)


def line_looks(
    banded: bool = False, amended: bool = False, outturns: bool = True
) -> list[tuple[str, dict[str, Any]]]:
    """Key of the catalogue → how the line or mark is drawn, for what a picture shows."""
    looks: list[tuple[str, dict[str, Any]]] = [
        ("legend.history", {"color": style.INK, "lw": 1.9, "marker": "o", "ms": 3.5}),
        ("legend.projection", {"color": style.BLUE, "lw": 1.9, "ls": (0, (4.2, 1.2))}),
        ("legend.plan_path", {"color": style.FAINT, "lw": 1.2}),
    ]
    if outturns:
        hollow = {"linestyle": "none", "marker": "o", "mfc": "white", "mec": style.INK}
        looks.append(("legend.outturn", hollow))
    looks.append(("legend.target", style.diamond()))
    if amended:
        looks.append(("legend.amended", style.diamond(amended=True)))
    if banded:
        looks.insert(2, ("legend.band", {"color": style.SKY, "alpha": 0.35, "lw": 8}))
    return looks


def _draw_key(ax: Axes, report: Report, language: Language) -> None:
    """What each line and mark means."""
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    banded = any(row.low for row in report.rows)
    amended = any(row.indicator.amended for row in report.rows)
    for position, (key, look) in enumerate(line_looks(banded, amended)):
        height = 1.02 - position * 0.15
        xs = [0.06] if look.get("linestyle") == "none" else [0.0, 0.06, 0.12]
        ax.plot(xs, [height] * len(xs), **{"ms": 5.5, "clip_on": False, **look})
        ax.text(0.19, height, label(key, language), va="center", fontsize=9)
    for position, verdict in enumerate(Verdict):
        height = 1.02 - position * 0.15
        style.verdict_mark(ax, 0.64, height, verdict, 7.5)
        word = label(f"verdict.{verdict}", language)
        colour = style.VERDICT_COLOUR[verdict]
        ax.text(0.71, height, word, va="center", fontsize=9, color=colour)


def _draw_legend(ax: Axes, row: ReportRow, language: Language) -> None:
    """The same key in one line under a large panel."""
    seen = any(outturn.year > row.indicator.base.year for outturn in row.outturns)
    handles = [
        Line2D([], [], label=label(key, language), **{"ms": 6, **look})
        for key, look in line_looks(bool(row.low), row.indicator.amended is not None, seen)
    ]
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=len(handles),
        fontsize=9, handlelength=2.2, columnspacing=1.8,
    )  # fmt: skip


def _draw_tally(ax: Axes, report: Report, language: Language) -> None:
    """How many targets are met, in a figure that can be read across a room."""
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    binding = [row for row in report.rows if row.indicator.binding]
    met = sum(row.verdict in PASSES for row in binding)
    number = ax.text(0.12, 1.06, f"{report.met}/{len(report.rows)}", fontsize=36, va="top")
    style.strong(number, 0.8)
    lines = [
        label("note.tally_of", language, met=report.met, total=len(report.rows)),
        label("note.binding_tally", language, met=met, total=len(binding)),
    ]
    # A target that was amended later and then missed must not hide behind the count.
    lines += [wrap(line, 22) for line in amendment_lines([report], language)]
    ax.text(0.12, 0.68, "\n".join(lines), fontsize=10.5, va="top", linespacing=1.7)
