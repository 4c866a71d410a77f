"""File formats declared once: a frozen dataclass whose fields are the keys of the file.

A field's annotation gives the type and the bounds, the text below the field is its sentence
in the reference. pydantic reads both to check a file and to write its JSON schema; it is
imported then and not before, because it costs as much time as a whole warm run.
"""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

from zjsim.complaints import LARGEST, in_words, keys_at, written_keys
from zjsim.documents import from_document, key_of_field
from zjsim.errors import Problem, ZjsimError, raise_if_any
from zjsim.yamlfile import read_yaml

MOST_PROBLEMS = 40  # a file with more is of another kind; the rest is counted
TEXT, SCALAR, COMPOUND = "<text>", "<one>", "<many>"  # tags of a union; stripped from locations

Document = dict[str, Any]
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
    """Of a union of text, number and part: an error speaks of the form that is written."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        choices: dict[str, Any] = {}
        for choice in handler(source)["choices"]:
            choices[_FORMS.get(choice["type"], COMPOUND)] = choice
        plain = choices.get(SCALAR, choices.get(TEXT))
        choices = {TEXT: plain, SCALAR: plain, COMPOUND: plain, **choices}
        return {"type": "tagged-union", "choices": choices, "discriminator": _form_of}

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        shown = handler(schema)
        once = [one for n, one in enumerate(shown["oneOf"]) if one not in shown["oneOf"][:n]]
        return {**shown, "oneOf": once}


_FORMS = {"str": TEXT, "float": SCALAR, "int": SCALAR, "literal": SCALAR}


def _form_of(value: Any) -> str:
    if isinstance(value, dict | list):
        return COMPOUND
    return TEXT if isinstance(value, str) else SCALAR


@dataclass(frozen=True, slots=True)
class Written:
    """The form that a value has in the file, where a field holds another.

    ``held`` turns what was written into the document of what is held.
    """

    kind: Any
    held: Callable[[Any], Any] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        schema = handler.generate_schema(self.kind)
        if self.held is None:
            return schema
        return core_schema.no_info_after_validator_function(self.held, schema)

    def __hash__(self) -> int:
        return id(self)


class OneOrMany:
    """A single mapping where a list is expected is a list of one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(_listed, handler(source))


