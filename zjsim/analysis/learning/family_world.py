"""The provinces of a family as the sampler sees them: scores in, predictions of figures out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from zjsim.analysis.history.comparison import comparison_from, modelled, published
from zjsim.analysis.history.outside_file import read_rows
from zjsim.analysis.learning.figures import Figure
from zjsim.analysis.learning.learning_file import Row
from zjsim.analysis.learning.world import STEP, Drift, World
from zjsim.analysis.validation.family import placed
from zjsim.assessment.observations import Observation, Observations
from zjsim.errors import DataError
from zjsim.inputs import Inputs, TimePath
from zjsim.language import Text
from zjsim.model.names import canonical, identifier
from zjsim.prepare import with_all_paths
from zjsim.scenario.draws import draw_all
from zjsim.scenario.outlook import bent
from zjsim.scenario.sampling import inputs_of
from zjsim.trajectories import Trajectories
from zjsim.yamlfile import read_yaml

# Median of the spread between provinces, in parts of the prior's, and its logarithm's spread.
SPREAD, SPREAD_SD = 0.5, 0.7


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
        own = self.file["place"]
        found = [Place(own, Text(**self.file["label"]), base, seen[own])]
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
        own = [by_key[name] for name in self.pooled]
        return np.array([[d.mode, (d.high - d.low) / 4] for d in own])

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
        away: np.ndarray = self.hyper(scores)[1][:, None] * z.reshape(
            len(scores), len(self.places), count
        )
        return away

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
