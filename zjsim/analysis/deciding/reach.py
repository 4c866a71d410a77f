"""In how many worlds targets can be met at all: each world is given the setting that suits it best.

No setting for all worlds can meet the targets in more worlds than there are worlds that could meet
them with a setting of their own, chosen when everything is known. That is the bound of wait and
see. The best setting of a world is climbed to by moving one lever at a time from end to end, until
none helps any more; that nothing better was overlooked is checked from random settings, and the
largest amount by which one of them did better is granted to every world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zjsim.analysis.deciding.levers import Bench
from zjsim.analysis.deciding.search import Question
from zjsim.analysis.deciding.worlds import straightened

SWEEPS = 6
RANDOM = 12  # random settings that a world is checked at


@dataclass(frozen=True)
class Reach:
    """Worlds that can meet the targets with a setting of their own.

    Parameters
    ----------
    each : array, shape (k,)
        Share of worlds that can meet each target by itself.
    together : float
        Share of worlds that can meet every target, each by a setting of its own.
    checked : int
        Runs from random settings.
    contrary : float
        Share of them that did better than the climb.
    """

    each: np.ndarray
    together: float
    checked: int
    contrary: float


def reachable(bench: Bench, question: Question, tried: np.ndarray, seed: int) -> Reach:
    """Worlds that can meet each target and all of them.

    Parameters
    ----------
    tried : array, shape (n,)
        A setting to begin with; a world that meets a target at it needs no climb.
    """
    worlds, points = bench.worlds, np.stack([question.upper, tried])
    numbers = np.tile(np.arange(worlds), len(points))
    margins = _margins(bench, np.repeat(points, worlds, axis=0), numbers)
    table = margins.reshape(len(points), worlds, -1)
    flat = straightened(bench, question.start, question, worlds, 0.5)
    can = np.zeros(table.shape[1:], dtype=bool)
    checked = better = 0
    for k in range(table.shape[2]):
        best = table[:, :, k].max(axis=0)
        missed = np.flatnonzero(best < 0)
        if missed.size:
            # Every lever that helps a little, at its end.
            helps = flat.slopes[missed, k] > 0
            own = np.where(helps, question.upper, question.lower)
            at = points[table[:, missed, k].argmax(axis=0)]
            reached = _climbed(bench, question, k, missed, np.stack([at, own]))
            more = _beyond(bench, question, k, missed, reached, seed + k)
            checked += more.size
            better += int(np.count_nonzero(more > 0))
            best[missed] = reached + max(float(more.max()), 0.0)
        can[:, k] = best >= 0
    contrary = better / checked if checked else 0.0
    return Reach(can.mean(axis=0), float(can.all(axis=1).mean()), checked, contrary)


def _margins(bench: Bench, points: np.ndarray, worlds: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.nan_to_num(bench.margins(points, worlds), nan=-1e3)
    return found


def _climbed(
    bench: Bench, question: Question, target: int, worlds: np.ndarray, begins: np.ndarray
) -> np.ndarray:
    """The margin of one target at the best corner of each world, shape (w,).

    Parameters
    ----------
    begins : array, shape (b, w, n)
        Settings from which each world begins; its best is taken.
    """
    n, count = question.start.size, worlds.size
    flat = begins.reshape(-1, n)
    margins = _margins(bench, flat, np.tile(worlds, len(begins)))[:, target]
    table = margins.reshape(len(begins), count)
    place = table.argmax(axis=0)
    at = begins[place, np.arange(count)].copy()
    best: np.ndarray = table.max(axis=0)
    rising = np.arange(count)
    for _ in range(SWEEPS):
        # Each lever alone to both ends, in every world that still rises and is still short.
        moved = np.repeat(at[rising, None, :], 2 * n, axis=1)
        moved[:, np.arange(n), np.arange(n)] = question.lower
        moved[:, np.arange(n) + n, np.arange(n)] = question.upper
        numbers = np.repeat(worlds[rising], 2 * n)
        found = _margins(bench, moved.reshape(-1, n), numbers)[:, target].reshape(-1, 2 * n)
        place, highest = found.argmax(axis=1), found.max(axis=1)
        gained = highest > best[rising] + 1e-12
        at[rising[gained]] = moved[gained, place[gained]]
        best[rising[gained]] = highest[gained]
        rising = rising[gained & (best[rising] < 0)]
        if not rising.size:
            break
    return best


def _beyond(
    bench: Bench,
    question: Question,
    target: int,
    worlds: np.ndarray,
    reached: np.ndarray,
    seed: int,
) -> np.ndarray:
    """How much more random settings have than the climb, shape (RANDOM, w); half are corners."""
    rng = np.random.default_rng(seed)
    places = rng.random((RANDOM, worlds.size, question.start.size))
    places[::2] = np.round(places[::2])
    points = question.lower + places * (question.upper - question.lower)
    numbers = np.tile(worlds, RANDOM)
    margins = _margins(bench, points.reshape(-1, points.shape[2]), numbers)[:, target]
    more: np.ndarray = margins.reshape(RANDOM, -1) - reached
    return more
