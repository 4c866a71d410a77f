"""Mutants of a model: one operator, sign or term of one equation changed at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from zjsim.model.expression import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Expression,
    Unary,
    fold,
    rebuild,
    to_text,
)
from zjsim.model.spec import Auxiliary, Element, Flow, ModelSpec, Stock

_OTHER = {"+": "-", "-": "+", "*": "/", "/": "*", "^": "*"}
_TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
_SWAPPED = {"max": "min", "min": "max"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one equation.

    Parameters
    ----------
    variable : str
        Whose equation it is.
    part : {"equation", "initial"}
        The initial value of a stock, or the equation (the net flow of a stock).
    change : str
        What was done, such as ``drop right of *``.
    text : str
        The equation after the change.
    position : int
        Of the node changed, parents before children.
    """

    variable: str
    part: str
    change: str
    text: str
    position: int
    equation: Expression

    @property
    def id(self) -> str:
        """Stable as long as the equation is: variable, part, position and change."""
        part = "" if self.part == "equation" else " (initial)"
        return f"{self.variable}{part} #{self.position}: {self.change}"

    def applied(self, spec: ModelSpec) -> ModelSpec:
        """The model with this change."""
        element = spec.elements[self.variable]
        elements = dict(spec.elements)
        elements[self.variable] = _with(element, self.part, self.equation)
        return replace(spec, elements=elements, source="")


def _with(element: Element, part: str, equation: Expression) -> Element:
    if isinstance(element, Stock):
        if part == "initial":
            return replace(element, initial=equation)
        return replace(element, net_flow=equation)
    assert isinstance(element, Flow | Auxiliary)
    return replace(element, equation=equation)


def mutants(spec: ModelSpec) -> tuple[Mutant, ...]:
    """Every mutant of every equation, in the order of the file."""
    found: list[Mutant] = []
    parts: tuple[tuple[str, Expression], ...]
    for element in spec.elements.values():
        if isinstance(element, Stock):
            parts = (("equation", element.net_flow), ("initial", element.initial))
        elif isinstance(element, Flow | Auxiliary):
            parts = (("equation", element.equation),)
        else:
            continue
        for part, equation in parts:
            found += _of_equation(element.name, part, equation)
    return tuple(found)


def sample(every: tuple[Mutant, ...], count: int, seed: int) -> tuple[Mutant, ...]:
    """A seeded sample without repetition, in the order of the file."""
    if count >= len(every):
        return every
    chosen = np.random.default_rng(seed).choice(len(every), count, replace=False)
    return tuple(every[i] for i in sorted(chosen))


def _of_equation(name: str, part: str, equation: Expression) -> Iterator[Mutant]:
    seen = {to_text(equation)}
    nodes = _numbered(equation)
    for position, node in enumerate(nodes):
        for change, new in _changes(node):
            whole = _replaced(equation, position, new)
            text = to_text(whole)
            # A change that prints as the same equation, or as an earlier mutant, is none.
            if text not in seen:
                seen.add(text)
                yield Mutant(name, part, change, text, position, whole)


def _changes(node: Expression) -> Iterator[tuple[str, Expression]]:
    match node:
        case Binary("^", left, right):
            yield "^ to *", Binary("*", left, right)
            yield "exponent negated", Binary("^", left, Unary("-", right))
            yield "exponent dropped", left
        case Binary("-", left, right):
            yield "- to +", Binary("+", left, right)
            yield "drop right of -", left
            yield "drop left of -", Unary("-", right)
        case Binary("+" | "*" | "/" as operator, left, right):
            other = _OTHER[operator]
            yield f"{operator} to {other}", Binary(other, left, right)  # type: ignore[arg-type]
            yield f"drop right of {operator}", left
            yield f"drop left of {operator}", right
        case Unary("-", operand):
            yield "minus dropped", operand
        case Call(function, arguments) if function in _SWAPPED:
            yield f"{function} to {_SWAPPED[function]}", Call(_SWAPPED[function], arguments)
        case Call("exp" | "ln" as function, (argument,)):
            yield (
                f"argument of {function} negated" if function == "exp" else "ln negated",
                (Call("exp", (Unary("-", argument),)) if function == "exp" else Unary("-", node)),
            )
        case Comparison(operator, left, right):
            yield f"{operator} turned", Comparison(_TURNED[operator], left, right)  # type: ignore[arg-type]
        case Conditional(condition, when_true, when_false):
            yield "branches swapped", Conditional(condition, when_false, when_true)


Combine = Callable[[Expression, tuple[Expression, ...]], Expression]


def _numbered(equation: Expression) -> list[Expression]:
    """Nodes in the order in which `fold` meets them: their position is their number."""
    nodes: list[Expression] = []

    def combine(node: Expression, inner: tuple[Expression, ...]) -> Expression:
        nodes.append(node)
        return node

    fold(equation, combine)
    return nodes


def _replaced(equation: Expression, position: int, new: Expression) -> Expression:
    count = -1

    def combine(node: Expression, inner: tuple[Expression, ...]) -> Expression:
        nonlocal count
        count += 1
        return new if count == position else rebuild(node, inner)

    result: Expression = fold(equation, combine)
    return result
