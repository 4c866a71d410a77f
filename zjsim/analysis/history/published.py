"""What was published by a given year: the one place where outturns enter an analysis.

Calibration and hindcast see figures through `published_until` only. What it drops cannot be
used by anything behind it, however the data file is written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from zjsim.assessment.observations import Observation, Observations
from zjsim.cache import content_hash

# Derived with an assumption (D) or believed and not seen (M): never data, nor a test.
TRUSTED = frozenset("ABC")
_LAST_YEAR = re.compile(r"(\d{4})\s*-\s*(\d{4})$")


def published_until(
    observations: Observations, cut_off: int, grades: Collection[str] = TRUSTED
) -> Observations:
    """The rows of grade A to C that tell of no time after 31 December of ``cut_off``.

    A user's own row has no grade and is taken as given. Learning, which gives a worse grade a
    larger error, takes other ``grades`` too.
    """
    return Observations(
        tuple(
            row
            for row in observations.rows
            if last_year(row) <= cut_off and (row.grade in grades or not row.grade)
        )
    )


def trusted(observations: Observations) -> Observations:
    """The rows of grade A to C and a user's own, of any year: what a projection is held against."""
    return published_until(observations, 9999)


def last_year(row: Observation) -> int:
    """The last calendar year that a figure tells of: that of its period where it spans several."""
    span = _LAST_YEAR.match(row.period)
    return max(row.year, int(span.group(2))) if span else row.year


def hash_of(rows: Iterable[Observation]) -> str:
    """Hash of the figures used, whatever their order and wherever they stand in their file."""
    texts = sorted(
        f"{r.series}|{r.year}|{r.period}|{r.value!r}|{r.vintage}|{r.reading}|{r.grade}"
        for r in rows
    )
    return content_hash(*texts)
