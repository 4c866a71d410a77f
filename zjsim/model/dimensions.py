"""Unit balance of every equation of a model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zjsim.errors import ModelError
from zjsim.model.expression import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Expression,
    Logical,
    LookupCall,
    Memory,
    Number,
    Reference,
    Unary,
    fold,
    to_text,
)
from zjsim.model.spec import TIME, Constant, Element, Lookup, ModelSpec, Stock, equations
from zjsim.model.units import Entry, UnitBook


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about units.

    ``kind`` is ``error`` for an equation that does not balance and ``information`` for a
    unit name that the glossary does not explain.
    """

    variable: str
    equation_text: str
    problem: str
    kind: Literal["error", "information"] = "error"

    def __str__(self) -> str:
        equation = f" = {self.equation_text}" if self.equation_text else ""
        return f"{self.variable}{equation}: {self.problem}"


def check_units(
    spec: ModelSpec, glossary: Mapping[str, Entry] | None = None, only: str | None = None
) -> list[Finding]:
    """Every equation whose two sides, or whose terms, differ in unit.

    Parameters
    ----------
    glossary : mapping of unit name to definition
        As in a plan's ``units.yaml``; see ``UnitBook``.
    only : str or None
        The one element whose equations are checked, against the units that the others state.

    Raises
    ------
    ModelError
        When the glossary itself is wrong.
    """
    book = UnitBook(glossary, (element.unit for element in spec.elements.values()))
    findings: list[Finding] = []
    declared: dict[str, Any] = {}
    for element in spec.elements.values():
        try:
            declared[element.name] = book.parse(element.unit)
        except ModelError as problem:
            findings.append(Finding(element.name, "", f"{problem}."))
    try:
        declared[TIME] = book.parse(spec.time_unit)
    except ModelError:
        declared[TIME] = book.parse("year")
    unknown = list(book.unknown)
    for element in [spec.elements[only]] if only else spec.elements.values():
        findings += _check_element(element, spec, book, declared)
    if glossary:
        findings += [
            Finding(name, "", "this unit is not in the glossary.", "information")
            for name in unknown
        ]
    return findings


def _check_element(
    element: Element, spec: ModelSpec, book: UnitBook, declared: Mapping[str, Any]
) -> list[Finding]:
    unit = declared.get(element.name)
    if unit is None or isinstance(element, Constant | Lookup):
        return []
    found: list[Finding] = []
    sides = list(zip(equations(element), (unit, unit), strict=False))
    if isinstance(element, Stock):
        sides[0] = (element.net_flow, unit / declared[TIME])
    for equation, expected in sides:
        if equation is not sides[0][0] and isinstance(equation, Number):
            continue  # a bare initial value is a number of the stock's own unit
        balance = _Balance(spec, book, declared)
        actual = balance.unit_of(equation)
        problems = balance.problems
        said = balance.differ(expected, actual)
        if said and not problems:
            problems = [f"the unit is declared {said[0]}, the equation gives {said[1]}"]
        text = to_text(equation)
        if isinstance(element, Stock):
            text = f"{'INTEG' if equation is element.net_flow else 'initial value'}: {text}"
        found += [Finding(element.name, text, f"{problem}.") for problem in problems]
    return found


_PURE = frozenset(
    {
        "exp", "ln", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh",
        "tanh",
    }
)  # fmt: skip
_SAME = frozenset({"max", "min", "modulo", "modulo_floor", "quantum"})
# Memory functions: which arguments are times.
_TIMES: dict[str, tuple[int, ...]] = {
    "delay": (1,), "delay_fixed": (1,), "delay_n": (1,), "smooth": (1,), "smooth_n": (1,),
    "trend": (1,), "forecast": (1, 2), "initial": (), "active_initial": (), "sample_if_true": (),
}  # fmt: skip


