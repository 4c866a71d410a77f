"""Source lists (.bib) of a plan's folder: keys with title, publisher and place, as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LARGEST_FILE = 5_000_000  # bytes
_ENTRY = re.compile(r"^@(\w+)\s*\{\s*([^,\s]+)\s*,", re.MULTILINE)
_ACCENTS = {"{\\'a}": "á", "{\\'e}": "é", "{\\'o}": "ó", '{\\"u}': "ü", '{\\"o}': "ö"}


@dataclass(frozen=True, slots=True)
class Reference:
    """One source."""

    key: str
    fields: Mapping[str, str]

    @property
    def text(self) -> str:
        """Author, title, publisher or journal, year and address in one line."""
        field = self.fields.get
        author, year = field("author", ""), field("year", "")
        journal = field("journal", "")
        if journal:
            numbers = ", ".join(x for x in (field("volume", ""), field("pages", "")) if x)
            journal = f"{journal} {numbers}".strip()
        parts = [
            re.sub(r"\s+and\s+", ", ", author),
            field("title", ""),
            field("publisher", ""),
            journal,
            year,
            field("address", ""),
        ]
        return ". ".join(part.strip(" .") for part in parts if part and part != "none")


def read_references(folder: Path) -> dict[str, Reference]:
    """Every entry of the folder's ``references*.bib``, by key; the first of equal keys."""
    found: dict[str, Reference] = {}
    for path in sorted(folder.glob("references*.bib")):
        if path.stat().st_size > LARGEST_FILE:
            continue
        for reference in parse_references(path.read_text(encoding="utf-8-sig")):
            found.setdefault(reference.key, reference)
    return found


def parse_references(text: str) -> list[Reference]:
    """The entries of BibTeX text; strings and comments are passed over."""
    starts = list(_ENTRY.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return [
        Reference(match[2], _fields(text[match.end() : end]))
        for match, end in zip(starts, ends, strict=True)
    ]


def _fields(body: str) -> dict[str, str]:
    """``name = {value}`` with nested braces, or ``name = "value"``."""
    fields: dict[str, str] = {}
    place = 0
    while match := re.compile(r"(\w+)\s*=\s*([{\"])").search(body, place):
        value, place = _delimited(body, match.end(), "}" if match[2] == "{" else '"')
        fields[match[1].lower()] = _clean(value)
    return fields


def _delimited(body: str, start: int, closing: str) -> tuple[str, int]:
    depth = 0
    for place in range(start, len(body)):
        sign = body[place]
        if sign == closing and depth == 0:
            return body[start:place], place + 1
        depth += (sign == "{") - (sign == "}")
    return body[start:], len(body)


def _clean(value: str) -> str:
    for written, shown in _ACCENTS.items():
        value = value.replace(written, shown)
    return re.sub(r"\s+", " ", value.replace("{", "").replace("}", "").replace("--", "–")).strip()
