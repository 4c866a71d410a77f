"""Charts: each takes data, returns Axes or a Figure, and saves and shows nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from zjsim.report import style
from zjsim.report.board import plot_board, plot_indicator
from zjsim.report.figures import write_chart_data, write_figure
from zjsim.report.labels import Language, label, localised
from zjsim.report.numbers import format_plain, format_share
from zjsim.report.uncertainty import plot_fan, plot_probabilities, plot_tornado
from zjsim.report.view import Report, ReportRow, Verdict, as_report
from zjsim.report.wording import target_words, value_words

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
def plot_targets(assessment: Any, language: Language = "en", ax: Axes | None = None) -> Axes:
    """All indicators on one scale: 0 is the base of the plan, 100 the target."""
    report = as_report(assessment)
    own = ax is None
    if ax is None:
        ax = _row_axes(len(report.rows))
    for position, row in enumerate(report.rows):
        progress = row.progress
        if progress is None or progress != progress:
            style.verdict_mark(ax, 0, position, "missing", 9)
            continue
        end = _clamped(progress)
        colour = style.VERDICT_COLOUR[row.verdict]
        ax.plot([0, 100 * end], [position] * 2, color=colour, lw=2.2, alpha=0.45, zorder=2)
        _mark_or_arrow(ax, progress, position, row.verdict)
    ax.axvline(100, color=style.INK, linewidth=1.2, zorder=1)
    _name_rows(ax, [_row_name(row, language) for row in report.rows])
    low = min([0.0, *(_clamped(row.progress) for row in report.rows)])
    high = max([1.1, *(_clamped(row.progress) for row in report.rows)])
    ax.set_xlim(100 * low - 6, 100 * high + 8)
    _progress_axis(ax, language)
    for position, row in enumerate(report.rows):
        _right_columns(ax, position, _target_columns(row, language), row.verdict)
    if own:
        title = label("title.targets", language, year=report.target_year)
        style.add_title(ax.figure, title, style.scenario_words(report, language))
        style.add_footer(ax.figure, style.source_line(report, language))
    return ax


@style.styled
def plot_progress(assessment: Any, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Progress of each indicator beside the time that has passed, and the official word.

    The latest outturn decides where there is one (filled bar), otherwise the projection at
    the target year (hatched bar).
    """
    report = as_report(assessment)
    own = ax is None
    if ax is None:
        ax = _row_axes(len(report.rows))
    shown = [_progress_shown(row) for row in report.rows]
    for position, (progress, time, _, observed, _) in enumerate(shown):
        end = 100 * _clamped(progress)
        ax.barh(
            position, end, height=0.46, zorder=2, edgecolor=style.BLUE,
            color=style.BLUE if observed else "#dcebf5", linewidth=0 if observed else 0.9,
        )  # fmt: skip
        if progress is not None and abs(progress - _clamped(progress)) > 1e-9:
            _edge_arrow(ax, end, position, style.BLUE)
        if time is not None:
            ends = [position - 0.36, position + 0.36]
            ax.plot([100 * time] * 2, ends, color=style.VERMILLION, lw=2.4)
    names = [_row_name(row, language) for row in report.rows]
    _name_rows(ax, names)
    ends = [_clamped(progress) for progress, *_ in shown]
    ax.set_xlim(100 * min([0.0, *ends]) - 4, 100 * max([1.1, *ends]) + 8)
    _progress_axis(ax, language)
    for position, (progress, _, word, _, year) in enumerate(shown):
        columns = [f"{year}" if year else "", format_share(progress, 0), _official(word, language)]
        _right_columns(ax, position, columns, None)
    if own:
        _progress_legend(ax, shown, language)
        style.add_title(
            ax.figure, label("title.progress", language), style.scenario_words(report, language)
        )
        style.add_footer(ax.figure, style.source_line(report, language))
    return ax


