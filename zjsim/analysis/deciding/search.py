"""The least change of some numbers that lifts every margin to zero; nothing of models or plans.

A *margin* is at least 0 where a condition holds. Margins are computed for many points at once,
because a compiled model runs a block of them in the time of one. The searches are SciPy's: SLSQP
from many starts, differential evolution where one slope does not lead everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

Margins = Callable[[np.ndarray], np.ndarray]
# A margin that misses 0 by less than this is a matter of rounding.
HAIR = 1e-9
STARTS = 8
TOLERANCE = 1e-12  # of the cost, at which a search ends


@dataclass(frozen=True)
class Question:
    """Numbers within bounds, what a change of each costs, and the margins that must be lifted.

    Parameters
    ----------
    lower, upper, start : array, shape (n,)
        Bounds of each number, and where it stands.
    price : array, shape (n,)
        Cost of one unit of change, up or down; at least 0.
    margins : function
        Of points, shape (m, n), to margins, shape (m, k); NaN where there is no value.
    step : float
        Of the differences that stand for slopes, in parts of a number's range.
    """

    lower: np.ndarray
    upper: np.ndarray
    start: np.ndarray
    price: np.ndarray
    margins: Margins
    step: float = 1e-6

    def cost(self, points: np.ndarray) -> np.ndarray:
        """Cost of points, shape (m,)."""
        found: np.ndarray = np.abs(np.atleast_2d(points) - self.start) @ self.price
        return found

    def worst(self, points: np.ndarray) -> np.ndarray:
        """Smallest margin of each point, shape (m,); minus infinity where there is no value."""
        margins = self.margins(np.atleast_2d(points))
        return np.asarray(np.nan_to_num(margins, nan=-np.inf).min(axis=1))


@dataclass(frozen=True, slots=True)
class Found:
    """The best point of a search.

    Parameters
    ----------
    point : array, shape (n,)
    cost : float
    worst : float
        Its smallest margin; below 0 where nothing meets all conditions.
    agreeing, starts : int
        Searches that ended at this cost (or this margin), of how many.
    """

    point: np.ndarray
    cost: float
    worst: float
    agreeing: int
    starts: int

    @property
    def meets(self) -> bool:
        """Whether every condition holds."""
        return self.worst >= 0


class _Slopes:
    """Margins and their slopes at single points, with the last ones kept."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._key = b""
        self._kept: tuple[np.ndarray, np.ndarray]

    def __call__(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Margins, shape (k,), and slopes, shape (k, n), by differences inside the bounds."""
        key = point.tobytes()
        if key != self._key:
            ask = self.question
            span = ask.step * np.maximum(ask.upper - ask.lower, 1e-300)
            above = np.minimum(point + span, ask.upper)
            below = np.maximum(point - span, ask.lower)
            n = point.size
            block = np.repeat(point[None], 2 * n + 1, axis=0)
            block[np.arange(n) + 1, np.arange(n)] = above
            block[np.arange(n) + 1 + n, np.arange(n)] = below
            margins = np.nan_to_num(ask.margins(block), nan=-1e3)
            width = np.where(above > below, above - below, 1.0)
            slopes = (margins[1 : n + 1] - margins[n + 1 :]) / width[:, None]
            self._key, self._kept = key, (margins[0], slopes.T)
        return self._kept


def starting_points(question: Question, count: int, seed: int) -> np.ndarray:
    """The start, the far corner, and a Latin hypercube between the bounds, shape (count + 2, n)."""
    # scipy.stats costs 0.5 s and only searches need it.
    from scipy.stats import qmc

    size = question.start.size
    cube = qmc.LatinHypercube(size, rng=np.random.default_rng(seed)).random(count)
    spread = question.lower + cube * (question.upper - question.lower)
    far = np.where(question.upper > question.start, question.upper, question.lower)
    return np.concatenate([question.start[None], far[None], spread])


def least_change(
    question: Question, starts: np.ndarray, *, seed: int = 0, globally: bool = False
) -> Found:
    """The cheapest point whose margins are all lifted, or the best found where there is none.

    Parameters
    ----------
    starts : array, shape (m, n)
        Points from which SLSQP sets out.
    globally : bool
        Add the point that differential evolution finds: where margins rise and fall.
    """
    local, origins = _Slopes(question), list(starts)
    if globally:
        origins.append(_evolved(question, seed))
    ends = np.array([_cheapest_from(question, local, origin) for origin in origins])
    return _best(question, ends, by_cost=True)


def highest_worst(
    question: Question, starts: np.ndarray, *, seed: int = 0, globally: bool = False
) -> Found:
    """The point whose smallest margin is highest, whatever it costs."""
    local, origins = _Slopes(question), list(starts)
    if globally:
        origins.append(_evolved(replace(question, price=0 * question.price), seed))
    ends = np.array([_highest_from(question, local, origin) for origin in origins])
    return _best(question, ends, by_cost=False)


def _best(question: Question, ends: np.ndarray, *, by_cost: bool) -> Found:
    ends = np.clip(ends, question.lower, question.upper)
    costs, worst = question.cost(ends), question.worst(ends)
    meets = worst >= 0
    if by_cost and meets.any():
        place = int(np.flatnonzero(meets)[costs[meets].argmin()])
        near = meets & (costs <= costs[place] * 1.001 + 1e-9)
    else:
        place = int(worst.argmax())
        near = worst >= worst[place] - 1e-3 * max(abs(worst[place]), 1e-3)
    return Found(ends[place], float(costs[place]), float(worst[place]), int(near.sum()), len(ends))


def _cheapest_from(question: Question, local: _Slopes, origin: np.ndarray) -> np.ndarray:
    """SLSQP over changes up and changes down apart, so that the cost is linear."""
    from scipy.optimize import minimize

    up_room, down_room = question.upper - question.start, question.start - question.lower
    n, price = question.start.size, np.concatenate([question.price, question.price])
    scale = price.max() or 1.0

    def point(changes: np.ndarray) -> np.ndarray:
        inside: np.ndarray = np.clip(
            question.start + changes[:n] - changes[n:], question.lower, question.upper
        )
        return inside

    def slopes(changes: np.ndarray) -> np.ndarray:
        by_number = local(point(changes))[1]
        return np.concatenate([by_number, -by_number], axis=1)

    away = origin - question.start
    ended = minimize(
        lambda changes: float(price @ changes) / scale,
        np.concatenate([np.maximum(away, 0), np.maximum(-away, 0)]),
        jac=lambda changes: price / scale,
        method="SLSQP",
        bounds=[(0.0, room) for room in (*up_room, *down_room)],
        constraints={
            "type": "ineq",
            "fun": lambda changes: local(point(changes))[0] - HAIR,
            "jac": slopes,
        },
        options={"ftol": TOLERANCE, "maxiter": 200},
    )
    return point(np.nan_to_num(ended.x))


def _highest_from(question: Question, local: _Slopes, origin: np.ndarray) -> np.ndarray:
    """SLSQP over the point and a level below every margin."""
    from scipy.optimize import minimize

    n = origin.size
    goal = np.concatenate([np.zeros(n), [-1.0]])

    def inside(values: np.ndarray) -> np.ndarray:
        clipped: np.ndarray = np.clip(values[:n], question.lower, question.upper)
        return clipped

    def slopes(values: np.ndarray) -> np.ndarray:
        by_number = local(inside(values))[1]
        return np.concatenate([by_number, -np.ones((len(by_number), 1))], axis=1)

    ended = minimize(
        lambda values: -float(values[n]),
        np.append(origin, local(origin)[0].min()),
        jac=lambda values: goal,
        method="SLSQP",
        bounds=[*zip(question.lower, question.upper, strict=True), (None, None)],
        constraints={
            "type": "ineq",
            "fun": lambda values: local(inside(values))[0] - values[n],
            "jac": slopes,
        },
        options={"ftol": TOLERANCE, "maxiter": 200},
    )
    return inside(np.nan_to_num(ended.x))


def _evolved(question: Question, seed: int) -> np.ndarray:
    """Differential evolution: what is missing first, then the cost."""
    from scipy.optimize import differential_evolution

    ceiling = float(question.price @ (question.upper - question.lower)) or 1.0

    def missing(columns: np.ndarray) -> np.ndarray:
        points = columns.T if columns.ndim == 2 else columns[None]
        short = np.maximum(-question.worst(points), 0)
        with_cost = question.price.any()
        lifted = question.cost(points) / ceiling if with_cost else -question.worst(points)
        # Any miss is worse than every cost.
        return np.asarray(np.where(short > 0, (1.0 if with_cost else 0.0) + short, lifted))

    bounds = list(zip(question.lower, question.upper, strict=True))
    ended = differential_evolution(
        missing, bounds, rng=np.random.default_rng(seed), vectorized=True,
        updating="deferred", polish=False, maxiter=60, popsize=max(4, 60 // len(bounds)), tol=1e-6,
    )  # fmt: skip
    return np.asarray(ended.x)


def linear_weights(question: Question, point: np.ndarray, *, by_cost: bool) -> np.ndarray:
    """Weights of the margins that hold a point where it is, by linear programming on its slopes.

    Of the cheapest point what each margin costs (``by_cost``); of the highest worst margin
    weights that sum to 1. NaN where there are none.
    """
    from scipy.optimize import linprog

    margins, slopes = _Slopes(question)(point)
    n, k = point.size, margins.size
    offset = slopes @ point - margins
    if by_cost:
        up, down = question.upper - question.start, question.start - question.lower
        base = offset - slopes @ question.start
        ended = linprog(
            np.concatenate([question.price, question.price]),
            A_ub=-np.concatenate([slopes, -slopes], axis=1),
            b_ub=-base,
            bounds=[(0.0, room) for room in (*up, *down)],
        )
    else:
        ended = linprog(
            np.append(np.zeros(n), -1.0),
            A_ub=np.concatenate([-slopes, np.ones((k, 1))], axis=1),
            b_ub=-offset,
            bounds=[*zip(question.lower, question.upper, strict=True), (None, None)],
        )
    if ended.status != 0:
        return np.full(k, np.nan)
    weights: np.ndarray = np.maximum(-np.asarray(ended.ineqlin.marginals), 0.0)
    return weights


def rounded_outwards(
    question: Question, point: np.ndarray, decimals: Sequence[int] = (3, 4, 6)
) -> np.ndarray:
    """The point with few decimals, away from the start, as long as every margin stays lifted."""
    for places in decimals:
        away = np.sign(point - question.start)
        unit = 10.0**-places
        # What is nothing but a rounding error of the search is no change.
        same = np.abs(point - question.start) < unit / 10
        moved = np.where(away > 0, np.ceil(point / unit - 1e-6), np.floor(point / unit + 1e-6))
        candidate = np.where(same, question.start, np.round(moved * unit, places))
        candidate = np.clip(candidate, question.lower, question.upper)
        if question.worst(candidate)[0] >= 0:
            return candidate
    return point
