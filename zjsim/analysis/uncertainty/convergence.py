"""When an ensemble is too small, and what its intervals mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zjsim.analysis.uncertainty.statistics import LEVELS, EnsembleStatistics
from zjsim.assessment.probability import NORMAL_95

# Half-width up to which a share printed in whole percent is worth printing, in parts of one.
WIDEST = 0.05
# Runs that must lie beyond a quantile before it is more than the luck of a few.
FEWEST_BEYOND = 10


@dataclass(frozen=True, slots=True)
class Note:
    """One thing a reader must know before he believes a figure: a key and what fills it in."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReplicateError:
    """A share and its standard error from R repeats with other seeds; parts of one."""

    value: float
    standard_error: float
    replicates: int


def replicate_error(shares: Sequence[float]) -> ReplicateError:
    """Standard error of the mean of the shares that independent repeats gave.

    For randomised quasi-Monte Carlo this is the error that Wilson's interval overstates.

    Examples
    --------
    >>> replicate_error([0.2, 0.3, 0.4]).standard_error.__round__(4)
    0.0577
    """
    values = np.asarray(shares, dtype=float)
    if values.size < 2:
        raise ValueError("an error needs two repeats or more")
    error = values.std(ddof=1) / math.sqrt(values.size)
    return ReplicateError(float(values.mean()), float(error), values.size)


def runs_needed(share: float, half_width: float) -> int:
    """Independent runs after which a share is known to ``half_width``; parts of one.

    Examples
    --------
    >>> runs_needed(0.5, 0.05)
    385
    """
    # A share of zero or one in few runs says little about its spread: one run in a hundred
    # is assumed at least.
    spread = min(max(share, 0.01), 0.99)
    return math.ceil(NORMAL_95**2 * spread * (1 - spread) / half_width**2)


def convergence_notes(statistics: EnsembleStatistics, method: str = "sobol") -> list[Note]:
    """What the ensemble is too small to say, and how its intervals are meant."""
    n = statistics.n_run
    probabilities = statistics.probabilities
    shares = [*probabilities.targets, probabilities.binding, probabilities.joint]
    widest = max(shares, key=lambda share: share.high - share.low)
    half = (widest.high - widest.low) / 2
    notes = [Note("ensemble.precision", {"runs": f"{n:,}", "points": f"{100 * half:.1f}"})]
    if half > WIDEST:
        needed = runs_needed(widest.value, WIDEST)
        notes.append(
            Note("ensemble.too_few", {"runs": f"{needed:,}", "points": f"{100 * WIDEST:g}"})
        )
    beyond = n * min(LEVELS)
    if beyond < FEWEST_BEYOND:
        needed = math.ceil(FEWEST_BEYOND / min(LEVELS))
        notes.append(Note("ensemble.tails", {"runs": needed, "beyond": f"{beyond:.0f}"}))
    undecided = [t for t in statistics.targets if t.share.low < 0.5 < t.share.high]
    if undecided:
        numbers = ", ".join(str(t.indicator.number) for t in undecided)
        notes.append(Note("ensemble.even_odds", {"numbers": numbers}))
    notes += _rank_notes(statistics)
    if method != "random":
        notes.append(Note("ensemble.not_independent", {}))
    if statistics.n_failed:
        notes.append(
            Note("ensemble.failed", {"failed": f"{statistics.n_failed:,}", "runs": f"{n:,}"})
        )
    return notes


def _rank_notes(statistics: EnsembleStatistics) -> list[Note]:
    """Whether the weakest link is distinguishable from the next one."""
    order = sorted(statistics.targets, key=lambda t: t.fails_with_joint.met, reverse=True)
    if len(order) < 2 or statistics.weakest is None:
        return []
    first, second = order[0].fails_with_joint, order[1].fails_with_joint
    tied = first.met == second.met == first.total  # both always fail: a fact, no lack of runs
    if first.low > second.high or tied:
        return []
    pair = {"first": order[0].indicator.number, "second": order[1].indicator.number}
    return [Note("ensemble.weakest_unclear", pair)]
