"""The main job: scenarios judged against the plan, from an empty folder."""

import json
import shutil

import pytest

from zjsim.bundle import models_folder, scenario_names

pytestmark = pytest.mark.slow


def test_every_shipped_scenario_is_judged_on_ten_indicators(zjsim, tmp_path):
    outcome = zjsim("run", "--json", "--no-charts")
    assert outcome.status == 0
    names = [entry["scenario"] for entry in outcome.document]
    assert sorted(names) == sorted(scenario_names())
    assert names[0] == "baseline"
    for entry in outcome.document:
        assert len(entry["indicators"]) == 10
        assert (tmp_path / "runs" / entry["run_id"]).is_dir()
        for item in entry["indicators"]:
            assert item["verdict"] in ("met", "above_band", "missed", "undecidable")
            assert isinstance(item["projection"], float)


def test_a_run_leaves_one_whole_folder(zjsim, tmp_path):
    assert zjsim("run", "baseline").status == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "assessment_en.csv",
        "assessment_zh.csv",
        "board.csv",
        "board_en.png",
        "manifest.json",
        "scenario.resolved.yaml",
        "trajectories.nc",
        "verdicts_en.xlsx",
    ]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert folder.name == manifest["run_id"]
    assert manifest["command"] == "zjsim run baseline"
    assert "zhejiang_manufacturing.mdl" in manifest["plan_files"]


def test_the_same_command_writes_the_same_bytes(zjsim, tmp_path):
    zjsim("run", "baseline", "--out", "one")
    zjsim("run", "baseline", "--out", "one")
    zjsim("run", "baseline", "--out", "two")
    first, second = next((tmp_path / "one").iterdir()), next((tmp_path / "two").iterdir())
    for path in sorted(first.iterdir()):
        if path.name != "manifest.json":  # it holds the command, which names the folder
            assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_a_setting_changes_the_run_and_its_name(zjsim):
    plain = zjsim("run", "baseline", "--json", "--no-charts").document[0]
    more = zjsim(
        "run", "baseline", "--json", "--no-charts", "--set", "levers.rd_support=1.5"
    ).document[0]
    ratio = {item["id"]: item["projection"] for item in more["indicators"]}["rd_intensity"]
    assert ratio > {i["id"]: i["projection"] for i in plain["indicators"]}["rd_intensity"]
    assert plain["run_id"] != more["run_id"]


def test_the_table_speaks_chinese(zjsim):
    text = zjsim("run", "baseline", "--no-charts", "--lang", "zh").out
    heads = ("序号", "指标", "2025年目标", "2025年预测", "进度", "判断", "达成概率", "时间进度")
    for head in heads:
        assert head in text


def test_piped_tables_hold_no_escape_codes(zjsim):
    assert "\x1b" not in zjsim("run", "baseline", "frozen_effort", "--no-charts").out


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["check", "green_squeeze"], 10),
        (["check", "baseline"], 20),
        (["check", "green_squeeze", "baseline"], 20),
    ],
)
def test_check_tells_by_status_what_is_missed(zjsim, words, status):
    outcome = zjsim(*words)
    assert outcome.status == status
    assert "reality checks hold" in outcome.out


def test_a_violated_reality_check_is_thirty(zjsim, tmp_path):
    # A check that says the contrary of what the model does.
    folder = tmp_path / "plan"
    shutil.copytree(models_folder() / "zhejiang", folder)
    text = (folder / "checks.yaml").read_text("utf-8")
    head, said = text.split("- id: migration_answers_pay", 1)
    turned = said.replace('compare: ">"', 'compare: "<"', 1)
    (folder / "checks.yaml").write_text(f"{head}- id: migration_answers_pay{turned}", "utf-8")
    outcome = zjsim("check", "baseline", "--plan", folder, "--json")
    assert list(outcome.document[0]["violated"]) == ["migration_answers_pay"]
    assert outcome.status == 30


