"""Forecasts that need no model: what the hindcast must beat.

Each sees the figures published up to the year of the forecast and nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from zjsim.analysis.history.comparison import Comparison, published
from zjsim.analysis.history.published import published_until
from zjsim.assessment.observations import Observations
from zjsim.assessment.plan import Indicator

Name = Literal["trend", "plan_line", "ar1"]
NAIVE: tuple[Name, ...] = ("trend", "plan_line", "ar1")
RATES = ("growth", "average", "change")  # measures that are yearly growth already
FALLBACK_PERSISTENCE = 0.5  # with fewer than four steps nothing else can be estimated
SMALLEST_SD = 1.0  # percentage points: three equal growth rates do not make a forecast certain


@dataclass(frozen=True, slots=True)
class Forecast:
    """A normal forecast in the measure of its comparison: percent or points."""

    mean: float
    sd: float


def naive_forecasts(
    item: Comparison,
    observations: Observations,
    known_until: int,
    year: int,
    indicators: Mapping[str, Indicator],
    trend: tuple[int, int],
) -> dict[Name, Forecast]:
    """The naive forecasts of a series for a year that history allows.

    ``trend``: the mean growth of the years ``trend`` goes on from the last figure known. ``ar1``:
    growth returns to its mean. ``plan_line``: the straight line of the plan.
    """
    history = _history(item, observations, known_until)
    found: dict[Name, Forecast] = {}
    growths = _growths(item, history)
    sd = _spread(growths)
    steps = year - history[-1][0] if history else 0
    if growths and steps > 0:
        slope = _trend(item, history, trend)
        if slope is not None:
            found["trend"] = _carried(item, history, [slope] * steps, sd)
        found["ar1"] = _carried(item, history, _returning(growths, steps), sd)
    if item.plan_line in indicators:
        line = _plan_line(item, indicators[item.plan_line], year)
        found["plan_line"] = Forecast(line, sd)
    return found


def _history(item: Comparison, observations: Observations, until: int) -> list[tuple[int, float]]:
    data = published(item, published_until(observations, until))
    # A change over several years counts as that of each.
    points = {
        datum.year: datum.value / (datum.span if item.measure == "change" else 1) for datum in data
    }
    if item.measure == "index" and points:
        points[item.base_year] = 0.0
    return sorted(points.items())


def _growths(item: Comparison, history: Sequence[tuple[int, float]]) -> list[float]:
    """Yearly growth, or change of a level, oldest first; a gap counts as equal steps."""
    if item.measure in RATES:
        return [value for _, value in history]
    pairs = itertools.pairwise(history)
    return [(b - a) / (later - first) for (first, a), (later, b) in pairs]


def growth_history(
    item: Comparison, observations: Observations, until: int
) -> tuple[list[float], tuple[int, float] | None]:
    """Yearly growth or change published by a year, oldest first, and the last year and figure."""
    history = _history(item, observations, until)
    return _growths(item, history), history[-1] if history else None


def _spread(growths: Sequence[float]) -> float:
    return max(float(np.std(growths, ddof=1)), SMALLEST_SD) if len(growths) > 2 else 2 * SMALLEST_SD


def _trend(
    item: Comparison, history: Sequence[tuple[int, float]], years: tuple[int, int]
) -> float | None:
    inside = [(y, v) for y, v in history if years[0] <= y <= years[1]]
    if item.measure in RATES:
        return float(np.mean([v for _, v in inside])) if inside else None
    if len(inside) < 2:
        return None
    (first, a), (last, b) = inside[0], inside[-1]
    return (b - a) / (last - first)


def _returning(growths: Sequence[float], steps: int) -> list[float]:
    mean = float(np.mean(growths))
    around = np.asarray(growths) - mean
    persistence = FALLBACK_PERSISTENCE
    if len(growths) > 4:
        below = float(np.sum(around[:-1] ** 2))
        persistence = float(np.sum(around[1:] * around[:-1])) / below if below > 0 else 0.0
        persistence = min(max(persistence, 0.0), 0.95)
    return [mean + around[-1] * persistence**k for k in range(1, steps + 1)]


def _carried(
    item: Comparison, history: Sequence[tuple[int, float]], growths: Sequence[float], sd: float
) -> Forecast:
    if item.measure in RATES:
        return Forecast(float(growths[-1]), sd)
    return Forecast(float(history[-1][1] + sum(growths)), sd * len(growths) ** 0.5)


def _plan_line(item: Comparison, indicator: Indicator, year: int) -> float:
    line = indicator.line
    if item.measure == "level":
        return line(year)
    if item.measure == "index":
        return float(100 * np.log(line(year) / line(item.base_year)))
    return 100 * (line(year) / line(year - 1) - 1)
