"""No hostile input gives a traceback, a fault of zjsim itself, a hang or a sign that runs."""

import os

import pytest

from tests.hostile import counting
from tests.hostile.counting import KINDS, RIBERA, count, fault_in_files, fault_of
from tests.hostile.mutations import STRINGS, changed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="limits of time and pipes as POSIX has them"),
]
# A few of each kind here; `python -m tests.hostile.counting --inputs 300 --seed N` counts more.
FEW = {"scenario": 2, "study": 4, "second plan": 4, "model": 4, "cache": 2}


@pytest.fixture
def quiet(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZJSIM_LANG", "en")


@pytest.mark.parametrize("kind", FEW)
def test_some_hostile_inputs_of_each_kind_are_told(quiet, kind, monkeypatch, tmp_path):
    if kind == "cache":
        monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path / "cache"))
    assert count(kind, FEW[kind], seed=70_000) == []


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_hundreds_of_hostile_inputs_of_each_kind_are_told(quiet, kind, monkeypatch, tmp_path):
    monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path / "cache"))
    inputs = int(os.environ.get("ZJSIM_HOSTILE", "200"))
    assert count(kind, inputs, seed=int(os.environ.get("ZJSIM_SEED", "1"))) == []


def test_the_same_seed_is_the_same_input():
    import random

    text = (RIBERA / "levers.yaml").read_text("utf-8")
    data = counting._data(RIBERA / "levers.yaml")
    made = [changed("levers.yaml", text, data, random.Random(f"{n % 30}")) for n in range(60)]
    assert made[:30] == made[30:]
    assert len(set(made)) > 20


def test_what_must_not_happen_is_seen(tmp_path):
    assert fault_of(1, "Error: a fault of zjsim itself (KeyError: 'x')")
    assert fault_of("hang", "") == "ended with hang"
    assert fault_of(0, "a \x1b[31m b").startswith("on the screen")
    assert fault_of(1, "Error: no such lever") is None
    for name, content in (("a=1.csv", ""), ("b.csv", "=1+1\n"), ("c.svg", "<svg"), ("d.docx", "x"),
                          ("e.html", "<script>alert(1)</script>"), ("f.json", "{")):  # fmt: skip
        (tmp_path / name).write_text(content)
        assert fault_in_files(tmp_path), name
        (tmp_path / name).unlink()
    assert len(STRINGS) > 50
