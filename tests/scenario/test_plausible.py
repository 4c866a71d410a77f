"""What cannot be meant is refused, and what is doubtful is said."""

import numpy as np
import pytest

import zjsim


def notes_of(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return zjsim.open_plan("zhejiang"), zjsim.lint(path)


def noted(tmp_path, text):
    _, findings = notes_of(tmp_path, text)
    assert {finding.rule for finding in findings} <= {"note"}
    return " ".join(finding.what for finding in findings)


HEAD = "name: mine\nbased_on: baseline\n"


def test_a_flat_number_in_place_of_a_growing_index_is_explained(tmp_path):
    said = noted(tmp_path, HEAD + "drivers: {world_demand: 1.05}\n")
    assert "world_demand: 1.05 replaces the path" in said
    assert "for 5 per cent more than the path write {multiply: 1.05}" in said


def test_a_driver_beyond_the_errors_of_its_outlook_is_noted(tmp_path):
    entry = "drivers: {world_demand: {shape: step, from: 2022, multiply: 4}}\n"
    assert "is beyond the plausible" in noted(tmp_path, HEAD + entry)
    entry = "drivers: {world_demand: {shape: step, from: 2022, multiply: 1.05}}\n"
    assert noted(tmp_path, HEAD + entry) == ""


def test_an_absurd_driver_is_an_error_with_its_line(tmp_path):
    entry = "drivers:\n  energy_price_index: {shape: step, from: 2022, multiply: 30}\n"
    with pytest.raises(zjsim.ScenarioError, match=r"line 4.*nothing beyond ten times"):
        notes_of(tmp_path, HEAD + entry)


def test_a_scenario_that_is_based_on_nothing_is_told(tmp_path):
    said = noted(tmp_path, "name: mine\nplan: zhejiang\nlevers: {water: 1}\n")
    assert "based on no other" in said
    assert "based_on: baseline" in said


def test_a_table_that_begins_in_2021_does_not_act_in_2020():
    table = {"shape": "table", "values": {2021: 0.3, 2023: 1.0}}
    runs = zjsim.simulate("zhejiang", levers={"land": table}, estimate_error=False)
    path = next(p for p in runs.resolved.inputs.paths.values() if p.values.max() == 1.0
                and p.times[0] == 2020.5 and 0.3 in p.values)  # fmt: skip
    before = path.right(np.array([2020.0, 2020.49]))
    assert before.tolist() == [[0.0, 0.0]]
    assert path.right(np.array([2020.5, 2021.0, 2023.0])).tolist() == [[0.3, 0.3, 1.0]]


def test_own_figures_in_another_unit_or_year_are_refused(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "series,year,value\nmanufacturing_share,2024,0.331\nlabour_productivity,2024,264000\n"
        "digital_core_share,2032,14\n",
        encoding="utf-8",
    )
    with pytest.raises(zjsim.DataError) as told:
        zjsim.assess("zhejiang", zjsim.simulate("zhejiang"), path)
    said = str(told.value)
    assert "line 2, value: 0.331 is far from the base of 32.7" in said
    assert "it may be 33.1" in said
    assert "it may be 26.4" in said
    assert "2032 is after the target's year 2025" in said


def test_own_figures_give_the_run_another_name(tmp_path):
    from zjsim.report.output.results import report_of, run_id_of

    path = tmp_path / "own.csv"
    path.write_text("series,year,value\nmanufacturing_share,2024,33.1\n", encoding="utf-8")
    runs = zjsim.simulate("zhejiang", estimate_error=False)
    plain, own = zjsim.assess("zhejiang", runs), zjsim.assess("zhejiang", runs, path)
    assert report_of(runs, plain).run_id == runs.run_id
    assert report_of(runs, own).run_id == run_id_of(runs, own.observations) != runs.run_id


def test_a_lever_goes_by_its_label_in_either_language(tmp_path):
    named = {}
    for name in ("water", "节水", "Water efficiency"):
        path = tmp_path / "mine.yaml"
        path.write_text(HEAD + f"levers: {{{name}: 1.2}}\n", encoding="utf-8")
        named[name] = zjsim.simulate("zhejiang", path, estimate_error=False).hash
    assert len(set(named.values())) == 1
    assert zjsim.simulate("zhejiang", levers={"节水": 1.2}, estimate_error=False).hash in set(
        named.values()
    )


def test_a_lever_is_set_once_by_whatever_name(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + "levers: {water: 1.2, 节水: 1.1}\n", encoding="utf-8")
    with pytest.raises(zjsim.ScenarioError, match="water is set twice"):
        zjsim.simulate("zhejiang", path)
    path.write_text(HEAD + "levers: {节税: 1.1}\n", encoding="utf-8")
    with pytest.raises(zjsim.ScenarioError, match="no such lever"):
        zjsim.simulate("zhejiang", path)
