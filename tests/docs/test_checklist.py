"""The reporting checklists are whole, and every item says where it is met."""

import re
from pathlib import Path

import pytest

from tests.docs.test_pages import LINK, resolves

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "reporting-checklist.md"
STRESS = [
    "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4",
    "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1",
]  # fmt: skip
TRACE = [str(number) for number in range(1, 9)]


def rows(heading):
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    return cells[2:]


@pytest.mark.parametrize(("heading", "items"), [("STRESS-SD", STRESS), ("TRACE", TRACE)])
def test_every_item_of_the_list_is_there_once(heading, items):
    assert [row[0] for row in rows(heading)] == items


@pytest.mark.parametrize("heading", ["STRESS-SD", "TRACE"])
def test_every_item_says_whether_it_is_met_and_links_to_the_place(heading):
    for item, _asked, met, where in rows(heading):
        assert re.match(r"(yes|no|partly: \w+|yes, and \w+)", met), item
        links = LINK.findall(where)
        assert links, f"{heading} {item} names no place"
        dead = [link for link in links if not resolves(PAGE, *link.split("#", 1))]
        assert dead == [], f"{heading} {item}"
