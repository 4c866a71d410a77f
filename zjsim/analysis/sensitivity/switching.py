"""Switching values: where in the range of an input a target changes from met to missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zjsim.analysis.sensitivity.inputs_of_designs import centre_of
from zjsim.analysis.sensitivity.uncertain_inputs import Study
from zjsim.scenario.draws import Dimension

POINTS = 33


@dataclass(frozen=True, slots=True)
class Switch:
    """One crossing: the target is met on the named side of ``value``, all else at its centre."""

    dimension: Dimension
    indicator: int
    value: float
    met_above: bool


def crossings(at: np.ndarray, values: np.ndarray, edge: float) -> list[tuple[float, bool]]:
    """Where a curve crosses ``edge``, by straight lines between its points.

    Returns
    -------
    list of (place, whether the curve is at or above the edge after it)

    Examples
    --------
    >>> crossings(np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 0.0]), 1.0)
    [(0.5, True), (1.5, False)]
    """
    found = []
    above = values >= edge
    for k in np.flatnonzero(above[1:] != above[:-1]):
        first, second = values[k], values[k + 1]
        if np.isfinite(first) and np.isfinite(second):
            part = (edge - first) / (second - first)
            found.append((float(at[k] + part * (at[k + 1] - at[k])), bool(above[k + 1])))
    return found


def switching_values(what: Study, positions: Sequence[int], points: int = POINTS) -> list[Switch]:
    """Every crossing of the named inputs, one input moved at a time.

    Parameters
    ----------
    positions : of dimensions of the study
    points : values tried between the ends of each range
    """
    if not positions:
        return []
    items = [what.dimensions[k] for k in positions]
    total = points * len(items)
    apart = what.company is None
    values = {
        item.key: np.full(total, centre_of(item) if apart else what.at_rest(item))
        for item in what.dimensions
    }
    for k, item in enumerate(items):
        span = slice(k * points, (k + 1) * points)
        values[item.key][span] = np.linspace(item.low, item.high, points)
    table = what.run(values)
    found = []
    for k, item in enumerate(items):
        span = slice(k * points, (k + 1) * points)
        for place, indicator in enumerate(what.indicators):
            edge = indicator.target.lowest
            for value, above in crossings(values[item.key][span], table[span, place], edge):
                found.append(Switch(item, indicator.number, value, above))
    return found
