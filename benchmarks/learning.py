"""How long learning takes: ``python benchmarks/learning.py`` writes ``benchmarks/learning.json``.

The whole learning of the shipped plan to its last year, nothing kept from before, and the four
provinces together. ``docs/explanation/learning-checked.md`` prints the result.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import zjsim

OUT = Path(__file__).with_name("learning.json")
GOALS = {"learn, 2020 to 2025": 180, "learn --family": 900}  # seconds on two cores


def clocked(work: Callable[[], Any]) -> dict[str, float]:
    """Seconds by the wall and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu": round(time.process_time() - cpu, 1),
    }


def main() -> None:
    zjsim.learn_family("zhejiang", 2021, particles=64)  # compiled once, as on any second day
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "learn, 2020 to 2025": clocked(lambda: zjsim.learn("zhejiang", out=folder)),
            "learn --family": clocked(lambda: zjsim.learn_family("zhejiang")),
        }
    rows = {name: {**row, "goal": GOALS[name]} for name, row in found.items()}
    OUT.write_text(
        json.dumps(
            {
                "date": date.today().isoformat(), "version": zjsim.__version__,
                "cores": os.cpu_count(), "load when begun": round(load, 1), "particles": 1024,
                "rows": rows,
            }, indent=1,
        ) + "\n", encoding="utf-8",
    )  # fmt: skip
    print(OUT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
