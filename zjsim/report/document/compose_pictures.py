"""The pictures of a report, for a wide screen, a phone, and the width of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zjsim.analysis.sensitivity.one_at_a_time import Influence
from zjsim.assessment.assess import Row
from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import Verdict
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.document.document import Medium, Picture
from zjsim.report.tables.compose_words import indicator_name, indicator_with_unit, scenario_name
from zjsim.report.tables.rows import Report
from zjsim.report.tables.wording import (
    amended_target_words,
    counted_indicators,
    target_words,
    value_words,
)
from zjsim.report.words.labels import label, localised

PRINTED = ("page", "parts", "slide")
# Inches across of a picture on a phone, where letters are then read at their size.
PHONE_WIDTH = 5.2
# A chart of rows draws its letters in; where there is room they begin larger, so that they are
# read.
PHONE_STYLE = {"font.size": 12}
# Font sizes of a line of a scenario's name.
NAME_WIDTH = 13.0
# Panels of one part of a picture: small enough to stand under a table.
PANELS_A_PART = 4
PANELS_A_SLIDE = 6


def board_picture(report: Report, language: Language) -> Picture:
    """A panel an indicator: the board on screens, one column on a phone, two columns on a page."""

    def draw(medium: Medium) -> Sequence[Any]:
        # matplotlib is imported when a picture is first drawn.
        from zjsim.report.charts.board import plot_board

        if medium == "screen":
            return [plot_board(report, language)]
        parts = {"parts": PANELS_A_PART, "slide": PANELS_A_SLIDE}
        size = parts.get(medium, len(report.rows))
        columns = {"phone": 1, "slide": 3}.get(medium, 2)
        return [
            _panels(report, report.rows[first : first + size], columns, language, first == 0)
            for first in range(0, len(report.rows), size)
        ]

    verdicts = TYPOGRAPHY[language].semicolon.join(
        f"{indicator_name(row.indicator, language)} {label(f'verdict.{row.verdict}', language)}"
        for row in report.rows
    )
    counted = counted_indicators(len(report.rows), language)
    alt = label("alt.board", language, count=len(report.rows), verdicts=verdicts)
    return Picture(
        "board",
        label("figure.board", language, counted=counted[:1].upper() + counted[1:]),
        alt,
        draw,
    )


def _panels(
    report: Report, rows: Sequence[Row], columns: int, language: Language, keyed: bool
) -> Any:
    """Panels of the board in so many columns, with a key on top of the first picture."""
    from zjsim.report.charts import style
    from zjsim.report.charts.panel import PANEL, draw_panel

    with style.house():
        lines = -(-len(rows) // columns)
        width = 4.3 * columns
        room = (0.55 if columns == 1 else 0.4) if keyed else 0.0
        # Five lines and the key fit on one page with the title below.
        top, bottom, panel, between = 0.78 + room, 0.3, 1.5 if lines < 5 else 1.15, 0.95
        height = top + bottom + lines * panel + (lines - 1) * between
        figure = style.new_figure(width, height)
        cells = figure.subplots(
            lines,
            columns,
            squeeze=False,
            gridspec_kw={
                "left": 0.5 / width, "right": 1 - 0.7 / width, "top": 1 - top / height,
                "bottom": bottom / height, "hspace": between / panel, "wspace": 0.42,
            },
        ).ravel()  # fmt: skip
        for ax, row in zip(cells, rows, strict=False):
            draw_panel(ax, row, language, PANEL)
        for ax in cells[len(rows) :]:
            ax.set_axis_off()
        if keyed:
            _key(figure, report, language, 3 if columns == 1 else 5)
    return figure


def _key(figure: Any, report: Report, language: Language, columns: int) -> None:
    """What the lines and marks mean, then the verdicts that occur."""
    from matplotlib.lines import Line2D

    from zjsim.report.charts import style
    from zjsim.report.charts.panel import line_looks

    amended = any(row.indicator.amended for row in report.rows)
    looks = line_looks(any(row.low for row in report.rows), amended)
    handles = [
        Line2D([], [], label=label(key, language), **{"ms": 5, **look}) for key, look in looks
    ]
    seen = {row.verdict for row in report.rows}
    for verdict in Verdict:
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
        from zjsim.report.charts import style
        from zjsim.report.charts.targets import (
            draw_progress,
            plot_progress,
            progress_data,
            progress_lines,
        )

        data = progress_data(report)
        if medium == "phone":
            size = (PHONE_WIDTH, 0.42 * progress_lines(report) + 1.6)
            return [_root(plot_progress(data, language, figsize=size))]
        if medium not in PRINTED:
            return [_root(plot_progress(data, language))]
        ax = _page_axes(0.36 * progress_lines(report) + 1.1, 0.40, 0.72)
        with style.house():
            draw_progress(ax, data, language)
        _bar_key(ax, ["time_progress"], language)
        return [_root(ax)]

    title = label("figure.progress", language)
    return Picture("progress", title, label("alt.progress", language), draw)


def _page_axes(height: float, left: float, right: float) -> Any:
    """Axes whose letters are still read when the picture is as wide as a page's text."""
    from zjsim.report.charts import style

    with style.house():
        ax = style.new_axes(9.4, height)
        style.figure_of(ax).subplots_adjust(
            left=left, right=right, top=1 - 0.4 / height, bottom=0.6 / height
        )
    return ax


