"""Where a plan fails: planted regions are found and counted honestly, and chance is not told."""

import sys
from pathlib import Path

import numpy as np
import pytest

import zjsim
from zjsim.analysis.deciding import boxes as telling
from zjsim.analysis.deciding.boxes import best_box, boxes_in, held_to, lift, reproduced
from zjsim.analysis.deciding.discover import discover
from zjsim.analysis.deciding.experiments import Observed, decimals_for, experiments
from zjsim.analysis.deciding.prim import counted
from zjsim.analysis.deciding.regions import regions_of
from zjsim.analysis.deciding.tree import leaves
from zjsim.analysis.uncertainty.statistics import statistics_of
from zjsim.prepare import prepare
from zjsim.report.tables import discover_tables as tables
from zjsim.scenario.draws import Dimension

RIBERA = Path(__file__).parents[1] / "second_plan" / "ribera"
OBSERVED = [
    Observed(
        Dimension("constant", f"x{k}", f"x{k}", 0, 0.5, 1, "uniform"), "property", "value", 0, 0
    )
    for k in range(10)
]
TWO = [2] * 10


def planted(seed, n=1500, noise=0.03):
    """Failures where the third input is above 0.6 and the eighth below 0.5; some are turned."""
    random = np.random.default_rng(seed)
    values = random.random((n, 10))
    hits = (values[:, 2] > 0.6) & (values[:, 7] < 0.5)
    return values, hits ^ (random.random(n) < noise)


@pytest.fixture(scope="module")
def ribera():
    return zjsim.open_plan(RIBERA)


@pytest.fixture(scope="module")
def found(ribera):
    """A target of the second plan that fails in some worlds."""
    return discover(ribera, targets="patentes", runs=512, seed=3)


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_region_is_found_again_from_other_seeds(seed):
    values, hits = planted(seed)
    (box,) = boxes_in(values, hits, decimals=TWO)
    assert box.restricted == (2, 7)
    assert box.low[2] == pytest.approx(0.6, abs=0.03)
    assert box.high[7] == pytest.approx(0.5, abs=0.03)
    again = reproduced(values, hits, seed, repeats=5)
    assert again[[2, 7]].tolist() == [1, 1]
    assert np.delete(again, [2, 7]).max() <= 0.4


def test_two_regions_are_told_one_after_the_other():
    values, hits = planted(1, noise=0.0)
    hits |= (values[:, 0] > 0.8) & (values[:, 1] > 0.5)
    boxes = boxes_in(values, hits, decimals=TWO)
    assert [box.restricted for box in boxes] == [(2, 7), (0, 1)]
    assert held_to(boxes, values, hits).coverage > 0.9


def test_a_region_is_as_dense_as_is_asked_for():
    values, hits = planted(2, noise=0.1)
    loose, dense = (best_box(values, hits, density=share) for share in (0.5, 0.88))
    assert loose.density >= 0.5
    assert dense.density >= 0.88
    assert loose.k > dense.k


def test_no_more_inputs_are_limited_than_is_allowed():
    values, hits = planted(3)
    assert len(best_box(values, hits, most=1).restricted) == 1


def test_in_noise_nothing_is_found():
    random = np.random.default_rng(5)
    for share in (0.05, 0.3, 0.6):
        values = random.random((2000, 10))
        assert boxes_in(values, random.random(2000) < share, decimals=TWO) == []


def test_limits_are_counted_as_they_are_printed():
    values, hits = planted(4)
    (box,) = boxes_in(values, hits, decimals=[1] * 10)
    assert {*np.round(box.low, 1)} == {*box.low}
    again = counted(np.round(box.low, 1), np.round(box.high, 1), values, hits)
    assert (box.n, box.k) == (again.n, again.k)
    assert decimals_for(values[:, 0]) == 2


def test_coverage_and_density_of_fresh_cases_are_those_of_fresh_cases():
    found, fresh = planted(6), planted(7, n=1000, noise=0.15)
    boxes = boxes_in(*found, decimals=TWO)
    (region,) = regions_of(boxes, OBSERVED, TWO, found, fresh, seed=0)
    inside = boxes[0].holds(fresh[0])
    assert region.fresh.density == pytest.approx(fresh[1][inside].mean())
    assert region.fresh.coverage == pytest.approx(fresh[1][inside].sum() / fresh[1].sum())
    # The fresh worlds were made noisier: what is said of them must be less than what was found.
    assert region.fresh.density < region.found.density - 0.05


