"""A plan as data: its indicators, targets, milestones and the thresholds of its words.

A plan file is read and validated once (``read_plan_document``); the result is plain JSON-able
data that a caller may cache by content hash and turn into a ``Plan`` with the standard
library alone (``plan_from_document``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zjsim.assessment.named import find_indicator
from zjsim.documents import from_document
from zjsim.errors import PlanError, raise_if_any
from zjsim.language import Text
from zjsim.yamlfile import read_text, read_yaml


@dataclass(frozen=True, slots=True)
class Base:
    """Where an indicator starts; ``value`` is None for a cumulative cut."""

    value: float | None
    year: int


@dataclass(frozen=True, slots=True)
class Target:
    """The value an indicator should reach, in the unit the plan prints.

    ``kind`` is ``at_least`` or ``about`` (左右); ``band`` is the half-width of the latter,
    ``band_assumed`` when the plan does not state it.
    """

    value: float
    year: int
    words: str
    kind: str
    band: float | None = None
    band_assumed: bool = False

    @property
    def lowest(self) -> float:
        """The smallest value that meets the target."""
        # Rounded so that 33.3 - 0.1 is 33.2 and not a bit below it.
        return self.value if self.band is None else round(self.value - self.band, 12)

    @property
    def highest(self) -> float | None:
        """The largest value inside the band of an ``about`` target, else None."""
        return None if self.band is None else round(self.value + self.band, 12)


@dataclass(frozen=True, slots=True)
class Amendment:
    """A target that was changed after the plan was issued."""

    value: float
    date: str
    source: str


@dataclass(frozen=True, slots=True)
class TextPace:
    """A yearly cut that the prose states beside the table's five-year number.

    ``rate`` and ``cumulative`` are in percent.
    """

    rate: float
    cumulative: float
    scope_stated: bool
    clause: str
    quote: str
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """Another reading of an indicator, shown beside it and never judged."""

    label: Text
    variable: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the plan's table. Values are in the printed unit, ``unit``.

    ``variable`` times ``scale`` is the value in that unit. With ``reads`` = ``intensity``
    the variable is an amount per value added, and the cut is taken from its base year.
    ``pace`` says how the rate still needed is expressed: percentage ``points`` a year,
    ``percent`` a year, or a yearly ``cut`` in percent. ``part_of_whole`` marks a share whose
    numerator is part of its denominator.
    """

    id: str
    number: int
    category: Text
    label: Text
    unit: Text
    model_unit: str
    scale: float
    decimals: int
    scope: Text
    base: Base
    target: Target
    cumulative: bool
    excludes_state_listed: bool
    part_of_whole: bool
    nature: str
    price_basis: str
    pace: str
    variable: str
    reads: str
    reading: str
    constant_price_variable: str | None
    variants: tuple[Variant, ...]
    clause: str
    quote: str
    note: Text | None
    amended: Amendment | None
    text_pace: TextPace | None

    @property
    def other_counts(self) -> tuple[Variant, ...]:
        """Readings that belong beside every verdict: of a cut whose scope the plan leaves open."""
        return self.variants if self.excludes_state_listed else ()

    @property
    def binding(self) -> bool:
        """Whether the plan calls the target 约束性."""
        return self.nature == "binding"

    @property
    def start(self) -> float:
        """The value at the base year: zero for a cumulative cut."""
        return 0.0 if self.base.value is None else self.base.value


@dataclass(frozen=True, slots=True)
class Milestone:
    """A quantitative statement of the prose; ``date`` is None where the text gives none.

    For a doubling, ``number`` is the multiple of the base-year count and ``unit`` that of
    the count.
    """

    id: str
    label: Text
    clause: str
    quote: str
    number: float
    number_high: float | None
    unit: Text
    comparator: str
    kind: str
    strive: bool
    date: int | None
    base: Base | None
    indicator: str | None
    note: Text | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A figure of the starting situation, as the prose gives it; not a target."""

    id: str
    label: Text
    number: float
    comparator: str
    unit: Text
    clause: str
    quote: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A statement of size that was judged to be no milestone, and why."""

    clause: str
    quote: str
    why: Text


@dataclass(frozen=True, slots=True)
class WordThresholds:
    """Official words by progress minus time progress, in percentage points."""

    faster_from: float
    on_course_from: float
    labels: Mapping[str, Text]
    assumption: bool


@dataclass(frozen=True, slots=True)
class Quantity:
    """What an indicator's target implies for an amount: times, divided by or cut by it."""

    id: str
    label: Text
    indicator: str
    volume: str
    prices: str
    relation: str
    base_series: str | None


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """The grid (percent a year), quantities, series and roles that the audit works on."""

    real_growth: tuple[float, ...]
    inflation: tuple[float, ...]
    share: str | None
    quantities: tuple[Quantity, ...]
    series: Mapping[str, str | None]
    roles: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: ten indicators, the milestones of its prose, and how progress is worded."""

    id: str
    title: Text
    number: str
    issuer: Text | None
    issued: str
    published: str | None
    base_year: int
    start: str
    end: str
    indicators: tuple[Indicator, ...]
    milestones: tuple[Milestone, ...]
    left_out: tuple[LeftOut, ...]
    backdrop: tuple[Statement, ...]
    words: WordThresholds
    audit: AuditSettings | None

    def __repr__(self) -> str:
        span = f"{self.years[0]}-{self.years[-1]}"
        return f"<Plan {self.id[:80]}: {len(self.indicators)} indicators, {span}>"

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


def validate_plan_document(raw: Any, subject: object = "plan") -> dict[str, Any]:
    """Check plain data as a plan; the same data with defaults filled in.

    Raises
    ------
    PlanError
        Listing every problem.
    """
    from zjsim.assessment.plan_checks import plan_problems

    document, problems = plan_problems(raw)
    raise_if_any(subject, problems, PlanError)
    assert document is not None
    return document


def plan_from_document(document: Mapping[str, Any]) -> Plan:
    """Build a Plan from a validated document, with the standard library alone."""
    audit, horizon = document["audit"], document["horizon"]
    settings = None if audit is None else {**audit, **audit["grid"]}
    indicators = [_indicator(entry) for entry in document["indicators"]]
    return from_document(Plan, {**document, **horizon, "indicators": indicators, "audit": settings})


def _indicator(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with what follows from it: the model's unit, a yearly cut over all years."""
    pace = entry["text_pace"]
    if pace is not None:
        years = entry["target"]["year"] - entry["base"]["year"]
        pace = {**pace, "cumulative": 100 * (1 - (1 - pace["rate"] / 100) ** years)}
    return {**entry, "model_unit": entry["unit"]["model"], "text_pace": pace}
