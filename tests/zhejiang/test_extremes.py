"""Extreme values singly and in combination."""

import numpy as np
import pytest

from zjsim.analysis.validation import extremes, structure
from zjsim.analysis.validation.record import NotRunError

pytestmark = pytest.mark.slow


def test_single_equations_answer_rightly_to_impossible_inputs(subject):
    assert structure.extremes_direct(subject).details == []


def test_every_lever_driver_and_constant_has_a_span(subject, plan):
    names = {span.name for span in extremes.spans(subject)}
    assert set(plan.exogenous) <= names
    assert len(names) > 150


def test_each_alone_at_and_beyond_its_ends(subject):
    found = extremes.extremes_single(subject)
    assert found.details == [], found.words


def test_several_at_once(subject):
    try:
        found = extremes.searched(subject, 150, seed=20)
    except NotRunError as problem:
        pytest.skip(str(problem))
    assert found.details == ()


@pytest.mark.parametrize("closed", [0.0, 0.5, 0.9])
def test_an_epidemic_leaves_shares_and_intensity_bounded(run, closed):
    sick = run({"epidemic loss in industry": closed}, since=2021)
    well = run({"epidemic loss in industry": 0.0}, since=2021)
    for name in ("manufacturing share of gdp", "digital core share of gdp",
                 "high tech share of industry"):  # fmt: skip
        assert np.all((sick[name] > 0) & (sick[name] < 100))
    excess = sick["gross energy intensity"] / well["gross energy intensity"]
    assert excess.max() < 1.4
    assert np.all(sick["above scale value added"] > 0)


def test_more_epidemic_means_less_output(run):
    found = [
        run({"epidemic loss in industry": loss}, since=2021).at("above scale value added", 2021)[0]
        for loss in (0.0, 0.1, 0.3, 0.6, 0.9)
    ]
    assert all(np.diff(found) < 0)


def test_tenfold_energy_price_lowers_output_and_margin(run):
    dear, plain = run({"energy price index": 10}, since=2021), run({"energy price index": 1})
    for name in ("above scale value added", "manufacturing share of gdp", "margin"):
        assert dear.at(name, 2025) < plain.at(name, 2025), name
    assert dear.at("value added price index", 2025) > 0


def test_pressure_is_exactly_zero_where_nothing_is_asked(run):
    found = run({"table cut": -1, "total energy path": 1})
    assert np.all(found["dual control pressure"] == 0)
    assert np.all(found["curb factor"] == 1)


def test_pressure_wakes_in_the_autumn_of_2021_and_eases_after(run):
    """Exports and enforcement of 2021: pressure and curbs come; then the rules are eased."""
    autumn = run(scenario="green_squeeze")
    even = run({"enforcement of dual control": 0.7}, scenario="green_squeeze")
    pressure = "dual control pressure"
    assert autumn.at(pressure, 2021.5) > 1.3 * even.at(pressure, 2021.5)
    assert autumn.at("curb factor", 2021.5) < even.at("curb factor", 2021.5) < 1
    assert autumn.at(pressure, 2024) < even.at(pressure, 2024)
    assert autumn.at(pressure, 2025) < autumn.at(pressure, 2022)


def test_half_the_workers_and_no_exports_are_survived(run):
    for changes in ({"labour supply trend": 0.5}, {"trade shock": 0.9}, {"domestic demand": 0.4}):
        found = run(changes, since=2022)
        plain = run()
        assert found.at("above scale value added", 2025) < plain.at("above scale value added", 2025)
        assert np.all(found["above scale value added"] > 0)
