"""Run a study: its cases in shards that survive a kill, and a table of what came out.

The shards of a study depend on the study alone, not on who computes them or how many
workers there are. Each is written whole or not at all, under a key that hashes everything
its numbers depend on; a rerun computes the missing, the broken and the foreign ones and
leaves the good ones as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zjsim.analysis.batch.lock import folder_lock
from zjsim.cache import content_hash
from zjsim.engines.executors import Executor
from zjsim.engines.pool import Chunk
from zjsim.ensembles.chunks import RUNS_A_CHUNK, Part, Work, backend_for_all, compute_block
from zjsim.ensembles.shards import (
    SUFFIX,
    Block,
    ShardFolder,
    cannot_write,
    check_shard,
    open_shards,
    write_shard,
    write_text,
)
from zjsim.errors import Problem, RunError, ScenarioError, raise_if_any
from zjsim.prepare import prepare
from zjsim.scenario.reader import assignment
from zjsim.scenario.study import Case, Study, scenario_document, scenario_hash
from zjsim.version import __version__
from zjsim.workflow import OpenPlan

CASES_A_SHARD = 64
SHARDS, MANIFEST, STUDY = "shards", "manifest.json", "study.json"


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One shard to be: its file name, the hash of what it depends on, and the work."""

    name: str
    key: str
    work: Work

    @property
    def n_run(self) -> int:
        """Runs it will hold."""
        return sum(part.last - part.first for part in self.work.parts)


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """A study cut into shards.

    Parameters
    ----------
    name : str
        ``<study>-<hash8>``, the folder of its results; the number of runs does not enter,
        so a study that grows keeps its folder.
    shards : tuple of ShardPlan
    document : mapping
        The study as plain data, for ``study.json``.
    """

    name: str
    shards: tuple[ShardPlan, ...]
    document: Mapping[str, Any] = field(repr=False)

    @property
    def n_run(self) -> int:
        """Runs of the whole study."""
        return sum(shard.n_run for shard in self.shards)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did: runs computed and reused, what was wrong with older shards."""

    folder: Path
    n_case: int
    n_run: int
    computed: int
    reused: int
    failed: int
    notes: tuple[str, ...]
    runs: ShardFolder = field(repr=False)


def check_cases(study: Study, cases: Sequence[Case], opened: OpenPlan) -> None:
    """Refuse a study of which some case does not fit the plan.

    Each value of the matrix is tried once under each scenario, not every combination, so
    that a large study is checked in moments.

    Raises
    ------
    ScenarioError
        With every misfit and the line of the study it comes from.
    """
    # Read first, so that a fault of the plan's own tables is not laid on the study.
    _ = opened.names, opened.levers, opened.drivers, opened.constants
    tried: set[tuple[Any, ...]] = set()
    problems: dict[str, Problem] = {}
    for case in cases:
        name = case.scenario.name
        fresh = {(name,), *((name, key, repr(value)) for key, value in case.assignments)} - tried
        if not fresh:
            continue
        tried |= fresh
        try:
            ready = prepare(opened, case.scenario)
            if study.sample is not None:
                ready.sampled(calibrated={})
        except ScenarioError as misfit:
            for line in str(misfit).splitlines()[1:] or [str(misfit)]:
                problems.setdefault(line, Problem(_place(study, case, line), line.strip()))
    raise_if_any(study.origin, list(problems.values()), ScenarioError)


def _place(study: Study, case: Case, line: str) -> str:
    """The line of the study that a misfit of a case comes from, as far as that is known."""
    for key, value in case.assignments:
        if assignment(key, value) in line:
            position = study.matrix[key].index(value)
            return study.where(f"matrix.{key}.{position}")
    return case.id


def plan_batch(
    study: Study,
    cases: Sequence[Case],
    *,
    plan: str,
    bundle: str,
    save: Sequence[str],
    times: Sequence[float],
    trust_model: bool = False,
    rows_a_shard: int | None = None,
) -> BatchPlan:
    """Cut a study into shards.

    Parameters
    ----------
    plan, bundle : str
        Name or folder of the plan, and the hash of its files.
    save : sequence of str
        Model variables to keep.
    times : sequence of float
        Model times to keep, in years.
    rows_a_shard : int or None
        Runs a shard at most; None takes what suits the engine.
    """
    most = rows_a_shard or RUNS_A_CHUNK[study.engine]
    columns = _columns(cases)
    hashes = [scenario_hash(case.scenario) for case in cases]
    counts = [_runs_of(case, study) for case in cases]
    backend = backend_for_all(study.engine, sum(counts))
    shards = []
    for group in _groups(counts, most):
        parts = tuple(
            Part(
                case=index,
                first=first,
                last=last,
                scenario=scenario_document(cases[index].scenario),
                coordinates={name: column[index] for name, column in columns.items()},
                draws=study.sample is not None,
            )
            for index, first, last in group
        )
        work = Work(
            plan=plan,
            bundle=bundle,
            engine=study.engine,
            save=tuple(save),
            times=tuple(times),
            parts=parts,
            trust_model=trust_model,
            backend=backend,
        )
        key = _shard_key(work, [hashes[index] for index, _, _ in group])
        first_case, first_run, _ = group[0]
        shards.append(ShardPlan(f"{first_case:06d}-{first_run:09d}{SUFFIX}", key, work))
    document = _study_document(study, cases, hashes, bundle, save, times)
    name = f"{study.name}-{content_hash(_canonical(document))[:8]}"
    return BatchPlan(name, tuple(shards), document)


def _runs_of(case: Case, study: Study) -> int:
    return case.scenario.sampling.runs if study.sample is not None else 1


def _groups(counts: Sequence[int], most: int) -> Iterable[list[tuple[int, int, int]]]:
    """(case, first run, last run) of each shard: a slice of one case, or several whole cases."""
    group: list[tuple[int, int, int]] = []
    rows = 0
    for case, count in enumerate(counts):
        if group and (rows + count > most or len(group) == CASES_A_SHARD):
            yield group
            group, rows = [], 0
        if count <= most:
            group.append((case, 0, count))
            rows += count
        else:
            ends = range(most, count + most, most)
            yield from ([(case, end - most, min(end, count))] for end in ends)
    if group:
        yield group


def _columns(cases: Sequence[Case]) -> dict[str, list[Any]]:
    """Coordinates by column; a column that mixes numbers and shapes is text throughout."""
    columns: dict[str, list[Any]] = {}
    for name in cases[0].coordinates if cases else ():
        values = [case.coordinates[name] for case in cases]
        numbers = all(isinstance(value, int | float) for value in values)
        columns[name] = [float(v) if numbers else _text(v) for v in values]
    return columns


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _shard_key(work: Work, hashes: Sequence[str]) -> str:
    parts = [
        [digest, part.case, part.first, part.last, dict(part.coordinates), part.draws]
        for digest, part in zip(hashes, work.parts, strict=True)
    ]
    content = [__version__, work.bundle, work.engine, work.backend, work.save, work.times, parts]
    return content_hash(_canonical(content))


def _canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _study_document(
    study: Study,
    cases: Sequence[Case],
    hashes: Sequence[str],
    bundle: str,
    save: Sequence[str],
    times: Sequence[float],
) -> dict[str, Any]:
    # Without the number of runs: see BatchPlan.name.
    sample = {k: v for k, v in (study.sample or {}).items() if k != "runs"}
    return {
        "name": study.name,
        "zjsim": __version__,
        "plan": bundle,
        "engine": study.engine,
        "save": list(save),
        "times": list(times),
        "sample": sample if study.sample is not None else None,
        "cases": [
            {"case": case.id, "scenario_hash": digest, **case.coordinates}
            for case, digest in zip(cases, hashes, strict=True)
        ],
    }


def run_batch(
    plan: BatchPlan,
    folder: Path,
    executor: Executor | None = None,
    *,
    compute: Callable[[Work], Block] = compute_block,
    advance: Callable[[int], None] = lambda count: None,
    provenance: Mapping[str, Any] | None = None,
) -> BatchResult:
    """Compute what is missing of a study in ``folder``.

    Parameters
    ----------
    plan : BatchPlan
    folder : Path
        ``runs/<study>-<hash8>``; made when it is not there.
    executor : Executor or None
        Where to compute; None is this process.
    compute : function
        From a Work to its Block; one that a fresh Python can import.
    advance : function
        Called with the number of runs that have just been finished or found.
    provenance : mapping or None
        Versions and command, for ``manifest.json``.

    Raises
    ------
    RunError
        When another batch works in the folder, it cannot be written, or a shard cannot be
        computed. What was finished stays.
    """
    shards = folder / SHARDS
    try:
        shards.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise cannot_write(folder, problem) from None
    with folder_lock(folder) as (show_life, left):
        notes = [left] if left else []
        write_text(folder / STUDY, _pretty(plan.document))
        missing, said = _missing(plan, shards)
        notes += said
        _withdraw(folder, plan, missing)
        reused = plan.n_run - sum(shard.n_run for shard in missing)
        advance(reused)
        by_name = {shard.name: shard for shard in missing}
        chunks = [Chunk(shard.name, shard.work) for shard in missing]
        with closing((executor or Executor()).map(compute, chunks)) as results:  # type: ignore[type-var]
            for chunk, block in results:
                shard = by_name[chunk.key]
                _expect(shard, block)
                write_shard(shards / shard.name, block, shard.key)
                show_life()
                advance(block.n_run)
        notes += _sweep(plan, shards)
        work = plan.shards[0].work
        runs = open_shards([shards / s.name for s in plan.shards], work.save, _array(work.times))
        failed = int((runs.per_run("status") != 0).sum())
        write_text(folder / MANIFEST, _pretty(_manifest(plan, failed, provenance)))
    computed = plan.n_run - reused
    n_case = len(plan.document["cases"])
    return BatchResult(folder, n_case, plan.n_run, computed, reused, failed, tuple(notes), runs)


def _array(times: Sequence[float]) -> Any:
    import numpy as np

    return np.asarray(times, dtype=float)


def _missing(plan: BatchPlan, shards: Path) -> tuple[list[ShardPlan], list[str]]:
    """Shards that must be computed, and what was wrong with those that are there."""
    missing, notes = [], []
    words = {
        "broken": "is damaged; computed again",
        "foreign": "belongs to another model, scenario or version; computed again",
    }
    for shard in plan.shards:
        condition = check_shard(shards / shard.name, shard.key)
        if condition != "good":
            missing.append(shard)
        if condition in words:
            notes.append(f"{shard.name} {words[condition]}")
    return missing, notes


def _withdraw(folder: Path, plan: BatchPlan, missing: Sequence[ShardPlan]) -> None:
    """Take back the manifest of an earlier finish while shards are missing."""
    if missing:
        with suppress(OSError):
            (folder / MANIFEST).unlink(missing_ok=True)


def _expect(shard: ShardPlan, block: Block) -> None:
    work = shard.work
    shape = (shard.n_run, len(work.times), len(work.save))
    if block.values.shape != shape or block.names != work.save:
        raise RunError(f"{shard.name}: a worker sent {block.values.shape}, expected {shape}.")


def _sweep(plan: BatchPlan, shards: Path) -> list[str]:
    """Remove what killed batches left, and shards that the study no longer has."""
    wanted = {shard.name for shard in plan.shards}
    notes = []
    for path in sorted(shards.iterdir()):
        if path.name.startswith(".") and ".part" in path.suffixes:
            with suppress(OSError):
                path.unlink()
        elif path.name not in wanted:
            notes.append(f"{path.name} is no shard of this study; it is not read")
    return notes


def _manifest(plan: BatchPlan, failed: int, provenance: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "study": plan.name,
        "runs": plan.n_run,
        "failed_runs": failed,
        "shards": {shard.name: {"key": shard.key, "runs": shard.n_run} for shard in plan.shards},
        **(provenance or {}),
    }


def _pretty(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