def _bar_key(ax: Any, keys: Sequence[str], language: Language) -> None:
    """A key in one line above the axes."""
    from matplotlib.lines import Line2D

    from zjsim.report.charts import style

    looks: dict[str, dict[str, Any]] = {
        "time_progress": {"marker": "|", "mew": 2.4, "color": style.VERMILLION},
        "low": {"marker": "s", "mfc": style.PALE_BLUE, "mec": style.BLUE},
        "high": {"marker": "s", "color": style.BLUE},
        "as_is": {"marker": "|", "mew": 1.2, "color": style.INK},
        "target": {"marker": "|", "mew": 2.0, "color": style.ORANGE},
    }
    with style.house():
        handles = [
            Line2D([], [], ls="none", ms=8, label=label(f"legend.{key}", language), **looks[key])
            for key in keys
        ]
        ax.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=len(handles),
            fontsize=8.8, handletextpad=0.3, columnspacing=1.6, borderaxespad=0.1,
        )  # fmt: skip


def comparison_picture(reports: Sequence[Report], language: Language) -> Picture:
    """All scenarios against each target."""

    def draw(medium: Medium) -> Sequence[Any]:
        from zjsim.report.charts.comparison_chart import plot_comparison

        if medium in PRINTED:
            return [_comparison_page(reports, language)]
        if medium == "phone":
            return [_comparison_page(reports, language, columns=1)]
        return [plot_comparison(reports, language)]

    title = label("figure.comparison", language, year=reports[0].target_year)
    return Picture("comparison", title, label("alt.comparison", language), draw)


