"""Which function of Vensim or XMILE is which node of ours, and which are refused, and why.

Functions are named by their canonical names: lower case, blanks for underscores.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from zjsim.model.expression import (
    FUNCTIONS,
    Binary,
    Call,
    Comparison,
    Conditional,
    Expression,
    Memory,
    Number,
    Reference,
    Unary,
)
from zjsim.model.names import CONTROLS
from zjsim.model.spec import TIME
from zjsim.model.tokens import Language

Build = Callable[..., Expression]
# Numbers of arguments that a function may have, and what it becomes.
Builder = tuple[tuple[int, ...], Build]

RANDOM = (
    "zjsim draws RANDOM UNIFORM, NORMAL, EXPONENTIAL, POISSON and 0 1 alone; a run must give the "
    "same result each time"
)
ALLOCATION = "nothing is shared out by priority here; write the shares out"
WRITE_OUT = "write it out with arithmetic"
DATA = "only GET XLS DATA and GET DIRECT DATA give such a variable its figures"
OUTSIDE = "it reads figures from another file, which a model here may not"

# Functions of ours that no file may call by that name.
_INTERNAL = frozenset(
    {"floor", "modulo_floor", "pi", "pulse_magnitude", "pulse_train_magnitude", "ramp_open"}
)
PLAIN_NAMES = frozenset(FUNCTIONS) - _INTERNAL


def shown_names() -> list[str]:
    """Names of the functions that both languages share, as files write them."""
    return [name.replace("_", " ").upper() for name in sorted(PLAIN_NAMES)]


# name → reason of the refusal. PySD runs those in PYSD_RUNS, with --engine pysd.
REFUSED = {
    "invert matrix": "a matrix is not inverted; write its inverse out",
    "vector lookup": "write a lookup for each element",
    "stddev": "write it out with SUM", "rank": "write it out with comparisons and SUM",
    "sinteg": "write it as INTEG; how exactly the file was integrated is not known",
    "depreciate straightline": WRITE_OUT, "depreciate by schedule": WRITE_OUT,
    "gamma ln": WRITE_OUT, "derivn": "write it out with PREVIOUS", "cgrowth": WRITE_OUT,
    "endval": "what a run ends with is not known during the run", "interpolate": WRITE_OUT,
    "lookupinv": "write the inverse as a lookup", "lookuparea": "write the area as a lookup",
    "pmt": WRITE_OUT, "pv": WRITE_OUT, "fv": WRITE_OUT, "irr": WRITE_OUT, "rootn": WRITE_OUT,
    "normalcdf": "write it as a lookup", "invnorm": "write it as a lookup",
    "permutations": WRITE_OUT, "combinations": WRITE_OUT, "factorial": WRITE_OUT,
    "get time value": "it reads the calendar of a run, which zjsim does not keep",
    "a function of": "the equation is still missing",
    "lookup invert": "write the inverse as a lookup",
    "lookup area": "write the area as a lookup",
    "lookup slope": "write the slope as a lookup",
    "get data at time": OUTSIDE, "get data between times": OUTSIDE,
    "get data first time": OUTSIDE, "get data last time": OUTSIDE,
    "get data max": OUTSIDE, "get data mean": OUTSIDE, "get data min": OUTSIDE,
    "get data median": OUTSIDE, "get data stdv": OUTSIDE, "get data total points": OUTSIDE,
    "delay material": "use DELAY3 or DELAY FIXED; losses are written out",
    "delay conveyor": "use DELAY FIXED",
    "delay information": "use DELAY FIXED",
    "delay batch": "use DELAY FIXED",
    "delay profile": "use DELAY N",
    "delayp": "it also returns the pipeline; write the delay out with stocks",
    "self": "an equation may not read itself; use a stock",
    "npv": "write net present value out with a stock",
    "history": "use DELAY FIXED for a past value",
    "simultaneous": "simultaneous equations are not solved",
    "find zero": "simultaneous equations are not solved",
    "allocate available": ALLOCATION, "allocate by priority": ALLOCATION,
    "find market price": ALLOCATION,
}  # fmt: skip

# What PySD computes although zjsim's own engines refuse it.
PYSD_RUNS = frozenset(
    {
        "invert matrix", "get time value", "allocate available", "allocate by priority",
    }
)  # fmt: skip

RANDOM_NAMES = frozenset(
    {
        "uniform", "normal", "lognormal", "poisson", "exprnd", "beta", "binomial", "gamma",
        "geometric", "logistic", "montecarlo", "negbinomial", "pareto", "triangular",
        "weibull", "random",
    }
)  # fmt: skip


def refusal(name: str, language: Language) -> str | None:
    """Why a function is refused; None when it is not known to be."""
    if name.startswith("random ") or (language == "xmile" and name in RANDOM_NAMES):
        return RANDOM
    if name.startswith(("get xls", "get direct", "get 123", "get vdf", "get odbc")):
        return OUTSIDE
    return REFUSED.get(name)


def safe_division(numerator: Expression, denominator: Expression, *other: Expression) -> Expression:
    """XMILE's SAFEDIV: another value, or zero, where the denominator is exactly zero."""
    zero = Comparison("=", denominator, Number(0.0))
    otherwise = other[0] if other else Number(0.0)
    return Conditional(zero, otherwise, Binary("/", numerator, denominator))


def _pulse_train_xmile(
    magnitude: Expression, start: Expression, interval: Expression
) -> Expression:
    # PULSE(x, start, 0) is a single pulse in XMILE.
    if isinstance(interval, Number) and interval.value == 0:
        return Call("pulse_magnitude", (start, magnitude))
    return Call("pulse_train_magnitude", (start, interval, magnitude))


