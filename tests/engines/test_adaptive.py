"""The adaptive engine: accuracy, restarts, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.line_models import grid_of, vensim
from zjsim.engines.adaptive import AdaptiveEngine
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.errors import UnsupportedError
from zjsim.inputs import Inputs, TimePath
from zjsim.trajectories import RunStatus


def test_a_known_solution_is_met_closely():
    model = vensim("x = INTEG(COS(Time) - x, 0)")
    runs = AdaptiveEngine().compile(model).run(Inputs(grid_of(model)))
    exact = (np.sin(runs.times) + np.cos(runs.times) - np.exp(-runs.times)) / 2
    np.testing.assert_allclose(runs["x"][0], exact, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    "push",
    ["STEP(1, 2)", "PULSE(1, 2)", "IF THEN ELSE(Time > 2, 1, 0)", "lever"],
)
def test_small_steps_of_the_kernel_approach_it_across_switches(push):
    model = vensim("lever = 0", f"push = {push}", "x = INTEG(push - x * x, 1)")
    path = TimePath(np.array([1.0, 1.0, 2.5]), np.array([0.0, 1.0, 2.0]))
    inputs = Inputs(grid_of(model, 1 / 64), paths={"lever": path})
    close = AdaptiveEngine().compile(model).run(inputs)
    fixed = KernelEngine("python").compile(model).run(inputs)
    assert close.names == fixed.names
    np.testing.assert_allclose(fixed.values, close.values, rtol=1e-8, atol=1e-8)


def test_a_ramp_rises_within_a_step_only_where_there_are_no_steps():
    model = vensim("push = RAMP(2, 1, 3)", "x = INTEG(push, 0)")
    inputs = Inputs(grid_of(model, 1 / 4), save=("x",))
    at = [float(engine.compile(model).run(inputs)["x"][0, -1])
          for engine in (AdaptiveEngine(), KernelEngine("python"))]  # fmt: skip
    # Its area from 1 to 4, and the same in steps that hold what they begin with.
    assert at == [pytest.approx(8.0, abs=1e-8), pytest.approx(7.5)]


@pytest.mark.parametrize(
    ("equation", "construct"),
    [
        ("DELAY FIXED(Time, 1, 0)", "DELAY FIXED"),
        ("SAMPLE IF TRUE(Time > 1, Time, 0)", "SAMPLE IF TRUE"),
        ("PULSE TRAIN(1, 1, 2, 4)", "PULSE TRAIN"),
    ],
)
def test_what_moves_by_whole_steps_is_refused_by_name(equation, construct):
    model = vensim(f"y = {equation}", "x = INTEG(y, 0)")
    with pytest.raises(UnsupportedError, match=f"y: .*{construct}"):
        AdaptiveEngine().compile(model)


def test_a_run_that_explodes_keeps_its_place():
    model = vensim("k = 0", "x = INTEG(k * x * x, 1)")
    inputs = Inputs(grid_of(model), n_run=2, constants={"k": np.array([1.0, 0.1])})
    runs = AdaptiveEngine().compile(model).run(inputs)
    assert runs.status.tolist() == [RunStatus.NOT_FINITE, RunStatus.OK]
    assert np.isnan(runs["x"][0, -1])
    assert runs["x"][1, -1] == pytest.approx(1 / 0.6)
