"""Partial models: one sector's own equations on observed inputs, as `sectors.yaml` says.

Nothing of the model is written twice. The same program runs from an earlier year; equations
outside the sector are replaced by paths, and each anchored stock begins where it must so that
it is the model's base in the base year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from zjsim.analysis.history.comparison import Comparison, Datum, modelled, published, times_of
from zjsim.assessment.observations import FULL_YEAR, Observation, Observations
from zjsim.engines.kernel.engine import Backend, CompiledProgram
from zjsim.errors import DataError
from zjsim.inputs import Inputs, TimePath
from zjsim.prepare import kernel_for
from zjsim.timeline import TIME_TOLERANCE, TimeGrid
from zjsim.trajectories import Trajectories
from zjsim.workflow import OpenPlan

SHOTS = 12  # steps of the search for a stock's start, each a run
HIT = 1e-9  # relative distance from the base at which the search stops


@dataclass(frozen=True, slots=True)
class Nuisance:
    """A number of the sector that the model does not have: flat between bounds."""

    name: str
    low: float
    high: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A variable replaced by a path.

    One of: ``series`` (published, as an index on its value of the base year), ``growth``
    (a number or a name, 1/year), or ``before`` (a name: its value times ``sign`` until
    1 January of ``until``, the base value after).
    """

    variable: str
    series: str = ""
    vintage: str | None = None
    growth: str | float | None = None
    before: str = ""
    until: float = 0.0
    sign: float = 1.0


@dataclass(frozen=True, slots=True)
class Carried:
    """A stock that grows at a given rate (a number or a name, 1/year) through one inflow."""

    stock: str
    by: str
    without: tuple[str, ...]
    growth: str | float


@dataclass(frozen=True, slots=True)
class Start:
    """A stock that begins at a share (a nuisance) of its value of the base year."""

    stock: str
    share: str


@dataclass(frozen=True, slots=True)
class Sector:
    """One partial model; see the head of ``sectors.yaml``."""

    id: str
    label: Mapping[str, str]
    start: float
    parameters: tuple[str, ...]
    flat: frozenset[str]
    nuisance: tuple[Nuisance, ...]
    hold: tuple[str, ...]
    given: tuple[Given, ...]
    carried: tuple[Carried, ...]
    anchors: tuple[str, ...]
    observed: tuple[Comparison, ...]
    starts: tuple[Start, ...] = ()

    @property
    def unknowns(self) -> tuple[str, ...]:
        """Parameters, then nuisances."""
        return (*self.parameters, *(item.name for item in self.nuisance))


