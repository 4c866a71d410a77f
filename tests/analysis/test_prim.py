"""Boxes in which cases of interest crowd: those of EMA Workbench, and those that were planted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zjsim.analysis.deciding.prim import Box, counted, quasi_p, trajectory

FOLDER = Path(__file__).parent / "bryant_lempert"


def bryant_and_lempert():
    table = pd.read_csv(FOLDER / "data.csv")
    names = [name for name in table if name != "of interest"]
    return names, table[names].to_numpy(), table["of interest"].to_numpy() == 1


def test_every_box_is_the_one_that_ema_workbench_finds_in_its_documented_example():
    names, values, hits = bryant_and_lempert()
    boxes = trajectory(values, hits, peel=0.1)
    wanted = pd.read_csv(FOLDER / "trajectory.csv")
    assert len(boxes) == wanted["step"].max() + 1
    for step, rows in wanted.groupby("step"):
        box = boxes[step]
        assert (box.n, box.k) == (rows["n"].iloc[0], rows["k"].iloc[0])
        assert box.k / hits.sum() == pytest.approx(rows["coverage"].iloc[0])
        assert box.density == pytest.approx(rows["density"].iloc[0])
        named = rows[rows["input"].notna()]
        limits = {row.input: (row.low, row.high) for row in named.itertuples()}
        assert {names[place] for place in box.restricted} == set(limits)
        for place in box.restricted:
            low, high = limits[names[place]]
            assert box.low[place] == pytest.approx(-np.inf if np.isnan(low) else low)
            assert box.high[place] == pytest.approx(np.inf if np.isnan(high) else high)
        tested = quasi_p(box, values, hits)
        for row in rows.itertuples():
            for side, value in (("low", row.qp_low), ("high", row.qp_high)):
                if not np.isnan(value):
                    assert tested[names.index(row.input), side] == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_box_is_found_whatever_the_seed(seed):
    random = np.random.default_rng(seed)
    values = random.random((3000, 12))
    hits = (values[:, 3] > 0.6) & (values[:, 7] < 0.5)
    hits ^= random.random(3000) < 0.03
    boxes = trajectory(values, hits)
    best = max(boxes, key=lambda box: 2 * box.k / (box.n + hits.sum()))
    assert best.low[3] == pytest.approx(0.6, abs=0.05)
    assert best.high[7] == pytest.approx(0.5, abs=0.05)
    assert best.k / hits.sum() > 0.75
    tested = quasi_p(best, values, hits)
    assert tested[3, "low"] < 1e-6 > tested[7, "high"]


def test_each_step_cuts_off_a_slice_and_counts_what_it_says():
    random = np.random.default_rng(1)
    values = random.integers(0, 4, (500, 3)).astype(float)  # many ties
    hits = (values[:, 0] >= 2) & (random.random(500) < 0.8)
    boxes = trajectory(values, hits)
    assert boxes[0].restricted == ()
    for box in boxes:
        again = counted(box.low, box.high, values, hits)
        assert (again.n, again.k) == (box.n, box.k)
    assert [box.density for box in boxes] == sorted(box.density for box in boxes)


def test_where_every_case_is_alike_nothing_is_cut_off():
    values = np.random.default_rng(0).random((100, 3))
    for same in (np.zeros(100, dtype=bool), np.ones(100, dtype=bool)):
        assert len(trajectory(values, same)) == 1
    assert Box(np.full(3, -np.inf), np.full(3, np.inf), 1, 1).holds(values).all()
