"""Several scenarios at once; indicators by any name; years and units in frames; own outturns."""

import numpy as np
import pandas as pd
import pytest

import zjsim

pytestmark = pytest.mark.slow

NAMES = ["baseline", "late_start"]


@pytest.fixture(scope="module")
def plan():
    return zjsim.open_plan()


@pytest.fixture(scope="module")
def both(plan):
    return zjsim.simulate(plan, NAMES, estimate_error=False)


@pytest.fixture(scope="module")
def one(both):
    return both["baseline"]


@pytest.fixture(scope="module")
def judged(plan, both):
    return zjsim.assess(plan, both)


def test_a_list_of_scenarios_is_each_of_them_to_the_last_bit(plan, both):
    alone = zjsim.simulate(plan, "late_start", estimate_error=False)
    assert both.names == ("baseline", "late_start")
    np.testing.assert_array_equal(both["late_start"].trajectories.values, alone.trajectories.values)
    assert [runs.name for runs in both] == NAMES
    assert both[1] is both["late_start"]


def test_changes_are_laid_over_every_scenario_of_a_list(plan):
    changed = zjsim.simulate(plan, NAMES, levers={"water": 0}, estimate_error=False)
    for runs in changed:
        path = runs.resolved.inputs.paths["water lever"]
        assert not path.values.any()


def test_a_dataset_of_several_has_the_scenario_as_a_dimension(both):
    found = both.to_dataset()
    assert found.sizes["scenario"] == 2
    assert found["reported staff"].dims == ("scenario", "run", "time")
    assert found["reported staff"].attrs["units"] == "wan_person"
    alone = both["late_start"].to_dataset()
    chosen = found.sel(scenario="late_start")
    np.testing.assert_array_equal(chosen["reported staff"], alone["reported staff"])
    assert str(chosen["inputs_hash"].item()) == alone.attrs["inputs_hash"]
    assert "inputs_hash" not in found.attrs
    assert found.attrs["model_hash"] == alone.attrs["model_hash"]


def test_scenarios_of_several_horizons_stand_in_one_dataset(plan):
    short = {"based_on": "baseline", "name": "short", "time": {"stop": 2024.5}}
    found = zjsim.simulate(plan, ["baseline", short], estimate_error=False).to_dataset()
    assert np.isnan(found["reported staff"].sel(scenario="short", time=2025.0)).all()
    assert not np.isnan(found["reported staff"].sel(scenario="baseline", time=2025.0)).any()


def test_a_frame_of_several_has_the_scenario_as_a_level(both):
    frame = both.to_frame()
    assert frame.index.names == ["scenario", "time"]
    pd.testing.assert_frame_equal(
        frame.loc["late_start"], both["late_start"].to_frame(), check_names=False
    )
    assert frame.attrs["units"]["reported staff"] == "wan_person"


def test_verdicts_of_several_stand_side_by_side(plan, both, judged):
    frame = judged.to_frame()
    assert frame.index.names == ["scenario", "id"]
    for name in NAMES:
        alone = zjsim.assess(plan, both[name]).to_frame().set_index("id")
        pd.testing.assert_frame_equal(frame.loc[name], alone)
        assert judged[name].name == name
    table = judged.side_by_side()
    pd.testing.assert_frame_equal(table, zjsim.compare(plan, NAMES))
    assert table.attrs["units"]["labour_productivity"] == "10 k yuan a person"


def test_a_dataset_of_several_is_judged_like_the_runs(plan, both, judged):
    again = zjsim.assess(plan, both.to_dataset())
    assert again.names == judged.names
    pd.testing.assert_frame_equal(again.side_by_side(), judged.side_by_side())
    single = zjsim.assess(plan, both.to_dataset().sel(scenario="late_start"))
    assert single.name == "late_start"


