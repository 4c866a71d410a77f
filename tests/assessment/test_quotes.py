import re

import pytest

from zjsim.assessment.quotes import is_quoted, plain_text


@pytest.mark.parametrize("mark", ["—2—", "**—** 7 **—** ", "—18—", "\n\n—6—\n\n"])
def test_page_marks_do_not_count(mark):
    assert is_quoted("规上工业单位增加值能耗", f"规上{mark}工业单位 增加值能耗")


@pytest.mark.parametrize("text", ["力争新增世界500强企业3—5家", "规划期限为2021—2025年"])
def test_a_range_is_no_page_mark(text):
    assert plain_text(text) == text


def test_spaces_inside_numbers_do_not_count():
    assert is_quoted("32.7 33.3左右", "32. 7\t33.3 左右")


def test_an_empty_quotation_is_not_in_the_text():
    assert not is_quoted("  ", "任何文字")


def test_one_changed_figure_is_not_a_quotation(plan_text):
    assert is_quoted("建设绿色低碳工厂500家", plan_text)
    assert not is_quoted("建设绿色低碳工厂501家", plan_text)


def test_every_quotation_of_the_plan_stands_in_its_text(plan, plan_text):
    parts = (*plan.indicators, *plan.milestones, *plan.left_out, *plan.backdrop)
    missing = [part.quote for part in parts if not is_quoted(part.quote, plan_text)]
    assert missing == []


def test_the_number_of_a_statement_stands_in_its_quotation(plan):
    words = {200_000: "20万", 450_000: "45万", 400_000: "40万", 20_000: "2万"}
    ranks = {1: "第一", 3: "第三", 4: "第四"}
    for item in (*plan.milestones, *plan.backdrop):
        if item.comparator in ("full_coverage", "doubled", "at_least_average", "not_falling"):
            continue
        wanted = words.get(item.number, f"{item.number:g}")
        if item.comparator == "rank":
            wanted = ranks[item.number]
        assert wanted in plain_text(item.quote), item.id


def test_no_dated_figure_of_the_prose_is_left_out(plan, plan_text):
    """Each sentence of the prose that says 到2025年 with a figure is quoted by a milestone."""
    prose = plain_text(plan_text)
    prose = prose[prose.index("二、发展重点与空间布局") :]
    quoted = [plain_text(item.quote) for item in plan.milestones]
    for sentence in re.findall(r"到2025年[^。]*", prose):
        figures = re.findall(r"\d+(?:[—.]\d+)?(?=[万家个%])", sentence.removeprefix("到2025年"))
        for figure in figures:
            assert any(figure in quote and quote[:12] in prose for quote in quoted), sentence
        assert any(quote[:14] in sentence for quote in quoted), sentence


@pytest.mark.parametrize("word", ["全覆盖", "不低于", "不下降", "全部按"])
def test_no_rule_of_the_prose_is_left_out(plan, plan_text, word):
    prose = plain_text(plan_text)
    quotes = {plain_text(item.quote) for item in plan.milestones}
    spans = [(prose.index(quote), len(quote)) for quote in quotes]
    for match in re.finditer(word, prose):
        assert any(a <= match.start() < a + n for a, n in spans), prose[match.start() - 20 :][:30]
