"""Run a study: its cases in shards that survive a kill, and a table of what came out.

The shards of a study depend on the study alone, not on who computes them or how many
workers there are. Each is written whole or not at all, under a key that hashes everything
its numbers depend on; a rerun computes the missing, the broken and the foreign ones and
leaves the good ones as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.analysis.batch.journal import Journal
from zjsim.analysis.batch.lock import folder_lock
from zjsim.analysis.batch.planning import BatchPlan, ShardPlan, shard_name
from zjsim.engines.executors import Executor
from zjsim.engines.pool import Chunk
from zjsim.ensembles.chunks import Work, compute_block
from zjsim.ensembles.shards import Block, ShardFolder, cannot_write, write_shard, write_text
from zjsim.errors import RunError

SHARDS, MANIFEST, STUDY = "shards", "manifest.json", "study.json"


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
        journal = Journal(folder)
        stock = _stock(plan, shards, journal)
        notes += stock.notes
        _withdraw(folder, stock)
        reused = plan.n_run - stock.missing_runs
        advance(reused)
        out: dict[str, ShardPlan] = {}

        def chunks() -> Iterator[Chunk]:
            for place in stock.missing:
                shard = plan.shards[place]
                out[shard.name] = shard
                yield Chunk(shard.name, shard.work)

        place = executor or Executor()
        with closing(place.map(compute, chunks(), len(stock.missing))) as results:  # type: ignore[type-var]
            for chunk, block in results:
                shard = out.pop(chunk.key)
                _expect(shard, block)
                path = shards / shard.name
                write_shard(path, block, shard.key)
                journal.add(path, shard.key, stock.take(block), block.arithmetic)
                show_life()
                advance(block.n_run)
        notes += stock.mixed(plan)
        notes += _sweep(plan, shards)
        write_text(folder / MANIFEST, _pretty(_manifest(plan, stock.failed, provenance)))
    computed = plan.n_run - reused
    return BatchResult(
        folder=folder,
        n_case=len(plan.shards.cases),
        n_run=plan.n_run,
        computed=computed,
        reused=reused,
        failed=stock.failed,
        notes=tuple(notes),
        runs=_opened(plan, shards),
    )


def _opened(plan: BatchPlan, shards: Path) -> ShardFolder:
    """The finished shards as one."""
    common = plan.shards.common
    paths = tuple(shards / shard_name(cut) for cut in plan.shards.cuts())
    counts = tuple(cut.n_run for cut in plan.shards.cuts())
    return ShardFolder(paths, counts, np.asarray(common.times, dtype=float), common.save)


@dataclass
class _Stock:
    """What is there of a study and what is missing.

    Parameters
    ----------
    missing : list of int
        Places of the shards to compute.
    missing_runs, failed : int
        Runs in them, and failed runs of all the others.
    notes : list of str
        What was wrong with shards that are there.
    arithmetic : set of str
        Of the machines that computed the shards.
    """

    missing: list[int] = field(default_factory=list)
    missing_runs: int = 0
    failed: int = 0
    notes: list[str] = field(default_factory=list)
    arithmetic: set[str] = field(default_factory=set)

    def take(self, block: Block) -> int:
        """Count in what has been computed; gives its failed runs."""
        failed = int(np.count_nonzero(block.status))
        self.failed += failed
        self.arithmetic.add(block.arithmetic)
        return failed

    def mixed(self, plan: BatchPlan) -> list[str]:
        """That the shards come from machines whose arithmetic differs, where it matters."""
        compiled = plan.shards.common.backend == "compiled"
        if compiled or len(self.arithmetic) < 2:
            return []
        return [
            "the shards come from machines whose exp, ln and powers differ in the last bit; "
            "so may the numbers (a study of more than 4,096 runs is compiled and does not differ)"
        ]


def _stock(plan: BatchPlan, shards: Path, journal: Journal) -> _Stock:
    stock = _Stock()
    words = {
        "broken": "is damaged; computed again",
        "foreign": "belongs to another model, scenario or version; computed again",
    }
    for place, shard in enumerate(plan.shards):
        found = journal.check(shards / shard.name, shard.key)
        if found.condition == "good":
            stock.failed += found.failed
            stock.arithmetic.add(found.arithmetic)
            continue
        stock.missing.append(place)
        stock.missing_runs += shard.n_run
        if found.condition in words:
            stock.notes.append(f"{shard.name} {words[found.condition]}")
    return stock


def _withdraw(folder: Path, stock: _Stock) -> None:
    """Take back the manifest of an earlier finish while shards are missing."""
    if stock.missing:
        with suppress(OSError):
            (folder / MANIFEST).unlink(missing_ok=True)


def _expect(shard: ShardPlan, block: Block) -> None:
    common = shard.shards.common
    shape = (shard.n_run, len(common.times), len(common.save))
    if block.values.shape != shape or block.names != common.save:
        raise RunError(f"{shard.name}: a worker sent {block.values.shape}, expected {shape}.")


def _sweep(plan: BatchPlan, shards: Path) -> list[str]:
    """Remove what killed batches left, and shards that the study no longer has."""
    wanted = {shard_name(cut) for cut in plan.shards.cuts()}
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
