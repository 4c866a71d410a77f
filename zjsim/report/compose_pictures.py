"""The pictures of a report, for a wide screen, a phone, and the width of a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from zjsim.analysis.one_at_a_time import Influence, Swing
from zjsim.assessment.plan import Indicator
from zjsim.report.compose_words import indicator_name
from zjsim.report.document import Medium, Picture
from zjsim.report.labels import Language, label
from zjsim.report.view import VERDICTS, Report, ReportRow

BARS = 10
# Panels of one picture of a printed page: six fill two thirds of it.
PANELS_A_PAGE = 6


def board_picture(report: Report, language: Language) -> Picture:
    """Ten panels: the board on screens, one column on a phone, two columns on a page."""

    def draw(medium: Medium) -> Sequence[Any]:
        # matplotlib is imported when a picture is first drawn.
        from zjsim.report.board import plot_board

        if medium == "screen":
            return [plot_board(report, language)]
        size = len(report.rows) if medium == "phone" else PANELS_A_PAGE
        columns = 1 if medium == "phone" else 2
        return [
            _panels(report, report.rows[first : first + size], columns, language)
            for first in range(0, len(report.rows), size)
        ]

    verdicts = label("report.semicolon", language).join(
        f"{indicator_name(row.indicator, language)} {label(f'verdict.{row.verdict}', language)}"
        for row in report.rows
    )
    alt = label("alt.board", language, count=len(report.rows), verdicts=verdicts)
    return Picture("board", label("figure.board", language), alt, draw)


def _panels(report: Report, rows: Sequence[ReportRow], columns: int, language: Language) -> Any:
    """Panels of the board in so many columns, with a key on top."""
    from zjsim.report import style
    from zjsim.report.board import PANEL, draw_panel

    with style.house():
        lines = -(-len(rows) // columns)
        width = 4.3 * columns
        height = 2.75 * lines + (0.95 if columns == 1 else 0.62)
        top = 1.55 if columns == 1 else 1.18
        figure = style.new_figure(width, height)
        cells = figure.subplots(
            lines,
            columns,
            squeeze=False,
            gridspec_kw={
                "left": 0.5 / width, "right": 1 - 0.7 / width, "top": 1 - top / height,
                "bottom": 0.3 / height, "hspace": 0.68, "wspace": 0.42,
            },
        ).ravel()  # fmt: skip
        for ax, row in zip(cells, rows, strict=False):
            draw_panel(ax, row, language, PANEL)
        for ax in cells[len(rows) :]:
            ax.set_axis_off()
        _key(figure, report, language, 3 if columns == 1 else 5)
    return figure


def _key(figure: Any, report: Report, language: Language, columns: int) -> None:
    """What the lines and marks mean, then the verdicts that occur."""
    from matplotlib.lines import Line2D

    from zjsim.report import style

    looks: list[tuple[str, dict[str, Any]]] = [
        ("legend.history", {"color": style.INK, "lw": 1.9, "marker": "o", "ms": 3.5}),
        ("legend.projection", {"color": style.BLUE, "lw": 1.9, "ls": (0, (4.2, 1.2))}),
        ("legend.plan_path", {"color": style.FAINT, "lw": 1.2}),
        ("legend.outturn", {"ls": "none", "marker": "o", "mfc": "white", "mec": style.INK}),
        ("legend.target", {"ls": "none", "marker": "D", "mfc": style.ORANGE, "mec": style.INK}),
    ]
    handles = [
        Line2D([], [], label=label(key, language), **{"ms": 5, **look}) for key, look in looks
    ]
    seen = {row.verdict for row in report.rows}
    for verdict in VERDICTS:
        if verdict in seen:
            colour = style.VERDICT_COLOUR[verdict]
            word = label(f"verdict.{verdict}", language)
            mark = style.VERDICT_MARKER[verdict]
            handles.append(Line2D([], [], ls="none", marker=mark, ms=6, color=colour, label=word))
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.01, 1.0), ncols=columns,
        fontsize=8.5, handlelength=2.0, columnspacing=1.4, borderaxespad=0.2,
    )  # fmt: skip


def progress_picture(report: Report, language: Language) -> Picture:
    """Progress of each indicator against time progress."""

    def draw(medium: Medium) -> Sequence[Any]:
        from zjsim.report.charts import plot_progress

        return [_root(plot_progress(report, language))]

    title = label("figure.progress", language)
    return Picture("progress", title, label("alt.progress", language), draw)


def comparison_picture(reports: Sequence[Report], language: Language) -> Picture:
    """All scenarios against each target."""

    def draw(medium: Medium) -> Sequence[Any]:
        from zjsim.report.charts import plot_comparison

        return [plot_comparison(reports, language)]

    title = label("figure.comparison", language, year=reports[0].target_year)
    return Picture("comparison", title, label("alt.comparison", language), draw)


def tornado_picture(
    indicator: Indicator,
    place: int,
    influence: Influence,
    named: Callable[[Swing], str],
    language: Language,
    footer: str,
) -> Picture:
    """What moves one indicator; ``place`` is its position in the plan."""
    widest = sorted(
        influence.swings, key=lambda item: -abs(item.high_values[place] - item.low_values[place])
    )[:BARS]
    bars = [(named(item), item.low_values[place], item.high_values[place]) for item in widest]

    def draw(medium: Medium) -> Sequence[Any]:
        from zjsim.report.uncertainty import plot_tornado

        base = influence.base[place]
        return [_root(plot_tornado(indicator, base, bars, language, footer=footer))]

    name = indicator_name(indicator, language)
    first = label("report.comma", language).join(name for name, _, _ in bars[:3])
    alt = label("alt.tornado", language, name=name, widest=first)
    return Picture("tornado", label("figure.tornado", language, name=name), alt, draw)


def _root(ax: Any) -> Any:
    from zjsim.report import style

    return style.figure_of(ax)
