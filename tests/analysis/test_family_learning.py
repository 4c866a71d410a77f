"""Provinces learnt together: exact where a hierarchy is normal, emcee's where it is not."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import zjsim
from zjsim.analysis.learning import family_world, smc
from zjsim.analysis.learning.family import FamilyForecast
from zjsim.analysis.learning.family_world import FamilyWorld
from zjsim.analysis.learning.register import make_family_record
from zjsim.errors import DataError

PRIOR = np.array([[0.04, 0.02]])
SEEN = np.array([0.01, 0.05, 0.055, 0.09])  # one constant of four places, as it was seen
ERROR = 0.01


class Bare(FamilyWorld):
    """Four places whose figure is the constant itself, seen with a normal error."""

    places = (1, 2, 3, 4)
    pooled = ("x",)
    priors = PRIOR
    drifts = ((), (), (), ())

    def own(self, scores):
        return (self.hyper(scores)[0][:, None] + self.departures(scores))[:, :, 0]

    def predict(self, scores):
        return self.own(scores)

    def terms(self, predictions):
        return -0.5 * ((predictions - SEEN) / ERROR) ** 2

    def pulls(self, predictions):
        weight = np.full(predictions.shape, ERROR**-2)
        return (SEEN - predictions) * weight, weight


def learnt(n, seed=3):
    world = Bare(None, {}, 2023)
    start = smc.prior_population(n, world.size, seed)
    return world, smc.take_in(start, world, np.zeros(4), np.ones(4), seed)[0].scores


def test_a_normal_hierarchy_has_its_exact_posterior(monkeypatch):
    monkeypatch.setattr(family_world, "SPREAD_SD", 0.0)
    world, scores = learnt(2000)
    mean, sd = PRIOR[0]
    between = family_world.SPREAD * sd
    before = sd**2 * np.ones((4, 4)) + between**2 * np.eye(4)
    gain = before @ np.linalg.inv(before + ERROR**2 * np.eye(4))
    exact = mean + gain @ (SEEN - mean)
    spread = np.sqrt(np.diag(before - gain @ before))
    found = world.own(scores)
    assert np.abs((found.mean(axis=0) - exact) / spread).max() < 0.12
    assert found.std(axis=0) / spread == pytest.approx(np.ones(4), abs=0.1)
    # Each leans on the others: farther in than it was seen.
    assert SEEN[0] < found[:, 0].mean() < found.mean()


@pytest.mark.slow
def test_a_hierarchy_of_unknown_spread_is_that_of_emcee():
    emcee = pytest.importorskip("emcee")
    world, scores = learnt(2000)

    def log_density(x):
        return -0.5 * np.sum(x**2, axis=1) + world.terms(world.predict(x)).sum(axis=1)

    sampler = emcee.EnsembleSampler(48, world.size, log_density, vectorize=True)
    sampler.random_state = np.random.RandomState(1).get_state()
    sampler.run_mcmc(np.random.default_rng(0).standard_normal((48, world.size)), 2500)
    other = sampler.get_chain(discard=500, flat=True)
    for ours, theirs in (
        (world.own(scores), world.own(other)),
        (np.log(world.hyper(scores)[1]), np.log(world.hyper(other)[1])),
    ):
        spread = theirs.std(axis=0)
        assert np.abs((ours.mean(axis=0) - theirs.mean(axis=0)) / spread).max() < 0.15
        assert ours.std(axis=0) / spread == pytest.approx(np.ones_like(spread), abs=0.12)


@pytest.fixture(scope="module")
def family():
    return zjsim.learn_family("zhejiang", 2021, particles=64)


def test_a_province_keeps_its_own_start_and_its_own_figures(family):
    world = family.world
    assert [place.id for place in world.places] == ["zhejiang", "jiangsu", "guangdong", "shandong"]
    assert all(figure.year <= 2021 for _, figure in world.figures)
    own, other = world.places[0].inputs, world.places[1].inputs
    assert other.constants["base gross domestic product"] == pytest.approx(102719)
    assert "base gross domestic product" not in own.constants
    # Of its own drivers nothing later is known either.
    trend = [p.inputs.paths["rest of gdp trend"] for p in world.places[1:3]]
    after = [path.right(np.array([2022.0]))[0, 0] / path.right(np.array([2021.0]))[0, 0]
             for path in trend]  # fmt: skip
    assert after[0] == pytest.approx(after[1])


def test_pooling_lies_between_and_the_table_has_every_province(family):
    frame = family.to_frame()
    assert set(frame.index) == set(family.world.pooled)
    assert frame["pooling"].between(0, 1.2).all()
    assert {"jiangsu", "guangdong_sd", "family", "spread"} <= set(frame.columns)


def test_forecasts_begin_at_the_last_figure_and_are_registered(family):
    from datetime import date

    found = family.forecasts(2023)
    one = next(f for f in found if (f.place, f.series) == ("jiangsu", "rd_above_scale_industry"))
    assert one.last == (2021, pytest.approx(2716.6, rel=1e-3))
    assert one.year == 2022
    assert np.nanmedian(one.draws) == pytest.approx(one.last[1] * 1.15, rel=0.1)
    record = make_family_record(family, found, date(2026, 1, 2))
    assert record.content["known_until"] == 2021
    assert len(record.content["quantiles"]["jiangsu.rd_above_scale_industry"]["2022"]) == 19
    changed = replace(record, content={**record.content, "seed": 1})
    assert changed.hash != record.hash


def test_a_sharper_forecast_on_the_figure_scores_better():
    label = SimpleNamespace(zh="", en="")
    draws = np.exp(np.random.default_rng(0).normal(0.1, 0.02, 400)) * 100
    naive = {"trend": zjsim.analysis.history.naive.Forecast(20.0, 5.0)}
    scores = FamilyForecast("p", "s", label, 2022, (2021, 100.0), draws, naive).scores(110.5)
    assert scores["model"] < 1.0 < scores["trend"]


def test_what_the_family_cannot_do_is_said(tmp_path):
    with pytest.raises(DataError, match="the family's figures reach from 2021 to 2023"):
        zjsim.learn_family("zhejiang", 2024)
    with pytest.raises(DataError, match="has no family"):
        zjsim.learn_family("tests/second_plan/ribera")
