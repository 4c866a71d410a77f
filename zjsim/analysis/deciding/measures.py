"""How well strategies do over many worlds: arrays in, arrays out.

Satisficing and regret as in Lempert, Groves, Popper and Bankes (2006), Management Science 52(4),
514-528, and McPhail and others (2018), Earth's Future 6, 169-191.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TENTH = 0.1  # of the worlds, those with the most regret
CRITERIA = ("share", "number_regret", "worst_regret", "gap_regret")


@dataclass(frozen=True)
class Measures:
    """Of each strategy, shape (s,), over all worlds.

    Parameters
    ----------
    share : array
        Part of the worlds in which all targets are met (satisficing).
    each : array, shape (s, k)
        The same of each target.
    number, number_sd : array
        Mean and standard deviation of the number of targets met.
    best : array
        Part of the worlds in which no other strategy meets more; where several do, it is shared.
    number_regret, worst_regret, most_regret : array
        Targets fewer than the best strategy of that world meets: mean, mean of the tenth of the
        worlds in which that is most, and most.
    gap_regret, worst_gap_regret : array
        How much farther below its targets than the strategy that is least below them in that
        world, in parts of a target's way from its base, mean over the targets: mean, and mean of
        the worst tenth.
    efficient : array of bool
        No other strategy meets more targets in the mean with no more spread.
    ranks : array of int, shape (s, 4)
        By CRITERIA, 1 is best; equals share the better rank.
    """

    share: np.ndarray
    each: np.ndarray
    number: np.ndarray
    number_sd: np.ndarray
    best: np.ndarray
    number_regret: np.ndarray
    worst_regret: np.ndarray
    most_regret: np.ndarray
    gap_regret: np.ndarray
    worst_gap_regret: np.ndarray
    efficient: np.ndarray
    ranks: np.ndarray


def measure(margins: np.ndarray, ways: np.ndarray) -> Measures:
    """What strategies do over the same worlds.

    Parameters
    ----------
    margins : array, shape (s, n, k)
        How far each indicator is above its target; NaN where a run failed, which meets nothing.
    ways : array, shape (k,)
        Way of each target from its base, in the same unit.
    """
    met = np.nan_to_num(margins, nan=-1.0) >= 0
    number = met.sum(axis=2)
    behind = number.max(axis=0) - number
    leads = behind == 0
    # A run that failed is as far below as if nothing had been done.
    short = np.where(np.isnan(margins), 1.0, np.maximum(-margins / ways, 0)).mean(axis=2)
    gap = short - short.min(axis=0)
    mean, spread = number.mean(axis=1), number.std(axis=1)
    share, regret = met.all(axis=2).mean(axis=1), behind.mean(axis=1)
    worst = _worst_tenth(behind)
    dominated = [
        np.any((mean >= m) & (spread <= s) & ((mean > m) | (spread < s)))
        for m, s in zip(mean, spread, strict=True)
    ]
    columns = (-share, regret, worst, gap.mean(axis=1))
    return Measures(
        share=share,
        each=met.mean(axis=1),
        number=mean,
        number_sd=spread,
        best=(leads / leads.sum(axis=0)).mean(axis=1),
        number_regret=regret,
        worst_regret=worst,
        most_regret=behind.max(axis=1),
        gap_regret=gap.mean(axis=1),
        worst_gap_regret=_worst_tenth(gap),
        efficient=~np.array(dominated),
        ranks=np.stack([_ranks(column) for column in columns], axis=1),
    )


def _worst_tenth(values: np.ndarray) -> np.ndarray:
    """Mean of the largest tenth of each row."""
    count = max(round(TENTH * values.shape[1]), 1)
    return np.asarray(np.sort(values, axis=1)[:, -count:].mean(axis=1))


def _ranks(values: np.ndarray) -> np.ndarray:
    """1 for the least; equals share the better rank."""
    return np.array([1 + int(np.sum(values < value - 1e-12)) for value in values])
