"""A Chinese user reads Chinese: help, messages of mistakes, notes; nothing is lost in between."""

import re

import pytest
import typer

import zjsim
from tests.cli.mistakes import FILES, TABLES
from zjsim.assessment.own_observations import read_own_observations
from zjsim.catalogue import read_catalogue
from zjsim.cli.chinese import FOLDER, in_chinese
from zjsim.cli.main import app

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Three English words in a row; names, choices and what was written are separated by signs.
ENGLISH = re.compile(r"(?<![\w`.])[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
LEAST = 0.95


def helps(command):
    """What help says of a command, its options and its sub-commands."""
    for one in (command, *command.params):
        text = getattr(one, "help", None)
        if text:
            yield " ".join(text.split("\n\n")[0].split())
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


def test_nearly_all_help_is_there_in_chinese():
    known = {text.en for text in read_catalogue([FOLDER / "help.csv"]).values()}
    said = set(helps(typer.main.get_command(app)))
    missing = sorted(said - known)
    assert len(missing) <= (1 - LEAST) * len(said), missing


def test_help_and_usage_come_in_chinese(zjsim, monkeypatch):
    monkeypatch.setenv("ZJSIM_LANG", "zh")
    assert "写一份可以交出的报告" in zjsim("report", "--help").out
    assert "缺少参数 'SCENARIO...'" in zjsim("check").err
    monkeypatch.setenv("ZJSIM_LANG", "en")
    told = zjsim("check", "basline", "--lang", "zh").err
    assert "basline：没有这个情景。是否应为 baseline？" in told
    assert "Did you mean" in zjsim("check", "basline").err


@pytest.mark.parametrize("name", FILES)
def test_a_mistake_in_a_scenario_is_told_in_both_languages(name, tmp_path):
    text, english = FILES[name]
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    try:
        said = "\n".join(finding.what for finding in zjsim.lint(path))
    except zjsim.ZjsimError as problem:
        said = str(problem).replace(str(path), "mine.yaml")
    assert english in said
    _reads_chinese(said)


@pytest.mark.parametrize("name", TABLES)
def test_a_mistake_in_a_table_is_told_in_both_languages(name, tmp_path):
    text, english = TABLES[name]
    path = tmp_path / "own.csv"
    path.write_text(text, "utf-8")
    plan = zjsim.open_plan()
    with pytest.raises(zjsim.ZjsimError) as told:
        read_own_observations(path, plan.plan, plan.observations)
    said = str(told.value).replace(str(path), "own.csv")
    assert english in said
    _reads_chinese(said)


def _reads_chinese(said):
    for line in in_chinese(said).splitlines():
        assert CHINESE.search(line), line
        assert not ENGLISH.search(line), line


def test_what_is_not_known_stays_as_it_is():
    text = "wrote runs/x\nline 3: 中文 and something new happened here."
    assert "something new happened here" in in_chinese(text)
    assert in_chinese("a b c") == "a b c"
    assert in_chinese("") == ""
