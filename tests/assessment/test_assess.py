import numpy as np
import pytest

from zjsim.assessment.assess import assess
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.progress import Verdict, Word

from .conftest import StandInRuns, runs_reaching


def test_all_on_target_is_met_and_passes(plan):
    result = assess(runs_reaching(plan), plan)
    assert [row.verdict for row in result.rows] == [Verdict.MET] * 10
    assert result.exit_status == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"manufacturing_share": 34.0}, 0),
        ({"manufacturing_share": 33.1}, 10),
        ({"water_intensity_cut": 15.9}, 20),
        ({"manufacturing_share": 33.1, "energy_intensity_cut": 15.0}, 20),
        ({"rd_intensity": None}, 10),
        ({"energy_intensity_cut": None}, 20),
        ({"rd_intensity": np.nan}, 10),
        ({"status": [1]}, 1),
    ],
)
def test_exit_status_is_that_of_the_worst_target(plan, changes, status):
    assert assess(runs_reaching(plan, **changes), plan).exit_status == status


def test_an_undecidable_target_is_not_a_pass(plan):
    name = plan.indicator("energy_intensity_cut").variable
    result = assess(runs_reaching(plan, energy_intensity_cut=16.01, errors={name: 0.02}), plan)
    assert result.row("energy_intensity_cut").verdict is Verdict.UNDECIDABLE
    assert result.exit_status == 20


def test_a_run_that_failed_has_no_value(plan):
    result = assess(runs_reaching(plan, rd_intensity=np.array([3.5, 3.5]), status=[0, 1]), plan)
    row = result.row("rd_intensity")
    assert row.verdicts.tolist() == ["met", "missing"]
    assert (row.share.met, row.share.total) == (1, 2)
    assert (result.n_failed, result.exit_status) == (1, 1)


def test_a_missing_variable_says_why(plan):
    row = assess(runs_reaching(plan, rd_intensity=None), plan).row("rd_intensity")
    assert row.verdict is Verdict.MISSING
    assert "no such variable was saved" in row.reason
    assert all(reading.word is None for reading in row.readings)


def test_a_steady_cut_keeps_step_with_time(plan):
    item = plan.indicator("energy_intensity_cut")
    runs = runs_reaching(plan)
    runs.paths[item.variable] = {
        2020 + k: 100 * (1 - (1 - item.target.value / 100) ** (k / 5)) for k in range(6)
    }
    for reading in assess(runs, plan).row(item.id).readings:
        assert reading.progress == pytest.approx(reading.time_progress)
        assert reading.word is Word.ON_COURSE


def test_a_path_straight_to_the_target_keeps_step_with_its_own_clock(plan):
    result = assess(runs_reaching(plan), plan)
    for name in ("labour_productivity", "business_environment"):
        for reading in result.row(name).readings:
            assert reading.progress == pytest.approx(reading.time_progress)
    assert result.row("business_environment").reading(2022).time_progress == 0.5


def test_reached_early_is_for_targets_still_kept(plan):
    item = plan.indicator("rd_intensity")
    runs = runs_reaching(plan)
    runs.paths[item.variable] = {2020: 2.8, 2022: 3.5, 2024: 3.5, 2025: 3.3}
    words = [reading.word for reading in assess(runs, plan).row(item.id).readings]
    assert words[1:4] == [Word.REACHED_EARLY] * 3
    assert words[4] is Word.BEHIND
    runs.paths[item.variable] = {2020: 2.8, 2023: 3.4, 2025: 3.5}
    words = [reading.word for reading in assess(runs, plan).row(item.id).readings]
    assert words[2:] == [Word.REACHED_EARLY] * 3


def test_the_rate_needed_after_a_bad_year_is_higher(plan):
    item = plan.indicator("labour_productivity")
    runs = runs_reaching(plan)
    runs.paths[item.variable] = {2020: 23.5, 2021: 23.5, 2025: 33}
    first = assess(runs, plan).row(item.id).reading(2021)
    assert first.rate_needed == pytest.approx(100 * ((33 / 23.5) ** 0.25 - 1))


