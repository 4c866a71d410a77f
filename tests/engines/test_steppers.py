"""The claimed orders, alone and inside the kernel, also across switches."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.line_models import vensim
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.engines.kernel.steppers import EULER, RK4, advance
from zjsim.inputs import Inputs, TimePath
from zjsim.timeline import TimeGrid

STEPS = np.array([0.25, 0.125, 0.0625, 0.03125])


def slope(steps, errors):
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


def last_value(model, name, step, **given):
    inputs = Inputs(TimeGrid(0, 4, step), save=(name,), **given)
    return KernelEngine("python").compile(model).run(inputs)[name][0, -1]


@pytest.mark.parametrize("stepper", [EULER, RK4], ids=lambda stepper: stepper.name)
def test_error_shrinks_with_the_claimed_order(stepper):
    errors = []
    for step in STEPS:
        state = 1.0
        for turn in range(round(1 / step)):
            state = advance(stepper, lambda time, x: -x, state, turn * step, step)
        errors.append(abs(state - np.exp(-1)))
    # The leading term dominates below a step of 0.25.
    assert slope(STEPS, errors) == pytest.approx(stepper.order, abs=0.1)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk4", 4)])
def test_kernel_has_the_order_of_its_rule(method, order):
    model = vensim("x = INTEG(COS(Time) - x, 0)")
    exact = (np.sin(4) + np.cos(4) - np.exp(-4)) / 2
    errors = [abs(last_value(model, "x", step, method=method) - exact) for step in STEPS]
    assert slope(STEPS, errors) == pytest.approx(order, abs=0.1)


# Each switches from 0 to 1 at t = 2; x then follows 1 - exp(2 - t).
SWITCHES = {
    "STEP": "push = STEP(1, 2)",
    "PULSE": "push = PULSE(2, 5)",
    "not before": "push = IF THEN ELSE(Time >= 2, 1, 0)",
    "after": "push = IF THEN ELSE(Time > 2, 1, 0)",
    "through a variable": "push = IF THEN ELSE(elapsed < 1, 0, 1)",
    "INTEGER": "push = MIN(INTEGER(Time / 2), 1)",
}


@pytest.mark.parametrize("switch", SWITCHES.values(), ids=SWITCHES.keys())
def test_rk4_keeps_its_order_across_a_switch_on_the_grid(switch):
    model = vensim(switch, "elapsed = Time - 1", "x = INTEG(push - x, 0)")
    errors = [abs(last_value(model, "x", step) - (1 - np.exp(-2))) for step in STEPS]
    assert slope(STEPS, errors) == pytest.approx(4, abs=0.1)


def test_rk4_keeps_its_order_across_a_jump_of_a_path():
    model = vensim("push = 0", "x = INTEG(push - x, 0)")
    jump = TimePath(np.array([2.0, 2.0]), np.array([0.0, 1.0]))
    paths = {"push": jump}
    errors = [abs(last_value(model, "x", h, paths=paths) - (1 - np.exp(-2))) for h in STEPS]
    assert slope(STEPS, errors) == pytest.approx(4, abs=0.1)


def test_rk4_keeps_its_order_across_the_bend_of_a_path():
    model = vensim("push = 0", "x = INTEG(push - x, 0)")
    paths = {"push": TimePath(np.array([2.0, 3.0]), np.array([0.0, 1.0]))}
    # x follows s - 1 + exp(-s) while the path rises for s = t - 2 up to 1, then 1.
    exact = 1 + (np.exp(-1) - 1) * np.exp(-1)
    errors = [abs(last_value(model, "x", h, paths=paths) - exact) for h in STEPS]
    assert slope(STEPS, errors) == pytest.approx(4, abs=0.1)


def test_an_impulse_of_one_step_adds_its_quantity_whatever_the_rule():
    model = vensim("push = IF THEN ELSE(Time = 2, 3 / TIME STEP, 0)", "x = INTEG(push, 1)")
    for method in ("euler", "rk4"):
        assert last_value(model, "x", 0.25, method=method) == pytest.approx(4, rel=1e-14)
