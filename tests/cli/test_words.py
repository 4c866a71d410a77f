"""What every command prints: Chinese when Chinese is asked for, and no wider than the screen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache

import pytest
import typer

import zjsim as library
from zjsim.bundle import models_folder, scenario_names
from zjsim.cli import main as cli
from zjsim.cli import output
from zjsim.report.words.text_table import display_width

pytestmark = pytest.mark.slow

STUDY = """\
name: study
scenarios: [baseline, late_start]
matrix:
  levers.rd_support: [1, 1.4]
"""
OWN = "series,year,value\ndigital_core_share,2022,11.6\nmade_up,2022,1\n"
# A command, and which names of the model it may print as they are.
COMMANDS = {
    "run baseline --no-charts": "",
    "run baseline late_start --no-charts": "",
    "check baseline observed": "",
    "compare baseline trade_shock": "",
    "ensemble baseline -n 64 --years": "",
    "batch study.yaml": "scenarios",
    "batch study.yaml --dry-run": "scenarios",
    "sensitivity baseline": "",
    "sensitivity baseline --method morris -n 4": "",
    "sensitivity baseline --method sobol -n 8": "",
    "decompose baseline": "",
    "decompose baseline --levers -n 2": "",
    "decompose baseline --against frozen_effort -n 2 --years 8": "",
    "decompose trade_shock --against baseline --groups --probability --worlds 16": "",
    "backcast baseline": "",
    "flip baseline --targets 6,9": "",
    "discover baseline --targets 8 -n 512": "",
    "robust baseline reform_first -n 128": "",
    "hindcast -n 64": "",
    "hindcast --from 2015": "",
    "calibrate --sector energy --draws 64 --profile 0": "",
    "learn --known-until 2021 -n 64": "",
    "forecast --known-until 2021 -n 64": "",
    "monitor --year 2021 -n 64": "",
    "evaluate -n 64": "",
    "scores -n 64": "",
    "validate --only ledger --only units --only signs": "tests",
    "plan show": "",
    "plan audit": "",
    "scenario list": "scenarios",
    "scenario diff baseline trade_shock": "paths",
    "scenario diff baseline baseline": "",
    "scenario show late_start": "paths",
    "scenario show late_start --all": "yaml",
    "scenario new fresh.yaml": "",
    "describe": "model",
    "describe --levers": "model",
    "describe --drivers": "model",
    "describe --loops": "model",
    "describe renewal_saving": "model",
    "lint": "plan",
    "export baseline --format cin": "",
    "explore baseline --out page.html": "",
}
# One language is enough for what takes long: widths are a law of the table, not of its words.
LONG = re.compile(
    "sobol|morris|decompose|backcast|flip|discover|robust|validate|calibrate|check|explore|learn"
    "|forecast|monitor|eval|score"
)
# Names and acronyms that Chinese planners write in Latin letters, too.
LATIN = {"gdp", "prim", "ppi", "crps", "brier", "sobol", "morris", "shapley", "zjsim"}
# A path has no language.
NO_WORDS = {"cache path"}


@cache
def names(kind: str) -> frozenset[str]:
    """Words that a command may print as the model or a file has them."""
    plan = library.open_plan("zhejiang")
    texts = list(scenario_names()) if kind in ("scenarios", "yaml") else []
    if kind in ("paths", "model", "yaml"):
        texts += list(plan.drivers.series)
    if kind == "plan":
        texts += ["zhejiang"]
    if kind == "tests":
        texts += ["ledger", "units", "signs"]
    if kind in ("model", "yaml"):
        for element in plan.model.elements.values():
            texts += [element.name, element.unit, element.group, element.documentation]
        texts += [lever.id for lever in plan.levers]
        texts += [f"{row.source} {row.note}" for row in plan.constants.rows.values()]
        texts += ["zhejiang_manufacturing Dmnl Year"]
    if kind == "yaml":
        texts += [
            "name hash convention read_in_order scenarios yaml time start stop step save_every "
            "null method notes levers drivers constants initials variable unit points decided_by "
            "label why plan driver_path lever_delay sampling runs seed low high of distribution "
            "drift growth amount implementation correlations between mode uniform triangular pert "
            "all path extrapolated_after scenario en zh rk sobol none based_on true false"
        ]
    return frozenset(word.lower() for text in texts for word in re.findall(r"[A-Za-z]{3,}", text))


def strangers(text: str, kind: str) -> set[str]:
    """English words in a text, other than names, options, identifiers, files and commands."""
    if kind == "yaml":
        # English twins of a label in the file itself, and quoted lines of the scenario.
        text = re.sub(r"(?m)^\s+en: .*\n(\s{4,}\S.*\n)*", "", text)
        text = re.sub(r"hash: \w+", "", text)
    text = re.sub(r"(?a)zjsim\s+[a-z]+|--[a-z-]+( [a-z]+)?", "", text)
    text = re.sub(r"(?a)[\w.-]*[_/.][\w./-]*|\w+-[0-9a-f]{8}", "", text)
    return {w.lower() for w in re.findall(r"[A-Za-z]{3,}", text)} - LATIN - names(kind)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


@pytest.fixture
def terminal(monkeypatch):
    """A terminal of so many columns for every module that asks."""

    def set_width(width):
        for name, module in list(sys.modules.items()):
            if name.startswith("zjsim.cli") and hasattr(module, "screen_width"):
                monkeypatch.setattr(module, "screen_width", lambda: width)

    return set_width


@pytest.mark.parametrize("words", COMMANDS)
def test_chinese_output_holds_no_english_word_and_fits_the_screen(zjsim, folder, terminal, words):
    terminal(80)
    outcome = zjsim(*words.split(), "--lang", "zh")
    assert strangers(outcome.out, COMMANDS[words]) == set()
    assert [line for line in outcome.out.splitlines() if display_width(line) > 80] == []
    assert "…" not in outcome.out


@pytest.mark.parametrize("words", [words for words in COMMANDS if not LONG.search(words)])
def test_english_output_fits_the_screen_and_cuts_nothing(zjsim, folder, terminal, words):
    terminal(80)
    outcome = zjsim(*words.split(), "--lang", "en")
    assert [line for line in outcome.out.splitlines() if display_width(line) > 80] == []
    assert "…" not in outcome.out


@pytest.mark.parametrize(
    "words", ["run baseline --no-charts", "ensemble baseline -n 64", "plan audit", "hindcast -n 64"]
)
def test_in_a_pipe_a_row_stays_a_line_of_at_most_160_columns(zjsim, words):
    wide = [
        line
        for line in zjsim(*words.split()).out.splitlines()
        if display_width(line) > 160 and not re.search(r"[.;:] |census|text pace", line)
    ]
    assert wide == []


def commands(group, before=()):
    """Every command with its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield " ".join((*before, name)), command


