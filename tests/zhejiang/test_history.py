"""The same equations from 2015 to 2020, and on to 2030."""

from dataclasses import replace

import numpy as np
import pytest

import zjsim
from zjsim.timeline import TimeGrid

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def past(plan):
    scenario = plan.folder.file("history_2015.yaml")
    return zjsim.simulate(plan, scenario, estimate_error=False)


def at(found, name, year):
    return found.at(name, float(year))[0]


# What was published to 2020, and how far the run from 2015 may be from it. The errors are those
# that came, rounded up: nothing was tuned afterwards, and high-tech, digital and research are low.
PUBLISHED = [
    ("high tech share of industry", "level", 2020, 15.6, 1.0),
    ("digital core share of gdp", "level", 2019, 10.0, 0.4),
    ("digital core share of gdp", "level", 2020, 10.9, 0.8),
    ("energy intensity cut counted", "level", 2020, 19.3, 2.5),
    ("water intensity cut", "level", 2019, 41.3, 4.0),
    ("nominal manufacturing value added", "index", 2020, 22628 / 17803, 0.05),
    ("nominal gross domestic product", "index", 2020, 64613 / 42886, 0.05),
    ("above scale output", "index", 2020, 1.062 * 1.083 * 1.073 * 1.066 * 1.054, 0.05),
]


@pytest.mark.parametrize(("name", "measure", "year", "wanted", "apart"), PUBLISHED)
def test_the_13th_plan_is_met(past, name, measure, year, wanted, apart):
    base = at(past, name, 2015) if measure == "index" else 1.0
    assert at(past, name, year) / base == pytest.approx(wanted, abs=apart)


def test_growth_of_each_year_is_within_a_point_and_a_half(past):
    published = {2016: 6.2, 2017: 8.3, 2018: 7.3, 2019: 6.6, 2020: 5.4}
    for year, wanted in published.items():
        growth = at(past, "above scale output", year) / at(past, "above scale output", year - 1)
        assert 100 * (growth - 1) == pytest.approx(wanted, abs=1.5)


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
