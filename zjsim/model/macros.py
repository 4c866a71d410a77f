"""Vensim macros, written out: each call becomes elements of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zjsim.errors import ModelError
from zjsim.model.names import canonical
from zjsim.model.syntax import Apply, Definition, Name, Node, changed

MOST_CALLS = 2_000
_MACRO = re.compile(
    r":MACRO:\s*(?P<name>[^():]+?)\s*\((?P<given>[^()]*)\)(?P<body>.*?):END OF MACRO:",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: its name, its arguments, its further outputs, and the elements inside it."""

    name: str
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    elements: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A macro as it was cut out of a text."""

    name: str
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    text: str


def split_macros(text: str, origin: str) -> tuple[str, list[Cut]]:
    """The text without its macros, and the macros.

    Line breaks are kept in place of what is cut, so that lines still count from the top.

    Raises
    ------
    ModelError
        For a macro without an end.
    """
    found: list[Cut] = []

    def cut(match: re.Match[str]) -> str:
        head = re.sub(r"\\[ \t]*\n", " ", match["given"])
        given, _, outputs = head.partition(":")
        name = " ".join(match["name"].split())
        parameters, further = (
            tuple(" ".join(part.split()) for part in side.split(",") if part.strip())
            for side in (given, outputs)
        )
        above = text.count("\n", 0, match.start("body"))
        found.append(Cut(name, parameters, further, "\n" * above + match["body"]))
        return "\n" * match.group().count("\n")

    rest = _MACRO.sub(cut, text)
    if re.search(r":MACRO:|:END OF MACRO:", rest, re.IGNORECASE):
        raise ModelError(f"{origin}: a macro has no beginning or no :END OF MACRO:.")
    return rest, found


def expand(
    definitions: Iterable[Definition], macros: Sequence[Macro], origin: str
) -> list[Definition]:
    """The definitions with every call of a macro replaced by elements of that call.

    Raises
    ------
    ModelError
        For a wrong number of arguments, a macro that calls itself, or too many calls.
    """
    known: dict[str, Macro] = {}
    for macro in macros:
        if canonical(macro.name) in known:
            raise ModelError(f"{origin}: the macro {macro.name} is defined twice.")
        known[canonical(macro.name)] = macro
    expansion = _Expansion(known, origin)
    result: list[Definition] = []
    for each in definitions:
        tree = None if each.tree is None else expansion.rewrite(each.tree, {}, each, ())
        result.append(replace(each, tree=tree))
    return result + expansion.made


class _Expansion:
    """Elements made of calls, numbered in order."""

    def __init__(self, macros: Mapping[str, Macro], origin: str) -> None:
        self.macros = macros
        self.origin = origin
        self.made: list[Definition] = []
        self.arrayed: set[str] = set()
        self.calls = 0

    def rewrite(
        self, node: Any, names: Mapping[str, str], element: Definition, inside: tuple[str, ...]
    ) -> Any:
        """The tree with names replaced and calls of macros written out."""
        node = changed(node, lambda part: self.rewrite(part, names, element, inside))
        if isinstance(node, Name):
            name = self._name(node.name, names, element, inside)
            if name in self.arrayed:
                return Name(name, node.subscripts or element.subscripts)
            return replace(node, name=name)
        if isinstance(node, Apply):
            macro = self.macros.get(canonical(node.name))
            if macro is not None:
                return self._call(node, macro, element, inside)
            if canonical(node.name) in names:
                return replace(node, name=names[canonical(node.name)])
        return node

    def _name(
        self, written: str, names: Mapping[str, str], element: Definition, inside: tuple[str, ...]
    ) -> str:
        key = canonical(written)
        if not inside or key == "time":
            return written
        if key in names:
            return names[key]
        if key.endswith("$"):  # Vensim's mark of a name outside the macro
            return written.rstrip("$")
        raise ModelError(
            f"{element.where(self.origin)}: in the macro {inside[-1]} no {key!r} is defined; a "
            f"variable of the model is read there as {key}$."
        )

    def _call(
        self, node: Apply, macro: Macro, element: Definition, inside: tuple[str, ...]
    ) -> Name:
        where = element.where(self.origin)
        self.calls += 1
        if macro.name in inside or self.calls > MOST_CALLS:
            said = "calls itself" if macro.name in inside else "is called too often"
            raise ModelError(f"{where}: the macro {macro.name} {said}.")
        self._check(node, macro, where)
        label = f"{macro.name} {self.calls}"
        names = {canonical(e.name): f"{label} {e.name}".replace('"', "") for e in macro.elements}
        for wanted in (macro.name, *macro.outputs):
            if canonical(wanted) not in names:
                raise ModelError(f"{where}: the macro {macro.name} does not define {wanted}.")
        for parameter, argument in zip(macro.parameters, node.arguments, strict=True):
            self._give(parameter, argument, names, label, element)
        if element.subscripts:
            self.arrayed |= {names[canonical(part.name)] for part in macro.elements}
        for part in macro.elements:
            # Called for an array, what a macro makes are arrays with the same subscripts.
            part = replace(part, subscripts=element.subscripts, excepts=element.excepts)
            tree = self.rewrite(part.tree, names, part, (*inside, macro.name))
            self._make(replace(part, name=names[canonical(part.name)], tree=tree), element)
        for output, given in zip(macro.outputs, node.outputs, strict=False):
            self._make(
                Definition(given, self._read(names[canonical(output)], element), line=element.line),
                element,
            )
        return self._read(names[canonical(macro.name)], element)

    def _check(self, node: Apply, macro: Macro, where: str) -> None:
        for what, given, wanted in (
            ("arguments", len(node.arguments), len(macro.parameters)),
            ("further outputs", len(node.outputs), len(macro.outputs)),
        ):
            if given > wanted or (what == "arguments" and given < wanted):
                raise ModelError(
                    f"{where}: the macro {macro.name} takes {wanted} {what}; here it has {given}."
                )

    def _give(
        self, parameter: str, argument: Node, names: dict[str, str], label: str, element: Definition
    ) -> None:
        """What a parameter stands for: a variable, or a new one for an expression."""
        if isinstance(argument, Name) and not argument.subscripts:
            names[canonical(parameter)] = argument.name
            return
        name = names[canonical(parameter)] = f"{label} {parameter}".replace('"', "")
        if element.subscripts:
            self.arrayed.add(name)
        self._make(Definition(name, argument, line=element.line), element)

    def _make(self, made: Definition, element: Definition) -> None:
        """Note a new element, with the subscripts of the one that calls."""
        self.made.append(replace(made, subscripts=element.subscripts, excepts=element.excepts))

    def _read(self, name: str, element: Definition) -> Name:
        return Name(name, element.subscripts)
