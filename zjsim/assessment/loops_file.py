"""The keys of ``loops.yaml``: named feedback loops, and what cutting each was expected to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from zjsim.formats import Date, Declared, Flag, Name, Number, Words, rule
from zjsim.frozen import FrozenDict
from zjsim.language import Text

Sign = Literal["+", "-", "0"]


@dataclass(frozen=True, slots=True)
class ExpectedChange(Declared):
    """A sign that was written down before the runs."""

    variable: Name
    """Model variable."""
    year: Date
    """Year in which it is read."""
    sign: Sign
    """Sign of (cut - uncut)."""


@dataclass(frozen=True, slots=True)
class ObservedChange(Declared):
    """What the runs of the model in this folder gave."""

    variable: Name
    """Model variable."""
    uncut: Number
    """Its value with the loop."""
    cut: Number
    """Its value without it."""
    sign: Sign
    """Sign of (cut - uncut)."""
    as_expected: Flag
    """Whether it is the expected sign; surprises are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLoop(Declared):
    """One cycle of the graph and its off-switch."""

    id: Name
    """Short name, such as R1."""
    name: Text
    """Its name."""
    polarity: Literal["R", "B"]
    """R reinforcing, B balancing."""
    cycle: Annotated[tuple[Name, ...], rule(min_length=1, max_length=200)]
    """Model variables in order; the last acts on the first."""
    off: Mapping[Name, Number]
    """Constants and the values that cut the loop."""
    run: Name = "baseline"
    """Scenario of the test."""
    given: Mapping[Name, Number] = field(default_factory=FrozenDict)
    """Constants set in both runs, where the loop sleeps in the scenario."""
    reason: Words = ""
    """Why the signs are expected."""
    surprise: Words = ""
    """What a sign that was not expected is due to."""
    expected: tuple[ExpectedChange, ...] = ()
    """Signs written down before the runs."""
    observed: tuple[ObservedChange, ...] = ()
    """What the runs gave."""


@dataclass(frozen=True, slots=True)
class LoopsFile(Declared):
    """Named feedback loops of a model."""

    loops: tuple[NamedLoop, ...]
    """The loops."""
