"""Draws of uncertain numbers, seeded: the same run index always has the same draw.

Draws are made chunk by chunk from (seed, run index): a Sobol sequence is moved forward, a
counter-based generator is advanced, and a Latin hypercube is fixed by its size, seed and the
position of each dimension.
"""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from zjsim.errors import ScenarioError
from zjsim.scenario.outlook import Ahead
from zjsim.scenario.posterior import Posterior
from zjsim.scenario.schema import Distribution, SampleMethod

Kind = Literal["constant", "driver", "lever"]
# Keeps the inverse of a distribution finite at the corners of the unit cube.
EDGE = 2.0**-40


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that varies from run to run.

    Parameters
    ----------
    kind : {"constant", "driver", "lever"}
        What the number does: replaces a constant, changes a driver, multiplies a lever.
    key : str
        ``rebound``, ``drivers.energy_price`` or ``levers.digital``: how draws are labelled.
    name : str
        Model name.
    low, mode, high : float
        Bounds and centre.
    distribution : str
        As in ``constants.csv``.
    of : str
        Of a driver: ``scale``, ``drift``, or ``outlook`` for a mean deviation of its growth
        over the years that nobody knew, 1/year; its bounds then hold 95 % and do not cut.
    index : bool
        Of a driver: an index.
    limits : tuple of float
        Of a lever: the range that a multiplied path is cut to.
    ahead : Ahead or None
        Of an ``outlook``: the years that nobody knew.
    """

    kind: Kind
    key: str
    name: str
    low: float
    mode: float
    high: float
    distribution: Distribution
    of: str = "scale"
    index: bool = False
    limits: tuple[float, float] = (-np.inf, np.inf)
    ahead: Ahead | None = None

    @property
    def scores(self) -> int:
        """Normal scores drawn beside the dimension itself: the timing within the years ahead."""
        return 0 if self.ahead is None else self.ahead.years - 1


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """What varies, how, and how it is correlated.

    Parameters
    ----------
    method : str
        sobol, latin_hypercube or random.
    runs, seed : int
        Size of the set and seed of every draw.
    dimensions : tuple of Dimension
        In a fixed order: constants as in their table, drivers, levers.
    correlated : tuple of int
        Positions that are correlated: of the dimensions, then of their further scores.
    factor : array, shape (k, k)
        Lower Cholesky factor of the correlation of their normal scores.
    notes : tuple of str
        What of the scenario's sampling found no use.
    posterior : Posterior or None
        Run i takes its draw i, of everything it holds, instead of one from the ranges.
    """

    method: SampleMethod
    runs: int
    seed: int
    dimensions: tuple[Dimension, ...]
    correlated: tuple[int, ...]
    factor: np.ndarray
    notes: tuple[str, ...] = ()
    posterior: Posterior | None = None

    @property
    def correlated_pairs(self) -> int:
        """Pairs of dimensions that are correlated; further scores do not count."""
        matrix = self.factor @ self.factor.T
        own = [row for row, place in enumerate(self.correlated) if place < len(self.dimensions)]
        return int(np.count_nonzero(np.abs(np.triu(matrix[np.ix_(own, own)], 1)) > 1e-9))

    @property
    def size(self) -> int:
        """Numbers drawn for a run: the dimensions and their further scores."""
        return len(self.dimensions) + sum(d.scores for d in self.dimensions)


def draw(plan: SamplePlan, first: int, last: int) -> dict[str, np.ndarray]:
    """Values of every dimension for runs ``first`` to ``last`` (exclusive), by key."""
    return draw_all(plan, first, last)[0]


def draw_all(
    plan: SamplePlan, first: int, last: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Values of every dimension, and the further scores of those that have any, by key.

    Shapes (n_run,) and (scores, n_run).
    """
    if not 0 <= first < last:
        raise ScenarioError(f"runs {first}..{last}: ask for at least one run")
    if not plan.dimensions:
        return {}, {}
    # A row a dimension: the arithmetic below then runs over memory in order.
    unit = np.ascontiguousarray(_unit_cube(plan, first, last).T)
    np.clip(unit, EDGE, 1 - EDGE, out=unit)
    if plan.correlated:
        # Imported here because a single run draws nothing (scipy costs 0.1 s).
        from scipy.special import ndtr, ndtri

        rows = list(plan.correlated)
        # Added term by term: a matrix product may round differently in chunks of other sizes.
        scores = ndtri(unit[rows])
        mixed = [
            sum(weight * score for weight, score in zip(line, scores, strict=True) if weight != 0)
            for line in plan.factor
        ]
        unit[rows] = np.clip(ndtr(np.stack(mixed)), EDGE, 1 - EDGE)
    values = {d.key: quantile(d, unit[i]) for i, d in enumerate(plan.dimensions)}
    given = plan.posterior
    if given is not None:
        values |= {
            key: given.values[key][first:last] for key in values.keys() & given.values.keys()
        }
    further: dict[str, np.ndarray] = {}
    place = len(plan.dimensions)
    for dimension in plan.dimensions:
        if dimension.scores:
            from scipy.special import ndtri

            further[dimension.key] = ndtri(unit[place : place + dimension.scores])
            place += dimension.scores
        if given is not None and dimension.key in given.shocks:
            ahead, key = dimension.ahead, dimension.key
            assert ahead is not None
            fresh = np.vstack([values[key][None] / ahead.sd_of_mean, further[key]])
            scores = given.scores_of(key, ahead, fresh, slice(first, last))
            values[key], further[key] = scores[0] * ahead.sd_of_mean, scores[1:]
    return values, further


