"""What a scenario asks of the outside world, held against the path that it departs from.

The yardstick is how far the outlook of a driver may err (``outlook_errors.csv``): four standard
deviations are a warning, ten times the path or a tenth of it an error. A driver whose errors
nobody judged has no yardstick.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from zjsim.inputs import TimePath
from zjsim.model.names import identifier
from zjsim.scenario.outlook import OutlookError, error_of
from zjsim.scenario.schema import DriverPath

DEVIATIONS = 4.0
ABSURD = 10.0


def compared(path: TimePath, base: TimePath, times: np.ndarray) -> tuple[float, float, float]:
    """Where a path departs most from its base: the time, its value there, the base's."""
    ours, usual = path.right(times)[0], base.right(times)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(np.log(ours / usual))
    place = int(np.nanargmax(gap)) if np.isfinite(gap).any() else 0
    return float(times[place]), float(ours[place]), float(usual[place])


def absurd_words(time: float, value: float, usual: float) -> str:
    """Why an index cannot be meant; empty where it can."""
    if value <= 0 or usual <= 0 or 1 / ABSURD <= value / usual <= ABSURD:
        return ""
    return (
        f"{value:.3g} in {time:.0f} is {value / usual:.3g} times the {usual:.3g} of its driver "
        "path; nothing beyond ten times or a tenth of it is run"
    )


def driver_note(
    name: str, time: float, value: float, usual: float, start: float,
    errors: Sequence[OutlookError],
) -> str:  # fmt: skip
    """That an index lies beyond what its outlook may err by; empty where it does not."""
    error = error_of(errors, name)
    years = max(1, round(time - start))
    if error is None or error.sd <= 0 or value <= 0 or usual <= 0:
        return ""
    widest = math.exp(DEVIATIONS * years * error.sd_of_mean(years))
    if 1 / widest <= value / usual <= widest:
        return ""
    return (
        f"{identifier(name)}: {value:.3g} in {time:.0f} is beyond the plausible "
        f"{usual / widest:.3g} to {usual * widest:.3g} (four standard deviations of the outlook's "
        f"error about {usual:.3g})"
    )


def flat_note(change: DriverPath, base: TimePath, start: float, stop: float) -> str:
    """That a number replaces an index that would have grown; empty where nothing is lost."""
    first, last = (float(base.right(np.array([t]))[0, 0]) for t in (start + 1, stop))
    to = change.to or 0.0
    if change.shape != "constant" or change.to is None or abs(last / first - 1) < 0.01:
        return ""
    rise = f"{100 * (to - 1):g} per cent more" if to > 1 else f"{100 * (1 - to):g} per cent less"
    hint = f"; for {rise} than the path write {{multiply: {to:g}}}" if 0.5 < to < 2 else ""
    return (
        f"{change.driver}: {to:g} replaces the path, which goes from {first:.3g} in "
        f"{start + 1:.0f} to {last:.3g} in {stop:.0f}, by a flat {to:g}{hint}"
    )
