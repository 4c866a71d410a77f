"""Translated entries of a file → one ModelSpec: kinds, names, flows and time settings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model import vocabulary
from zjsim.model.evaluate import NotPlainError, evaluate
from zjsim.model.expression import (
    MEMORY_FUNCTIONS,
    Binary,
    Expression,
    Memory,
    Number,
    Reference,
    Table,
    Unary,
    references,
    walk,
)
from zjsim.model.names import CONTROLS, XMILE_CONTROLS, canonical
from zjsim.model.spec import (
    NO_LIMITS,
    TIME,
    Auxiliary,
    Constant,
    Element,
    Flow,
    Limits,
    Lookup,
    ModelSpec,
    Stock,
    equations,
)
from zjsim.model.translate import USE_PYSD, Context, table, translate


@dataclass(frozen=True, slots=True)
class RawElement:
    """What a translator said of one element: PySD's tree and the texts around it.

    ``kind`` is ``component``, ``lookup`` or ``data``; ``limits`` are the range that the file
    gives a slider.
    """

    name: str
    ast: Any
    kind: str = "component"
    unit: str = ""
    documentation: str = ""
    line: int = 0
    group: str = ""
    subscripted: bool = False
    limits: Limits = NO_LIMITS

    def where(self, origin: str) -> str:
        """``file, line 7, name`` for messages."""
        line = f", line {self.line}" if self.line else ""
        return f"{origin}{line}, {self.name}"


def assemble(
    raw: Sequence[RawElement], name: str, source: str, suffix: str, origin: str
) -> ModelSpec:
    """The model that the elements make.

    Raises
    ------
    ModelError
        For two equal names, an unknown name, a missing equation or time setting.
    UnsupportedError
        For what our engines do not compute, by name.
    """
    if not raw:
        raise ModelError(f"{origin}: no equations found; is this a model?")
    names = _unique_names(raw, origin)
    _refuse_subscripts(raw, origin)
    aliases = {
        alias: names[canonical(CONTROLS[setting])]
        for alias, setting in XMILE_CONTROLS.items()
        if suffix != ".mdl" and canonical(CONTROLS[setting]) in names
    }
    lookups: dict[str, Table] = {}
    for element in raw:
        if type(element.ast).__name__ == "LookupsStructure":
            lookups[element.name] = table(element.ast, Context(element.where(origin), names))
    elements: dict[str, Element] = {}
    for element in raw:
        context = Context(element.where(origin), names, lookups, aliases)
        try:
            elements[element.name] = _element(element, context)
        except RecursionError:
            raise ModelError(
                f"{context.where}: the equation is nested too deeply. Split it into several."
            ) from None
    for element in raw:
        _refuse_part_orders(elements[element.name], elements, element.where(origin))
    elements = _classify_flows(elements)
    return ModelSpec(
        name=name,
        elements=elements,
        source=source,
        suffix=suffix,
        origin=origin,
        **_time_settings(elements, names, lookups, origin),
    )


def _unique_names(raw: Iterable[RawElement], origin: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for element in raw:
        key = canonical(element.name)
        if key == "time":
            raise ModelError(f"{element.where(origin)}: Time is the model's own clock. Rename it.")
        if not key:
            raise ModelError(f"{element.where(origin)}: the name is empty.")
        if key in names:
            if names[key] == element.name:
                raise ModelError(f"{element.where(origin)}: defined twice. Keep one of the two.")
            raise ModelError(
                f"{element.where(origin)}: the same name as {names[key]!r} to Vensim and XMILE, "
                "which ignore case, spaces and underscores. Rename one of them."
            )
        names[key] = element.name
    return names


def _refuse_subscripts(raw: Iterable[RawElement], origin: str) -> None:
    for element in raw:
        if element.subscripted:
            raise UnsupportedError(
                f"{element.where(origin)}: has subscripts, which zjsim's own engines do not "
                f"compute yet. {USE_PYSD}"
            )


def _element(raw: RawElement, context: Context) -> Element:
    texts: dict[str, Any] = {
        "unit": raw.unit,
        "documentation": raw.documentation,
        "group": raw.group,
    }
    kind = type(raw.ast).__name__
    if raw.kind == "data" or kind == "DataStructure":
        raise context.unsupported("a data variable (:=)", vocabulary.OUTSIDE, pysd=True)
    if kind == "LookupsStructure":
        return Lookup(raw.name, context.lookups[raw.name], **texts)
    if kind == "IntegStructure":
        return Stock(
            raw.name,
            net_flow=translate(raw.ast.flow, context),
            initial=translate(raw.ast.initial, context),
            non_negative=bool(raw.ast.non_negative),
            **texts,
        )
    equation = translate(raw.ast, context)
    value = _plain_number(equation)
    if value is not None:
        return Constant(raw.name, value, limits=raw.limits, **texts)
    return Auxiliary(raw.name, equation, **texts)


def _refuse_part_orders(element: Element, elements: Mapping[str, Element], where: str) -> None:
    """Refuse a delay or smooth of one and a half stages, which every tool rounds in its way."""
    for equation in equations(element):
        for part in walk(equation):
            if not isinstance(part, Memory) or "order" not in MEMORY_FUNCTIONS[part.function]:
                continue
            order = part.arguments[MEMORY_FUNCTIONS[part.function].index("order")]
            known = elements.get(order.name) if isinstance(order, Reference) else order
            if isinstance(known, Number | Constant) and known.value % 1 != 0:
                raise ModelError(
                    f"{where}: a delay or smooth has order {known.value:g}; "
                    "expected a whole number of stages."
                )


def _plain_number(equation: Expression) -> float | None:
    """The value of arithmetic on literal numbers; None for anything else."""
    if not all(isinstance(part, Number | Unary | Binary) for part in walk(equation)):
        return None
    value = evaluate(equation)
    return value if math.isfinite(value) else None


def _classify_flows(elements: Mapping[str, Element]) -> dict[str, Element]:
    """Stocks get their flows named, and what fills or drains a stock becomes a Flow."""
    result = dict(elements)
    for name, element in elements.items():
        if not isinstance(element, Stock):
            continue
        ins: dict[str, None] = {}
        outs: dict[str, None] = {}
        for sign, term in additive_terms(element.net_flow):
            target = elements.get(term.name) if isinstance(term, Reference) else None
            if isinstance(target, Auxiliary):
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


def _time_settings(
    elements: Mapping[str, Element],
    names: Mapping[str, str],
    lookups: Mapping[str, Table],
    origin: str,
) -> dict[str, Any]:
    exact = {
        setting: names[canonical(name)]
        for setting, name in CONTROLS.items()
        if canonical(name) in names
    }
    needed = ("start", "stop", "step")
    missing = [CONTROLS[setting] for setting in needed if setting not in exact]
    if missing:
        raise ModelError(
            f"{origin}: no {', '.join(missing)}; a model sets INITIAL TIME, FINAL TIME and "
            "TIME STEP. Add them as equations of the model."
        )
    found = {
        setting: _constant_value(name, elements, lookups, origin) for setting, name in exact.items()
    }
    start, stop, step = (found[setting] for setting in needed)
    save = found.get("save_every", step)
    if not step > 0 or not stop >= start or not save > 0:
        raise ModelError(
            f"{origin}: time runs from {start:g} to {stop:g} in steps of {step:g}, saved every "
            f"{save:g}; FINAL TIME must not come before INITIAL TIME, and steps must be above 0."
        )
    unit = elements[exact["step"]].unit or elements[exact["start"]].unit
    return {
        "start": start, "stop": stop, "step": step, "save_every": save,
        "time_unit": unit or "Year",
    }  # fmt: skip


def _constant_value(
    name: str, elements: Mapping[str, Element], lookups: Mapping[str, Table], origin: str
) -> float:
    """Value of an element that rests on constants alone, found without recursion."""
    values: dict[str, float] = {}
    pending = [name]
    opened: set[str] = set()
    while pending:
        current = pending[-1]
        element = elements.get(current)
        if isinstance(element, Constant):
            values[current] = element.value
        if current in values or isinstance(element, Constant | Lookup):
            pending.pop()
            continue
        if isinstance(element, Stock) or element is None or current == TIME:
            raise UnsupportedError(
                f"{origin}: {name} depends on {current}, which changes during a run; the time "
                f"settings must rest on constants. {USE_PYSD}"
            )
        waiting = [
            read
            for read in references(element.equation)
            if read not in values and not isinstance(elements.get(read), Lookup)
        ]
        if waiting and current in opened:
            raise ModelError(f"{origin}: {name} depends on itself through {current}.")
        opened.add(current)
        if waiting:
            pending += waiting
            continue
        try:
            values[current] = evaluate(element.equation, values, lookups)
        except NotPlainError as problem:
            raise UnsupportedError(
                f"{origin}: {name} cannot be known before the run ({problem}); the time settings "
                f"must rest on constants. {USE_PYSD}"
            ) from None
    if not math.isfinite(values[name]):
        raise ModelError(f"{origin}: {name} is not a finite number.")
    return values[name]
