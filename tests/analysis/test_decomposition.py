"""Shares that sum to the change: laws of Shapley values, on games and on the model."""

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import zjsim
from zjsim.analysis.decomposition.decomposition import decompose, decompose_levers
from zjsim.analysis.decomposition.players import CAUSES
from zjsim.analysis.decomposition.shapley import (
    coalitions,
    count_coalitions,
    exact_values,
    sampled_values,
    shared_out,
)
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


@pytest.fixture(scope="module")
def gap(plan):
    """What separates two scenarios that differ in a driver, a constant and two levers."""
    changes = [
        "levers.water=2", "levers.digital=0", "constants.depreciation=0.09",
        "drivers.world_demand={shape: step, multiply: 0.95, from: 2022}",
    ]  # fmt: skip
    return zjsim.wedges(plan, "baseline", changes, against="baseline")


def test_wedges_sum_to_the_gap_in_every_year_and_nothing_is_left_over(plan, gap):
    other, own = zjsim.simulate(plan, "baseline"), zjsim.simulate(plan, gap.resolved.scenario)
    wanted = own.indicators() - other.indicators()
    found = gap.to_frame()
    for item in gap.indicators:
        table = found.loc[item.id]
        np.testing.assert_allclose(table["sum"], wanted[item.id], rtol=1e-9, atol=1e-9)
        parts = table.drop(columns="sum").sum(axis=1)
        np.testing.assert_allclose(parts, table["sum"], rtol=1e-12, atol=1e-11)
    assert {player.id for player in gap.players} == {
        "water", "digital", "drivers.world_demand", "constants.depreciation",
    }  # fmt: skip
    assert (gap.exact, gap.runs) == (True, 16)


def test_the_wedges_of_the_target_year_are_the_decomposition(plan, whole, by_lever):
    causes = zjsim.wedges(plan)
    assert np.array_equal(causes.at_target(causes.shares), whole.shares)
    levers = zjsim.wedges(plan, by="levers", pairs=1)
    assert np.array_equal(levers.at_target(levers.shares), by_lever.shares)


def test_turned_round_every_part_changes_its_sign(plan, gap):
    back = zjsim.wedges(plan, "baseline", against=gap.resolved.scenario)
    names = [player.id for player in gap.players]
    order = [[player.id for player in back.players].index(name) for name in names]
    np.testing.assert_allclose(back.shares[order], -gap.shares, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("players", [4, 13])
def test_the_order_in_which_players_are_listed_changes_no_share(players):
    """Also of sampled orders, which are drawn by name."""
    rng = np.random.default_rng(3)
    alone, pairs = rng.normal(size=players), np.triu(rng.normal(size=(players, players)), 1)

    def worth_in(order):
        def worth(inside):
            at = inside[:, np.argsort(order)].astype(float)
            return (at @ alone + ((at @ pairs) * at).sum(axis=1) ** 3 / 50)[:, None]

        return worth

    names = np.array([f"player {k:02d}" for k in range(players)])
    listed, mixed = np.arange(players), rng.permutation(players)
    first, _, runs = shared_out(worth_in(listed), list(names), 5, 0)
    second, _, _ = shared_out(worth_in(mixed), list(names[mixed]), 5, 0)
    np.testing.assert_allclose(second, first[mixed], rtol=1e-9, atol=1e-12)
    assert runs == count_coalitions(players, 5)


def test_groups_of_inputs_sum_to_the_same_gap(plan, gap):
    grouped = zjsim.wedges(plan, gap.resolved.scenario, against="baseline", by="groups")
    assert [player.id for player in grouped.players] == ["levers", "drivers", "constants"]
    np.testing.assert_allclose(grouped.on - grouped.off, gap.on - gap.off, atol=1e-10)
    np.testing.assert_allclose(np.nansum(grouped.shares, 0), np.nansum(gap.shares, 0), atol=1e-9)


@pytest.fixture(scope="module")
def chances(plan):
    return zjsim.chance_wedges(plan, "observed", against="baseline", by="groups", worlds=64)


def test_probabilities_at_both_ends_are_those_of_the_ensembles(plan, chances):
    for name, ends in (("observed", chances.on), ("baseline", chances.off)):
        judged = zjsim.assess(plan, zjsim.simulate_ensemble(plan, name, runs=64)).probabilities
        own = [share.value for share in (*judged.targets, judged.binding, judged.joint)]
        if name == "observed":
            assert ends == pytest.approx(own, abs=1e-12)
        else:
            # Its drivers are drawn over more years, so only what both draw is the same.
            assert ends == pytest.approx(own, abs=0.25)


def test_parts_of_a_probability_sum_to_its_change(plan, chances):
    np.testing.assert_allclose(chances.shares.sum(axis=0), chances.on - chances.off, atol=1e-12)
    # Worlds that do not divide into batches of one size count alike all the same.
    causes = zjsim.chance_wedges(plan, "baseline", worlds=19)
    np.testing.assert_allclose(causes.shares.sum(axis=0), causes.on - causes.off, atol=1e-12)
    judged = zjsim.assess(plan, zjsim.simulate_ensemble(plan, "baseline", runs=19)).probabilities
    assert causes.on[:10] == pytest.approx([share.value for share in judged.targets], abs=1e-12)


def test_what_cannot_be_shared_out_is_told(plan):
    with pytest.raises(ScenarioError, match="baseline, baseline: they differ in no input"):
        zjsim.wedges(plan, "baseline", against="baseline")
    with pytest.raises(ScenarioError, match=r"run over other times or by another rule"):
        zjsim.wedges(plan, "baseline", "time.step=0.125", against="baseline")
    with pytest.raises(zjsim.RunError, match=r"by levers: .* one scenario alone shows"):
        zjsim.wedges(plan, "baseline", against="late_start", by="levers")
    with pytest.raises(zjsim.RunError, match=r"by groups: .*Name the other scenario"):
        zjsim.wedges(plan, "baseline", by="groups")
    with pytest.raises(zjsim.RunError, match="are 34,816,000 runs, more than 2,000,000"):
        zjsim.chance_wedges(plan, "baseline", by="levers", worlds=256_000)


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
