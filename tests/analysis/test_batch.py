"""A batch survives what happens to long computations, and its numbers never show it."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.analysis import batch_work as work
from tests.test_whole_or_not import cut_off
from zjsim.analysis.batch import journal
from zjsim.analysis.batch.batch import run_batch
from zjsim.analysis.batch.layout import Layout
from zjsim.analysis.batch.lock import folder_lock
from zjsim.engines.executors import Executor
from zjsim.errors import RunError, ScenarioError
from zjsim.scenario.cases import expand
from zjsim.scenario.reader import assignment, read_scenario
from zjsim.scenario.study import (
    read_study,
    scenario_document,
    scenario_from_document,
    scenario_hash,
)

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="kills by signal, rights by chmod")
NOT_ROOT = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere"
)
STUDY = """
name: demo
scenarios: [base, other]
matrix:
  levers.support: [0, 1, {shape: step, to: 1, from: 2022}]
  constants.gain of support: [0.01, 0.02]
sample: {method: random, runs: %d, seed: 3}
"""


@pytest.fixture
def study(tmp_path):
    for name in ("base", "other"):
        (tmp_path / f"{name}.yaml").write_text(f"name: {name}\nplan: tiny\nlevers: {{support: 1}}")
    path = tmp_path / "demo.yaml"
    path.write_text(STUDY % 10)
    return path


def run(study, folder, **options):
    planned = options.pop("planned", None) or work.planned(study)
    return run_batch(planned, folder, options.pop("executor", None), compute=work.compute)


def shards(folder):
    return {path.name: path.read_bytes() for path in (folder / "shards").iterdir()}


def numbers(folder):
    """Every column of every shard, as bytes."""
    return {
        path.name: [
            column.combine_chunks().to_numpy(zero_copy_only=False).tobytes()
            for column in parquet.read_table(path).select(["run", "time", *work.SAVE]).columns
        ]
        for path in sorted((folder / "shards").glob("*.parquet"))
    }


def test_rerun_computes_nothing_and_changes_nothing(study, tmp_path):
    first = run(study, tmp_path / "out")
    before = shards(tmp_path / "out")
    again = run(study, tmp_path / "out")
    assert (first.computed, first.reused) == (120, 0)
    assert (again.computed, again.reused) == (0, 120)
    assert shards(tmp_path / "out") == before


def test_process_pool_writes_the_same_bytes(study, tmp_path):
    run(study, tmp_path / "here")
    run(study, tmp_path / "pool", executor=Executor("process", workers=2))
    assert shards(tmp_path / "here") == shards(tmp_path / "pool")


def test_shards_carry_the_coordinates_as_columns(study, tmp_path):
    done = run(study, tmp_path / "out")
    table = parquet.read_table(tmp_path / "out" / "shards").to_pandas()
    assert len(table) == 120 * len(work.TIMES)
    assert set(table["scenario"]) == {"base", "other"}
    assert set(table["levers.support"]) == {"0", "1", '{"from": 2022, "shape": "step", "to": 1}'}
    assert set(table["constants.gain of support"]) == {0.01, 0.02}
    assert not table.duplicated(["case", "run", "time"]).any()
    assert done.n_case == 12


@POSIX
def test_killed_at_random_moments_and_resumed_equals_uninterrupted(study, tmp_path):
    study.write_text(STUDY % 12)  # 36 shards of 4 runs
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    run(study, whole)
    environment = {**os.environ, "ZJSIM_TEST_SLEEP": "0.02"}
    command = [sys.executable, str(HERE / "batch_work.py"), str(study), str(killed)]
    moments = random.Random(5)
    kills = 0
    while kills < 10:
        before = _finished(killed)
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            # From the first shard of this round on, or already while it is starting.
            target = before + moments.choice([0, 1, 2, 3])
            end = time.monotonic() + 30
            while process.poll() is None and _finished(killed) < target:
                assert time.monotonic() < end
                time.sleep(0.002)
            time.sleep(moments.uniform(0, 0.02) if target > before else moments.uniform(0, 0.6))
            process.send_signal(signal.SIGKILL)
        kills += 1
        assert not (killed / "manifest.json").exists(), "a killed batch looks finished"
    left = _finished(killed)
    done = run(study, killed)
    assert (done.reused, done.computed) == (4 * left, 144 - 4 * left)
    assert 0 < left < 36
    assert numbers(killed) == numbers(whole)
    assert shards(killed) == shards(whole), "nothing half-written is left lying about"
    assert any("ended without finishing" in note for note in done.notes)


def _finished(folder):
    return len(list((folder / "shards").glob("[0-9]*.parquet")))


@pytest.mark.parametrize("damage", ["truncated", "flipped", "header", "emptied", "no parquet"])
def test_broken_shard_is_said_and_computed_again(study, tmp_path, damage):
    folder = tmp_path / "out"
    run(study, folder)
    before = shards(folder)
    victim = sorted((folder / "shards").iterdir())[3]
    data = bytearray(victim.read_bytes())
    if damage in ("flipped", "header"):  # a bit among the numbers, or where a page begins
        column = parquet.read_metadata(victim).row_group(0).column(6)
        size = column.total_compressed_size
        data[column.data_page_offset + (size - 5 if damage == "flipped" else 1)] ^= 0x10
    changed = {"truncated": data[: len(data) // 2], "emptied": b"", "no parquet": b"x" * 999}
    victim.write_bytes(bytes(changed.get(damage, data)))
    done = run(study, folder)
    assert any(victim.name in note and "damaged" in note for note in done.notes)
    assert (done.computed, done.reused) == (4, 116)
    assert shards(folder) == before


def test_shard_of_another_model_is_foreign(study, tmp_path):
    folder = tmp_path / "out"
    run(study, folder)
    done = run(study, folder, planned=work.planned(study, bundle="another model"))
    assert (done.computed, done.reused) == (120, 0)
    assert all("another model" in note for note in done.notes)


def test_file_that_is_no_shard_is_left_and_said(study, tmp_path):
    folder = tmp_path / "out"
    run(study, folder)
    (folder / "shards" / "mine.parquet").write_bytes(b"my own")
    done = run(study, folder)
    assert done.notes == ("mine.parquet is no shard of this study; it is not read",)
    assert (folder / "shards" / "mine.parquet").read_bytes() == b"my own"


def test_study_that_grows_keeps_what_it_has(study, tmp_path):
    folder = tmp_path / "out"
    first = work.planned(study)
    run(study, folder)
    study.write_text(STUDY % 18)
    grown = work.planned(study)
    assert grown.name == first.name
    done = run(study, folder)
    # Shards of 4 runs: 0-3 and 4-7 of each of 12 cases stay, 8-9 becomes 8-11.
    assert (done.reused, done.computed) == (12 * 8, 12 * 10)
    fresh = tmp_path / "fresh"
    run(study, fresh)
    assert shards(folder) == shards(fresh)


@NOT_ROOT
def test_read_only_folder_is_a_clear_error(study, tmp_path):
    folder = tmp_path / "out"
    run(study, folder)
    (folder / "shards" / sorted(shards(folder))[0]).unlink()
    (folder / "shards").chmod(0o500)
    try:
        with pytest.raises(RunError, match="no permission to write there"):
            run(study, folder)
    finally:
        (folder / "shards").chmod(0o700)
    assert run(study, folder).reused == 116


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "the disk is read-only"),
     (errno.EACCES, "no permission to write there")],
)  # fmt: skip
def test_disk_that_refuses_loses_nothing(study, tmp_path, monkeypatch, number, words):
    folder = tmp_path / "out"
    real, calls = os.fsync, []

    def fsync(handle):
        calls.append(handle)
        if len(calls) > 12:
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(RunError, match=words) as told:
        run(study, folder)
    assert "run the same command again" in str(told.value)
    monkeypatch.undo()
    assert not list((folder / "shards").glob(".*"))
    table = parquet.read_table(folder / "shards")
    assert run(study, folder).reused == len(table) // len(work.TIMES) > 0


FULL = """
import resource, sys
sys.path.insert(0, {here!r})
import batch_work
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
batch_work.main({study!r}, {folder!r})
"""


@POSIX
def test_real_refusal_by_the_system_while_a_shard_is_written(study, tmp_path):
    folder = tmp_path / "out"
    script = FULL.format(here=str(HERE), study=str(study), folder=str(folder))
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "RunError" in ended.stderr.splitlines()[-1]
    assert "cannot be written" in ended.stderr
    assert not list((folder / "shards").glob("*.parquet"))
    assert not list((folder / "shards").glob(".*"))


def test_second_batch_in_a_folder_is_turned_away(study, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    with (
        folder_lock(folder),
        pytest.raises(RunError, match=rf"another batch \(process {os.getpid()} on .*--out"),
    ):
        run(study, folder)
    assert run(study, folder).computed == 120


@POSIX
def test_two_batches_at_once_leave_one_whole_result(study, tmp_path):
    folder, whole = tmp_path / "out", tmp_path / "whole"
    environment = {**os.environ, "ZJSIM_TEST_SLEEP": "0.02"}
    command = [sys.executable, str(HERE / "batch_work.py"), str(study), str(folder)]
    both = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(2)]
    told = [process.communicate()[1].decode() for process in both]
    # Either the second met the lock, or it came after the first had ended.
    assert sorted(process.returncode for process in both) in ([0, 0], [0, 1])
    assert all("another batch" in text for text in told if text)
    run(study, whole)
    assert run(study, folder).reused == 120
    assert shards(folder) == shards(whole)


def test_lock_left_by_a_dead_process_is_taken_and_said(study, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    host = __import__("socket").gethostname()
    (folder / "holder.json").write_text(json.dumps({"pid": 999_999_999, "host": host}))
    assert any("process 999999999" in note for note in run(study, folder).notes)
    assert run(study, folder).notes == ()


def test_lock_of_another_machine_counts_while_it_is_fresh(study, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    lock = folder / "holder.json"
    lock.write_text(json.dumps({"pid": 1, "host": "elsewhere"}))
    with pytest.raises(RunError, match=r"process 1 on elsewhere.*delete"):
        run(study, folder)
    os.utime(lock, (time.time() - 3600,) * 2)
    assert run(study, folder).computed == 120


def test_manifest_names_every_shard_and_its_key(study, tmp_path):
    run(study, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert set(manifest["shards"]) == set(shards(tmp_path / "out"))
    assert sum(entry["runs"] for entry in manifest["shards"].values()) == manifest["runs"] == 120


values = some.lists(
    some.floats(-5, 5).map(lambda x: round(x, 3)), min_size=1, max_size=4, unique=True
)


@settings(max_examples=25, deadline=None)
@given(matrix=some.dictionaries(some.sampled_from("abcdef"), values, max_size=3))
def test_expansion_is_the_full_product_in_the_order_of_the_file(matrix, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(f"name: {name}\nplan: tiny")
    lines = "".join(f"  levers.{key}: {list(map(float, v))}\n" for key, v in matrix.items())
    path = folder / "s.yaml"
    path.write_text("scenarios: [one, two]\n" + (f"matrix:\n{lines}" if matrix else ""))
    cases = expand(read_study(path), folder)
    assert len(cases) == 2 * prod(len(v) for v in matrix.values())
    assert [case.index for case in cases] == list(range(len(cases)))
    assert len({case.id for case in cases}) == len(cases)
    places = [tuple(case.coordinates.values()) for case in cases]
    assert len(set(places)) == len(cases)
    assert [place[0] for place in places] == sorted(place[0] for place in places)
    if matrix:
        last = [place[-1] for place in places[: len(list(matrix.values())[-1])]]
        assert last == list(matrix.values())[-1], "the last line changes fastest"
    for case in cases:
        texts = [assignment(key, value) for key, value in case.assignments]
        again = read_scenario(folder / f"{case.scenario.name}.yaml", folder, texts)
        assert scenario_hash(again) == scenario_hash(case.scenario)


def test_scenario_survives_the_journey_as_plain_data(study):
    for case in expand(read_study(study), study.parent):
        text = json.dumps(scenario_document(case.scenario))
        assert scenario_from_document(json.loads(text)) == case.scenario


def test_hash_of_a_scenario_knows_numbers_but_not_files_or_words(tmp_path):
    text = "name: a\nplan: tiny\nwhy: {}\nlevers: {{support: {}}}\n{}"
    hashes = []
    for name, fields in {
        "first": ("one", 1, ""),
        "words": ("two", 1, "# a remark\n"),
        "value": ("one", 1.5, ""),
        "runs": ("one", 1, "sampling: {runs: 99}"),
        "seed": ("one", 1, "sampling: {seed: 99}"),
        "fixed": ("one", 1, "sampling: {method: latin_hypercube, runs: 99}"),
    }.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(text.format(*fields))
        hashes.append(scenario_hash(read_scenario(path, tmp_path)))
    first, words, value, runs, seed, fixed = hashes
    assert first == words == runs, "run i has the same draw in a longer ensemble"
    assert len({first, value, seed, fixed}) == 4


def test_every_problem_of_a_study_is_told_at_once(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(
        "senarios: [base]\n"
        "matrix:\n"
        "  lever.support: [0, 1]\n"
        "  levers.support: [1, 1, x]\n"
        "sample: {method: sobel}\n"
        "step: -1\n"
    )
    with pytest.raises(ScenarioError) as told:
        read_study(path)
    text = str(told.value)
    for piece in (
        "scenarios is missing",
        "line 1, senarios: no such key. Did you mean scenarios?",
        "line 3, matrix.lever.support: lever is no section of a matrix. Did you mean levers?",
        "line 4, matrix.levers.support.1: duplicate value",
        "line 4, matrix.levers.support.2: expected a number, got 'x'",
        "line 5, sample.method: 'sobel' is not one of",
        "line 6, step: -1 must be at least 0.0001",
    ):
        assert piece in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a study is a mapping"),
        ("- base", "a study is a mapping"),
        ("scenarios: []", "wrong number of entries"),
        ("scenarios: [nowhere]", "line 1, scenarios.0: nowhere: no such scenario"),
        ("scenarios: [base, ./base.yaml]", "a second scenario named base"),
        ("scenarios: [base]\nmatrix: {levers.a: 3}", "expected a list"),
        ("scenarios: [base]\nmatrix: {a: [3]}", "Write section.name"),
        ("scenarios: [base]\nengine: julia", "is not one of kernel, adaptive, pysd"),
    ],
)
def test_wrong_studies_are_refused_with_their_line(study, text, words):
    study.write_text(text)
    with pytest.raises(ScenarioError, match=words):
        expand(read_study(study), study.parent)


def test_shipped_schema_is_that_of_the_code():
    from zjsim.scenario import study
    from zjsim.schemas import schema_of

    # Renew it with `zjsim schema study zjsim/scenario/study.schema.json`.
    shipped = Path(study.__file__).with_name("study.schema.json")
    assert json.loads(shipped.read_text(encoding="utf-8")) == schema_of("study")


def test_values_of_a_block_survive_the_disk_bit_for_bit(study, tmp_path):
    done = run(study, tmp_path / "out")
    for shard in work.planned(study).shards[:3]:
        block = work.compute(shard.work)
        table = parquet.read_table(tmp_path / "out" / "shards" / shard.name)
        stored = np.stack([table[name].to_numpy() for name in work.SAVE], axis=-1)
        assert stored.tobytes() == np.ascontiguousarray(block.values).tobytes()
    assert done.runs.column("output").shape == (120, len(work.TIMES))


@given(
    runs=some.lists(some.integers(1, 40), min_size=1, max_size=4),
    points=some.integers(1, 200),
    most=some.integers(1, 50),
)
def test_the_cut_holds_every_run_of_every_case_once_and_in_order(runs, points, most):
    layout = Layout(runs, points, most)
    held = [
        (case, run)
        for place in range(len(layout))
        for case in layout[place].cases
        for run in range(layout[place].first, layout[place].last)
    ]
    counts = [count for count in runs for _ in range(points)]
    assert held == [(case, run) for case, count in enumerate(counts) for run in range(count)]
    assert all(layout[place].n_run <= most for place in range(len(layout)))
    assert [layout.case_start(case) for case in range(len(counts) + 1)] == [
        sum(counts[:case]) for case in range(len(counts) + 1)
    ]


def test_a_study_of_a_million_cases_is_planned_without_making_them(study):
    axis = [round(number / 1000, 3) for number in range(1000)]
    study.write_text(
        f"scenarios: [base]\nmatrix: {{levers.support: {axis}, constants.gain: {axis}}}\n"
    )
    tracemalloc.start()
    try:
        plan = work.planned(study, rows=64)
        assert (plan.n_run, len(plan.shards), len(plan.shards.cases)) == (1_000_000, 15_625, 10**6)
        last = plan.shards[-1]
        assert last.work.parts[-1].coordinates["levers.support"] == 0.999
        assert last.work.parts[-1].scenario["constants"]["gain"]["value"] == 0.999
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_a_finished_shard_is_not_read_again_unless_it_has_changed(study, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    run(study, folder)
    read = []
    real = journal.check_shard
    monkeypatch.setattr(journal, "check_shard", lambda *given: read.append(given) or real(*given))
    assert run(study, folder).reused == 120
    assert read == []
    # A copy, a file that was touched, and one whose line was torn by a kill.
    touched = sorted((folder / "shards").iterdir())[2]
    os.utime(touched, ns=(1, 1))
    lines = (folder / "finished.jsonl").read_bytes().split(b"\n")
    torn = json.loads(lines[7])[0]
    lines[7] = lines[7][:9]
    (folder / "finished.jsonl").write_bytes(b"\n".join(lines[:-1])[:-3])
    last = json.loads(lines[-2])[0]
    assert run(study, folder).reused == 120
    assert {path.name for path, _ in read} == {touched.name, torn, last}
    read.clear()
    assert run(study, folder).reused == 120
    assert read == []


def test_shards_of_machines_that_differ_in_the_last_bit_are_told(study, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    assert run(study, folder).notes == ()
    sorted((folder / "shards").iterdir())[0].unlink()
    real = work.compute
    monkeypatch.setattr(work, "compute", lambda given: replace(real(given), arithmetic="other"))
    (note,) = run(study, folder).notes
    assert "machines whose exp, ln and powers differ in the last bit" in note
    assert run(study, folder).notes == (note,), "a rerun still knows"


def killed_batches(study, tmp_path, places):
    """After a kill before each watched call: the rerun must end as if nothing had happened."""
    whole = tmp_path / "whole"
    run(study, whole)
    wanted = shards(whole), numbers(whole)
    for number, place in enumerate(places):
        folder = tmp_path / f"killed-{number}"
        if not cut_off(lambda folder=folder: run(study, folder), place):
            return place
        if (folder / "manifest.json").exists():
            assert shards(folder).keys() == wanted[0].keys(), "finished before it was whole"
        for path in (folder / "shards").glob("[0-9]*.parquet") if folder.exists() else ():
            assert path.read_bytes() == wanted[0][path.name], "a shard is whole or not there"
        assert run(study, folder).n_run == 24
        assert (shards(folder), numbers(folder)) == wanted
        assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in whole.iterdir())
    return None


@POSIX
def test_killed_at_some_calls_to_the_system_and_resumed_equals_uninterrupted(study, tmp_path):
    study.write_text(STUDY % 2)
    assert killed_batches(study, tmp_path, range(0, 66, 6)) is None


@POSIX
@pytest.mark.long
def test_killed_at_every_call_to_the_system_and_resumed_equals_uninterrupted(study, tmp_path):
    study.write_text(STUDY % 2)
    calls = killed_batches(study, tmp_path, range(1000))
    assert calls is not None
    assert calls > 60


@POSIX
def test_a_clock_that_goes_back_costs_at_most_a_second_look(study, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    run(study, folder)
    before = shards(folder)
    for path in (folder / "shards").iterdir():
        os.utime(path, (2e9, 2e9))  # written in what is now the future
    os.utime(folder / "finished.jsonl", (2e9, 2e9))
    monkeypatch.setattr(time, "time", lambda: 1e9)
    again = run(study, folder)
    assert (again.computed, again.reused, shards(folder)) == (0, 120, before)
