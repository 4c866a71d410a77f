"""How wrong the outlook of the drivers may be: ``outlook_errors.csv``, the only home of it.

The yearly growth of a driver (of a level: its yearly change) departs from the outlook by a
first-order autoregression that begins after the last year known. Its new deviations are
correlated between drivers through a shock that all share. What an ensemble draws of a driver
is one number, its mean deviation over the years ahead; when in those years it happens is
drawn besides, and is no input of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from zjsim.grades import INPUTS as GRADES
from zjsim.inputs import TimePath
from zjsim.model.names import canonical
from zjsim.scenario.csvfile import CsvFile
from zjsim.timeline import TimeGrid

FILE = "outlook_errors.csv"
OBSERVED_PATH = "observed"  # the named path of drivers.csv whose years are known
_COLUMNS = ("driver", "sd", "persistence", "common", "source", "grade", "note")


@dataclass(frozen=True, slots=True)
class OutlookError:
    """Departure of one driver's growth from the outlook.

    Parameters
    ----------
    driver : str
        Model name.
    sd : float
        Of a year's new deviation: of yearly growth for an index, of the yearly change for a
        level.
    persistence : float
        Part of a deviation that stays for the next year.
    common : float
        Correlation of the new deviation with the shock that all drivers share.
    source, grade, note : str
        As in ``constants.csv``.
    """

    driver: str
    sd: float
    persistence: float
    common: float
    source: str = ""
    grade: str = "D"
    note: str = ""

    def sd_of_mean(self, years: int = 5) -> float:
        """Standard deviation of the mean growth deviation over ``years``, 1/year.

        Examples
        --------
        >>> round(OutlookError("d", 0.02, 0.0, 0.0).sd_of_mean(4), 4)
        0.01
        """
        # Each year's shock lives on in all later years of the span.
        reach = _responses(self.persistence, years).sum(axis=0)
        return self.sd * float(np.sqrt(np.sum(np.square(reach)))) / years


@dataclass(frozen=True, slots=True)
class Ahead:
    """The years of one driver that nobody knew.

    Parameters
    ----------
    error : OutlookError
    since : float
        Last year known; the deviations begin after its middle.
    stop : float
        End of the run.
    """

    error: OutlookError
    since: float
    stop: float

    @property
    def years(self) -> int:
        """Years with a deviation of their own, a last one that is begun included."""
        return max(math.ceil(self.stop - self.since), 0)

    @property
    def whole_years(self) -> int:
        """Years that the mean deviation is taken over."""
        return max(math.floor(self.stop - self.since), 1)

    @property
    def sd_of_mean(self) -> float:
        """Standard deviation of the mean deviation, 1/year."""
        return self.error.sd_of_mean(self.whole_years)

    def axes(self) -> np.ndarray:
        """Orthonormal directions of the yearly shocks, shape (years, years).

        The first column moves the mean deviation; the others only move its timing.
        """
        return _axes(self.error.persistence, self.years, self.whole_years)

    def deviations(self, mean: np.ndarray, timing: np.ndarray | None = None) -> np.ndarray:
        """Deviation of each year's growth, shape (n_run, years).

        Parameters
        ----------
        mean : array, shape (n_run,)
            Mean deviation over the whole years ahead, 1/year.
        timing : array, shape (years - 1, n_run), or None
            Standard normal scores of the other directions; None takes each year's deviation
            that is expected with the mean.
        """
        # From scores to shocks to growth, term by term: a matrix product may round
        # differently in chunks of another size.
        reach = _responses(self.error.persistence, self.years) @ self.axes() * self.error.sd
        scores = [mean / self.sd_of_mean, *(() if timing is None else timing)]
        found = np.zeros((mean.size, self.years))
        for score, column in zip(scores, reach.T, strict=False):
            found += score[:, None] * column
        return found

    def persisting(self, shocks: np.ndarray) -> np.ndarray:
        """Deviation of each year's growth from yearly shocks, shape (n_run, years).

        Parameters
        ----------
        shocks : array, shape (n_run, years)
            Over their standard deviation.
        """
        found = np.empty_like(shocks)
        last = np.zeros(len(shocks))
        for year, shock in enumerate(shocks.T):
            last = self.error.persistence * last + self.error.sd * shock
            found[:, year] = last
        return found

    def scores_of(self, shocks: np.ndarray) -> np.ndarray:
        """The scores that `deviations` would need for yearly shocks, shape (n_run, years).

        The first is the mean deviation over its standard deviation, the others are the timing.
        """
        found = np.zeros_like(shocks)
        for shock, row in zip(shocks.T, self.axes(), strict=True):
            found += shock[:, None] * row
        return found


def _responses(persistence: float, years: int) -> np.ndarray:
    """What a shock of each year (column) leaves in each year (row), shape (years, years)."""
    lag = np.subtract.outer(np.arange(years), np.arange(years))
    return np.where(lag >= 0, persistence ** np.maximum(lag, 0), 0.0)


@lru_cache(maxsize=64)
def _axes(persistence: float, years: int, whole_years: int) -> np.ndarray:
    weight = _responses(persistence, years)[:whole_years].sum(axis=0)
    first = weight / np.linalg.norm(weight)
    # A Householder reflection that carries the first unit vector onto it.
    normal = first - np.eye(years)[0]
    length = float(normal @ normal)
    axes = np.eye(years) - (2 / length * np.outer(normal, normal) if length > 1e-30 else 0.0)
    axes.setflags(write=False)
    return np.asarray(axes)


def correlation(first: Ahead, second: Ahead) -> np.ndarray:
    """Correlations of the scores of two drivers, shape (first.years, second.years).

    Shocks of the same calendar year share the common one.
    """
    shared = first.error.common * second.error.common
    early, late = (np.arange(a.years) + a.since for a in (first, second))
    same = (early[:, None] == late[None, :]).astype(float)
    return np.asarray(shared * first.axes().T @ same @ second.axes())


def bent(
    path: TimePath, index: bool, deviations: np.ndarray, since: float, grid: TimeGrid
) -> TimePath:
    """A path with yearly deviations added from the middle of ``since`` on.

    Parameters
    ----------
    index : bool
        Of an index its growth deviates, of a level its yearly change.
    deviations : array, shape (n_run, years), of the years after ``since``
    """
    # Growth bends a straight line; half-year points keep the bend below 1e-4 of the value.
    extra = np.setdiff1d(np.arange(grid.start, grid.stop + 0.5, 0.5), path.times)
    times = np.concatenate([path.times, extra])
    levels = np.concatenate([path.values, path.right(extra)], axis=1)
    order = np.argsort(times, kind="stable")
    times, levels = times[order], levels[:, order]
    total = np.zeros((len(deviations), deviations.shape[1] + 1))
    np.cumsum(deviations, axis=1, out=total[:, 1:])
    place = np.clip(times - since, 0.0, deviations.shape[1])
    before = np.minimum(place.astype(int), deviations.shape[1] - 1)
    part = place - before
    added = total[:, before] * (1 - part) + total[:, before + 1] * part
    return TimePath(times, levels * np.exp(added) if index else levels + added)


def read_outlook_errors(path: Path, drivers: Mapping[str, str]) -> tuple[OutlookError, ...]:
    """Read ``outlook_errors.csv``.

    Parameters
    ----------
    path : Path
    drivers : mapping of canonical name to name
        Drivers that a table may name.

    Raises
    ------
    DataError
        With every cell that is wrong.
    """
    table = CsvFile(path, _COLUMNS)
    found: dict[str, OutlookError] = {}
    for line, row in table.rows:
        key = canonical(row["driver"])
        table.one_of(line, {**row, "driver": key}, "driver", drivers)
        table.one_of(line, row, "grade", GRADES)
        if key in found:
            table.fault(line, "driver", f"duplicate driver {row['driver']}")
        numbers: dict[str, float] = {}
        for column, top in (("sd", 1.0), ("persistence", 0.99), ("common", 1.0)):
            value = table.number(line, row, column)
            if value is not None and not 0 <= value <= top:
                table.fault(line, column, f"{value:g} is not within 0..{top:g}")
            numbers[column] = value or 0.0
        if not numbers["sd"]:
            table.fault(line, "sd", "a driver without an error needs no row", "Delete the row.")
        found[key] = OutlookError(
            drivers.get(key, row["driver"]),
            numbers["sd"],
            numbers["persistence"],
            numbers["common"],
            row["source"],
            row["grade"],
            row["note"],
        )
    table.finish()
    return tuple(found.values())


def error_of(errors: Sequence[OutlookError], name: str) -> OutlookError | None:
    """How wrong the outlook of one driver may be; None where nobody judged it."""
    return next((e for e in errors if canonical(e.driver) == canonical(name)), None)


def ahead_of(
    errors: Sequence[OutlookError], name: str, known: float | None, grid: TimeGrid
) -> Ahead | None:
    """The unknown years of a driver; None when it has no error or no year is ahead."""
    error = error_of(errors, name)
    since = math.floor(grid.start) if known is None else max(known, math.floor(grid.start))
    if error is None or since >= grid.stop:
        return None
    return Ahead(error, float(since), float(grid.stop))
