"""Several provinces learnt together: trends of their own around those of the family.

A constant that is pooled is, in each province, the family's mean and a departure: the mean has the
prior of ``learning.yaml``, the departure a spread that is learnt as well. Where the provinces'
figures agree, the spread is small and each leans on the others; where they do not, each keeps to
its own. All provinces are one problem for the sampler of `smc`. [Gelman and Hill 2007]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zjsim.analysis.history.comparison import Comparison
from zjsim.analysis.history.naive import Forecast, Name, naive_forecasts
from zjsim.analysis.history.scores import crps_of_draws, crps_of_normal
from zjsim.analysis.learning import smc
from zjsim.analysis.learning.family_world import FamilyWorld, Place
from zjsim.analysis.learning.figures import Misses
from zjsim.analysis.learning.learn import PARTICLES, SEED, least_particles
from zjsim.analysis.learning.learning_file import LearningFile, Row, read_learning
from zjsim.analysis.learning.work import Learnt
from zjsim.analysis.learning.world import World
from zjsim.assessment.observations import Observations
from zjsim.engines.kernel.engine import Backend, CompiledProgram, backend_for_search
from zjsim.errors import DataError, RunError
from zjsim.language import Text
from zjsim.markup import Shown
from zjsim.openplan import OpenPlan, PlanLike, open_plan
from zjsim.plan_keys import learning_keys
from zjsim.prepare import compiled_for
from zjsim.trajectories import Trajectories

NAIVE_NAMES: tuple[Name, ...] = ("trend", "ar1")


@dataclass(frozen=True, slots=True)
class FamilyForecast:
    """One series of one province in one year: its level by draws, and naive forecasts.

    Parameters
    ----------
    place, series : str
    label : Text
    year : int
    last : tuple of int and float
        The last figure known, from which changes are added up.
    draws : array, shape (n,)
        Of the figure, its error of measurement included.
    naive : mapping of name to Forecast
        Of 100 times the logarithm of the figure over the last one known.
    """

    place: str
    series: str
    label: Text
    year: int
    last: tuple[int, float]
    draws: np.ndarray
    naive: Mapping[Name, Forecast]

    def naive_level(self, name: Name) -> float:
        """Median of a naive forecast, in the series' unit."""
        return float(self.last[1] * np.exp(self.naive[name].mean / 100))

    def scores(self, published: float) -> dict[str, float]:
        """CRPS by name, of the logarithm in percent, so that series can be put side by side."""
        came = 100 * np.log(published / self.last[1])
        found = {"model": crps_of_draws(100 * np.log(self.draws / self.last[1]), came)}
        return found | {k: crps_of_normal(f.mean, f.sd, came) for k, f in self.naive.items()}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FamilyLearning(Shown):
    """Provinces learnt together.

    Parameters
    ----------
    plan : OpenPlan
    known_until, seed : int
    world : FamilyWorld
    scores : array, shape (n, n_unknown)
    stages : tuple of Stage
    """

    plan: OpenPlan
    known_until: int
    seed: int
    world: FamilyWorld
    scores: np.ndarray
    stages: tuple[smc.Stage, ...]

    @property
    def pooling(self) -> dict[str, float]:
        """Of each pooled constant how far the provinces are one: 1 wholly pooled, 0 not at all.

        1 less the spread of the provinces' mean departures over the mean spread of the draws'.
        [Gelman and Pardoe 2006]
        """
        away = self.world.departures(self.scores)
        between = away.mean(axis=0).var(axis=0, ddof=1)
        within = away.var(axis=1, ddof=1).mean(axis=0)
        return dict(zip(self.world.pooled, 1 - between / within, strict=True))

    def to_frame(self) -> Any:
        """A row a pooled constant: the family's mean and spread, each province, and the pooling."""
        import pandas as pd

        mean, spread = self.world.hyper(self.scores)
        own = mean[:, None] + self.world.departures(self.scores)
        rows = {}
        for k, name in enumerate(self.world.pooled):
            row = {
                "prior": self.world.priors[k, 0], "prior_sd": self.world.priors[k, 1],
                "family": mean[:, k].mean(), "family_sd": mean[:, k].std(),
                "spread": float(np.median(spread[:, k])), "pooling": self.pooling[name],
            }  # fmt: skip
            for p, place in enumerate(self.world.places):
                row |= {place.id: own[:, p, k].mean(), f"{place.id}_sd": own[:, p, k].std()}
            rows[name] = row
        return pd.DataFrame.from_dict(rows, orient="index")

    def forecasts(self, last: int | None = None) -> tuple[FamilyForecast, ...]:
        """Every series of every province in each year not known yet, to ``last`` or the plan's."""
        end = last or max(item.target.year for item in self.plan.plan.indicators)
        found = []
        for place, one in enumerate(self.world.places):
            inputs = self.world.outlook(place, len(self.scores), self.seed)
            ran = self.world.run(place, self.scores, end + 0.5, inputs)
            for number, row in enumerate(self.world.rows):
                found += self._of(one, row, ran, range(self.known_until + 1, end + 1), number)
        return tuple(found)

    def _of(
        self, place: Place, row: Row, ran: Trajectories, years: range, number: int
    ) -> list[FamilyForecast]:
        item = row.comparison
        levels = [r for r in place.observations.series(item.series) if r.year <= self.known_until]
        if not levels:
            return []
        newest = max(levels, key=lambda r: r.year)
        scale = item.error * self.world.world.file.grades[newest.grade]
        random = np.random.default_rng([self.seed, 5, number])
        noise = random.standard_t(self.world.world.file.freedom, len(self.scores)) * scale
        label = Text(**item.label) if item.label else Text(zh=item.series, en=item.series)
        found = []
        for year in range(newest.year + 1, years.stop):
            moved = _change(item, newest.year, year, ran) + noise
            if year not in years:
                continue
            naive = self._naive(item, place.observations, newest.year, year)
            found.append(
                FamilyForecast(
                    place.id, item.series, label, year, (newest.year, newest.value),
                    newest.value * np.exp(moved / 100), naive,
                )
            )  # fmt: skip
        return found

    def _naive(
        self, item: Comparison, seen: Observations, known: int, year: int
    ) -> dict[Name, Forecast]:
        """Naive forecasts of 100 ln of a year's figure over the last one known."""
        # A figure that learning takes is good enough for a forecast without a model.
        graded = Observations(tuple(replace(row, grade="C") for row in seen.rows))
        start = self.plan.plan.base_year
        steps = [
            naive_forecasts(item, graded, known, one, {}, (start - 5, start))
            for one in range(known + 1, year + 1)
        ]
        return {
            name: Forecast(
                sum(step[name].mean for step in steps), steps[0][name].sd * len(steps) ** 0.5
            )
            for name in NAIVE_NAMES
            if all(name in step for step in steps)
        }

    def _said(self) -> str:
        names = ", ".join(place.id for place in self.world.places)
        count = len(self.world.figures)
        return f"{names}: {count} figures to {self.known_until}, seed {self.seed}"


