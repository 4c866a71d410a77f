"""Sequential Monte Carlo with data tempering over standard normal unknowns.

A population of particles is carried from the prior to the posterior by raising the power of the
new figures' likelihood from 0 to 1 in steps, each as large as the effective number of particles
allows. After each step particles are drawn again by weight and moved by a preconditioned
Crank-Nicolson step: a proposal that leaves a normal approximation of the target unchanged,
accepted by Metropolis and Hastings, so that what the approximation misses is made good. The
approximation is that of Gauss and Newton at the middle of the population, its slopes by
differences (two runs an unknown, less than one move of all particles), corrected by the spread
of the population itself. A block of particles is one call of the prediction.

Every draw comes from (seed, stage, move), and no product of matrices goes through BLAS, which
may round differently with another number of threads: the same seed gives the same bits.
[Chopin 2002; Del Moral, Doucet and Jasra 2006; Cotter, Roberts, Stuart and White 2013]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

KEEP = 0.5  # effective part of the particles that a step of the power leaves
MOVES = 3  # of a stage on the way: the population is only passing through
LAST_MOVES = 16  # of the stage that reaches the power 1: what is kept must be well mixed
WANTED = 0.35  # acceptance that the length of a move is steered to
SHORTEST, LONGEST = 0.02, 1.0
SMALLEST_POWER = 1e-6
ASIDE = 0.3  # of a difference for a slope, in standard deviations of the prior


class Stuck(RuntimeError):
    """No particle explains the figures, or the power cannot be raised."""


class Problem(Protocol):
    """What is learnt from: predictions of figures, and what a miss costs."""

    def predict(self, scores: np.ndarray, /) -> np.ndarray:
        """Predictions, shape (n, n_figure), of scores of shape (n, n_unknown); NaN if failed."""

    def terms(self, predictions: np.ndarray, /) -> np.ndarray:
        """Log likelihood of each figure, shape (n, n_figure)."""

    def pulls(self, predictions: np.ndarray, /) -> tuple[np.ndarray, np.ndarray]:
        """Slope and weight of a quadratic in the prediction that stands for each term."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the power.

    Parameters
    ----------
    power : float
        Of the new figures' likelihood after the step.
    effective : float
        Particles that the weighted ones were worth.
    acceptance : float
        Of the moves, mean.
    step : float
        Length of the last move: 1 draws anew, 0 stays.
    memory : float
        Correlation of the predictions of particles before and after the moves, mean over the
        figures in force: 0 when the moves have made them anew.
    """

    power: float
    effective: float
    acceptance: float
    step: float
    memory: float


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Equally weighted particles.

    Parameters
    ----------
    scores : array, shape (n, n_unknown)
        Standard normal under the prior.
    predictions : array, shape (n, n_figure)
    step : float
        Length of move to begin with.
    evidence : float
        Log marginal likelihood of the figures taken in since the population began.
    """

    scores: np.ndarray
    predictions: np.ndarray
    step: float = 0.5
    evidence: float = 0.0


def prior_population(n: int, n_unknown: int, seed: int) -> Population:
    """Particles from the prior."""
    scores = np.random.default_rng([seed, 0]).standard_normal((n, n_unknown))
    return Population(scores, np.empty((n, 0)))


def take_in(
    start: Population,
    problem: Problem,
    known: np.ndarray,
    new: np.ndarray,
    seed: int,
    *,
    told: Callable[[Stage], None] = lambda stage: None,
) -> tuple[Population, tuple[Stage, ...]]:
    """Carry a population that knows some figures to one that knows more.

    Parameters
    ----------
    start : Population
        Distributed by the prior and the figures ``known``.
    problem : Problem
    known, new : array of bool, shape (n_figure,)
    seed : int
    told : function
        Called with each stage when it is done.

    Raises
    ------
    Stuck
        When no particle has a likelihood, or the power cannot be raised.
    """
    now = replace(start, predictions=problem.predict(start.scores))
    stages: list[Stage] = []
    power = 0.0
    while power < 1.0:
        fresh = _total(problem.terms(now.predictions), new)
        if not np.isfinite(fresh).any():
            raise Stuck("no particle has a likelihood")
        rise = _rise(fresh, 1.0 - power)
        weights, mean = _weights(rise * fresh)
        power = 1.0 if rise >= 1.0 - power else power + rise
        force = known + power * new
        shape = _shape(problem, now.scores, now.predictions, weights, force)
        rows = resampled(weights, np.random.default_rng([seed, 1, len(stages)]))
        now = Population(
            now.scores[rows], now.predictions[rows], now.step, now.evidence + mean
        )  # fmt: skip
        count = LAST_MOVES if power >= 1.0 else MOVES
        seeds = [seed, 2, len(stages)]
        before = now.predictions
        now, acceptance = _moved(now, problem, force, shape, count, seeds)
        memory = _memory(before[:, force > 0], now.predictions[:, force > 0])
        stages.append(Stage(power, effective_number(weights), acceptance, now.step, memory))
        told(stages[-1])
    return now, tuple(stages)


