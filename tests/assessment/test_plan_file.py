import copy
import subprocess
import sys

import pytest

from zjsim.assessment.plan import (
    plan_from_document,
    read_plan,
    read_plan_document,
)
from zjsim.assessment.plan_checks import plan_problems
from zjsim.errors import PlanError, raise_if_any

from .conftest import FOLDER


def validate_plan_document(raw):
    """Plain data as a checked plan document."""
    document, problems = plan_problems(raw)
    raise_if_any("plan", problems, PlanError)
    return document


def changed(document, *path, value):
    """A copy of the document with one entry replaced."""
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


def test_the_table_has_ten_indicators_in_order(plan):
    assert [item.number for item in plan.indicators] == list(range(1, 11))
    assert plan.years == (2021, 2022, 2023, 2024, 2025)


def test_targets_are_those_the_plan_prints(plan):
    printed = [(item.base.value, item.target.value) for item in plan.indicators]
    assert printed == [
        (32.7, 33.3), (23.5, 33), (136, 180), (2.8, 3.4), (103, 140),
        (10.9, 15), (15.6, 19), (None, 16), (None, 16), (76.1, 90),
    ]  # fmt: skip


def test_only_energy_and_water_are_binding(plan):
    binding = [item.id for item in plan.indicators if item.binding]
    assert binding == ["energy_intensity_cut", "water_intensity_cut"]


def test_marks_of_the_table_are_kept(plan):
    assert plan.indicator("energy_intensity_cut").excludes_state_listed
    assert not plan.indicator("water_intensity_cut").excludes_state_listed
    assert [item.id for item in plan.indicators if item.cumulative] == [
        "energy_intensity_cut",
        "water_intensity_cut",
    ]
    assert plan.indicator("business_environment").base.year == 2019


def test_about_is_a_band_on_both_sides(plan):
    target = plan.indicator("manufacturing_share").target
    assert (target.lowest, target.highest) == (33.2, 33.4)


def test_the_pace_of_the_text_adds_up_over_the_plan(plan):
    item = plan.indicator("energy_intensity_cut")
    pace = item.text_pace
    assert pace.over(item.span) == pytest.approx(18.46, abs=0.005)  # printed to two decimals
    assert not pace.scope_stated


def test_a_validated_document_is_read_again_to_the_same_plan(plan_document):
    again = validate_plan_document(copy.deepcopy(plan_document))
    assert plan_from_document(again) == plan_from_document(plan_document)


def test_a_validated_document_needs_neither_pydantic_nor_yaml():
    code = (
        "import sys, json; from zjsim.assessment.plan import plan_from_document;"
        "plan_from_document(json.load(sys.stdin));"
        "assert not {'pydantic', 'ruamel', 'pandas'} & set(sys.modules)"
    )
    import json

    text = json.dumps(read_plan_document(FOLDER / "plan.yaml"))
    subprocess.run([sys.executable, "-c", code], input=text, text=True, check=True)


def test_an_unknown_indicator_names_the_near_miss(plan):
    with pytest.raises(PlanError, match="Did you mean rd_intensity"):
        plan.indicator("rd_intensty")


@pytest.mark.parametrize("value", [{"low": 15, "high": 17}, [15, 17]])
def test_a_target_that_varies_is_refused_once(plan_document, value):
    document = changed(plan_document, "indicators", 7, "target", "value", value=value)
    with pytest.raises(PlanError, match="has 1 problem") as caught:
        validate_plan_document(document)
    assert "indicators.7.target.value: a target never varies" in str(caught.value)


def test_a_distribution_beside_a_target_is_refused(plan_document):
    document = changed(plan_document, "indicators", 7, "target", "low", value=15)
    with pytest.raises(PlanError, match="a target never varies"):
        validate_plan_document(document)


