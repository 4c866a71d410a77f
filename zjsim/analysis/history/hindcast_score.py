"""One figure of a hindcast against what was projected for it, and the scores of many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from zjsim.analysis.history.comparison import Comparison, Datum
from zjsim.analysis.history.naive import NAIVE, Forecast, Name
from zjsim.analysis.history.scores import crps_of_normal

BANDS = (0.5, 0.8, 0.95)
SCORED_BAND = 0.8


class HasCases(Protocol):
    """What is needed of a hindcast."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """Its figures."""


@dataclass(frozen=True, slots=True)
class Case:
    """One figure and what was projected for its year.

    Parameters
    ----------
    comparison : Comparison
    datum : Datum
    known : bool
        The figure's year was known: shown, never scored.
    median : float
    bands : tuple of (low, high)
        In the order of BANDS; the error of the comparison and the discrepancy are inside.
    crps, rank : float
    naive : mapping of name to Forecast
    discrepancy : float
        Part of the variance that is model discrepancy.
    """

    comparison: Comparison
    datum: Datum
    known: bool
    median: float
    bands: tuple[tuple[float, float], ...]
    crps: float
    rank: float
    inside: tuple[bool, ...]
    naive: Mapping[Name, Forecast]
    discrepancy: float = 0.0

    @property
    def scored(self) -> bool:
        """Whether the case counts: its year was ahead, and the model's base does not rest on it."""
        return not self.known and not self.comparison.base_uses_later

    @property
    def error(self) -> float:
        """Median less figure."""
        return self.median - self.datum.value

    @property
    def stretch(self) -> float:
        """Distance of the figure from the median in half-widths of the scored band."""
        low, high = self.bands[BANDS.index(SCORED_BAND)]
        side = high - self.median if self.datum.value > self.median else self.median - low
        return abs(self.error) / side if side > 0 else math.inf

    def naive_crps(self, name: Name) -> float:
        """Score of a naive forecast; NaN where history allows none."""
        found = self.naive.get(name)
        return math.nan if found is None else crps_of_normal(found.mean, found.sd, self.datum.value)


@dataclass(frozen=True, slots=True)
class Score:
    """All scored cases of one or more hindcasts.

    ``coverage`` by BANDS; ``skill`` is 1 - model/naive over the cases that the naive forecast
    has, with their number; ``bias`` is the mean error in percentage points. ``widen`` is the
    factor by which the band of SCORED_BAND would have had to be wider to hold that share.
    """

    cases: int
    coverage: tuple[float, ...]
    crps: float
    bias: float
    skill: Mapping[Name, tuple[float, int]]
    widen: float


def score_of(hindcasts: Sequence[HasCases]) -> Score:
    """Scores over the later figures of some hindcasts; NaN without any."""
    cases = [case for found in hindcasts for case in found.cases if case.scored]

    def mean(values: list[float]) -> float:
        return float(np.mean(values)) if values else math.nan

    skill: dict[Name, tuple[float, int]] = {}
    for name in NAIVE:
        pairs = [(c.crps, c.naive_crps(name)) for c in cases if name in c.naive]
        if pairs:
            own, other = np.mean(pairs, axis=0)
            skill[name] = (float(1 - own / other), len(pairs))
    return Score(
        cases=len(cases),
        coverage=tuple(mean([float(c.inside[k]) for c in cases]) for k in range(len(BANDS))),
        crps=mean([c.crps for c in cases]),
        bias=mean([c.error for c in cases]),
        skill=skill,
        widen=float(np.quantile([c.stretch for c in cases], SCORED_BAND)) if cases else math.nan,
    )
