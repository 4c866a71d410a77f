"""Shares of runs that meet targets, with their sampling error.

A run that failed, is missing a value or is undecidable has not met a target: it stays in the
denominator and never in the numerator.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from zjsim.assessment.progress import Verdict, are_passes

NORMAL_95 = 1.959963984540054  # two-sided 95 % quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """A share of runs with its Wilson interval; all parts of one."""

    met: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; NaN without runs."""
        return self.met / self.total if self.total else math.nan


@dataclass(frozen=True, slots=True)
class Probabilities:
    """How often targets are met over the runs of one scenario.

    ``targets`` and ``undecidable`` are by indicator, in the order given; ``number_met[k]``
    is the number of runs that meet exactly k targets.
    """

    targets: tuple[Share, ...]
    undecidable: tuple[Share, ...]
    joint: Share
    binding: Share
    number_met: tuple[int, ...]


def wilson_share(met: int, total: int, z: float = NORMAL_95) -> Share:
    """A share with its Wilson score interval, which stays inside 0..1 and never has width 0.

    Examples
    --------
    >>> share = wilson_share(0, 10)
    >>> share.low, round(share.high, 3)
    (0.0, 0.278)
    """
    if not 0 <= met <= total:
        raise ValueError(f"{met} of {total} runs is no share")
    if total == 0:
        return Share(0, 0, math.nan, math.nan)
    share = met / total
    scale = 1 + z * z / total
    middle = (share + z * z / (2 * total)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    low = 0.0 if met == 0 else max(0.0, middle - half)
    high = 1.0 if met == total else min(1.0, middle + half)
    return Share(met, total, low, high)


def compute_probabilities(verdicts: Iterable[np.ndarray], binding: Sequence[bool]) -> Probabilities:
    """Shares of runs that meet each target, all of them, and the binding ones.

    Parameters
    ----------
    verdicts : Verdict texts by indicator, shape (n_run,) each
    binding : whether each indicator is binding, n_indicator
    """
    met, unknown = count_columns(verdicts)
    return probabilities_of(met, unknown, binding)


def count_columns(verdicts: Iterable[np.ndarray]) -> tuple[np.ndarray, list[int]]:
    """Which run meets which target, shape (n_run, n_indicator), and the undecidable of each.

    A verdict is a text of 64 bytes: of a million runs one indicator is held at a time.
    """
    met, unknown = [], []
    for column in verdicts:
        met.append(are_passes(column))
        unknown.append(int(np.count_nonzero(column == Verdict.UNDECIDABLE.value)))
    return np.stack(met, axis=1), unknown


def probabilities_of(
    met: np.ndarray, unknown: Sequence[int], binding: Sequence[bool]
) -> Probabilities:
    """The shares of `compute_probabilities` from what `count_columns` gives."""
    n_run, n_indicator = met.shape
    binds = np.asarray(binding, dtype=bool)
    counts = np.bincount(met.sum(axis=1), minlength=n_indicator + 1)
    return Probabilities(
        targets=tuple(wilson_share(int(n), n_run) for n in met.sum(axis=0)),
        undecidable=tuple(wilson_share(int(n), n_run) for n in unknown),
        joint=wilson_share(int(met.all(axis=1).sum()), n_run),
        binding=wilson_share(int(met[:, binds].all(axis=1).sum()), n_run),
        number_met=tuple(int(n) for n in counts),
    )


def bands_of(paths: Sequence[np.ndarray]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """2.5 and 97.5 % of many runs in each year; empty for one run."""
    if paths[0].size < 2 or not all(np.isfinite(path).any() for path in paths):
        return (), ()
    ends = [np.nanpercentile(path, [2.5, 97.5]) for path in paths]
    return tuple(float(low) for low, _ in ends), tuple(float(high) for _, high in ends)
