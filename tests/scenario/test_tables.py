"""levers.yaml, drivers.csv and constants.csv: what is read, and what is refused."""

from __future__ import annotations

import dataclasses

import pytest

from zjsim.errors import DataError, ScenarioError
from zjsim.scenario.tables import (
    ConstantTable,
    DriverTable,
    check_tables,
    find_name,
    read_constants,
    read_drivers,
    read_levers,
)

DRIVERS = "path,driver,year,value,kind,source,grade,note\n"
CONSTANTS = "name,low,high,distribution,source,grade,note\n"
LEVER = (
    "- id: land\n  label: {en: Land}\n  variable: land lever\n  range: [0, 1]\n"
    "  shape: {shape: ramp, from: 2021, until: 2023}\n"
)


def test_levers_are_read_with_their_place_and_default_shape(bench):
    lever = bench.levers[1]
    assert (lever.id, lever.low, lever.high, lever.delayable) == ("digital", 0.0, 1.6, True)
    assert (lever.shape.shape, lever.shape.from_year, lever.shape.until_year) == (
        "s_curve",
        2021,
        2024,
    )
    assert lever.at == "levers.yaml:7"
    assert not bench.levers[3].delayable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "mapping"),
        ("a: 1\n", "no such key|missing"),
        ("[]\n", "wrong number of entries"),
        (LEVER.replace("range: [0, 1]", "range: [1, 0]"), "low must be below high"),
        (LEVER.replace("range: [0, 1]", "range: [0]"), "wrong number of entries"),
        (LEVER.replace("id: land", "id: Land use"), "begins with a small letter and holds a-z"),
        (LEVER.replace("variable", "varable"), "Did you mean variable or"),
        (LEVER.replace("ramp", "rmp"), "Did you mean ramp?"),
        (LEVER.replace(", until: 2023", ""), "a ramp needs until"),
        (LEVER + LEVER, "line 6: duplicate id land, first in the lever of line 1"),
        (LEVER + "  plan: 3\n", "plan 3 is outside its range"),
        (LEVER + "  delayable: 1\n", "expected true or false, got 1"),
        (LEVER + "  cost_share: 2\n", "expected text, got 2"),
    ],
)
def test_wrong_levers_are_refused(tmp_path, text, expected):
    path = tmp_path / "levers.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_levers(path)
    assert any(part in str(caught.value) for part in expected.split("|")), str(caught.value)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("o,p,2020,x,index,s,A,\n", "line 2, value: 'x' is not a number"),
        ("o,p,2020,,index,s,A,\n", "line 2, value: the cell is empty"),
        ("o,p,2020,nan,index,s,A,\n", "is not a number"),
        ("o,p,2020,1e999,index,s,A,\n", "is not a number"),
        ("o,p,2020.5,1,index,s,A,\n", "2020.5 is not a year"),
        ("o,p,20,1,index,s,A,\n", "20 is not a year"),
        ("o,p,2020,-1,index,s,A,\n", "an index must be above 0, not -1"),
        ("o,p,2020,1,indx,s,A,\n", "'indx' is not one of index, level. Did you mean index?"),
        ("o,p,2020,1,index,s,E,\n", "line 2, grade: 'E' is not one of A, B, C, D"),
        ("o,p,2020,1,index,s,A\n", "7 cells where the header has 8"),
        ("o,p,2020,1,index,s,A,a,b\n", "9 cells where the header has 8"),
        (",p,2020,1,index,s,A,\n", "line 2, path: the cell is empty"),
        ("o,p,2020,1,index,s,A,\no,p,2020,2,index,s,A,\n", "line 3, year: duplicate year 2020"),
        ("o,p,2021,1,index,s,A,\no,p,2020,2,index,s,A,\n", "2020 comes after 2021"),
        ("o,p,2020,1,index,s,A,\no,P,2021,2,level,s,A,\n", "level, but index above"),
        ("o,p,2020,1,index,s,A,\nq,p,2020,2,level,s,A,\n", "p is level here, but index on"),
        ('o,p,2020,1,index,s,A,"open\n', "not CSV"),
    ],
)
def test_wrong_driver_rows_are_refused(tmp_path, rows, expected):
    path = tmp_path / "drivers.csv"
    path.write_text(DRIVERS + rows)
    with pytest.raises(DataError) as caught:
        read_drivers(path)
    assert expected in str(caught.value)


