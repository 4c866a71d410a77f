"""What starts from draws after learning: one run at their mean, inputs that go along together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import zjsim
from tests.posteriors import TIED, tied_posterior
from zjsim.analysis.deciding.flip import Spreads
from zjsim.analysis.sensitivity.company import company_of
from zjsim.analysis.sensitivity.uncertain_inputs import open_study
from zjsim.analysis.uncertainty.statistics import statistics_of
from zjsim.errors import RunError
from zjsim.prepare import prepare
from zjsim.scenario.posterior import read_posterior
from zjsim.scenario.sampling import resolve_ensemble


@pytest.fixture(scope="module")
def plan():
    return zjsim.open_plan("zhejiang")


@pytest.fixture(scope="module")
def scenario(plan, tmp_path_factory):
    return tied_posterior(plan, tmp_path_factory.mktemp("draws") / "p.nc")


@pytest.fixture(scope="module")
def ready(plan, scenario):
    return prepare(plan, scenario)


def test_one_run_stands_at_the_mean_of_the_draws(plan, ready):
    one, many = ready.inputs, resolve_ensemble(ready.resolved, ready.sample, 0, 256)[0]
    for name in ("wedge", "digital trend"):
        assert one.constants[name] == pytest.approx(many.constants[name].mean())
    # Adding up is straight, so the mean of the drifts is the drift of the mean.
    times = np.array([2021.0, 2023.0, 2025.0])
    drift = many.paths["drift of energy"].right(times).mean(axis=0)
    assert one.paths["drift of energy"].right(times)[0] == pytest.approx(drift, rel=1e-9)
    water = many.paths["water lever"].right(times).mean(axis=0)
    assert one.paths["water lever"].right(times)[0] == pytest.approx(water)
    # What nobody has learnt stays as the scenario has it.
    assert "patent trend" not in one.constants


def test_what_the_scenario_sets_is_not_overruled_by_draws(plan, scenario):
    held = prepare(plan, scenario.with_(constants={"wedge": -0.02}))
    assert held.inputs.constants["wedge"] == pytest.approx(-0.02)


def test_the_others_go_to_their_mean_given_what_is_moved(ready):
    company = company_of(ready)
    first, second = (company.drawn[key] for key in TIED)
    slope = np.cov(first, second)[0, 1] / np.var(first, ddof=1)
    moved = first.mean() + np.array([-0.003, 0.0, 0.003])
    found, further = company.joined({TIED[0]: moved})
    assert found[TIED[0]] == pytest.approx(moved)
    expected = second.mean() + slope * (moved - first.mean())
    assert found[TIED[1]] == pytest.approx(expected, rel=1e-4)
    assert further["drivers.drift_of_energy"].shape == (5, 3)
    # Both moved: neither goes anywhere but where it was put.
    both, _ = company.joined({TIED[0]: moved, TIED[1]: np.full(3, 0.06)})
    assert both[TIED[1]] == pytest.approx(0.06)


def test_a_departure_is_as_far_as_it_is_unlikely(plan, scenario):
    space = Spreads(open_study(plan, scenario))
    keys = [item.key for item in space.study.dimensions]
    places = np.array([keys.index(key) for key in TIED])
    alone, along, against = np.zeros((3, len(keys)))
    alone[places[0]] = 1.5
    r = -float(np.linalg.inv(space.metric(places))[0, 1])
    along[places], against[places] = [1.5, -1.5 * r], [1.5, 1.5 * r]
    # Where the other would have gone anyhow nothing more is unlikely; the other way much is.
    assert space.length(alone) == pytest.approx(1.5, rel=1e-4)
    assert space.length(along) == pytest.approx(1.5, rel=1e-3)
    assert space.length(against) > 6


def test_a_swing_is_that_of_the_draws_and_not_of_each_range_by_itself(plan, scenario):
    study = open_study(plan, scenario)
    found = zjsim.compute_sensitivity(plan, scenario)
    place = [item.key for item in study.dimensions].index("wedge")
    column = [item.id for item in study.indicators].index("digital_core_share")
    ends = [study.dimensions[place].low, study.dimensions[place].high]
    apart = replace(study, company=None)
    values = {item.key: np.full(2, study.centre(item)) for item in study.dimensions}
    by_itself = apart.run({**values, "wedge": np.array(ends)})[:, column]
    together = found.strength[place, column]
    # A lower wedge goes with a higher digital trend: more than the wedge alone would do.
    assert together > 1.5 * abs(by_itself[1] - by_itself[0])
    assert found.met == pytest.approx(_shares(plan, scenario), abs=0.02)
    assert 0 <= found.first.min() <= found.first.max() <= 1


def _shares(plan, scenario):
    targets = statistics_of(zjsim.simulate_ensemble(plan, scenario)).targets
    return [target.share.value for target in targets]


def test_shares_of_variance_of_inputs_that_belong_together_are_refused(plan, scenario):
    with pytest.raises(RunError, match="draws after learning belong together"):
        zjsim.compute_sensitivity(plan, scenario, method="sobol", size=8)


@pytest.mark.slow
def test_what_turns_a_verdict_is_found_on_the_edge(plan, scenario):
    found = zjsim.flip(plan, scenario, targets=[9])
    (one,) = found.flips
    nearest = one.joint or one.singles[0]
    values = {item.key: np.array([value]) for item, _, value, _ in nearest.rows()}
    column = [item.id for item in found.study.indicators].index("water_intensity_cut")
    reached = found.study.run(values)[0, column]
    assert reached == pytest.approx(one.indicator.target.lowest, abs=0.15)


def test_half_of_the_draws_are_kept_to_count_an_answer(plan, scenario):
    found = zjsim.backcast(
        plan, scenario, targets=[9], probability=0.5, movable=["water"], prices=False
    )
    assert found.worlds == 128
    assert found.share_before != found.share_fresh


def test_a_command_says_from_which_draws_it_starts(plan, scenario, tmp_path):
    from zjsim.cli.main import app
    from zjsim.scenario.writing import scenario_text

    path = tmp_path / "mine.yaml"
    path.write_text(scenario_text(scenario), encoding="utf-8")
    hash_ = read_posterior(Path(scenario.sampling.posterior)).hash[:8]
    done = CliRunner().invoke(app, ["check", str(path), "--no-reality", "--lang", "en"])
    assert "Known until 2022: constants, drifts and drivers as in draws" in done.stdout
    assert hash_ in done.stdout
    done = CliRunner().invoke(app, ["sensitivity", str(path), "--lang", "zh"])
    assert "学习之后各项输入互相关联" in done.stdout


@pytest.mark.slow
def test_a_scenario_of_a_year_is_learnt_once(plan):
    first = zjsim.known_until(plan, 2020, "baseline", particles=64)
    again = zjsim.known_until(plan, 2020, "frozen_effort", "levers.water=1", particles=64)
    assert first.sampling.posterior == again.sampling.posterior
    assert first.sampling.runs == 64
    assert again.levers["water"].to == 1
