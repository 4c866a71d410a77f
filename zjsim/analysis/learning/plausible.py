"""A user's own figures against what is expected: slips of unit, of year, and impossible values.

Nothing is dropped: a figure that looks wrong is told, with what would fit, and stops the work
until it is corrected or accepted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zjsim.analysis.learning.learn import Learning
from zjsim.analysis.learning.work import band_of
from zjsim.assessment.observations import FULL_YEAR, Observation, Observations
from zjsim.assessment.plan import Indicator

Kind = Literal["slip", "year", "other_year", "unit", "implausible"]
# How often a figure is typed in another unit: per cent as a share, yuan in other thousands.
SLIPS = (100.0, 10.0, 1000.0, 10_000.0, 0.01, 0.1, 0.001, 0.0001)
FAR = 6.0  # half-widths of the 80 % band beyond which a figure is not believed
NEAR = 1.5  # within which a corrected one fits
ROOM = 0.1  # of a series without a forecast, relative to its last figure, a year
SMALLEST = 0.02  # of a band, relative: a forecast is never surer than that


@dataclass(frozen=True, slots=True)
class Doubt:
    """One figure that looks wrong.

    Parameters
    ----------
    row : Observation
    kind : {"slip", "year", "other_year", "unit", "implausible"}
    expected, low, high : float
        What was expected: middle and ends of the 80 % band.
    better : float
        The value that would fit, of a slip.
    other : int
        The year whose figure it looks like.
    right : str
        The unit that it should have.
    span : (int, int)
        First and last year of the plan, of a figure outside them.
    """

    row: Observation
    kind: Kind
    expected: float
    low: float
    high: float
    better: float = math.nan
    other: int = 0
    right: str = ""
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Expected:
    low: float
    middle: float
    high: float

    def distance(self, value: float) -> float:
        """How far a value is from the middle, in half-widths of the band on its side."""
        side = self.high - self.middle if value > self.middle else self.middle - self.low
        least = SMALLEST * max(abs(self.middle), 1e-9)
        return abs(value - self.middle) / max(side, least)


def doubts(
    own: Sequence[Observation], learning: Learning, published: Observations
) -> tuple[Doubt, ...]:
    """What of a user's figures looks wrong.

    Parameters
    ----------
    own : sequence of Observation
    learning : Learning
        Without the user's figures.
    published : Observations
        The plan's own, for units and for series that the model does not forecast.
    """
    items = {item.id: item for item in learning.plan.plan.indicators}
    found = []
    plan = learning.plan.plan
    last = max(item.target.year for item in plan.indicators)
    for row in own:
        if row.series in items and not plan.base_year <= row.year <= last:
            nothing = (math.nan, math.nan, math.nan)
            found.append(Doubt(row, "year", *nothing, span=(plan.base_year + 1, last)))
            continue
        right = _unit(row, items, published)
        expected = _expected(row, items, learning, published)
        if right and row.unit and not _same(row.unit, right):
            at = expected or _Expected(math.nan, math.nan, math.nan)
            found.append(Doubt(row, "unit", at.middle, at.low, at.high, right=right))
        elif expected is not None and expected.distance(row.value) > FAR:
            found.append(_doubt(row, expected, items, learning, published))
    return tuple(found)


def _doubt(
    row: Observation,
    expected: _Expected,
    items: dict[str, Indicator],
    learning: Learning,
    published: Observations,
) -> Doubt:
    ends = (expected.middle, expected.low, expected.high)
    for factor in SLIPS:
        if expected.distance(row.value * factor) <= NEAR:
            return Doubt(row, "slip", *ends, better=row.value * factor)
    for year in learning.plan.plan.years:
        other = _expected(_in_year(row, year), items, learning, published)
        if year != row.year and other is not None and other.distance(row.value) <= NEAR:
            return Doubt(row, "other_year", *ends, other=year)
    return Doubt(row, "implausible", *ends)


def _in_year(row: Observation, year: int) -> Observation:
    return Observation(row.series, year, row.value, period=row.period)


def _unit(row: Observation, items: dict[str, Indicator], published: Observations) -> str:
    if row.series in items:
        return items[row.series].unit.zh
    return next((one.unit for one in published.series(row.series, row.period) if one.unit), "")


def _same(said: str, right: str) -> bool:
    plain = [text.replace(" ", "").replace("％", "%").casefold() for text in (said, right)]
    return plain[0] == plain[1] or (plain[0] in ("percent", "%") and plain[1] in ("percent", "%"))


def _expected(
    row: Observation, items: dict[str, Indicator], learning: Learning, published: Observations
) -> _Expected | None:
    """What a figure should be near: the forecast of an indicator, or the last of its series."""
    if row.series in items and row.period == FULL_YEAR:
        item = items[row.series]
        years = learning.work.years
        if row.year not in years:
            return None
        place = learning.plan.plan.indicators.index(item)
        known = [step for step in learning.steps if step.year < row.year] or [learning.steps[0]]
        return _Expected(*band_of(known[-1].values[:, place, years.index(row.year)]))
    rows = [one for one in published.series(row.series, row.period) if one.grade != "M"]
    near = min(rows, key=lambda one: abs(one.year - row.year), default=None)
    if near is None or near.value == 0:
        return None
    if near.unit.startswith("%"):
        # Rates may change sign; a factor of a hundred is what is looked for.
        reach = max(abs(near.value), 5.0)
        return _Expected(near.value - reach, near.value, near.value + reach)
    reach = abs(near.value) * ROOM * max(abs(row.year - near.year), 1) ** 0.5
    return _Expected(near.value - reach, near.value, near.value + reach)
