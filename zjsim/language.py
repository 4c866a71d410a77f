"""Chinese or English: which of the two a user reads, texts in both, and how each is set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from zjsim.errors import ZjsimError
from zjsim.formats import Declared, Words

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text(Declared):
    """The same words in every language; an empty one is replaced by the other.

    Examples
    --------
    >>> Text("工业", "industry").in_("zh")
    '工业'
    """

    zh: Words = ""
    """In Chinese."""
    en: Words = ""
    """In English."""

    def faults(self) -> list[str]:
        """One language will do, none will not."""
        return [] if self.zh or self.en else ["needs zh or en"]

    def in_(self, language: Language) -> str:
        """The words in ``language``."""
        words: str = getattr(self, language)
        return words or self.zh or self.en


@dataclass(frozen=True, slots=True)
class Typography:
    """How a language is set.

    Parameters
    ----------
    comma, clause, semicolon, colon : str
        Between the items of a list, between clauses, between sentences, after a head; with
        the space that follows.
    brackets : tuple of str
        The opening one, with the space before it, and the closing one.
    gap : str
        Between two sentences.
    tag, html_tag : str
        The language as documents declare it.
    title : str
        A plan's title as it is cited.
    sheet_font : str
        Of a workbook.
    full_width : bool
        Brackets, and quotation marks where a font has one form for all writing, are those
        of Chinese.
    """

    comma: str
    clause: str
    semicolon: str
    colon: str
    brackets: tuple[str, str]
    gap: str
    tag: str
    html_tag: str
    title: str
    sheet_font: str
    full_width: bool = False

    def bracketed(self, text: str) -> str:
        """``text`` in brackets, to be put behind other words."""
        return text.join(self.brackets)


TYPOGRAPHY: Mapping[Language, Typography] = {
    "zh": Typography(
        comma="、",
        clause="，",
        semicolon="；",
        colon="：",
        brackets=("（", "）"),
        gap="",
        tag="zh-CN",
        html_tag="zh-CN",
        title="《{}》",
        sheet_font="Microsoft YaHei",
        full_width=True,
    ),
    "en": Typography(
        comma=", ",
        clause=", ",
        semicolon="; ",
        colon=": ",
        brackets=(" (", ")"),
        gap=" ",
        tag="en-GB",
        html_tag="en",
        title="{}",
        sheet_font="Calibri",
    ),
}


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
            for known in LANGUAGES:
                if word == known:
                    return known
            raise ZjsimError(f"{where}: there is no {source}; choose zh or en")
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
