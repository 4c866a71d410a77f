"""The shape of a plan file, as strict pydantic models; met only when a file is validated.

Importing pydantic costs a tenth of a second, so ``plan.py`` imports this module inside the
function that validates; a document that was validated before is used without it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zjsim.complaints import in_words, keys_at
from zjsim.errors import did_you_mean

Text = Annotated[str, Field(min_length=1)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Percent = Annotated[float, Field(gt=0, lt=100, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=1900, le=2200)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]


# Where an error is in the document, what is wrong, and a hint.
Location = tuple[int | str, ...]
Complaint = tuple[Location, str, str]


class Strict(BaseModel):
    """No unknown keys, no silent conversion."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Label(Strict):
    zh: Text
    en: Text


class Unit(Label):
    model: Text


class Horizon(Strict):
    base_year: Year
    start: Day
    end: Day
    quote: Text | None = None


class WordLabels(Strict):
    reached_early: Label
    faster: Label
    on_course: Label
    behind: Label


class Words(Strict):
    assumption: bool
    faster_from: Number
    on_course_from: Number
    labels: WordLabels


class Base(Strict):
    value: Number | None
    year: Year


class Target(Strict):
    value: Number
    year: Year
    words: Text
    kind: Literal["about", "at_least"]
    band: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    band_assumed: bool = False


class Amendment(Strict):
    value: Number
    date: Month
    source: Text


class TextPace(Strict):
    rate: Percent
    scope_stated: bool
    clause: Text
    quote: Text
    note: Label | None = None


class Variant(Strict):
    label: Label
    variable: Text


class Indicator(Strict):
    id: Identifier
    number: Annotated[int, Field(ge=1)]
    category: Label
    label: Label
    unit: Unit
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    scope: Label
    base: Base
    target: Target
    cumulative: bool = False
    excludes_state_listed: bool = False
    part_of_whole: bool = False
    nature: Literal["anticipatory", "binding"]
    price_basis: Literal["current", "constant", "none"]
    pace: Literal["points", "percent", "cut"]
    variable: Text
    reads: Literal["value", "intensity"] = "value"
    reading: Literal["year", "year_end"] = "year"
    constant_price_variable: Text | None = None
    variants: list[Variant] = []
    clause: Text
    quote: Text
    note: Label | None = None
    amended: Amendment | None = None
    text_pace: TextPace | None = None


class MilestoneBase(Strict):
    value: Number
    year: Year


Comparator = Literal[
    ">=", "=", "about", "range", "doubled", "full_coverage", "at_least_average", "not_falling"
]


class Milestone(Strict):
    id: Identifier
    label: Label
    clause: Text
    quote: Text
    number: Number
    number_high: Number | None = None
    unit: Label
    comparator: Comparator
    kind: Literal["cumulative", "new", "rate", "level"]
    strive: bool = False
    date: Year | None = None
    base: MilestoneBase | None = None
    indicator: Identifier | None = None
    note: Label | None = None


class LeftOut(Strict):
    clause: Text
    quote: Text
    why: Label


class Statement(Strict):
    id: Identifier
    number: Number
    comparator: Literal["=", ">", ">=", "about", "rank"]
    unit: Label
    label: Label
    clause: Text
    quote: Text


class Grid(Strict):
    assumption: bool
    real_growth: Annotated[list[Number], Field(min_length=1, max_length=20)]
    inflation: Annotated[list[Number], Field(min_length=1, max_length=20)]


class Quantity(Strict):
    id: Identifier
    label: Label
    indicator: Identifier
    volume: Literal["gdp", "manufacturing"]
    prices: Literal["current", "constant"]
    relation: Literal["times", "divided_by", "cut_by"]
    base_series: Identifier | None = None


class Series(Strict):
    gdp: Identifier | None = None
    revenue: Identifier | None = None
    manufacturing_revenue: Identifier | None = None
    patents: Identifier | None = None
    rd_survey: Identifier | None = None
    rd_province: Identifier | None = None
    digital_core: Identifier | None = None
    industry_value_added: Identifier | None = None


class Roles(Strict):
    productivity: Identifier | None = None
    land: Identifier | None = None
    rd: Identifier | None = None
    patents: Identifier | None = None
    digital_core: Identifier | None = None
    energy: Identifier | None = None
    past_energy_pace: Identifier | None = None
    land_floor: Identifier | None = None


class AuditSettings(Strict):
    grid: Grid
    share: Identifier | None = None
    quantities: list[Quantity] = []
    series: Series = Series()
    roles: Roles = Roles()


class PlanDocument(Strict):
    id: Identifier
    title: Label
    number: Text
    issuer: Label | None = None
    issued: Day
    published: Day | None = None
    text: Annotated[str, Field(pattern=r"^[\w.-]+$")] | None = None
    horizon: Horizon
    words: Words
    indicators: Annotated[list[Indicator], Field(min_length=1)]
    milestones: list[Milestone] = []
    left_out: list[LeftOut] = []
    backdrop: list[Statement] = []
    audit: AuditSettings | None = None


def complaints(
    raw: Any, kind: type[BaseModel] = PlanDocument
) -> tuple[dict[str, Any] | None, list[Complaint]]:
    """Validate; the document with defaults filled in, or (location, what, hint) of each error."""
    try:
        return kind.model_validate(raw).model_dump(mode="json"), []
    except ValidationError as error:
        return None, [_complaint(problem, kind) for problem in error.errors()]


def _complaint(problem: Any, kind: type[BaseModel]) -> Complaint:
    location = tuple(problem["loc"])
    if problem["type"] == "extra_forbidden":
        near = did_you_mean(str(location[-1]), keys_at(kind, location[:-1]))
        return location, "no such entry", near
    if problem["type"] == "missing":
        return location, "this entry is missing", ""
    if problem["type"] == "literal_error":
        choices = str(problem["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
        given = str(problem["input"])[:60]
        hint = did_you_mean(given, choices.split(", "))
        return location, f"{given} is none of {choices}", hint
    return location, *in_words(problem, location, ())
