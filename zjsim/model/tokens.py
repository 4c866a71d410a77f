"""The signs, numbers and names that an equation of Vensim or XMILE is made of."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from zjsim.errors import ModelError

Language = Literal["vensim", "xmile"]


class Token(NamedTuple):
    """``kind`` is ``number``, ``name``, ``text``, ``word`` (a keyword) or ``sign``."""

    kind: str
    text: str
    begin: int
    end: int


# Keywords between colons; Vensim ignores case and may put blanks inside.
_COLON_WORDS = (
    "AND", "OR", "NOT", "NA", "IS", "EXCEPT", "RAW", "INTERPOLATE", r"HOLD\s+BACKWARD",
    r"LOOK\s+FORWARD", "SUPPLEMENTARY",
)  # fmt: skip
_NUMBER = r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_QUOTED = r'"(?:\\"|[^"])*"'
_TEXT = r"(?P<text>'[^']*')"
# Letters of any script; some signs beyond ASCII that Vensim takes for letters.
_LETTER = r"[^\W\d]|[°€£¥§µ‰]"
_INSIDE = r"[\w'$°€£¥§µ‰]"

_VENSIM = re.compile(
    rf"(?P<blank>[\s\\]+)|{_NUMBER}"
    rf"|(?P<word>:\s*(?:{'|'.join(_COLON_WORDS)})\s*:)"
    rf"|(?P<name>{_QUOTED}|(?:{_LETTER}){_INSIDE}*(?:\s+{_INSIDE}+)*)|{_TEXT}"
    r"|(?P<sign><->|->|<>|<=|>=|:=|==|[-+*/^(),;\[\]=<>!:])",
    re.IGNORECASE,
)
_XMILE = re.compile(
    rf"(?P<blank>\s+)|{_NUMBER}"
    r"|(?P<word>(?:if|then|else|and|or|not|mod)\b)"
    rf"|(?P<name>(?:{_QUOTED}|(?:{_LETTER}){_INSIDE}*)(?:\.(?:{_QUOTED}|{_INSIDE}+))*)|{_TEXT}"
    r"|(?P<sign>//|<>|<=|>=|[-+*/^(),;\[\]=<>!:])",
    re.IGNORECASE,
)
_LANGUAGES = {"vensim": _VENSIM, "xmile": _XMILE}


def unreadable(text: str, position: int) -> ModelError:
    """The error of an equation that goes on as no equation can."""
    rest = text[position : position + 30]
    shown = f"at {rest!r}" if rest.strip() else "at its end"
    return ModelError(f"the equation cannot be read {shown}. Check signs, brackets and commas.")


def tokens_of(text: str, language: Language) -> list[Token]:
    """The tokens of an equation; blanks are left out.

    Raises
    ------
    ModelError
        At a sign that the language does not have.
    """
    match = _LANGUAGES[language].match
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = match(text, position)
        if found is None:
            raise unreadable(text, position)
        kind = found.lastgroup or ""
        if kind == "word":
            word = " ".join(found.group().strip(": \t\n").lower().split())
            tokens.append(Token(kind, word, position, found.end()))
        elif kind != "blank":
            tokens.append(Token(kind, found.group(), position, found.end()))
        position = found.end()
    return tokens
