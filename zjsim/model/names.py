"""Names: which two are the same to a simulator, and their identifiers.

Vensim, XMILE, PySD and Simlin ignore case, spaces and underscores in names. Two names of
one model that differ in nothing else are therefore one name to some tool.
"""

from __future__ import annotations

import re
import unicodedata

# Settings of a run, and the variables of a model that hold them.
CONTROLS = {
    "start": "INITIAL TIME",
    "stop": "FINAL TIME",
    "step": "TIME STEP",
    "save_every": "SAVEPER",
}
# Other names that XMILE has for them, by canonical name.
XMILE_CONTROLS = {"starttime": "start", "stoptime": "stop", "dt": "step"}


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


# Which setting a variable of a model is, by canonical name.
VENSIM_CONTROLS = {canonical(name): setting for setting, name in CONTROLS.items()}
CONTROL_NAMES = frozenset(VENSIM_CONTROLS)


def control_of(name: str) -> str | None:
    """Which setting of the run a control variable such as TIME STEP is."""
    return VENSIM_CONTROLS.get(canonical(name))
