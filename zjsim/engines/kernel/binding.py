"""Inputs laid out as a program's slots: checked names, arrays by slot number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from zjsim.engines.kernel.program import Program
from zjsim.errors import ModelError, Problem, UnsupportedError, did_you_mean, raise_if_any
from zjsim.inputs import Inputs, TimePath
from zjsim.model.names import control_of


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers by slot: one for all runs, or where ``rows`` names the slot, one a run.

    ``shared`` has shape (n_slot,); ``per_run`` maps slots to arrays of shape (n_run,).
    """

    shared: np.ndarray
    per_run: dict[int, np.ndarray]

    def of_run(self, run: int) -> list[float]:
        """The numbers of one run."""
        values: list[float] = self.shared.tolist()
        for slot, array in self.per_run.items():
            values[slot] = float(array[run])
        return values


def check_names(program: Program, inputs: Inputs) -> None:
    """Refuse names that a run of this program cannot set or save.

    Raises
    ------
    ModelError
        Listing every wrong name with the nearest right one.
    UnsupportedError
        When the model asks for random numbers and the inputs do not give them.
    """
    undrawn = [n for n in program.draws if n not in inputs.paths and n not in inputs.constants]
    if undrawn:
        raise UnsupportedError(
            f"{program.name}: asks for random numbers ({undrawn[0]}), and nothing says how they "
            "are drawn. Run it with noise=1 for seed 1, or noise=off to hold each at its mean."
        )
    constants = {slot.name for slot in program.constants}
    stocks = {state.name for state in program.states if not state.hidden}
    variables = {v.name for v in program.variables if v.kind != "control"}
    problems = [
        *_unknown("constant", inputs.constants, constants),
        *_unknown("initial value", inputs.initials, stocks),
        *_unknown("path", inputs.paths, constants | variables),
        *_unknown("saved variable", inputs.save or (), set(program.names)),
    ]
    problems += [
        Problem(f"constant {name}", "it is also given as a path", "Leave one of the two out.")
        for name in inputs.constants
        if name in inputs.paths
    ]
    for name, value in program.structural.items():
        changed = name in inputs.paths or np.any(inputs.constants.get(name, value) != value)
        if changed:
            problems.append(
                Problem(
                    f"constant {name}",
                    f"it sets the order of a delay or smooth and stays {value:g} in the kernel",
                    "Change it in the model file.",
                )
            )
    raise_if_any(f"the input of {program.name}", problems, ModelError)


def _unknown(kind: str, names: Iterable[str], known: set[str]) -> list[Problem]:
    problems = []
    for name in names:
        if name in known:
            continue
        what = f"the model has no such {kind}"
        hint = did_you_mean(name, known)
        if control_of(name):
            what, hint = "it is set by the time grid", "Set start, stop and step instead."
        problems.append(Problem(f"{kind} {name}", what, hint))
    return problems


def saved_names(program: Program, inputs: Inputs) -> tuple[str, ...]:
    """What a run saves: as asked, or every stock, flow, auxiliary and path."""
    if inputs.save is not None:
        return inputs.save
    moving = {state.name for state in program.states if not state.hidden}
    moving |= {variable.name for variable in program.variables if variable.kind != "control"}
    return tuple(name for name in program.names if name in moving or name in inputs.paths)


def constants(program: Program, inputs: Inputs) -> Table:
    """Every constant, from the inputs or the model."""
    names = {slot.name: index for index, slot in enumerate(program.constants)}
    shared = np.array([slot.value for slot in program.constants], dtype=float)
    return _table(shared, names, inputs.constants)


def givens(program: Program, inputs: Inputs) -> Table:
    """Initial values by state; NaN where the model's own stands."""
    names = {state.name: i for i, state in enumerate(program.states) if not state.hidden}
    return _table(np.full(len(program.states), np.nan), names, inputs.initials)


def _table(shared: np.ndarray, names: dict[str, int], given: Mapping[str, np.ndarray]) -> Table:
    per_run = {}
    for name, array in given.items():
        if array.shape[0] == 1:
            shared[names[name]] = array[0]
        else:
            per_run[names[name]] = array
    return Table(shared, per_run)


def path_rows(paths: tuple[TimePath, ...], inputs: Inputs, run: int) -> list[tuple[object, ...]]:
    """For one run and each step: values at its start, its middle and its end.

    At a jump the start takes the right limit and the end the left one.
    """
    times = inputs.grid.times
    middle = times + 0.5 * inputs.grid.step
    ends = np.append(times[1:], times[-1])
    columns = []
    for path in paths:
        row = path.values[0 if path.values.shape[0] == 1 else run][None, :]
        own = TimePath(path.times, row)
        columns.append((own.right(times)[0], own.right(middle)[0], own.left(ends)[0]))
    moments = [zip(*(column[i].tolist() for column in columns), strict=True) for i in range(3)]
    return list(zip(*moments, strict=True))


def path_starts(paths: tuple[TimePath, ...], inputs: Inputs, run: int) -> list[float]:
    """Value of each path at the start of one run."""
    start = np.array([inputs.grid.start])
    return [float(p.right(start)[0 if p.values.shape[0] == 1 else run, 0]) for p in paths]


