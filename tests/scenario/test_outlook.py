"""The errors of the outlook: one table, one draw of a driver, the same spread in every use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zjsim.errors import DataError
from zjsim.inputs import TimePath
from zjsim.scenario.outlook import Ahead, OutlookError, bent, correlation, read_outlook_errors
from zjsim.scenario.sampling import draw, plan_sampling, resolve_ensemble
from zjsim.timeline import TimeGrid

GRID = TimeGrid(2020, 2025.5, 0.0625)
WORLD = OutlookError("world demand", 0.04, 0.3, 0.7)
ENERGY = OutlookError("energy price", 0.06, 0.5, 0.5)
HEAD = "driver,sd,persistence,common,source,grade,note\n"


@pytest.fixture
def uncertain(bench):
    """Make a plan of draws from a scenario whose drivers have errors."""

    def call(text="{runs: 4096}", before="", method=None):
        resolved = bench.resolve(
            f"based_on: baseline\n{before}time: {{stop: 2025.5}}\nsampling: {text}\n"
        )
        resolved = replace(resolved, outlook=(WORLD, ENERGY))
        return resolved, plan_sampling(resolved, bench.model, bench.constants)

    return call


def growth(inputs, resolved, name):
    """Deviation of each whole year's growth from the scenario's own, shape (n_run, 5)."""
    years = np.arange(2020.0, 2026.0)
    logs = np.log(inputs.paths[name].right(years) / resolved.inputs.paths[name].right(years))
    return np.diff(logs, axis=1)


def test_yearly_deviations_are_the_autoregression_of_the_table(uncertain):
    resolved, plan = uncertain()
    inputs, draws = resolve_ensemble(resolved, plan, 0, 4096)
    for error in (WORLD, ENERGY):
        found = growth(inputs, resolved, error.driver)
        expected = error.sd * np.sqrt(np.cumsum(error.persistence ** (2 * np.arange(5))))
        assert found.std(axis=0) == pytest.approx(expected, rel=0.03)
        lagged = np.mean(found[:, 1:] * found[:, :-1]) / np.mean(found[:, :-1] ** 2)
        assert lagged == pytest.approx(error.persistence, abs=0.03)
        # What is drawn and shown is the mean deviation itself, with the spread that is told.
        key = f"drivers.{error.driver.replace(' ', '_')}"
        assert found.mean(axis=1) == pytest.approx(draws[key], abs=1e-12)
        assert draws[key].std() == pytest.approx(error.sd_of_mean(5), rel=0.02)


def test_new_deviations_of_a_year_share_a_shock_and_those_of_other_years_do_not(uncertain):
    resolved, plan = uncertain()
    inputs, _ = resolve_ensemble(resolved, plan, 0, 4096)
    new = []
    for error in (WORLD, ENERGY):
        found = growth(inputs, resolved, error.driver)
        found[:, 1:] -= error.persistence * found[:, :-1].copy()
        new.append(found)
    between = np.corrcoef(np.hstack(new).T)[:5, 5:]
    assert between == pytest.approx(0.35 * np.eye(5), abs=0.05)


def test_a_driver_is_one_factor_and_its_timing_is_none(uncertain):
    _, plan = uncertain()
    keys = [item.key for item in plan.dimensions if item.kind == "driver"]
    assert keys == ["drivers.energy_price", "drivers.world_demand"]
    assert set(draw(plan, 0, 8)) == {item.key for item in plan.dimensions}
    assert plan.size == len(plan.dimensions) + 2 * 5
    assert plan.correlated_pairs == 1


@pytest.mark.parametrize("method", ["sobol", "latin_hypercube", "random"])
def test_the_timing_too_is_the_same_in_any_chunk(uncertain, method):
    resolved, plan = uncertain(f"{{runs: 64, method: {method}}}")
    whole = resolve_ensemble(resolved, plan, 0, 64)[0]
    for first, last in ((0, 1), (7, 40), (63, 64)):
        part = resolve_ensemble(resolved, plan, first, last)[0]
        for error in (WORLD, ENERGY):
            rows = whole.paths[error.driver].values[first:last]
            assert np.array_equal(part.paths[error.driver].values, rows)


def test_years_known_do_not_deviate(uncertain):
    resolved, plan = uncertain(before="driver_path: [observed, outlook]\n")
    ahead = {item.name: item.ahead for item in plan.dimensions if item.kind == "driver"}
    assert (ahead["energy price"].since, ahead["world demand"].since) == (2021, 2020)
    inputs, _ = resolve_ensemble(resolved, plan, 0, 64)
    found = growth(inputs, resolved, "energy price")
    assert np.abs(found[:, 0]).max() < 1e-12
    assert (found[:, 1:].std(axis=0) > 0.05).all()


def test_a_scenario_may_give_a_driver_a_spread_of_its_own(uncertain):
    own = "{runs: 16, drivers: {world_demand: {low: -0.01, high: 0.01, of: drift}}}"
    _, plan = uncertain(own)
    assert {i.key: i.of for i in plan.dimensions if i.kind == "driver"} == {
        "drivers.world_demand": "drift",
        "drivers.energy_price": "outlook",
    }


def test_the_hash_of_a_scenario_knows_the_errors(bench):
    table = replace(bench.drivers, errors=(WORLD,))
    plain = bench.resolve("based_on: baseline\n")
    bench.drivers = table
    assert bench.resolve("based_on: baseline\n").hash != plain.hash


def test_paths_deviate_after_the_known_year_only():
    path = TimePath(np.array([2020.0, 2026.0]), np.array([[1.0, 1.3]]))
    moved = bent(path, True, np.full((3, 4), 0.1), 2022.0, GRID)
    early = np.array([2020.0, 2021.3, 2022.0])
    assert moved.right(early) == pytest.approx(np.repeat(path.right(early), 3, axis=0))
    late = np.array([2024.0])
    assert moved.right(late)[0, 0] == pytest.approx(path.right(late)[0, 0] * np.exp(0.2))


def test_within_a_year_growth_deviates_evenly_and_a_jump_stays_a_jump():
    jump = TimePath(np.array([2020.0, 2023.0, 2023.0, 2026.0]), np.array([[1.0, 1.3, 2.0, 2.6]]))
    moved = bent(jump, True, np.full((1, 6), 0.1), 2020.0, GRID)
    assert (np.diff(moved.times) == 0).sum() == 1
    half = np.arange(2020.0, 2025.6, 0.5)
    assert set(half) <= set(moved.times)
    assert moved.right(half)[0] == pytest.approx(
        jump.right(half)[0] * np.exp(0.1 * (half - 2020)), rel=1e-12
    )
    # Beyond the last year that deviates nothing more is added.
    short = bent(jump, True, np.full((1, 2), 0.1), 2020.0, GRID)
    assert short.right(np.array([2025.0])) == pytest.approx(
        jump.right(np.array([2025.0])) * np.exp(0.2)
    )


def test_a_level_deviates_by_its_change():
    path = TimePath(np.array([2020.0]), np.array([[5.0]]))
    moved = bent(path, False, np.full((1, 6), 0.5), 2020.0, GRID)
    assert moved.right(np.array([2023.0]))[0, 0] == pytest.approx(6.5)


def test_scores_are_orthogonal_and_the_first_alone_moves_the_mean():
    ahead = Ahead(ENERGY, 2020, 2025.5)
    axes = ahead.axes()
    assert axes.T @ axes == pytest.approx(np.eye(6), abs=1e-12)
    timed = ahead.deviations(np.zeros(3), np.random.default_rng(1).normal(size=(5, 3)))
    assert timed[:, :5].mean(axis=1) == pytest.approx(np.zeros(3), abs=1e-12)
    assert np.abs(timed).max() > 0.01
    same = correlation(ahead, ahead)
    assert same == pytest.approx(ENERGY.common**2 * np.eye(6), abs=1e-12)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("wrold demand,0.04,0.3,0.7,s,D,", "Did you mean world demand?"),
        ("world demand,2,0.3,0.7,s,D,", "line 2, sd: 2 is not within 0..1"),
        ("world demand,0.04,1,0.7,s,D,", "persistence: 1 is not within 0..0.99"),
        ("world demand,0,0.3,0.7,s,D,", "needs no row. Delete the row."),
        ("world demand,0.04,0.3,0.7,s,E,", "'E' is not one of A, B, C, D"),
        ("world demand,a,0.3,0.7,s,D,", "'a' is not a number"),
        ("world demand,.1,0,0,s,D,\nworld demand,.1,0,0,s,D,", "line 3, driver: duplicate driver"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path, row, expected):
    path = tmp_path / "outlook_errors.csv"
    path.write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=expected):
        read_outlook_errors(path, {"world demand": "world demand"})