def test_compare_names_inputs_and_flips(zjsim):
    document = zjsim("compare", "baseline", "green_squeeze", "--json").document[0]
    assert {"kind", "id", "first", "second"} <= set(document["inputs"][0])
    assert "energy_intensity_cut" in document["flipped"]


def test_bare_model_files_run_as_they_stand(zjsim, tmp_path):
    model = tmp_path / "decay.mdl"
    model.write_text(
        "{UTF-8}\nrate= 0.5 ~ 1/Year ~ Decay. |\n"
        "level= INTEG(-rate*level, 100) ~ thing ~ What decays. |\n"
        "INITIAL TIME = 0 ~ Year ~ |\nFINAL TIME = 2 ~ Year ~ |\n"
        "TIME STEP = 0.5 ~ Year ~ |\nSAVEPER = TIME STEP ~ Year ~ |\n",
        "utf-8",
    )
    outcome = zjsim("run", model, "--json", "--set", "rate=1")
    assert outcome.document["variables"]["level"] == [100.0, 50.0, 25.0, 12.5, 6.25]
    assert [path.name for path in tmp_path.glob("*.py")] == []


def test_plan_audit_finds_text_and_table_at_odds(zjsim):
    text = zjsim("plan", "audit").out
    assert "18.46 %" in text


def test_own_figures_can_be_filled_into_the_template(zjsim, tmp_path):
    assert zjsim("plan", "template", "mine.csv").status == 0
    told = zjsim("run", "baseline", "--no-charts", "--observations", "mine.csv")
    assert (told.status, "no row holds a figure" in told.err) == (1, True)
    table = tmp_path / "mine.csv"
    head, *rows = table.read_text("utf-8-sig").splitlines()
    place = head.split(",").index("value")
    first = next(k for k, row in enumerate(rows) if row.startswith("manufacturing_share,"))
    cells = rows[first].split(",")
    cells[head.split(",").index("year")], cells[place] = "2022", "33.4"
    rows[first] = ",".join(cells)
    table.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    assert zjsim("run", "baseline", "--no-charts", "--observations", "mine.csv").status == 0


def test_the_shipped_plan_has_nothing_to_lint(zjsim):
    outcome = zjsim("lint")
    assert (outcome.status, "nothing found" in outcome.out) == (0, True)


def test_describe_shows_equation_source_causes_and_uses(zjsim):
    record = zjsim("describe", "renewal_saving", "--json").document
    assert record["grade"] in "ABCD"
    assert record["uses"]
    assert "equation" in zjsim("describe", "labour productivity", "--json").document


def test_a_new_scenario_runs_as_written(zjsim):
    assert zjsim("scenario", "new", "my.yaml").status == 0
    assert zjsim("run", "./my.yaml", "--no-charts").status == 0
    again = zjsim("scenario", "new", "my.yaml")
    assert again.status == 1
    assert "my.yaml" in again.err


FOR_PYSD = """{UTF-8}
now= GET TIME VALUE(0, 0, 0) ~ Year ~ The time. |
level= INTEG(now, 10) ~ thing ~ What grows. |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 2 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
SAVEPER = TIME STEP ~ Year ~ |
"""


def test_what_only_pysd_reads_is_refused_by_name_and_runs_there_when_trusted(zjsim, tmp_path):
    (tmp_path / "now.mdl").write_text(FOR_PYSD, "utf-8")
    refused = zjsim("run", "now.mdl")
    assert (refused.status, "GET TIME VALUE" in " ".join(refused.err.split())) == (1, True)
    untrusted = zjsim("run", "now.mdl", "--engine", "pysd")
    assert (untrusted.status, "--trust-model" in untrusted.err) == (1, True)
    trusted = zjsim("run", "now.mdl", "--engine", "pysd", "--trust-model", "--json")
    assert trusted.document["variables"]["level"] == [10.0, 10.0, 11.0]
