"""Feedback loops of the model graph, with polarity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zjsim.errors import ModelError, did_you_mean
from zjsim.model.cycles import simple_cycles
from zjsim.model.names import canonical
from zjsim.model.order import reads_at
from zjsim.model.polarity import INFLUENCE, Polarity, link_polarity, rule_of
from zjsim.model.spec import Auxiliary, Flow, ModelSpec, Stock

MOST_LOOPS = 10_000

__all__ = [
    "Loop",
    "LoopSet",
    "feedback_loops",
    "influence_graph",
    "link_polarity",
    "named_loop",
]


@dataclass(frozen=True, slots=True)
class Loop:
    """A circle of influence: each variable influences the next, the last the first.

    ``polarity`` is ``+`` (reinforcing), ``-`` (balancing) or ``?``; ``links`` has the
    polarity of each link, the first being that from the first variable to the second.
    """

    variables: tuple[str, ...]
    polarity: Polarity
    links: tuple[Polarity, ...] = ()


@dataclass(frozen=True, slots=True)
class LoopSet:
    """Loops found, shortest first; ``complete`` is false when the limit was reached."""

    loops: tuple[Loop, ...]
    complete: bool


def influence_graph(spec: ModelSpec) -> dict[str, tuple[str, ...]]:
    """For each stock, flow and auxiliary the variables that it influences, in file order."""
    moving = [e.name for e in spec.elements.values() if isinstance(e, Stock | Flow | Auxiliary)]
    graph: dict[str, list[str]] = {name: [] for name in moving}
    for name in moving:
        for read in reads_at(rule_of(spec, name), INFLUENCE):
            if read in graph:
                graph[read].append(name)
    return {name: tuple(found) for name, found in graph.items()}


def feedback_loops(
    spec: ModelSpec,
    values: Mapping[str, float] | None = None,
    limit: int = MOST_LOOPS,
    longest: int | None = None,
) -> LoopSet:
    """The simple cycles of the model graph, shortest first.

    Parameters
    ----------
    values : mapping of exact name to value at some moment, in model units
        Settles the polarity of links whose sign the equations leave open.
    limit : int
        At most so many loops; ``complete`` says whether there were more. When there were,
        every loop up to some length is listed, and none longer.
    longest : int or None
        Leave out loops of more variables than this.
    """
    graph = influence_graph(spec)
    circles, complete = _circles(graph, longest, limit)
    bound = 1
    if not complete and longest is None:
        # Too many to list: then those up to some length, so that no shorter one is left out.
        circles = []
        while True:
            bound += 1
            more, all_found = _circles(graph, bound, limit)
            circles = more if all_found or not circles else circles
            if not all_found or bound > len(graph):
                break
    signs: dict[tuple[str, str], Polarity] = {}
    loops = [_loop(spec, circle, values, signs) for circle in circles]
    loops.sort(key=lambda loop: len(loop.variables))
    return LoopSet(tuple(loops), complete)


def _circles(
    graph: Mapping[str, Sequence[str]], longest: int | None, limit: int
) -> tuple[list[tuple[str, ...]], bool]:
    """Cycles up to the limit, and whether these are all."""
    found: list[tuple[str, ...]] = []
    for circle in simple_cycles(graph, longest):
        if circle is None or len(found) >= limit:
            return found, False
        found.append(circle)
    return found, True


def named_loop(
    spec: ModelSpec, variables: Sequence[str], values: Mapping[str, float] | None = None
) -> Loop:
    """The loop through ``variables`` in this order, with its polarity.

    Names are compared as the simulators do, without case, spaces and underscores.

    Raises
    ------
    ModelError
        When a name is unknown or a link of the circle is not in the model.
    """
    names = {canonical(name): name for name in spec.elements}
    for name in variables:
        if canonical(name) not in names:
            near = did_you_mean(name, spec.elements)
            raise ModelError(f"{spec.name}: no variable is named {name!r}. {near}".rstrip())
    exact = tuple(names[canonical(name)] for name in variables)
    graph = influence_graph(spec)
    for source, target in zip(exact, (*exact[1:], *exact[:1]), strict=True):
        if target not in graph.get(source, ()):
            raise ModelError(f"{spec.name}: {source} does not influence {target} directly.")
    if not exact or len(set(exact)) != len(exact):
        raise ModelError(f"{spec.name}: a loop names each of its variables once.")
    return _loop(spec, exact, values, {})


def _loop(
    spec: ModelSpec,
    circle: tuple[str, ...],
    values: Mapping[str, float] | None,
    signs: dict[tuple[str, str], Polarity],
) -> Loop:
    links = []
    for link in zip(circle, (*circle[1:], circle[0]), strict=True):
        if link not in signs:
            signs[link] = link_polarity(spec, *link, values)
        links.append(signs[link])
    if "?" in links:
        return Loop(circle, "?", tuple(links))
    return Loop(circle, "-" if links.count("-") % 2 else "+", tuple(links))
