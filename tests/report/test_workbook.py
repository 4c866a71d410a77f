import dataclasses
import math
import operator
import shutil
import subprocess
import time

import openpyxl
import pytest

from tests.report.stand_in import make_report, with_progress
from zjsim.report.tables.rows import InputLine
from zjsim.report.tables.verdict_columns import COLUMNS, SHEET, office_table
from zjsim.report.workbook.workbook import write_workbook

FIRST_LINE = 5
FORMULAS = {9: "gap", 10: "completion", 11: "last.progress"}


def exact(report):
    """The stand-in with the progress that its own numbers imply."""
    rows = []
    for row in report.rows:
        start, target = row.indicator.start, row.indicator.target.value
        if row.indicator.cumulative:
            progress = math.log(1 - row.projection / 100) / math.log(1 - target / 100)
        else:
            progress = (row.projection - start) / (target - start)
        rows.append(with_progress(row, progress))
    return dataclasses.replace(report, rows=tuple(rows))


def evaluate(formula, sheet):
    """The formula by our own arithmetic: the four operations and LN of cells."""
    text = formula.lstrip("=").replace("LN(", "log(")
    cells = {}
    for line in range(FIRST_LINE, FIRST_LINE + 10):
        for letter in "FGH":
            value = sheet[f"{letter}{line}"].value
            cells[f"{letter}{line}"] = value if isinstance(value, int | float) else 0
    return eval(text, {"__builtins__": {}, "log": math.log}, cells)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_formulas_give_the_numbers_of_the_assessment(language, tmp_path):
    report = exact(make_report())
    book = openpyxl.load_workbook(write_workbook(tmp_path / "判断.xlsx", report, language))
    sheet = book.worksheets[0]
    for offset, row in enumerate(report.rows):
        for column, name in FORMULAS.items():
            formula = sheet.cell(FIRST_LINE + offset, column).value
            value = operator.attrgetter(name)(row)
            assert evaluate(formula, sheet) == pytest.approx(value, rel=1e-12)
    assert "LN" in sheet.cell(FIRST_LINE + 7, 11).value
    assert "LN" not in sheet.cell(FIRST_LINE, 11).value


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_recalculates_to_the_same_numbers(tmp_path):
    report = exact(make_report())
    path = write_workbook(tmp_path / "book.xlsx", report, "en")
    book = openpyxl.load_workbook(path)
    # openpyxl writes no cached results, so LibreOffice must compute every formula.
    book.save(tmp_path / "bare.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    target = tmp_path / "out"
    subprocess.run(
        [*command, "--outdir", str(target), str(tmp_path / "bare.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    sheet = openpyxl.load_workbook(target / "bare.xlsx", data_only=True).worksheets[0]
    for offset, row in enumerate(report.rows):
        for column, name in FORMULAS.items():
            value = sheet.cell(FIRST_LINE + offset, column).value
            assert value == pytest.approx(operator.attrgetter(name)(row), rel=1e-9)


def test_the_stored_results_are_those_of_the_formulas(tmp_path):
    report = exact(make_report())
    path = write_workbook(tmp_path / "book.xlsx", report, "en")
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    assert sheet.cell(FIRST_LINE + 7, 11).value == pytest.approx(report.rows[7].last.progress)


def test_every_figure_says_its_source_and_run(tmp_path):
    path = write_workbook(tmp_path / "book.xlsx", make_report(), "zh")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    for line in range(FIRST_LINE, FIRST_LINE + 10):
        for column in range(6, 12):
            comment = sheet.cell(line, column).comment
            assert comment is not None
            assert "3f2a9c1d" in comment.text
            assert "来源：" in comment.text


def test_every_yearly_figure_says_its_source_and_run(tmp_path):
    book = openpyxl.load_workbook(write_workbook(tmp_path / "book.xlsx", make_report(), "en"))
    sheet = book["Yearly"]
    kinds = {"outturn": "stand-in (B)", "projection": "model variable", "plan path": "the plan"}
    kinds["target"] = "the plan"
    for row in sheet.iter_rows(min_row=FIRST_LINE):
        for cell in row[5:]:
            if isinstance(cell.value, int | float):
                assert "3f2a9c1d" in cell.comment.text
                wanted = [words for kind, words in kinds.items() if kind in row[4].value]
                assert wanted
                assert wanted[0] in cell.comment.text


def test_same_input_gives_the_same_bytes(tmp_path):
    contents = []
    for name in ("a", "b"):
        path = write_workbook(tmp_path / f"{name}.xlsx", make_report(), "zh")
        contents.append(path.read_bytes())
        time.sleep(1.1)
    assert contents[0] == contents[1]


def test_several_scenarios_have_a_sheet_each_and_a_matrix(tmp_path):
    reports = [make_report(), make_report("late/start: a very long scenario name", shift=0.2)]
    book = openpyxl.load_workbook(write_workbook(tmp_path / "book.xlsx", reports, "en"))
    assert book.sheetnames == [
        "Verdicts baseline", "Verdicts late-start- a very lon", "Scenarios", "Yearly", "Chart",
        "Inputs", "Assumptions",
    ]  # fmt: skip
    assert len(book["Chart"]._charts) == 10
    assert book["Scenarios"]["B5"].number_format.endswith('" ✓"')


def test_inputs_stand_by_year_and_texts_are_never_formulas(tmp_path):
    line = InputLine("lever", "rd", {"zh": "研发", "en": "=1+1"}, "", {2021: 0.0, 2022: 1.2}, "x")
    held = InputLine("constant", "elasticity", None, "1", {0: 0.63})
    report = dataclasses.replace(make_report(), inputs=(line, held))
    book = openpyxl.load_workbook(write_workbook(tmp_path / "book.xlsx", report, "en"))
    sheet = book["Inputs"]
    assert sheet["C5"].value == "=1+1 (rd)"
    assert sheet["C5"].data_type == "s"
    assert (sheet["F5"].value, sheet["G5"].value) == (0, 1.2)
    assert sheet["E6"].value == 0.63


def test_a_missing_projection_leaves_a_dash_and_no_formula(tmp_path):
    report = make_report()
    lost = dataclasses.replace(report.rows[0], projection=math.nan, verdict="missing")
    lost = with_progress(lost, math.nan)
    report = dataclasses.replace(report, rows=(lost, *report.rows[1:]))
    sheet = openpyxl.load_workbook(write_workbook(tmp_path / "b.xlsx", report, "en")).worksheets[0]
    assert [sheet.cell(FIRST_LINE, column).value for column in (8, 9, 10, 11)] == ["–"] * 4


def test_a_cell_shows_the_digits_that_the_verdict_needs(tmp_path):
    report = make_report(verdicts={"rd_intensity": "missed"})
    book = openpyxl.load_workbook(write_workbook(tmp_path / "book.xlsx", report, "en"))
    assert book.worksheets[0].cell(FIRST_LINE + 3, 8).number_format == "#,##0.0000"
    assert book.worksheets[0].cell(FIRST_LINE, 8).number_format == "#,##0.0"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_is_the_table_of_every_other_medium(language, tmp_path):
    report = exact(make_report(verdicts={"rd_intensity": "missing"}))
    path = write_workbook(tmp_path / "book.xlsx", report, language)
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    table = office_table(report, language, SHEET)
    assert tuple(cell.value for cell in sheet[FIRST_LINE - 1]) == table.headers
    for line, (row, words) in enumerate(zip(report.rows, table.rows, strict=True), FIRST_LINE):
        for place, key in enumerate(SHEET):
            value, number = sheet.cell(line, place + 1).value, COLUMNS[key].number
            if number is None:
                assert (value or "") == words[place]
            else:
                assert value == (pytest.approx(number(row)) if number(row) is not None else "–")
    rules = [r for found in sheet.conditional_formatting for r in found.rules]
    marks = [rule.text for rule in rules]
    place = SHEET.index("verdict")
    for line in range(FIRST_LINE, FIRST_LINE + 10):
        cell = sheet.cell(line, place + 1).value
        assert sum(cell.startswith(mark) for mark in marks) == 1


def test_assumptions_are_columns_to_sort_by_and_charts_show_the_target(tmp_path):
    report = make_report()
    path = write_workbook(tmp_path / "book.xlsx", report, "en")
    book = openpyxl.load_workbook(path)
    sheet = book["Assumptions"]
    heads = [cell.value for cell in sheet[FIRST_LINE - 1]]
    assert heads == ["Assumption", "Value", "Low", "High", "Unit", "Grade", "Source", "Remark"]
    assert bool(sheet.auto_filter.ref) == bool(report.assumptions)
    for one, cells in zip(report.assumptions, sheet.iter_rows(min_row=FIRST_LINE), strict=False):
        assert [cell.value for cell in cells[1:4]] == [one.value, one.low, one.high]
    charts = book["Chart"]._charts
    assert len(charts) == len(report.rows)
    assert all(len(chart.series) == 4 for chart in charts)
    years = [cell.value for cell in book["Yearly"][FIRST_LINE - 1]]
    for row in report.rows:
        lines = [
            line
            for line in book["Yearly"].iter_rows(min_row=FIRST_LINE)
            if line[1].value == row.indicator.number and line[4].value == "target"
        ]
        assert len(lines) == 1
        at = years.index(str(row.indicator.target.year))
        assert lines[0][at].value == row.indicator.target.value
        assert sum(cell.value is not None for cell in lines[0][5:]) == 1
