"""A plan as data: its indicators, targets, milestones and the thresholds of its words.

The classes declare the keys of ``plan.yaml``. A file is read and validated once
(``read_plan_document``); the result is plain JSON-able data that a caller may cache by content
hash and turn into a ``Plan`` with the standard library alone (``plan_from_document``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from zjsim.assessment.audit_settings import AuditSettings
from zjsim.assessment.chapter import Chapter
from zjsim.assessment.horizon import Day, Horizon, LookBack
from zjsim.assessment.named import find_indicator
from zjsim.documents import from_document
from zjsim.errors import PlanError, raise_if_any
from zjsim.formats import HIDDEN, Declared, FilledWords, Flag, Identifier, Number, Year, rule
from zjsim.frozen import FrozenDict
from zjsim.language import Text
from zjsim.yamlfile import read_text, read_yaml

Month = Annotated[str, rule(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
Positive = Annotated[float, rule(gt=0, allow_inf_nan=False)]
Percent = Annotated[float, rule(gt=0, lt=100, allow_inf_nan=False)]
Count = Annotated[int, rule(ge=1)]
ProgressWord = Literal["reached_early", "faster", "on_course", "behind"]


@dataclass(frozen=True, slots=True)
class Unit(Text):
    """The unit that the plan prints, in both languages, and the model's."""

    model: FilledWords = ""
    """Unit of the variable in the model file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordThresholds(Declared):
    """Official words by progress minus time progress, in percentage points."""

    assumption: Flag
    """True when the plan does not state the thresholds."""
    faster_from: Number
    """Ahead of time by this or more: faster than planned."""
    on_course_from: Number
    """Behind time by less than this (a number below 0): on course."""
    labels: Mapping[ProgressWord, Text]
    """The words."""

    def faults(self) -> list[str]:
        """Every word has a label."""
        lacking = [word for word in get_args(ProgressWord) if word not in self.labels]
        return [f"labels lacks {', '.join(lacking)}"] if lacking else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Base(Declared):
    """Where an indicator starts."""

    value: Number | None
    """Null for a cumulative cut."""
    year: Year
    """Year of the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Declared):
    """The value an indicator should reach, in the unit the plan prints."""

    value: Number
    """One number: a target never varies."""
    year: Year
    """Year of the value."""
    words: FilledWords
    """As the plan prints it."""
    kind: Literal["about", "at_least"]
    """about is 左右: inside the band."""
    band: Positive | None = None
    """Half-width of the band of an about target."""
    band_assumed: Flag = False
    """True when the plan does not state the band."""

    @property
    def lowest(self) -> float:
        """The smallest value that meets the target."""
        # Rounded so that 33.3 - 0.1 is 33.2 and not a bit below it.
        return self.value if self.band is None else round(self.value - self.band, 12)

    @property
    def highest(self) -> float | None:
        """The largest value inside the band of an ``about`` target, else None."""
        return None if self.band is None else round(self.value + self.band, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment(Declared):
    """A target that was changed after the plan was issued."""

    value: Number
    """The new target."""
    date: Month
    """When it was changed."""
    source: FilledWords
    """Key of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPace(Declared):
    """A yearly cut that the prose states beside the table's number for the whole plan."""

    rate: Percent
    """Percent a year."""
    scope_stated: Flag
    """Whether the prose says what is cut."""
    clause: FilledWords
    """Where the plan says so."""
    quote: FilledWords
    """The plan's own words."""
    note: Text | None = None
    """A remark."""

    def over(self, years: int) -> float:
        """The cut over several years, in percent."""
        return 100 * (1 - (1 - self.rate / 100) ** years)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Declared):
    """Another reading of an indicator, shown beside it and never judged."""

    label: Text
    """Its name."""
    variable: FilledWords
    """Model variable, in the indicator's unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Declared):
    """One row of the plan's table. Values are in the printed unit."""

    id: Identifier
    """Name in commands and tables."""
    number: Count
    """Number in the plan's table."""
    category: Text
    """Heading it stands under."""
    label: Text
    """Its name."""
    unit: Unit
    """As printed and, under model, that of the variable."""
    scale: Positive = 1.0
    """The variable times this is the value in the printed unit."""
    decimals: Annotated[int, rule(ge=0, le=6)] = 1
    """Decimals shown."""
    scope: Text
    """What it covers."""
    base: Base
    """Where it starts."""
    target: Target
    """What it should reach."""
    cumulative: Flag = False
    """A cut counted from the base year on."""
    excludes_state_listed: Flag = False
    """Whether nationally listed projects are left out of the target."""
    part_of_whole: Flag = False
    """A share whose numerator is part of its denominator."""
    nature: Literal["anticipatory", "binding"]
    """预期性 or 约束性."""
    price_basis: Literal["current", "constant", "none"]
    """Prices of the value."""
    pace: Literal["points", "percent", "cut"]
    """How the rate still needed is said: points or percent a year, or a yearly cut in percent."""
    variable: FilledWords
    """Model variable."""
    reads: Literal["value", "intensity"] = "value"
    """intensity: the variable is an amount per value added; the cut is taken from its base year."""
    reading: Literal["year", "year_end"] = "year"
    """year_end: a stock, read at the end of the year."""
    constant_price_variable: FilledWords | None = None
    """The variable in constant prices, shown beside it."""
    variants: tuple[Variant, ...] = ()
    """Other readings, shown and never judged."""
    clause: FilledWords
    """Where the plan says so."""
    quote: FilledWords
    """The plan's own words."""
    iamc: FilledWords | None = None
    """Its name in an IAMC table."""
    note: Text | None = None
    """A remark."""
    amended: Amendment | None = None
    """The target's later change."""
    text_pace: TextPace | None = None
    """The yearly cut that the prose states."""
    plan_base_year: Annotated[int, HIDDEN] = 0
    """The plan's base year."""
    price_year: Annotated[int, HIDDEN] = 0
    """The plan's year of constant prices."""

    @property
    def other_counts(self) -> tuple[Variant, ...]:
        """Readings that belong beside every verdict: of a cut whose scope the plan leaves open."""
        return self.variants if self.excludes_state_listed else ()

    @property
    def binding(self) -> bool:
        """Whether the plan calls the target 约束性."""
        return self.nature == "binding"

    @property
    def span(self) -> int:
        """Years from the base to the target."""
        return self.target.year - self.base.year

    @property
    def start(self) -> float:
        """The value at the base year: zero for a cumulative cut."""
        return 0.0 if self.base.value is None else self.base.value

    def line(self, year: float) -> float:
        """The value in a year on the straight line from the base to the target."""
        part = (year - self.base.year) / self.span
        return self.start + part * (self.target.value - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(Declared):
    """A quantitative statement of the prose."""

    id: Identifier
    """Name in commands and tables."""
    label: Text
    """Its name."""
    clause: FilledWords
    """Where the plan says so."""
    quote: FilledWords
    """The plan's own words."""
    number: Number
    """The figure; of a doubling the multiple of the base-year count."""
    number_high: Number | None = None
    """Upper end of a range."""
    unit: Text
    """Unit of the figure; of a doubling that of the count."""
    comparator: Literal[
        ">=", "=", "about", "range", "doubled", "full_coverage", "at_least_average", "not_falling"
    ]
    """How the figure is to be compared."""
    kind: Literal["cumulative", "new", "rate", "level"]
    """What is counted."""
    strive: Flag = False
    """力争: the plan strives for it."""
    date: Year | None = None
    """Year by which; without one the text gives none."""
    base: Base | None = None
    """Where it starts."""
    indicator: Identifier | None = None
    """Indicator it belongs to."""
    note: Text | None = None
    """A remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Declared):
    """A figure of the starting situation, as the prose gives it; not a target."""

    id: Identifier
    """Name in tables."""
    number: Number
    """The figure."""
    comparator: Literal["=", ">", ">=", "about", "rank"]
    """How exactly it is said."""
    unit: Text
    """Its unit."""
    label: Text
    """Its name."""
    clause: FilledWords
    """Where the plan says so."""
    quote: FilledWords
    """The plan's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut(Declared):
    """A statement of size that was judged to be no milestone, and why."""

    clause: FilledWords
    """Where the plan says so."""
    quote: FilledWords
    """The plan's own words."""
    why: Text
    """Why it is no milestone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Declared):
    """A plan: its indicators, the milestones of its prose, and how progress is worded."""

    id: Identifier
    """Name in commands."""
    title: Text
    """Its title."""
    number: FilledWords
    """Number of the document."""
    issuer: Text | None = None
    """Who issued it."""
    issued: Day
    """When."""
    published: Day | None = None
    """When it was published."""
    text: Annotated[str, rule(pattern=r"^[\w.-]+$")] | None = None
    """File beside this one with the plan's text, in which quotations are looked up."""
    horizon: Horizon
    """The time that it covers."""
    words: WordThresholds
    """Official words for progress."""
    history: LookBack = field(default_factory=LookBack)
    """Past years that hindcasts and discrepancies look at."""
    vintages: Mapping[Identifier, Text] = field(default_factory=FrozenDict)
    """Names of bases of publication."""
    remarks: tuple[Text, ...] = ()
    """Sentences that the tables of the folder repeat, in both languages."""
    chapters: tuple[Chapter, ...] = ()
    """Its chapters, first to last."""
    indicators: Annotated[tuple[Indicator, ...], rule(min_length=1)]
    """The plan's table."""
    milestones: tuple[Milestone, ...] = ()
    """Figures of the prose."""
    left_out: tuple[LeftOut, ...] = ()
    """Figures of the prose that are no milestones."""
    backdrop: tuple[Statement, ...] = ()
    """Figures of the starting situation."""
    audit: AuditSettings | None = None
    """What `zjsim plan audit` works on."""

    def __repr__(self) -> str:
        span = f"{self.years[0]}-{self.years[-1]}"
        return f"<Plan {self.id[:80]}: {len(self.indicators)} indicators, {span}>"

    @property
    def base_year(self) -> int:
        """Year that changes are counted from."""
        return self.horizon.base_year

    @property
    def price_year(self) -> int:
        """Year of the constant prices."""
        return self.horizon.price_year or self.base_year

    @property
    def trend_years(self) -> tuple[int, int]:
        """First and last year of the figures whose mean growth is the naive trend."""
        first, last = self.history.trend or (self.base_year - 5, self.base_year)
        return first, last

    @property
    def assessed_years(self) -> tuple[int, ...]:
        """Years from which a hindcast projects."""
        return self.history.assessed or tuple(range(self.base_year, self.years[-1]))

    @property
    def start(self) -> str:
        """First day."""
        return self.horizon.start

    @property
    def end(self) -> str:
        """Last day."""
        return self.horizon.end

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the plan, first to last."""
        return tuple(range(self.base_year + 1, int(self.end[:4]) + 1))

    @property
    def indicator_ids(self) -> tuple[str, ...]:
        """Ids in the order of the table."""
        return tuple(indicator.id for indicator in self.indicators)

    def indicator(self, name: int | str) -> Indicator:
        """The indicator with this number, id or label; see `find_indicator`."""
        return find_indicator(self.indicators, name)


def read_plan(path: Path | str) -> Plan:
    """Read a plan file; see ``read_plan_document``."""
    return plan_from_document(read_plan_document(path))


def read_plan_document(path: Path | str) -> dict[str, Any]:
    """Read and validate a plan file; the result is JSON-able and may be cached.

    Quotations are looked up in the text file that the plan names, when it stands beside it.

    Raises
    ------
    PlanError
        Listing every problem with its line.
    """
    path = Path(path)
    source = read_yaml(path, PlanError)
    name = source.data.get("text") if isinstance(source.data, dict) else None
    text_file = path.parent / name if isinstance(name, str) and Path(name).name == name else None
    text = read_text(text_file, PlanError) if text_file and text_file.is_file() else None
    # A plan that is in the cache has been checked.
    from zjsim.assessment.plan_checks import plan_problems

    document, problems = plan_problems(source.data, source.where, text)
    raise_if_any(path, problems, PlanError)
    assert document is not None
    return document


def plan_from_document(document: Mapping[str, Any]) -> Plan:
    """Build a Plan from a validated document, with the standard library alone."""
    horizon = document["horizon"]
    base_year = horizon["base_year"]
    own = {"plan_base_year": base_year, "price_year": horizon["price_year"] or base_year}
    indicators = [{**entry, **own} for entry in document["indicators"]]
    return from_document(Plan, {**document, "indicators": indicators})
