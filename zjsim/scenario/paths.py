"""Shapes and yearly series as piecewise-linear points over model time; arithmetic only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from zjsim.errors import ScenarioError
from zjsim.inputs import TimePath
from zjsim.scenario.schema import DriverPath, LeverPath, Points
from zjsim.scenario.tables import DriverSeries
from zjsim.timeline import TIME_TOLERANCE, TimeGrid, start_of

# An s-curve, and a product of two sloping lines, is drawn in pieces this long: three days.
# The largest error of a two-year s-curve is then 1e-5 of its height.
PIECE = 1 / 128  # years


@dataclass(slots=True)
class Switches:
    """Moves times of change to the step grid, and remembers which it moved."""

    grid: TimeGrid
    moved: dict[tuple[float, float], list[str]] = field(default_factory=dict)

    def snap(self, time: float, what: str) -> float:
        """The grid time at which a change of ``what`` due at ``time`` takes place.

        A change before the run stays where it is: it only fixes the value at the start.
        """
        if time <= self.grid.start:
            return time
        snapped = self.grid.snap(time)
        if abs(snapped - time) > TIME_TOLERANCE:
            self.moved.setdefault((time, snapped), []).append(what)
        return snapped

    def notes(self) -> list[str]:
        """One sentence for each time that was moved."""
        return [
            f"{', '.join(dict.fromkeys(names))}: a change at t = {time:g} is moved to "
            f"t = {to:g}, the nearest step of {self.grid.step:g} year"
            for (time, to), names in sorted(self.moved.items())
        ]


def progress(
    shape: str | None, start: float | None, stop: float | None, snap: Callable[[float], float]
) -> TimePath:
    """Share of a change that is complete over time, from 0 to 1.

    ``start`` and ``stop`` are model times. A step with a ``stop`` falls back to 0 there.
    The s-curve is ``3x² - 2x³``, drawn in pieces of 1/128 year.
    """
    if shape == "constant" or start is None:
        return TimePath(np.array([0.0]), np.array([1.0]))
    first = snap(start)
    if shape == "step" or stop is None:
        times, values = [first, first], [0.0, 1.0]
        if stop is not None:
            times, values = [*times, *[snap(stop)] * 2], [*values, 1.0, 0.0]
        return TimePath(np.array(times), np.array(values))
    last = snap(stop)
    pieces = max(1, round((last - first) / PIECE)) if shape == "s_curve" else 1
    share = np.linspace(0.0, 1.0, pieces + 1)
    height = share * share * (3 - 2 * share) if shape == "s_curve" else share
    return TimePath(first + share * (last - first), height)


def yearly(points: Points) -> TimePath:
    """Values of years, each at the middle of its year; linear between."""
    times, values = zip(*points, strict=True)
    return TimePath(np.array(times), np.array(values))


def lever_points(lever: LeverPath, delay: float, switches: Switches) -> TimePath:
    """Path of a lever whose shape is known: 0, the effort of the base year, until it begins.

    ``delay`` shifts every date. A constant that is delayed starts so much after the run does.
    """
    if lever.shape == "table":
        path = yearly(tuple((year + delay, value) for year, value in lever.values))
        return begun(path, switches.snap(path.times[0] - 0.5, lever.lever), switches.grid)
    shape, first, last = lever.shape, lever.from_year, lever.until_year
    begins = None if first is None else start_of(first) + delay
    ends = None if last is None else start_of(last) + delay
    if shape == "constant" and delay > 0:
        shape, begins = "step", switches.grid.start + delay
    share = progress(shape, begins, ends, lambda time: switches.snap(time, lever.lever))
    return TimePath(share.times, share.values * (lever.to or 0.0))


def begun(path: TimePath, first: float, grid: TimeGrid) -> TimePath:
    """A table's path with no effort before ``first``, 1 January of its first year.

    A table that begins with the run, or with no effort, stays as it is.
    """
    if path.values[0, 0] == 0 or first <= grid.start:
        return path
    times = np.concatenate([[first, first], path.times])
    values = np.concatenate([[0.0, path.values[0, 0]], path.values[0]])
    return TimePath(times, values)


def continued(series: Sequence[DriverSeries]) -> Points:
    """Yearly values of the first series, carried on by each next one after its last year.

    An index goes on with the growth of the next series, a level with its values.

    Raises
    ------
    ScenarioError
        When the next series leaves a gap.
    """
    points = list(series[0].values)
    for following in series[1:]:
        values = dict(following.values)
        last, level = points[-1]
        later = [year for year in sorted(values) if year > last]
        if not later:
            continue
        if later[0] > last + 1 or (following.kind == "index" and last not in values):
            raise ScenarioError(
                f"{following.path} cannot carry {series[0].path} on after {last:g}: "
                f"it has no value of {last:g}"
                if following.kind == "index"
                else f"{following.path} cannot carry {series[0].path} on after {last:g}: "
                f"its next value is of {later[0]:g}"
            )
        factor = level / values[last] if following.kind == "index" else 1.0
        points += [(year, values[year] * factor) for year in later]
    return tuple(points)


def extrapolated(points: Points, kind: str, stop: float) -> Points:
    """The yearly values carried on to ``stop``: growth held for an index, value for a level."""
    longer = list(points)
    growth = 1.0
    if kind == "index" and len(points) > 1:
        (before, low), (last, high) = points[-2:]
        growth = (high / low) ** (1 / (last - before))
    while longer[-1][0] < stop:
        year, value = longer[-1]
        longer.append((year + 1, value * growth))
    return tuple(longer)


def changed(base: TimePath, change: DriverPath, switches: Switches) -> TimePath:
    """``base`` with a change laid over it: multiplied, added to, or replaced.

    With share ``p`` of the change complete: ``base·(1 + p·(multiply - 1))``,
    ``base + p·add`` or ``(1 - p)·base + p·to``.
    """
    begins = None if change.from_year is None else start_of(change.from_year)
    ends = None if change.until_year is None else start_of(change.until_year)
    share = progress(change.shape, begins, ends, lambda time: switches.snap(time, change.driver))

    def mix(level: np.ndarray, part: np.ndarray) -> np.ndarray:
        if change.multiply is not None:
            mixed: np.ndarray = level * (1 + part * (change.multiply - 1))
        elif change.add is not None:
            mixed = level + part * change.add
        else:
            mixed = (1 - part) * level + part * (change.to or 0.0)
        return mixed

    times = np.unique(np.concatenate([base.times, share.times]))
    if change.shape in ("ramp", "s_curve"):
        first, last = share.times[0], share.times[-1]
        pieces = np.linspace(first, last, max(1, round((last - first) / PIECE)) + 1)
        times = np.unique(np.concatenate([times, pieces]))
    left = mix(base.left(times), share.left(times))[0]
    right = mix(base.right(times), share.right(times))[0]
    return joined(times, left, right)


def joined(times: np.ndarray, left: np.ndarray, right: np.ndarray) -> TimePath:
    """A path from limits on both sides of each time; equal limits are one point."""
    jump = left != right
    order = np.repeat(np.arange(times.size), 1 + jump)
    second = np.concatenate([[False], order[1:] == order[:-1]])
    return TimePath(times[order], np.where(second, right[order], left[order]))
