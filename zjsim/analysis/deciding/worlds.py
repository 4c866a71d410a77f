"""The least change that meets targets in a share of many worlds, the same worlds for each try.

A share of worlds moves in steps and has no slope. Around a point each world's margins are taken as
straight; the straight problem is solved by linear programs (``chance``), the model is run again
where it ends, and so on: first in some of the worlds and over wide steps, then in all and closely.
The last step is exact: along the line from the scenario to the answer the first point is taken at
which the counted share is reached.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from zjsim.analysis.deciding.chance import Straight, cheapest, most_held
from zjsim.analysis.deciding.levers import Bench
from zjsim.analysis.deciding.search import Found, Question

# Worlds (None is all) and the step of slopes, in parts of a lever's range, round by round.
Rounds = tuple[tuple[int | None, float], ...]
ROUNDS: Rounds = ((256, 0.5), (256, 0.1), (None, 0.02), (None, 0.02))
FULL: Rounds = ROUNDS[-1:]  # from where the answer is near
COARSE, SWEEPS = 512, 6  # worlds and turns of the climb to a higher share
STEPS, REPEATS, STRONG = (0.3, 0.1, 0.03), 2, 4  # of the last polish, in parts of a range
ALONG = 9  # points tried on a line at a time
FINER = 3  # times that the line is looked at more closely
# Shares of worlds for which the frontier is solved, on the way to that of the answer.
FRONTIER = 8


def rank_of(probability: float, worlds: int) -> int:
    """How many worlds may fail.

    Examples
    --------
    >>> rank_of(0.8, 10)
    2
    """
    return worlds - math.ceil(probability * worlds - 1e-9)


def share_at(bench: Bench, points: np.ndarray, worlds: int | None = None) -> np.ndarray:
    """Share of the first worlds (None: of all) in which every target is met, shape (m,)."""
    share: np.ndarray = (bench.in_all_worlds(points, worlds) >= 0).mean(axis=1)
    return share


def straightened(
    bench: Bench, point: np.ndarray, question: Question, worlds: int, width: float
) -> Straight:
    """Run the first worlds at a point, and with each lever moved by a part of its range."""
    n = point.size
    span = width * (question.upper - question.lower)
    step = np.where(point + span <= question.upper, span, -span)
    block = np.repeat(point[None], n + 1, axis=0)
    block[np.arange(n) + 1, np.arange(n)] += step
    numbers = np.tile(np.arange(worlds), n + 1)
    ran = np.nan_to_num(bench.margins(np.repeat(block, worlds, axis=0), numbers), nan=-1e3)
    table = ran.reshape(n + 1, worlds, -1)
    slopes = (table[1:] - table[0]) / np.where(step == 0, 1.0, step)[:, None, None]
    return Straight(point, table[0], np.moveaxis(slopes, 0, 2))


def least_change_in_worlds(
    bench: Bench,
    probability: float,
    starts: np.ndarray,
    begin: np.ndarray | None = None,
    rounds: Rounds = ROUNDS,
) -> tuple[Found, Straight]:
    """The cheapest point found at which the targets are met together in this share of worlds.

    Parameters
    ----------
    starts : array, shape (m, n)
        Points from which each straight problem is solved.
    begin : array or None
        Where the worlds are straightened first; None is the scenario.

    Returns
    -------
    Found, Straight
        ``worst`` is the share above the wanted one, below 0 where none was found; and the worlds
        as they were last straightened.
    """
    question = bench.question()
    point = question.start if begin is None else begin
    best: Found | None = None
    flat: Straight | None = None
    for part, width in rounds:
        worlds = min(part or bench.worlds, bench.worlds)
        flat = straightened(bench, point, question, worlds, width)
        tried = np.concatenate([starts, point[None]])
        held = cheapest(question, flat, rank_of(probability, worlds), tried)
        end = most_held(question, flat, tried) if held is None else held.point
        if part is None:
            counted = _on_the_line(bench, question, end, probability)
            if held is not None:
                counted = replace(counted, agreeing=held.agreeing, starts=held.starts)
            settled = best is not None and not _better(counted, best, by=1e-3)
            best = counted if best is None or _better(counted, best) else best
            if settled:
                break
            end = counted.point
        if np.allclose(end, point, atol=1e-3) and part is None:
            break
        point = end
    assert best is not None
    assert flat is not None
    best = _trimmed(bench, question, best, probability)
    strong = _strongest(question, flat)
    return _polished(bench, question, best, probability, strong), flat


def _better(one: Found, other: Found, by: float = 0.0) -> bool:
    """Whether one is cheaper, or where neither meets the share has more of it."""
    if one.meets and other.meets:
        return one.cost < other.cost * (1 - by)
    if one.meets or other.meets:
        return one.meets
    return one.worst > other.worst + by


def _on_the_line(bench: Bench, question: Question, end: np.ndarray, probability: float) -> Found:
    """The first point on the way from the scenario to the end, and a little beyond it."""
    way = end - question.start
    room = np.where(way > 0, question.upper - question.start, question.lower - question.start)
    stretch = float(np.max(np.where(way != 0, room / np.where(way != 0, way, 1.0), 0.0), initial=1))
    on: Callable[[np.ndarray], np.ndarray] = lambda part: np.clip(  # noqa: E731
        question.start + part[:, None] * way, question.lower, question.upper
    )
    low, high = 0.0, min(max(stretch, 1.0), 1.5)
    over = 0.0
    for turn in range(FINER):
        # The wanted end itself is among what is tried first.
        parts = np.linspace(low, high, ALONG)
        parts = np.sort(np.append(parts, 1.0)) if turn == 0 else parts
        shares = share_at(bench, on(parts))
        reached = np.flatnonzero(shares >= probability - 1e-12)
        if not reached.size:
            place = int(shares.argmax())
            top = on(parts[[place]])[0]
            short = float(shares[place] - probability)
            return Found(top, float(question.cost(top)[0]), short, 1, 1)
        first = int(reached[0])
        low, high = float(parts[max(first - 1, 0)]), float(parts[first])
        over = float(shares[first]) - probability
        if first == 0:
            break
    point = on(np.array([high]))[0]
    return Found(point, float(question.cost(point)[0]), max(over, 0.0), 1, 1)


def _trimmed(bench: Bench, question: Question, found: Found, probability: float) -> Found:
    """Without changes that the counted share does not need."""
    while found.meets:
        moved = np.flatnonzero(found.point != question.start)
        if moved.size < 2:
            break
        points = np.repeat(found.point[None], moved.size, axis=0)
        points[np.arange(moved.size), moved] = question.start[moved]
        cheaper = _cheapest_counted(bench, question, points, probability)
        if cheaper is None:
            break
        found = replace(found, point=cheaper.point, cost=cheaper.cost, worst=cheaper.worst)
    return found


def _polished(
    bench: Bench, question: Question, found: Found, probability: float, strong: np.ndarray
) -> Found:
    """Cheaper by counting: a changed lever goes back a little, alone or for half of another.

    Straight worlds do not see a way that is cheaper after a bend; the share along it is counted.

    Parameters
    ----------
    strong : array of int
        Levers that may be raised for another.
    """
    span = question.upper - question.lower
    for step in STEPS:
        for _ in range(REPEATS if found.meets else 0):
            moved = np.flatnonzero(found.point != question.start)
            points = [question.start + (1 - step) * (found.point - question.start)]
            for k in moved:
                back = np.sign(question.start[k] - found.point[k]) * step * span[k]
                limits = sorted((question.start[k], found.point[k]))
                less = found.point.copy()
                less[k] = np.clip(less[k] + back, *limits)
                points.append(less)
                saved = abs(less[k] - found.point[k]) * question.price[k]
                for j in strong[strong != k]:
                    more = less.copy()
                    more[j] += saved / 2 / max(question.price[j], 1e-12)
                    points.append(np.minimum(more, question.upper))
            cheaper = _cheapest_counted(bench, question, np.stack(points), probability)
            if cheaper is None or cheaper.cost >= found.cost * (1 - 1e-4):
                break
            found = replace(found, point=cheaper.point, cost=cheaper.cost, worst=cheaper.worst)
    return found


def _cheapest_counted(
    bench: Bench, question: Question, points: np.ndarray, probability: float
) -> Found | None:
    """Of these points the cheapest that reaches the share; None where none does."""
    shares, costs = share_at(bench, points), question.cost(points)
    enough = shares >= probability - 1e-12
    if not enough.any():
        return None
    place = int(np.where(enough, costs, np.inf).argmin())
    over = max(float(shares[place]) - probability, 0.0)
    return Found(points[place], float(costs[place]), over, 1, 1)


def _strongest(question: Question, flat: Straight) -> np.ndarray:
    """Levers that lift the worst margins of the worlds most for their price."""
    hardest = flat.margins.argmin(axis=1)
    slopes = flat.slopes[np.arange(len(hardest)), hardest].mean(axis=0)
    gain = slopes / np.maximum(question.price, 1e-12)
    return np.argsort(-gain)[:STRONG][np.sort(gain)[::-1][:STRONG] > 0]


def highest_share(bench: Bench, question: Question, point: np.ndarray) -> np.ndarray:
    """A setting with a higher share, by moving one lever at a time to an end, shape (n,)."""
    n, worlds = question.start.size, min(COARSE, bench.worlds)
    best = float(share_at(bench, point[None], worlds)[0])
    for _ in range(SWEEPS):
        moved = np.repeat(point[None], 2 * n, axis=0)
        moved[np.arange(n), np.arange(n)] = question.lower
        moved[np.arange(n) + n, np.arange(n)] = question.upper
        shares = share_at(bench, moved, worlds)
        if shares.max() <= best:
            break
        best, point = float(shares.max()), moved[int(shares.argmax())]
    return point


def frontier_about(
    bench: Bench, question: Question, flat: Straight, answer: np.ndarray,
    between: tuple[float, float],
) -> np.ndarray:  # fmt: skip
    """Effort against the share of worlds it buys, shape (n, 2), by rising effort.

    Each point is the cheapest by the straightened worlds; its share is counted by running them.

    Parameters
    ----------
    answer : array, shape (n,)
        A point that is counted in any case.
    between : tuple of float
        Shares that the frontier goes from and to.
    """
    points = [question.start, answer]
    worlds = len(flat.margins)
    for share in np.linspace(*between, FRONTIER + 1)[1:-1]:
        held = cheapest(question, flat, rank_of(float(share), worlds), answer[None])
        points += [] if held is None else [held.point]
    # Where straight worlds mislead, the way to the answer is still one.
    ways = np.linspace(0, 1, FRONTIER + 1)[1:-1]
    points += [question.start + part * (answer - question.start) for part in ways]
    tried = np.stack(points)
    costs, shares = question.cost(tried), share_at(bench, tried)
    # What differs from the answer by its rounding alone is the answer.
    same = (costs < costs[1]) & (costs > 0.99 * costs[1]) & (shares >= shares[1])
    costs, shares = costs[~same], shares[~same]
    best, kept = -1.0, []
    for place in np.lexsort((-shares, costs)):
        # What costs more and meets less is on no frontier.
        if shares[place] > best:
            best = float(shares[place])
            kept.append((float(costs[place]), best))
    return np.array(kept)