def test_several_scenarios_are_drawn_and_shown(monkeypatch, both, judged):
    monkeypatch.setenv("ZJSIM_LANG", "en")
    assert zjsim.plot_comparison(judged).axes
    shown = both._repr_html_()
    assert ">Plan as written</th>" in shown
    assert shown == judged._repr_html_()
    assert shown.count("<tr>") == 1 + len(judged["baseline"].rows) + 1


def test_a_list_that_cannot_be_told_apart_is_refused(plan, both):
    with pytest.raises(zjsim.RunError, match="baseline: two scenarios have this name; give one"):
        zjsim.simulate(plan, ["baseline", "baseline"], estimate_error=False)
    with pytest.raises(zjsim.RunError, match="no scenarios: the list is empty"):
        zjsim.simulate(plan, [])
    with pytest.raises(zjsim.RunError, match=r"late_strat: no such scenario .*late_start\?"):
        both["late_strat"]
    with pytest.raises(zjsim.ScenarioError, match=r"a scenario is a name, .* not a list"):
        zjsim.simulate(plan, [["baseline"]])


@pytest.mark.parametrize(
    "name", [6, "6", "digital_core_share", "Core digital industries in GDP",
             "core  digital industries in gdp", "数字经济核心产业增加值占GDP比重"],
)  # fmt: skip
def test_an_indicator_is_known_by_number_id_and_label(plan, judged, name):
    item = plan.plan.indicator("digital_core_share")
    if name == "数字经济核心产业增加值占GDP比重":
        name = item.label.zh
    assert plan.plan.indicator(name) is item
    assert judged["baseline"].row(name).indicator is item
    axes = zjsim.plot_indicator(judged["baseline"], name, "en")
    assert axes.figure is not None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("labor_productivity", r"Did you mean labour_productivity\?"),
        ("Core digital industry in GDP", r"Did you mean Core digital industries in GDP\?"),
        (11, r"11: no such indicator\. Name it by number \(1 to 10\), id or label\."),
        ("zzz", r"zzz: no such indicator\. Name it by number"),
    ],
)
def test_an_unknown_indicator_is_refused_with_near_names(plan, judged, name, hint):
    with pytest.raises(zjsim.PlanError, match=hint):
        judged["baseline"].row(name)
    with pytest.raises(zjsim.PlanError, match=hint):
        zjsim.plot_indicator(judged["baseline"], name)
    with pytest.raises(zjsim.PlanError, match=hint):
        plan.plan.indicator(name)


def test_a_yearly_frame_is_in_the_units_of_the_plan(plan, both, one, judged):
    frame = one.indicators()
    assert frame.index.tolist() == [2020, 2021, 2022, 2023, 2024, 2025]
    assert frame.index.name == "year"
    assert frame.columns.tolist() == list(plan.plan.indicator_ids)
    result = judged["baseline"]
    pd.testing.assert_frame_equal(frame, result.to_frame(yearly=True), check_index_type=False)
    for row in result.rows:
        assert frame[row.indicator.id][2025] == row.projection
        assert frame.attrs["units"][row.indicator.id] == row.indicator.unit.en
    assert both.indicators().index.names == ["scenario", "year"]


def test_a_yearly_frame_of_an_ensemble_has_the_run(plan):
    many = zjsim.simulate_ensemble(plan, runs=4, seed=1)
    frame = many.indicators()
    assert frame.index.names == ["run", "year"]
    assert len(frame) == 4 * 6
    assert frame.attrs["units"]["rd_intensity"] == "%"
    assert many.to_frame().attrs["units"]


def test_units_come_with_every_frame_of_variables(plan, one):
    assert (
        one.to_frame().attrs["units"]["reported staff"]
        == plan.model.elements["reported staff"].unit
    )


def outturns(**columns):
    return pd.DataFrame({"series": ["rd_intensity"], "year": [2024], "value": [3.21], **columns})


