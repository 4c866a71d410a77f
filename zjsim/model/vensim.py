"""Text of a Vensim file → definitions of variables and subscript ranges."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model import source
from zjsim.model.names import canonical
from zjsim.model.parser import Parser
from zjsim.model.spec import NO_LIMITS, Limits
from zjsim.model.subscripts import Range
from zjsim.model.syntax import Apply, Definition, Name, Node, Text

LONGEST_PARSE = 60.0  # seconds; a model of a thousand equations takes less than one
_IGNORED = re.compile(r":\s*(?:THE\s+CONDITION|TEST\s+INPUT)\s*:", re.IGNORECASE)
_LIMIT = r"(?:[-+]?(?:[\d.eE+-]+|inf|nan)|\?)?"
_LIMITS = re.compile(rf"\[\s*{_LIMIT}\s*(?:,\s*{_LIMIT}\s*)*\]\Z", re.IGNORECASE)
# An integration method by the fourth number of line 15 of the settings.
_METHODS = {"0": "euler", "1": "rk4 auto", "2": "euler", "3": "rk2", "4": "rk2", "5": "rk4"}
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Said:
    """What one entry says: a definition, a range, or nothing that changes a run."""

    definition: Definition | None = None
    range: Range | None = None


def method_of(text: str) -> str:
    """The integration method that a Vensim file asks for; ``euler`` when it says none."""
    _, _, settings = text.partition("///---\\\\\\")
    found = re.search(r"^15:\s*(?:[^,\n]*,){3}\s*(\d+)", settings, re.MULTILINE)
    return _METHODS.get(found[1], "euler") if found else "euler"


def read_entries(text: str, origin: str) -> tuple[list[Definition], list[Range]]:
    """Definitions and subscript ranges of a Vensim text without macros.

    Raises
    ------
    ModelError
        For an entry that cannot be read, with its line.
    """
    deadline = time.monotonic() + LONGEST_PARSE
    definitions: list[Definition] = []
    ranges: list[Range] = []
    for entry in source.vensim_entries(text, origin):
        where = f"{origin}, line {entry.line}"
        if time.monotonic() > deadline:
            raise ModelError(f"{where}: reading took longer than {LONGEST_PARSE:g} s; given up.")
        said = _said(entry, where)
        if said.definition is not None:
            definitions.append(said.definition)
        if said.range is not None:
            ranges.append(said.range)
    return _without_residue(definitions), ranges


def _without_residue(definitions: list[Definition]) -> list[Definition]:
    """Leave out ``A FUNCTION OF`` where the equation itself follows."""
    written = {canonical(each.name) for each in definitions if not _is_residue(each)}
    return [
        each for each in definitions if not (_is_residue(each) and canonical(each.name) in written)
    ]


def _is_residue(definition: Definition) -> bool:
    tree = definition.tree
    return isinstance(tree, Apply) and canonical(tree.name) == "a function of"


def guarded(where: str, parse: Callable[[], Result]) -> Result:
    """What ``parse`` returns; its errors are told with their place."""
    try:
        return parse()
    except RecursionError:
        raise ModelError(
            f"{where}: the equation is nested too deeply. Split it into several."
        ) from None
    except UnsupportedError as problem:
        raise UnsupportedError(f"{where}: {problem}") from None
    except ModelError as problem:
        raise ModelError(f"{where}: {problem}") from None


def _said(entry: source.Entry, where: str) -> Said:
    equation = entry.equation
    if not equation:
        if not entry.unit and not entry.documentation:
            return Said()
        raise ModelError(f"{where}: an entry has a unit or a text but no equation.")
    if _IGNORED.search(equation):
        return Said()  # reality checks and test inputs change no run
    shown = f"{where}, {_left_side(equation)}"
    if re.search(r"(?<![<>])=\s*$", equation):
        raise ModelError(f"{shown}: has no equation. Write one after the = sign.")
    said = guarded(shown, lambda: _entry(Parser(equation, "vensim"), entry))
    if said.definition is not None:
        guarded(shown, lambda: _unit(entry.unit))
    return said


def _left_side(equation: str) -> str:
    return re.split(r'=|\((?=[^"]*$)', equation, maxsplit=1)[0].strip()[:80]


def _unit(text: str) -> str:
    """The unit without the limits of a slider."""
    if not text.endswith("]"):
        return text
    unit, bracket, _ = text.rpartition("[")
    if not _LIMITS.match(text[len(unit) :]) or not bracket:
        raise ModelError(f"the limits behind the unit cannot be read: {text[len(unit) :][:40]}")
    return unit.strip()


def _limits(text: str) -> Limits:
    """Both ends of a slider's range behind a unit; a third number is its step."""
    _, bracket, inside = text.rpartition("[")
    if not bracket or not text.endswith("]"):
        return NO_LIMITS
    low, high, *_ = (*(limit_of(part) for part in inside[:-1].split(",")), None)
    return low, high


