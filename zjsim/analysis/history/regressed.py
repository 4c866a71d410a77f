"""The regressed trend of one indicator: past growth that goes on as far as growth has lasted.

[James and Stein 1961; Pritchett and Summers 2014]
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from zjsim.assessment.plan import Indicator
from zjsim.errors import DataError

FEWEST = 4  # yearly changes from which a series' own scatter counts
Series = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Lasting:
    """What the family says of growth that lasts.

    Parameters
    ----------
    share : float
        Growth of the later five years over that of the earlier, least squares through nothing.
    errors : mapping of series to float
        How far that misses growth of five years, 100 ln a year: 1.48 times the median miss of
        the places, which a register that was cleaned up in one of them does not move.
    scatter : float
        Of a single year about its five-year mean, 100 ln, median over the series.
    pairs, places : int
        Histories, and the places they are of.
    """

    share: float
    errors: Mapping[str, float]
    scatter: float
    pairs: int
    places: int = 0

    def kept(self, ahead: float, back: float) -> float:
        """Part of a mean growth, centred some years back, that a later year still has.

        The share is lost evenly over the five years from the middle of one history to that of
        the next.

        Examples
        --------
        >>> round(Lasting(0.57, {}, 2.8, 20).kept(2.5, 2.5), 2)
        0.57
        """
        return float(self.share ** ((ahead + back) / 5))

    def spread(self, years: float, scatter: float | None = None, series: str = "") -> float:
        """Standard deviation of the growth over some years, 100 ln.

        Parameters
        ----------
        scatter : float or None
            Of the own history; None takes the family's.
        series : str
            Whose error; one that the family lacks has the median of all.
        """
        yearly = self.scatter if scatter is None else scatter
        error = self.errors.get(series, float(np.median(list(self.errors.values()))))
        # What is not the scatter of single years is a wrong mean, which lasts.
        mean = max(error**2 - yearly**2 / 5, 0.0)
        return math.sqrt(years**2 * mean + years * yearly**2)


@dataclass(frozen=True, slots=True)
class Trend:
    """The regressed trend of one indicator.

    Parameters
    ----------
    indicator : Indicator
    own : float
        Past growth, 100 ln a year.
    growth : float
        After it was drawn towards the family.
    weight : float
        Of the own growth in that.
    lasting : Lasting
    scatter : float or None
        Of the own history's years.
    start : float
        Year of the last level known, or the base year.
    level : float
        The level then; 100 for what a cut is taken from.
    steps : mapping of year to 100 ln
        Growth of later years that is published.
    series : str
        Of the family, for the error.
    back : float
        Years from the middle of the history to the end of ``end``.
    end : int
        The plan's base year, where histories end.
    """

    indicator: Indicator
    own: float
    growth: float
    weight: float
    lasting: Lasting
    scatter: float | None
    start: int
    level: float
    steps: Mapping[int, float]
    series: str = ""
    back: float = 2.5
    end: int = 0

    def moments(self, year: int) -> tuple[float, float]:
        """Mean and standard deviation of 100 ln of the level in a year."""
        ahead = [y for y in range(self.start + 1, year + 1) if y not in self.steps]
        known = sum(v for y, v in self.steps.items() if self.start < y <= year)
        # The middle of the history lies half of it before its end, that of a year half a year.
        kept = sum(self.lasting.kept(y - self.end - 0.5, self.back) for y in ahead)
        mean = 100 * math.log(self.level) + known + kept * self.growth
        return mean, self.lasting.spread(len(ahead), self.scatter, self.series)

    def quantile(self, year: int, level: float) -> float:
        """A quantile of the indicator in a year, in its printed unit."""
        mean, spread = self.moments(year)
        if self.indicator.cumulative:
            level = 1 - level
        value = math.exp((mean + spread * NormalDist().inv_cdf(level)) / 100)
        return 100 - value if self.indicator.cumulative else value

    @property
    def probability(self) -> float:
        """That the target is met."""
        target = self.indicator.target
        mean, spread = self.moments(target.year)
        ends = [target.lowest, target.highest]
        if self.indicator.cumulative:
            low, high = (None if e is None else 100 - e for e in (ends[1], ends[0]))
        else:
            low, high = ends[0], None
        return self._below(high, mean, spread) - (
            0.0 if low is None else self._below(low, mean, spread)
        )

    @staticmethod
    def _below(value: float | None, mean: float, spread: float) -> float:
        if value is None:
            return 1.0
        if value <= 0:
            return 0.0
        away = 100 * math.log(value) - mean
        if spread == 0:
            return float(away >= 0)
        return NormalDist().cdf(away / spread)


def growth_of(levels: Series, first: int, last: int) -> float:
    """Mean yearly growth between two years, 100 ln.

    Examples
    --------
    >>> round(growth_of({2015: 100.0, 2020: 127.63}, 2015, 2020), 2)
    4.88
    """
    if levels[first] <= 0 or levels[last] <= 0:
        raise DataError(
            f"growth from {first} to {last}: {levels[first]:g} and {levels[last]:g} must be "
            "above 0."
        )
    return 100 * math.log(levels[last] / levels[first]) / (last - first)


def scatter_of(levels: Series, first: int, last: int) -> float | None:
    """Standard deviation of yearly growth, 100 ln; None with fewer than four changes."""
    years = [year for year in sorted(levels) if first <= year <= last]
    changes = [growth_of(levels, a, b) for a, b in itertools.pairwise(years) if b - a == 1]
    return float(np.std(changes, ddof=1)) if len(changes) >= FEWEST else None
