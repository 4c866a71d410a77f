"""Inputs of runs from draws that are not those of an ensemble: designs, profiles, hindcasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from zjsim.assessment.plan import Indicator
from zjsim.assessment.reading import indicator_value
from zjsim.scenario.draws import EDGE, Dimension, quantile
from zjsim.trajectories import Trajectories

# Leaves a driver or a lever as the scenario has it.
NEUTRAL: Mapping[tuple[str, str], float] = {
    ("driver", "scale"): 1.0, ("driver", "drift"): 0.0, ("driver", "outlook"): 0.0,
    ("lever", "scale"): 1.0,
}  # fmt: skip


def values_of(dimensions: Sequence[Dimension], unit: np.ndarray) -> dict[str, np.ndarray]:
    """Values of each dimension by key from points of the unit cube, shape (n_run, n_dimension)."""
    inside = np.clip(unit, EDGE, 1 - EDGE)
    return {item.key: quantile(item, inside[:, k]) for k, item in enumerate(dimensions)}


def centre_of(item: Dimension) -> float:
    """The value that leaves the scenario as it is."""
    return item.mode if item.kind == "constant" else NEUTRAL[item.kind, item.of]


def indicator_table(
    ran: Trajectories, indicators: Sequence[Indicator], year: int | None = None
) -> np.ndarray:
    """Each indicator in ``year`` or its target year, shape (n_run, n_indicator); NaN if failed."""
    columns = [
        indicator_value(ran, item, item.target.year if year is None else year)
        for item in indicators
    ]
    return np.where((ran.status == 0)[:, None], np.stack(columns, axis=1), np.nan)
