"""Strategies in the same worlds: a column a strategy, a row a target, then what sums them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from zjsim.language import LANGUAGES, Language, chosen_language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Frame, Origin, Room, Size, canvas, name_rows
from zjsim.report.charts.ensemble_charts import both, numbered
from zjsim.report.charts.style import Style, house, points
from zjsim.report.tables.robust_tables import effort_words, strategy_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number, format_share

if TYPE_CHECKING:
    from zjsim.analysis.deciding.robust import Robustness

SHADES = LinearSegmentedColormap.from_list("share", ["#FFFFFF", house_style.BLUE])
BEST = "#D9F0E6"
DARK = 0.6  # share above which the number in a cell is white
MOST = 12  # strategies that are drawn, the best ones; tables have all
FEW = 4
GAP = 0.4  # rows between the targets and what sums them up


@dataclass(frozen=True, slots=True)
class RobustRow:
    """A measure of every strategy; ``best`` are the columns that do best by it."""

    key: str
    name: object
    values: tuple[float, ...]
    texts: tuple[str, ...]
    best: tuple[int, ...]

    @property
    def is_share(self) -> bool:
        """Whether its cells are shaded."""
        return self.key.startswith("share")


@dataclass(frozen=True, slots=True)
class RobustData:
    """A column a strategy, the best mean rank first; of ``total`` at most twelve."""

    strategies: tuple[object, ...]
    names: tuple[str, ...]
    rows: tuple[RobustRow, ...]
    worlds: int
    total: int
    origin: Origin

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a measure."""
        rows = [[row.key, localised(row.name, language), *row.values] for row in self.rows]
        return ["measure", "name", *self.names], rows


def robust_data(found: Robustness) -> RobustData:
    """What `plot_robust` draws."""
    order, m = list(found.order[:MOST]), found.measures
    rows = [
        _row(f"share {item.id}", numbered(item), m.each[order, k], format_share)
        for k, item in enumerate(found.field.targets)
    ]
    efforts = np.array([found.strategies[place].effort for place in order])
    cost = found.field.cost
    rows += [
        _row("share all", _both("robust.chart_all"), m.share[order], format_share),
        _row("number", _both("robust.chart_number"), m.number[order], _two),
        _row("regret", _both("robust.chart_regret"), -m.number_regret[order], _two),
        _row("worst_regret", _both("robust.chart_worst"), -m.worst_regret[order], _two),
        _row("effort", _both("robust.chart_effort"), -efforts, lambda x: effort_words(cost, x)),
    ]
    scenario = found.field.ready.resolved.scenario
    return RobustData(
        tuple(
            both(*(strategy_name(found.strategies[place], words) for words in ("zh", "en")))
            for place in order
        ),
        tuple(found.strategies[place].name for place in order),
        tuple(rows),
        found.worlds,
        len(found.strategies),
        Origin(scenario.name, scenario.label, found.run_id, found.worlds, found.seed),
    )


def _two(value: float) -> str:
    return format_number(value, 2)


def _both(key: str) -> Any:
    return both(*(label(key, language) for language in LANGUAGES))


def _row(key: str, name: object, good: np.ndarray, words: Any) -> RobustRow:
    """A row of what is to be large; a measure that is to be small comes with its sign turned."""
    values = good if key.startswith("share") or key == "number" else -good
    texts = tuple(words(float(value)) for value in values)
    # What reads the same is equally good.
    best = texts[int(good.argmax())]
    leaders = tuple(place for place, text in enumerate(texts) if text == best)
    return RobustRow(
        key, name, tuple(float(value) for value in values), texts,
        leaders if len(leaders) < len(texts) else (),
    )  # fmt: skip


def plot_robust(
    found: Robustness | RobustData,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """Strategies in the same worlds: how often each target is met, and what they regret.

    Parameters
    ----------
    found : Robustness or RobustData
        As `robust` returns it.
    language : {"zh", "en"} or None
        None is the user's.
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
        Of matplotlib; a cell a strategy and measure.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.robust(
    ...     "zhejiang", ["baseline", "reform_first"], worlds=128, watch=False
    ... )
    >>> axes = zjsim.plot_robust(found, "en")
    """
    words = chosen_language(language)
    data = found if isinstance(found, RobustData) else robust_data(found)
    names = [localised(row.name, words) for row in data.rows]
    footer = data.origin.footer(words)
    height = 0.42 * len(names) + 2.2
    width = max(9.6, 4.2 + 1.05 * len(data.strategies))
    frame = Frame(width, height, 4.0 / width, 0.97, 1 - 1.35 / height, 0.55 / height)
    with house(style), canvas(ax, frame, figsize, title, footer, (0.62, 0.05)) as at:
        # Few strategies have heads of one line.
        room = Room(right=6, top=20 if len(data.strategies) <= FEW else 44, bottom=2)
        shown, size = name_rows(at, names, len(names) + GAP, (30, 8.8), room)
        draw_robust(at.ax, data, words, shown, size)
        worlds = label("robust.chart_worlds", words, worlds=f"{data.worlds:,}")
        parts = [label("robust.each_head", words), worlds]
        if data.total > len(data.strategies):
            values = {"shown": len(data.strategies), "total": data.total}
            parts.append(label("robust.chart_shown", words, **values))
        heading = label("title.robust", words)
        at.finish(heading, house_style.SEPARATOR.join(parts), footer, over=30)
    return at.ax


def draw_robust(
    ax: Axes, data: RobustData, language: Language, names: Sequence[str], size: float
) -> None:
    """A cell a measure and strategy, on axes as they are."""
    places = [k + (0 if row.is_share else GAP) for k, row in enumerate(data.rows)]
    for place, row in zip(places, data.rows, strict=True):
        for column, (value, text) in enumerate(zip(row.values, row.texts, strict=True)):
            _cell(ax, column, place, row, value, text)
    count = len(data.strategies)
    house_style.quiet_axes(ax, "none")
    ax.spines["bottom"].set_visible(False)
    wide = ax.get_position().width * house_style.inches(ax.figure)[0] * 72 / count
    letters = min(points(8.8), size)
    heads = [
        house_style.wrap(localised(name, language), 0.92 * wide / letters)
        for name in data.strategies
    ]
    ax.set_xticks(range(count), heads)
    ax.xaxis.tick_top()
    ax.set_yticks(places, list(names))
    ax.set_xlim(-0.5, count - 0.5)
    ax.set_ylim(places[-1] + 0.5, -0.5)
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6)
    ax.tick_params(axis="x", length=0, labelsize=letters, labelcolor=house_style.ink(), pad=4)


def _cell(ax: Axes, x: float, y: float, row: RobustRow, value: float, text: str) -> None:
    lead = x in row.best
    fill = SHADES(0.85 * value) if row.is_share else BEST if lead else "#FFFFFF"
    ax.bar(
        x, 0.9, 0.94, y - 0.45, color=fill, edgecolor=house_style.HAIRLINE, linewidth=0.6,
        gid="cell",
    )  # fmt: skip
    dark = row.is_share and value > DARK
    drawn = ax.text(
        x, y, text, ha="center", va="center", color="white" if dark else house_style.INK,
        fontsize=points(9),
    )  # fmt: skip
    if lead:
        house_style.strong(drawn)
