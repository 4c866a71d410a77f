"""Progress, rates still needed, official words and verdicts, as pure functions.

Values are in the unit the plan prints; shares and cuts are in percent. Functions take arrays
of any shape and return the same shape, so one run and ten thousand take the same path.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from zjsim.assessment.plan import WordThresholds


class Verdict(StrEnum):
    """What a projection means for a target; only MET and ABOVE_BAND are a pass."""

    MET = "met"
    ABOVE_BAND = "above_band"
    MISSED = "missed"
    UNDECIDABLE = "undecidable"
    MISSING = "missing"


class Word(StrEnum):
    """The four words of official evaluations, best first."""

    REACHED_EARLY = "reached_early"
    FASTER = "faster"
    ON_COURSE = "on_course"
    BEHIND = "behind"


PASSES = frozenset({Verdict.MET, Verdict.ABOVE_BAND})


def time_progress(year: ArrayLike, base_year: float, target_year: float) -> np.ndarray:
    """Part of the time that has gone by the end of ``year``, 0 at the base year.

    Examples
    --------
    >>> float(time_progress(2023, 2020, 2025))
    0.6
    """
    return (np.asarray(year, dtype=float) - base_year) / (target_year - base_year)


def linear_progress(value: ArrayLike, base: float, target: float) -> np.ndarray:
    """Part of the way from ``base`` to ``target``; for levels and ratios.

    Examples
    --------
    >>> float(linear_progress(33.0, 32.0, 34.0))
    0.5
    """
    return (np.asarray(value, dtype=float) - base) / (target - base)


def cumulative_cut(yearly_changes: ArrayLike) -> float:
    """Cumulative cut in percent from yearly changes in percent (a fall is negative).

    ``cut = 100 - 100 * product(1 + change / 100)``
    """
    return float(100 - 100 * np.prod(1 + np.asarray(yearly_changes, dtype=float) / 100))


def logarithmic_progress(cut: ArrayLike, target_cut: float) -> np.ndarray:
    """Part of the way to a cumulative cut, both in percent.

    Notes
    -----
    ``progress = ln(1 - cut) / ln(1 - target)``: equal yearly rates give equal steps, which
    the linear ratio does not. The method of the National Bureau of Statistics as explained
    by the statistics bureau of Qinghai in 2009; its worked case is a test. NaN for a cut of
    100 percent or more.

    Examples
    --------
    >>> round(float(logarithmic_progress(cumulative_cut([1.51, -2.20, -4.18]), 17)), 3)
    0.268
    """
    left = 1 - np.asarray(cut, dtype=float) / 100
    left = np.where(left > 0, left, np.nan)
    share: np.ndarray = np.log(left) / np.log(1 - target_cut / 100)
    return share


def yearly_cut(total_cut: float, years: float) -> float:
    """The constant yearly cut that adds up to ``total_cut``; all in percent.

    Examples
    --------
    >>> round(yearly_cut(16, 5), 3)
    3.427
    """
    return float(100 * (1 - (1 - total_cut / 100) ** (1 / years)))


def yearly_growth(start: ArrayLike, end: ArrayLike, years: float) -> np.ndarray:
    """Constant growth in percent a year from ``start`` to ``end``; NaN unless both are > 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(end, dtype=float) / np.asarray(start, dtype=float)
    return 100 * (np.where(ratio > 0, ratio, np.nan) ** (1 / years) - 1)


def rate_needed(value: ArrayLike, target: float, years_left: float, pace: str) -> np.ndarray:
    """The yearly rate that still leads from ``value`` to ``target``.

    Parameters
    ----------
    value : array, in the printed unit; percent for ratios and cuts
    target : same unit
    years_left : years between the year of ``value`` and the target year
    pace : ``points`` (percentage points a year), ``percent`` (growth in percent a year) or
        ``cut`` (change of the intensity in percent a year; a fall is negative)

    Returns
    -------
    array; NaN when no year is left

    Examples
    --------
    >>> cut = cumulative_cut([1.51, -2.20, -4.18])
    >>> round(float(rate_needed(cut, 17, 2, "cut")), 2)
    -6.59
    """
    value = np.asarray(value, dtype=float)
    if years_left <= 0:
        return np.full_like(value, np.nan)
    if pace == "points":
        return (target - value) / years_left
    if pace == "percent":
        return yearly_growth(value, target, years_left)
    if pace == "cut":
        return yearly_growth(1 - value / 100, 1 - target / 100, years_left)
    raise ValueError(f"pace {pace!r} is none of points, percent, cut")


def completion_rate(value: ArrayLike, target: float) -> np.ndarray:
    """完成率: the value over its target. For a cut, the plain ratio of the two cuts."""
    return np.asarray(value, dtype=float) / target


def official_word(
    progress: float, time_share: float, thresholds: WordThresholds, reached_early: bool = False
) -> Word | None:
    """The official word for progress against time; None where progress is unknown.

    Parameters
    ----------
    progress, time_share : parts of one
    thresholds : in percentage points, from the plan file
    reached_early : the target was reached before its year and still is
    """
    if not np.isfinite(progress):
        return None
    if reached_early:
        return Word.REACHED_EARLY
    # Rounded so that a lead of exactly five points is not lost to the last bit.
    lead = round(100 * (progress - time_share), 9)
    if lead >= thresholds.faster_from:
        return Word.FASTER
    return Word.ON_COURSE if lead >= thresholds.on_course_from else Word.BEHIND


def compute_verdicts(
    value: ArrayLike, lowest: float, highest: float | None = None, error: ArrayLike | None = None
) -> np.ndarray:
    """Verdict on each value.

    Parameters
    ----------
    value : array of any shape, in the printed unit
    lowest : smallest value that meets the target
    highest : largest value inside the band of an ``about`` target; None for at least
    error : numerical error of each value, same unit; None when it was not computed

    Returns
    -------
    array of Verdict texts, same shape

    Notes
    -----
    A value closer to ``lowest`` than its error is undecidable. Near ``highest`` both
    neighbours are a pass, so nothing is in doubt there. NaN is missing, and an error that is
    not finite is a value that nobody should rely on: undecidable.
    """
    value = np.asarray(value, dtype=float)
    margin = value - lowest
    result = np.full(value.shape, Verdict.MISSED.value, dtype="<U16")
    result[margin >= 0] = Verdict.MET.value
    if highest is not None:
        result[value > highest] = Verdict.ABOVE_BAND.value
    if error is not None:
        error = np.broadcast_to(np.abs(np.asarray(error, dtype=float)), value.shape)
        result[(np.abs(margin) < error) | ~np.isfinite(error)] = Verdict.UNDECIDABLE.value
    result[~np.isfinite(value)] = Verdict.MISSING.value
    return result


def are_passes(verdicts: np.ndarray) -> np.ndarray:
    """Which verdicts count as met."""
    return np.isin(verdicts, [verdict.value for verdict in PASSES])
