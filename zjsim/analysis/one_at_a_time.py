"""One thing changed at a time: how far each assumption and each lever moves each indicator.

This is no sensitivity analysis: it says nothing of what happens when two things change
together. It is the arithmetic that a report can afford, one run a variant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zjsim.assessment.assess import indicator_value
from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import PASSES, Verdict, compute_verdicts
from zjsim.engines.kernel.engine import Backend, KernelEngine
from zjsim.inputs import Inputs, TimePath
from zjsim.scenario.sampling import Dimension, SamplePlan, plan_sampling, resolve_ensemble
from zjsim.trajectories import Trajectories
from zjsim.workflow import Runs

# Leaves a driver or a lever as the scenario has it.
_NEUTRAL = {"scale": 1.0, "drift": 0.0}


@dataclass(frozen=True, slots=True)
class Swing:
    """One input at both ends of its range, everything else as in the scenario.

    Parameters
    ----------
    dimension : Dimension
        What was changed; of a driver, ``low`` and ``high`` scale or bend its path.
    low_values, high_values : tuple of float
        Each indicator at the target year, in the printed unit, in the order of the plan.
    flipped : tuple of int
        Numbers of the indicators whose target is met at one end only, or at neither although
        the scenario meets it.
    score : float
        Sum over the indicators of the change, in parts of the way from base to target, each
        counted up to one whole way, so that one runaway does not outweigh all others.
    """

    dimension: Dimension
    low_values: tuple[float, ...]
    high_values: tuple[float, ...]
    flipped: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class LeverOff:
    """One lever held at the effort of the base year, everything else as in the scenario."""

    lever: str
    values: tuple[float, ...]
    lost: tuple[int, ...]
    gained: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Influence:
    """All swings and all levers of one scenario, the strongest first."""

    base: tuple[float, ...]
    swings: tuple[Swing, ...]
    levers: tuple[LeverOff, ...]
    failed: int


def compute_influence(runs: Runs, backend: Backend = "auto") -> Influence:
    """Run the scenario once for each end of each range, and once without each lever.

    Ranges are those of an ensemble of the scenario: ``constants.csv`` for constants, the
    scenario's ``sampling`` for drivers. All variants are rows of one Inputs.

    Parameters
    ----------
    runs : Runs
    backend : {"auto", "python", "compiled"}
        How the kernel computes them; plain Python needs no compiler and some seconds.
    """
    plan, resolved = runs.plan, runs.resolved
    planned = plan_sampling(resolved, plan.names, plan.constants, calibrated=plan.calibrated)
    dimensions = [
        _centred(item, plan.names.constants, resolved.inputs.constants)
        for item in planned.dimensions
        if item.kind != "lever"
    ]
    used = [
        entry
        for entry in resolved.entries
        if entry.kind == "lever" and np.any(resolved.inputs.paths[entry.name].values)
    ]
    inputs = _all_variants(runs, planned, dimensions, [entry.name for entry in used])
    inputs = replace(inputs, save=plan.indicator_variables)
    done = KernelEngine(backend).compile_program(plan.program).run(inputs)
    values = _values(done, plan.plan.indicators, runs.name)
    judged = _met(values, plan.plan.indicators)
    first = 1 + 2 * len(dimensions)
    swings = [
        _swing(item, values, judged, 1 + 2 * place, plan.plan.indicators)
        for place, item in enumerate(dimensions)
    ]
    levers = [
        _lever_off(entry.id, values, judged, first + place, plan.plan.indicators)
        for place, entry in enumerate(used)
    ]
    return Influence(
        base=_plain(values[0]),
        swings=tuple(sorted(swings, key=lambda item: (-item.score, item.dimension.key))),
        levers=tuple(sorted(levers, key=lambda item: (-item.score, item.lever))),
        failed=int(np.count_nonzero(done.status)),
    )


def _centred(
    item: Dimension, model: Mapping[str, float], changed: Mapping[str, np.ndarray]
) -> Dimension:
    """A constant's dimension about the value of the scenario itself, not of a calibration."""
    if item.kind != "constant":
        return item
    own = changed.get(item.name)
    return replace(item, mode=model[item.name] if own is None else float(own[0]))


