"""The kernel's own exp, ln and power, against extended precision and special values."""

from __future__ import annotations

import inspect
import math
import types

import numpy as np
import pytest

from zjsim.engines.kernel import primitives
from zjsim.engines.kernel.arguments import ARGUMENTS
from zjsim.engines.kernel.lanes import template

# An x87 double has 11 more bits: its errors are a thousandth of the units counted here.
EXTENDED = np.finfo(np.longdouble).nmant >= 63
COUNT = 400


def of_template(name):
    """What the text of a template defines, without a compiler."""
    space = vars(primitives).copy()
    exec(compile(template(name), name, "exec"), space)
    return types.SimpleNamespace(**space)


lanemath = of_template("lanemath")


def power(x, y):
    return lanemath.power_(x, y, lanemath.parity_(y))


def units_off(got, exact):
    """Error in units in the last place of the exact result."""
    unit = np.spacing(np.abs(exact.astype(float)))
    return np.abs((np.array(got, dtype=np.longdouble) - exact) / unit).max()


@pytest.mark.skipif(not EXTENDED, reason="no extended precision here")
@pytest.mark.parametrize("reach", [0.3, 30.0, 708.0])
def test_exp_is_exact_to_a_unit(reach):
    x = np.random.default_rng(1).uniform(-reach, reach, COUNT)
    got = [lanemath.exp_(v) for v in x.tolist()]
    assert units_off(got, np.exp(x.astype(np.longdouble))) <= 1.01


@pytest.mark.skipif(not EXTENDED, reason="no extended precision here")
@pytest.mark.parametrize("reach", [0.01, 1.0, 700.0])
def test_ln_is_exact_to_a_unit(reach):
    x = np.exp(np.random.default_rng(2).uniform(-reach, reach, COUNT))
    got = [lanemath.ln_(v) for v in x.tolist()]
    assert units_off(got, np.log(x.astype(np.longdouble))) <= 1.01


@pytest.mark.skipif(not EXTENDED, reason="no extended precision here")
@pytest.mark.parametrize(("reach", "power_reach"), [(0.01, 3000), (1, 5), (5, 100), (100, 6)])
def test_power_is_exact_to_two_units(reach, power_reach):
    random = np.random.default_rng(3)
    x = np.exp(random.uniform(-reach, reach, COUNT))
    y = random.uniform(-power_reach, power_reach, COUNT)
    with np.errstate(all="ignore"):
        exact = np.power(x.astype(np.longdouble), y.astype(np.longdouble))
        inside = (exact > 1e-300) & (exact < 1e300)
    got = np.array([power(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
    assert inside.sum() > COUNT / 2
    assert units_off(got[inside], exact[inside]) <= 2.0


SPECIAL = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 1e300, -1e300, math.inf, -math.inf]


@pytest.mark.parametrize("x", [*SPECIAL, math.nan])
def test_special_values_are_those_of_ieee(x):
    with np.errstate(all="ignore"):
        assert lanemath.exp_(x) == pytest.approx(float(np.exp(x)), nan_ok=True)
        assert lanemath.ln_(x) == pytest.approx(float(np.log(x)), nan_ok=True)
        for y in (0.0, 1.0, -1.0, 2.0, 3.0, -3.0, 0.5, 1e300):
            if math.isinf(x) and x < 0 and y == 0.5:
                continue  # C says infinity; a negative base is no base of a root here
            assert power(x, y) == pytest.approx(float(np.power(x, y)), nan_ok=True), y


def test_the_declared_arguments_are_those_of_the_kernels_entry():
    assert list(inspect.signature(of_template("block").run_blocks).parameters) == list(ARGUMENTS)