def _memory(before: np.ndarray, after: np.ndarray) -> float:
    away = [x - x.mean(axis=0) for x in (before, after)]
    size = [np.sqrt(np.sum(x**2, axis=0)) for x in away]
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.nanmean(np.sum(away[0] * away[1], axis=0) / (size[0] * size[1])))


def effective_number(weights: np.ndarray) -> float:
    """Equally weighted draws that weighted ones are worth.

    Examples
    --------
    >>> effective_number(np.array([0.5, 0.5, 0.0]))
    2.0
    """
    return float(np.sum(weights) ** 2 / np.sum(weights**2))


def resampled(weights: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Rows drawn systematically by weight: each within one of its expected number of times."""
    n = weights.size
    places = (np.arange(n) + random.random()) / n
    return np.minimum(np.searchsorted(np.cumsum(weights), places), n - 1)


def _total(terms: np.ndarray, force: np.ndarray) -> np.ndarray:
    """Log likelihood of each particle; one whose run failed has none."""
    used = force > 0
    total = np.einsum("ij,j->i", terms[:, used], np.asarray(force[used], dtype=float))
    return np.where(np.isnan(total), -np.inf, total)


def _weights(log_weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Normalised weights, and the logarithm of the mean of the unnormalised ones."""
    top = log_weights.max()
    raw = np.exp(log_weights - top)
    return raw / raw.sum(), float(top + np.log(raw.mean()))


def _rise(fresh: np.ndarray, most: float) -> float:
    """The largest rise of the power that keeps the wanted effective number."""

    def effective(rise: float) -> float:
        weights, _ = _weights(rise * fresh)
        return effective_number(weights)

    wanted = KEEP * np.isfinite(fresh).sum()
    if effective(most) >= wanted:
        return most
    low, high = 0.0, most
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= wanted else (low, middle)
    if low < SMALLEST_POWER:
        raise Stuck("the likelihood is too sharp for these particles")
    return low


def _moved(
    start: Population,
    problem: Problem,
    force: np.ndarray,
    shape: _Shape,
    count: int,
    seed: list[int],
) -> tuple[Population, float]:
    """Some moves of all particles, and how many were accepted."""

    def height_of(scores: np.ndarray, predictions: np.ndarray, inner: np.ndarray) -> np.ndarray:
        # Over the approximation, which the proposal leaves unchanged.
        prior = -0.5 * np.sum(scores**2, axis=1)
        like = _total(problem.terms(predictions), force)
        return np.asarray(prior + like + 0.5 * np.sum(inner**2, axis=1))

    scores, predictions, step = start.scores, start.predictions, start.step
    inner = product(scores - shape.mean, shape.inverse.T)
    height = height_of(scores, predictions, inner)
    accepted = []
    for move in range(count):
        random = np.random.default_rng([*seed, move])
        new_inner = np.sqrt(1 - step**2) * inner + step * random.standard_normal(inner.shape)
        proposed = shape.mean + product(new_inner, shape.factor.T)
        there = problem.predict(proposed)
        new_height = height_of(proposed, there, new_inner)
        with np.errstate(invalid="ignore"):
            taken = np.log(random.random(len(scores))) < new_height - height
        rows = taken[:, None]
        scores, inner = np.where(rows, proposed, scores), np.where(rows, new_inner, inner)
        predictions = np.where(rows, there, predictions)
        height = np.where(taken, new_height, height)
        accepted.append(float(taken.mean()))
        step = float(np.clip(step * np.exp(accepted[-1] - WANTED), SHORTEST, LONGEST))
    moved = replace(start, scores=scores, predictions=predictions, step=step)
    return moved, float(np.mean(accepted))


@dataclass(frozen=True, slots=True)
class _Shape:
    """A normal approximation of the target: N(mean, factor factor')."""

    mean: np.ndarray
    factor: np.ndarray
    inverse: np.ndarray


def _shape(
    problem: Problem,
    scores: np.ndarray,
    predictions: np.ndarray,
    weights: np.ndarray,
    force: np.ndarray,
) -> _Shape:
    """A normal approximation of the target that a weighted population nearly follows."""
    first = _gauss_newton(problem, scores, predictions, weights, force)
    # What the population says beside the slopes, as far as its own noise allows.
    inner = product(scores - first.mean, first.inverse.T)
    mean, spread = _shrunk(inner, weights)
    lower = cholesky(spread)
    factor = product(first.factor, lower)
    centre = first.mean + np.einsum("ij,j->i", first.factor, mean)
    return _Shape(centre, factor, product(inverse_of_lower(lower), first.inverse))


def _gauss_newton(
    problem: Problem,
    scores: np.ndarray,
    predictions: np.ndarray,
    weights: np.ndarray,
    force: np.ndarray,
) -> _Shape:
    middle = np.einsum("i,ij->j", weights, scores)
    size = middle.size
    aside = ASIDE * np.eye(size)
    found = problem.predict(np.concatenate([middle + aside, middle - aside]))
    slopes = (found[:size] - found[size:]) / (2 * ASIDE)  # (n_unknown, n_figure)
    # Where a run failed, the prior has to do.
    slopes = np.where(np.isfinite(slopes), slopes, 0.0)
    pull, weight = (_mean(part, weights) * force for part in problem.pulls(predictions))
    lower = cholesky(np.eye(size) + product(slopes * weight, slopes.T))
    # The inverse of the factor of the precision, turned, is a factor of the covariance.
    half = inverse_of_lower(lower).T
    gradient = np.einsum("ij,j->i", slopes, pull) - middle
    step = np.einsum("ij,j->i", half, np.einsum("ij,i->j", half, gradient))
    # A step beyond the prior's reach comes from a bend of the model, not from the figures.
    return _Shape(middle + np.clip(step, -1, 1), half, lower.T)


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean of each column over the rows that have one."""
    there = np.isfinite(values)
    total = np.einsum("i,ij->j", weights, there.astype(float))
    summed = np.einsum("i,ij->j", weights, np.where(there, values, 0.0))
    return np.asarray(summed / np.maximum(total, 1e-12))


def _shrunk(inner: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of a weighted population, drawn towards 0 and the unit matrix.

    As far as their own noise asks for: James and Stein for the mean, Ledoit and Wolf (2004) for
    the covariance.
    """
    n, size = effective_number(weights), inner.shape[1]
    mean = np.einsum("i,ij->j", weights, inner)
    length = float(np.sum(mean**2))
    mean = mean * max(0.0, 1 - size / n / length) if length > 0 else mean
    around = inner - mean
    covariance = product((around * weights[:, None]).T, around)
    away = covariance - np.eye(size)
    signal = float(np.sum(away**2))
    squares = np.sum(around**2, axis=1)
    noise = (float(np.sum(weights * squares**2)) - float(np.sum(covariance**2))) / n
    part = min(max(noise / signal, 0.05), 1.0) if signal > 0 else 1.0
    return mean, np.eye(size) + (1 - part) * away


def product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A matrix product whose bits do not depend on the number of threads."""
    found = np.einsum("ij,jk->ik", np.ascontiguousarray(left), np.ascontiguousarray(right))
    return np.asarray(found)


def cholesky(matrix: np.ndarray) -> np.ndarray:
    """Lower factor of a positive definite matrix, column by column."""
    lower = np.zeros_like(matrix)
    for k in range(len(matrix)):
        rest = matrix[k:, k] - np.einsum("ij,j->i", lower[k:, :k], lower[k, :k])
        lower[k:, k] = rest / np.sqrt(rest[0])
    return lower


def inverse_of_lower(lower: np.ndarray) -> np.ndarray:
    """Inverse of a lower triangular matrix, row by row."""
    found = np.zeros_like(lower)
    for k in range(len(lower)):
        line = -np.einsum("j,jk->k", lower[k, :k], found[:k])
        line[k] = 1.0
        found[k] = line / lower[k, k]
    return found
