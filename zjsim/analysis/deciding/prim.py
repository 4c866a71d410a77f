"""The patient rule induction method: boxes in which cases of interest crowd. Knows no plan.

Friedman and Fisher (1999), Statistics and Computing 9(2), 123-143, with the objective that scenario
discovery uses (gain in the mean by cases given up; Kwakkel and Jaxa-Rozen 2016, Environmental
Modelling & Software 79, 311-321) and the quasi-p-values of Bryant and Lempert (2010),
Technological Forecasting and Social Change 77, 34-49. The steps are those of EMA Workbench 2.5,
which `tests/analysis/test_prim.py` holds them to. That library is not called: it imports
2,600 modules in ten seconds, and one box in 2,000 runs and 12 inputs takes it some seconds more,
where 100,000 runs and as many inputs as a model has must be done, with resampling, in one minute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

PEEL, PASTE, LEAST_MASS = 0.05, 0.05, 0.05


@dataclass(frozen=True)
class Box:
    """Limits of each input, and what lies within them.

    Parameters
    ----------
    low, high : array, shape (d,)
        Both included; infinite where an input is not restricted.
    n, k : int
        Cases inside, and those of interest among them.
    """

    low: np.ndarray
    high: np.ndarray
    n: int
    k: int

    @property
    def density(self) -> float:
        """Part of the cases inside that are of interest."""
        return self.k / self.n if self.n else math.nan

    @property
    def restricted(self) -> tuple[int, ...]:
        """Positions of the inputs that have a limit."""
        bound = np.isfinite(self.low) | np.isfinite(self.high)
        return tuple(int(place) for place in np.flatnonzero(bound))

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Which cases lie inside, shape (n,), of values of shape (n, d)."""
        inside = np.ones(len(values), dtype=bool)
        for place in self.restricted:
            column = values[:, place]
            inside &= (column >= self.low[place]) & (column <= self.high[place])
        return inside


def counted(low: np.ndarray, high: np.ndarray, values: np.ndarray, hits: np.ndarray) -> Box:
    """The box of these limits, with what lies within them."""
    inside = Box(low, high, 0, 0).holds(values)
    return Box(low, high, int(inside.sum()), int(hits[inside].sum()))


def trajectory(
    values: np.ndarray,
    hits: np.ndarray,
    *,
    peel: float = PEEL,
    paste: float = PASTE,
    least: float = LEAST_MASS,
) -> list[Box]:
    """Every box on the way from all cases to the densest that still holds enough of them.

    Parameters
    ----------
    values : array, shape (n, d)
        Inputs of each case.
    hits : array of bool, shape (n,)
        Whether a case is of interest.
    peel, paste : float
        Part of the cases inside that a step cuts off, and of those beside it that one takes back.
    least : float
        Part of all cases below which no box falls.

    Returns
    -------
    list of Box
        The first is unrestricted; each cuts off, and at the end takes back, a slice of one input.
    """
    hits = np.asarray(hits, dtype=bool)
    free = np.full(values.shape[1], np.inf)
    boxes = [Box(-free, free, len(hits), int(hits.sum()))]
    slices = _Slices(values, hits)
    while (found := slices.peeled(boxes[-1], peel)) is not None:
        if found.n / len(hits) < least or found.n >= boxes[-1].n:
            break
        boxes.append(found)
        slices.keep(found)
    while (wider := _pasted(boxes[-1], values, hits, paste)) is not None:
        boxes.append(wider)
    return boxes


