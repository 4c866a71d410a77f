import re
from dataclasses import replace

import numpy as np
import pytest

from tests.report.report_case import comparison, document, judged, plan
from zjsim.assessment.progress import PASSES
from zjsim.judging import assess
from zjsim.report.document.document import (
    Picture,
    Points,
    TableBlock,
    Text,
    chinese_number,
    column_widths,
    picture_bytes,
    typeset,
)
from zjsim.report.words.references import parse_references
from zjsim.report.words.text_table import Table
from zjsim.workflow import simulate

pytestmark = pytest.mark.slow

LANGUAGES = ("zh", "en")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def words(told):
    for section in told.sections:
        yield section.heading
        for block in section.blocks:
            match block:
                case Text():
                    yield block.text
                case Points():
                    yield from block.items
                case Picture():
                    yield from (block.title, block.alt)
                case TableBlock():
                    yield block.title
                    yield from (cell for row in block.table.rows for cell in row)


def number(text):
    return float(text.replace(",", "").replace("−", "-").rstrip("%"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_table_says_what_the_assessment_says(language):
    table = document(language).table("verdicts")
    rows = judged().assessment.rows
    assert len(table.rows) == len(rows) == 10
    for cells, row in zip(table.rows, rows, strict=True):
        decimals = row.indicator.decimals
        assert number(cells[5]) == pytest.approx(row.projection, abs=0.51 * 10**-decimals)
        assert (cells[6][0] == "✓") == (str(row.verdict) == "met")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_yearly_table_says_what_the_assessment_says(language):
    rows = [row for row in document(language).table("yearly").rows if row[0]]
    for cells, row in zip(rows, judged().assessment.rows, strict=True):
        for reading, cell in zip(row.readings, cells[4:], strict=True):
            expected = pytest.approx(reading.value, abs=0.51 * 10**-row.indicator.decimals)
            assert number(cell) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_counts_the_targets_and_names_those_missed(language):
    summary = document(language).sections[0].blocks[0].items
    report = judged().report
    assert str(report.met) in summary[0]
    text = "\n".join(summary)
    for row in report.rows:
        if row.verdict not in PASSES:
            assert getattr(row.indicator.label, language) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_report_says_that_it_is_no_official_assessment(language):
    said = "不是官方评估" if language == "zh" else "not an official assessment"
    assert any(said in text for text in words(document(language)))
    assert said in document(language).caution


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", [document, comparison])
def test_tables_and_pictures_are_numbered_in_order(language, told):
    blocks = [block for section in told(language).sections for block in section.blocks]
    for kind, pattern in ((TableBlock, r"^(?:表|Table )(\d+)"), (Picture, r"^(?:图|Figure )(\d+)")):
        titles = [block.title for block in blocks if isinstance(block, kind)]
        numbers = [int(re.match(pattern, title)[1]) for title in titles]
        assert numbers == list(range(1, len(titles) + 1))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", [document, comparison])
def test_anchors_are_unique_and_no_blank_is_left_unfilled(language, told):
    ids = [section.id for section in told(language).sections]
    assert len(set(ids)) == len(ids)
    for text in words(told(language)):
        assert not re.search(r"\{[a-z_]+\}", text)
        assert "nan" not in text.casefold().split()
        # Addresses, keys of sources and hashes are no numbers.
        plain = re.sub(r"https?://\S+|\[[^]]*\].*|\b[0-9a-f]{16}\b", "", text)
        assert not re.search(r"\d\.\d{9,}|\d{10,}", plain)


def test_chinese_reports_name_the_assumptions_in_chinese():
    for block in document("zh").tables():
        if block.id in ("influence", "swings", "drivers"):
            assert all(CHINESE.search(row[0]) for row in block.table.rows)


def test_a_report_on_several_scenarios_has_a_matrix_and_a_section_each():
    told = comparison("en")
    assert len(told.table("matrix").rows) == 2
    assert told.table("matrix").rows[0][0] == "Plan as written"
    headings = [section.heading for section in told.sections]
    assert sum("Scenario:" in heading for heading in headings) == 2
    annexes = [section for section in told.sections if section.annex]
    assert sum("Details of" in section.heading for section in annexes) == 2


@pytest.mark.parametrize("told", [document, comparison])
def test_the_verdicts_come_first_and_hashes_and_commands_in_an_annex(told):
    sections = told("en").sections
    assert next(block.id for block in told("en").tables()) in ("verdicts", "matrix")
    firsts = [section.annex for section in sections]
    assert firsts == sorted(firsts)
    body = "\n".join(words(replace(told("en"), sections=[s for s in sections if not s.annex])))
    assert not re.search(r"\b[0-9a-f]{8,}\b|zjsim report|--\w+", body)


def test_inputs_that_change_alike_are_one_row():
    table = comparison("en").table("inputs")
    assert len(table.rows) == 1
    assert all(name in table.rows[0][1] for name in ("Water efficiency", "Cost relief"))


def test_cited_sources_are_listed():
    listed = "\n".join(
        next(s for s in document("en").sections if s.id == "sources").blocks[0].items
    )
    for row in plan().constants.rows.values():
        if row.source not in ("assumption", "definition"):
            assert f"[{row.source}]" in listed


def test_one_at_a_time_runs_agree_with_a_run_of_their_own():
    found = judged().influence
    constant = next(item for item in found.swings if item.dimension.kind == "constant")
    name = constant.dimension.key
    alone = simulate(plan(), "baseline", [f"constants.{name}={constant.dimension.high!r}"])
    values = [row.projection for row in assess(plan(), alone).rows]
    assert constant.high_values == pytest.approx(values, rel=1e-9)


def test_a_lever_switched_off_agrees_with_a_run_of_its_own():
    found = judged().influence.levers[0]
    alone = simulate(plan(), "baseline", [f"levers.{found.lever}=0"])
    values = [row.projection for row in assess(plan(), alone).rows]
    assert found.values == pytest.approx(values, rel=1e-9)


def test_the_scenario_itself_is_the_first_row_of_the_one_at_a_time_runs():
    values = [row.projection for row in judged().assessment.rows]
    assert judged().influence.base == pytest.approx(values, rel=1e-12)
    assert np.all(np.diff([item.score for item in judged().influence.swings]) <= 0)


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ('"十四五"规划', "zh", "“十四五”规划"),
        ("加计扣除(国家)", "zh", "加计扣除（国家）"),
        ("变为-3.89%", "zh", "变为−3.89%"),
        ("2022-09", "zh", "2022-09"),
        ("baseline-33171406", "en", "baseline-33171406"),
        ("-1.5", "en", "−1.5"),
        ("(provincial 工业)", "zh", "(provincial 工业)"),
    ],
)
def test_text_is_set_with_the_marks_of_its_language(text, language, shown):
    assert typeset(text, language) == shown


