"""The model as learning sees it: scores in, predictions of figures out.

A row of scores, standard normal under the prior, holds every constant, the carrying out of each
lever, the drifts of both runs year by year, what the outlook of drivers that nobody publishes may
miss, and the biases. The drift of a quantity at the end of the first run goes on in the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from zjsim.analysis.history.comparison import modelled
from zjsim.analysis.learning.figures import Figure, Figures
from zjsim.analysis.learning.learning_file import LearningFile
from zjsim.assessment.learning_keys import Phase
from zjsim.engines.kernel.engine import CompiledProgram
from zjsim.inputs import Inputs, TimePath
from zjsim.prepare import Prepared, prepare, with_all_paths
from zjsim.scenario.draws import EDGE, Dimension, quantile
from zjsim.scenario.outlook import OBSERVED_PATH, Ahead, bent
from zjsim.scenario.sampling import inputs_of
from zjsim.scenario.schema import Scenario
from zjsim.scenario.tables import known_until
from zjsim.trajectories import Trajectories
from zjsim.workflow import OpenPlan

STEP = (
    0.25  # of a run inside learning: within 0.06 of the error of every figure of the shipped plan
)


@dataclass(frozen=True, slots=True)
class Drift:
    """Yearly shocks of one driver that nobody publishes, in one of the two runs.

    Parameters
    ----------
    dimension : Dimension
        With its outlook error.
    first : int
        Column of the first score; a column a year.
    before : Drift or None
        The same quantity in the earlier run, whose last deviation goes on.
    """

    dimension: Dimension
    first: int
    before: Drift | None = None

    @property
    def ahead(self) -> Ahead:
        """The years that it covers."""
        assert self.dimension.ahead is not None
        return self.dimension.ahead

    @property
    def columns(self) -> slice:
        """Its columns."""
        return slice(self.first, self.first + self.ahead.years)

    def shocks(self, scores: np.ndarray) -> np.ndarray:
        """Shock of each year over its standard deviation, shape (n, years)."""
        found = scores[:, self.columns].copy()
        if self.before is not None:
            error = self.before.ahead.error
            last = self.before.deviations(scores)[:, self.before.ahead.whole_years - 1]
            found[:, 0] += error.persistence * last / self.ahead.error.sd
        return found

    def deviations(self, scores: np.ndarray) -> np.ndarray:
        """Deviation of each year's growth, shape (n, years)."""
        return self.ahead.persisting(self.shocks(scores))


@dataclass(frozen=True)
class Layout:
    """Which column of the scores is what.

    Parameters
    ----------
    dimensions : tuple of Dimension
        Constants and levers, a column each, from column 0.
    drifts : mapping of phase to tuple of Drift
    biases : mapping of the key of a row to its column
    size : int
        Number of columns.
    """

    dimensions: tuple[Dimension, ...]
    drifts: Mapping[Phase, tuple[Drift, ...]]
    biases: Mapping[str, int]
    size: int

    def values(self, scores: np.ndarray) -> dict[str, np.ndarray]:
        """Constants and factors on levers by key, shape (n,) each."""
        # Imported here because only draws need it (scipy costs 0.1 s).
        from scipy.special import ndtr

        unit = np.clip(ndtr(scores[:, : len(self.dimensions)]), EDGE, 1 - EDGE)
        return {d.key: quantile(d, unit[:, k]) for k, d in enumerate(self.dimensions)}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """A label for each column."""
        names = [d.key for d in self.dimensions]
        for phase, drifts in self.drifts.items():
            for drift in drifts:
                since = int(drift.ahead.since)
                names += [
                    f"{phase}.{drift.dimension.key}.{since + 1 + k}"
                    for k in range(drift.ahead.years)
                ]
        return (*names, *(f"bias.{key}" for key in self.biases))


