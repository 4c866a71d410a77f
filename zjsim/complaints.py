"""Errors of pydantic in our words: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from zjsim.documents import key_of_field
from zjsim.errors import did_you_mean
from zjsim.wide import key_hint

LARGEST = 1e15  # beyond any figure of a plan, well inside what arithmetic keeps exact

_WANTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "float_parsing": "a number",
    "int_parsing": "a whole number",
    "dict_type": "a mapping (key: value)",
    "list_type": "a list",
    "tuple_type": "a list",
}
# Forms of text → what they ask for.
_FORMS = {
    r"^[a-z][a-z0-9_]*$": "begins with a small letter and holds a-z, 0-9 and _ only",
    r"^[\w.-]+$": "is the name of a file in the same folder, without a path",
    r"^\d{4}-\d{2}-\d{2}$": "is a day, such as 2021-07-02",
    r"^\d{4}-\d{2}(-\d{2})?$": "is a month or a day, such as 2021-07",
    r"^[^.]+\..+$": "is section.name, such as levers.rd_support",
}


def in_words(
    fault: Mapping[str, Any], location: tuple[Any, ...], allowed: Sequence[str]
) -> tuple[str, str]:
    """An error of pydantic in our words: what is wrong, and what to do."""
    value, context, sort = fault.get("input"), fault.get("ctx", {}), fault["type"]
    if sort in ("extra_forbidden", "invalid_key"):
        near = did_you_mean(str(location[-1]), allowed)
        return "no such key", near or f"Allowed: {', '.join(allowed)}."
    if sort == "missing":
        return f"{location[-1]} is missing", ""
    if sort == "value_error":
        return str(context["error"]), ""
    if sort == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        near = did_you_mean(str(value), choices) if isinstance(value, str) else ""
        return f"{_shown(value)} is not one of {', '.join(choices)}", near
    if sort == "string_pattern_mismatch":
        form = _FORMS.get(str(context.get("pattern")))
        if form is None:
            return f"{_shown(value)} may hold letters, digits, _ . and - only (at most 80)", ""
        return f"{_shown(value)} does not fit: it {form}", ""
    if sort in _WANTED:
        if isinstance(value, int) and abs(value) > LARGEST:
            return "the number is too large", ""
        wanted, hint = _WANTED[sort], ""
        if fault["loc"][-1:] == ("[key]",):
            wanted = "a year" if sort == "int_type" else "text as the name"
        elif len(location) == 2 and location[0] in ("levers", "drivers"):
            hint = "A number, or a shape such as {shape: step, to: 1, from: 2022}."
        elif sort == "dict_type" and isinstance(value, str) and (tight := key_hint(value)):
            hint = f"{tight[0].upper()}{tight[1:]}."
        return f"expected {wanted}, got {_shown(value)}", hint
    if sort == "finite_number":
        return f"{_shown(value)} is not a finite number", ""
    bounds = {"greater_than_equal": "ge", "less_than_equal": "le", "greater_than": "gt"}
    words = {"ge": "at least", "le": "at most", "gt": "above", "lt": "below"}
    key = bounds.get(sort, "lt" if sort == "less_than" else "")
    if key:
        return f"{_shown(value)} must be {words[key]} {context[key]:g}", ""
    if sort in ("too_short", "too_long"):
        return f"wrong number of entries ({context.get('actual_length')})", ""
    if sort == "string_too_short":
        return "the text is empty", ""
    if sort == "string_too_long":
        return f"the text is longer than {context['max_length']:,} characters", ""
    return f"{_shown(value)} does not fit here", ""


# Found once: resolving the types of a class costs as much as resolving a scenario.
_KEYS: dict[Any, Mapping[str, Any]] = {}


def keys_at(kind: Any, location: Sequence[Any]) -> list[str]:
    """The keys that a declared file allows at a location of its data."""
    places = _open(kind)
    for part in location:
        below = [inner for place in places for inner in _inside(place, part)]
        # A part that leads nowhere is the name pydantic gives to a branch of a union.
        places = below or [p for p in places if getattr(p, "__name__", part) == part]
    return [key for place in places if is_dataclass(place) for key in written_keys(place)]


def written_keys(declared: Any) -> Mapping[str, Any]:
    """The keys of a declared part, with what may stand under them."""
    if declared not in _KEYS:
        _KEYS[declared] = _written_keys(declared)
    return _KEYS[declared]


def _written_keys(declared: Any) -> dict[str, Any]:
    hints = get_type_hints(declared, include_extras=True)
    names = [field.name for field in fields(declared)]
    return {key_of_field(n): hints[n] for n in names if not _is_hidden(hints[n])}


def _is_hidden(hint: Any) -> bool:
    """Whether a field is no key of its file."""
    return any(hasattr(mark, "hidden") for mark in getattr(hint, "__metadata__", ()))


def _inside(place: Any, part: Any) -> list[Any]:
    """What may stand under one key or position of a declared part, mapping or list."""
    if is_dataclass(place):
        keys = written_keys(place)
        return _open(keys[part]) if part in keys else []
    inner = get_args(place)
    return _open(inner[1 if issubclass(get_origin(place), Mapping) else 0])


def _open(annotation: Any) -> list[Any]:
    """The declared parts, mappings and lists that an annotation allows."""
    if hasattr(annotation, "__metadata__"):
        written = [mark.kind for mark in annotation.__metadata__ if hasattr(mark, "kind")]
        return _open(written[0] if written else annotation.__origin__)
    origin = get_origin(annotation)
    holds = isinstance(origin, type) and issubclass(origin, Mapping | tuple)
    if is_dataclass(annotation) or holds:
        return [annotation]
    inner = () if origin is Literal else get_args(annotation)
    return [place for part in inner for place in _open(part)]


def _shown(value: Any) -> str:
    """A value as the file's reader knows it, cut to a readable length."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str():
            return f"'{value if len(value) <= 40 else value[:37] + '...'}'"
        case int() if abs(value) > LARGEST:  # Python refuses to print very long integers
            return "a huge number"
        case float() | int():
            return f"{value:g}"
    return str(value)[:40]
