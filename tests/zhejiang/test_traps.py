"""Accounting traps: each has a switch, a variable or a rule of the model, tested by name."""

import numpy as np
import pytest


def ratio(found, first, second, year=2025.0):
    return found.at(first, year)[0] / found.at(second, year)[0]


def test_nominal_and_real_have_their_own_unit(plan):
    units = {e.name: e.unit for e in plan.model.elements.values()}
    assert units["above scale value added"] == "yi_yuan_2020/Year"
    assert units["reported value added"] == units["reported industry revenue"] == "yi_yuan/Year"
    assert units["value added price"] == "yi_yuan/yi_yuan_2020"


def test_twins_at_constant_prices(run):
    found = run()
    for name in ("labour productivity", "value added per mu"):
        prices = found[name] / found[f"{name} at 2020 prices"]
        np.testing.assert_allclose(prices, found["value added price index"], rtol=1e-12)
    density = found["patents per 10bn revenue at 2020 prices"]
    density = density / found["patents per 10bn revenue on the plan scale"]
    np.testing.assert_allclose(density, found["producer price index"], rtol=1e-12)


def test_inflation_of_goods_lifts_nominal_indicators(run):
    prices = {"market price index": 1.2, "market purchase price index": 1.2}
    plain, dear = run(), run(multiply=prices, since=2021)
    for name in ("labour productivity", "value added per mu"):
        assert dear.at(name, 2025)[0] / plain.at(name, 2025)[0] > 1.08, name
    density = "patents per 10bn revenue on the plan scale"
    assert dear.at(density, 2025) < plain.at(density, 2025)


def test_above_scale_coverage_raises_levels_not_output(run):
    """Firms that move above scale are in the published level, not in the same-sample growth."""
    fast, none = run({"entry campaign": 0.06}, since=2021), run({"entry campaign": 0}, since=2021)
    assert fast.at("reported volume index", 2025) > none.at("reported volume index", 2025)
    assert fast.at("reported staff", 2025) > none.at("reported staff", 2025)
    assert fast.at("same sample volume index", 2025) == none.at("same sample volume index", 2025)
    # Entrants are less productive: the published figure falls behind the same sample.
    assert ratio(fast, "labour productivity", "labour productivity of the same sample") < 1


def test_manufacturing_and_industry_are_kept_apart(run):
    found = run()
    assert found.at("above scale value added", 2020)[0] == pytest.approx(15440)
    assert found.at("manufacturing value added", 2020)[0] == pytest.approx(0.327 * 64613)
    # All manufacturing grows less than above-scale industry: the wedge.
    assert found.at("manufacturing volume index", 2025) < found.at("above scale output", 2025)


def test_revenue_value_added_and_purchases_have_their_own_price(run):
    squeezed, plain = run(multiply={"market purchase price index": 1.1}, since=2022), run()
    rise = {
        name: squeezed.at(name, 2024)[0] / plain.at(name, 2024)[0]
        for name in ("producer price index", "value added price index")
    }
    assert rise["producer price index"] > rise["value added price index"]
    assert squeezed.at("margin", 2024) < plain.at("margin", 2024)


def test_a_cumulative_cut_and_the_pace_of_the_text(run):
    table, text = run(), run({"switch text pace": 1})
    assert np.exp(5 * table.at("intensity path", 2025)[0]) == pytest.approx(0.84)
    assert np.exp(text.at("intensity path", 2025)[0]) == pytest.approx(0.96)


def test_state_listed_projects_by_all_readings(run):
    found = run()
    counted, like, gross = (
        found.at(name, 2025)[0]
        for name in ("energy intensity cut counted", "energy intensity cut",
                     "energy intensity cut without deduction")
    )  # fmt: skip
    # The energy deducted and the value added kept flatters; it is not the one that is judged.
    assert counted > like > gross
    empty = run({"capacity of state listed projects": 0}, since=2021)
    assert empty.at("energy intensity cut", 2025) == pytest.approx(
        empty.at("energy intensity cut without deduction", 2025), abs=1e-9
    )


