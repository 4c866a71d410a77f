"""Trajectories held against a plan: one row an indicator, one verdict a target.

``t = 2025.0`` is the middle of 2025 and stands for the year's total; an indicator that is
counted on 31 December is read half a year later. A run that failed, or that does not hold a
variable, gives no value: its verdict is ``missing`` and never a pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zjsim.assessment import progress as rules
from zjsim.assessment.chances import Chances, Spread
from zjsim.assessment.named import find_indicator
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.plan import Indicator, Plan, Variant
from zjsim.assessment.probability import (
    Probabilities,
    Share,
    bands_of,
    compute_probabilities,
    wilson_share,
)
from zjsim.assessment.progress import Verdict, Word
from zjsim.assessment.reading import Erring, Runs, read_errors, read_years, reading_time
from zjsim.assessment.shown import assessment_records, assessment_text
from zjsim.errors import PlanError, RunError
from zjsim.language import chosen_language
from zjsim.markup import displays

if TYPE_CHECKING:
    import pandas as pd

# Indicator, its values by year, the years → the values that are judged.
Lay = Callable[[Indicator, Sequence[np.ndarray], Sequence[int]], list[np.ndarray]]
ALL_MET = 0
FAILED = 1
ANTICIPATORY_MISSED = 10
BINDING_MISSED = 20


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One indicator over runs, in the printed unit, and the verdict on each at the target year.

    ``paths`` are by year with what is laid over them, ``modelled`` is the target year without.
    """

    years: tuple[int, ...]
    paths: list[np.ndarray]
    modelled: np.ndarray
    errors: np.ndarray | None
    verdicts: np.ndarray
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator in one year and what it means; parts of one, rates in percent or points.

    ``observation`` is set for an outturn and None for a projection (the median of the runs).
    """

    year: int
    value: float
    progress: float
    time_progress: float
    completion: float
    rate_needed: float
    word: Word | None
    observation: Observation | None = None

    @property
    def official(self) -> str:
        """The plan's word for the course, empty where none fits."""
        return self.word.value if self.word else ""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One indicator of the plan under one scenario.

    ``values``, ``errors`` and ``verdicts`` have shape (n_run,), in the printed unit, at the
    target year; the other numbers are medians over the runs that ended well. ``error`` is
    None when no error was computed. ``bands`` are the ends of the 95 % band of many runs,
    for the base year and each year of ``readings``; empty for one run. ``outturns`` are the
    published figures, the best graded of each year. ``probability`` is the share of the
    scenario's draws that meet the target and ``spread`` where they end; None where neither was
    computed.
    """

    indicator: Indicator
    values: np.ndarray
    errors: np.ndarray | None
    verdicts: np.ndarray
    projection: float
    error: float | None
    verdict: Verdict
    share: Share
    readings: tuple[Reading, ...]
    outturn: Reading | None
    base_projection: float
    constant_price: float | None
    variants: tuple[tuple[Variant, float | None], ...]
    bands: tuple[tuple[float, ...], tuple[float, ...]]
    amendment_verdict: Verdict | None
    text_pace_verdict: Verdict | None
    reason: str
    outturns: tuple[Observation, ...] = ()
    probability: Share | None = None
    spread: Spread | None = None

    @property
    def target(self) -> float:
        """The target as printed, without its band."""
        return self.indicator.target.value

    @property
    def gap(self) -> float:
        """Projection minus target."""
        return self.projection - self.target

    @property
    def met(self) -> bool:
        """Whether the verdict counts as met."""
        return self.verdict in rules.PASSES

    @property
    def years(self) -> tuple[int, ...]:
        """The base year of the plan and each year until the target's."""
        return (self.indicator.plan_base_year, *(reading.year for reading in self.readings))

    @property
    def path(self) -> tuple[float, ...]:
        """The projection in each of ``years``."""
        return (self.base_projection, *(reading.value for reading in self.readings))

    @property
    def low(self) -> tuple[float, ...]:
        """The lower end of the band in each of ``years``; empty for one run."""
        return self.bands[0]

    @property
    def high(self) -> tuple[float, ...]:
        """The upper end of the band in each of ``years``; empty for one run."""
        return self.bands[1]

    @property
    def last(self) -> Reading:
        """What the projection means at the target year."""
        return self.readings[-1]

    @property
    def completion(self) -> float:
        """Projection over target, in parts of one."""
        return self.projection / self.target

    @property
    def latest(self) -> Observation | None:
        """The latest published figure within the plan."""
        return self.outturn.observation if self.outturn else None

    @property
    def rate_needed(self) -> float | None:
        """The yearly rate from the latest outturn, or from the base, to the target."""
        item = self.indicator
        year, value = item.base.year, item.start
        if self.outturn is not None:
            year, value = self.outturn.year, self.outturn.value
        left = item.target.year - year
        rate = float(rules.rate_needed(value, item.target.value, left, item.pace))
        return rate if math.isfinite(rate) else None

    def reading(self, year: int) -> Reading:
        """The projected reading of one year of the plan."""
        for reading in self.readings:
            if reading.year == year:
                return reading
        raise PlanError(f"{year} is no year of the plan")


