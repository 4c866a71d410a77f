"""The keys of ``outside.yaml``: the past that each indicator's outside view is made of.

The names that it uses are checked here too, so that `zjsim lint` and the outside view agree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from zjsim.errors import Problem, did_you_mean
from zjsim.formats import Declared, Name, Words, Year, rule
from zjsim.yamlfile import YamlDocument

OUTSIDE = "outside.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPast(Declared):
    """A published series; its mean yearly growth between two years."""

    series: Name
    """Series of observations.csv."""
    vintage: Name | None = None
    """The only vintage that counts."""
    over: Name = ""
    """Series that divides it, year by year."""
    over_vintage: Name | None = None
    """The same of the series that divides."""
    first: Year
    """First year."""
    last: Year
    """Last year, no later than the plan's base year."""

    def faults(self) -> list[str]:
        return ["last is not after first"] if self.last <= self.first else []


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyPast(Declared):
    """The same of other places, towards whose mean the own growth is drawn."""

    series: Name
    """Series of the family's file."""
    over: Name = ""
    """Series of it that divides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRate(Declared):
    """A published average growth rate or cut, where no series is."""

    series: Name
    """Series of observations.csv, in percent."""
    period: Name = ""
    """Its span, such as 2016-2020."""
    year: Year | None = None
    """Or the year that it is of."""
    years: Annotated[float, rule(gt=0, allow_inf_nan=False)] = 1.0
    """Years that a cut covers."""

    def faults(self) -> list[str]:
        return [] if self.period or self.year is not None else ["year or period is needed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorPast(Declared):
    """Where the past growth of an indicator is read."""

    own: OwnPast | None = None
    """Its own series."""
    rate: PublishedRate | None = None
    """Or a published rate."""
    family: FamilyPast | None = None
    """The same of the family."""
    steps: Name = ""
    """Series of yearly growth rates in the plan's years, which take the place of the trend."""
    why: Words = ""
    """What stands for what."""

    def faults(self) -> list[str]:
        if (self.own is None) == (self.rate is None):
            return [
                "either own (series, first, last) or rate (series, and year or period) is needed"
            ]
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideKeys(Declared):
    """The outside view of each indicator: its own past, drawn towards the family and nothing."""

    indicators: Annotated[Mapping[Name, IndicatorPast], rule(min_length=1)]
    """By id; an indicator without an entry has no outside view."""
    family: Name
    """File of histories of several places, beside this one."""
    place: Name = ""
    """Which of them the plan is of; the name of the folder without."""


def check_outside(
    source: YamlDocument,
    document: Mapping[str, Any],
    *,
    indicators: Collection[str],
    series: Collection[str],
    base_year: int,
) -> list[Problem]:
    """What the file names and the plan's folder does not have, and years it may not use."""
    problems = []
    for name, entry in document["indicators"].items():
        place: tuple[Any, ...] = ("indicators", name)
        if name not in indicators:
            near = did_you_mean(name, indicators)
            problems.append(Problem(source.where(place), "the plan has no such indicator", near))
        for part in ("own", "rate"):
            said = entry.get(part, {})
            for key in ("series", "over"):
                if series and said.get(key) and said[key] not in series:
                    what = f"no series {said[key]} in observations.csv"
                    near = did_you_mean(said[key], series)
                    problems.append(Problem(source.where((*place, part, key)), what, near))
        if entry.get("own", {}).get("last", base_year) > base_year:
            what = f"last is after the base year {base_year}; the outside view ends there"
            problems.append(Problem(source.where((*place, "own", "last")), what))
    if not (source.path.parent / document["family"]).is_file():
        what = f"no such file {document['family']}"
        problems.append(Problem(source.where(("family",)), what, "It stands beside outside.yaml."))
    return problems
