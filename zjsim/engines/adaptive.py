"""Engine ``adaptive``: error-controlled integration, restarted at every switch.

The accuracy reference of the fixed-step rules: ``scipy.integrate.solve_ivp`` with DOP853 on
the right-hand side of the kernel. There is a restart wherever a path bends or jumps and
wherever STEP, PULSE, RAMP or a comparison of Time with constants switches, so that the
solver never integrates across one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from zjsim.engines.base import Engine
from zjsim.engines.kernel import binding
from zjsim.engines.kernel.emit import emit_parts
from zjsim.engines.kernel.functions import SAFE_SPACE
from zjsim.engines.kernel.lower import lower
from zjsim.engines.kernel.schedule import schedule
from zjsim.engines.kernel.steppers import HAIR, RK4
from zjsim.errors import Problem, UnsupportedError, raise_if_any
from zjsim.inputs import Inputs, TimePath
from zjsim.model.evaluate import NotPlainError, evaluate
from zjsim.model.expression import (
    TIME_FUNCTIONS,
    Call,
    Comparison,
    Expression,
    Memory,
    Number,
    Reference,
    references,
    walk,
)
from zjsim.model.names import control_of
from zjsim.model.spec import TIME, Auxiliary, Constant, Flow, ModelSpec, Stock, equations
from zjsim.trajectories import RunStatus, Trajectories

RELATIVE_TOLERANCE = 1e-10
_REFUSED_MEMORY = {"delay_fixed": "DELAY FIXED", "sample_if_true": "SAMPLE IF TRUE"}
_REFUSED_CALLS = {"pulse_train": "PULSE TRAIN", "pulse_train_magnitude": "PULSE TRAIN"}
# Arguments of time functions that are moments.
_MOMENTS: dict[str, Callable[..., tuple[float, ...]]] = {
    "step": lambda height, at: (at,),
    "ramp": lambda slope, start, finish: (start, finish),
    "ramp_open": lambda slope, start: (start,),
    "pulse": lambda start, width: (start, start + width),
    "pulse_magnitude": lambda start, magnitude: (start,),
}


class AdaptiveEngine(Engine):
    """Engine ``adaptive``: slow, accurate to about 1e-9, for smooth models.

    Parameters
    ----------
    relative_tolerance : float
        Error allowed a step, relative to each state.
    """

    def __init__(self, relative_tolerance: float = RELATIVE_TOLERANCE) -> None:
        self.relative_tolerance = relative_tolerance

    @classmethod
    def made(cls, **_: Any) -> AdaptiveEngine:
        """Takes none of the options."""
        return cls()

    def compile(self, model: ModelSpec) -> AdaptiveModel:
        """Prepare ``model``.

        Raises
        ------
        UnsupportedError
            When an equation changes by whole steps, which has no meaning without them.
        """
        problems = [
            Problem(element.name, f"the adaptive engine does not compute {construct}",
                    "Use --engine kernel.")
            for element in model.elements.values()
            for construct in _stepwise(element)
        ]  # fmt: skip
        raise_if_any(model.origin or model.name, problems, UnsupportedError)
        return AdaptiveModel(model, self.relative_tolerance)


def _stepwise(element: Any) -> Iterator[str]:
    if isinstance(element, Stock) and element.non_negative:
        yield "stocks that stop at zero"
    for equation in equations(element):
        for part in walk(equation):
            if isinstance(part, Memory) and part.function in _REFUSED_MEMORY:
                yield _REFUSED_MEMORY[part.function]
            if isinstance(part, Call) and part.function in _REFUSED_CALLS:
                yield _REFUSED_CALLS[part.function]
            match part:
                case Memory("delay_n", (_, time, *_)) if not isinstance(time, Number):
                    yield "DELAY N with a delay time that may change"


class AdaptiveModel:
    """A model for the adaptive engine."""

    def __init__(self, model: ModelSpec, relative_tolerance: float) -> None:
        self.model = model
        self.program = lower(model, smooth=True)
        self.relative_tolerance = relative_tolerance

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that ``run`` can save, in the order of the model file."""
        return self.program.names

    def run(self, inputs: Inputs) -> Trajectories:
        """Simulate each run by itself; ``inputs.method`` is not used.

        Raises
        ------
        ModelError
            When ``inputs`` name an element that the model lacks or that cannot be set.
        """
        program, grid = self.program, inputs.grid
        binding.check_names(program, inputs)
        save = binding.saved_names(program, inputs)
        space: dict[str, Any] = dict(SAFE_SPACE)
        text = emit_parts(schedule(program, tuple(inputs.paths), save), RK4)
        exec(compile(text, "<right-hand side>", "exec"), space)
        constants, givens = binding.constants(program, inputs), binding.givens(program, inputs)
        controls = (grid.step, grid.start, grid.stop, grid.step * grid.steps_per_save)
        values = np.full((inputs.n_run, len(grid.saved_times), len(save)), np.nan)
        status = np.zeros(inputs.n_run, dtype=np.uint8)
        for run in range(inputs.n_run):
            paths = [_one_run(path, run) for path in inputs.paths.values()]
            starts = [float(path.right(np.array([grid.start]))[0, 0]) for path in paths]
            numbers = constants.of_run(run)
            initial, rates, observe = space["parts"](controls, numbers, givens.of_run(run), starts)
            known = {slot.name: v for slot, v in zip(program.constants, numbers, strict=True)}
            switches = self._switches(inputs, known)
            solver = _Solver(inputs, paths, rates, observe, self.relative_tolerance)
            if not solver.solve(np.array(initial, dtype=float), switches, values[run]):
                status[run] = RunStatus.NOT_FINITE
        attributes = {"model": program.name, "time_unit": program.time_unit,
                      "engine": "adaptive", "method": "DOP853",
                      "relative_tolerance": self.relative_tolerance}  # fmt: skip
        return Trajectories(
            names=save,
            times=grid.saved_times,
            values=values,
            status=status,
            units={name: program.units.get(name, "") for name in save},
            documentation={name: program.documentation.get(name, "") for name in save},
            attributes=attributes,
            arrays=program.arrays,
            ranges=program.ranges,
        )

    def _switches(self, inputs: Inputs, known: dict[str, float]) -> np.ndarray:
        """Times inside the horizon at which to restart, the ends included."""
        grid = inputs.grid
        times = {grid.start, grid.stop, *map(float, inputs.switch_times)}
        values = self._fixed_values(known, grid, set(inputs.paths))
        for name, element in self.model.elements.items():
            if name in inputs.paths:
                continue
            for equation in equations(element):
                for moment in _moments(equation, values, grid.step):
                    if math.isfinite(moment) and grid.start < moment < grid.stop:
                        times.add(float(grid.snap(moment)))
        return np.array(sorted(times))

    def _fixed_values(
        self, known: dict[str, float], grid: Any, moving: set[str]
    ) -> dict[str, float]:
        """Values of all that rests on constants alone."""
        values = {name: value for name, value in known.items() if name not in moving}
        controls = {"step": grid.step, "start": grid.start, "stop": grid.stop}
        waiting: dict[str, Expression] = {}
        for name, element in self.model.elements.items():
            if control_of(name) in controls:
                values[name] = controls[str(control_of(name))]
            elif isinstance(element, Flow | Auxiliary) and name not in moving:
                waiting[name] = element.equation
            elif isinstance(element, Constant) and name not in moving:
                values.setdefault(name, element.value)
        found = True
        while found:
            found = False
            for name, equation in list(waiting.items()):
                if all(read in values for read in references(equation)):
                    del waiting[name]
                    try:
                        values[name] = evaluate(equation, values)
                        found = True
                    except NotPlainError:
                        continue
        return values


