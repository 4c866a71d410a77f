"""Stocks that cannot fall below zero: what drains them is cut, so that nothing is made of nothing.

As Stella and XMILE have it, the outflows of such a stock are served in the order in which the
file lists them, each from what the stock holds and what flows in during the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zjsim.model.expression import Binary, Call, Expression, Memory, Number, Reference, Unary
from zjsim.model.flows import additive_terms, classify_flows
from zjsim.model.names import CONTROLS, VENSIM_CONTROLS, canonical
from zjsim.model.order import INITIAL_ARGUMENTS, VALUE_ARGUMENTS, reads_at
from zjsim.model.spec import Auxiliary, Constant, Element, Flow, Stock

_ZERO = Number(0.0)


@dataclass
class _Cut:
    """The work on one model."""

    elements: dict[str, Element]
    step: Reference

    def stock(self, stock: Stock, shared: Mapping[str, int]) -> None:
        """Cut what drains one stock."""
        outs = [name for name in _terms(stock.net_flow, -1) if shared[name] == 1]
        ins = [name for name in _terms(stock.net_flow, +1) if shared[name] == 1]
        held = Binary("/", Reference(stock.name), self.step)
        for name in ins:
            # A flow both ways drains the stock where it is negative.
            if not self._one_way(name):
                self._set(name, Call("max", (self._equation(name), Unary("-", held))))
        left: Expression = held
        for name in ins:
            if any(self._reads(name, out, VALUE_ARGUMENTS) for out in outs):
                continue
            flowing: Expression = Reference(name)
            if any(self._reads(name, out, INITIAL_ARGUMENTS) for out in outs):
                # A smooth or delay that begins at what drains the stock cannot wait for itself.
                flowing = Memory("active_initial", (flowing, _ZERO))
            left = Binary("+", left, flowing)
        for name in outs:
            wanted = self._equation(name)
            self._set(name, Call("min", (wanted, Call("max", (left, _ZERO)))))
            left = Binary("-", left, Reference(name))

    def _equation(self, name: str) -> Expression:
        element = self.elements[name]
        if isinstance(element, Constant):
            return Number(element.value)
        assert isinstance(element, Flow | Auxiliary)
        return element.equation

    def _one_way(self, name: str) -> bool:
        element = self.elements[name]
        if isinstance(element, Constant):
            return element.value >= 0
        equation = self._equation(name)
        return (
            isinstance(equation, Call)
            and equation.function == "max"
            and (_ZERO in equation.arguments)
        )

    def _set(self, name: str, equation: Expression) -> None:
        old = self.elements[name]
        self.elements[name] = Flow(name, equation, old.unit, old.documentation, old.group)

    def _reads(self, first: str, wanted: str, memory: Mapping[str, tuple[int, ...]]) -> bool:
        """Whether ``first`` needs ``wanted`` at the same moment, or at the first moment."""
        seen: set[str] = set()
        pending = [first]
        while pending:
            name = pending.pop()
            element = self.elements.get(name)
            if name == wanted:
                return True
            if name not in seen and isinstance(element, Flow | Auxiliary):
                seen.add(name)
                pending += reads_at(element.equation, memory)
        return False


def _terms(net_flow: Expression, wanted: int) -> list[str]:
    """Names that stand alone in a net flow with the wanted sign, in order."""
    return [
        part.name
        for sign, part in additive_terms(net_flow)
        if sign == wanted and isinstance(part, Reference)
    ]


def cut_outflows(elements: dict[str, Element]) -> dict[str, Element]:
    """The elements with the flows around non-negative stocks cut.

    A flow that drains (or fills) several stocks is left as it is: it has no one stock to be cut
    by, and such a stock stops at zero by itself.
    """
    stocks = [e for e in elements.values() if isinstance(e, Stock) and e.non_negative]
    if not stocks:
        return elements
    every = [e for e in elements.values() if isinstance(e, Stock)]
    shared = _counts(every)
    step = next(
        (n for n in elements if VENSIM_CONTROLS.get(canonical(n)) == "step"), CONTROLS["step"]
    )
    work = _Cut(dict(elements), Reference(step))
    for stock in stocks:
        here = {name: shared[1, name] for name in _terms(stock.net_flow, +1)}
        here |= {name: shared[-1, name] for name in _terms(stock.net_flow, -1)}
        plain = (Flow, Auxiliary, Constant)
        if all(isinstance(work.elements.get(name), plain) for name in here):
            work.stock(stock, here)
    # Stocks whose constant flows have become Flows name them.
    return classify_flows(work.elements)


def _counts(stocks: Iterable[Stock]) -> dict[tuple[int, str], int]:
    counts: dict[tuple[int, str], int] = {}
    for stock in stocks:
        for sign in (1, -1):
            for name in _terms(stock.net_flow, sign):
                counts[sign, name] = counts.get((sign, name), 0) + 1
    return counts
