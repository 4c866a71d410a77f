"""The board: a panel an indicator in the order of the plan, and one of them large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from zjsim.assessment.assess import Row
from zjsim.assessment.progress import PASSES, Verdict
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Canvas, Frame, Room, Size, canvas, key_columns, panels
from zjsim.report.charts.panel import LARGE, PANEL, Sizes, draw_panel, ends, line_looks
from zjsim.report.charts.style import Style, house, points, stroke
from zjsim.report.tables.chance_words import share_words, span_figures
from zjsim.report.tables.rows import Report, as_report, plan_path
from zjsim.report.tables.wording import (
    amendment_lines,
    counted_indicators,
)
from zjsim.report.words.labels import label, localised
from zjsim.report.words.line_breaks import wrap
from zjsim.report.words.numbers import format_share

COLUMNS = 4


@dataclass(frozen=True, slots=True)
class BoardData:
    """The panels of a board: rows of a report, each with its paths, outturns and target."""

    report: Report
    rows: tuple[Row, ...]

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row an indicator and year."""
        banded = any(row.low for row in self.rows)
        heads = ["indicator", "unit", "year", "projection", "plan_path", "outturn", "target"]
        heads += ["low", "high"] if banded else []
        return heads, [line for row in self.rows for line in _panel_rows(row, banded)]


def _panel_rows(row: Row, banded: bool) -> Iterator[list[Any]]:
    item = row.indicator
    seen = {outturn.year: outturn.value for outturn in row.outturns}
    path = dict(zip(row.years, plan_path(item, row.years), strict=True))
    columns = [dict(zip(row.years, row.path, strict=True)), path, seen]
    ends = [dict(zip(row.years, side, strict=False)) for side in (row.low, row.high)]
    for year in sorted({*row.years, *seen}):
        found = [column.get(year) for column in columns]
        more = [end.get(year) for end in ends] if banded else []
        yield [item.id, item.unit.en, year, *found, item.target.value, *more]


def board_data(assessment: Any) -> BoardData:
    """What `plot_board` draws."""
    report = as_report(assessment)
    return BoardData(report, report.rows)


def indicator_data(assessment: Any, indicator: int | str) -> BoardData:
    """What `plot_indicator` draws: one panel."""
    report = as_report(assessment)
    return BoardData(report, (report.row(indicator),))