def test_an_intensity_gives_the_same_cut_as_the_cut_itself(plan, plan_document):
    import copy

    from zjsim.assessment.plan import plan_from_document

    document = copy.deepcopy(plan_document)
    document["indicators"][7].update(reads="intensity", variable="intensity", scale=3.0)
    other = plan_from_document(document)
    runs = runs_reaching(plan, energy_intensity_cut=17.0)
    runs.paths["intensity"] = {2020: 2.0, 2025: 2.0 * 0.83}
    direct = assess(runs, plan).row("energy_intensity_cut")
    derived = assess(runs, other).row("energy_intensity_cut")
    assert derived.projection == pytest.approx(direct.projection)
    runs.errors = {"intensity": 0.02}
    assert assess(runs, other).row("energy_intensity_cut").error == pytest.approx(1.0)


def test_the_latest_outturn_is_judged_with_the_same_rules(plan):
    rows = (
        Observation("business_environment", 2021, 83.17, grade="B"),
        Observation("business_environment", 2019, 76.1, grade="A"),
    )
    row = assess(runs_reaching(plan), plan, Observations(rows)).row("business_environment")
    assert row.outturn.year == 2021
    assert row.outturn.progress == pytest.approx((83.17 - 76.1) / (90 - 76.1))
    assert row.outturn.word is Word.FASTER
    assert row.outturn.rate_needed == pytest.approx(100 * ((90 / 83.17) ** 0.25 - 1))


def test_the_outturn_is_the_latest_figure_of_a_year_of_the_plan(plan, observations):
    """Figures of the base year and of parts of a year are none."""
    result = assess(runs_reaching(plan), plan, observations)
    found = {row.indicator.id: row.outturn.year for row in result.rows if row.outturn}
    latest = {
        item.id: max(years)
        for item in plan.indicators
        if (years := [row.year for row in observations.series(item.id)
                      if row.year in plan.years and row.period == "year"])
    }  # fmt: skip
    assert found == latest
    assert 0 < len(found) < len(plan.indicators)


def test_a_figure_before_the_plan_began_is_no_outturn(plan):
    rows = (Observation("business_environment", 2020, 80.0, grade="A"),)
    row = assess(runs_reaching(plan), plan, Observations(rows)).row("business_environment")
    assert row.outturn is None


def test_an_amended_target_has_a_verdict_of_its_own(plan):
    row = assess(runs_reaching(plan, water_intensity_cut=17.0), plan).row("water_intensity_cut")
    assert (row.verdict, row.amendment_verdict) == (Verdict.MET, Verdict.MISSED)


def test_the_pace_of_the_text_has_a_verdict_of_its_own(plan):
    row = assess(runs_reaching(plan, energy_intensity_cut=18.0), plan).row("energy_intensity_cut")
    assert (row.verdict, row.text_pace_verdict) == (Verdict.MET, Verdict.MISSED)
    assert "18.46" in "".join(assess(runs_reaching(plan), plan).to_table("en").iloc[7])


def test_constant_prices_stand_beside_the_verdict_and_do_not_change_it(plan):
    item = plan.indicator("labour_productivity")
    runs = runs_reaching(plan)
    runs.paths[item.constant_price_variable] = {2020: 23.5, 2025: 30.0}
    row = assess(runs, plan).row(item.id)
    assert (row.constant_price, row.verdict) == (30.0, Verdict.MET)


def test_one_run_and_the_same_run_many_times_agree(plan):
    one = assess(runs_reaching(plan, rd_intensity=3.37), plan)
    many = assess(runs_reaching(plan, rd_intensity=np.full(50, 3.37)), plan)
    for a, b in zip(one.rows, many.rows, strict=True):
        assert (a.verdict, a.projection) == (b.verdict, b.projection)
        assert repr(a.readings) == repr(b.readings)  # as text, where NaN equals NaN
    assert many.row("rd_intensity").share.value == 0.0
    assert many.probabilities.joint.met == 0


