"""A small plan that the scenario tests share: four levers, three drivers, a few constants."""

from __future__ import annotations

from pathlib import Path

import pytest

from zjsim.scenario.reader import read_scenario
from zjsim.scenario.resolve import Names, Resolved, resolve
from zjsim.scenario.settable import Settable, settable
from zjsim.scenario.tables import (
    ConstantTable,
    DriverTable,
    Lever,
    read_constants,
    read_drivers,
    read_levers,
)
from zjsim.timeline import TimeGrid

LEVERS = """\
- id: rd_support
  label: {zh: 研发支持, en: R&D support}
  variable: rd support lever
  range: [0, 1.6]
  shape: {shape: ramp, from: 2021, until: 2023}
  clause: 三(一)
- id: digital
  label: {zh: 数字化, en: Digital}
  variable: digital lever
  range: [0, 1.6]
  shape: {shape: s_curve, from: 2021, until: 2024}
- id: land
  label: {zh: 土地, en: Land}
  variable: land lever
  range: [0, 1.5]
  shape: {shape: step, from: 2022}
- id: rd_tax_rule
  label: {zh: 加计扣除, en: Tax rule}
  variable: rd tax rule
  range: [0, 1]
  shape: {shape: step, from: 2021}
  delayable: false
"""

DRIVERS = """\
path,driver,year,value,kind,source,grade,note
outlook,energy price,2020,1,index,s,C,
outlook,energy price,2021,1.1,index,s,C,
outlook,energy price,2022,1.21,index,s,C,
outlook,world demand,2020,1,index,s,C,
outlook,world demand,2026,1.3,index,s,C,
outlook,epidemic loss,2020,0.05,level,s,C,
outlook,epidemic loss,2021,0,level,s,C,
observed,energy price,2020,1,index,s,B,
observed,energy price,2021,1.2,index,s,B,
shock,world demand,2020,1,index,s,D,
shock,world demand,2022,0.85,index,s,D,
"""

CONSTANTS = """\
name,low,high,distribution,source,grade,note
rebound,0.1,0.5,triangular,s,C,
capital lifetime,10,20,pert,s,D,
"hiring elasticity",0.2,0.9,lognormal,s,D,
discount rate,0.03,0.09,normal,s,D,
one year,,,fixed,s,A,
"""

BASELINE = """\
# yaml-language-server: $schema=../zjsim/scenario/scenario.schema.json
name: baseline
label: {zh: 基准, en: Baseline}
why: The plan as written.
plan: zhejiang
driver_path: outlook
levers:
  rd_support: 1
  digital: 1
  land: 1
  rd_tax_rule: 1
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of shipped scenarios with a baseline."""
    shipped = tmp_path / "scenarios"
    shipped.mkdir()
    (shipped / "baseline.yaml").write_text(BASELINE, encoding="utf-8")
    return shipped


@pytest.fixture
def model() -> Names:
    constants = {
        "INITIAL TIME": 2020.0,
        "TIME STEP": 0.0625,
        "rd support lever": 0.0,
        "digital lever": 0.0,
        "land lever": 0.0,
        "rd tax rule": 0.0,
        "energy price": 1.0,
        "world demand": 1.0,
        "epidemic loss": 0.0,
        "rebound": 0.3,
        "capital lifetime": 15.0,
        "hiring elasticity": 0.4,
        "discount rate": 0.06,
        "one year": 1.0,
    }
    units = {"capital lifetime": "Year", "capital": "yuan"}
    grid = TimeGrid(2020.0, 2026.0, 0.0625)
    return Names(constants, ("capital", "digital share"), units, grid)


class Bench:
    """Writes, reads and resolves scenarios of the small plan."""

    def __init__(self, folder: Path, model: Names) -> None:
        self.folder, self.model = folder, model
        self.own = folder.parent / "own"
        self.own.mkdir()
        plan = folder.parent / "plan"
        plan.mkdir()
        for name, text in (
            ("levers.yaml", LEVERS),
            ("drivers.csv", DRIVERS),
            ("constants.csv", CONSTANTS),
        ):
            (plan / name).write_text(text, encoding="utf-8")
        self.levers: tuple[Lever, ...] = read_levers(plan / "levers.yaml")
        self.drivers: DriverTable = read_drivers(plan / "drivers.csv")
        self.constants: ConstantTable = read_constants(plan / "constants.csv")

    def write(self, text: str | bytes, name: str = "mine.yaml") -> Path:
        path = self.own / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, text: str | bytes, *assignments: str):
        return read_scenario(self.write(text), self.folder, assignments, lambda _: self.settable)

    @property
    def settable(self) -> Settable:
        return settable(self.model.constants, self.levers, self.drivers.drivers.values())

    def fit(self, scenario) -> Resolved:
        return resolve(scenario, self.model, self.levers, self.drivers, self.constants)

    def resolve(self, text: str | bytes, *assignments: str) -> Resolved:
        return self.fit(self.read(text, *assignments))


@pytest.fixture
def bench(folder, model) -> Bench:
    return Bench(folder, model)