def _one_run(path: TimePath, run: int) -> TimePath:
    row = 0 if path.values.shape[0] == 1 else run
    return TimePath(path.times, path.values[row][None, :])


def _moments(equation: Expression, values: dict[str, float], step: float) -> Iterator[float]:
    """Times at which an equation switches, as far as constants tell."""
    for part in walk(equation):
        try:
            if isinstance(part, Call) and part.function in TIME_FUNCTIONS:
                if part.function not in _MOMENTS:
                    continue
                moments = _MOMENTS[part.function](
                    *(_value_or_nan(argument, values) for argument in part.arguments)
                )
                yield from moments
                if part.function == "pulse_magnitude":
                    yield moments[0] + step
            elif isinstance(part, Comparison):
                for side, other in ((part.left, part.right), (part.right, part.left)):
                    if side == Reference(TIME):
                        yield evaluate(other, values)
        except NotPlainError:
            continue


def _value_or_nan(argument: Expression, values: dict[str, float]) -> float:
    try:
        return evaluate(argument, values)
    except NotPlainError:
        return math.nan


class _Solver:
    """One run from switch to switch."""

    def __init__(
        self,
        inputs: Inputs,
        paths: list[TimePath],
        rates: Callable[..., tuple[float, ...]],
        observe: Callable[..., tuple[float, ...]],
        relative_tolerance: float,
    ) -> None:
        self.grid = inputs.grid
        self.paths = paths
        self.rates = rates
        self.observe = observe
        self.relative_tolerance = relative_tolerance

    def solve(self, state: np.ndarray, switches: np.ndarray, out: np.ndarray) -> bool:
        """Fill the saved rows; False when the run failed, whose rows then stay NaN."""
        from scipy.integrate import solve_ivp

        saved = self.grid.saved_times
        scale = np.maximum(np.abs(state), 1e-6)
        for begin, end in pairwise(switches):
            final = end == switches[-1]
            inside = (saved >= begin) & ((saved <= end) if final else (saved < end))
            moments = saved[inside]
            right, left = self._limits(begin, end)
            derivative = self._derivative(begin, end, right, left)
            states = np.empty((len(moments), len(state)))
            if len(state):
                found = solve_ivp(
                    derivative, (begin, end), state, method="DOP853",
                    t_eval=np.unique([*moments, end]), rtol=self.relative_tolerance,
                    atol=self.relative_tolerance * scale,
                )  # fmt: skip
                if found.status != 0 or not np.isfinite(found.y).all():
                    return False
                states = found.y.T[: len(moments)]
                state = found.y[:, -1]
                scale = np.maximum(scale, np.abs(state))
            for row, moment, at in zip(np.flatnonzero(inside), moments, states, strict=True):
                shown = self._observed(float(moment), float(begin), float(end), at, right, left)
                out[row] = shown[:-1]
        return bool(np.isfinite(out).all())

    def _limits(self, begin: float, end: float) -> tuple[list[float], list[float]]:
        """Values of the paths just after the beginning and just before the end."""
        right = [float(path.right(np.array([begin]))[0, 0]) for path in self.paths]
        left = [float(path.left(np.array([end]))[0, 0]) for path in self.paths]
        return right, left

    def _derivative(
        self, begin: float, end: float, right: list[float], left: list[float]
    ) -> Callable[[float, np.ndarray], tuple[float, ...]]:
        span = end - begin
        hair = HAIR * self.grid.step
        step_time = self._step_time(begin)
        moved = [b - a for a, b in zip(right, left, strict=True)]

        def derivative(time: float, state: np.ndarray) -> tuple[float, ...]:
            share = (time - begin) / span
            paths = [a + share * d for a, d in zip(right, moved, strict=True)]
            clock = min(max(time, begin + hair), end - hair)
            return self.rates(time, clock, step_time, state.tolist(), paths)

        return derivative

    def _step_time(self, begin: float) -> float:
        """The grid time at or before the beginning of a segment."""
        grid = self.grid
        return grid.start + grid.step * math.floor((begin - grid.start) / grid.step + 1e-9)

    def _observed(
        self, moment: float, begin: float, end: float, state: np.ndarray,
        right: list[float], left: list[float],
    ) -> tuple[float, ...]:  # fmt: skip
        share = (moment - begin) / (end - begin)
        if moment == end:
            paths = [float(path.right(np.array([end]))[0, 0]) for path in self.paths]
        else:
            paths = [a + share * (b - a) for a, b in zip(right, left, strict=True)]
        clock = moment + HAIR * self.grid.step
        return self.observe(moment, clock, self._step_time(moment), state.tolist(), paths)
