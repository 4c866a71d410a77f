"""The open workbook: cell formats, sheet names and the small habits all sheets share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from zjsim.files import UNDATED
from zjsim.language import TYPOGRAPHY, Language
from zjsim.plaintext import plain
from zjsim.report.tables.chance_words import likely_words
from zjsim.report.tables.rows import Report
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH
from zjsim.report.words.text_table import display_width

# A thin pale line under each cell of a table.
RULE: dict[str, Any] = {"bottom": 1, "bottom_color": "#D9D9D9"}
FIRST_ROW = 4


class PlainSheet(xlsxwriter.worksheet.Worksheet):  # type: ignore[misc]
    """A sheet on which every text is a text: never a formula, a link or a control character."""

    def _write_string(self, row: int, col: int, string: str, *rest: Any) -> Any:
        return super()._write_string(row, col, plain(string), *rest)

    def _write_comment(self, row: int, col: int, comment: str, *rest: Any) -> Any:
        return super()._write_comment(row, col, plain(comment), *rest)


class Book:
    """The open file with its formats."""

    def __init__(self, path: Path, language: Language) -> None:
        self.language = language
        self.file = xlsxwriter.Workbook(str(path))
        self.file.set_properties(
            {
                "title": label("workbook.subject", language),
                "author": "zjsim",
                "company": "",
                "comments": label("note.unofficial", language),
                "created": UNDATED,
            }
        )
        self.font = TYPOGRAPHY[language].sheet_font
        self.cells: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.names: set[str] = set()

    def format(self, **properties: Any) -> Any:
        """A cell format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.cells:
            base = {"font_name": self.font, "font_size": 10, "valign": "vcenter"}
            self.cells[key] = self.file.add_format({**base, **properties})
        return self.cells[key]

    def sheet(self, name: str) -> Any:
        """A new sheet; Excel allows 31 characters, some not, and no name twice."""
        shown = plain(name)
        clean = "".join("-" if character in "[]:*?/\\'" else character for character in shown)
        unique, count = clean[:31], 1
        while unique.casefold() in self.names:
            count += 1
            unique = f"{clean[:27]} ({count})"
        self.names.add(unique.casefold())
        sheet = self.file.add_worksheet(unique, worksheet_class=PlainSheet)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def text(self, key: str, **values: object) -> str:
        """Words of the catalogue in the workbook's language."""
        return label(key, self.language, **values)

    def said(self, pair: object) -> str:
        """A pair of zh and en in the workbook's language."""
        return localised(pair, self.language)

    def head(self, sheet: Any, title: str, subtitle: str) -> None:
        """Title and source of a sheet."""
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=15))
        sheet.write_string(1, 0, subtitle, self.format(font_color="#6b6b6b"))
        sheet.set_row(0, 26)

    def heads(self, sheet: Any, row: int, words: Sequence[str]) -> None:
        """A row of column heads."""
        look = self.format(bold=True, bg_color="#EEF3F7", bottom=1, align="center", text_wrap=True)
        for column, word in enumerate(words):
            sheet.write_string(row, column, word, look)
        sheet.set_row(row, 32)

    def number(self, sheet: Any, row: int, column: int, value: float | None, look: Any) -> None:
        """A number, or a dash where there is none."""
        if value is None or not math.isfinite(value):
            sheet.write_string(row, column, DASH, self.format(**RULE, align="right"))
        else:
            sheet.write_number(row, column, value, look)

    def source(self, report: Report) -> str:
        """Scenario, run, tally and the standing caution in one line."""
        name = self.said(report.scenario_label)
        named = name and name != report.scenario
        shown = f"{name} ({report.scenario})" if named else report.scenario
        parts = [self.text("note.scenario", scenario=shown)]
        if report.run_id:
            parts.append(self.text("note.run", run=report.run_id))
        if report.chances is not None:
            parts.append(likely_words(report, self.language))
        else:
            parts.append(self.text("note.tally_of", met=report.met, total=len(report.rows)))
            parts.append(self.text("chances.missing"))
        parts.append(self.text("note.unofficial"))
        return "  |  ".join(parts)


def pattern_of(decimals: int) -> str:
    """A number format with fixed decimals and grouped thousands."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def fit(texts: Sequence[str], most: int) -> int:
    """A column width that holds the texts, Chinese characters counted double."""
    return min(max((display_width(text) for text in texts), default=8) + 2, most)
