"""The causal-loop diagram: key variables, signed arrows, and the loops by name.

Variables that only pass an influence on within one loop are left out, and the sign of the
arrow that replaces them is the product of theirs.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from zjsim.model.loops import named_loop
from zjsim.model.spec import ModelSpec
from zjsim.report import style
from zjsim.report.labels import Language, label, localised

Link = tuple[str, str]
Places = dict[str, Any]
SIGNS = {"+": "+", "-": "−", "?": "±"}


@dataclass(frozen=True, slots=True)
class DiagramLoop:
    """A loop to draw: each variable influences the next by the sign of its link."""

    id: str
    label: object
    polarity: str
    variables: tuple[str, ...]
    links: tuple[str, ...]


def diagram_loops(
    spec: ModelSpec,
    entries: Sequence[Mapping[str, Any]],
    values: Mapping[str, float] | None = None,
) -> list[DiagramLoop]:
    """Loops of a plan's file (id, name, polarity R or B, cycle) with the signs of their links.

    Parameters
    ----------
    entries : the list under ``loops``
    values : values of all variables at some moment, for signs that structure leaves open

    Raises
    ------
    ModelError
        When a link of a cycle is not in the model.
    """
    found = []
    for entry in entries:
        loop = named_loop(spec, entry["cycle"], values)
        polarity = "+" if entry["polarity"] == "R" else "-"
        found.append(DiagramLoop(entry["id"], entry["name"], polarity, loop.variables, loop.links))
    return found


@style.styled
def plot_loops(
    loops: Sequence[DiagramLoop],
    language: Language = "en",
    stocks: Collection[str] = (),
    most: int = 22,
    footer: str = "",
) -> style.HouseFigure:
    """Signed arrows between about ``most`` key variables, with the loops named beside them.

    Reinforcing loops are drawn in one colour and balancing ones in another; an arrow in
    loops of both kinds is dark. ``stocks`` are framed and kept before other variables.
    """
    short = contract(loops, stocks, most)
    figure = style.new_figure(16.0, 10.4)
    ax = figure.add_axes((0.01, 0.05, 0.73, 0.86))
    ax.set_axis_off()
    ax.set(xlim=(0, 11.7), ylim=(0, 8.9))
    places = _layout(short, 11.7, 8.9)
    _draw_names(ax, places, stocks)
    _draw_marks(ax, short, places, _draw_links(ax, short, places))
    style.add_title(figure, label("title.loops", language), label("diagram.loops", language))
    _draw_list(figure, short, language)
    style.add_footer(figure, footer)
    return figure


def contract(loops: Sequence[DiagramLoop], stocks: Collection[str], most: int) -> list[DiagramLoop]:
    """The same loops with at most ``most`` variables where that can be done.

    The variable goes first whose absence saves most arrows, and a stock only after all
    others. A loop of more than three variables keeps three, a shorter one two; two ways
    between the same variables with different signs are never made one.
    """
    kept, least = list(loops), [3 if len(loop.variables) > 3 else 2 for loop in loops]
    while True:
        names = list(dict.fromkeys(name for loop in kept for name in loop.variables))
        if len(names) <= most:
            return kept
        choices = []
        for order, name in enumerate(names):
            shorter = _all_without(kept, name, least)
            if shorter is not None:
                saved = len(_edges(kept)) - len(_edges(shorter))
                choices.append((name in stocks, -saved, order, shorter))
        if not choices:
            return kept
        kept = min(choices, key=lambda choice: choice[:3])[3]


def _all_without(
    loops: Sequence[DiagramLoop], name: str, least: Sequence[int]
) -> list[DiagramLoop] | None:
    """Every loop without one variable; None where a loop or a sign would be lost."""
    shorter = []
    for loop, fewest in zip(loops, least, strict=True):
        if name not in loop.variables:
            shorter.append(loop)
        elif len(loop.variables) <= fewest:
            return None
        else:
            shorter.append(_without(loop, name))
    signs: dict[Link, str] = {}
    for loop in shorter:
        following = (*loop.variables[1:], loop.variables[0])
        for start, end, sign in zip(loop.variables, following, loop.links, strict=True):
            if signs.setdefault((start, end), sign) != sign:
                return None
    return shorter


def _without(loop: DiagramLoop, name: str) -> DiagramLoop:
    """The loop with one variable skipped; the two signs become one."""
    at = loop.variables.index(name)
    before = (at - 1) % len(loop.variables)
    links = list(loop.links)
    links[before] = _product(links[before], links[at])
    del links[at]
    names = loop.variables[:at] + loop.variables[at + 1 :]
    return DiagramLoop(loop.id, loop.label, loop.polarity, names, tuple(links))


def _product(one: str, two: str) -> str:
    if "?" in (one, two):
        return "?"
    return "+" if one == two else "-"


def _edges(loops: Sequence[DiagramLoop]) -> dict[Link, tuple[str, set[str]]]:
    """Each arrow with its sign and the polarities of the loops it belongs to."""
    edges: dict[Link, tuple[str, set[str]]] = {}
    for loop in loops:
        following = (*loop.variables[1:], loop.variables[0])
        for start, end, sign in zip(loop.variables, following, loop.links, strict=True):
            edges.setdefault((start, end), (sign, set()))[1].add(loop.polarity)
    return edges


def _layout(loops: Sequence[DiagramLoop], width: float, height: float) -> Places:
    """Places by stress majorisation from a circle, then labels pushed apart; no chance in it."""
    names = list(dict.fromkeys(name for loop in loops for name in loop.variables))
    index = {name: k for k, name in enumerate(names)}
    count = len(names)
    far = np.full((count, count), float(count))
    np.fill_diagonal(far, 0)
    for start, end in _edges(loops):
        far[index[start], index[end]] = far[index[end], index[start]] = 1
    for k in range(count):
        far = np.minimum(far, far[:, [k]] + far[[k], :])
    # Loops that touch no other stand beside the rest, not at the end of the world.
    joined = far < count
    far = np.where(joined, far, far[joined].max() * 0.5 + 0.5)
    angles = 2 * np.pi * np.arange(count) / count
    places = np.column_stack([np.cos(angles), np.sin(angles)]) * far.max() / 2
    weights = 1 / np.maximum(far, 1) ** 2
    np.fill_diagonal(weights, 0)
    for _ in range(400):
        places = _stress_step(places, far, weights)
    sizes = np.array([_label_size(name) for name in names])
    places = _scaled(places, sizes, width, height)
    for _ in range(300):
        if not _push_apart(places, sizes):
            break
        places = np.clip(places, sizes / 2 + 0.1, np.array([width, height]) - sizes / 2 - 0.1)
    return {name: places[index[name]] for name in names}


def _stress_step(places: np.ndarray, far: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One step of SMACOF: each point to the weighted mean of where the others want it."""
    difference = places[:, None, :] - places[None, :, :]
    distance = np.maximum(np.sqrt((difference**2).sum(axis=2)), 1e-9)
    wanted = places[None, :, :] + difference * (far / distance)[:, :, None]
    return (weights[:, :, None] * wanted).sum(axis=1) / weights.sum(axis=1)[:, None]


