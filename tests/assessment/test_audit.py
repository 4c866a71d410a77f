import dataclasses

import pytest

from zjsim.assessment.audit import audit
from zjsim.assessment.implications import compute_growth, logit_growth, volume_growth
from zjsim.assessment.observations import Observations
from zjsim.errors import PlanError


@pytest.fixture(scope="module")
def result(plan, observations):
    return audit(plan, observations)


def test_a_target_is_reached_by_its_implied_growth(plan):
    for item in plan.indicators:
        growth = compute_growth(item)
        factor = (1 + growth.yearly / 100) ** growth.years
        if item.cumulative:
            assert 100 * (1 - factor) == pytest.approx(item.target.value)
        else:
            assert item.start * factor == pytest.approx(item.target.value)


def test_a_numerator_that_outgrows_the_rest_by_the_logit_reaches_the_share():
    import math

    rate = logit_growth(10.9, 15, 5) / 100
    part, rest = 10.9 * math.exp(5 * rate), 100 - 10.9
    assert 100 * part / (part + rest) == pytest.approx(15)


@pytest.mark.parametrize(
    ("name", "yearly"),
    [
        ("manufacturing_share", 0.36),
        ("labour_productivity", 7.03),
        ("value_added_per_mu", 5.77),
        ("rd_intensity", 3.96),
        ("patents_per_10bn", 6.33),
        ("digital_core_share", 6.59),
        ("high_tech_share", 4.02),
        ("energy_intensity_cut", -3.43),
        ("water_intensity_cut", -3.43),
        ("business_environment", 2.84),
    ],
)
def test_implied_growth_by_hand(plan, name, yearly):
    assert compute_growth(plan.indicator(name)).yearly == pytest.approx(yearly, abs=0.005)


@pytest.mark.parametrize(
    ("real", "inflation", "staff", "land", "energy"),
    [
        (5.5, 0, 0.948, 1.006, 1.118),
        (5.5, 1.5, 1.021, 1.083, 1.118),
        (6.0, 0, 0.970, 1.030, 1.145),
        (6.0, 1.5, 1.045, 1.109, 1.145),
        (6.5, 0, 0.994, 1.054, 1.172),
        (6.5, 1.5, 1.070, 1.136, 1.172),
    ],
)
def test_paths_that_pairs_of_targets_imply_by_hand(result, real, inflation, staff, land, energy):
    for quantity, factor in (("employment", staff), ("land", land), ("energy", energy)):
        assert result.path(quantity, real, inflation).factor == pytest.approx(factor, abs=5e-4)


def test_value_added_is_staff_times_productivity_and_land_times_yield(plan, result):
    productivity = plan.indicator("labour_productivity")
    ratio = productivity.target.value / productivity.start
    for path in result.paths:
        if path.quantity == "employment":
            volume = (1 + path.volume_yearly / 100) ** 5
            assert path.factor * ratio == pytest.approx(volume)


def test_inflation_moves_only_what_is_counted_at_current_prices(result):
    for quantity, moves in (("energy", False), ("water", False), ("patents", True)):
        low, high = result.path(quantity, 6.0, 0), result.path(quantity, 6.0, 1.5)
        assert (high.factor > low.factor) is moves


def test_manufacturing_outgrows_gdp_when_its_share_rises(plan):
    assert volume_growth(plan, "manufacturing", 6, 0, "current") > volume_growth(
        plan, "gdp", 6, 0, "current"
    )


def test_text_and_table_differ_by_two_and_a_half_points(result):
    numbers = result.finding("text_pace_energy_intensity_cut").numbers
    assert numbers["text"] == pytest.approx(18.46, abs=0.005)
    assert numbers["table"] == 16
    assert result.finding("past_energy_pace").numbers["past"] == pytest.approx(19.31, abs=0.005)


def test_the_rd_ratio_is_above_what_the_whole_province_spends(result):
    numbers = result.finding("rd_level").numbers
    assert numbers["implied"] > numbers["province"] > numbers["survey"]
    assert numbers["survey_ratio"] == pytest.approx(1.77, abs=0.005)


def test_the_printed_patents_base_is_not_the_published_ratio(result):
    numbers = result.finding("patents_base").numbers
    rounded = {year: round(numbers[year]) for year in ("2019", "2020", "2021", "2023")}
    assert rounded == {"2019": 98, "2020": 118, "2021": 123, "2023": 163}
    assert numbers["scale"] == pytest.approx(103 / 118.4, rel=1e-3)


def test_the_digital_base_keeps_both_figures(result):
    numbers = result.finding("digital_core_base").numbers
    assert numbers["share"] == pytest.approx(10.865, abs=5e-4)
    assert numbers["implied"] == pytest.approx(7043, abs=0.5)


def test_joint_conditions_agree_with_the_grid(result):
    numbers = result.finding("joint").numbers
    staff = [path.yearly for path in result.paths if path.quantity == "employment"]
    energy = [path.yearly for path in result.paths if path.quantity == "energy"]
    assert (numbers["staff_low"], numbers["staff_high"]) == pytest.approx((min(staff), max(staff)))
    assert (numbers["energy_low"], numbers["energy_high"]) == pytest.approx(
        (min(energy), max(energy))
    )
    assert numbers["cells_with_falling_staff"] == sum(rate < 0 for rate in staff)


def test_a_plan_without_audit_settings_gets_its_growth_rates(plan):
    bare = dataclasses.replace(plan, audit=None)
    result = audit(bare, Observations(()))
    assert len(result.growth) == 10
    assert result.paths == ()


def test_without_figures_the_audit_says_what_it_can(plan):
    result = audit(plan, Observations(()))
    assert all(path.start is None for path in result.paths)
    assert "joint" in {finding.id for finding in result.findings}
    with pytest.raises(PlanError, match="no such finding"):
        result.finding("rd_level")


def test_tables_have_one_row_an_indicator(result):
    assert len(result.to_frame()) == 10
