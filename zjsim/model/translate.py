"""PySD's syntax trees → our expressions. Nothing here imports PySD: nodes are known by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from zjsim.errors import ModelError, UnsupportedError, did_you_mean
from zjsim.model import vocabulary
from zjsim.model.expression import (
    FUNCTIONS,
    Binary,
    Call,
    Comparison,
    Expression,
    Extrapolation,
    Logical,
    LookupCall,
    Memory,
    Number,
    Reference,
    Table,
    Unary,
)
from zjsim.model.names import canonical
from zjsim.model.spec import TIME

# What PySD calls the ways of reading a lookup beside its points.
_EXTRAPOLATIONS: dict[str, Extrapolation] = {
    "interpolate": "hold",
    "extrapolate": "extrapolate",
    "hold_backward": "step",
}
_MEMORY_NODES = {
    "DelayStructure": ("delay", ("input", "delay_time", "initial", "order")),
    "DelayNStructure": ("delay_n", ("input", "delay_time", "initial", "order")),
    "DelayFixedStructure": ("delay_fixed", ("input", "delay_time", "initial")),
    "SmoothStructure": ("smooth", ("input", "smooth_time", "initial", "order")),
    "SmoothNStructure": ("smooth_n", ("input", "smooth_time", "initial", "order")),
    "TrendStructure": ("trend", ("input", "average_time", "initial_trend")),
    "ForecastStructure": (
        "forecast",
        ("input", "average_time", "horizon", "initial_trend"),
    ),
    "SampleIfTrueStructure": ("sample_if_true", ("condition", "input", "initial")),
    "InitialStructure": ("initial", ("initial",)),
}
_OUTSIDE_NODES = {
    "GetLookupsStructure": "GET XLS/DIRECT LOOKUPS",
    "GetDataStructure": "GET XLS/DIRECT DATA",
    "GetConstantsStructure": "GET XLS/DIRECT CONSTANTS",
    "DataStructure": "data read from another file",
}
_ARRAY_NODES = {
    "AllocateAvailableStructure": "ALLOCATE AVAILABLE",
    "AllocateByPriorityStructure": "ALLOCATE BY PRIORITY",
}
USE_PYSD = "`--engine pysd` runs it."


@dataclass(frozen=True, slots=True)
class Context:
    """Where an equation stands, and the names it may read.

    ``names`` maps canonical names to exact ones, ``lookups`` exact names to the tables of
    named lookups, ``aliases`` canonical names a language gives to control variables.
    """

    where: str
    names: Mapping[str, str]
    lookups: Mapping[str, Table] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def unsupported(self, construct: str, reason: str, pysd: bool) -> UnsupportedError:
        """The error that refuses ``construct`` by name."""
        text = f"{self.where}: {construct} is not computed: {reason}."
        return UnsupportedError(f"{text} {USE_PYSD}" if pysd else text)


def translate(ast: Any, context: Context) -> Expression:
    """The expression of one PySD syntax tree.

    Raises
    ------
    UnsupportedError
        For a construct that our engines do not compute.
    ModelError
        For an unknown name or a function with the wrong number of arguments.
    """
    match type(ast).__name__:
        case "int" | "float" | "float64" | "int64" | "bool":
            return Number(float(ast))
        case "ReferenceStructure":
            return _reference(ast, context)
        case "ArithmeticStructure":
            return _arithmetic(ast, context)
        case "LogicStructure":
            return _logic(ast, context)
        case "CallStructure":
            return _call(ast, context)
        case "GameStructure":
            return translate(ast.expression, context)
        case "InlineLookupsStructure":
            return LookupCall(table(ast.lookups, context), translate(ast.argument, context))
        case "IntegStructure":
            raise ModelError(
                f"{context.where}: INTEG must be the only term of its equation. "
                "Give the stock an equation of its own."
            )
        case "ndarray":
            raise context.unsupported("an array of numbers", vocabulary.ARRAYS, pysd=True)
        case "str":
            raise ModelError(f"{context.where}: expected a number, got the text {ast!r}.")
        case "LookupsStructure":
            raise ModelError(f"{context.where}: expected a number, got a lookup.")
    return _memory_or_refusal(ast, context)


def _memory_or_refusal(ast: Any, context: Context) -> Expression:
    kind = type(ast).__name__
    if kind in _MEMORY_NODES:
        function, parts = _MEMORY_NODES[kind]
        return Memory(function, tuple(translate(getattr(ast, part), context) for part in parts))
    if kind in _OUTSIDE_NODES:
        raise context.unsupported(_OUTSIDE_NODES[kind], vocabulary.OUTSIDE, pysd=True)
    if kind in _ARRAY_NODES:
        raise context.unsupported(_ARRAY_NODES[kind], vocabulary.ARRAYS, pysd=True)
    raise context.unsupported(kind, "zjsim does not know this construct", pysd=False)


def _reference(ast: Any, context: Context) -> Expression:
    if ast.subscripts is not None:
        shown = f"{ast.reference}[{','.join(ast.subscripts.subscripts)}]"
        raise context.unsupported(f"the subscript in {shown}", "arrays are not", pysd=True)
    name = resolve(ast.reference, context)
    if name in context.lookups:
        raise ModelError(
            f"{context.where}: the lookup {name} is read without an argument. "
            f"Write {name}(argument)."
        )
    return Reference(name)


def resolve(written: str, context: Context) -> str:
    """The exact name of the element that ``written`` means, or ``Time``.

    Raises
    ------
    ModelError
        When there is no such element.
    """
    key = canonical(written)
    if key in context.names:
        return context.names[key]
    if key == "time":
        return TIME
    if key in context.aliases:
        return context.aliases[key]
    shown = key.replace('"', "")
    hint = did_you_mean(shown, context.names.values()) or "Add it, or correct the name."
    raise ModelError(f"{context.where}: no variable is named {shown!r}. {hint}")


def _arithmetic(ast: Any, context: Context) -> Expression:
    arguments = [translate(argument, context) for argument in ast.arguments]
    operators = list(ast.operators)
    if operators == ["negative"]:
        # A signed number is a number; the sign of a power stands outside it already.
        inner = arguments[0]
        return Number(-inner.value) if isinstance(inner, Number) else Unary("-", inner)
    if "^" in operators:
        result = arguments[-1]
        for left in reversed(arguments[:-1]):
            result = Binary("^", left, result)
        return result
    result = arguments[0]
    for operator, right in zip(operators, arguments[1:], strict=True):
        result = Binary(operator, result, right)
    return result


def _logic(ast: Any, context: Context) -> Expression:
    arguments = [translate(argument, context) for argument in ast.arguments]
    operators = [operator.strip(":").lower() for operator in ast.operators]
    if operators == ["not"]:
        return Unary("not", arguments[0])
    if operators[0] not in ("and", "or"):
        return Comparison(operators[0], *arguments)
    # :AND: binds tighter than :OR:, as Vensim and XMILE say; PySD nests to the right.
    alternatives = [arguments[0]]
    for operator, right in zip(operators, arguments[1:], strict=True):
        if operator == "and":
            alternatives[-1] = Logical("and", alternatives[-1], right)
        else:
            alternatives.append(right)
    result = alternatives[0]
    for right in alternatives[1:]:
        result = Logical("or", result, right)
    return result


def _call(ast: Any, context: Context) -> Expression:
    name = ast.function.reference
    exact = context.names.get(canonical(name))
    if exact is not None and exact in context.lookups:
        if len(ast.arguments) != 1:
            raise ModelError(f"{context.where}: the lookup {exact} takes one argument.")
        return LookupCall(exact, translate(ast.arguments[0], context))
    if exact is not None:
        raise ModelError(f"{context.where}: {exact} is called like a lookup, but it is none.")
    if name == "lookup_extrapolate":
        return _extrapolated(ast, context)
    shown = name.removeprefix("X").replace("_", " ").upper()
    reason = vocabulary.refusal(name)
    if reason is not None:
        raise context.unsupported(shown, reason, name in vocabulary.PYSD_RUNS)
    known: int
    build: Callable[..., Expression]
    if name in vocabulary.BUILDERS:
        known, build = vocabulary.BUILDERS[name]
    else:
        function = vocabulary.RENAMED.get(name, name)
        if function not in FUNCTIONS:
            near = did_you_mean(shown, [f.replace("_", " ").upper() for f in FUNCTIONS])
            raise UnsupportedError(
                f"{context.where}: the function or lookup {shown} is not known. {near}".rstrip()
            )
        known = FUNCTIONS[function]

        def build(*given: Expression) -> Expression:
            return Call(function, given)

    given = [argument for argument in ast.arguments if not _is_blank(argument)]
    if len(given) != known:
        noun = "argument" if known == 1 else "arguments"
        raise ModelError(
            f"{context.where}: {shown} takes {known} {noun}; here it has {len(given)}."
        )
    return build(*(translate(argument, context) for argument in given))


def _is_blank(argument: Any) -> bool:
    return isinstance(argument, str) and not argument


def _extrapolated(ast: Any, context: Context) -> Expression:
    """LOOKUP EXTRAPOLATE(lookup, x): the same points, read differently at this one place."""
    if len(ast.arguments) != 2 or type(ast.arguments[0]).__name__ != "ReferenceStructure":
        raise ModelError(f"{context.where}: LOOKUP EXTRAPOLATE takes a lookup and an argument.")
    name = resolve(ast.arguments[0].reference, context)
    if name not in context.lookups:
        raise ModelError(f"{context.where}: LOOKUP EXTRAPOLATE of {name}, which is no lookup.")
    points = replace(context.lookups[name], extrapolation="extrapolate")
    return LookupCall(points, translate(ast.arguments[1], context))


def refuse_falling(xs: Sequence[float], where: str = "") -> None:
    """Refuse a lookup whose x values do not rise, as Vensim does.

    Raises
    ------
    ModelError
    """
    for left, right in pairwise(xs):
        if left > right:
            said = f"the x values of a lookup must rise; {right:g} follows {left:g}."
            raise ModelError(f"{where}: {said}" if where else said)


def table(ast: Any, context: Context) -> Table:
    """The points of a PySD lookup, sorted by x.

    Raises
    ------
    ModelError
        When it has fewer than one point, unequal lengths, a repeated x or a value that is
        not finite.
    """
    xs, ys = [float(x) for x in ast.x], [float(y) for y in ast.y]
    if not xs or len(xs) != len(ys):
        raise ModelError(f"{context.where}: a lookup has {len(xs)} x and {len(ys)} y values.")
    if not all(math.isfinite(value) for value in (*xs, *ys)):
        raise ModelError(f"{context.where}: a lookup holds a value that is not a finite number.")
    for left, right in pairwise(xs):
        if not left < right:
            raise ModelError(f"{context.where}: a lookup has two values at x = {right:g}.")
    return Table(tuple(xs), tuple(ys), _EXTRAPOLATIONS[ast.type])
