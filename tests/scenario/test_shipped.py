"""Every shipped scenario reads, fits the shipped model and tables, and says what it is."""

from __future__ import annotations

import re
from functools import cache

import pytest

from zjsim.bundle import find_plan, scenario_names, scenarios_folder
from zjsim.model.reader import read_model
from zjsim.scenario.reader import read_scenario
from zjsim.scenario.resolve import names_of, resolve
from zjsim.scenario.sampling import plan_sampling, resolve_ensemble
from zjsim.scenario.tables import check_tables, read_constants, read_drivers, read_levers
from zjsim.scenario.writing import scenario_text

NAMES = scenario_names()


@cache
def plan():
    folder = find_plan("zhejiang")
    return (
        names_of(read_model(folder.model)),
        read_levers(folder.file("levers.yaml")),
        read_drivers(folder.file("drivers.csv")),
        read_constants(folder.file("constants.csv")),
    )


def test_the_tables_fit_the_model():
    model, *tables = plan()
    assert list(map(str, check_tables(model.constants, *tables))) == []


def test_the_agreed_scenarios_are_shipped():
    assert {"baseline", "frozen_effort", "late_start", "observed", "trade_shock"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_fits(name):
    scenario = read_scenario(name, scenarios_folder())
    assert scenario.name == name
    assert set(scenario.label) == {"zh", "en"}
    assert len(scenario.why["en"]) > 20
    assert re.search(r"[\u4e00-\u9fff]{5}", scenario.why["zh"])
    first = (scenarios_folder() / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../zjsim/scenario/scenario.schema.json"
    resolved = resolve(scenario, *plan())
    assert resolved.inputs.paths
    drawn = plan_sampling(resolved, plan()[0], plan()[3])
    inputs, _ = resolve_ensemble(resolved, drawn, 8, 16)
    assert inputs.n_run == 8


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_written_out_reads_back_the_same(name, tmp_path):
    resolved = resolve(read_scenario(name, scenarios_folder()), *plan())
    path = tmp_path / "again.yaml"
    path.write_text(scenario_text(resolved.scenario), encoding="utf-8")
    assert resolve(read_scenario(path, scenarios_folder()), *plan()).hash == resolved.hash


def test_a_late_start_leaves_the_national_tax_rule_in_its_year():
    on_time, late = (
        resolve(read_scenario(name, scenarios_folder()), *plan()).inputs.paths
        for name in ("baseline", "late_start")
    )
    rule = "rd tax rule lever"
    assert late[rule].times.tolist() == on_time[rule].times.tolist()
    assert late["digital lever"].times.tolist() != on_time["digital lever"].times.tolist()
