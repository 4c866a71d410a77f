"""The years that a plan covers, and those from which it learns how far a model errs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from zjsim.formats import Declared, FilledWords, Year, rule

Day = Annotated[str, rule(pattern=r"^\d{4}-\d{2}-\d{2}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon(Declared):
    """The time that the plan covers."""

    base_year: Year
    """Year that changes are counted from."""
    price_year: Year | None = None
    """Year of the constant prices; without an entry the base year."""
    start: Day
    """First day."""
    end: Day
    """Last day."""
    quote: FilledWords | None = None
    """The plan's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack(Declared):
    """Which past years tell of the model's errors, where the plan's folder has a history."""

    changes_from: Year | None = None
    """Yearly changes before it do not count for a discrepancy; without an entry all count."""
    trend: Annotated[tuple[Year, ...], rule(min_length=2, max_length=2)] | None = None
    """First and last year of the figures whose mean growth is the naive trend; without an entry
    the five years that end with the base year."""
    assessed: Annotated[tuple[Year, ...], rule(min_length=1, max_length=50)] | None = None
    """Years from which a hindcast projects; without an entry from the base year to the year
    before the plan's last."""
