"""The searches and bounds behind a backcast, on problems whose answer is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from zjsim.analysis.deciding.certificate import check_directions, least_cost, most_of
from zjsim.analysis.deciding.chance import Straight, most_held
from zjsim.analysis.deciding.chance import cheapest as cheapest_share
from zjsim.analysis.deciding.search import (
    Question,
    highest_worst,
    least_change,
    linear_weights,
    rounded_outwards,
    starting_points,
)


def question(margins, n, price=None, lower=None):
    start = np.zeros(n)
    low = start if lower is None else np.full(n, float(lower))
    cost = np.ones(n) if price is None else np.asarray(price, dtype=float)
    return Question(low, np.ones(n), start, cost, margins)


def linear(slopes, needs):
    return lambda points: points @ slopes.T - needs


def cheapest(ask, seed=0, globally=False, starts=4):
    return least_change(ask, starting_points(ask, starts, seed), seed=seed, globally=globally)


def test_a_linear_problem_is_solved_as_linear_programming_solves_it():
    slopes = np.array([[1.0, 2.0, 0.5], [0.3, -0.2, 1.0]])
    needs, price = np.array([1.2, 0.4]), np.array([1.0, 1.5, 0.7])
    known = linprog(price, A_ub=-slopes, b_ub=-needs, bounds=[(0, 1)] * 3)
    found = cheapest(question(linear(slopes, needs), 3, price))
    assert found.meets
    assert found.cost == pytest.approx(known.fun, abs=1e-6)


def test_a_monotone_bent_problem_is_solved_to_a_millionth():
    # sqrt(x) + sqrt(y) >= 1 at cost x + y: the cheapest point is (1/4, 1/4).
    found = cheapest(question(lambda x: np.sqrt(x + 1e-12).sum(axis=1, keepdims=True) - 1, 2))
    assert found.cost == pytest.approx(0.5, abs=1e-6)
    assert found.point == pytest.approx([0.25, 0.25], abs=1e-3)


def test_of_two_optima_the_cheaper_is_found():
    # Two islands meet the condition: one about (0.2, 0.7) and a cheaper one about (0.5, 0.1).
    centres, radii = np.array([[0.2, 0.7], [0.5, 0.1]]), np.array([0.1, 0.05])

    def margins(points):
        away = np.linalg.norm(points[:, None] - centres, axis=2)
        return (radii - away).max(axis=1, keepdims=True)

    found = cheapest(question(margins, 2), globally=True)
    # The island's point next to the origin, in the direction of equal prices.
    assert found.cost == pytest.approx(0.6 - 0.05 * np.sqrt(2), abs=1e-6)


def test_a_number_may_fall_as_well_as_rise():
    ask = question(lambda x: x @ np.array([[1.0, -2.0]]).T - 0.8, 2, lower=-1)
    found = cheapest(ask)
    assert found.point == pytest.approx([0.0, -0.4], abs=1e-6)
    assert found.cost == pytest.approx(0.4, abs=1e-6)


def test_rounding_goes_away_from_the_start_and_keeps_every_margin():
    ask = question(linear(np.array([[1.0, 1.0]]), np.array([0.33335])), 2)
    point = rounded_outwards(ask, np.array([0.33335, 1e-7]))
    assert point.tolist() == [0.334, 0.0]


def verdict_of(ask, seed):
    """Feasible, impossible or open, as a backcast argues it."""
    found = cheapest(ask, seed, starts=0)
    if found.meets:
        return "feasible", found, None
    design = check_directions(ask, bases=8, levels=3, seed=seed)
    best = highest_worst(ask, starting_points(ask, 0, seed), seed=seed)
    if best.meets:
        return "feasible", best, None
    weights = linear_weights(ask, best.point, by_cost=False)
    tops = [most_of(ask, design, each) for each in (*np.eye(weights.size), weights)]
    return ("impossible" if min(tops) < 0 else "open"), best, design


@pytest.mark.slow
@pytest.mark.parametrize("family", ["linear", "saturating"])
def test_the_certificate_is_never_wrong(family):
    rng = np.random.default_rng(5)
    told = {"feasible": 0, "impossible": 0, "open": 0}
    for case in range(500):
        n, k = int(rng.integers(2, 6)), int(rng.integers(1, 4))
        slopes = rng.normal(size=(k, n)) if family == "linear" else rng.uniform(0.1, 1, (k, n))
        lift = (lambda x: x) if family == "linear" else (lambda x: 1 - np.exp(-3 * x))
        known = linprog(
            np.append(np.zeros(n), -1.0),
            A_ub=np.column_stack([-slopes, np.ones(k)]),
            b_ub=np.zeros(k),
            bounds=[(0, lift(1.0))] * n + [(None, None)],
        )
        # Lifted inputs span a box too: the highest worst margin is that of a linear program.
        needs = -known.fun + rng.choice([-1, 1]) * 10 ** rng.uniform(-4, 0)
        ask = question(lambda x, a=slopes, f=lift, b=needs: f(x) @ a.T - b, n)
        said, _, _ = verdict_of(ask, case)
        told[said] += 1
        assert said != ("impossible" if needs <= -known.fun else "feasible"), case
    # Where every number works one way for all, or in proportion, nothing is left open.
    assert told["open"] == 0
    assert min(told["feasible"], told["impossible"]) > 150


def test_movement_against_the_direction_is_granted_on_top_of_the_corner():
    # A hump: the corner has less than the middle, and the bound must not be below the hump.
    ask = question(lambda x: (np.sin(np.pi * x[:, :1]) + 0.1 * x[:, :1]) - 0.5, 1)
    design = check_directions(ask, bases=4, levels=5)
    assert most_of(ask, design, np.ones(1)) >= 0.55


def test_the_bound_on_the_cost_is_the_cost_where_all_is_linear():
    slopes, needs = np.array([[1.0, 2.0], [1.0, 0.2]]), np.array([1.4, 0.5])
    ask = question(linear(slopes, needs), 2, [1.0, 1.1])
    found = cheapest(ask)
    weights = linear_weights(ask, found.point, by_cost=True)
    assert least_cost(ask, check_directions(ask), weights) == pytest.approx(found.cost, abs=1e-6)


def straight_worlds(rng, worlds, targets, numbers):
    margins = -rng.uniform(0, 1, (worlds, targets))
    slopes = rng.uniform(-0.2, 1, (worlds, targets, numbers))
    price = rng.uniform(0.5, 1.5, numbers)
    return question(lambda x: x, numbers, price), Straight(np.zeros(numbers), margins, slopes)


def by_trying_every_choice(ask, flat, allowed):
    """The least cost by one linear program for each choice of the worlds that are held."""
    total, n = len(flat.margins), ask.start.size
    best = np.inf
    for out in itertools.combinations(range(total), allowed):
        keep = [world for world in range(total) if world not in out]
        ended = linprog(
            ask.price,
            A_ub=-flat.slopes[keep].reshape(-1, n),
            b_ub=flat.margins[keep].ravel(),
            bounds=[(0, 1)] * n,
        )
        best = min(best, ended.fun if ended.status == 0 else np.inf)
    return best


def compared(seeds):
    """Costs found and least costs, in random small sets of worlds."""
    rows = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        ask, flat = straight_worlds(rng, 8, int(rng.integers(1, 3)), int(rng.integers(2, 5)))
        allowed = int(rng.integers(1, 4))
        starts = np.concatenate([[ask.start, ask.upper], rng.random((4, ask.start.size))])
        held = cheapest_share(ask, flat, allowed, starts)
        if held is not None:
            # Whatever its cost, the point does hold as many worlds as it says.
            assert (flat.at(held.point[None])[0] >= -1e-9).sum() >= len(flat.margins) - allowed
        least = by_trying_every_choice(ask, flat, allowed)
        rows.append((np.inf if held is None else held.cost, least))
    return np.array(rows)


def test_a_share_of_worlds_is_held_as_cheaply_as_by_trying_every_choice():
    found, least = compared(range(12)).T
    assert found == pytest.approx(least, abs=1e-6)


@pytest.mark.slow
def test_of_many_sets_of_worlds_none_is_undercut_and_few_are_dearer():
    found, least = compared(range(100, 150)).T
    assert np.array_equal(np.isinf(found), np.isinf(least))
    there = np.isfinite(least)
    assert np.all(found[there] >= least[there] - 1e-7)
    assert np.mean(found[there] < least[there] + 1e-6) > 0.9
    assert np.all(found[there] < 1.2 * least[there])


def test_the_most_worlds_are_held_where_no_wanted_share_can_be():
    # One world asks for the low end, nine for the high one: nine of ten is the most.
    slopes = np.array([[[1.0]]] * 9 + [[[-1.0]]])
    margins = np.array([[-0.6]] * 9 + [[0.4]])
    flat = Straight(np.zeros(1), margins, slopes)
    ask = question(lambda x: x, 1)
    point = most_held(ask, flat, np.zeros((1, 1)))
    assert (flat.at(point[None])[0] >= 0).sum() == 9
    assert cheapest_share(ask, flat, 0, np.zeros((1, 1))) is None
