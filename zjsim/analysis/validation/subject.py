"""What is put to the test: a plan's model as it stands, or with one equation changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import numpy as np

from zjsim.assessment.checks import Change, changed_inputs, saved_variables
from zjsim.engines.kernel.engine import CompiledProgram, backend_for
from zjsim.engines.kernel.lower import lower
from zjsim.engines.kernel.program import Program
from zjsim.errors import PlanError
from zjsim.inputs import Inputs, side_by_side
from zjsim.model.names import CONTROL_NAMES, canonical
from zjsim.model.spec import Auxiliary, Constant, Flow, ModelSpec, Stock
from zjsim.prepare import Prepared, compiled_source, prepare
from zjsim.scenario.resolve import Resolved
from zjsim.timeline import TimeGrid
from zjsim.trajectories import Trajectories
from zjsim.workflow import OpenPlan
from zjsim.yamlfile import read_yaml

# More runs take less time in NumPy than in plain Python.
_FEW = 7


@dataclass(slots=True)
class Kept:
    """What was computed once and serves every subject of one plan: its model and all mutants.

    Parameters
    ----------
    prepared : dict
        Scenarios of the plan by name.
    hindcasts : dict
        By number of runs.
    surprises : frozenset of str or None
        What cutting loops of the plan's own model shows against expectation.
    """

    prepared: dict[str, Prepared] = field(default_factory=dict)
    hindcasts: dict[int, Any] = field(default_factory=dict)
    surprises: frozenset[str] | None = None


@dataclass(frozen=True)
class Subject:
    """A plan with the model under test.

    Parameters
    ----------
    plan : OpenPlan
        Its tables, checks and loops judge the model.
    spec : ModelSpec
        The model under test: the plan's own, or a mutant of it.
    own : bool
        Whether it is the plan's own, whose lowered form is in the cache.
    kept : Kept
    """

    plan: OpenPlan
    spec: ModelSpec
    own: bool = False
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    def changed(self, spec: ModelSpec) -> Subject:
        """Another model in the place of this one, such as a mutant."""
        return Subject(self.plan, spec, kept=self.kept)

    @cached_property
    def protocol(self) -> dict[str, Any]:
        """Thresholds, identities and expectations, fixed before any run."""
        return self.plan.protocol

    @cached_property
    def glossary(self) -> Any:
        """The plan's units, or None."""
        path = self.plan.folder.file("units.yaml")
        return read_yaml(path, PlanError).data if path.is_file() else None

    @property
    def model(self) -> ModelSpec:
        """The model under test, as engines ask for it."""
        return self.spec

    @cached_property
    def program(self) -> Program:
        """The lowered model; of the plan's own it comes from the cache."""
        return self.plan.program if self.own else lower(self.spec)

    @cached_property
    def _compiled(self) -> CompiledProgram:
        made = compiled_source(self, may_be_paths=self.plan.exogenous)
        return cast(CompiledProgram, made)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Stocks, flows and auxiliaries, in the order of the file."""
        computed = self.spec.of_kind(Stock, Flow, Auxiliary)
        return tuple(e.name for e in computed if canonical(e.name) not in CONTROL_NAMES)

    @cached_property
    def saved(self) -> tuple[str, ...]:
        """What runs save: all of `names`, and levers and drivers that a reality check reads."""
        asked = saved_variables(self.plan.checks)
        return tuple(dict.fromkeys((*self.names, *asked)))

    @cached_property
    def stocks(self) -> tuple[str, ...]:
        """Names of the stocks."""
        return tuple(stock.name for stock in self.spec.stocks)

    @cached_property
    def inert(self) -> frozenset[str]:
        """Names of constants that only steer the run."""
        return frozenset(c.name for c in self.spec.constants if canonical(c.name) in CONTROL_NAMES)

    def prepared(self, scenario: str = "baseline") -> Prepared:
        """A shipped scenario for this plan; each is resolved once for all subjects of it."""
        ready = self.kept.prepared
        if scenario not in ready:
            ready[scenario] = prepare(self.plan, scenario)
        return ready[scenario]

    def resolved(self, scenario: str = "baseline") -> Resolved:
        """The same as it was resolved."""
        return self.prepared(scenario).resolved

    def inputs(
        self,
        scenario: str = "baseline",
        changes: Mapping[str, float] | None = None,
        *,
        multiply: Mapping[str, float] | None = None,
        since: float | None = None,
        save: Sequence[str] | None = None,
        save_every: float | None = None,
    ) -> Inputs:
        """Inputs of a scenario with some values changed.

        Levers and drivers change from 1 January of ``since`` (without it the first year of
        the plan), constants for the whole run. Every lever and driver has a path, so that one
        text of the model serves all runs.
        """
        inputs = self.prepared(scenario).all_paths
        if changes or multiply:
            change = Change(dict(changes or {}), dict(multiply or {}), since)
            first = self.plan.plan.years[0]
            constants = self.plan.names.constants
            inputs = changed_inputs(inputs, change, constants, self.plan.exogenous, first)
        grid = inputs.grid
        if save_every is not None:
            grid = TimeGrid(grid.start, grid.stop, grid.step, save_every)
        return replace(inputs, save=tuple(save or self.saved), grid=grid)

    def run(self, inputs: Inputs) -> Trajectories:
        """Simulate: a few runs in plain Python, more side by side."""
        # The text is written for the reality checks anyway, so it pays from fewer runs on.
        return self._compiled.run(inputs, backend_for(inputs.n_run, few=_FEW))

    def run_each(self, several: Sequence[Inputs]) -> list[Trajectories]:
        """One run of each, side by side."""
        constants = self.plan.names.constants
        found = self.run(side_by_side(several, constants))
        return [found.of_run(place) for place in range(len(several))]

    @cached_property
    def baseline(self) -> Trajectories:
        """Every variable of the baseline at every step."""
        return self.run(self.inputs())

    @cached_property
    def awake(self) -> tuple[Mapping[str, float], ...]:
        """Values of all names at moments when no mechanism sleeps; NaN where a run failed."""
        return tuple(self._moment(entry) for entry in self.protocol["awake"])

    def _moment(self, entry: Mapping[str, Any]) -> Mapping[str, float]:
        changes = dict(entry.get("set", {}))
        for lever in self.plan.levers:
            changes.setdefault(lever.variable, entry["levers"])
        inputs = self.inputs(entry.get("run", "baseline"), changes)
        found = self.run(inputs)
        row = int(np.argmin(np.abs(found.times - entry["time"])))
        values = {c.name: c.value for c in self.spec.constants}
        values |= {name: float(array[0]) for name, array in inputs.constants.items()}
        moment = np.array([float(found.times[row])])
        values |= {n: float(path.right(moment)[0, 0]) for n, path in inputs.paths.items()}
        values |= {n: float(found.values[0, row, i]) for i, n in enumerate(found.names)}
        values["Time"] = float(moment[0])
        return values


def subject_of(plan: OpenPlan) -> Subject:
    """The plan's own model as a subject."""
    return Subject(plan, plan.model, own=True)


def value_of(spec: ModelSpec, name: str) -> float:
    """Value of a constant in the model file."""
    element = spec.elements[name]
    assert isinstance(element, Constant)
    return element.value
