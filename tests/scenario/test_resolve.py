"""Laws of resolving a scenario: order, dates, shapes, drivers, ranges, provenance."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from zjsim.errors import ScenarioError
from zjsim.model.spec import Constant, ModelSpec, Stock
from zjsim.scenario.compare import diff
from zjsim.scenario.path_words import date_words
from zjsim.scenario.reader import read_scenario
from zjsim.scenario.resolve import names_of
from zjsim.scenario.writing import scenario_text, to_yaml
from zjsim.timeline import TimeGrid

BASED = "based_on: baseline\n"


def value(resolved, name, *times):
    return resolved.inputs.paths[name].right(np.array(times))[0].tolist()


def test_override_order_is_base_then_based_on_then_own_then_set(bench):
    bench.write("based_on: baseline\nlevers: {rd_support: 1.1, land: 0.7}\n", "middle.yaml")
    text = "based_on: middle\nlevers: {rd_support: 1.2}\n"
    resolved = bench.resolve(text)
    assert value(resolved, "rd support lever", 2025) == [1.2]
    assert value(resolved, "land lever", 2025) == [0.7]
    assert value(resolved, "digital lever", 2025) == [1.0]
    resolved = bench.resolve(text, "levers.rd_support=1.3", "rd_support=1.4")
    assert value(resolved, "rd support lever", 2025) == [1.4]
    entry = next(e for e in resolved.entries if e.id == "rd_support")
    assert entry.at == "--set rd_support=1.4"


def test_an_entry_in_another_spelling_replaces_the_same_entry(bench):
    bench.write("based_on: baseline\nconstants: {capital lifetime: 11}\n", "a.yaml")
    bench.write("based_on: a\nconstants: {capital_lifetime: 12}\n", "b.yaml")
    resolved = bench.resolve("based_on: b\nconstants: {Capital Lifetime: 13}\n")
    assert resolved.inputs.constants["capital lifetime"].tolist() == [13.0]


def test_name_label_and_why_are_not_inherited_but_time_and_paths_are(bench):
    bench.write(
        "based_on: baseline\nlabel: x\nwhy: y\nmethod: euler\ntime: {step: 0.125}\n", "a.yaml"
    )
    scenario = bench.read("based_on: a\n")
    assert (scenario.name, scenario.label, scenario.why) == ("mine", {}, {})
    assert bench.fit(scenario).inputs.method == "euler"
    assert bench.fit(scenario).inputs.grid == TimeGrid(2020, 2026, 0.125)


@pytest.mark.parametrize(
    "text",
    [
        "name: x\nlevers: {rd_support: 1.5, digital: {shape: s_curve, to: 1.2, from: 2021,"
        " until: 2023}}\n",
        BASED + "levers: {land: {shape: table, values: {2021: 0.2, 2025: 1}}}\n",
        BASED + "drivers:\n  energy_price: {shape: ramp, multiply: 1.4, from: 2021, until: 2022}\n"
        "  world_demand: {path: shock, shape: step, add: -0.1, from: 2021, until: 2022}\n"
        "  epidemic_loss: 0.02\nlever_delay: 1.5\n",
        BASED + "constants: {rebound: 0.2}\ninitial: {digital share: 0.1}\nmethod: euler\n"
        "time: {stop: 2025.5, step: 0.03125}\n"
        "sampling: {runs: 64, constants: [rebound], implementation: none,"
        " drivers: {energy price: {low: 0.5, high: 1.5}}}\n",
        'name: 我的情景\nlabel: {zh: \'带 "引号": #\'}\nwhy: "no"\n',
    ],
)
def test_a_resolved_scenario_written_and_read_again_gives_equal_inputs(bench, text):
    first = bench.resolve(text)
    again = bench.resolve(scenario_text(first.scenario))
    assert again.hash == first.hash
    assert again.scenario.name == first.scenario.name
    assert again.scenario.label == first.scenario.label
    assert diff(first, again) == []
    from_document = bench.resolve(to_yaml(first.document()["scenario"]))
    assert from_document.hash == first.hash


def test_the_document_is_plain_data_and_says_who_decided_what(bench):
    document = bench.resolve(BASED + "levers: {land: 0.5}\nconstants: {rebound: 0.2}\n").document()
    assert json.loads(json.dumps(document)) == document
    land = document["levers"]["land"]
    assert land["is"] == "step from 1 January 2022 to 0.5"
    assert land["points"] == [[2021.5, 0.0], [2021.5, 0.5]]
    assert land["decided_by"].endswith("own/mine.yaml:2")
    assert document["levers"]["digital"]["decided_by"] == "scenarios/baseline.yaml:9"
    assert document["constants"]["rebound"] == {
        "variable": "rebound",
        "unit": "",
        "is": "0.2",
        "value": 0.2,
        "decided_by": document["constants"]["rebound"]["decided_by"],
    }
    assert document["read_in_order"][0] == "scenarios/baseline.yaml"


def test_hash_depends_on_numbers_only(bench):
    one = bench.resolve("name: a\nwhy: x\n" + BASED + "levers: {land: 0.5}\n")
    other = bench.resolve("# y\nname: b\n" + BASED + "levers:\n  land: 0.5\n")
    third = bench.resolve(BASED + "levers: {land: 0.6}\n")
    assert one.hash == other.hash != third.hash


def test_from_a_year_is_its_first_of_january(bench):
    assert date_words(2022) == "1 January 2022"
    assert date_words(2022.5) == "1 July 2022"
    assert date_words(2022, "zh") == "2022年1月1日"
    resolved = bench.resolve(BASED + "levers: {digital: {shape: step, to: 1.2, from: 2022}}\n")
    path = resolved.inputs.paths["digital lever"]
    assert path.jumps.tolist() == [2021.5]
    assert path.left(np.array([2021.5])).item() == 0
    assert path.right(np.array([2021.5])).item() == 1.2


def test_shapes(bench):
    resolved = bench.resolve(
        BASED + "levers:\n"
        "  rd_support: {shape: constant, to: 0.4}\n"
        "  digital: {shape: ramp, to: 1.6, from: 2021, until: 2023}\n"
        "  land: {shape: table, values: {2021: 0.2, 2023: 0.6}}\n"
    )
    assert value(resolved, "rd support lever", 2020, 2026) == [0.4, 0.4]
    assert value(resolved, "digital lever", 2020.5, 2021.5, 2022.5, 2026) == [0, 0.8, 1.6, 1.6]
    # A table's year is the year's own value: its middle. What begins in 2021 is not in 2020.
    assert value(resolved, "land lever", 2020, 2021, 2022, 2023, 2026) == pytest.approx(
        [0.0, 0.2, 0.4, 0.6, 0.6]
    )


def test_s_curve_is_smoothstep_to_one_part_in_ten_thousand(bench):
    resolved = bench.resolve(BASED + "levers: {digital: 1}\n")  # from 2021 until 2024
    share = np.linspace(0, 1, 997)
    path = resolved.inputs.paths["digital lever"].right(2020.5 + 3 * share)[0]
    assert path == pytest.approx(3 * share**2 - 2 * share**3, abs=1e-5)


def test_a_step_with_until_goes_back(bench):
    text = BASED + "levers: {land: {shape: step, to: 1, from: 2022, until: 2023}}\n"
    assert value(bench.resolve(text), "land lever", 2021, 2022, 2023) == [0, 1, 0]


def test_a_number_scales_the_levers_own_shape_and_dates_may_move(bench):
    resolved = bench.resolve(BASED + "levers: {rd_support: {to: 1.2, from: 2022}}\n")
    assert value(resolved, "rd support lever", 2021.5, 2022, 2022.5) == pytest.approx([0, 0.6, 1.2])


def test_a_late_start_shifts_every_lever_but_the_national_rule(bench):
    now, late = bench.resolve(BASED), bench.resolve(BASED + "lever_delay: 2\n")
    times = np.linspace(2020, 2026, 50)
    for name in ("rd support lever", "digital lever", "land lever"):
        shifted = late.inputs.paths[name].right(times + 2)
        assert shifted == pytest.approx(now.inputs.paths[name].right(times), abs=1e-12)
    rule = [each.inputs.paths["rd tax rule"].right(times) for each in (now, late)]
    assert np.array_equal(*rule)


def test_a_delayed_constant_and_table_start_later(bench):
    resolved = bench.resolve(
        BASED + "lever_delay: 1\nlevers:\n  land: {shape: constant, to: 1}\n"
        "  digital: {shape: table, values: {2021: 0, 2023: 1}}\n"
    )
    assert value(resolved, "land lever", 2020, 2020.9, 2021) == [0, 0, 1]
    assert value(resolved, "digital lever", 2022, 2023, 2024) == [0, 0.5, 1]


def test_switch_times_are_moved_to_the_step_grid_and_it_is_said(bench):
    text = BASED + "levers: {land: {shape: step, to: 1, from: 2021.53}}\n"
    resolved = bench.resolve(text)
    assert resolved.inputs.paths["land lever"].jumps.tolist() == [2021.0]
    assert any("land: a change at t = 2021.03 is moved to t = 2021" in n for n in resolved.notes)
    assert not any("moved" in note for note in bench.resolve(BASED).notes)


def test_a_change_after_the_run_is_noted(bench):
    text = BASED + "levers: {land: {shape: step, to: 1, from: 2040}}\n"
    assert "land: begins after the run ends" in bench.resolve(text).notes


def test_first_path_wins_next_continues_by_growth_then_growth_is_held(bench):
    resolved = bench.resolve(BASED + "driver_path: [observed, outlook]\n")
    expected = [1, 1.1, 1.2, 1.2 * 1.1, 1.2 * 1.1**2, 1.2 * 1.1**3]
    times = (2020, 2020.5, 2021, 2022, 2023, 2024)
    assert value(resolved, "energy price", *times) == pytest.approx(expected)
    assert value(resolved, "world demand", 2023) == pytest.approx([1.15])  # linear between
    assert value(resolved, "epidemic loss", 2020, 2024) == [0.05, 0]  # a level is held
    note = next(n for n in resolved.notes if "energy_price" in n)
    assert note.startswith("extrapolated after 2022")
    assert "world_demand" not in note
    entry = next(e for e in resolved.entries if e.id == "energy_price")
    assert (entry.words("en"), entry.extrapolated_after) == ("path observed, then outlook", 2022)


def test_a_path_that_leaves_a_gap_is_refused(bench):
    with pytest.raises(ScenarioError, match=r"outlook cannot carry shock on after 2022"):
        bench.resolve(BASED + "driver_path: [shock, outlook]\n")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{shape: step, multiply: 1.4, from: 2021}", [1.05, 1.1 * 1.4, 1.21 * 1.4]),
        ("{shape: step, multiply: 1.4, from: 2021, until: 2022}", [1.05, 1.1 * 1.4, 1.21]),
        ("{shape: step, add: 0.5, from: 2021}", [1.05, 1.6, 1.71]),
        ("{shape: step, to: 2, from: 2021}", [1.05, 2, 2]),
        ("{shape: constant, multiply: 2}", [2.1, 2.2, 2.42]),
        ("{shape: ramp, multiply: 1.4, from: 2021, until: 2022}", [1.05, 1.1 * 1.2, 1.21 * 1.4]),
        ("{shape: ramp, to: 2, from: 2021, until: 2022}", [1.05, 0.5 * 1.1 + 1, 2]),
        ("{shape: table, values: {2020: 1, 2021: 3}}", [2, 3, 3]),
        ("1.3", [1.3, 1.3, 1.3]),
        ("{path: observed}", [1.1, 1.2, 1.2 * 1.2]),
        ("{path: [observed, outlook]}", [1.1, 1.2, 1.2 * 1.1]),
        ("{path: observed, shape: step, multiply: 2, from: 2021}", [1.1, 2.4, 2.88]),
    ],
)
def test_a_single_driver_wins_over_the_path(bench, entry, expected):
    resolved = bench.resolve(f"{BASED}drivers:\n  energy_price: {entry}\n")
    just_before = np.nextafter(2020.5, 0)
    assert value(resolved, "energy price", just_before, 2021, 2022) == pytest.approx(expected)


def test_a_ramp_on_a_sloping_path_is_their_product_everywhere(bench):
    entry = "{shape: ramp, multiply: 1.4, from: 2021, until: 2023}"
    resolved = bench.resolve(f"{BASED}drivers:\n  world_demand: {entry}\n")
    times = np.linspace(2020, 2026, 777)
    base = 1 + 0.05 * (times - 2020)
    factor = 1 + 0.4 * np.clip((times - 2020.5) / 2, 0, 1)
    path = resolved.inputs.paths["world demand"].right(times)[0]
    assert path == pytest.approx(base * factor, rel=1e-6)  # pieces of 1/128 year


def test_drivers_without_a_path_keep_the_models_value_and_it_is_said(bench):
    resolved = bench.resolve("name: x\n")
    assert "energy price" not in resolved.inputs.paths
    assert any("no driver path gives energy_price" in note for note in resolved.notes)


def test_time_comes_from_the_model_unless_the_scenario_says(bench):
    assert bench.resolve(BASED).inputs.grid == TimeGrid(2020, 2026, 0.0625)
    text = BASED + "time: {step: 0.125, save_every: 0.5, stop: 2025.5}\nmethod: euler\n"
    inputs = bench.resolve(text, "time.step=0.03125").inputs
    assert inputs.grid == TimeGrid(2020, 2025.5, 0.03125, 0.5)
    assert inputs.method == "euler"


def test_a_models_saveper_equal_to_its_step_does_not_bind_a_longer_step():
    spec = ModelSpec(
        name="m",
        elements={"a": Constant("a", 2.0, "Year"), "s": Stock("s", None, None, "yuan")},  # type: ignore[arg-type]
        start=2020,
        stop=2026,
        step=0.0625,
        save_every=0.0625,
    )
    names = names_of(spec)
    assert names.time == TimeGrid(2020, 2026, 0.0625)
    assert dict(names.constants) == {"a": 2.0}
    assert (names.stocks, names.units) == (("s",), {"a": "Year", "s": "yuan"})


def test_a_bare_assignment_finds_its_section(bench):
    resolved = bench.resolve(
        BASED, "digital={shape: step, to: 1.2, from: 2022}", "energy_price=1.2", "rebound=0.2"
    )
    assert value(resolved, "digital lever", 2023) == [1.2]
    assert value(resolved, "energy price", 2023) == [1.2]
    assert resolved.inputs.constants["rebound"].tolist() == [0.2]
    assert resolved.scenario.chain[-1] == "--set rebound=0.2"


def test_assignments_reach_every_section(bench):
    scenario = bench.read(
        BASED,
        "levers.land={shape: table, values: {2021: 0.5}}",
        "drivers.world_demand={path: shock}",
        "constants.capital lifetime=12",
        "initial.capital=5e3",
        "time.step=0.125",
        "method=euler",
        "lever_delay=1",
        "driver_path=[observed, outlook]",
        "sampling.runs=64",
        "sampling.seed=7",
    )
    resolved = bench.fit(scenario)
    assert value(resolved, "land lever", 2023) == [0.5]
    assert resolved.inputs.initials["capital"].tolist() == [5000.0]
    assert resolved.inputs.constants["capital lifetime"].tolist() == [12.0]
    assert (resolved.inputs.grid.step, resolved.inputs.method) == (0.125, "euler")
    assert scenario.driver_path == ("observed", "outlook")
    assert (scenario.sampling.runs, scenario.sampling.seed) == (64, 7)


def test_a_bare_name_is_shipped_and_a_path_is_a_file(bench, monkeypatch):
    monkeypatch.chdir(bench.own)
    bench.write("name: other\n", "baseline.yaml")
    assert read_scenario("baseline", bench.folder).driver_path == ("outlook",)
    assert read_scenario("baseline.yaml", bench.folder).driver_path == ()
    assert read_scenario("./baseline.yaml", bench.folder).driver_path == ()
    with pytest.raises(ScenarioError, match=r"no such scenario. Did you mean baseline"):
        read_scenario("basline", bench.folder)
    bench.write("name: x\n")
    with pytest.raises(ScenarioError, match=r"For the file mine.yaml write ./mine.yaml"):
        read_scenario("mine", bench.folder)


def test_based_on_takes_a_path_relative_to_its_file(bench):
    (bench.own / "deep").mkdir()
    bench.write("name: low\nlevers: {land: 0.3}\n", "deep/low.yaml")
    resolved = bench.resolve("based_on: deep/low.yaml\n")
    assert value(resolved, "land lever", 2025) == [0.3]


def test_a_base_that_is_both_shipped_and_beside_is_refused_unless_equal(bench):
    copy = (bench.folder / "baseline.yaml").read_text(encoding="utf-8")
    bench.write(copy, "baseline.yaml")
    assert bench.read(BASED).driver_path == ("outlook",)
    bench.write(copy + "method: euler\n", "baseline.yaml")
    with pytest.raises(ScenarioError, match="both a shipped scenario and a file beside"):
        bench.read(BASED)
    assert bench.read("based_on: ./baseline.yaml\n").method == "euler"


def test_a_warm_read_imports_neither_yaml_parser_nor_pydantic(bench, monkeypatch):
    path = bench.write(BASED + "levers: {land: 0.5}\n")
    plan = bench.folder.parent / "plan"
    code = (
        "import sys; from pathlib import Path\n"
        "from zjsim.scenario import reader, resolve, tables\n"
        f"s = reader.read_scenario(Path({str(path)!r}), Path({str(bench.folder)!r}),"
        " ['levers.land=0.7', 'constants.rebound=0.2'])\n"
        f"tables.read_levers(Path({str(plan / 'levers.yaml')!r}))\n"
        "assert s.levers['land'].to == 0.7\n"
        "slow = [m for m in ('pydantic', 'ruamel', 'scipy', 'pandas') if m in sys.modules]\n"
        "print(slow)"
    )
    # A cache of its own, so that the first read is a cold one.
    monkeypatch.setenv("ZJSIM_CACHE", str(bench.own / "cache"))
    run = [sys.executable, "-c", code]
    for expected in ("['pydantic', 'ruamel']", "[]"):
        done = subprocess.run(run, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected


def test_one_lever_by_two_names_is_refused(bench):
    with pytest.raises(ScenarioError, match=r"line 4, levers\.land!: land is set twice"):
        bench.resolve("based_on: baseline\nlevers:\n  land: 1\n  land!: 0.5\n")


def test_a_table_that_the_model_does_not_know_is_blamed_itself(bench):
    known = bench.model.constants
    kept = {k: v for k, v in known.items() if k not in ("land lever", "world demand")}
    bench.model = replace(bench.model, constants=kept)
    with pytest.raises(ScenarioError) as caught:
        bench.resolve("based_on: baseline\nlevers: {land: 1}\n")
    text = str(caught.value)
    assert re.search(r"levers\.yaml line \d+, levers\.land: the model has no constant land", text)
    assert re.search(r"drivers\.csv line \d+, drivers\.world_demand: the model has no", text)
