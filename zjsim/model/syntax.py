"""What an equation says before its names are resolved: a handful of frozen nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from zjsim.model.spec import NO_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Literal:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text between single quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable as written, with its subscripts as written; ``d!`` runs over a range."""

    name: str
    subscripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Apply:
    """A function, macro or lookup as written, and what stands between its brackets.

    ``outputs`` are names behind a colon, which a macro of Vensim defines besides its value.
    """

    name: str
    arguments: tuple[Node, ...]
    subscripts: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one rank from left to right: one operand more than operators."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """``-x`` or ``not x``."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """IF … THEN … ELSE of XMILE."""

    condition: Node
    when_true: Node
    when_false: Node


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a lookup as written; ``kind`` is ``hold``, ``extrapolate`` or ``step``."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    kind: str = "hold"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A list of numbers for the elements of an array, row by row, and as it was written."""

    values: tuple[float, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Each:
    """A tree of its own for each combination of elements of an array, in their order."""

    trees: tuple[Node, ...]


Node = Literal | Text | Name | Apply | Chain | Prefix | Choice | Points | Numbers | Each


@dataclass(frozen=True, slots=True)
class Definition:
    """What a file says of a variable, or of a part of an array.

    Parameters
    ----------
    name : str
        As written.
    tree : Node or None
        Its equation; None where there is none.
    kind : str
        ``equation``, ``lookup`` or ``data``.
    subscripts : tuple of str
        Ranges and elements on the left side.
    excepts : tuple of tuple of str
        What ``:EXCEPT:`` leaves out.
    line : int
        Where it stands in the file; 0 where that is not known.
    start : Node or None
        An equation for the first moment alone, as XMILE's ``init_eqn``.
    non_negative : bool
        Of a stock: what drains it stops when it is empty.
    one_way : bool
        Of a flow: it never runs backwards.
    ranges : tuple of str
        Of a part of an array: the range that each subscript is of, where the file says it.
    limits : (float or None, float or None)
        Least and largest value that the file gives a slider.
    """

    name: str
    tree: Node | None
    kind: str = "equation"
    unit: str = ""
    documentation: str = ""
    line: int = 0
    group: str = ""
    subscripts: tuple[str, ...] = ()
    excepts: tuple[tuple[str, ...], ...] = ()
    start: Node | None = None
    non_negative: bool = False
    one_way: bool = False
    ranges: tuple[str, ...] = ()
    limits: Limits = NO_LIMITS

    def where(self, origin: str) -> str:
        """``file, line 7, name`` for messages."""
        line = f", line {self.line}" if self.line else ""
        return f"{origin}{line}, {self.name}"


def parts(node: Any) -> tuple[Node, ...]:
    """The nodes directly inside a node."""
    found: list[Node] = []
    for field in fields(node):
        value = getattr(node, field.name)
        if is_dataclass(value):
            found.append(value)  # type: ignore[arg-type]
        elif isinstance(value, tuple):
            found += [part for part in value if is_dataclass(part)]  # type: ignore[misc]
    return tuple(found)


def walk(node: Node) -> Iterator[Node]:
    """Every node of a tree, parents first."""
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(parts(current)))


def changed(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node with ``change`` applied to the nodes directly inside it."""
    new: dict[str, Any] = {}
    for field in fields(node):
        value = getattr(node, field.name)
        if is_dataclass(value):
            new[field.name] = change(value)
        elif isinstance(value, tuple) and any(is_dataclass(part) for part in value):
            new[field.name] = tuple(change(part) for part in value)
    return replace(node, **new) if new else node
