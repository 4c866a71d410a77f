"""Probabilities of the shipped plan, counted again run by run in plain Python.

The draws are exported once; each run is then made from its own row of that table, integrated
alone by the plain-Python text of the model (no kernel, no lanes, no chunks), and judged by a
few lines that read the targets from the YAML text and know nothing of the assessment.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zjsim.analysis.uncertainty.statistics import compute_statistics
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.ensembles.run import simulate_ensemble
from zjsim.scenario.sampling import resolve_ensemble
from zjsim.workflow import open_plan
from zjsim.yamlfile import read_yaml

pytestmark = pytest.mark.slow

N = 64


@pytest.fixture(scope="module")
def plan():
    return open_plan("zhejiang")


@pytest.fixture(scope="module")
def runs(plan):
    return simulate_ensemble(plan, "baseline", runs=N)


@pytest.fixture(scope="module")
def alone(plan, runs, table):
    """(inputs, value at 2025 by model variable) of each run by itself."""
    compiled = KernelEngine(backend="python").compile_program(plan.program)
    wanted = tuple(entry["variable"] for entry in table)
    made = []
    for run in range(N):
        inputs, _ = resolve_ensemble(runs.resolved, runs.sample, run, run + 1)
        ran = compiled.run(replace(inputs, save=wanted))
        row = int(np.flatnonzero(ran.times == 2025.0)[0])
        made.append((inputs, dict(zip(wanted, ran.values[0, row], strict=True))))
    return made


@pytest.fixture(scope="module")
def table(plan):
    return read_yaml(plan.folder.file("plan.yaml")).data["indicators"]


def passes(entry, value):
    """About 33.3 is met from a tenth below it on; all others from the printed number on."""
    target = entry["target"]
    return value >= target["value"] - target.get("band", 0) - 1e-12


@pytest.fixture(scope="module")
def met(table, alone):
    return [
        [passes(entry, entry.get("scale", 1) * values[entry["variable"]]) for entry in table]
        for _, values in alone
    ]


def test_every_run_is_made_from_its_own_row_of_the_draws(runs, alone):
    draws = runs.draws()
    assert all(len(column) == N for column in draws.values())
    base = runs.resolved.inputs
    for dimension in runs.sample.dimensions:
        for run, (inputs, _) in enumerate(alone):
            drawn = draws[dimension.key][run]
            if dimension.kind == "constant":
                assert inputs.constants[dimension.name].tolist() == [drawn]
            elif dimension.kind == "lever":
                expected = np.clip(drawn * base.paths[dimension.name].values, *dimension.limits)
                assert np.array_equal(inputs.paths[dimension.name].values, expected)
    assert {"constant", "driver", "lever"} == {d.kind for d in runs.sample.dimensions}


def test_values_are_those_of_the_runs_one_at_a_time(table, runs, alone):
    for entry in table:
        several = runs.at(entry["variable"], 2025.0)
        single = [values[entry["variable"]] for _, values in alone]
        assert np.allclose(several, single, rtol=1e-10), entry["id"]


def test_probabilities_are_those_of_a_count_by_hand(plan, table, runs, met):
    found = compute_statistics(runs, plan.plan)
    columns = list(zip(*met, strict=True))
    assert [target.share.met for target in found.targets] == [sum(c) for c in columns]
    numbers = [sum(row) for row in met]
    assert list(found.probabilities.number_met) == [numbers.count(k) for k in range(11)]
    assert found.probabilities.joint.met == numbers.count(10)
    binding = [k for k, entry in enumerate(table) if entry["nature"] == "binding"]
    assert len(binding) == 2
    assert found.probabilities.binding.met == sum(all(row[k] for k in binding) for row in met)
    assert 0 < sum(columns[0]) < N, "the test would say nothing otherwise"


def test_the_weakest_link_is_missed_in_most_failures(plan, runs, met):
    found = compute_statistics(runs, plan.plan)
    failures = [row for row in met if not all(row)]
    missed = [sum(not row[k] for row in failures) for k in range(10)]
    lonely = [sum(not row[k] and sum(row) == 9 for row in failures) for k in range(10)]
    for k, target in enumerate(found.targets):
        assert target.fails_with_joint.met == missed[k]
        assert target.fails_with_joint.total == len(failures)
        assert target.fails_alone.met == lonely[k]
    assert found.weakest is not None
    assert missed[found.targets.index(found.weakest)] == max(missed)