def _unit_cube(plan: SamplePlan, first: int, last: int) -> np.ndarray:
    """Points of the unit cube for a chunk of runs, shape (last - first, dimensions)."""
    count, size = last - first, plan.size
    if plan.method == "sobol":
        return sobol_points(plan.seed, size, first, count)
    if plan.method == "random":
        return _random(plan.seed, size, first, count)
    if last > plan.runs:
        raise ScenarioError(
            f"a Latin hypercube of {plan.runs} runs cannot grow to {last}: it has a fixed size. "
            "Use method: sobol, or set runs first."
        )
    return np.stack([_stratum(plan, i)[first:last] for i in range(size)], axis=1)


def sobol_points(seed: int, size: int, first: int, count: int) -> np.ndarray:
    """Points ``first`` to ``first + count`` of a scrambled Sobol set, shape (count, size)."""
    # One engine serves all chunks, which mostly come in order: going forward costs as much as
    # drawing, so a new engine a chunk would make the cost grow with the square of the runs.
    with _LOCK, warnings.catch_warnings():
        # A chunk is part of a whole; `balance` speaks of the whole's size.
        warnings.filterwarnings("ignore", message="The balance properties", category=UserWarning)
        engine = _sobol_engine(seed, size)
        if engine.num_generated > first:
            engine.reset()
        if engine.num_generated < first:
            engine.fast_forward(first - engine.num_generated)
        return np.asarray(engine.random(count)) + 2.0**-31  # the middle of each cell of 2^-30


_LOCK = threading.Lock()


@lru_cache(maxsize=4)
def _sobol_engine(seed: int, size: int) -> Any:
    # Imported here because only ensembles need it (scipy.stats costs 0.5 s).
    from scipy.stats import qmc

    return qmc.Sobol(size, scramble=True, seed=np.random.default_rng(seed))


def _random(seed: int, size: int, first: int, count: int) -> np.ndarray:
    # Philox counts in blocks of four numbers: a run starts at a block of its own.
    blocks = -(-size // 4)
    bits = np.random.Philox(key=seed)
    bits.advance(first * blocks)
    return np.random.Generator(bits).random((count, 4 * blocks))[:, :size]


def _stratum(plan: SamplePlan, position: int) -> np.ndarray:
    """One dimension of a Latin hypercube: each of ``runs`` equal strata once, in any order."""
    generator = np.random.default_rng([plan.seed, position])
    order = generator.permutation(plan.runs)
    return np.asarray((order + generator.random(plan.runs)) / plan.runs)


def balance(plan: SamplePlan) -> str:
    """A note when a Sobol set is not of a size at which it is balanced; empty otherwise."""
    if plan.method != "sobol" or plan.runs & (plan.runs - 1) == 0:
        return ""
    lower = 1 << (plan.runs.bit_length() - 1)
    return f"a Sobol set is balanced at powers of two: {lower} or {2 * lower}, not {plan.runs}"


@lru_cache(maxsize=256)
def pert_table(part: float) -> tuple[np.ndarray, np.ndarray]:
    """Inverse distribution function of a PERT on 0..1 with its mode at ``part``.

    Exact inversion costs 3 µs a number, more than a whole compiled run has for all of them. A
    line between 8,193 equal steps of the value is within 2e-5 of the range, and within 1e-4 in
    the outermost millionth of either tail (measured).
    """
    from scipy.special import betainc

    values = np.linspace(0, 1, 8193)
    return betainc(1 + 4 * part, 5 - 4 * part, values), values


def quantile(dimension: Dimension, unit: np.ndarray) -> np.ndarray:
    """Inverse distribution function of a dimension; outside its bounds only for an outlook."""
    low, mode, high = dimension.low, dimension.mode, dimension.high
    span = high - low
    if dimension.of == "outlook":
        from scipy.special import ndtri

        return np.asarray(mode + span / 4 * ndtri(unit))
    match dimension.distribution:
        case "triangular":
            part = (mode - low) / span
            rising = low + np.sqrt(unit * span * (mode - low))
            falling = high - np.sqrt((1 - unit) * span * (high - mode))
            values = np.where(unit < part, rising, falling)
        case "pert":
            part = (mode - low) / span
            values = low + span * np.interp(unit, *pert_table(part))
        case "normal" | "lognormal":
            from scipy.special import ndtr, ndtri

            ends = np.array([low, mode, high])
            if dimension.distribution == "lognormal":
                ends = np.log(ends)
            deviation = (ends[2] - ends[0]) / 4
            below, above = ndtr((ends[[0, 2]] - ends[1]) / deviation)
            values = ends[1] + deviation * ndtri(below + unit * (above - below))
            if dimension.distribution == "lognormal":
                values = np.exp(values)
        case _:
            values = low + span * unit
    return np.asarray(np.clip(values, low, high))
