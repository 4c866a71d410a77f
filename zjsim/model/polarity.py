"""Polarity of a link: does the effect rise or fall when the cause rises?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from zjsim.model.evaluate import NotPlainError, evaluate
from zjsim.model.expression import (
    Binary,
    Call,
    Expression,
    LookupCall,
    Memory,
    Number,
    Reference,
    Table,
    Unary,
    fold,
    rebuild,
)
from zjsim.model.spec import Auxiliary, Constant, Flow, Lookup, ModelSpec, Stock

Sign = Literal["+", "-", "0", "?"]
Polarity = Literal["+", "-", "?"]
# Arguments by which a memory function passes an influence on, all but its initial value.
INFLUENCE: dict[str, tuple[int, ...]] = {
    "active_initial": (0,),
    "delay": (0, 1),
    "delay_fixed": (0, 1),
    "delay_n": (0, 1),
    "forecast": (0, 1, 2),
    "initial": (),
    "sample_if_true": (0, 1),
    "smooth": (0, 1),
    "smooth_n": (0, 1),
    "trend": (0, 1),
}


def rule_of(spec: ModelSpec, name: str) -> Expression:
    """What drives an element: the net flow of a stock, the equation of others."""
    element = spec.elements[name]
    if isinstance(element, Stock):
        return element.net_flow
    assert isinstance(element, Flow | Auxiliary)
    return element.equation


def link_polarity(
    spec: ModelSpec, source: str, target: str, values: Mapping[str, float] | None = None
) -> Polarity:
    """Sign of the change of ``target`` when ``source`` rises, all else equal.

    First from the structure of the equation, where that is certain whatever the values;
    otherwise, when ``values`` are given, from a small difference at those values.
    """
    rule = rule_of(spec, target)
    sign = _slope(rule, source, spec)
    if sign in ("+", "-"):
        return "+" if sign == "+" else "-"
    if sign == "?" and values is not None:
        return _measured(rule, source, spec, values)
    return "?"


def _measured(
    rule: Expression, source: str, spec: ModelSpec, values: Mapping[str, float]
) -> Polarity:
    """Polarity by a central difference at ``values``; memory passes its input through."""
    lookups = {e.name: e.table for e in spec.elements.values() if isinstance(e, Lookup)}
    known = {e.name: e.value for e in spec.constants} | dict(values)
    plain = fold(rule, _without_memory)
    if source not in known:
        return "?"
    for share in (1e-6, 1e-3):
        step = share * max(1.0, abs(known[source]))
        try:
            low, high = (
                evaluate(plain, known | {source: known[source] + move}, lookups)
                for move in (-step, step)
            )
        except NotPlainError:
            return "?"
        if math.isfinite(high - low) and abs(high - low) > 1e-12 * max(1.0, abs(low)):
            return "+" if high > low else "-"
    return "?"


def _without_memory(part: Expression, inner: tuple[Expression, ...]) -> Expression:
    if isinstance(part, Memory):
        return inner[1] if part.function == "sample_if_true" else inner[0]
    return rebuild(part, inner)


Shape = tuple[Sign, Sign]  # sign of the value, sign of the slope


def _slope(rule: Expression, source: str, spec: ModelSpec) -> Sign:
    """Sign of the derivative with respect to ``source`` as far as structure fixes it."""
    combine = _Shapes(source, spec)
    shape: Shape = fold(rule, combine)
    return shape[1]


def _times(a: Sign, b: Sign) -> Sign:
    if "0" in (a, b):
        return "0"
    if "?" in (a, b):
        return "?"
    return "+" if a == b else "-"


def _plus(a: Sign, b: Sign) -> Sign:
    if a == "0":
        return b
    if b == "0" or a == b:
        return a
    return "?"


def _minus(a: Sign) -> Sign:
    return {"+": "-", "-": "+", "0": "0", "?": "?"}[a]  # type: ignore[return-value]


def _of(value: float) -> Sign:
    return "0" if value == 0 else "+" if value > 0 else "-" if value < 0 else "?"


# Functions that rise with each argument; those of them that are never negative.
_RISING = frozenset(
    {"exp", "ln", "sqrt", "max", "min", "tanh", "sinh", "arctan", "integer", "floor"}
)
_POSITIVE = frozenset({"exp", "sqrt", "cosh", "abs"})


class _Shapes:
    """Value and slope signs of each node, from those of the nodes inside it."""

    def __init__(self, source: str, spec: ModelSpec) -> None:
        self.source = source
        self.spec = spec

    def __call__(self, part: Expression, inner: tuple[Shape, ...]) -> Shape:
        match part:
            case Number(value):
                return _of(value), "0"
            case Reference(name):
                return self._reference(name)
            case Unary("-", _):
                return _minus(inner[0][0]), _minus(inner[0][1])
            case Binary(operator, _, _):
                return self._binary(operator, *inner)
            case Call(function, _):
                return self._call(function, inner)
            case LookupCall(lookup, _):
                return self._lookup(lookup, inner[0])
            case Memory(function, _):
                return self._memory(function, inner)
        slopes = {slope for _, slope in inner}
        return "?", "0" if slopes <= {"0"} else "?"

    def _reference(self, name: str) -> Shape:
        slope: Sign = "+" if name == self.source else "0"
        element = self.spec.elements.get(name)
        if isinstance(element, Constant):
            return _of(element.value), slope
        return "?", slope

    def _binary(self, operator: str, a: Shape, b: Shape) -> Shape:
        match operator:
            case "+":
                return _plus(a[0], b[0]), _plus(a[1], b[1])
            case "-":
                return _plus(a[0], _minus(b[0])), _plus(a[1], _minus(b[1]))
            case "*":
                slope = _plus(_times(a[1], b[0]), _times(a[0], b[1]))
                return _times(a[0], b[0]), slope
            case "/":
                falling = _minus(_times(a[0], b[1]))
                return _times(a[0], b[0]), _plus(_times(a[1], b[0]), falling)
        if b[1] == "0" and b[0] in "+-" and a[0] == "+":
            return "+", _times(a[1], b[0])
        fixed = a[1] == "0" and b[1] == "0"
        return ("+" if a[0] == "+" else "?"), "0" if fixed else "?"

    def _call(self, function: str, inner: tuple[Shape, ...]) -> Shape:
        values = {value for value, _ in inner}
        value: Sign = "+" if function in _POSITIVE or function == "pi" else "?"
        if function in ("max", "min") and len(values) == 1:
            value = next(iter(values))
        elif function == "max" and "+" in values:
            value = "+"
        slope: Sign = "0"
        if function in _RISING:
            for _, one in inner:
                slope = _plus(slope, one)
        elif function in ("zidz", "xidz"):
            value, slope = self._binary("/", inner[0], inner[1])
            slope = slope if function == "zidz" else _plus(slope, inner[2][1])
            value = value if function == "zidz" else _plus(value, inner[2][0])
        elif any(one != "0" for _, one in inner):
            slope = "?"
        return value, slope

    def _lookup(self, lookup: str | Table, argument: Shape) -> Shape:
        if isinstance(lookup, str):
            element = self.spec.elements.get(lookup)
            if not isinstance(element, Lookup):
                return "?", "?"
            table = element.table
        else:
            table = lookup
        steps = {_of(b - a) for a, b in zip(table.ys, table.ys[1:], strict=False)} - {"0"}
        rising: Sign = "0" if not steps else next(iter(steps)) if len(steps) == 1 else "?"
        values = {_of(y) for y in table.ys}
        value: Sign = "+" if values == {"+"} else "-" if values == {"-"} else "?"
        value = "?" if table.extrapolation == "extrapolate" else value
        return value, _times(rising, argument[1])

    def _memory(self, function: str, inner: tuple[Shape, ...]) -> Shape:
        if function == "initial":
            return inner[0][0], "0"
        main = inner[1] if function == "sample_if_true" else inner[0]
        others = [inner[i] for i in INFLUENCE[function] if inner[i] is not main]
        moved = any(slope != "0" for _, slope in others)
        if function in ("trend", "forecast"):
            return "?", "?" if moved or main[1] != "0" else "0"
        return main[0], "?" if moved else main[1]
