"""The bar: outturns agree with the table of observations, and a row says whether it is reached."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bar():
    spec = importlib.util.spec_from_file_location("bar", ROOT / "benchmarks" / "bar.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def kept(bar):
    return json.loads(bar.OUT.read_text(encoding="utf-8"))


SERIES = {
    1: "manufacturing_share_post_census", 3: "va_per_mu_growth", 5: "patents_per_10bn",
    7: "high_tech_share", 8: "energy_per_va_change",
}  # fmt: skip


def test_outturns_are_those_of_the_observations(bar, plan):
    for row in bar.outturns():
        if row["indicator"] not in SERIES:
            continue
        rows = plan.observations.series(SERIES[row["indicator"]])
        rows = [*rows, *plan.observations.series("high_tech_share", "M11")]
        years = {found.year: found.value for found in reversed(rows)}
        assert row["value"] == years[row["year"]], row


def test_every_outturn_names_a_variable_of_the_model_its_source_and_its_grade(bar, plan):
    for row in bar.outturns():
        assert row["variable"] in plan.model.elements
        assert row["from"]
        assert row["grade"] in "ABCD"
        assert 2020 < row["year"] <= plan.plan.years[-1]


def test_forecasts_without_a_model_begin_at_the_base(bar, plan):
    for row in bar.outturns():
        if row["measure"] == "level":
            base = {**row, "year": 2020}
            assert bar.trended(base) == pytest.approx(row["base"])
            assert bar.planned(base, plan) == pytest.approx(row["base"])


def test_the_plan_line_ends_at_the_target(bar, plan):
    for row in bar.outturns():
        if row["measure"] == "level":
            item = next(i for i in plan.plan.indicators if i.number == row["indicator"])
            end = bar.planned({**row, "year": 2025}, plan)
            assert end == pytest.approx(item.target.value * bar.scale_of(row, plan), rel=2e-3)


def test_a_row_says_by_how_much_the_goal_is_missed(bar, kept):
    worse = {**kept, "energy": {**kept["energy"], "plan": 2.7}}
    (row,) = (r for r in bar.rows_of(worse) if r[0].startswith("energy"))
    assert row[-1] == "missed by 0.7"
    better = {**kept, "energy": {**kept["energy"], "plan": 1.2}}
    (row,) = (r for r in bar.rows_of(better) if r[0].startswith("energy"))
    assert row[-1] == "reached"


def test_a_sample_of_mutants_is_not_all(bar, kept):
    some = {**kept, "mutation": {"share": 99.0, "tried": 10, "all": 20}}
    assert bar.rows_of(some)[-1][-1].startswith("open")
    every = {**kept, "mutation": {"share": 99.0, "tried": 20, "all": 20}}
    assert bar.rows_of(every)[-1][-1] == "reached"


def test_the_constants_of_the_page_are_those_of_the_plan(bar, kept, plan):
    """What can be checked without a run is checked: a stale page shows here."""
    assert kept["constants"] == bar.constants(plan)
    assert [list(row) for row in bar.rows_of(kept)] == kept["table"]
