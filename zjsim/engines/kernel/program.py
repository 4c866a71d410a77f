"""A lowered model: a graph of operations with numbered slots, ready to be emitted.

A program holds no expression trees and no text of the model's equations, only operations,
slots and numbers; names are kept beside them for messages and for naming what is saved. It
is plain data, so that it can be cached as JSON between processes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from zjsim.documents import from_document, to_document
from zjsim.engines.kernel.graph import Node

# Bumped when the meaning of a stored document changes.
FORMAT = 5
# Quantities of the run itself, which equations may read.
CONTROLS = ("step", "start", "stop", "save_every")


@dataclass(frozen=True, slots=True)
class Slot:
    """A constant of the model; ``shape`` is () until arrays are computed."""

    name: str
    value: float
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A named flow, auxiliary or control variable and the node of its equation."""

    name: str
    node: int
    kind: str
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What is integrated: a stock, or a hidden one inside SMOOTH, DELAY, TREND, FORECAST."""

    name: str
    initial: int
    rate: int
    non_negative: bool = False
    hidden: bool = False
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A value set once a step: after each step it becomes ``update`` of the step's start."""

    name: str
    initial: int
    update: int


@dataclass(frozen=True, slots=True)
class Ring:
    """A DELAY FIXED: the input of ``delay_time`` ago, in whole steps."""

    name: str
    initial: int
    input: int
    delay_time: int


@dataclass(frozen=True, slots=True)
class Points:
    """A lookup; ``extrapolation`` as in the model's Table."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    extrapolation: str


@dataclass(frozen=True, slots=True)
class Program:
    """A lowered model.

    Parameters
    ----------
    names : tuple of str
        What a run can save, in the order of the model file.
    nodes : tuple of Node
        Operations, operands first. A ``variable`` leaf stands for the variable of that
        index, so that a path can take its place.
    kept : tuple of int
        Nodes whose value at the start of a run is kept (INITIAL and delay orders).
    structural : mapping of constant name to value
        Constants that fix the number of hidden stocks; a run cannot change them.
    units, documentation : mapping of name to str
    draws : tuple of str
        Constants that stand for random numbers; a run must say what they are.
    arrays : mapping of array to its dimensions
        Its cells are among the names, such as ``x[north,old]``.
    ranges : mapping of dimension to its elements
    """

    name: str
    time_unit: str
    names: tuple[str, ...]
    nodes: tuple[Node, ...]
    constants: tuple[Slot, ...]
    variables: tuple[Variable, ...]
    states: tuple[State, ...]
    held: tuple[Held, ...]
    rings: tuple[Ring, ...]
    kept: tuple[int, ...]
    tables: tuple[Points, ...]
    structural: dict[str, float]
    units: dict[str, str]
    documentation: dict[str, str]
    draws: tuple[str, ...] = ()
    arrays: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """The program as a JSON document."""
        parts = {f.name: to_document(getattr(self, f.name), rows=True) for f in fields(self)}
        return {"format": FORMAT, **parts}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Program:
        """The program a document was made from.

        Raises
        ------
        ValueError
            When the document was written by another version.
        """
        if document.get("format") != FORMAT:
            raise ValueError("the lowered program was written by another version")
        return from_document(cls, document)
