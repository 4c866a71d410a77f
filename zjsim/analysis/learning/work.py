"""The work of learning one year: sample, project, and tell what each new thing alone did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from zjsim.analysis.history.published import hash_of
from zjsim.analysis.learning import smc
from zjsim.analysis.learning.figures import Figure, Figures, Misses, figures_until
from zjsim.analysis.learning.world import Prediction, World
from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.analysis.uncertainty.statistics import judge_values
from zjsim.assessment.observations import Observations
from zjsim.assessment.probability import Probabilities
from zjsim.cache import content_hash, folder
from zjsim.ensembles.chunks import bundle_hash
from zjsim.errors import RunError
from zjsim.prepare import Prepared
from zjsim.scenario.draws import Dimension, draw_all
from zjsim.scenario.posterior import SUFFIX, Posterior, read_posterior, write_posterior
from zjsim.scenario.sampling import inputs_of
from zjsim.scenario.schema import Scenario
from zjsim.trajectories import Trajectories

Draws = dict[str, np.ndarray]
LEVELS = (0.1, 0.5, 0.9)
FEWEST_EFFECTIVE = 30.0  # weighted particles below which one figure's own effect is not told


@dataclass(frozen=True, slots=True)
class Mover:
    """What one figure, or the outside world, did to the probability of a target.

    Parameters
    ----------
    figure : Figure or None
        None is the outside world: drivers of the year that became known.
    change : float
        Of the probability, were this all that became known in the year.
    effective : float
        Particles that the weighted ones were worth.
    """

    figure: Figure | None
    change: float
    effective: float


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What could be known at the end of one year.

    Parameters
    ----------
    year : int
    posterior : Posterior
    stages : tuple of Stage
        Of the sampler; empty when the year was read from a file.
    figures : Figures
        All that count, up to this year.
    probabilities : Probabilities
        Of each target, of all and of the binding ones.
    values : array, shape (n, n_indicator, n_year)
        Indicators by draw in the years of the plan, in the printed units.
    movers : tuple of tuple of Mover
        By indicator, the strongest first; empty in the first year.
    ahead : array, shape (n, n_figure)
        What was expected of this year's figures a year before, drivers known.
    path : Path
        Of the posterior; what `simulate_ensemble` takes.
    """

    year: int
    posterior: Posterior
    stages: tuple[smc.Stage, ...]
    figures: Figures
    probabilities: Probabilities
    values: np.ndarray
    movers: tuple[tuple[Mover, ...], ...]
    ahead: np.ndarray
    path: Path

    @property
    def new(self) -> tuple[Figure, ...]:
        """The figures that tell of this very year."""
        return tuple(figure for figure in self.figures.used if figure.year == self.year)


