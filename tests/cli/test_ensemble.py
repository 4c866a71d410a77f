"""``zjsim ensemble`` as a user types it, on a plan small enough to be run in a moment."""

import csv
import json
import shutil
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zjsim.bundle import models_folder

pytestmark = pytest.mark.slow

TINY = Path(__file__).parents[1] / "analysis" / "tiny"
SCENARIO = TINY / "supported.yaml"
ASK = ("ensemble", SCENARIO, "--plan", TINY)


def test_ensemble_tells_the_probability_of_each_target_and_of_all(zjsim):
    text = zjsim(*ASK, "-n", 200).out
    for said in ("200", "Output", "Patents", "Energy", "Weakest link"):
        assert said in text
    found = zjsim(*ASK, "-n", 200, "--json").document
    assert list(found["targets"]) == ["output", "patents", "energy_cut"]
    for share in (*found["targets"].values(), found["binding"], found["all"]):
        assert share["runs"] == 200
        assert share["share"] == share["met"] / 200
        assert share["low"] <= share["share"] <= share["high"]
    assert sum(found["number_met"]) == 200
    assert found["number_met"][3] == found["all"]["met"]
    assert found["failed"] == 0


def test_where_an_ensemble_is_computed_does_not_show_in_its_numbers(zjsim):
    here = zjsim(*ASK, "-n", 100, "--json").document
    pool = zjsim(*ASK, "-n", 100, "--json", "--executor", "process", "--workers", 2).document
    assert here == pool
    assert zjsim(*ASK, "-n", 100, "--json", "--seed", 8).document["all"] != here["all"]


def test_tables_for_excel_are_those_of_the_screen(zjsim, tmp_path):
    outcome = zjsim(*ASK, "-n", 60, "--json", "--out", "tables")
    (folder,) = (tmp_path / "tables").iterdir()
    assert outcome.document == json.loads((folder / "ensemble.json").read_text("utf-8"))
    for name, rows in (("probabilities", 3), ("quantiles", 3), ("correlations", 3)):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.reader(file))
        assert len(table) > rows
        assert len({len(row) for row in table}) == 1, "every row has the cells of the head"


