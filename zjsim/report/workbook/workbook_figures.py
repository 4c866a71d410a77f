"""Sheets of the workbook that hold figures: by year, as charts, inputs and assumptions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from zjsim.assessment.assess import Row
from zjsim.report.tables.compose_words import model_unit, source_words
from zjsim.report.tables.rows import InputLine, Report, plan_path
from zjsim.report.words.numbers import DASH
from zjsim.report.words.text_table import display_width
from zjsim.report.workbook.workbook_file import FIRST_ROW, Book, fit, pattern_of


def yearly(book: Book, reports: Sequence[Report]) -> dict[str, tuple[int, int, str]]:
    """Every year of every scenario; indicator → (row, columns, sheet) of the first one."""
    name = book.text("sheet.yearly")
    sheet = book.sheet(name)
    first, last = _span(reports)
    years = list(range(first, last + 1))
    book.head(sheet, book.text("sheet.yearly"), book.text("note.unofficial"))
    keys = ("scenario", "number", "indicator", "unit", "kind")
    heads = [book.text(f"column.{key}") for key in keys] + [str(year) for year in years]
    book.heads(sheet, FIRST_ROW - 1, heads)
    at, places = FIRST_ROW, {}
    for report in reports:
        for row in report.rows:
            if report is reports[0]:
                places[row.indicator.id] = (at, first, name)
            for kind, values in _series(row, years):
                _year_line(book, sheet, at, report, row, kind, values, first)
                at += 1
    names = [book.said(row.indicator.label) for row in reports[0].rows]
    scenarios = [report.scenario for report in reports]
    for column, width in enumerate((fit(scenarios, 30), 6, fit(names, 60), 18, 12)):
        sheet.set_column(column, column, width)
    sheet.set_column(5, 4 + len(years), 9)
    sheet.freeze_panes(FIRST_ROW, 5)
    sheet.autofilter(FIRST_ROW - 1, 0, at - 1, 4)
    return places


def _year_line(
    book: Book,
    sheet: Any,
    at: int,
    report: Report,
    row: Row,
    kind: str,
    values: Sequence[float | None],
    first: int,
) -> None:
    indicator = row.indicator
    sheet.write_string(at, 0, report.scenario, book.format())
    sheet.write_number(at, 1, indicator.number, book.format(align="center"))
    sheet.write_string(at, 2, book.said(indicator.label), book.format())
    sheet.write_string(at, 3, book.said(indicator.unit), book.format())
    sheet.write_string(at, 4, book.text(f"kind.{kind}"), book.format())
    look = book.format(num_format=pattern_of(indicator.decimals))
    for column, value in enumerate(values, start=5):
        if value is not None and math.isfinite(value):
            sheet.write_number(at, column, value, look)
            source = _year_source(book, row, kind, first + column - 5)
            words = book.text("workbook.comment", source=source, run=report.run_id or DASH)
            sheet.write_comment(at, column, words, {"author": "zjsim", "x_scale": 1.8})


def _year_source(book: Book, row: Row, kind: str, year: int) -> str:
    """Where a yearly figure comes from: the model, the plan, or a publication with its grade."""
    if kind == "projection":
        return book.text("workbook.from_model", variable=row.indicator.variable)
    if kind in ("plan_path", "target"):
        return book.text("workbook.from_plan", clause=row.indicator.clause)
    found = [seen for seen in row.outturns if seen.year == year]
    return f"{found[0].source} ({found[0].grade})" if found else DASH


def chart(book: Book, report: Report, places: dict[str, tuple[int, int, str]]) -> None:
    """A native line chart an indicator: projection, plan path and outturns by year."""
    sheet = book.sheet(book.text("sheet.chart"))
    book.head(sheet, book.said(report.plan_title), book.source(report))
    # A break between pages would cut a chart.
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    first, last = _span([report])
    for position, row in enumerate(report.rows):
        top, start, name = places[row.indicator.id]
        columns = (5 + first - start, 5 + last - start)
        chart = _line_chart(book, row, name, top, columns)
        sheet.insert_chart(3 + 16 * (position // 2), 8 * (position % 2), chart)


def _line_chart(book: Book, row: Row, name: str, top: int, columns: tuple[int, int]) -> Any:
    chart = book.file.add_chart({"type": "line"})
    looks: tuple[tuple[str, dict[str, Any]], ...] = (
        ("projection", {"line": {"color": "#0072B2", "width": 2.25}}),
        ("plan_path", {"line": {"color": "#A0A0A0", "width": 1.0}}),
        (
            "outturn",
            {
                "line": {"none": True},
                "marker": {
                    "type": "circle", "size": 6, "fill": {"color": "#222222"},
                    "border": {"color": "#222222"},
                },
            },
        ),
        (
            "target",
            {
                "line": {"none": True},
                "marker": {
                    "type": "diamond", "size": 9, "fill": {"color": "#E69F00"},
                    "border": {"color": "#222222"},
                },
            },
        ),
    )  # fmt: skip
    for offset, (kind, look) in enumerate(looks):
        chart.add_series(
            {
                "name": book.text(f"kind.{kind}"),
                "categories": [name, FIRST_ROW - 1, columns[0], FIRST_ROW - 1, columns[1]],
                "values": [name, top + offset, columns[0], top + offset, columns[1]],
                **look,
            }
        )
    indicator = row.indicator
    title = f"{indicator.number}  {book.said(indicator.label)}"
    small = {"name": book.font, "size": 9, "color": "#6b6b6b"}
    chart.set_title({"name": title, "name_font": {"name": book.font, "size": 11}})
    chart.set_x_axis({"num_font": small, "line": {"color": "#b8b8b8"}})
    chart.set_y_axis(
        {
            "name": book.said(indicator.unit), "name_font": {**small, "bold": False},
            "num_font": small, "major_gridlines": {"visible": True, "line": {"color": "#e3e3e3"}},
            "num_format": pattern_of(indicator.decimals), "line": {"none": True},
            **_axis_bounds(row),
        }
    )  # fmt: skip
    chart.set_legend({"position": "bottom", "font": small})
    chart.show_blanks_as("gap")
    chart.set_size({"width": 500, "height": 300})
    return chart


def inputs(book: Book, reports: Sequence[Report]) -> None:
    """Resolved levers, drivers and constants, by year where they are paths."""
    sheet = book.sheet(book.text("sheet.inputs"))
    book.head(sheet, book.text("sheet.inputs"), book.text("note.unofficial"))
    years = sorted({year for r in reports for line in r.inputs for year in line.values if year})
    keys = ("scenario", "kind", "name", "unit", "value")
    heads = [book.text(f"column.{key}") for key in keys] + [str(year) for year in years]
    heads += [book.text("column.source"), book.text("column.remark")]
    book.heads(sheet, FIRST_ROW - 1, heads)
    at = FIRST_ROW
    for report in reports:
        for line in report.inputs:
            _input_line(book, sheet, at, report, line, years)
            at += 1
    for column, width in enumerate((20, 12, 44, 18, 12)):
        sheet.set_column(column, column, width)
    sheet.set_column(5, 4 + len(years), 9)
    sheet.set_column(5 + len(years), 6 + len(years), 40)
    sheet.freeze_panes(FIRST_ROW, 3)


def _input_line(
    book: Book, sheet: Any, at: int, report: Report, line: InputLine, years: Sequence[int]
) -> None:
    name = book.said(line.label)
    shown = f"{name} ({line.name})" if name and name != line.name else line.name
    look = book.format(num_format="#,##0.####")
    kind = f"kind.{line.kind}"
    unit = model_unit(line.unit, book.language)
    words = (report.scenario, book.text(kind), shown, unit)
    for column, word in enumerate(words):
        sheet.write_string(at, column, word, book.format())
    if 0 in line.values:
        sheet.write_number(at, 4, line.values[0], look)
    for column, year in enumerate(years, start=5):
        if year in line.values:
            sheet.write_number(at, column, line.values[year], look)
    sheet.write_string(at, 5 + len(years), line.source, book.format())
    sheet.write_string(at, 6 + len(years), line.note, book.format())


def assumptions(book: Book, reports: Sequence[Report]) -> None:
    """What the verdicts take for granted: a line a constant to sort by, then notes in words."""
    sheet = book.sheet(book.text("sheet.assumptions"))
    book.head(sheet, book.text("sheet.assumptions"), book.text("note.unofficial"))
    keys = ("assumption", "central", "low", "high", "unit", "grade", "source", "remark")
    book.heads(sheet, FIRST_ROW - 1, [book.text(f"column.{key}") for key in keys])
    wrapped = book.format(text_wrap=True, valign="top")
    number = book.format(num_format="General", valign="top")
    known = reports[0].assumptions
    for at, one in enumerate(known, FIRST_ROW):
        source = source_words(one.source, book.language)
        unit, note = model_unit(one.unit, book.language), book.said(one.note)
        texts = {0: book.said(one.label), 4: unit, 5: one.grade, 6: source, 7: note}
        for column, text in texts.items():
            sheet.write_string(at, column, text, wrapped)
        for column, value in enumerate((one.value, one.low, one.high), 1):
            book.number(sheet, at, column, value, number)
        sheet.set_row(at, 15 * max(1 + display_width(note) // 56, 1 + display_width(source) // 28))
    last = FIRST_ROW + len(known) - 1
    if known:
        sheet.autofilter(FIRST_ROW - 1, 0, last, len(keys) - 1)
    lines = [
        f"{row.indicator.number}  {book.said(row.indicator.label)}: {book.said(row.indicator.note)}"
        for row in reports[0].rows
        if book.said(row.indicator.note)
    ]
    lines += [book.text("workbook.formulas"), book.text("workbook.live")]
    for at, line in enumerate(lines, last + 3):
        sheet.merge_range(at, 0, at, len(keys) - 1, "", wrapped)
        sheet.write_string(at, 0, line, wrapped)
        sheet.set_row(at, 15 * (1 + display_width(line) // 170))
    for column, width in enumerate((36, 10, 10, 10, 18, 10, 28, 56)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(FIRST_ROW, 1)


def _series(row: Row, years: Sequence[int]) -> list[tuple[str, list[float | None]]]:
    """Projection, plan path, outturn and target of an indicator, None where there is no figure."""
    indicator = row.indicator
    projected = dict(zip(row.years, row.path, strict=True))
    observed = {outturn.year: outturn.value for outturn in row.outturns}
    planned = range(indicator.base.year, indicator.target.year + 1)
    path = dict(zip(planned, plan_path(indicator, planned), strict=True))
    named: list[tuple[str, dict[int, float]]] = [
        ("projection", projected), ("plan_path", path), ("outturn", observed),
        ("target", {indicator.target.year: indicator.target.value}),
    ]  # fmt: skip
    return [(kind, [values.get(year) for year in years]) for kind, values in named]


def _span(reports: Sequence[Report]) -> tuple[int, int]:
    rows = [row for report in reports for row in report.rows]
    first = min(min([row.indicator.base.year, *row.years]) for row in rows)
    return first, max(max([row.indicator.target.year, *row.years]) for row in rows)


def _axis_bounds(row: Row) -> dict[str, float]:
    """Round ends of a chart's value axis: Excel would begin at zero and flatten the line."""
    values = [row.indicator.start, row.indicator.target.value]
    values += [value for value in row.path if math.isfinite(value)]
    values += [outturn.value for outturn in row.outturns if outturn.year in row.years]
    low, high = min(values), max(values)
    rough = (high - low or 1.0) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * next(part for part in (1, 2, 2.5, 5, 10) if size * part >= rough)
    ends = math.floor(low / step), math.ceil(high / step)
    return {"min": ends[0] * step, "max": ends[1] * step, "major_unit": step}
