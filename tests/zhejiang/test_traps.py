"""Accounting traps: each has a switch, a variable or a rule of the model, tested by name."""

import numpy as np
import pytest


def ratio(found, first, second, year=2025.0):
    return found.at(first, year)[0] / found.at(second, year)[0]


def test_nominal_and_real(run):
    """Indicators 2, 3 and 5 follow the price of goods one to one, 8 and 9 not at all."""
    plain, dear = run(), run(multiply={"market price index": 1.2}, since=2021)
    for name, power in {
        "labour productivity": 1, "value added per mu": 1,
        "patents per 10bn revenue on the plan scale": -1, "energy intensity cut": 0,
        "water intensity cut": 0, "labour productivity at 2020 prices": 0,
        "value added per mu at 2020 prices": 0, "patents per 10bn revenue at 2020 prices": 0,
    }.items():  # fmt: skip
        change = dear.at(name, 2025)[0] / plain.at(name, 2025)[0]
        assert change == pytest.approx(1.2**power, rel=1e-9), name


def test_above_scale_coverage_raises_levels_not_value_added(run):
    """Firms that move above scale are in the reported level, not in the same-sample growth."""
    fast, none = run({"entry rate above scale": 0.03}), run({"entry rate above scale": 0})
    assert ratio(fast, "reported volume index", "same sample volume index") > 1
    assert ratio(none, "reported volume index", "same sample volume index") == 1
    assert fast.at("above scale value added", 2025) == pytest.approx(
        none.at("above scale value added", 2025), rel=1e-12
    )
    # Entrants are less productive: the reported figure falls behind the same sample.
    assert ratio(fast, "labour productivity", "labour productivity of the same sample") < 1


def test_manufacturing_and_industry_are_kept_apart(run, plan):
    found = run()
    assert found.at("industry value added", 2020)[0] == pytest.approx(16714)
    assert found.at("above scale value added", 2020)[0] == pytest.approx(15440)
    assert found.at("manufacturing value added", 2020)[0] == pytest.approx(0.327 * 64613)


def test_revenue_and_value_added_have_their_own_price(run):
    dear, plain = run({"energy price index": 2}, since=2021), run({"energy price index": 1})
    revenue = "real industry revenue"
    value = "nominal manufacturing value added"
    rise = {name: dear.at(name, 2021.5)[0] / plain.at(name, 2021.5)[0] for name in (revenue, value)}
    assert rise[revenue] > rise[value]


def test_a_cumulative_cut_and_the_pace_of_the_text(run):
    found = run()
    assert found.at("cut on the table path", 2025)[0] == pytest.approx(16)
    assert found.at("cut on the text path", 2025)[0] == pytest.approx(100 * (1 - 0.96**5))
    assert found.at("cut on the table path", 2021)[0] == pytest.approx(100 * (1 - 0.84**0.2))
    stricter = run({"switch text pace": 1})
    assert stricter.at("administrative path", 2025) < found.at("administrative path", 2025)


def test_state_listed_projects_by_both_readings(run):
    energy_only = run({"switch deduct state listed value added": 0})
    both = run({"switch deduct state listed value added": 1})
    cut, none = "energy intensity cut", "energy intensity cut without deduction"
    assert energy_only.at(cut, 2025) > both.at(cut, 2025) > both.at(none, 2025)
    empty = run({"state listed share of energy intensive value added": 0})
    assert empty.at("contribution of the deduction", 2025)[0] == pytest.approx(0, abs=1e-9)


def test_the_cut_splits_exactly(run):
    for changes in ({}, {"table cut": 0.45}, {"switch feedstock excluded": 1}):
        found = run(changes)
        parts = found["structure effect on the energy cut"]
        parts = parts + found["efficiency effect on the energy cut"]
        np.testing.assert_allclose(parts, found["energy intensity cut"], atol=1e-10)


def test_the_index_starts_in_2019(run):
    found = run()
    # Half way between 76.1 of 2019 and 83.17 of 2021, the gap to 100 closing at one rate.
    gap = ((100 - 76.1) * (100 - 83.17)) ** 0.5
    assert found.at("business environment index", 2020)[0] == pytest.approx(100 - gap, rel=1e-12)


def test_pressure_acts_on_energy_only(run):
    calm, hard = run({"table cut": -1}), run({"table cut": 0.45})
    assert hard.at("gross energy intensity", 2025) < calm.at("gross energy intensity", 2025)
    for name in ("business environment index", "deep digitalisation", "talent index"):
        change = hard.at(name, 2025)[0] / calm.at(name, 2025)[0]
        assert change == pytest.approx(1, rel=0.03), name


def test_the_census_is_no_event(run):
    plain = run()
    changed = run({"gross domestic product in 2020 after the fifth census": 70000})
    for name in ("manufacturing share of gdp", "digital core share of gdp"):
        assert changed.at(name, 2025) == plain.at(name, 2025)
    assert changed.at("manufacturing share of post census gdp", 2025) < plain.at(
        "manufacturing share of gdp", 2025
    )


def test_feedstock_is_left_out_in_both_years_or_in_none(run):
    without = run({"switch feedstock excluded": 1})
    assert without.at("energy intensity cut", 2020)[0] == pytest.approx(0, abs=1e-12)


def test_prices_of_services_move_the_share(run):
    plain, dear = run(), run(multiply={"service price index": 1.1}, since=2021)
    share = "manufacturing share of gdp"
    assert dear.at(share, 2025) < plain.at(share, 2025)
    real = "manufacturing share of gdp at 2020 prices"
    assert dear.at(real, 2025) == plain.at(real, 2025)


def test_reported_research_rises_more_than_real_research(run):
    with_rule, without = run({"rd tax rule lever": 1}), run({"rd tax rule lever": 0})
    rise = {
        name: with_rule.at(name, 2025)[0] / without.at(name, 2025)[0] - 1
        for name in ("reported rd to revenue", "real rd to revenue")
    }
    assert rise["reported rd to revenue"] > rise["real rd to revenue"] > 0


def test_patents_on_both_scales(run):
    found = run()
    scale = "patents per 10bn revenue on the plan scale"
    published = "patents per 10bn revenue as published"
    factors = found[scale] / found[published]
    np.testing.assert_allclose(factors, factors[0, 0], rtol=1e-12)
    assert found.at(scale, 2020)[0] == pytest.approx(103)


def test_levers_late_work_late(run):
    """Delays count from the start of the lever, not from 2020."""
    late = run(scenario="late_start")
    assert late.at("cluster strength", 2021.5)[0] == 0
    assert late.at("talent programme reach", 2021.5)[0] == 0
    assert 0 < late.at("cluster strength", 2023.5)[0] < 0.6
