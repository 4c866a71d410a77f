"""Hindcast: what the model would have said in an earlier year, held against what came.

Drivers are those published up to the year; after it the outlook of the plan's time with its
judged errors. Constants and the carrying out of levers are drawn. Nothing is fitted to a
figure after the calibration's cut-off year, and a run is not moved to the last outturn: a miss
of one year is carried on. The naive forecasts start from the last outturn known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from zjsim.analysis.comparison import Comparison, Datum, modelled, published
from zjsim.analysis.comparisons_file import ComparisonsFile, read_comparisons
from zjsim.analysis.design import indicator_table
from zjsim.analysis.ensemble import judge_values
from zjsim.analysis.history import trusted
from zjsim.analysis.naive import NAIVE, Forecast, Name, naive_forecasts
from zjsim.analysis.outlook import deviated, known_until, shocks
from zjsim.analysis.scores import crps_of_draws, crps_of_normal, inside, rank_of
from zjsim.assessment.observations import Observations
from zjsim.assessment.plan import Indicator
from zjsim.assessment.probability import Share
from zjsim.engines.kernel.engine import Backend, CompiledProgram, KernelEngine
from zjsim.errors import DataError
from zjsim.inputs import Inputs
from zjsim.scenario.draws import draw
from zjsim.scenario.resolve import Resolved, resolve
from zjsim.scenario.sampling import inputs_of, plan_sampling
from zjsim.scenario.schema import Scenario
from zjsim.trajectories import Trajectories
from zjsim.workflow import OpenPlan, with_own_observations

BANDS = (0.5, 0.8, 0.95)
SCORED_BAND = 0.8
OBSERVED_PATH = "observed"
SCENARIO = "observed"
DECIDED = 0.9  # a target is called when its probability is beyond this, or below the rest to one


@dataclass(frozen=True, slots=True)
class Case:
    """One figure and what was projected for its year.

    Parameters
    ----------
    comparison : Comparison
    datum : Datum
    known : bool
        The figure's year was known: shown, never scored.
    median : float
    bands : tuple of (low, high)
        In the order of BANDS; the error of the comparison is inside.
    crps, rank : float
    naive : mapping of name to Forecast
    """

    comparison: Comparison
    datum: Datum
    known: bool
    median: float
    bands: tuple[tuple[float, float], ...]
    crps: float
    rank: float
    inside: tuple[bool, ...]
    naive: Mapping[Name, Forecast]

    @property
    def scored(self) -> bool:
        """Whether the case counts: its year was ahead, and the model's base does not rest on it."""
        return not self.known and not self.comparison.base_uses_later

    @property
    def error(self) -> float:
        """Median less figure."""
        return self.median - self.datum.value

    @property
    def stretch(self) -> float:
        """Distance of the figure from the median in half-widths of the scored band."""
        low, high = self.bands[BANDS.index(SCORED_BAND)]
        side = high - self.median if self.datum.value > self.median else self.median - low
        return abs(self.error) / side if side > 0 else math.inf

    def naive_crps(self, name: Name) -> float:
        """Score of a naive forecast; NaN where history allows none."""
        found = self.naive.get(name)
        return math.nan if found is None else crps_of_normal(found.mean, found.sd, self.datum.value)


@dataclass(frozen=True, slots=True)
class Score:
    """All scored cases of one or more hindcasts.

    ``coverage`` by BANDS; ``skill`` is 1 - model/naive over the cases that the naive forecast
    has, with their number; ``bias`` is the mean error in percentage points. ``widen`` is the
    factor by which the band of SCORED_BAND would have had to be wider to hold that share.
    """

    cases: int
    coverage: tuple[float, ...]
    crps: float
    bias: float
    median_error: float
    skill: Mapping[Name, tuple[float, int]]
    widen: float


@dataclass(frozen=True, slots=True)
class Hindcast:
    """One assessment year.

    Parameters
    ----------
    known_until : int
    n_run, n_failed : int
    cases : tuple of Case
    probabilities : tuple of Share
        Of meeting each target, in the order of the plan.
    joint, binding : Share
    years : tuple of int
    quantiles : array, shape (n_indicator, n_year, 7)
        Ends of the bands from 95 to 50 %, the median in the middle, in printed units.
    """

    known_until: int
    n_run: int
    n_failed: int
    cases: tuple[Case, ...]
    probabilities: tuple[Share, ...]
    joint: Share
    binding: Share
    years: tuple[int, ...]
    quantiles: np.ndarray
    calibrated: tuple[str, ...] = field(default=())

    @property
    def score(self) -> Score:
        """Scores of the figures that came later."""
        return score_of([self])


