"""The unit of work of ensembles and batches: a plan by its hash, a scenario, a range of runs.

A unit is plain data that can travel; whoever gets it opens the plan itself, once. Run i has
the same draw and the same numbers whoever computes it, in whatever chunk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.bundle import PlanFolder, find_plan
from zjsim.cache import content_hash
from zjsim.engines import ENGINES
from zjsim.engines.arithmetic import functions_hash
from zjsim.engines.base import CompiledModel
from zjsim.engines.kernel.engine import Backend, backend_for
from zjsim.engines.pool import THREADS
from zjsim.ensembles.shards import Block
from zjsim.errors import RunError, ScenarioError, did_you_mean
from zjsim.files import code_files
from zjsim.inputs import Inputs
from zjsim.model.names import canonical
from zjsim.openplan import OpenPlan
from zjsim.prepare import Prepared, compiled_for, prepare
from zjsim.scenario.study import scenario_from_document
from zjsim.timeline import TIME_TOLERANCE, TimeGrid, end_of
from zjsim.trajectories import Trajectories
from zjsim.version import __version__

RUNS_A_CHUNK = {name: entry.runs_a_chunk for name, entry in ENGINES.items()}
# The files that numbers depend on, besides the model.
_NUMBERS = ("levers.yaml", "drivers.csv", "outlook_errors.csv", "constants.csv", "calibration.csv")


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive runs of one case: plain data.

    Parameters
    ----------
    scenario : mapping
        As `scenario_document` writes it.
    first, last : int
        Numbers of the runs; the last is exclusive.
    draws : bool
        Whether the runs are draws; without, each is the scenario itself.
    case : int
    coordinates : mapping
        The case's columns.
    """

    scenario: Mapping[str, Any]
    first: int
    last: int
    draws: bool = True
    case: int = 0
    coordinates: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker computes at a time: plain data that can travel.

    Parameters
    ----------
    plan : str
        Name of a shipped plan, or its folder as the workers see it.
    bundle : str
        `bundle_hash` of the plan that the sender has, which tells its code as well.
    engine : str
    save : tuple of str
        Model variables to keep.
    times : tuple of float
        Model times to keep, in years; NaN where a run does not reach one.
    parts : tuple of Part
    trust_model : bool
        As for `simulate`.
    backend : {"auto", "python", "members", "compiled"}
        How the kernel computes; chosen once for a whole study, because the two differ in
        the last bits.
    """

    plan: str
    bundle: str
    engine: str
    save: tuple[str, ...]
    times: tuple[float, ...]
    parts: tuple[Part, ...]
    trust_model: bool = False
    backend: Backend = "auto"


# The rooms that show results; whatever else is in the package may decide a number.
_SHOWS = ("cli", "report")


@cache
def code_hash() -> str:
    """Hash of the code that computes runs: what an edited checkout computed is not reused."""
    package = Path(__file__).resolve().parents[1]
    files = {file.relative_to(package).as_posix(): file for file in code_files()}
    names = sorted(name for name in files if name.split("/")[0] not in _SHOWS)
    return content_hash(*(part for name in names for part in (name, files[name].read_bytes())))


def bundle_hash(folder: PlanFolder) -> str:
    """Hash of the files of a plan and the code that the numbers of a run depend on."""
    texts: list[str | bytes] = [code_hash(), folder.model.suffix, folder.model.read_bytes()]
    for name in _NUMBERS:
        path = folder.file(name)
        texts.append(path.read_bytes() if path.is_file() else "")
    return content_hash(*texts)


def plan_reference(folder: PlanFolder) -> str:
    """How a worker finds the plan: a shipped one by name, so that any machine has it."""
    return folder.name if folder.shipped else str(folder.path)


@lru_cache(maxsize=4)
def _opened(plan: str, bundle: str) -> OpenPlan:
    opened = OpenPlan(find_plan(Path(plan) if "/" in plan or "\\" in plan else plan))
    if bundle_hash(opened.folder) != bundle:
        raise RunError(
            f"{plan}: this worker has other files of the plan, or another zjsim, than the sender "
            f"(zjsim {__version__} here). Install the same version everywhere."
        )
    return opened


@lru_cache(maxsize=4)
def _compiled(
    plan: str, bundle: str, engine: str, trust_model: bool, backend: Backend
) -> CompiledModel:
    opened = _opened(plan, bundle)
    # A pool sets the variable so that processes times threads stay within the cores.
    allowed = os.environ.get(THREADS, "")
    threads = int(allowed) if allowed.isdigit() and int(allowed) else None
    # One kernel for all cases of a study, whichever levers and drivers each of them sets.
    return compiled_for(
        opened, engine, trust_model,
        backend=backend, threads=threads, may_be_paths=opened.exogenous,
    )  # fmt: skip


@lru_cache(maxsize=4)
def _prepared(
    plan: str, bundle: str, engine: str, trust_model: bool, backend: Backend, scenario: str
) -> Prepared:
    """A scenario, as JSON, resolved once for all its chunks in this process."""
    opened = _opened(plan, bundle)
    return prepare(
        opened, scenario_from_document(json.loads(scenario)),
        shared=_compiled(plan, bundle, engine, trust_model, backend),
    )  # fmt: skip


def backend_for_all(engine: str, n_run: int) -> Backend:
    """The kernel's way for a study of ``n_run`` runs, whatever chunks it is cut into."""
    return backend_for(n_run) if engine == "kernel" else "auto"


