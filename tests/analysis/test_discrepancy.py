"""Model discrepancy: told by history up to 2020, laid over what is judged, one home for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zjsim.analysis.history.comparison import Comparison, Datum, modelled
from zjsim.analysis.history.discrepancies import (
    FEWEST,
    History,
    departed,
    discrepancy_hashes,
    read_entries,
)
from zjsim.analysis.history.hindcast import hindcast
from zjsim.analysis.history.published import published_until
from zjsim.analysis.history.sectors_file import read_sectors
from zjsim.analysis.uncertainty.statistics import compute_statistics, statistics_of
from zjsim.assessment.observations import Observation, Observations
from zjsim.ensembles.run import simulate_ensemble
from zjsim.errors import DataError
from zjsim.scenario.discrepancy import (
    Discrepancy,
    discrepancies_text,
    read_discrepancies,
    write_discrepancies,
)
from zjsim.workflow import OpenPlan, open_plan

pytestmark = pytest.mark.slow

ONE = Discrepancy("x", "ratio", "s", 8, 3.0, 1.0, 2.0, False, "C", "0" * 16)


@pytest.fixture(scope="module")
def plan():
    return open_plan("zhejiang")


def test_an_ensemble_and_a_hindcast_from_its_base_year_say_the_same(plan):
    """The same draws, the same discrepancy, the same judgement: not only within sampling error."""
    runs = simulate_ensemble(plan, "baseline", runs=64, seed=2021)
    told = statistics_of(runs)
    back = hindcast(plan, 2020, runs=64, seed=2021)
    assert [t.share for t in told.targets] == list(back.probabilities)
    assert [t.model_share for t in told.targets] == list(back.model_probabilities)
    assert told.probabilities.joint == back.joint


def test_with_all_that_was_observed_too(plan):
    runs = simulate_ensemble(plan, "observed", runs=64, seed=7)
    back = hindcast(plan, plan.plan.years[-1], runs=64, seed=7)
    assert [t.share for t in statistics_of(runs).targets] == list(back.probabilities)


def test_a_level_wanders_as_a_random_walk_from_the_base_year():
    times = (2019.0, 2020.0, 2020.5, 2021.0, 2024.0)
    walk = ONE.walk(20_000, 1, 2020.0, times)
    expected = 2 * np.sqrt([0, 0, 0.5, 1, 4])
    assert walk.std(axis=0) == pytest.approx(expected, rel=0.03)
    # What comes later adds to what was there.
    assert np.corrcoef(walk[:, 3], walk[:, 4])[0, 1] == pytest.approx(0.5, abs=0.02)
    assert np.corrcoef(walk[:, 3], walk[:, 4] - walk[:, 3])[0, 1] == pytest.approx(0, abs=0.02)


def test_a_run_has_the_same_walk_however_many_there_are():
    few, many = (ONE.walk(n, 5, 2020.0, (2021.0, 2025.5)) for n in (7, 70_000))
    assert np.array_equal(few, many[:7])
    other = replace(ONE, of="y").walk(7, 5, 2020.0, (2021.0, 2025.5))
    assert not np.allclose(few, other)
    assert not np.allclose(few, ONE.walk(7, 6, 2020.0, (2021.0, 2025.5)))


def test_a_gap_keeps_its_end():
    gap = replace(ONE, form="gap")
    assert gap.applied(np.array([100.0, 80.0]), 100 * np.log([1.5, 1.5])) == pytest.approx(
        [100.0, 70.0]
    )
    assert ONE.applied(np.array([30.0]), np.array([100 * np.log(1.1)])) == pytest.approx([33.0])


class Still:
    """Runs in which nothing ever moves."""

    def __init__(self, n_run):
        self.status, self.n_run = np.zeros(n_run), n_run

    def at(self, name, time):
        return np.full(self.n_run, 10.0)


def test_an_index_wanders_and_a_growth_rate_is_off_by_white_noise():
    runs, found = Still(20_000), {"s.index": ONE, "s.growth": ONE}

    def spread(measure, year):
        item = Comparison("s", ("x",), measure, 2020)
        values = departed(item, Datum(year, float(year), 0.0), runs, found, 3, 2020.0)
        assert modelled(item, Datum(year, float(year), 0.0), runs.at) == pytest.approx(0.0)
        return values.std()

    assert [spread("index", y) for y in (2021, 2024)] == pytest.approx([2, 4], rel=0.03)
    assert [spread("growth", y) for y in (2021, 2024)] == pytest.approx([2, 2], rel=0.03)


def test_the_part_of_the_band_is_told_and_none_is_added_where_none_is_given(plan):
    runs = simulate_ensemble(plan, "baseline", runs=64, seed=3)
    bare = compute_statistics(runs, plan.plan)
    assert [t.discrepancy for t in bare.targets] == [0.0] * len(bare.targets)
    assert [t.share for t in bare.targets] == [t.model_share for t in bare.targets]
    told = statistics_of(runs)
    for target, old in zip(told.targets, bare.targets, strict=True):
        given = plan.discrepancies[target.indicator.id].sd
        assert target.model_share == old.share
        if given == 0:
            np.testing.assert_allclose(target.quantiles, old.quantiles, rtol=1e-12)


def figures(values, first=2012, **more):
    rows = (Observation("s", first + k, v, grade="A", **more) for k, v in enumerate(values))
    return Observations(tuple(rows))


def test_steady_growth_leaves_nothing_and_a_gap_is_taken_a_year():
    steady = [100 * np.exp(0.05 * k) for k in range(8)]
    changes, rows = History("s").changes(figures(steady))
    assert changes == pytest.approx(np.zeros(7), abs=1e-9)
    assert len(rows) == 8
    holed = Observations(tuple(row for row in figures(steady).rows if row.year != 2015))
    assert History("s").changes(holed)[0] == pytest.approx(np.zeros(6), abs=1e-9)


def test_the_scatter_of_growth_rates_is_that_about_their_mean():
    changes, _ = History("s", growth=True).changes(figures([4.0, 6.0, 8.0, 6.0]))
    assert changes == pytest.approx([-2, 0, 2, 0])
    assert changes @ changes / (changes.size - 1) == pytest.approx(8 / 3)


def test_no_figure_after_the_cut_off_enters(plan):
    cut_off = read_sectors(plan).cut_off
    rows = tuple(
        replace(row, value=row.value * 9 + 1) if row.year > cut_off else row
        for row in plan.observations.rows
    )
    other = OpenPlan(plan.folder)
    other.__dict__["observations"] = Observations(rows)
    assert discrepancy_hashes(other) == discrepancy_hashes(plan)
    classes, _ = read_entries(plan)
    for history in (item for group in classes.values() for item in group.values()):
        used = history.changes(published_until(plan.observations, cut_off))[1]
        assert used
        assert all(row.year <= cut_off for row in used)


def test_the_shipped_table_is_that_of_the_shipped_model_and_data(plan):
    shipped = {of: row.data_hash for of, row in plan.discrepancies.items()}
    assert shipped == discrepancy_hashes(plan), "run: zjsim calibrate"


def test_each_row_is_history_less_what_the_model_gives(plan):
    _, entries = read_entries(plan)
    assert set(plan.discrepancies) == {entry.of for entry in entries}
    assert set(plan.plan.indicator_ids) <= set(plan.discrepancies)
    for row in plan.discrepancies.values():
        left = max(row.history_sd**2 - row.model_sd**2, 0.0) ** 0.5
        assert row.sd == pytest.approx(left, abs=0.06)
        assert row.figures >= FEWEST
        assert row.grade == ("D" if row.pooled else "C")


def test_written_then_read(tmp_path):
    path = tmp_path / "discrepancy.csv"
    write_discrepancies(path, [ONE])
    assert read_discrepancies(path) == {"x": ONE}
    assert read_discrepancies(tmp_path / "none.csv") == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("ratio", "rate", "'rate' is not one of ratio, gap"),
        (",2,no", ",-2,no", "line 2, sd: -2 is below 0"),
        (",no,", ",perhaps,", "'perhaps' is not one of yes, no"),
        (",3,1,", ",three,1,", "history_sd: 'three' is not a number"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(tmp_path, old, new, expected):
    path = tmp_path / "discrepancy.csv"
    text = discrepancies_text([ONE])
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=expected):
        read_discrepancies(path)


def test_a_row_for_nothing_is_told(plan, tmp_path):
    path = tmp_path / "discrepancy.csv"
    path.write_text(discrepancies_text([ONE, ONE]), encoding="utf-8")
    with pytest.raises(DataError, match="line 3, of: duplicate entry x"):
        read_discrepancies(path)
