"""The text of a model file: read whole, checked, and cut into entries; nothing is executed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zjsim.errors import ModelError

LARGEST_FILE = 5_000_000  # bytes; the largest public models have about two
LARGEST_ENTRY = 1_000_000  # characters of one entry

VENSIM_SUFFIXES = (".mdl",)
XMILE_SUFFIXES = (".xmile", ".stmx", ".xml")

_DECLARED_VENSIM = re.compile(rb"\A\s*\{([^}\r\n]{1,40})\}")
_DECLARED_XML = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a Vensim file.

    ``equation``, ``unit`` and ``documentation`` have single spaces for line breaks;
    ``line`` counts from 1; ``group`` is the ``.name`` of the marker above it.
    """

    equation: str
    unit: str
    documentation: str
    line: int
    group: str = ""


def check_suffix(suffix: str, origin: object) -> str:
    """The suffix in lower case.

    Raises
    ------
    ModelError
        When no reader exists for it.
    """
    lower = suffix.lower()
    if lower in VENSIM_SUFFIXES + XMILE_SUFFIXES:
        return lower
    known = ", ".join(VENSIM_SUFFIXES + XMILE_SUFFIXES)
    hint = " Save it as text (.mdl) in Vensim." if lower in (".vmf", ".vpm", ".vpmx") else ""
    raise ModelError(f"{origin}: a model file ends in {known}, not in {suffix or 'nothing'}.{hint}")


def read_source(path: Path) -> str:
    """The text of a model file; see `read_with_notes`."""
    return read_with_notes(path)[0]