def compute_block(work: Work) -> Block:
    """Compute one unit of work, in whichever process this is.

    Raises
    ------
    ZjsimError
        When the plan is not the sender's, or a scenario does not fit it.
    """
    common = (work.plan, work.bundle, work.engine, work.trust_model, work.backend)
    times = np.asarray(work.times, dtype=float)
    n_run = sum(part.last - part.first for part in work.parts)
    values = np.full((n_run, times.size, len(work.save)), np.nan)
    status = np.empty(n_run, dtype=np.uint8)
    start = 0
    for part in work.parts:
        rows = slice(start, start + part.last - part.first)
        ready = _prepared(*common, json.dumps(part.scenario))
        ran = ready.run(_inputs(ready, part, work.save, times))
        _take(ran, times, values[rows])
        status[rows] = ran.status
        start = rows.stop
    counts = [part.last - part.first for part in work.parts]
    return Block(
        names=work.save,
        times=times,
        values=values,
        status=status,
        case=np.repeat([part.case for part in work.parts], counts),
        run=np.concatenate([np.arange(part.first, part.last) for part in work.parts]),
        coordinates={
            name: [
                part.coordinates[name]
                for part, n in zip(work.parts, counts, strict=True)
                for _ in range(n)
            ]
            for name in work.parts[0].coordinates
        },
        arithmetic=functions_hash(),
    )


def _inputs(ready: Prepared, part: Part, save: tuple[str, ...], times: np.ndarray) -> Inputs:
    if part.draws:
        inputs = ready.drawn(part.first, part.last)
    else:
        inputs = replace(ready.inputs, n_run=part.last - part.first)
    return replace(inputs, save=save, grid=_saving(inputs.grid, times))


def _saving(grid: TimeGrid, times: np.ndarray) -> TimeGrid:
    """The grid with as few saved rows as hold ``times``; every step when nothing else does."""
    inside = times[(times >= grid.start) & (times <= grid.stop)]
    for every in (1.0, 0.5, 0.25):
        rows, steps = (inside - grid.start) / every, every / grid.step
        whole = np.abs(np.append(rows, steps) - np.round(np.append(rows, steps)))
        if steps > 0.5 and np.all(whole < TIME_TOLERANCE):
            return replace(grid, save_every=every)
    return replace(grid, save_every=None)


def _take(ran: Trajectories, times: np.ndarray, out: np.ndarray) -> None:
    """Copy the rows at ``times`` into ``out``; a time that the run lacks stays NaN."""
    nearest = np.abs(ran.times[None, :] - times[:, None]).argmin(axis=1)
    there = np.abs(ran.times[nearest] - times) < TIME_TOLERANCE
    out[:, there, :] = ran.values[:, nearest[there], :]


def times_to_keep(opened: OpenPlan, every_year: bool = False) -> tuple[float, ...]:
    """Times at which the plan's indicators are read, from each base year to its target's.

    With ``every_year`` the middle of each year is kept as well, for other variables.
    """
    found: set[float] = set()
    plan = opened.plan
    for item in plan.indicators:
        years = range(min(plan.base_year, item.base.year), item.target.year + 1)
        found |= {end_of(y) if item.reading == "year_end" else float(y) for y in years}
        if every_year:
            found |= {float(year) for year in years}
    # An indicator with an earlier base has no projection before the run begins.
    return tuple(sorted(time for time in found if time >= opened.names.time.start))


def names_to_keep(opened: OpenPlan, asked: Sequence[str] = ()) -> tuple[str, ...]:
    """The plan's indicators and their other counts, or what is asked for, as the model spells it.

    Raises
    ------
    ScenarioError
        When the model has no such variable.
    """
    known = opened.program.names
    if not asked:
        wanted: dict[str, None] = {}
        for item in opened.plan.indicators:
            counts = (count.variable for count in item.other_counts)
            wanted |= dict.fromkeys((item.variable, *counts))
        return tuple(name for name in wanted if name in known)
    found = []
    for name in asked:
        same = [other for other in known if canonical(other) == canonical(name)]
        if not same:
            hint = did_you_mean(name, known)
            raise ScenarioError(f"save: the model has no variable {name}. {hint}".rstrip())
        found.append(same[0])
    return tuple(dict.fromkeys(found))
