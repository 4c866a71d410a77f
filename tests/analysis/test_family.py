"""Other provinces, other boundaries, and the evidence rows of the validation page."""

import shutil

import numpy as np
import pytest
import yaml

import zjsim
from zjsim.analysis.history.calibration import Fit
from zjsim.analysis.history.comparison import Comparison, Datum
from zjsim.analysis.validation import evidence
from zjsim.analysis.validation.family import (
    family,
    member_fits,
    member_inputs,
    read_family,
    variants,
)
from zjsim.analysis.validation.subject import Subject, subject_of
from zjsim.analysis.validation.suite import Depth, run_test
from zjsim.errors import PlanError
from zjsim.scenario.calibrated import read_calibration

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def subject():
    return subject_of(zjsim.open_plan())


@pytest.fixture(scope="module")
def jiangsu(subject):
    return read_family(subject)["members"][0]


def elsewhere(tmp_path, subject, change):
    """A copy of the plan with its family file changed, or taken away."""
    copy = tmp_path / "copy"
    shutil.copytree(subject.plan.folder.path, copy)
    path = copy / "family.yaml"
    data = change(yaml.safe_load(path.read_text("utf-8")))
    path.unlink()
    if data is not None:
        path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return subject_of(zjsim.open_plan(copy))


def test_a_member_without_changes_is_the_scenario_itself(subject, jiangsu):
    same = {**jiangsu, "initial": {}, "drivers": {}}
    own = subject.run(subject.inputs(jiangsu["scenario"]))
    assert np.array_equal(subject.run(member_inputs(subject, same)).values, own.values)


def test_a_province_twice_as_large_grows_alike(subject, jiangsu):
    """Only ratios matter: every level of the base year doubled leaves each index as it was."""
    twice = {
        name: {"value": 2 * entry["value"]} if "share" not in name else entry
        for name, entry in jiangsu["initial"].items()
    }
    own, larger = (
        member_fits(subject, {**jiangsu, "initial": initial})
        for initial in (jiangsu["initial"], twice)
    )
    for a, b in zip(own, larger, strict=True):
        np.testing.assert_allclose(a.model, b.model, rtol=1e-9)


def test_only_the_listed_values_differ_from_the_scenario(subject, jiangsu):
    own, other = subject.inputs(jiangsu["scenario"]), member_inputs(subject, jiangsu)
    changed = {
        name for name, path in other.paths.items() if not np.array_equal(
            path.right(own.grid.saved_times), own.paths[name].right(own.grid.saved_times)
        )
    }  # fmt: skip
    assert changed == set(jiangsu["drivers"])
    assert set(other.constants) - set(own.constants) <= set(jiangsu["initial"])


def test_a_member_starts_where_its_province_was(subject, jiangsu):
    run = subject.run(member_inputs(subject, jiangsu))
    initial = {name: entry["value"] for name, entry in jiangsu["initial"].items()}
    for variable, name in {
        "nominal gross domestic product": "gross domestic product in 2020",
        "manufacturing share of gdp": "manufacturing share of gdp in 2020",
        "above scale value added": "above scale manufacturing value added in 2020",
    }.items():
        assert run.at(variable, 2020.0)[0] == pytest.approx(initial[name], rel=1e-12)


def test_after_its_figures_a_driver_grows_as_the_scenario_says(subject, jiangsu):
    own, other = subject.inputs(jiangsu["scenario"]), member_inputs(subject, jiangsu)
    for name in jiangsu["drivers"]:
        later = np.array([2023.0, 2025.0])
        first, second = (each.paths[name].right(later)[0] for each in (own, other))
        assert second[1] / second[0] == pytest.approx(first[1] / first[0], rel=1e-12)


def test_the_drivers_follow_from_the_published_growth_rates(jiangsu):
    gdp, industry = np.array([8.6, 2.8, 5.8]), np.array([12.8, 5.1, 6.3])
    share = np.array([0.348, 0.358, 0.373])
    nominal = np.array([116364.2 / 102700, 122875.6 / 116364.2, 128200 / 122875.6])
    wanted = {
        "domestic demand": 1 + gdp / 100,
        "rest of gdp trend": 1 + (gdp - share * industry) / (1 - share) / 100,
        "service price index": nominal / (1 + gdp / 100),
    }
    for name, growth in wanted.items():
        values = list(jiangsu["drivers"][name]["values"].values())
        np.testing.assert_allclose(values, np.cumprod(growth), atol=1.5e-5, err_msg=name)
    volume = next(f for f in jiangsu["figures"] if "industry" in f["series"])
    np.testing.assert_allclose(
        list(volume["values"].values()), np.cumprod(1 + industry / 100), atol=1e-5
    )


