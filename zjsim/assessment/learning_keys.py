"""The keys of ``learning.yaml``: which published figures are learnt from, and what is told of them.

The names that it uses are checked here too, so that `zjsim lint` and learning say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from zjsim.errors import Problem, did_you_mean
from zjsim.formats import (
    Declared,
    FilledWords,
    Name,
    Number,
    Words,
    Year,
    rule,
)
from zjsim.frozen import FrozenDict
from zjsim.language import Text
from zjsim.model.names import canonical
from zjsim.yamlfile import YamlDocument

LEARNING = "learning.yaml"
Measured = Literal["level", "growth", "average", "index", "change"]
Phase = Literal["history", "plan"]
PHASES: tuple[Phase, ...] = ("history", "plan")
Positive = Annotated[float, rule(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, rule(ge=0, allow_inf_nan=False)]
Part = Annotated[float, rule(ge=0, le=1, allow_inf_nan=False)]
Grade = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningFigure(Declared):
    """A published series, and the variables of the model that it is held against."""

    quantity: Name
    """What it tells of: of one quantity and year the first row that has a figure counts."""
    series: Name
    """Series of observations.csv."""
    over: Name = ""
    """Series that divides it, year by year."""
    measure: Measured
    """Level, yearly growth, average growth of a span, index over the base year, or change."""
    variable: Name = ""
    """Model variable."""
    variables: tuple[Name, ...] = ()
    """Several model variables, multiplied."""
    scale: Number = 1.0
    """Of a level: the variable times this has the unit of the series."""
    error: Positive = 1.0
    """Scale of what the model is not to blame for, in percent or points; Student's t."""
    bias: NotNegative = 0.0
    """Standard deviation of a difference of scope that is the same in all years."""
    periods: tuple[Name, ...] = ()
    """Periods of the rows that count, the first that has a figure; whole years without."""
    vintage: Name | None = None
    """The only vintage that counts."""
    over_vintage: Name | None = None
    """The same of the series that divides."""
    base_year: Year | None = None
    """Of an index; the plan's base year without."""
    from_year: Year | None = None
    """First year that the row may tell of."""
    to: Year | None = None
    """Last year that the row may tell of."""
    indicator: Name = ""
    """The plan's indicator that the row measures, or the main part of it."""
    of_plan_scale: Positive = 1.0
    """Of such a level: its size over that on the plan's scale."""
    effort: Words = ""
    """Of a milestone of the prose: why its outturn tells of effort; its error cannot be small."""
    label: Text | None = None
    """What the figure is called in tables."""
    why: Words = ""
    """Why the series stands for the variable, and with which doubt."""

    def faults(self) -> list[str]:
        found = []
        if bool(self.variable) == bool(self.variables):
            found.append("either variable or variables is needed")
        if self.effort and (self.bias or self.measure != "level"):
            found.append("a milestone (effort) is a level, and all its doubt is in error, not bias")
        if self.from_year is not None and self.to is not None and self.to < self.from_year:
            found.append("to is before from")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningFigures(Declared):
    """The figures of both runs."""

    history: tuple[LearningFigure, ...] = ()
    """Held against the run before the plan."""
    plan: tuple[LearningFigure, ...] = ()
    """Held against the years of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningHistory(Declared):
    """The run before the plan."""

    scenario: Name
    """Its scenario file, beside this one."""
    until: Year | None = None
    """Its last year; the plan's base year without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningPlan(Declared):
    """The years of the plan."""

    scenario: Name = "observed"
    """Scenario of the plan in which drivers are as published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyWarning(Declared):
    """Probabilities of meeting a target below which `zjsim monitor` warns."""

    red: Part = 0.2
    """Below this it is in danger."""
    amber: Part = 0.5
    """Below this it is to be watched."""

    def faults(self) -> list[str]:
        return ["red is above amber"] if self.red > self.amber else []


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningFamily(Declared):
    """Several places learnt together: what they share, and what each has of its own."""

    members: Name
    """File of the other places' initial values and drivers, beside this one."""
    histories: Name
    """File of the published series of all places, beside this one."""
    place: Name
    """Which of them the plan is of."""
    label: Text
    """Its name."""
    pooled: Annotated[tuple[Name, ...], rule(min_length=1)]
    """Constants that each place has of its own, around the family's mean."""
    drifts: tuple[Name, ...] = ()
    """Drifts that each place has of its own, year by year."""
    figures: Annotated[tuple[LearningFigure, ...], rule(min_length=1)]
    """Series of the histories against variables; changes only, so that levels do not matter."""

    def faults(self) -> list[str]:
        return [
            f"figures: {row.series} is a {row.measure}; only change is meant here"
            for row in self.figures
            if row.measure != "change"
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningKeys(Declared):
    """What `zjsim learn` learns from, and what was believed before any of these figures."""

    figures: LearningFigures
    """Published series against variables of the model."""
    grades: Annotated[Mapping[Grade, Annotated[float, rule(ge=1, allow_inf_nan=False)]],
                      rule(min_length=4)]  # fmt: skip
    """Factor on the error of a figure by its grade, one for each of A to D."""
    freedom: Annotated[float, rule(gt=2, le=1000, allow_inf_nan=False)] = 5.0
    """Degrees of freedom of the errors."""
    priors: Mapping[Name, tuple[Number, Number]] = field(default_factory=FrozenDict)
    """Mean and standard deviation of constants before the figures of the run before the plan."""
    history: LearningHistory | None = None
    """The run before the plan; none without."""
    plan: LearningPlan = LearningPlan()
    """The years of the plan."""
    early_warning: EarlyWarning = EarlyWarning()
    """Lines of early warning; no draw depends on them."""
    family: LearningFamily | None = None
    """Several places learnt together, by `zjsim learn --family`; no other draw depends on it."""
    choices: tuple[Text, ...] = ()
    """What was chosen after an outturn or a score had been seen; it is printed."""
    why: FilledWords = "-"
    """Ground of the whole."""

    def faults(self) -> list[str]:
        return [
            f"priors.{name}: the standard deviation is not above 0"
            for name, (_, sd) in self.priors.items()
            if sd <= 0
        ]


def check_learning(
    source: YamlDocument,
    document: Mapping[str, Any],
    *,
    variables: Collection[str],
    constants: Collection[str],
    indicators: Collection[str],
    series: Collection[str],
    milestones: Collection[str] = (),
) -> list[Problem]:
    """Names that the file uses and the plan's folder does not have, each with its line.

    Parameters
    ----------
    variables : names that a run can save
    constants : names in constants.csv
    indicators : ids of the plan
    series : of observations.csv; empty leaves them unchecked
    milestones : ids of the plan's milestones
    """
    spelt = {canonical(name) for name in variables}
    ranged = {canonical(name) for name in constants}
    problems = []

    def fault(place: tuple[Any, ...], what: str, name: str, known: Collection[str]) -> None:
        problems.append(Problem(source.where(place), what, did_you_mean(name, known)))

    for phase in PHASES:
        for k, row in enumerate(document["figures"].get(phase, ())):
            place = ("figures", phase, k)
            for name in row.get("variables", (row.get("variable", ""),)):
                if canonical(name) not in spelt:
                    key = "variables" if "variables" in row else "variable"
                    fault((*place, key), f"the model has no {name}", name, variables)
            named = row.get("indicator", "")
            if named and named not in indicators:
                fault((*place, "indicator"), f"no such indicator {named}", named, indicators)
            if "effort" in row and row["series"] not in milestones:
                what = f"no milestone {row['series']} in plan.yaml, so it tells of no effort"
                fault((*place, "series"), what, row["series"], milestones)
            for key in ("series", "over"):
                if series and row.get(key) and row[key] not in series:
                    what = f"no series {row[key]} in observations.csv"
                    fault((*place, key), what, row[key], series)
    for name in document.get("priors", ()):
        if canonical(name) not in ranged:
            fault(("priors", name), "no such constant in constants.csv", name, constants)
    family = document.get("family", {})
    for k, row in enumerate(family.get("figures", ())):
        for name in row.get("variables", (row.get("variable", ""),)):
            if canonical(name) not in spelt:
                fault(("family", "figures", k), f"the model has no {name}", name, variables)
    for name in family.get("pooled", ()):
        if canonical(name) not in ranged:
            fault(("family", "pooled"), f"no constant {name} in constants.csv", name, constants)
    for key in ("members", "histories"):
        if key in family and not (source.path.parent / family[key]).is_file():
            what = f"no such file {family[key]}"
            fault(("family", key), what, family[key], [])
    said = document.get("history", {}).get("scenario")
    if said and not (source.path.parent / said).is_file():
        problems.append(
            Problem(source.where(("history", "scenario")), f"no such file {said}",
                    "It stands beside learning.yaml.")
        )  # fmt: skip
    return problems
