"""How fast are ensembles, beside everything else that runs such models? ``python run.py``.

Each engine is timed in turn, round after round, in one sitting on this machine; the figures
are medians, and the ratios are what counts. What is not installed is left out and said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import foreign
import limit
import numpy as np
import peers
import reference

from zjsim.cache import cached_document, content_hash
from zjsim.engines.executors import available_cores
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.engines.kernel.program import Program
from zjsim.inputs import Inputs
from zjsim.timeline import TimeGrid

HERE = Path(__file__).resolve().parent
MFG = HERE / "models" / "mfg.mdl"
SIZES = (1_000, 100_000, 1_000_000)
NAMES = tuple(name.replace("_", " ") for name in reference.SAVED)
VARIED = tuple(name.replace("_", " ") for name in reference.VARIED)


def timed(work: Callable[[], Any]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def times(
    works: dict[str, Callable[[], Any]], rounds: int, warm: bool = False
) -> dict[str, list[float]]:
    """Seconds of each, all taken in turn so that a busy minute hits every one.

    ``warm`` calls each once more before it is timed, so that none pays for finding the caches
    filled by another.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            if warm:
                work()
            seconds[name].append(timed(work))
    return seconds


def medians(
    works: dict[str, Callable[[], Any]], rounds: int, warm: bool = False
) -> dict[str, float]:
    """Median seconds of each, taken as by `times`."""
    taken = times(works, rounds, warm)
    return {name: statistics.median(values) for name, values in taken.items()}


def grid(save_every: float | None = 1.0) -> TimeGrid:
    """Five years in eighty steps."""
    return TimeGrid(2020, 2025, reference.STEP, save_every)


def mfg_inputs(varied: np.ndarray, method: str) -> Inputs:
    """An ensemble of the manufacturing model; ten variables are saved by year."""
    return Inputs(
        grid=grid(),
        n_run=varied.shape[1],
        constants=dict(zip(VARIED, varied, strict=True)),
        save=NAMES,
        method=method,  # type: ignore[arg-type]
    )


def ours(threads: int | None = 1, backend: str = "compiled") -> Any:
    """The manufacturing model made ready by our kernel."""
    from zjsim.model.reader import read_model

    return KernelEngine(backend, threads).compile(read_model(MFG))  # type: ignore[arg-type]


def ensembles(sizes: tuple[int, ...], rounds: int, folder: Path) -> dict[str, Any]:
    """Runs a second of each engine over N, on one core and, ours, on all."""
    numba_run, cpp_run = reference.numba_kernel(), reference.cpp_kernel(folder)
    one, all_cores = ours(1), ours(None)
    found: dict[str, Any] = {}
    for size in sizes:
        varied = reference.draws(size)
        whole = reference.padded(varied)
        euler, rk4 = mfg_inputs(varied, "euler"), mfg_inputs(varied, "rk4")
        works: dict[str, Callable[[], Any]] = {
            "zjsim, one core": lambda: one.run(euler),  # noqa: B023
            "zjsim again (noise)": lambda: one.run(euler),  # noqa: B023
            "zjsim, one core, RK4": lambda: one.run(rk4),  # noqa: B023
            "zjsim, all cores": lambda: all_cores.run(euler),  # noqa: B023
            "Numba by hand": lambda: numba_run(whole, reference.empty_results(size)),  # noqa: B023
        }
        if cpp_run is not None:
            works["C++ by hand"] = lambda: cpp_run(whole, reference.empty_results(size))  # noqa: B023
        for work in works.values():  # compiled, loaded and paged in
            work()
        taken = times(works, rounds)
        found[str(size)] = {name: size / statistics.median(t) for name, t in taken.items()}
        # What a busy neighbour or a slow page cost is no property of an engine.
        found["best"] = {name: size / min(t) for name, t in taken.items()}
    found["agreement"] = _agreement(one, numba_run, cpp_run)
    return found


def _agreement(one: Any, numba_run: Any, cpp_run: Any) -> dict[str, float]:
    """Largest relative difference from our plain Python run: the engines compute the same."""
    varied = reference.draws(64)
    plain = ours(backend="python").run(mfg_inputs(varied, "euler")).values.transpose(2, 1, 0)
    found = {"zjsim kernel": one.run(mfg_inputs(varied, "euler")).values.transpose(2, 1, 0)}
    whole = reference.padded(varied)
    for name, function in (("Numba by hand", numba_run), ("C++ by hand", cpp_run)):
        if function is not None:
            found[name] = reference.empty_results(64)
            function(whole, found[name])
    return {name: reference.same(values, plain) for name, values in found.items()}