@dataclass(frozen=True)
class Assessment:
    """All indicators of a plan under one scenario, for one run or many.

    ``chances`` are those of the scenario's ensemble beside a single run; None where they were
    not computed, and of many runs, which have their own in ``probabilities``.
    """

    plan: Plan
    name: str
    label: Any
    rows: tuple[Row, ...]
    n_run: int
    n_failed: int
    observations: Observations | None = None
    chances: Chances | None = None

    def __getitem__(self, indicator: int | str) -> Row:
        """As `row`."""
        return self.row(indicator)

    def row(self, indicator: int | str) -> Row:
        """The row of an indicator.

        Parameters
        ----------
        indicator : int or str
            Its number, id or label in any language: ``6``, ``"digital_core_share"`` or
            ``"Core digital industries in GDP"``.

        Raises
        ------
        PlanError
            When there is none; near misses are named.
        """
        wanted = find_indicator((row.indicator for row in self.rows), indicator)
        return next(row for row in self.rows if row.indicator is wanted)

    @property
    def exit_status(self) -> int:
        """Status of ``check``: 0 all met, 10 or 20 as the worst target not met, 1 failure.

        An undecidable or missing target is not met; a run that failed is a failure.
        """
        if self.n_failed or not self.n_run:
            return FAILED
        if any(not row.met and row.indicator.binding for row in self.rows):
            return BINDING_MISSED
        return ALL_MET if all(row.met for row in self.rows) else ANTICIPATORY_MISSED

    @cached_property
    def probabilities(self) -> Probabilities:
        """Shares of runs that meet each target, all, and the binding ones."""
        return compute_probabilities(
            [row.verdicts for row in self.rows], [row.indicator.binding for row in self.rows]
        )

    def to_frame(self, yearly: bool = False) -> pd.DataFrame:
        """One row a target: plain numbers and codes under fixed names, whatever the language.

        Parameters
        ----------
        yearly : bool
            A row a year instead and a column an indicator, by its id, from the plan's base year
            to the target's: the projection (of many runs the median) in the plan's unit, which
            ``.attrs["units"]`` has by id.

        Returns
        -------
        DataFrame
            Columns: ``number``, ``id``, ``unit``, ``base``, ``target``, ``comparison``
            (``about`` or ``at_least``), ``projection``, ``gap``, ``progress`` (part of one),
            ``met`` (missing where nobody can say), ``verdict``, ``probability`` (missing
            where it was not computed), ``error``.

        Examples
        --------
        >>> import zjsim
        >>> result = zjsim.assess("zhejiang", zjsim.simulate("zhejiang", "baseline"))
        >>> bool(result.to_frame().set_index("id").met["water_intensity_cut"])
        True
        """
        import pandas as pd

        if not yearly:
            return pd.DataFrame(assessment_records(self)).astype({"met": "boolean"})
        base = self.plan.base_year
        columns = {
            row.indicator.id: {base: row.base_projection}
            | {reading.year: reading.value for reading in row.readings}
            for row in self.rows
        }
        frame = pd.DataFrame(columns).rename_axis("year").sort_index()
        frame.attrs["units"] = {row.indicator.id: row.indicator.unit.en for row in self.rows}
        return frame

    def to_table(self, language: str | None = None) -> pd.DataFrame:
        """The planning-office table at the target year as texts, for print.

        Parameters
        ----------
        language : {"zh", "en"} or None
            None is what ``ZJSIM_LANG`` or the locale says, otherwise English.
        """
        return cast("pd.DataFrame", displays().assessment_table(self, chosen_language(language)))

    def __repr__(self) -> str:
        return assessment_text(self)

    def _repr_html_(self) -> str:
        return str(displays().assessment_html(self))


def assess(
    runs: Runs, plan: Plan, observations: Observations | None = None, lay: Lay | None = None
) -> Assessment:
    """Judge runs of one scenario by a plan.

    Parameters
    ----------
    runs : values at times over n_run runs
    plan : its indicators and thresholds
    observations : published figures, for the latest outturn of each indicator
    lay : what is laid over an indicator's values by year before they are judged, if anything
    """
    alive = np.asarray(runs.status) == 0
    rows = tuple(
        _assess_indicator(runs, alive, plan, item, observations, lay) for item in plan.indicators
    )
    size, failed = int(alive.size), int(alive.size - np.count_nonzero(alive))
    return Assessment(plan, runs.name, runs.label, rows, size, failed, observations)


