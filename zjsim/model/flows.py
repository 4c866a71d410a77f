"""Which flows fill and drain a stock: what stands alone in its net flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zjsim.model.expression import Binary, Expression, Reference, Unary
from zjsim.model.spec import Auxiliary, Element, Flow, Stock


def classify_flows(elements: Mapping[str, Element]) -> dict[str, Element]:
    """Stocks get their flows named, and what fills or drains a stock becomes a Flow."""
    result = dict(elements)
    for name, element in elements.items():
        if not isinstance(element, Stock):
            continue
        ins: dict[str, None] = {}
        outs: dict[str, None] = {}
        for sign, term in additive_terms(element.net_flow):
            target = elements.get(term.name) if isinstance(term, Reference) else None
            if isinstance(target, Auxiliary | Flow):
                assert isinstance(term, Reference)
                (ins if sign > 0 else outs).setdefault(term.name)
                result[term.name] = Flow(
                    target.name,
                    target.equation,
                    target.unit,
                    target.documentation,
                    target.group,
                )
        result[name] = replace(element, inflows=tuple(ins), outflows=tuple(outs))
    return result


def additive_terms(node: Expression) -> tuple[tuple[int, Expression], ...]:
    """The terms of a sum with their signs, left to right: ``a - (b - c)`` is +a, -b, +c."""
    terms: list[tuple[int, Expression]] = []
    pending: list[tuple[int, Expression]] = [(1, node)]
    while pending:
        sign, part = pending.pop()
        match part:
            case Binary("+", left, right):
                pending += [(sign, right), (sign, left)]
            case Binary("-", left, right):
                pending += [(-sign, right), (sign, left)]
            case Unary("-", operand):
                pending.append((-sign, operand))
            case _:
                terms.append((sign, part))
    return tuple(terms)