def _all_variants(
    runs: Runs, planned: SamplePlan, dimensions: Sequence[Dimension], levers: Sequence[str]
) -> Inputs:
    """Row 0 the scenario; then a low and a high row a dimension; then a row a lever."""
    base = runs.resolved.inputs
    count = 1 + 2 * len(dimensions) + len(levers)
    constants, paths = dict(base.constants), dict(base.paths)
    for place, item in enumerate(dimensions):
        row = 1 + 2 * place
        if item.kind == "constant":
            column = np.full(count, item.mode)
            column[row : row + 2] = item.low, item.high
            constants[item.name] = column
            continue
        neutral, low, high = (
            _bent(runs, planned, item, value) for value in (_NEUTRAL[item.of], item.low, item.high)
        )
        table = np.repeat(neutral.values, count, axis=0)
        table[row], table[row + 1] = low.values[0], high.values[0]
        paths[item.name] = TimePath(neutral.times, table)
    for place, name in enumerate(levers):
        path = paths[name]
        table = np.repeat(path.values, count, axis=0)
        table[1 + 2 * len(dimensions) + place] = 0.0
        paths[name] = TimePath(path.times, table)
    return replace(base, n_run=count, constants=constants, paths=paths)


def _bent(runs: Runs, planned: SamplePlan, item: Dimension, value: float) -> TimePath:
    """A driver's path at one value of its dimension: a draw from a range of no width."""
    pinned = replace(item, low=value, mode=value, high=value, distribution="uniform")
    alone = replace(
        planned, method="random", runs=1, dimensions=(pinned,), correlated=(), factor=np.eye(0)
    )
    return resolve_ensemble(runs.resolved, alone, 0, 1)[0].paths[item.name]


def _values(done: Trajectories, indicators: Sequence[Indicator], name: str) -> np.ndarray:
    """Each indicator at its target year, shape (n_run, n_indicator); NaN where a run failed."""
    held = _Held(name, done)
    columns = [indicator_value(held, item, item.target.year) for item in indicators]
    return np.where(done.status[:, None] == 0, np.stack(columns, axis=1), np.nan)


@dataclass(frozen=True, slots=True)
class _Held:
    """Trajectories with a name, which is what reading an indicator asks for."""

    name: str
    trajectories: Trajectories

    @property
    def status(self) -> np.ndarray:
        """How each run ended."""
        return self.trajectories.status

    def at(self, variable: str, time: float, /) -> np.ndarray:
        """A variable at a time, shape (n_run,)."""
        return self.trajectories.at(variable, time)


def _met(values: np.ndarray, indicators: Sequence[Indicator]) -> np.ndarray:
    columns = [
        [
            Verdict(str(word)) in PASSES
            for word in compute_verdicts(column, item.target.lowest, item.target.highest, None)
        ]
        for item, column in zip(indicators, values.T, strict=True)
    ]
    return np.array(columns).T


def _ways(change: np.ndarray, indicators: Sequence[Indicator]) -> float:
    """The sum of changes in parts of the way from base to target, each at most one."""
    ways = [abs(item.target.value - item.start) for item in indicators]
    parts = np.abs(change) / np.array(ways)
    return float(np.minimum(np.nan_to_num(parts, nan=1.0), 1.0).sum())


def _swing(
    item: Dimension,
    values: np.ndarray,
    judged: np.ndarray,
    row: int,
    indicators: Sequence[Indicator],
) -> Swing:
    low, high = values[row], values[row + 1]
    flips = (judged[row] != judged[0]) | (judged[row + 1] != judged[0])
    return Swing(
        dimension=item,
        low_values=_plain(low),
        high_values=_plain(high),
        flipped=tuple(_numbers(flips, indicators)),
        score=_ways(high - low, indicators),
    )


def _lever_off(
    name: str, values: np.ndarray, judged: np.ndarray, row: int, indicators: Sequence[Indicator]
) -> LeverOff:
    return LeverOff(
        lever=name,
        values=_plain(values[row]),
        lost=tuple(_numbers(judged[0] & ~judged[row], indicators)),
        gained=tuple(_numbers(~judged[0] & judged[row], indicators)),
        score=_ways(values[row] - values[0], indicators),
    )


def _numbers(chosen: np.ndarray, indicators: Sequence[Indicator]) -> Iterator[int]:
    return (item.number for item, taken in zip(indicators, chosen, strict=True) if taken)


def _plain(values: np.ndarray) -> tuple[float, ...]:
    return tuple(map(float, values))
