"""Random numbers: drawn by a seed that the user gives, the same on any machine."""

import numpy as np
import pytest

from tests.field.small import aux, values, vensim, xmile
from zjsim.bare import ready_model, simulate_model
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.errors import ModelError, ScenarioError, UnsupportedError
from zjsim.noise import noise_paths
from zjsim.timeline import TimeGrid

LONG = {"stop": 2000}


def test_nothing_is_drawn_unless_somebody_says_how():
    model = vensim("x = 1 + RANDOM UNIFORM(0, 1, 7)\ny = RANDOM NORMAL(-9, 9, 0, 1, 3)")
    with pytest.raises(
        UnsupportedError, match=r"random numbers 2 times \(first in x\).*noise=1.*noise=off"
    ):
        simulate_model(model)
    with pytest.raises(ScenarioError, match="neither a whole number nor off"):
        simulate_model(model, "noise=yes")
    np.testing.assert_allclose(values(model, "x", "noise=off"), 1.5)
    np.testing.assert_allclose(values(model, "y", noise="off"), 0)
    with pytest.raises(UnsupportedError, match="nothing says how they are drawn"):
        KernelEngine("python").compile(model).run(ready_model(model, noise="off").inputs)


@pytest.mark.parametrize(
    ("text", "mean", "deviation", "low", "high"),
    [
        ("RANDOM UNIFORM(2, 5, 1)", 3.5, 3 / 12**0.5, 2, 5),
        ("RANDOM 0 1()", 0.5, 12**-0.5, 0, 1),
        ("RANDOM NORMAL(-99, 99, 4, 2, 1)", 4, 2, -99, 99),
        # Half a normal: its mean is the density at zero over a half.
        ("RANDOM NORMAL(0, 99, 0, 1, 1)", (2 / np.pi) ** 0.5, (1 - 2 / np.pi) ** 0.5, 0, 99),
        ("RANDOM EXPONENTIAL(0, 999, 1, 2, 1)", 3, 2, 1, 999),
        ("RANDOM POISSON(0, 99, 4, 1, 2, 1)", 9, 4, 1, 99),
    ],
)
def test_draws_have_the_moments_that_were_asked_for(text, mean, deviation, low, high):
    drawn = values(vensim(f"x = {text}", **LONG), "x", noise=5)
    assert len(np.unique(drawn)) > 5
    assert drawn.mean() == pytest.approx(mean, abs=4 * deviation / len(drawn) ** 0.5)
    assert drawn.std() == pytest.approx(deviation, rel=0.12)
    assert low <= drawn.min() <= drawn.max() <= high


@pytest.mark.parametrize("text", ["RANDOM(2, 5)", "UNIFORM(2, 5, 3)", "NORMAL(3.5, 0.9)"])
def test_draws_of_xmile(text):
    drawn = values(xmile(aux("x", text), stop=2000), "x", noise=1)
    assert drawn.mean() == pytest.approx(3.5, abs=0.08)
    assert drawn.std() == pytest.approx(0.88, rel=0.12)


def test_a_seed_gives_the_same_numbers_and_another_seed_others():
    model = vensim("x = RANDOM 0 1()\ny = RANDOM 0 1()")
    first = simulate_model(model, noise=3)
    np.testing.assert_array_equal(first.values, simulate_model(model, "noise=3").values)
    assert (first["x"] != simulate_model(model, noise=4)["x"]).all()
    assert (first["x"] != first["y"]).all()


def test_numbers_hold_within_a_step_and_are_new_in_the_next():
    model = vensim("x = RANDOM 0 1()\ns = INTEG(x, 0)")
    euler, rk4 = (simulate_model(model, noise=1, method=rule) for rule in ("euler", "rk4"))
    np.testing.assert_allclose(np.diff(euler["s"][0]), euler["x"][0, :-1])
    np.testing.assert_allclose(rk4["s"], euler["s"])


def test_the_numbers_of_a_run_do_not_depend_on_the_others():
    draws, grid = vensim("x = RANDOM 0 1()").draws, TimeGrid(0, 6, 1)
    whole = noise_paths(draws, grid, 1, 0, 5)["x draw 1"].values
    part = noise_paths(draws, grid, 1, 3, 2)["x draw 1"].values
    np.testing.assert_array_equal(whole[3:], part)
    assert len(np.unique(whole[:, 0])) == 5


def test_each_cell_of_an_array_draws_its_own():
    runs = simulate_model(vensim("r: a, b\nx[r] = RANDOM 0 1()"), noise=1)
    assert (runs["x[a]"] != runs["x[b]"]).all()


def test_a_poisson_mean_that_moves_is_refused():
    with pytest.raises(ModelError, match="the mean of RANDOM POISSON must be a number"):
        vensim("x = RANDOM POISSON(0, 9, Time, 0, 1, 1)")
