"""What the audit of a plan works on, as its file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from zjsim.formats import Declared, Flag, Identifier, Number, rule
from zjsim.frozen import FrozenDict
from zjsim.language import Text

Rates = Annotated[tuple[Number, ...], rule(min_length=1, max_length=20)]
SeriesRole = Literal[
    "gdp",
    "revenue",
    "manufacturing_revenue",
    "patents",
    "rd_survey",
    "rd_province",
    "digital_core",
    "industry_value_added",
]
AuditRole = Literal[
    "productivity",
    "land",
    "rd",
    "patents",
    "digital_core",
    "energy",
    "past_energy_pace",
    "land_floor",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditGrid(Declared):
    """Growth and inflation that the audit combines, in percent a year."""

    assumption: Flag
    """True when the plan does not state them."""
    real_growth: Rates
    """Real growth of GDP."""
    inflation: Rates
    """Growth of the deflator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(Declared):
    """What an indicator's target implies for an amount: times, divided by or cut by it."""

    id: Identifier
    """Name in tables."""
    label: Text
    """Its name."""
    indicator: Identifier
    """Whose target is used."""
    volume: Literal["gdp", "manufacturing"]
    """What the target is applied to."""
    prices: Literal["current", "constant"]
    """Prices of the volume."""
    relation: Literal["times", "divided_by", "cut_by"]
    """How target and volume make the amount."""
    base_series: Identifier | None = None
    """Series with the amount of the base year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings(Declared):
    """What the audit works on."""

    grid: AuditGrid
    """Combinations of growth and inflation."""
    share: Identifier | None = None
    """Indicator that is manufacturing's share of GDP."""
    quantities: tuple[Quantity, ...] = ()
    """Amounts that targets imply."""
    series: Mapping[SeriesRole, Identifier] = field(default_factory=FrozenDict)
    """Series of observations, by their role."""
    roles: Mapping[AuditRole, Identifier] = field(default_factory=FrozenDict)
    """Indicators, statements and milestones, by their role."""