@pytest.mark.parametrize("medium", ["screen", "phone", "page"])
def test_every_picture_is_drawn_without_a_missing_letter(medium):
    # A missing glyph is a warning of matplotlib, and warnings are errors here.
    for section in document("zh").sections:
        for block in section.blocks:
            if isinstance(block, Picture):
                for figure in block.draw(medium):
                    assert picture_bytes(figure, "png", 40).startswith(b"\x89PNG")


def test_chinese_numerals():
    said = [chinese_number(number) for number in (1, 9, 10, 11, 20, 21)]
    assert said == ["一", "九", "十", "十一", "二十", "二十一"]


def test_references_are_read_with_nested_braces():
    text = "% note\n@article{k2,\n title = {A {B} C},\n author = {A and B}}\n"
    (one,) = parse_references(text)
    assert one.text == "A, B. A B C"


def test_names_keep_their_width_beside_a_long_list_of_sources() -> None:
    rows = tuple((f"数字化政策对核心产业作用{k}", "0.5", "假设") for k in range(9))
    rows += (("国内需求", "0.5", "imf_weo_2021_04, wb_gep_2021_06, focuseconomics_2021_07 " * 3),)
    name, number, source = column_widths(Table(("假定", "取值", "来源"), rows, "<><"))
    assert name >= 13.0  # the name in one line
    assert source > number