def limit_of(text: str) -> float | None:
    """One end of a slider's range; None for a question mark or what is no finite number."""
    try:
        value = float("".join(text.split()))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _entry(parser: Parser, entry: source.Entry) -> Said:
    if parser.token.kind not in ("name", "number"):
        raise parser.wrong()
    name = _name(parser)
    if parser.skip("<->"):
        return Said(range=Range(name, alias=_rest(parser), line=entry.line))
    if parser.at(":"):
        parser.take()
        return Said(range=_range(parser, name, entry.line))
    subscripts = parser.subscripts()
    excepts: list[tuple[str, ...]] = []
    if parser.at("except"):
        parser.take()
        excepts.append(parser.subscripts())
        while parser.skip(","):
            excepts.append(parser.subscripts())
    tree, kind = _right_side(parser, name)
    made = Definition(
        name=name,
        tree=tree,
        kind=kind,
        unit=_unit(entry.unit),
        limits=_limits(entry.unit),
        documentation=entry.documentation,
        line=entry.line,
        group=entry.group,
        subscripts=subscripts,
        excepts=tuple(excepts),
    )
    return Said(definition=made)


def _name(parser: Parser) -> str:
    """A name; outside quotes some files begin one with a digit."""
    first = parser.take()
    if first.kind == "number":
        if parser.token.kind != "name" or parser.token.begin != first.end:
            raise parser.wrong()
        return first.text + parser.take().text
    return first.text


def _rest(parser: Parser) -> str:
    begin = parser.token.begin
    while parser.token.kind in ("name", "number"):
        end = parser.take().end
    parser.expect_end()
    return parser.text[begin:end]


_KEYWORDS = ("raw", "interpolate", "hold backward", "look forward")


def _right_side(parser: Parser, name: str) -> tuple[Node | None, str]:
    """The tree of a right side, and what kind of definition it makes."""
    keyword = parser.take().text if parser.at(*_KEYWORDS) else ""
    if parser.skip(":="):
        return _data(parser.expression(), keyword, parser), "data"
    if parser.token.kind == "end":
        return (Text(keyword) if keyword else None), "data"
    if parser.at("is"):
        raise UnsupportedError(
            ":IS: makes a string constant, which is not computed: a run is made of numbers. "
            "Leave it out, or write a number."
        )
    if parser.at("("):
        return _lookup(parser), "lookup"
    if not parser.skip("=="):
        parser.expect("=")
    numbers = parser.numbers()
    if numbers is not None:
        return numbers, "equation"
    tree = parser.expression()
    parser.expect_end()
    if isinstance(tree, Apply) and canonical(tree.name) in (
        "get xls lookups",
        "get direct lookups",
    ):
        return tree, "lookup"
    if isinstance(tree, Apply) and canonical(tree.name) in ("get xls data", "get direct data"):
        return tree, "data"
    return tree, "equation"


def _data(tree: Node, keyword: str, parser: Parser) -> Node:
    parser.expect_end()
    if keyword and isinstance(tree, Apply):
        return Apply(tree.name, (*tree.arguments, Text(keyword)))
    return tree


def _lookup(parser: Parser) -> Node:
    after = parser.tokens[parser.position + 1 : parser.position + 2]
    if after and after[0].kind == "name":
        parser.expect("(")
        tree = parser.expression()
        parser.expect(")")
    else:
        tree = parser.points()
    parser.expect_end()
    if isinstance(tree, Name):
        raise parser.wrong()
    return tree


def _range(parser: Parser, name: str, line: int) -> Range:
    """Elements up to the end or ``->``, then the ranges that this one maps to."""
    if parser.token.kind == "name" and canonical(parser.token.text).startswith("get "):
        call = parser.expression()
        given = call.arguments if isinstance(call, Apply) else ()
        outside = tuple(part.value for part in given if isinstance(part, Text))
        return Range(name, (), _mappings(parser), line=line, outside=outside)
    items = []
    while True:
        items.append(_item(parser))
        if not parser.skip(","):
            break
    return Range(name, tuple(items), _mappings(parser), line=line)


def _mappings(parser: Parser) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The ranges behind ``->`` that a range maps to."""
    mappings: list[tuple[str, tuple[str, ...]]] = []
    if parser.skip("->"):
        while True:
            mappings.append(_mapping(parser))
            if not parser.skip(","):
                break
    parser.expect_end()
    return tuple(mappings)


def _item(parser: Parser) -> str:
    begin = parser.token.begin
    if parser.skip("("):
        while not parser.at(")") and parser.token.kind != "end":
            parser.take()
        return parser.text[begin : parser.expect(")").end]
    if parser.token.kind not in ("name", "number"):
        raise parser.wrong()
    while parser.token.kind in ("name", "number"):
        end = parser.take().end
    return parser.text[begin:end]


def _mapping(parser: Parser) -> tuple[str, tuple[str, ...]]:
    if not parser.skip("("):
        return _item(parser), ()
    target = _item(parser)
    parser.expect(":")
    return target, parser.items(")")
