"""The kernel: overrides, paths, failures, and bits that depend on nothing but the run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.engines.line_models import grid_of, vensim
from zjsim.engines.kernel import engine
from zjsim.engines.kernel.engine import KernelEngine, backend_for
from zjsim.engines.kernel.lanes import LANES
from zjsim.engines.kernel.lower import lower
from zjsim.engines.kernel.program import Program
from zjsim.errors import ModelError, UnsupportedError
from zjsim.inputs import Inputs, TimePath
from zjsim.model.expression import Call, Number
from zjsim.model.spec import Auxiliary, Constant, ModelSpec, Stock
from zjsim.timeline import TimeGrid
from zjsim.trajectories import RunStatus

MIXED = (
    "rate = 0.1",
    "elasticity = 0.7",
    "lever = 0",
    "driver = 1",
    "effect((0,1),(1,2),(3,2.5))",
    "growth = rate * people ^ elasticity * effect(lever) + driver * SIN(Time) / 10",
    "loss = people / life * EXP(-lever) + LN(1 + people) / 50",
    "life = 20",
    "people = INTEG(growth - loss, start)",
    "start = 50",
    "seen = SMOOTH3(growth, 1)",
    "late = DELAY FIXED(growth, 1, 0)",
    "best = SAMPLE IF TRUE(growth > seen, growth, 0)",
    "root = SQRT(people - 20)",
    "capped = MAX(MIN(root, 6), seen)",
)
N_RUN = 1000


@pytest.fixture(scope="module")
def mixed():
    """One model with a bit of everything, compiled once for all tests of this module."""
    with pytest.MonkeyPatch.context() as patch:
        # One kernel for every study; that one made for a study agrees is a test of its own.
        patch.setattr(engine, "LARGEST_SPECIAL", -1)
        yield KernelEngine(threads=1).compile(vensim(*MIXED), may_be_paths=("lever", "driver"))


def many(mixed, n_run=N_RUN, **given):
    random = np.random.default_rng(3)
    return Inputs(
        TimeGrid(0, 4, 0.25, 1),
        n_run=n_run,
        constants={
            "rate": 0.1 * random.uniform(0.5, 1.5, n_run),
            "elasticity": random.uniform(-1, 1, n_run),
        },
        initials={"people": random.uniform(30, 80, n_run)},
        paths={
            "lever": TimePath(np.array([1.0, 1.0, 3.0]), np.array([0.0, 0.5, 2.0])),
            "driver": TimePath(np.array([0.0, 2.0]), random.uniform(0, 1, (n_run, 2))),
        },
        **given,
    )


@pytest.mark.slow
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_plain_python_and_the_compiled_kernel_agree(mixed, method):
    inputs = many(mixed, method=method).rows(0, 50)
    plain = mixed.run(inputs, backend="python")
    fast = mixed.run(inputs, backend="compiled")
    assert plain.names == fast.names
    np.testing.assert_allclose(fast.values, plain.values, rtol=1e-12, atol=1e-12)


@pytest.mark.slow
def test_threads_do_not_change_a_bit(mixed):
    inputs = many(mixed, 5000)
    one = mixed.run(inputs, backend="compiled").values
    mixed.engine.threads = 4
    four = mixed.run(inputs, backend="compiled").values
    mixed.engine.threads = 1
    assert one.tobytes() == four.tobytes()


@pytest.mark.slow
def test_chunks_do_not_change_a_bit(mixed):
    inputs = many(mixed)
    whole = mixed.run(inputs, backend="compiled").values
    cuts = [0, 1, 34, 35, 500, 997, N_RUN]
    parts = [mixed.run(inputs.rows(a, b), backend="compiled").values for a, b in pairwise(cuts)]
    assert whole.tobytes() == np.concatenate(parts).tobytes()


@pytest.mark.slow
def test_equal_runs_are_equal_in_every_lane(mixed):
    same = Inputs(TimeGrid(0, 4, 0.25, 1), n_run=77, constants={"rate": np.full(77, 0.13)})
    values = mixed.run(same, backend="compiled").values
    assert (values == values[:1]).all()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_saving_each_step_gives_the_same_run_as_saving_seldom(mixed, method):
    inputs = many(mixed, 3, method=method)
    seldom = mixed.run(inputs, backend="python")
    often = mixed.run(
        replace(inputs, grid=replace(inputs.grid, save_every=inputs.grid.step)), backend="python"
    )
    assert (often.values[:, ::4] == seldom.values).all()


@pytest.mark.slow
def test_what_else_is_saved_changes_nothing(mixed):
    inputs = many(mixed)
    everything = mixed.run(inputs, backend="compiled")
    one = mixed.run(many(mixed, save=("root", "rate", "lever")), backend="compiled")
    np.testing.assert_allclose(one["root"], everything["root"], rtol=1e-13)
    assert (one["rate"][:, 0] == inputs.constants["rate"]).all()
    assert one["lever"][0] == pytest.approx([0, 0.5, 1.25, 2, 2])


@pytest.mark.slow
def test_a_kernel_for_every_study_agrees_with_one_made_for_this_study(mixed, monkeypatch):
    special = KernelEngine("compiled", 1).compile(vensim(*MIXED))
    inputs = many(special, 100, method="rk4", save=("people", "root", "life", "elasticity"))
    other = mixed.run(inputs, backend="compiled")
    monkeypatch.setattr(engine, "LARGEST_SPECIAL", 600)
    mine = special.run(inputs)
    assert mine.status.tolist() == other.status.tolist()
    np.testing.assert_allclose(mine.values, other.values, rtol=1e-13)


@pytest.mark.slow
def test_a_run_that_failed_leaves_nothing_behind_for_the_run_after_it(mixed):
    # The second block takes the memory of the first, in which every run has failed.
    lanes = LANES
    start = np.concatenate([np.full(lanes, -3.0), np.full(lanes, 50.0)])
    grid = TimeGrid(0, 4, 0.25, 1)
    runs = mixed.run(Inputs(grid, n_run=2 * lanes, initials={"people": start}), backend="compiled")
    alone = mixed.run(
        Inputs(grid, n_run=lanes, initials={"people": start[lanes:]}), backend="compiled"
    )
    assert (runs.status == np.repeat([RunStatus.NOT_FINITE, RunStatus.OK], lanes)).all()
    assert (runs.values[lanes:] == alone.values).all()


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["python", "compiled"])
def test_a_failed_run_keeps_its_place_and_leaves_the_others_alone(mixed, backend):
    start = np.linspace(30, 60, 8)
    healthy = mixed.run(
        Inputs(TimeGrid(0, 4, 0.25, 1), n_run=8, initials={"people": start}), backend=backend
    )
    start[5] = -3.0  # a negative base with a fractional power
    runs = mixed.run(
        Inputs(TimeGrid(0, 4, 0.25, 1), n_run=8, initials={"people": start}), backend=backend
    )
    assert runs.status.tolist() == [0, 0, 0, 0, 0, RunStatus.NOT_FINITE, 0, 0]
    assert not np.isfinite(runs["people"][5, 1:]).any()
    keep = [0, 1, 2, 3, 4, 6, 7]
    assert (runs.values[keep] == healthy.values[keep]).all()


@pytest.mark.parametrize(
    "equation",
    ["1 / (Time - 1)", "LN(1 - Time)", "EXP(1000 * Time)", "(-Time) ^ 0.3", "SQRT(0.5 - Time)",
     "(1 + Time) ^ 5000", "LN(0 * Time)", "ARCSIN(Time)", "1e200 * 1e200 * Time"],
)  # fmt: skip
def test_arithmetic_out_of_range_ends_in_a_status_not_an_exception(equation):
    model = vensim(f"bad = {equation}", "x = INTEG(bad, 0)", "well = INTEG(1, 0)")
    runs = KernelEngine("python").compile(model).run(Inputs(grid_of(model), method="euler"))
    assert runs.status.tolist() == [RunStatus.NOT_FINITE]
    failed = np.flatnonzero(~np.isfinite(runs["x"][0]))
    assert failed.size
    assert (failed == np.arange(failed[0], 17)).all()
    # What does not rest on it stands.
    assert np.isfinite(runs["well"]).all()


def test_an_infinite_auxiliary_that_no_stock_reads_keeps_the_rest_of_the_run():
    model = vensim("ratio = 1 / Time", "x = INTEG(1, 0)")
    runs = KernelEngine("python").compile(model).run(Inputs(grid_of(model)))
    assert runs.status.tolist() == [RunStatus.NOT_FINITE]
    assert np.isinf(runs["ratio"][0, 0])
    assert runs["x"][0, -1] == pytest.approx(4)


def test_what_rests_on_constants_is_left_out_of_the_steps():
    model = vensim("a = 2", "b = EXP(a) / 3", "x = INTEG(b * x, 1)")
    text = KernelEngine().compile(model).python_text((), ("x",), "euler")
    before, _, after = text.partition("def rates")
    assert "exp" in before
    assert "exp" not in after


def test_what_nobody_reads_is_left_out():
    model = vensim("unused = SIN(Time)", "x = INTEG(1, 0)")
    text = KernelEngine().compile(model).python_text((), ("x",), "euler")
    assert "sin" not in text


def test_shared_expressions_are_computed_once():
    model = vensim("a = LN(x + 1) * 2", "b = LN(x + 1) * 3", "x = INTEG(a + b, 1)")
    text = KernelEngine().compile(model).python_text((), ("x",), "euler")
    assert text.count("ln(") == 1


def test_a_path_takes_the_place_of_an_equation():
    model = vensim("flow = x * 2", "copy = x * 2", "x = INTEG(flow, 1)")
    paths = {"flow": TimePath(np.array([0.0]), np.array([3.0]))}
    runs = KernelEngine("python").compile(model).run(Inputs(grid_of(model), paths=paths))
    assert runs["x"][0, -1] == pytest.approx(13)
    assert runs["copy"][0, -1] == pytest.approx(26)


def test_a_given_initial_value_reaches_what_is_computed_from_it():
    model = vensim("x = INTEG(0, 5)", "y = INTEG(0, 2 * x)", "first = INITIAL(x + 1)")
    inputs = Inputs(grid_of(model), initials={"x": np.array([7.0])})
    runs = KernelEngine("python").compile(model).run(inputs)
    assert (runs["y"][0, -1], runs["first"][0, -1]) == (14, 8)


def test_a_lowered_program_survives_json():
    program = lower(vensim(*MIXED))
    document = json.loads(json.dumps(program.to_document()))
    assert Program.from_document(document) == program


def test_wrong_names_are_told_together():
    model = vensim("rate = 1", "x = INTEG(rate, 0)")
    inputs = Inputs(
        grid_of(model),
        constants={"rat": np.array([1.0]), "TIME STEP": np.array([1.0])},
        initials={"rate": np.array([1.0])},
        save=("xx",),
    )
    with pytest.raises(ModelError, match="4 problems") as caught:
        KernelEngine().compile(model).run(inputs)
    assert "Did you mean rate?" in str(caught.value)
    assert "set by the time grid" in str(caught.value)


def test_the_order_of_a_delay_cannot_be_changed_by_a_run():
    model = vensim("order = 3", "x = SMOOTH N(Time, 1, 0, order)", "y = INTEG(x, 0)")
    inputs = Inputs(grid_of(model), constants={"order": np.array([2.0])})
    with pytest.raises(ModelError, match="order of a delay"):
        KernelEngine().compile(model).run(inputs)


def test_an_unknown_function_is_refused_with_its_equation():
    model = ModelSpec("m", {"x": Auxiliary("x", Call("random_normal", (Number(1.0),)))}, 0, 1, 1, 1)
    with pytest.raises(UnsupportedError, match="x: the kernel does not compute RANDOM NORMAL"):
        lower(model)


def test_a_circle_of_initial_values_is_named():
    model = vensim("x = INTEG(0, 2 * y)", "y = INTEG(0, x + 1)")
    with pytest.raises(ModelError, match="circle: y → x"):
        KernelEngine("python").compile(model).run(Inputs(grid_of(model)))


def test_names_of_the_model_cannot_enter_the_emitted_text():
    evil = 'x"\n    import os; os.system("true")  # '
    model = ModelSpec(
        "m",
        {evil: Stock(evil, Number(1.0), Number(0.0)), "c": Constant("c", 1.0)},
        0, 1, 0.5, 0.5,
    )  # fmt: skip
    compiled = KernelEngine("python").compile(model)
    text = compiled.python_text((), (evil,), "rk4")
    assert not [line for line in text.splitlines() if line.strip().startswith("import")]
    assert compiled.run(Inputs(TimeGrid(0, 1, 0.5)))[evil][0, -1] == 1.0


def test_one_run_needs_no_compiler_and_no_slow_import():
    code = (
        "import sys, numpy as np\n"
        "from zjsim.engines.kernel.engine import KernelEngine\n"
        "from zjsim.inputs import Inputs\n"
        "from zjsim.model.expression import Number\n"
        "from zjsim.model.spec import ModelSpec, Stock\n"
        "from zjsim.timeline import TimeGrid\n"
        "model = ModelSpec('m', {'x': Stock('x', Number(1), Number(0))}, 0, 1, 0.5, 0.5)\n"
        "KernelEngine().compile(model).run(Inputs(TimeGrid(0, 1, 0.5)))\n"
        "print([m for m in ('numba', 'scipy', 'pandas', 'xarray', 'pysd') if m in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_user_is_told_once_that_a_kernel_is_compiled(monkeypatch, tmp_path):
    monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path))
    model = vensim("x = INTEG(1, 0)", stop=1, step=0.5)
    told: list[str] = []
    for _ in range(2):
        compiled = KernelEngine("compiled", notify=told.append).compile(model)
        assert compiled.run(Inputs(grid_of(model)))["x"][0].tolist() == [0, 0.5, 1]
    assert len(told) == 1
    assert told[0].startswith("compiling the kernel, once")


def test_the_choice_between_plain_and_compiled_depends_on_the_number_of_runs_only():
    assert (backend_for(1), backend_for(100_000)) == ("python", "compiled")
