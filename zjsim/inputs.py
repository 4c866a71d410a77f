"""What an engine is given: all it may know of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from zjsim.frozen import FrozenDict
from zjsim.timeline import TimeGrid

Method = Literal["euler", "rk4"]


@dataclass(frozen=True, slots=True)
class TimePath:
    """A piecewise-linear path over time; a repeated time is a jump.

    Before the first and after the last point the path is held.

    Parameters
    ----------
    times : array, shape (k,)
        Non-decreasing model times in years. Where a time is given twice, the first value
        is the limit from the left and the second the limit from the right.
    values : array, shape (1, k) or (n_run, k)
        One row for all runs, or a row a run; in the unit of the variable replaced.
    """

    times: np.ndarray
    values: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", np.asarray(self.times, dtype=float))
        object.__setattr__(self, "values", np.atleast_2d(np.asarray(self.values, dtype=float)))
        if self.values.shape[1] != self.times.size or np.any(np.diff(self.times) < 0):
            raise ValueError("TimePath: times must not decrease and must match the values")

    @property
    def jumps(self) -> np.ndarray:
        """Times at which the path jumps."""
        repeated = np.diff(self.times) == 0
        moved = np.any(np.diff(self.values, axis=1) != 0, axis=0)
        return np.unique(self.times[1:][repeated & moved])

    @property
    def kinks(self) -> np.ndarray:
        """Times at which the path or its slope may change: every inner point."""
        return np.unique(self.times)

    def right(self, times: np.ndarray) -> np.ndarray:
        """Values just after ``times``, shape (rows, len(times))."""
        return self._sample(np.asarray(times, dtype=float), "right")

    def left(self, times: np.ndarray) -> np.ndarray:
        """Values just before ``times``, shape (rows, len(times))."""
        return self._sample(np.asarray(times, dtype=float), "left")

    def locate(
        self, times: np.ndarray, side: Literal["left", "right"]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where ``times`` lie: the point before, the point after, and the share of the way."""
        # The segment [lower, upper] holding a time is found from the asked-for side of a
        # jump, so no value of the far side enters.
        upper = np.searchsorted(self.times, times, side=side)
        upper_in = np.minimum(upper, self.times.size - 1)
        lower_in = np.maximum(upper - 1, 0)
        span = self.times[upper_in] - self.times[lower_in]
        # Outside the path both points are one and the share does not matter.
        share = (times - self.times[lower_in]) / np.where(span > 0, span, 1.0)
        return lower_in, upper_in, share

    def _sample(self, times: np.ndarray, side: Literal["left", "right"]) -> np.ndarray:
        lower, upper, share = self.locate(times, side)
        low, high = self.values[:, lower], self.values[:, upper]
        return np.asarray(low + share * (high - low))


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a compiled model needs for one or many runs.

    Parameters
    ----------
    grid : TimeGrid
        Integration and saving times.
    n_run : int
        Number of runs; an array of length 1 serves all of them.
    constants : mapping of model name to array, shape (1,) or (n_run,)
        Constants that differ from the model file.
    initials : mapping of model name to array, shape (1,) or (n_run,)
        Initial values of stocks that differ from the model file.
    paths : mapping of model name to TimePath
        Elements replaced by a path over time: levers, drivers, switched-off equations.
    save : tuple of str or None
        Model names to save; None saves every stock, flow, auxiliary and constant path.
    method : {"rk4", "euler"}
        Integration rule of the fixed-step engines.
    """

    grid: TimeGrid
    n_run: int = 1
    constants: Mapping[str, np.ndarray] = field(default_factory=FrozenDict)
    initials: Mapping[str, np.ndarray] = field(default_factory=FrozenDict)
    paths: Mapping[str, TimePath] = field(default_factory=FrozenDict)
    save: tuple[str, ...] | None = None
    method: Method = "rk4"

    def __post_init__(self) -> None:
        for kind in ("constants", "initials"):
            arrays = {
                name: np.atleast_1d(np.asarray(value, dtype=float))
                for name, value in getattr(self, kind).items()
            }
            for name, array in arrays.items():
                self._check_rows(f"{kind[:-1]} {name}", array.shape[0])
            object.__setattr__(self, kind, FrozenDict(arrays))
        for name, path in self.paths.items():
            self._check_rows(f"path {name}", path.values.shape[0])
        object.__setattr__(self, "paths", FrozenDict(dict(self.paths)))

    def _check_rows(self, what: str, rows: int) -> None:
        if rows not in (1, self.n_run):
            raise ValueError(f"Inputs: {what} has {rows} rows; expected 1 or {self.n_run}")

    @property
    def switch_times(self) -> np.ndarray:
        """Times inside the horizon at which some path jumps or bends."""
        kinks = [path.kinks for path in self.paths.values()]
        times = np.unique(np.concatenate(kinks)) if kinks else np.empty(0)
        return times[(times > self.grid.start) & (times < self.grid.stop)]

    def rows(self, first: int, last: int) -> Inputs:
        """The same inputs for runs ``first`` to ``last`` (exclusive) only."""
        return self._cut(slice(first, last), last - first)

    def taken(self, runs: np.ndarray) -> Inputs:
        """The same inputs for chosen runs, by their numbers, in the order given."""
        return self._cut(runs, len(runs))

    def _cut(self, runs: slice | np.ndarray, n_run: int) -> Inputs:
        def take(array: np.ndarray) -> np.ndarray:
            return array if array.shape[0] == 1 else array[runs]

        return replace(
            self,
            n_run=n_run,
            constants={name: take(array) for name, array in self.constants.items()},
            initials={name: take(array) for name, array in self.initials.items()},
            paths={n: TimePath(p.times, take(p.values)) for n, p in self.paths.items()},
        )


def side_by_side(several: Sequence[Inputs], constants: Mapping[str, float]) -> Inputs:
    """Inputs of one run each as the runs of one: an engine computes them together.

    Parameters
    ----------
    several : sequence of Inputs
        Each of one run, all with the same grid, method and saved names.
    constants : mapping of model name to float
        The model's own values, for a constant or a path that only some of them give.

    Raises
    ------
    ValueError
        When they differ in what all runs of one study share, or one has no value for a path.
    """
    first = several[0]
    shared = {(one.grid, one.method, one.save, one.n_run, tuple(one.initials)) for one in several}
    if shared != {(first.grid, first.method, first.save, 1, ())}:
        raise ValueError("side_by_side: the inputs differ in grid, method, saved names or runs")
    paths = {
        name: _stacked([one.paths.get(name) or _held(one, name, constants) for one in several])
        for name in dict.fromkeys(name for one in several for name in one.paths)
    }
    numbers = {
        name: np.array([float(one.constants.get(name, (constants[name],))[0]) for one in several])
        for name in dict.fromkeys(name for one in several for name in one.constants)
        if name not in paths
    }
    return replace(first, n_run=len(several), constants=numbers, paths=paths)


def _held(inputs: Inputs, name: str, constants: Mapping[str, float]) -> TimePath:
    """A constant as a path that never moves."""
    value = inputs.constants.get(name, (constants.get(name),))[0]
    if value is None:
        raise ValueError(f"side_by_side: {name} is a path in some of the inputs only")
    return TimePath(np.array([inputs.grid.start]), np.array([[float(value)]]))


def _stacked(paths: Sequence[TimePath]) -> TimePath:
    """Paths of one run each as the rows of one; the same path in all stays one row."""
    # Most runs share a path, so each is looked at once.
    places: dict[int, int] = {}
    distinct: list[TimePath] = []
    for path in paths:
        if id(path) not in places:
            places[id(path)] = len(distinct)
            distinct.append(path)
    if len(distinct) == 1:
        return paths[0]
    points = np.unique(np.concatenate([path.times for path in distinct]))
    jumps = np.unique(np.concatenate([path.jumps for path in distinct]))
    times = np.sort(np.concatenate([points, jumps]))
    # Where a time stands twice, the first is the limit from the left.
    after = np.append(False, np.diff(times) == 0)
    rows = [np.where(after, path.right(times)[0], path.left(times)[0]) for path in distinct]
    return TimePath(times, np.stack([rows[places[id(path)]] for path in paths]))