@dataclass
class SectorRun:
    """A sector with the figures that it may see, ready to be run many times.

    Parameters
    ----------
    plan : OpenPlan
    sector : Sector
    history : Observations
        As `published_until` left them; nothing else is read.
    base_year : int
    step : float
        Years.
    backend : {"auto", "python", "members", "compiled"}
    """

    plan: OpenPlan
    sector: Sector
    history: Observations
    base_year: int
    step: float = 0.25
    backend: Backend = "auto"

    @cached_property
    def data(self) -> list[tuple[Comparison, Datum]]:
        """Every figure the sector is held against, those before its start left out."""
        first = self.sector.start - TIME_TOLERANCE
        return [
            (item, datum)
            for item in self.sector.observed
            for datum in published(item, self.history)
            if min(times_of(item, datum)) >= first
        ]

    @property
    def rows(self) -> list[Observation]:
        """Every published row used, inputs included."""
        used = [row for _, datum in self.data for row in datum.rows]
        for given in self.sector.given:
            used += self._series(given).values() if given.series else []
        return list(dict.fromkeys(used))

    def predict(self, unknowns: Mapping[str, np.ndarray]) -> np.ndarray:
        """What the model says of each figure, shape (n_run, n_data); NaN where a run failed.

        Parameters
        ----------
        unknowns : mapping of parameter or nuisance to array, shape (n_run,)
        """
        n_run = len(next(iter(unknowns.values())))
        constants = {
            name: np.asarray(unknowns[name]) for name in self.sector.parameters if name in unknowns
        }
        base = self._base(constants, n_run)
        rate = self._rates(base, unknowns)
        paths = self._paths(base, rate, unknowns, n_run)
        initials = {
            item.stock: base[item.stock] * np.exp(rate[item.growth] * self._back)
            for item in self.sector.carried
        }
        for own in self.sector.starts:
            initials[own.stock] = base[own.stock] * unknowns[own.share]
        stop = max([self.base_year, *(t for pair in self.data for t in times_of(*pair))])
        inputs = Inputs(
            grid=TimeGrid(self.sector.start, float(stop), self.step),
            n_run=n_run,
            constants=constants,
            initials=initials,
            paths=paths,
            save=self._saved,
        )
        ran = self._shoot(inputs, base)
        columns = [modelled(item, datum, ran.at) for item, datum in self.data]
        values = np.stack(columns, axis=1) if columns else np.empty((n_run, 0))
        return np.where(ran.status[:, None] == 0, values, np.nan)

    @property
    def _back(self) -> float:
        return self.sector.start - self.base_year

    @property
    def _saved(self) -> tuple[str, ...]:
        names = [name for item in self.sector.observed for name in item.variables]
        return tuple(dict.fromkeys([*names, *self.sector.anchors]))

    def _run(self, inputs: Inputs) -> Trajectories:
        return self._compiled.run(inputs, self.backend)

    @cached_property
    def _compiled(self) -> CompiledProgram:
        return kernel_for(self.plan)

    def _base(self, constants: Mapping[str, np.ndarray], n_run: int) -> dict[str, np.ndarray]:
        """Values of the base year that the sector's inputs are built on, shape (n_run,)."""
        sector = self.sector
        names = [*sector.hold, *sector.anchors, *(item.variable for item in sector.given)]
        names += [item.stock for item in sector.carried]
        names += [item.stock for item in sector.starts]
        names += [
            rate for rate in self._growths if isinstance(rate, str) and rate not in sector.unknowns
        ]
        wanted = tuple(dict.fromkeys(names))
        start = float(self.base_year)
        grid = TimeGrid(start, start + self.step, self.step)
        ran = self._run(Inputs(grid=grid, n_run=n_run, constants=constants, save=wanted))
        return {name: ran.at(name, start) for name in wanted}

    def _rates(
        self, base: Mapping[str, np.ndarray], unknowns: Mapping[str, np.ndarray]
    ) -> dict[Any, Any]:
        """Growth rates by what the file calls them."""
        found: dict[Any, Any] = {}
        for rate in self._growths:
            number = unknowns.get(rate, base.get(rate)) if isinstance(rate, str) else rate
            found[rate] = number
        return found

    @property
    def _growths(self) -> list[str | float]:
        """What the file gives as growth rates: numbers, names of the model, nuisances."""
        rates: list[str | float | None] = [item.growth for item in self.sector.given]
        rates += [item.growth for item in self.sector.carried]
        return [rate for rate in rates if rate is not None]

    def _paths(
        self,
        base: Mapping[str, np.ndarray],
        rate: Mapping[Any, Any],
        unknowns: Mapping[str, np.ndarray],
        n_run: int,
    ) -> dict[str, TimePath]:
        times = np.arange(self.sector.start, self.base_year + 0.75, 0.25)
        since = (times - self.base_year)[None, :]
        paths = {
            name: TimePath(np.array([self.sector.start]), base[name][:, None])
            for name in self.sector.hold
        }
        for item in self.sector.given:
            level = base[item.variable][:, None]
            if item.series:
                paths[item.variable] = TimePath(times, level * self._index(item, times))
            elif item.before:
                change = item.until - 0.5
                moments = np.array([self.sector.start, change, change])
                early = item.sign * unknowns[item.before][:, None]
                values = np.concatenate([early, early, np.broadcast_to(level, early.shape)], axis=1)
                paths[item.variable] = TimePath(moments, values)
            else:
                growth = np.broadcast_to(rate[item.growth], (n_run,))[:, None]
                paths[item.variable] = TimePath(times, level * np.exp(growth * since))
        for flow in self.sector.carried:
            growth = np.broadcast_to(rate[flow.growth], (n_run,))[:, None]
            level = base[flow.stock][:, None]
            paths[flow.by] = TimePath(times, growth * level * np.exp(growth * since))
            for name in flow.without:
                paths[name] = TimePath(times[:1], np.zeros((1, 1)))
        return paths

    def _series(self, item: Given) -> dict[int, Observation]:
        found: dict[int, Observation] = {}
        for row in self.history.series(item.series, FULL_YEAR):
            if (item.vintage is None or row.vintage == item.vintage) and row.year >= self._first:
                found.setdefault(row.year, row)
        if self.base_year not in found or len(found) < 2:
            raise DataError(
                f"sectors.yaml, {self.sector.id}: {item.series} has no figures of grade A to C "
                f"for {self.base_year} and an earlier year."
            )
        return found

    @property
    def _first(self) -> float:
        return self.sector.start - 1

    def _index(self, item: Given, times: np.ndarray) -> np.ndarray:
        rows = self._series(item)
        logs = [np.log(row.value / rows[self.base_year].value) for row in rows.values()]
        index: np.ndarray = np.exp(np.interp(times, [row.time for row in rows.values()], logs))
        return index[None, :]

    def _shoot(self, inputs: Inputs, base: Mapping[str, np.ndarray]) -> Trajectories:
        """Run with the starts that lead each anchored stock to its base (secant in logs)."""
        aims = self.sector.anchors
        if not aims:
            return self._run(inputs)
        starts = {name: np.log(base[name]) for name in aims}
        before: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for _ in range(SHOTS):
            given = {**inputs.initials, **{name: np.exp(x) for name, x in starts.items()}}
            ran = self._run(_with_initials(inputs, given))
            missed = {n: np.log(ran.at(n, float(self.base_year)) / base[n]) for n in aims}
            if all(np.nanmax(np.abs(miss), initial=0.0) < HIT for miss in missed.values()):
                break
            for name, miss in missed.items():
                here, slope = starts[name], np.ones_like(miss)
                if name in before:
                    old, old_miss = before[name]
                    with np.errstate(divide="ignore", invalid="ignore"):
                        secant = (miss - old_miss) / (here - old)
                    # Neighbouring stocks move too: a wild slope is that of noise.
                    slope = np.where(np.isfinite(secant) & (secant > 0.05), secant, slope)
                before[name] = (here, miss)
                starts[name] = here - np.clip(miss / slope, -1.0, 1.0)
        return ran


def _with_initials(inputs: Inputs, initials: Mapping[str, np.ndarray]) -> Inputs:
    return Inputs(
        grid=inputs.grid, n_run=inputs.n_run, constants=inputs.constants, initials=initials,
        paths=inputs.paths, save=inputs.save, method=inputs.method,
    )  # fmt: skip
