"""The browser's kernel is the kernel: the same numbers, run by Node."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import zjsim
from tests.engines.test_conformance import CONSTRUCTS, TOLERANCE, load
from tests.node import needs_node, run_node
from zjsim.engines.kernel import binding
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.engines.kernel.javascript import emit_javascript
from zjsim.engines.kernel.lower import lower
from zjsim.engines.kernel.schedule import schedule
from zjsim.engines.kernel.steppers import STEPPERS
from zjsim.errors import UnsupportedError
from zjsim.inputs import TimePath
from zjsim.prepare import prepare, with_all_paths

# Only exp, ln, pow and the angles may differ, in the last bit, with the platform.
CLOSE = 1e-12
# A small difference of large numbers shows such a bit larger: 2e-12 was measured, of sales out
# of stock, in one run of 200 with every input at random.
CLOSE_DIFFERENCE = 1e-11
RUN = """
const { run } = zjsimKernel();
answer(data.jobs.map((job) => {
  const width = job.few ? data.few : data.width;
  const out = new Float64Array((Math.floor(job.nSteps / job.perSave) + 1) * width);
  const failed = run({ ...job, out });
  return { failed, out };
}));
"""


def job_of(program, inputs, run=0, few=False):
    """What ``run`` takes, from the inputs of one run."""
    grid, stepper = inputs.grid, STEPPERS[inputs.method]
    paths = tuple(inputs.paths.values())
    rows = binding.path_rows(paths, inputs, run) if paths else []
    return {
        "step": grid.step, "start": grid.start, "stop": grid.stop,
        "saveEvery": grid.step * grid.steps_per_save, "nSteps": grid.n_steps,
        "perSave": grid.steps_per_save, "nodes": stepper.nodes, "weights": stepper.weights,
        "order": stepper.order, "few": few,
        "constants": binding.constants(program, inputs).of_run(run),
        "given": binding.givens(program, inputs).of_run(run),
        "pathStart": binding.path_starts(paths, inputs, run),
        "rows": np.array(rows, dtype=float).ravel(),
    }  # fmt: skip


def in_javascript(program, text, save, jobs, folder, few=()):
    data = {"jobs": jobs, "width": len(save), "few": len(few)}
    answers = run_node(text + RUN, data, folder)
    return [np.array(a["out"]).reshape(-1, len(few or save)) for a in answers], [
        a["failed"] for a in answers
    ]


def assert_equal(found, expected, names, most=CLOSE):
    scale = np.maximum(np.abs(expected), np.abs(expected).max(axis=0))
    error = np.abs(found - expected) / np.where(scale > 0, scale, 1.0)
    worst = np.unravel_index(np.argmax(np.nan_to_num(error, nan=np.inf)), error.shape)
    assert error.max() <= most, (names[worst[1]], worst[0], error[worst])
    return error


@pytest.mark.slow
@needs_node
def test_every_construct_gives_the_same_numbers_in_a_browser(tmp_path):
    texts, jobs, expected, stored = [], [], [], []
    for construct in sorted(CONSTRUCTS):
        model, given, table = load(construct)
        program = lower(model)
        texts.append(emit_javascript(schedule(program, (), given.save)))
        for method in ("euler", "rk4"):
            inputs = replace(given, method=method)
            job = job_of(program, inputs)
            jobs.append({**job, "kernel": len(texts) - 1, "width": len(given.save)})
            expected.append(KernelEngine("python").compile(model).run(inputs).values[0])
            stored.append(table if method == "euler" else expected[-1])
    kernels = ", ".join(f"(() => {{ {text} return zjsimKernel(); }})()" for text in texts)
    script = f"""