# Bytes of the numbers that differ by run, for one chunk: small beside the cache of a core.
_CHUNK_BYTES = 4 << 20
_MOST_BLOCKS = 256
# Chunks a thread at least, so that none waits long for the last one.
_CHUNKS_A_THREAD = 4
# Operations of a chunk at least, about two milliseconds: less is not worth another thread.
_LEAST_WORK = 40_000_000


class Packer:
    """Inputs of a chunk of runs as the arrays that a compiled kernel reads.

    Parameters
    ----------
    names : tuple of str
        Variables for which the kernel reads a path; those without one in ``inputs`` must be
        constants, which then stand still.
    """

    def __init__(
        self,
        program: Program,
        inputs: Inputs,
        names: tuple[str, ...],
        by_run: tuple[int, ...],
        lanes: int,
        threads: int,
    ) -> None:
        self.n_run = inputs.n_run
        self.constants = constants(program, inputs)
        places = {slot: place for place, slot in enumerate(by_run)}
        self.by_slot = {places[s]: array for s, array in self.constants.per_run.items()}
        self.of_slots = self.constants.shared[list(by_run)]
        self.givens = givens(program, inputs)
        slots = {slot.name: index for index, slot in enumerate(program.constants)}
        points = [self._points(inputs, slots, name) for name in names]
        self._locate(inputs, [times for times, _ in points])
        self._place([values for _, values in points])
        numbers = sum(values.shape[1] for values in self.by_run)
        numbers += len(self.constants.per_run) + len(self.givens.per_run)
        blocks = -(-inputs.n_run // lanes)
        work = lanes * max(inputs.grid.n_steps, 1) * len(program.nodes)
        fair = max(blocks // (threads * _CHUNKS_A_THREAD), -(-_LEAST_WORK // work), 1)
        fitting = _CHUNK_BYTES // max(8 * lanes * numbers, 1)
        self.chunk_blocks = int(
            np.clip(fitting, 1, min(fair if threads > 1 else blocks, _MOST_BLOCKS))
        )

    def _points(
        self, inputs: Inputs, slots: dict[str, int], name: str
    ) -> tuple[TimePath, np.ndarray]:
        path = inputs.paths.get(name)
        if path is None:
            slot = slots[name]
            value = self.constants.per_run.get(slot, self.constants.shared[slot : slot + 1])
            path = TimePath(np.array([inputs.grid.start]), value[:, None])
        return path, path.values

    def _locate(self, inputs: Inputs, paths: list[TimePath]) -> None:
        """Three columns a step: its start, its middle and its end from the left."""
        times = inputs.grid.times
        moments = np.stack([times, times + 0.5 * inputs.grid.step, np.append(times[1:], times[-1])])
        shape = (max(len(paths), 1), moments.size)
        self.lower = np.zeros(shape, dtype=np.int64)
        self.upper = np.zeros(shape, dtype=np.int64)
        self.share = np.zeros(shape)
        for row, path in enumerate(paths):
            for column, side in enumerate(("right", "right", "left")):
                found = path.locate(moments[column], side)  # type: ignore[arg-type]
                for table, array in zip((self.lower, self.upper, self.share), found, strict=True):
                    table[row, column::3] = array

    def _place(self, values: list[np.ndarray]) -> None:
        """Points shared by all runs in one array, points by run in another."""
        self.index = np.full(max(len(values), 1), -1, dtype=np.int64)
        self.by_run: list[np.ndarray] = []
        shared: list[np.ndarray] = []
        n_shared = n_by_run = 0
        for row, points in enumerate(values):
            if points.shape[0] == 1:
                self.lower[row] += n_shared
                self.upper[row] += n_shared
                n_shared += points.shape[1]
                shared.append(points[0])
            else:
                self.index[row] = n_by_run
                n_by_run += points.shape[1]
                self.by_run.append(points)
        self.shared = np.concatenate(shared) if shared else np.zeros(1)

    def pack(self, first: int, count: int) -> dict[str, np.ndarray]:
        """Arrays for ``count`` runs from ``first`` on; runs beyond the last repeat it."""
        constant_index, constant_values = self._by_run(self.by_slot, first, count)
        given_index, given_values = self._by_run(self.givens.per_run, first, count)
        rows = [self._padded(points[first : first + count].T, count) for points in self.by_run]
        path_values = np.ascontiguousarray(np.concatenate(rows)) if rows else np.zeros((1, 1))
        return {
            "shared": self.constants.shared,
            "constants": self.of_slots,
            "constant_index": constant_index,
            "constant_values": constant_values,
            "given": self.givens.shared,
            "given_index": given_index,
            "given_values": given_values,
            "path_lower": self.lower,
            "path_upper": self.upper,
            "path_share": self.share,
            "path_shared": self.shared,
            "path_index": self.index,
            "path_values": path_values,
        }

    def _by_run(
        self, per_run: dict[int, np.ndarray], first: int, count: int
    ) -> tuple[np.ndarray, np.ndarray]:
        index = np.array(list(per_run), dtype=np.int64)
        if not per_run:
            return index, np.zeros((1, 1))
        rows = np.stack([array[first : first + count] for array in per_run.values()])
        return index, self._padded(rows, count)

    @staticmethod
    def _padded(rows: np.ndarray, count: int) -> np.ndarray:
        missing = count - rows.shape[1]
        return np.pad(rows, ((0, 0), (0, missing)), mode="edge") if missing else rows