def _pulse_xmile(magnitude: Expression, *more: Expression) -> Expression:
    start = more[0] if more else Reference(CONTROLS["start"])
    if len(more) == 2:
        return _pulse_train_xmile(magnitude, start, more[1])
    return Call("pulse_magnitude", (start, magnitude))


def _ramp_xmile(slope: Expression, *more: Expression) -> Expression:
    start = more[0] if more else Reference(CONTROLS["start"])
    if len(more) == 2:
        return Call("ramp", (slope, start, more[1]))
    return Call("ramp_open", (slope, start))


def _wave(function: str) -> Build:
    def build(size: Expression, period: Expression) -> Expression:
        turns = Binary("/", Reference(TIME), period)
        angle = Binary("*", Number(2.0 * math.pi), turns)
        return Binary("*", size, Call(function, (angle,)))

    return build


def _folded(function: str) -> Build:
    """MAX and MIN of any number of arguments."""

    def build(first: Expression, *more: Expression) -> Expression:
        for other in more:
            first = Call(function, (first, other))
        return first

    return build


def _delayed(function: str, order: float, initial: bool) -> Builder:
    """A delay or smooth of a fixed order, with or without an initial value of its own."""

    def build(source: Expression, time: Expression, *start: Expression) -> Expression:
        return Memory(function, (source, time, start[0] if start else source, Number(order)))

    return ((3,) if initial else (2,)), build


def _either(function: str, order: float) -> Builder:
    return (2, 3), _delayed(function, order, True)[1]


def _of_order(function: str) -> Build:
    """XMILE's DELAYN and SMTHN: input, time, order, and perhaps an initial value."""

    def build(
        source: Expression, time: Expression, order: Expression, *start: Expression
    ) -> Expression:
        return Memory(function, (source, time, start[0] if start else source, order))

    return build


def _memory(function: str) -> Build:
    return lambda *given: Memory(function, given)


def _call(function: str) -> Build:
    return lambda *given: Call(function, given)


_BOTH: dict[str, Builder] = {
    "if then else": ((3,), lambda condition, yes, no: Conditional(condition, yes, no)),
    "log10": ((1,), lambda x: Call("log", (x, Number(10.0)))),
    "asin": ((1,), _call("arcsin")),
    "acos": ((1,), _call("arccos")),
    "atan": ((1,), _call("arctan")),
    "pi": ((0,), lambda: Number(math.pi)),
}
_VENSIM: dict[str, Builder] = {
    **_BOTH,
    "active initial": ((2,), _memory("active_initial")),
    "initial": ((1,), _memory("initial")),
    "reinitial": ((1,), _memory("initial")),
    "game": ((1,), lambda x: x),
    "delay1": _delayed("delay", 1, False),
    "delay1i": _delayed("delay", 1, True),
    "delay3": _delayed("delay", 3, False),
    "delay3i": _delayed("delay", 3, True),
    "delay n": ((4,), _memory("delay_n")),
    "delay fixed": ((3,), _memory("delay_fixed")),
    "smooth": _delayed("smooth", 1, False),
    "smoothi": _delayed("smooth", 1, True),
    "smooth3": _delayed("smooth", 3, False),
    "smooth3i": _delayed("smooth", 3, True),
    "smooth n": ((4,), _memory("smooth_n")),
    "trend": ((3,), _memory("trend")),
    "forecast": ((3,), lambda x, time, horizon: Memory("forecast", (x, time, horizon, Number(0)))),
    "sample if true": ((3,), _memory("sample_if_true")),
}
# Vensim and its converters write their own functions into XMILE where that has no like of them.
_XMILE: dict[str, Builder] = {
    **_VENSIM,
    "int": ((1,), _call("floor")),
    "integer": ((1,), _call("floor")),
    "round": ((1,), lambda x: Call("floor", (Binary("+", x, Number(0.5)),))),
    "mod": ((2,), _call("modulo_floor")),
    "modulo": ((2,), _call("modulo_floor")),
    "max": ((1, 2, 3, 4, 5, 6, 7, 8, 9), _folded("max")),
    "min": ((1, 2, 3, 4, 5, 6, 7, 8, 9), _folded("min")),
    "init": ((1,), _memory("initial")),
    "previous": (
        (2,),
        lambda x, start: Memory("delay_fixed", (x, Reference(CONTROLS["step"]), start)),
    ),
    "not": ((1,), lambda x: Unary("not", x)),
    "safediv": ((2, 3), safe_division),
    "percent": ((1,), lambda x: Binary("*", x, Number(100.0))),
    "sinwave": ((2,), _wave("sin")),
    "coswave": ((2,), _wave("cos")),
    "pulse": ((1, 2, 3), _pulse_xmile),
    "ramp": ((1, 2, 3), _ramp_xmile),
    "delay": (
        (2, 3),
        lambda x, time, *start: Memory("delay_fixed", (x, time, start[0] if start else x)),
    ),
    "delay1": _either("delay", 1),
    "delay3": _either("delay", 3),
    "delayn": ((3, 4), _of_order("delay_n")),
    "smth1": _either("smooth", 1),
    "smth3": _either("smooth", 3),
    "smthn": ((3, 4), _of_order("smooth_n")),
    "trend": (
        (2, 3),
        lambda x, time, *start: Memory("trend", (x, time, start[0] if start else Number(0.0))),
    ),
    "forcst": (
        (3, 4),
        lambda x, time, horizon, *start: Memory(
            "forecast", (x, time, horizon, start[0] if start else Number(0.0))
        ),
    ),
}


@cache
def builders(language: Language) -> dict[str, Builder]:
    """Functions of a language that are not one Call of the same name and arguments."""
    return _VENSIM if language == "vensim" else _XMILE
