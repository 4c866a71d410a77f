"""Signs of a Chinese keyboard where a file wants ASCII: found, named, and what to write.

``levers：`` looks like ``levers:`` and is another character, so that a parser complains of a later
line or of nothing. Names and labels may hold such signs; structure and numbers may not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from zjsim.errors import Problem

_SIGNS = {
    "：": ("colon", ":"),
    "，": ("comma", ","),
    "、": ("comma", ","),
    "．": ("full stop", "."),
    "。": ("full stop", "."),
    "％": ("per cent sign", "%"),
    "－": ("minus sign", "-"),
    "＋": ("plus sign", "+"),
    "｛": ("brace", "{"),
    "｝": ("brace", "}"),
    "［": ("bracket", "["),
    "］": ("bracket", "]"),
    "【": ("bracket", "["),
    "】": ("bracket", "]"),
    "＃": ("hash", "#"),
    "“": ("quotation mark", '"'),
    "”": ("quotation mark", '"'),
}
FULL_SPACE = "a full-width space; indent with ordinary spaces"
_NUMBER = re.compile(r"[\d.,+\-%\s．，、。－＋％]+")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_COMMENT = re.compile(r"(^|\s)#.*")
# A word at the start of a line, or of an entry in braces, and what looks like a colon.
_KEY = re.compile(r"(?:^|[{,，])\s*(?:- )?([\w.\-]+)\s*：")
_TIGHT = re.compile(r"^\s*(?:- )?([\w.\-]+):([^\s:/].*)$")


def sign_words(sign: str) -> str:
    """``'：' is the Chinese colon; write ':'``."""
    name, plain = _SIGNS[sign]
    return f"'{sign}' is the Chinese {name}; write '{plain}'"


def number_hint(text: str) -> str:
    """Why a text is no number though it looks like one; empty where it does not.

    Examples
    --------
    >>> number_hint("１．２")
    "'１．２' is written with full-width signs; write 1.2"
    >>> number_hint("1，2")
    "'，' is the Chinese comma; write ','"
    >>> number_hint("节水")
    ''
    """
    if text.isascii() or not _NUMBER.fullmatch(text) or not any(c.isdigit() for c in text):
        return ""
    listed = next((sign for sign in "，、" if sign in text), "")
    if listed:
        return sign_words(listed)
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    return f"'{text}' is written with full-width signs; write {plain}"


def key_hint(text: str) -> str:
    """Why a key holds what should stand after it: ``water：1.2`` or ``water:1.2``."""
    if text.startswith("\u3000"):
        return FULL_SPACE
    for sign in "：，":
        if sign in text:
            return sign_words(sign)
    return space_hint(text) if _TIGHT.match(text) else ""


def space_hint(text: str) -> str:
    """That a colon wants a space: ``water:1.2``."""
    key, _, value = text.strip().partition(":")
    return f"a space is missing after the colon; write '{key}: {value.strip()}'"


def structure_problems(text: str) -> Iterator[Problem]:
    """What a parser that has failed may have stumbled over, line by line.

    Quoted text and comments are passed over, and labels in Chinese that stand alone.
    """
    for number, line in enumerate(text.splitlines(), 1):
        where, bare = f"line {number}", _COMMENT.sub("", _QUOTED.sub('""', line))
        if re.match(r" *\u3000", bare):
            yield Problem(where, FULL_SPACE)
        found = "：" if _KEY.search(bare) else _sign_in_braces(bare)
        if found:
            yield Problem(where, sign_words(found))
        elif "：" not in bare and (tight := _TIGHT.match(bare)) is not None:
            yield Problem(where, space_hint(tight.group().removeprefix("- ")))


def _sign_in_braces(line: str) -> str:
    """A comma or brace that parts entries: ``{water: 1.2，land: 1}``; empty where there is none."""
    for sign in "｛｝［］":
        if sign in line:
            return sign
    inside = re.search(r"[{\[](.*)", line)
    parted = inside and re.search(r"([，、])\s*[\w.\-]+\s*:|\d\s*([，、])\s*\d", inside[1])
    return next((sign for sign in parted.groups() if sign), "") if parted else ""
