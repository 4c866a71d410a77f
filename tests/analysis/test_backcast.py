"""What it would take, on the shipped plan: answers that `run` reproduces, and honest refusals."""

from __future__ import annotations

import types

import numpy as np
import pytest

import zjsim
from zjsim.analysis.deciding.backcast import chosen_targets
from zjsim.analysis.deciding.levers import open_bench
from zjsim.analysis.deciding.worlds import share_at

PLAN = zjsim.open_plan("zhejiang")


@pytest.fixture(scope="module")
def binding():
    return zjsim.backcast(PLAN, "baseline", starts=1)


@pytest.mark.slow
def test_the_answer_is_a_scenario_that_meets_the_targets_when_it_is_run(binding, tmp_path):
    file = tmp_path / "answer.yaml"
    file.write_text(binding.yaml(), encoding="utf-8")
    judged = zjsim.assess(PLAN, zjsim.simulate(PLAN, file))
    assert binding.outcome == "met"
    assert all(judged.row(item.id).met for item in binding.targets)


@pytest.mark.slow
def test_no_single_lever_on_a_grid_does_it_for_less(binding):
    # Brute force, one lever at a time: the search may combine levers, a grid point must not win.
    bench = open_bench(PLAN, PLAN.read_scenario("baseline"), binding.targets)
    grid = np.linspace(1, 3, 41)
    points = np.repeat(bench.start[None], len(grid) * len(bench.start), axis=0)
    for k in range(len(bench.start)):
        points[k * len(grid) : (k + 1) * len(grid), k] = grid
    meets = (bench.margins(points) >= 0).all(axis=1)
    assert meets.any()
    assert bench.question().cost(points)[meets].min() >= binding.cost - 1e-9


@pytest.mark.slow
def test_the_cost_is_not_below_what_the_certificate_allows(binding):
    known = binding.certificate
    assert 0.9 * binding.cost < known.bound <= known.best + 1e-12


@pytest.mark.slow
def test_a_target_that_no_lever_reaches_is_told_with_its_number():
    found = zjsim.backcast(PLAN, "baseline", targets="6,8", starts=1)
    assert (found.outcome, found.certificate.short_of) == ("impossible", 6)
    assert found.certificate.best <= found.certificate.bound < 0
    with pytest.raises(zjsim.RunError, match="no setting of the levers meets these targets"):
        found.yaml()


@pytest.mark.slow
def test_a_scenario_that_meets_the_targets_needs_nothing():
    found = zjsim.backcast(PLAN, "baseline", targets=[9], starts=1)
    assert (found.outcome, found.cost, len(found.changes)) == ("already", 0.0, 0)


@pytest.mark.slow
def test_a_world_of_the_bench_is_the_same_run_of_the_ensemble():
    targets = chosen_targets(PLAN, "binding")
    bench = open_bench(PLAN, PLAN.read_scenario("baseline"), targets, worlds=64)
    judged = zjsim.assess(PLAN, zjsim.simulate_ensemble(PLAN, "baseline", runs=64))
    table = np.stack([judged.row(item.id).values for item in targets], axis=1)
    own = bench.values(np.repeat(bench.start[None], 64, axis=0), np.arange(64))
    assert own == pytest.approx(table, rel=1e-9)
    assert share_at(bench, bench.start[None])[0] == judged.probabilities.binding.value


@pytest.mark.slow
def test_worlds_are_those_of_the_ensemble_when_levers_are_at_rest():
    """What is drawn for a lever that the scenario does not use moves no other draw."""
    targets, asked = chosen_targets(PLAN, "3,8"), "sampling.implementation={low: 0.5, high: 1}"
    frozen = PLAN.read_scenario("frozen_effort", asked)
    bench = open_bench(PLAN, frozen, targets, worlds=64)
    judged = zjsim.assess(PLAN, zjsim.simulate_ensemble(PLAN, frozen, runs=64))
    table = np.stack([judged.row(item.id).values for item in targets], axis=1)
    numbers = np.arange(64)
    own = bench.values(np.repeat(bench.start[None], 64, axis=0), numbers)
    assert own == pytest.approx(table, rel=1e-9)
    # Each world carries such a lever out in a part of its own.
    place = [one.lever.id for one in bench.settings].index("land")
    raised = bench.start.copy()
    raised[place] = 1.0
    gained = bench.values(np.repeat(raised[None], 64, axis=0), numbers)[:, 0] - own[:, 0]
    assert np.unique(np.round(gained, 6)).size > 60


