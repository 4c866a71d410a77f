"""Chinese or English: which of the two a user reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from zjsim.errors import ZjsimError

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def chosen_language(asked: str | None = None) -> Language:
    """The language asked for; without one that of ``ZJSIM_LANG``, or of the locale.

    Parameters
    ----------
    asked : {"zh", "en"} or None
        A locale such as ``zh_CN`` will do as well.

    Raises
    ------
    ZjsimError
        For any other language.

    Examples
    --------
    >>> chosen_language("zh_CN.UTF-8")
    'zh'
    """
    for where, source in (("language", asked), ("ZJSIM_LANG", os.environ.get("ZJSIM_LANG"))):
        if source:
            word = str(source).lower()[:2]
            if word not in LANGUAGES:
                raise ZjsimError(f"{where}: there is no {source}; choose zh or en")
            return "zh" if word == "zh" else "en"
    return language_of_locale()


def language_of_locale(environment: Mapping[str, str] | None = None) -> Language:
    """``zh`` when the locale's messages are Chinese, otherwise ``en``.

    The first of LC_ALL, LC_MESSAGES and LANG that is set decides, as POSIX says.
    """
    environment = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
