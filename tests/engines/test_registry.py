"""The table of engines, and what repeats its names where it cannot be imported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import zjsim
from zjsim.engines import ENGINES, make_engine
from zjsim.engines.base import Engine
from zjsim.errors import RunError


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_of_the_table_keeps_the_contract(name):
    made = make_engine(name, backend="python", threads=1, notify=None, trust=True)
    assert isinstance(made, Engine)


def test_an_unknown_engine_is_refused_with_those_there_are():
    with pytest.raises(RunError, match=r"abacus: no such engine. Choose one of kernel, adaptive"):
        make_engine("abacus")


def test_a_study_may_name_each_engine_of_the_table():
    schema = Path(zjsim.__file__).parent / "scenario" / "study.schema.json"
    assert json.dumps(list(ENGINES)) in " ".join(schema.read_text("utf-8").split()).replace(
        "[ ", "["
    ).replace(" ]", "]")
