"""Models, plans, scenarios and runs can be pickled and copied, and say in a line what they are."""

import copy
import pickle

import numpy as np
import pytest

import zjsim
from zjsim.frozen import FrozenDict


@pytest.fixture(scope="module")
def plan():
    return zjsim.open_plan()


@pytest.fixture(scope="module")
def things(plan):
    runs = zjsim.simulate(plan, "baseline", ["levers.water=1.4"])
    return {
        "OpenPlan": plan,
        "Plan": plan.plan,
        "ModelSpec": plan.model,
        "Scenario": runs.resolved.scenario,
        "Runs": runs,
        "EnsembleRuns": zjsim.simulate_ensemble(plan, "baseline", runs=4, seed=1),
    }


KINDS = ("OpenPlan", "Plan", "ModelSpec", "Scenario", "Runs", "EnsembleRuns")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("travel", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy])
def test_a_thing_arrives_as_it_left(things, kind, travel):
    before, after = things[kind], travel(things[kind])
    assert type(after) is type(before)
    assert repr(after) == repr(before)


@pytest.mark.parametrize("kind", KINDS)
def test_a_repr_is_short(things, kind):
    assert len(repr(things[kind])) < 400
    assert kind in repr(things[kind])


def test_a_model_that_travelled_gives_the_same_numbers(plan):
    other = pickle.loads(pickle.dumps(plan.model))
    assert other == plan.model
    ours, theirs = (zjsim.simulate_model(model) for model in (plan.model, other))
    np.testing.assert_array_equal(ours.values, theirs.values)


def test_runs_that_travelled_keep_their_numbers_and_id(things):
    before = things["Runs"]
    after = pickle.loads(pickle.dumps(before))
    assert after.run_id == before.run_id
    np.testing.assert_array_equal(after.trajectories.values, before.trajectories.values)
    np.testing.assert_array_equal(after.halved.values, before.halved.values)


def test_a_plan_travels_as_its_folder(plan):
    assert len(pickle.dumps(plan)) < 10_000


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(a=2),
        lambda d: d.__setitem__("a", 2),
        lambda d: d.pop("a"),
        lambda d: d.clear(),
        lambda d: d.setdefault("b", 1),
    ],
)
def test_a_frozen_mapping_refuses_changes(change):
    frozen = FrozenDict(a=1)
    with pytest.raises(TypeError, match="cannot be changed"):
        change(frozen)
    assert copy.deepcopy(frozen) == pickle.loads(pickle.dumps(frozen)) == {"a": 1}
