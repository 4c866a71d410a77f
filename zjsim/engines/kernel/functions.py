"""The operations of a lowered program on single numbers, with IEEE results.

Python raises where IEEE arithmetic returns infinity or NaN. These functions return, so that
a run that divides by zero ends with a status instead of an exception. They define what each
operation means; the emitted text uses faster spellings where these cannot raise.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

INFINITY = math.inf
NAN = math.nan


def div(a: float, b: float) -> float:
    """``a / b``; signed infinity or NaN where ``b`` is zero."""
    if b != 0.0:
        return a / b
    if a == 0.0 or a != a:
        return NAN
    return math.copysign(INFINITY, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    """``a`` to the power ``b``; NaN for a negative base and a fractional power."""
    try:
        return math.pow(a, b)
    except OverflowError:
        odd = b == math.floor(b) and math.fmod(b, 2.0) != 0.0
        return -INFINITY if a < 0 and odd else INFINITY
    except ValueError:
        return INFINITY if a == 0.0 else NAN


def parity(a: float) -> float:
    """Sign that a negative base has to the power ``a``: NaN unless ``a`` is whole."""
    if not math.isfinite(a):
        return NAN if a != a else 1.0
    return NAN if a != math.floor(a) else (-1.0 if math.fmod(a, 2.0) else 1.0)


def exp(a: float) -> float:
    """The exponential; infinity above 709.78."""
    try:
        return math.exp(a)
    except OverflowError:
        return INFINITY


def ln(a: float) -> float:
    """The natural logarithm; minus infinity at zero, NaN below."""
    if a > 0.0:
        return math.log(a)
    return -INFINITY if a == 0.0 else NAN


def guarded(function: Callable[[float], float], overflow: float = NAN) -> Callable[[float], float]:
    """``function`` returning NaN outside its domain and ``overflow`` where it overflows."""

    def inner(a: float) -> float:
        try:
            return function(a)
        except ValueError:
            return NAN
        except OverflowError:
            return overflow

    return inner


def _rounded(function: Callable[[float], int]) -> Callable[[float], float]:
    def inner(a: float) -> float:
        return float(function(a)) if math.isfinite(a) else a

    return inner


def _sinh(a: float) -> float:
    try:
        return math.sinh(a)
    except OverflowError:
        return math.copysign(INFINITY, a)


def minimum(a: float, b: float) -> float:
    """The smaller number; NaN when either is NaN."""
    return b if b < a or b != b else a


def maximum(a: float, b: float) -> float:
    """The larger number; NaN when either is NaN."""
    return b if b > a or b != b else a


def read_table(
    x: float, xs: Sequence[float], ys: Sequence[float], slopes: Sequence[float]
) -> float:
    """A lookup, linear between points and holding the end values outside."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    if x != x:
        return x
    i = bisect_right(xs, x) - 1
    return ys[i] + slopes[i] * (x - xs[i])


def read_table_on(
    x: float, xs: Sequence[float], ys: Sequence[float], slopes: Sequence[float]
) -> float:
    """A lookup, linear between points and continuing the end segments outside."""
    if x != x:
        return x
    i = min(max(bisect_right(xs, x) - 1, 0), len(xs) - 2)
    return ys[i] + slopes[i] * (x - xs[i])


def read_steps(x: float, xs: Sequence[float], ys: Sequence[float], _slopes: object) -> float:
    """A lookup that keeps each value until the next point."""
    return ys[max(bisect_right(xs, x) - 1, 0)] if x == x else x


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": div,
    "neg": lambda a: -a,
    "parity": parity,
    "pow": power,
    "sqrt": guarded(math.sqrt),
    "exp": exp,
    "ln": ln,
    "sin": guarded(math.sin),
    "cos": guarded(math.cos),
    "tan": guarded(math.tan),
    "arcsin": guarded(math.asin),
    "arccos": guarded(math.acos),
    "arctan": math.atan,
    "sinh": _sinh,
    "cosh": guarded(math.cosh, INFINITY),
    "tanh": math.tanh,
    "abs": abs,
    "floor": _rounded(math.floor),
    "trunc": _rounded(math.trunc),
    "min": minimum,
    "max": maximum,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "truth": lambda a: a != 0.0,
    "select": lambda condition, a, b: a if condition else b,
}


def ring_size(length: float, n_steps: int) -> int:
    """Steps of a ring buffer; a delay beyond the horizon shows its initial value only."""
    return n_steps + 1 if not length <= n_steps else max(int(length), 1)


_COMMON: dict[str, Any] = {
    "__builtins__": {"range": range, "abs": abs, "len": len},
    "nan": math.nan,
    "infinity": math.inf,
    "ring_size": ring_size,
    "read_table": read_table,
    "read_table_on": read_table_on,
    "read_steps": read_steps,
}
# Names that emitted Python text reads; nothing else is within its reach.
SAFE_SPACE: dict[str, Any] = {**_COMMON, **OPERATIONS, "power": power}
FAST_SPACE: dict[str, Any] = {
    **_COMMON,
    "power": math.pow, "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "sin": math.sin,
    "cos": math.cos, "tan": math.tan, "arcsin": math.asin, "arccos": math.acos,
    "arctan": math.atan, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "floor": math.floor, "trunc": math.trunc,
}  # fmt: skip