def test_shares_of_many_runs_are_counted(plan):
    values = np.linspace(3.0, 3.795, 160)
    result = assess(runs_reaching(plan, rd_intensity=values), plan)
    share = result.row("rd_intensity").share
    assert share.met == int((values >= 3.4).sum())
    assert share.low < share.value < share.high
    assert result.probabilities.joint.met == share.met
    assert result.probabilities.binding.met == 160


def test_a_longer_plan_reads_a_year_end_count_half_a_year_later(plan, plan_document):
    import copy

    from zjsim.assessment.plan import plan_from_document

    document = copy.deepcopy(plan_document)
    document["indicators"][9]["reading"] = "year_end"
    item = document["indicators"][9]
    runs = runs_reaching(plan)
    runs.paths[item["variable"]] = {2025: 80.0, 2025.5: 91.0}
    row = assess(runs, plan_from_document(document)).row("business_environment")
    assert row.projection == 91.0


def test_the_table_has_the_columns_of_a_planning_office(plan):
    result = assess(runs_reaching(plan), plan)
    assert " ".join(result.to_table("zh").columns) == (
        "序号 类别 指标 单位 属性 2020年 2025年目标 2025年预测 "
        "完成率 进度 时间进度 后续年均 判断 达成概率 说明"
    )
    english = result.to_table("en")
    assert english.shape == (10, 15)
    assert not any(ord(c) > 0x2FFF for c in "".join(english["Verdict"]))
    assert english["2025 target"].tolist()[:2] == ["about 33.3%", "≥33"]
    assert result.to_table("zh")["2025年目标"][0] == "33.3左右"


def test_an_undecidable_or_missing_target_is_neither_met_nor_not_in_the_frame(plan):
    name = plan.indicator("energy_intensity_cut").variable
    runs = runs_reaching(
        plan, rd_intensity=None, water_intensity_cut=1.0, energy_intensity_cut=16.01,
        errors={name: 0.02},
    )  # fmt: skip
    frame = assess(runs, plan).to_frame().set_index("id")
    assert frame["met"].isna().sum() == 2
    assert frame["verdict"]["rd_intensity"] == "missing"
    assert frame["verdict"]["energy_intensity_cut"] == "undecidable"
    assert not frame["met"]["water_intensity_cut"]
    assert frame["error"]["energy_intensity_cut"] == 0.02


def test_the_rate_still_needed_is_that_of_the_year_asked_for(plan):
    result = assess(runs_reaching(plan, labour_productivity=30.0), plan)
    value = 23.5 + 3 / 5 * (30.0 - 23.5)
    assert result.rows[0].reading(2023).rate_needed == pytest.approx(0.12, abs=0.005)
    rate = result.rows[1].reading(2023).rate_needed
    assert rate == pytest.approx(100 * ((33 / value) ** 0.5 - 1))


def test_at_the_target_year_the_rate_is_counted_from_the_latest_outturn(plan):
    rows = (
        Observation("value_added_per_mu", 2023, 150.0, grade="B"),
        Observation("digital_core_share", 2021, 11.36, grade="B"),
    )
    result = assess(runs_reaching(plan), plan, Observations(rows))
    rates = result.to_table("en")["Needed a year"].tolist()
    assert rates[1] == "+7.03% from 2020"  # no outturn: from the base
    assert rates[2] == f"{100 * ((180 / 150) ** 0.5 - 1):+.2f}% from 2023"
    assert rates[5] == f"{(15 - 11.36) / 4:+.2f} points from 2021"
    assert rates[7] == "-3.43% from 2020"


def test_the_notebook_view_escapes_what_it_shows(plan):
    runs = runs_reaching(plan)
    runs.label = "<script>alert(1)</script>"
    html = assess(runs, plan)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_no_runs_are_a_failure_and_not_a_pass(plan):
    runs = StandInRuns({}, status=[])
    runs.n_run = 0
    assert assess(runs, plan).exit_status == 1
