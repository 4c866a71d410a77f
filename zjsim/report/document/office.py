"""Who hands a report on: the settings file of an office, and its line under the title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zjsim.documents import from_document
from zjsim.errors import ZjsimError
from zjsim.formats import Declared, Words, read_document
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.words.labels import label
from zjsim.version import __version__

FILE = "office.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office(Declared):
    """Office, author and date of a report; what is empty is left out."""

    office: Words = ""
    """The office that hands the report on, such as 浙江省经信厅规划处."""
    author: Words = ""
    """Who answers for it."""
    date: Words = ""
    """The date as it is to be printed, in quotation marks; empty is today's."""
    title: Words = ""
    """A title of one's own for the page."""

    def parts(self, language: Language, today: str = "") -> Iterator[str]:
        """Office, author, date and the program, as far as there are any."""
        yield from (text for text in (self.office, self.author, self.date or today) if text)
        yield label("report.by", language, version=__version__)

    def byline(self, language: Language, today: str = "") -> str:
        """The line under the title."""
        return TYPOGRAPHY[language].clause.join(self.parts(language, today))


def read_office(path: Path | None) -> Office:
    """The settings of a file; without one those of ``office.yaml`` in this folder, if it is there.

    Raises
    ------
    ZjsimError
        When the file cannot be read, or with every key that is wrong and its line.
    """
    found = path or Path(FILE)
    if path is None and not found.is_file():
        return Office()
    return from_document(Office, read_document(Office, found, ZjsimError))
