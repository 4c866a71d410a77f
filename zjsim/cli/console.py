"""Text on consoles that know few signs: cp936 of a Chinese Windows, Latin-1, plain ASCII.

A sign that the console lacks is shown by one that says the same, never by a question mark that
could be taken for a verdict; only where there is none, a question mark stands for a letter.
"""

from __future__ import annotations

import codecs
import os
import unicodedata
from functools import partial
from typing import Any

# The first that the console has; verdict marks and signs of mathematics and typography.
_STAND_INS = {
    "✓": ("√", "+"), "✗": ("×", "x"), "○": ("o",), "≈": ("~",), "≥": (">=",), "≤": ("<=",),
    "×": ("x",), "√": ("+",), "−": ("-",), "–": ("-",), "—": ("--",), "…": ("...",), "·": (".",),
    "•": ("·", "*"), "†": ("+",), "→": ("->",), "⇒": ("=>",), "±": ("+-",), "≠": ("!=",),
    "“": ('"',), "”": ('"',),
    "‘": ("'",), "’": ("'",), "\u00a0": (" ",), "µ": ("μ", "u"), "€": ("EUR",), "£": ("GBP",),
    "¥": ("￥", "CNY"), "□": ("?",),
}  # fmt: skip


def prepare_console(*streams: Any) -> None:
    """Make what is printed to these streams shown, or replaced, but never an error."""
    for stream in streams:
        # Not there on what is no text file, such as the stream of a test.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        encoding = str(getattr(stream, "encoding", "") or "utf-8")
        # The C locale says nothing of the terminal, and none today is ASCII; Python's own rule.
        if _is_ascii(encoding) and not os.environ.get("PYTHONIOENCODING"):
            encoding = "utf-8"
        # By encoding, because an error of a code page does not tell which it is.
        codecs.register_error(f"zjsim-{encoding}", partial(_replaced, encoding))
        reconfigure(encoding=encoding, errors=f"zjsim-{encoding}")


def _is_ascii(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == "ascii"
    except LookupError:
        return False


def _replaced(encoding: str, problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    signs = problem.object[problem.start : problem.end]
    return "".join(_shown(sign, encoding) for sign in signs), problem.end


def _shown(sign: str, encoding: str) -> str:
    """What an encoding has for a sign that it lacks."""
    base = unicodedata.normalize("NFKD", sign)
    letters = "".join(one for one in base if not unicodedata.combining(one))
    for stand_in in (*_STAND_INS.get(sign, ()), letters):
        try:
            stand_in.encode(encoding)
        except UnicodeEncodeError:
            continue
        if stand_in:
            return stand_in
    return "?"
