"""Boxes as parts of the uncertain world: limits of what is observed, and how often they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zjsim.analysis.deciding import boxes as telling
from zjsim.analysis.deciding.boxes import Counted, held_to
from zjsim.analysis.deciding.experiments import Observed
from zjsim.analysis.deciding.prim import Box, quasi_p
from zjsim.assessment.probability import wilson_share

# Values of each world, shape (n, d), and which are of interest, shape (n,).
Worlds = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Limit:
    """One input of a box.

    Parameters
    ----------
    observed : Observed
    low, high : float or None
        Limits, both included; None where there is none on that side.
    p_low, p_high : float or None
        Quasi-p-value of each limit: how likely it would be by chance.
    again : float
        Part of the half-samples whose first box restricts this input, too.
    span : tuple of float
        What 95 % of the worlds lie within.
    decimals : int
        That the limits have.
    """

    observed: Observed
    low: float | None
    high: float | None
    p_low: float | None
    p_high: float | None
    again: float
    span: tuple[float, float]
    decimals: int


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the uncertain world.

    Parameters
    ----------
    limits : tuple of Limit
        The input that cuts off most first.
    found : Counted
        In the worlds that it was found in: of a second box, those outside the first.
    fresh : Counted
        In worlds that it has not seen, counted alike.
    """

    limits: tuple[Limit, ...]
    found: Counted
    fresh: Counted


def regions_of(
    boxes: Sequence[Box],
    observed: Sequence[Observed],
    decimals: Sequence[int],
    found: Worlds,
    fresh: Worlds,
    seed: int,
    *,
    most: int = telling.MOST_LIMITED,
) -> list[Region]:
    """Each box counted in the worlds outside those before it, as long as it stands in fresh ones.

    What is not denser than the whole in fresh worlds, by half as much at least, was chance, and so
    is what was found after it.
    """
    (values, hits), (new, again) = found, fresh
    left, left_new = np.ones(hits.size, dtype=bool), np.ones(again.size, dtype=bool)
    repeated = telling.reproduced(values, hits, seed, most) if boxes else None
    regions: list[Region] = []
    for box in boxes:
        one = Region(
            limits_of(
                box, observed, decimals, values,
                quasi_p(box, values[left], hits[left]), None if regions else repeated,
            ),
            _counted(box, values[left], hits[left], hits),
            _counted(box, new[left_new], again[left_new], again),
        )  # fmt: skip
        if not _stands(one, float(hits.mean()), float(again.mean())):
            break
        regions.append(one)
        left &= ~box.holds(values)
        left_new &= ~box.holds(new)
    return regions


def limits_of(
    box: Box,
    observed: Sequence[Observed],
    decimals: Sequence[int],
    values: np.ndarray,
    tested: Mapping[tuple[int, str], float] | None = None,
    repeated: np.ndarray | None = None,
) -> tuple[Limit, ...]:
    """The inputs that a box restricts, the one that cuts off most first.

    Parameters
    ----------
    tested : mapping or None
        Quasi-p-values, as `quasi_p` gives them.
    repeated : array, shape (d,), or None
        How often half-samples restrict each input.
    """
    limits = []
    for place in box.restricted:
        column, digits = values[:, place], decimals[place]
        low, high = float(box.low[place]), float(box.high[place])
        span = np.quantile(column, [0.025, 0.975])
        limit = Limit(
            observed[place],
            _rounded(low, digits),
            _rounded(high, digits),
            (tested or {}).get((place, "low")),
            (tested or {}).get((place, "high")),
            float("nan") if repeated is None else float(repeated[place]),
            (float(span[0]), float(span[1])),
            digits,
        )
        limits.append((float(np.mean((column >= low) & (column <= high))), limit))
    return tuple(limit for _, limit in sorted(limits, key=lambda pair: pair[0]))


def _counted(box: Box, values: np.ndarray, hits: np.ndarray, every: np.ndarray) -> Counted:
    """A box in some worlds; its coverage is of the interest in all of them."""
    own = held_to([box], values, hits)
    return Counted(own.n, own.k, every.size, int(every.sum()))


def _stands(one: Region, share: float, fresh_share: float) -> bool:
    if not one.fresh.n or wilson_share(one.fresh.k, one.fresh.n).low <= fresh_share:
        return False
    gained = telling.lift(one.found.density, share)
    return bool(telling.lift(one.fresh.density, fresh_share) >= gained / 2)


def _rounded(limit: float, digits: int) -> float | None:
    return round(limit, digits) + 0.0 if np.isfinite(limit) else None
