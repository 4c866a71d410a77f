"""What decides a verdict: laws of the methods on functions with a known answer."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from zjsim.analysis.sensitivity import inputs_of_designs as design
from zjsim.analysis.sensitivity import sensitivity, switching
from zjsim.analysis.sensitivity.uncertain_inputs import open_study
from zjsim.analysis.sensitivity.unit_cube import (
    morris_effects,
    morris_points,
    sobol_indices,
    sobol_points,
)
from zjsim.errors import RunError
from zjsim.scenario.draws import Dimension
from zjsim.scenario.sampling import plan_sampling
from zjsim.scenario.schema import Range
from zjsim.workflow import open_plan, simulate

pytestmark = pytest.mark.slow

SALIB = pytest.importorskip("SALib", reason="an optional library")
WEIGHTS = np.array([4.0, 2.0, 1.0])


@pytest.fixture(scope="module")
def plan():
    return open_plan("zhejiang")


@dataclass(frozen=True)
class Linear:
    """A study whose first indicator is a weighted sum and whose second is its first input."""

    indicators: tuple
    grades: tuple = ("A", "D", "D")
    dimensions: tuple = tuple(
        Dimension("constant", key, key, 0.0, 0.5, 1.0, "uniform") for key in "abc"
    )
    resolved: object = None
    seen: list = field(default_factory=list)

    def grade(self, item):
        return dict(zip("abc", self.grades, strict=True))[item.key]

    def centre(self, item):
        return item.mode

    at_rest = centre
    company = None

    def drawn(self):
        return None

    def run(self, values, advance=lambda count: None, backend=None):
        table = np.stack([values[item.key] for item in self.dimensions], axis=1)
        advance(len(table))
        return np.stack([table @ WEIGHTS, table[:, 0]], axis=1)


def about(lowest, number):
    target = SimpleNamespace(lowest=lowest, highest=None, year=2025)
    return SimpleNamespace(target=target, number=number, id=str(number), binding=False)


@pytest.fixture
def linear():
    return Linear((about(3.5, 1), about(-1.0, 2)))


def test_sobol_of_a_sum_is_its_shares_of_variance():
    points = sobol_points(3, 1024, 1)
    found = sobol_indices((points @ WEIGHTS)[:, None], 3, 1)
    shares = WEIGHTS**2 / np.sum(WEIGHTS**2)
    assert found.first[:, 0] == pytest.approx(shares, abs=0.02)
    assert found.total[:, 0] == pytest.approx(shares, abs=0.02)
    assert (found.total_error < 0.1).all()


def test_sobol_of_a_product_of_centred_inputs_is_all_interaction():
    points = sobol_points(2, 1024, 1)
    product = (points[:, :1] - 0.5) * (points[:, 1:] - 0.5)
    found = sobol_indices(product, 2, 1)
    assert found.first[:, 0] == pytest.approx(0.0, abs=0.05)
    assert found.total[:, 0] == pytest.approx(1.0, abs=0.05)


def test_sobol_of_groups_adds_the_members_of_a_sum():
    groups = ["A", "D", "D"]
    points = sobol_points(3, 1024, 1, groups)
    found = sobol_indices((points @ WEIGHTS)[:, None], 3, 1, groups)
    assert found.total[:, 0] == pytest.approx([16 / 21, 5 / 21], abs=0.02)


def test_an_output_that_never_moves_has_no_index():
    found = sobol_indices(np.ones((5 * 8, 1)), 3, 1)
    assert np.isnan(found.first).all()


def test_morris_of_a_sum_is_its_weights_without_spread():
    points = morris_points(3, 12, 1)
    found = morris_effects(points, (points @ WEIGHTS)[:, None], 1)
    assert found.mean[:, 0] == pytest.approx(WEIGHTS)
    assert found.spread[:, 0] == pytest.approx(0.0, abs=1e-9)


def test_the_same_seed_gives_the_same_design():
    assert np.array_equal(sobol_points(4, 16, 7), sobol_points(4, 16, 7))
    assert not np.array_equal(sobol_points(4, 16, 7), sobol_points(4, 16, 8))
    assert np.array_equal(morris_points(4, 5, 7), morris_points(4, 5, 7))


def test_a_design_that_is_not_balanced_is_refused():
    with pytest.raises(RunError, match="power of two: 64 or 128"):
        sobol_points(3, 100, 1)


def test_without_salib_the_user_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(RunError, match=r"zjsim\[sensitivity\]"):
        sobol_points(3, 8, 1)


@pytest.mark.parametrize("method", ["tornado", "morris", "sobol"])
def test_every_method_names_the_strongest_input_of_the_verdict_in_doubt(linear, method):
    if method == "tornado":
        found = sensitivity.tornado(linear)
    elif method == "morris":
        found = sensitivity.morris(linear, 16, 1)
    else:
        found = sensitivity.sobol(linear, 1024, 1)
    # The second target is always met: its input counts through the first one only.
    assert found.met == pytest.approx([0.5, 1.0], abs=0.1)
    assert found.doubt[1] == pytest.approx(0.0, abs=0.02)
    shares = [score for _, score in found.deciders(3)]
    assert [k for k, _ in found.deciders(3)] == [0, 1, 2]
    assert shares == pytest.approx(WEIGHTS**2 / 21, abs=0.05)
    assert found.convergence.converged


def test_only_what_nobody_has_measured_is_to_be_measured(linear):
    found = sensitivity.sobol(linear, 256, 1)
    assert [k for k, _ in found.to_measure()] == [1, 2]


def test_variance_is_told_by_grade_of_evidence(linear):
    found = sensitivity.sobol(linear, 256, 1)
    assert [(group.grade, group.inputs) for group in found.groups] == [("A", 1), ("D", 2)]
    assert found.groups[1].total[0] == pytest.approx(5 / 21, abs=0.05)
    assert found.unmeasured[0] == pytest.approx(5 / 21, abs=0.05)


def test_a_small_design_says_that_it_has_not_converged(linear):
    found = sensitivity.sobol(linear, 4, 1)
    assert not found.convergence.converged


def test_too_many_failed_runs_are_refused_and_few_are_not():
    values = np.ones((1000, 1))
    values[0] = np.nan
    assert np.isfinite(sensitivity._without_failures(values)).all()
    values[:100] = np.nan
    with pytest.raises(RunError, match="100 of 1000 runs failed"):
        sensitivity._without_failures(values)


def test_a_crossing_is_where_the_target_is_just_met(linear):
    found = switching.switching_values(linear, [0, 2])
    # 4 a + 2/2 + 1/2 = 3.5 at a = 0.5; the scenario itself stands on the edge.
    first = [item for item in found if item.dimension.key == "a"]
    assert [item.value for item in first] == pytest.approx([0.5])
    assert all(item.met_above for item in first)


def test_at_its_centre_a_study_is_the_scenario_itself(plan):
    what = open_study(plan, "baseline", calibrated=False)
    centres = {item.key: np.array([design.centre_of(item)]) for item in what.dimensions}
    table = what.run(centres, backend="python")
    runs = simulate(plan, "baseline", estimate_error=False)
    own = [runs.at(item.variable, float(item.target.year))[0] for item in what.indicators]
    assert table[0] == pytest.approx(own, rel=1e-9)


def test_a_study_varies_constants_levers_and_drivers(plan):
    what = open_study(plan, "baseline")
    assert {item.kind for item in what.dimensions} == {"constant", "driver", "lever"}
    varying = {r.grade for r in plan.constants.rows.values() if r.distribution != "fixed"}
    assert {what.grade(item) for item in what.dimensions} >= {*varying, "driver"}
    keys = [item.key for item in what.dimensions]
    assert len(set(keys)) == len(keys)


def test_a_driver_is_one_input_that_departs_from_the_outlook_as_in_an_ensemble(plan):
    what = open_study(plan, "baseline")
    drivers = [item for item in what.dimensions if item.kind == "driver"]
    assert [item.name for item in drivers] == [
        entry.name
        for entry in what.resolved.entries
        if entry.name in {error.driver for error in plan.drivers.errors}
    ]
    assert {item.of for item in drivers} == {"outlook"}
    # The common shock is told as set aside: every two drivers that share it.
    sharing = sum(error.common > 0 for error in plan.drivers.errors)
    pairs = sharing * (sharing - 1) // 2
    assert what.correlations_aside == pairs + len(what.resolved.scenario.sampling.correlations)


def test_a_calibrated_range_replaces_the_prior(plan):
    resolved = plan.resolve(plan.read_scenario("baseline"))
    learnt = {"renewal saving": Range(0.2, 0.4, 0.3, "normal")}
    sample = plan_sampling(resolved, plan.names, plan.constants, calibrated=learnt)
    (made,) = [item for item in sample.dimensions if item.name == "renewal saving"]
    assert (made.low, made.mode, made.high, made.distribution) == (0.2, 0.3, 0.4, "normal")
