"""Whatever a name holds, it is shown as text, computes nothing and names a file anywhere."""

import csv
import io
import json
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjsim.plaintext import LONGEST_NAME, cell, file_name, for_json, markdown, plain

# What is hostile in one place or another, beside any text at all.
PIECES = st.sampled_from(
    ["\x1b[31m", "\u202e", "\u2066", "\x00", "\uffff", "\ud800", "\x9b", "$\\frac{$", "#sys",
     "=1+1", "<script>", "|", "\n", "\r", "é" + "\u0301" * 300, "工业", "a" * 400, "../", "\\"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=8).map("".join)


@given(TEXTS)
def test_nothing_hidden_is_left_and_a_second_time_changes_nothing(text):
    shown = plain(text)
    for sign in shown:
        assert sign in "\t\n" or unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(sign) not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI")
        assert sign not in "\ufffe\uffff\ufeff"
    assert plain(shown) == shown


@given(st.text(st.sampled_from("abc 工业增加值-–_.,%0123$\\{}<>=#é")))
def test_ordinary_text_stays_as_it_is(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "工" * 1_000_000, "é\u0301" * 500_000, "a " * 10**6]
)
def test_a_megabyte_is_cut_with_an_ellipsis_at_once(text):
    begun = time.process_time()
    assert plain(text).endswith("…")
    assert len(plain(text)) <= 20_000
    assert time.process_time() - begun < 1


@given(TEXTS)
def test_a_spreadsheet_computes_no_cell(text):
    shown = cell(text)
    assert (
        not shown.startswith(tuple("=+-@\t\r＝＋－＠"))
        or shown.strip("+-.0123456789eE,% \n\t") == ""
    )


@pytest.mark.parametrize("text", ["-1.5", "+3 %", "-", "1e-5", "-2.5e+10", "GDP", "-1,234.5"])
def test_numbers_stay_numbers(text):
    assert cell(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "＝1+1"]
)
def test_formulas_get_an_apostrophe(text):
    assert cell(text) == f"'{text}"


@given(TEXTS)
def test_a_file_name_is_one_on_any_system(text):
    name = file_name(text)
    assert name[0] == "_" or name[0].isalnum() or unicodedata.category(name[0])[0] in "LNM"
    assert not set(name) & set('/\\:*?"<>|=+@\x00\n')
    assert len(name.encode()) <= LONGEST_NAME + 1
    assert name == name.rstrip(" .")
    assert file_name(name) == name


@pytest.mark.parametrize("name", ["CON", "nul", "Aux.yaml", "com1.x.y", "LPT9 .txt", "prn "])
def test_a_name_of_a_windows_device_names_no_file(name):
    assert file_name(name) == f"_{name.strip()}"


@pytest.mark.parametrize(
    "name", ["baseline", "创新驱动", "late_start-2", "v1.2", "CONTROL", "null", "com10"]
)
def test_ordinary_names_of_files_stay(name):
    assert file_name(name) == name


@given(TEXTS)
def test_json_says_the_same_and_hides_nothing(text):
    shown = for_json(json.dumps({"a": text}, ensure_ascii=False, indent=2))
    assert json.loads(shown) == {"a": text}
    assert "\u202e" not in shown
    assert "\x9b" not in shown


@given(TEXTS)
def test_a_cell_of_markdown_is_one_cell_and_no_html(text):
    shown = markdown(text)
    assert "\n" not in shown
    assert "<" not in shown
    assert "|" not in shown.replace("\\|", "")


def test_a_table_of_chart_data_computes_nothing(tmp_path):
    from zjsim.report.charts.figures import write_chart_data

    path = write_chart_data(tmp_path / "x", ["=1+1", "b"], [["@x", 1.5], ["-2", None]])
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert rows == [["'=1+1", "b"], ["'@x", "1.5"], ["-2", ""]]
