"""Several provinces learnt together: trends of their own around those of the family.

A constant that is pooled is, in each province, the family's mean and a departure: the mean has the
prior of ``learning.yaml``, the departure a spread that is learnt as well. Where the provinces'
figures agree, the spread is small and each leans on the others; where they do not, each keeps to
its own. All provinces are one problem for the sampler of `smc`. [Gelman and Hill 2007]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from zjsim.analysis.history.comparison import Comparison, comparison_from, modelled, published
from zjsim.analysis.history.naive import Forecast, naive_forecasts
from zjsim.analysis.history.outside_file import read_rows
from zjsim.analysis.history.scores import crps_of_draws, crps_of_normal
from zjsim.analysis.learning import smc
from zjsim.analysis.learning.figures import Figure, Misses
from zjsim.analysis.learning.learn import PARTICLES, SEED, least_particles
from zjsim.analysis.learning.learning_file import LearningFile, Row, read_learning
from zjsim.analysis.learning.work import Learnt
from zjsim.analysis.learning.world import STEP, Drift, World
from zjsim.analysis.validation.family import placed
from zjsim.assessment.observations import Observation, Observations
from zjsim.engines.kernel.engine import Backend, CompiledProgram
from zjsim.errors import DataError, RunError
from zjsim.inputs import Inputs, TimePath
from zjsim.language import Text
from zjsim.markup import Shown
from zjsim.model.names import canonical, identifier
from zjsim.openplan import OpenPlan, PlanLike, open_plan
from zjsim.plan_keys import learning_keys
from zjsim.prepare import compiled_for, with_all_paths
from zjsim.scenario.draws import draw_all
from zjsim.scenario.outlook import bent
from zjsim.scenario.sampling import inputs_of
from zjsim.trajectories import Trajectories
from zjsim.yamlfile import read_yaml

# Median of the spread between provinces, in parts of the prior's, and its logarithm's spread.
SPREAD, SPREAD_SD = 0.5, 0.7
NAIVE_NAMES = ("trend", "ar1")


@dataclass(frozen=True, slots=True)
class Place:
    """One province: its name, what it runs on, and what was published of it."""

    id: str
    label: Text
    inputs: Inputs
    observations: Observations


@dataclass(frozen=True)
class FamilyWorld:
    """The provinces as the sampler sees them: scores in, predictions of their figures out.

    A row of scores holds, of each pooled constant, the family's mean, the spread, and the
    departure of each province; then the yearly shocks of each drift in each province.

    Parameters
    ----------
    world : World
    file : mapping
        ``family`` of learning.yaml.
    known : int
        The last year whose figures and drivers are known.
    """

    world: World
    file: Mapping[str, Any]
    known: int

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The series, in the order of the file."""
        plan, found = self.world.plan, []
        for entry in self.file["figures"]:
            rest = {k: v for k, v in entry.items() if k != "quantity"}
            if "variables" in rest:
                rest["variables"] = list(rest["variables"])
            made = comparison_from(rest, "family", plan.program.names, plan.plan.base_year)[0]
            assert made is not None
            found.append(Row("plan", made, entry["quantity"], 0.0, 0, 9999))
        return tuple(found)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The plan's own province first."""
        plan = self.world.plan
        base = with_all_paths(plan, self.world.prepared(self.known).inputs)
        seen = self._observations()
        own = Text(zh=self.file["place"], en=self.file["place"])
        found = [Place(self.file["place"], own, base, seen[self.file["place"]])]
        members = read_yaml(plan.folder.file(self.file["members"]), DataError).data["members"]
        for member in members:
            inputs = placed(base, member, base.grid.start, self.known)
            found.append(Place(member["id"], Text(**member["label"]), inputs, seen[member["id"]]))
        return tuple(found)

    def _observations(self) -> dict[str, Observations]:
        rows: dict[str, list[Observation]] = {}
        path = self.world.plan.folder.file(self.file["histories"])
        for row in read_rows(path, ("place", "series", "year", "value", "grade")):
            one = Observation(
                row["series"], int(row["year"]), float(row["value"]), grade=row["grade"]
            )
            rows.setdefault(row["place"], []).append(one)
        return {place: Observations(tuple(found)) for place, found in rows.items()}

    @cached_property
    def figures(self) -> tuple[tuple[int, Figure], ...]:
        """Place and figure, of every change that lies in the plan's years up to the year known."""
        start, grades = self.world.plan.plan.base_year, self.world.file.grades
        found = []
        for place, one in enumerate(self.places):
            for row in self.rows:
                for datum in published(row.comparison, one.observations):
                    if datum.year - datum.span >= start and datum.year <= self.known:
                        grade = max(item.grade for item in datum.rows)
                        scale = row.comparison.error * grades[grade]
                        found.append((place, Figure(row, datum, grade, scale)))
        return tuple(found)

    @cached_property
    def pooled(self) -> tuple[str, ...]:
        """Model names of the pooled constants."""
        spelt = {canonical(name): name for name in self.world.plan.names.constants}
        return tuple(spelt[canonical(name)] for name in self.file["pooled"])

    @cached_property
    def priors(self) -> np.ndarray:
        """Mean and standard deviation of each pooled constant, shape (n_pooled, 2)."""
        by_key = {d.name: d for d in self.world.layout.dimensions}
        missing = [name for name in self.pooled if name not in by_key]
        if missing:
            raise DataError(f"learning.yaml, family.pooled: {', '.join(missing)} has no range.")
        return np.array(
            [[by_key[n].mode, (by_key[n].high - by_key[n].low) / 4] for n in self.pooled]
        )

    @cached_property
    def drifts(self) -> tuple[tuple[Drift, ...], ...]:
        """Of each place, its drifts with their columns."""
        wanted = {f"drivers.{identifier(name)}" for name in self.file.get("drifts", ())}
        own = [d for d in self.world.layout.drifts["plan"] if d.dimension.key in wanted]
        first, found = len(self.pooled) * (2 + len(self.places)), []
        for _ in self.places:
            made = []
            for drift in own:
                made.append(Drift(drift.dimension, first))
                first += drift.ahead.years
            found.append(tuple(made))
        return tuple(found)

    @cached_property
    def size(self) -> int:
        """Number of scores."""
        count = sum(drift.ahead.years for own in self.drifts for drift in own)
        return len(self.pooled) * (2 + len(self.places)) + count

    def hyper(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Family mean and spread of each pooled constant, shape (n, n_pooled) each."""
        count = len(self.pooled)
        mean = self.priors[:, 0] + self.priors[:, 1] * scores[:, :count]
        spread = SPREAD * self.priors[:, 1] * np.exp(SPREAD_SD * scores[:, count : 2 * count])
        return mean, spread

    def departures(self, scores: np.ndarray) -> np.ndarray:
        """Of each province from the family, shape (n, n_place, n_pooled)."""
        count = len(self.pooled)
        z = scores[:, 2 * count : (2 + len(self.places)) * count]
        return self.hyper(scores)[1][:, None] * z.reshape(len(scores), len(self.places), count)

    def run(
        self, place: int, scores: np.ndarray, stop: float, inputs: Inputs | None = None
    ) -> Trajectories:
        """One run of a province for each row of scores."""
        base = self.places[place].inputs if inputs is None else inputs
        own = self.hyper(scores)[0] + self.departures(scores)[:, place]
        constants = dict(base.constants)
        constants |= {name: own[:, k] for k, name in enumerate(self.pooled)}
        paths: dict[str, TimePath] = dict(base.paths)
        for drift in self.drifts[place]:
            name, since = drift.dimension.name, drift.ahead.since
            moves = drift.deviations(scores)
            paths[name] = bent(paths[name], drift.dimension.index, moves, since, base.grid)
        save = dict.fromkeys(name for row in self.rows for name in row.comparison.variables)
        grid = replace(base.grid, step=STEP, save_every=0.5, stop=stop)
        return self.world.compiled.run(
            replace(base, n_run=len(scores), constants=constants, paths=paths, grid=grid,
                    save=tuple(save))
        )  # fmt: skip

    def predict(self, scores: np.ndarray) -> np.ndarray:
        """What the model says of each figure, shape (n, n_figure)."""
        found = np.full((len(scores), len(self.figures)), np.nan)
        for place in range(len(self.places)):
            ran = self.run(place, scores, float(self.known) + 0.5)
            for k, (where, figure) in enumerate(self.figures):
                if where == place:
                    value = modelled(figure.row.comparison, figure.datum, ran.at)
                    found[:, k] = np.where(ran.status == 0, value, np.nan)
        return found

    def outlook(self, place: int, n: int, seed: int) -> Inputs:
        """A province's inputs with what its drivers may do after the year known, drawn."""
        sample = self.world.prepared(self.known).sampled(n, seed, {})
        own = {drift.dimension.key for drift in self.drifts[place]}
        ahead = [d for d in sample.dimensions if d.ahead is not None and d.key not in own]
        values, further = draw_all(replace(sample, runs=n), 0, n)
        chosen = {d.key: values[d.key] for d in ahead}
        return inputs_of(self.places[place].inputs, ahead, chosen, further)


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
    naive: Mapping[str, Forecast]

    def naive_level(self, name: str) -> float:
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
            start, steps = self.plan.plan.base_year, year - newest.year
            naive = naive_forecasts(
                item, place.observations, newest.year, newest.year + 1, {}, (start - 5, start)
            )
            carried = {
                name: Forecast(f.mean * steps, f.sd * steps**0.5)
                for name, f in naive.items()
                if name in NAIVE_NAMES
            }
            found.append(
                FamilyForecast(
                    place.id, item.series, label, year, (newest.year, newest.value),
                    newest.value * np.exp(moved / 100), carried,
                )
            )  # fmt: skip
        return found

    def _said(self) -> str:
        names = ", ".join(place.id for place in self.world.places)
        count = len(self.world.figures)
        return f"{names}: {count} figures to {self.known_until}, seed {self.seed}"


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
    backend: Backend = "compiled",
    threads: int | None = None,
    told: Callable[[smc.Stage], None] = lambda stage: None,
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
        Called with each stage of the sampler.

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
    """
    opened = open_plan(plan)
    file = learning_keys(opened).get("family")
    if file is None:
        raise DataError(
            f"{opened.folder.name}: learning.yaml has no family. `zjsim schema learning` says what "
            "it needs: members, histories, place, pooled and figures."
        )
    least_particles(particles)
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
            start, Learnt(world, misses), 0 * new, new, seed * 10_000 + known, told=told
        )
    except smc.Stuck as stuck:
        raise RunError(f"the family's figures cannot be learnt from: {stuck}.") from None
    return FamilyLearning(opened, known, seed, world, found.scores, stages)
