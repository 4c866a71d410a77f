"""What engines are given: paths with two limits at a jump, and rows of runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjsim.inputs import Inputs, TimePath, side_by_side
from zjsim.timeline import TimeGrid

JUMP = TimePath([2020, 2021.5, 2021.5, 2023], [0, 0, 1, 1.5])


def test_a_jump_has_two_limits():
    assert JUMP.left([2021.5])[0] == 0
    assert JUMP.right([2021.5])[0] == 1
    assert JUMP.jumps.tolist() == [2021.5]


def test_a_path_is_held_outside_its_points():
    assert JUMP.right([2000, 2050])[0].tolist() == [0, 1.5]


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=6),
    st.lists(st.floats(-10, 20), min_size=1, max_size=5),
)
def test_a_path_without_jumps_is_numpys_interpolation(values, asked):
    times = np.arange(len(values), dtype=float)
    path = TimePath(times, values)
    expected = np.interp(asked, times, values)
    assert path.left(asked)[0] == pytest.approx(expected, abs=1e-12)
    assert path.right(asked)[0] == pytest.approx(expected, abs=1e-12)


def test_times_must_not_decrease():
    with pytest.raises(ValueError, match="must not decrease"):
        TimePath([2021, 2020], [0, 1])


def test_an_array_of_another_length_is_refused():
    with pytest.raises(ValueError, match="expected 1 or 3"):
        Inputs(TimeGrid(0, 1, 0.5), n_run=3, constants={"a": [1, 2]})


def test_rows_are_those_of_the_whole():
    path = TimePath([0, 1], np.arange(8).reshape(4, 2))
    whole = Inputs(
        TimeGrid(0, 1, 0.5), 4, constants={"a": [1, 2, 3, 4], "b": [9]}, paths={"p": path}
    )
    part = whole.rows(1, 3)
    assert part.n_run == 2
    assert part.constants["a"].tolist() == [2, 3]
    assert part.constants["b"].tolist() == [9]
    assert part.paths["p"].values.tolist() == [[2, 3], [4, 5]]


def test_switch_times_are_inside_the_horizon():
    inputs = Inputs(TimeGrid(2020, 2023, 0.5), paths={"p": JUMP})
    assert inputs.switch_times.tolist() == [2021.5]


BENDS = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, 1.5, 2.0, 4.0]), st.floats(-9, 9)), min_size=1
)


@given(st.lists(BENDS, min_size=1, max_size=4), st.floats(-1, 5))
def test_runs_put_side_by_side_keep_their_own_paths_on_both_sides_of_a_jump(several, time):
    grid = TimeGrid(0, 4, 0.25)
    paths = [TimePath(*map(np.array, zip(*sorted(bends), strict=True))) for bends in several]
    # A third equal time is no jump of its own: the first and the last are its two limits.
    one = [Inputs(grid, paths={"x": path}, constants={"k": [place]})
           for place, path in enumerate(paths)]  # fmt: skip
    together = side_by_side([*one, Inputs(grid)], {"x": 7.0, "k": -1.0})
    assert together.constants["k"].tolist() == [*range(len(paths)), -1]
    for place, path in enumerate([*paths, TimePath([0], [7])]):
        for side in ("left", "right"):
            own = getattr(path, side)([time])[0]
            got = getattr(together.paths["x"], side)([time])
            assert got[min(place, len(got) - 1)] == pytest.approx(own, abs=1e-12)


def test_runs_of_different_grids_are_not_put_side_by_side():
    with pytest.raises(ValueError, match="differ in grid"):
        side_by_side([Inputs(TimeGrid(0, 4, 0.25)), Inputs(TimeGrid(0, 4, 0.5))], {})
