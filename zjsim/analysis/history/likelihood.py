"""What figures say of parameters: a robust likelihood, weighted draws, overlap, profiles.

Pure functions of arrays. A draw is a row of unknowns from the prior; its weight is its
likelihood. With a handful of figures and at most a dozen unknowns this is exact up to sampling
error, needs no tuning, and the effective number of draws says how far to trust it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

FREEDOM = 5.0  # degrees of freedom of the Student t: outliers count, but not with their square
SHORTEST_RUN = 4  # consecutive figures from which errors may persist; fewer cannot tell
PERSISTENCE = np.linspace(0.0, 0.9, 10)  # equally likely beforehand; never negative
BINS = 20


def log_likelihood(
    predicted: np.ndarray,
    observed: np.ndarray,
    scale: np.ndarray,
    freedom: float = FREEDOM,
    runs: Sequence[Sequence[int]] = (),
) -> np.ndarray:
    """Log likelihood of Student t errors, up to a constant, shape (n_draw,).

    Errors are independent, but within a run of consecutive figures of one series they follow a
    first-order autoregression whose persistence is unknown, from 0 up: the likelihood is
    averaged over it. Ten figures that are all too high then tell less than ten that scatter.

    Parameters
    ----------
    predicted : array, shape (n_draw, n_data); a row with a value that is none has likelihood 0
    observed, scale : array, shape (n_data,), in the unit of each figure
    runs : positions of consecutive figures, each run in the order of its years

    Examples
    --------
    >>> log_likelihood(np.array([[1.0], [2.0]]), np.array([1.0]), np.array([1.0])).round(4)
    array([ 0.   , -0.547])
    """
    z = (predicted - observed) / scale
    in_a_run = {position for run in runs for position in run}
    alone = [k for k in range(z.shape[1]) if k not in in_a_run]
    total = _student(z[:, alone], freedom).sum(axis=1)
    for run in runs:
        total = total + _persistent(z[:, list(run)], freedom)
    return np.where(np.isfinite(total), total, -np.inf)


def _student(z: np.ndarray, freedom: float) -> np.ndarray:
    return np.asarray(-0.5 * (freedom + 1) * np.log1p(z**2 / freedom))


def _persistent(z: np.ndarray, freedom: float) -> np.ndarray:
    """Log likelihood of one run of errors over their scales, averaged over the persistence."""
    found = []
    for phi in PERSISTENCE:
        # The spread of an error stays that of an independent one: innovations are smaller.
        left = np.sqrt(1 - phi**2)
        innovations = (z[:, 1:] - phi * z[:, :-1]) / left
        later = _student(innovations, freedom) - np.log(left)
        found.append(_student(z[:, 0], freedom) + later.sum(axis=1))
    return np.asarray(np.logaddexp.reduce(found, axis=0) - np.log(len(PERSISTENCE)))


def weights_of(loglik: np.ndarray) -> np.ndarray:
    """Weights of prior draws, adding up to one; equal when no figure tells them apart."""
    best = loglik.max()
    if not np.isfinite(best):
        raise ValueError("no draw from the prior can be run: nothing is learnt")
    weights = np.exp(loglik - best)
    return np.asarray(weights / weights.sum())


def effective_draws(weights: np.ndarray) -> float:
    """Kish's number of equally weighted draws that are worth as much."""
    return float(1 / np.sum(weights**2))


