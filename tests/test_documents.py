"""Dataclasses become JSON documents and come back equal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import pytest

import zjsim
from zjsim.documents import from_document, to_document
from zjsim.engines.kernel.program import Program
from zjsim.scenario.schema import Scenario


class Pair(NamedTuple):
    name: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Inner:
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Outer:
    pair: Pair
    inner: Inner | None
    named: Mapping[str, Inner]
    chosen: Literal["all"] | tuple[str, ...] = "all"
    later: float = 1.0


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize(
    "value",
    [
        Outer(Pair("a", (1, 2)), None, {}),
        Outer(Pair("a"), Inner(((1.0, 2.0),)), {"x": Inner()}, ("b", "c"), 2.0),
    ],
)
def test_a_dataclass_comes_back_equal(value, rows):
    assert from_document(Outer, json.loads(json.dumps(to_document(value, rows)))) == value


def test_a_missing_key_takes_its_default_and_a_strange_one_is_left_out():
    document = {"pair": ["a", []], "inner": None, "named": {}, "strange": 1}
    assert from_document(Outer, document) == Outer(Pair("a"), None, {})


@pytest.mark.parametrize("kind", [Scenario, Program])
def test_what_is_shipped_comes_back_equal(kind):
    plan = zjsim.open_plan("zhejiang")
    value = plan.read_scenario("baseline") if kind is Scenario else plan.program
    document = json.loads(json.dumps(to_document(value, rows=kind is Program)))
    assert from_document(kind, document) == value
