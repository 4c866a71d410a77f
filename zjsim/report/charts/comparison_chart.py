"""Several scenarios in one chart: one panel per indicator, one line per scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from zjsim.assessment.assess import Row
from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import Verdict
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Size, panels
from zjsim.report.charts.style import Style, house, points, stroke
from zjsim.report.tables.rows import Report, as_report
from zjsim.report.tables.wording import amended_target_words, target_words, value_words
from zjsim.report.words.labels import label, localised

COLUMNS = 5


@dataclass(frozen=True, slots=True)
class ComparisonData:
    """Several scenarios of one plan."""

    reports: tuple[Report, ...]

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row an indicator, a column a scenario."""
        heads = ["indicator", "unit", *(report.scenario for report in self.reports)]
        return heads, [
            [
                row.indicator.id, row.indicator.unit.en,
                *(report.row(row.indicator.id).projection for report in self.reports),
            ]
            for row in self.reports[0].rows
        ]  # fmt: skip


def comparison_data(assessments: Sequence[Any]) -> ComparisonData:
    """What `plot_comparison` draws."""
    return ComparisonData(tuple(map(as_report, assessments)))


def plot_comparison(
    assessments: Sequence[Any] | ComparisonData,
    language: str | None = None,
    figure: Any = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Any:
    """Several scenarios: one panel per indicator, one line per scenario, the target as a rule.

    The numbers stand in a column of their own, clear of marks and rules.

    Parameters
    ----------
    assessments : sequence of Assessment, or ComparisonData
        Of one plan, as `assess` returns them.
    language : {"zh", "en"} or None
        None is the user's: what ``ZJSIM_LANG`` or the locale says, otherwise English.
    figure : Figure, SubFigure or None
        An empty one to draw on; None makes one. A panel wants about 2.6 inches of width; where
        it gets less, letters go with it.
    figsize : (float, float) or None
        Inches of a new figure; a narrow one has fewer panels beside each other.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

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
    words = chosen_language(language)
    data = assessments
    if not isinstance(data, ComparisonData):
        data = comparison_data(data)
    reports = data.reports
    first = reports[0]

    def usual(rows: int, columns: int) -> tuple[float, float]:
        return 2.6 * columns + 2.0, rows * (0.30 * len(reports) + 1.2) + 1.5

    with (
        house(style),
        panels(figure, figsize, len(first.rows), COLUMNS, usual) as (figure, rows, columns),
    ):
        wide, height = house_style.inches(figure)
        panel = max((height - points(1.5)) / rows - points(0.85), points(0.2))
        said = [localised(report.scenario_label, words) or report.scenario for report in reports]
        # A scenario changed by hand says so in its label, which is then long.
        names = [house_style.wrap(name, 28) for name in said]
        widest = max(house_style.ems(line) for name in names for line in name.split("\n"))
        left = min(points(widest * 8.5 / 72 + 0.25), points(3.6))
        cells = figure.subplots(
            rows, columns, squeeze=False,
            gridspec_kw={
                "left": left / wide, "right": 1 - points(0.55) / wide,
                "top": 1 - points(1.5) / height,
                "bottom": points(0.86) / height, "hspace": points(0.85) / panel, "wspace": 0.36,
            },
        )  # fmt: skip
        for position, ax in enumerate(cells.ravel()):
            if position >= len(first.rows):
                ax.set_axis_off()
                continue
            own = [report.rows[position] for report in reports]
            _comparison_panel(ax, own, names, position % columns == 0, words)
        heading = label("title.comparison", words, year=first.target_year)
        house_style.add_title(
            figure, heading if title is None else title, localised(first.plan_title, words)
        )
        lines = house_style.add_footer(figure, _joint_source(reports, words))
        _verdict_legend(figure, reports, words, 0.14 * (lines - 1))
        return figure


def _comparison_panel(
    ax: Axes, rows: Sequence[Row], names: list[str], named: bool, language: Language
) -> None:
    indicator = rows[0].indicator
    target = indicator.target
    values = [row.projection for row in rows if row.projection == row.projection] + [target.value]
    values += [indicator.amended.value] if indicator.amended else []
    room = 0.12 * (max(values) - min(values) or 1.0)
    ax.set_xlim(min(values) - room, max(values) + room)
    draw_target_rules(ax, indicator)
    mark = stroke(7)
    for position, row in enumerate(rows):
        ax.axhline(position, color=house_style.HAIRLINE, lw=stroke(0.7), zorder=0, gid="row")
        if row.projection != row.projection:
            house_style.verdict_mark(
                ax, min(values), position, Verdict.MISSING, mark, label=names[position]
            )
            continue
        house_style.verdict_mark(
            ax, row.projection, position, row.verdict, mark, zorder=4, label=names[position]
        )
        ax.annotate(
            value_words(row), (1, position), xytext=(points(30), 0),
            xycoords=ax.get_yaxis_transform(),
            textcoords="offset points", va="center", ha="right", fontsize=points(7.8),
            color=house_style.VERDICT_COLOUR[row.verdict], annotation_clip=False,
        )  # fmt: skip
    house_style.quiet_axes(ax, "none")
    ax.spines["bottom"].set_visible(False)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xticks([])
    ax.set_yticks(range(len(rows)), names if named else [""] * len(rows))
    ax.tick_params(axis="y", labelsize=points(8.5), labelcolor=house_style.ink())
    title = house_style.wrap(f"{indicator.number}  {localised(indicator.label, language)}", 20)
    at: dict[str, Any] = dict(house_style.ABOVE_AXES)
    text = ax.annotate(
        title, (0, 1), xytext=(0, points(17)), va="bottom", fontsize=points(8.8), **at
    )
    house_style.strong(text, 0.25)
    unit = localised(indicator.unit, language)
    words = [unit, target_words(indicator, language)]
    if indicator.amended is not None:
        later = amended_target_words(indicator, language)
        date = indicator.amended.date
        words.append(label("note.amended_short", language, target=later, date=date))
    said = house_style.SEPARATOR.join(words)
    ax.annotate(
        said, (0, 1), xytext=(0, points(4)), fontsize=points(8), color=house_style.muted(), **at
    )


def draw_target_rules(ax: Axes, indicator: Indicator) -> None:
    """The target as a rule with its band; the target as amended later as a dashed one."""
    target = indicator.target
    if target.highest is not None:
        ax.axvspan(
            target.lowest, target.highest, color=house_style.ORANGE, alpha=0.25, lw=0,
            gid="target-band",
        )  # fmt: skip
    ax.axvline(target.value, color=house_style.ORANGE, lw=stroke(1.6), zorder=1, gid="target")
    if indicator.amended is not None:
        ax.axvline(
            indicator.amended.value,
            color=house_style.ORANGE,
            lw=stroke(1.2),
            ls=(0, (3, 2)),
            zorder=1,
            gid="amended",
        )


def _verdict_legend(figure: Any, reports: Sequence[Report], language: Language, up: float) -> None:
    """The verdict shapes that occur, and the target rule, along the bottom."""
    seen = {row.verdict for report in reports for row in report.rows}
    handles = [
        Line2D(
            [],
            [],
            ls="none",
            marker=house_style.VERDICT_MARKER[verdict],
            ms=stroke(7.5),
            mfc=house_style.paper()
            if verdict == "undecidable"
            else house_style.VERDICT_COLOUR[verdict],
            mec=house_style.VERDICT_COLOUR[verdict],
            label=label(f"verdict.{verdict}", language),
        )
        for verdict in house_style.VERDICT_COLOUR
        if verdict in seen
    ]
    handles.append(
        Line2D(
            [], [], color=house_style.ORANGE, lw=stroke(1.8), label=label("legend.target", language)
        )
    )
    if any(row.indicator.amended for row in reports[0].rows):
        words = label("legend.amended", language)
        handles.append(
            Line2D([], [], color=house_style.ORANGE, lw=stroke(1.4), ls=(0, (3, 2)), label=words)
        )
    legend = figure.legend(
        handles=handles,
        loc="lower left",
        ncols=len(handles),
        fontsize=points(9),
        handletextpad=0.4,
        bbox_to_anchor=(
            points(0.1) / house_style.inches(figure)[0],
            points(0.26 + up) / house_style.inches(figure)[1],
        ),
        columnspacing=1.8,
        handlelength=1.4,
        borderpad=0.1,
    )
    for handle, text in zip(handles, legend.get_texts(), strict=True):
        verdict = handle.get_marker() != "None"
        text.set_color(handle.get_markeredgecolor() if verdict else house_style.ink())


def _joint_source(reports: Sequence[Report], language: Language) -> str:
    # A run id of the program begins with the scenario's name.
    runs = ", ".join(
        report.run_id
        if report.run_id.startswith(report.scenario)
        else f"{report.scenario} {report.run_id}".strip()
        for report in reports
    )
    return house_style.SEPARATOR.join([runs, label("note.unofficial", language)])
