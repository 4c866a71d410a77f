"""Many runs of one scenario, held in memory or lazily on disk."""

from __future__ import annotations

import html
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.assessment.reading import yearly_frame
from zjsim.assessment.shown import words_for
from zjsim.cache import content_hash
from zjsim.engines.executors import Executor
from zjsim.engines.pool import Chunk
from zjsim.ensembles.chunks import (
    RUNS_A_CHUNK,
    Part,
    Work,
    backend_for_all,
    bundle_hash,
    compute_block,
    names_to_keep,
    plan_reference,
    times_to_keep,
)
from zjsim.ensembles.shards import SUFFIX, Block, ShardFolder, Store, write_shard
from zjsim.errors import RunError, ScenarioError, did_you_mean
from zjsim.judging import assess
from zjsim.language import chosen_language
from zjsim.openplan import PlanLike, ScenarioLike, open_plan
from zjsim.plaintext import file_name
from zjsim.prepare import prepare
from zjsim.scenario.discrepancy import Discrepancy
from zjsim.scenario.python_words import python_words
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved
from zjsim.scenario.sampling import SamplePlan, draw
from zjsim.scenario.schema import SampleMethod, Sampling, Scenario
from zjsim.scenario.study import scenario_document
from zjsim.trajectories import row_at
from zjsim.version import __version__
from zjsim.workflow import OpenPlan

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_SHOWN = 200_000  # judging more takes longer than a reader of a notebook waits
IN_MEMORY = 256 * 2**20  # bytes of values; more goes to shards in a temporary folder
# In this process one call of the kernel must hold enough runs to keep all its threads busy.
HERE_AT_ONCE = 8


@dataclass(frozen=True)
class MemoryStore:
    """An ensemble small enough to be held: one block."""

    block: Block

    @property
    def n_run(self) -> int:
        """Number of runs."""
        return self.block.n_run

    @property
    def times(self) -> np.ndarray:
        """Kept model times in years."""
        return self.block.times

    @property
    def names(self) -> tuple[str, ...]:
        """Kept variables."""
        return self.block.names

    def column(self, name: str, first: int = 0, last: int | None = None) -> np.ndarray:
        """One variable of runs ``first`` to ``last`` (exclusive), shape (n, n_time)."""
        return self.block.values[first:last, :, self.names.index(name)]

    def per_run(self, name: str) -> np.ndarray:
        """``status``, ``case`` or ``run`` of each run."""
        return np.asarray(getattr(self.block, name))