def score_of(hindcasts: Sequence[Hindcast]) -> Score:
    """Scores over the later figures of some hindcasts; NaN without any."""
    cases = [case for found in hindcasts for case in found.cases if case.scored]

    def mean(values: list[float]) -> float:
        return float(np.mean(values)) if values else math.nan

    skill: dict[Name, tuple[float, int]] = {}
    for name in NAIVE:
        pairs = [(c.crps, c.naive_crps(name)) for c in cases if name in c.naive]
        if pairs:
            own, other = np.mean(pairs, axis=0)
            skill[name] = (float(1 - own / other), len(pairs))
    return Score(
        cases=len(cases),
        coverage=tuple(mean([float(c.inside[k]) for c in cases]) for k in range(len(BANDS))),
        crps=mean([c.crps for c in cases]),
        bias=mean([c.error for c in cases]),
        median_error=float(np.median([abs(c.error) for c in cases])) if cases else math.nan,
        skill=skill,
        widen=float(np.quantile([c.stretch for c in cases], SCORED_BAND)) if cases else math.nan,
    )


LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


def hindcast(
    plan: OpenPlan,
    known: int,
    *,
    runs: int = 2048,
    seed: int = 2021,
    scenario: str | Scenario = SCENARIO,
    observations: Observations | str | None = None,
    calibrated: bool = True,
    backend: Backend = "auto",
    compiled: CompiledProgram | None = None,
) -> Hindcast:
    """Project with what was known at the end of ``known``, and score what came later.

    Parameters
    ----------
    known : int
        Last year of observed drivers; later ones cannot be seen.
    scenario : str or Scenario
        Its driver paths must begin with the observed one.
    observations : Observations, path or None
        A user's own figures laid over the published ones; they may be later than any shipped.
    calibrated : bool
        Draw identified constants from ``calibration.csv``, when the plan has one.
    compiled : CompiledProgram or None
        To share between several calls.

    Raises
    ------
    DataError
        When the observed drivers do not begin by then or the comparisons are wrong.
    """
    file = read_comparisons(plan)
    resolved = _resolved(plan, plan.read_scenario(scenario), known)
    ranges = plan.calibrated if calibrated else {}
    sample = plan_sampling(resolved, plan.names, plan.constants, runs, ranges)
    sample = replace(sample, seed=seed)
    dimensions = sample.dimensions
    # A scenario's own driver ranges count from the base year: here the years known are known,
    # and the errors of the outlook begin after them.
    drivers = {item.key for item in dimensions if item.kind == "driver"}
    draws = {k: v for k, v in draw(sample, 0, runs).items() if k not in drivers}
    inputs = inputs_of(resolved.inputs, dimensions, draws)
    years = max(math.ceil(inputs.grid.stop) - known, 1)
    index = {e.name: e.index for e in resolved.entries if e.kind == "driver"}
    moves = shocks(file.outlook_errors, years, runs, seed)
    paths = deviated(inputs.paths, index, moves, float(known), inputs.grid)
    grid = replace(inputs.grid, save_every=0.5)
    inputs = replace(inputs, paths=paths, grid=grid, save=_saved(plan, file))
    engine = compiled or KernelEngine(backend).compile_program(plan.program)
    ran = engine.run(inputs, backend)
    every = with_own_observations(plan, observations)
    cases = tuple(_cases(plan, file, ran, every, known, seed))
    return _judged(plan, ran, cases, known, inputs, tuple(d.name for d in dimensions
                   if d.kind == "constant" and d.name.casefold() in ranges))  # fmt: skip


def replay(
    plan: OpenPlan,
    years: Sequence[int] = (2020, 2021, 2022, 2023),
    *,
    advance: Callable[[int], None] = lambda count: None,
    **options: object,
) -> tuple[Hindcast, ...]:
    """One hindcast a year of assessment; options as for `hindcast`."""
    engine = KernelEngine().compile_program(plan.program)
    found = []
    for year in years:
        found.append(hindcast(plan, year, compiled=engine, **options))  # type: ignore[arg-type]
        advance(1)
    return tuple(found)


