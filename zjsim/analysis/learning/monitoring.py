"""The yearly monitoring report: what came, against plan path and forecast, and what it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from zjsim.analysis.history.comparison import modelled
from zjsim.analysis.history.outside import OutsideView
from zjsim.analysis.learning.figures import Figure
from zjsim.analysis.learning.learn import PARTICLES, SEED, Learning, learn, newest_year
from zjsim.analysis.learning.plausible import Doubt, doubts
from zjsim.analysis.learning.smc import Stage
from zjsim.analysis.learning.work import band_of
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.own_observations import read_own_observations
from zjsim.assessment.plan import Indicator
from zjsim.errors import DataError
from zjsim.judging import with_own_observations
from zjsim.markup import Shown
from zjsim.openplan import OpenPlan, PlanLike, open_plan

if TYPE_CHECKING:
    import pandas as pd

Line = Literal["red", "amber", "green"]
WATCHED = 3


@dataclass(frozen=True, slots=True)
class Watched:
    """One indicator in the year of the report.

    Parameters
    ----------
    indicator : Indicator
    figure : Observation or None
        Of this year, a user's own before the published one.
    path : float
        The straight line of the plan.
    low, middle, high : float
        What was expected a year before: 10 %, median, 90 %.
    before, after : float
        Probability of the target by the model, as known a year before and now.
    headline : float
        The present one pooled with the outside view; the model's where there is none.
    line : {"red", "amber", "green"}
        By the headline.
    """

    indicator: Indicator
    figure: Observation | None
    path: float
    low: float
    middle: float
    high: float
    before: float
    after: float
    headline: float
    line: Line


@dataclass(frozen=True, slots=True)
class Clue:
    """A figure of next year that tells much of a target.

    ``correlation`` is that of its forecast with the target year's value over the draws.
    """

    figure: Figure
    indicator: Indicator
    correlation: float


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Monitoring(Shown):
    """One year of a plan under way.

    Parameters
    ----------
    year : int
    learning : Learning
    own : tuple of Observation
        The user's figures.
    accepted : tuple of Doubt
        Figures that looked wrong and were used all the same, because the user said so.
    rows : tuple of Watched
    clues : tuple of Clue
    outside : OutsideView
    """

    year: int
    learning: Learning
    own: tuple[Observation, ...]
    accepted: tuple[Doubt, ...]
    rows: tuple[Watched, ...]
    clues: tuple[Clue, ...]
    outside: OutsideView

    @property
    def unused(self) -> tuple[Observation, ...]:
        """The user's figures that no row of ``learning.yaml`` takes."""
        used = {
            (row.series, row.year, row.period, row.value)
            for figure in self.learning.last.figures.used
            for row in figure.datum.rows
        }
        return tuple(
            row for row in self.own if (row.series, row.year, row.period, row.value) not in used
        )

    def to_frame(self) -> pd.DataFrame:
        """A row an indicator, in its printed unit; probabilities in parts of one."""
        import pandas as pd

        return pd.DataFrame.from_dict(
            {
                row.indicator.id: {
                    "figure": row.figure.value if row.figure else np.nan,
                    "plan_path": row.path,
                    "expected": row.middle,
                    "low": row.low,
                    "high": row.high,
                    "before": row.before,
                    "after": row.after,
                    "headline": row.headline,
                    "warning": row.line,
                }
                for row in self.rows
            },
            orient="index",
        )

    def _said(self) -> str:
        lines = [row.line for row in self.rows]
        return f"{self.year}: {lines.count('red')} red, {lines.count('amber')} amber"


class Doubtful(DataError):
    """A user's figures that look wrong; ``doubts`` has them."""

    def __init__(self, text: str, found: tuple[Doubt, ...]) -> None:
        super().__init__(text)
        self.doubts = found


