"""Strategies in the same worlds: measures that are known, draws that are the ensemble's."""

import sys
import types
from pathlib import Path

import numpy as np
import pytest

import zjsim
from zjsim.analysis.deciding import pareto
from zjsim.analysis.deciding.cases import cases_of
from zjsim.analysis.deciding.measures import measure
from zjsim.analysis.deciding.robust import robust
from zjsim.analysis.deciding.signposts import _signpost
from zjsim.analysis.uncertainty.statistics import statistics_of

RIBERA = Path(__file__).parents[1] / "second_plan" / "ribera"
STUDY = "scenarios: [baseline]\nmatrix: {levers.innovacion: [1, 0], levers.formacion: [1, 2]}\n"


@pytest.fixture(scope="module")
def ribera():
    return zjsim.open_plan(RIBERA)


@pytest.fixture(scope="module")
def strategies(ribera):
    base = ribera.read_scenario("baseline")
    return [
        base,
        base.with_(name="no_innovation", levers={"innovacion": 0}),
        base.with_(name="twice", levers={"innovacion": 2, "formacion": 2, "eficiencia": 2}),
    ]


@pytest.fixture(scope="module")
def found(ribera, strategies):
    return robust(ribera, strategies, worlds=256)


def test_every_measure_of_a_case_that_can_be_counted_by_hand():
    # Two strategies, four worlds, two targets.
    margins = np.array(
        [
            [[1, 1], [1, -1], [-2, -2], [1, np.nan]],
            [[1, -1], [1, 1], [-1, -1], [-1, -1]],
        ],
        dtype=float,
    )
    m = measure(margins, np.array([2.0, 4.0]))
    assert m.share.tolist() == [0.25, 0.25]
    assert m.each.tolist() == [[0.75, 0.25], [0.5, 0.25]]
    assert m.number.tolist() == [1.0, 0.75]
    assert m.number_regret.tolist() == [0.25, 0.5]
    assert m.most_regret.tolist() == [1, 1]
    assert m.best.tolist() == [0.625, 0.375]
    # Farther below than the nearest: (1/8 in world 2, 3/8 in 3, 1/2 for a failed run less 3/8).
    assert m.gap_regret == pytest.approx([(1 / 8 + 3 / 8 + 1 / 8) / 4, (1 / 8) / 4])
    assert m.ranks.tolist() == [[1, 1, 1, 2], [1, 2, 1, 1]]


def test_the_best_of_each_world_has_no_regret():
    margins = np.random.default_rng(1).normal(size=(4, 200, 3))
    m = measure(margins, np.ones(3))
    assert m.best.sum() == pytest.approx(1)
    assert np.all(m.number_regret >= 0)
    whole = np.concatenate([margins, margins.max(axis=0)[None]])
    assert measure(whole, np.ones(3)).number_regret[-1] == 0
    assert m.efficient.any()


def test_each_strategy_meets_the_draws_of_the_ensemble(ribera, strategies, found):
    many = zjsim.simulate_ensemble(ribera, strategies[2], runs=256)
    assert np.array_equal(found.margins[2] >= 0, statistics_of(many).met)


def test_the_order_of_the_strategies_changes_no_draw(ribera, strategies, found):
    turned = robust(ribera, strategies[::-1], worlds=256, watch=False)
    # One that leaves a lever idle comes first: its draws are still those of all levers in use.
    idle_first = robust(ribera, [strategies[1], *strategies[::2]], worlds=256, watch=False)
    assert np.array_equal(turned.margins, found.margins[::-1])
    assert np.array_equal(idle_first.margins, found.margins[[1, 0, 2]])


def test_a_change_at_the_end_is_none_and_one_at_the_beginning_is_whole(found, strategies):
    field, sample = found.field, found.field.ready.sampled(64)
    first, _, twice = field.strategies
    kept, whole = (field.values(one, sample, 64) for one in (first, twice))
    late = field.values(first, sample, 64, then=twice, since=2030.0)
    early = field.values(first, sample, 64, then=twice, since=2000.0)
    assert np.array_equal(late, kept)
    assert early == pytest.approx(whole, rel=1e-9)


def test_more_effort_costs_more_and_meets_no_less(found):
    efforts = [one.effort for one in found.strategies]
    assert efforts[1] < efforts[0] < efforts[2]
    assert found.measures.number[2] >= found.measures.number[1]
    frame = found.to_frame()
    assert frame["strategy"].tolist() == ["baseline", "no_innovation", "twice"]
    assert frame.loc[0, ["better", "worse"]].tolist() == [0, 0]


def test_what_was_computed_is_kept_and_not_computed_again(ribera, strategies, tmp_path):
    counts = []
    again = [
        robust(
            ribera, strategies[:2], worlds=128, watch=False, kept=tmp_path, advance=counts.append
        )
        for _ in range(2)
    ]
    assert sum(counts) == 2 * 128
    assert np.array_equal(again[0].margins, again[1].margins)
    broken = next(tmp_path.glob("*.npy"))
    broken.write_bytes(b"no array")
    robust(ribera, strategies[:2], worlds=128, watch=False, kept=tmp_path, advance=counts.append)
    assert sum(counts) == 3 * 128


