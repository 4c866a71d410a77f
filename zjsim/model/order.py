"""What depends on what: evaluation order, initial order, causes and uses, algebraic loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zjsim.errors import ModelError
from zjsim.model.expression import Expression, LookupCall, Memory, Reference, children, references
from zjsim.model.spec import (
    TIME,
    Auxiliary,
    Constant,
    Element,
    Flow,
    Lookup,
    ModelSpec,
    Stock,
    equations,
)

# Arguments that the value of a memory function needs at the same moment. The rest of its
# arguments only drive its hidden stocks, so they close no algebraic loop.
VALUE_ARGUMENTS: dict[str, tuple[int, ...]] = {
    "active_initial": (0,),
    "delay": (1,),  # the outflow of the last stage is its content over the delay time
    "delay_fixed": (),
    "delay_n": (),
    "forecast": (0, 1, 2),
    "initial": (),
    "sample_if_true": (0, 1),
    "smooth": (),
    "smooth_n": (),
    "trend": (0, 1),
}
# Arguments that its value at the first moment needs.
INITIAL_ARGUMENTS: dict[str, tuple[int, ...]] = {
    "active_initial": (1,),
    "delay": (1, 2, 3),
    "delay_fixed": (1, 2),
    "delay_n": (1, 2, 3),
    "forecast": (0, 1, 2, 3),
    "initial": (0,),
    "sample_if_true": (0, 1, 2),
    "smooth": (2, 3),
    "smooth_n": (2, 3),
    "trend": (0, 1, 2),
}


def reads_at(node: Expression, memory_arguments: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """Names an expression reads at one moment, of memory functions only the given arguments."""
    names: dict[str, None] = {}
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Reference):
            names.setdefault(part.name)
        elif isinstance(part, LookupCall) and isinstance(part.lookup, str):
            names.setdefault(part.lookup)
        if isinstance(part, Memory):
            inner = [part.arguments[i] for i in memory_arguments[part.function]]
        else:
            inner = list(children(part))
        pending += reversed(inner)
    return tuple(names)


def reads_what_it_holds(element: Element) -> bool:
    """Whether a variable is a SAMPLE IF TRUE, whose own name means the value that it holds."""
    equation = getattr(element, "equation", None)
    return isinstance(equation, Memory) and equation.function == "sample_if_true"


def _reads(element: Flow | Auxiliary, arguments: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    found = reads_at(element.equation, arguments)
    if reads_what_it_holds(element):
        return tuple(name for name in found if name != element.name)
    return found


def evaluation_order(spec: ModelSpec) -> tuple[str, ...]:
    """Flows and auxiliaries so that each stands after all it reads at the same moment.

    Stocks, constants, lookups, Time and the state of memory functions are known before.

    Raises
    ------
    ModelError
        For an algebraic loop, with its path.
    """
    graph = {
        element.name: _computed(_reads(element, VALUE_ARGUMENTS), spec)
        for element in spec.elements.values()
        if isinstance(element, Flow | Auxiliary)
    }
    return _sorted(graph, spec, "an algebraic loop", "Put a stock, a delay or SMOOTH into it.")


def initial_order(spec: ModelSpec) -> tuple[str, ...]:
    """Stocks, flows and auxiliaries in the order in which their first values can be known.

    Raises
    ------
    ModelError
        When initial values depend on each other in a circle, with its path.
    """
    graph: dict[str, tuple[str, ...]] = {}
    for element in spec.elements.values():
        if isinstance(element, Stock):
            graph[element.name] = reads_at(element.initial, INITIAL_ARGUMENTS)
        elif isinstance(element, Flow | Auxiliary):
            graph[element.name] = _reads(element, INITIAL_ARGUMENTS)
    graph = {name: tuple(read for read in reads if read in graph) for name, reads in graph.items()}
    hint = "Give one of them a number, or ACTIVE INITIAL, at the start."
    return _sorted(graph, spec, "a loop of initial values", hint)


def causes(spec: ModelSpec, name: str) -> tuple[str, ...]:
    """Elements that the equation (and the initial value) of ``name`` reads, each once."""
    found: dict[str, None] = {}
    for equation in equations(spec.elements[name]):
        for read in references(equation):
            if read != TIME:
                found.setdefault(read)
    return tuple(found)


def uses(spec: ModelSpec, name: str) -> tuple[str, ...]:
    """Elements whose equations (or initial values) read ``name``, in the order of the file."""
    return tuple(other for other in spec.elements if name in causes(spec, other))


def _computed(reads: Iterable[str], spec: ModelSpec) -> tuple[str, ...]:
    known = (Stock, Constant, Lookup)
    return tuple(
        name for name in reads if name != TIME and not isinstance(spec.elements[name], known)
    )


def _sorted(
    graph: Mapping[str, tuple[str, ...]], spec: ModelSpec, what: str, hint: str
) -> tuple[str, ...]:
    """Depth-first order of a graph of ``name → what it reads``, without recursion."""
    done: dict[str, None] = {}
    for root in graph:
        # The path from the root, and for each name on it the reads still to visit.
        path: dict[str, list[str]] = {}
        if root not in done:
            path[root] = list(reversed(graph[root]))
        while path:
            name = next(reversed(path))
            waiting = path[name]
            if not waiting:
                del path[name]
                done[name] = None
                continue
            read = waiting.pop()
            if read in path:
                names = list(path)
                circle = names[names.index(read) :]
                # Told in the direction of influence: a cause before its effect.
                shown = " → ".join([read, *reversed(circle[1:]), read])
                raise ModelError(f"{spec.origin or spec.name}: {what}: {shown}. {hint}")
            if read not in done:
                path[read] = list(reversed(graph[read]))
    return tuple(done)
