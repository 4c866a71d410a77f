"""Broken, hostile and half-written scenario files: one clear error each, nothing written."""

from __future__ import annotations

import dataclasses

import pytest

from zjsim.errors import ScenarioError
from zjsim.scenario.reader import read_scenario

BASED = "based_on: baseline\n"
L, D, S = BASED + "levers:\n  ", BASED + "drivers:\n  ", BASED + "sampling:\n  "
HUGE = "9" * 6000

# text of the file, what the message must hold
BROKEN = {
    # not a scenario at all
    "empty": ("", "the file is empty"),
    "only a comment": ("# nothing\n", "the file is empty"),
    "a list": ("- a\n- b\n", "this file holds a list"),
    "bare text": ("hello\n", "this file holds bare text"),
    "a number": ("3\n", "this file holds bare text"),
    "not YAML": ("levers: [1, 2\n", "not valid YAML"),
    "unclosed quote": ('name: "x\n', "not valid YAML"),
    "tab": ("levers:\n\tland: 1\n", "line 2"),
    "two documents": ("name: a\n---\nname: b\n", "not valid YAML"),
    "NUL": ("name: a\x00b\n", "NUL"),
    "GBK": ("name: 贸易冲击\n".encode("gbk"), "not UTF-8"),
    "UTF-16": ("name: a\n".encode("utf-16"), "not UTF-8"),
    "binary": (bytes(range(256)), "not UTF-8"),
    "too large": ("#" + "x" * 600_000, "larger than 500 kB"),
    "deep": ("a: " + "[" * 300 + "]" * 300, "brackets are nested too deeply"),
    "very deep": ("a: " + "[" * 3000 + "]" * 3000, "brackets are nested too deeply"),
    "alias bomb": ("a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\n", "alias"),
    "merge key": ("x: &x {a: 1}\nlevers: {<<: *x}\n", "merge keys (<<) are not used here"),
    "python tag": ("name: !!python/object/apply:os.system ['true']\n", "tag"),
    "custom tag": ("name: !secret x\n", "tag"),
    # keys
    "unknown key": ("levres:\n  land: 1\n", "line 1, levres: no such key. Did you mean levers?"),
    "key far from all": ("qqqq: 1\n", "Allowed: name, label"),
    "overrides": (BASED + "overrides: {a: 1}\n", "line 2, overrides: no such key"),
    "duplicate key": ("name: a\nname: b\n", "duplicate key"),
    "duplicate lever": (L + "land: 1\n  land: 2\n", "line 4, levers.land: duplicate key"),
    "two spellings": (
        BASED + "constants:\n  capital lifetime: 12\n  capital_lifetime: 13\n",
        "line 4, constants.capital_lifetime: capital_lifetime is capital lifetime in another",
    ),
    "number as key": ("3: 4\n", "no such key"),
    "year as lever": (L + "2021: 1\n", "text as the name"),
    "null key": ("~: 1\n", "no such key"),
    "plan and based_on": (BASED + "plan: zhejiang\n", "leave out plan or based_on"),
    # types
    "list for name": ("name: [a]\n", "expected text, got a list"),
    "number for name": ("name: 3\n", "expected text, got 3"),
    "path as name": ("name: ../../etc\n", "letters, digits"),
    "dots as name": ("name: ..\n", "letters, digits"),
    "long name": (f"name: {'a' * 90}\n", "at most 80"),
    "list for lever": (
        L + "land: [1]\n",
        "expected a mapping (key: value), got a list. A number, or",
    ),
    "text for lever": (L + "land: high\n", "expected a number, got 'high'"),
    "true for lever": (L + "land: yes\n", "expected a number, got 'yes'"),
    "bool for lever": (L + "land: true\n", "expected a number, got true"),
    "quoted number": (L + "land: '1'\n", "expected a number, got '1'"),
    "nothing for lever": (L + "land:\n", "expected a number, got nothing"),
    "levers as list": (BASED + "levers: [land]\n", "a mapping (key: value)"),
    "NaN": (L + "land: .nan\n", "not a finite number"),
    "infinity": (L + "land: -.inf\n", "not a finite number"),
    "overflowing number": (L + "land: 1e999\n", "not a finite number"),
    "huge number": (L + "land: 1e30\n", "at most 1e+15"),
    "huge integer": (L + f"land: {HUGE[:500]}\n", "too large"),
    "longer integer than Python reads": (L + f"land: {HUGE}\n", "not a finite number"),
    "mapping for path": (
        BASED + "driver_path: {a: 1}\n",
        "expected a list, got a mapping",
    ),
    "empty path list": (BASED + "driver_path: []\n", "wrong number of entries"),
    "label keys": ("label: {de: x}\n", "label.de: no such key"),
    "method": (BASED + "method: rk5\n", "'rk5' is not one of rk4, euler. Did you mean rk4?"),
    "negative delay": (BASED + "lever_delay: -1\n", "-1 must be at least 0"),
    # shapes
    "unknown shape": (
        L + "land: {shape: rampe, to: 1}\n",
        "line 3, levers.land.shape: 'rampe' is not one of constant, step, ramp, s_curve, table. "
        "Did you mean ramp?",
    ),
    "shape key": (L + "land: {shap: ramp}\n", "levers.land.shap: no such key. Did you mean shape?"),
    "ramp without until": (L + "land: {shape: ramp, to: 1, from: 2021}\n", "a ramp needs until"),
    "step without from": (L + "land: {shape: step, to: 1}\n", "a step needs from"),
    "no amount": (L + "land: {shape: step, from: 2021}\n", "needs to"),
    "from after until": (
        L + "land: {shape: ramp, to: 1, from: 2023, until: 2022}\n",
        "until 2022 must come after from 2023",
    ),
    "until before the lever's own from": (
        L + "rd_support: {to: 1, until: 2020}\n",
        "until 2020 must come after from 2021 (levers.yaml:1 gives the other)",
    ),
    "constant with dates": (L + "land: {shape: constant, to: 1, from: 2021}\n", "does not go with"),
    "table without values": (L + "land: {shape: table}\n", "a table needs values"),
    "empty table": (L + "land: {shape: table, values: {}}\n", "wrong number of entries (0)"),
    "table with to": (L + "land: {shape: table, to: 1, values: {2021: 1}}\n", "to does not go"),
    "values without table": (L + "land: {values: {2021: 1}}\n", "values need shape: table"),
    "word as year": (L + "land: {shape: table, values: {soon: 1}}\n", "expected a year, got"),
    "half year in table": (
        L + "land: {shape: table, values: {2021.5: 1}}\n",
        "expected a year, got",
    ),
    "year of the past": (L + "land: {shape: step, to: 1, from: 21}\n", "at least 1900"),
    "date as year": (
        L + "land: {shape: step, to: 1, from: 2021-01-01}\n",
        "expected a number, got '2021-01-01'",
    ),
    # levers
    "unknown lever": (
        L + "rd_suport: 1\n",
        "levers.rd_suport: no such lever. Did you mean rd_supp",
    ),
    "lever out of range": (
        L + "land: 1.9\n",
        "line 3, levers.land: 1.9 is outside 0..1.5 (levers.yaml)",
    ),
    "lever below range": (L + "land: -0.1\n", "-0.1 is outside 0..1.5 (levers.yaml)"),
    "table out of range": (
        L + "land: {shape: table, values: {2021: 0.5, 2023: 4}}\n",
        "4 is outside 0..1.5",
    ),
    # drivers
    "unknown driver": (D + "enrgy_price: 1\n", "no such driver. Did you mean energy_price?"),
    "unknown path": (
        BASED + "driver_path: [outlok]\n",
        "line 2, driver_path: no such driver path outlok in drivers.csv. Did you mean outlook?",
    ),
    "unknown path of a driver": (D + "energy_price: {path: nope}\n", "no such driver path nope"),
    "two amounts": (
        D + "energy_price: {shape: step, multiply: 2, add: 1, from: 2021}\n",
        "needs only one of multiply, add, to",
    ),
    "amount without shape": (D + "energy_price: {multiply: 2}\n", "multiply needs a shape"),
    "neither path nor shape": (D + "energy_price: {}\n", "needs a path or a shape"),
    "index below zero": (
        D + "energy_price: {shape: step, add: -3, from: 2021}\n",
        "it must stay above 0",
    ),
    "change without a path": (
        "drivers: {energy_price: {shape: step, multiply: 2, from: 2021}}\n",
        "no path of driver_path has this driver",
    ),
    # constants, initial values
    "unknown constant": (BASED + "constants: {rebuond: 0.3}\n", "Did you mean rebound?"),
    "constant out of range": (
        BASED + "constants:\n  capital_lifetime: 120\n",
        "line 3, constants.capital_lifetime: 120 Year is outside 10..20 Year (constants.csv:3)",
    ),
    "lever as constant": (
        BASED + "constants: {land lever: 1}\n",
        "land lever is a lever. Set it under levers: land.",
    ),
    "driver as constant": (
        BASED + "constants: {energy price: 1}\n",
        "energy price is a driver. Set it under drivers: energy_price.",
    ),
    "time as constant": (BASED + "constants: {TIME STEP: 1}\n", "set under time"),
    "unknown stock": (BASED + "initial: {captal: 1}\n", "no such stock. Did you mean capital?"),
    # time
    "step that does not divide": (BASED + "time: {step: 0.7}\n", "step 0.7 does not divide"),
    "step zero": (BASED + "time: {step: 0}\n", "0 must be at least 0.0001"),
    "tiny step": (BASED + "time: {step: 1e-12}\n", "must be at least 0.0001"),
    "stop before start": (BASED + "time: {stop: 2019}\n", "must come after start"),
    "save_every off the steps": (BASED + "time: {save_every: 0.1}\n", "not a whole number of st"),
    "unknown time key": (BASED + "time: {dt: 0.1}\n", "time.dt: no such key"),
    # based_on
    "missing base": ("based_on: basline\n", "no such scenario basline. Did you mean baseline?"),
    "missing base file": ("based_on: ./nope.yaml\n", "no such file"),
    "based on itself": ("based_on: ./mine.yaml\n", "mine.yaml → mine.yaml"),
    "list of bases": ("based_on: [a, b]\n", "expected text, got a list"),
    # sampling
    "unknown sampler": (S + "method: sobl\n", "Did you mean sobol?"),
    "half a run": (S + "runs: 1.5\n", "a whole number"),
    "no runs": (S + "runs: 0\n", "0 must be at least 1"),
    "range upside down": (S + "implementation: {low: 1, high: 0.5}\n", "low 1 must be below high"),
    "mode outside": (S + "implementation: {low: 0.5, mode: 2, high: 1}\n", "mode 2 is outside"),
    "lognormal at zero": (
        S + "drivers: {energy_price: {low: 0, high: 1, distribution: lognormal}}\n",
        "a lognormal needs low above 0",
    ),
    "correlation of one": (S + "correlations: [{between: [a, b], r: 1}]\n", "1 must be below 1"),
    "three correlated": (S + "correlations: [{between: [a, b, c], r: 0}]\n", "wrong number"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_one_clear_error_and_writes_nothing(bench, name):
    text, expected = BROKEN[name]
    bench.write(text)
    before = sorted(bench.own.rglob("*"))
    with pytest.raises(ScenarioError) as caught:
        bench.resolve(text)
    message = str(caught.value)
    assert expected in message
    assert "mine.yaml" in message
    assert "pydantic" not in message
    assert "Traceback" not in message
    assert len(message) < 6000
    assert sorted(bench.own.rglob("*")) == before


def test_every_problem_of_a_file_is_told_at_once(bench):
    text = BASED + (
        "levers:\n  rd_spendng: 1\n  land: 9\nconstants:\n  capital_lifetime: 120\n"
        "driver_path: nope\ntime: {step: 0.7}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        bench.resolve(text)
    first, *lines = str(caught.value).splitlines()
    assert first.endswith("mine.yaml has 5 problems:")
    assert [line.split(":")[0].strip() for line in lines] == [
        "line 3, levers.rd_spendng",
        "line 4, levers.land",
        "line 6, constants.capital_lifetime",
        "line 7, driver_path",
        "line 8, time",
    ]


def test_a_problem_of_a_base_names_the_bases_file(bench):
    bench.write("based_on: baseline\nlevers:\n  land: 9\n", "low.yaml")
    with pytest.raises(ScenarioError, match=r"own/low.yaml line 3, levers.land: 9 is outside"):
        bench.resolve("based_on: low\n")


def test_a_thousand_problems_are_cut_short(bench):
    text = "".join(f"unknown{i}: 1\n" for i in range(1000))
    with pytest.raises(ScenarioError, match="and 960 more") as caught:
        bench.read(text)
    assert len(str(caught.value)) < 20_000


def test_a_circle_of_bases_is_told_with_its_path(bench):
    bench.write("based_on: ./b.yaml\n", "a.yaml")
    bench.write("based_on: ./c.yaml\n", "b.yaml")
    path = bench.write("based_on: ./a.yaml\n", "c.yaml")
    with pytest.raises(ScenarioError, match=r"c.yaml → a.yaml → b.yaml → c.yaml"):
        read_scenario(path, bench.folder)


def test_folders_missing_files_and_odd_paths(bench):
    with pytest.raises(ScenarioError, match="this is a folder"):
        read_scenario(bench.own, bench.folder)
    with pytest.raises(ScenarioError, match="no such file"):
        read_scenario(bench.own / "none.yaml", bench.folder)
    with pytest.raises(ScenarioError, match="cannot be read: it holds a NUL"):
        read_scenario("a\x00b.yaml", bench.folder)
    with pytest.raises(ScenarioError, match=r"cannot be read"):
        read_scenario("x" * 5000 + ".yaml", bench.folder)
    with pytest.raises(ScenarioError, match="an empty name: no such scenario"):
        read_scenario("", bench.folder)


def test_byte_order_mark_windows_lines_and_chinese_paths_are_read(bench):
    (bench.own / "我的 情景").mkdir()
    text = "name: 情景\r\nbased_on: baseline\r\nlevers:\r\n  land: 0.5\r\n"
    path = bench.write(b"\xef\xbb\xbf" + text.encode(), "我的 情景/贸易.yaml")
    scenario = read_scenario(path, bench.folder)
    assert scenario.name == "情景"
    assert scenario.levers["land"].at.endswith("我的 情景/贸易.yaml:4")


def test_sections_without_entries_are_empty(bench):
    scenario = bench.read("levers:\ndrivers:\n  # land: 1\nsampling:\nwhy:\nlabel:\n")
    assert dict(scenario.levers) == {}


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("land", "not an assignment. Write name=value"),
        ("=1", "not an assignment"),
        ("land=", "not an assignment"),
        ("lnad=1", "no lever, driver or constant lnad. Did you mean land?"),
        ("lever.land=1", "no such section lever. Did you mean levers?"),
        ("levers.lnad=1", "no such lever. Did you mean land?"),
        ("land=9", "9 is outside 0..1.5"),
        ("land=high", "expected a number, got 'high'"),
        ("land=[1", "the value cannot be read"),
        ("levers.land.to=1", "Set it whole: levers.land={"),
        ("name=x", "name cannot be set here"),
        ("based_on=x", "based_on cannot be set here"),
        ("method=rk5", "'rk5' is not one of"),
        ("time.step=0.7", "step 0.7 does not divide"),
        ("step=0.125", "Did you mean time.step?"),
        ("constants.rebound=7", "7 is outside 0.1..0.5"),
        ("levers.land=1e999", "not a finite number"),
        (f"levers.land={HUGE}", "not a finite number"),
        ("sampling.runs=0", "0 must be at least 1"),
        ("sampling.method.x=0", "a mapping is not one of sobol"),
        ("levers=3", "levers cannot be set here"),
        ("land={shape: ramp, to: 1}", "a ramp needs from; a ramp needs until"),
    ],
)
def test_a_wrong_assignment_is_told_as_typed(bench, assignment, expected):
    with pytest.raises(ScenarioError) as caught:
        bench.resolve(BASED, assignment)
    message = str(caught.value)
    assert expected in message
    assert f"--set {assignment}"[:40] in message


def test_an_ambiguous_assignment_names_its_meanings(bench):
    constants = {**bench.model.constants, "land": 1.0}
    bench.model = dataclasses.replace(bench.model, constants=constants)
    with pytest.raises(ScenarioError, match=r"land may mean levers.land or constants.land"):
        bench.resolve(BASED, "land=1")
