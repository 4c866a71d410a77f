"""Subscript ranges: their elements, and which element of one stands for one of another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from zjsim.errors import ModelError, did_you_mean
from zjsim.model.names import canonical

MOST_ELEMENTS = 10_000


@dataclass(frozen=True, slots=True)
class Range:
    """A subscript range as written.

    Parameters
    ----------
    items : tuple of str
        Elements, other ranges, and ``(A1-A9)``.
    mappings : tuple of (str, tuple of str)
        A range that this one stands for, and its parts in the order of the elements; no parts
        when it has just as many elements.
    alias : str
        Another range that this one is, by ``<->``.
    outside : tuple of str
        File, sheet, first cell, last cell and prefix, where the elements stand in a file.
    line : int
        Where it stands in the file.
    """

    name: str
    items: tuple[str, ...] = ()
    mappings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    alias: str = ""
    line: int = 0
    outside: tuple[str, ...] = ()

    def where(self, origin: str) -> str:
        """``file, line 7, name`` for messages."""
        return f"{origin}, line {self.line}, {self.name}" if self.line else f"{origin}, {self.name}"


@dataclass
class Dimensions:
    """Every range of a model: names by canonical name, elements, mappings.

    Parameters
    ----------
    names : dict
        Canonical name → name as written, of ranges and of elements.
    elements : dict
        Canonical name of a range → canonical names of its elements, in order.
    """

    names: dict[str, str] = field(default_factory=dict)
    elements: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _maps: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)
    _homes: dict[str, str] = field(default_factory=dict)

    def is_range(self, written: str) -> bool:
        """Whether a name is that of a range."""
        return canonical(written) in self.elements

    def is_element(self, written: str) -> bool:
        """Whether a name is that of an element."""
        return canonical(written) in self._homes

    def of(self, written: str) -> tuple[str, ...]:
        """Elements that a subscript on a left side means: those of a range, or itself."""
        key = canonical(written)
        return self.elements.get(key, (key,))

    def position(self, element: str) -> int:
        """Place of an element in the widest range that has it, from 1 on, as Vensim counts."""
        return self.elements[self._homes[element]].index(element) + 1

    def home(self, element: str) -> str:
        """The widest range that has an element."""
        return self._homes[element]

    def partner(self, wanted: str, bound: str, element: str) -> str | None:
        """The element of the range ``wanted`` where ``bound`` stands at ``element``.

        None when the two ranges have nothing to do with each other.
        """
        found = self._maps.get((wanted, bound))
        if found is not None:
            return found.get(element)
        if element in self.elements[wanted]:
            return element
        if self._aliases.get(wanted, wanted) == self._aliases.get(bound, bound):
            place = self.elements[bound].index(element)
            return self.elements[wanted][place]
        for (first, second), between in self._maps.items():
            # A part of a mapped range is mapped as its whole.
            if first == wanted and element in between and element in self.elements.get(second, ()):
                return between[element]
            if second == bound and set(self.elements[wanted]) <= set(self.elements[first]):
                return between.get(element)
        return None


def dimensions_of(ranges: Sequence[Range], origin: str) -> Dimensions:
    """The ranges of a file, made of elements.

    Raises
    ------
    ModelError
        For a range defined twice or of itself, a mapping that does not fit, a numeric range that
        cannot be read.
    """
    by_name: dict[str, Range] = {}
    for each in ranges:
        if canonical(each.name) in by_name:
            raise ModelError(f"{each.where(origin)}: the subscript range is defined twice.")
        by_name[canonical(each.name)] = each
    made = Dimensions()
    for key in by_name:
        _elements(key, by_name, made, origin, ())
    for key, each in by_name.items():
        made.names.setdefault(key, each.name)
        if each.alias:
            made._aliases[key] = canonical(each.alias)
    for key, members in sorted(made.elements.items(), key=lambda item: -len(item[1])):
        for member in members:
            made._homes.setdefault(member, key)
    for each in by_name.values():
        for target, listed in each.mappings:
            _map(each, target, listed, made, origin)
    return made


def _elements(
    key: str, ranges: dict[str, Range], made: Dimensions, origin: str, inside: tuple[str, ...]
) -> tuple[str, ...]:
    if key in made.elements:
        return made.elements[key]
    each = ranges[key]
    if key in inside:
        raise ModelError(f"{each.where(origin)}: the subscript range contains itself.")
    found: list[str] = []
    for item in (each.alias,) if each.alias else each.items:
        inner = canonical(item)
        if inner in ranges:
            found += _elements(inner, ranges, made, origin, (*inside, key))
        elif each.alias:
            hint = did_you_mean(item, [one.name for one in ranges.values()])
            raise ModelError(f"{each.where(origin)}: no subscript range is named {item!r}. {hint}")
        else:
            for name in _numbered(item, each.where(origin)):
                made.names.setdefault(canonical(name), name)
                found.append(canonical(name))
    if not found or len(found) > MOST_ELEMENTS:
        raise ModelError(f"{each.where(origin)}: the subscript range has {len(found)} elements.")
    made.elements[key] = tuple(dict.fromkeys(found))
    return made.elements[key]


_NUMBERED = re.compile(r"\(\s*(.*?)(\d+)\s*-\s*(.*?)(\d+)\s*\)")


def _numbered(item: str, where: str) -> list[str]:
    """The elements of ``(A1-A9)``, or the one element that an item is."""
    if not item.startswith("("):
        return [item]
    found = _NUMBERED.fullmatch(item)
    if found is None or canonical(found[1]) != canonical(found[3]) or int(found[2]) > int(found[4]):
        raise ModelError(
            f"{where}: the numeric range {item} cannot be read; write it as (name1-name9)."
        )
    first, last = int(found[2]), int(found[4])
    if last - first >= MOST_ELEMENTS:
        raise ModelError(f"{where}: the numeric range {item} has too many elements.")
    return [f"{found[1]}{number}" for number in range(first, last + 1)]


def _map(each: Range, target: str, listed: tuple[str, ...], made: Dimensions, origin: str) -> None:
    """Note that ``each`` stands for ``target`` on a left side, both ways."""
    source, other = canonical(each.name), canonical(target)
    if other not in made.elements:
        hint = did_you_mean(target, [made.names[key] for key in made.elements])
        raise ModelError(
            f"{each.where(origin)}: maps to {target}, which is no subscript range. {hint}".rstrip()
        )
    own = made.elements[source]
    theirs = [made.of(part) for part in listed] if listed else [(e,) for e in made.elements[other]]
    if len(own) != len(theirs):
        raise ModelError(
            f"{each.where(origin)}: maps its {len(own)} elements to {len(theirs)} of {target}; "
            "the two must match."
        )
    forward: dict[str, str] = {}
    back: dict[str, str] = {}
    for mine, group in zip(own, theirs, strict=True):
        for one in group:
            forward[one] = mine
        if len(group) == 1:
            back[mine] = group[0]
    made._maps[(source, other)] = forward
    made._maps.setdefault((other, source), back)
