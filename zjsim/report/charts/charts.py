"""Charts: each takes data, returns Axes or a Figure, and saves and shows nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import Verdict, linear_progress, logarithmic_progress
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style
from zjsim.report.charts.board import plot_board, plot_indicator
from zjsim.report.charts.comparison_chart import plot_comparison
from zjsim.report.charts.figures import write_chart_data, write_figure
from zjsim.report.charts.uncertainty import plot_fan, plot_probabilities, plot_tornado
from zjsim.report.tables.rows import Report, ReportRow, as_report
from zjsim.report.tables.wording import official_words, value_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_plain, format_share

__all__ = [
    "plot_board",
    "plot_comparison",
    "plot_fan",
    "plot_indicator",
    "plot_probabilities",
    "plot_progress",
    "plot_targets",
    "plot_tornado",
    "write_chart_data",
    "write_figure",
]

# Progress beyond these is drawn at the edge with an arrow: one runaway must not flatten nine.
PROGRESS_RANGE = (-0.25, 1.75)


@style.styled
def plot_targets(assessment: Any, language: str | None = None, ax: Axes | None = None) -> Axes:
    """All indicators on one scale: 0 is the base of the plan, 100 the target.

    Parameters
    ----------
    assessment : Assessment
        As `assess` returns it; of an ensemble medians and 95 % bands are drawn.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.
    ax : Axes or None
        None makes a figure with title, legend and footer.

    Returns
    -------
    Axes
        Of matplotlib, progress as part of the way; ``axes.figure.savefig(path)`` writes the
        picture.

    Examples
    --------
    >>> import zjsim
    >>> result = zjsim.assess("zhejiang", zjsim.simulate("zhejiang", "baseline"))
    >>> axes = zjsim.plot_targets(result)
    """
    language = chosen_language(language)
    report = as_report(assessment)
    own = ax is None
    if ax is None:
        ax = _row_axes(len(report.rows))
    for position, row in enumerate(report.rows):
        progress = row.progress
        if progress is None or progress != progress:
            style.verdict_mark(ax, 0, position, Verdict.MISSING, 9)
            continue
        end = _clamped(progress)
        colour = style.VERDICT_COLOUR[row.verdict]
        ax.plot([0, 100 * end], [position] * 2, color=colour, lw=2.2, alpha=0.45, zorder=2)
        _mark_or_arrow(ax, progress, position, row.verdict)
        if row.indicator.amended is not None:
            _amended_tick(ax, row.indicator, position)
    ax.axvline(100, color=style.INK, linewidth=1.2, zorder=1)
    names = dict(enumerate(_row_name(row, language) for row in report.rows))
    _name_rows(ax, names, len(names))
    low = min([0.0, *(_clamped(row.progress) for row in report.rows)])
    high = max([1.1, *(_clamped(row.progress) for row in report.rows)])
    ax.set_xlim(100 * low - 6, 100 * high + 8)
    _progress_axis(ax, language, any(row.indicator.amended for row in report.rows))
    for position, row in enumerate(report.rows):
        _right_columns(ax, position, _target_columns(row, language), row.verdict)
    if own:
        title = label("title.targets", language, year=report.target_year)
        style.add_title(ax.figure, title, style.scenario_words(report, language))
        style.add_footer(ax.figure, style.source_line(report, language))
    return ax


@style.styled
def plot_progress(assessment: Any, language: str | None = None, ax: Axes | None = None) -> Axes:
    """Progress of each indicator beside the time that has passed, and the official word.

    Indicators with an outturn stand first, by the latest of them (filled bars); the others
    under a heading of their own, by the projection at the target year (hollow bars).

    Parameters
    ----------
    assessment : Assessment
        As `assess` returns it; of an ensemble medians and 95 % bands are drawn.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.
    ax : Axes or None
        None makes a figure with title, legend and footer.

    Returns
    -------
    Axes
        Of matplotlib, progress as part of the way; ``axes.figure.savefig(path)`` writes the
        picture.

    Examples
    --------
    >>> import zjsim
    >>> result = zjsim.assess("zhejiang", zjsim.simulate("zhejiang", "baseline"))
    >>> axes = zjsim.plot_progress(result)
    """
    language = chosen_language(language)
    report = as_report(assessment)
    own = ax is None
    if ax is None:
        ax = _row_axes(progress_lines(report))
    lines = _progress_lines(report, language)
    rows = {place: line for place, line in lines.items() if isinstance(line, ReportRow)}
    shown = {place: _progress_shown(row) for place, row in rows.items()}
    for place, found in shown.items():
        _progress_bar(ax, place, *found[:2], observed=found[3])
    _name_rows(ax, {place: _row_name(row, language) for place, row in rows.items()}, len(lines))
    for place, line in lines.items():
        if isinstance(line, str):
            ax.text(0, place + 0.1, line, va="center", fontsize=9, color=style.MUTED)
    ends = [_clamped(progress) for progress, *_ in shown.values()]
    ax.set_xlim(100 * min([0.0, *ends]) - 4, 100 * max([1.1, *ends]) + 8)
    _progress_axis(ax, language)
    for place, (progress, _, word, _, year) in shown.items():
        said = official_words(report, word, language) if word else ""
        columns = [f"{year}" if year else "", format_share(progress, 0), said]
        _right_columns(ax, place, columns, None)
    if own:
        _progress_legend(ax, language)
        style.add_title(
            ax.figure, label("title.progress", language), style.scenario_words(report, language)
        )
        style.add_footer(ax.figure, style.source_line(report, language))
    return ax


def progress_lines(report: Report) -> int:
    """Lines of ``plot_progress``: one an indicator, and one for the heading of each group."""
    return len(_progress_lines(report, "en"))


def _progress_lines(report: Report, language: Language) -> dict[int, ReportRow | str]:
    """Line → heading or indicator: those with an outturn first."""
    seen = [row for row in report.rows if _has_outturn(row)]
    rest = [row for row in report.rows if not _has_outturn(row)]
    lines: list[ReportRow | str] = []
    lines += [label("progress.published", language), *seen] if seen else []
    heading = label("progress.projected", language, year=report.target_year)
    lines += [heading, *rest] if rest else []
    return dict(enumerate(lines))


def _has_outturn(row: ReportRow) -> bool:
    return row.latest is not None and row.latest_progress is not None


def _progress_bar(
    ax: Axes, place: int, progress: float | None, time: float | None, *, observed: bool
) -> None:
    end = 100 * _clamped(progress)
    ax.barh(
        place, end, height=0.46, zorder=2, edgecolor=style.BLUE,
        color=style.BLUE if observed else style.PALE_BLUE, linewidth=0 if observed else 0.9,
    )  # fmt: skip
    if progress is not None and abs(progress - _clamped(progress)) > 1e-9:
        _edge_arrow(ax, end, place, style.BLUE)
    if time is not None:
        ends = [place - 0.36, place + 0.36]
        ax.plot([100 * time] * 2, ends, color=style.VERMILLION, lw=2.4)


def _row_axes(count: int) -> Axes:
    """Axes with room for names at the left and two or three columns at the right."""
    ax = style.new_axes(11.2, 0.42 * count + 1.9)
    height = style.figure_of(ax).get_figheight()
    ax.figure.subplots_adjust(left=0.36, right=0.70, top=1 - 0.98 / height, bottom=0.95 / height)
    return ax


def _row_name(row: ReportRow, language: Language) -> str:
    return f"{row.indicator.number}  {localised(row.indicator.label, language)}"


def _name_rows(ax: Axes, names: Mapping[int, str], lines: int) -> None:
    """Names at the places they are given for, of so many lines."""
    style.quiet_axes(ax, "x")
    ax.spines["bottom"].set_visible(False)
    ax.set_yticks(list(names), [style.wrap(name, 29) for name in names.values()])
    ax.tick_params(axis="y", labelsize=8.8, labelcolor=style.INK, pad=6)
    ax.set_ylim(lines - 0.4, -0.6)


def _amended_tick(ax: Axes, indicator: Indicator, position: int) -> None:
    """Where the target as amended later stands between base (0) and target (100)."""
    later = indicator.amended.value if indicator.amended else indicator.target.value
    target = indicator.target.value
    share = (
        logarithmic_progress(later, target)
        if indicator.cumulative
        else linear_progress(later, indicator.start, target)
    )
    ends = [position - 0.36, position + 0.36]
    ax.plot([100 * float(share)] * 2, ends, color=style.ORANGE, lw=1.8, ls=(0, (2, 1)), zorder=5)


def _progress_axis(ax: Axes, language: Language, amended: bool = False) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    more = label("note.amended_axis", language) if amended else ""
    ax.set_xlabel(label("axis.progress", language) + more, fontsize=8.5)


def _target_columns(row: ReportRow, language: Language) -> list[str]:
    value = value_words(row)
    way = f"{format_plain(row.indicator.start)} → {value}"
    return [way, format_share(row.progress, 0), label(f"verdict.{row.verdict}", language)]


def _right_columns(
    ax: Axes, position: int, columns: Sequence[str], verdict: Verdict | None
) -> None:
    """Three small columns right of the axes, in the row's own height."""
    colour = style.VERDICT_COLOUR[verdict] if verdict else style.INK
    for place, align, text, paint in zip(
        (1.27, 1.40, 1.43), ("right", "right", "left"), columns,
        (style.MUTED, style.INK, colour), strict=False,
    ):  # fmt: skip
        ax.text(
            place, position, text, transform=ax.get_yaxis_transform(), ha=align, va="center",
            fontsize=8.8, color=paint, clip_on=False,
        )  # fmt: skip