def test_outturns_come_from_a_frame_a_workbook_and_csv_alike(plan, one, tmp_path):
    frame = outturns(unit=["%"])
    frame.to_csv(tmp_path / "own.csv", index=False)
    frame.to_excel(tmp_path / "own.xlsx", index=False)
    given = [frame, frame.set_index(["series", "year"]), tmp_path / "own.csv"]
    given += [tmp_path / "own.xlsx", str(tmp_path / "own.xlsx")]
    for own in given:
        outturn = zjsim.assess(plan, one, own).row("rd_intensity").outturn
        assert (outturn.year, outturn.value) == (2024, 3.21)
    # A template whose rows are not all filled in says nothing of the others.
    half = pd.concat([frame, outturns(value=[None], year=[2025.0])])
    assert zjsim.assess(plan, one, half).row("rd_intensity").outturn.year == 2024


def test_outturns_that_are_wrong_say_so(plan, one, tmp_path):
    with pytest.raises(zjsim.DataError, match=r"line 2, series: rd_intensty: no such series"):
        zjsim.assess(plan, one, outturns(series=["rd_intensty"]))
    with pytest.raises(zjsim.DataError, match=r"line 2, unit: rd_intensity is in %.* not yuan"):
        zjsim.assess(plan, one, outturns(unit=["yuan"]))
    with pytest.raises(zjsim.DataError, match="the column value is missing"):
        zjsim.assess(plan, one, outturns().drop(columns="value"))
    with pytest.raises(zjsim.DataError, match=r"a CSV file, an \.xlsx workbook or a DataFrame"):
        zjsim.assess(plan, one, {"rd_intensity": 3.2})
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(zjsim.DataError, match="cannot be read as a workbook"):
        zjsim.assess(plan, one, broken)


def test_what_was_published_is_a_frame_and_may_be_given_back(plan, one):
    frame = plan.observations.to_frame()
    assert len(frame) == len(plan.observations.rows)
    own = frame[frame["series"].isin(plan.plan.indicator_ids) & (frame["grade"] != "M")]
    for ours, theirs in zip(
        zjsim.assess(plan, one, own).rows, zjsim.assess(plan, one).rows, strict=True
    ):
        assert (ours.outturn is None) == (theirs.outturn is None)
        assert ours.outturn is None or ours.outturn.value == theirs.outturn.value


def test_all_verdicts_fit_one_screen(monkeypatch, plan, one, judged):
    monkeypatch.setenv("ZJSIM_LANG", "en")
    shown = judged["baseline"]._repr_html_()
    assert shown.count("<tr>") == 11
    # No column of remarks, which makes rows tall: nine columns.
    assert shown.count("<th ") == 9


def test_every_table_of_a_plan_is_a_frame(plan):
    levers = plan.levers.to_frame()
    assert levers.loc["water", "high"] == next(x.high for x in plan.levers if x.id == "water")
    assert plan.indicators.to_frame()["number"].tolist() == list(range(1, 11))
    drivers = plan.drivers.to_frame()
    assert drivers.index.names == ["path", "driver", "year"]
    constants = plan.constants.to_frame()
    within = constants.dropna(subset=["low", "high"])
    assert ((within["low"] <= within["value"]) & (within["value"] <= within["high"])).all()
    assert (constants["unit"] != "").all()
    scenarios = plan.scenarios.to_frame()
    assert tuple(scenarios.index) == plan.scenarios
    assert scenarios.loc["baseline", "label_en"] == "Plan as written"
    assert set(plan.scenarios) <= set(zjsim.scenario_names())


@pytest.mark.parametrize("run", [zjsim.simulate, zjsim.simulate_ensemble, zjsim.decompose])
def test_errors_of_changes_say_the_words_of_python(plan, run):
    told = r"^the change of baseline has 1 problem:\n  levers\.water=99: 99 is outside 0\.\.3"
    with pytest.raises(zjsim.ScenarioError, match=told):
        run(plan, "baseline", levers={"water": 99})
    with pytest.raises(zjsim.ScenarioError, match=r"\n  levers\.watr=1: .*Did you mean water\?"):
        run(plan, "baseline", "levers.watr=1")
