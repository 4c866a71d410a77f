"""The section of a report that says where the plan fails and what to watch."""

from pathlib import Path

import pytest

import zjsim
from zjsim.report.document.compose_deciding import Deciding, compute_deciding, deciding_sections
from zjsim.report.document.document import Picture, TableBlock, Text

RIBERA = Path(__file__).parents[1] / "second_plan" / "ribera"


@pytest.fixture(scope="module")
def found():
    return zjsim.discover(RIBERA, targets="patentes", runs=512, seed=3, tree=False)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_has_the_sentence_the_table_and_the_picture(found, language):
    (section,) = deciding_sections(Deciding(watch=found), language)
    said = " ".join(block.text for block in section.blocks if isinstance(block, Text))
    assert f"{100 * found.boxes[0].fresh.density:.0f}%" in said
    (table,) = [block for block in section.blocks if isinstance(block, TableBlock)]
    assert len(table.table.rows) == sum(len(region.limits) for region in found.boxes)
    (picture,) = [block for block in section.blocks if isinstance(block, Picture)]
    (figure,) = picture.draw("page")
    assert "ritmo de patentes" in " ".join(x.get_text() for x in figure.axes[0].get_yticklabels())


def test_a_section_that_there_is_not_is_told_with_those_that_there_are():
    plan = zjsim.open_plan(RIBERA)
    with pytest.raises(zjsim.RunError, match="what-to-watch"):
        compute_deciding(plan, plan.read_scenario("baseline"), ["what-to-wach"])
