"""The Python door: the plan first, names where objects are, changes as mappings."""

import numpy as np
import pytest

import zjsim


@pytest.fixture(scope="module")
def plan():
    return zjsim.open_plan()


@pytest.fixture(scope="module")
def runs(plan):
    return zjsim.simulate(plan, "baseline", estimate_error=False)


def values(runs):
    return runs.trajectories.values


def test_the_old_order_is_refused_with_the_new_one(plan, runs):
    with pytest.raises(zjsim.PlanError, match=r"plan comes first: .*, not a Runs, as in assess"):
        zjsim.assess(runs, plan)
    with pytest.raises(zjsim.PlanError, match=r"the plan comes first: .*, not a Dataset"):
        zjsim.assess(runs.to_dataset(), plan)
    with pytest.raises(zjsim.PlanError, match=r"the plan comes first: .*, not a Plan"):
        zjsim.audit(plan.plan, plan.observations)


def test_a_plan_is_not_taken_for_runs(plan):
    with pytest.raises(zjsim.RunError, match=r"runs are what simulate\(\) returns, not OpenPlan"):
        zjsim.assess(plan, plan)


def test_an_open_plan_is_opened_only_once(plan):
    assert zjsim.open_plan(plan) is plan


def test_a_plan_goes_by_its_name_everywhere(plan, runs):
    by_name = zjsim.simulate("zhejiang", "baseline", estimate_error=False)
    assert by_name.run_id == runs.run_id
    np.testing.assert_array_equal(values(by_name), values(runs))
    assert zjsim.assess("zhejiang", runs).rows[0].projection == (
        zjsim.assess(plan, runs).rows[0].projection
    )
    assert zjsim.audit(plan.folder.path).growth == zjsim.audit(plan).growth
    assert zjsim.run_checks("zhejiang", runs) == zjsim.run_checks(plan, runs.resolved)


SAME = [
    {"changes": "levers.water=1.4"},
    {"changes": ["levers.water=1.4"]},
    {"changes": ("levers.water=1.4",)},
    {"changes": {"levers.water": 1.4}},
    {"changes": {"levers": {"water": 1.4}}},
    {"changes": {"water": 1.4}},
    {"levers": {"water": 1.4}},
    {"levers": {"water": np.float64(1.4)}},
]


@pytest.mark.parametrize("given", SAME, ids=str)
def test_a_change_means_the_same_however_it_is_written(plan, given):
    runs = zjsim.simulate(plan, "baseline", **given, estimate_error=False)
    text = zjsim.simulate(plan, "baseline", ["levers.water=1.4"], estimate_error=False)
    assert runs.run_id == text.run_id
    np.testing.assert_array_equal(values(runs), values(text))


def test_a_value_of_a_mapping_is_not_rounded(plan):
    exact = 1.2345678901234567
    scenario = plan.read_scenario("baseline", levers={"water": exact})
    assert scenario.levers["water"].to == exact
    shaped = {"shape": "step", "to": 1e-07, "from": 2022}
    shaped = plan.read_scenario("baseline", levers={"water": shaped}).levers["water"]
    assert (shaped.shape, shaped.to, shaped.from_year) == ("step", 1e-07, 2022)


