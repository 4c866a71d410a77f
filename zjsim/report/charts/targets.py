"""Charts of rows: how far each target is reached, and progress beside the time that has passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import offset_copy

from zjsim.assessment.assess import Row
from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import Verdict, linear_progress, logarithmic_progress
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Edge, Frame, Room, Size, canvas, name_rows, right_edges
from zjsim.report.charts.style import Style, house, points
from zjsim.report.tables.rows import Report, as_report
from zjsim.report.tables.wording import official_words, value_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_plain, format_share

# Points beside the largest and the least progress, for an arrow head.
HEAD_ROOM = 15
# Progress beyond these is drawn at the edge with an arrow: one runaway must not flatten nine.
PROGRESS_RANGE = (-0.25, 1.75)
# Columns right of the axes, in parts of the axes on a usual figure; in points.
COLUMNS, AWAY = (Edge(1.27), Edge(1.40), Edge(1.43)), (76, 112, 118)


@dataclass(frozen=True, slots=True)
class TargetsData:
    """Each indicator at the target year, as progress from base to target."""

    report: Report

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row an indicator."""
        heads = ["indicator", "unit", "start", "value", "progress", "verdict", "amended_target_at"]
        return heads, [
            [
                row.indicator.id, row.indicator.unit.en, row.indicator.start, row.projection,
                row.last.progress, row.verdict,
                amended_share(row.indicator) if row.indicator.amended else None,
            ]
            for row in self.report.rows
        ]  # fmt: skip


def targets_data(assessment: Any) -> TargetsData:
    """What `plot_targets` draws."""
    return TargetsData(as_report(assessment))


