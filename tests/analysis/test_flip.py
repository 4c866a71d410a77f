"""What turns a verdict: nearest points that are known, and runs that confirm them."""

from __future__ import annotations

import types

import numpy as np
import pytest

import zjsim
from zjsim.analysis.deciding.flip import Spreads, _flips


class Space(Spreads):
    """Inputs that stand for themselves, with margins that are known."""

    def __init__(self, margin, numbers, reach=6.0):
        self.centre = np.zeros(numbers)
        self.least, self.most = np.full(numbers, -reach), np.full(numbers, reach)
        target = types.SimpleNamespace(value=1.0, lowest=1.0)
        indicator = types.SimpleNamespace(number=1, id="known", target=target, start=0.0)
        dimensions = tuple(range(numbers))
        self.study = types.SimpleNamespace(
            dimensions=dimensions, indicators=(indicator,), company=None
        )
        self._margin = margin

    def values(self, departures):
        return departures

    def margins(self, departures):
        return self._margin(departures)[:, None]


def flipped(margin, numbers, **options):
    (one,) = _flips(Space(margin, numbers, **options), {1})
    return one


SLOPES = np.array([0.4, -0.3, 0.05])


def test_of_a_straight_margin_every_distance_is_known():
    one = flipped(lambda x: x @ SLOPES - 0.5, 3)
    assert not one.met
    # The third input would have to go 10 spreads, which is beyond its range.
    assert [each.inputs for each in one.singles] == [(0,), (1,)]
    assert [each.spreads[0] for each in one.singles] == pytest.approx([0.5 / 0.4, -0.5 / 0.3])
    assert one.pairs[0].inputs == (0, 1)
    assert one.pairs[0].distance == pytest.approx(0.5 / 0.5, abs=1e-6)
    assert one.joint.distance == pytest.approx(0.5 / np.linalg.norm(SLOPES), abs=1e-3)


def test_a_met_target_is_told_what_would_lose_it():
    one = flipped(lambda x: x @ SLOPES + 0.5, 3)
    assert one.met
    assert one.singles[0].spreads[0] == pytest.approx(-0.5 / 0.4)
    assert one.joint.spreads[0] < 0 < one.joint.spreads[1]


def test_the_nearest_point_of_a_bent_margin_is_found():
    # Met inside a ball of radius 1 about (2, 1): the nearest point is on the way to its middle.
    middle = np.array([2.0, 1.0])
    one = flipped(lambda x: 1 - np.sum((x - middle) ** 2, axis=1), 2)
    assert one.joint.distance == pytest.approx(np.sqrt(5) - 1, abs=2e-3)


def test_nothing_leaves_its_range_and_what_cannot_turn_is_told_so():
    one = flipped(lambda x: x @ SLOPES - 0.5, 3, reach=0.5)
    assert (one.singles, one.pairs, one.joint) == ((), (), None)


@pytest.mark.parametrize("seed", range(5))
def test_more_inputs_together_are_never_farther_than_fewer(seed):
    rng = np.random.default_rng(seed)
    slopes, bends = rng.normal(size=5), rng.normal(size=5) * 0.1
    one = flipped(lambda x: x @ slopes + x**2 @ bends - 0.8, 5)
    single, pair = (group[0].distance if group else np.inf for group in (one.singles, one.pairs))
    assert one.joint.distance <= pair + 1e-6
    assert one.joint.distance <= single + 1e-6


@pytest.mark.slow
def test_a_run_on_either_side_of_a_switching_value_has_either_verdict():
    plan = zjsim.open_plan("zhejiang")
    found = zjsim.flip(plan, "baseline", targets="7,10")
    checked = 0
    for one in found.flips:
        for departure in one.singles[:4]:
            (item,) = departure.inputs
            if item.kind != "constant":
                continue
            (before,), (turns,) = departure.before, departure.values
            for part, same in ((0.97, True), (1.03, False)):
                value = before + part * (turns - before)
                ran = zjsim.simulate(plan, "baseline", constants={item.key: value})
                row = zjsim.assess(plan, ran).row(one.indicator.id)
                assert row.met == (one.met if same else not one.met), (one.indicator.id, item.key)
            checked += 1
    assert checked >= 2
    frame = found.to_frame()
    assert set(frame["kind"]) == {"single", "pair", "joint"}
    assert (frame.groupby(["number", "kind", "departure"])["distance"].nunique() == 1).all()