def test_all_readings_of_the_cut_stand_in_the_plan(plan):
    indicator = next(i for i in plan.plan.indicators if i.id == "energy_intensity_cut")
    assert indicator.variable == "energy intensity cut"
    assert {v.variable for v in indicator.variants} == {
        "energy intensity cut counted",
        "energy intensity cut without deduction",
        "energy intensity cut without feedstock",
    }


def test_the_cut_splits_exactly(run):
    for changes in ({}, {"table cut": 0.45}):
        found = run(changes)
        parts = found["structure effect on the energy cut"]
        parts = parts + found["efficiency effect on the energy cut"]
        np.testing.assert_allclose(parts, found["energy intensity cut"], atol=1e-10)


def test_feedstock_is_left_out_in_both_years(run):
    for part in (0.25, 0.45):
        found = run({"feedstock part": part})
        assert found.at("energy intensity cut without feedstock", 2020)[0] == pytest.approx(0)


def test_productivity_saves_no_energy(run):
    """In version 1 a point of productivity a year cut energy by 3.5 points in five years."""
    plain, faster = run(), run({"residual productivity growth": 0.034})
    gain = faster.at("energy intensity cut", 2025) - plain.at("energy intensity cut", 2025)
    assert abs(gain[0]) < 0.5


def test_the_index_starts_in_2019_and_does_not_look_ahead(run, plan):
    found = run()
    gap = (100 - 76.1) * np.exp(-0.12)
    assert found.at("business environment index", 2020)[0] == pytest.approx(100 - gap, rel=1e-12)
    assert 83.17 not in plan.names.constants.values()


def test_the_census_is_no_event(run):
    plain = run()
    changed = run({"base gross domestic product after the fifth census": 70000})
    for name in ("manufacturing share of gdp", "digital core share of gdp"):
        assert changed.at(name, 2025) == plain.at(name, 2025)
    assert changed.at("manufacturing share of post census gdp", 2025) < plain.at(
        "manufacturing share of gdp", 2025
    )


def test_prices_of_services_move_the_share(run):
    plain, dear = run(), run(multiply={"service price index": 1.1}, since=2021)
    share = "manufacturing share of gdp"
    assert dear.at(share, 2025) < plain.at(share, 2025)
    real = "manufacturing share of gdp at 2020 prices"
    assert dear.at(real, 2025) == plain.at(real, 2025)


def test_reported_research_rises_more_than_what_the_survey_finds(run):
    with_rule, without = run({"rd tax rule lever": 1}), run({"rd tax rule lever": 0})
    rise = {
        name: with_rule.at(name, 2025)[0] / without.at(name, 2025)[0] - 1
        for name in ("reported rd", "statistical rd")
    }
    assert rise["reported rd"] > rise["statistical rd"] > 0


def test_patents_on_both_scales(run):
    found = run()
    scale = "patents per 10bn revenue on the plan scale"
    published = "patents per 10bn revenue as published"
    factors = found[scale] / found[published]
    np.testing.assert_allclose(factors, factors[0, 0], rtol=1e-12)
    assert found.at(scale, 2020)[0] == pytest.approx(103)


def test_levers_late_work_late(run):
    """The delay of implementation counts from the start of the lever, not from 2020."""
    late = run(scenario="late_start")
    assert late.at("effective clusters effort", 2022.5)[0] == 0
    assert 0 < late.at("effective clusters effort", 2023.5)[0] < 0.5


def test_effort_can_fall_short(run):
    none, weak, full = (run({"implementation": part}) for part in (0.0, 0.4, 1.0))
    cut = "energy intensity cut"
    assert none.at(cut, 2025) < weak.at(cut, 2025) < full.at(cut, 2025)
    assert np.all(none["green effort"] == 0)
    asked = dict.fromkeys(("phase out lever", "clean energy lever", "water lever"), 3.0)
    assert run(asked).at("delivery of green", 2025) < run().at("delivery of green", 2025)
