"""A user's mistake is one clear message and an exit status; nothing is written."""

import os
import shutil

import pytest

from zjsim.bundle import models_folder

pytestmark = pytest.mark.slow

SCENARIO = "name: mine\nbased_on: baseline\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "basline"], "Did you mean baseline?"),
        (["run", "nowhere.yaml"], "nowhere.yaml"),
        (["run", "baseline", "--set", "levers.rd_suport=1"], "rd_support"),
        (["run", "baseline", "--set", "levers.rd_support=9"], "outside 0..3"),
        (["run", "baseline", "--set", "time.step=0.3"], "does not divide"),
        (["run", "baseline", "--set", "nonsense"], "name=value"),
        (["run", "baseline", "--engine", "stella"], "kernel, adaptive, pysd"),
        (["run", "baseline", "--plan", "jiangsu"], "no such plan folder"),
        (["run", "baseline", "--observations", "none.csv"], "none.csv"),
        (["run", "nowhere.mdl"], "nowhere.mdl"),
        (["describe", "labour productivty"], "labour productivity"),
        (["scenario", "show", "basline"], "Did you mean baseline?"),
        (["lint", "nowhere.mdl"], "nowhere.mdl"),
        (["hindcast", "--from", "2013"], "under `earlier` there is: 2015"),
        (["hindcast", "--from", "2015", "--known-until", "2021"], "exclude each other"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(zjsim, tmp_path, words, said):
    outcome = zjsim(*words)
    assert outcome.status == 1
    assert outcome.err.startswith("Error: ")
    assert said in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [["check"], ["compare", "baseline"], ["run", "--nonsense"], ["run", "--lang", "fr"], ["sing"]],
)
def test_wrong_usage_is_two(zjsim, words):
    assert zjsim(*words).status == 2


def test_all_problems_of_a_file_are_told_at_once_with_their_lines(zjsim, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        SCENARIO + "levers:\n  rd_suport: 1.5\n  talent: 99\nconstants:\n  no_such: 1\n", "utf-8"
    )
    outcome = zjsim("run", file)
    assert outcome.status == 1
    for said in ("line 4", "line 5", "line 7", "Did you mean rd_support?", "0..3"):
        assert said in outcome.err


def test_a_read_only_folder_is_told_and_nothing_is_left(zjsim, tmp_path, monkeypatch):
    (tmp_path / "out").write_text("a file where a folder is wanted")
    outcome = zjsim("run", "baseline", "--no-charts", "--out", "out")
    assert outcome.status == 1
    assert "--out" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_writer_that_fails_leaves_the_earlier_folder(zjsim, tmp_path, monkeypatch):
    zjsim("run", "baseline", "--no-charts")
    before = sorted(path.name for path in (tmp_path / "runs").iterdir())
    from zjsim.report.output import results

    def full_disk(path, runs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "write_netcdf", full_disk)
    outcome = zjsim("run", "baseline", "--no-charts")
    assert outcome.status == 1
    assert "No space left on device" in outcome.err
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == before


def test_a_pipe_is_refused_and_not_waited_for(zjsim, tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    outcome = zjsim("check", "./pipe.yaml")
    assert outcome.status == 1
    assert "pipe or a device" in outcome.err


def test_a_link_to_itself_is_told(zjsim, tmp_path):
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    outcome = zjsim("run", "./loop.yaml")
    assert outcome.status == 1
    assert "loop.yaml" in outcome.err


def test_more_steps_than_anybody_wants_are_refused(zjsim):
    horizon = ["--set", "time.start=1900", "--set", "time.stop=2200", "--set", "time.step=0.0001"]
    outcome = zjsim("run", "baseline", *horizon)
    assert outcome.status == 1
    assert "1,000,000 steps" in outcome.err


def _plan_copy(folder):
    copy = folder / "plan"
    shutil.copytree(models_folder() / "zhejiang", copy)
    return copy


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("loops.yaml", "polarity: R\n  cycle", "polarity: X\n  cycle", "not one of R, B"),
        ("loops.yaml", "knowledge elasticity: 0}", "nope: 0}", "nope"),
        ("checks.yaml", "energy price index: 1.4", "no such price: 1.4", "no such price"),
        ("units.yaml", None, "- a list\n", "mapping of units"),
        ("plan.yaml", "value: 33, year", "value: [32, 34], year", "never varies"),
    ],
)
def test_lint_tells_a_mistake_in_each_file_of_a_plan(zjsim, tmp_path, name, old, new, said):
    copy = _plan_copy(tmp_path)
    text = (copy / name).read_text("utf-8")
    (copy / name).write_text(new if old is None else text.replace(old, new, 1), "utf-8")
    outcome = zjsim("lint", copy)
    assert outcome.status == 1
    assert said in outcome.out + outcome.err


def test_a_table_that_names_nothing_of_the_model_is_blamed_itself(zjsim, tmp_path):
    copy = _plan_copy(tmp_path)
    levers = copy / "levers.yaml"
    levers.write_text(levers.read_text("utf-8").replace("water lever", "watr lever", 1), "utf-8")
    (copy / "outlook_errors.csv").unlink()
    drivers = copy / "drivers.csv"
    drivers.write_text(
        drivers.read_text("utf-8").replace(",world demand,", ",wrld demand,"), "utf-8"
    )
    outcome = zjsim("check", "baseline", "--plan", copy)
    assert outcome.status == 1
    (lever,) = [line for line in outcome.err.splitlines() if "watr lever" in line]
    (driver,) = [line for line in outcome.err.splitlines() if "wrld demand" in line]
    assert lever.strip().startswith("levers.yaml line ")
    assert driver.strip().startswith("drivers.csv line ")


def test_a_bare_model_is_judged_by_no_observations(zjsim, tmp_path):
    model = models_folder() / "zhejiang" / "zhejiang_manufacturing.mdl"
    for option in ("--observations", "--plan"):
        outcome = zjsim("run", model, option, "mine.csv")
        assert outcome.status == 2
        assert "a bare model file is judged by no plan" in outcome.err
        assert option in outcome.err


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a folder in use cannot be deleted")
def test_a_folder_that_was_deleted_under_the_command_is_told(zjsim, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        for words in (
            ("run", "baseline", "--no-charts"),
            ("check", "./x.yaml"),
            ("batch", "s.yaml"),
        ):
            outcome = zjsim(*words)
            assert outcome.status == 1
            assert "The folder you are in no longer exists; change to another" in outcome.err
    finally:
        monkeypatch.chdir(tmp_path)


def test_no_message_is_in_the_words_of_a_library(zjsim, tmp_path):
    (tmp_path / "odd.yaml").write_text(
        "name: ''\nbased_on: ''\nwhy: [1]\nlevers: {talent: {shape: 3}}\ntime: {step: x}\n"
        "sampling: {runs: 1.5, constants: {a: 1}, correlations: [{between: [a], r: 2}]}\n",
        "utf-8",
    )
    outcome = zjsim("run", "./odd.yaml")
    assert outcome.status == 1
    for foreign in (
        "nput should",
        "Extra inputs",
        "Field required",
        "String should",
        "List should",
    ):
        assert foreign not in outcome.err
    assert "the text is empty" in outcome.err


def test_emptying_the_cache_spares_what_is_not_ours(zjsim, tmp_path, monkeypatch):
    (tmp_path / "cache" / "mine").mkdir(parents=True)
    (tmp_path / "cache" / "mine" / "thesis.docx").write_text("years of work")
    monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path / "cache"))
    assert zjsim("cache", "clear").status == 0
    assert (tmp_path / "cache" / "mine" / "thesis.docx").exists()
