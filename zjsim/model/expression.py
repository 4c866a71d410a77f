"""Expression trees: a dozen frozen node types and one fold over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal, TypeVar

Extrapolation = Literal["hold", "extrapolate", "step"]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of another element, by its model name, or ``Time``."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x`` or ``:NOT: x``."""

    operator: Literal["-", "not"]
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic of two operands; ``^`` is the power."""

    operator: Literal["+", "-", "*", "/", "^"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison, worth 1 where it holds and 0 where it does not."""

    operator: Literal["<", "<=", ">", ">=", "=", "<>"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logical:
    """``:AND:`` or ``:OR:`` of two truth values."""

    operator: Literal["and", "or"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional:
    """IF THEN ELSE."""

    condition: Expression
    when_true: Expression
    when_false: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function without memory, by its lower-case name in FUNCTIONS."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Points of a lookup; between points linear, outside by ``extrapolation``.

    ``hold`` keeps the end values, ``extrapolate`` continues the end segments, and
    ``step`` keeps each value until the next point (XMILE's discrete).
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    extrapolation: Extrapolation = "hold"


@dataclass(frozen=True, slots=True)
class LookupCall:
    """A lookup read at ``argument``: by name, or a table written in place."""

    lookup: str | Table
    argument: Expression


@dataclass(frozen=True, slots=True)
class Memory:
    """A function that remembers: it becomes hidden stocks or held values.

    ``arguments`` in the order of MEMORY_FUNCTIONS; the initial value is always given.
    """

    function: str
    arguments: tuple[Expression, ...]


Expression = (
    Number
    | Reference
    | Unary
    | Binary
    | Comparison
    | Logical
    | Conditional
    | Call
    | LookupCall
    | Memory
)

# name → number of arguments. The order of those that depend on time:
# pulse(start, width), pulse_magnitude(start, magnitude), step(height, start),
# pulse_train(start, width, interval, end), ramp(slope, start, finish), ramp_open(slope, start),
# pulse_train_magnitude(start, interval, magnitude); the ``_magnitude`` ones are XMILE's, worth
# magnitude/TIME STEP for one step.
FUNCTIONS: dict[str, int] = {
    "abs": 1, "arccos": 1, "arcsin": 1, "arctan": 1, "cos": 1, "cosh": 1, "exp": 1,
    "floor": 1, "integer": 1, "ln": 1, "log": 2, "max": 2, "min": 2, "modulo": 2,
    "modulo_floor": 2, "pi": 0, "power": 2,
    "pulse": 2, "pulse_magnitude": 2, "pulse_train": 4, "pulse_train_magnitude": 3,
    "quantum": 2, "ramp": 3, "ramp_open": 2, "sin": 1, "sinh": 1, "sqrt": 1, "step": 2,
    "tan": 1, "tanh": 1, "xidz": 3, "zidz": 2,
}  # fmt: skip

# Functions whose value depends on the time of the step, not on arguments alone.
TIME_FUNCTIONS = frozenset(
    {
        "pulse",
        "pulse_magnitude",
        "pulse_train",
        "pulse_train_magnitude",
        "ramp",
        "ramp_open",
        "step",
    }
)

# name → names of its arguments.
MEMORY_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "active_initial": ("value", "initial"),
    "delay": ("input", "delay_time", "initial", "order"),
    "delay_fixed": ("input", "delay_time", "initial"),
    "delay_n": ("input", "delay_time", "initial", "order"),
    "forecast": ("input", "average_time", "horizon", "initial_trend"),
    "initial": ("value",),
    "sample_if_true": ("condition", "input", "initial"),
    "smooth": ("input", "smooth_time", "initial", "order"),
    "smooth_n": ("input", "smooth_time", "initial", "order"),
    "trend": ("input", "average_time", "initial_trend"),
}


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside ``node``, in order."""
    if isinstance(node, Call | Memory):
        return node.arguments
    kind: Any = type(node)
    inner = (getattr(node, name) for name in _field_names(kind))
    return tuple(part for part in inner if isinstance(part, Expression))


def fold(node: Expression, combine: Callable[[Expression, tuple[Any, ...]], Any]) -> Any:
    """Fold a tree bottom-up without recursion, so that a deep tree cannot overflow.

    ``combine(node, results of its children)`` is called once a node.
    """
    order: list[Expression] = []
    pending = [node]
    while pending:
        current = pending.pop()
        order.append(current)
        pending.extend(children(current))
    results: list[Any] = []
    for current in reversed(order):
        count = len(children(current))
        inner = tuple(results[len(results) - count :])
        del results[len(results) - count :]
        results.append(combine(current, inner))
    return results[0]


def walk(node: Expression) -> Iterator[Expression]:
    """Every node of a tree, parents before children, left to right."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(children(current)))


def references(node: Expression) -> tuple[str, ...]:
    """Names that an expression reads, lookups included, each once, in order."""
    names: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, Reference):
            names.setdefault(part.name)
        elif isinstance(part, LookupCall) and isinstance(part.lookup, str):
            names.setdefault(part.lookup)
    return tuple(names)


def rebuild(node: Expression, inner: tuple[Expression, ...]) -> Expression:
    """A node of the same kind around other inner expressions."""
    match node:
        case Number() | Reference():
            return node
        case Unary(operator, _):
            return Unary(operator, inner[0])
        case Binary(operator, _, _):
            return Binary(operator, *inner)
        case Comparison(operator, _, _):
            return Comparison(operator, *inner)
        case Logical(operator, _, _):
            return Logical(operator, *inner)
        case Conditional():
            return Conditional(*inner)
        case Call(function, _):
            return Call(function, inner)
        case LookupCall(lookup, _):
            return LookupCall(lookup, inner[0])
        case Memory(function, _):
            return Memory(function, inner)
    raise TypeError(f"not an expression: {node!r}")


_TIGHTNESS = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5, "^": 7}


