"""The comparison with the public test models, on a suite of our own making."""

import json

import pytest
from typer.testing import CliRunner

from zjsim.analysis import conformance
from zjsim.cli.main import app
from zjsim.errors import RunError

TIMES = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n"


@pytest.fixture
def suite(tmp_path):
    """A folder like that of the suite: one file equal, one that differs, one that is refused."""
    for name, equation, output in (
        ("good", "x = 2 * Time ~~|\nr: a, b ~~|\nc[r] = 1, 2 ~~|\n",
         "Time\tx\tc[a]\n0\t0\t1\n2\t4\t\n"),
        ("bad", "x = 2 * Time ~~|\n", "Time,X\n0,0\n1,3\n"),
        ("refused", "x = NPV(Time, 1, 1, 1) ~~|\n", "Time\tx\n0\t0\n"),
        ("alone", "x = Time ~~|\n", ""),
    ):  # fmt: skip
        folder = tmp_path / "tests" / name
        folder.mkdir(parents=True)
        (folder / f"test_{name}.mdl").write_text("{UTF-8}\n" + equation + TIMES)
        if output:
            (folder / ("output.csv" if "," in output else "output.tab")).write_text(output)
    return tmp_path


def test_each_file_has_its_outcome(suite):
    found = {one.construct: one for one in conformance.check_conformance(suite)}
    assert {name: one.status for name, one in found.items()} == {
        "good": "equal", "bad": "differs", "refused": "refused", "alone": "no output",
    }  # fmt: skip
    assert found["good"].compared == 2
    assert found["bad"].said == "x at t = 1: 2, stored 3"
    assert "NPV is not computed" in found["refused"].said


def test_a_difference_that_is_known_is_explained(suite, monkeypatch):
    monkeypatch.setitem(conformance.CAUSES, "bad/test_bad.mdl", "made up")
    outcomes = conformance.check_conformance(suite)
    assert conformance.counts(outcomes)["explained"] == 1
    page = conformance.to_markdown(outcomes)
    assert "4 files: 1 equal, 1 refused by name, 1 differ (1 of them explained)" in page
    assert "| bad |  |  | 1 | made up |" in page


def test_the_command_says_by_its_status_whether_something_differs(suite, tmp_path):
    result = CliRunner().invoke(app, ["conformance", str(suite), "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["counts"]["differs"] == 1
    (suite / "tests" / "bad" / "output.csv").unlink()
    result = CliRunner().invoke(app, ["conformance", str(suite), "--lang", "en"])
    assert (result.exit_code, "4 files: 1 equal" in result.output) == (0, True)


def test_a_folder_without_models_says_where_they_are(tmp_path):
    with pytest.raises(RunError, match=r"holds no test models.*git clone"):
        conformance.model_files(tmp_path)


@pytest.mark.slow
def test_other_tools_may_run_beside(suite):
    (outcome,) = [
        conformance.check_file(path, ["pysd"])
        for path in conformance.model_files(suite) if path.parent.name == "good"
    ]  # fmt: skip
    assert outcome.others == {"pysd": "equal"}