def test_repeats_measure_the_error_of_sampling(zjsim):
    found = zjsim(*ASK, "-n", 64, "--repeats", 4, "--json").document
    assert len(found["errors_by_repeats"]) == 5
    assert all(0 <= error < 0.2 for error in found["errors_by_repeats"])
    assert zjsim(*ASK, "--repeats", 1).status == 2


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--method", "sobel"], 2, "sobol, latin_hypercube, random"),
        (["--executor", "cluster"], 2, "serial, process, dask"),
        (["--executor", "process", "--scheduler", "tcp://x:1"], 2, "only the dask executor"),
        (["-n", "0"], 2, "0 is not in the range"),
        (["--engine", "stella"], 1, "kernel, adaptive, pysd"),
        (["--set", "constants.output_growht=0.03"], 1, "output_growth"),
        (["--set", "sampling.drivers={price_index: {low: -1.0e+15, high: 1.0e+15, of: drift}}"],
         1, "drift of an index is at most 1 either way"),
        (["--set", "sampling.drivers={price_index: {low: 0, high: 1000, of: scale}}"],
         1, "scale of an index is at most 100 either way"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_and_leaves_nothing(zjsim, tmp_path, words, status, said):
    outcome = zjsim(*ASK, *words)
    assert (outcome.status, said in outcome.err) == (status, True)
    assert list(tmp_path.iterdir()) == []


def test_a_row_of_the_ranges_that_names_no_constant_is_an_error_with_its_line(zjsim, tmp_path):
    shutil.copytree(TINY, tmp_path / "plan")
    table = tmp_path / "plan" / "constants.csv"
    table.write_text(table.read_text("utf-8").replace("saving pace,", "saving pase,"), "utf-8")
    outcome = zjsim("ensemble", SCENARIO, "--plan", tmp_path / "plan", "-n", 4)
    assert outcome.status == 1
    said = "constants.csv:4: the model has no constant saving pase, so it cannot vary. Did you mean"
    assert said in outcome.err


def test_runs_that_blow_up_are_counted_and_nothing_warns(zjsim, tmp_path):
    shutil.copytree(TINY, tmp_path / "plan")
    table = tmp_path / "plan" / "constants.csv"
    text = table.read_text("utf-8").replace("growth,0.02,0.06", "growth,-100,2000")
    table.write_text(text, "utf-8")
    # Growth above a thousand a year overflows; the suite turns every warning into an error.
    found = zjsim("ensemble", SCENARIO, "--plan", tmp_path / "plan", "-n", 64, "--json").document
    assert 0 < found["failed"] < 64
    assert found["targets"]["output"]["met"] + found["failed"] <= 64


WIDE = """name: wide
based_on: baseline
sampling:
  correlations: [{between: [renewal saving, patent trend], r: 0.5}]
"""
NARROW = "name: narrow\nbased_on: ./wide.yaml\nsampling: {constants: [renewal saving]}\n"


def test_correlations_of_what_a_scenario_holds_are_left_out_and_said(zjsim, tmp_path):
    (tmp_path / "wide.yaml").write_text(WIDE, "utf-8")
    (tmp_path / "narrow.yaml").write_text(NARROW, "utf-8")
    outcome = zjsim("ensemble", "narrow.yaml", "-n", 4)
    assert outcome.status == 0
    said = "correlation of renewal saving and patent trend left out"
    assert said in " ".join(outcome.err.split())
    held = zjsim("ensemble", "wide.yaml", "-n", 4, "--set", "patent_trend=0.03")
    assert held.status == 0
    assert "patent trend does not vary here" in " ".join(held.err.split())
    unknown = NARROW.replace("saving]", "saving], correlations: [{between: [a, b], r: 0.5}]")
    (tmp_path / "narrow.yaml").write_text(unknown, "utf-8")
    refused = zjsim("ensemble", "narrow.yaml", "-n", 4)
    assert (refused.status, "a is not sampled" in refused.err) == (1, True)


def test_a_local_dask_cluster_gives_the_same_numbers(real, zjsim):
    pytest.importorskip("distributed")
    there = real(*ASK, "-n", 30, "--json", "--executor", "dask", "--workers", 1)
    assert there.status == 0, there.err
    assert there.document == zjsim(*ASK, "-n", 30, "--json").document


def _silent():
    """A port where somebody listens and says nothing."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def test_a_scheduler_that_is_none_is_told_within_seconds_and_the_command_ends(real):
    pytest.importorskip("distributed")
    with _silent() as listener:
        silent = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        addresses = ("nonsense", silent)  # a closed port: tests/engines/test_executors.py

        def ask(address):
            begun = time.monotonic()
            return real(*ASK, "-n", 50, "--scheduler", address, timeout=60), begun

        # Most of it is waiting: all at once.
        with ThreadPoolExecutor(len(addresses)) as pool:
            for address, (outcome, begun) in zip(addresses, pool.map(ask, addresses), strict=True):
                # Five seconds of waiting; the rest is starting up on a busy machine.
                assert time.monotonic() - begun < 50
                assert outcome.status == 1
                assert f"{address}: no Dask scheduler answers there" in outcome.err
                assert "tcp://10.0.0.1:8786" in outcome.err


def test_a_model_file_is_no_scenario(zjsim):
    model = models_folder() / "zhejiang" / "zhejiang_manufacturing.mdl"
    outcome = zjsim("ensemble", model)
    assert (outcome.status, "an ensemble needs ranges" in outcome.err) == (1, True)
    outcome = zjsim("check", model)
    assert outcome.status == 1
    assert "a model file is no scenario" in outcome.err
    assert f"`zjsim run {model}`" in outcome.err
