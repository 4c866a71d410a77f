"""From boxes on the way of a peeling to few that are worth telling. Knows no plan.

A box is worth telling when it holds much of what is of interest (coverage), little else (density),
and few limits. Coverage is weighed against *lift*, the part of the way from the share among all
cases to one that the density goes; the harmonic mean of the two is 0 for the whole and for a box
that holds no more than its share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zjsim.analysis.deciding.prim import LEAST_MASS, Box, counted, quasi_p, trajectory

MOST_LIMITED = 4  # inputs that one box may restrict: more is no sentence
SCREENED = 12  # inputs that are peeled
SCREENED_ON = 20_000  # cases that are looked at to choose them
LITTLE = 0.02  # of the score: a limit that brings less is dropped
CHANCE = 0.05  # quasi-p-value above which a limit may be chance
ENOUGH, MORE = 0.15, 0.3  # lift of the first box, and of one more
ADDS = 0.1  # part of all cases of interest that one more box must add
BOXES = 3
RESAMPLES, RESAMPLED = 20, 4096


@dataclass(frozen=True)
class Counted:
    """A box held to some cases.

    Parameters
    ----------
    n, k : int
        Cases inside, and those of interest among them.
    cases, hits : int
        Among which the box was counted, and those of interest among them.
    """

    n: int
    k: int
    cases: int
    hits: int

    @property
    def coverage(self) -> float:
        """Part of all of interest that lies inside."""
        return self.k / self.hits if self.hits else float("nan")

    @property
    def density(self) -> float:
        """Part of those inside that are of interest."""
        return self.k / self.n if self.n else float("nan")

    @property
    def mass(self) -> float:
        """Part of all cases that lies inside."""
        return self.n / self.cases


def held_to(boxes: Sequence[Box], values: np.ndarray, hits: np.ndarray) -> Counted:
    """Some boxes together, counted among cases; what lies in two counts once."""
    inside = np.zeros(len(values), dtype=bool)
    for box in boxes:
        inside |= box.holds(values)
    return Counted(int(inside.sum()), int(hits[inside].sum()), len(hits), int(hits.sum()))


def lift(density: np.ndarray | float, share: float) -> np.ndarray:
    """Part of the way from the share among all to one.

    Examples
    --------
    >>> float(lift(0.9, 0.5))
    0.8
    """
    return np.asarray((np.nan_to_num(density) - share) / (1 - share) if share < 1 else 0.0)


def score(n: np.ndarray | int, k: np.ndarray | int, hits: int, share: float) -> np.ndarray:
    """Harmonic mean of coverage and lift of boxes with ``n`` cases and ``k`` of interest."""
    inside, own = np.asarray(n, dtype=float), np.asarray(k, dtype=float)
    coverage, gain = own / hits, np.maximum(lift(own / np.maximum(inside, 1), share), 0)
    return np.asarray(2 * coverage * gain / np.maximum(coverage + gain, 1e-12))


def strongest(values: np.ndarray, hits: np.ndarray, most: int = SCREENED) -> np.ndarray:
    """Positions of the inputs whose distribution differs most between the two kinds of cases.

    By the largest distance of their distribution functions (Kolmogorov and Smirnov).
    """
    values, hits = values[:SCREENED_ON], hits[:SCREENED_ON]
    order = np.argsort(values, axis=0, kind="stable")
    ones = hits[order]
    high = np.cumsum(ones, axis=0) / max(hits.sum(), 1)
    low = np.cumsum(~ones, axis=0) / max((~hits).sum(), 1)
    # Between equal values nothing can be told apart.
    line = np.take_along_axis(values, order, axis=0)
    last = np.vstack([line[1:] != line[:-1], np.ones((1, values.shape[1]), dtype=bool)])
    far = np.where(last, np.abs(high - low), 0.0).max(axis=0)
    return np.sort(np.argsort(-far, kind="stable")[:most])


def simplified(box: Box, values: np.ndarray, hits: np.ndarray, most: int) -> Box:
    """The box without the limits that bring least, until few inputs are restricted."""
    share, total = hits.mean(), int(hits.sum())
    limits = [
        (place, upper)
        for place in box.restricted
        for upper in (False, True)
        if np.isfinite((box.high if upper else box.low)[place])
    ]
    masks = [
        values[:, place] <= box.high[place] if upper else values[:, place] >= box.low[place]
        for place, upper in limits
    ]
    now = float(score(box.n, box.k, total, share))
    while limits:
        left = _without_each(masks)
        n, k = left.sum(axis=1), (left & hits).sum(axis=1)
        scores = score(n, k, total, share)
        least = int(scores.argmax())
        if len({place for place, _ in limits}) <= most and scores[least] < now - LITTLE:
            break
        now = float(scores[least])
        del limits[least], masks[least]
    low, high = np.full(values.shape[1], -np.inf), np.full(values.shape[1], np.inf)
    for place, upper in limits:
        (high if upper else low)[place] = (box.high if upper else box.low)[place]
    return counted(low, high, values, hits)


def _without_each(masks: Sequence[np.ndarray]) -> np.ndarray:
    """Of each mask the cases that all others hold, shape (mask, n)."""
    table = np.stack(masks)
    before = np.ones_like(table)
    after = np.ones_like(table)
    np.logical_and.accumulate(table[:-1], axis=0, out=before[1:])
    after[:-1] = np.logical_and.accumulate(table[:0:-1], axis=0)[::-1]
    return np.asarray(before & after)


def best_box(
    values: np.ndarray,
    hits: np.ndarray,
    *,
    most: int = MOST_LIMITED,
    density: float | None = None,
    decimals: Sequence[int] | None = None,
) -> Box:
    """The box most worth telling; unrestricted when none is.

    The strongest inputs are peeled, all but few limits are dropped, and the inputs that are left
    are peeled once more by themselves. Limits are rounded before they are counted, so that what is
    printed is what was counted.

    Parameters
    ----------
    values : array, shape (n, d)
    hits : array of bool, shape (n,)
    most : int
        Inputs that may be restricted.
    density : float or None
        The box of most coverage with at least this density, where there is one.
    decimals : sequence of int or None
        Of the limits, by input.
    """
    # What is rare fills no twentieth of the cases.
    least = min(LEAST_MASS, float(hits.mean()) / 2)
    chosen = strongest(values, hits)
    part = values[:, chosen]
    peeled = trajectory(part, hits, least=least)
    first = simplified(_chosen(peeled, hits, density), part, hits, most)
    if not first.restricted:
        return _back(first, chosen, values, hits, None)
    places = np.array(first.restricted)
    part, chosen = part[:, places], chosen[places]
    again = _chosen(trajectory(part, hits, least=least), hits, density)
    second = again if density is not None else simplified(again, part, hits, most)
    return _sure(_back(second, chosen, values, hits, decimals), values, hits)


def _chosen(boxes: Sequence[Box], hits: np.ndarray, density: float | None) -> Box:
    n, k = np.array([box.n for box in boxes]), np.array([box.k for box in boxes])
    if density is not None and np.any(k / n >= density):
        return boxes[int(np.where(k / n >= density, k, -1).argmax())]
    return boxes[int(score(n, k, int(hits.sum()), float(hits.mean())).argmax())]


def _back(
    box: Box, chosen: np.ndarray, values: np.ndarray, hits: np.ndarray,
    decimals: Sequence[int] | None,
) -> Box:  # fmt: skip
    """The box over all inputs, with its limits rounded."""
    low, high = np.full(values.shape[1], -np.inf), np.full(values.shape[1], np.inf)
    for place, own in enumerate(chosen):
        digits = 12 if decimals is None else decimals[own]
        # Adding nothing makes a zero of a negative zero.
        low[own] = round(float(box.low[place]), digits) + 0.0
        high[own] = round(float(box.high[place]), digits) + 0.0
    return counted(low, high, values, hits)


def _sure(box: Box, values: np.ndarray, hits: np.ndarray) -> Box:
    """The box without limits that may be chance, the likeliest dropped first."""
    while box.restricted:
        tested = quasi_p(box, values, hits)
        (place, side), p = max(tested.items(), key=lambda item: item[1])
        if p <= CHANCE:
            break
        low, high = box.low.copy(), box.high.copy()
        (low if side == "low" else high)[place] = -np.inf if side == "low" else np.inf
        box = counted(low, high, values, hits)
    return box


def boxes_in(
    values: np.ndarray,
    hits: np.ndarray,
    *,
    most: int = MOST_LIMITED,
    density: float | None = None,
    decimals: Sequence[int] | None = None,
) -> list[Box]:
    """Up to three boxes, each found in the cases outside those before it.

    A box's ``n`` and ``k`` are counted among these cases. An empty list says that nothing found is
    denser than the whole by enough to be told.
    """
    found: list[Box] = []
    left, share = np.ones(len(hits), dtype=bool), float(hits.mean())
    while len(found) < BOXES and 0 < hits[left].mean() < 1:
        box = best_box(values[left], hits[left], most=most, density=density, decimals=decimals)
        gain = float(lift(box.density, share))
        if not box.restricted or gain < (MORE if found else ENOUGH):
            break
        if found and box.k < ADDS * hits.sum():
            break
        found.append(box)
        left &= ~box.holds(values)
        if not left.any():
            break
    return found


def reproduced(
    values: np.ndarray, hits: np.ndarray, seed: int, most: int = MOST_LIMITED,
    repeats: int = RESAMPLES,
) -> np.ndarray:  # fmt: skip
    """How often the first box restricts each input in halves of the cases, shape (d,)."""
    count = np.zeros(values.shape[1])
    size = min(len(values) // 2, RESAMPLED)
    for number in range(repeats):
        random = np.random.default_rng([seed, number])
        rows = random.choice(len(values), size, replace=False)
        if 0 < hits[rows].mean() < 1:
            count[list(best_box(values[rows], hits[rows], most=most).restricted)] += 1
    return count / repeats
