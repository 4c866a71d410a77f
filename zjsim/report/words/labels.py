"""Every word that a report shows, in the language asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from zjsim.catalogue import read_catalogue
from zjsim.language import Language, Text
from zjsim.plaintext import plain
from zjsim.scenario import path_words

FOLDER = Path(__file__).with_name("catalogue")


@cache
def catalogue() -> Mapping[str, Text]:
    """The words of the CSV files in ``catalogue`` and of the paths of scenarios, by key."""
    return read_catalogue([*sorted(FOLDER.glob("*.csv")), path_words.FILE])


def label(key: str, language: Language = "en", **values: object) -> str:
    """The words for ``key`` in ``language``, with names in braces filled in.

    Raises
    ------
    KeyError
        When the catalogue has no such key.
    """
    text = catalogue()[key].in_(language)
    # A value may be a name from somebody's file; the words themselves are ours.
    shown = {key: plain(v, word=4096) if isinstance(v, str) else v for key, v in values.items()}
    return text.format(**shown) if values else text


def localised(text: object, language: Language) -> str:
    """A text in ``language``: a ``Text``, a ``{zh, en}`` mapping, a plain string, or None.

    The other language serves when one is empty.
    """
    if text is None:
        return ""
    if isinstance(text, Mapping):
        text = Text(str(text.get("zh") or ""), str(text.get("en") or ""))
    return plain(text.in_(language) if isinstance(text, Text) else str(text))