class _Slices:
    """The cases of a box, in the order of each input: both ends of each are at hand."""

    def __init__(self, values: np.ndarray, hits: np.ndarray) -> None:
        self.values, self.hits = values, hits
        self.order = np.argsort(values.T, axis=1, kind="stable").astype(np.int32)
        self.sorted = np.take_along_axis(values.T, self.order, axis=1)

    def keep(self, box: Box) -> None:
        """Leave only the cases inside."""
        rows = box.holds(self.values)[self.order]
        shape = (len(self.order), box.n)
        self.order, self.sorted = self.order[rows].reshape(shape), self.sorted[rows].reshape(shape)

    def peeled(self, box: Box, part: float) -> Box | None:
        """The box after the best slice is cut off; None when no slice helps."""
        best: tuple[float, int] | None = None
        found = None
        for place, (line, order) in enumerate(zip(self.sorted, self.order, strict=True)):
            for upper in (True, False):
                edge = quantile(line, 1 - part if upper else part)
                side = "right" if upper else "left"
                cut = int(np.searchsorted(line, edge, side=side))  # type: ignore[call-overload]
                gone = order[cut:] if upper else order[:cut]
                n, k = box.n - gone.size, box.k - int(self.hits[gone].sum())
                if not 0 < n < box.n:
                    continue
                low, high = box.low, box.high
                low, high = (low, _with(high, place, edge)) if upper else (
                    _with(low, place, edge), high,
                )  # fmt: skip
                made = Box(low, high, n, k)
                score = (made.density - box.density) / gone.size, -len(made.restricted)
                if score[0] > 0 and (best is None or score > best):
                    best, found = score, made
        return found


def _with(limits: np.ndarray, place: int, edge: float) -> np.ndarray:
    changed = limits.copy()
    changed[place] = edge
    return changed


def quantile(line: np.ndarray, part: float) -> float:
    """Where a sorted line is cut: half-way between two unequal neighbours.

    Examples
    --------
    >>> quantile(np.array([1.0, 2.0, 3.0, 3.0, 3.0]), 0.9)
    2.5
    """
    place = (line.size - 1) * part
    low, high = math.floor(place), math.ceil(place)
    if line[low] == line[high]:
        if part > 0.5:
            low = max(int(np.searchsorted(line, line[high], side="left")) - 1, 0)
        else:
            high = min(int(np.searchsorted(line, line[low], side="right")), line.size - 1)
    return float((line[low] + line[high]) / 2)


def _pasted(box: Box, values: np.ndarray, hits: np.ndarray, part: float) -> Box | None:
    """The box after the best slice is taken back; None when the density would not rise."""
    best: tuple[float, int] | None = None
    found = None
    for place in box.restricted:
        others = Box(
            _with(box.low, place, -np.inf), _with(box.high, place, np.inf), 0, 0
        ).holds(values)  # fmt: skip
        column = values[others, place]
        for upper, limit in ((False, box.low[place]), (True, box.high[place])):
            if not np.isfinite(limit):
                continue
            beside = np.sort(column[column >= limit] if upper else column[column <= limit])
            edge = np.inf if upper else -np.inf
            if beside.size:
                edge = quantile(beside, part if upper else 1 - part)
            low, high = box.low, box.high
            low, high = (low, _with(high, place, edge)) if upper else (
                _with(low, place, edge), high,
            )  # fmt: skip
            made = counted(low, high, values, hits)
            if made.n <= box.n or made.density <= box.density:
                continue
            score = (made.density - box.density) / (made.n - box.n), -len(made.restricted)
            if best is None or score > best:
                best, found = score, made
    return found


def quasi_p(box: Box, values: np.ndarray, hits: np.ndarray) -> dict[tuple[int, str], float]:
    """How likely each limit would be by chance, by position and ``low`` or ``high``.

    One-sided binomial test of the density inside against that without the limit.
    """
    from scipy.stats import binomtest

    found = {}
    for place in box.restricted:
        for side, limit in (("low", box.low[place]), ("high", box.high[place])):
            if not np.isfinite(limit):
                continue
            low, high = box.low, box.high
            low = _with(low, place, -np.inf) if side == "low" else low
            high = _with(high, place, np.inf) if side == "high" else high
            without = counted(low, high, values, hits)
            test = binomtest(box.k, box.n, without.density, alternative="greater")
            found[place, side] = float(test.pvalue)
    return found
