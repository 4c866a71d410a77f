"""Vensim macros, written out: each call becomes elements of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.assembly import RawElement
from zjsim.model.names import canonical
from zjsim.model.translate import USE_PYSD

MOST_CALLS = 2_000
_MACRO = re.compile(
    r":MACRO:\s*(?P<name>[^():]+?)\s*\((?P<given>[^()]*)\)(?P<body>.*?):END OF MACRO:",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: its name, its arguments, and the elements inside it."""

    name: str
    parameters: tuple[str, ...]
    elements: tuple[RawElement, ...]


def split_macros(text: str, origin: str) -> tuple[str, list[tuple[str, tuple[str, ...], str]]]:
    """The text without its macros, and of each its name, arguments and own text.

    Line breaks are kept in place of what is cut, so that lines still count from the top.

    Raises
    ------
    UnsupportedError
        For a macro with outputs besides its value.
    ModelError
        For a macro without an end.
    """
    found: list[tuple[str, tuple[str, ...], str]] = []

    def cut(match: re.Match[str]) -> str:
        given, _, outputs = match["given"].partition(":")
        name = " ".join(match["name"].split())
        if outputs.strip():
            raise UnsupportedError(
                f"{origin}: the macro {name} has further outputs, which are not computed. "
                f"{USE_PYSD}"
            )
        parameters = tuple(" ".join(part.split()) for part in given.split(",") if part.strip())
        above = text.count("\n", 0, match.start("body"))
        found.append((name, parameters, "\n" * above + match["body"]))
        return "\n" * match.group().count("\n")

    rest = _MACRO.sub(cut, text)
    if re.search(r":MACRO:|:END OF MACRO:", rest, re.IGNORECASE):
        raise ModelError(f"{origin}: a macro has no beginning or no :END OF MACRO:.")
    return rest, found


def expand(raw: Iterable[RawElement], macros: Sequence[Macro], origin: str) -> list[RawElement]:
    """The elements with every call of a macro replaced by elements of that call.

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
    result: list[RawElement] = []
    for element in raw:
        result.append(replace(element, ast=expansion.rewrite(element.ast, {}, element, ())))
    return result + expansion.made


class _Expansion:
    """Elements made of calls, numbered in order."""

    def __init__(self, macros: Mapping[str, Macro], origin: str) -> None:
        self.macros = macros
        self.origin = origin
        self.made: list[RawElement] = []
        self.calls = 0

    def rewrite(
        self, node: Any, names: Mapping[str, str], element: RawElement, inside: tuple[str, ...]
    ) -> Any:
        """The tree with names replaced and calls of macros written out."""

        def inner(part: Any) -> Any:
            return self.rewrite(part, names, element, inside)

        kind = type(node).__name__
        if kind == "ReferenceStructure":
            return replace(node, reference=self._name(node.reference, names, element, inside))
        if kind == "CallStructure":
            macro = self.macros.get(canonical(node.function.reference))
            arguments = tuple(inner(argument) for argument in node.arguments)
            if macro is not None:
                return self._call(node.function, macro, arguments, element, inside)
            own = canonical(node.function.reference) in names
            function = inner(node.function) if own else node.function
            return replace(node, function=function, arguments=arguments)
        return _map(node, inner)

    def _name(
        self, written: str, names: Mapping[str, str], element: RawElement, inside: tuple[str, ...]
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
        self,
        function: Any,
        macro: Macro,
        arguments: tuple[Any, ...],
        element: RawElement,
        inside: tuple[str, ...],
    ) -> Any:
        where = element.where(self.origin)
        self.calls += 1
        if macro.name in inside or self.calls > MOST_CALLS:
            said = "calls itself" if macro.name in inside else "is called too often"
            raise ModelError(f"{where}: the macro {macro.name} {said}.")
        if len(arguments) != len(macro.parameters):
            raise ModelError(
                f"{where}: the macro {macro.name} takes {len(macro.parameters)} arguments; here "
                f"it has {len(arguments)}."
            )
        label = f"{macro.name} {self.calls}"
        names = {canonical(e.name): f"{label} {e.name}".replace('"', "") for e in macro.elements}
        if canonical(macro.name) not in names:
            raise ModelError(f"{where}: the macro {macro.name} does not define {macro.name}.")
        for parameter, argument in zip(macro.parameters, arguments, strict=True):
            if type(argument).__name__ == "ReferenceStructure" and argument.subscripts is None:
                names[canonical(parameter)] = argument.reference
                continue
            names[canonical(parameter)] = f"{label} {parameter}".replace('"', "")
            self.made.append(RawElement(names[canonical(parameter)], argument, line=element.line))
        for part in macro.elements:
            tree = self.rewrite(part.ast, names, part, (*inside, macro.name))
            self.made.append(replace(part, name=names[canonical(part.name)], ast=tree))
        return replace(function, reference=names[canonical(macro.name)])


def _map(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node of PySD's tree with ``change`` applied to the nodes directly inside it."""
    if isinstance(node, tuple):
        return tuple(change(part) for part in node)
    if isinstance(node, list):
        return [change(part) for part in node]
    if is_dataclass(node) and not isinstance(node, type):
        parts = {field.name: getattr(node, field.name) for field in fields(node)}
        return replace(node, **{name: change(part) for name, part in parts.items()})
    return node
