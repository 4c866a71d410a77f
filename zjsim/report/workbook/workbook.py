"""The workbook: the planning office's table with live formulas, and what it rests on.

Gap, completion and progress are formulas, so that an official can follow and try them;
the verdict is the run's and stays as text. The file holds no time of day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zjsim.assessment.progress import PASSES, Verdict
from zjsim.language import Language
from zjsim.report.tables.rows import Report, ReportRow, as_report
from zjsim.report.tables.tables import matrix_key, verdict_headers
from zjsim.report.tables.wording import rate_words, remark, target_words, value_decimals
from zjsim.report.words.numbers import DASH
from zjsim.report.words.verdicts import MARKS, TONES
from zjsim.report.workbook import workbook_figures
from zjsim.report.workbook.workbook_file import FIRST_ROW, RULE, Book, fit, pattern_of

COLUMN_WIDTHS = (6, 16, 0, 14, 12, 10, 12, 12, 10, 11, 11, 11, 18, 14, 0)


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
    """The planning-office table; columns H to K are figures and formulas."""
    name = book.text("sheet.verdicts")
    sheet = book.sheet(name if alone else f"{name} {report.scenario}")
    book.head(sheet, book.said(report.plan_title), book.source(report))
    heads = list(verdict_headers(report, book.language))
    heads.insert(8, book.text("column.gap"))
    book.heads(sheet, FIRST_ROW - 1, heads)
    for offset, row in enumerate(report.rows):
        _verdict_line(book, sheet, FIRST_ROW + offset, row, report)
    last = FIRST_ROW + len(report.rows) - 1
    _conditions(book, sheet, FIRST_ROW, 13, last, 13)
    notes = [book.text(key) for key in ("workbook.live", "workbook.formulas")]
    notes.append(book.text("note.unofficial"))
    for offset, note in enumerate(notes):
        sheet.write_string(last + 2 + offset, 0, note, book.format(font_color="#6b6b6b"))
    _verdict_widths(book, sheet, report)
    sheet.freeze_panes(FIRST_ROW, 3)


def _verdict_line(book: Book, sheet: Any, at: int, row: ReportRow, report: Report) -> None:
    indicator = row.indicator
    plain, wrapped = book.format(**RULE), book.format(**RULE, text_wrap=True)
    digits = book.format(**RULE, num_format=pattern_of(value_decimals(row)))
    printed = book.format(**RULE, num_format="General", align="right")
    signed = book.format(**RULE, num_format=_signed(row))
    share = book.format(**RULE, num_format="0.0%")
    sheet.write_number(at, 0, indicator.number, book.format(**RULE, align="center"))
    sheet.write_string(at, 1, book.said(indicator.category), plain)
    sheet.write_string(at, 2, book.said(indicator.label), wrapped)
    sheet.write_string(at, 3, book.said(indicator.unit), plain)
    sheet.write_string(at, 4, book.text(f"nature.{indicator.nature}"), plain)
    book.number(sheet, at, 5, indicator.base.value, printed)
    pattern = _target_pattern(row, book.language)
    sheet.write_number(at, 6, indicator.target.value, book.format(
        **RULE, num_format=pattern, align="right"))  # fmt: skip
    book.number(sheet, at, 7, row.value, digits)
    if math.isfinite(row.value):
        gap, completion, progress = formulas(row, at + 1)
        sheet.write_formula(at, 8, gap, signed, row.gap)
        sheet.write_formula(at, 9, completion, share, row.completion)
        sheet.write_formula(at, 10, progress, share, _finite(row.progress))
    else:
        for column in (8, 9, 10):
            sheet.write_string(at, column, DASH, book.format(**RULE, align="right"))
    book.number(sheet, at, 11, row.time_progress, book.format(**RULE, num_format="0%"))
    sheet.write_string(at, 12, rate_words(row, book.language),
                       book.format(**RULE, align="right"))  # fmt: skip
    word = book.text(f"verdict.{row.verdict}")
    sheet.write_string(at, 13, word, book.format(**RULE, align="center", bold=True))
    sheet.write_string(at, 14, remark(row, book.language), wrapped)
    sheet.set_row(at, 30)
    _comments(book, sheet, at, row, report)


def _comments(book: Book, sheet: Any, at: int, row: ReportRow, report: Report) -> None:
    """Where each figure of a line comes from."""
    plan = book.text("workbook.from_plan", clause=row.indicator.clause)
    quote = f"{plan}\n{row.indicator.quote}"
    model = book.text("workbook.from_model", variable=row.indicator.variable)
    method = "logarithmic" if row.indicator.cumulative else "linear"
    formula = f"{book.text('column.method')}: {book.text(f'method.{method}')}"
    sources = {5: quote, 6: quote, 7: model, 8: model, 9: model, 10: f"{model}\n{formula}"}
    for column, source in sources.items():
        words = book.text("workbook.comment", source=source, run=report.run_id or DASH)
        sheet.write_comment(at, column, words, {"author": "zjsim", "x_scale": 2.2, "y_scale": 1.1})


def _conditions(book: Book, sheet: Any, top: int, left: int, bottom: int, right: int) -> None:
    """Colour a cell by its word, so that a word typed over changes colour too."""
    for verdict in Verdict:
        fill, ink = TONES[verdict]
        look = book.file.add_format({"bg_color": fill, "font_color": ink})
        word = book.text(f"verdict.{verdict}")
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
        sheet.conditional_format(top, left, bottom, right, rule)


def _verdict_widths(book: Book, sheet: Any, report: Report) -> None:
    names = [book.said(row.indicator.label) for row in report.rows]
    remarks = [remark(row, book.language) for row in report.rows]
    fitted = {2: fit(names, 46), 14: fit(remarks, 48)}
    for column, width in enumerate(COLUMN_WIDTHS):
        sheet.set_column(column, column, fitted.get(column, width))
    categories = [book.said(row.indicator.category) for row in report.rows]
    units = [book.said(row.indicator.unit) for row in report.rows]
    sheet.set_column(1, 1, fit(categories, 24))
    sheet.set_column(3, 3, fit(units, 20))
    sheet.set_column(4, 4, 13)


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
            if math.isfinite(row.value):
                sheet.write_number(at, column, row.value, look)
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


def formulas(row: ReportRow, line: int) -> tuple[str, str, str]:
    """Gap, completion and progress of an indicator on a line of the sheet, in Excel's words.

    F is the base, G the target, H the projection. Progress is linear for levels and
    logarithmic for cumulative cuts.
    """
    gap, completion = f"=H{line}-G{line}", f"=H{line}/G{line}"
    if row.indicator.cumulative:
        return gap, completion, f"=LN(1-H{line}/100)/LN(1-G{line}/100)"
    return gap, completion, f"=(H{line}-F{line})/(G{line}-F{line})"


def _signed(row: ReportRow) -> str:
    """A signed format with enough decimals that a gap which is not zero never shows as zero."""
    decimals = row.indicator.decimals + 1
    while decimals < 6 and row.gap and round(row.gap, decimals) == 0:
        decimals += 1
    pattern = pattern_of(decimals)
    return f"+{pattern};-{pattern};{pattern}"


def _target_pattern(row: ReportRow, language: Language) -> str:
    """Show the target's words round a cell that stays a number, for the formulas to use."""
    words = target_words(row.indicator, language).replace("%", "")
    before, _, after = words.partition(f"{row.indicator.target.value:g}")
    quoted = [f'"{part}"' if part else "" for part in (before, after)]
    return f"{quoted[0]}General{quoted[1]}"


def _finite(value: float | None) -> float | str:
    return value if value is not None and math.isfinite(value) else ""
