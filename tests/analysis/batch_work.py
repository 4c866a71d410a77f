"""A stand-in for the model: numbers that depend on scenario, case and run alone, slowly."""

from __future__ import annotations

import json
import os
import sys
import time
import zlib
from pathlib import Path

import numpy as np

from zjsim.analysis.batch.batch import run_batch
from zjsim.analysis.batch.planning import plan_batch
from zjsim.engines.executors import Executor
from zjsim.ensembles.chunks import Work
from zjsim.ensembles.shards import Block
from zjsim.scenario.cases import expand
from zjsim.scenario.study import read_study

SAVE = ("output", "energy")
TIMES = (2020.0, 2021.0, 2025.0)


def compute(work: Work) -> Block:
    """Bits of every run from a hash of its scenario and its number."""
    time.sleep(float(os.environ.get("ZJSIM_TEST_SLEEP", "0")))
    rows, runs, cases = [], [], []
    for part in work.parts:
        levers = json.dumps(part.scenario["levers"], sort_keys=True)
        for run in range(part.first, part.last):
            seed = zlib.crc32(f"{levers} {part.case} {run}".encode())
            rows.append(np.random.default_rng(seed).random((len(TIMES), len(SAVE))))
            runs.append(run)
            cases.append(part.case)
    names = work.parts[0].coordinates
    coordinates = {
        name: [p.coordinates[name] for p in work.parts for _ in range(p.first, p.last)]
        for name in names
    }
    status = np.zeros(len(runs), dtype=np.uint8)
    return Block(
        work.save, np.array(work.times), np.array(rows), status,
        np.array(cases), np.array(runs), coordinates,
    )  # fmt: skip


def planned(study: Path, bundle: str = "bundle", rows: int = 4):
    """A study cut into shards of a few runs; no plan folder is needed for the stand-in."""
    read = read_study(study)
    cases = expand(read, study.parent)
    return plan_batch(
        read, cases, plan="tiny", bundle=bundle, save=SAVE, times=TIMES, rows_a_shard=rows
    )


def main(study: str, folder: str) -> None:
    """What a user's command does, for a test that kills it."""
    done = run_batch(planned(Path(study)), Path(folder), Executor(), compute=compute)
    print(f"computed {done.computed}, reused {done.reused}")


if __name__ == "__main__":
    main(*sys.argv[1:])
