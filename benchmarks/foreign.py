"""The same table for a model of yours: ``python run.py --model FILE`` (.mdl, .xmile or .stmx).

Five constants are drawn within 20 % of their values, ten variables are saved at six times. The
peers run one run at a time, as their users do; their rate is that of one warm run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import peers

from zjsim.engines.kernel.engine import KernelEngine
from zjsim.inputs import Inputs
from zjsim.model.reader import read_model
from zjsim.scenario.resolve import names_of, resolve
from zjsim.scenario.schema import Scenario
from zjsim.scenario.tables import ConstantTable, DriverTable

N_VARIED, N_ROW = 5, 5
# About this long may one timing of an ensemble take.
SECONDS = 4.0


def own_inputs(path: Path) -> tuple[Any, Inputs, list[str]]:
    """The compiled model, its inputs by its own time settings, and the constants to vary."""
    model = read_model(path)
    scenario = Scenario(name=model.name, method="euler")
    resolved = resolve(scenario, names_of(model), (), DriverTable(""), ConstantTable(""))
    compiled = KernelEngine("compiled", 1).compile(model)
    program = compiled.program
    grid = resolved.inputs.grid
    every = next((k for k in range(N_ROW, 0, -1) if grid.n_steps % k == 0), 1)
    grid = replace(grid, save_every=grid.step * (grid.n_steps // every))
    varied = [c.name for c in program.constants if c.value and c.name not in program.structural]
    names = [s.name for s in program.states if not s.hidden]
    names += [v.name for v in program.variables if v.kind != "control"]
    inputs = replace(resolved.inputs, grid=grid, save=tuple(dict.fromkeys(names))[: peers.N_SAVED])
    return compiled, inputs, varied[:N_VARIED]


def ensemble(inputs: Inputs, varied: list[str], compiled: Any, size: int) -> Inputs:
    """``size`` runs with drawn constants."""
    random = np.random.default_rng(1)
    values = {slot.name: slot.value for slot in compiled.program.constants}
    drawn = {name: values[name] * random.uniform(0.8, 1.2, size) for name in varied}
    return replace(inputs, n_run=size, constants={**inputs.constants, **drawn})


def measure(path: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Runs a second of ours by N, milliseconds of one run, and the ratios."""
    compiled, inputs, varied = own_inputs(path)
    all_cores = KernelEngine("compiled").compile_program(compiled.program)
    rates: dict[str, float] = {}
    for size in (1_000, 100_000):
        runs = ensemble(inputs, varied, compiled, size)
        start = time.perf_counter()
        compiled.run(runs)  # compiled and paged in
        if time.perf_counter() - start > SECONDS * 5:
            break
        for name, model in (("one core", compiled), ("all cores", all_cores)):
            seconds = _median(partial(model.run, runs), rounds)
            rates[f"zjsim, {name}, {size:,} runs"] = size / seconds
    one = KernelEngine("python").compile_program(compiled.program)
    table = replace(inputs, save=None, grid=replace(inputs.grid, save_every=None))
    milli = {
        "zjsim, all variables, DataFrame": _median(lambda: one.run(table).to_frame(), rounds),
        **{name: _median(work, rounds) for name, work in peers.pysimlin(path).items()},
    }
    if seconds := peers.pysd(path, min(rounds, 3)):
        milli["PySD, DataFrame"] = statistics.median(seconds)
    best = max(value for name, value in rates.items() if "one core" in name)
    ratios = {
        f"ensemble, per core, against a loop of {name}": best * seconds
        for name, seconds in milli.items()
        if not name.startswith("zjsim")
    }
    return {
        "runs a second": rates,
        "one warm run, ms": {name: 1000 * value for name, value in milli.items()},
        "ratios": ratios,
    }


def _median(work: Callable[[], Any], rounds: int) -> float:
    work()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
