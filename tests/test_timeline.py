"""The clock: which grids are possible, and where a calendar year stands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjsim.errors import ScenarioError
from zjsim.timeline import TimeGrid, end_of, start_of


def test_a_year_lies_half_before_and_half_after_its_number():
    assert (start_of(2022), end_of(2022)) == (2021.5, 2022.5)
    assert end_of(2021) == start_of(2022)


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ((2020, 2025, 0.3), "does not divide"),
        ((2020, 2025, 0), "greater than zero"),
        ((2020, 2025, -1), "greater than zero"),
        ((2025, 2020, 0.5), "must come after start"),
        ((2020, float("nan"), 0.5), "finite"),
        ((2020, 2025, 0.5, 0.75), "whole number of steps"),
        ((2020, 2021, 5), "does not divide"),
    ],
)
def test_impossible_grids_are_refused(grid, said):
    with pytest.raises(ScenarioError, match=said):
        TimeGrid(*grid)


@given(st.integers(1, 400), st.sampled_from([0.0625, 0.1, 0.25, 1 / 3]))
def test_both_ends_are_on_the_grid(steps, step):
    grid = TimeGrid(2020, 2020 + steps * step, step)
    assert grid.times[0] == 2020
    assert grid.times[-1] == pytest.approx(grid.stop)
    assert len(grid.times) == grid.n_steps + 1 == steps + 1


def test_halving_keeps_the_saved_rows():
    grid = TimeGrid(2020, 2025, 0.25)
    assert np.array_equal(grid.halved().saved_times, grid.saved_times)
    assert grid.halved().n_steps == 2 * grid.n_steps


def test_snapping_moves_to_the_nearest_grid_time():
    assert TimeGrid(2020, 2025, 0.25).snap(2021.6) == 2021.5
