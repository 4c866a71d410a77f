"""The default engine: a lowered program run as plain Python or as a compiled kernel.

One or a few runs are plain generated Python, because loading anything else costs more than
they do. Some thousand are the same text over NumPy arrays (``members``), because compiling
costs more. Many go through a compiled kernel that computes a block of runs at a time. The three
agree to about 1e-12; which one is used depends on the number of runs alone, never on what a
cache happens to hold. Results of one of them are the same to the last bit for any number of
threads and any chunking.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zjsim.cache import cached_document, content_hash
from zjsim.engines.base import Engine, Source
from zjsim.engines.kernel import binding, functions
from zjsim.engines.kernel.program import Program
from zjsim.engines.kernel.steppers import HAIR, STEPPERS
from zjsim.inputs import Inputs
from zjsim.model.spec import ModelSpec
from zjsim.trajectories import RunStatus, Trajectories

if TYPE_CHECKING:
    from zjsim.engines.kernel.build import Kernel

Backend = Literal["auto", "python", "members", "compiled"]
# Saved values, first row at which a state failed (or -1), whether any saved value is broken.
_Found = tuple[np.ndarray, np.ndarray, np.ndarray]
Notify = Callable[[str], None]

# Up to here plain Python is sooner ready than a compiled kernel loaded from its cache.
FEW_RUNS = 40
# Up to here NumPy over runs is done before a kernel is compiled, or imported and loaded.
MEMBERS_RUNS = 4_096
# Programs with more nodes than this are compiled once, for every choice of constants by run.
LARGEST_SPECIAL = 600


def backend_for(n_run: int, few: int = FEW_RUNS) -> Literal["python", "members", "compiled"]:
    """The way in which ``auto`` computes ``n_run`` runs; depends on nothing else.

    A study that is cut into chunks chooses once, by its total, and names the choice.

    Parameters
    ----------
    few : int
        Up to so many runs are plain Python; fewer where the text for NumPy is written anyway.
    """
    if n_run <= few:
        return "python"
    return "members" if n_run <= MEMBERS_RUNS else "compiled"


def backend_for_search(program: Program) -> Literal["members", "compiled"]:
    """The one way in which a search computes its hundreds of blocks, some of them small.

    It is one for all, because the ways differ in the last bits. A small program is run in NumPy,
    which is done sooner than a kernel is compiled.
    """
    return "members" if len(program.nodes) <= LARGEST_SPECIAL else "compiled"


class KernelEngine(Engine):
    """Engine ``kernel``: Euler and Runge-Kutta with a fixed step, any number of runs.

    Parameters
    ----------
    backend : {"auto", "python", "members", "compiled"}
        How runs are computed; ``auto`` decides by their number.
    threads : int or None
        Threads of the compiled kernel; None takes every core this process may use.
    notify : callable or None
        Told, in a sentence, when a kernel must be compiled first.
    """

    def __init__(
        self,
        backend: Backend = "auto",
        threads: int | None = None,
        notify: Notify | None = None,
    ) -> None:
        self.backend = backend
        self.threads = threads
        self.notify = notify or _log

    @classmethod
    def made(
        cls,
        *,
        backend: Backend = "auto",
        threads: int | None = None,
        notify: Notify | None = None,
        **_: Any,
    ) -> KernelEngine:
        """Takes ``backend``, ``threads`` and ``notify``."""
        return cls(backend, threads, notify)

    def compile(self, model: ModelSpec, may_be_paths: tuple[str, ...] = ()) -> CompiledProgram:
        """Lower ``model``.

        Parameters
        ----------
        may_be_paths : tuple of str
            Names, such as all levers, that some runs replace by a path: one kernel then
            serves every choice of them.

        Raises
        ------
        UnsupportedError
            When the kernel does not compute a construct; the message names the equation.
        """
        # A model from the cache is lowered already.
        from zjsim.engines.kernel.lower import lower

        return self.compile_program(lower(model), may_be_paths)

    def compile_program(
        self, program: Program, may_be_paths: tuple[str, ...] = ()
    ) -> CompiledProgram:
        """The same from a lowered program, as kept between processes."""
        return CompiledProgram(program, self, may_be_paths)

    def compile_source(self, source: Source, may_be_paths: tuple[str, ...] = ()) -> CompiledProgram:
        """The same from a source, whose lowered model is taken."""
        return self.compile_program(source.program, may_be_paths)


def _log(text: str) -> None:
    """Without a ``notify`` callback the message goes to the log, which the command line shows."""
    # Compiling takes many seconds and logging costs some milliseconds to import.
    import logging

    logging.getLogger("zjsim").info(text)


class CompiledProgram:
    """A lowered program with the texts and kernels made from it so far."""

    def __init__(
        self, program: Program, engine: KernelEngine, may_be_paths: tuple[str, ...] = ()
    ) -> None:
        self.program = program
        self.engine = engine
        self.may_be_paths = may_be_paths
        self._runs: dict[tuple[Any, ...], Callable[..., Any]] = {}
        self._kernels: dict[tuple[Any, ...], tuple[Kernel, dict[str, int]]] = {}
        # Variants that raised once are computed with functions that cannot raise.
        self._unsafe: set[tuple[Any, ...]] = set()
        self._digest = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that ``run`` can save, in the order of the model file."""
        return self.program.names

    @property
    def digest(self) -> str:
        """Hash of the lowered program."""
        if not self._digest:
            self._digest = content_hash(repr(self.program))
        return self._digest

    def run(self, inputs: Inputs, backend: Backend | None = None) -> Trajectories:
        """Simulate; the order of the runs is that of ``inputs``.

        Parameters
        ----------
        backend : {"auto", "python", "members", "compiled"} or None
            Overrides the engine's choice.

        Raises
        ------
        ModelError
            When ``inputs`` name an element that the model lacks or that cannot be set.
        """
        binding.check_names(self.program, inputs)
        chosen = backend or self.engine.backend
        if chosen == "auto":
            chosen = backend_for(inputs.n_run)
        save = binding.saved_names(self.program, inputs)
        if chosen == "python":
            values = self._run_python(inputs, save)
        elif chosen == "members":
            values = self._run_members(inputs, save)
        else:
            values = self._run_compiled(inputs, save)
        return self._trajectories(inputs, save, *values, chosen)

    def _run_python(self, inputs: Inputs, save: tuple[str, ...]) -> _Found:
        program, grid = self.program, inputs.grid
        constants = binding.constants(program, inputs)
        givens = binding.givens(program, inputs)
        paths = tuple(inputs.paths.values())
        shared = all(path.values.shape[0] == 1 for path in paths)
        controls = (grid.step, grid.start, grid.stop, _save_every(inputs))
        key = (tuple(inputs.paths), save, inputs.method, grid.steps_per_save == 1)
        values = np.empty((inputs.n_run, len(grid.saved_times), len(save)))
        failed = np.full(inputs.n_run, -1, dtype=np.int32)
        rows: list[Any] = []
        starts: list[float] = []
        for run in range(inputs.n_run):
            if run == 0 or not shared:
                rows = binding.path_rows(paths, inputs, run) if paths else []
                starts = binding.path_starts(paths, inputs, run)
            arguments = (controls, constants.of_run(run), givens.of_run(run), starts, rows,
                         grid.n_steps, grid.steps_per_save)  # fmt: skip
            saved = np.frombuffer(self._one(key, arguments)).reshape(-1, len(save) + 1)
            values[run] = saved[:, :-1]
            broken = saved[:, -1] != 0.0
            if broken.any():
                failed[run] = int(np.argmax(broken))
        return values, failed, np.asarray(~np.isfinite(values).all(axis=(1, 2)))

    def _one(self, key: tuple[Any, ...], arguments: tuple[Any, ...]) -> array[float]:
        """Saved rows of one run end to end, each with its sign of failure."""
        rows = array("d")
        if key not in self._unsafe:
            try:
                self._function(key, False)(*arguments, rows)
                return rows
            except (ArithmeticError, ValueError):
                self._unsafe.add(key)
                del rows[:]
        self._function(key, True)(*arguments, rows)
        return rows

    def _function(self, key: tuple[Any, ...], safe: bool) -> Callable[..., Any]:
        variant = (*key, safe)
        if variant not in self._runs:
            text = self.python_text(*key, safe=safe)
            space: dict[str, Any] = dict(functions.SAFE_SPACE if safe else functions.FAST_SPACE)
            exec(compile(text, f"<kernel of {self.digest[:8]}>", "exec"), space)
            self._runs[variant] = space["run"]
        return self._runs[variant]

    def _run_members(self, inputs: Inputs, save: tuple[str, ...]) -> _Found:
        # Its functions are made when a study is large enough for them.
        from zjsim.engines.kernel.members import run_members

        every_step = inputs.grid.steps_per_save == 1
        text = self.members_text(tuple(inputs.paths), save, inputs.method, every_step)
        code = compile(text, f"<members of {self.digest[:8]}>", "exec")

        def function(space: dict[str, Any]) -> Callable[..., Any]:
            exec(code, space)
            run: Callable[..., Any] = space["run"]
            return run

        values, failed = run_members(self.program, inputs, save, _save_every(inputs), function)
        return values, failed, np.asarray(~np.isfinite(values).all(axis=(1, 2)))

    def members_text(
        self, paths: tuple[str, ...], save: tuple[str, ...], method: str, every_step: bool = False
    ) -> str:
        """The emitted text that computes many runs side by side in NumPy."""
        key = content_hash("members", self.digest, repr((paths, save, method, every_step)))

        def build() -> str:
            # A text from the cache is emitted already.
            from zjsim.engines.kernel.emit_members import emit_members
            from zjsim.engines.kernel.schedule import schedule

            plan = schedule(self.program, paths, save)
            return emit_members(plan, STEPPERS[method], every_step)

        text: str = cached_document("emitted", key, build)
        return text

    def python_text(
        self,
        paths: tuple[str, ...],
        save: tuple[str, ...],
        method: str,
        every_step: bool = False,
        *,
        safe: bool = False,
    ) -> str:
        """The emitted Python text for a set of paths, saved names and a method."""
        key = content_hash("python", self.digest, repr((paths, save, method, every_step, safe)))

        def build() -> str:
            # A text from the cache is emitted already.
            from zjsim.engines.kernel.emit import emit_python
            from zjsim.engines.kernel.schedule import schedule

            plan = schedule(self.program, paths, save)
            return emit_python(plan, STEPPERS[method], safe=safe, every_step=every_step)

        text: str = cached_document("emitted", key, build)
        return text

    def _run_compiled(self, inputs: Inputs, save: tuple[str, ...]) -> _Found:
        from zjsim.engines.kernel.arguments import in_order
        from zjsim.engines.kernel.lanes import LANES

        grid = inputs.grid
        names = self._kernel_paths(inputs)
        by_run = self._kernel_constants(inputs)
        stepper = STEPPERS[inputs.method]
        kernel, slot_of = self._kernel(names, by_run, self._kernel_names(save), len(stepper.nodes))
        slots = np.array([slot_of[name] for name in save], dtype=np.uint32)
        blocks = -(-inputs.n_run // LANES)
        # Names before times before runs: a block writes whole vectors, side by side.
        out = np.empty((len(save), len(grid.saved_times), blocks * LANES))
        failed = np.full(blocks * LANES, -1, dtype=np.int32)
        broken = np.zeros(blocks * LANES, dtype=np.bool_)
        # The pool is needed for its count of cores only, and one run needs none.
        from zjsim.engines.pool import available_cores

        threads = self.engine.threads or available_cores()
        packer = binding.Packer(self.program, inputs, names, by_run, LANES, threads)
        fixed = {
            "nodes": np.array(stepper.nodes),
            "weights": np.array(stepper.weights),
            "hair": HAIR * grid.step if stepper.order > 1 else 0.0,
            "n_steps": grid.n_steps,
            "per_save": grid.steps_per_save,
            "step": grid.step,
            "start": grid.start,
            "stop": grid.stop,
            "save_every": _save_every(inputs),
            "slots": slots,
            "out": out,
            "failed": failed,
            "broken": broken,
        }

        def chunk(first: int) -> None:
            count = min(packer.chunk_blocks, blocks - first)
            tables = packer.pack(first * LANES, count * LANES)
            place = {"n_blocks": count, "offset": np.uint32(first * LANES)}
            kernel(*in_order({**fixed, **tables, **place}))

        starts = range(0, blocks, packer.chunk_blocks)
        threads = min(threads, len(starts))
        if threads <= 1:
            for first in starts:
                chunk(first)
        else:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(chunk, starts))
        runs = slice(inputs.n_run)
        return out[:, :, runs].transpose(2, 1, 0), failed[runs], broken[runs]

    def _kernel_paths(self, inputs: Inputs) -> tuple[str, ...]:
        """Names for which the kernel reads a path, in the order of the model."""
        wanted = {*self.may_be_paths, *inputs.paths}
        constants = {slot.name for slot in self.program.constants}
        # A flow or auxiliary has no number to stand in for a path that is not given.
        wanted = {name for name in wanted if name in inputs.paths or name in constants}
        return tuple(name for name in self.program.names if name in wanted)

    def _kernel_constants(self, inputs: Inputs) -> tuple[int, ...]:
        """Slots of the constants that the kernel reads by run.

        A large program takes all of them, so that one kernel serves every study of it; a small
        one is compiled quickly, and for just those that are given.
        """
        slots = self.program.constants
        if self._is_large:
            return tuple(range(len(slots)))
        # By name, not by shape: the choice must not depend on how a study is cut into chunks.
        return tuple(i for i, slot in enumerate(slots) if slot.name in inputs.constants)

    def _kernel_names(self, save: tuple[str, ...]) -> tuple[str, ...]:
        """Names that the kernel computes at a saved row."""
        return self.program.names if self._is_large else save

    @property
    def _is_large(self) -> bool:
        return len(self.program.nodes) > LARGEST_SPECIAL

    def _kernel(
        self, paths: tuple[str, ...], by_run: tuple[int, ...], names: tuple[str, ...], stages: int
    ) -> tuple[Kernel, dict[str, int]]:
        """The compiled kernel for a use of the program, and the slot of each name it can save."""
        key = (paths, by_run, names, stages)
        if key not in self._kernels:
            from zjsim.engines.kernel.build import build

            text, slots = self.kernel_text(*key)
            self._kernels[key] = build(text, self.engine.notify), slots
        return self._kernels[key]

    def kernel_text(
        self, paths: tuple[str, ...], by_run: tuple[int, ...], names: tuple[str, ...], stages: int
    ) -> tuple[str, dict[str, int]]:
        """The emitted text of the compiled kernel for a use of the program.

        Parameters
        ----------
        paths : tuple of str
            Names for which it reads a path.
        by_run : tuple of int
            Slots of the constants that may differ by run.
        names : tuple of str
            What it can save; all are computed at each saved row, and those asked for copied.
        stages : int
            Evaluations a step.
        """
        from zjsim.engines.kernel import lanes
        from zjsim.engines.kernel.layout import Kind
        from zjsim.engines.kernel.schedule import schedule

        use = (paths, by_run, names, stages)
        key = content_hash(
            "lanes", self.digest, repr((use, lanes.LANES, lanes.LARGEST_WHOLE, lanes.LONGEST_PART))
        )

        def make() -> list[Any]:
            plan = schedule(self.program, paths, names, reciprocals=True)
            text, slots = lanes.emit_lanes(plan, Kind(stages, by_run, not self._is_large))
            return [text, dict(zip(names, slots, strict=True))]

        text, slots = cached_document("emitted", key, make)
        return text, slots

    def _trajectories(
        self,
        inputs: Inputs,
        save: tuple[str, ...],
        values: np.ndarray,
        failed: np.ndarray,
        broken: np.ndarray,
        backend: str,
    ) -> Trajectories:
        program = self.program
        status = np.where(broken | (failed >= 0), RunStatus.NOT_FINITE, RunStatus.OK)
        return Trajectories(
            names=save,
            times=inputs.grid.saved_times,
            values=values,
            status=status.astype(np.uint8),
            units={name: program.units.get(name, "") for name in save},
            documentation={name: program.documentation.get(name, "") for name in save},
            attributes={
                "model": program.name,
                "time_unit": program.time_unit,
                "engine": "kernel",
                "method": inputs.method,
                "step": inputs.grid.step,
                "backend": backend,
            },
            arrays=program.arrays,
            ranges=program.ranges,
        )


def _save_every(inputs: Inputs) -> float:
    return inputs.grid.step * inputs.grid.steps_per_save
