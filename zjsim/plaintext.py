"""Text as text: what a name or a label of somebody's file may be where it leaves zjsim.

Every sink shows text through `plain`: a terminal, a picture, a table, a page, a workbook. A
spreadsheet that reads CSV needs `cell` besides, because it computes what begins like a
formula, and a file's name is made by `file_name`.
"""

from __future__ import annotations

import json
import re
import unicodedata

LONGEST_WORD = 300  # characters without a break; a path is shorter as a rule
LONGEST = 20_000  # characters of one label or sentence
LONGEST_NAME = 120  # bytes of a file's name that are made from a scenario's
_MOST_MARKS = 4  # marks on one letter; Vietnamese needs two
# A sign that the house font has, so that a picture shows it too.
_STANDS_IN = "□"
# Signs that no reader sees and that change what others look like, or that a format forbids:
# control characters but tab and line feed, marks that turn the direction of writing, separators
# of lines, halves of pairs, tags, and what Unicode says is no character.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff"
    + "".join(chr((plane << 16) + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff"
    f"\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]{{{_MOST_MARKS + 1},}}"
)
# Chinese breaks anywhere, so it has no long words.
_BREAKS = r"\s\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef"
# What spreadsheets take for the beginning of a formula, in East Asian settings full-width too.
_FORMULA = tuple("=+-@\t\r＝＋－＠")
# Names of devices on Windows, whatever ending follows.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.I)
_NUMBER = re.compile(r"[+-]?[\d.,\s%]*(?:[eE][+-]?\d+)?")


def plain(text: str, word: int = LONGEST_WORD, most: int | None = LONGEST) -> str:
    """A text in which nothing is hidden, and which is cut where it would overflow.

    Parameters
    ----------
    word : int
        Characters after which a word without a break is cut, with an ellipsis.
    most : int or None
        Characters of the whole; None for what has been put together from such texts.
    """
    if len(text) <= word and text.isascii() and text.isprintable():
        return text
    if most is not None and len(text) > most:
        text = f"{text[: most - 1]}…"
    if not text.isascii() or not text.isprintable():
        text = _UNSEEN.sub(_STANDS_IN, text.replace("\r\n", "\n"))
        text = _MARKS.sub(lambda found: found[0][:_MOST_MARKS], text)
    if len(text) > word:
        long = re.compile(f"([^{_BREAKS}]{{{word - 1}}})[^{_BREAKS}]{{2,}}")
        text = long.sub(r"\1…", text)
    return text


def cell(value: object) -> object:
    """A value of a CSV file; a text that a spreadsheet would compute gets an apostrophe."""
    if not isinstance(value, str):
        return value
    text = plain(value)
    formula = text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if formula else text


def markdown(text: str) -> str:
    """A text in a cell of a Markdown table: no end of the cell, no HTML, no link."""
    shown = re.sub(r"[|\[\]]", r"\\\g<0>", plain(text).replace("&", "&amp;").replace("<", "&lt;"))
    return " ".join(shown.split("\n"))


def file_name(name: str) -> str:
    """The part of a file's or folder's name that a scenario's name becomes, on any system.

    Letters and digits of every script, ``_ . -`` and single blanks stay; anything else becomes
    ``_``. It begins with a letter, a digit or ``_`` and is never empty.
    """
    clean = unicodedata.normalize("NFC", name[: 4 * LONGEST_NAME])
    clean = re.sub(r"[^\w.\- ]+", "_", clean)
    clean = re.sub(r"\s+", " ", clean)
    clean = clean.encode("utf-8", "ignore")[:LONGEST_NAME].decode("utf-8", "ignore").strip(" .")
    fit = re.match(r"\w", clean) and not _DEVICE.match(clean)
    return clean if fit else f"_{clean}"


def for_json(text: str) -> str:
    """JSON text with the unseen signs inside its strings as escapes: it says the same."""
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)
