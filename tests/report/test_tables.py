import dataclasses
import re
import subprocess
import sys

import pytest

from tests.report.stand_in import make_report
from zjsim.report.tables.rows import InputLine
from zjsim.report.tables.tables import (
    brief_table,
    comparison_table,
    input_differences,
    matrix_key,
    matrix_table,
    progress_table,
    verdict_table,
)
from zjsim.report.tables.verdict_columns import COLUMNS, office_table
from zjsim.report.tables.wording import remark, value_words
from zjsim.report.words.numbers import format_number, format_quantity, format_share
from zjsim.report.words.text_table import display_width, render_text_table


def test_the_planning_office_table_has_its_fifteen_columns_in_order():
    assert office_table(make_report(), "zh").headers == (
        "序号", "类别", "指标", "单位", "属性", "2020年", "2025年目标", "2025年预测", "完成率",
        "进度", "时间进度", "后续年均", "判断", "达成概率", "说明",
    )  # fmt: skip
    rows = office_table(make_report(), "zh").rows
    assert [row[0] for row in rows] == [str(number) for number in range(1, 11)]
    assert {len(row) for row in rows} == {15}
    assert rows[7][6] == "[16]以上"
    assert rows[9][5] == "76.1*"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("make", [verdict_table, brief_table, progress_table])
def test_columns_stand_straight_whatever_the_script(language, make):
    table = make(make_report(), language)
    lines = render_text_table(table).splitlines()
    rule = lines[1]
    starts = [0] + [k + 2 for k in range(len(rule) - 1) if rule[k : k + 2] == "  "]
    for line in lines[2:]:
        cells = [one for one in line for _ in range(display_width(one))]
        for start in starts[1:]:
            if start < len(cells):
                assert cells[start - 2 : start] == [" ", " "]


def test_wide_characters_count_double_and_combining_ones_nothing():
    assert display_width("规上industry") == 12
    assert display_width("e\u0301") == 1
    assert display_width("规上工业单位增加值") == 18


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_screen_of_eighty_columns_is_enough_for_the_brief_table(language, width):
    text = render_text_table(brief_table(make_report(), language), width)
    assert max(map(display_width, text.splitlines())) <= width


def test_no_width_cuts_nothing():
    text = render_text_table(verdict_table(make_report(), "en"))
    assert "…" not in text
    assert "amended to 18% in 2022-09: met" in text


def test_tab_separated_text_has_one_cell_a_column():
    text = render_text_table(verdict_table(make_report(), "en"), style="tsv")
    assert {line.count("\t") for line in text.splitlines()} == {13}


def test_a_matrix_says_value_mark_and_count():
    reports = [make_report(), make_report("late_start", shift=0.2)]
    table = matrix_table(reports, "en")
    assert table.rows[0][0] == "plan as written"
    assert table.rows[0][8] == "13.9 ✗"
    assert table.rows[0][-1] == "6/10"
    assert matrix_key(reports, "en")[0] == "✓ met  ✗ missed  ? undecidable"


def test_a_comparison_names_what_flips_and_what_was_put_in():
    lever = InputLine("lever", "rd_support", None, "", {2021: 0.0, 2022: 1.0, 2023: 1.0})
    same = InputLine("constant", "elasticity", None, "", {0: 0.63})
    one = dataclasses.replace(make_report(), inputs=(same,))
    two = dataclasses.replace(
        make_report("push", shift=0.3, verdicts={"energy_intensity_cut": "met"}),
        inputs=(same, lever),
    )
    table = comparison_table(one, two, "en")
    assert table.rows[7][-1] == "✗ missed → ✓ met"
    assert sum("→" in row[-1] for row in table.rows) == 1
    assert input_differences(one, two, "en").rows == (
        ("rd_support", "–", "0 (2021), 1 (2022–2023)"),
    )


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234567.0, "", "1,234,567"),
        (0.00123, "", "0.00123"),
        (12.345, "", "12.3"),
        (12.0, "", "12"),
        (3.4, "%", "3.4"),
        (float("nan"), "", "–"),
        (123456789012.0, "", "1.23e+11"),
    ],
)
def test_quantities_show_no_more_digits_than_they_need(value, unit, text):
    assert format_quantity(value, unit) == text


def test_numbers_have_no_negative_zero_and_a_dash_for_nothing():
    assert format_number(-0.001, 1) == "0.0"
    assert format_number(None) == "–"
    assert format_share(0.268) == "26.8%"


def test_rounding_never_contradicts_the_verdict():
    row = make_report().row("rd_intensity")
    missed = dataclasses.replace(row, projection=3.3996, verdict="missed")
    assert float(value_words(missed)) < 3.4
    assert value_words(dataclasses.replace(row, projection=3.3987, verdict="missed")) == "3.399"


def test_the_first_table_needs_no_slow_library():
    code = (
        "import sys; import zjsim.report.tables.tables, zjsim.report.words.labels;"
        "slow = {'pandas', 'matplotlib', 'rich', 'xlsxwriter', 'xarray'} & set(sys.modules);"
        "assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("language", "words"), [("zh", "口径未说明"), ("en", "scope unstated")])
def test_a_text_pace_is_without_scope_only_where_the_plan_says_so(language, words):
    row = make_report().row("energy_intensity_cut")
    for stated in (False, True):
        pace = dataclasses.replace(row.indicator.text_pace, scope_stated=stated)
        item = dataclasses.replace(row.indicator, text_pace=pace)
        judged = dataclasses.replace(row, indicator=item, text_pace_verdict="missed")
        assert (words in remark(judged, language)) is not stated


@pytest.mark.parametrize("key", COLUMNS)
def test_the_words_of_a_column_show_its_number(key):
    column = COLUMNS[key]
    if column.number is None:
        return
    for row in make_report().rows:
        shown, value = column.text(row, "en"), column.number(row)
        if value is None:
            assert shown == "–"
            continue
        digits = re.search(r"-?[\d,]+\.?\d*", shown.replace("−", "-"))
        scale = (
            100 if shown.endswith("%") and column.key.endswith(("progress", "completion")) else 1
        )
        decimals = len(digits[0].partition(".")[2])
        assert float(digits[0].replace(",", "")) == pytest.approx(
            scale * value, abs=0.5001 * 10.0**-decimals
        )
