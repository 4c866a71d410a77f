"""Functions of the language written out in operations of the graph."""

from __future__ import annotations

import math

from zjsim.engines.kernel.functions import OPERATIONS
from zjsim.engines.kernel.graph import Graph
from zjsim.engines.kernel.program import CONTROLS

# What Vensim takes for zero in XIDZ, ZIDZ and QUANTUM, and for equal in times.
SMALL = 1e-6
_RENAMED = {"power": "pow", "integer": "trunc"}


def write_out(
    graph: Graph, function: str, args: tuple[int, ...], moment: str = "step_time"
) -> int | None:
    """The node of a function without memory; None when the function is not known.

    ``moment`` is the leaf by which RAMP reads the time: that of the step, as in Vensim, or for
    a solver without steps of its own the time itself.
    """
    add, number = graph.add, graph.number
    operation = _RENAMED.get(function, function)
    if operation in OPERATIONS:
        return add(operation, *args)
    match function, args:
        case "pi", ():
            return number(math.pi)
        case "log", (x, base):
            return add("div", add("ln", x), add("ln", base))
        case "zidz", (numerator, denominator):
            return xidz(graph, numerator, denominator, number(0.0))
        case "xidz", (numerator, denominator, otherwise):
            return xidz(graph, numerator, denominator, otherwise)
        case "quantum", (x, size):
            return _quantum(graph, x, size)
        case "modulo", (x, size):
            return add("sub", x, _quantum(graph, x, size))
        case "modulo_floor", (x, size):
            whole = add("floor", add("div", x, size))
            return add("sub", x, add("mul", size, whole))
        case "step", (height, at):
            half = add("mul", number(0.5), control_leaf(graph, "step"))
            on = add("gt", add("add", graph.leaf("step_time"), half), at)
            return add("select", on, height, number(0.0))
        case "ramp", (slope, start, finish):
            time = graph.leaf(moment)
            return _ramp(graph, slope, start, time, add("min", finish, time))
        case "ramp_open", (slope, start):
            return _ramp(graph, slope, start, graph.leaf(moment), graph.leaf(moment))
    return _pulse(graph, function, args)


def control_leaf(graph: Graph, control: str) -> int:
    """A quantity of the run itself, such as its step."""
    return graph.leaf("control", CONTROLS.index(control))


def xidz(graph: Graph, numerator: int, denominator: int, otherwise: int) -> int:
    """A quotient, or ``otherwise`` where the denominator is as good as zero."""
    small = graph.add("lt", graph.add("abs", denominator), graph.number(SMALL))
    return graph.add("select", small, otherwise, graph.add("div", numerator, denominator))


def _quantum(graph: Graph, x: int, size: int) -> int:
    small = graph.add("lt", size, graph.number(SMALL))
    whole = graph.add("trunc", graph.add("div", x, size))
    return graph.add("select", small, x, graph.add("mul", size, whole))


def _ramp(graph: Graph, slope: int, start: int, time: int, last: int) -> int:
    late = graph.add("add", time, graph.number(SMALL))
    height = graph.add("mul", slope, graph.add("sub", last, start))
    return graph.add("select", graph.add("gt", late, start), height, graph.number(0.0))


def _pulse(graph: Graph, function: str, args: tuple[int, ...]) -> int | None:
    """Pulses as Vensim has them: of the steps whose middle lies inside, and of one at least."""
    add, number, step = graph.add, graph.number, control_leaf(graph, "step")
    middle = add("add", graph.leaf("step_time"), add("mul", number(0.5), step))
    match function, args:
        case "pulse", (start, width):
            return graph.numeric(_within(graph, middle, start, add("max", width, step)))
        case "pulse_magnitude", (start, magnitude):
            on = _within(graph, middle, start, step)
            return add("select", on, add("div", magnitude, step), number(0.0))
        case "pulse_train", (start, width, interval, end):
            on = _repeated(graph, middle, start, add("max", width, step), interval)
            # The end belongs to the train; a quarter of a step is beyond any rounding.
            limit = add("add", end, add("mul", number(0.25), step))
            before = add("lt", graph.leaf("step_time"), limit)
            once = add("eq", interval, number(0.0))
            return graph.numeric(add("and", on, add("or", once, before)))
        case "pulse_train_magnitude", (start, interval, magnitude):
            on = _repeated(graph, middle, start, step, interval)
            return add("select", on, add("div", magnitude, step), number(0.0))
    return None


def _within(graph: Graph, middle: int, start: int, width: int) -> int:
    end = graph.add("add", start, width)
    return graph.add("and", graph.add("gt", middle, start), graph.add("lt", middle, end))


def _repeated(graph: Graph, middle: int, start: int, width: int, interval: int) -> int:
    """Whether a moment lies in one of the pulses; an interval of zero makes a single one."""
    add = graph.add
    once = add("eq", interval, graph.number(0.0))
    since = add("sub", middle, start)
    passed = add("floor", add("div", since, interval))
    phase = add("sub", since, add("mul", interval, passed))
    repeated = add("and", add("gt", middle, start), add("lt", phase, width))
    single = add("and", once, _within(graph, middle, start, width))
    return add("or", single, add("and", add("not", once), repeated))
