"""The PySD engine: its traps never reach a user."""

from __future__ import annotations

import os
import tempfile

import numpy as np
import pytest

from tests.engines.line_models import grid_of, vensim
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.engines.reference import ReferenceEngine
from zjsim.errors import ModelError, UnsupportedError
from zjsim.inputs import Inputs, TimePath

MODEL = ("rate = 0.5", "x = INTEG(rate * Time, 1)", "twice = INTEG(0, 2 * x)")


def test_generated_code_needs_trust():
    with pytest.raises(UnsupportedError, match="executes code generated from the model file"):
        ReferenceEngine().compile(vensim(*MODEL))


def test_only_euler():
    model = vensim(*MODEL)
    with pytest.raises(UnsupportedError, match="euler only, not with rk4"):
        ReferenceEngine(trust=True).compile(model).run(Inputs(grid_of(model)))


def test_overrides_mean_the_same_as_in_the_kernel():
    model = vensim(*MODEL)
    inputs = Inputs(
        grid_of(model),
        n_run=2,
        initials={"x": np.array([2.0, 3.0])},
        paths={"rate": TimePath(np.array([1.0, 1.0, 3.0]), np.array([[0, 1, 2], [5, 4, 3.0]]))},
        method="euler",
    )
    slow = ReferenceEngine(trust=True).compile(model).run(inputs)
    fast = KernelEngine("python").compile(model).run(inputs)
    assert slow.names == fast.names
    np.testing.assert_allclose(fast.values, slow.values, rtol=1e-9)


def test_values_do_not_persist_between_runs_and_nothing_is_left_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    model = vensim(*MODEL)
    compiled = ReferenceEngine(trust=True).compile(model)
    plain = Inputs(grid_of(model), method="euler")
    before = compiled.run(plain)
    changed = Inputs(grid_of(model), constants={"rate": np.array([9.0])}, method="euler")
    assert compiled.run(changed)["x"][0, -1] != before["x"][0, -1]
    assert (compiled.run(plain).values == before.values).all()
    assert os.listdir(tmp_path) == []


def test_a_subscripted_model_gives_its_scalars():
    text = (
        "{UTF-8}\nkind: a, b ~~|\nlevel[kind] = INTEG(1, 2) ~~|\ntotal = SUM(level[kind!]) ~~|\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    )
    compiled = ReferenceEngine(trust=True).compile_text(text, ".mdl")
    model = vensim(*MODEL, stop=2, step=1)
    runs = compiled.run(Inputs(grid_of(model), save=("total",), method="euler"))
    assert runs["total"][0].tolist() == [4, 6, 8]


def test_what_pysd_cannot_translate_is_one_clear_error():
    with pytest.raises(ModelError, match="PySD cannot translate"):
        ReferenceEngine(trust=True).compile_text("{UTF-8}\nx = 1 + (", ".mdl", "broken.mdl")
