"""The causal-loop diagram: key variables, signed arrows, and the loops by name.

Variables that only pass an influence on within one loop are left out, and the sign of the
arrow that replaces them is the product of theirs.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from zjsim.language import Language
from zjsim.model.loops import named_loop
from zjsim.model.names import canonical
from zjsim.model.spec import ModelSpec
from zjsim.report.charts import style
from zjsim.report.model.loop_layout import Places, label_size, layout
from zjsim.report.words.labels import label, localised

Link = tuple[str, str]
SIGNS = {"+": "+", "-": "−", "?": "±"}


@dataclass(frozen=True, slots=True)
class DiagramLoop:
    """A loop to draw: each variable influences the next by the sign of its link."""

    id: str
    label: object
    polarity: str
    variables: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What variables are called in a picture; a variable without a name keeps the model's."""

    names: Mapping[str, str]

    def of(self, name: str) -> str:
        """The words for a variable of the model."""
        return self.names.get(canonical(name), name)


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


def draw_loops(
    loops: Sequence[DiagramLoop],
    language: Language = "en",
    stocks: Collection[str] = (),
    most: int = 22,
    footer: str = "",
    names: Mapping[str, str] | None = None,
    figure: Any = None,
    figsize: tuple[float, float] | None = None,
    title: str | None = None,
) -> Any:
    """Signed arrows between about ``most`` key variables, with the loops named beside them.

    Reinforcing loops are drawn in one colour and balancing ones in another; an arrow in
    loops of both kinds is dark. ``stocks`` are framed and kept before other variables;
    ``names`` are what variables are called in the picture, by canonical name.
    """
    said = Names(names or {})
    framed = [said.of(name) for name in stocks]
    short = [_renamed(loop, said) for loop in contract(loops, stocks, most)]
    width = PLAN_WIDTH + _list_width(short, language)
    with style.drawing(width, 10.4, figure, figsize) as figure:
        ax = figure.add_axes((0.15 / width, 0.05, 11.7 / width, 0.86))
        ax.set_axis_off()
        ax.set(xlim=(0, 11.7), ylim=(0, 8.9))
        names_shown = list(dict.fromkeys(name for loop in short for name in loop.variables))
        places = layout(names_shown, _edges(short), 11.7, 8.9)
        _draw_names(ax, places, framed)
        _draw_marks(ax, short, places, _draw_links(ax, short, places))
        title = label("title.loops", language) if title is None else title
        style.add_title(figure, title, label("diagram.loops", language))
        _draw_list(figure, short, language, width)
        style.add_footer(figure, footer)
    return figure


def _renamed(loop: DiagramLoop, said: Names) -> DiagramLoop:
    return replace(loop, variables=tuple(map(said.of, loop.variables)))


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


def _draw_names(ax: Axes, places: Places, stocks: Collection[str]) -> None:
    for name, (x, y) in places.items():
        framed = name in stocks
        frame = {
            "boxstyle": "round,pad=0.28", "fc": "#e8f1f8" if framed else "white",
            "ec": style.BLUE if framed else "none", "lw": 1.2,
        }  # fmt: skip
        ax.text(
            x,
            y,
            style.wrap(name, 13),
            ha="center",
            va="center",
            fontsize=style.points(9.5),
            zorder=5,
            bbox=frame,
            linespacing=1.1,
        )


def _colour(kinds: set[str]) -> str:
    """Reinforcing, balancing, or both."""
    if kinds == {"+"}:
        return style.VERMILLION
    return style.BLUE if kinds == {"-"} else "#4d4d4d"


def _draw_links(ax: Axes, loops: Sequence[DiagramLoop], places: Places) -> list[tuple[Any, Any]]:
    """Curved arrows from label to label with their signs; the boxes that both take."""
    edges = _edges(loops)
    curves = {link: _clear_curve(places, *link) for link in edges}
    taken = [(place, np.array(label_size(name))) for name, place in places.items()]
    for link, (_, kinds) in edges.items():
        ax.add_patch(
            FancyArrowPatch(
                path=Path(curves[link], [Path.MOVETO, Path.CURVE3, Path.CURVE3]),
                color=_colour(kinds), arrowstyle="-|>,head_length=6,head_width=2.8", lw=1.4,
                zorder=3, shrinkA=0, shrinkB=0, gid=style.gid("link", *link),
            )
        )  # fmt: skip
        thin = np.array([0.06, 0.06])
        taken += [(point, thin) for point in _along(curves[link], np.linspace(0, 1, 25))]
        taken.append((_along(curves[link], [0.97])[0], np.array([0.14, 0.14])))
    for link, (sign, kinds) in edges.items():
        spot = _sign_spot(curves[link], taken)
        taken.append((spot, SIGN_SIZE))
        ax.text(
            spot[0],
            spot[1],
            SIGNS[sign],
            fontsize=style.points(11.5),
            color=_colour(kinds),
            zorder=7,
            ha="center",
            va="center",
        )
    return taken


SIGN_SIZE = np.array([0.13, 0.13])


def _sign_spot(curve: np.ndarray, taken: Sequence[tuple[Any, Any]]) -> Any:
    """The place beside a curve, as near to its tip as may be, that is farthest from all else."""
    spots = []
    for share in (0.80, 0.72, 0.64, 0.56, 0.48, 0.40):
        point, after = _along(curve, [share, share + 0.05])
        way = (after - point) / max(math.hypot(*(after - point)), 1e-9)
        for reach in (0.13, 0.17, 0.21):
            for side in (1, -1):
                spot = point + side * reach * np.array([way[1], -way[0]])
                spots.append((_clearance(spot, SIGN_SIZE, taken), spot))
                if spots[-1][0] > 0.02:
                    return spot
    return max(spots, key=lambda found: found[0])[1]


