"""Every construct against stored results, against PySD, and a few compiled."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from tests.engines.interpreted import LANES, interpret
from tests.engines.line_models import grid_of
from zjsim.engines.kernel import build, engine, lanes
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.engines.reference import ReferenceEngine
from zjsim.inputs import Inputs
from zjsim.model.reader import read_model

ROOT = Path(__file__).parents[1] / "conformance"
CONSTRUCTS = {
    "active_initial", "arithmetic", "delay1", "delay3", "delay_fixed", "delay_n", "delay_short",
    "forecast",
    "if_then_else", "initial", "integ", "logic", "lookup_extrapolate", "lookups_inline",
    "lookups_named", "lookups_xmile", "lookups_xmile_kinds", "mathematics", "min_max", "modulo",
    "names", "non_negative", "pulse", "pulse_train", "pulse_xmile", "ramp", "sample_if_true",
    "smooth", "smooth3", "smooth_n", "smoothi", "step", "time_functions", "trend",
    "with_lookup", "xidz_zidz",
}  # fmt: skip
# What PySD gets wrong; the README of the folder says how.
NOT_IN_PYSD = {
    "delay_short", "lookup_extrapolate", "lookups_xmile_kinds", "non_negative", "pulse_train",
}  # fmt: skip
# Compiling costs seconds, so only those that use what the others do not.
COMPILED = {"delay_fixed", "mathematics"}
# Agreement asked of two engines with the same rule and step.
TOLERANCE = 1e-9


def load(construct):
    model = read_model(next((ROOT / construct).glob("model.*")))
    with (ROOT / construct / "expected.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    expected = np.array(rows, dtype=float)
    inputs = Inputs(grid_of(model), save=tuple(header[1:]), method="euler")
    return model, inputs, expected[:, 1:]


def assert_agrees(trajectories, expected):
    got = trajectories.values[0]
    error = np.abs(got - expected) / np.maximum(1, np.abs(expected))
    row, column = np.unravel_index(np.argmax(error), error.shape)
    assert error.max() <= TOLERANCE, (trajectories.names[column], trajectories.times[row])


def test_every_folder_is_listed():
    assert {folder.name for folder in ROOT.iterdir() if folder.is_dir()} == CONSTRUCTS


@pytest.mark.parametrize("construct", sorted(CONSTRUCTS))
def test_folder_says_where_its_result_comes_from(construct):
    text = (ROOT / construct / "README.md").read_text(encoding="utf-8")
    assert "PySD 3.14.3" in text or "analytic" in text


@pytest.mark.parametrize("construct", sorted(CONSTRUCTS))
def test_plain_python_agrees_with_the_stored_result(construct):
    model, inputs, expected = load(construct)
    assert_agrees(KernelEngine("python").compile(model).run(inputs), expected)


@pytest.mark.slow
@pytest.mark.parametrize("construct", sorted(CONSTRUCTS - NOT_IN_PYSD))
def test_pysd_still_agrees_with_the_stored_result(construct):
    model, inputs, expected = load(construct)
    assert_agrees(ReferenceEngine(trust=True).compile(model).run(inputs), expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("largest", "parts"),
    [(600, 4000), (-1, 4000), (-1, -1)],
    ids=["for one study", "for every study", "in parts"],
)
@pytest.mark.parametrize("construct", sorted(CONSTRUCTS))
def test_text_of_the_compiled_kernel_agrees_with_the_stored_result(
    construct, largest, parts, monkeypatch
):
    monkeypatch.setattr(lanes, "LANES", LANES)
    monkeypatch.setattr(engine, "LARGEST_SPECIAL", largest)
    # Short parts, as large programs are compiled in.
    monkeypatch.setattr(lanes, "LARGEST_WHOLE", parts)
    monkeypatch.setattr(lanes, "LONGEST_PART", 3)
    monkeypatch.setattr(build, "build", interpret)
    model, inputs, expected = load(construct)
    compiled = KernelEngine("compiled", threads=1).compile(model)
    assert_agrees(compiled.run(inputs), expected)


@pytest.mark.slow
@pytest.mark.parametrize("construct", sorted(COMPILED))
def test_compiled_kernel_agrees_with_the_stored_result(construct):
    model, inputs, expected = load(construct)
    assert_agrees(KernelEngine("compiled", threads=1).compile(model).run(inputs), expected)
