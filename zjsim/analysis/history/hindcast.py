"""Hindcast: what the model would have said in an earlier year, held against what came.

Drivers are those published up to the year; after it, and where nothing was published, the
outlook of the plan's time with its errors, drawn as an ensemble of the scenario draws them.
Constants and the carrying out of levers are drawn. Nothing is fitted to a figure after the
calibration's cut-off year, and a run is not moved to the last outturn: a miss of one year is
carried on. The naive forecasts start from the last outturn known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from zjsim.analysis.history.comparison import Comparison, Datum, modelled, published
from zjsim.analysis.history.comparisons_file import ComparisonsFile, read_comparisons
from zjsim.analysis.history.discrepancies import departed
from zjsim.analysis.history.hindcast_score import BANDS, SCORED_BAND, Case, Score, score_of
from zjsim.analysis.history.naive import Forecast, Name, naive_forecasts
from zjsim.analysis.history.published import trusted
from zjsim.analysis.history.scores import crps_of_draws, inside, rank_of
from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.analysis.uncertainty.statistics import judge_values, part_of_variance
from zjsim.assessment.observations import Observations
from zjsim.assessment.plan import Indicator
from zjsim.assessment.probability import Share
from zjsim.engines.kernel.engine import Backend, CompiledProgram
from zjsim.errors import DataError
from zjsim.inputs import Inputs
from zjsim.judging import lay_over, with_own_observations
from zjsim.markup import Shown
from zjsim.openplan import PlanLike, ScenarioLike, open_plan
from zjsim.prepare import kernel_for, prepare
from zjsim.scenario.discrepancy import Discrepancy
from zjsim.scenario.outlook import OBSERVED_PATH
from zjsim.scenario.tables import DriverTable, known_until
from zjsim.trajectories import Trajectories
from zjsim.workflow import OpenPlan

if TYPE_CHECKING:
    import pandas as pd

SCENARIO = "observed"
DECIDED = 0.9  # a target is called when its probability is beyond this, or below the rest to one


@dataclass(frozen=True, slots=True, repr=False)
class Hindcast(Shown):
    """One assessment year.

    Parameters
    ----------
    known_until : int
    n_run, n_failed : int
    cases : tuple of Case
    probabilities : tuple of Share
        Of meeting each target, in the order of the plan, discrepancy included.
    model_probabilities : tuple of Share
        The same without discrepancy.
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
    model_probabilities: tuple[Share, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """A row a figure: what was published, the median, the 80 % band, whether it was scored."""
        import pandas as pd

        band = BANDS.index(SCORED_BAND)
        return pd.DataFrame(
            {
                "figure": case.comparison.key,
                "year": case.datum.year,
                "published": case.datum.value,
                "median": case.median,
                "low": case.bands[band][0],
                "high": case.bands[band][1],
                "inside": case.inside[band],
                "scored": case.scored,
            }
            for case in self.cases
        )

    def _said(self) -> str:
        score = self.score
        held = sum(case.inside[BANDS.index(SCORED_BAND)] for case in self.cases if case.scored)
        return (
            f"with what was known until {self.known_until}: {self.n_run:,} runs, {self.n_failed} "
            f"failed; {held} of {score.cases} later figures inside the 80 % band"
        )

    @property
    def score(self) -> Score:
        """Scores of the figures that came later."""
        return score_of([self])


LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


def hindcast(
    plan: PlanLike,
    known: int,
    *,
    runs: int = 2048,
    seed: int = 2021,
    scenario: ScenarioLike = SCENARIO,
    observations: Observations | str | None = None,
    calibrated: bool = True,
    discrepancy: bool = True,
    backend: Backend = "auto",
    compiled: CompiledProgram | None = None,
) -> Hindcast:
    """Project with what was known at the end of ``known``, and score what came later.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    known : int
        Last year of observed drivers; later ones cannot be seen.
    scenario : str, Path, mapping or Scenario
        Its driver paths must begin with the observed one.
    observations : Observations, path or None
        A user's own figures laid over the published ones; they may be later than any shipped.
    calibrated : bool
        Draw identified constants from ``calibration.csv``, when the plan has one.
    discrepancy : bool
        Lay the discrepancies of ``discrepancy.csv`` over the runs.
    compiled : CompiledProgram or None
        To share between several calls.

    Returns
    -------
    Hindcast
        ``to_frame()`` has a row a figure, in the unit it was published in; ``probabilities`` a
        share a target, ``score`` how well it did.

    Raises
    ------
    DataError
        When the observed drivers do not begin by then or the comparisons are wrong.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.hindcast("zhejiang", 2022, runs=16, backend="python")
    >>> found.known_until
    2022
    """
    plan = open_plan(plan)
    file = read_comparisons(plan)
    cut = _known_series(plan, known)
    ready = prepare(plan, scenario, series=cut, backend=backend, shared=compiled)
    ranges = plan.calibrated if calibrated else {}
    sample = ready.sampled(runs, seed, ranges)
    inputs = ready.drawn(0, runs, sample)
    grid = replace(inputs.grid, save_every=0.5)
    inputs = replace(inputs, grid=grid, save=_saved(plan, file))
    ran = ready.run(inputs, backend)
    every = with_own_observations(plan, observations)
    found = plan.discrepancies if discrepancy else {}
    cases = tuple(_cases(plan, file, ran, every, known, seed, found))
    learnt = tuple(
        d.name for d in sample.dimensions if d.kind == "constant" and d.name.casefold() in ranges
    )
    judged = _judged(plan, ran, cases, known, inputs, seed, found)
    return replace(judged, calibrated=learnt)


def replay(
    plan: OpenPlan,
    years: Sequence[int] | None = None,
    *,
    advance: Callable[[int], None] = lambda count: None,
    **options: object,
) -> tuple[Hindcast, ...]:
    """One hindcast a year of assessment, by default the plan's; options as for `hindcast`."""
    engine = kernel_for(plan)
    found = []
    for year in plan.plan.assessed_years if years is None else years:
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


def _known_series(plan: OpenPlan, known: int) -> DriverTable:
    table = plan.drivers
    begun = [series.values[0][0] for series in table.series.get(OBSERVED_PATH, {}).values()]
    if not begun or known < min(begun):
        first = f"{min(begun):g}" if begun else "never"
        raise DataError(f"known until {known}: the observed drivers begin in {first}.")
    return known_until(table, OBSERVED_PATH, known)


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
            base_year=plan.plan.base_year,
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
    discrepancies: Mapping[str, Discrepancy],
) -> list[Case]:
    found = []
    base = float(plan.plan.base_year)
    figures = trusted(observations)
    indicators: dict[str, Indicator] = {item.id: item for item in plan.plan.indicators}
    random = np.random.default_rng([seed, 7])
    first, last = float(ran.times[0]), float(ran.times[-1])
    alive = ran.status == 0
    for item in _comparisons(plan, file):
        for datum in published(item, figures):
            if datum.year <= plan.plan.base_year or not first <= datum.time <= last:
                continue
            own = modelled(item, datum, ran.at)[alive]
            scatter = item.error * random.standard_normal(own.size)
            values = departed(item, datum, ran, discrepancies, seed, base)[alive] + scatter
            naive = naive_forecasts(
                item, observations, known, datum.year, indicators, plan.plan.trend_years
            )
            case = _case(item, datum, values, datum.year <= known, naive)
            found.append(replace(case, discrepancy=part_of_variance(own + scatter, values)))
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
    seed: int,
    discrepancies: Mapping[str, Discrepancy],
) -> Hindcast:
    items = plan.plan.indicators
    years = tuple(y for y in plan.plan.years if y <= inputs.grid.stop)

    def laid_over(table: np.ndarray, year: int | None) -> np.ndarray:
        for k, item in enumerate(items):
            if item.id in discrepancies:
                one, when = discrepancies[item.id], item.target.year if year is None else year
                base = plan.plan.base_year
                table[:, k] = lay_over(one, [table[:, k]], [when], item, base, seed)[0]
        return table

    modelled_table = indicator_table(ran, items)
    model = judge_values(modelled_table.copy(), items)[1].targets
    _, probabilities = judge_values(laid_over(modelled_table, None), items)
    tables = [
        np.nanquantile(laid_over(indicator_table(ran, items, year), year), LEVELS, axis=0)
        for year in years
    ]
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
        model_probabilities=model,
    )