def _scaled(places: np.ndarray, sizes: np.ndarray, width: float, height: float) -> np.ndarray:
    """Turn the longer direction flat and stretch to the page."""
    centred = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    # The sign of a singular vector is arbitrary; fix it so that the picture is.
    axes *= np.sign(axes[:, [0]] + 1e-12)
    turned = centred @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    room = np.array([width, height]) - sizes.max(axis=0) - 0.3
    return (turned - low) / np.maximum(high - low, 1e-9) * room + sizes.max(axis=0) / 2 + 0.15


def _push_apart(places: np.ndarray, sizes: np.ndarray) -> bool:
    """Move overlapping labels apart along the shorter way; whether any was moved."""
    moved = False
    for a in range(len(places)):
        for b in range(a + 1, len(places)):
            gap = places[b] - places[a]
            need = (sizes[a] + sizes[b]) / 2 + np.array([0.60, 0.55]) - np.abs(gap)
            if (need > 1e-6).all():
                way = int(need[0] > need[1])
                step = np.zeros(2)
                step[way] = need[way] / 2 * (1 if gap[way] >= 0 else -1)
                places[a] -= step
                places[b] += step
                moved = True
    return moved


def _label_size(name: str) -> tuple[float, float]:
    """Inches of a wrapped name with its frame."""
    lines = style.wrap(name, 13).split("\n")
    return max(map(style.ems, lines)) * 9.5 / 72 + 0.16, len(lines) * 0.165 + 0.14


def _draw_names(ax: Axes, places: Places, stocks: Collection[str]) -> None:
    for name, (x, y) in places.items():
        framed = name in stocks
        frame = {
            "boxstyle": "round,pad=0.28", "fc": "#e8f1f8" if framed else "white",
            "ec": style.BLUE if framed else "none", "lw": 1.2,
        }  # fmt: skip
        ax.text(
            x, y, style.wrap(name, 13), ha="center", va="center", fontsize=9.5, zorder=5,
            bbox=frame, linespacing=1.1,
        )  # fmt: skip


def _colour(kinds: set[str]) -> str:
    """Reinforcing, balancing, or both."""
    if kinds == {"+"}:
        return style.VERMILLION
    return style.BLUE if kinds == {"-"} else "#4d4d4d"


