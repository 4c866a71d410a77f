"""How numbers are written: few digits, the same for the same unit everywhere."""

from __future__ import annotations

import math

from zjsim.language import Language
from zjsim.report.words.labels import label

DASH = "–"
MOST_DECIMALS = 12  # where fewer would contradict a verdict
IN_WORDS = 10  # larger counts are written in digits


def format_number(value: float | None, decimals: int = 1, signed: bool = False) -> str:
    """A number with fixed decimals and grouped thousands; a dash when there is none.

    A value that rounds to zero has no sign.
    """
    if value is None or not math.isfinite(value):
        return DASH
    if round(value, decimals) == 0:
        return f"{0:.{decimals}f}"
    return f"{value:{'+' if signed else ''},.{decimals}f}"


def format_share(value: float | None, decimals: int = 1) -> str:
    """Parts of one as a percentage, with the sign attached.

    What falls short of the whole is not written as 100 %: more decimals are.

    Examples
    --------
    >>> format_share(0.99944, 0), format_share(1.0, 0), format_share(0.994, 0)
    ('99.9%', '100%', '99%')
    """
    if value is not None and value < 1:
        short = (k for k in range(decimals, MOST_DECIMALS) if round(100 * value, k) < 100)
        decimals = next(short, decimals)
    text = format_number(None if value is None else 100 * value, decimals)
    return text if text == DASH else f"{text}%"


def format_quantity(value: float | None, unit: str = "", signed: bool = False) -> str:
    """A number of unknown size: three figures, or whole thousands, never more than needed."""
    if value is None or not math.isfinite(value):
        return DASH
    size = abs(value)
    if size >= 1e9:
        return f"{value:{'+' if signed else ''}.3g}"
    if unit in ("%", "percent"):
        return format_number(value, 1 if size >= 0.1 or size == 0 else 2, signed)
    whole = size >= 100 or value == 0
    decimals = 0 if whole else min(max(2 - math.floor(math.log10(size)), 0), 6)
    text = format_number(value, decimals, signed)
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_count(count: int, language: Language) -> str:
    """How many there are, in words where there are few: ``ten``."""
    return label(f"count.{count}", language) if 0 < count <= IN_WORDS else str(count)


def format_plain(value: float) -> str:
    """A target as the plan prints it: no trailing zeros."""
    return f"{value:g}"