def test_a_milestone_that_varies_is_refused(plan_document):
    document = changed(plan_document, "milestones", 2, "number", value=[9, 11])
    with pytest.raises(PlanError, match=r"milestones\.2\.number: a target never varies"):
        validate_plan_document(document)


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (("indicators", 0, "target", "bnad"), 0.1, "no such key. Did you mean band"),
        (("indicators", 0, "natur"), "binding", "no such key. Did you mean nature"),
        (("indicators", 0, "nature"), "bindng", "'bindng' is not one of anticipatory, binding"),
        (("indicators", 1, "target", "value"), "33", "expected a number, got '33'"),
        (("indicators", 1, "target", "value"), float("nan"), "finite number"),
        (("indicators", 1, "target", "value"), True, "expected a number, got true"),
        (("indicators", 1, "target", "value"), 23.5, "is not above the base value"),
        (("indicators", 1, "target", "year"), 2020, "is not after the base year"),
        (("indicators", 1, "target", "year"), 2030, "after the end of the plan"),
        (("indicators", 1, "target", "kind"), "about", "about needs it"),
        (("indicators", 0, "target", "kind"), "at_least", "band belongs to the kind about"),
        (("indicators", 7, "target", "value"), 120, "between 0 and 100 percent"),
        (("indicators", 7, "pace"), "points", "cumulative needs it"),
        (("indicators", 7, "base", "value"), 5.0, "null belongs to cumulative"),
        (("indicators", 1, "id"), "manufacturing_share", "duplicate id manufacturing_share"),
        (("indicators", 1, "number"), 1, "duplicate number 1"),
        (("indicators",), [], "wrong number of entries (0)"),
        (("milestones", 0, "id"), "rd_intensity", "duplicate id rd_intensity"),
        (("milestones", 0, "comparator"), "range", "range needs it"),
        (("milestones", 19, "number_high"), 2, "is not above number"),
        (("audit", "share"), "manufacturing_shar", "Did you mean manufacturing_share"),
        (("audit", "quantities", 0, "relation"), "cut_by", "cut_by belongs to a cumulative cut"),
        (("audit", "roles", "land_floor"), "nowhere", "nowhere: no such entry"),
        (("issued",), "2021-13-02", "2021-13-02 is no date"),
        (("horizon", "end"), "2020-12-31", "is not after start"),
        (("words", "faster_from"), -20, "is not above on_course_from"),
        (("words", "faster_from"), -10, "is not above on_course_from"),
        (("issued",), "July 2021", "it is a day, such as 2021-07-02"),
        (("indicators", 0, "quote"), "", "the text is empty"),
        (("indicators", 0, "label"), "share", "expected a mapping (key: value), got 'share'"),
        (("text",), "../secret.txt", "is the name of a file in the same folder"),
    ],
)
def test_a_wrong_entry_is_named_with_what_to_do(plan_document, path, value, text):
    document = changed(plan_document, *path, value=value)
    with pytest.raises(PlanError, match="problem") as caught:
        validate_plan_document(document)
    assert text in str(caught.value)
    assert "nput should" not in str(caught.value), "in our words, not those of a library"


@pytest.mark.parametrize("raw", [None, [], "plan", 7, {}, {"indicators": 3, "milestones": {}}])
def test_what_is_no_plan_is_refused(raw):
    with pytest.raises(PlanError, match="problem"):
        validate_plan_document(raw)


def test_all_problems_of_a_file_are_told_at_once_with_their_lines(tmp_path):
    lines = (FOLDER / "plan.yaml").read_text(encoding="utf-8").splitlines()
    nature = next(i for i, line in enumerate(lines) if "nature: anticipatory" in line)
    quote = next(i for i, line in enumerate(lines) if "建设绿色低碳园区50个" in line)
    target = next(i for i, line in enumerate(lines) if "target: {value: 180" in line)
    lines[nature] = "    nature: expected"
    lines[target] = lines[target].replace("value: 180", "value: {low: 170, high: 190}")
    path = tmp_path / "plan.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(PlanError, match="has 2 problems") as caught:
        read_plan(path)
    assert f"line {nature + 1}, indicators.0.nature" in str(caught.value)
    assert f"line {target + 1}, indicators.2.target.value" in str(caught.value)
    lines[nature] = "    nature: anticipatory"
    lines[target] = lines[target].replace("{low: 170, high: 190}", "180")
    lines[quote] = lines[quote].replace("50个", "60个")
    path.write_text("\n".join(lines), encoding="utf-8")
    text = FOLDER / "plan_text_zh.txt"
    (tmp_path / text.name).write_bytes(text.read_bytes())
    with pytest.raises(PlanError, match=f"line {quote + 1}.*is not in the plan's text"):
        read_plan(path)


def test_the_source_of_an_amendment_is_in_the_references(plan):
    references = (FOLDER / "references_observations.bib").read_text(encoding="utf-8")
    for item in plan.indicators:
        if item.amended is not None:
            assert f"{{{item.amended.source}," in references
