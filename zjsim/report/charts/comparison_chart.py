"""Several scenarios in one chart: one panel per indicator, one line per scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import Verdict
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style
from zjsim.report.tables.rows import Report, ReportRow, as_report
from zjsim.report.tables.wording import amended_target_words, target_words, value_words
from zjsim.report.words.labels import label, localised


@style.styled
def plot_comparison(assessments: Sequence[Any], language: str | None = None) -> style.HouseFigure:
    """Several scenarios: one panel per indicator, one line per scenario, the target as a rule.

    The numbers stand in a column of their own, clear of marks and rules.

    Parameters
    ----------
    assessments : sequence of Assessment
        Of one plan, as `assess` returns them.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.

    Returns
    -------
    Figure
        Of matplotlib.

    Examples
    --------
    >>> import zjsim
    >>> plan = zjsim.open_plan("zhejiang")
    >>> names = ["baseline", "late_start"]
    >>> judged = [zjsim.assess(plan, zjsim.simulate(plan, name)) for name in names]
    >>> figure = zjsim.plot_comparison(judged)
    """
    language = chosen_language(language)
    reports = [as_report(assessment) for assessment in assessments]
    first = reports[0]
    columns = 5
    rows = -(-len(first.rows) // columns)
    panel = 0.30 * len(reports) + 0.35
    height = rows * (panel + 0.85) + 1.5
    figure = style.new_figure(15.0, height)
    said = [localised(report.scenario_label, language) or report.scenario for report in reports]
    # A scenario changed by hand says so in its label, which is then long.
    names = [style.wrap(name, 28) for name in said]
    widest = max(style.ems(line) for name in names for line in name.split("\n"))
    wide = min(widest * 8.5 / 72 + 0.25, 3.6)
    cells = figure.subplots(
        rows, columns, squeeze=False,
        gridspec_kw={
            "left": wide / 15, "right": 1 - 0.55 / 15, "top": 1 - 1.5 / height,
            "bottom": 0.86 / height, "hspace": 0.85 / panel, "wspace": 0.36,
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
    values += [indicator.amended.value] if indicator.amended else []
    room = 0.12 * (max(values) - min(values) or 1.0)
    ax.set_xlim(min(values) - room, max(values) + room)
    draw_target_rules(ax, indicator)
    for position, row in enumerate(rows):
        ax.axhline(position, color=style.HAIRLINE, lw=0.7, zorder=0)
        if row.value != row.value:
            style.verdict_mark(ax, min(values), position, Verdict.MISSING, 7)
            continue
        style.verdict_mark(ax, row.value, position, row.verdict, 7, zorder=4)
        ax.annotate(
            value_words(row), (1, position), xytext=(30, 0), xycoords=ax.get_yaxis_transform(),
            textcoords="offset points", va="center", ha="right", fontsize=7.8,
            color=style.VERDICT_COLOUR[row.verdict], annotation_clip=False,
        )  # fmt: skip
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
    words = [unit, target_words(indicator, language)]
    if indicator.amended is not None:
        later = amended_target_words(indicator, language)
        date = indicator.amended.date
        words.append(label("note.amended_short", language, target=later, date=date))
    said = style.SEPARATOR.join(words)
    ax.annotate(said, (0, 1), xytext=(0, 4), fontsize=8, color=style.MUTED, **at)


def draw_target_rules(ax: Axes, indicator: Indicator) -> None:
    """The target as a rule with its band; the target as amended later as a dashed one."""
    target = indicator.target
    if target.highest is not None:
        ax.axvspan(target.lowest, target.highest, color=style.ORANGE, alpha=0.25, lw=0)
    ax.axvline(target.value, color=style.ORANGE, lw=1.6, zorder=1)
    if indicator.amended is not None:
        ax.axvline(indicator.amended.value, color=style.ORANGE, lw=1.2, ls=(0, (3, 2)), zorder=1)


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
    if any(row.indicator.amended for row in reports[0].rows):
        words = label("legend.amended", language)
        handles.append(Line2D([], [], color=style.ORANGE, lw=1.4, ls=(0, (3, 2)), label=words))
    legend = figure.legend(
        handles=handles, loc="lower left", ncols=len(handles), fontsize=9, handletextpad=0.4,
        bbox_to_anchor=(0.1 / figure.get_figwidth(), (0.26 + up) / figure.get_figheight()),
        columnspacing=1.8, handlelength=1.4, borderpad=0.1,
    )  # fmt: skip
    for handle, text in zip(handles, legend.get_texts(), strict=True):
        verdict = handle.get_marker() != "None"
        text.set_color(handle.get_markeredgecolor() if verdict else style.INK)


def _joint_source(reports: Sequence[Report], language: Language) -> str:
    # A run id of the program begins with the scenario's name.
    runs = ", ".join(
        report.run_id
        if report.run_id.startswith(report.scenario)
        else f"{report.scenario} {report.run_id}".strip()
        for report in reports
    )
    return style.SEPARATOR.join([runs, label("note.unofficial", language)])
