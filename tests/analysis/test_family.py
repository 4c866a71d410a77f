"""Other provinces, other boundaries, and the evidence rows of the validation page."""

import re
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


PROVINCES = ("jiangsu", "guangdong", "shandong")


@pytest.fixture(scope="module", params=PROVINCES)
def member(subject, request):
    return {one["id"]: one for one in read_family(subject)["members"]}[request.param]


def test_every_province_of_the_file_is_tried(subject):
    assert [one["id"] for one in read_family(subject)["members"]] == list(PROVINCES)


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


def test_a_member_without_changes_is_the_scenario_itself(subject, member):
    same = {**member, "initial": {}, "drivers": {}}
    own = subject.run(subject.inputs(member["scenario"]))
    assert np.array_equal(subject.run(member_inputs(subject, same)).values, own.values)


def is_amount(spec, name):
    """Whether it is larger in a larger province: money a year or patents, over nothing else.

    The plan's own indicator and the unit that it counts in are ratios, whatever their unit says.
    """
    if "per 10bn" in name or "revenue unit" in name:
        return False
    return spec.elements[name].unit in {"yi_yuan/Year", "yi_yuan_2020/Year", "patent"}


def test_a_province_twice_as_large_grows_alike(subject, member):
    """Only ratios matter: every amount of the base year doubled leaves each figure as it was."""
    values = subject.plan.names.constants
    names = [c.name for c in subject.spec.constants if is_amount(subject.spec, c.name)]
    given = {name: entry["value"] for name, entry in member["initial"].items()}
    twice = {name: {"value": 2 * given.get(name, values[name])} for name in names}
    large = {**member, "initial": {**member["initial"], **twice}}
    # Levels count only where they are shares.
    for entry in member["figures"]:
        variable = subject.spec.elements[entry["variable"]]
        assert entry["measure"] == "index" or variable.unit == "percent"
    own, larger = (member_fits(subject, each) for each in (member, large))
    for a, b in zip(own, larger, strict=True):
        np.testing.assert_allclose(a.model, b.model, rtol=1e-9)
    small, big = (subject.run(member_inputs(subject, each)) for each in (member, large))
    name = "nominal gross domestic product"
    np.testing.assert_allclose(big[name], 2 * small[name], rtol=1e-9)


def test_only_the_listed_values_differ_from_the_scenario(subject, member):
    own, other = subject.inputs(member["scenario"]), member_inputs(subject, member)
    changed = {
        name for name, path in other.paths.items() if not np.array_equal(
            path.right(own.grid.saved_times), own.paths[name].right(own.grid.saved_times)
        )
    }  # fmt: skip
    assert changed == set(member["drivers"])
    assert set(other.constants) - set(own.constants) <= set(member["initial"])


def test_a_member_starts_where_its_province_was(subject, member):
    """What the protocol says of the base year holds with the member's values in it."""
    run = subject.run(member_inputs(subject, member))
    initial = {name: entry["value"] for name, entry in member["initial"].items()}
    start = subject.spec.start
    held = set()
    for variable, name in subject.protocol["base"].items():
        if name in initial:
            held.add(name)
            assert run.at(variable, start)[0] == pytest.approx(initial[name], rel=1e-12), variable
    assert {"base gross domestic product", "base manufacturing share of gdp"} <= held
    # Past growth is the pace of the first moment.
    held |= {"base patent growth"}
    pace = run.at("patents granted", start)[0] - run.at("patents lapsed", start)[0]
    assert pace == pytest.approx(initial["base patent growth"], rel=1e-9)
    assert set(initial) - held <= {"base rd growth", "base high tech share of industry"}


def test_after_its_figures_a_driver_grows_as_the_scenario_says(subject, member):
    own, other = subject.inputs(member["scenario"]), member_inputs(subject, member)
    for name in member["drivers"]:
        later = np.array([2023.0, 2025.0])
        first, second = (each.paths[name].right(later)[0] for each in (own, other))
        assert second[1] / second[0] == pytest.approx(first[1] / first[0], rel=1e-12)


def printed_growth(note):
    """Growth rates of a note such as ``+12.8, +5.1, +7.6 percent``, as factors from the base."""
    rates = re.findall(r"\d+\.\d+", note.split(" percent")[0])
    return np.cumprod([1 + float(rate) / 100 for rate in rates])


def test_the_drivers_follow_from_the_published_growth_rates(member):
    """The rest of the economy grows as all of it; prices are what nominal growth leaves."""
    drivers = member["drivers"]
    assert set(drivers) == {"rest of gdp trend", "service price index"}
    real, price = (np.array(list(drivers[name]["values"].values())) for name in drivers)
    nominal = next(f for f in member["figures"] if f.get("given_by") == "rest of gdp trend")
    assert list(nominal["values"]) == list(drivers["rest of gdp trend"]["values"])
    np.testing.assert_allclose(
        real, printed_growth(drivers["rest of gdp trend"]["note"]), atol=1.5e-5
    )
    np.testing.assert_allclose(real * price, list(nominal["values"].values()), atol=1.5e-5)


def test_a_figure_whose_growth_rates_are_printed_follows_from_them(subject):
    printed = [
        entry
        for one in read_family(subject)["members"]
        for entry in one["figures"]
        if entry.get("note", "").endswith("percent")
    ]
    assert printed
    for entry in printed:
        np.testing.assert_allclose(
            list(entry["values"].values()), printed_growth(entry["note"]), atol=1e-5
        )


def test_every_figure_names_a_source_with_address_and_quotation(subject):
    data = read_family(subject)
    every = set()
    for one in data["members"]:
        assert all(entry["source"] for entry in (*one["initial"].values(), *one["figures"]))
        every |= {entry["source"] for entry in one["initial"].values()}
        every |= {name for entry in one["figures"] for name in entry["source"]}
        # A driver is worked out: it says from what.
        assert all(entry["grade"] == "D" and entry["note"] for entry in one["drivers"].values())
    assert every == set(data["sources"])
    for source in data["sources"].values():
        assert all(part.startswith("http") for part in source["address"].split("; "))
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
    name = "residual productivity growth"
    value = subject.plan.names.constants[name]
    same = {"id": "same", "what": "nothing", "set": {name: value}}
    assert variants(with_variants(subject, [same])).value == pytest.approx(1, abs=1e-12)


def test_a_variant_that_turns_a_lever_round_is_seen_in_the_ranking(subject):
    names = ("water reuse at lever one", "land withdrawn at lever one")
    turned = {
        "id": "turned", "what": "water policy wastes water, land policy wastes land",
        "set": {name: -subject.plan.names.constants[name] for name in names},
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