def _comparison_page(reports: Sequence[Report], language: Language, columns: int = 2) -> Any:
    """Columns of panels; one line per scenario, named at the left."""
    from zjsim.report.charts import style

    count = len(reports[0].rows)
    names = [style.wrap(scenario_name(report, language), NAME_WIDTH) for report in reports]
    tall = 0.2 if all("\n" not in name for name in names) else 0.3
    widest = max(style.ems(line) for name in names for line in name.split("\n"))
    width = {1: PHONE_WIDTH}.get(columns, 8.4)
    left = (widest * 8.5 / 72 + 0.15) / width
    lines, panel = -(-count // columns), tall * len(reports) + 0.12
    top, bottom, between = 0.5, 0.3, 0.72
    height = top + bottom + lines * panel + (lines - 1) * between
    with style.house():
        figure = style.new_figure(width, height)
        cells = figure.subplots(
            lines, columns, squeeze=False,
            gridspec_kw={
                "left": left, "right": 1 - 0.6 / width, "top": 1 - top / height,
                "bottom": bottom / height, "hspace": between / panel, "wspace": 0.24,
            },
        )  # fmt: skip
        for place in range(columns * lines):
            ax = cells[place // columns][place % columns]
            if place < count:
                _scenario_dots(ax, [report.rows[place] for report in reports], language)
                ax.set_yticks(
                    range(len(names)), names if place % columns == 0 else [""] * len(names)
                )
                ax.tick_params(axis="y", labelsize=8.5, labelcolor=style.INK)
            else:
                ax.set_axis_off()
    return figure


def _scenario_dots(ax: Any, rows: Sequence[Row], language: Language) -> None:
    """One indicator: the projection of each scenario with its verdict, and the target."""
    from zjsim.report.charts import style
    from zjsim.report.charts.comparison_chart import draw_target_rules

    indicator = rows[0].indicator
    style.quiet_axes(ax, "y")
    draw_target_rules(ax, indicator)
    values = [row.projection for row in rows if row.projection == row.projection]
    values += [indicator.amended.value] if indicator.amended else []
    for place, row in enumerate(rows):
        if row.projection == row.projection:
            style.verdict_mark(ax, row.projection, place, row.verdict, 7, zorder=3)
            ax.annotate(
                value_words(row), (1, place), xytext=(30, 0), va="center", ha="right",
                xycoords=ax.get_yaxis_transform(), textcoords="offset points", fontsize=7.8,
                color=style.VERDICT_COLOUR[row.verdict], annotation_clip=False,
            )  # fmt: skip
    low, high = min([*values, indicator.target.value]), max([*values, indicator.target.value])
    room = (high - low) or abs(high) or 1.0
    ax.set_xlim(low - 0.06 * room, high + 0.06 * room)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xticks([indicator.target.value], [_rule_words(indicator, language)], fontsize=8)
    ax.set_title(
        style.wrap(f"{indicator.number}  {indicator_with_unit(indicator, language)}", 33),
        fontsize=8.8, pad=3,
    )  # fmt: skip


def _rule_words(indicator: Indicator, language: Language) -> str:
    """The target under its rule; the amended one beside it, as the dashed rule."""
    words = target_words(indicator, language)
    if indicator.amended is None:
        return words
    said = {"target": amended_target_words(indicator, language), "date": indicator.amended.date}
    return " | ".join([words, label("note.amended_short", language, **said)])


def widest_input(influence: Influence, indicator: Indicator, language: Language) -> str:
    """The input that moves an indicator most."""
    from zjsim.report.charts.tornado import tornado_data

    return localised(tornado_data(influence, indicator.id).bars[0].name, language)


def tornado_picture(indicator: Indicator, influence: Influence, language: Language) -> Picture:
    """What moves one indicator."""

    from zjsim.report.charts.tornado import tornado_data

    data = tornado_data(influence, indicator.id)

    def draw(medium: Medium) -> Sequence[Any]:
        from zjsim.report.charts import style
        from zjsim.report.charts.tornado import draw_tornado, plot_tornado

        if medium in PRINTED:
            ax = _page_axes(0.36 * len(data.bars) + 1.1, 0.36, 0.86)
            with style.house():
                draw_tornado(ax, data, language)
            _bar_key(ax, ("low", "high", "as_is", "target"), language)
            return [_root(ax)]
        if medium == "phone":
            size = (PHONE_WIDTH, 0.42 * len(data.bars) + 1.6)
            return [_root(plot_tornado(data, language=language, figsize=size, style=PHONE_STYLE))]
        return [_root(plot_tornado(data, language=language))]

    name = indicator_name(indicator, language)
    first = TYPOGRAPHY[language].comma.join(localised(bar.name, language) for bar in data.bars[:3])
    alt = label("alt.tornado", language, name=name, widest=first)
    return Picture("tornado", label("figure.tornado", language, name=name), alt, draw)


def _root(ax: Any) -> Any:
    from zjsim.report.charts import style

    return style.figure_of(ax)
