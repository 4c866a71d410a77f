"""Stocks and flows of one sector, drawn from the model so that picture and model agree.

A row is a stock with the flows that fill it at the left and those that drain it at the right.
What a flow depends on stands beside it with the sign of the influence, as a modeller would
read it aloud; nothing crosses. A variable that stands in another sector is in brackets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon

from zjsim.language import Language
from zjsim.model.loops import link_polarity
from zjsim.model.order import causes
from zjsim.model.spec import Constant, Flow, ModelSpec, Stock
from zjsim.report.charts import style
from zjsim.report.model.loop_diagram import DiagramLoop, Names, diagram_loops, draw_loops
from zjsim.report.words.labels import label

__all__ = ["DiagramLoop", "diagram_loops", "draw_loops", "draw_stock_flow", "sectors"]

WIDTH, NARROW = 14.0, 11.8  # with and without a column of outflows
STOCK_X, STOCK_WIDTH, STOCK_HEIGHT = 7.0, 2.0, 0.62
VALVE_GAP, CLOUD_GAP = 1.30, 2.30  # from the edge of the stock box
LINE = 0.215
NAME_SIZE = 9.0
CAUSE_SIZE = 8.2
SIGNS = {"+": "+", "-": "−", "?": "±"}


@dataclass(frozen=True, slots=True)
class Cause:
    """What moves a flow: its name, the sign of its influence, and where it stands."""

    name: str
    sign: str
    kind: str  # own, stock, other or lever


@dataclass(frozen=True, slots=True)
class Valve:
    """A flow of one row with its causes; ``side`` is -1 for an inflow, 1 for an outflow."""

    name: str
    side: int
    causes: tuple[Cause, ...]

    @property
    def height(self) -> float:
        """Inches that the flow and its causes need."""
        return max(0.74, LINE * len(self.causes) + 0.16)


def sectors(spec: ModelSpec) -> tuple[str, ...]:
    """Groups of the model that hold a stock, in the order of the file."""
    return tuple(dict.fromkeys(stock.group for stock in spec.stocks))


def draw_stock_flow(
    spec: ModelSpec,
    sector: str,
    language: Language = "en",
    values: Mapping[str, float] | None = None,
    levers: Sequence[str] = (),
    title: str = "",
    footer: str = "",
    names: Mapping[str, str] | None = None,
    figure: Any = None,
    figsize: tuple[float, float] | None = None,
    heading: str | None = None,
) -> Any:
    """Stocks as boxes, flows as valves, and what each flow depends on.

    Parameters
    ----------
    sector : group of the model's elements, one of ``sectors(spec)``
    values : values of all variables, for signs that structure alone does not fix
    levers : constants that policy sets; other constants are left out
    title : the sector's name for readers; the name in the model when empty
    names : what variables are called in the picture, by canonical name; else as in the model
    figure, figsize : an empty figure to draw on, or the inches of a new one
    heading : in the place of the usual title
    """
    stocks = [stock for stock in spec.stocks if stock.group == sector]
    rows = [(stock, _valves(spec, stock, values, frozenset(levers))) for stock in stocks]
    said = Names(names or {})
    heights = [_row_height(valves) for _, valves in rows]
    height = sum(heights) + 1.75
    width = WIDTH if any(stock.outflows for stock in stocks) else NARROW
    with style.drawing(width, height, figure, figsize) as figure:
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.set(xlim=(0, width), ylim=(0, height))
        top = height - 1.0
        for (stock, valves), tall in zip(rows, heights, strict=True):
            _draw_row(ax, stock, valves, top - tall / 2, said)
            top -= tall
        words = label("title.stock_flow", language, sector=title or sector or spec.name)
        words = words if heading is None else heading
        style.add_title(figure, words, label("diagram.how_to_read", language))
        _draw_key(ax, language)
        style.add_footer(figure, footer or spec.name)
    return figure


def _valves(
    spec: ModelSpec, stock: Stock, values: Mapping[str, float] | None, levers: frozenset[str]
) -> list[Valve]:
    sides = [(name, -1) for name in stock.inflows] + [(name, 1) for name in stock.outflows]
    return [Valve(name, side, _causes(spec, name, stock, values, levers)) for name, side in sides]


def _causes(
    spec: ModelSpec,
    flow: str,
    stock: Stock,
    values: Mapping[str, float] | None,
    levers: frozenset[str],
) -> tuple[Cause, ...]:
    found = []
    for name in causes(spec, flow):
        element = spec.elements.get(name)
        if element is None or (isinstance(element, Constant) and name not in levers):
            continue
        sign = SIGNS[link_polarity(spec, name, flow, values)]
        found.append(Cause(name, sign, _kind(element, stock)))
    return tuple(found)


def _kind(element: Any, stock: Stock) -> str:
    if isinstance(element, Constant):
        return "lever"
    if element.group != stock.group:
        return "other"
    return "stock" if isinstance(element, Stock | Flow) else "own"


def _row_height(valves: Sequence[Valve]) -> float:
    sides = [sum(valve.height for valve in valves if valve.side == side) for side in (-1, 1)]
    return max(1.05, *sides) + 0.22


def _draw_row(ax: Axes, stock: Stock, valves: Sequence[Valve], middle: float, said: Names) -> None:
    """One stock in the middle, its inflows stacked at the left, outflows at the right."""
    sides = {side: [valve for valve in valves if valve.side == side] for side in (-1, 1)}
    reach = STOCK_HEIGHT
    for side, stacked in sides.items():
        level = middle + sum(valve.height for valve in stacked) / 2
        for valve in stacked:
            level -= valve.height / 2
            _draw_flow(ax, valve, side, level, said)
            reach = max(reach, 2 * abs(level - middle) + 0.3)
            level -= valve.height / 2
    left, bottom = STOCK_X - STOCK_WIDTH / 2, middle - reach / 2
    ax.add_patch(
        FancyBboxPatch(
            (left, bottom), STOCK_WIDTH, reach, boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="#e8f1f8", edgecolor=style.BLUE, linewidth=1.6, zorder=4,
            gid=style.gid("stock", stock.name),
        )
    )  # fmt: skip
    text = ax.text(
        STOCK_X,
        middle,
        style.wrap(said.of(stock.name), 13),
        ha="center",
        va="center",
        fontsize=style.points(10),
        zorder=5,
        linespacing=1.15,
    )
    style.strong(text, 0.25)


def _draw_flow(ax: Axes, valve: Valve, side: int, level: float, said: Names) -> None:
    edge = STOCK_X + side * STOCK_WIDTH / 2
    at, cloud = edge + side * VALVE_GAP, edge + side * CLOUD_GAP
    _draw_pipe(ax, edge, cloud, side, level, style.gid("flow", valve.name))
    _draw_valve(ax, at, level, style.gid("valve", valve.name))
    ax.text(
        at, level - 0.17, style.wrap(said.of(valve.name), 17), ha="center", va="top", zorder=6,
        fontsize=style.points(NAME_SIZE), color=style.BLUE, linespacing=1.05,
    )  # fmt: skip
    if valve.causes:
        _draw_causes(ax, valve, side, level, (at, cloud + side * 0.42), said)


def _draw_pipe(ax: Axes, edge: float, cloud: float, side: int, level: float, gid: str) -> None:
    """A double line between the stock and the cloud that stands for the model's boundary."""
    start, end = (cloud, edge) if side < 0 else (edge, cloud)
    head = 0.16
    tip = end if side < 0 else end - 0.2
    for shift in (-0.035, 0.035):
        ax.plot(
            [start, tip - head], [level + shift] * 2, color=style.BLUE, lw=1.1, zorder=3, gid=gid
        )
    points = [(tip - head, level + 0.1), (tip, level), (tip - head, level - 0.1)]
    ax.add_patch(Polygon(points, closed=True, facecolor=style.BLUE, lw=0, zorder=3, gid=gid))
    for x, y, radius in ((-0.09, -0.01, 0.1), (0.09, -0.01, 0.1), (0.0, 0.06, 0.11)):
        ax.add_patch(
            Circle((cloud + x, level + y), radius, fc="#cfd6dc", lw=0, zorder=3.5, gid="cloud")
        )


