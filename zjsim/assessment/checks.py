"""Reality checks: statements "if this, then that" about a model, as data.

A check changes the inputs of a run (set or multiply variables, perhaps from a year on) and
says what must then hold, against the unchanged run or against another change; or it says what
must hold always. ``needed_inputs`` lists the runs that are needed; ``judge`` says what came
out. Nothing is run here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.errors import PlanError, Problem, did_you_mean, raise_if_any
from zjsim.inputs import Inputs, TimePath
from zjsim.language import Text
from zjsim.timeline import start_of
from zjsim.trajectories import Trajectories
from zjsim.yamlfile import read_yaml

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Change:
    """Variables set to a value or multiplied, from 1 January of a year on.

    ``from_year`` None changes constants for the whole run, and levers and drivers from the
    first day of the plan.
    """

    set: Mapping[str, float]
    multiply: Mapping[str, float]
    from_year: float | None

    @property
    def names(self) -> tuple[str, ...]:
        """The variables it changes."""
        return (*self.set, *self.multiply)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A comparison that must hold, at ``time`` or, when that is None, at every saved time.

    ``to`` is ``baseline``, a number, or names whose values in the same run are summed.
    ``tolerance`` is relative to max(1, |right-hand side|).
    """

    variable: str
    compare: str
    to: str | float | tuple[str, ...]
    tolerance: float
    time: float | None = None
    as_ratio: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable it reads."""
        return (self.variable, *(self.to if isinstance(self.to, tuple) else ()))


@dataclass(frozen=True, slots=True)
class Check:
    """One statement about the model."""

    id: str
    statement: Text
    change: Change | None
    against: Change | None
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """Whether a check held, and the numbers when it did not."""

    check: Check
    holds: bool
    reason: str = ""


def read_checks_document(path: Path | str) -> dict[str, Any]:
    """Read and validate a reality-check file; the result is JSON-able and may be cached.

    Raises
    ------
    PlanError
        Listing every problem with its line.
    """
    # pydantic costs 0.1 s and a cached document does not need it.
    from zjsim.assessment.checks_schema import ChecksDocument
    from zjsim.assessment.plan_schema import complaints

    source = read_yaml(path, PlanError)
    document, found = complaints(source.data, ChecksDocument)
    problems = [Problem(source.where(location), what, hint) for location, what, hint in found]
    names = [entry["id"] for entry in (document or {}).get("checks", [])]
    problems += [
        Problem(source.where(("checks", position, "id")), f"duplicate id {name}")
        for position, name in enumerate(names)
        if name in names[:position]
    ]
    raise_if_any(path, problems, PlanError)
    assert document is not None
    return document


def checks_from_document(document: Mapping[str, Any]) -> tuple[Check, ...]:
    """Build the checks from a validated document, with the standard library alone."""
    return tuple(_check(entry) for entry in document["checks"])


def _check(entry: Mapping[str, Any]) -> Check:
    expectations = [
        Expectation(
            item["variable"],
            item["compare"],
            _side(item["to"]),
            item["tolerance"],
            item.get("year"),
            item.get("measure") == "ratio_to_baseline",
        )
        for item in (*entry["then"], *entry["always"])
    ]
    statement = Text(entry["statement_zh"], entry["statement"])
    return Check(
        entry["id"],
        statement,
        _change(entry["condition"]),
        _change(entry["against"]),
        tuple(expectations),
    )


def _change(entry: Mapping[str, Any] | None) -> Change | None:
    return None if entry is None else Change(entry["set"], entry["multiply"], entry["from_year"])


def _side(entry: Any) -> str | float | tuple[str, ...]:
    if isinstance(entry, Mapping):
        return tuple(entry["sum"]) if "sum" in entry else (entry["variable"],)
    return entry if isinstance(entry, str) else float(entry)


def check_names(
    checks: Sequence[Check], settable: Collection[str], readable: Collection[str], where: str
) -> list[Problem]:
    """Names that a check uses and the model does not have.

    Parameters
    ----------
    settable : names of constants, levers and drivers
    readable : names that a run can save
    where : the file, for messages
    """
    problems = []
    for check in checks:
        changed = [n for c in (check.change, check.against) if c is not None for n in c.names]
        read = [name for item in check.expectations for name in item.variables]
        for names, known in ((changed, settable), (read, readable)):
            problems += [
                Problem(f"{where}, {check.id}", f"no variable {name}", did_you_mean(name, known))
                for name in names
                if name not in known
            ]
    return problems


def saved_variables(checks: Sequence[Check]) -> tuple[str, ...]:
    """Every variable that some check reads, each once."""
    names = (name for check in checks for item in check.expectations for name in item.variables)
    return tuple(dict.fromkeys(names))


def changed_inputs(
    inputs: Inputs,
    change: Change,
    constants: Mapping[str, float],
    exogenous: Collection[str],
    first_year: float,
) -> Inputs:
    """The inputs with a change laid over them.

    Parameters
    ----------
    inputs : of one run
    constants : the model's own values
    exogenous : names of levers and drivers, which change from a date on
    first_year : the year from which they do when the change names none
    """
    paths, numbers = dict(inputs.paths), dict(inputs.constants)
    for name in change.names:
        new, factor = change.set.get(name), change.multiply.get(name)
        if name in exogenous or name in paths:
            year = first_year if change.from_year is None else change.from_year
            base = paths.get(name) or _constant_path(inputs, constants[name])
            paths[name] = _changed_path(base, inputs, start_of(year), new, factor)
        else:
            old = float(numbers[name][0]) if name in numbers else constants[name]
            numbers[name] = np.array([old * factor if new is None and factor else new])
    return replace(inputs, paths=paths, constants=numbers)


def _constant_path(inputs: Inputs, value: float) -> TimePath:
    return TimePath(np.array([inputs.grid.start]), np.array([[value]]))


def _changed_path(
    base: TimePath, inputs: Inputs, since: float, new: float | None, factor: float | None
) -> TimePath:
    """The base before ``since``; after it the new value, or the base times the factor."""
    since = inputs.grid.snap(since)
    if new is not None:
        before = base.times[base.times < since]
        times = np.concatenate([before, [since, since]])
        old = np.concatenate([base.values[0][base.times < since], base.left(np.array([since]))[0]])
        return TimePath(times, np.concatenate([old, [new]])[None, :])
    scale = 1.0 if factor is None else factor
    edge = np.array([since])
    times = np.concatenate(
        [base.times[base.times < since], edge, edge, base.times[base.times > since]]
    )
    values = np.concatenate(
        [
            base.values[0][base.times < since],
            base.left(edge)[0],
            scale * base.right(edge)[0],
            scale * base.values[0][base.times > since],
        ]
    )
    return TimePath(times, values[None, :])


def judge(check: Check, run: Trajectories, reference: Trajectories) -> CheckOutcome:
    """Whether a check holds.

    Parameters
    ----------
    run : the changed run; for an ``always`` check the run as it is
    reference : the run it is compared with
    """
    if run.status[0] != 0:
        return CheckOutcome(check, False, "the changed run failed: a value is not a number")
    for item in check.expectations:
        reason = _violation(item, run, reference)
        if reason:
            return CheckOutcome(check, False, reason)
    return CheckOutcome(check, True)


def _violation(item: Expectation, run: Trajectories, reference: Trajectories) -> str:
    """What is wrong, in words with numbers; empty when the expectation holds."""
    left = _value(item.variable, run, item.time)
    if item.to == BASELINE:
        right = _value(item.variable, reference, item.time)
    elif isinstance(item.to, tuple):
        right = np.sum([_value(name, run, item.time) for name in item.to], axis=0)
    else:
        right = np.full_like(left, item.to)
    if item.as_ratio:
        left = left / _value(item.variable, reference, item.time)
        if isinstance(item.to, tuple):
            right = right / np.sum([_value(n, reference, item.time) for n in item.to], axis=0)
    slack = item.tolerance * np.maximum(1.0, np.abs(right))
    holds = _COMPARISONS[item.compare](left, right, slack)
    if np.all(holds):
        return ""
    row = int(np.argmin(holds))
    at = item.time if item.time is not None else run.times[row]
    shown = "+".join(item.to) if isinstance(item.to, tuple) else item.to
    return (
        f"{item.variable} at {at:g} is {left[row]:.6g}, "
        f"expected {item.compare} {right[row]:.6g} ({shown})."
    )


def _value(name: str, run: Trajectories, time: float | None) -> np.ndarray:
    return run[name][0] if time is None else run.at(name, time)


# A strict comparison needs a distance beyond the tolerance; the others allow it.
_COMPARISONS = {
    "<": lambda a, b, slack: a < b - slack,
    "<=": lambda a, b, slack: a <= b + slack,
    ">": lambda a, b, slack: a > b + slack,
    ">=": lambda a, b, slack: a >= b - slack,
    "==": lambda a, b, slack: np.abs(a - b) <= slack,
}