def as_names(value: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


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
Several = Annotated[tuple[Name, ...], rule(min_length=1, max_length=50)]
Names = Annotated[Name | Several, EITHER]
# JSON keys are text, so the schema states years as text; YAML reads them as numbers.
Table = Annotated[
    Mapping[Year, Number],
    rule({"propertyNames": {"pattern": "^(19|20|21)[0-9]{2}$"}}, min_length=1, max_length=300),
]


class Declared:
    """What is declared as a file or a part of one.

    A checked file is a document: the keys that were written, with their values. A dataclass
    is made of it by `from_document`.
    """

    __slots__ = ()

    def faults(self) -> Sequence[str]:
        """What cannot be meant although each value has the right type."""
        return ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        reference = handler(source)
        schema = handler.resolve_ref_schema(reference)
        if schema["type"] == "dataclass":  # met for the first time
            keys = {
                key_of_field(field["name"]): _typed(field) for field in schema["schema"]["fields"]
            }
            written = {key: keys[key] for key in written_keys(cls)}
            form = core_schema.typed_dict_schema(
                written, extra_behavior="forbid", ref=schema["ref"]
            )
            schema.clear()
            schema.update(form)
        return core_schema.no_info_after_validator_function(partial(_sound, cls), reference)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        shown = handler(schema)
        whole = handler.resolve_ref_schema(shown)
        # A key that refers to the part replaces its title and description by its own.
        said = _line(cls.__doc__)
        whole |= {"$comment": f"{cls.__name__}: {said}", "description": said}
        for field in fields(cls):  # type: ignore[arg-type]
            key = whole["properties"].get(key_of_field(field.name), {})
            if isinstance(field.default, str | int | float) and field.default != "":
                key["default"] = field.default
        for name, sentence in sentences(cls).items():
            if key_of_field(name) in whole["properties"]:
                key = whole["properties"][key_of_field(name)]
                key["description"] = sentence
        return shown


def sentences(declared: type) -> dict[str, str]:
    """What is said below each field of a declared class and its bases."""
    found: dict[str, str] = {}
    for base in reversed(declared.__mro__):
        if base in (object, Declared):
            continue
        (tree,) = ast.parse(inspect.cleandoc(inspect.getsource(base))).body
        for one, below in itertools.pairwise(tree.body):  # type: ignore[attr-defined]
            if isinstance(one, ast.AnnAssign) and isinstance(below, ast.Expr):
                found[one.target.id] = _line(below.value.value)  # type: ignore[attr-defined,union-attr]
    return found


def _line(text: object) -> str:
    """The first paragraph in one line."""
    return " ".join(str(text).split("\n\n")[0].split()).replace("``", "`")


def _typed(field: Mapping[str, Any]) -> Any:
    """A key of a document, which may be missing where the dataclass has a default."""
    from pydantic_core import core_schema

    schema, required = field["schema"], field["schema"]["type"] != "default"
    return core_schema.typed_dict_field(
        schema if required else core_schema.nullable_schema(schema["schema"]),
        required=required,
        metadata=field.get("metadata"),
    )


def _sound(kind: Any, document: Any) -> Any:
    """The document without empty keys, when what it makes has no faults."""
    needed = {key_of_field(f.name) for f in fields(kind) if _needed(f)}
    written = {k: value for k, value in document.items() if value is not None or k in needed}
    faults = from_document(kind, written).faults()
    if faults:
        raise ValueError("; ".join(faults))
    return written


def _needed(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def checked(kind: type, data: Any, where: Where) -> tuple[Document | None, list[Problem]]:
    """The document of what a file declares, or None and every problem.

    Parameters
    ----------
    where : callable
        Names a location of the data, with its line when it came from a file.
    """
    document, faults = validated(kind, data)
    return document, [Problem(where(location), what, hint) for location, what, hint in faults]


def read_document(kind: type, path: Path, error: type[ZjsimError]) -> Document:
    """The document of a declared YAML file.

    Raises
    ------
    error
        When the file cannot be read, or listing every problem with its line.
    """
    source = read_yaml(path, error)
    document, problems = checked(kind, source.data, source.where)
    raise_if_any(path, problems, error)
    assert document is not None
    return document


def validated(kind: type, data: Any) -> tuple[Document | None, list[Fault]]:
    """As `checked`, with the location of each fault."""
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_python(data), []
    except ValidationError as failure:
        found = failure.errors(include_url=False)
    faults = [_fault(one, kind) for one in found[:MOST_PROBLEMS]]
    if len(found) > MOST_PROBLEMS:
        faults.append(((), f"and {len(found) - MOST_PROBLEMS} more", ""))
    return None, faults


def _fault(fault: Mapping[str, Any], kind: Any) -> Fault:
    location = tuple(p for p in fault["loc"] if p not in (TEXT, SCALAR, COMPOUND, "[key]"))
    return location, *in_words(fault, location, keys_at(kind, location[:-1]))


def json_schema(kind: type, title: str) -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a declared file, for editors."""
    schema = _adapter(kind).json_schema()
    _tidy(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _tidy(part: Any) -> None:
    """Drop generated titles and what editors cannot read."""
    if isinstance(part, list):
        for item in part:
            _tidy(item)
    if not isinstance(part, dict):
        return
    if isinstance(part.get("title"), str):
        del part["title"]
    if "\\p{" in str(part.get("pattern", "")):
        # ECMA editors know \p{L} only in Unicode mode; they check the rest, zjsim checks this.
        del part["pattern"]
    for item in part.values():
        _tidy(item)
