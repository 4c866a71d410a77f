"""The cheapest point at which enough of many straight worlds hold, by linear programs.

Each world's margins are straight in the numbers. Which worlds to hold is a choice among very many,
and no quick method is sure of the best one. Here the worlds that a point holds best are held by a
linear program, chosen again at its end, and so on, which never gets dearer; then the worlds that
cost most (by their shadow prices) are let go for others, one by one, as long as that saves. This
is done from several points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zjsim.analysis.deciding.search import HAIR, Question

ROUNDS, SWAPS, DEAREST = 12, 20, 3
SAME = 1e-9  # costs that differ by less are the same


@dataclass(frozen=True)
class Straight:
    """Margins of every world and target about a point, and their slopes.

    Parameters
    ----------
    point : array, shape (n,)
    margins : array, shape (world, k)
    slopes : array, shape (world, k, n)
    """

    point: np.ndarray
    margins: np.ndarray
    slopes: np.ndarray

    def at(self, points: np.ndarray) -> np.ndarray:
        """The worst margin by point and world, shape (m, world)."""
        worlds, k, n = self.slopes.shape
        moved = (points - self.point) @ self.slopes.reshape(-1, n).T
        found: np.ndarray = (self.margins + moved.reshape(len(points), worlds, k)).min(axis=2)
        return found


@dataclass(frozen=True)
class Held:
    """The end of a search: a point, its cost, and how many searches ended within 1 % of it."""

    point: np.ndarray
    cost: float
    agreeing: int = 1
    starts: int = 1


@dataclass(frozen=True)
class _Solved:
    """An optimum of one linear program, and the shadow price of each world."""

    point: np.ndarray
    value: float
    prices: np.ndarray


class _Worlds:
    """Linear programs over chosen worlds."""

    def __init__(self, question: Question, flat: Straight) -> None:
        self.question, self.flat = question, flat
        self.up = question.upper - question.start
        self.down = question.start - question.lower
        self.base = flat.margins + flat.slopes @ (question.start - flat.point)
        up, down = flat.slopes * self.up, -flat.slopes * self.down
        most = self.base + np.maximum(np.maximum(up, down), 0).sum(axis=2)
        least = self.base + np.minimum(np.minimum(up, down), 0).sum(axis=2)
        self.never = (most < 0).any(axis=1)
        self._bind = least < HAIR  # what holds everywhere needs no row

    def choose(self, point: np.ndarray, need: int) -> np.ndarray:
        """The worlds that a point holds best, as a mask."""
        worst = np.where(self.never, -np.inf, self.flat.at(point[None])[0])
        chosen = np.zeros(worst.size, dtype=bool)
        chosen[np.argsort(-worst, kind="stable")[:need]] = True
        return chosen

    def cheapest(self, chosen: np.ndarray) -> _Solved | None:
        """The cheapest point that holds them all; None where there is none."""
        price = self.question.price
        return self._solve(chosen, np.concatenate([price, price]), lifted=False)

    def highest(self, chosen: np.ndarray) -> _Solved | None:
        """The point at which the worst margin of them all is highest."""
        return self._solve(chosen, np.zeros(2 * self.up.size), lifted=True)

    def _solve(self, chosen: np.ndarray, cost: np.ndarray, *, lifted: bool) -> _Solved | None:
        from scipy.optimize import linprog

        world, target = np.nonzero(self._bind & chosen[:, None])
        slopes = self.flat.slopes[world, target]
        rows = np.concatenate([-slopes, slopes], axis=1)
        bounds: list[tuple[float | None, float | None]] = [
            (0.0, float(room)) for room in (*self.up, *self.down)
        ]
        if lifted:
            rows = np.column_stack([rows, np.ones(len(rows))])
            cost, bounds = np.append(cost, -1.0), [*bounds, (None, 1.0)]
        else:
            cost = cost / (self.question.price.max() or 1.0)
        ended = linprog(
            cost, A_ub=rows, b_ub=self.base[world, target] - HAIR, bounds=bounds, method="highs-ds"
        )
        if ended.status != 0:
            return None
        n = self.up.size
        point = np.clip(
            self.question.start + ended.x[:n] - ended.x[n : 2 * n],
            self.question.lower,
            self.question.upper,
        )
        prices = np.zeros(len(chosen))
        np.add.at(prices, world, -np.asarray(ended.ineqlin.marginals))
        value = float(ended.x[-1]) if lifted else float(self.question.cost(point)[0])
        return _Solved(point, value, prices)


def cheapest(question: Question, flat: Straight, allowed: int, starts: np.ndarray) -> Held | None:
    """The cheapest point found at which at most ``allowed`` worlds fail; None where none was.

    Parameters
    ----------
    starts : array, shape (m, n)
        Points whose best held worlds are held first.
    """
    worlds, need = _Worlds(question, flat), len(flat.margins) - allowed
    if np.count_nonzero(~worlds.never) < need:
        return None
    ends = [_descend(worlds, start, need) for start in starts]
    found = [end for end in ends if end is not None]
    if not found:
        return None
    best = min(found, key=lambda end: end.value)
    near = sum(end.value <= best.value * 1.01 + SAME for end in found)
    return Held(best.point, best.value, near, len(starts))


def _descend(worlds: _Worlds, start: np.ndarray, need: int) -> _Solved | None:
    chosen = worlds.choose(start, need)
    kept = worlds.cheapest(chosen) or _lifted(worlds, chosen, need)
    if kept is None:
        return None
    for _ in range(ROUNDS):
        chosen = worlds.choose(kept.point, need)
        again = worlds.cheapest(chosen)
        if again is None or again.value >= kept.value - SAME:
            break
        kept = again
    return _swapped(worlds, kept, need)


def _lifted(worlds: _Worlds, chosen: np.ndarray, need: int) -> _Solved | None:
    """Worlds that can be held together, from some that cannot."""
    level = -np.inf
    for _ in range(ROUNDS):
        high = worlds.highest(chosen)
        if high is None or high.value <= level + SAME:
            return None
        level = high.value
        chosen = worlds.choose(high.point, need)
        found = worlds.cheapest(chosen)
        if found is not None:
            return found
    return None


def _swapped(worlds: _Worlds, kept: _Solved, need: int) -> _Solved:
    """Lets go, as long as that saves, a world that costs much for one that does not."""
    chosen = worlds.choose(kept.point, need)
    kept = worlds.cheapest(chosen) or kept
    for _ in range(SWAPS):
        better = None
        outside = np.where(chosen | worlds.never, -np.inf, worlds.flat.at(kept.point[None])[0])
        other = int(outside.argmax())
        dearest = [int(w) for w in np.argsort(-kept.prices)[:DEAREST] if kept.prices[w] > 0]
        for world in dearest if np.isfinite(outside[other]) else ():
            tried = chosen.copy()
            tried[[world, other]] = False, True
            found = worlds.cheapest(tried)
            if found is not None and found.value < kept.value - SAME:
                better, chosen = found, tried
                break
        if better is None:
            break
        kept = better
    return kept


def most_held(question: Question, flat: Straight, starts: np.ndarray) -> np.ndarray:
    """The point at which the most worlds hold, as far as halving the number finds it, (n,)."""
    held = (flat.at(starts) >= 0).sum(axis=1)
    low = int(held.max())
    best: np.ndarray = starts[int(held.argmax())]
    high = int(np.count_nonzero(~_Worlds(question, flat).never))
    total = len(flat.margins)
    while high - low > max(total // 256, 1):
        middle = (low + high + 1) // 2
        found = cheapest(question, flat, total - middle, np.concatenate([starts[:1], best[None]]))
        if found is None:
            high = middle - 1
        else:
            low, best = middle, found.point
    return best