def plot_targets(
    assessment: Any,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """All indicators on one scale: 0 is the base of the plan, 100 the target.

    Parameters
    ----------
    assessment : Assessment or TargetsData
        As `assess` returns it; of an ensemble medians are drawn.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.
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
        Of matplotlib, progress in per cent of the way; ``axes.figure.savefig(path)`` writes the
        picture.

    Examples
    --------
    >>> import zjsim
    >>> result = zjsim.assess("zhejiang", zjsim.simulate("zhejiang", "baseline"))
    >>> axes = zjsim.plot_targets(result)
    """
    words = chosen_language(language)
    data = assessment if isinstance(assessment, TargetsData) else targets_data(assessment)
    report = data.report
    names = [_row_name(row, words) for row in report.rows]
    said = [_target_columns(row, words)[2] for row in report.rows]
    footer = house_style.source_line(report, words)
    with house(style), canvas(ax, _frame(len(names)), figsize, title, footer) as at:
        shown, size = name_rows(at, names, len(names) + 0.2, (29, 8.8), _room(said))
        draw_targets(at.ax, data, words, shown, size, right_edges(at, COLUMNS, AWAY))
        heading = label("title.targets", words, year=report.target_year)
        at.finish(heading, house_style.scenario_words(report, words), footer)
    return at.ax


def draw_targets(
    ax: Axes, data: TargetsData, language: Language, names: Sequence[str], size: float,
    columns: Sequence[Edge],
) -> None:  # fmt: skip
    """A line an indicator on axes as they are, numbers and verdict in ``columns``."""
    report = data.report
    for position, row in enumerate(report.rows):
        progress = row.last.progress
        if progress is None or progress != progress:
            house_style.verdict_mark(ax, 0, position, Verdict.MISSING, 9)
            continue
        end = _clamped(progress)
        colour = house_style.VERDICT_COLOUR[row.verdict]
        ax.plot(
            [0, 100 * end], [position] * 2, color=colour, lw=2.2, alpha=0.45, zorder=2,
            gid=f"progress-{row.indicator.id}",
        )  # fmt: skip
        _mark_or_arrow(ax, progress, position, row.verdict)
        if row.indicator.amended is not None:
            _amended_tick(ax, row.indicator, position)
    ax.axvline(
        100, color=house_style.ink(), linewidth=1.2, zorder=1, gid="target",
        label=label("legend.target", language),
    )  # fmt: skip
    _name_rows(ax, dict(enumerate(names)), len(names), size)
    _set_reach(ax, [_clamped(row.last.progress) for row in report.rows])
    _progress_axis(ax, language, any(row.indicator.amended for row in report.rows))
    for position, row in enumerate(report.rows):
        _right_columns(ax, position, _target_columns(row, language), row.verdict, columns)


@dataclass(frozen=True, slots=True)
class ProgressData:
    """Progress of each indicator by its latest outturn, without one by the projection."""

    report: Report

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row an indicator, those with an outturn first, as they are drawn."""
        heads = ["indicator", "by", "year", "progress", "time_progress", "official"]
        rows = []
        for row in _progress_lines(self.report, "en").values():
            if isinstance(row, Row):
                progress, time, word, seen, year = _progress_shown(row)
                by = "outturn" if seen else "projection"
                rows.append([row.indicator.id, by, year, progress, time, word])
        return heads, rows


def progress_data(assessment: Any) -> ProgressData:
    """What `plot_progress` draws."""
    return ProgressData(as_report(assessment))


def plot_progress(
    assessment: Any,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """Progress of each indicator beside the time that has passed, and the official word.

    Indicators with an outturn stand first, by the latest of them (filled bars); the others
    under a heading of their own, by the projection at the target year (hollow bars).

    Parameters
    ----------
    assessment : Assessment or ProgressData
        As `assess` returns it; of an ensemble medians are drawn.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.
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
        Of matplotlib, progress in per cent of the way; ``axes.figure.savefig(path)`` writes the
        picture.

    Examples
    --------
    >>> import zjsim
    >>> result = zjsim.assess("zhejiang", zjsim.simulate("zhejiang", "baseline"))
    >>> axes = zjsim.plot_progress(result)
    """
    words = chosen_language(language)
    data = assessment if isinstance(assessment, ProgressData) else progress_data(assessment)
    report = data.report
    lines = _progress_lines(report, words)
    rows = [row for row in lines.values() if isinstance(row, Row)]
    names = [_row_name(row, words) for row in rows]
    said = [_official(report, _progress_shown(row)[2], words) for row in rows]
    said.append(label("legend.time_progress", words))
    footer = house_style.source_line(report, words)
    with house(style), canvas(ax, _frame(len(lines)), figsize, title, footer) as at:
        shown, size = name_rows(at, names, len(lines) + 0.2, (29, 8.8), _room(said))
        draw_progress(at.ax, data, words, shown, size, right_edges(at, COLUMNS, AWAY))
        heading, subtitle = (
            label("title.progress", words),
            house_style.scenario_words(report, words),
        )
        at.finish(heading, subtitle, footer, lambda: _progress_legend(at.ax, words))
    return at.ax


def draw_progress(
    ax: Axes,
    data: ProgressData,
    language: Language,
    names: Sequence[str] | None = None,
    size: float = 8.8,
    columns: Sequence[Edge] = COLUMNS,
) -> None:
    """A bar an indicator on axes as they are, year, progress and word in ``columns``."""
    lines = _progress_lines(data.report, language)
    rows = {place: line for place, line in lines.items() if isinstance(line, Row)}
    if names is None:
        names = [house_style.wrap(_row_name(row, language), 29) for row in rows.values()]
    shown = {place: _progress_shown(row) for place, row in rows.items()}
    for place, found in shown.items():
        _progress_bar(ax, place, *found[:2], observed=found[3])
    _name_rows(ax, dict(zip(rows, names, strict=True)), len(lines), size)
    for place, line in lines.items():
        if isinstance(line, str):
            ax.text(
                0, place + 0.1, line, va="center", fontsize=points(9), color=house_style.muted()
            )
    _set_reach(ax, [_clamped(progress) for progress, *_ in shown.values()])
    _progress_axis(ax, language)
    for place, (progress, _, word, _, year) in shown.items():
        said = _official(data.report, word, language)
        cells = [f"{year}" if year else "", format_share(progress, 0), said]
        _right_columns(ax, place, cells, None, columns)


def progress_lines(report: Report) -> int:
    """Lines of ``plot_progress``: one an indicator, and one for the heading of each group."""
    return len(_progress_lines(report, "en"))


def _progress_lines(report: Report, language: Language) -> dict[int, Row | str]:
    """Line → heading or indicator: those with an outturn first."""
    seen = [row for row in report.rows if row.outturn is not None]
    rest = [row for row in report.rows if row.outturn is None]
    lines: list[Row | str] = []
    lines += [label("progress.published", language), *seen] if seen else []
    heading = label("progress.projected", language, year=report.target_year)
    lines += [heading, *rest] if rest else []
    return dict(enumerate(lines))


def _progress_bar(
    ax: Axes, place: int, progress: float | None, time: float | None, *, observed: bool
) -> None:
    end = 100 * _clamped(progress)
    ax.barh(
        place,
        end,
        height=0.46,
        zorder=2,
        edgecolor=house_style.BLUE,
        color=house_style.BLUE if observed else house_style.PALE_BLUE,
        linewidth=0 if observed else 0.9,
        gid="outturn" if observed else "projection",
    )
    if progress is not None and abs(progress - _clamped(progress)) > 1e-9:
        _edge_arrow(ax, end, place, house_style.BLUE, away=4)
    if time is not None:
        ends = [place - 0.36, place + 0.36]
        ax.plot([100 * time] * 2, ends, color=house_style.VERMILLION, lw=2.4, gid="time-progress")


def _room(last: Sequence[str]) -> Room:
    """Points around the axes, by the words of the last column."""
    return Room(right=AWAY[2] + 8.8 * max(map(house_style.ems, last)) + 10, top=6, bottom=40)


def _frame(count: int) -> Frame:
    """A figure with room for names at the left and three columns at the right."""
    height = 0.42 * count + 1.9
    return Frame(11.2, height, 0.36, 0.70, 1 - 0.98 / height, 0.95 / height)


def _row_name(row: Row, language: Language) -> str:
    return f"{row.indicator.number}  {localised(row.indicator.label, language)}"


def _name_rows(ax: Axes, names: Mapping[int, str], lines: int, size: float) -> None:
    """Names at the places they are given for, of so many lines."""
    house_style.quiet_axes(ax, "x")
    ax.spines["bottom"].set_visible(False)
    ax.set_yticks(list(names), list(names.values()))
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6)
    ax.tick_params(axis="x", labelsize=points(8))
    ax.set_ylim(lines - 0.4, -0.6)


def amended_share(indicator: Indicator) -> float:
    """Where the target as amended later stands between base (0) and target (1)."""
    later = indicator.amended.value if indicator.amended else indicator.target.value
    target = indicator.target.value
    if indicator.cumulative:
        return float(logarithmic_progress(later, target))
    return float(linear_progress(later, indicator.start, target))


def _amended_tick(ax: Axes, indicator: Indicator, position: int) -> None:
    ax.plot(
        [100 * amended_share(indicator)] * 2, [position - 0.36, position + 0.36],
        color=house_style.ORANGE, lw=1.8, ls=(0, (2, 1)), zorder=5, gid="amended",
    )  # fmt: skip


def _progress_axis(ax: Axes, language: Language, amended: bool = False) -> None:
    wide = ax.get_position().width * house_style.inches(ax.figure)[0] * 72
    laid_out = house_style.figure_of(ax).get_layout_engine() is not None
    most = min(4 if laid_out else 8, max(2, int(wide / points(25))))
    ax.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    more = label("note.amended_axis", language) if amended else ""
    house_style.axis_words(ax, label("axis.progress", language) + more)


def _target_columns(row: Row, language: Language) -> list[str]:
    value = value_words(row)
    way = f"{format_plain(row.indicator.start)} → {value}"
    return [way, format_share(row.last.progress, 0), label(f"verdict.{row.verdict}", language)]


def _right_columns(
    ax: Axes,
    position: int,
    columns: Sequence[str],
    verdict: Verdict | None,
    places: Sequence[Edge],
) -> None:
    """Three small columns right of the axes, in the row's own height."""
    colour = house_style.VERDICT_COLOUR[verdict] if verdict else house_style.ink()
    for edge, align, text, paint in zip(
        places, ("right", "right", "left"), columns,
        (house_style.muted(), house_style.ink(), colour), strict=False,
    ):  # fmt: skip
        ax.text(
            edge.place, position, text, transform=edge.transform(ax), ha=align, va="center",
            fontsize=points(8.8), color=paint, clip_on=False,
        )  # fmt: skip


def _clamped(progress: float | None) -> float:
    if progress is None or progress != progress:
        return 0.0
    return min(max(progress, PROGRESS_RANGE[0]), PROGRESS_RANGE[1])


def _set_reach(ax: Axes, ends: Sequence[float]) -> None:
    """From the least progress to the largest, with room for an arrow head at both ends."""
    low, high = min([0.0, *ends]), max([1.1, *ends])
    width = ax.get_window_extent().width * 72 / house_style.figure_of(ax).dpi
    room = 100 * (high - low) * HEAD_ROOM / (width - 2 * HEAD_ROOM)
    ax.set_xlim(100 * low - room, 100 * high + room)


def _mark_or_arrow(ax: Axes, progress: float, position: int, verdict: Verdict) -> None:
    end = _clamped(progress)
    if end == progress:
        house_style.verdict_mark(ax, 100 * end, position, verdict, 8.5, zorder=4)
    else:
        place = 100 * end - 3 * (1 if end > 0 else -1)
        house_style.verdict_mark(ax, place, position, verdict, 8.5)
        _edge_arrow(ax, place, position, house_style.VERDICT_COLOUR[verdict], away=9)


def _edge_arrow(ax: Axes, end: float, position: int, colour: str, away: float) -> None:
    """An arrow head, ``away`` in points from ``end``, that says the value lies further out."""
    # In points, for a mark is as large on a narrow chart.
    beside = offset_copy(
        ax.transData, house_style.figure_of(ax), away if end > 0 else -away, units="points"
    )
    ax.plot(
        [end], [position], ">" if end > 0 else "<", color=colour, markersize=6, zorder=4,
        gid="beyond", transform=beside, clip_on=False,
    )  # fmt: skip


def _progress_shown(
    row: Row,
) -> tuple[float | None, float | None, str, bool, int | None]:
    """Progress, time progress, word, whether observed, year."""
    shown = row.outturn or row.last
    observed = row.outturn is not None
    return shown.progress, shown.time_progress, shown.official, observed, shown.year


def _official(report: Report, word: str, language: Language) -> str:
    return official_words(report, word, language) if word else ""


def _progress_legend(ax: Axes, language: Language) -> None:
    words = label("legend.time_progress", language)
    look = Line2D(
        [], [], ls="none", marker="|", ms=11, mew=2.4, color=house_style.VERMILLION, label=words
    )
    ax.legend(
        handles=[look], loc="lower left", bbox_to_anchor=(1.0, 1.0), ncols=1, fontsize=points(8.5),
        handletextpad=0.4, borderaxespad=0.2,
    )  # fmt: skip
