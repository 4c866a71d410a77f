"""Tables as text: straight, never wider than asked, and nothing lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjsim.report.words.text_table import Table, display_width, render_text_table, wrap

WORDS = st.lists(
    st.sampled_from(["规上工业增加值", "energy", "per", "value added", "（扣除）", "GDP"]),
    min_size=1, max_size=8,
).map(" ".join)  # fmt: skip
NUMBERS = st.floats(-9999, 9999).map(lambda value: f"{value:,.2f}")


@st.composite
def tables(draw):
    numeric = draw(st.integers(1, 6))
    rows = draw(st.lists(st.tuples(WORDS, WORDS, *[NUMBERS] * numeric), min_size=1, max_size=4))
    heads = draw(st.tuples(WORDS, WORDS, *[WORDS] * numeric))
    return Table(heads, tuple(rows), "<<" + ">" * numeric)


def bare(text):
    return sorted(re.sub(r"[\s-]", "", text))


@given(tables(), st.sampled_from([80, 100, 120]))
def test_no_line_is_wider_than_the_screen_and_no_number_is_broken(table, width):
    text = render_text_table(table, width)
    assert max(map(display_width, text.splitlines())) <= width
    shown = text.split()
    assert all(number in shown for row in table.rows for number in row[2:])


@given(tables())
def test_wrapping_loses_no_character(table):
    # Wide enough for one block: the key column is not repeated.
    text = render_text_table(table, 120)
    if "\n\n" not in text:
        assert bare(text) == bare("".join("".join(row) for row in (table.headers, *table.rows)))


@given(tables())
def test_in_a_pipe_only_heads_are_wrapped(table):
    blocks = render_text_table(table, 160, whole_rows=True).split("\n\n")
    tails = [block.splitlines()[-len(table.rows) :] for block in blocks]
    for place, row in enumerate(table.rows):
        lines = [tail[place] for tail in tails]
        assert all(line.startswith(row[0]) for line in lines)
        assert all(any(cell in line for line in lines) for cell in row)


def test_a_split_table_repeats_its_keys():
    rows = tuple((str(k), "name", *["1234.56"] * 12) for k in range(3))
    table = Table(("No.", "Name", *map(str, range(12))), rows, "><" + ">" * 12, keys=2)
    blocks = render_text_table(table, 80).split("\n\n")
    assert len(blocks) == 2
    assert all(block.startswith("No.  Name") for block in blocks)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("2022年1月1日起阶跃，达到1", 14, ["2022年1月1日起", "阶跃，达到1"]),
        ("规上工业（扣除国家单列项目）", 12, ["规上工业（扣", "除国家单列项", "目）"]),
        ("service_price_index", 12, ["service_", "price_index"]),
        ("one two", 20, ["one two"]),
    ],
)
def test_lines_break_where_a_reader_would(text, width, lines):
    assert wrap(text, width) == lines


def test_a_hanging_line_is_indented():
    assert wrap("  9  cumulative over years", 16, hang=5) == ["  9  cumulative", "     over years"]
