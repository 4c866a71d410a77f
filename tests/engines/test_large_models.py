"""Models far larger than any so far are computed, or their limit is told."""

import time

import numpy as np
import pytest

from tests.engines.line_models import vensim
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.errors import ModelError, ScenarioError
from zjsim.inputs import Inputs
from zjsim.model.dimensions import check_units
from zjsim.model.expression import Binary, Number, Reference
from zjsim.model.spec import Auxiliary, Constant, ModelSpec, Stock
from zjsim.timeline import TimeGrid


def test_five_thousand_stocks_run_without_a_compiler():
    stocks = {f"s{i}": Stock(f"s{i}", Number(i), Number(1)) for i in range(5_000)}
    model = ModelSpec("m", stocks, 0, 2, 1, 1)
    runs = KernelEngine("python").compile(model).run(Inputs(TimeGrid(0, 2, 1), save=("s4999",)))
    # Stock(name, net flow, initial value): 4999 a year from 1 on.
    assert runs["s4999"][0].tolist() == [1, 5_000, 9_999]


def test_a_state_that_is_lost_is_found_among_five_thousand():
    stocks = {f"s{i}": Stock(f"s{i}", Number(0), Number(1)) for i in range(5_000)}
    stocks["s2500"] = Stock("s2500", Number(0), Binary("/", Number(1), Reference("zero")))
    model = ModelSpec("m", {"zero": Constant("zero", 0.0), **stocks}, 0, 1, 1, 1)
    runs = KernelEngine("python").compile(model).run(Inputs(TimeGrid(0, 1, 1), save=("s0",)))
    assert runs.status.tolist() != [0]


def test_units_of_a_sum_of_ten_thousand_terms_are_checked_at_once():
    total = Reference("a")
    for _ in range(9_999):
        total = Binary("+", total, Reference("a"))
    elements = {"a": Constant("a", 1.0, unit="Person"), "b": Auxiliary("b", total, unit="Year")}
    begun = time.process_time()
    (found,) = check_units(ModelSpec("m", elements, 0, 1, 1, 1))
    assert time.process_time() - begun < 10
    assert "the unit is declared" in found.problem


@pytest.mark.parametrize("order", [2, 200])
def test_a_delay_of_high_order_keeps_what_flows_through_it(order):
    model = vensim("a = 2", f"d = DELAY N(a, 3, 2, {order})", "s = INTEG(d, 0)", stop=5, step=0.01)
    runs = KernelEngine("python").compile(model).run(Inputs(TimeGrid(0, 5, 0.01, 1)))
    np.testing.assert_allclose(runs["s"][0], 2 * np.arange(6), rtol=1e-9)


def test_a_delay_of_too_high_an_order_is_told_with_its_limit():
    model = vensim("a = 2", "d = DELAY N(a, 3, 2, 100000)", "s = INTEG(d, 0)")
    with pytest.raises(ModelError, match="expected a whole number from 1 to"):
        KernelEngine("python").compile(model)


@pytest.mark.parametrize(
    ("start", "stop", "step"), [(0, 1e308, 1), (-1e308, 1e308, 1), (0, 1e308, 1e-5), (0, 1, 1e-300)]
)
def test_a_horizon_without_end_is_told(start, stop, step):
    with pytest.raises(ScenarioError, match="makes more than 1,000,000 steps"):
        TimeGrid(start, stop, step)


def test_a_saving_interval_without_end_is_told():
    with pytest.raises(ScenarioError, match=r"save_every 1e.308 is not a whole number of steps"):
        TimeGrid(0, 1, 1e-5, 1e308)
