"""Charts of paths over time: any variable of the model, what levers ask for, what drivers do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from zjsim.language import TYPOGRAPHY, Language, chosen_language
from zjsim.report.charts import parts
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Frame, Room, Size, canvas, panels
from zjsim.report.charts.paths import (
    PathPanel,
    PathsData,
    drivers_data,
    levers_data,
    variable_data,
)
from zjsim.report.charts.style import Style, house, points, stroke
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_quantity

if TYPE_CHECKING:
    from zjsim.report.charts.paths import AnyRuns

__all__ = ["drivers_data", "levers_data", "variable_data"]

COLOURS = ("#0072B2", "#CC6677", "#44AA99", "#AA4499", "#999933", "#222222")
PANEL_COLUMNS = 4
USUAL = (8.6, 5.2)


def plot_variable(
    runs: AnyRuns | Sequence[AnyRuns] | PathsData,
    variable: str = "",
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """Any variable of the model over time, one line a scenario; a band of 90 % of an ensemble.

    Parameters
    ----------
    runs : Runs, EnsembleRuns, a sequence of them, or PathsData
        As `simulate` and `simulate_ensemble` return them; an ensemble with the variable under
        ``save``.
    variable : str
        As the model names it, such as ``"staff"``.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title, key and footer.
    figsize : (float, float) or None
        Inches of that figure.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Axes
        Of matplotlib, over model time, in the model's unit; ``axes.figure.savefig(path)`` writes
        the picture.

    Raises
    ------
    RunError
        When the model has no such variable; near misses are named.

    Examples
    --------
    >>> import zjsim
    >>> runs = zjsim.simulate("zhejiang", ["baseline", "late_start"])
    >>> axes = zjsim.plot_variable(runs, "staff", "en")
    """
    words = chosen_language(language)
    data = runs if isinstance(runs, PathsData) else variable_data(runs, variable)
    (panel,), footer = data.panels, data.footer(words)
    handles_words = [localised(name, words) for name in data.scenarios]
    with house(style):
        keyed = [*handles_words, *([label("paths.band", words)] if data.draws else [])]
        rows = parts.key_rows(keyed, figsize, USUAL)
        height = USUAL[1] + 0.2 * (rows - 1)
        frame = Frame(USUAL[0], height, 0.1, 0.95, 1 - 0.98 / height, (0.8 + 0.2 * rows) / height)
        with canvas(ax, frame, figsize, title, footer, (0.8, 0.08 + 0.2 * rows)) as at:
            at.make_room(Room(left=58, right=14, top=8, bottom=22))
            draw_paths(at.ax, panel, words)
            unit = unit_words(panel.unit, words)
            at.finish(
                localised(panel.name, words), unit, footer,
                lambda: parts.draw_key(at.ax, _handles(data, words), 22),
            )  # fmt: skip
    return at.ax


def plot_levers(
    runs: AnyRuns | Sequence[AnyRuns] | PathsData,
    only: str | None = None,
    language: str | None = None,
    figure: Any = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Any:
    """What each lever in use is asked for, and how much of it is carried out by when.

    Parameters
    ----------
    runs : Runs, EnsembleRuns, a sequence of them, or PathsData
        As `simulate` and `simulate_ensemble` return them; of an ensemble what is carried out is
        drawn where it was kept under ``save``.
    only : str or None
        Id or label of one lever; None is every lever in use.
    language : {"zh", "en"} or None
        None is the user's.
    figure : Figure, SubFigure or None
        An empty one to draw on; None makes one.
    figsize : (float, float) or None
        Inches of a new figure.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Figure
        Of matplotlib; 1 is the plan as written.

    Examples
    --------
    >>> import zjsim
    >>> figure = zjsim.plot_levers(zjsim.simulate("zhejiang", "baseline"), language="en")
    """
    data = runs if isinstance(runs, PathsData) else levers_data(runs, only)
    return _plot_panels(data, "levers", language, figure, figsize, title, style)


def plot_drivers(
    runs: AnyRuns | Sequence[AnyRuns] | PathsData,
    only: str | None = None,
    language: str | None = None,
    figure: Any = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Any:
    """The path of each driver, with a band of an ensemble's draws and what was observed.

    Parameters
    ----------
    runs : Runs, EnsembleRuns, a sequence of them, or PathsData
        As `simulate` and `simulate_ensemble` return them.
    only : str or None
        Model name or id of one driver; None is every driver with a path.
    language : {"zh", "en"} or None
        None is the user's.
    figure : Figure, SubFigure or None
        An empty one to draw on; None makes one.
    figsize : (float, float) or None
        Inches of a new figure.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Figure
        Of matplotlib, in the model's units.

    Examples
    --------
    >>> import zjsim
    >>> figure = zjsim.plot_drivers(zjsim.simulate("zhejiang", "baseline"), language="en")
    """
    data = runs if isinstance(runs, PathsData) else drivers_data(runs, only)
    return _plot_panels(data, "drivers", language, figure, figsize, title, style)


def _plot_panels(
    data: PathsData, kind: str, language: str | None, figure: Any, figsize: Size,
    title: str | None, style: Style,
) -> Any:  # fmt: skip
    words = chosen_language(language)
    count = len(data.panels)

    def usual(rows: int, columns: int) -> tuple[float, float]:
        return max(2.5 * columns + 0.5, 5.6), max(1.75 * rows + 1.75, 3.9)

    most = min(PANEL_COLUMNS, count)
    with house(style), panels(figure, figsize, count, most, usual) as (figure, rows, columns):
        wide, high = house_style.inches(figure)
        cell = max((high - points(1.75)) / rows - points(0.62), points(0.2))
        cells = figure.subplots(
            rows, columns, squeeze=False,
            gridspec_kw={
                "left": points(0.62) / wide, "right": 1 - points(0.2) / wide,
                "top": 1 - points(1.15) / high, "bottom": points(0.98) / high,
                "hspace": points(0.62) / cell, "wspace": 0.34,
            },
        )  # fmt: skip
        for place, ax in enumerate(cells.ravel()):
            if place >= count:
                ax.set_axis_off()
                continue
            draw_paths(ax, data.panels[place], words, small=True)
            _panel_title(ax, data.panels[place], words)
        heading = label(f"paths.{kind}", words)
        said = _subtitle(data, kind, words)
        house_style.add_title(figure, heading if title is None else title, said)
        house_style.add_footer(figure, data.footer(words))
        _legend(figure, _handles(data, words, kind))
        return figure


def _subtitle(data: PathsData, kind: str, language: Language) -> str:
    said = [localised(name, language) for name in data.scenarios]
    said += [label("paths.lever_unit", language)] if kind == "levers" else []
    said += [label("paths.at_rest", language, count=data.at_rest)] if data.at_rest else []
    return house_style.SEPARATOR.join(said)


def _panel_title(ax: Axes, panel: PathPanel, language: Language) -> None:
    name = localised(panel.name, language)
    if panel.unit not in ("", "Dmnl"):
        name += TYPOGRAPHY[language].bracketed(panel.unit)
    at: dict[str, Any] = dict(house_style.ABOVE_AXES)
    width = ax.get_position().width * house_style.inches(ax.figure)[0] * 72 / points(8.6)
    words = house_style.wrap(name, width + 2).split("\n")
    shown = words[0] if len(words) == 1 else "\n".join(words[:2])
    text = ax.annotate(
        shown, (0, 1), xytext=(0, points(4)), va="bottom", fontsize=points(8.6), **at
    )
    house_style.strong(text, 0.25)


def unit_words(unit: str, language: Language) -> str:
    """A unit of the model; one that has none says so."""
    said = label("paths.no_unit", language) if unit in ("", "Dmnl") else unit
    return label("axis.unit", language, unit=said)


LOOKS: dict[str, dict[str, Any]] = {
    "value": {"ls": "-", "lw": 1.9},
    "asked": {"ls": "-", "lw": 1.5},
    "carried_out": {"ls": (0, (3.2, 1.2)), "lw": 1.9},
}


def draw_paths(ax: Axes, panel: PathPanel, language: Language, small: bool = False) -> None:
    """The lines of one variable on axes as they are."""
    for k, line in enumerate(panel.lines):
        named = localised(line.scenario, language) if line.scenario else ""
        if line.key == "observed":
            ax.plot(
                line.times, line.values, "o", ms=stroke(4), mfc=house_style.paper(), zorder=6,
                mec=house_style.ink(), mew=stroke(1.1), gid="observed",
                label=label("paths.observed", language),
            )  # fmt: skip
            continue
        colour = COLOURS[line.place % len(COLOURS)]
        if line.low:
            ax.fill_between(
                line.times, line.low, line.high, color=colour, alpha=0.18, lw=0, zorder=1,
                gid=f"band-{line.place + 1}", label=label("paths.band", language),
            )  # fmt: skip
        look = {**LOOKS[line.key], "lw": stroke(LOOKS[line.key]["lw"])}
        ax.plot(
            line.times, line.values, color=colour, zorder=3 + (line.key != "asked"),
            gid=f"{line.key}-{line.place + 1}", label=named or f"{k}", **look,
        )  # fmt: skip
    house_style.quiet_axes(ax)
    ax.tick_params(labelsize=points(7.4 if small else 8))
    _axes(ax, panel, small)


def _axes(ax: Axes, panel: PathPanel, small: bool) -> None:
    """Years below, and a scale at the left that does not make much of little."""
    values = [v for line in panel.lines for v in (*line.values, *line.low, *line.high)]
    low, high = min(values), max(values)
    if high - low < 1e-9 * max(abs(high), 1e-9):
        room = 0.1 * abs(high) or 1.0
        ax.set_ylim(low - room, high + room)
    else:
        ax.margins(y=0.08)
    times = [time for line in panel.lines if line.key != "observed" for time in line.times]
    ax.set_xlim(min(times) - 0.1, max(times) + 0.1)
    ax.xaxis.set_major_locator(MaxNLocator(3 if small else 7, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.yaxis.set_major_locator(MaxNLocator(3 if small else 6, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_quantity(round(value, 12))))


def _handles(data: PathsData, language: Language, kind: str = "variable") -> list[Any]:
    """Entries of the key: the scenarios, then what the kinds of line mean."""
    found: list[Any] = [
        Line2D([], [], color=COLOURS[k], lw=stroke(2), label=localised(name, language))
        for k, name in enumerate(data.scenarios)
    ]
    keys = {line.key for panel in data.panels for line in panel.lines}
    if kind == "levers":
        grey = house_style.muted()
        for key in ("asked", "carried_out"):
            if key in keys:
                look = {**LOOKS[key], "lw": stroke(LOOKS[key]["lw"])}
                words = label(f"paths.{key}", language)
                found.append(Line2D([], [], color=grey, label=words, **look))
    if any(line.low for panel in data.panels for line in panel.lines):
        found.append(Patch(fc=COLOURS[0], alpha=0.18, label=label("paths.band", language)))
    if "observed" in keys:
        found.append(
            Line2D([], [], ls="none", marker="o", ms=stroke(4.5), mfc=house_style.paper(),
                   mec=house_style.ink(), label=label("paths.observed", language))
        )  # fmt: skip
    return found


def _legend(figure: Any, handles: Sequence[Any]) -> None:
    wide, high = house_style.inches(figure)
    texts = [str(handle.get_label()) for handle in handles]
    figure.legend(
        handles=list(handles), loc="lower center", bbox_to_anchor=(0.5, points(0.36) / high),
        ncols=parts.columns_that_fit(texts, wide - 0.3, points(8.6)), fontsize=points(8.6),
        handlelength=1.6, columnspacing=1.6, labelspacing=0.3, borderpad=0.1,
    )  # fmt: skip
