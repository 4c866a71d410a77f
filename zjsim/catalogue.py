"""Words in every language, from CSV files that a translator can edit in Excel.

A file has the columns ``key``, one per language, and ``note`` for the translator. Names in
braces are filled in when a word is shown. Files are UTF-8 with a byte order mark, without
which Excel takes Chinese for another encoding.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from zjsim.errors import Problem, ZjsimError, did_you_mean, raise_if_any
from zjsim.language import LANGUAGES, Text

COLUMNS = ("key", *LANGUAGES, "note")
_BLANK = re.compile(r"\{(\w*)")
_FORMULA = ("=", "+", "-", "@")


def read_catalogue(paths: Iterable[Path]) -> dict[str, Text]:
    """All words of the files, by key.

    Raises
    ------
    ZjsimError
        When a column is missing or unknown, a key is given twice, a text is empty, or the
        languages of a key have different names in braces; with file and line.
    """
    words: dict[str, Text] = {}
    places: dict[str, str] = {}
    for path in paths:
        problems: list[Problem] = []
        for line, row in _rows(path):
            key = row["key"]
            texts = [row[language] for language in LANGUAGES]
            if key in words:
                problems.append(Problem(f"line {line}", f"duplicate key {key}, see {places[key]}"))
            problems += (Problem(f"line {line}, {key}", what) for what in _faults(key, texts))
            words[key] = Text(*texts)
            places[key] = f"line {line} of {path.name}"
        raise_if_any(path, problems)
    return words


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with the lines where they begin; a text in quotes may have several lines."""
    try:
        text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = next(reader, [])
        raise_if_any(path, list(_header_faults(header)))
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if len(cells) != len(header):
                what = f"line {line}: {len(cells)} cells where the header has {len(header)}"
                raise ZjsimError(f"{path}: {what}. Put a text with commas in double quotes.")
            yield line, dict(zip(header, cells, strict=True))
    except UnicodeDecodeError:
        raise ZjsimError(f"{path}: not UTF-8. In Excel save as “CSV UTF-8”.") from None
    except csv.Error as problem:
        raise ZjsimError(f"{path}: not CSV ({problem}).") from None


def _header_faults(header: list[str]) -> Iterator[Problem]:
    for name in header:
        if name not in COLUMNS:
            yield Problem("line 1", f"unknown column {name}", did_you_mean(name, COLUMNS))
    for name in COLUMNS:
        if header.count(name) != 1 and (name != "note" or name in header):
            what = "duplicate" if name in header else "missing"
            yield Problem("line 1", f"{what} column {name}")


def _faults(key: str, texts: list[str]) -> Iterator[str]:
    if not key:
        yield "the key is missing"
    for language, text in zip(LANGUAGES, texts, strict=True):
        if not text:
            yield f"the text in {language} is missing"
        elif text.startswith(_FORMULA):
            yield f"Excel takes the text in {language} for a formula: it begins with {text[0]}"
    blanks = [set(_BLANK.findall(text)) for text in texts]
    if blanks.count(blanks[0]) != len(blanks):
        named = zip(LANGUAGES, blanks, strict=True)
        shown = "; ".join(
            f"{language}: {', '.join(sorted(found)) or 'none'}" for language, found in named
        )
        yield f"different names in braces ({shown})"
