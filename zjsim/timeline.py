"""Model time: the integration grid, and where a calendar year is read on it.

``t = 2020.0`` is the middle of 2020. The value of a flow there stands for the total of
2020; a stock counted at the end of a year is read half a year later; "from 2022" means
1 January 2022, which is ``t = 2021.5``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from zjsim.errors import ScenarioError

HALF_YEAR = 0.5
# Times are compared on a grid of years; a millionth of a year is half a minute.
TIME_TOLERANCE = 1e-6
# A step of half a minute over five years; beyond it a typing error is likelier than a wish.
MOST_STEPS = 1_000_000


def start_of(year: float) -> float:
    """Model time of 1 January of ``year``."""
    return year - HALF_YEAR


def end_of(year: float) -> float:
    """Model time of 31 December of ``year``."""
    return year + HALF_YEAR


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """Integration and saving times in years, both ends included.

    Parameters
    ----------
    start, stop : float
        First and last model time; where they are one, a run is its first row.
    step : float
        Fixed integration step; it must divide the horizon.
    save_every : float or None
        Spacing of the saved rows, a whole number of steps; None saves every step.
    """

    start: float
    stop: float
    step: float
    save_every: float | None = None

    def __post_init__(self) -> None:
        if not all(np.isfinite([self.start, self.stop, self.step])):
            raise ScenarioError("time: start, stop and step must be finite numbers")
        if not self.step > 0:
            raise ScenarioError(f"time: step {self.step:g} must be greater than zero")
        if not self.stop >= self.start:
            raise ScenarioError(f"time: stop {self.stop:g} must come after start {self.start:g}")
        steps = (self.stop - self.start) / self.step
        # The last step of a horizon may be no number at all: 1e308 years from -1e308.
        if not steps <= MOST_STEPS:
            raise ScenarioError(
                f"time: step {self.step:g} makes more than {MOST_STEPS:,} steps of "
                f"{self.start:g}..{self.stop:g}; choose a longer step or a shorter horizon"
            )
        if steps > 0 and _whole(steps) is None:
            raise ScenarioError(
                f"time: step {self.step:g} does not divide {self.start:g}..{self.stop:g}; "
                "choose a step such as 0.0625 that fits the horizon a whole number of times"
            )
        if self.save_every is not None and not _whole(self.save_every / self.step):
            raise ScenarioError(
                f"time: save_every {self.save_every:g} is not a whole number of steps "
                f"of {self.step:g}"
            )

    @property
    def n_steps(self) -> int:
        """Number of integration steps."""
        return round((self.stop - self.start) / self.step)

    @property
    def times(self) -> np.ndarray:
        """Every grid time, shape ``(n_steps + 1,)``, in years."""
        return self.start + self.step * np.arange(self.n_steps + 1)

    @property
    def steps_per_save(self) -> int:
        """Integration steps between two saved rows."""
        return 1 if self.save_every is None else round(self.save_every / self.step)

    @property
    def saved_times(self) -> np.ndarray:
        """Times of the saved rows, in years; the first is always ``start``."""
        return self.times[:: self.steps_per_save]

    def halved(self) -> TimeGrid:
        """The same horizon and saved rows with half the step."""
        keep = self.step if self.save_every is None else self.save_every
        return TimeGrid(self.start, self.stop, self.step / 2, keep)

    def snap(self, time: float) -> float:
        """The grid time nearest to ``time``."""
        return self.start + self.step * round((time - self.start) / self.step)


def _whole(ratio: float) -> int | None:
    """``ratio`` as an integer of at least one, or None when it is not one."""
    if not math.isfinite(ratio):
        return None
    nearest = round(ratio)
    return nearest if nearest >= 1 and abs(ratio - nearest) <= 1e-6 * max(1.0, ratio) else None
