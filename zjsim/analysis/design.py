"""Inputs of runs from draws that are not those of an ensemble: designs, profiles, hindcasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zjsim.analysis.ensemble import indicator_value
from zjsim.analysis.outlook import OutlookError
from zjsim.assessment.plan import Indicator
from zjsim.inputs import Inputs, TimePath
from zjsim.model.names import canonical, identifier
from zjsim.scenario.draws import EDGE, Dimension, quantile
from zjsim.scenario.resolve import Resolved
from zjsim.scenario.schema import Range
from zjsim.trajectories import Trajectories

# Leaves a driver or a lever as the scenario has it.
NEUTRAL: Mapping[tuple[str, str], float] = {
    ("driver", "scale"): 1.0, ("driver", "drift"): 0.0, ("lever", "scale"): 1.0,
}  # fmt: skip


def with_calibration(
    dimensions: Sequence[Dimension], ranges: Mapping[str, Range]
) -> tuple[Dimension, ...]:
    """Dimensions with the range and centre of each calibrated constant in place of its prior."""
    changed = []
    for item in dimensions:
        found = ranges.get(canonical(item.name)) if item.kind == "constant" else None
        if found is not None and found.mode is not None:
            item = replace(
                item, low=found.low, mode=found.mode, high=found.high,
                distribution=found.distribution,
            )  # fmt: skip
        changed.append(item)
    return tuple(changed)


def driver_dimensions(
    resolved: Resolved, errors: Sequence[OutlookError], taken: Sequence[Dimension] = ()
) -> tuple[Dimension, ...]:
    """A drift of each driver as wide as its mean growth over five years is uncertain.

    Drivers that the scenario samples itself keep its range.
    """
    own = {item.name for item in taken if item.kind == "driver"}
    entries = {canonical(e.name): e for e in resolved.entries if e.kind == "driver"}
    found = []
    for error in errors:
        entry = entries.get(canonical(error.driver))
        if entry is None or entry.name in own:
            continue
        # A normal of the tables has a quarter of its range as standard deviation.
        reach = 2 * error.sd_of_mean()
        found.append(
            Dimension(
                "driver", f"drivers.{identifier(entry.name)}", entry.name, -reach, 0.0, reach,
                "normal", of="drift", index=entry.index,
            )
        )  # fmt: skip
    return tuple(found)


def values_of(dimensions: Sequence[Dimension], unit: np.ndarray) -> dict[str, np.ndarray]:
    """Values of each dimension by key from points of the unit cube, shape (n_run, n_dimension)."""
    inside = np.clip(unit, EDGE, 1 - EDGE)
    return {item.key: quantile(item, inside[:, k]) for k, item in enumerate(dimensions)}


def centre_of(item: Dimension) -> float:
    """The value that leaves the scenario as it is."""
    return item.mode if item.kind == "constant" else NEUTRAL[item.kind, item.of]


def inputs_of(
    base: Inputs, dimensions: Sequence[Dimension], values: Mapping[str, np.ndarray]
) -> Inputs:
    """The scenario's inputs with each dimension at given values, shape (n_run,) each.

    Dimensions without values stay as the scenario has them.
    """
    n_run = len(next(iter(values.values())))
    constants, paths = dict(base.constants), dict(base.paths)
    for item in dimensions:
        if item.key not in values:
            continue
        column = np.asarray(values[item.key], dtype=float)
        if item.kind == "constant":
            constants[item.name] = column
        elif item.kind == "lever":
            path = paths[item.name]
            factored = np.clip(column[:, None] * path.values, *item.limits)
            paths[item.name] = TimePath(path.times, factored)
        else:
            paths[item.name] = _driver(paths[item.name], item, column, base)
    return replace(base, n_run=n_run, constants=constants, paths=paths)


def _driver(path: TimePath, item: Dimension, column: np.ndarray, base: Inputs) -> TimePath:
    """As an ensemble bends a driver: its deviation scaled, or growth added from the start on."""
    start, factor = base.grid.start, column[:, None]
    if item.of == "scale":
        origin = path.right(np.array([start]))
        if item.index:
            return TimePath(path.times, origin * (path.values / origin) ** factor)
        return TimePath(path.times, origin + factor * (path.values - origin))
    extra = np.setdiff1d(np.arange(start, base.grid.stop + 0.5, 0.5), path.times)
    times = np.concatenate([path.times, extra])
    levels = np.concatenate([path.values, path.right(extra)], axis=1)
    order = np.argsort(times, kind="stable")
    times, levels = times[order], levels[:, order]
    drift = factor * np.clip(times - start, 0.0, None)
    return TimePath(times, levels * np.exp(drift) if item.index else levels + drift)


@dataclass(frozen=True, slots=True)
class NamedRuns:
    """Trajectories with a name, which is what reading an indicator asks for."""

    name: str
    trajectories: Trajectories

    @property
    def status(self) -> np.ndarray:
        """How each run ended; 0 is well."""
        return self.trajectories.status

    def at(self, variable: str, time: float, /) -> np.ndarray:
        """A variable at a time, shape (n_run,)."""
        return self.trajectories.at(variable, time)


def indicator_table(
    ran: Trajectories, indicators: Sequence[Indicator], year: int | None = None
) -> np.ndarray:
    """Each indicator in ``year`` or its target year, shape (n_run, n_indicator); NaN if failed."""
    runs = NamedRuns("runs", ran)
    columns = [
        indicator_value(runs, item, item.target.year if year is None else year)
        for item in indicators
    ]
    return np.where((ran.status == 0)[:, None], np.stack(columns, axis=1), np.nan)
