"""One row a case: what its runs say of each target, beside the case's place in the matrix."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from zjsim.analysis.uncertainty.statistics import judge_values
from zjsim.assessment.plan import Plan
from zjsim.assessment.reading import indicator_value
from zjsim.ensembles.shards import ShardFolder
from zjsim.errors import RunError
from zjsim.plaintext import cell
from zjsim.scenario.study import Case
from zjsim.trajectories import row_at

QUANTILES = ((0.05, "p05"), (0.5, "median"), (0.95, "p95"))


@dataclass(frozen=True)
class ShardRuns:
    """All runs of a batch as one, for the functions that judge runs."""

    name: str
    shards: ShardFolder

    @cached_property
    def status(self) -> np.ndarray:
        """How each run ended, shape (n_run,); 0 is well."""
        return self.shards.per_run("status")

    @cached_property
    def _recent(self) -> dict[str, np.ndarray]:
        return {}

    def at(self, variable: str, time: float) -> np.ndarray:
        """A saved variable at a saved time, shape (n_run,).

        Raises
        ------
        RunError
            When the variable or the time was not saved.
        """
        if variable not in self.shards.names:
            raise RunError(f"{variable}: not saved")
        row = row_at(self.shards.times, time, variable)
        if variable not in self._recent:
            self._recent.clear()
            self._recent[variable] = self.shards.column(variable)
        return self._recent[variable][:, row]


def summarise(shards: ShardFolder, plan: Plan, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """A row a case, in the order of the study.

    Returns
    -------
    list of dict
        ``case``, the coordinates, ``runs``, ``failed``; for each saved indicator its value at
        the target year (of several runs: 5 % quantile, median, 95 % quantile) in the printed
        unit and the share of runs that meet the target; the mean number met, the shares that
        meet the binding targets and all. Other saved variables: their last value, in the
        model's unit.
    """
    runs = ShardRuns("batch", shards)
    of_case = shards.per_run("case")
    starts = np.searchsorted(of_case, np.arange(len(cases)))
    ends = np.append(starts[1:], of_case.size)
    failed = np.add.reduceat((runs.status != 0).astype(int), starts)
    rows: list[dict[str, Any]] = [
        {"case": case.id, **case.coordinates, "runs": int(b - a), "failed": int(f)}
        for case, a, b, f in zip(cases, starts, ends, failed, strict=True)
    ]
    items = [item for item in plan.indicators if item.variable in shards.names]
    values = np.empty((of_case.size, len(items)))
    for place, item in enumerate(items):
        found = indicator_value(runs, item, item.target.year)
        values[:, place] = np.where(runs.status == 0, found, np.nan)
        _add_values(rows, item.id, values[:, place], starts, ends)
    if items:
        _add_judgement(rows, values, items, starts, ends, whole=len(items) == len(plan.indicators))
    read = {item.variable for item in items}
    for name in shards.names:
        if name not in read:
            _add_values(rows, name, runs.at(name, float(shards.times[-1])), starts, ends)
    return rows


def _add_values(
    rows: list[dict[str, Any]], name: str, values: np.ndarray, starts: Any, ends: Any
) -> None:
    for row, first, last in zip(rows, starts, ends, strict=True):
        if last - first == 1:
            row[name] = float(values[first])
            continue
        finite = values[first:last][np.isfinite(values[first:last])]
        for level, word in QUANTILES:
            row[f"{name}.{word}"] = float(np.quantile(finite, level)) if finite.size else np.nan


def _add_judgement(
    rows: list[dict[str, Any]], values: np.ndarray, items: Any, starts: Any, ends: Any, whole: bool
) -> None:
    met, _ = judge_values(values, items)
    counts = (ends - starts)[:, None]
    shares = np.add.reduceat(met.astype(float), starts, axis=0) / counts
    number = np.add.reduceat(met.sum(axis=1).astype(float), starts) / counts[:, 0]
    binding = np.array([item.binding for item in items])
    joint = {"binding_met": met[:, binding].all(axis=1), "all_met": met.all(axis=1)}
    joint_shares = {
        name: np.add.reduceat(which.astype(float), starts) / counts[:, 0]
        for name, which in joint.items()
    }
    for place, row in enumerate(rows):
        for k, item in enumerate(items):
            row[f"{item.id}.met"] = float(shares[place, k])
        row["number_met"] = int(number[place]) if counts[place, 0] == 1 else float(number[place])
        if whole:  # without every indicator nothing can be said of all
            row.update({name: float(share[place]) for name, share in joint_shares.items()})


def summary_text(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as CSV with a byte order mark, so that Excel reads the Chinese."""
    heads = list(dict.fromkeys(key for row in rows for key in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, heads, restval="", lineterminator="\r\n")
    writer.writerow({head: cell(head) for head in heads})
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return "\ufeff" + file.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if value != value else repr(value)
    return cell(value)
