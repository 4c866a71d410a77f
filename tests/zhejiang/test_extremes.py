"""Extreme values singly and in combination; defects that were once there."""

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


@pytest.mark.parametrize("industry", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("services", [0.0, 0.9])
def test_an_epidemic_leaves_shares_and_intensity_bounded(run, industry, services):
    changes = {"epidemic loss in industry": industry, "epidemic loss in services": services}
    sick, well = run(changes, since=2021), run(dict.fromkeys(changes, 0.0), since=2021)
    for name in ("manufacturing share of gdp", "digital core share of gdp",
                 "high tech share of industry"):  # fmt: skip
        assert np.all((sick[name] > 0) & (sick[name] < 100))
    excess = sick["gross energy intensity"] / well["gross energy intensity"]
    assert excess.max() < 1.4
    assert np.all(sick["above scale value added"] > 0)
    # Closed days make goods neither dear nor cheap at once.
    first = sick.at("relative output price", 2020.5625) / well.at(
        "relative output price", 2020.5625
    )
    assert first[0] == pytest.approx(1, abs=0.02)


def test_more_epidemic_means_less_output(run):
    found = [
        run({"epidemic loss in industry": loss}, since=2021).at("above scale value added", 2021)[0]
        for loss in (0.0, 0.1, 0.3, 0.6, 0.9)
    ]
    assert all(np.diff(found) < 0)


def test_scrapping_capital_does_not_pay(run):
    """With unit cost at actual output, removing the investment lever raised value added."""
    without, full = run({"investment lever": 0}), run({"investment lever": 1})
    assert without.at("above scale value added", 2025) < full.at("above scale value added", 2025)
    assert without.at("fixed capital", 2025) < full.at("fixed capital", 2025)


def test_tenfold_energy_price_lowers_the_share(run):
    """With the output price as deflator, the share of manufacturing rose to 39 percent."""
    dear, plain = run({"energy price index": 10}, since=2021), run({"energy price index": 1})
    share = "manufacturing share of gdp"
    assert dear.at(share, 2022) < plain.at(share, 2022)
    assert dear.at(share, 2025) < plain.at(share, 2025)
    assert dear.at("relative value added price", 2022) > 0


@pytest.mark.parametrize("scenario", ["baseline", "innovation_push", "digital_sprint"])
def test_pressure_is_exactly_zero_while_the_path_is_kept(run, scenario):
    found = run(scenario=scenario)
    assert np.all(found["dual control pressure"] == 0)
    assert np.all(found["curb of energy intensive output"] == 0)


def test_pressure_wakes_where_the_path_is_missed(run):
    found = run({"table cut": 0.45})
    assert found.at("dual control pressure", 2025) > 0
    assert found.at("curb of energy intensive output", 2025) > 0
