"""What a model is: frozen elements with names, units, sentences and equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zjsim.frozen import FrozenDict
from zjsim.model.draw import Draw
from zjsim.model.expression import Expression, Table

# Least and largest value that a model file gives an element's slider; None where it gives none.
Limits = tuple[float | None, float | None]
NO_LIMITS: Limits = (None, None)


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that does not change during a run; levers and drivers are constants too.

    ``limits`` are the range that the file gives a slider; nothing else heeds them.
    """

    name: str
    value: float
    unit: str = ""
    documentation: str = ""
    group: str = ""
    limits: Limits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class Stock:
    """An accumulation: ``value(t) = initial + integral of net_flow``.

    ``inflows`` and ``outflows`` name the flows that add to and take from it; other terms
    of ``net_flow`` are none of them. A ``non_negative`` stock stops at zero.
    """

    name: str
    net_flow: Expression
    initial: Expression
    unit: str = ""
    documentation: str = ""
    group: str = ""
    non_negative: bool = False
    inflows: tuple[str, ...] = ()
    outflows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """A rate that fills or drains at least one stock."""

    name: str
    equation: Expression
    unit: str = ""
    documentation: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """Any other variable computed from an equation."""

    name: str
    equation: Expression
    unit: str = ""
    documentation: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A named table function."""

    name: str
    table: Table
    unit: str = ""
    documentation: str = ""
    group: str = ""


Element = Constant | Stock | Flow | Auxiliary | Lookup


@dataclass(frozen=True, slots=True)
class Array:
    """A variable with subscripts: which element of the model stands for which of its cells.

    Parameters
    ----------
    dimensions : tuple of str
        For each subscript the narrowest range of the file that has all its elements.
    cells : mapping of tuple of str to str
        Elements of the ranges → name of the element of the model, such as ``x[north,old]``.
    """

    name: str
    dimensions: tuple[str, ...]
    cells: Mapping[tuple[str, ...], str]


TIME = "Time"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A whole model.

    Parameters
    ----------
    name : str
        Stem of the file it was read from.
    elements : mapping of str to Element
        By exact name, in the order of the file. The control constants (INITIAL TIME,
        FINAL TIME, TIME STEP, SAVEPER) are among them when the file has them.
    start, stop, step, save_every : float
        The file's own time settings, in its own unit of time.
    time_unit : str
        Unit of time, such as ``Year``.
    source : str
        Text of the file, kept because the PySD engine runs it from a temporary folder.
    suffix : str
        ``.mdl`` or ``.xmile``: the language of ``source``.
    origin : str
        Where the text came from, for messages.
    method : {"euler", "rk4"}
        Integration method that the file asks for.
    notes : tuple of str
        What a reader should know of how the file was read.
    files : mapping of str to str
        Files beside the model from which figures were read, and hashes of their bytes.
    draws : tuple of Draw
        Random numbers that equations ask for; each is a constant of ``elements`` until a run
        draws it.
    arrays : mapping of str to Array
        Variables with subscripts; each of their cells is one of ``elements``.
    dimensions : mapping of str to tuple of str
        Subscript ranges and their elements.
    """

    name: str
    elements: Mapping[str, Element]
    start: float
    stop: float
    step: float
    save_every: float
    time_unit: str = "Year"
    source: str = field(default="", repr=False)
    suffix: str = ".mdl"
    origin: str = ""
    method: str = "euler"
    notes: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=FrozenDict, repr=False)
    draws: tuple[Draw, ...] = field(default=(), repr=False)
    arrays: Mapping[str, Array] = field(default_factory=FrozenDict, repr=False)
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenDict, repr=False)

    def __post_init__(self) -> None:
        for part in ("elements", "files", "arrays", "dimensions"):
            object.__setattr__(self, part, FrozenDict(dict(getattr(self, part))))

    def __repr__(self) -> str:
        counts = f"{len(self.elements)} elements, {len(self.stocks)} stocks"
        span = f"{self.start:g} to {self.stop:g} {self.time_unit}"
        return f"<ModelSpec {self.name[:80]}: {counts}, {span}>"

    def of_kind(self, *kinds: type) -> tuple[Element, ...]:
        """Elements of the given kinds, in the order of the file."""
        return tuple(element for element in self.elements.values() if isinstance(element, kinds))

    @property
    def stocks(self) -> tuple[Stock, ...]:
        """Stocks in the order of the file."""
        return tuple(e for e in self.elements.values() if isinstance(e, Stock))

    @property
    def constants(self) -> tuple[Constant, ...]:
        """Constants in the order of the file."""
        return tuple(e for e in self.elements.values() if isinstance(e, Constant))


def equations(element: Element) -> tuple[Expression, ...]:
    """The expressions an element is defined by: none for constants and lookups."""
    match element:
        case Stock():
            return element.net_flow, element.initial
        case Flow() | Auxiliary():
            return (element.equation,)
    return ()
