"""The workbook: the planning office's table with live formulas, and what it rests on.

Gap, completion and progress are formulas, so that an official can follow and try them;
the verdict is the run's and stays as text. The file holds no time of day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zjsim.assessment.assess import Row
from zjsim.assessment.progress import PASSES, Verdict
from zjsim.language import Language
from zjsim.report.tables.chance_words import chance_note, headline, share_words
from zjsim.report.tables.rows import Report, as_report
from zjsim.report.tables.tables import matrix_key
from zjsim.report.tables.verdict_columns import COLUMNS, SHEET, gap_decimals
from zjsim.report.tables.wording import target_words, value_decimals
from zjsim.report.words.numbers import DASH, format_share
from zjsim.report.words.verdicts import MARKS, TONES
from zjsim.report.workbook import workbook_figures
from zjsim.report.workbook.workbook_file import FIRST_ROW, RULE, Book, fit, pattern_of

# By column: what differs from the look of its kind, and a width that its words do not ask for.
LOOKS: dict[str, dict[str, Any]] = {
    **{key: {} for key in SHEET},
    "number": {"align": "center"}, "indicator": {"text_wrap": True},
    "category": {"text_wrap": True}, "unit": {"text_wrap": True},
    "remark": {"text_wrap": True}, "verdict": {"align": "center", "bold": True},
}  # fmt: skip
WIDTHS = {
    "number": 6, "nature": 13, "base": 10, "target": 12, "projection": 12, "gap": 10,
    "completion": 11, "progress": 11, "time_progress": 11, "rate_needed": 25, "verdict": 16,
    "probability": 10,
}  # fmt: skip
FITTED = {"category": 16, "indicator": 36, "unit": 14, "remark": 48}
A3 = 8  # fifteen columns are read on no smaller sheet


def write_workbook(
    path: Path | str, assessments: Any | Sequence[Any], language: Language = "en"
) -> Path:
    """Write one or more assessed scenarios to an Excel file.

    Sheets: verdicts (one a scenario), scenarios against indicators when there are several,
    yearly figures, inputs, assumptions, and a native chart. The first scenario is the one
    that is charted.
    """
    several = assessments if isinstance(assessments, Sequence) else [assessments]
    reports = [as_report(assessment) for assessment in several]
    book = Book(Path(path), language)
    for report in reports:
        _verdicts(book, report, alone=len(reports) == 1)
    if len(reports) > 1:
        _matrix(book, reports)
    places = workbook_figures.yearly(book, reports)
    workbook_figures.chart(book, reports[0], places)
    workbook_figures.inputs(book, reports)
    workbook_figures.assumptions(book, reports)
    book.file.close()
    return Path(path)


def _verdicts(book: Book, report: Report, alone: bool) -> None:
    """The planning-office table, its gap, completion and progress as formulas."""
    name = book.text("sheet.verdicts")
    sheet = book.sheet(name if alone else f"{name} {report.scenario}")
    book.head(sheet, book.said(report.plan_title), book.source(report))
    heads = [COLUMNS[key].head(report, book.language) for key in SHEET]
    book.heads(sheet, FIRST_ROW - 1, heads)
    for offset, row in enumerate(report.rows):
        _verdict_line(book, sheet, FIRST_ROW + offset, row, report)
    last = FIRST_ROW + len(report.rows) - 1
    place = SHEET.index("verdict")
    _conditions(book, sheet, FIRST_ROW, place, last, place)
    notes = headline(report, book.language)
    if report.chances is not None:
        notes.append(chance_note(report, book.language))
    notes += [book.text(key) for key in ("workbook.live", "workbook.formulas", "note.unofficial")]
    for offset, note in enumerate(notes):
        sheet.write_string(last + 2 + offset, 0, note, book.format(font_color="#6b6b6b"))
    _verdict_widths(book, sheet, report)
    sheet.freeze_panes(FIRST_ROW, 3)
    sheet.set_paper(A3)


def _verdict_line(book: Book, sheet: Any, at: int, row: Row, report: Report) -> None:
    found = formulas(row, at + 1)
    patterns = _patterns(row, book.language)
    for place, key in enumerate(SHEET):
        column = COLUMNS[key]
        look = {**RULE, **({"align": "right"} if column.alignment == ">" else {}), **LOOKS[key]}
        if column.number is None:
            sheet.write_string(at, place, column.text(row, book.language), book.format(**look))
            continue
        value, shown = column.number(row), book.format(**look, num_format=patterns[key])
        if key in found and value is not None and math.isfinite(value):
            sheet.write_formula(at, place, found[key], shown, value)
        else:
            book.number(sheet, at, place, value, shown)
    sheet.set_row(at, 30)
    _comments(book, sheet, at, row, report)


def _patterns(row: Row, language: Language) -> dict[str, str]:
    """How the numbers of a line are written."""
    gap = pattern_of(gap_decimals(row))
    return {
        "number": "General", "base": "General", "target": _target_pattern(row, language),
        "projection": pattern_of(value_decimals(row)), "gap": f"+{gap};-{gap};{gap}",
        "completion": _share_pattern(format_share(row.completion)),
        "progress": _share_pattern(format_share(row.last.progress)), "time_progress": "0%",
        "probability": _share_pattern(share_words(row.probability)),
    }  # fmt: skip


def _share_pattern(words: str) -> str:
    """A percentage with the decimals that its words have."""
    decimals = len(words.partition(".")[2].rstrip("%"))
    return f"0.{'0' * decimals}%" if decimals else "0%"


def _comments(book: Book, sheet: Any, at: int, row: Row, report: Report) -> None:
    """Where each figure of a line comes from."""
    plan = book.text("workbook.from_plan", clause=row.indicator.clause)
    quote = f"{plan}\n{row.indicator.quote}"
    model = book.text("workbook.from_model", variable=row.indicator.variable)
    method = "logarithmic" if row.indicator.cumulative else "linear"
    formula = f"{book.text('column.method')}: {book.text(f'method.{method}')}"
    sources = {
        "base": quote, "target": quote, "projection": model, "gap": model, "completion": model,
        "progress": f"{model}\n{formula}",
    }  # fmt: skip
    for key, source in sources.items():
        words = book.text("workbook.comment", source=source, run=report.run_id or DASH)
        sheet.write_comment(
            at, SHEET.index(key), words, {"author": "zjsim", "x_scale": 2.2, "y_scale": 1.1}
        )


def _conditions(book: Book, sheet: Any, top: int, left: int, bottom: int, right: int) -> None:
    """Colour a cell by the mark it begins with, so that one typed over changes colour too."""
    for verdict in Verdict:
        fill, ink = TONES[verdict]
        look = book.file.add_format({"bg_color": fill, "font_color": ink})
        rule = {"type": "text", "criteria": "begins with", "value": MARKS[verdict], "format": look}
        sheet.conditional_format(top, left, bottom, right, rule)


def _verdict_widths(book: Book, sheet: Any, report: Report) -> None:
    for place, key in enumerate(SHEET):
        width = WIDTHS.get(key)
        if width is None:
            texts = [COLUMNS[key].text(row, book.language) for row in report.rows]
            width = fit(texts, FITTED[key])
        sheet.set_column(place, place, width)


def _matrix(book: Book, reports: Sequence[Report]) -> None:
    """Scenarios against indicators: the number, coloured and marked by its verdict."""
    sheet = book.sheet(book.text("sheet.matrix"))
    book.head(sheet, book.text("title.matrix"), book.text("note.unofficial"))
    numbers = [str(row.indicator.number) for row in reports[0].rows]
    heads = [book.text("column.scenario"), *numbers, book.text("column.met")]
    book.heads(sheet, FIRST_ROW - 1, heads)
    for offset, report in enumerate(reports):
        at = FIRST_ROW + offset
        name = book.said(report.scenario_label) or report.scenario
        sheet.write_string(at, 0, name, book.format(**RULE))
        for column, row in enumerate(report.rows, start=1):
            fill, ink = TONES[row.verdict]
            pattern = f'{pattern_of(value_decimals(row))}" {MARKS[row.verdict]}"'
            look = book.format(
                **RULE, bg_color=fill, font_color=ink, num_format=pattern, align="right"
            )
            if math.isfinite(row.projection):
                sheet.write_number(at, column, row.projection, look)
            else:
                sheet.write_string(at, column, DASH, look)
        met = sum(row.verdict in PASSES for row in report.rows)
        sheet.write_number(at, len(heads) - 1, met, book.format(**RULE, align="center"))
    for offset, line in enumerate(matrix_key(reports, book.language)):
        sheet.write_string(FIRST_ROW + len(reports) + 1 + offset, 0, line, book.format())
    names = [book.said(report.scenario_label) or report.scenario for report in reports]
    sheet.set_column(0, 0, fit(names, 40))
    sheet.set_column(1, len(heads) - 1, 11)
    sheet.freeze_panes(FIRST_ROW, 1)


def formulas(row: Row, line: int) -> dict[str, str]:
    """Gap, completion and progress of an indicator on a line of the sheet, in Excel's words.

    Progress is linear for levels and logarithmic for cumulative cuts.
    """
    base, target, now = (f"{_letter(key)}{line}" for key in ("base", "target", "projection"))
    progress = f"=({now}-{base})/({target}-{base})"
    if row.indicator.cumulative:
        progress = f"=LN(1-{now}/100)/LN(1-{target}/100)"
    return {"gap": f"={now}-{target}", "completion": f"={now}/{target}", "progress": progress}


def _letter(key: str) -> str:
    return chr(ord("A") + SHEET.index(key))


def _target_pattern(row: Row, language: Language) -> str:
    """Show the target's words round a cell that stays a number, for the formulas to use."""
    words = target_words(row.indicator, language).replace("%", "")
    before, _, after = words.partition(f"{row.indicator.target.value:g}")
    quoted = [f'"{part}"' if part else "" for part in (before, after)]
    return f"{quoted[0]}General{quoted[1]}"
