"""Frozen dataclasses (and named tuples) as JSON documents and back, by their annotations alone.

Only the standard library is needed, so that a document from the cache is read at once. What
is read has been checked, or was written here: nothing is checked again.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

# Keys of files that are no names of fields: Python's own words.
_KEYS = {"from_year": "from", "until_year": "until", "condition": "if"}

Reader = Callable[[Any], Any]
T = TypeVar("T")


def key_of_field(name: str) -> str:
    """The key of a file that a field stands for; ``is_`` stands for ``is``."""
    return _KEYS.get(name, name.removesuffix("_"))


def to_document(value: Any, rows: bool = False) -> Any:
    """Plain data of a dataclass: a mapping by field or, with ``rows``, a list of values."""
    if is_dataclass(value):
        entries = {f.name: to_document(getattr(value, f.name), rows) for f in fields(value)}
        return list(entries.values()) if rows else entries
    if isinstance(value, Mapping):
        return {key: to_document(item, rows) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_document(item, rows) for item in value]
    return value


def from_document(kind: type[T], document: Any) -> T:
    """The dataclass that a document describes; keys without a field are left out."""
    named: Any = kind
    read = _reader(named)
    made: T = document if read is None else read(document)
    return made


@cache
def _reader(kind: Any) -> Reader | None:
    """How plain data becomes ``kind``; None takes it as it is."""
    origin, inner = get_origin(kind), get_args(kind)
    if hasattr(kind, "_fields"):
        return _named_tuple_reader(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_reader(kind)
    if origin in (Union, types.UnionType):
        return _union_reader(inner)
    if origin is tuple:
        return _tuple_reader(inner)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        item = _reader(inner[1])
        return dict if item is None else lambda data: {k: item(v) for k, v in data.items()}
    return None


def _dataclass_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    keys = {name: key_of_field(name) for name in readers}
    renamed = [(key, name) for name, key in keys.items() if key != name]

    def read(data: Any) -> Any:
        given = data if isinstance(data, Mapping) else dict(zip(readers, data, strict=True))
        given = {**given, **{name: given[key] for key, name in renamed if key in given}}
        return kind(
            **{
                name: given[name] if item is None or given[name] is None else item(given[name])
                for name, item in readers.items()
                if name in given
            }
        )

    return read


def _named_tuple_reader(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    items = [_reader(hints[name]) for name in kind._fields]
    return lambda data: kind(
        *[value if item is None else item(value) for item, value in zip(items, data, strict=True)]
    )


def _tuple_reader(inner: tuple[Any, ...]) -> Reader:
    items = [_reader(part) for part in inner if part is not ...]
    if all(item is None for item in items):
        return tuple
    if inner[-1] is ...:
        (item,) = items
        return lambda data: tuple(map(item, data))  # type: ignore[arg-type]
    pairs = [item or (lambda value: value) for item in items]
    return lambda data: tuple(item(value) for item, value in zip(pairs, data, strict=True))


def _union_reader(inner: tuple[Any, ...]) -> Reader | None:
    """A union holds at most one kind of mapping and one tuple; rows are lists of both."""
    readers: dict[type, Reader] = {}
    for part in inner:
        item = _reader(part)
        if item is not None:
            readers[list if get_origin(part) is tuple else dict] = item
    if not readers:
        return None
    if dict in readers:
        readers.setdefault(list, readers[dict])

    def read(data: Any) -> Any:
        item = readers.get(type(data))
        return data if item is None else item(data)

    return read