@style.styled
def plot_comparison(assessments: Sequence[Any], language: Language = "en") -> style.HouseFigure:
    """Several scenarios: a panel an indicator, a line a scenario, the target as a rule."""
    reports = [as_report(assessment) for assessment in assessments]
    first = reports[0]
    columns = 5
    rows = -(-len(first.rows) // columns)
    panel = 0.30 * len(reports) + 0.35
    height = rows * (panel + 0.85) + 1.5
    figure = style.new_figure(15.0, height)
    names = [localised(report.scenario_label, language) or report.scenario for report in reports]
    wide = min(max(style.ems(name) for name in names) * 8.5 / 72 + 0.25, 3.6)
    cells = figure.subplots(
        rows, columns, squeeze=False,
        gridspec_kw={
            "left": wide / 15, "right": 1 - 0.42 / 15, "top": 1 - 1.5 / height,
            "bottom": 0.86 / height, "hspace": 0.85 / panel, "wspace": 0.30,
        },
    )  # fmt: skip
    for position, ax in enumerate(cells.ravel()):
        if position >= len(first.rows):
            ax.set_axis_off()
            continue
        own = [report.rows[position] for report in reports]
        _comparison_panel(ax, own, names if position % columns == 0 else None, language)
    title = label("title.comparison", language, year=first.target_year)
    style.add_title(figure, title, localised(first.plan_title, language))
    lines = style.add_footer(figure, _joint_source(reports, language))
    _verdict_legend(figure, reports, language, 0.14 * (lines - 1))
    return figure


def _comparison_panel(
    ax: Axes, rows: Sequence[ReportRow], names: list[str] | None, language: Language
) -> None:
    indicator = rows[0].indicator
    target = indicator.target
    values = [row.value for row in rows if row.value == row.value] + [target.value]
    room = 0.12 * (max(values) - min(values) or 1.0)
    ax.set_xlim(min(values) - room, max(values) + 3.4 * room)
    if target.highest is not None:
        ax.axvspan(target.lowest, target.highest, color=style.ORANGE, alpha=0.25, lw=0)
    ax.axvline(target.value, color=style.ORANGE, lw=1.6, zorder=1)
    for position, row in enumerate(rows):
        ax.axhline(position, color=style.HAIRLINE, lw=0.7, zorder=0)
        if row.value != row.value:
            style.verdict_mark(ax, min(values), position, "missing", 7)
            continue
        style.verdict_mark(ax, row.value, position, row.verdict, 7, zorder=4)
        number = ax.annotate(
            value_words(row), (row.value, position), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=7.5, zorder=5,
            color=style.VERDICT_COLOUR[row.verdict],
        )  # fmt: skip
        style.halo(number)
    style.quiet_axes(ax, "none")
    ax.spines["bottom"].set_visible(False)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xticks([])
    ax.set_yticks(range(len(rows)), names if names else [""] * len(rows))
    ax.tick_params(axis="y", labelsize=8.5, labelcolor=style.INK)
    title = style.wrap(f"{indicator.number}  {localised(indicator.label, language)}", 20)
    at: dict[str, Any] = dict(style.ABOVE_AXES)
    text = ax.annotate(title, (0, 1), xytext=(0, 17), va="bottom", fontsize=8.8, **at)
    style.strong(text, 0.25)
    unit = localised(indicator.unit, language)
    words = style.SEPARATOR.join([unit, target_words(indicator, language)])
    ax.annotate(words, (0, 1), xytext=(0, 4), fontsize=8, color=style.MUTED, **at)


def _row_axes(count: int) -> Axes:
    """Axes with room for names at the left and two or three columns at the right."""
    ax = style.new_axes(11.2, 0.42 * count + 1.9)
    height = style.figure_of(ax).get_figheight()
    ax.figure.subplots_adjust(left=0.36, right=0.70, top=1 - 0.98 / height, bottom=0.95 / height)
    return ax


def _row_name(row: ReportRow, language: Language) -> str:
    return f"{row.indicator.number}  {localised(row.indicator.label, language)}"


def _name_rows(ax: Axes, names: Sequence[str]) -> None:
    style.quiet_axes(ax, "x")
    ax.spines["bottom"].set_visible(False)
    ax.set_yticks(range(len(names)), [style.wrap(name, 29) for name in names])
    ax.tick_params(axis="y", labelsize=8.8, labelcolor=style.INK, pad=6)
    ax.set_ylim(len(names) - 0.4, -0.6)


def _progress_axis(ax: Axes, language: Language) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.set_xlabel(label("axis.progress", language), fontsize=8.5)


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
    if row.latest is not None and row.latest_progress is not None:
        progress, time = row.latest_progress, row.latest_time_progress
        return progress, time, row.latest_official, True, row.latest.year
    return row.progress, row.time_progress, row.official, False, row.indicator.target.year


def _official(word: str, language: Language) -> str:
    return label(f"official.{word}", language) if word else ""


def _progress_legend(ax: Axes, shown: Sequence[Any], language: Language) -> None:
    handles = []
    if any(observed for _, _, _, observed, _ in shown):
        handles.append((style.BLUE, style.BLUE, "legend.by_outturn"))
    if not all(observed for _, _, _, observed, _ in shown):
        handles.append(("#dcebf5", style.BLUE, "legend.by_projection"))
    looks = [
        Line2D([], [], ls="none", marker="s", ms=8, mfc=face, mec=edge, label=label(key, language))
        for face, edge, key in handles
    ]
    time = label("legend.time_progress", language)
    looks.append(
        Line2D([], [], ls="none", marker="|", ms=11, mew=2.4, color=style.VERMILLION, label=time)
    )
    ax.legend(
        handles=looks, loc="lower left", bbox_to_anchor=(1.0, 1.0), ncols=1, fontsize=8.5,
        handletextpad=0.4, borderaxespad=0.2,
    )  # fmt: skip


def _verdict_legend(figure: Any, reports: Sequence[Report], language: Language, up: float) -> None:
    """The verdict shapes that occur, and the target rule, along the bottom."""
    seen = {row.verdict for report in reports for row in report.rows}
    handles = [
        Line2D(
            [], [], ls="none", marker=style.VERDICT_MARKER[verdict], ms=7.5,
            mfc="white" if verdict == "undecidable" else style.VERDICT_COLOUR[verdict],
            mec=style.VERDICT_COLOUR[verdict], label=label(f"verdict.{verdict}", language),
        )
        for verdict in style.VERDICT_COLOUR
        if verdict in seen
    ]  # fmt: skip
    handles.append(
        Line2D([], [], color=style.ORANGE, lw=1.8, label=label("legend.target", language))
    )
    legend = figure.legend(
        handles=handles, loc="lower left", ncols=len(handles), fontsize=9, handletextpad=0.4,
        bbox_to_anchor=(0.1 / figure.get_figwidth(), (0.26 + up) / figure.get_figheight()),
        columnspacing=1.8, handlelength=1.4, borderpad=0.1,
    )  # fmt: skip
    for handle, text in zip(handles, legend.get_texts(), strict=True):
        text.set_color(style.INK if handle is handles[-1] else handle.get_markeredgecolor())


def _joint_source(reports: Sequence[Report], language: Language) -> str:
    # A run id of the program begins with the scenario's name.
    runs = ", ".join(
        report.run_id
        if report.run_id.startswith(report.scenario)
        else f"{report.scenario} {report.run_id}".strip()
        for report in reports
    )
    return style.SEPARATOR.join([runs, label("note.unofficial", language)])
