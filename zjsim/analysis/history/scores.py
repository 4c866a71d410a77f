"""Scores of probabilistic forecasts; pure functions of arrays, in the unit of what is forecast."""

from __future__ import annotations

import math

import numpy as np


def crps_of_draws(draws: np.ndarray, observed: float) -> float:
    """Continuous ranked probability score of an ensemble: 0 is perfect, in the figure's unit.

    The fair form, which does not reward a small ensemble for its size. For one draw it is the
    absolute error. [Gneiting and Raftery 2007; Ferro 2014]

    Examples
    --------
    >>> crps_of_draws(np.array([1.0, 3.0]), 2.0)
    0.0
    >>> crps_of_draws(np.array([1.0]), 3.0)
    2.0
    """
    draws = np.sort(draws[np.isfinite(draws)])
    n = draws.size
    if n == 0:
        return math.nan
    error = float(np.mean(np.abs(draws - observed)))
    if n == 1:
        return error
    # Sum of all differences of a sorted sample in one pass.
    spread = float(2 * np.sum((2 * np.arange(1, n + 1) - n - 1) * draws) / (n * (n - 1)))
    return error - spread / 2


def crps_of_normal(mean: float, sd: float, observed: float) -> float:
    """The same of a normal forecast; its absolute error when ``sd`` is 0.

    Examples
    --------
    >>> round(crps_of_normal(0.0, 1.0, 0.0), 4)
    0.2337
    """
    if sd <= 0:
        return abs(observed - mean)
    z = (observed - mean) / sd
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    below = 0.5 * (1 + math.erf(z / math.sqrt(2)))
    return sd * (z * (2 * below - 1) + 2 * density - 1 / math.sqrt(math.pi))


def inside(draws: np.ndarray, observed: float, share: float) -> bool:
    """Whether a figure lies in the central band that holds ``share`` of the draws."""
    low, high = np.nanquantile(draws, [(1 - share) / 2, (1 + share) / 2])
    return bool(low <= observed <= high)


def rank_of(draws: np.ndarray, observed: float) -> float:
    """Part of the draws below the figure: uniform over many figures when bands are right."""
    alive = draws[np.isfinite(draws)]
    return float(np.mean(alive < observed)) if alive.size else math.nan
