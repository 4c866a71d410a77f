"""File formats declared once: a frozen dataclass whose fields are the keys of the file.

A field's annotation gives the type and the bounds, the text below the field is its sentence
in the reference. pydantic reads both to check a file and to write its JSON schema; it is
imported then and not before, because it costs as much time as a whole warm run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

from zjsim.complaints import LARGEST, in_words, is_hidden, keys_at
from zjsim.documents import ALIASES
from zjsim.errors import Problem

MOST_PROBLEMS = 40  # a file with more is of another kind; the rest is counted
SCALAR, COMPOUND = "<one>", "<many>"  # tags of a union; stripped from locations

T = TypeVar("T")
Location = tuple[str | int, ...]
Where = Callable[[Location], str]
Fault = tuple[Location, str, str]  # where, what is wrong, what to do


@dataclass(frozen=True, slots=True)
class Rule:
    """Bounds of a value, under pydantic-core's names; nothing is converted to fit.

    ``shown`` is added to the JSON schema.
    """

    bounds: Mapping[str, Any]
    shown: Mapping[str, Any] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        schema = handler(source)
        # A list is written where a tuple is held; every other type must be the one written.
        strict = {} if schema["type"] == "tuple" else {"strict": True}
        return {**schema, **strict, **self.bounds}

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {**handler(schema), **(self.shown or {})}

    def __hash__(self) -> int:
        return hash(tuple(self.bounds))


def rule(shown: Mapping[str, Any] | None = None, **bounds: Any) -> Rule:
    """Bounds for an ``Annotated`` type: ``rule(ge=0, le=1)``."""
    return Rule(bounds, shown)


class Either:
    """Of ``one | many``: an error speaks of ``many`` when a mapping or list is written."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        one, many = handler(source)["choices"]
        choices = {SCALAR: one, COMPOUND: many}
        return {"type": "tagged-union", "choices": choices, "discriminator": _form_of}


def _form_of(value: Any) -> str:
    return COMPOUND if isinstance(value, dict | list) else SCALAR


@dataclass(frozen=True, slots=True)
class Written:
    """The form that a value has in the file, where the field holds another."""

    kind: Any

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return handler.generate_schema(self.kind)

    def __hash__(self) -> int:
        return id(self)


class OneOrMany:
    """A single mapping where a list is expected is a list of one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(_listed, handler(source))


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class Hidden:
    """Of a field that is no key of the file, such as the line that said it."""

    hidden = True


EITHER, ONE_OR_MANY, HIDDEN = Either(), OneOrMany(), Hidden()
Place = Annotated[str, HIDDEN]
"""File and line that said so."""

Flag = Annotated[bool, rule()]
Number = Annotated[float, rule(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Finite = Annotated[float, rule(allow_inf_nan=False)]
Date = Annotated[float, rule(ge=1900, le=2200, allow_inf_nan=False)]
Year = Annotated[int, rule(ge=1900, le=2200)]
Name = Annotated[str, rule(min_length=1, max_length=200)]
Words = Annotated[str, rule(max_length=5000)]
FilledWords = Annotated[str, rule(min_length=1, max_length=5000)]
Identifier = Annotated[str, rule(pattern=r"^[a-z][a-z0-9_]*$")]
Names = Annotated[Name | Annotated[tuple[Name, ...], rule(min_length=1, max_length=50)], EITHER]
# JSON keys are text, so the schema states years as text; YAML reads them as numbers.
Table = Annotated[
    Mapping[Year, Number],
    rule({"propertyNames": {"pattern": "^(19|20|21)[0-9]{2}$"}}, min_length=1, max_length=300),
]


class Declared:
    """What is declared as a file or a part of one."""

    __slots__ = ()
    __pydantic_config__ = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
        "alias_generator": lambda name: ALIASES.get(name, name),
    }

    def faults(self) -> Sequence[str]:
        """What cannot be meant although each value has the right type."""
        return ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        schema = handler(source)
        hidden = _hidden_fields(cls)
        for field in handler.resolve_ref_schema(schema)["schema"]["fields"]:
            if field["name"] in hidden:
                field["init"] = False
        return core_schema.no_info_after_validator_function(_without_faults, schema)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        shown = handler(schema)
        for name in _hidden_fields(cls):
            handler.resolve_ref_schema(shown)["properties"].pop(name, None)
        return shown


def _hidden_fields(kind: type) -> set[str]:
    hints = get_type_hints(kind, include_extras=True)
    return {name for name, hint in hints.items() if is_hidden(hint)}


def _without_faults(value: Any) -> Any:
    faults = value.faults()
    if faults:
        raise ValueError("; ".join(faults))
    return value


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def checked(kind: type[T], data: Any, where: Where) -> tuple[T | None, list[Problem]]:
    """The data of a file as what it declares, or None and every problem.

    Parameters
    ----------
    where : callable
        Names a location of the data, with its line when it came from a file.
    """
    made, faults = validated(kind, data)
    return made, [Problem(where(location), what, hint) for location, what, hint in faults]


def validated(kind: type[T], data: Any) -> tuple[T | None, list[Fault]]:
    """As `checked`, with the location of each fault."""
    from pydantic import ValidationError

    declared: Any = kind
    try:
        return _adapter(declared).validate_python(data), []
    except ValidationError as failure:
        found = failure.errors(include_url=False)
    faults = [_fault(one, kind) for one in found[:MOST_PROBLEMS]]
    if len(found) > MOST_PROBLEMS:
        faults.append(((), f"and {len(found) - MOST_PROBLEMS} more", ""))
    return None, faults


def _fault(fault: Mapping[str, Any], kind: Any) -> Fault:
    location = tuple(p for p in fault["loc"] if p not in (SCALAR, COMPOUND, "[key]"))
    return location, *in_words(fault, location, keys_at(kind, location[:-1]))


def json_schema(kind: type, title: str) -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a declared file, for editors."""
    schema = _adapter(kind).json_schema()
    _tidy(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def _tidy(part: Any) -> None:
    """Drop generated titles, empty defaults and what editors cannot read."""
    if isinstance(part, list):
        for item in part:
            _tidy(item)
    if not isinstance(part, dict):
        return
    if isinstance(part.get("title"), str):
        del part["title"]
    if "default" in part and part["default"] in (None, "", [], {}):
        del part["default"]
    if "\\p{" in str(part.get("pattern", "")):
        # ECMA editors know \p{L} only in Unicode mode; they check the rest, zjsim checks this.
        del part["pattern"]
    choices = part.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        rest = [choice for choice in choices if choice != {"type": "null"}]
        del part["anyOf"]
        part.update(rest[0] if len(rest) == 1 else {"anyOf": rest})
    for item in part.values():
        _tidy(item)