def decided_in(hindcasts: Sequence[Hindcast], position: int) -> int | None:
    """First year from which every hindcast calls the same verdict of a target; None if never."""
    calls = []
    for found in sorted(hindcasts, key=lambda item: item.known_until):
        value = found.probabilities[position].value
        calls.append(
            (found.known_until, 1 if value >= DECIDED else -1 if value <= 1 - DECIDED else 0)
        )
    last = None
    for year, call in reversed(calls):
        if call == 0 or call != calls[-1][1]:
            break
        last = year
    return last


def _resolved(plan: OpenPlan, scenario: Scenario, known: int) -> Resolved:
    table = plan.drivers
    begun = [series.values[0][0] for series in table.series.get(OBSERVED_PATH, {}).values()]
    if not begun or known < min(begun):
        first = f"{min(begun):g}" if begun else "never"
        raise DataError(f"known until {known}: the observed drivers begin in {first}.")
    cut = known_until(table, OBSERVED_PATH, known)
    return resolve(scenario, plan.names, plan.levers, cut, plan.constants)


def _saved(plan: OpenPlan, file: ComparisonsFile) -> tuple[str, ...]:
    names = [name for item in file.comparisons for name in item.variables]
    return tuple(dict.fromkeys([*plan.indicator_variables, *names]))


def _comparisons(plan: OpenPlan, file: ComparisonsFile) -> list[Comparison]:
    """Those of the file, and each indicator that is read as it stands."""
    listed = {item.series for item in file.comparisons}
    own = [
        Comparison(
            series=item.id,
            variables=(item.variable,),
            measure="level",
            scale=item.scale,
            error=0.0,
            label={"zh": item.label.zh, "en": item.label.en},
            plan_line=item.id,
        )
        for item in plan.plan.indicators
        if item.reads == "value" and item.id not in listed
    ]
    return [*file.comparisons, *own]


def _cases(
    plan: OpenPlan,
    file: ComparisonsFile,
    ran: Trajectories,
    observations: Observations,
    known: int,
    seed: int,
) -> list[Case]:
    found = []
    figures = trusted(observations)
    indicators: dict[str, Indicator] = {item.id: item for item in plan.plan.indicators}
    random = np.random.default_rng([seed, 7])
    first, last = float(ran.times[0]), float(ran.times[-1])
    alive = ran.status == 0
    for item in _comparisons(plan, file):
        for datum in published(item, figures):
            if datum.year <= plan.plan.base_year or not first <= datum.time <= last:
                continue
            values = modelled(item, datum, ran.at)[alive]
            values = values + item.error * random.standard_normal(values.size)
            naive = naive_forecasts(item, observations, known, datum.year, indicators)
            found.append(_case(item, datum, values, datum.year <= known, naive))
    return found


def _case(
    item: Comparison, datum: Datum, values: np.ndarray, known: bool, naive: dict[Name, Forecast]
) -> Case:
    ends = [np.nanquantile(values, [(1 - share) / 2, (1 + share) / 2]) for share in BANDS]
    return Case(
        comparison=item,
        datum=datum,
        known=known,
        median=float(np.nanmedian(values)),
        bands=tuple((float(low), float(high)) for low, high in ends),
        crps=crps_of_draws(values, datum.value),
        rank=rank_of(values, datum.value),
        inside=tuple(inside(values, datum.value, share) for share in BANDS),
        naive={} if known else naive,
    )


def _judged(
    plan: OpenPlan,
    ran: Trajectories,
    cases: tuple[Case, ...],
    known: int,
    inputs: Inputs,
    calibrated: tuple[str, ...],
) -> Hindcast:
    items = plan.plan.indicators
    _, probabilities = judge_values(indicator_table(ran, items), items)
    years = tuple(y for y in plan.plan.years if y <= inputs.grid.stop)
    tables = [np.nanquantile(indicator_table(ran, items, year), LEVELS, axis=0) for year in years]
    return Hindcast(
        known_until=known,
        n_run=ran.n_run,
        n_failed=int(np.count_nonzero(ran.status)),
        cases=cases,
        probabilities=probabilities.targets,
        joint=probabilities.joint,
        binding=probabilities.binding,
        years=years,
        quantiles=np.stack(tables).transpose(2, 0, 1),
        calibrated=calibrated,
    )