def plot_board(
    assessment: Any,
    language: str | None = None,
    figure: Any = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Any:
    """All indicators of one scenario, a panel each, with a key and a tally.

    History is solid, the projection dashed (with its band for an ensemble), the plan's path
    thin grey, outturns hollow dots, the target a diamond with its words. The verdict is said
    by shape, word and colour.

    Parameters
    ----------
    assessment : Assessment or BoardData
        As `assess` returns it; of an ensemble medians and 95 % bands are drawn.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.
    figure : Figure, SubFigure or None
        An empty one to draw on; None makes one. A panel wants about 3.5 by 3 inches; where it
        gets less, letters go with it.
    figsize : (float, float) or None
        Inches of a new figure; a narrow one has fewer panels beside each other.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

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
    words = chosen_language(language)
    data = assessment if isinstance(assessment, BoardData) else board_data(assessment)
    report, count = data.report, len(data.rows)
    with (
        house(style),
        panels(figure, figsize, count + 2, COLUMNS, _board_inches) as (figure, rows, columns),
    ):
        width, height = house_style.inches(figure)
        cells = figure.subplots(
            rows, columns, squeeze=False,
            gridspec_kw={
                "left": 0.034 * points(14) / width, "right": 1 - 0.044 * points(14) / width,
                "wspace": 0.40, "hspace": 0.52,
                "top": 1 - points(1.6) / height, "bottom": points(0.66) / height,
            },
        ).ravel()  # fmt: skip
        plan, counted = localised(report.plan_title, words), counted_indicators(count, words)
        heading = label("title.board", words, plan=plan, counted=counted)
        subtitle = house_style.scenario_words(report, words)
        house_style.add_title(figure, heading if title is None else title, subtitle)
        for ax, row in zip(cells, data.rows, strict=False):
            draw_panel(ax, row, words, PANEL.shrunk())
        _draw_key(cells[count], report, words)
        _draw_tally(cells[count + 1], report, words)
        for ax in cells[count + 2 :]:
            ax.set_axis_off()
        house_style.add_footer(figure, house_style.source_line(report, words))
    return figure


def _board_inches(rows: int, columns: int) -> tuple[float, float]:
    return 3.5 * columns, 3.1 * rows + 1.2


LARGE_FRAME = Frame(8.6, 5.2, left=0.08, right=0.86, top=0.79, bottom=0.19)


def plot_indicator(
    assessment: Any,
    indicator: int | str = "",
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """One indicator large.

    Parameters
    ----------
    assessment : Assessment or BoardData
        As `assess` returns it; of an ensemble medians and 95 % bands are drawn.
    indicator : int or str
        Number, id or label, such as ``labour_productivity``.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.
    ax : Axes or None
        None makes a figure with title, legend and footer.
    figsize : (float, float) or None
        Inches of that figure.
    title : str or None
        Instead of the indicator's name.
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
    >>> result = zjsim.assess("zhejiang", zjsim.simulate("zhejiang", "baseline"))
    >>> axes = zjsim.plot_indicator(result, "labour_productivity")
    """
    words = chosen_language(language)
    data = (
        assessment if isinstance(assessment, BoardData) else indicator_data(assessment, indicator)
    )
    (row,) = data.rows
    footer = house_style.source_line(data.report, words)
    with house(style), canvas(ax, LARGE_FRAME, figsize, None, footer, (0.1, 0.6)) as at:
        sizes = LARGE if at.usual or at.inches[0] >= 7.5 else PANEL
        said = [line for _, text, _ in ends(row, words) for line in text.split("\n")]
        widest = max(map(house_style.ems, said))
        above = sizes.header + 2 * 1.2 * sizes.title + 6
        at.make_room(
            Room(max(42, 7.5 * at.inches[0]), sizes.small * widest + sizes.diamond + 10, above, 24)
        )
        if not at.usual:
            sizes = _on_axes(sizes, at)
        draw_panel(at.ax, row, words, sizes, title)
        if at.own:
            _draw_legend(at.ax, row, words, at.usual)
            house_style.add_footer(at.ax.figure, footer)
    return at.ax


def _on_axes(sizes: Sizes, at: Canvas) -> Sizes:
    """The header of a large panel stands over the axes themselves, wherever those are."""
    wide = at.ax.get_position().width * house_style.inches(at.ax.figure)[0] * 72
    width = min(sizes.title_width, wide / points(sizes.title))
    return replace(sizes.shrunk(), left=0.0, right=1.0, title_width=width)


def _draw_key(ax: Axes, report: Report, language: Language) -> None:
    """What each line and mark means."""
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    banded = any(row.low for row in report.rows)
    amended = any(row.indicator.amended for row in report.rows)
    for position, (key, look) in enumerate(line_looks(banded, amended)):
        height = 1.02 - position * 0.15
        xs = [0.06] if look.get("linestyle") == "none" else [0.0, 0.06, 0.12]
        ax.plot(xs, [height] * len(xs), **{"ms": stroke(5.5), "clip_on": False, **look})
        ax.text(0.19, height, label(key, language), va="center", fontsize=points(9))
    for position, verdict in enumerate(Verdict):
        height = 1.02 - position * 0.15
        house_style.verdict_mark(ax, 0.64, height, verdict, stroke(7.5))
        word = label(f"verdict.{verdict}", language)
        colour = house_style.VERDICT_COLOUR[verdict]
        ax.text(0.71, height, word, va="center", fontsize=points(9), color=colour)


def _draw_legend(ax: Axes, row: Row, language: Language, usual: bool) -> None:
    """The same key in one line under a large panel."""
    seen = any(outturn.year > row.indicator.base.year for outturn in row.outturns)
    handles = [
        Line2D([], [], label=label(key, language), **{"ms": 6, **look})
        for key, look in line_looks(bool(row.low), row.indicator.amended is not None, seen)
    ]
    width, figure_height = house_style.inches(ax.figure)
    height = ax.get_position().height * figure_height * 72
    texts = [str(handle.get_label()) for handle in handles]
    ax.legend(
        handles=handles, loc="upper center",
        bbox_to_anchor=(0.5, -0.08 if usual else -30 / height),
        ncols=len(handles) if usual else key_columns(texts, width, points(9), 4.6),
        fontsize=points(9), handlelength=2.2, columnspacing=1.8,
    )  # fmt: skip


def _draw_tally(ax: Axes, report: Report, language: Language) -> None:
    """How many targets are met, in a figure that can be read across a room.

    Over draws it is the likely number: one count over bands would be surer than they are.
    """
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    binding = [row for row in report.rows if row.indicator.binding]
    met = sum(row.verdict in PASSES for row in binding)
    total, chances = len(report.rows), report.chances
    large = f"{report.met}/{total}"
    lines = [
        label("note.tally_of", language, met=report.met, total=total),
        label("note.binding_tally", language, met=met, total=len(binding)),
        label("chances.missing", language),
    ]
    if chances is not None:
        large = span_figures(chances)
        runs, joint = f"{chances.n_run:,}", share_words(chances.probabilities.joint)
        said = {"total": total, "share": format_share(chances.likely[2], 0), "runs": runs}
        lines = [wrap(label("chances.board", language, **said), 16)]
        lines.append(label("chances.board_all", language, joint=joint))
        lines.append(label("chances.board_percent", language))
    if chances is not None and report.n_run == 1:
        counts = {"met": report.met, "binding_met": met, "binding": len(binding)}
        lines.append(label("chances.board_single", language, **counts))
    number = ax.text(0.12, 1.06, large, fontsize=points(36), va="top")
    house_style.strong(number, 0.8)
    # A target that was amended later and then missed must not hide behind the count.
    lines += [wrap(line, 22) for line in amendment_lines([report], language)]
    ax.text(0.12, 0.68, "\n".join(lines), fontsize=points(10.5), va="top", linespacing=1.7)
