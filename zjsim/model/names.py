"""Names: which two are the same to a simulator, and their identifiers.

Vensim, XMILE, PySD and Simlin ignore case, spaces and underscores in names. Two names of
one model that differ in nothing else are therefore one name to some tool.
"""

from __future__ import annotations

import re
import unicodedata


def canonical(name: str) -> str:
    """The form in which two names are compared: no case, spaces and underscores as one."""
    text = unicodedata.normalize("NFC", name).replace("\\n", " ").casefold()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return re.sub(r"[\s_]+", " ", text).strip()


def identifier(name: str) -> str:
    """The name as written in scenario files: lower case with underscores.

    Letters of any script are kept; other signs are dropped. Use it for lookups by
    ``canonical``; it need not be injective.
    """
    return re.sub(r"[^\w]+", "_", canonical(name)).strip("_")
