"""Expressions in XMILE's notation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zjsim.errors import UnsupportedError
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
    Table,
    Unary,
    fold,
)
from zjsim.model.spec import TIME

_WORDS = {
    "abs": "ABS", "arccos": "ARCCOS", "arcsin": "ARCSIN", "arctan": "ARCTAN", "cos": "COS",
    "exp": "EXP", "ln": "LN", "max": "MAX", "min": "MIN", "sin": "SIN", "sqrt": "SQRT",
    "tan": "TAN",
}  # fmt: skip

# Spelled out because the words of the same name differ between simulators in what they do
# with negative numbers, with denominators near zero, or at the very moment of a switch.
_TRUNC = "(IF ({0}) < 0 THEN -INT(-({0})) ELSE INT({0}))"
_SPELLED = {
    "floor": "INT({0})",
    "integer": _TRUNC,
    "log": "(LN({0}) / LN({1}))",
    "power": "(({0})^({1}))",
    "pi": "3.141592653589793",
    "sinh": "((EXP({0}) - EXP(-({0}))) / 2)",
    "cosh": "((EXP({0}) + EXP(-({0}))) / 2)",
    "tanh": "(1 - 2 / (EXP(2 * ({0})) + 1))",
    "zidz": "(IF ABS({1}) < 1e-6 THEN 0 ELSE ({0}) / ({1}))",
    "xidz": "(IF ABS({1}) < 1e-6 THEN {2} ELSE ({0}) / ({1}))",
    "quantum": "(IF ({1}) < 1e-6 THEN {0} ELSE ({1}) * " + _TRUNC.format("({0}) / ({1})") + ")",
    "modulo": (
        "(IF ({1}) < 1e-6 THEN 0 ELSE ({0}) - ({1}) * " + _TRUNC.format("({0}) / ({1})") + ")"
    ),
    "modulo_floor": "(({0}) MOD ({1}))",
    "step": "(IF TIME + DT / 2 > ({1}) THEN {0} ELSE 0)",
    "ramp": "(IF TIME + 1e-6 > ({1}) THEN ({0}) * (MIN({2}, TIME) - ({1})) ELSE 0)",
    "ramp_open": "(IF TIME + 1e-6 > ({1}) THEN ({0}) * (TIME - ({1})) ELSE 0)",
    "pulse": ("(IF TIME + DT / 2 > ({0}) AND TIME + DT / 2 < ({0}) + MAX({1}, DT) THEN 1 ELSE 0)"),
    "pulse_magnitude": (
        "(IF TIME + DT / 2 > ({0}) AND TIME + DT / 2 < ({0}) + DT THEN ({1}) / DT ELSE 0)"
    ),
    "pulse_train": (
        "(IF TIME + DT / 2 > ({0}) AND TIME < ({3}) + DT / 4 AND (TIME + DT / 2 - ({0})) - ({2}) * "
        "INT((TIME + DT / 2 - ({0})) / ({2})) < MAX({1}, DT) THEN 1 ELSE 0)"
    ),
    "pulse_train_magnitude": (
        "(IF TIME + DT / 2 > ({0}) AND (TIME + DT / 2 - ({0})) - ({1}) * "
        "INT((TIME + DT / 2 - ({0})) / ({1})) < DT THEN ({2}) / DT ELSE 0)"
    ),
}
_BINDING = {"+": 4, "-": 4, "*": 5, "/": 5}
HIGHEST_ORDER = 12
_LOOSEST, _TIGHTEST = 0, 9


@dataclass(frozen=True, slots=True)
class Writer:
    """Turns expressions into text.

    Parameters
    ----------
    where : str
        Place named in messages.
    reference : callable
        Exact name → the text that refers to it.
    table : callable
        A table written in place → the text that refers to a lookup holding it.
    fixed : callable
        An expression → its value when that cannot change during a run, else None.
    """

    where: str
    reference: Callable[[str], str]
    table: Callable[[Table], str]
    fixed: Callable[[Expression], float | None]

    def text(self, node: Expression) -> str:
        """The expression in XMILE's notation.

        Raises
        ------
        UnsupportedError
            For a function that XMILE does not have.
        """
        return str(fold(node, self._combine)[0])

    def _combine(self, part: Expression, inner: tuple[tuple[str, int], ...]) -> tuple[str, int]:
        texts = [text for text, _ in inner]
        match part:
            case Number(value):
                if value != value or value in (float("inf"), float("-inf")):
                    raise self._refuse(f"the number {value}")
                return repr(value), _TIGHTEST if value >= 0 else _LOOSEST
            case Reference(name):
                return ("TIME" if name == TIME else self.reference(name)), _TIGHTEST
            case Unary("-", _):
                return f"-{_wrap(inner[0], _TIGHTEST)}", _LOOSEST
            case Unary():
                return f"(NOT ({texts[0]}))", _TIGHTEST
            case Binary("^", _, _):
                # Simulators disagree on which of two powers binds first: brackets always.
                return f"{_wrap(inner[0], _TIGHTEST)}^{_wrap(inner[1], _TIGHTEST)}", 6
            case Binary(operator, _, _):
                tight = _BINDING[operator]
                left, right = _wrap(inner[0], tight), _wrap(inner[1], tight + 1)
                return f"{left} {operator} {right}", tight
            case Comparison(operator, _, _):
                return f"(({texts[0]}) {operator} ({texts[1]}))", _TIGHTEST
            case Logical(operator, _, _):
                return f"(({texts[0]}) {operator.upper()} ({texts[1]}))", _TIGHTEST
            case Conditional():
                return f"(IF {texts[0]} THEN {texts[1]} ELSE {texts[2]})", _TIGHTEST
            case LookupCall(lookup, _):
                found = self.table(lookup) if isinstance(lookup, Table) else self.reference(lookup)
                return f"LOOKUP({found}, {texts[0]})", _TIGHTEST
            case Call(function, _):
                if function in _WORDS:
                    return f"{_WORDS[function]}({', '.join(texts)})", _TIGHTEST
                if function not in _SPELLED:
                    raise self._refuse(function)
                return _SPELLED[function].format(*texts), _TIGHTEST
            case Memory(function, arguments):
                return self._memory(function, arguments, texts), _TIGHTEST
        raise TypeError(f"not an expression: {part!r}")

    def _memory(self, function: str, arguments: tuple[Expression, ...], texts: list[str]) -> str:
        match function:
            case "smooth" | "smooth_n":
                return self._cascade("SMTH1", function, arguments, texts)
            case "delay_n" if self.fixed(arguments[1]) is None:
                raise self._refuse("delay N with a delay time that changes")
            case "delay" | "delay_n":
                return self._cascade("DELAY1", function, arguments, texts)
            case "trend":
                return f"TREND({texts[0]}, {texts[1]}, {texts[2]})"
            case "forecast":
                # Spelled out: FORCST is missing from some simulators.
                mean = f"SMTH1({texts[0]}, {texts[1]}, ({texts[0]}) / (1 + ({texts[3]})))"
                slope = _SPELLED["zidz"].format(f"({texts[0]}) - {mean}", f"({texts[1]}) * {mean}")
                return f"(({texts[0]}) * (1 + {slope} * ({texts[2]})))"
            case "initial":
                return f"INIT({texts[0]})"
        raise self._refuse(function)

    def _cascade(
        self, word: str, function: str, arguments: tuple[Expression, ...], texts: list[str]
    ) -> str:
        """Order n as n of order one in a row, because not every simulator knows SMTHN."""
        value = self.fixed(arguments[3])
        order = int(value) if value is not None else 0
        if not 1 <= order <= HIGHEST_ORDER:
            raise self._refuse(f"{function} of an order that is not a number up to {HIGHEST_ORDER}")
        if order == 3:
            return f"{word[:-1]}3({texts[0]}, {texts[1]}, {texts[2]})"
        result = texts[0]
        time = texts[1] if order == 1 else f"({texts[1]}) / {order}"
        for _ in range(order):
            result = f"{word}({result}, {time}, {texts[2]})"
        return result

    def _refuse(self, construct: str) -> UnsupportedError:
        shown = construct.replace("_", " ").upper()
        return UnsupportedError(f"{self.where}: XMILE has no {shown}; this model is not exported.")


def _wrap(inner: tuple[str, int], least: int) -> str:
    return inner[0] if inner[1] >= least else f"({inner[0]})"
