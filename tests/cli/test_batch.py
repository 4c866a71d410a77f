"""``zjsim batch`` as a user types it: killed, resumed, doubled, hindered."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

pytestmark = pytest.mark.slow

TINY = Path(__file__).parents[1] / "analysis" / "tiny"
POSIX = pytest.mark.skipif(os.name != "posix", reason="kills by signal")
STUDY = """name: demo
plan: {plan}
scenarios: ['{scenario}']
matrix:
  levers.support: [0, 0.5, 1]
  constants.output growth: [0.03, 0.04, 0.05]
sample: {{runs: {runs}, seed: 3}}
"""


@pytest.fixture
def study(tmp_path):
    def write(runs=8, more=""):
        text = STUDY.format(plan=TINY.as_posix(), scenario=TINY / "supported.yaml", runs=runs)
        path = tmp_path / "demo.yaml"
        path.write_text(text + more, "utf-8")
        return path.name

    return write


def the_folder(place):
    (folder,) = [path for path in place.iterdir() if path.is_dir()]
    return folder


def shards(folder):
    return sorted((folder / "shards").glob("[0-9]*.parquet"))


def numbers(folder):
    """Every column of every shard as bytes, and the summary."""
    columns = {
        path.name: [
            column.combine_chunks().to_numpy(zero_copy_only=False).tobytes()
            for column in parquet.read_table(path).select(["run", "time", "nominal output"]).columns
        ]
        for path in shards(folder)
    }
    return columns, (folder / "summary.csv").read_bytes()


def test_dry_run_lists_the_cases_and_computes_nothing(zjsim, study, tmp_path):
    text = zjsim("batch", study(), "--dry-run").out
    assert "00008_supported" in text
    assert "Cases: 9; runs: 72; shards: 1." in text
    found = zjsim("batch", study(), "--dry-run", "--json").document
    assert [case["case"] for case in found["cases"]][:2] == ["00000_supported", "00001_supported"]
    assert found["cases"][5]["levers.support"] == 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["demo.yaml"]


def test_a_rerun_reuses_every_run_and_says_the_same(zjsim, study, tmp_path):
    first = zjsim("batch", study(), "--json").document
    assert (first["cases"], first["runs"], first["computed"], first["reused"]) == (9, 72, 72, 0)
    folder = the_folder(tmp_path / "runs")
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    again = zjsim("batch", study(), "--json").document
    assert (again["computed"], again["reused"]) == (0, 72)
    assert again["summary"] == first["summary"]
    for path, content in before.items():
        assert path.read_bytes() == content, path.name
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["runs"] == 72
    assert "reused" in zjsim("batch", study()).out


def test_more_support_never_lowers_output(zjsim, study):
    rows = zjsim("batch", study(), "--json").document["summary"]
    medians = {
        (r["levers.support"], r["constants.output growth"]): r["output.median"] for r in rows
    }
    for growth in (0.03, 0.04, 0.05):
        values = [medians[support, growth] for support in (0, 0.5, 1)]
        assert values == sorted(values)
    assert all(0 <= row["all_met"] <= row["binding_met"] <= 1 for row in rows)


def test_executors_write_the_same_bytes(zjsim, study, tmp_path):
    for name in ("serial", "process"):
        outcome = zjsim("batch", study(), "--executor", name, "--workers", 2, "--out", name)
        assert outcome.status == 0, outcome.err
    one, two = (numbers(the_folder(tmp_path / name)) for name in ("serial", "process"))
    assert one == two


@POSIX
def test_killed_and_resumed_equals_uninterrupted_to_the_last_byte(real, zjsim, study, tmp_path):
    name = study(runs=4160)  # two shards a case, 18 in all
    whole = zjsim("batch", name, "--executor", "serial", "--out", "whole", "--json").document
    assert (whole["runs"], whole["reused"]) == (37_440, 0)
    folder = tmp_path / "killed" / Path(whole["folder"]).name
    command = [sys.executable, "-m", "zjsim", "batch", name, "--executor", "serial"]
    for wanted in (2, 7):
        words = [*command, "--out", "killed"]
        with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
            end = time.monotonic() + 90
            while process.poll() is None and len(shards(folder)) < wanted:
                assert time.monotonic() < end
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
        assert wanted <= len(shards(folder)) < 18, "it was killed in the middle"
        assert not (folder / "manifest.json").exists(), "a killed batch looks finished"
    kept = sum(parquet.read_metadata(path).num_rows for path in shards(folder))
    resumed = real("batch", name, "--executor", "serial", "--out", "killed", "--json")
    assert "ended without finishing; its shards are checked and used" in resumed.err
    a_run = parquet.read_table(shards(folder)[0])["time"].unique()
    assert resumed.document["reused"] == kept // len(a_run)
    assert resumed.document["summary"] == whole["summary"]
    assert numbers(folder) == numbers(tmp_path / whole["folder"])
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        path.name for path in (tmp_path / whole["folder"]).iterdir()
    )


@POSIX
def test_a_second_batch_in_the_same_folder_is_turned_away(real, zjsim, study, tmp_path):
    name = study(runs=4096)  # a shard a case
    folder = tmp_path / zjsim("batch", name, "--dry-run", "--json").document["study"]
    command = [sys.executable, "-m", "zjsim", "batch", name, "--executor", "serial", "--out", "."]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as first:
        end = time.monotonic() + 90
        while first.poll() is None and not shards(folder):
            assert time.monotonic() < end
            time.sleep(0.002)
        first.send_signal(signal.SIGSTOP)
        try:
            second = zjsim("batch", name, "--executor", "serial", "--out", ".")
        finally:
            first.send_signal(signal.SIGCONT)
        assert second.status == 1
        assert f"another batch (process {first.pid} on" in second.err
        assert "choose another place with --out" in second.err
        assert first.wait(timeout=90) == 0, "the first is not disturbed"
    assert len(shards(folder)) == 9


def test_a_broken_shard_is_said_and_computed_again(zjsim, study, tmp_path):
    zjsim("batch", study())
    folder = the_folder(tmp_path / "runs")
    before = numbers(folder)
    victim = shards(folder)[0]
    victim.write_bytes(victim.read_bytes()[:-400])
    outcome = zjsim("batch", study())
    assert outcome.status == 0
    assert f"note: {victim.name} is damaged; computed again" in outcome.err
    assert numbers(folder) == before


@pytest.mark.parametrize("place", ["file", "read-only"])
def test_a_place_that_cannot_be_written_is_told(zjsim, study, tmp_path, place):
    if place == "file":
        (tmp_path / "out").write_text("a file where a folder is wanted")
    elif os.name != "posix" or os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    else:
        (tmp_path / "out").mkdir(mode=0o500)
    outcome = zjsim("batch", study(), "--out", "out")
    assert outcome.status == 1
    assert "cannot be written" in outcome.err
    assert "--out" in outcome.err


def test_what_an_edited_zjsim_computed_is_not_reused(zjsim, study, tmp_path, monkeypatch):
    zjsim("batch", study(), "--executor", "serial")
    from zjsim.ensembles import chunks

    monkeypatch.setattr(chunks, "code_hash", lambda: "another line of code")
    again = zjsim("batch", study(), "--executor", "serial", "--json").document
    assert (again["computed"], again["reused"]) == (72, 0)
    assert len(list((tmp_path / "runs").iterdir())) == 2, "the older results stay where they are"


def test_one_kernel_serves_every_lever_of_a_study(zjsim, study, tmp_path, monkeypatch):
    from zjsim.engines.kernel import build

    (tmp_path / "bare.yaml").write_text("name: bare\nplan: tiny\n", "utf-8")
    name = study(runs=4200)  # fewer are not compiled
    text = (tmp_path / name).read_text("utf-8")
    (tmp_path / name).write_text(text.replace("scenarios: [", "scenarios: [bare.yaml, "), "utf-8")
    built = []
    real_build = build.build
    monkeypatch.setattr(build, "build", lambda *given: built.append(given) or real_build(*given))
    from zjsim.ensembles import chunks

    chunks._compiled.cache_clear()
    chunks._prepared.cache_clear()
    found = zjsim("batch", name, "--executor", "serial", "--json").document
    # Without lever and driver in `bare`, with both in `supported`, and the lever in the matrix.
    assert found["cases"] == 18
    assert len(built) == 1
    chunks._compiled.cache_clear()
    chunks._prepared.cache_clear()


def test_one_thing_twice_in_the_matrix_is_refused_with_both_lines(zjsim, study, tmp_path):
    name = study()
    text = (tmp_path / name).read_text("utf-8")
    more = text.replace(
        "sample:", "  levers.Support: [1]\n  constants.Output_Growth: [0.1]\nsample:"
    )
    (tmp_path / name).write_text(more, "utf-8")
    outcome = zjsim("batch", name)
    assert outcome.status == 1
    for said in (
        "line 7, matrix.levers.Support: levers.Support is levers.support of line 5 in another",
        "line 8, matrix.constants.Output_Growth: constants.Output_Growth is constants.output growth"
        " of line 6",
    ):
        assert said in outcome.err