def monitor(
    plan: PlanLike,
    observations: Path | str | pd.DataFrame | Observations | None = None,
    year: int | None = None,
    *,
    accept: bool = False,
    particles: int = PARTICLES,
    seed: int = SEED,
    told: Callable[[int, Stage], None] = lambda year, stage: None,
) -> Monitoring:
    """The monitoring report of a year.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    observations : path, DataFrame, Observations or None
        A user's own figures.
    year : int or None
        None takes the last year of the user's figures, or of the published ones.
    accept : bool
        Use figures that look wrong as they are.

    Raises
    ------
    Doubtful
        When figures look wrong and were not accepted; nothing is used then.
    DataError
        When the file cannot be read, or there are no figures of the year.

    Examples
    --------
    >>> import zjsim
    >>> watched = zjsim.monitor("zhejiang", year=2021, particles=64)
    >>> watched.year
    2021
    """
    opened = open_plan(plan)
    own: tuple[Observation, ...] = ()
    if isinstance(observations, Observations):
        own = observations.rows
    elif observations is not None:
        published = opened.observations
        own = read_own_observations(observations, opened.plan, published, implausible=True).rows
    # A grade in the user's file is his own: the figure counts as given.
    own = tuple(replace(row, grade="") for row in own)
    years = opened.plan.years
    if year is not None and year not in years:
        raise DataError(f"{year}: not a year of the plan, {years[0]} to {years[-1]}.")
    last = _year_of(opened, own) if year is None else year
    newest = newest_year(opened, opened.observations)
    known = newest if last is None else min(last, newest)
    before = learn(opened, known, particles=particles, seed=seed, told=told)
    found = doubts(own, before, opened.observations)
    if found and not accept:
        raise Doubtful(f"figures that look wrong: {len(found)}.", found)
    every = with_own_observations(opened, Observations(own)) if own else opened.observations
    learning = before
    if own:
        learning = learn(
            opened, last, particles=particles, seed=seed, observations=every, told=told
        )
    now = learning.last
    if len(learning.steps) < 2:
        raise DataError(f"{now.year}: a year before it is needed; the plan begins there.")
    view = learning.outside()
    count = len(opened.plan.indicators)
    rows = tuple(_watched(learning, k, every, own, view) for k in range(count))
    return Monitoring(now.year, learning, own, found, rows, _clues(learning), view)


def _year_of(plan: OpenPlan, own: Sequence[Observation]) -> int | None:
    """The last year of a user's figures that the plan has; None without any."""
    years = [row.year for row in own if row.year in plan.plan.years]
    return max(years, default=None)


def _watched(
    learning: Learning,
    place: int,
    every: Observations,
    own: tuple[Observation, ...],
    view: OutsideView,
) -> Watched:
    item = learning.plan.plan.indicators[place]
    before, now = learning.steps[-2:]
    mine = [row for row in own if row.series == item.id and row.year == now.year]
    figure = mine[0] if mine else every.value(item.id, now.year)
    low, middle, high = band_of(before.values[:, place, learning.work.years.index(now.year)])
    after = now.probabilities.targets[place].value
    headline = view.pooled(item.id, after)
    file = learning.world.file
    line: Line = "green"
    if headline < file.red:
        line = "red"
    elif headline < file.amber:
        line = "amber"
    return Watched(
        item, figure, item.line(now.year), low, middle, high,
        before.probabilities.targets[place].value, after, headline, line,
    )  # fmt: skip


def _clues(learning: Learning) -> tuple[Clue, ...]:
    """Figures of this year's kind whose next value tells most of an open target."""
    now = learning.last
    if now.year >= learning.work.years[-1]:
        return ()
    figures = [f for f in now.figures.used if f.row.phase == "plan" and f.year == now.year]
    save = dict.fromkeys(name for f in figures for name in f.row.comparison.variables)
    ran = learning.work.outlook(now.posterior.scores, now.year, tuple(save))
    found = []
    for figure in figures:
        ahead = figure.in_year(now.year + 1)
        value = modelled(figure.row.comparison, ahead.datum, ran.at)
        for k, item in enumerate(learning.plan.plan.indicators):
            share = now.probabilities.targets[k].value
            final = now.values[:, k, -1]
            alive = np.isfinite(value) & np.isfinite(final)
            if 0.05 < share < 0.95 and alive.sum() > 2:
                r = float(np.corrcoef(value[alive], final[alive])[0, 1])
                found.append(Clue(ahead, item, r))
    found.sort(key=lambda clue: -abs(clue.correlation))
    return tuple(found[:WATCHED])
