"""Sections of a report on request: what carries the result, what turns it, what it would take."""

from functools import lru_cache

import pytest

import zjsim
from tests.report.picture_checks import check_texts
from tests.report.report_case import judged, plan
from zjsim.errors import RunError
from zjsim.report.document.compose import build_document
from zjsim.report.document.compose_deciding import Deciding, compute_deciding, deciding_sections
from zjsim.report.document.document import Picture, TableBlock

pytestmark = pytest.mark.slow

LANGUAGES = ("zh", "en")
HEADINGS = {
    "zh": ("结果由什么支撑", "什么会改变判断", "怎样才能达成"),
    "en": ("What carries the result", "What would turn the verdicts", "What it would take"),
}


@lru_cache
def found():
    """All three, as quickly as they are computed."""
    return Deciding(
        zjsim.wedges(plan(), "baseline"),
        zjsim.flip(plan(), "baseline", targets=[8]),
        zjsim.backcast(plan(), "baseline", targets=[8], movable=["phase_out"], prices=False),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_answer_is_a_section_with_its_tables(language):
    sections = list(deciding_sections(found(), language))
    assert tuple(section.heading for section in sections) == HEADINGS[language]
    tables = [block for section in sections for block in section.blocks
              if isinstance(block, TableBlock)]  # fmt: skip
    assert [table.id for table in tables] == ["carries", "turning", "alone", "efforts", "prices"]
    assert all(table.table.rows for table in tables)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_in_the_picture_for_screen_phone_and_page(language):
    (section, *_) = deciding_sections(found(), language)
    (picture,) = [block for block in section.blocks if isinstance(block, Picture)]
    for medium in ("screen", "phone", "page", "parts"):
        for figure in picture.draw(medium):
            check_texts(figure)


def test_they_stand_in_the_report_before_what_to_watch_and_only_when_asked():
    one = [judged("baseline", False)]
    plain = [section.id for section in build_document(one, "en").sections]
    asked = [section.id for section in build_document(one, "en", deciding=found()).sections]
    place = asked.index("carries")
    assert asked[place : place + 4] == ["carries", "flips", "takes", "watch"]
    assert [name for name in asked if name not in ("carries", "flips", "takes")] == plain


def test_a_section_that_there_is_not_is_told():
    assert compute_deciding(plan(), plan().read_scenario("baseline"), []) is None
    with pytest.raises(RunError, match=r"--with flip: no such section\. Sections: wedges, flips"):
        compute_deciding(plan(), plan().read_scenario("baseline"), ["flip"])