def _assess_indicator(
    runs: Runs, alive: np.ndarray, plan: Plan, item: Indicator,
    observations: Observations | None, lay: Lay | None,
) -> Row:  # fmt: skip
    target = item.target
    judged = judge_indicator(runs, alive, plan, item, lay)
    years, paths, errors, reason = judged.years, judged.paths, judged.errors, judged.reason
    verdicts = judged.verdicts
    medians = [_median(path) for path in paths]
    error = None if errors is None else _median(errors[alive])
    base = read_years(runs, alive, item, [plan.base_year])[0][0]
    amended, pace = item.amended, item.text_pace
    met = int(np.count_nonzero(rules.are_passes(verdicts)))
    return Row(
        indicator=item,
        values=paths[-1],
        errors=errors,
        verdicts=verdicts,
        projection=medians[-1],
        error=error,
        verdict=_verdict(medians[-1], target.lowest, target.highest, error),
        share=wilson_share(met, int(alive.size)),
        readings=_readings(item, plan, years, medians),
        outturn=_outturn(item, plan, observations),
        base_projection=_median(base),
        constant_price=_extra(runs, alive, item, item.constant_price_variable),
        variants=tuple(
            (variant, _extra(runs, alive, item, variant.variable)) for variant in item.variants
        ),
        bands=bands_of([base, *paths]),
        amendment_verdict=None
        if amended is None
        else _verdict(medians[-1], amended.value, None, error),
        text_pace_verdict=None
        if pace is None
        else _verdict(medians[-1], pace.over(item.span), None, error),
        reason=reason,
        outturns=() if observations is None else observations.best(item.id),
    )


def judge_indicator(
    runs: Erring, alive: np.ndarray, plan: Plan, item: Indicator, lay: Lay | None = None
) -> Judged:
    """Read one indicator in the years of the plan and judge each run at the target year."""
    target = item.target
    years = tuple(year for year in plan.years if year <= target.year)
    read, reason = read_years(runs, alive, item, years)
    paths = lay(item, read, years) if lay else read
    errors = None if reason else read_errors(runs, item, target.year, paths[-1])
    verdicts = rules.compute_verdicts(paths[-1], target.lowest, target.highest, errors)
    return Judged(years, paths, read[-1], errors, verdicts, reason)


def _verdict(value: float, lowest: float, highest: float | None, error: float | None) -> Verdict:
    return Verdict(str(rules.compute_verdicts(value, lowest, highest, error)[()]))


def _median(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    if finite.size == 1:  # a single run is judged in every `check`, and median() is slow
        return float(finite[0])
    return float(np.median(finite)) if finite.size else float("nan")


def _extra(runs: Runs, alive: np.ndarray, item: Indicator, variable: str | None) -> float | None:
    """Median of a second reading of the indicator at the target year; None without one."""
    if variable is None:
        return None
    try:
        values = np.asarray(runs.at(variable, reading_time(item, item.target.year)), dtype=float)
    except (RunError, KeyError):
        return None
    median = _median(item.scale * values[alive])
    return median if np.isfinite(median) else None


def _progress(item: Indicator, value: float) -> float:
    if item.cumulative:
        return float(rules.logarithmic_progress(value, item.target.value))
    return float(rules.linear_progress(value, item.start, item.target.value))


def read_progress(
    item: Indicator,
    plan: Plan,
    year: int,
    value: float,
    reached_early: bool = False,
    observation: Observation | None = None,
) -> Reading:
    """What a value of an indicator in one year means for its target."""
    target = item.target
    progress = _progress(item, value)
    share = float(rules.time_progress(year, item.base.year, target.year))
    return Reading(
        year=year,
        value=value,
        progress=progress,
        time_progress=share,
        completion=float(rules.completion_rate(value, target.value)),
        rate_needed=float(rules.rate_needed(value, target.value, target.year - year, item.pace)),
        word=rules.official_word(progress, share, plan.words, reached_early),
        observation=observation,
    )


def _readings(
    item: Indicator, plan: Plan, years: Sequence[int], values: list[float]
) -> tuple[Reading, ...]:
    """Progress is monotonic in the value, so the median value has the median progress."""
    readings = []
    was_reached = False
    for year, value in zip(years, values, strict=True):
        reached = value >= item.target.lowest
        was_reached = was_reached or (reached and year < item.target.year)
        readings.append(read_progress(item, plan, year, value, was_reached and reached))
    return tuple(readings)


def _outturn(item: Indicator, plan: Plan, observations: Observations | None) -> Reading | None:
    """The latest published value within the plan; for a cut, its cumulative percentage."""
    if observations is None:
        return None
    row = observations.latest(item.id, max(item.base.year, plan.base_year), item.target.year)
    if row is None:
        return None
    early = row.year < item.target.year and row.value >= item.target.lowest
    return read_progress(item, plan, row.year, row.value, early, row)