class _Balance:
    """Units of the nodes of one equation; None stands for a unit that fits any other."""

    def __init__(self, spec: ModelSpec, book: UnitBook, declared: Mapping[str, Any]) -> None:
        self.spec = spec
        self.book = book
        self.declared = declared
        self.time = declared[TIME]
        self.one = book.dimensionless
        self.problems: list[str] = []

    def unit_of(self, equation: Expression) -> Any:
        """Unit of an equation; what does not balance within it is added to ``problems``."""
        return fold(equation, self._combine)

    def differ(self, first: Any, second: Any) -> tuple[str, str] | None:
        """The two units in words when they differ, else None."""
        if first is None or second is None:
            return None
        factor = self.book.factor(first, second)
        if factor is not None and math.isclose(factor, 1.0, rel_tol=1e-9):
            return None
        scale = f" (1 of the first is {factor:g} of the second)" if factor is not None else ""
        return self.book.show(first), self.book.show(second) + scale

    def _same(self, what: str, part: Expression, first: Any, second: Any) -> Any:
        """The unit of both; ``{}`` in ``what`` is the text of ``part``, written when needed.

        A sum of ten thousand terms has as many parts, each with a long text.
        """
        said = self.differ(first, second)
        if said:
            what = what.format(to_text(part))
            self.problems.append(f"{what}: {said[0]} and {said[1]}")
            return None
        return second if first is None else first

    def _is(self, what: str, parts: tuple[Expression, ...], actual: Any, expected: Any) -> None:
        said = self.differ(actual, expected)
        if said:
            what = what.format(*map(to_text, parts))
            self.problems.append(f"{what} has the unit {said[0]}, it needs {said[1]}")

    def _combine(self, part: Expression, units: tuple[Any, ...]) -> Any:
        match part:
            case Number(value):
                return None if value == 0 or math.isnan(value) else self.one
            case Reference(name):
                return self.declared.get(name)
            case Unary("-", _):
                return units[0]
            case Unary() | Logical():
                return self.one
            case Comparison():
                self._same("{} compares", part, *units)
                return self.one
            case Conditional():
                return self._same("the branches of {} are", part, *units[1:])
            case Binary(operator, left, right):
                return self._binary(part, operator, left, right, units)
            case Call(function, arguments):
                return self._call(part, function, arguments, units)
            case LookupCall(lookup, _):
                # A table in place has no unit of its own: it gives what is declared.
                return self.declared.get(lookup) if isinstance(lookup, str) else None
            case Memory(function, arguments):
                return self._memory(part, function, arguments, units)
        raise TypeError(f"not an expression: {part!r}")

    def _binary(
        self, part: Any, operator: str, left: Any, right: Any, units: tuple[Any, ...]
    ) -> Any:
        first, second = units
        if operator in ("+", "-"):
            word = "adds" if operator == "+" else "subtracts"
            return self._same(f"{{}} {word}", part, first, second)
        if operator == "^":
            return self._power(part, left, right, units)
        if first is None or second is None:
            return None
        return first * second if operator == "*" else first / second

    def _power(self, part: Any, base: Any, exponent: Any, units: tuple[Any, ...]) -> Any:
        self._is("the exponent of {}", (part,), units[1], self.one)
        if units[0] is None or self.differ(units[0], self.one) is None:
            return self.one
        value = self._number(exponent)
        if value is None:
            said = self.book.show(units[0])
            self.problems.append(
                f"{to_text(part)} raises {said} to a power that is not a number; divide the base "
                "by a reference value first"
            )
            return None
        return units[0] ** value

    def _number(self, node: Expression) -> float | None:
        """A fixed exponent: a literal, or a constant of the model."""
        match node:
            case Number(value):
                return value
            case Unary("-", Number(value)):
                return -value
            case Reference(name):
                element = self.spec.elements.get(name)
                return element.value if isinstance(element, Constant) else None
            case Binary("/", Number(above), Number(below)) if below:
                return above / below
        return None

    def _call(
        self, part: Any, function: str, arguments: tuple[Expression, ...], units: tuple[Any, ...]
    ) -> Any:
        if function in _PURE:
            for argument, unit in zip(arguments, units, strict=True):
                self._is("{} in {}", (argument, part), unit, self.one)
            return self.one
        if function in _SAME:
            return self._same("the arguments of {} are", part, *units)
        match function:
            case "abs" | "floor" | "integer":
                return units[0]
            case "sqrt":
                return None if units[0] is None else units[0] ** 0.5
            case "power":
                return self._power(part, arguments[0], arguments[1], units)
            case "zidz" | "xidz":
                ratio = None if None in units[:2] else units[0] / units[1]
                if function == "zidz":
                    return ratio
                what = "the ratio and the last argument of {} are"
                return self._same(what, part, ratio, units[2])
        return self._of_time(part, function, units)

    def _of_time(self, part: Expression, function: str, units: tuple[Any, ...]) -> Any:
        times = {"step": (1,), "ramp": (1, 2), "ramp_open": (1,), "pulse": (0, 1)}
        times |= {"pulse_train": (0, 1, 2, 3), "pulse_magnitude": (0,)}
        times["pulse_train_magnitude"] = (0, 1)
        for index in times.get(function, ()):
            # Bare numbers are common as switch times: 2022 stands for 2022 of the model's unit.
            if units[index] is not None and units[index] != self.one:
                self._is("a time in {}", (part,), units[index], self.time)
        match function:
            case "step":
                return units[0]
            case "ramp" | "ramp_open":
                return None if units[0] is None else units[0] * self.time
            case "pulse_magnitude":
                return None if units[1] is None else units[1] / self.time
            case "pulse_train_magnitude":
                return None if units[2] is None else units[2] / self.time
        return self.one

    def _memory(
        self,
        part: Expression,
        function: str,
        arguments: tuple[Expression, ...],
        units: tuple[Any, ...],
    ) -> Any:
        shown = function.replace("_", " ").upper()
        for index in _TIMES[function]:
            self._is(f"the time {{}} in {shown}", (arguments[index],), units[index], self.time)
        match function:
            case "trend":
                self._is(f"the initial trend in {shown}", (), units[2], self.one / self.time)
                return self.one / self.time
            case "forecast":
                return units[0]
            case "initial":
                return units[0]
            case "active_initial":
                return self._same(f"value and initial value of {shown} are", part, *units)
            case "sample_if_true":
                return self._same(f"value and initial value of {shown} are", part, *units[1:])
        return self._same(f"input and initial value of {shown} are", part, units[0], units[2])