def _draw_links(ax: Axes, loops: Sequence[DiagramLoop], places: Places) -> list[tuple[Any, Any]]:
    """Curved arrows from label to label with their signs; the boxes that the signs take."""
    taken = []
    for (start, end), (sign, kinds) in _edges(loops).items():
        colour = _colour(kinds)
        points = _between(places, start, end)
        ax.add_patch(
            FancyArrowPatch(
                path=Path(points, [Path.MOVETO, Path.CURVE3, Path.CURVE3]), color=colour,
                arrowstyle="-|>,head_length=6,head_width=2.8", lw=1.4, zorder=3, shrinkA=0,
                shrinkB=0,
            )
        )  # fmt: skip
        way = (points[2] - points[1]) / max(math.hypot(*(points[2] - points[1])), 1e-9)
        spot = points[2] - 0.24 * way + 0.13 * np.array([way[1], -way[0]])
        taken.append((spot, np.array([0.16, 0.16])))
        ax.text(
            spot[0], spot[1], SIGNS[sign], fontsize=11.5, color=colour, zorder=7,
            ha="center", va="center",
        )  # fmt: skip
    return taken


def _between(places: Places, start: str, end: str) -> np.ndarray:
    """The three points of a curve from the edge of one label to the edge of another."""
    first, last = places[start], places[end]
    bend = 0.16 * np.array([last[1] - first[1], first[0] - last[0]])
    middle = (first + last) / 2 + bend
    shares = np.linspace(0, 1, 201)[:, None]
    curve = (1 - shares) ** 2 * first + 2 * shares * (1 - shares) * middle + shares**2 * last
    room = [np.array(_label_size(name)) / 2 + 0.07 for name in (start, end)]
    leaves = np.flatnonzero((np.abs(curve - first) > room[0]).any(axis=1))
    enters = np.flatnonzero((np.abs(curve - last) > room[1]).any(axis=1))
    low, high = shares[leaves[0], 0], shares[enters[-1], 0]
    # The part of a quadratic curve between two shares is again one, by blossoming.
    control = (
        (1 - low) * (1 - high) * first + (low * (1 - high) + high * (1 - low)) * middle
        + low * high * last
    )  # fmt: skip
    return np.array([curve[leaves[0]], control, curve[enters[-1]]])


def _draw_marks(
    ax: Axes, loops: Sequence[DiagramLoop], places: Places, signs: Sequence[tuple[Any, Any]]
) -> None:
    """The id of each loop near the middle of its variables, clear of names and signs."""
    taken = [(place, np.array(_label_size(name))) for name, place in places.items()]
    taken += signs
    for loop in loops:
        middle = np.mean([places[name] for name in loop.variables], axis=0)
        spot = _free_spot(middle, taken)
        taken.append((spot, np.array([0.5, 0.3])))
        colour = style.VERMILLION if loop.polarity == "+" else style.BLUE
        text = ax.text(
            spot[0], spot[1], loop.id, ha="center", va="center", fontsize=10, color="white",
            zorder=8,
            bbox={"boxstyle": "round,pad=0.25", "fc": colour, "ec": "white", "lw": 1.0},
        )  # fmt: skip
        style.strong(text, 0.2)


def _free_spot(middle: Any, taken: Sequence[tuple[Any, Any]]) -> Any:
    """The nearest place on widening rings that touches nothing drawn so far."""
    for radius in np.arange(0, 4, 0.12):
        for angle in np.arange(0, 2 * math.pi, math.pi / 8):
            spot = middle + radius * np.array([math.cos(angle), math.sin(angle)])
            if all(
                (np.abs(spot - place) > (size + np.array([0.5, 0.32])) / 2).any()
                for place, size in taken
            ):
                return spot
    return middle


def _draw_list(figure: Any, loops: Sequence[DiagramLoop], language: Language) -> None:
    """Id, name and course of each loop at the right, and what the colours mean."""
    ax = figure.add_axes((0.755, 0.05, 0.235, 0.86))
    ax.set_axis_off()
    ax.set(xlim=(0, 3.76), ylim=(8.9, 0))
    y = 0.1
    for key, colour in (
        ("legend.reinforcing", style.VERMILLION),
        ("legend.balancing", style.BLUE),
        ("legend.both_kinds", "#4d4d4d"),
    ):
        ax.annotate("", (0.5, y), (0.0, y), arrowprops={"arrowstyle": "-|>", "color": colour})
        ax.text(0.62, y, label(key, language), va="center", fontsize=9.5)
        y += 0.27
    y += 0.18
    size = 9.5 if len(loops) <= 12 else 8.2
    for loop in loops:
        colour = style.VERMILLION if loop.polarity == "+" else style.BLUE
        name = style.wrap(localised(loop.label, language), 3.2 * 72 / size)
        text = ax.text(0.0, y, loop.id, va="top", fontsize=size, color=colour)
        style.strong(text, 0.3)
        ax.text(0.5, y, name, va="top", fontsize=size, linespacing=1.15)
        y += (name.count("\n") + 1) * size * 1.45 / 72 + 0.1
