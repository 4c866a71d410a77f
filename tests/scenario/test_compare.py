"""Differences between scenarios in words, new scenario files, and the shipped JSON schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import zjsim.scenario
from zjsim.errors import ScenarioError
from zjsim.scenario.compare import diff, new_scenario
from zjsim.scenario.reader import read_scenario
from zjsim.scenario.validation import json_schema

BASED = "based_on: baseline\n"
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
        "lever land: step from 1 January 2022 (t = 2021.5) to 1 → "
        "step from 1 January 2022 (t = 2021.5) to 0.5",
        "driver energy_price: path outlook → "
        "step from 1 January 2021 (t = 2020.5): times 1.4 on path outlook",
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


def test_a_new_scenario_reads_back_and_equals_its_base(bench):
    path = bench.own / "sub" / "my_case.yaml"
    text = new_scenario(path, "my_case", "baseline")
    assert 15 <= len(text.splitlines()) <= 30
    assert text.startswith("# yaml-language-server: $schema=")
    scenario = read_scenario(path, bench.folder)
    assert scenario.name == "my_case"
    assert diff(bench.fit(scenario), bench.resolve(BASED)) == []


@pytest.mark.parametrize("name", ["情景一", "2021", "true", "a.b-c"])
def test_a_new_scenario_takes_any_sensible_name(bench, name):
    path = bench.own / "new.yaml"
    new_scenario(path, name, "baseline")
    assert read_scenario(path, bench.folder).name == name


def test_a_new_scenario_never_overwrites(bench):
    path = bench.write("mine\n")
    with pytest.raises(ScenarioError, match="exists already"):
        new_scenario(path, "mine", "baseline")
    assert path.read_text() == "mine\n"


@pytest.mark.parametrize("name", ["", "a/b", "../x", ".x", "a b", "x" * 81, "a:b"])
def test_a_name_that_is_no_file_name_is_refused(bench, name):
    path = bench.own / "new.yaml"
    with pytest.raises(ScenarioError, match="holds letters, digits"):
        new_scenario(path, name, "baseline")
    assert not path.exists()


def test_the_shipped_schema_is_the_one_that_checks():
    # Renew it with `zjsim scenario schema > zjsim/scenario/scenario.schema.json`.
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema()


def test_the_schema_accepts_and_refuses_like_the_reader():
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft202012Validator(json_schema())
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
