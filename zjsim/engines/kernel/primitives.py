"""What the mathematics of the lanes rests on, in plain Python.

``build`` puts single machine instructions in their place; these versions serve to read and
to test the functions without a compiler.
"""

from __future__ import annotations

import math
import struct
from fractions import Fraction


def pick(condition: bool, yes: float, no: float) -> float:
    """``yes`` where the condition holds, otherwise ``no``; both have been computed."""
    return yes if condition else no


def fma(a: float, b: float, c: float) -> float:
    """``a * b + c``, rounded once."""
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return a * b + c
    try:
        return float(Fraction(a) * Fraction(b) + Fraction(c))
    except OverflowError:
        return a * b + c


def rint(a: float) -> float:
    """The nearest whole number, halves to even."""
    return float(round(a)) if math.isfinite(a) else a


def floor(a: float) -> float:
    """The whole number at or below."""
    return float(math.floor(a)) if math.isfinite(a) else a


def fabs(a: float) -> float:
    """The number without its sign."""
    return math.fabs(a)


def to_bits(a: float) -> int:
    """The 64 bits of a double as a signed integer."""
    bits: int = struct.unpack("<q", struct.pack("<d", a))[0]
    return bits


def from_bits(bits: int) -> float:
    """The double with these 64 bits."""
    wrapped = (bits + 2**63) % 2**64 - 2**63
    value: float = struct.unpack("<d", struct.pack("<q", wrapped))[0]
    return value
