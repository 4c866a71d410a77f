"""Many runs side by side in NumPy: the same text as for one run, with arrays for numbers.

Some hundred or thousand runs are done sooner this way than a kernel is compiled, or even
loaded. Each run has the same bits wherever it stands: blocks are filled up to a whole number
of the widest vectors with copies of their last run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from zjsim.engines.kernel import binding
from zjsim.engines.kernel.program import Program
from zjsim.inputs import Inputs, TimePath

# Runs a block: long enough that NumPy's arithmetic outweighs its calls, short enough for the
# cache of a core.
WIDTH = 1024
# A block is filled up to a multiple of this.
VECTOR = 64


class Ring:
    """The buffer of a DELAY FIXED whose length may differ by run.

    The text asks for ``ring[turn % len(ring)]``: no turn is as large as that length, so that
    what arrives here is the turn itself.
    """

    def __init__(self, start: Any, sizes: np.ndarray, count: int) -> None:
        self.sizes = sizes
        self.columns = np.arange(count)
        self.values = np.empty((int(sizes.max()), count))
        self.values[:] = start

    def __len__(self) -> int:
        return 1 << 62

    def __getitem__(self, turn: int) -> Any:
        return self.values[turn % self.sizes, self.columns]

    def __setitem__(self, turn: int, value: Any) -> None:
        self.values[turn % self.sizes, self.columns] = value


class _Size:
    """Lengths of a ring: ``[start] * size`` is the ring."""

    def __init__(self, length: Any, n_steps: int, count: int) -> None:
        held = np.where(length <= n_steps, np.maximum(np.trunc(length), 1), n_steps + 1)
        self.sizes = np.broadcast_to(held.astype(np.int64), (count,))

    def __rmul__(self, start: list[Any]) -> Ring:
        return Ring(start[0], self.sizes, self.sizes.shape[0])


class Rows:
    """Where the text puts what it saves: names before times before runs."""

    def __init__(self, n_names: int, n_rows: int, count: int) -> None:
        self.values = np.empty((n_names, n_rows, count))
        self.failed = np.full(count, -1, dtype=np.int32)
        self.row = 0

    def extend(self, seen: Sequence[Any]) -> None:
        """Keep the saved values of one time; the last is not zero where a state is lost."""
        *saved, sign = seen
        for position, value in enumerate(saved):
            self.values[position, self.row] = value
        lost = (np.asarray(sign) != 0.0) & (self.failed < 0)
        self.failed[lost] = self.row
        self.row += 1


def _segment(x: Any, xs: np.ndarray) -> Any:
    # Twice as fast as np.clip on a few hundred runs.
    return np.minimum(np.maximum(np.searchsorted(xs, x, side="right") - 1, 0), len(xs) - 2)


def read_table_on(x: Any, xs: np.ndarray, ys: np.ndarray, slopes: np.ndarray) -> Any:
    """A lookup, linear between points and continuing the end segments outside."""
    i = _segment(x, xs)
    return ys[i] + slopes[i] * (x - xs[i])


def read_table(x: Any, xs: np.ndarray, ys: np.ndarray, slopes: np.ndarray) -> Any:
    """A lookup, linear between points and holding the end values outside."""
    y = read_table_on(x, xs, ys, slopes)
    return np.where(x <= xs[0], ys[0], np.where(x >= xs[-1], ys[-1], y))


def read_steps(x: Any, xs: np.ndarray, ys: np.ndarray, _slopes: object) -> Any:
    """A lookup that keeps each value until the next point."""
    return np.where(x == x, ys[np.maximum(np.searchsorted(xs, x, side="right") - 1, 0)], x)


# Names that the text reads; nothing else is within its reach.
SPACE: dict[str, Any] = {
    "__builtins__": {"range": range, "len": len},
    "nan": np.float64(np.nan), "infinity": np.float64(np.inf), "array": np.array,
    "where": np.where, "power": np.power, "minimum": np.minimum, "maximum": np.maximum,
    "logical_and": np.logical_and, "logical_or": np.logical_or, "logical_not": np.logical_not,
    "abs": np.abs, "sqrt": np.sqrt, "exp": np.exp, "ln": np.log, "sin": np.sin, "cos": np.cos,
    "tan": np.tan, "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "floor": np.floor, "trunc": np.trunc,
    "read_table": read_table, "read_table_on": read_table_on, "read_steps": read_steps,
}  # fmt: skip


def run_members(
    program: Program, inputs: Inputs, save: tuple[str, ...], save_every: float,
    function: Callable[[dict[str, Any]], Callable[..., Any]],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Values of every run, shape (n_run, n_saved, n_name), and the first row that failed.

    Parameters
    ----------
    function : callable
        Gives ``run`` of the emitted text in a space of names.
    """
    rows = len(inputs.grid.saved_times)
    values = np.empty((inputs.n_run, rows, len(save)))
    failed = np.empty(inputs.n_run, dtype=np.int32)
    constants, givens = binding.constants(program, inputs), binding.givens(program, inputs)
    paths = tuple(inputs.paths.values())
    grid = inputs.grid
    controls = tuple(np.float64(x) for x in (grid.step, grid.start, grid.stop, save_every))
    for first in range(0, inputs.n_run, WIDTH):
        block = _Block(first, min(WIDTH, inputs.n_run - first))
        found = Rows(len(save), rows, block.count)
        space = {**SPACE, "ring_size": lambda n, steps, at=block: _Size(n, steps, at.count)}
        run = function(space)
        with np.errstate(all="ignore"):
            run(
                controls, block.numbers(constants), block.numbers(givens),
                block.path_starts(paths, inputs), block.path_rows(paths, inputs),
                grid.n_steps, grid.steps_per_save, found,
            )  # fmt: skip
        runs = slice(first, first + block.wanted)
        values[runs] = found.values[:, :, : block.wanted].transpose(2, 1, 0)
        failed[runs] = found.failed[: block.wanted]
    return values, failed


