"""A plan's model made ready to run: the one place where a plan meets an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np

from zjsim.engines import make_engine
from zjsim.engines.base import CompiledModel
from zjsim.engines.kernel.engine import Backend, CompiledProgram
from zjsim.inputs import Inputs, TimePath
from zjsim.openplan import OpenPlan
from zjsim.scenario.resolve import Resolved
from zjsim.scenario.sampling import SamplePlan, plan_sampling, resolve_ensemble
from zjsim.scenario.schema import Scenario


@dataclass(frozen=True)
class Prepared:
    """A scenario of a plan, ready to run.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
    compiled : CompiledModel
    """

    plan: OpenPlan
    resolved: Resolved
    compiled: CompiledModel

    @cached_property
    def sample(self) -> SamplePlan:
        """What varies in an ensemble of the scenario, within the calibrated ranges."""
        plan = self.plan
        return plan_sampling(self.resolved, plan.names, plan.constants, calibrated=plan.calibrated)

    def drawn(self, first: int, last: int) -> Inputs:
        """Inputs of draws ``first`` to ``last`` (exclusive)."""
        return resolve_ensemble(self.resolved, self.sample, first, last)[0]


def prepare(
    plan: OpenPlan,
    scenario: str | Path | Scenario = "baseline",
    assignments: Sequence[str] = (),
    *,
    engine: str = "kernel",
    trust_model: bool = False,
) -> Prepared:
    """A scenario read, resolved and compiled, in this order.

    Raises
    ------
    ZjsimError
        When a file is wrong, or the scenario does not fit the plan.
    """
    resolved = plan.resolve(plan.read_scenario(scenario, assignments))
    return Prepared(plan, resolved, compiled_for(plan, engine, trust_model))


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
    trust = trust_model or plan.folder.shipped
    made = make_engine(engine, backend=backend, threads=threads, trust=trust)
    return made.compile_source(plan, may_be_paths)


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
