"""Designs of global sensitivity analysis on the unit cube, by SALib; nothing of the model.

SALib is an optional library: without it the tornado still works.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from zjsim.errors import RunError

CONFIDENCE = 0.95
RESAMPLES = 200
MORRIS_LEVELS = 8


def _salib() -> Any:
    try:
        # Optional and slow to import (0.5 s); only these two methods need it.
        from SALib import analyze, sample
        from SALib.analyze import morris as _morris
        from SALib.analyze import sobol as _sobol
        from SALib.sample import morris as _morris_sample
        from SALib.sample import sobol as _sobol_sample
    except ImportError:
        raise RunError(
            'Morris and Sobol need SALib: pip install "zjsim[sensitivity]". '
            "--method tornado works without it."
        ) from None
    del analyze, sample
    return _sobol_sample, _sobol, _morris_sample, _morris


@dataclass(frozen=True, slots=True)
class Indices:
    """Sobol indices with 95 % half-widths by bootstrap, shape (n_dimension, n_output)."""

    first: np.ndarray
    first_error: np.ndarray
    total: np.ndarray
    total_error: np.ndarray


@dataclass(frozen=True, slots=True)
class Screening:
    """Morris: mean absolute elementary effect, its half-width, and the spread of effects."""

    mean: np.ndarray
    error: np.ndarray
    spread: np.ndarray


def problem_of(n: int, groups: list[str] | None = None) -> dict[str, Any]:
    """SALib's description of ``n`` independent numbers between 0 and 1."""
    problem: dict[str, Any] = {
        "num_vars": n, "names": [f"x{k}" for k in range(n)], "bounds": [[0.0, 1.0]] * n,
    }  # fmt: skip
    if groups is not None:
        problem["groups"] = list(groups)
    return problem


def group_names(groups: list[str]) -> list[str]:
    """Groups in the order of SALib's results."""
    return list(dict.fromkeys(groups))


def sobol_points(
    n_dimension: int, n: int, seed: int, groups: list[str] | None = None
) -> np.ndarray:
    """Saltelli's design: ``n`` times (dimensions or groups + 2) points; ``n`` a power of two."""
    sample, *_ = _salib()
    _power_of_two(n)
    problem = problem_of(n_dimension, groups)
    return np.asarray(sample.sample(problem, n, calc_second_order=False, seed=seed))


def sobol_indices(
    values: np.ndarray, n_dimension: int, seed: int, groups: list[str] | None = None
) -> Indices:
    """First and total indices of each output; values in the order of `sobol_points`.

    Parameters
    ----------
    values : array, shape (n_point, n_output)

    Notes
    -----
    An output that does not vary has no index: NaN.
    """
    _, analyse, *_ = _salib()
    problem = problem_of(n_dimension, groups)
    size = len(group_names(groups)) if groups else n_dimension
    tables = np.full((4, size, values.shape[1]), np.nan)
    for k, column in enumerate(values.T):
        if np.ptp(column) == 0:
            continue
        with warnings.catch_warnings():
            # A rare verdict is constant in some resamples; its wide interval says so already.
            warnings.filterwarnings("ignore", message="Constant values", category=UserWarning)
            found = analyse.analyze(
                problem, column, calc_second_order=False, num_resamples=RESAMPLES,
                conf_level=CONFIDENCE, seed=seed,
            )  # fmt: skip
        for place, key in enumerate(("S1", "S1_conf", "ST", "ST_conf")):
            tables[place, :, k] = found[key]
    return Indices(*tables)


def morris_points(n_dimension: int, n: int, seed: int) -> np.ndarray:
    """``n`` trajectories of n_dimension + 1 points."""
    *_, sample, _ = _salib()
    problem = problem_of(n_dimension)
    return np.asarray(sample.sample(problem, n, num_levels=MORRIS_LEVELS, seed=seed))


def morris_effects(points: np.ndarray, values: np.ndarray, seed: int) -> Screening:
    """Elementary effects per unit of the cube; values in the order of the points."""
    *_, analyse = _salib()
    problem = problem_of(points.shape[1])
    tables = np.empty((3, points.shape[1], values.shape[1]))
    for k, column in enumerate(values.T):
        found = analyse.analyze(
            problem, points, column, num_resamples=RESAMPLES, conf_level=CONFIDENCE,
            num_levels=MORRIS_LEVELS, seed=seed,
        )  # fmt: skip
        for place, key in enumerate(("mu_star", "mu_star_conf", "sigma")):
            tables[place, :, k] = np.asarray(found[key], dtype=float)
    return Screening(*tables)


def _power_of_two(n: int) -> None:
    if n < 2 or n & (n - 1):
        lower = max(1 << (max(n, 2).bit_length() - 1), 2)
        raise RunError(f"-n {n}: a Sobol design needs a power of two: {lower} or {2 * lower}.")