@pytest.mark.parametrize(
    ("words", "command"), [*commands(typer.main.get_command(cli.app))], ids=lambda x: str(x)[:24]
)
def test_every_command_that_prints_words_asks_for_the_language(words, command):
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--lang" in options or words in NO_WORDS


def test_a_reader_that_leaves_early_costs_no_file(tmp_path):
    environment = {**os.environ, "ZJSIM_LANG": "en"}
    for extra in ("--json", "--seed=1"):
        done = subprocess.run(
            f'"{sys.executable}" -m zjsim run baseline --no-charts {extra} | true',
            shell=True, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        assert "Error" not in done.stderr
    folders = [*(tmp_path / "runs").iterdir()]
    assert len(folders) >= 1
    assert all((place / "manifest.json").is_file() for place in folders)


def test_a_board_in_the_other_language_stays(zjsim, tmp_path):
    for words in ("en", "zh"):
        assert zjsim("run", "baseline", "--lang", words).status == 0
    (place,) = (tmp_path / "runs").iterdir()
    files = {file.name for file in place.iterdir()}
    assert {"board_en.png", "board_zh.png", "verdicts_en.xlsx", "verdicts_zh.xlsx"} <= files
    assert zjsim("run", "baseline", "--lang", "both", "--out", "two").status == 0
    (other,) = (tmp_path / "two").iterdir()
    assert {file.name for file in other.iterdir()} == files


def test_json_says_the_unit_of_the_rate_still_needed(zjsim):
    (scenario,) = zjsim("run", "baseline", "--no-charts", "--json").document
    rates = {row["id"]: row for row in scenario["indicators"]}
    assert rates["manufacturing_share"]["rate_needed_unit"] == "points a year"
    assert rates["labour_productivity"]["rate_needed_unit"] == "% a year"
    # From the latest published figure on, not from the base year.
    published = library.open_plan("zhejiang").observations.to_frame()
    years = published.loc[published["series"] == "labour_productivity", "year"]
    assert rates["labour_productivity"]["rate_needed_since"] == years.max() > 2020
    assert rates["water_intensity_cut"]["amended_target"] == 18


def test_a_missed_amended_target_is_in_the_tally_and_the_table(zjsim, tmp_path):
    # Nobody saves half of the water, so that the plan's own value is met and the amended missed.
    folder = tmp_path / "plan"
    shutil.copytree(models_folder() / "zhejiang", folder)
    text = (folder / "plan.yaml").read_text("utf-8")
    (folder / "plan.yaml").write_text(text.replace("value: 18\n", "value: 50\n", 1), "utf-8")
    out = zjsim("check", "green_squeeze", "--no-reality", "--plan", folder).out
    assert "2 of 2 binding targets met on the plan's own values" in out
    assert "indicator 9 missed on the target as amended in 2022-09 (50%)" in out
    assert re.search(r"(?m)^  9 .*✓ met † +–$", out)
    assert "†" in zjsim("run", "green_squeeze", "--no-charts", "--plan", folder).out


def test_export_without_a_place_says_where_it_wrote(zjsim, tmp_path):
    outcome = zjsim("export", "baseline", "--format", "iamc-csv")
    assert outcome.status == 0
    assert "wrote baseline.csv" in outcome.err
    assert (tmp_path / "baseline.csv").is_file()


def test_say_goes_on_when_nobody_reads(monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as broken:
        monkeypatch.setattr(sys, "stdout", broken)
        output.say("x" * 100_000)
        output.say("and on")
