"""Blocks of many runs on disk: one Parquet file a chunk, whole or not there at all.

A shard holds a row for each run and saved time, in the order of the runs, with the
coordinates of its case as columns, so that any Parquet tool reads a folder of them as one
table. It carries the hash of everything its numbers depend on and a hash of the numbers: a
shard that is torn, damaged or of another study is never taken for a good one.
"""

from __future__ import annotations

import errno
import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from zjsim.errors import RunError
from zjsim.files import atomic
from zjsim.frozen import FrozenDict

SUFFIX = ".parquet"
KEY, ROWS, DIGEST = b"zjsim.key", b"zjsim.rows_a_run", b"zjsim.digest"
ARITHMETIC = b"zjsim.arithmetic"
# Columns that are no variable of the model.
PLACE = ("case", "run", "time", "status")
Condition = Literal["good", "missing", "broken", "foreign"]


@dataclass(frozen=True, slots=True)
class Found:
    """What stands where a shard should be; of a good one, its failed runs and its arithmetic."""

    condition: Condition
    failed: int = 0
    arithmetic: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Saved values of consecutive runs, as they come from a worker.

    Parameters
    ----------
    names : tuple of str
        Model names, in the order of the last axis.
    times : array, shape (n_time,)
        Model times in years.
    values : array, shape (n_run, n_time, n_name)
        In the model's units; NaN where a run failed or does not reach a time.
    status : array of uint8, shape (n_run,)
        RunStatus of each run.
    case, run : array of int, shape (n_run,)
        Case of each run in its study, and its number within the case.
    coordinates : mapping of str to list
        Columns that tell cases apart, a value a run.
    arithmetic : str
        `functions_hash` of the machine that computed them.
    """

    names: tuple[str, ...]
    times: np.ndarray
    values: np.ndarray
    status: np.ndarray
    case: np.ndarray
    run: np.ndarray
    coordinates: Mapping[str, Sequence[Any]] = field(default_factory=FrozenDict)
    arithmetic: str = ""

    @property
    def n_run(self) -> int:
        """Number of runs."""
        return int(self.status.shape[0])


def write_shard(path: Path, block: Block, key: str, durable: bool = True) -> None:
    """Write a block under a temporary name, push it to the disk, and rename it.

    ``durable`` False leaves out the push, for files that need not outlive the process.

    Raises
    ------
    RunError
        When the disk is full or the folder cannot be written; what was there stays.
    """
    import pyarrow.parquet as parquet

    table = _table(block, key)
    try:
        with atomic(path, durable) as part, part.open("wb") as file:
            parquet.write_table(
                table,
                file,
                compression="zstd",
                compression_level=1,
                use_dictionary=[*PLACE, *block.coordinates],
                write_statistics=False,
                write_page_checksum=True,
            )
    except OSError as problem:
        raise cannot_write(path.parent, problem) from None


def _table(block: Block, key: str) -> Any:
    import pyarrow as pa

    n_time = block.times.size
    columns: dict[str, Any] = {
        "case": np.repeat(block.case.astype(np.int32), n_time),
        "run": np.repeat(block.run.astype(np.int64), n_time),
        "time": np.tile(block.times, block.n_run),
        "status": np.repeat(block.status.astype(np.uint8), n_time),
    }
    for name, values in block.coordinates.items():
        columns[name] = pa.array(_one_kind(values)).take(
            pa.array(np.repeat(np.arange(block.n_run), n_time))
        )
    for position, name in enumerate(block.names):
        if name in columns:
            raise RunError(f"{name}: a variable of this name cannot be saved; it is a column's.")
        columns[name] = block.values[:, :, position].reshape(-1)
    table = pa.table(columns)
    marks = {
        KEY: key.encode(), ROWS: str(n_time).encode(), DIGEST: _digest(table),
        ARITHMETIC: block.arithmetic.encode(),
    }  # fmt: skip
    return table.replace_schema_metadata(marks)


def _digest(table: Any) -> bytes:
    """Hash of every value: page checksums of Parquet do not cover the headers of pages."""
    digest = hashlib.blake2b(digest_size=16)
    for name in table.column_names:
        column = table[name]
        digest.update(name.encode())
        if column.type in ("string", "large_string"):
            digest.update("\x00".join(column.to_pylist()).encode())
        else:
            digest.update(column.to_numpy().tobytes())
    return digest.hexdigest().encode()


def _one_kind(values: Sequence[Any]) -> list[Any]:
    """Numbers as floats; as text when some are no numbers, because a column has one type."""
    if all(isinstance(value, int | float) for value in values):
        return [float(value) for value in values]
    return [str(value) for value in values]


def cannot_write(folder: Path, problem: OSError) -> RunError:
    """A failure to write, as one clear sentence that says what is kept."""
    reason = {
        errno.ENOSPC: "the disk is full",
        getattr(errno, "EDQUOT", -1): "your quota of the disk is used up",
        errno.EROFS: "the disk is read-only",
        errno.EACCES: "no permission to write there",
        errno.EPERM: "no permission to write there",
    }.get(problem.errno or 0, problem.strerror or str(problem))
    return RunError(
        f"{folder}: the results cannot be written ({reason}). Finished shards are kept; run "
        "the same command again when there is room, or choose another place with --out."
    )


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """A small file, whole or not at all.

    Raises
    ------
    RunError
        When it cannot be written; an earlier file of the name is kept.
    """
    try:
        with atomic(path, durable=True) as part:
            part.write_text(text, encoding=encoding, newline="")
    except OSError as problem:
        raise cannot_write(path.parent, problem) from None


def check_shard(path: Path, key: str) -> Found:
    """Whether the shard at ``path`` is the one that ``key`` stands for, whole and undamaged."""
    import pyarrow as pa

    if not path.is_file():
        return Found("missing")
    try:
        table = _read(path, None)
        marks = table.schema.metadata or {}
        if marks.get(DIGEST) != _digest(table):
            return Found("broken")
        status = table["status"].to_numpy()[:: int(marks[ROWS])]
    except (OSError, ValueError, TypeError, KeyError, pa.ArrowException):
        return Found("broken")
    if marks.get(KEY) != key.encode():
        return Found("foreign")
    return Found("good", int(np.count_nonzero(status)), marks.get(ARITHMETIC, b"").decode())


def _read(path: Path, columns: Sequence[str] | None) -> Any:
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(columns=None if columns is None else list(columns))


class Store(Protocol):
    """Where the values of many runs are: in memory or in shards."""

    @property
    def n_run(self) -> int:
        """Number of runs."""

    @property
    def times(self) -> np.ndarray:
        """Kept model times, in years."""

    @property
    def names(self) -> tuple[str, ...]:
        """Kept variables."""

    def column(self, name: str, first: int = 0, last: int | None = None) -> np.ndarray:
        """One variable of runs ``first`` to ``last`` (exclusive), shape (n, n_time)."""

    def per_run(self, name: str) -> np.ndarray:
        """``status``, ``case`` or ``run`` of each run, shape (n_run,)."""


@dataclass(frozen=True)
class ShardFolder:
    """The shards of one study or ensemble, read column by column.

    Parameters
    ----------
    paths : tuple of Path
        In the order of the runs.
    n_runs : tuple of int
        Runs in each.
    times : array, shape (n_time,)
    names : tuple of str
        Saved variables.
    """

    paths: tuple[Path, ...]
    n_runs: tuple[int, ...]
    times: np.ndarray
    names: tuple[str, ...]

    @property
    def n_run(self) -> int:
        """Runs in all shards together."""
        return sum(self.n_runs)

    def column(self, name: str, first: int = 0, last: int | None = None) -> np.ndarray:
        """One variable of runs ``first`` to ``last`` (exclusive), shape (n, n_time).

        Only the shards that hold these runs are read.

        Raises
        ------
        RunError
            When a shard is gone or damaged.
        """
        pieces = [piece[name] for piece in self.pieces((name,), first, last)]
        if not pieces:
            return np.empty((0, self.times.size))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def pieces(
        self, names: Sequence[str], first: int = 0, last: int | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Columns of runs ``first`` to ``last`` (exclusive), shard by shard.

        Each as arrays of shape (n, n_time); of ``status`` and its like every time has the same.

        Raises
        ------
        RunError
            When a shard is gone or damaged.
        """
        last = self.n_run if last is None else last
        place = bisect_right(self._ends, first)
        while place < len(self.paths) and self._ends[place] - self.n_runs[place] < last:
            begin = self._ends[place] - self.n_runs[place]
            rows = slice(max(first - begin, 0), last - begin)
            found = self._piece(self.paths[place], names, self.n_runs[place])
            yield {name: values[rows] for name, values in found.items()}
            place += 1

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(self.n_runs))

    def per_run(self, name: str) -> np.ndarray:
        """A column that does not vary within a run (status, case, a coordinate)."""
        pieces = [piece[name][:, 0] for piece in self.pieces((name,))]
        return np.concatenate(pieces) if pieces else np.empty(0)

    def _piece(self, path: Path, names: Sequence[str], count: int) -> dict[str, np.ndarray]:
        import pyarrow as pa

        try:
            table = _read(path, names)
            return {
                name: np.asarray(table[name].to_numpy()).reshape(count, self.times.size)
                for name in names
            }
        except (OSError, ValueError, KeyError, pa.ArrowException) as problem:
            raise RunError(
                f"{path}: this shard cannot be read ({problem}). "
                "Run the same command again to compute it anew."
            ) from None
