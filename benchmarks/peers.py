"""The engines of others, one run at a time; what is not installed is left out and said."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

N_SAVED = 10


def pysimlin(model: Path) -> dict[str, Callable[[], Any]]:
    """One warm run by the documented way, and by the leanest public one."""
    try:
        import simlin

        loaded = simlin.load(model)
        simulation = loaded.simulate({})
        simulation.run_to_end()
        wanted = list(simulation.get_var_names())[:N_SAVED]
    except Exception as problem:
        print(f"left out: pysimlin on {model.name} ({problem})", file=sys.stderr)
        return {}

    def lean() -> Any:
        simulation.reset()
        simulation.run_to_end()
        return [simulation.get_series(name) for name in wanted]

    return {
        "pysimlin, DataFrame": lambda: loaded.run({}, analyze_loops=False).results,
        "pysimlin, leanest": lean,
    }


def pysd(model: Path, runs: int, **options: Any) -> list[float]:
    """Seconds of warm runs of PySD; empty without it or where it cannot read the model."""
    try:
        import pysd as library

        read = library.read_vensim if model.suffix == ".mdl" else library.read_xmile
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / model.name  # PySD writes beside the model
            shutil.copy(model, copy)
            loaded = read(copy)
            return [_timed(lambda: loaded.run(progress=False, **options)) for _ in range(runs + 1)][
                1:
            ]
    except Exception as problem:
        print(f"left out: PySD on {model.name} ({problem})", file=sys.stderr)
        return []


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
