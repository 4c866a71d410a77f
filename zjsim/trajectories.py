"""What an engine returns: a plain block of doubles with names, times and status.

Labels (xarray, pandas) are put on when somebody asks for them, because a labelled table of
a hundred variables costs more time than the run itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.errors import RunError, did_you_mean
from zjsim.frozen import FrozenDict
from zjsim.timeline import TIME_TOLERANCE

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


class RunStatus(IntEnum):
    """How a run ended. A run that failed keeps its place and one of these."""

    OK = 0
    NOT_FINITE = 1


def row_at(times: np.ndarray, time: float, name: str) -> int:
    """Position in ``times`` of a saved time.

    Raises
    ------
    RunError
        When no row was saved at ``time``; it says so of the variable ``name``.
    """
    row = int(np.argmin(np.abs(times - time)))
    if abs(times[row] - time) > TIME_TOLERANCE:
        raise RunError(
            f"{name}: no row was saved at t = {time:g}; the run covers {times[0]:g}..{times[-1]:g}"
        )
    return row


@dataclass(frozen=True, slots=True)
class Trajectories:
    """Saved variables of one or many runs.

    Parameters
    ----------
    names : tuple of str
        Model names, in the order of the last axis.
    times : array, shape (n_time,)
        Model times of the saved rows, in years.
    values : array, shape (n_run, n_time, n_name)
        In the unit of each variable. Where a run failed, what rests on a value that is not
        finite is not finite either; the rest stands.
    status : array of uint8, shape (n_run,)
        RunStatus of each run.
    units, documentation : mapping of str to str
        By model name.
    attributes : mapping
        Provenance: model, scenario, engine, method, step, hashes, version.
    arrays : mapping of str to tuple of str
        Variables with subscripts and their dimensions; their cells are named as Vensim names
        them, such as ``x[north,old]``.
    ranges : mapping of str to tuple of str
        Elements of each dimension.
    """

    names: tuple[str, ...]
    times: np.ndarray
    values: np.ndarray
    status: np.ndarray
    units: Mapping[str, str] = field(default_factory=FrozenDict)
    documentation: Mapping[str, str] = field(default_factory=FrozenDict)
    attributes: Mapping[str, Any] = field(default_factory=FrozenDict)
    arrays: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenDict)
    ranges: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        expected = (self.status.shape[0], self.times.shape[0], len(self.names))
        if self.values.shape != expected:
            raise ValueError(f"Trajectories: values {self.values.shape}, expected {expected}")

    @property
    def n_run(self) -> int:
        """Number of runs."""
        return int(self.status.shape[0])

    def index(self, name: str) -> int:
        """Position of ``name`` on the last axis.

        Raises
        ------
        RunError
            When the variable was not saved; near misses are named.
        """
        try:
            return self.names.index(name)
        except ValueError:
            hint = did_you_mean(name, self.names)
            raise RunError(f"{name}: no such variable was saved. {hint}".rstrip()) from None

    def of_run(self, run: int) -> Trajectories:
        """One run of them alone, its values a view."""
        rows = slice(run, run + 1)
        return replace(self, values=self.values[rows], status=self.status[rows])

    def __getitem__(self, name: str) -> np.ndarray:
        """One variable, shape (n_run, n_time)."""
        return self.values[:, :, self.index(name)]

    def at(self, name: str, time: float, /) -> np.ndarray:
        """One variable at a saved time, shape (n_run,).

        Raises
        ------
        RunError
            When no row was saved at ``time``.
        """
        row = row_at(self.times, time, name)
        return self.values[:, row, self.index(name)]

    def not_finite(self, run: int = 0) -> list[tuple[str, float, float, int]]:
        """Variables of a run with values that are no finite numbers, the earliest first.

        Returns
        -------
        list of (name, time, value, count)
            The first such time and value of each, and how many there are.
        """
        bad = ~np.isfinite(self.values[run])
        found = []
        for position in np.flatnonzero(bad.any(axis=0)):
            row = int(np.argmax(bad[:, position]))
            value = float(self.values[run, row, position])
            count = int(np.count_nonzero(bad[:, position]))
            found.append((self.names[position], float(self.times[row]), value, count))
        return sorted(found, key=lambda each: each[1])

    def to_frame(self, run: int = 0) -> pd.DataFrame:
        """All saved variables of one run, indexed by time in years.

        Returns
        -------
        DataFrame
            A column a variable, in the model's unit, which ``.attrs["units"]`` has by name.
        """
        import pandas as pd

        index = pd.Index(self.times, name="time")
        frame = pd.DataFrame(self.values[run], index=index, columns=list(self.names))
        frame.attrs["units"] = {name: self.units.get(name, "") for name in self.names}
        return frame

    def to_dataset(self) -> xr.Dataset:
        """An xarray Dataset with dims (run, time); units and sentences as attributes.

        A variable with subscripts is one variable, with a dimension for each subscript; a cell
        that the model does not define is NaN.
        """
        import xarray as xr

        cells = self._cells()
        inside = {position for found in cells.values() for position in found.values()}
        variables: dict[str, Any] = {
            name: (("run", "time"), self.values[:, :, position], self._said(name, name))
            for position, name in enumerate(self.names)
            if position not in inside
        }
        used: dict[str, str] = {}
        for array, found in cells.items():
            shown = {n: self._dimension(n) for n in self.arrays[array]}
            dimensions = _told_apart([shown[name] for name in self.arrays[array]])
            used |= {shown[name]: name for name in self.arrays[array]}
            values = self._block(array, found)
            first = self.names[next(iter(found.values()))]
            variables[array] = (("run", "time", *dimensions), values, self._said(first, array))
        coordinates: dict[str, Any] = {
            "run": np.arange(self.n_run),
            "time": ("time", self.times, {"units": "Year", "convention": "t = Y is mid-Y"}),
            "status": ("run", self.status),
        }
        coordinates |= {shown: list(self.ranges[name]) for shown, name in used.items()}
        return xr.Dataset(variables, coords=coordinates, attrs=dict(self.attributes))

    def _dimension(self, name: str) -> str:
        """A range as a dimension: its name, unless something else has it already."""
        taken = {"run", "time", "status", *self.names, *self.arrays}
        return f"{name} range" if name in taken else name

    def _said(self, name: str, shown: str) -> dict[str, str]:
        return {
            "units": self.units.get(name, ""),
            "long_name": shown,
            "description": self.documentation.get(name, ""),
        }

    def _cells(self) -> dict[str, dict[tuple[str, ...], int]]:
        """For each array that was saved its elements and their positions among the names."""
        found: dict[str, dict[tuple[str, ...], int]] = {}
        for position, name in enumerate(self.names):
            array, bracket, inside = name.partition("[")
            if bracket and array in self.arrays:
                elements = tuple(inside.removesuffix("]").split(","))
                found.setdefault(array, {})[elements] = position
        return found

    def _block(self, array: str, found: Mapping[tuple[str, ...], int]) -> np.ndarray:
        """The cells of an array in the order of its dimensions."""
        own = [self.ranges[dimension] for dimension in self.arrays[array]]
        places = [{element: place for place, element in enumerate(each)} for each in own]
        block = np.full((*self.values.shape[:2], *map(len, own)), np.nan)
        for elements, position in found.items():
            where: tuple[int, ...] = tuple(places[i][element] for i, element in enumerate(elements))
            at: Any = (slice(None), slice(None), *where)
            block[at] = self.values[:, :, position]
        return block


def _told_apart(dimensions: Sequence[str]) -> list[str]:
    """Names of dimensions; one that stands twice gets a number the second time."""
    shown: list[str] = []
    for name in dimensions:
        count = shown.count(name)
        shown.append(name if not count else f"{name} {count + 1}")
    return shown