def test_every_figure_names_a_source_with_address_and_quotation(subject):
    data = read_family(subject)
    for member in data["members"]:
        used = {entry["source"] for entry in member["initial"].values()}
        used |= {name for entry in member["figures"] for name in entry["source"]}
        assert used == set(data["sources"])
    for source in data["sources"].values():
        assert source["address"].startswith("http")
        assert any(sign.isdigit() for sign in source["quote"])


def test_figures_that_the_model_cannot_reach_turn_the_row_red(tmp_path, subject):
    def doubled(data):
        figures = data["members"][0]["figures"][0]
        figures["values"] = {year: 2 * value for year, value in figures["values"].items()}
        return data

    row = run_test(elsewhere(tmp_path, subject, doubled), "family", Depth())
    assert row.verdict == "failed"
    assert row.measured.value == pytest.approx(0.5, abs=0.05)


def test_a_plan_without_members_is_not_run_and_does_not_pass(tmp_path, subject):
    row = run_test(elsewhere(tmp_path, subject, lambda data: None), "family", Depth())
    assert row.verdict == "not_run"
    assert "no figures of another province" in row.reason


def test_a_member_that_names_no_variable_of_the_model_is_told_so(tmp_path, subject):
    def misspelt(data):
        data["members"][0]["initial"]["gross domestic produce"] = {"value": 1}
        return data

    with pytest.raises(PlanError, match=r"family\.yaml: jiangsu: .*gross domestic produce"):
        family(elsewhere(tmp_path, subject, misspelt))


def with_variants(subject, entries):
    other = Subject(subject.plan, subject.spec)
    other.__dict__["protocol"] = {**subject.protocol, "variants": entries}
    return other


def test_a_variant_that_changes_nothing_ranks_the_levers_alike(subject):
    same = {"id": "same", "what": "nothing", "set": {"residual productivity growth": 0.017}}
    assert variants(with_variants(subject, [same])).value == pytest.approx(1, abs=1e-12)


def test_a_variant_that_turns_a_lever_round_is_seen_in_the_ranking(subject):
    turned = {
        "id": "turned", "what": "water policy wastes water, land policy wastes land",
        "set": {"water programme effect": -0.009, "land evaluation effect": -0.006},
    }  # fmt: skip
    found = variants(with_variants(subject, [turned]))
    assert found.value < 0.97
    assert "turned" in found.details[0]


def fit(measure, published, median):
    item = Comparison("s", ("x",), measure, 2020)
    return Fit(item, Datum(2020, 2020.0, published), 0, 0, 0, median, 0, 0)


def test_errors_are_parts_of_the_level_whatever_the_measure():
    assert evidence.relative_error(fit("level", 20.0, 21.0)) == pytest.approx(0.05)
    assert evidence.relative_error(fit("growth", 6.0, 7.0)) == pytest.approx(0.01)
    assert evidence.relative_error(fit("index", -40.0, -38.0)) == pytest.approx(0.02)


def test_the_calibration_row_judges_every_sector(subject):
    found = evidence.calibration(subject, draws=16)
    sectors = [line.split(":")[0] for line in found.details if " figures, " in line]
    assert len(sectors) == len(set(sectors)) >= 5
    assert f"{len(sectors)} sectors" in found.words
    assert "identified" in found.words


def test_a_calibration_of_another_model_is_noticed(tmp_path, subject):
    copy = tmp_path / "copy"
    shutil.copytree(subject.plan.folder.path, copy)
    model = next(copy.glob("*.mdl"))
    model.write_text(model.read_text("utf-8") + "\n", "utf-8")
    rows = read_calibration(copy / "calibration.csv")
    old = evidence.stale_sectors(subject_of(zjsim.open_plan(copy)), rows)
    assert set(old) == {row.sector for row in rows}


def test_the_indices_row_shows_the_half_width_of_the_design(subject):
    found = evidence.indices(subject, 2, seed=0)
    assert found.value > 0.05  # two points settle nothing
    assert "2 base points" in found.words
