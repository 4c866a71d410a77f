"""The same equations from 2015 to 2020, and on to 2030."""

from dataclasses import replace

import numpy as np
import pytest

import zjsim
from zjsim.errors import DataError
from zjsim.timeline import TimeGrid

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def earlier(plan):
    return zjsim.hindcast_from(plan, 2015)


@pytest.fixture(scope="module")
def past(earlier):
    return earlier.runs


def at(found, name, year):
    return found.at(name, float(year))[0]


def test_the_13th_plan_is_met_better_than_by_returning_growth(earlier):
    """Some constants were estimated from these years and the drivers are known: no forecast."""
    naive, model, count = earlier.naive_error
    assert count >= 10
    assert model < naive
    assert earlier.mean_error < 2.5


def test_energy_water_shares_and_volumes_are_among_the_figures(earlier):
    found = {case.comparison.series for case in earlier.cases if case.scored}
    assert found >= {
        "above_scale_va_growth", "industry_va", "high_tech_share", "digital_core_share",
        "energy_per_va_change_avg", "water_per_industry_va_change_cum", "patents_above_scale",
        "rd_above_scale_industry", "hightech_mfg_revenue", "mfg_investment_growth",
    }  # fmt: skip


def test_what_was_only_believed_is_shown_and_not_scored(earlier):
    assert all(case.scored == (case.grade in "ABC") for case in earlier.cases)
    assert any(not case.scored for case in earlier.cases)


def test_growth_of_each_year_is_within_a_point_and_a_half(earlier):
    years = [c for c in earlier.cases if c.comparison.series == "above_scale_va_growth"]
    assert [case.datum.year for case in years] == [2016, 2017, 2018, 2019, 2020]
    assert all(abs(case.error) < 1.5 for case in years)


def test_no_later_figure_is_used(earlier):
    assert all(2015 < case.datum.year <= 2020 for case in earlier.cases)


def test_a_base_that_the_plan_does_not_have_is_refused(plan):
    with pytest.raises(DataError, match=r"no run from 2013; under `earlier` there is: 2015"):
        zjsim.hindcast_from(plan, 2013)


def test_no_lever_of_the_plan_acts_before_it(past):
    for group in ("innovation", "digital", "investment", "green", "business"):
        assert np.all(past.trajectories[f"{group} effort"] == 0)
    # Leads begin to fade where the plan begins, not before.
    assert at(past, "lasting lead", 2020) == 1 > at(past, "lasting lead", 2020.5)


@pytest.fixture(scope="module")
def until_2030(subject):
    def call(scenario):
        inputs = subject.inputs(scenario)
        grid = TimeGrid(inputs.grid.start, 2030.5, inputs.grid.step, 0.5)
        return subject.run(replace(inputs, grid=grid))

    return call


@pytest.mark.parametrize("scenario", ["baseline", "frozen_effort", "observed"])
def test_nothing_is_absurd_in_2030(until_2030, scenario):
    found = until_2030(scenario)
    bounds = {
        "capacity utilisation": (70, 90), "manufacturing share of gdp": (25, 40),
        "digital core share of gdp": (10, 25), "high tech share of industry": (12, 30),
        "business environment index": (76, 100), "margin": (0.01, 0.10),
        "energy intensive share": (0.1, 0.4), "staff": (0.7, 1.4), "high tech price": (0.8, 1.2),
        "producer price index": (0.8, 1.3), "dual control pressure": (0, 2),
        "energy intensity cut": (0, 50), "water intensity cut": (0, 70),
    }  # fmt: skip
    for name, (low, high) in bounds.items():
        assert np.all((low <= found[name]) & (found[name] <= high)), name
