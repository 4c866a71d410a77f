"""Differences between scenarios in words, new scenario files, and the shipped JSON schema."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import zjsim.scenario
from zjsim.errors import ScenarioError
from zjsim.inputs import TimePath
from zjsim.scenario.compare import diff, same_path
from zjsim.scenario.reader import read_scenario
from zjsim.scenario.template import Examples, new_scenario
from zjsim.schemas import schema_of

BASED = "based_on: baseline\n"
YEARS = Examples(2020, 2025)
SCHEMA = Path(zjsim.scenario.__file__).with_name("scenario.schema.json")


def test_inputs_that_differ_are_told_in_words(bench):
    first = bench.resolve(BASED)
    second = bench.resolve(
        BASED + "levers: {land: 0.5}\nconstants: {rebound: 0.2}\nmethod: euler\n"
        "drivers: {energy_price: {shape: step, multiply: 1.4, from: 2021}}\n"
        "initial: {capital: 3}\ntime: {step: 0.125}\nsampling: {runs: 8}\n"
    )
    assert [str(difference) for difference in diff(first, second)] == [
        "time step: 0.0625 → 0.125",
        "method method: rk4 → euler",
        "sampling runs: 1024 → 8",
        "lever land: step from 1 January 2022 to 1 → step from 1 January 2022 to 0.5",
        "driver energy_price: path outlook → step from 1 January 2021: times 1.4 on path outlook",
        "constant rebound: as in the model → 0.2",
        "initial capital: as in the model → 3 yuan",
    ]
    back = diff(second, first)
    assert {(d.kind, d.id, d.second, d.first) for d in back} == {
        (d.kind, d.id, d.first, d.second) for d in diff(first, second)
    }


def test_the_same_numbers_in_other_words_are_no_difference(bench):
    first = bench.resolve(BASED + "levers: {land: 1}\n")
    second = bench.resolve(BASED + "levers: {land: {shape: step, to: 1, from: 2022}}\n")
    assert diff(first, second) == []


def test_paths_are_the_same_only_from_both_sides_and_to_rounding():
    def path(*points):
        times, values = np.array(points).T
        return TimePath(times, values[None])

    step = path((2020, 1), (2022, 1), (2022, 2), (2025, 2))
    assert same_path(step, path((2020, 1), (2021, 1), (2022, 1), (2022, 2)))
    assert same_path(step, path((2020, 1 + 1e-14), (2022, 1), (2022, 2)))
    # From the left of the jump, from its right, before the first point, and by a billionth.
    assert not same_path(step, path((2020, 1), (2022, 1.5), (2022, 2), (2025, 2)))
    assert not same_path(step, path((2020, 1), (2022, 1), (2022, 3), (2025, 2)))
    assert not same_path(step, path((2020, 1), (2022, 1), (2022, 2), (2025, 2 + 4e-9)))


def test_how_often_is_saved_is_told_where_it_differs(bench):
    first, second = bench.resolve(BASED), bench.resolve(BASED + "time: {save_every: 0.5}\n")
    assert [str(one) for one in diff(first, second)] == ["time save_every: every step → 0.5"]


def test_a_new_scenario_reads_back_and_equals_its_base(bench):
    path = bench.own / "sub" / "my_case.yaml"
    text = new_scenario(path, "my_case", "baseline", examples=YEARS)
    assert 15 <= len(text.splitlines()) <= 30
    assert "$schema" not in text
    assert 'label: "My case"' in text
    scenario = read_scenario(path, bench.folder)
    assert scenario.name == "my_case"
    assert diff(bench.fit(scenario), bench.resolve(BASED)) == []


@pytest.mark.parametrize("name", ["情景一", "2021", "true", "a.b-c"])
def test_a_new_scenario_takes_any_sensible_name(bench, name):
    path = bench.own / "new.yaml"
    new_scenario(path, name, "baseline", examples=YEARS)
    assert read_scenario(path, bench.folder).name == name


def test_a_new_scenario_never_overwrites(bench):
    path = bench.write("mine\n")
    with pytest.raises(ScenarioError, match="exists already"):
        new_scenario(path, "mine", "baseline", examples=YEARS)
    assert path.read_text() == "mine\n"


def test_a_new_scenario_names_a_schema_only_where_one_is(bench):
    (bench.own / "scenario.schema.json").write_text("{}")
    text = new_scenario(bench.own / "new.yaml", "new", "baseline", "水先行", examples=YEARS)
    assert text.startswith("# yaml-language-server: $schema=scenario.schema.json\n")
    assert read_scenario(bench.own / "new.yaml", bench.folder).label == {
        "zh": "水先行",
        "en": "水先行",
    }


def test_differences_are_told_in_chinese_with_dates(bench):
    second = bench.resolve(BASED + "levers: {land: 0.5}\nconstants: {rebound: 0.2}\n")
    assert [(d.first, d.second) for d in diff(bench.resolve(BASED), second, "zh")] == [
        ("2022年1月1日起阶跃，达到1", "2022年1月1日起阶跃，达到0.5"),
        ("同模型", "0.2"),
    ]


def test_an_assignment_at_fault_is_the_subject_of_its_message(bench):
    scenario = read_scenario("baseline", bench.folder, ["levers.nothing=1"])
    with pytest.raises(ScenarioError, match=r"^--set on baseline has 1 problem:\n  --set levers"):
        bench.fit(scenario)


@pytest.mark.parametrize("name", ["", "a/b", "../x", ".x", "a b", "x" * 81, "a:b"])
def test_a_name_that_is_no_file_name_is_refused(bench, name):
    path = bench.own / "new.yaml"
    with pytest.raises(ScenarioError, match="holds letters, digits"):
        new_scenario(path, name, "baseline", examples=YEARS)
    assert not path.exists()


def test_the_shipped_schema_is_the_one_that_checks():
    # Renew it with `zjsim schema scenario zjsim/scenario/scenario.schema.json`.
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema_of("scenario")


def test_the_schema_accepts_and_refuses_like_the_reader():
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft202012Validator(schema_of("scenario"))
    good = {
        "name": "x",
        "based_on": "baseline",
        "driver_path": ["a", "b"],
        "levers": {"a": 1, "b": {"shape": "table", "values": {"2021": 0.2}}},
        "drivers": {"c": {"path": "observed"}, "d": 1.0},
        "sampling": {"constants": ["x"], "implementation": "none"},
    }
    check.validate(good)
    for bad in (
        {"levres": {}},
        {"levers": {"a": "high"}},
        {"levers": {"a": {"shape": "rampe"}}},
        {"levers": {"a": {"shape": "table", "values": {"soon": 1}}}},
        {"time": {"step": 0}},
    ):
        assert not check.is_valid(bad), bad