@dataclass(frozen=True)
class Work:
    """The work of one `learn`."""

    world: World
    observations: Observations
    particles: int
    seed: int
    out: Path | None
    scenario: str | Scenario | None
    told: Callable[[int, smc.Stage], None]

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years of the plan in which indicators are projected."""
        plan = self.world.plan.plan
        return tuple(y for y in plan.years if y <= max(i.target.year for i in plan.indicators))

    def figures(self, year: int) -> Figures:
        return figures_until(self.world.file, self.observations, year)

    def year(self, year: int, before: Known | None) -> Known:
        figures = self.figures(year)
        key = self._key(year, figures)
        path = self._path(year, key)
        posterior, stages = self._posterior(year, path, key, figures, before)
        values, _, probabilities = self.projected(posterior.scores, year)
        movers, ahead = self._movers(year, figures, before)
        return Known(year, posterior, stages, figures, probabilities, values, movers, ahead, path)

    def prior(self) -> Probabilities:
        """Probabilities before any figure, under the outlook of the plan's base year."""
        return self.projected(self._start().scores, self.world.file.until)[2]

    def _start(self) -> smc.Population:
        return smc.prior_population(self.particles, self.world.layout.size, self.seed)

    def _problem(self, figures: Figures, year: int) -> Learnt:
        misses = Misses(figures.observed, figures.scales, self.world.file.freedom)
        return Learnt(Prediction(self.world, figures, year), misses)

    def _key(self, year: int, figures: Figures) -> str:
        rows = [row for f in figures.used for row in f.datum.rows]
        return content_hash(
            bundle_hash(self.world.plan.folder), self.world.file.text, hash_of(rows),
            str((year, self.particles, self.seed)),
        )  # fmt: skip

    def _path(self, year: int, key: str) -> Path:
        if self.out is not None:
            return self.out / f"posterior-{year}{SUFFIX}"
        return folder() / "learning" / f"{key}{SUFFIX}"

    def _posterior(
        self, year: int, path: Path, key: str, figures: Figures, before: Known | None
    ) -> tuple[Posterior, tuple[smc.Stage, ...]]:
        if path.is_file():
            held = read_posterior(path)
            if held.attributes.get("key") == key:
                return held, ()
        population, stages = self._sampled(year, figures, before)
        made = self._made(year, figures, population, key)
        write_posterior(path, made)
        return made, stages

    def _sampled(
        self, year: int, figures: Figures, before: Known | None
    ) -> tuple[smc.Population, tuple[smc.Stage, ...]]:
        if before is None:
            start = self._start()
        else:
            held = before.posterior
            start = smc.Population(
                held.scores, held.predictions, float(held.attributes.get("step", 0.5))
            )
        fresh = figures.years == year if before is not None else np.ones(len(figures.used), bool)
        problem = self._problem(figures, year)
        if not fresh.any():
            return replace(start, predictions=problem.predict(start.scores)), ()
        try:
            return smc.take_in(
                start, problem, ~fresh, fresh, self.seed * 10_000 + year,
                told=lambda stage: self.told(year, stage),
            )  # fmt: skip
        except smc.Stuck as stuck:
            raise RunError(
                f"the figures of {year} cannot be learnt from: {stuck}. A figure may be in another "
                "unit, or its error in learning.yaml too small."
            ) from None

    def _made(self, year: int, figures: Figures, population: smc.Population, key: str) -> Posterior:
        layout, plan = self.world.layout, self.world.plan
        # Resampling left relatives side by side; the first draws must stand for all.
        order = np.random.default_rng([self.seed, 3, year]).permutation(self.particles)
        population = replace(
            population,
            scores=population.scores[order], predictions=population.predictions[order],
        )  # fmt: skip
        drifts = layout.drifts["plan"]
        return Posterior(
            known_until=year,
            plan=plan.folder.name,
            model_hash=plan.model_hash,
            values=layout.values(population.scores),
            shocks={d.dimension.key: d.shocks(population.scores) for d in drifts},
            since=int(drifts[0].ahead.since) if drifts else year,
            scores=population.scores,
            unknowns=layout.names,
            predictions=population.predictions,
            figures=tuple(f"{f.row.comparison.key} {f.year}" for f in figures.used),
            attributes={
                "key": key, "seed": self.seed, "step": population.step,
                "evidence": population.evidence, "data_hash": hash_of(
                    row for f in figures.used for row in f.datum.rows
                ),
            },
        )  # fmt: skip

    def projected(
        self, scores: np.ndarray, known: int
    ) -> tuple[np.ndarray, np.ndarray, Probabilities]:
        """Indicators in the years of the plan, which targets are met, and how often."""
        ran = self.outlook(scores, known, self.world.plan.indicator_variables)
        items = self.world.plan.plan.indicators
        tables = [indicator_table(ran, items, year) for year in self.years]
        met, probabilities = judge_values(indicator_table(ran, items), items)
        return np.stack(tables, axis=2), met, probabilities

    def outlook(self, scores: np.ndarray, known: int, save: Sequence[str]) -> Trajectories:
        """Runs of the plan's years: drivers as published until a year, drawn after it."""
        world = self.world
        ready = world.prepared(known, self.scenario)
        inputs = world.inputs("plan", ready, scores)
        outlook, values, further = self._outlook(ready, len(scores))
        chosen = {d.key: values[d.key] for d in outlook}
        inputs = replace(
            inputs_of(inputs, outlook, chosen, further),
            n_run=len(scores), save=tuple(save),
            grid=replace(inputs.grid, step=ready.inputs.grid.step),
        )  # fmt: skip
        return world.compiled.run(inputs)

    def _outlook(self, ready: Prepared, n: int) -> tuple[list[Dimension], Draws, Draws]:
        """What the published drivers may do after the year known, drawn afresh."""
        sample = ready.sampled(n, self.seed, {})
        learnt = {drift.dimension.key for drift in self.world.layout.drifts["plan"]}
        outlook = [d for d in sample.dimensions if d.ahead is not None and d.key not in learnt]
        return outlook, *draw_all(replace(sample, runs=n), 0, n)

    def drawn_inputs(self, scores: np.ndarray, known: int) -> Draws:
        """Everything that differs between the runs of `outlook`, by key, shape (n,) each.

        Of drivers and drifts the mean deviation of yearly growth.
        """
        layout = self.world.layout
        outlook, values, _ = self._outlook(self.world.prepared(known, self.scenario), len(scores))
        drifts = {
            drift.dimension.key: drift.deviations(scores)[:, : drift.ahead.whole_years].mean(axis=1)
            for drift in layout.drifts["plan"]
        }
        return {**layout.values(scores), **drifts, **{d.key: values[d.key] for d in outlook}}

    def scores_until(self, year: int, before: np.ndarray | None) -> np.ndarray:
        """Scores that know the figures of the run before the plan until a year.

        Parameters
        ----------
        before : array or None
            Those of the year before; None begins with the prior and all figures up to now.
        """
        figures = self.figures(year)
        if before is None:
            start = self._start()
            fresh = np.ones(len(figures.used))
        else:
            start = smc.Population(before, np.empty((len(before), 0)))
            fresh = (figures.years == year).astype(float)
        problem = self._problem(figures, year)
        return smc.take_in(start, problem, 1 - fresh, fresh, self.seed * 10_000 + year)[0].scores

    def _movers(
        self, year: int, figures: Figures, before: Known | None
    ) -> tuple[tuple[tuple[Mover, ...], ...], np.ndarray]:
        """What each new thing alone did, told by last year's particles."""
        if before is None:
            return (), np.empty((0, 0))
        new = [k for k, figure in enumerate(figures.used) if figure.year == year]
        scores = before.posterior.scores
        problem = self._problem(figures, year)
        prediction = problem.predict(scores)
        terms = problem.terms(prediction)
        _, met, probabilities = self.projected(scores, year)
        found = []
        for k in range(met.shape[1]):
            start = probabilities.targets[k].value
            movers = [
                Mover(None, start - before.probabilities.targets[k].value, float(len(scores)))
            ]
            for column in new:
                weights = _normalised(terms[:, column])
                effective = smc.effective_number(weights)
                if effective >= FEWEST_EFFECTIVE:
                    change = float(np.sum(weights * met[:, k])) - start
                    movers.append(Mover(figures.used[column], change, effective))
            found.append(tuple(sorted(movers, key=lambda m: -abs(m.change))))
        return tuple(found), prediction[:, new]


class Predicts(Protocol):
    """Scores in, predictions of figures out."""

    def predict(self, scores: np.ndarray, /) -> np.ndarray:
        """Predictions, shape (n, n_figure), of scores of shape (n, n_unknown); NaN if failed."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the sampler asks for: predictions of figures and what a miss costs."""

    prediction: Predicts
    misses: Misses

    def predict(self, scores: np.ndarray) -> np.ndarray:
        return self.prediction.predict(scores)

    def terms(self, predictions: np.ndarray) -> np.ndarray:
        return self.misses.terms(predictions)

    def pulls(self, predictions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.misses.pulls(predictions)


def band_of(drawn: np.ndarray) -> tuple[float, float, float]:
    """Low end of the 80 % band, median, high end."""
    low, middle, high = np.nanquantile(drawn, LEVELS)
    return float(low), float(middle), float(high)


def _normalised(log_weights: np.ndarray) -> np.ndarray:
    finite = np.where(np.isfinite(log_weights), log_weights, -np.inf)
    raw = np.exp(finite - finite.max())
    return np.asarray(raw / raw.sum())