def _draw_valve(ax: Axes, x: float, y: float, gid: str) -> None:
    size = 0.13
    for direction in (-1, 1):
        points = [(x, y), (x + direction * size, y + size), (x + direction * size, y - size)]
        ax.add_patch(
            Polygon(points, closed=True, fc="white", ec=style.BLUE, lw=1.3, zorder=5, gid=gid)
        )


def _draw_causes(
    ax: Axes, valve: Valve, side: int, level: float, ends: tuple[float, float], said: Names
) -> None:
    """The list of causes, a bracket at its inner edge, and one arrow to the valve."""
    at, margin = ends
    count = len(valve.causes)
    top = level + LINE * (count - 1) / 2
    for position, cause in enumerate(valve.causes):
        y = top - LINE * position
        sign_at, name_at = margin + side * 0.14, margin + side * 0.27
        align = "right" if side < 0 else "left"
        ax.text(
            sign_at, y, cause.sign, ha="center", va="center", fontsize=style.points(CAUSE_SIZE + 1),
            color=style.VERMILLION if cause.sign == "−" else style.INK,
        )  # fmt: skip
        shown = MARKED.get(cause.kind, "{}").format(said.of(cause.name))
        ax.text(
            name_at, y, shown, ha=align, va="center", fontsize=style.points(CAUSE_SIZE),
            color=CAUSE_COLOUR[cause.kind],
        )  # fmt: skip
    half = LINE * count / 2 - 0.02
    ax.plot(
        [margin] * 2,
        [level - half, level + half],
        color=style.FAINT,
        lw=1.2,
        zorder=2,
        gid="causes",
    )
    ax.add_patch(
        FancyArrowPatch(
            (margin - side * 0.02, level + min(half, 0.1)), (at + side * 0.03, level + 0.15),
            connectionstyle=f"arc3,rad={0.34 * side}", arrowstyle="-|>", mutation_scale=9,
            color=style.MUTED, lw=1.0, shrinkA=0, shrinkB=2, zorder=4,
            gid=style.gid("causes", valve.name),
        )
    )  # fmt: skip