def _clamped(progress: float | None) -> float:
    if progress is None or progress != progress:
        return 0.0
    return min(max(progress, PROGRESS_RANGE[0]), PROGRESS_RANGE[1])


def _mark_or_arrow(ax: Axes, progress: float, position: int, verdict: Verdict) -> None:
    end = _clamped(progress)
    if end == progress:
        style.verdict_mark(ax, 100 * end, position, verdict, 8.5, zorder=4)
    else:
        style.verdict_mark(ax, 100 * end - 3 * (1 if end > 0 else -1), position, verdict, 8.5)
        _edge_arrow(ax, 100 * end, position, style.VERDICT_COLOUR[verdict])


def _edge_arrow(ax: Axes, end: float, position: int, colour: str) -> None:
    """An arrow head that says the value lies further out."""
    marker = ">" if end > 0 else "<"
    shift = 2.2 if end > 0 else -2.2
    ax.plot([end + shift], [position], marker, color=colour, markersize=6, zorder=4)


def _progress_shown(
    row: ReportRow,
) -> tuple[float | None, float | None, str, bool, int | None]:
    """Progress, time progress, word, whether observed, year."""
    if row.latest is not None and _has_outturn(row):
        progress, time = row.latest_progress, row.latest_time_progress
        return progress, time, row.latest_official, True, row.latest.year
    return row.progress, row.time_progress, row.official, False, row.indicator.target.year


def _progress_legend(ax: Axes, language: Language) -> None:
    words = label("legend.time_progress", language)
    look = Line2D(
        [], [], ls="none", marker="|", ms=11, mew=2.4, color=style.VERMILLION, label=words
    )
    ax.legend(
        handles=[look], loc="lower left", bbox_to_anchor=(1.0, 1.0), ncols=1, fontsize=8.5,
        handletextpad=0.4, borderaxespad=0.2,
    )  # fmt: skip