def weighted_quantile(
    values: np.ndarray, weights: np.ndarray, levels: Sequence[float]
) -> np.ndarray:
    """Quantiles of weighted draws, in the unit of ``values``."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.asarray(np.interp(levels, reached, values[order]))


@dataclass(frozen=True, slots=True)
class Marginal:
    """One unknown before and after: sd, quantiles and overlap of the two distributions."""

    prior_sd: float
    mean: float
    median: float
    sd: float
    low: float
    high: float
    overlap: float


def marginal(values: np.ndarray, weights: np.ndarray) -> Marginal:
    """Prior and posterior of one unknown from its draws and their weights.

    ``low`` and ``high`` bound 95 % of the posterior. ``overlap`` is the common area of the two
    densities: 1 when nothing was learnt.
    """
    mean = float(np.sum(weights * values))
    low, median, high = weighted_quantile(values, weights, (0.025, 0.5, 0.975))
    edges = np.quantile(values, np.linspace(0, 1, BINS + 1))
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, BINS - 1)
    shares = np.bincount(place, weights=weights, minlength=BINS)
    return Marginal(
        prior_sd=float(values.std()),
        mean=mean,
        median=float(median),
        sd=float(np.sqrt(np.sum(weights * (values - mean) ** 2))),
        low=float(low),
        high=float(high),
        overlap=float(np.minimum(shares, 1 / BINS).sum()),
    )


def weighted_correlation(table: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Correlations of the columns of weighted draws, shape (k, k)."""
    centred = table - weights @ table
    covariance = (centred * weights[:, None]).T @ centred
    sd = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(covariance / np.outer(sd, sd))


def profile(
    objective: Callable[[np.ndarray], np.ndarray],
    bounds: np.ndarray,
    which: int,
    starts: np.ndarray,
    points: int = 9,
    effort: int = 12,
) -> tuple[np.ndarray, np.ndarray]:
    """Profile log likelihood: the best of all other unknowns with one held, shape (points,) each.

    Parameters
    ----------
    objective : function of rows of unknowns, shape (n, k), to log likelihoods, shape (n,)
    bounds : array, shape (k, 2)
    which : the unknown that is held at each point between its bounds
    starts : array, shape (n_draw, k)
        Rows to begin from; the best of them with the unknown replaced is improved by L-BFGS-B.
    effort : iterations of each search
    """
    from scipy.optimize import minimize

    grid = np.linspace(float(bounds[which, 0]), float(bounds[which, 1]), points)
    free = [k for k in range(len(bounds)) if k != which]
    span = bounds[free, 1] - bounds[free, 0]
    found = np.empty(points)
    for place, value in enumerate(grid):
        rows = starts.copy()
        rows[:, which] = value
        scores = objective(rows)
        best = int(np.argmax(scores))
        found[place] = scores[best]
        if not free:
            continue

        def full(unit: np.ndarray, value: float = value) -> np.ndarray:
            row = np.empty((len(unit), len(bounds)))
            row[:, which] = value
            row[:, free] = bounds[free, 0] + unit * span
            return row

        def with_slope(
            unit: np.ndarray, full: Callable[..., np.ndarray] = full
        ) -> tuple[float, np.ndarray]:
            # All differences in one batch: a batch costs little more than a single run.
            nudge = 1e-4 * np.where(unit > 0.5, -1.0, 1.0)
            values = -objective(full(np.vstack([unit, unit + np.diag(nudge)])))
            values = np.where(np.isfinite(values), values, 1e6)
            return float(values[0]), (values[1:] - values[0]) / nudge

        begin = np.clip((rows[best, free] - bounds[free, 0]) / span, 0, 1)
        done = minimize(
            with_slope, begin, jac=True, method="L-BFGS-B",
            bounds=[(0, 1)] * len(free), options={"maxiter": effort},
        )  # fmt: skip
        found[place] = max(found[place], -float(done.fun))
    return grid, found


def profile_word(loglik: np.ndarray, drop: float = 1.92) -> str:
    """How far a profile falls below its best: ``closed``, ``open_low``, ``open_high`` or ``flat``.

    ``drop`` is half the 95 % point of chi-squared with one degree of freedom. An end that is
    not that much worse than the best cannot be excluded by the figures.
    """
    best = loglik.max()
    low, high = loglik[0] < best - drop, loglik[-1] < best - drop
    return {(True, True): "closed", (False, True): "open_low", (True, False): "open_high"}.get(
        (bool(low), bool(high)), "flat"
    )
