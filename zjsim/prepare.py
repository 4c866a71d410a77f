"""A plan's model made ready to run: the one place where a plan meets an engine."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from zjsim.engines import make_engine
from zjsim.engines.base import CompiledModel
from zjsim.engines.kernel.engine import Backend, CompiledProgram
from zjsim.inputs import Inputs, TimePath
from zjsim.openplan import OpenPlan


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
