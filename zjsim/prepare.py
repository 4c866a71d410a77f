"""A model made ready to run: the one place where a plan or a model meets an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zjsim.engines import make_engine
from zjsim.engines.base import CompiledModel, Source
from zjsim.engines.kernel.engine import Backend, CompiledProgram
from zjsim.inputs import Inputs, TimePath
from zjsim.openplan import OpenPlan, ScenarioLike
from zjsim.scenario.python_words import python_words
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved
from zjsim.scenario.sampling import SamplePlan, middle_of, plan_sampling, resolve_ensemble
from zjsim.scenario.schema import Range
from zjsim.scenario.tables import DriverTable
from zjsim.trajectories import Trajectories

if TYPE_CHECKING:
    from zjsim.engines.reference import ReferenceEngine, ReferenceModel


@dataclass(frozen=True)
class Prepared:
    """A scenario of a plan, resolved, and compiled when it is first run.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
    engine : {"kernel", "adaptive", "pysd"}
    backend : {"auto", "python", "members", "compiled"}
        How the kernel computes.
    trust_model : bool
        As for `simulate`.
    shared : CompiledModel or None
        The plan's model as another has compiled it already.
    """

    plan: OpenPlan
    resolved: Resolved
    engine: str = "kernel"
    backend: Backend = "auto"
    trust_model: bool = False
    shared: CompiledModel | None = None

    @cached_property
    def compiled(self) -> CompiledModel:
        """The plan's model made ready by the engine."""
        return self.shared or compiled_for(
            self.plan, self.engine, self.trust_model, backend=self.backend
        )

    @cached_property
    def inputs(self) -> Inputs:
        """Inputs of one run; of a scenario that starts from draws after learning, at their mean."""
        if self.resolved.posterior is None:
            return self.resolved.inputs
        return middle_of(self.resolved, self.sample)

    @property
    def all_paths(self) -> Inputs:
        """Inputs of one run with a path for every lever and driver."""
        return with_all_paths(self.plan, self.inputs)

    @cached_property
    def sample(self) -> SamplePlan:
        """What varies in an ensemble of the scenario, within the calibrated ranges."""
        return self.sampled()

    def sampled(
        self,
        runs: int | None = None,
        seed: int | None = None,
        calibrated: Mapping[str, Range] | None = None,
    ) -> SamplePlan:
        """The same for another number of runs or seed, or with other ranges from history.

        Parameters
        ----------
        calibrated : mapping or None
            Ranges by canonical name; empty for what ``constants.csv`` has, None for the plan's.
        """
        plan = self.plan
        ranges = plan.calibrated if calibrated is None else calibrated
        found = plan_sampling(self.resolved, plan.names, plan.constants, runs, ranges)
        return found if seed is None else replace(found, seed=seed)

    def drawn(self, first: int, last: int, sample: SamplePlan | None = None) -> Inputs:
        """Inputs of draws ``first`` to ``last`` (exclusive)."""
        return resolve_ensemble(self.resolved, sample or self.sample, first, last)[0]

    def run(self, inputs: Inputs | None = None, backend: Backend | None = None) -> Trajectories:
        """Simulate: the scenario as it stands, or inputs made from it.

        Parameters
        ----------
        backend : {"auto", "python", "members", "compiled"} or None
            Of the kernel, for these runs only.
        """
        chosen = self.inputs if inputs is None else inputs
        if backend is None:
            return self.compiled.run(chosen)
        return cast(CompiledProgram, self.compiled).run(chosen, backend)


def prepare(
    plan: OpenPlan,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    engine: str = "kernel",
    backend: Backend = "auto",
    trust_model: bool = False,
    series: DriverTable | None = None,
    shared: CompiledModel | None = None,
) -> Prepared:
    """A scenario read and resolved; its model is compiled when it is first run.

    Parameters
    ----------
    series : DriverTable or None
        Other driver series than the plan's own, such as those published by some year.

    Raises
    ------
    ZjsimError
        When a file is wrong, or the scenario does not fit the plan.
    """
    with python_words(changes, levers, drivers, constants):
        read = plan.read_scenario(
            scenario, changes, levers=levers, drivers=drivers, constants=constants
        )
        resolved = plan.resolve(read, series)
    return Prepared(plan, resolved, engine, backend, trust_model, shared)


def compiled_for(
    plan: OpenPlan,
    engine: str = "kernel",
    trust_model: bool = False,
    *,
    backend: Backend = "auto",
    threads: int | None = None,
    may_be_paths: tuple[str, ...] = (),
) -> CompiledModel:
    """The plan's model made ready by an engine.

    Raises
    ------
    RunError
        For an unknown engine.
    UnsupportedError
        When PySD may not execute a model that is not shipped.
    """
    return compiled_source(
        plan, engine, trust_model or plan.folder.shipped,
        backend=backend, threads=threads, may_be_paths=may_be_paths,
    )  # fmt: skip


def compiled_source(
    source: Source,
    engine: str = "kernel",
    trust_model: bool = False,
    *,
    backend: Backend = "auto",
    threads: int | None = None,
    may_be_paths: tuple[str, ...] = (),
) -> CompiledModel:
    """The same of any model, such as one under test, or a bare file's."""
    made = make_engine(engine, backend=backend, threads=threads, trust=trust_model)
    return made.compile_source(source, may_be_paths)


def compiled_text(source: str, suffix: str, origin: str, trust_model: bool) -> ReferenceModel:
    """The text of a model that only PySD reads, made ready by PySD."""
    engine = cast("ReferenceEngine", make_engine("pysd", trust=trust_model))
    return engine.compile_text(source, suffix, origin)


def kernel_for(plan: OpenPlan, backend: Backend = "auto") -> CompiledProgram:
    """The same by the kernel, for analyses that choose its way of computing."""
    return cast(CompiledProgram, compiled_for(plan, backend=backend))


def with_all_paths(plan: OpenPlan, inputs: Inputs) -> Inputs:
    """The inputs with a path for every lever and driver, so that one text serves all runs."""
    start = np.array([inputs.grid.start])
    paths = dict(inputs.paths)
    for name in plan.exogenous:
        if name not in paths:
            paths[name] = TimePath(start, np.array([[plan.names.constants[name]]]))
    return replace(inputs, paths=paths)
