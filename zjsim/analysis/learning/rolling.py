"""Forecasts from rolling origins, and how good they were.

From each origin the figures of later years are forecast with what was known then, by the model
after learning and by forecasts that need no economy. The weight of the model in the pooled
probability is fixed by origins before the plan, where nothing of its years is seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from zjsim.analysis.history.comparison import modelled
from zjsim.analysis.history.naive import RATES, Forecast, growth_history, naive_forecasts
from zjsim.analysis.history.outside import OutsideView, outside_views, pool_probability
from zjsim.analysis.history.scores import crps_of_draws, crps_of_normal, inside, rank_of
from zjsim.analysis.learning.cases import BAND, NAMES, Case, Pool, pooled
from zjsim.analysis.learning.figures import Figure
from zjsim.analysis.learning.learn import Learning
from zjsim.analysis.learning.work import Work
from zjsim.analysis.learning.world import Prediction
from zjsim.assessment.observations import Observations
from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import Verdict, are_passes, compute_verdicts
from zjsim.markup import Shown

if TYPE_CHECKING:
    import pandas as pd

ORIGINS_BEFORE = 4  # the first of them knows one year of a history of five


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Probabilities of targets whose outturn is published, by origin.

    Parameters
    ----------
    origins : tuple of int
    targets : tuple of str
    met : tuple of bool
    model, outside, pooled : array, shape (n_origin, n_target)
    """

    origins: tuple[int, ...]
    targets: tuple[str, ...]
    met: tuple[bool, ...]
    model: np.ndarray
    outside: np.ndarray
    pooled: np.ndarray

    def brier(self, name: str) -> float:
        """Mean squared error of the probabilities; 0.25 is that of a coin."""
        found = getattr(self, name)
        return float(np.nanmean((found - np.array(self.met, dtype=float)) ** 2))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Rolling(Shown):
    """All forecasts of a plan from rolling origins.

    Parameters
    ----------
    learning : Learning
    before : tuple of Case
        From origins before the plan, which fix the pool.
    cases : tuple of Case
        From origins in the plan.
    pool : Pool
    verdicts : Verdicts
    outside : tuple of OutsideView
        By origin, as of each year of the learning.
    """

    learning: Learning
    before: tuple[Case, ...]
    cases: tuple[Case, ...]
    pool: Pool
    verdicts: Verdicts
    outside: tuple[OutsideView, ...] = field(default=())

    def of(self, indicators: bool, horizon: int | None = None) -> tuple[Case, ...]:
        """Cases of the plan's own indicators, or of the other series; of one horizon or all."""
        return tuple(
            case
            for case in self.cases
            if bool(case.figure.row.indicator) == indicators
            and (horizon is None or case.horizon == horizon)
        )

    def to_frame(self) -> pd.DataFrame:
        """A row a figure and origin: what was published, the forecast, and every score.

        Returns
        -------
        DataFrame
            ``published``, ``median``, ``low`` and ``high`` in the unit of the figure; scores in
            percent or points.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "origin": case.origin,
                "year": case.figure.year,
                "series": case.figure.row.comparison.series,
                "measure": case.figure.row.comparison.measure,
                "indicator": case.figure.row.indicator,
                "published": case.figure.datum.value,
                "grade": case.figure.grade,
                "median": case.median,
                "low": case.low,
                "high": case.high,
                "inside": case.held,
                "rank": case.rank,
                **{f"crps_{name}": case.crps.get(name, math.nan) for name in NAMES},
            }
            for case in self.cases
        )

    def _said(self) -> str:
        held = sum(case.held for case in self.cases)
        return f"{held} of {len(self.cases)} later figures inside the 80 % band"


def roll(learning: Learning, advance: Callable[[int], None] = lambda count: None) -> Rolling:
    """Forecast from every origin that learning has, and from those before the plan.

    Parameters
    ----------
    advance : function
        Called with 1 for each origin.
    """
    work, base = learning.work, learning.plan.plan.base_year
    origins = range(work.world.file.until - ORIGINS_BEFORE, learning.last.year + 1)
    known = {year: max(year, base) for year in origins}
    views = outside_views(learning.plan, sorted(set(known.values())), work.observations)
    before = _before(work, {year: views[known[year]] for year in origins}, advance)
    pool = pooled(before)
    cases = []
    for step in learning.steps[:-1]:
        cases += _after(work, step.posterior.scores, step.year, views[known[step.year]])
        advance(1)
    chosen = tuple(views[known[step.year]] for step in learning.steps)
    verdicts = _verdicts(learning, chosen, pool)
    return Rolling(learning, tuple(before), tuple(cases), pool, verdicts, chosen)


def _before(
    work: Work, views: Mapping[int, OutsideView], advance: Callable[[int], None]
) -> list[Case]:
    """Cases of the run before the plan: learnt until an origin, forecast until its end.

    Of the quantities that the plan's indicators measure only: the outside view is of those.
    """
    if work.world.file.history_scenario is None:
        return []
    wanted = {row.quantity for row in work.world.file.rows if row.indicator}
    until = work.world.file.until
    every = work.figures(until)
    found: list[Case] = []
    scores = None
    for origin in range(until - ORIGINS_BEFORE, until):
        scores = work.scores_until(origin, scores)
        predicted = Prediction(work.world, every, until).predict(scores)
        for k, figure in enumerate(every.used):
            later = figure.year > origin and figure.row.comparison.measure != "average"
            if later and figure.row.quantity in wanted:
                found.append(_case(work, figure, predicted[:, k], origin, views[origin]))
        advance(1)
    return found


def _after(work: Work, scores: np.ndarray, origin: int, view: OutsideView) -> list[Case]:
    """Cases of the years of the plan: drivers as published until the origin, drawn after it."""
    every = work.figures(9999)
    later = [f for f in every.used if f.row.phase == "plan" and f.year > origin]
    save = dict.fromkeys(name for f in later for name in f.row.comparison.variables)
    ran = work.outlook(scores, origin, tuple(save))
    alive = ran.status == 0
    found = []
    for figure in later:
        if figure.datum.time > ran.times[-1]:
            continue
        value = np.where(alive, modelled(figure.row.comparison, figure.datum, ran.at), np.nan)
        value = value + work.world.bias(figure, scores)
        found.append(_case(work, figure, value, origin, view))
    return found


def _case(work: Work, figure: Figure, values: np.ndarray, origin: int, view: OutsideView) -> Case:
    random = np.random.default_rng([work.seed, 5, origin, figure.year])
    drawn = values + figure.scale * random.standard_t(work.world.file.freedom, values.size)
    drawn = drawn[np.isfinite(drawn)]
    item, observed = figure.row.comparison, figure.datum.value
    plan, observations = work.world.plan.plan, work.observations
    indicators = {i.id: i for i in plan.indicators}
    naive = naive_forecasts(item, observations, origin, figure.year, indicators, plan.trend_years)
    others: dict[str, Forecast] = {str(name): found for name, found in naive.items()}
    outside = _outside(figure, observations, origin, view)
    if outside is not None:
        others["outside"] = outside
    others |= _of_indicator(figure, view, indicators.get(figure.row.indicator))
    span = figure.datum.span if item.measure == "change" else 1
    others = {k: Forecast(f.mean * span, f.sd * span**0.5) for k, f in others.items()}
    unit = abs(observed) / 100 if item.measure == "level" else 1.0
    crps = {k: crps_of_normal(f.mean, f.sd, observed) / unit for k, f in others.items()}
    low, high = np.quantile(drawn, [(1 - BAND) / 2, (1 + BAND) / 2])
    return Case(
        origin=origin, figure=figure, unit=unit, median=float(np.median(drawn)), low=float(low),
        high=float(high), mean=float(drawn.mean()), sd=float(drawn.std()),
        rank=rank_of(drawn, observed), held=inside(drawn, observed, BAND),
        crps={"model": crps_of_draws(drawn, observed) / unit, **crps}, others=others,
    )  # fmt: skip


def _outside(
    figure: Figure, observations: Observations, origin: int, view: OutsideView
) -> Forecast | None:
    """The regressed trend: that of the indicator, or of the single series where there is none."""
    item, row = figure.row.comparison, figure.row
    trend = view.trends.get(row.indicator)
    if trend is not None and item.measure == "level":
        mean, spread = trend.moments(figure.year)
        level = math.exp(mean / 100) * row.of_plan_scale
        return Forecast(level, level * spread / 100)
    if trend is not None and item.measure == "growth":
        kept = trend.lasting.kept(figure.year - trend.end - 0.5, trend.back)
        spread = trend.lasting.spread(1, trend.scatter, trend.series)
        return Forecast(kept * trend.growth, spread)
    growths, last = growth_history(item, observations, origin)
    if not growths or last is None or not view.trends:
        return None
    some = next(iter(view.trends.values())).lasting
    back = len(growths) / 2
    if item.measure in RATES:
        scatter = float(np.std(growths, ddof=1)) if len(growths) > 3 else some.scatter
        kept = some.kept(figure.year - origin - 0.5, back)
        return Forecast(kept * float(np.mean(growths)), some.spread(1, scatter))
    year, level = last
    if level <= 0:
        return None
    ahead = figure.year - year
    kept = sum(some.kept(k + 0.5, back) for k in range(ahead))
    middle = level * math.exp(kept * float(np.mean(growths)) / level)
    return Forecast(middle, middle * some.spread(ahead) / 100)


def _of_indicator(figure: Figure, view: OutsideView, item: Indicator | None) -> dict[str, Forecast]:
    """The straight line of the plan, and past growth that goes on whole, for an indicator."""
    measure = figure.row.comparison.measure
    if item is None or measure not in ("level", "growth"):
        return {}
    found = {}
    now, before = item.line(figure.year), item.line(figure.year - 1)
    if item.cumulative:
        now, before = 100 - now, 100 - before
    if measure == "growth":
        found["plan_line"] = Forecast(100 * (now / before - 1), 0.0)
    else:
        found["plan_line"] = Forecast(now * figure.row.of_plan_scale, 0.0)
    trend = view.trends.get(item.id)
    if trend is not None:
        whole = replace(trend, lasting=replace(trend.lasting, share=1.0), growth=trend.own)
        if measure == "growth":
            found["trend"] = Forecast(trend.own, trend.lasting.spread(1, trend.scatter))
        else:
            mean, spread = whole.moments(figure.year)
            level = math.exp(mean / 100) * figure.row.of_plan_scale
            found["trend"] = Forecast(level, level * spread / 100)
    return found


def _verdicts(learning: Learning, views: Sequence[OutsideView], pool: Pool) -> Verdicts:
    """Targets whose outturn of the last year is published, and what was said of them."""
    names, met, places = [], [], []
    for k, item in enumerate(learning.plan.plan.indicators):
        target = item.target
        row = learning.work.observations.value(item.id, target.year)
        if row is None or row.grade == "M":
            continue
        verdict = compute_verdicts(np.array([row.value]), target.lowest, target.highest)
        assert str(verdict[0]) in {v.value for v in Verdict}
        names.append(item.id)
        met.append(bool(are_passes(verdict)[0]))
        places.append(k)
    steps = [step for step in learning.steps if step.year < learning.last.year]
    model = np.array([[s.probabilities.targets[k].value for k in places] for s in steps])
    outside = np.array([[view.probability(name) for name in names] for view in views[: len(steps)]])
    both = np.vectorize(pool_probability, otypes=[float])(model, outside, pool.weight)
    return Verdicts(tuple(s.year for s in steps), tuple(names), tuple(met), model, outside, both)
