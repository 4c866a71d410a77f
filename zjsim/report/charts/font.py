"""The font that zjsim brings along, whole or as the letters that a text needs."""

from __future__ import annotations

import base64
import importlib.util
import re
from io import BytesIO
from pathlib import Path
from typing import Any

from zjsim.errors import ZjsimError

_LETTERS = re.compile(r"[\u2000-\u2fff\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def font_file() -> Path:
    """The Chinese font that comes with the package zhplot.

    The package is located, not imported: importing it has effects on matplotlib that are not
    ours to cause.

    Raises
    ------
    ZjsimError
        When it is not there.
    """
    found = importlib.util.find_spec("zhplot")
    for place in found.submodule_search_locations or () if found else ():
        path = Path(place) / "fonts" / "NotoSansSC-Regular.ttf"
        if path.is_file():
            return path
    raise ZjsimError(
        "The Chinese font is missing: the package zhplot is not installed or has changed. "
        "Install it with: pip install 'zhplot>=1.0'"
    )


def chinese_letters(text: str) -> set[str]:
    """The Chinese letters and signs of a text; empty when it has no Chinese letter."""
    letters = set(_LETTERS.findall(text))
    return letters if any("\u3400" <= letter <= "\u9fff" for letter in letters) else set()


def font_of(letters: set[str]) -> Any:
    """The font cut down to some letters, as fontTools holds it; the same bytes each time."""
    # fontTools comes with matplotlib.
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    # Otherwise the file carries the time at which it was made.
    font = TTFont(font_file(), recalcTimestamp=False)
    worker = subset.Subsetter(options)
    worker.populate(unicodes=sorted(map(ord, letters)))
    worker.subset(font)
    return font


def embedded_font(text: str) -> str:
    """The Chinese letters of ``text`` as a WOFF font in base64; empty when there are none.

    A page names the reader's own fonts first; this one serves a machine that has none.
    """
    letters = chinese_letters(text)
    if not letters:
        return ""
    font = font_of(letters)
    font.flavor = "woff"
    buffer = BytesIO()
    font.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
