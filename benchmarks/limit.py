"""How fast could a model run at best? Its operations counted, times what each costs here.

The cost of one operation is measured on this machine, in the same kind of block: two models
that differ by so many operations and nothing else, and the difference of their times.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.engines.kernel.engine import KernelEngine
from zjsim.engines.kernel.program import Program
from zjsim.engines.kernel.schedule import schedule
from zjsim.inputs import Inputs
from zjsim.model.reader import read_model
from zjsim.timeline import TimeGrid

N_STATE, N_RUN, N_STEP = 8, 16_384, 80
# Operations in the longer of two models, beyond those of the shorter.
EXTRA = 16
TESTED = {
    "sum with product": lambda x, k: f"* {x} + 0.0{k + 1}",
    "division": lambda x, k: f"+ {k + 1.5} / ({x} + {k})",
    "exp": lambda x, k: f"+ EXP(0.0{k + 1} - {x})",
    "ln": lambda x, k: f"+ LN({k + 2.5} + {x})",
    "power": lambda x, k: f"+ ({x} + {k / 10}) ^ p{k % 4}",
    "power of a shared base": lambda x, k: f"+ {x} ^ (p{k % 4} + {k / 7})",
    "larger or smaller": lambda x, k: f"+ MAX({x}, {0.9 + k / 100})",
}
# What counts as what: the rest costs next to nothing beside these.
COUNTED = {
    "add": "sum with product", "sub": "sum with product", "mul": "sum with product",
    "div": "division", "exp": "exp", "ln": "ln", "power": "power",
    "min": "larger or smaller", "max": "larger or smaller", "select": "larger or smaller",
}  # fmt: skip


def _model(term: Any, length: int, folder: Path) -> Any:
    """States whose rates are made of many operations of one kind."""
    equations = [f"p{k} = {0.3 + k / 10} ~~|" for k in range(4)]
    for state in range(N_STATE):
        text = f"x{state}"
        for k in range(length):
            text = f"({text} {term(f'x{state}', k)})"
        equations.append(f"x{state} = INTEG(1e-6 * ({text}), {1 + state / 10}) ~~|")
    controls = ["INITIAL TIME = 0 ~~|", "FINAL TIME = 5 ~~|", "TIME STEP = 0.0625 ~~|",
                "SAVEPER = TIME STEP ~~|"]  # fmt: skip
    path = folder / f"operations_{length}.mdl"
    path.write_text("{UTF-8}\n" + "\n".join([*equations, *controls]) + "\n", encoding="utf-8")
    return KernelEngine("compiled", 1).compile(read_model(path))


def cost_of_operations(rounds: int) -> dict[str, float]:
    """Nanoseconds of one operation for one run, by difference of the best times."""
    inputs = Inputs(
        grid=TimeGrid(0, 5, 5 / N_STEP, 5),
        n_run=N_RUN,
        constants={f"p{k}": np.full(N_RUN, 0.3 + k / 10) for k in range(4)},
        save=("x0",),
        method="euler",
    )
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, term in TESTED.items():
            # A short model against a long one: what both have in common falls out.
            pair = [_model(term, length, Path(folder)) for length in (2, 2 + EXTRA)]
            seconds: list[list[float]] = [[], []]
            for _ in range(rounds + 1):
                for times, model in zip(seconds, pair, strict=True):
                    start = time.perf_counter()
                    model.run(inputs)
                    times.append(time.perf_counter() - start)
            short, long = (min(times[1:]) for times in seconds)
            found[name] = (long - short) / (N_RUN * N_STEP * N_STATE * EXTRA) * 1e9
    return found


def operations(program: Program, paths: tuple[str, ...]) -> dict[str, int]:
    """Operations of one evaluation of the rates, after folding and sharing."""
    plan = schedule(program, tuple(n for n in program.names if n in set(paths)), reciprocals=True)
    nodes = [plan.graph.nodes[i] for i in plan.graph.reachable(list(plan.rates), 2)]
    counts = Counter(COUNTED[node.op] for node in nodes if node.op in COUNTED)
    # A product and the sum after it are one instruction.
    sums = sum(node.op in ("add", "sub") for node in nodes)
    products = sum(node.op == "mul" for node in nodes)
    counts["sum with product"] = max(sums, products)
    # The logarithm of a base is taken once, however many powers there are of it.
    bases = {node.args[0] for node in nodes if node.op == "power"}
    counts["power of a shared base"] = counts["power"] - len(bases)
    counts["power"] = len(bases)
    return dict(counts)


def limit(program: Program, paths: tuple[str, ...], costs: dict[str, float]) -> dict[str, Any]:
    """The floor of one evaluation, ns, and what it is made of."""
    counts = operations(program, paths)
    parts = {name: count * costs[name] for name, count in counts.items()}
    return {"operations": counts, "ns by operation": parts, "ns": sum(parts.values())}