@dataclass(frozen=True)
class EnsembleRuns:
    """Many runs of one scenario; what `assess` needs, and a Dataset that stays lazy.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
        The scenario in the middle of its ranges.
    sample : SamplePlan
        What varies, and how.
    engine : str
    store : Store
        The values: in memory, or in shards on disk.
    """

    plan: OpenPlan
    resolved: Resolved
    sample: SamplePlan
    engine: str
    store: Store

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.resolved.scenario.name

    @property
    def label(self) -> Mapping[str, str]:
        """Words for the scenario by language; empty when its file has none."""
        return self.resolved.scenario.label

    @property
    def n_run(self) -> int:
        """Number of runs."""
        return self.store.n_run

    @property
    def seed(self) -> int:
        """Seed of the draws."""
        return self.sample.seed

    @property
    def numbers(self) -> np.ndarray:
        """Number of each run, shape (n_run,)."""
        return np.arange(self.n_run)

    @property
    def times(self) -> np.ndarray:
        """Kept model times, in years."""
        return self.store.times

    @cached_property
    def hash(self) -> str:
        """Hash of everything the numbers depend on, the number of runs included."""
        parts = [self.plan.model_hash, self.resolved.hash, self.engine, __version__]
        return content_hash(*parts, str(self.sample.seed), self.sample.method, str(self.n_run))

    @property
    def run_id(self) -> str:
        """``<scenario>-<hash8>``: name of the run folder, and the footer of every chart."""
        return f"{file_name(self.name)}-{self.hash[:8]}"

    @property
    def posterior(self) -> dict[str, Any] | None:
        """Year known and hash of the draws after learning; None without."""
        given = self.sample.posterior
        if given is None:
            return None
        return {"known_until": given.known_until, "hash": given.hash}

    @property
    def discrepancies(self) -> Mapping[str, Discrepancy]:
        """What is laid over the runs when they are judged.

        Nothing over draws after learning: their drifts are the departures that figures left open.
        """
        return {} if self.sample.posterior is not None else self.plan.discrepancies

    @property
    def drivers(self) -> tuple[str, ...]:
        """Model names of the sampled drivers; their values are kept."""
        return tuple(d.name for d in self.sample.dimensions if d.kind == "driver")

    @cached_property
    def status(self) -> np.ndarray:
        """How each run ended, shape (n_run,); 0 is well."""
        return self.store.per_run("status")

    @cached_property
    def _recent(self) -> dict[str, np.ndarray]:
        return {}

    def values(self, variable: str) -> np.ndarray:
        """A kept variable, shape (n_run, n_time), in the model's unit.

        Raises
        ------
        RunError
            When it was not kept; near misses are named.
        """
        if variable not in self.store.names:
            hint = did_you_mean(variable, self.store.names)
            raise RunError(f"{variable}: no such variable was saved. {hint}".rstrip())
        if variable not in self._recent:
            # One variable of a million runs is 90 MB: the last one is kept, not all.
            self._recent.clear()
            self._recent[variable] = self.store.column(variable)
        return self._recent[variable]

    def at(self, variable: str, time: float) -> np.ndarray:
        """A kept variable at a kept time, shape (n_run,), in the model's unit.

        Raises
        ------
        RunError
            When the variable or the time was not kept.
        """
        row = row_at(self.times, time, variable)
        return self.values(variable)[:, row]

    def error_at(self, variable: str, time: float) -> np.ndarray | None:
        """None: an ensemble is run at one step, whose error ``zjsim run`` shows."""
        return None

    def draws(self, first: int = 0, last: int | None = None) -> dict[str, np.ndarray]:
        """What was drawn for runs ``first`` to ``last`` (exclusive), by key."""
        return draw(self.sample, first, self.n_run if last is None else last)

    def __repr__(self) -> str:
        words = words_for(self.label, chosen_language()) or self.name
        counts = f"{self.n_run:,} runs, {np.count_nonzero(self.status):,} failed"
        sample = self.sample
        drawn = f"{len(sample.dimensions)} uncertain inputs, {sample.method}, seed {sample.seed}"
        kept = f"{len(self.store.names)} variables at {self.times.size} times"
        return f"<EnsembleRuns of {words} ({self.run_id}): {counts}; {drawn}; {kept}>"

    def _repr_html_(self) -> str:
        if self.n_run > MOST_SHOWN:
            return f"<p>{html.escape(repr(self))}</p>"
        return assess(self.plan, self)._repr_html_()

    def to_frame(self) -> pd.DataFrame:
        """Every kept value, indexed by run and time.

        Returns
        -------
        DataFrame
            A column a variable, in the model's unit, which ``.attrs["units"]`` has by name.
        """
        frame = self.to_dataset().drop_vars("status").to_dataframe()
        frame.attrs["units"] = {name: self.plan.program.units.get(name, "") for name in frame}
        return frame

    def indicators(self) -> pd.DataFrame:
        """The plan's indicators by run and year, in the plan's units, without discrepancy.

        Returns
        -------
        DataFrame
            Indexed by run and year; a column an indicator, by its id, whose unit
            ``.attrs["units"]`` has.
        """
        return yearly_frame(self, self.plan.plan, self.status)

    def to_dataset(self) -> xr.Dataset:
        """An xarray Dataset over (run, time), which `assess` takes as well.

        Values are read when they are used: from memory, or of large ensembles
        (more than 256 MB) from shards on disk.
        """
        # Imported here because most uses of an ensemble need no labels (0.7 s).
        from zjsim.ensembles.lazy import lazy_dataset

        program = self.plan.program
        attributes = {
            "plan": self.plan.folder.name,
            "scenario": self.name,
            "engine": self.engine,
            "method": self.resolved.inputs.method,
            "step": self.resolved.inputs.grid.step,
            "model_hash": self.plan.model_hash,
            "inputs_hash": self.resolved.hash,
            "sample_method": self.sample.method,
            "seed": self.sample.seed,
            "zjsim_version": __version__,
        }
        if self.sample.posterior is not None:
            attributes["posterior"] = self.sample.posterior.hash
        return lazy_dataset(
            self.store, self.status, program.units, program.documentation, attributes
        )