def read_with_notes(path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a model file, and what a reader should know of its encoding.

    It is read in UTF-8 or in the encoding that the file declares; a file that is neither is
    taken for GB18030 or Windows' cp1252, whichever its bytes look like, and a note says so.

    Raises
    ------
    ModelError
        When the file is missing, a folder, too large, binary, or in another encoding.
    """
    try:
        if path.is_dir():
            raise ModelError(f"{path}: this is a folder; name a model file in it.")
        if not path.is_file():
            raise ModelError(f"{path}: no such file.")
        if path.stat().st_size > LARGEST_FILE:
            raise ModelError(f"{path}: larger than {LARGEST_FILE // 1_000_000} MB; not read.")
        data = path.read_bytes()
    except (OSError, ValueError) as problem:
        raise ModelError(f"{path}: cannot be read ({problem}).") from None
    return decode(data, path)


def decode(data: bytes, origin: object) -> tuple[str, tuple[str, ...]]:
    """Text of the bytes of a model file, line ends as ``\\n``, and what was said of it."""
    if not data.strip():
        raise ModelError(f"{origin}: the file is empty.")
    if b"\x00" in data:
        raise ModelError(
            f"{origin}: holds NUL bytes, so it is a binary or UTF-16 file. "
            "Save the model as text in UTF-8."
        )
    text: str | None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        place = problem.start
        text = None
    notes: tuple[str, ...] = ()
    if text is None:
        text, notes = _decode_otherwise(data, origin, place)
    return check_text(text.replace("\r\n", "\n").replace("\r", "\n"), origin), notes


def check_text(text: str, origin: object) -> str:
    """The text itself, when it can be that of a model file."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise ModelError(f"{origin}: the file is empty.")
    if len(text) > LARGEST_FILE:
        raise ModelError(f"{origin}: larger than {LARGEST_FILE // 1_000_000} MB; not read.")
    for position, sign in enumerate(text):
        if sign < " " and sign not in "\t\n\r\f\x0b":
            line = text.count("\n", 0, position) + 1
            raise ModelError(
                f"{origin}, line {line}: holds the control character U+{ord(sign):04X}; "
                "this is not a text file."
            )
    return text


def _decode_otherwise(data: bytes, origin: object, place: int) -> tuple[str, tuple[str, ...]]:
    """The text of bytes that are not UTF-8: as declared, or as they look."""
    declared = _DECLARED_VENSIM.match(data) or _DECLARED_XML.match(data)
    name = declared.group(1).decode("ascii", "replace").strip() if declared else ""
    line = data.count(b"\n", 0, place) + 1
    try:
        known = codecs.lookup(name) if name else None
    except LookupError:
        known = None
    # Codecs such as "zlib" or "hex" are no encodings of text.
    if known and known.name != "utf-8" and getattr(known, "_is_text_encoding", True):
        with suppress(ValueError):
            return data.decode(known.name), ()
    if known is None or known.name == "utf-8":
        for encoding in ("gb18030",) if _looks_chinese(data) else ("cp1252", "latin-1"):
            with suppress(ValueError):
                text = data.decode(encoding)
                return text, (
                    f"line {line} is not UTF-8; the file was read as {encoding}. Save it as UTF-8 "
                    "to be sure of its letters.",
                )
    said = f"neither UTF-8 nor {name}, which it declares" if known else "not UTF-8"
    raise ModelError(
        f"{origin}, line {line}: {said} (byte {place}). Save the file as UTF-8; "
        "editors offer it beside GBK, GB18030 and cp1252."
    )


_HIGH = re.compile(rb"[\x80-\xff]+")


def _looks_chinese(data: bytes) -> bool:
    """Whether the bytes above ASCII come in pairs, most of them common Chinese letters."""
    runs = _HIGH.findall(data)
    if any(len(run) % 2 for run in runs):
        return False
    pairs = b"".join(runs)
    # Punctuation and the letters of the first level; the second holds the rare ones.
    common = sum(0xA1 <= first <= 0xD7 for first in pairs[::2])
    return common * 2 > len(pairs) // 2


def vensim_equations(text: str) -> str:
    """The part of a Vensim file before its sketch."""
    return re.split(r"\\+---///", text, maxsplit=1)[0]


def vensim_entries(text: str, origin: object) -> Iterator[Entry]:
    """The entries of a Vensim file, group markers resolved and left out.

    An entry is ``equation ~ unit ~ documentation |``, perhaps with one more ``~`` part. In
    equation and unit a sign between double quotes separates nothing.

    Raises
    ------
    ModelError
        When the text ends within an entry, or an entry is longer than LARGEST_ENTRY.
    """
    body = vensim_equations(text)
    declared = re.match(r"\s*\{[^}]*\}", body)
    end = declared.end() if declared else 0
    line, group = 1 + body.count("\n", 0, end), ""
    while True:
        start = _BLANK.match(body, end).end()  # type: ignore[union-attr]
        line += body.count("\n", end, start)
        if start == len(body):
            return
        parts, end = _parts(body, start, f"{origin}, line {line}")
        if parts[0].startswith("***"):
            marker = re.search(r"\n\s*\.([^\n]*)(?:\n|\Z)", parts[0])
            group = marker.group(1).strip() if marker else group
        elif len(parts) > 1 or parts[0]:
            cleaned = [_clean(part) for part in parts] + ["", ""]
            equation = _clean(_without_comments(parts[0]))
            yield Entry(equation, cleaned[1], cleaned[2], line, group)
        line += body.count("\n", start, end)


_BLANK = re.compile(r"\s*")
_SEPARATOR = re.compile(r'[~|"]')
_QUOTED = re.compile(r'"(?:\\"|[^"])*"')


def _parts(body: str, start: int, where: str) -> tuple[list[str], int]:
    """Parts of the entry that begins at ``start``, and where the next one begins."""
    parts: list[str] = []
    begin = position = start
    while True:
        found = _SEPARATOR.search(body, position)
        if found is None:
            raise ModelError(f"{where}: an entry does not end with |; is the file cut off?")
        if found.start() - start > LARGEST_ENTRY:
            raise ModelError(f"{where}: an entry is longer than {LARGEST_ENTRY} characters.")
        position = found.end()
        if found.group() == '"':
            # Within the documentation (the third part) a quote is only a sign.
            quoted = _QUOTED.match(body, found.start()) if len(parts) < 2 else None
            position = quoted.end() if quoted else position
            continue
        parts.append(body[begin : found.start()])
        begin = position
        if found.group() == "|":
            return parts, position


_BRACE = re.compile(r'"(?:\\"|[^"])*"|[{}]')


def _without_comments(text: str) -> str:
    """An equation without what stands in braces outside names; braces may stand in braces."""
    kept: list[str] = []
    depth, begin = 0, 0
    for found in _BRACE.finditer(text):
        if found.group() == "{":
            if depth == 0:
                kept.append(text[begin : found.start()])
            depth += 1
        elif found.group() == "}" and depth:
            depth -= 1
            begin = found.end()
    return " ".join([*kept, text[begin:]]) if kept and not depth else text


def _clean(text: str) -> str:
    """Line breaks and runs of white space as one space."""
    return re.sub(r"\s+", " ", re.sub(r"\\[ \t]*\n\s*", " ", text)).strip()