def test_a_region_that_is_chance_does_not_stand_in_fresh_cases():
    values, hits = planted(8)
    boxes = boxes_in(values, hits, decimals=TWO)
    random = np.random.default_rng(9)
    elsewhere = random.random((1500, 10)), random.random(1500) < 0.2
    assert regions_of(boxes, OBSERVED, TWO, (values, hits), elsewhere, seed=0) == []


def test_lift_is_nothing_at_the_share_of_all_and_whole_at_one():
    assert lift(np.array([0.3, 1.0]), 0.3).tolist() == [0, 1]
    assert telling.score(100, 30, 30, 0.3) == 0


def test_branches_of_the_tree_are_all_cases_once():
    values, hits = planted(10)
    found = leaves(values, hits, TWO)
    assert sum(box.n for box in found) == len(values)
    assert sum(box.k for box in found) == hits.sum()
    assert {*found[0].restricted} >= {2, 7}
    assert [box.density for box in found] == sorted((b.density for b in found), reverse=True)


def test_the_worlds_are_those_of_the_ensemble(ribera):
    ready = prepare(ribera, "baseline")
    items = ribera.plan.indicators
    worlds = experiments(ready, ready.sampled(128, 5), items, 0, 128)
    many = zjsim.simulate_ensemble(ribera, "baseline", runs=128, seed=5)
    assert np.array_equal(worlds.margins >= 0, statistics_of(many).met)
    draws = many.draws()
    for place, one in enumerate(worlds.observed):
        if one.sort == "property":
            assert np.array_equal(worlds.values[:, place], draws[one.key])


def test_a_driver_shows_as_its_mean_yearly_growth(ribera):
    ready = prepare(ribera, "baseline")
    items = ribera.plan.indicators
    worlds = experiments(ready, ready.sampled(64, 5), items, 0, 64)
    many = zjsim.simulate_ensemble(ribera, "baseline", runs=64, seed=5)
    place = [one.key for one in worlds.observed].index("drivers.demanda_exterior")
    one = worlds.observed[place]
    years = one.last - one.first
    first, last = (many.at("demanda exterior", float(y)) for y in (one.first, one.last))
    assert worlds.values[:, place] == pytest.approx((last / first) ** (1 / years) - 1)


def test_of_the_second_plan_the_region_holds_in_fresh_worlds(found):
    assert found.outcome == "found"
    region = found.boxes[0]
    assert region.limits[0].observed.key == "ritmo_de_patentes"
    assert region.fresh.density > found.fresh_share + 0.2
    frame = found.to_frame()
    assert set(frame["kind"]) == {"box", "branch"}
    assert frame.loc[0, "density"] == pytest.approx(region.found.density)
    text = " ".join([*tables.heading(found, "en"), *tables.sentences(found, "en")])
    assert "ritmo de patentes is" in text
    assert f"{100 * region.fresh.density:.0f}%" in text


def test_other_draws_find_the_same_input(ribera, found):
    again = discover(ribera, targets="patentes", runs=512, seed=11, tree=False)
    assert again.watch[0].observed.key == found.watch[0].observed.key


def test_where_all_worlds_are_alike_it_is_said(ribera):
    for assignment, outcome in ((0.05, "all_meet"), (0.01, "none_meets")):
        made = discover(
            ribera, targets="patentes", runs=256,
            constants={"ritmo de patentes": assignment},
        )  # fmt: skip
        assert made.outcome == outcome
        assert made.boxes == made.branches == ()
        words = " ".join(tables.heading(made, "en"))
        assert {"all_meet": "Every one of 256", "none_meets": "None of 256"}[outcome] in words


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"runs": 10}, "10 worlds are too few"),
        ({"where": "here"}, "where: here is none of auto, fails, holds"),
        ({"density": 90.0}, "90 is no part of one"),
        ({"targets": "patentos"}, "patentes"),
    ],
)
def test_what_is_asked_wrongly_is_told(ribera, asked, words):
    with pytest.raises(zjsim.ZjsimError, match=words):
        discover(ribera, **asked)


def test_a_density_that_no_region_has_is_not_passed_over(ribera):
    made = discover(ribera, targets="patentes", runs=256, seed=3, density=1.0, tree=False)
    dense = max(region.found.density for region in made.boxes)
    assert made.too_thin == (dense < 0.995)
    said = any("No region was found in which 100%" in x for x in tables.sentences(made, "en"))
    assert said == made.too_thin


def test_without_scikit_learn_the_boxes_are_still_offered(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(zjsim.ZjsimError, match=r"zjsim\[discover\].*--no-tree"):
        leaves(*planted(1), TWO)