def scaling(rounds: int) -> dict[str, float]:
    """Runs a second of ours by number of threads, 200,000 runs."""
    size = 200_000
    euler = mfg_inputs(reference.draws(size), "euler")
    counts = sorted({1, 2, available_cores()} & set(range(1, available_cores() + 1)))
    models = {count: ours(count) for count in counts}
    works = {str(count): (lambda model=model: model.run(euler)) for count, model in models.items()}
    for work in works.values():
        work()
    return {name: size / value for name, value in medians(works, rounds).items()}


def single_runs(model: Path, rounds: int, steps: TimeGrid) -> dict[str, float]:
    """Seconds of one warm run with every variable in a table, of each peer that is there."""
    from zjsim.model.reader import read_model

    compiled = KernelEngine("python").compile(read_model(model))
    inputs = Inputs(grid=steps, method="euler")
    works: dict[str, Callable[[], Any]] = {
        "zjsim, block": lambda: compiled.run(inputs),
        "zjsim, DataFrame": lambda: compiled.run(inputs).to_frame(),
        "zjsim, RK4, DataFrame": lambda: compiled.run(_rk4(inputs)).to_frame(),
        "zjsim, xarray": lambda: compiled.run(inputs).to_dataset(),
    }
    works |= peers.pysimlin(model)
    works |= _scipy() if model == MFG else {}
    for work in works.values():
        work()
    found = medians(works, 5 * rounds, warm=True)
    if seconds := peers.pysd(model, 3, saveper=1):
        found["PySD, DataFrame"] = statistics.median(seconds)
    return found


def _rk4(inputs: Inputs) -> Inputs:
    from dataclasses import replace

    return replace(inputs, method="rk4")


def _scipy() -> dict[str, Callable[[], Any]]:
    from scipy.integrate import solve_ivp

    function, initial = reference.right_hand_side()

    def solve(tolerance: float, method: str) -> Any:
        return solve_ivp(function, (2020, 2025), initial, method=method, rtol=tolerance)

    return {
        "SciPy RK45, 1e-6": lambda: solve(1e-6, "RK45"),
        "SciPy LSODA, 1e-6": lambda: solve(1e-6, "LSODA"),
    }


COLD = """
import time
start = time.perf_counter()
from zjsim.cache import cached_document, content_hash
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.engines.kernel.program import Program
from zjsim.inputs import Inputs
from zjsim.timeline import TimeGrid
from pathlib import Path
text = Path({model!r}).read_bytes()
def lowered():
    from zjsim.engines.kernel.lower import lower
    from zjsim.model.reader import read_model
    return lower(read_model(Path({model!r}))).to_document()
program = Program.from_document(cached_document("benchmark", content_hash(text), lowered))
compiled = KernelEngine().compile_program(program)
compiled.run(Inputs(grid=TimeGrid(2020, 2025, 0.0625, 1.0), method="euler"))
"""
COLD_PEERS = {
    "python -c pass": "pass",
    "pysimlin, load and first run": "import simlin; simlin.load({model!r}).run({{}}, "
    "analyze_loops=False).results",
    "PySD, first run, translated before": "import pysd; pysd.load({translated!r})"
    ".run(progress=False)",
}


def cold_starts(rounds: int, folder: Path) -> dict[str, float]:
    """Seconds of a whole process from its start to the first result."""
    copy = folder / "cold" / MFG.name
    copy.parent.mkdir(exist_ok=True)
    shutil.copy(MFG, copy)
    scripts = {"zjsim, warm cache": COLD, **COLD_PEERS}
    try:
        import pysd

        pysd.read_vensim(copy)
    except ImportError:
        del scripts["PySD, first run, translated before"]
    values = {"model": str(MFG), "translated": str(copy.with_suffix(".py"))}
    works = {}
    for name, script in scripts.items():
        command = [sys.executable, "-c", script.format(**values)]
        first = subprocess.run(command, capture_output=True, text=True)
        if first.returncode:
            print(f"left out: {name} ({first.stderr.splitlines()[-1]})", file=sys.stderr)
            continue
        works[name] = lambda command=command: subprocess.run(command, check=True)
    return medians(works, rounds)


def _lowered() -> dict[str, Any]:
    from zjsim.engines.kernel.lower import lower
    from zjsim.model.reader import read_model

    return lower(read_model(MFG)).to_document()


