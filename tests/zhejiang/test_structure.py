"""What stands in the model: base, units, sentences, loops, levers, drivers, scenarios."""

import math

import pytest

from zjsim.analysis.validation import accounts, behaviour, ledger, structure
from zjsim.lint import lint_plan

pytestmark = pytest.mark.slow

# The table of the plan. The index is of 2019; its value of 2020 is derived in the model.
BASES = {
    "manufacturing share of gdp": 32.7,
    "labour productivity": 23.5,
    "value added per mu": 136,
    "reported rd to revenue": 2.8,
    "patents per 10bn revenue on the plan scale": 103,
    "digital core share of gdp": 10.9,
    "high tech share of industry": 15.6,
    "energy intensity cut": 0,
    "water intensity cut": 0,
    "business environment index": 100 - (100 - 76.1) * math.exp(-0.12),
}


def test_the_ten_indicators_are_variables_of_the_model(plan):
    assert {item.variable for item in plan.plan.indicators} == set(BASES)


@pytest.mark.parametrize("levers", [True, False], ids=["baseline", "levers_zero"])
def test_all_ten_bases_are_exact_at_once(plan, run, levers):
    changes = None if levers else {lever.variable: 0.0 for lever in plan.levers}
    found = run(changes)
    for name, base in BASES.items():
        assert found.at(name, 2020)[0] == pytest.approx(base, rel=1e-12, abs=1e-12), name


def test_all_ten_bases_are_exact_in_every_scenario(subject, scenarios):
    for scenario in scenarios:
        found = subject.run(subject.inputs(scenario, save_every=0.5))
        for name, base in BASES.items():
            assert found.at(name, 2020)[0] == pytest.approx(base, rel=1e-12, abs=1e-12), scenario


def test_everything_else_of_the_base_year_is_exact(subject):
    assert accounts.base_year(subject).details == []


def test_units_balance_and_every_constant_is_grounded(subject, plan):
    assert ledger.units(subject).details == []
    assert ledger.documentation(subject).details == []
    assert ledger.ledger(subject).details == []
    assert lint_plan(plan) == []


def test_a_smaller_unit_of_measurement_changes_nothing(subject):
    assert ledger.scale(subject).value < 1e-12


def test_what_comes_from_outside_is_a_lever_or_a_driver_and_never_both(plan):
    levers = {lever.variable for lever in plan.levers}
    drivers = set(plan.drivers.drivers)
    assert not levers & drivers
    assert set(plan.exogenous) == levers | drivers


def test_every_scenario_says_why(plan, scenarios):
    assert all(plan.read_scenario(name).why for name in scenarios)


def test_every_named_loop_is_there_with_its_polarity(subject, plan):
    assert plan.loops
    assert structure.loops(subject).details == []


def test_cutting_a_loop_does_what_was_written_beforehand(subject):
    found = behaviour.knockouts(subject)
    assert found.value >= 0.9, found.details


def test_links_have_the_sign_and_the_size_that_is_stated(subject):
    assert structure.signs(subject).details == []
    assert structure.elasticities(subject).details == []


def test_most_of_what_decides_the_indicators_comes_from_inside(subject):
    assert structure.boundary(subject).value >= 0.8


def test_reality_checks_hold_on_every_scenario(subject, plan, scenarios):
    assert plan.checks
    assert [line for name in scenarios for line in behaviour.violated(subject, name)] == []
