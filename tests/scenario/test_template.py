"""A new scenario file names inputs of the plan that it is for, and of no other."""

from __future__ import annotations

import re

from zjsim.scenario.reader import read_scenario
from zjsim.scenario.template import Examples, examples_of, new_scenario


def test_examples_are_the_plans_own_inputs(bench):
    found = examples_of((2020, 2025), bench.levers, bench.drivers, bench.constants, bench.model)
    assert [lever.id for lever in found.levers][:2] == ["rd_support", "digital"]
    assert found.drivers == ("energy_price", "world_demand")
    assert found.constants[0] == ("rebound", 0.3)
    assert "one_year" not in dict(found.constants)


def test_every_example_is_true_once_it_is_uncommented(bench):
    found = examples_of((2020, 2025), bench.levers, bench.drivers, bench.constants, bench.model)
    path = bench.own / "fresh.yaml"
    text = new_scenario(path, "fresh", "baseline", examples=found)
    path.write_text(re.sub(r"^  # ", "  ", text, flags=re.M), encoding="utf-8")
    scenario = read_scenario(path, bench.folder)
    assert set(scenario.levers) >= {"rd_support", "digital", "land"}
    assert set(scenario.drivers) == {"energy_price"}
    bench.fit(scenario)


def test_a_file_that_rests_on_no_base_names_its_plan(bench):
    path = bench.own / "fresh.yaml"
    text = new_scenario(path, "fresh", None, examples=Examples(2020, 2025), plan="little")
    assert "based_on" not in text
    assert "rd_support" not in text
    assert read_scenario(path, bench.folder).plan == "little"
