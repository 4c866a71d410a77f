import math
from types import SimpleNamespace

import numpy as np
import pytest

from tests.report.stand_in import PLAN
from zjsim.assessment.assess import assess
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.plan import read_plan
from zjsim.errors import RunError
from zjsim.report.tables.rows import as_report, plan_path
from zjsim.report.tables.verdict_columns import office_table


@pytest.fixture(scope="module")
def plan():
    return read_plan(PLAN)


@pytest.fixture(scope="module")
def report(plan):
    """A report of runs that go straight from base to target, one indicator lost."""
    by_variable = {item.variable: item for item in plan.indicators}

    def at(variable, time):
        item = by_variable[variable]
        if item.id == "high_tech_share":
            raise KeyError("high tech share: no such variable was saved")
        year = math.floor(time)
        (value,) = plan_path(item, [year])
        if item.reads == "intensity":
            value = 100 - value
        return np.array([value / item.scale])

    runs = SimpleNamespace(
        name="straight", label={"zh": "直线", "en": "straight"}, status=np.array([0]), at=at,
        error_at=lambda variable, time: None,
    )  # fmt: skip
    rows = (
        Observation("energy_intensity_cut", 2021, 3.1, grade="B", source="press"),
        Observation("energy_intensity_cut", 2021, 3.0, grade="A", source="bureau"),
        Observation("energy_intensity_cut", 2022, 4.0, grade="B"),
    )
    seen = Observations(rows)
    return as_report(assess(runs, plan, seen), run_id="straight-0123abcd")


def test_every_row_of_an_assessment_is_taken_over(report):
    row = report.row("labour_productivity")
    assert row.years == tuple(range(2020, 2026))
    assert row.path[0] == pytest.approx(23.5)
    assert row.projection == pytest.approx(33)
    assert row.last.progress == pytest.approx(1)
    assert report.row("high_tech_share").verdict == "missing"
    assert report.target_year == 2025


def test_the_best_graded_outturn_of_a_year_is_shown(report):
    row = report.row("energy_intensity_cut")
    shown = [(outturn.year, outturn.value, outturn.grade) for outturn in row.outturns]
    assert shown == [(2021, 3.0, "A"), (2022, 4.0, "B")]
    assert row.latest.year == 2022
    # From a cut of 4 % in 2022 to 16 % in 2025: (0.84 / 0.96)^(1/3) - 1.
    assert row.rate_needed == pytest.approx(100 * ((0.84 / 0.96) ** (1 / 3) - 1))


def test_without_an_outturn_the_rate_still_needed_counts_from_the_base(report):
    row = report.row("water_intensity_cut")
    assert row.rate_needed == pytest.approx(-3.427, abs=5e-4)


def test_a_missing_indicator_says_why_in_the_table(report):
    line = office_table(report, "en").rows[6]
    assert line[7] == "–"
    assert "no such variable was saved" in line[-1]


def test_the_path_of_the_plan_follows_how_an_indicator_grows(plan):
    share, growth, cut = (
        plan.indicator(name)
        for name in ("rd_intensity", "labour_productivity", "energy_intensity_cut")
    )
    assert plan_path(share, [2019, 2021, 2025, 2030]) == pytest.approx([2.8, 2.92, 3.4, 3.4])
    assert plan_path(growth, [2021])[0] == pytest.approx(23.5 * (33 / 23.5) ** 0.2)
    assert plan_path(cut, [2021])[0] == pytest.approx(3.427, abs=5e-4)


def test_a_report_is_its_own_report_and_nothing_else_is(report):
    assert as_report(report) is report
    with pytest.raises(RunError, match="needs what assess\\(\\) returns, not int"):
        as_report(3)