def peak_memory(sizes: tuple[int, ...]) -> dict[str, float]:
    """Peak resident MiB of a process that keeps N runs of ten variables by year."""
    found = {}
    for size in (10_000, *sizes[1:]):
        command = [sys.executable, str(Path(__file__).resolve()), "--memory-of", str(size)]
        subprocess.run(command, capture_output=True, check=True)  # the kernel is compiled once
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[str(size)] = float(done.stdout.split()[-1])
    return found


def memory_of(size: int) -> None:
    """One process of `peak_memory`; the lowered model comes from the cache, as in a session."""
    text = MFG.read_bytes()
    lowered = cached_document("benchmark", content_hash(text), _lowered)
    model = KernelEngine("compiled").compile_program(Program.from_document(lowered))
    kept = model.run(mfg_inputs(reference.draws(size), "euler"))
    assert kept.n_run == size
    print(_peak_mib())


def _peak_mib() -> float:
    status = Path("/proc/self/status")
    if status.is_file():
        # Not ru_maxrss: on Linux it begins with the peak of the process that started this one.
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def zhejiang(rounds: int, runs: int) -> dict[str, Any]:
    """The shipped model: one run of each engine, and whole ensembles with their draws."""
    from dataclasses import replace

    from zjsim.ensembles.chunks import names_to_keep
    from zjsim.ensembles.run import simulate_ensemble
    from zjsim.scenario.sampling import draw, plan_sampling, resolve_ensemble
    from zjsim.workflow import open_plan

    plan = open_plan()
    resolved = plan.resolve(plan.read_scenario("baseline"))
    sample = plan_sampling(resolved, plan.names, plan.constants)
    inputs, _ = resolve_ensemble(resolved, sample, 0, runs)
    inputs = replace(inputs, save=names_to_keep(plan), grid=replace(inputs.grid, save_every=1.0))
    one = KernelEngine("compiled", 1).compile_program(plan.program)
    every = KernelEngine("compiled", None).compile_program(plan.program)
    works: dict[str, Callable[[], Any]] = {
        "kernel, RK4, one core": lambda: one.run(inputs),
        "kernel, RK4, all cores": lambda: every.run(inputs),
        "kernel, Euler, one core": lambda: one.run(replace(inputs, method="euler")),
        "draws alone": lambda: draw(sample, 0, runs),
        "ensemble with its draws, this process": lambda: simulate_ensemble(
            plan, "baseline", runs=runs
        ),
    }
    for work in works.values():
        work()
    rates = {name: runs / value for name, value in medians(works, rounds).items()}
    model = plan.folder.model
    steps = TimeGrid(2020, 2025.5, 0.0625, None)
    costs = limit.cost_of_operations(rounds)
    floor = limit.limit(plan.program, tuple(inputs.paths), costs)
    return {
        "runs a second": rates,
        "one run": single_runs(model, max(1, rounds // 2), steps),
        "limit": {"cost of one, ns": costs, **floor},
        "distance": _distance(works, runs, floor["ns"], inputs.grid, rounds),
    }


def _distance(
    works: dict[str, Callable[[], Any]], runs: int, floor: float, steps: TimeGrid, rounds: int
) -> dict[str, float]:
    """Nanoseconds of one evaluation beside its floor; rows saved are evaluations too.

    The best of some rounds on both sides: a floor is not a median.
    """
    rows = len(steps.saved_times)
    found = {"floor": floor}
    for name, stages in (("kernel, RK4, one core", 4), ("kernel, Euler, one core", 1)):
        seconds = min(timed(works[name]) for _ in range(rounds + 2))
        found[name] = 1e9 * seconds / runs / (stages * steps.n_steps + rows)
    return found


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    packages = ("zjsim", "numpy", "numba", "scipy", "pandas", "xarray", "pysd", "pysimlin")
    versions = {}
    for name in packages:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "cpu": cpu,
        "cores": available_cores(),
        "load when begun": load,
        "python": platform.python_version(),
        "compiler": _compiler(),
        **versions,
    }


def _compiler() -> str:
    if shutil.which("g++") is None:
        return "none: the ratio to C++ is not printed"
    done = subprocess.run(["g++", "--version"], capture_output=True, text=True)
    return done.stdout.splitlines()[0]


def ratios(report: dict[str, Any]) -> dict[str, float]:
    """The ratios that the claims are made of, from the best times; above 1 is in our favour."""
    largest = report["ensembles"]["best"]
    own = largest["zjsim, one core"]
    found = {"zjsim again (noise)": own / largest["zjsim again (noise)"]}
    for name in ("Numba by hand", "C++ by hand"):
        if name in largest:
            found[f"ensemble, per core, against {name}"] = own / largest[name]
    found["all cores against one"] = largest["zjsim, all cores"] / own
    single = report["one run"]
    for name in ("pysimlin, leanest", "PySD, DataFrame", "SciPy RK45, 1e-6", "SciPy LSODA, 1e-6"):
        if name in single:
            found[f"ensemble, per core, against a loop of {name}"] = own * single[name]
    for name in ("pysimlin, DataFrame", "PySD, DataFrame"):
        if name in single:
            found[f"one run with its table against {name}"] = (
                single[name] / single["zjsim, DataFrame"]
            )
    cold = report["cold start"]
    for name in ("pysimlin, load and first run", "PySD, first run, translated before"):
        if name in cold:
            found[f"cold start against {name}"] = cold[name] / cold["zjsim, warm cache"]
    if "zhejiang" in report:
        distance = report["zhejiang"]["distance"]
        own = distance["kernel, RK4, one core"]
        found["Zhejiang, floor of an evaluation against ours"] = distance["floor"] / own
    return found


def table(title: str, rows: dict[str, Any], form: str, unit: str) -> None:
    """Print named figures under a title."""
    print(f"\n{title}")
    width = max(map(len, rows), default=0)
    for name, value in rows.items():
        print(f"  {name:<{width}}  {value:{form}} {unit}")


def show_foreign(report: dict[str, Any], path: Path) -> None:
    """The report on a user's model as tables of text."""
    print("machine:", ", ".join(f"{key} {value}" for key, value in report["machine"].items()))
    table(f"{path.name} (Euler, its own step)", report["runs a second"], "12,.0f", "runs/s")
    table("one warm run", report["one warm run, ms"], "10.3f", "ms")
    table("ratios (above 1: in our favour)", report["ratios"], "12,.1f", "")


def show(report: dict[str, Any]) -> None:
    """The report as tables of text."""
    print("machine:", ", ".join(f"{key} {value}" for key, value in report["machine"].items()))
    for size, rows in report["ensembles"].items():
        if size.isdigit():
            table(
                f"mfg, {int(size):,} runs (Euler, ten variables by year)", rows, "12,.0f", "runs/s"
            )
    best = report["ensembles"]["best"]
    table("the largest of these, best of all rounds", best, "12,.0f", "runs/s")
    table("largest relative difference", report["ensembles"]["agreement"], "8.1e", "")
    table("threads, 200,000 runs", report["scaling"], "12,.0f", "runs/s")
    milli = {name: 1000 * value for name, value in report["one run"].items()}
    table("one warm run of mfg", milli, "10.3f", "ms")
    table("cold start, mfg", report["cold start"], "6.2f", "s")
    table("peak memory, mfg, runs kept", report["peak memory"], "8.0f", "MiB")
    if "zhejiang" in report:
        found = report["zhejiang"]
        table("Zhejiang model", found["runs a second"], "12,.0f", "runs/s")
        milli = {name: 1000 * value for name, value in found["one run"].items()}
        table("one warm run of the Zhejiang model", milli, "10.3f", "ms")
        floor = found["limit"]
        table("one operation for one run", floor["cost of one, ns"], "10.3f", "ns")
        table("operations in one evaluation of Zhejiang", floor["operations"], "10,d", "")
        table("one evaluation of Zhejiang for one run", found["distance"], "10.1f", "ns")
    table("ratios (above 1: in our favour)", report["ratios"], "12,.2f", "")


def main() -> None:
    """Measure, show, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each timing")
    parser.add_argument("--quick", action="store_true", help="a small set, for a first look")
    parser.add_argument("--no-zhejiang", action="store_true", help="the small model only")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--model", type=Path, help="a model file of yours instead of ours")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        memory_of(options.memory_of)
        return
    if options.model:
        report = {"machine": machine(), **foreign.measure(options.model, options.rounds)}
        show_foreign(report, options.model)
        return
    sizes = SIZES[:2] if options.quick else SIZES
    rounds = 2 if options.quick else options.rounds
    report: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        report["ensembles"] = ensembles(sizes, rounds, Path(folder))
        report["cold start"] = cold_starts(rounds, Path(folder))
    report["scaling"] = scaling(rounds)
    report["one run"] = single_runs(MFG, rounds, grid(None))
    report["peak memory"] = peak_memory(sizes)
    if not options.no_zhejiang:
        report["zhejiang"] = zhejiang(rounds, 4096 if options.quick else 32_768)
    report["ratios"] = ratios(report)
    show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