def test_a_strategy_that_differs_in_drivers_is_refused_and_the_way_out_is_named(ribera):
    other = ribera.read_scenario("baseline", drivers={"demanda exterior": 1.1})
    other = other.changed(name="boom")
    with pytest.raises(zjsim.RunError, match=r"boom differs from baseline .*--world baseline"):
        robust(ribera, ["baseline", other], worlds=128)
    found = robust(ribera, ["baseline", other], world="baseline", worlds=128, watch=False)
    assert np.array_equal(found.margins[0], found.margins[1])


@pytest.mark.parametrize(
    ("names", "asked", "words"),
    [
        (["baseline"], {}, "nothing to be held against"),
        (["baseline", "baseline"], {}, "two strategies have this name"),
        (["baseline", "prudente"], {"worlds": 5}, "too few"),
        (["baseline", "prudente"], {"world": "baseline", "by": 1990}, "by: 1990 is not between"),
        ("no_study.yaml", {}, "not a study file"),
    ],
)
def test_what_is_asked_wrongly_is_told(ribera, names, asked, words):
    with pytest.raises(zjsim.ZjsimError, match=words):
        robust(ribera, names, **{"worlds": 128, **asked})


def test_cases_of_a_study_are_strategies_with_words_of_their_own(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text(f"plan: {RIBERA}\n{STUDY}", encoding="utf-8")
    _, cases = cases_of(file)
    assert [case.label["en"] for case in cases] == [
        f"Innovación {i}, Formación {f}" for i in (1, 0) for f in (1, 2)
    ]
    assert len({case.name for case in cases}) == 4


class Seen:
    """What is seen of worlds in which a change pays where the first sign is high."""

    def __init__(self, seed):
        random = np.random.default_rng(seed)
        self.values = random.random((2000, 3))
        self.sample = types.SimpleNamespace(seed=seed)
        self.observed = [
            types.SimpleNamespace(sort="driver", dimension=None, key=f"x{k}") for k in range(3)
        ]
        self.pays = (self.values[:, 0] > 0.7) & (random.random(2000) < 0.9)

    def number(self, strategy, then=None):
        return self.pays.astype(int)


def test_a_planted_signpost_is_found():
    field = types.SimpleNamespace(strategies=("kept", "other"))
    seen = [Seen(1), Seen(2)]
    kept_on = [np.zeros(2000, dtype=int)] * 2
    found = _signpost(field, "other", 2022, seen, kept_on)
    (limit,) = found.limits
    assert limit.observed.key == "x0"
    assert limit.low == pytest.approx(0.7, abs=0.03)
    assert found.region.fresh.density == pytest.approx(0.9, abs=0.05)


class Bench:
    """Two levers of which only the first helps; a world is met when it is high enough."""

    def __init__(self, worlds=64, seed=1):
        lever = [types.SimpleNamespace(id=name) for name in "ab"]
        self.settings = tuple(
            types.SimpleNamespace(lever=one, low=0.0, high=1.0, price=1.0) for one in lever
        )
        self.targets = (types.SimpleNamespace(id="t"),)
        self.worlds, self.seed = worlds, seed
        self.sample = types.SimpleNamespace(seed=seed)
        self.evaluated = 0

    def margins(self, points, numbers):
        self.evaluated += len(points)
        need = np.random.default_rng(self.seed).random(self.worlds)
        return points[:, :1] - need[numbers][:, None]


@pytest.fixture
def searched(monkeypatch, tmp_path):
    monkeypatch.setattr(pareto, "_hash", lambda bench, seed: f"known-{seed}")
    monkeypatch.setattr(pareto, "replace", lambda bench, worlds, seed: Bench(worlds, seed))

    def search(generations):
        bench = Bench()
        start = np.array([[0.5, 0.5]])
        found = pareto.search_front(bench, start, generations=generations, kept=tmp_path)
        return found, bench.evaluated

    return search


def test_the_search_finds_the_front_that_is_known_and_goes_on_where_it_was_stopped(searched):
    half, _ = searched(6)
    found, more = searched(12)
    whole, none = searched(12)
    # Only the first lever helps, and the share of worlds is its number.
    assert found.points[:, 1].max() < 0.05
    assert found.share == pytest.approx(found.points[:, 0], abs=0.05)
    assert found.effort[0] < 0.05
    assert found.share[-1] > 0.95
    assert none == 0 < more
    assert np.array_equal(found.points, whole.points)
    assert half.evaluated < found.evaluated


def test_without_pymoo_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymoo.config", None)
    with pytest.raises(zjsim.RunError, match=r"zjsim\[discover\].*leave --search out"):
        pareto.search_front(Bench(), np.zeros((1, 2)))