def test_every_section_has_its_keyword(plan):
    scenario = zjsim.read_scenario(
        "baseline",
        "method=euler",
        levers={"water": 1.4},
        drivers={"world demand growth": {"shape": "constant", "multiply": 1.1}},
        constants={"knowledge elasticity": 0.12},
    )
    assert scenario.method == "euler"
    assert scenario.drivers["world_demand_growth"].multiply == 1.1
    assert scenario.constants["knowledge_elasticity"].value == 0.12


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"levers": {"watr": 1.4}}, "Did you mean water"),
        ({"levers": {"water": "much"}}, "levers.water"),
        ({"levers": {"water": float("nan")}}, "levers.water"),
        ({"changes": {"levers": 1.4}}, "levers: a mapping of names to values"),
        ({"changes": [1.4]}, "1.4 is no change. Write 'levers.rd_support=1.2'"),
        ({"changes": "levers.water"}, "not an assignment"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(plan, given, said):
    with pytest.raises(zjsim.ScenarioError, match=said):
        zjsim.simulate(plan, "baseline", **given)


def test_changes_stand_third_everywhere(plan):
    change = "levers.water=1.4"
    many = zjsim.simulate_ensemble(plan, "baseline", change, runs=4, seed=1)
    named = zjsim.simulate_ensemble(plan, runs=4, seed=1, levers={"water": 1.4})
    assert many.run_id == named.run_id
    listed = zjsim.simulate_ensemble(plan, "baseline", [change], runs=4, seed=1)
    assert listed.run_id == many.run_id
    by_text = zjsim.decompose(plan, "baseline", change)
    by_name = zjsim.decompose(plan, levers={"water": 1.4})
    np.testing.assert_array_equal(by_text.shares, by_name.shares)


def test_a_number_of_runs_is_given_by_its_name(plan):
    with pytest.raises(zjsim.ScenarioError, match="given by its name: runs=40"):
        zjsim.simulate_ensemble(plan, "baseline", 40)


def test_a_bare_model_takes_its_constants_as_a_mapping(plan):
    by_name = zjsim.simulate_model(plan.model, constants={"knowledge elasticity": 0.12})
    by_text = zjsim.simulate_model(plan.model, "constants.knowledge elasticity=0.12")
    np.testing.assert_array_equal(by_name.values, by_text.values)


def test_a_scenario_from_a_mapping_is_that_of_its_file(plan, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("based_on: baseline\nlevers:\n  water: 1.4\n", encoding="utf-8")
    ours = zjsim.simulate(plan, {"based_on": "baseline", "levers": {"water": 1.4}})
    theirs = zjsim.simulate(plan, path)
    assert ours.resolved.hash == theirs.resolved.hash


def test_a_wrong_mapping_says_every_fault_by_key(plan):
    wrong = {"based_on": "baseline", "lever": {"water": 1.4}, "levers": {"water": {"to": "x"}}}
    with pytest.raises(zjsim.ScenarioError, match=r"(?s)lever\b.*Did you mean levers"):
        zjsim.simulate(plan, wrong)
    with pytest.raises(zjsim.ScenarioError, match=r"levers\.watr.*Did you mean water"):
        zjsim.simulate(plan, {"based_on": "baseline", "levers": {"watr": 1}})
    with pytest.raises(zjsim.ScenarioError, match="no such scenario basline"):
        zjsim.simulate(plan, {"based_on": "basline"})


def test_a_scenario_is_changed_into_another(plan):
    base = zjsim.read_scenario("baseline")
    wet = base.with_(name="wet", levers={"water": 1.4})
    assert "water" not in base.levers or base.levers["water"].to != 1.4
    assert (wet.name, wet.levers["water"].to) == ("wet", 1.4)
    same = zjsim.simulate(plan, base, levers={"water": 1.4})
    assert zjsim.simulate(plan, wet).resolved.hash == same.resolved.hash


def test_what_is_no_scenario_is_refused(plan):
    with pytest.raises(zjsim.ScenarioError, match="a name, a file, a mapping or a Scenario, not"):
        zjsim.simulate(plan, 3)


def test_results_are_tables_by_the_same_methods(plan, runs):
    many = zjsim.simulate_ensemble(plan, "baseline", runs=4, seed=1)
    assert runs.to_frame().index.name == "time"
    assert set(runs.to_dataset().dims) == set(many.to_dataset().dims) == {"run", "time"}
    assert many.to_frame().index.names == ["run", "time"]
    assert len(zjsim.audit(plan).to_frame()) == 10


def test_an_economist_names_things_in_brackets():
    plan = zjsim.open_plan("zhejiang")
    runs = zjsim.simulate(plan, "baseline", estimate_error=False)
    assert plan.indicators["rd_intensity"] is plan.indicators[3]
    assert plan.levers["water"].id == "water"
    assert zjsim.assess(plan, runs)["rd_intensity"].indicator.number == 4
    by_year = runs["rd_intensity"]
    assert by_year.index.name == "year"
    assert by_year.equals(runs.indicators()["rd_intensity"])
    assert runs["Reported Staff"].equals(runs.to_frame()["reported staff"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda plan, runs: plan.indicators["rd_intensty"], "Did you mean rd_intensity"),
        (lambda plan, runs: plan.levers["wter"], "wter: no such lever. Did you mean water"),
        (lambda plan, runs: runs["reported stff"], "no such variable and no such indicator"),
        (lambda plan, runs: zjsim.compute_influence(plan), "takes the runs that simulate"),
        (lambda plan, runs: zjsim.write_report(plan, runs), "a scenario is a name, a file"),
    ],
)
def test_a_wrong_guess_is_told_what_would_be_right(call, words):
    plan = zjsim.open_plan("zhejiang")
    runs = zjsim.simulate(plan, "baseline", estimate_error=False)
    with pytest.raises(zjsim.ZjsimError, match=words):
        call(plan, runs)
