"""Data variables take their figures from files that the user names."""

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.field.small import assert_is
from zjsim.analysis.bare.study import read_bare_study
from zjsim.cli.main import app
from zjsim.errors import ModelError
from zjsim.model.reader import read_model

MODEL = (
    "{UTF-8}\nr: a, b ~~|\nx ~ m ~|\nz[r] ~ m ~|\nh :HOLD BACKWARD: ~ m ~|\n"
    "y = x + z[b] ~ m ~|\nk = 1 ~ m ~|\n"
    "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\n"
)
CSV = 'Time,X,"z[ a ]","Z[b]",h,other\n0,0,1,10,5,9\n2,4,1,20,6,9\n4,,1,20,7,9\n'
ACROSS = "Time\t0\t2\t4\nx\t0\t4\t\nz[a]\t1\t1\t1\nz[b]\t10\t20\t20\nh\t5\t6\t7\n"
EXPORT = "x\n0\t0\n2\t4\nz[a]\n0\t1\nz[b]\n0\t10\n2\t20\n4\t20\nh\n0\t5\n2\t6\n4\t7\n"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "m.mdl").write_text(MODEL)
    (tmp_path / "d.csv").write_text(CSV)
    return tmp_path


@pytest.mark.parametrize(("name", "text"), [("d.csv", CSV), ("d.tab", ACROSS), ("d.dat", EXPORT)])
def test_a_series_is_read_between_its_figures_however_the_file_is_laid_out(place, name, text):
    (place / name).write_text(text)
    model = read_model(place / "m.mdl", [place / name])
    assert_is(model, "x", [0, 2, 4, 4, 4])
    assert_is(model, "y", [10, 17, 24, 24, 24])
    assert_is(model, "h", [5, 5, 6, 6, 7])
    assert list(model.files) == [str(place / name)]


def test_a_workbook_gives_its_first_sheet(place):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["t", "x", "z[a]", "z[b]", "h"], [0, 0, 1, 10, 5], [2, 4, 1, 20, 6]):
        book.active.append(row)
    book.save(place / "d.xlsx")
    assert_is(read_model(place / "m.mdl", [place / "d.xlsx"]), "y", [10, 17, 24])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CSV.replace("Z[b]", "Z[c]"), r"line 4, z: no figures for z\[b\]"),
        (CSV.replace(",h,", ",g,"), "line 5, h: has no equation: it is data. Name the file"),
        ("Time\n", "d.csv: holds no figures. Write the times into the first column"),
        (CSV.replace("\n2,", "\n0,"), "the series has two figures for the same time"),
    ],
)
def test_what_is_missing_is_told(place, text, said):
    (place / "d.csv").write_text(text)
    with pytest.raises(ModelError, match=said):
        read_model(place / "m.mdl", [place / "d.csv"])


def test_a_file_that_is_none_is_told(place):
    with pytest.raises(ModelError, match=r"no\.csv: no such file"):
        read_model(place / "m.mdl", [place / "no.csv"])
    with pytest.raises(ModelError, match=r"a data file ends in \.csv"):
        read_model(place / "m.mdl", [place / "m.mdl"])


def test_the_command_and_the_study_name_data_files(place, monkeypatch):
    monkeypatch.chdir(place)
    run = CliRunner().invoke(app, ["run", "m.mdl", "--data", "d.csv", "--out", "o", "--json"])
    assert run.exit_code == 0
    assert '"y"' in run.output
    study = "model: m.mdl\ndata: d.csv\nranges: {k: [0, 1]}\n"
    (place / "s.yaml").write_text(study)
    np.testing.assert_equal(read_bare_study(place / "s.yaml").model.stop, 4)
    refused = CliRunner().invoke(app, ["run", "baseline", "--data", "d.csv"])
    assert refused.exit_code == 2
    assert "goes with a bare model file" in refused.output
