"""Any text at all gives a scenario or a ScenarioError, never another exception."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from zjsim.errors import ScenarioError

pytestmark = pytest.mark.slow

WHOLE = """\
name: mine
based_on: baseline
driver_path: [observed, outlook]
lever_delay: 1
levers:
  rd_support: 1.5
  digital: {shape: ramp, to: 1.6, from: 2021, until: 2023}
  land: {shape: table, values: {2021: 0.2, 2023: 0.6}}
drivers:
  energy_price: {shape: step, multiply: 1.4, from: 2021}
constants: {rebound: 0.3}
initial: {capital: 0.2}
time: {start: 2020, stop: 2025.5, step: 0.0625}
method: rk4
sampling: {runs: 64, implementation: {low: 0.5, high: 1.1, levers: {land: {low: 0, high: 1}}}}
"""
PIECES = ["{", "}", "[", "]", ":", "-", "&a ", "*a", "!x ", "'", '"', "\t", "\n", "#", "1e400"]
PIECES += [
    "null",
    "~",
    ".nan",
    "-",
    "2021",
    "?",
    "|",
    ">",
    "%",
    "@",
    "中",
    "\x07",
    "\ufeff",
    "true",
]


@pytest.mark.parametrize("seed", range(12))
def test_damaged_files_never_raise_anything_else(bench, seed):
    chance = random.Random(seed)
    for _ in range(25):
        text = list(WHOLE)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(text))
            cut = chance.choice([0, 1, 1, 5, 30])
            text[place : place + cut] = chance.choice([*PIECES, ""])
        # Anything but a ScenarioError fails the test.
        with suppress(ScenarioError):
            bench.resolve("".join(text))
