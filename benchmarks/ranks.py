"""Simulation-based calibration of learning on the shipped model: ranks of known truths.

    python benchmarks/ranks.py --worlds 96 --json benchmarks/ranks.json

Each world is a draw from the prior whose figures to ``--until`` are made with the errors that
``learning.yaml`` states, and learnt year by year as the real ones are. Worlds are kept one by one
beside the result, so that a stopped run goes on. ``docs/explanation/learning-checked.md`` prints
the result.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path

import numpy as np

import zjsim
from zjsim.analysis.learning.learning_file import read_learning
from zjsim.analysis.learning.synthetic import Ranks, synthetic_worlds
from zjsim.analysis.learning.world import World
from zjsim.prepare import compiled_for

# Chosen before the first run: a constant of each sector, one that nothing tells, and a bias.
QUANTITIES = (
    "residual_productivity_growth", "trend_lead_of_high_tech", "energy_trend_of_other_industry",
    "squeeze_of_margin", "labour_augmenting_growth", "rd_trend", "patent_trend", "digital_trend",
    "implementation", "bias.plan.high_tech_share.level",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plan", default="zhejiang")
    parser.add_argument("--worlds", type=int, default=96)
    parser.add_argument("--particles", type=int, default=256)
    parser.add_argument("--until", type=int, default=2023)
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--json", type=Path, required=True)
    asked = parser.parse_args()
    plan = zjsim.open_plan(asked.plan)
    compiled = compiled_for(
        plan, backend="compiled", threads=asked.threads, may_be_paths=plan.exogenous
    )
    world = World(plan, read_learning(plan), compiled)
    worlds = synthetic_worlds(
        world, asked.until, particles=asked.particles, seed=asked.seed, quantities=QUANTITIES
    )
    kept = asked.json.with_suffix(".worlds.jsonl")
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    started, cpu = time.perf_counter(), time.process_time()
    with kept.open("a", encoding="utf-8") as file:
        for number in range(len(rows), asked.worlds):
            rows.append(worlds.ranks_of(number))
            file.write(json.dumps(rows[-1]) + "\n")
            file.flush()
            print(f"{number + 1} of {asked.worlds}: {time.perf_counter() - started:.0f} s")
    found = [Ranks(key, np.array([row[key] for row in rows])) for key in rows[0]]
    asked.json.write_text(json.dumps({
        "date": date.today().isoformat(), "version": zjsim.__version__, "plan": asked.plan,
        "worlds": len(rows), "particles": asked.particles, "until": asked.until,
        "figures": len(worlds.figures.used), "unknowns": world.layout.size, "seed": asked.seed,
        "seconds": round(time.perf_counter() - started), "cpu": round(time.process_time() - cpu),
        "quantities": {
            one.quantity: {
                "counts": one.counts.tolist(), "chance": one.chance, "middle": one.middle,
                "held": one.held,
            }
            for one in found
        },
    }, indent=1) + "\n", encoding="utf-8")  # fmt: skip


if __name__ == "__main__":
    main()