def simulate_ensemble(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    runs: int | None = None,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    seed: int | None = None,
    method: SampleMethod | None = None,
    posterior: Path | str | None = None,
    engine: str = "kernel",
    save: Sequence[str] = (),
    executor: Executor | None = None,
    trust_model: bool = False,
    advance: Callable[[int], None] = lambda count: None,
) -> EnsembleRuns:
    """Run a scenario many times, with draws from its ranges.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenario : str, Path, mapping or Scenario
        A shipped name, a file, the content of one, or a Scenario; see `read_scenario`.
    changes : str, sequence of str, or mapping
        Laid over the scenario: ``"levers.rd_support=1.2"``, several of them, or
        ``{"levers.rd_support": 1.2}``.
    levers, drivers, constants : mapping or None
        The same as mappings: ``levers={"rd_support": 1.2}``.
    runs, seed, method : or None
        Number of runs, seed, and sobol, latin_hypercube or random; None takes the
        scenario's sampling section.
    posterior : Path, str or None
        A file of `learn`: its draws take the place of those from the ranges, and drivers are
        as published until the year that it knows.
    engine : {"kernel", "adaptive", "pysd"}
    save : sequence of str
        Model variables to keep by year beside the indicators'.
    executor : Executor or None
        Where to compute; None is this process.
    trust_model : bool
        Let the pysd engine execute what PySD generates from a model that is not shipped.
    advance : function
        Called with the number of runs that have just been finished.

    Raises
    ------
    ZjsimError
        When a file is wrong, the scenario does not fit the plan, or a chunk keeps failing.

    Returns
    -------
    EnsembleRuns
        Indicators by year. `assess` counts the shares of runs that meet each target; its
        ``to_dataset()`` is an xarray Dataset over (run, time) that reads values when they are used.

    Examples
    --------
    >>> import zjsim
    >>> many = zjsim.simulate_ensemble("zhejiang", "baseline", runs=8, seed=1)
    >>> many.to_dataset().sizes["run"]
    8
    """
    plan = open_plan(plan)
    if isinstance(changes, int):
        raise ScenarioError(f"the number of runs is given by its name: runs={changes}.")
    with python_words(changes, levers, drivers, constants):
        wanted = plan.read_scenario(
            scenario, changes, levers=levers, drivers=drivers, constants=constants
        )
        wanted = wanted.changed(sampling=_sampling(wanted.sampling, runs, seed, method, posterior))
        ready = prepare(plan, wanted)
    resolved, sample = ready.resolved, ready.sample
    # Sampled drivers are kept so that a reader sees what they do to each indicator.
    sampled = [dimension.name for dimension in sample.dimensions if dimension.kind == "driver"]
    wanted_names = [*sampled, *save]
    place = executor or Executor()
    step = RUNS_A_CHUNK.get(engine, 1) * (HERE_AT_ONCE if place.name == "serial" else 1)
    common = _work(plan, engine, wanted_names, trust_model, sample.runs)
    works = _works(common, resolved.scenario, sample.runs, step)
    size = sample.runs * len(works[0].times) * len(works[0].save) * 8
    chunks = [Chunk(f"runs {w.parts[0].first}..{w.parts[0].last - 1}", w) for w in works]
    keep = _in_memory if size <= IN_MEMORY else _in_shards
    with closing(place.map(compute_block, chunks)) as results:  # type: ignore[type-var]
        store = keep(works, results, advance)
    return EnsembleRuns(plan, resolved, sample, engine, store)


def _sampling(
    own: Sampling,
    runs: int | None,
    seed: int | None,
    method: SampleMethod | None,
    posterior: Path | str | None,
) -> Sampling:
    chosen = replace(
        own,
        runs=own.runs if runs is None else runs,
        seed=own.seed if seed is None else seed,
        method=own.method if method is None else method,
        posterior=own.posterior if posterior is None else str(Path(posterior).resolve()),
    )
    if chosen.runs < 1:
        raise ScenarioError(f"runs: {chosen.runs} is less than one")
    return chosen


def _work(plan: OpenPlan, engine: str, save: Sequence[str], trust_model: bool, runs: int) -> Work:
    """What all chunks of an ensemble share."""
    names = dict.fromkeys([*names_to_keep(plan), *(names_to_keep(plan, save) if save else ())])
    return Work(
        plan=plan_reference(plan.folder),
        bundle=bundle_hash(plan.folder),
        engine=engine,
        save=tuple(names),
        times=times_to_keep(plan, every_year=bool(save)),
        parts=(),
        trust_model=trust_model,
        backend=backend_for_all(engine, runs),
    )


def _works(common: Work, scenario: Scenario, runs: int, step: int) -> list[Work]:
    document = scenario_document(scenario)
    return [
        replace(common, parts=(Part(document, first, min(first + step, runs)),))
        for first in range(0, runs, step)
    ]


def _in_memory(works: Sequence[Work], results: Any, advance: Callable[[int], None]) -> Store:
    first, last = works[0], works[-1].parts[0].last
    values = np.empty((last, len(first.times), len(first.save)))
    status = np.empty(last, dtype=np.uint8)
    for chunk, block in results:
        rows = slice(chunk.payload.parts[0].first, chunk.payload.parts[0].last)
        values[rows], status[rows] = block.values, block.status
        advance(block.n_run)
    times = np.asarray(first.times, dtype=float)
    runs = np.arange(last)
    return MemoryStore(Block(first.save, times, values, status, np.zeros(last, int), runs))


def _in_shards(works: Sequence[Work], results: Any, advance: Callable[[int], None]) -> Store:
    folder = Path(tempfile.mkdtemp(prefix="zjsim-ensemble-"))
    paths = {w.parts[0].first: folder / f"{w.parts[0].first:09d}{SUFFIX}" for w in works}
    try:
        for chunk, block in results:
            write_shard(paths[chunk.payload.parts[0].first], block, "", durable=False)
            advance(block.n_run)
    except BaseException:
        _remove(folder)
        raise
    counts = tuple(w.parts[0].last - w.parts[0].first for w in works)
    times = np.asarray(works[0].times)
    store = ShardFolder(tuple(paths.values()), counts, times, works[0].save)
    # The folder lives as long as somebody can still read from it.
    weakref.finalize(store, _remove, folder)
    return store


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
