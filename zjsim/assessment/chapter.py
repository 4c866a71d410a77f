"""The chapters of a plan, as its text has them."""

from __future__ import annotations

from dataclasses import dataclass

from zjsim.formats import Declared, FilledWords
from zjsim.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter(Declared):
    """A chapter of the plan, under which levers are shown."""

    number: FilledWords
    """As the clauses of ``levers.yaml`` begin: 三 of 三(五)."""
    title: Text
    """Its heading."""
    quote: FilledWords | None = None
    """The heading in the plan's own words."""
