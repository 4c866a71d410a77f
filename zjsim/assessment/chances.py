"""How likely each verdict is: what an ensemble of the same scenario says beside a single run.

A single run answers yes or no; its ensemble answers how often. Both stand together wherever a
verdict does, because "2 of 10 met" alone sounds surer than anybody is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zjsim.assessment.probability import Probabilities

if TYPE_CHECKING:
    from zjsim.assessment.assess import Assessment

LEVELS = (0.05, 0.4, 0.5, 0.6, 0.95)
# Of the runs: the shortest stretch of counts that holds so many is "most likely".
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Spread:
    """An indicator at the target year over an ensemble, in the printed unit.

    Parameters
    ----------
    quantiles : tuple of float
        At LEVELS; NaN when no run has a value.
    model_median : float
        The median before the model's discrepancy is laid over the runs.
    """

    quantiles: tuple[float, ...]
    model_median: float

    @property
    def median(self) -> float:
        """The middle of the runs."""
        return self.quantiles[LEVELS.index(0.5)]

    @property
    def low(self) -> float:
        """The lower end of a band that holds nine runs of ten."""
        return self.quantiles[0]

    @property
    def high(self) -> float:
        """Its upper end."""
        return self.quantiles[-1]

    def holds_as_middle(self, value: float) -> bool:
        """Whether a value lies in the middle fifth of the runs."""
        low, high = (self.quantiles[LEVELS.index(level)] for level in (0.4, 0.6))
        slack = 1e-9 * max(abs(low), abs(high))
        return not math.isfinite(low) or low - slack <= value <= high + slack


@dataclass(frozen=True, slots=True, repr=False)
class Chances:
    """How often the targets of a plan are met over the draws of one scenario.

    Parameters
    ----------
    probabilities : Probabilities
        Of each target in the order of the plan, of all and of the binding ones; ``number_met[k]``
        is the number of runs that meet exactly k targets.
    spreads : tuple of Spread
        A spread an indicator.
    n_run : int
    method : str
        How the draws were made.
    seed : int or None
    """

    probabilities: Probabilities
    spreads: tuple[Spread, ...]
    n_run: int
    method: str = ""
    seed: int | None = None

    @property
    def likely(self) -> tuple[int, int, float]:
        """The shortest stretch of counts that at least half of the runs meet, and their share.

        Of stretches equally short the one that holds the most runs.

        Returns
        -------
        (int, int, float)
            Fewest and most targets, both included, and the share of runs between them.
        """
        return likely_range(self.probabilities.number_met)

    def __repr__(self) -> str:
        low, high, _ = self.likely
        count = len(self.probabilities.targets)
        return f"<Chances over {self.n_run:,} draws: most likely {low} to {high} of {count} met>"


def likely_range(number_met: Sequence[int]) -> tuple[int, int, float]:
    """The shortest stretch of counts that holds at least half of the runs.

    Examples
    --------
    >>> likely_range([0, 10, 30, 40, 20])
    (2, 3, 0.7)
    """
    counts = np.asarray(number_met, dtype=float)
    total = counts.sum()
    for width in range(1, counts.size + 1):
        held = [counts[start : start + width].sum() for start in range(counts.size - width + 1)]
        best = int(np.argmax(held))
        if total and held[best] >= LIKELY * total:
            return best, best + width - 1, float(held[best] / total)
    return 0, counts.size - 1, math.nan


def chances_of(
    assessment: Assessment, modelled: Assessment | None = None,
    method: str = "", seed: int | None = None,
) -> Chances:  # fmt: skip
    """What an assessed ensemble says of each target.

    Parameters
    ----------
    assessment : Assessment
        Of many runs, as they are judged.
    modelled : Assessment or None
        Of the same runs without discrepancy; None where none was laid over them.
    method, seed : of the draws
    """
    plain = modelled or assessment
    spreads = tuple(
        Spread(_quantiles(row.values), other.projection)
        for row, other in zip(assessment.rows, plain.rows, strict=True)
    )
    return Chances(assessment.probabilities, spreads, assessment.n_run, method, seed)


def _quantiles(values: np.ndarray) -> tuple[float, ...]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (math.nan,) * len(LEVELS)
    return tuple(float(value) for value in np.quantile(finite, LEVELS))
