"""Shares that sum to the change: laws of Shapley values, on games and on the model."""

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import zjsim
from zjsim.analysis.decomposition.decomposition import decompose, decompose_levers
from zjsim.analysis.decomposition.players import CAUSES
from zjsim.analysis.decomposition.shapley import coalitions, exact_values, sampled_values
from zjsim.cli.decompose import decompose as command
from zjsim.errors import PlanError, ScenarioError

pytestmark = pytest.mark.slow


def game(players, seed=0, quantities=3):
    return np.random.default_rng(seed).normal(size=(2**players, quantities))


def looked_up(worth):
    players = worth.shape[0].bit_length() - 1
    return lambda inside: worth[inside @ (1 << np.arange(players))]


@pytest.fixture(scope="module")
def plan():
    return zjsim.open_plan()


@pytest.fixture(scope="module")
def whole(plan):
    return decompose(plan)


@pytest.fixture(scope="module")
def by_lever(plan):
    return decompose_levers(plan, pairs=1)  # few enough runs for plain Python


@pytest.mark.parametrize("players", [1, 2, 3, 5])
def test_shares_sum_to_the_whole_whether_exact_or_sampled(players):
    worth = game(players)
    whole = worth[-1] - worth[0]
    np.testing.assert_allclose(exact_values(worth).sum(axis=0), whole, atol=1e-12)
    values, _ = sampled_values(looked_up(worth), players, 3, seed=1)
    np.testing.assert_allclose(values.sum(axis=0), whole, atol=1e-12)


def test_players_that_do_the_same_get_the_same():
    worth = game(4)
    swapped = coalitions(4)[:, [1, 0, 2, 3]] @ (1 << np.arange(4))
    symmetric = worth + worth[swapped]
    shares = exact_values(symmetric)
    np.testing.assert_allclose(shares[0], shares[1], atol=1e-12)
    assert not np.allclose(shares[0], shares[2])


def test_a_player_that_adds_nothing_gets_nothing():
    others = coalitions(4) @ np.array([1, 0, 4, 8])
    shares = exact_values(game(4)[others])
    np.testing.assert_allclose(shares[1], 0, atol=1e-12)


def test_shares_of_a_sum_of_games_are_the_sum_of_shares():
    one, two = game(4, 1), game(4, 2)
    np.testing.assert_allclose(
        exact_values(one + two), exact_values(one) + exact_values(two), atol=1e-12
    )


def test_without_interaction_each_gets_what_it_adds_and_no_order_matters():
    alone = np.array([[1.0], [-2.0], [5.0]])
    worth = coalitions(3) @ alone
    np.testing.assert_allclose(exact_values(worth), alone, atol=1e-12)
    values, errors = sampled_values(looked_up(worth), 3, 4, seed=0)
    np.testing.assert_allclose(values, alone, atol=1e-12)
    np.testing.assert_allclose(errors, 0, atol=1e-12)


def test_an_order_and_its_reverse_split_what_two_do_together_in_half():
    """Interactions of pairs are exact in every draw, so they add no error."""
    inside = coalitions(4)
    worth = (inside[:, 0] & inside[:, 1])[:, None] + 3.0 * (inside[:, 2] & inside[:, 1])[:, None]
    values, errors = sampled_values(looked_up(worth), 4, 5, seed=0)
    np.testing.assert_allclose(values.ravel(), [0.5, 2.0, 1.5, 0.0], atol=1e-12)
    np.testing.assert_allclose(errors, 0, atol=1e-12)


def test_sampled_shares_are_the_exact_ones_within_their_error():
    worth = game(6, 3)
    values, errors = sampled_values(looked_up(worth), 6, 400, seed=2)
    assert np.all(errors > 0)
    assert np.all(np.abs(values - exact_values(worth)) < 4.5 * errors)
    _, rough = sampled_values(looked_up(worth), 6, 25, seed=2)
    assert 2 < rough.mean() / errors.mean() < 8  # a sixteenth of the draws, four times the error


def test_the_same_seed_gives_the_same_shares():
    worth = game(5)
    first, again, other = (sampled_values(looked_up(worth), 5, 4, seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_causes_sum_to_the_change_that_the_run_itself_shows(plan, whole):
    runs = zjsim.simulate(plan, "baseline")
    change = [
        row.projection - runs.at(row.indicator.variable, 2020.0)[0]
        for row in zjsim.assess(plan, runs).rows
    ]
    assert whole.causes == CAUSES
    np.testing.assert_allclose(whole.shares.sum(axis=0), change, rtol=1e-9, atol=1e-9)


def test_with_every_cause_off_nothing_moves(whole):
    np.testing.assert_allclose(whole.base, 0, atol=1e-9)


def test_what_the_frozen_effort_lacks_is_policy(plan):
    """A lever that stays at 0 adds nothing. The path of energy, which is policy too, moves the
    index through a slump alone."""
    frozen = decompose(plan, "frozen_effort")
    position = [item.id for item in frozen.indicators].index("business_environment")
    assert frozen.shares[CAUSES.index("policy"), position] == pytest.approx(0, abs=0.01)


def test_levers_sum_to_the_plan_less_no_policy(plan, by_lever):
    none = [f"levers.{lever.id}=0" for lever in plan.levers]
    with_all, without = (
        zjsim.assess(plan, zjsim.simulate(plan, "baseline", settings)).rows
        for settings in ([], none)
    )
    worth = [a.projection - b.projection for a, b in zip(with_all, without, strict=True)]
    np.testing.assert_allclose(by_lever.shares.sum(axis=0), worth, rtol=1e-9, atol=1e-9)
    assert not by_lever.exact


def test_a_lever_has_no_share_of_what_it_does_not_touch(by_lever):
    """But for the means that it takes from the others."""
    table = by_lever.to_frame()
    assert table.loc["water", "business_environment"] == pytest.approx(0, abs=0.03)
    assert table["business_environment"].idxmax() == "business_environment"
    assert table["water_intensity_cut"].idxmax() == "water"


def test_few_levers_are_shared_out_exactly(plan):
    quiet = [f"levers.{lever.id}=0" for lever in plan.levers[3:]]
    found = decompose_levers(plan, "baseline", quiet)
    assert found.causes == tuple(lever.id for lever in plan.levers[:3])
    assert found.exact
    assert found.runs == 8


def test_a_scenario_without_levers_is_told_so(plan):
    none = [f"levers.{lever.id}=0" for lever in plan.levers]
    with pytest.raises(ScenarioError, match="no lever is in use"):
        decompose_levers(plan, "baseline", none)


def test_a_plan_that_does_not_say_what_is_off_is_told_so(plan, monkeypatch):
    protocol = {"tests": {}, "awake": [], "equilibrium": {}}
    monkeypatch.setitem(plan.__dict__, "protocol", protocol)
    with pytest.raises(PlanError, match="lacks decomposition"):
        decompose(plan)


def test_the_command_prints_the_shares_and_writes_them(tmp_path):
    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, ["baseline", "--lang", "en", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "feedback loops" in done.output
    assert "sum" in done.output
    (folder,) = tmp_path.iterdir()
    document = json.loads((folder / "decomposition.json").read_text("utf-8"))
    shares = np.array([list(row.values()) for row in document["shares"].values()])
    np.testing.assert_allclose(shares.sum(axis=0), list(document["change"].values()), rtol=1e-9)
    assert (folder / "shares.csv").read_text("utf-8-sig").startswith("Cause,1,2,")
