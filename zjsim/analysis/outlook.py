"""What could be known of the outside world in a given year, and how wrong the rest may be.

Drivers are those observed up to that year and the outlook of the plan's time after it. The
departures from the outlook are judged from years before the plan (``comparisons.yaml``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from zjsim.inputs import TimePath
from zjsim.model.names import canonical
from zjsim.scenario.tables import DriverSeries, DriverTable
from zjsim.timeline import TimeGrid


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
    """

    driver: str
    sd: float
    persistence: float
    common: float
    grade: str = "D"
    why: str = ""

    def sd_of_mean(self, years: int = 5) -> float:
        """Standard deviation of the mean growth deviation over ``years``, 1/year.

        Examples
        --------
        >>> round(OutlookError("d", 0.02, 0.0, 0.0).sd_of_mean(4), 4)
        0.01
        """
        # Each year's shock lives on in all later years of the span.
        reach = [sum(self.persistence**k for k in range(years - y)) for y in range(years)]
        return self.sd * float(np.sqrt(np.sum(np.square(reach)))) / years


def known_until(table: DriverTable, observed: str, year: int) -> DriverTable:
    """The driver table as of the end of ``year``: later figures of one path are not there."""
    kept: dict[str, DriverSeries] = {}
    for key, series in table.series.get(observed, {}).items():
        points = tuple(point for point in series.values if point[0] <= year)
        if points:
            n = len(points)
            kept[key] = replace(
                series, values=points, sources=series.sources[:n], grades=series.grades[:n]
            )
    series_by_path = dict(table.series)
    if kept:
        series_by_path[observed] = MappingProxyType(kept)
    else:
        series_by_path.pop(observed, None)
    return DriverTable(table.file, MappingProxyType(series_by_path))


def shocks(
    errors: Sequence[OutlookError], years: int, n_run: int, seed: int
) -> dict[str, np.ndarray]:
    """Deviations of yearly growth by canonical driver name, shape (n_run, years)."""
    random = np.random.default_rng([seed, 5])
    shared = random.standard_normal((n_run, years))
    found = {}
    for item in errors:
        own = random.standard_normal((n_run, years))
        new = item.sd * (item.common * shared + np.sqrt(1 - item.common**2) * own)
        deviation = np.zeros((n_run, years))
        for k in range(years):
            deviation[:, k] = new[:, k] + (item.persistence * deviation[:, k - 1] if k else 0.0)
        found[canonical(item.driver)] = deviation
    return found


def deviated(
    paths: Mapping[str, TimePath],
    index: Mapping[str, bool],
    deviations: Mapping[str, np.ndarray],
    since: float,
    grid: TimeGrid,
) -> dict[str, TimePath]:
    """Paths with growth deviations added from mid-``since`` on.

    Parameters
    ----------
    paths : mapping of model name to TimePath
    index : whether a driver is an index (growth deviates) or a level (its change does)
    deviations : by canonical name, shape (n_run, years), of the years after ``since``
    """
    changed = dict(paths)
    for name, path in paths.items():
        wanted = deviations.get(canonical(name))
        if wanted is None or name not in index:
            continue
        years = since + np.arange(wanted.shape[1] + 1)
        total = np.concatenate([np.zeros((len(wanted), 1)), np.cumsum(wanted, axis=1)], axis=1)
        extra = np.setdiff1d(np.arange(grid.start, grid.stop + 0.5, 0.5), path.times)
        times = np.concatenate([path.times, extra])
        levels = np.concatenate([path.values, path.right(extra)], axis=1)
        order = np.argsort(times, kind="stable")
        times, levels = times[order], levels[:, order]
        added = np.stack([np.interp(times, years, row) for row in total])
        changed[name] = TimePath(times, levels * np.exp(added) if index[name] else levels + added)
    return changed