def test_all_problems_of_a_table_are_told_at_once(tmp_path):
    path = tmp_path / "constants.csv"
    path.write_text(
        CONSTANTS + "a,2,1,pert,s,A,\nb,x,1,pert,s,A,\nc,0,1,lognormal,s,A,\n"
        "d,0,1,prt,s,A,\nd,0,1,pert,s,A,\n"
    )
    with pytest.raises(DataError) as caught:
        read_constants(path)
    assert str(caught.value).splitlines()[1:] == [
        "  line 2, low: 2 must be below high 1.",
        "  line 3, low: 'x' is not a number.",
        "  line 4, low: a lognormal needs low above 0, not 0.",
        "  line 5, distribution: 'prt' is not one of fixed, uniform, triangular, pert, normal, "
        "lognormal. Did you mean pert?",
        "  line 6, name: duplicate name d, first in constants.csv:5.",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "the file is empty. Columns: name"),
        ("name,低\n".encode("gbk"), "not UTF-8"),
        (b"name,low\n", "column high is missing"),
        (b"nme,low,high,distribution,source,grade,note\n", "no such column nme. Did you mean name"),
        (b"name,name,low,high,distribution,source,grade,note\n", "duplicate column name"),
        (b"\x00", "NUL"),
    ],
)
def test_files_that_are_not_the_table_are_refused(tmp_path, data, expected):
    path = tmp_path / "constants.csv"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_constants(path)
    assert expected in str(caught.value)


def test_byte_order_mark_quotes_blank_lines_and_line_numbers(tmp_path):
    path = tmp_path / "constants.csv"
    text = CONSTANTS + '\n"a, b",1,2,pert,s,A,"two\nlines"\n,,,,,,\nc,1,2,uniform,s,-,注\n'
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    table = read_constants(path)
    assert [(row.name, row.at) for row in table.rows.values()] == [
        ("a, b", "constants.csv:3"),
        ("c", "constants.csv:6"),
    ]
    assert table.row("C").note == "注"


def test_a_plan_whose_tables_fit_its_model_has_no_problems(bench):
    found = check_tables(bench.model.constants, bench.levers, bench.drivers, bench.constants)
    assert found == []


def test_cross_check_tells_unknown_missing_and_double_names(bench):
    names = [n for n in bench.model.constants if n not in ("rebound", "world demand")]
    levers = [*bench.levers]
    found = check_tables(["orphan", *names], levers, bench.drivers, bench.constants)
    assert sorted(map(str, found)) == [
        "constants.csv: no row for the constant orphan.",
        "constants.csv:2: the model has no constant rebound.",
        "drivers.csv:5: the model has no constant world demand.",
    ]
    dear = dataclasses.replace(levers[0], cost_share="rebond")
    found = check_tables(bench.model.constants, [dear, *levers[1:]], bench.drivers, bench.constants)
    assert [str(p) for p in found] == [
        "levers.yaml:1: the model has no constant rebond for cost_share. Did you mean rebound?"
    ]
    twice = ConstantTable("constants.csv", {"land lever": bench.constants.row("rebound")})
    found = check_tables(["land lever"], levers[2:3], DriverTable("drivers.csv"), twice)
    assert "constants.csv:2: rebound is already given in levers.yaml:12." in map(str, found)


def test_names_are_found_as_simulators_and_as_files_write_them():
    names = ["R&D spending", "rd spending", "output"]
    assert find_name("RD_Spending", names) == ["rd spending"]
    assert find_name("r_d_spending", names) == ["R&D spending"]
    assert find_name("nothing", names) == []