class _Block:
    """A block of runs from ``first`` on, filled up with copies of its last one."""

    def __init__(self, first: int, wanted: int) -> None:
        self.first, self.wanted = first, wanted
        self.count = -(-wanted // VECTOR) * VECTOR

    def of(self, array: np.ndarray) -> np.ndarray:
        """The block's part of an array by run; vectors want it in one piece."""
        part = array[self.first : self.first + self.wanted]
        missing = [(0, self.count - self.wanted)] + [(0, 0)] * (part.ndim - 1)
        return np.ascontiguousarray(np.pad(part, missing, mode="edge"))

    def numbers(self, table: binding.Table) -> list[Any]:
        """Numbers by slot: one for all runs, or an array."""
        found: list[Any] = list(table.shared)  # NumPy's numbers, which divide by zero
        for slot, array in table.per_run.items():
            found[slot] = self.of(array)
        return found

    def path_starts(self, paths: tuple[TimePath, ...], inputs: Inputs) -> list[Any]:
        start = np.array([inputs.grid.start])
        return [self._columns(path, start, "right")[0] for path in paths]

    def path_rows(self, paths: tuple[TimePath, ...], inputs: Inputs) -> list[tuple[Any, ...]]:
        """As `binding.path_rows`, for all runs of the block."""
        times = inputs.grid.times
        moments = (times, times + 0.5 * inputs.grid.step, np.append(times[1:], times[-1]))
        sides = ("right", "right", "left")
        by_moment = [
            [self._columns(path, at, side) for path in paths]
            for at, side in zip(moments, sides, strict=True)
        ]
        return [
            tuple(tuple(path[turn] for path in columns) for columns in by_moment)
            for turn in range(len(times))
        ]

    def _columns(self, path: TimePath, times: np.ndarray, side: str) -> list[Any]:
        """By time: one number for all runs, or an array over them."""
        if path.values.shape[0] == 1:
            return list(getattr(path, side)(times)[0])
        own = TimePath(path.times, self.of(path.values))
        return list(np.ascontiguousarray(getattr(own, side)(times).T))