const kernels = [{kernels}];
answer(data.map((job) => {{
  const out = new Float64Array((Math.floor(job.nSteps / job.perSave) + 1) * job.width);
  kernels[job.kernel].run({{ ...job, out }});
  return out;
}}));
"""
    found = run_node(script, jobs, tmp_path)
    names = [f"{name}, {rule}" for name in sorted(CONSTRUCTS) for rule in ("euler", "rk4")]
    for name, values, other, table in zip(names, found, expected, stored, strict=True):
        error = np.array(values).reshape(other.shape) - other
        assert np.abs(error / np.maximum(1, np.abs(other))).max() <= CLOSE, name
        error = np.array(values).reshape(other.shape) - table
        assert np.abs(error / np.maximum(1, np.abs(table))).max() <= TOLERANCE, name


def of_plan(plan):
    """Text and saved names for every run of a plan: a path for each lever and driver."""
    inputs = with_all_paths(plan, prepare(plan, "baseline").inputs)
    save = binding.saved_names(plan.program, inputs)
    text = emit_javascript(
        schedule(plan.program, tuple(inputs.paths), save), plan.indicator_variables
    )
    return tuple(inputs.paths), save, text


def in_order(inputs, names):
    return replace(inputs, paths={name: inputs.paths[name] for name in names})


@needs_node
def test_every_shipped_scenario_gives_the_same_numbers_in_a_browser(tmp_path):
    plan = zjsim.open_plan("zhejiang")
    names, save, text = of_plan(plan)
    few = plan.indicator_variables
    jobs, expected, halves = [], [], []
    for scenario in plan.scenarios:
        inputs = in_order(prepare(plan, scenario).all_paths, names)
        half = replace(inputs, grid=inputs.grid.halved(), save=few)
        jobs += [job_of(plan.program, inputs), job_of(plan.program, half, few=True)]
        compiled = KernelEngine("python").compile_program(plan.program)
        expected.append(compiled.run(inputs).values[0])
        halves.append(compiled.run(half).values[0])
    found, failed = in_javascript(plan.program, text, save, jobs[::2], tmp_path)
    assert failed == [-1] * len(found)
    for one, other in zip(found, expected, strict=True):
        assert_equal(one, other, save)
    found, _ = in_javascript(plan.program, text, save, jobs[1::2], tmp_path, few)
    for one, other in zip(found, halves, strict=True):
        assert_equal(one, other, few)


@pytest.mark.slow
@needs_node
def test_two_hundred_random_scenarios_give_the_same_numbers_in_a_browser(tmp_path):
    plan = zjsim.open_plan("zhejiang")
    names, save, text = of_plan(plan)
    base = in_order(prepare(plan, "baseline").all_paths, names)
    base = replace(base, grid=replace(base.grid, save_every=0.5))
    rng = np.random.default_rng(13)
    levers = {lever.variable: lever for lever in plan.levers}
    grid = base.grid
    paths = {}
    for name, path in base.paths.items():
        if name in levers:
            times = np.sort(grid.start + grid.step * rng.integers(0, grid.n_steps, 4))
            high = levers[name].high
            paths[name] = TimePath(times, rng.uniform(0, high, (200, 4)))
        else:
            factor = rng.uniform(0.9, 1.1, (200, path.times.size))
            paths[name] = TimePath(path.times, path.values * factor)
    ranges = {
        row.name: (row.low, row.high)
        for row in plan.constants.rows.values()
        if row.distribution != "fixed" and row.name in plan.names.constants
    }
    constants = {n: rng.uniform(low, high, 200) for n, (low, high) in ranges.items()}
    inputs = replace(base, n_run=200, paths=paths, constants=constants)
    # One call for all: the same text over arrays of runs.
    expected = KernelEngine("members").compile_program(plan.program).run(inputs).values
    jobs = [job_of(plan.program, inputs, run) for run in range(200)]
    found, _ = in_javascript(plan.program, text, save, jobs, tmp_path)
    errors = [assert_equal(found[run], expected[run], save, CLOSE_DIFFERENCE) for run in range(200)]
    assert np.mean(np.array(errors) > CLOSE) < 1e-4


@needs_node
def test_a_run_that_fails_is_told_of_the_same_row_and_keeps_what_does_not_rest_on_it(tmp_path):
    plan = zjsim.open_plan("zhejiang")
    names, save, text = of_plan(plan)
    base = in_order(prepare(plan, "baseline").all_paths, names)
    broken = replace(base, initials={plan.program.states[0].name: np.array([np.inf])})
    (found,), (row,) = in_javascript(plan.program, text, save, [job_of(plan.program, broken)],
                                     tmp_path)  # fmt: skip
    expected = KernelEngine("python").compile_program(plan.program).run(broken).values[0]
    assert row == 0
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))


def test_an_operation_without_counterpart_is_refused_by_name(monkeypatch):
    plan = zjsim.open_plan("zhejiang")
    made = schedule(plan.program, (), ("reported staff",))
    index = next(i for i, node in enumerate(made.graph.nodes) if node.op == "add")
    made.graph.nodes[index] = made.graph.nodes[index]._replace(op="gamma")
    with pytest.raises(UnsupportedError, match="the browser target has no gamma"):
        emit_javascript(made)


def test_no_name_of_a_model_can_close_the_script_it_stands_in():
    plan = zjsim.open_plan("zhejiang")
    made = schedule(plan.program, (), ("reported staff",))
    made.labels.update(dict.fromkeys(made.labels, "</script><script>alert(1)</script>"))
    assert not re.search(r"</script|<script|<!--", emit_javascript(made), re.IGNORECASE)