def to_text(node: Expression) -> str:
    """The expression in Vensim's notation, for messages and documentation."""

    def wrap(text: tuple[str, int], least: int) -> str:
        return text[0] if text[1] >= least else f"({text[0]})"

    def combine(part: Expression, inner: tuple[tuple[str, int], ...]) -> tuple[str, int]:
        match part:
            case Number(value):
                return (f"{value:g}" if value == float(f"{value:g}") else repr(value)), 9
            case Reference(name):
                return name, 9
            case Unary("not", _):
                return f":NOT: {wrap(inner[0], 6)}", 3
            case Unary():
                return f"-{wrap(inner[0], 6)}", 5
            case Binary(operator, _, _):
                tight = _TIGHTNESS[operator]
                right = tight + (operator in "-/^")
                gap = "" if operator == "^" else " "
                text = f"{wrap(inner[0], tight)}{gap}{operator}{gap}{wrap(inner[1], right)}"
                return text, tight
            case Comparison(operator, _, _):
                return f"{wrap(inner[0], 4)} {operator} {wrap(inner[1], 4)}", 3
            case Logical(operator, _, _):
                tight = _TIGHTNESS[operator]
                mark = f":{operator.upper()}:"
                return f"{wrap(inner[0], tight)} {mark} {wrap(inner[1], tight)}", tight
            case Conditional():
                return "IF THEN ELSE(" + ", ".join(text for text, _ in inner) + ")", 9
            case Call(function, _) | Memory(function, _):
                shown = function.replace("_", " ").upper()
                return f"{shown}({', '.join(text for text, _ in inner)})", 9
            case LookupCall(str() as lookup, _):
                return f"{lookup}({inner[0][0]})", 9
            case LookupCall(Table(xs, ys, _), _):
                points = ",".join(f"({x:g},{y:g})" for x, y in zip(xs, ys, strict=True))
                return f"WITH LOOKUP({inner[0][0]}, ({points}))", 9
        raise TypeError(f"not an expression: {part!r}")

    return str(fold(node, combine)[0])