# What a colour says is said by a sign as well.
MARKED = {"other": "[{}]", "lever": "◆ {}"}
CAUSE_COLOUR = {
    "own": style.INK,
    "stock": style.BLUE,
    "other": style.MUTED,
    "lever": "#a0447a",
}


def _draw_key(ax: Axes, language: Language) -> None:
    """What the shapes and colours mean, along the bottom."""
    x, y = 0.3, 0.50
    ax.add_patch(
        FancyBboxPatch(
            (x, y - 0.09), 0.34, 0.18, boxstyle="round,pad=0,rounding_size=0.03",
            fc="#e8f1f8", ec=style.BLUE, lw=1.3, gid="key",
        )
    )  # fmt: skip
    ax.text(x + 0.44, y, label("legend.stock", language), va="center", fontsize=style.points(8.8))
    x += 1.35
    ax.plot([x, x + 0.4], [y + 0.03] * 2, color=style.BLUE, lw=1.0, gid="key")
    ax.plot([x, x + 0.4], [y - 0.03] * 2, color=style.BLUE, lw=1.0, gid="key")
    _draw_valve(ax, x + 0.2, y, "key")
    ax.text(x + 0.5, y, label("legend.flow", language), va="center", fontsize=style.points(8.8))
    x += 1.35
    for shift, height, radius in ((-0.07, -0.01, 0.08), (0.07, -0.01, 0.08), (0, 0.05, 0.09)):
        ax.add_patch(Circle((x + 0.15 + shift, y + height), radius, fc="#cfd6dc", lw=0, gid="key"))
    ax.text(x + 0.4, y, label("legend.cloud", language), va="center", fontsize=style.points(8.8))
    x += 2.0
    for key, kind in (
        ("legend.auxiliary", "own"),
        ("legend.other_sector", "other"),
        ("legend.lever", "lever"),
    ):
        shown = MARKED.get(kind, "{}").format(label(key, language))
        ax.text(x, y, shown, va="center", fontsize=style.points(8.8), color=CAUSE_COLOUR[kind])
        x += style.ems(shown) * 8.8 / 72 + 0.45
    ax.text(
        x,
        y,
        label("legend.signs", language, plus="+"),
        va="center",
        fontsize=style.points(8.8),
        color=style.INK,
    )
