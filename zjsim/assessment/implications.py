"""What targets imply by arithmetic alone: growth rates, and amounts over a small grid.

Accounting identities only: one deflator for manufacturing and GDP, and above-scale industry,
its revenue and all industry growing like manufacturing. No behaviour is assumed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from zjsim.assessment.audit_settings import AuditSettings, Quantity
from zjsim.assessment.observations import Observations
from zjsim.assessment.plan import Indicator, Plan
from zjsim.assessment.progress import yearly_cut, yearly_growth
from zjsim.language import Text


@dataclass(frozen=True, slots=True)
class ImpliedGrowth:
    """What one target asks for, a year.

    ``yearly`` is growth of the value in percent (for a cut, of the intensity, negative);
    ``points`` the yearly change in percentage points of a share; ``logit`` how much faster
    than the rest a share's numerator must grow, in log points (about percent) a year.
    ``amended`` and ``text`` are ``yearly`` for the amended target and the prose, or None.
    """

    indicator: str
    label: Text
    years: int
    yearly: float
    points: float | None
    logit: float | None
    amended: float | None
    text: float | None


@dataclass(frozen=True, slots=True)
class Path:
    """What an amount must do in one cell of the grid.

    ``real_growth`` and ``inflation`` of GDP and ``yearly`` are percent a year; ``factor`` is
    the amount at the target year over the base year; ``start`` and ``end`` are the amounts
    themselves in ``unit``, None where no base was published.
    """

    quantity: str
    label: Text
    real_growth: float
    inflation: float
    volume_yearly: float
    factor: float
    yearly: float
    start: float | None
    end: float | None
    unit: str


def compute_growth(item: Indicator) -> ImpliedGrowth:
    """What the target of one indicator asks for, a year."""
    years = item.span
    return ImpliedGrowth(
        indicator=item.id,
        label=item.label,
        years=years,
        yearly=_yearly(item, item.target.value, years),
        points=(item.target.value - item.start) / years if item.pace == "points" else None,
        logit=logit_growth(item.start, item.target.value, years) if item.part_of_whole else None,
        amended=None if item.amended is None else _yearly(item, item.amended.value, years),
        text=None if item.text_pace is None else -item.text_pace.rate,
    )


def _yearly(item: Indicator, target: float, years: int) -> float:
    if item.cumulative:
        return -yearly_cut(target, years)
    return float(yearly_growth(item.start, target, years))


def logit_growth(start: float, end: float, years: float) -> float:
    """Log points a year by which the numerator of a share outgrows the rest; in percent.

    Examples
    --------
    >>> round(logit_growth(32.7, 33.3, 5), 2)
    0.54
    """
    odds = math.log(end / (100 - end)) - math.log(start / (100 - start))
    return 100 * odds / years


def volume_growth(plan: Plan, volume: str, real: float, inflation: float, prices: str) -> float:
    """Yearly factor of GDP, or of manufacturing with its share on target.

    Parameters
    ----------
    volume : ``gdp`` or ``manufacturing``
    real, inflation : of GDP, percent a year
    prices : ``current`` or ``constant``
    """
    factor = 1 + real / 100
    if prices == "current":
        factor *= 1 + inflation / 100
    if volume == "manufacturing" and plan.audit is not None and plan.audit.share is not None:
        share = plan.indicator(plan.audit.share)
        years = share.target.year - share.base.year
        factor *= (share.target.value / share.start) ** (1 / years)
    return factor


def relation_factor(item: Indicator, relation: str) -> float:
    """Factor by which a target changes an amount per volume between base and target year."""
    if relation == "cut_by":
        return 1 - item.target.value / 100
    ratio = item.target.value / item.start
    return 1 / ratio if relation == "divided_by" else ratio


def compute_paths(plan: Plan, settings: AuditSettings, observations: Observations) -> list[Path]:
    """Every quantity in every cell of the grid."""
    return [
        _path(plan, quantity, real, inflation, observations)
        for quantity in settings.quantities
        for real in settings.grid.real_growth
        for inflation in settings.grid.inflation
    ]


def _path(
    plan: Plan, quantity: Quantity, real: float, inflation: float, observations: Observations
) -> Path:
    item = plan.indicator(quantity.indicator)
    years = item.span
    volume = volume_growth(plan, quantity.volume, real, inflation, quantity.prices)
    factor = volume**years * relation_factor(item, quantity.relation)
    base = (
        None
        if quantity.base_series is None
        else observations.value(quantity.base_series, item.base.year)
    )
    return Path(
        quantity=quantity.id,
        label=quantity.label,
        real_growth=real,
        inflation=inflation,
        volume_yearly=100 * (volume - 1),
        factor=factor,
        yearly=100 * (factor ** (1 / years) - 1),
        start=None if base is None else base.value,
        end=None if base is None else base.value * factor,
        unit="" if base is None else base.unit,
    )
