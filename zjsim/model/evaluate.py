"""The plain value of an expression at one moment, given the values it reads.

For constant folding, checks and loops, never for a run: the engines compile. Division by
zero and the like give what numpy gives: inf or nan, no exception.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

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

# Vensim takes what is smaller for zero, in XIDZ, ZIDZ and QUANTUM.
SMALL = 1e-6


class NotPlainError(ValueError):
    """The expression reads a name that has no value here, or depends on time or memory."""


def evaluate(
    node: Expression,
    values: Mapping[str, float] | None = None,
    lookups: Mapping[str, Table] | None = None,
) -> float:
    """Value of an expression.

    Parameters
    ----------
    values : mapping of exact name to number, in the units of the model
    lookups : mapping of exact name to table

    Raises
    ------
    NotPlainError
        When a name has no value, or for functions of time and of memory other than
        INITIAL and ACTIVE INITIAL, which are worth their initial value.
    """
    known = values or {}
    tables = lookups or {}

    def combine(part: Expression, inner: tuple[float, ...]) -> float:
        match part:
            case Number(value):
                return value
            case Reference(name):
                if name not in known:
                    raise NotPlainError(f"{name} has no value here")
                return float(known[name])
            case LookupCall(lookup, _):
                found = lookup if isinstance(lookup, Table) else tables.get(lookup)
                if found is None:
                    raise NotPlainError(f"{lookup} is no lookup here")
                return read_table(found, inner[0])
            case Memory("initial" | "active_initial", _):
                return inner[-1]
            case Memory(function, _):
                raise NotPlainError(f"{function} remembers")
            case Call(function, _):
                if function not in PLAIN:
                    raise NotPlainError(f"{function} depends on time")
                return float(PLAIN[function](*inner))
        return _operate(part, inner)

    with np.errstate(all="ignore"):
        return float(fold(node, combine))


def _operate(part: Any, inner: tuple[float, ...]) -> float:
    match part:
        case Unary("-", _):
            return -inner[0]
        case Unary():
            return float(not inner[0])
        case Binary(operator, _, _):
            return float(ARITHMETIC[operator](np.float64(inner[0]), np.float64(inner[1])))
        case Comparison(operator, _, _):
            return float(COMPARISONS[operator](inner[0], inner[1]))
        case Logical("and", _, _):
            return float(bool(inner[0]) and bool(inner[1]))
        case Logical():
            return float(bool(inner[0]) or bool(inner[1]))
        case Conditional():
            return inner[1] if inner[0] else inner[2]
    raise TypeError(f"not an expression: {part!r}")


def read_table(table: Table, x: float) -> float:
    """The table at ``x``, by its own rule outside its points."""
    xs, ys = table.xs, table.ys
    if math.isnan(x):
        return math.nan
    right = bisect_right(xs, x)
    if table.extrapolation == "step":
        return ys[max(right - 1, 0)]
    if len(xs) == 1 or (table.extrapolation == "hold" and not xs[0] < x < xs[-1]):
        return ys[0] if x <= xs[0] else ys[-1]
    upper = min(max(right, 1), len(xs) - 1)
    x0, x1, y0, y1 = xs[upper - 1], xs[upper], ys[upper - 1], ys[upper]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _xidz(numerator: float, denominator: float, otherwise: float) -> float:
    return otherwise if abs(denominator) < SMALL else numerator / denominator


def _quantum(a: float, b: float) -> float:
    return a if b < SMALL else b * float(np.trunc(np.float64(a) / b))


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
PLAIN: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "arccos": np.arccos,
    "arcsin": np.arcsin,
    "arctan": np.arctan,
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "floor": np.floor,
    "integer": np.trunc,
    "ln": np.log,
    "log": lambda x, base: np.log(np.float64(x)) / np.log(np.float64(base)),
    "max": np.maximum,
    "min": np.minimum,
    "modulo": lambda x, m: x - _quantum(x, m),
    "modulo_floor": lambda x, m: x - m * np.floor(np.float64(x) / m),
    "pi": lambda: math.pi,
    "power": lambda a, b: np.float64(a) ** np.float64(b),
    "quantum": _quantum,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
    "xidz": _xidz,
    "zidz": lambda a, b: _xidz(a, b, 0.0),
}
