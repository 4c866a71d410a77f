"""Runs side by side in NumPy: the same runs as one at a time, wherever each of them stands."""

import numpy as np
import pytest

from tests.engines.line_models import vensim
from tests.engines.test_kernel import MIXED, many
from zjsim.engines.kernel import members
from zjsim.engines.kernel.engine import FEW_RUNS, MEMBERS_RUNS, KernelEngine, backend_for
from zjsim.inputs import Inputs, TimePath
from zjsim.timeline import TimeGrid

N_RUN = 130
# Delays of another length in each run, lookups read outside their points, logic, a stock that
# stops at zero, and what leaves the numbers in some runs.
TRAPS = (
    "length = 1",
    "size = 1",
    "late = DELAY FIXED(Time, length, -1)",
    "table((0,1),(1,3),(2,-1))",
    "read = table(size * Time - 1)",
    "chosen = IF THEN ELSE(size > 1 :AND: :NOT: Time < 2, read, late) + PULSE(1, 1)",
    "quotient = 1 / (size - 1)",
    "power = (size + 0.5) ^ 1.7",
    "stock = INTEG(chosen - MODULO(Time, size), size)",
    "grows = INTEG(grows ^ 2 * size / 99, size)",
    "trend = TREND(chosen + 10, 2, 0)",
)


def traps():
    return KernelEngine().compile(vensim(*TRAPS))


def inputs(n_run=N_RUN, **given):
    random = np.random.default_rng(5)
    drawn = {"length": random.uniform(0.1, 9, n_run), "size": random.uniform(-1, 3, n_run)}
    drawn["size"][7] = 1.0
    return Inputs(TimeGrid(0, 6, 0.25, 0.5), n_run=n_run, constants=drawn, **given)


def same(one, other):
    assert one.status.tolist() == other.status.tolist()
    np.testing.assert_allclose(one.values, other.values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("method", ["euler", "rk4"])
@pytest.mark.filterwarnings("error")
def test_side_by_side_is_one_at_a_time(method):
    model = traps()
    with np.errstate(all="raise"):
        found = model.run(inputs(method=method), "members")
    one_by_one = model.run(inputs(method=method), "python")
    assert 0 < np.count_nonzero(found.status) < N_RUN
    same(found, one_by_one)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_paths_memory_and_initial_values_too(method):
    model = KernelEngine().compile(vensim(*MIXED), may_be_paths=("lever", "driver"))
    given = many(model, 70, method=method)
    same(model.run(given, "members"), model.run(given, "python"))


def test_saving_each_step_gives_the_same_rows():
    model = traps()
    seldom = inputs()
    often = Inputs(TimeGrid(0, 6, 0.25), n_run=N_RUN, constants=seldom.constants)
    one, other = model.run(seldom, "members"), model.run(often, "members")
    ok = one.status == 0
    assert np.array_equal(one.values[ok], other.values[ok][:, ::2])


def test_no_bit_of_a_run_depends_on_its_place_or_its_neighbours(monkeypatch):
    model, whole = traps(), inputs()
    found = model.run(whole, "members").values
    for first, last in ((0, 1), (3, 68), (64, N_RUN), (129, N_RUN)):
        part = {name: values[first:last] for name, values in whole.constants.items()}
        piece = Inputs(whole.grid, n_run=last - first, constants=part)
        alone = model.run(piece, "members").values
        assert np.array_equal(alone, found[first:last], equal_nan=True)
    monkeypatch.setattr(members, "WIDTH", 64)
    assert np.array_equal(model.run(whole, "members").values, found, equal_nan=True)


def test_inputs_are_left_as_they_were():
    model = KernelEngine().compile(vensim("start = 1", "x = INTEG(start, start)"))
    start = np.linspace(1, 2, 100)
    given = Inputs(TimeGrid(0, 2, 1), n_run=100, constants={"start": start.copy()})
    given.constants["start"].setflags(write=True)
    model.run(given, "members")
    assert np.array_equal(given.constants["start"], start)


def test_the_way_is_chosen_by_the_number_of_runs_alone():
    ways = [backend_for(n) for n in (1, FEW_RUNS, FEW_RUNS + 1, MEMBERS_RUNS, MEMBERS_RUNS + 1)]
    assert ways == ["python", "python", "members", "members", "compiled"]


def test_a_path_by_run_and_one_for_all_stand_side_by_side():
    model = KernelEngine().compile(vensim("a = 0", "b = 0", "x = INTEG(a * b, 0)"))
    values = np.random.default_rng(1).uniform(0, 1, (100, 2))
    paths = {
        "a": TimePath(np.array([0.0, 3.0]), values),
        "b": TimePath(np.array([1.0, 1.0]), np.array([1.0, 2.0])),
    }
    given = Inputs(TimeGrid(0, 3, 0.5), n_run=100, paths=paths, method="rk4")
    same(model.run(given, "members"), model.run(given, "python"))