@pytest.fixture(scope="module")
def likely():
    """An answer in four worlds more than the scenario has of 128."""
    bench = open_bench(PLAN, PLAN.read_scenario("baseline"), chosen_targets(PLAN, [8]), worlds=128)
    wanted = float(share_at(bench, bench.start[None])[0]) + 4 / 128
    found = zjsim.backcast(
        PLAN, "baseline", targets=[8], probability=wanted, worlds=128, starts=1, prices=False
    )
    return wanted, found


@pytest.mark.slow
def test_the_share_of_an_answer_is_that_of_its_ensemble(likely, tmp_path):
    wanted, found = likely
    file = tmp_path / "answer.yaml"
    file.write_text(found.yaml(), encoding="utf-8")
    judged = zjsim.assess(PLAN, zjsim.simulate_ensemble(PLAN, file, runs=128))
    assert found.outcome == "met"
    assert found.share >= wanted
    target = found.targets[0]
    assert (judged.row(target.id).values >= target.target.lowest).mean() == found.share


@pytest.mark.slow
def test_no_point_of_a_coarse_grid_has_the_share_for_less(likely):
    wanted, found = likely
    bench = open_bench(PLAN, PLAN.read_scenario("baseline"), found.targets, worlds=128)
    names = [one.lever.id for one in bench.settings]
    places = [names.index(name) for name in ("phase_out", "energy_intensive", "dual_control")]
    points = np.repeat(bench.start[None], 5**3, axis=0)
    grid = np.linspace(1, 3, 5)
    points[:, places] = np.stack(np.meshgrid(grid, grid, grid), axis=-1).reshape(-1, 3)
    enough = share_at(bench, points) >= wanted - 1e-12
    assert enough.any()
    assert found.cost <= bench.question().cost(points)[enough].min() + 1e-9


@pytest.mark.slow
def test_a_frontier_never_buys_less_for_more(likely):
    _, found = likely
    cost, share = found.frontier.T
    assert (cost[0], share[0]) == (0.0, found.share_before)
    assert np.all(np.diff(cost) > 0)
    assert np.all(np.diff(share) > 0)
    assert share[-1] >= found.share


@pytest.mark.slow
def test_a_share_that_no_world_of_its_own_could_give_is_impossible():
    found = zjsim.backcast(PLAN, "baseline", targets=[8, 9], probability=0.9, worlds=64, starts=1)
    assert (found.outcome, found.certificate.short_of) == ("impossible", 8)
    assert found.share <= found.certificate.bound < 0.9
    # No common setting of a grid has more than the bound allows.
    bench = open_bench(PLAN, PLAN.read_scenario("baseline"), found.targets, worlds=64)
    corners = np.random.default_rng(1).integers(0, 2, (60, len(bench.start))) * 2.0 + 1
    assert share_at(bench, corners).max() <= found.certificate.bound


def test_targets_go_by_number_id_or_group():
    assert [item.number for item in chosen_targets(PLAN, "binding")] == [8, 9]
    assert [item.number for item in chosen_targets(PLAN, "6,rd_intensity")] == [6, 4]
    assert len(chosen_targets(PLAN, "all")) == 10
    with pytest.raises(zjsim.PlanError, match="no such indicator"):
        chosen_targets(PLAN, "11")


def test_a_plan_without_binding_targets_is_told_so():
    items = tuple(item for item in PLAN.plan.indicators if not item.binding)
    without = types.SimpleNamespace(plan=types.SimpleNamespace(indicators=items))
    with pytest.raises(zjsim.RunError, match="no binding target"):
        chosen_targets(without, "binding")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"probability": 80}, "give a part of one, such as 0.8"),
        ({"movable": ["rd_suport"]}, "Did you mean rd_support"),
        ({"movable": ["rd_tax_rule"]}, "outside the budget"),
        ({"cost": "money"}, "choose budget, steps, equal"),
    ],
)
def test_a_wrong_wish_is_refused_with_what_to_do(options, said):
    with pytest.raises(zjsim.RunError, match=said):
        zjsim.backcast(PLAN, "baseline", **options)
