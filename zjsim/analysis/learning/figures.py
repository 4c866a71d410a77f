"""The figures that learning sees: which counts, how far it may be off, and what a miss costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from zjsim.analysis.history.comparison import Datum, published
from zjsim.analysis.history.published import published_until
from zjsim.analysis.learning.learning_file import LearningFile, Row
from zjsim.assessment.observations import Observation, Observations
from zjsim.grades import EVIDENCE

OWN_GRADE = "B"  # a user's own row has no grade: taken as an official figure quoted
HISTORY_YEARS = 5  # of the run before the plan


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure that counts.

    Parameters
    ----------
    row : Row
    datum : Datum
    grade : str
        The worst of its rows.
    scale : float
        Of its error, in the measure's unit.
    """

    row: Row
    datum: Datum
    grade: str
    scale: float

    @property
    def year(self) -> int:
        """The year that it tells of."""
        return self.datum.year

    def in_year(self, year: int) -> Figure:
        """The same kind of figure in another year, whose value is not known."""
        time = year + self.datum.time - self.datum.year
        return replace(self, datum=Datum(year, time, math.nan))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A figure that does not count, and which one tells of the same already."""

    row: Row
    datum: Datum
    told_by: str


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures up to a year, and those left out."""

    used: tuple[Figure, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def years(self) -> np.ndarray:
        """Year of each figure, shape (n_figure,)."""
        return np.array([figure.year for figure in self.used], dtype=int)

    @property
    def observed(self) -> np.ndarray:
        """The figures, shape (n_figure,), each in the unit of its measure."""
        return np.array([figure.datum.value for figure in self.used])

    @property
    def scales(self) -> np.ndarray:
        """Scale of each figure's error, shape (n_figure,)."""
        return np.array([figure.scale for figure in self.used])


def figures_until(file: LearningFile, observations: Observations, year: int) -> Figures:
    """The figures that tell of no time after 31 December of ``year``, each once.

    Of one quantity and year the first row of the file that has a figure counts.
    """
    seen = published_until(observations, year, EVIDENCE)
    mine = Observations(tuple(row for row in seen.rows if not row.grade))
    used: dict[tuple[str, str, int], Figure] = {}
    left: list[LeftOut] = []
    for row in file.rows:
        for told in published(row.comparison, mine if row.own else seen):
            datum = _done(row, told) if row.milestone else told
            if not _belongs(row, datum, file.until):
                continue
            place = (row.phase, row.quantity, datum.year)
            if place in used:
                left.append(LeftOut(row, datum, used[place].row.comparison.series))
                continue
            grade = worst_grade(datum.rows)
            scale = row.comparison.error * file.grades[grade]
            used[place] = Figure(row, datum, grade, scale)
    order = sorted(used.values(), key=lambda figure: (figure.year, file.rows.index(figure.row)))
    return Figures(tuple(order), tuple(left))


def _done(row: Row, datum: Datum) -> Datum:
    """How much of a milestone is done, in percent: beyond the whole of it nothing is counted.

    The plan asks for no more, and counts of honours run far past it for reasons of their own.
    """
    return replace(datum, value=min(100 * datum.value / row.milestone, 100.0))


def worst_grade(rows: Sequence[Observation]) -> str:
    """The lowest grade of some rows; that of a user's own is B."""
    grades = [row.grade or OWN_GRADE for row in rows]
    return max(grades, key=EVIDENCE.index)


def _belongs(row: Row, datum: Datum, until: int) -> bool:
    """Whether a figure lies inside its row's years and inside the run it is held against."""
    since = datum.year - (0 if row.comparison.measure == "level" else datum.span)
    begin, end = (until - HISTORY_YEARS, until) if row.phase == "history" else (until, 9999)
    return row.first <= datum.year <= row.last and since >= begin and begin < datum.year <= end


@dataclass(frozen=True, slots=True)
class Misses:
    """What a miss costs: independent Student t errors about known scales.

    Parameters
    ----------
    observed, scales : array, shape (n_figure,)
    freedom : float
    """

    observed: np.ndarray
    scales: np.ndarray
    freedom: float

    def terms(self, predictions: np.ndarray) -> np.ndarray:
        """Log likelihood of each figure, up to a constant, shape (n, n_figure)."""
        z = (predictions - self.observed) / self.scales
        return np.asarray(-0.5 * (self.freedom + 1) * np.log1p(z**2 / self.freedom))

    def log_density(self, predictions: np.ndarray) -> np.ndarray:
        """The same with its constant, shape (…, n_figure): the logarithm of Student's density."""
        half = self.freedom / 2
        known = math.lgamma(half + 0.5) - math.lgamma(half)
        constant = known - 0.5 * math.log(math.pi * self.freedom) - np.log(self.scales)
        return np.asarray(self.terms(predictions) + constant)

    def pulls(self, predictions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Slope of each term in the prediction, and the weight of the quadratic below it."""
        away = self.observed - predictions
        weight = (self.freedom + 1) / (self.freedom * self.scales**2 + away**2)
        return weight * away, weight
