"""What tables, charts and workbooks read: one flat row an indicator, whatever it came from.

This is the only place of the report that knows the fields of an Assessment.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from zjsim.assessment.chances import Chances, Spread, chances_of
from zjsim.assessment.named import find_indicator
from zjsim.assessment.plan import Indicator, WordThresholds
from zjsim.assessment.probability import Share
from zjsim.assessment.progress import PASSES, Verdict, rate_needed
from zjsim.errors import RunError

if TYPE_CHECKING:
    from zjsim.assessment.assess import Row
    from zjsim.assessment.observations import Observation, Observations


@dataclass(frozen=True, slots=True)
class Outturn:
    """A published figure, in the unit of the plan."""

    year: int
    value: float
    grade: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A constant that nobody measured, in the model's unit; ``low`` and ``high`` None if fixed."""

    label: object
    value: float
    low: float | None
    high: float | None
    unit: str
    grade: str
    source: str
    note: object


@dataclass(frozen=True, slots=True)
class InputLine:
    """One resolved lever, driver or constant: a value, or a path in words.

    ``kind`` is ``lever``, ``driver``, ``constant`` or ``initial``; ``values`` are by year
    for a path and hold one number under the year 0 for a constant.
    """

    kind: str
    name: str
    label: object
    unit: str
    values: Mapping[int, float]
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One indicator of one run, in the unit of the plan; progress in parts of one.

    ``variants`` are other readings with their labels, shown and never judged.
    ``low`` and ``high`` are the ends of a 95 % band, empty for a single run. ``probability`` is
    the share of the scenario's draws that meet the target and ``spread`` where they end; None
    where neither was computed.
    """

    indicator: Indicator
    years: tuple[int, ...]
    projection: tuple[float, ...]
    value: float
    verdict: Verdict
    official: str = ""
    progress: float | None = None
    time_progress: float | None = None
    rate_needed: float | None = None
    latest: Outturn | None = None
    latest_official: str = ""
    latest_progress: float | None = None
    latest_time_progress: float | None = None
    error: float | None = None
    constant_price: float | None = None
    variants: tuple[tuple[object, float], ...] = ()
    amended_verdict: Verdict | None = None
    text_pace_verdict: Verdict | None = None
    outturns: tuple[Outturn, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    reason: str = ""
    probability: Share | None = None
    spread: Spread | None = None

    @property
    def gap(self) -> float:
        """Projection minus target."""
        return self.value - self.indicator.target.value

    @property
    def completion(self) -> float:
        """Projection over target, in parts of one."""
        return self.value / self.indicator.target.value


@dataclass(frozen=True, slots=True)
class Report:
    """One scenario judged against one plan, ready to be shown.

    ``words`` are the plan's words for progress, in place of the usual ones; ``chances`` are of
    the scenario's ensemble, ``n_run`` the runs that the rows themselves show.
    """

    plan_title: object
    scenario: str
    run_id: str
    rows: tuple[ReportRow, ...]
    scenario_label: object = None
    inputs: tuple[InputLine, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    footnote: object = ""
    words: WordThresholds | None = None
    chances: Chances | None = None
    n_run: int = 1

    @property
    def base_year(self) -> int:
        """The year from which the plan starts."""
        return self.rows[0].indicator.plan_base_year

    @property
    def target_year(self) -> int:
        """The year in which the targets are read."""
        return max(row.indicator.target.year for row in self.rows)

    @property
    def met(self) -> int:
        """How many targets are met."""
        return sum(row.verdict in PASSES for row in self.rows)

    def row(self, name: int | str) -> ReportRow:
        """The row of the indicator with this number, id or label; PlanError names near misses."""
        wanted = find_indicator((row.indicator for row in self.rows), name)
        return next(row for row in self.rows if row.indicator is wanted)


def plan_path(indicator: Indicator, years: Iterable[float]) -> list[float]:
    """The straight way from base to target, in the manner the indicator grows.

    Points are added evenly, percentages compound, and a cumulative cut compounds what is
    left. The value stays at the base before it and at the target after it.
    """
    start, target = indicator.start, indicator.target.value
    span = indicator.span
    path = []
    for year in years:
        share = min(max((year - indicator.base.year) / span, 0.0), 1.0)
        if indicator.cumulative:
            path.append(100 * (1 - (1 - target / 100) ** share))
        elif indicator.pace == "percent" and start > 0:
            path.append(start * (target / start) ** share)
        else:
            path.append(start + (target - start) * share)
    return path


def as_report(
    assessment: Any,
    *,
    run_id: str = "",
    observations: Observations | None = None,
    bands: Mapping[str, tuple[Sequence[float], Sequence[float]]] | None = None,
    inputs: Sequence[InputLine] = (),
    assumptions: Sequence[Assumption] = (),
    footnote: object = "",
) -> Report:
    """The report of an Assessment, with what only the caller knows; a Report stays as it is.

    Parameters
    ----------
    run_id : first characters of the run's hash, for footers and comments
    observations : every published figure, for history and outturns; those of the assessment
        if None
    bands : by indicator, the low and high ends of a band for the base year and each year; the
        95 % band of the assessment's runs if None
    inputs, assumptions : for the sheets of the workbook
    footnote : more for the source line, such as draws and seed
    """
    if isinstance(assessment, Report):
        return assessment
    if not hasattr(assessment, "observations"):
        kind = type(assessment).__name__
        raise RunError(f"this needs what assess() returns, not {kind}.")
    plan = assessment.plan
    seen = observations or assessment.observations
    rows = tuple(
        _row(row, plan.base_year, seen, (bands or {}).get(row.indicator.id, row.bands))
        for row in assessment.rows
    )
    chances = assessment.chances
    if assessment.n_run > 1:
        chances = chances_of(assessment)
    if chances is not None:
        found = zip(rows, chances.probabilities.targets, chances.spreads, strict=True)
        rows = tuple(replace(row, probability=one, spread=two) for row, one, two in found)
    return Report(
        plan_title=plan.title,
        scenario=assessment.name,
        run_id=run_id,
        rows=rows,
        scenario_label=assessment.label,
        inputs=tuple(inputs),
        assumptions=tuple(assumptions),
        footnote=footnote,
        words=plan.words,
        chances=chances,
        n_run=assessment.n_run,
    )


def _row(
    row: Row,
    base_year: int,
    observations: Observations | None,
    band: tuple[Sequence[float], Sequence[float]],
) -> ReportRow:
    last, outturn = row.readings[-1], row.outturn
    return ReportRow(
        indicator=row.indicator,
        years=(base_year, *(reading.year for reading in row.readings)),
        projection=(row.base_projection, *(reading.value for reading in row.readings)),
        value=row.projection,
        verdict=row.verdict,
        official=last.word.value if last.word else "",
        progress=last.progress,
        time_progress=last.time_progress,
        rate_needed=_rate_needed(row),
        latest=_outturn(outturn.observation) if outturn and outturn.observation else None,
        latest_official=outturn.word.value if outturn and outturn.word else "",
        latest_progress=outturn.progress if outturn else None,
        latest_time_progress=outturn.time_progress if outturn else None,
        error=row.error,
        constant_price=row.constant_price,
        variants=tuple(
            (variant.label, value) for variant, value in row.variants if value is not None
        ),
        amended_verdict=row.amendment_verdict,
        text_pace_verdict=row.text_pace_verdict,
        outturns=_outturns(row, observations),
        low=tuple(band[0]),
        high=tuple(band[1]),
        reason=row.reason,
    )


def _outturn(observation: Observation) -> Outturn:
    return Outturn(observation.year, observation.value, observation.grade, observation.source)


def _outturns(row: Row, observations: Observations | None) -> tuple[Outturn, ...]:
    """One figure a year, the best graded; the latest alone when no table is given."""
    if observations is None:
        found = row.outturn.observation if row.outturn else None
        return (_outturn(found),) if found else ()
    years = {item.year for item in observations.series(row.indicator.id)}
    best = (observations.value(row.indicator.id, year) for year in sorted(years))
    return tuple(_outturn(item) for item in best if item is not None)


def _rate_needed(row: Row) -> float | None:
    """The yearly rate from the latest outturn, or from the base, to the target."""
    item = row.indicator
    year, value = item.base.year, item.start
    if row.outturn is not None:
        year, value = row.outturn.year, row.outturn.value
    rate = float(rate_needed(value, item.target.value, item.target.year - year, item.pace))
    return rate if math.isfinite(rate) else None
