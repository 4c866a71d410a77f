"""Each file of a plan's folder is looked into, and one mistake hides no other."""

import shutil
from pathlib import Path

import pytest

from zjsim.bundle import find_plan
from zjsim.lint import lint_plan
from zjsim.openplan import OpenPlan

TINY = Path(__file__).parent / "analysis" / "tiny"
NAMES = "name,zh\noutput,产出\nprice index,价格\n"
BOUNDARY = (
    "sectors: {}\nexcluded:\n- what: {en: Banks, zh: 银行}\n  why: {en: a, zh: b}\n"
    "  instead: {en: c, zh: d}\n"
)
SOURCES = "@misc{first_source,\n  title = {One},\n}\n\n@misc{other, title={Two}}\n@comment{x}\n"


@pytest.fixture
def folder(tmp_path):
    """The tiny plan with the files that only a full plan has."""
    copy = tmp_path / "tiny"
    shutil.copytree(TINY, copy)
    (copy / "names_zh.csv").write_text(NAMES, "utf-8")
    (copy / "boundary.yaml").write_text(BOUNDARY, "utf-8")
    (copy / "references.bib").write_text(SOURCES, "utf-8")
    return copy


def said(folder):
    return [f"{f.rule}: {f.where}: {f.what}" for f in lint_plan(OpenPlan(find_plan(folder)))]


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_folder_in_order_has_no_findings(folder):
    # Its model writes a bare 2020 in an equation, and one of its constants has no range.
    known = ("Time - 2020", "no row for the constant patent growth")
    assert [line for line in said(folder) if not any(part in line for part in known)] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "finding"),
    [
        ("names_zh.csv", "output,", "outptu,",
         "names: names_zh.csv, line 2, name: the model has no variable outptu. Did you mean"),
        ("names_zh.csv", "价格\n", "价格\nOutput,产值\n",
         "names: names_zh.csv, line 4, name: duplicate name Output, first in line 2"),
        ("names_zh.csv", ",价格", ",", "names: names_zh.csv, line 3, zh: the cell is empty"),
        ("names_zh.csv", "name,zh", "name,chinese", "names: names_zh.csv: line 1: no such column"),
        ("boundary.yaml", "sectors: {}", "sectors: {Prodution: {zh: 生产}}",
         "boundary: boundary.yaml, line 1, sectors.Prodution: the model has no sector Prodution"),
        ("boundary.yaml", "  instead: {en: c, zh: d}\n", "",
         "boundary: boundary.yaml, line 3, excluded.0: what is left out needs instead"),
        ("boundary.yaml", "excluded:", "exclude:",
         "boundary: boundary.yaml, line 2, exclude: no such key. Allowed: sectors, excluded"),
        ("boundary.yaml", "sectors: {}", "sectors: {}\nsectors: {}", "boundary: boundary.yaml: "),
        ("references.bib", "@misc{other,", "@misc{first_source,",
         "source: references.bib, line 5: duplicate key first_source, first in line 1"),
        ("references.bib", "@misc{other,", "@misc{,",
         "source: references.bib, line 5: the entry has no key"),
        ("constants.csv", "uniform,assumption", "uniform,first_sauce",
         "source: constants.csv:2: no list of sources (references*.bib) has first_sauce. Did you"),
        ("drivers.csv", "1,index,assumption", "1,index,nobody",
         "source: drivers.csv:2: no list of sources (references*.bib) has nobody"),
        ("plan.yaml", "variable: nominal output", "variable: nominal outptu",
         "indicator: plan.yaml, line 16, indicators.0 (output): the model has no variable nominal"
         " outptu. Did you mean nominal output"),
        ("plan.yaml", "model: yuan}", "model: person}",
         "unit: plan.yaml, line 16, indicators.0 (output): the unit of nominal output is yuan in"
         " the model, not person"),
        ("plan.yaml", "title:", "text: text_zh.txt\ntitle:",
         "plan: plan.yaml, line 2, text: there is no file text_zh.txt, so no quotation is checked"),
        ("plan.yaml", "kind: about", "kind: abuot", "plan: plan.yaml: line 37, indicators.1"),
        ("levers.yaml", "variable: support lever", "variable: suport lever",
         "table: levers.yaml:1: the model has no constant suport lever. Did you mean"),
    ],
)  # fmt: skip
def test_a_mistake_in_any_file_is_found_with_its_line(folder, name, old, new, finding):
    change(folder / name, old, new)
    found = said(folder)
    assert any(line.startswith(finding) for line in found), found


def test_one_mistake_hides_no_other(folder):
    change(folder / "plan.yaml", "kind: about", "kind: abuot")
    change(folder / "levers.yaml", "range: [0, 2]", "range: [2, 0]")
    change(folder / "names_zh.csv", "output,", "outptu,")
    rules = {line.partition(":")[0] for line in said(folder)}
    assert {"plan", "table", "names"} <= rules


@pytest.mark.parametrize(
    "power", ["10**10**10**10", "10**9**9", "(10**99)**99", "(((9^9)^9)^9)^9", "m**n", "10**1e9"]
)
def test_a_unit_that_would_take_for_ever_is_refused(folder, power):
    (folder / "units.yaml").write_text(f'person: {{pint: "{power}"}}\n', "utf-8")
    (line,) = [line for line in said(folder) if "power" in line and line.startswith("unit")]
    assert "the unit 'person'" in line
    assert "all powers together at most 100" in line


def test_powers_that_people_write_are_units(folder):
    text = 'big: {pint: "1e4 * m**2 / s^2"}\nsmall: {pint: "10**-3 * kg**0.5"}\n'
    (folder / "units.yaml").write_text(text, "utf-8")
    assert not [line for line in said(folder) if "power" in line]


def test_a_variable_that_says_what_of_a_lever_is_carried_out_is_one_of_the_model(folder):
    change(folder / "levers.yaml", "  range:", "  carried_out: outputs\n  range:")
    assert "table: levers.yaml:1: the model has no variable outputs for carried_out. " in "".join(
        said(folder)
    )
