"""One row a case: what its runs say of each target, beside the case's place in the matrix."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, overload

import numpy as np

from zjsim.analysis.uncertainty.statistics import judge_values
from zjsim.assessment.plan import Indicator, Plan
from zjsim.assessment.reading import indicator_value
from zjsim.ensembles.shards import ShardFolder, cannot_write
from zjsim.errors import RunError
from zjsim.files import atomic
from zjsim.plaintext import cell
from zjsim.scenario.cases import Cases
from zjsim.trajectories import row_at

AT_ONCE = 65_536  # runs whose saved values are held together
QUANTILES = ((0.05, "p05"), (0.5, "median"), (0.95, "p95"))


@dataclass
class ShardRuns:
    """Some consecutive runs of a batch, for the functions that judge runs.

    Parameters
    ----------
    shards : ShardFolder
    names : tuple of str
        Columns to read together; any other is read when it is asked for.
    first, last : int
        Places of the runs in the batch; the last is exclusive.
    """

    shards: ShardFolder
    names: tuple[str, ...]
    first: int
    last: int
    name: str = "batch"

    @cached_property
    def status(self) -> np.ndarray:
        """How each run ended, shape (n_run,); 0 is well."""
        return self._column("status")[:, 0]

    @cached_property
    def _held(self) -> dict[str, np.ndarray]:
        """What is read at once, each shard opened a single time."""
        pieces = list(self.shards.pieces(self.names, self.first, self.last)) if self.names else []
        return {name: np.concatenate([piece[name] for piece in pieces]) for name in self.names}

    def _column(self, name: str) -> np.ndarray:
        if name not in self._held:
            self._held[name] = self.shards.column(name, self.first, self.last)
        return self._held[name]

    def at(self, variable: str, time: float) -> np.ndarray:
        """A saved variable at a saved time, shape (n_run,).

        Raises
        ------
        RunError
            When the variable or the time was not saved.
        """
        if variable not in self.shards.names:
            raise RunError(f"{variable}: not saved")
        return self._column(variable)[:, row_at(self.shards.times, time, variable)]


class _Pieces:
    """The runs of some cases: read together, or of a case of millions a part at a time.

    Then one number a run is kept, not all its times and variables.
    """

    def __init__(self, shards: ShardFolder, first: int, last: int) -> None:
        self.shards, self.first, self.last = shards, first, last
        together = last - first <= AT_ONCE
        names = ("status", *shards.names)
        self.whole = ShardRuns(shards, names, first, last) if together else None

    def each(self, function: Callable[[ShardRuns], np.ndarray]) -> np.ndarray:
        """One number of every run."""
        if self.whole is not None:
            return function(self.whole)
        found: np.ndarray | None = None
        for begin in range(self.first, self.last, AT_ONCE):
            end = min(begin + AT_ONCE, self.last)
            part = function(ShardRuns(self.shards, (), begin, end))
            if found is None:
                found = np.empty(self.last - self.first, dtype=part.dtype)
            found[begin - self.first : end - self.first] = part
        assert found is not None
        return found


def _indicator(item: Indicator, runs: ShardRuns) -> np.ndarray:
    """An indicator at its target year, in the printed unit; NaN where a run failed."""
    return np.where(runs.status == 0, indicator_value(runs, item, item.target.year), np.nan)


@dataclass(frozen=True)
class SummaryRows(Sequence[dict[str, Any]]):
    """A row a case, in the order of the study, worked out from the shards when it is read.

    Parameters
    ----------
    shards : ShardFolder
    plan : Plan
    cases : Cases
    starts : callable
        From the place of a case to the number of runs before it.
    """

    shards: ShardFolder
    plan: Plan
    cases: Cases
    starts: Callable[[int], int]

    def __len__(self) -> int:
        return len(self.cases)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        here = range(len(self))[place]
        if isinstance(here, range):
            return [self[one] for one in here]
        first, last = self._window(here)
        return self._rows(first, last)[here - first]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        case = 0
        while case < len(self):
            first, last = self._window(case)
            yield from self._rows(first, last)
            case = last

    def _window(self, case: int) -> tuple[int, int]:
        """Cases that are read together: always the same ones for a case."""
        runs = self.cases.runs_of(self.cases[case].base)
        points = self.cases.points
        together = max(1, AT_ONCE // runs)
        begin = case // points * points
        first = begin + (case - begin) // together * together
        return first, min(first + together, begin + points)

    @cached_property
    def _recent(self) -> dict[tuple[int, int], list[dict[str, Any]]]:
        return {}

    def _rows(self, first: int, last: int) -> list[dict[str, Any]]:
        if (first, last) not in self._recent:
            self._recent.clear()
            self._recent[first, last] = self._made(first, last)
        return self._recent[first, last]

    def _made(self, first: int, last: int) -> list[dict[str, Any]]:
        bounds = np.array([self.starts(case) for case in range(first, last + 1)])
        pieces = _Pieces(self.shards, int(bounds[0]), int(bounds[-1]))
        starts, ends = bounds[:-1] - bounds[0], bounds[1:] - bounds[0]
        failed = np.add.reduceat(pieces.each(lambda runs: runs.status != 0), starts, dtype=int)
        rows: list[dict[str, Any]] = [
            {"case": case.id, **case.coordinates, "runs": int(b - a), "failed": int(f)}
            for case, a, b, f in zip(self.cases[first:last], starts, ends, failed, strict=True)
        ]
        items = [item for item in self.plan.indicators if item.variable in self.shards.names]
        met = np.empty((int(ends[-1]), len(items)), dtype=bool)
        for place, item in enumerate(items):
            values = pieces.each(partial(_indicator, item))
            _add_values(rows, item.id, values, starts, ends)
            for begin in range(0, values.size, AT_ONCE):
                part = slice(begin, begin + AT_ONCE)
                met[part, place] = judge_values(values[part, None], [item])[0][:, 0]
        if items:
            whole = len(items) == len(self.plan.indicators)
            _add_judgement(rows, met, items, starts, ends, whole)
        read = {item.variable for item in items}
        end = float(self.shards.times[-1])
        for name in self.shards.names:
            if name not in read:
                values = pieces.each(lambda runs, name=name: runs.at(name, end))  # type: ignore[misc]
                _add_values(rows, name, values, starts, ends)
        return rows

    def heads(self) -> list[str]:
        """Columns of all rows: those of a single run differ from those of many."""
        firsts = range(0, len(self), self.cases.points)
        return list(dict.fromkeys(key for case in firsts for key in self[case]))


def summarise(
    shards: ShardFolder, plan: Plan, cases: Cases, starts: Callable[[int], int]
) -> SummaryRows:
    """A row a case, in the order of the study.

    Parameters
    ----------
    starts : callable
        From the place of a case to the number of runs before it.

    Returns
    -------
    SummaryRows
        Of dicts: ``case``, the coordinates, ``runs``, ``failed``; for each saved indicator its
        value at the target year (of several runs: 5 % quantile, median, 95 % quantile) in the
        printed unit and the share of runs that meet the target; the mean number met, the shares
        that meet the binding targets and all. Other saved variables: their last value, in the
        model's unit.
    """
    return SummaryRows(shards, plan, cases, starts)


def _add_values(
    rows: list[dict[str, Any]], name: str, values: np.ndarray, starts: Any, ends: Any
) -> None:
    for row, first, last in zip(rows, starts, ends, strict=True):
        if last - first == 1:
            row[name] = float(values[first])
            continue
        finite = values[first:last][np.isfinite(values[first:last])]
        levels = [level for level, _ in QUANTILES]
        found = np.quantile(finite, levels, overwrite_input=True) if finite.size else None
        for place, (_, word) in enumerate(QUANTILES):
            row[f"{name}.{word}"] = np.nan if found is None else float(found[place])


def _add_judgement(
    rows: list[dict[str, Any]], met: np.ndarray, items: Any, starts: Any, ends: Any, whole: bool
) -> None:
    counts = (ends - starts)[:, None]
    # Counted without a copy as numbers: of ten million runs that would be most of a gigabyte.
    shares = np.add.reduceat(met, starts, axis=0, dtype=float) / counts
    number = np.add.reduceat(met.sum(axis=1, dtype=np.uint16), starts, dtype=float) / counts[:, 0]
    binding = np.array([item.binding for item in items])
    joint = {"binding_met": met[:, binding].all(axis=1), "all_met": met.all(axis=1)}
    joint_shares = {
        name: np.add.reduceat(which, starts, dtype=float) / counts[:, 0]
        for name, which in joint.items()
    }
    for place, row in enumerate(rows):
        for k, item in enumerate(items):
            row[f"{item.id}.met"] = float(shares[place, k])
        row["number_met"] = int(number[place]) if counts[place, 0] == 1 else float(number[place])
        if whole:  # without every indicator nothing can be said of all
            row.update({name: float(share[place]) for name, share in joint_shares.items()})


def write_summary(path: Path, rows: SummaryRows) -> None:
    """The rows as CSV with a byte order mark, so that Excel reads the Chinese; row by row.

    Raises
    ------
    RunError
        When it cannot be written; an earlier file is kept.
    """
    heads = rows.heads()
    try:
        with (
            atomic(path, durable=True) as part,
            part.open("w", encoding="utf-8-sig", newline="") as file,
        ):
            writer = csv.DictWriter(file, heads, restval="", lineterminator="\r\n")
            writer.writerow({head: cell(head) for head in heads})
            writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    except OSError as problem:
        raise cannot_write(path.parent, problem) from None


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if value != value else repr(value)
    return cell(value)