def _clearance(spot: Any, size: Any, taken: Sequence[tuple[Any, Any]]) -> float:
    """Inches between a box and the nearest of those taken; negative where they overlap."""
    centres = np.array([place for place, _ in taken])
    sizes = np.array([box for _, box in taken])
    gaps = np.abs(centres - spot) - (sizes + size) / 2
    return float(gaps.max(axis=1).min())


def _along(curve: np.ndarray, shares: Any) -> np.ndarray:
    """Points of a quadratic curve at shares of its way."""
    s = np.asarray(shares)[:, None]
    return np.asarray((1 - s) ** 2 * curve[0] + 2 * s * (1 - s) * curve[1] + s**2 * curve[2])


# Tried in turn, until a curve passes behind no other name; parts of its length.
BENDS = (0.16, 0.26, 0.08, 0.36, -0.08, -0.20, 0.50, -0.36)


def _clear_curve(places: Places, start: str, end: str) -> np.ndarray:
    """A curve between two labels that passes behind no third one, where there is one."""
    others = [
        (place, np.array(label_size(name)))
        for name, place in places.items()
        if name not in (start, end)
    ]

    def room(curve: np.ndarray) -> float:
        points = _along(curve, np.linspace(0, 1, 25))
        return min((_clearance(point, np.zeros(2), others) for point in points), default=1.0)

    curves = [_between(places, start, end, bend) for bend in BENDS]
    clear = (curve for curve in curves if not others or room(curve) > 0.02)
    return next(clear, curves[0])


def _between(places: Places, start: str, end: str, bending: float) -> np.ndarray:
    """The three points of a curve from the edge of one label to the edge of another."""
    first, last = places[start], places[end]
    bend = bending * np.array([last[1] - first[1], first[0] - last[0]])
    middle = (first + last) / 2 + bend
    shares = np.linspace(0, 1, 201)[:, None]
    curve = (1 - shares) ** 2 * first + 2 * shares * (1 - shares) * middle + shares**2 * last
    room = [np.array(label_size(name)) / 2 + 0.03 for name in (start, end)]
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
    ax: Axes, loops: Sequence[DiagramLoop], places: Places, drawn: Sequence[tuple[Any, Any]]
) -> None:
    """The id of each loop near the middle of its variables, clear of names, arrows and signs."""
    taken = list(drawn)
    for loop in loops:
        middle = np.mean([places[name] for name in loop.variables], axis=0)
        spot = _free_spot(middle, taken)
        taken.append((spot, MARK_SIZE))
        colour = style.VERMILLION if loop.polarity == "+" else style.BLUE
        text = ax.text(
            spot[0],
            spot[1],
            loop.id,
            ha="center",
            va="center",
            fontsize=style.points(10),
            color="white",
            zorder=8,
            bbox={"boxstyle": "round,pad=0.25", "fc": colour, "ec": "white", "lw": 1.0},
        )
        style.strong(text, 0.2)


MARK_SIZE = np.array([0.42, 0.28])


def _free_spot(middle: Any, taken: Sequence[tuple[Any, Any]]) -> Any:
    """The nearest place on widening rings that touches nothing drawn so far."""
    for radius in np.arange(0, 4, 0.08):
        for angle in np.arange(0, 2 * math.pi, math.pi / 12):
            spot = middle + radius * np.array([math.cos(angle), math.sin(angle)])
            if _clearance(spot, MARK_SIZE, taken) > 0.02:
                return spot
    return middle


# Inches of the drawing, before the list at its right.
PLAN_WIDTH = 12.1


def _list_width(loops: Sequence[DiagramLoop], language: Language) -> float:
    """Inches that the list needs, up to a line of 3.2 inches."""
    keys = ("legend.reinforcing", "legend.balancing", "legend.both_kinds")
    texts = [localised(loop.label, language) for loop in loops]
    widest = max(map(style.ems, [*texts, *(label(key, language) for key in keys)]))
    return min(widest * 9.5 / 72, 3.2) + 0.8


def _draw_list(figure: Any, loops: Sequence[DiagramLoop], language: Language, wide: float) -> None:
    """Id, name and course of each loop at the right, and what the colours mean."""
    inches = _list_width(loops, language)
    ax = figure.add_axes((PLAN_WIDTH / wide, 0.05, inches / wide, 0.86))
    ax.set_axis_off()
    ax.set(xlim=(0, inches), ylim=(8.9, 0))
    y = 0.1
    for key, colour in (
        ("legend.reinforcing", style.VERMILLION),
        ("legend.balancing", style.BLUE),
        ("legend.both_kinds", "#4d4d4d"),
    ):
        ax.annotate("", (0.5, y), (0.0, y), arrowprops={"arrowstyle": "-|>", "color": colour})
        ax.text(0.62, y, label(key, language), va="center", fontsize=style.points(9.5))
        y += 0.27
    y += 0.18
    size = 9.5
    for loop in loops:
        colour = style.VERMILLION if loop.polarity == "+" else style.BLUE
        name = style.wrap(localised(loop.label, language), 3.2 * 72 / size)
        text = ax.text(0.0, y, loop.id, va="top", fontsize=style.points(size), color=colour)
        style.strong(text, 0.3)
        ax.text(0.5, y, name, va="top", fontsize=style.points(size), linespacing=1.15)
        y += (name.count("\n") + 1) * size * 1.45 / 72 + 0.1
