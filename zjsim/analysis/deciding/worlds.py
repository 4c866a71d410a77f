"""The least change that meets targets in a share of many worlds, the same worlds for each try.

A share of worlds moves in steps and has no slope. What is lifted to 0 instead is the margin that
exactly the wanted share of worlds has or exceeds. Around a point each world's margins are taken as
straight; the straight problem is solved from many starts in milliseconds, the model is run again
where it ends, and so on. The last step is exact: along the line from the scenario to the answer
the first point is taken at which the counted share is reached.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from zjsim.analysis.deciding.levers import Bench
from zjsim.analysis.deciding.search import Found, Question, highest_worst, least_change

ROUNDS = 4
ALONG = 9  # points tried on a line at a time
# Rank statistics of a straight problem are averaged over this part of the worlds beside the rank.
SOFT = 0.03


@dataclass(frozen=True)
class Straight:
    """Margins of every world and target about a point, and their slopes."""

    point: np.ndarray
    margins: np.ndarray  # (world, k)
    slopes: np.ndarray  # (world, k, n)

    def at(self, points: np.ndarray) -> np.ndarray:
        """The worst margin by point and world, shape (m, world)."""
        worst: np.ndarray = self._margins(points).min(axis=2)
        return worst

    def _margins(self, points: np.ndarray) -> np.ndarray:
        worlds, k, n = self.slopes.shape
        moved = (points - self.point) @ self.slopes.reshape(-1, n).T
        found: np.ndarray = self.margins + moved.reshape(len(points), worlds, k)
        return found

    def ranked(self, point: np.ndarray, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        """The mean of worst margins of ranks ``low`` to ``high`` (exclusive), and its slopes."""
        margins = self._margins(point[None])[0]
        hardest = margins.argmin(axis=1)
        worst = margins.min(axis=1)
        chosen = np.argpartition(worst, [low, high - 1])[low:high]
        slopes = self.slopes[chosen, hardest[chosen]]
        return worst[chosen].mean(keepdims=True), slopes.mean(axis=0, keepdims=True)


def rank_of(probability: float, worlds: int) -> int:
    """How many worlds may fail.

    Examples
    --------
    >>> rank_of(0.8, 10)
    2
    """
    return worlds - math.ceil(probability * worlds - 1e-9)


def share_at(bench: Bench, points: np.ndarray) -> np.ndarray:
    """Share of worlds in which every target is met, shape (m,)."""
    share: np.ndarray = (bench.in_all_worlds(points) >= 0).mean(axis=1)
    return share


def straightened(bench: Bench, point: np.ndarray, question: Question) -> Straight:
    """Run every world at a point, and with each lever moved a little."""
    n, worlds = point.size, bench.worlds
    span = 0.02 * (question.upper - question.lower)
    step = np.where(point + span <= question.upper, span, -span)
    block = np.repeat(point[None], n + 1, axis=0)
    block[np.arange(n) + 1, np.arange(n)] += step
    numbers = np.tile(np.arange(worlds), n + 1)
    ran = np.nan_to_num(bench.margins(np.repeat(block, worlds, axis=0), numbers), nan=-1e3)
    table = ran.reshape(n + 1, worlds, -1)
    slopes = (table[1:] - table[0]) / np.where(step == 0, 1.0, step)[:, None, None]
    return Straight(point, table[0], np.moveaxis(slopes, 0, 2))


def least_change_in_worlds(
    bench: Bench, probability: float, starts: np.ndarray, origin: np.ndarray | None = None
) -> Found:
    """The cheapest point at which the targets are met together in this share of worlds.

    Parameters
    ----------
    starts : array, shape (m, n)
        Points from which each straight problem is solved.
    origin : array or None
        Where the worlds are straightened first; None is the middle of the starts.
    """
    question, allowed = bench.question(), rank_of(probability, bench.worlds)
    point = starts.mean(axis=0) if origin is None else origin
    best: Found | None = None
    spent = agreeing = 0
    for _ in range(ROUNDS):
        flat = straightened(bench, point, question)
        spent += len(question.start) + 1
        solved = _solved(question, flat, allowed, np.concatenate([starts, point[None]]))
        end, points = _on_the_line(bench, question, solved, probability)
        spent += points
        agreeing = max(agreeing, solved.agreeing)
        better = best is None or (end.meets, -end.cost if end.meets else end.worst) > (
            best.meets,
            -best.cost if best.meets else best.worst,
        )
        gained = math.inf if best is None else best.cost - end.cost
        best = end if better else best
        if best is not None and (np.allclose(end.point, point, atol=1e-3) or 0 <= gained < 1e-4):
            break
        point = end.point
    assert best is not None
    return replace(best, agreeing=agreeing, starts=len(starts) + 1, points=spent * bench.worlds)


def _solved(question: Question, flat: Straight, allowed: int, starts: np.ndarray) -> Found:
    """The straight problem: by cost, or where it cannot be met by its margin."""
    worlds = len(flat.margins)
    half = max(1, round(SOFT * worlds))
    low, high = max(allowed - half, 0), min(allowed + half + 1, worlds)

    def ranked(points: np.ndarray) -> np.ndarray:
        ordered = np.sort(flat.at(points), axis=1)
        return np.asarray(ordered[:, low:high].mean(axis=1, keepdims=True))

    ask = replace(
        question, margins=ranked, tolerance=1e-8,
        slopes=lambda point: flat.ranked(point, low, high),
    )  # fmt: skip
    found = least_change(ask, starts)
    return found if found.meets else highest_worst(ask, starts)


def _on_the_line(
    bench: Bench, question: Question, found: Found, probability: float
) -> tuple[Found, int]:
    """The first point on the way from the scenario to the answer, and a little beyond it."""
    way = found.point - question.start
    room = np.where(way > 0, question.upper - question.start, question.lower - question.start)
    stretch = float(np.max(np.where(way != 0, room / np.where(way != 0, way, 1.0), 0.0), initial=1))
    low, high, spent = 0.0, min(max(stretch, 1.0), 1.5), 0
    on: Callable[[np.ndarray], np.ndarray] = lambda part: np.clip(  # noqa: E731
        question.start + part[:, None] * way, question.lower, question.upper
    )
    shares = np.zeros(1)
    for _ in range(3):
        parts = np.linspace(low, high, ALONG)
        shares = share_at(bench, on(parts))
        spent += ALONG
        reached = np.flatnonzero(shares >= probability - 1e-12)
        if not reached.size:
            top = on(parts[[int(shares.argmax())]])[0]
            short = float(shares.max() - probability)
            return replace(found, point=top, cost=float(question.cost(top)[0]), worst=short), spent
        first = int(reached[0])
        low, high = parts[max(first - 1, 0)], parts[first]
        if first == 0:
            break
    end = on(np.array([high]))[0]
    over = float(shares.max() - probability)
    return replace(found, point=end, cost=float(question.cost(end)[0]), worst=max(over, 0.0)), spent


# Shares of worlds for which the frontier is solved.
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def frontier_about(
    bench: Bench, question: Question, flat: Straight, starts: np.ndarray,
    between: tuple[float, float],
) -> np.ndarray:  # fmt: skip
    """Effort against the share of worlds it buys, shape (n, 2), by rising effort.

    Each point is the cheapest by the straightened worlds; its share is counted by running them.
    """
    points = [question.start, flat.point]
    for share in SHARES:
        if between[0] < share <= between[1]:
            allowed = rank_of(share, bench.worlds)
            points.append(_solved(question, flat, allowed, starts[:2]).point)
    tried = np.stack(points)
    costs, shares = question.cost(tried), share_at(bench, tried)
    order = np.lexsort((-shares, costs))
    best, kept = -1.0, []
    for place in order:
        # What costs more and meets less is on no frontier.
        if shares[place] > best:
            best = float(shares[place])
            kept.append((float(costs[place]), best))
    return np.array(kept)