def rolling_scores(
    plan: PlanLike, years: Sequence[int], *, particles: int = PARTICLES, seed: int = SEED
) -> dict[int, dict[str, tuple[float, int]]]:
    """Mean CRPS of forecasts from some years, against figures that came, by the year known.

    Returns
    -------
    dict of year to dict of name to (mean score in percent, number of cases)
        Only cases that the model and every naive forecast have.
    """
    found = {}
    for year in years:
        learnt = learn_family(plan, year, particles=particles, seed=seed)
        seen = {place.id: place.observations for place in learnt.world.places}
        cases = []
        for one in learnt.forecasts():
            came = seen[one.place].value(one.series, one.year)
            if came is not None and all(name in one.naive for name in NAIVE_NAMES):
                cases.append(one.scores(came.value))
        found[year] = {
            name: (float(np.mean([case[name] for case in cases])), len(cases))
            for name in ("model", *NAIVE_NAMES)
        }
    return found


def _change(item: Comparison, first: int, last: int, ran: Trajectories) -> np.ndarray:
    """100 ln of the modelled level of a year over that of another, shape (n,)."""

    def level(year: int) -> np.ndarray:
        value = np.asarray(ran.at(item.variables[0], float(year)))
        for name in item.variables[1:]:
            value = value * ran.at(name, float(year))
        return value

    found: np.ndarray = 100 * np.log(level(last) / level(first))
    return np.where(ran.status == 0, found, np.nan)


def learn_family(
    plan: PlanLike,
    known_until: int | None = None,
    *,
    particles: int = PARTICLES,
    seed: int = SEED,
    backend: Backend = "auto",
    threads: int | None = None,
    told: Callable[[int, smc.Stage], None] = lambda year, stage: None,
) -> FamilyLearning:
    """Learn several provinces together, from the same equations and the figures of all.

    Parameters
    ----------
    plan : str, Path or OpenPlan
        ``family`` of its ``learning.yaml`` says which places, series and constants.
    known_until : int or None
        Last year of figures and drivers; None takes the last that the histories have.
    particles, seed : int
    threads : int or None
        Of the kernel; None takes the cores there are.
    told : function
        Called with the year known and each stage of the sampler.

    Returns
    -------
    FamilyLearning
        ``to_frame()`` has a row a pooled constant, ``forecasts()`` what comes next.

    Raises
    ------
    DataError
        When the plan has no family, or a year is asked for that has no figures.
    RunError
        When the model cannot explain the figures.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.learn_family("zhejiang", 2021, particles=64)
    >>> bool((found.to_frame()["pooling"] > 0.5).all())
    True
    """
    opened = open_plan(plan)
    file = learning_keys(opened).get("family")
    if file is None:
        raise DataError(
            f"{opened.folder.name}: learning.yaml has no family. `zjsim schema learning` says what "
            "it needs: members, histories, place, pooled and figures."
        )
    least_particles(particles)
    if backend == "auto":
        backend = backend_for_search(opened.program)
    compiled = compiled_for(opened, backend=backend, threads=threads, may_be_paths=opened.exogenous)
    assert isinstance(compiled, CompiledProgram)
    plain: LearningFile = read_learning(opened)
    # Levers at rest, drivers as published; no calibrated range: priors are those of the file.
    whole = FamilyWorld(World(opened, plain, compiled), file, 9999)
    newest = max(figure.year for _, figure in whole.figures)
    known = newest if known_until is None else known_until
    first = opened.plan.base_year + 1
    if not first <= known <= newest:
        raise DataError(
            f"known until {known}: the family's figures reach from {first} to {newest}."
        )
    world = FamilyWorld(whole.world, file, known)
    figures = [figure for _, figure in world.figures]
    misses = Misses(
        np.array([f.datum.value for f in figures]), np.array([f.scale for f in figures]),
        plain.freedom,
    )  # fmt: skip
    start = smc.prior_population(particles, world.size, seed)
    new = np.ones(len(figures))
    try:
        found, stages = smc.take_in(
            start, Learnt(world, misses), 0 * new, new, seed * 10_000 + known,
            told=lambda stage: told(known, stage),
        )  # fmt: skip
    except smc.Stuck as stuck:
        raise RunError(f"the family's figures cannot be learnt from: {stuck}.") from None
    return FamilyLearning(opened, known, seed, world, found.scores, stages)
