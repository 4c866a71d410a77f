"""Figures that stand in files beside a model are read as data, and from nowhere else."""

import numpy as np
import pytest

from tests.field.small import assert_is
from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.reader import parse_model, read_model

TIMES = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\n"
ROWS = [
    ["year", 0, 2, None, 4],
    ["alone", 10, 30, 99, 50],
    ["a", 1, 3, 9, 5],
    ["b", 2, "?", 9, 6],
    ["c", 7],
]


@pytest.fixture
def model(tmp_path):
    """Writes a table as CSV and as a workbook, and reads a model beside them."""
    with (tmp_path / "t.csv").open("w") as file:
        for row in ROWS:
            file.write(",".join("" if cell is None else str(cell) for cell in row) + "\n")
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.title = "Figures"
    book.defined_names["corner"] = openpyxl.workbook.defined_name.DefinedName(
        "corner", attr_text="Figures!$B$3:$C$4"
    )
    book.active["C4"] = 4
    book.save(tmp_path / "t.xlsx")

    def read(equations):
        lines = "".join(f"{line} ~~|\n" for line in equations.splitlines())
        (tmp_path / "m.mdl").write_text("{UTF-8}\n" + lines + TIMES)
        return read_model(tmp_path / "m.mdl")

    return read


PLACES = ["'t.csv', ','", "'t.xlsx', 'Figures'"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("keyword", "expected"),
    [
        ("", [10, 20, 30, 40, 50]), (":INTERPOLATE:", [10, 20, 30, 40, 50]),
        (":HOLD BACKWARD:", [10, 10, 30, 30, 50]), (":LOOK FORWARD:", [10, 30, 30, 50, 50]),
        (":RAW:", [10, -(2.0**109), 30, -(2.0**109), 50]),
    ],
)  # fmt: skip
def test_a_series_is_read_by_its_rule(model, place, keyword, expected):
    made = model(f"x {keyword} := GET DIRECT DATA({place}, '1', 'B2')\ny = x + 0 * Time")
    assert_is(made, "x", expected)


@pytest.mark.parametrize("place", PLACES)
def test_constants_and_lookups_and_the_star_that_turns_them(model, place):
    made = model(
        f"r: a, b\nq: q1, q2\none = GET DIRECT CONSTANTS({place}, 'B5')\n"
        f"down[r] = GET DIRECT CONSTANTS({place}, 'B3*')\nrow[r] = GET DIRECT CONSTANTS({place}, "
        f"'B2')\ntab = GET DIRECT LOOKUPS({place}, '1', 'B2')\ny = tab(Time) + 0\n"
        f"s[r] := GET DIRECT DATA({place}, '1', 'B2')"
    )
    got = {n: e.value for n, e in made.elements.items() if hasattr(e, "value")}
    assert (got["one"], got["down[a]"], got["down[b]"]) == (7, 1, 2)
    assert (got["row[a]"], got["row[b]"]) == (10, 30)
    assert_is(made, "y", [10, 20, 30, 40, 50])
    assert_is(made, "s[a]", [10, 20, 30])
    assert_is(made, "s[b]", [1, 2, 3])
    assert set(made.files) == {place.split("'")[1]}


def test_names_of_a_workbook(model):
    made = model("r: a, b\nq: q1, q2\nx[r,q] = GET XLS CONSTANTS('t.xlsx', 'figures', 'corner')")
    assert [made.elements[f"x[{r},{q}]"].value for r in "ab" for q in ("q1", "q2")] == [1, 3, 2, 4]


def test_elements_of_a_range_may_stand_in_a_file(model):
    made = model("r: GET DIRECT SUBSCRIPT('t.csv', ',', 'A3', 'A5', '')\nx[r] = r")
    assert list(made.arrays["x"].cells) == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("x = GET DIRECT CONSTANTS('none.csv', ',', 'B2')", "line 2, x: no such file: none.csv"),
        ("x = GET DIRECT CONSTANTS('../t.csv', ',', 'B2')", "outside the folder of the model"),
        ("x = GET DIRECT CONSTANTS('/etc/passwd', ',', 'B2')", "outside the folder of the model"),
        ("x = GET DIRECT CONSTANTS('?data', 'S', 'B2')", "stands for a file that Vensim's own"),
        ("x = GET DIRECT CONSTANTS('t.csv', ',', 'A1')", "A1: 1 of 1 cells hold no number"),
        ("x = GET XLS CONSTANTS('t.xlsx', 'Nope', 'A1')", "has no sheet 'Nope'; it has Figures"),
        ("x = GET XLS CONSTANTS('t.xlsx', 'Figures', 'nobody')", "neither a cell nor a name"),
        ("x := GET DIRECT DATA('t.csv', ',', '2', 'Z9')", "2: holds no numbers beside Z9"),
        ("x = GET DIRECT CONSTANTS('t.csv')", "GET DIRECT CONSTANTS takes 3 texts"),
        ("x", "has no equation: it is data. Name the file that holds its figures"),
        ("x := Time * 2", "a data variable .:=. of an equation is not computed"),
    ],
)
def test_what_is_not_there_is_one_clear_error(model, equation, said):
    with pytest.raises(ModelError, match=said):
        model(equation)


def test_a_text_alone_has_no_folder():
    text = "x = GET DIRECT CONSTANTS('t.csv', ',', 'B2') ~~|\n" + TIMES
    with pytest.raises(UnsupportedError, match="only a text has no folder"):
        parse_model(text, ".mdl")


def test_figures_follow_their_file(model, tmp_path):
    equation = "x = GET DIRECT CONSTANTS('t.csv', ',', 'B5')"
    before = model(equation)
    (tmp_path / "t.csv").write_text("\n\n\n\nc,8\n")
    after = model(equation)
    assert (before.elements["x"].value, after.elements["x"].value) == (7, 8)
    assert before.files != after.files
    assert np.isfinite(after.elements["x"].value)