@dataclass(frozen=True)
class World:
    """Everything that predicts figures of one plan.

    Parameters
    ----------
    plan : OpenPlan
    file : LearningFile
    compiled : CompiledProgram
    """

    plan: OpenPlan
    file: LearningFile
    compiled: CompiledProgram

    @cached_property
    def ready(self) -> Mapping[Phase, Prepared]:
        """Both runs with everything that was ever published; the earlier one first."""
        found: dict[Phase, Prepared] = {}
        if self.file.history_scenario is not None:
            found["history"] = prepare(self.plan, self.file.history_scenario, shared=self.compiled)
        found["plan"] = self.prepared(9999)
        return found

    def prepared(self, known: int, scenario: str | Scenario | None = None) -> Prepared:
        """The years of the plan with drivers as published until a year."""
        table = known_until(self.plan.drivers, OBSERVED_PATH, known)
        read = self.plan.read_scenario(scenario or self.file.scenario)
        if OBSERVED_PATH not in read.driver_path:
            read = read.changed(driver_path=(OBSERVED_PATH, *read.driver_path))
        return prepare(self.plan, read, shared=self.compiled, series=table)

    @cached_property
    def layout(self) -> Layout:
        """Columns of the scores; the same in every year."""
        singles: dict[str, Dimension] = {}
        drifts: dict[Phase, tuple[Drift, ...]] = {}
        unseen: dict[Phase, list[Dimension]] = {}
        for phase, ready in self.ready.items():
            unseen[phase] = []
            for dimension in ready.sampled(1, 0, self.file.priors).dimensions:
                if dimension.kind != "driver":
                    singles.setdefault(dimension.key, dimension)
                elif dimension.ahead is not None and _is_unseen(ready, dimension, phase):
                    unseen[phase].append(dimension)
        place = len(singles)
        earlier: dict[str, Drift] = {}
        for phase, dimensions in unseen.items():
            made = []
            for dimension in dimensions:
                drift = Drift(dimension, place, earlier.get(dimension.key))
                made.append(drift)
                place += drift.ahead.years
            drifts[phase] = tuple(made)
            earlier = {drift.dimension.key: drift for drift in made}
        biases = [row.key for row in self.file.rows if row.bias > 0]
        columns = {key: place + k for k, key in enumerate(biases)}
        return Layout(tuple(singles.values()), drifts, columns, place + len(biases))

    def inputs(
        self, phase: Phase, ready: Prepared, scores: np.ndarray, stop: float | None = None
    ) -> Inputs:
        """Inputs of one run of each row of scores."""
        base = with_all_paths(self.plan, ready.inputs)
        layout = self.layout
        inputs = inputs_of(base, layout.dimensions, layout.values(scores))
        paths: dict[str, TimePath] = dict(inputs.paths)
        for drift in layout.drifts[phase]:
            name, since = drift.dimension.name, drift.ahead.since
            moves = drift.deviations(scores)
            paths[name] = bent(paths[name], drift.dimension.index, moves, since, base.grid)
        grid = replace(
            base.grid, step=STEP, save_every=0.5, stop=base.grid.stop if stop is None else stop
        )
        return replace(inputs, n_run=len(scores), paths=paths, grid=grid)

    def bias(self, figure: Figure, scores: np.ndarray) -> np.ndarray | float:
        """The unknown constant difference of scope of one figure, shape (n,)."""
        column = self.layout.biases.get(figure.row.key)
        return 0.0 if column is None else figure.row.bias * scores[:, column]

    def run(
        self,
        phase: Phase,
        ready: Prepared,
        scores: np.ndarray,
        save: Sequence[str],
        stop: float | None = None,
    ) -> Trajectories:
        """One run of each row of scores."""
        inputs = replace(self.inputs(phase, ready, scores, stop), save=tuple(save))
        return self.compiled.run(inputs)


@dataclass(frozen=True)
class Prediction:
    """Predictions of the figures up to a year, as the sampler asks for them.

    Parameters
    ----------
    world : World
    figures : Figures
    known : int
    """

    world: World
    figures: Figures
    known: int

    @cached_property
    def _ready(self) -> Mapping[Phase, Prepared]:
        found = dict(self.world.ready)
        if self.known > self.world.file.until:
            found["plan"] = self.world.prepared(self.known)
        else:
            found.pop("plan")
        return found

    def predict(self, scores: np.ndarray) -> np.ndarray:
        """What the model says of each figure, bias included, shape (n, n_figure)."""
        found = np.full((len(scores), len(self.figures.used)), np.nan)
        for phase, ready in self._ready.items():
            wanted = [(k, f) for k, f in enumerate(self.figures.used) if f.row.phase == phase]
            if not wanted:
                continue
            save = dict.fromkeys(name for _, f in wanted for name in f.row.comparison.variables)
            stop = None if phase == "history" else float(self.known) + 0.5
            ran = self.world.run(phase, ready, scores, tuple(save), stop)
            alive = ran.status == 0
            for k, figure in wanted:
                value = modelled(figure.row.comparison, figure.datum, ran.at)
                found[:, k] = np.where(alive, value, np.nan) + self.world.bias(figure, scores)
        return found


def _is_unseen(ready: Prepared, dimension: Dimension, phase: Phase) -> bool:
    """Whether learning has to find out about a driver: nothing published tells it.

    In the run before the plan that is so of drifts alone, whose path is zero throughout: every
    other driver is given there.
    """
    assert dimension.ahead is not None
    if phase == "history":
        return not np.any(ready.inputs.paths[dimension.name].values)
    entry = next(e for e in ready.resolved.entries if e.name == dimension.name)
    return entry.known is None
