"""Reality checks: statements "if this, then that" about a model, as data.

A check changes the inputs of a run (set or multiply variables, perhaps from a year on) and
says what must then hold, against the unchanged run or against another change; or it says what
must hold always. ``needed_inputs`` lists the runs that are needed; ``judge`` says what came
out. Nothing is run here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np

from zjsim.documents import from_document
from zjsim.errors import PlanError, Problem, did_you_mean, raise_if_any
from zjsim.formats import ONE_OR_MANY, Declared, Finite, checked, rule
from zjsim.frozen import FrozenDict
from zjsim.inputs import Inputs, TimePath
from zjsim.language import Text
from zjsim.timeline import start_of
from zjsim.trajectories import Trajectories
from zjsim.yamlfile import read_yaml

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Change(Declared):
    """What is changed in a run: variables set to a value or multiplied, perhaps from a year on."""

    set: Mapping[str, Finite] = field(default_factory=FrozenDict)
    """New values, by variable."""
    multiply: Mapping[str, Finite] = field(default_factory=FrozenDict)
    """Factors, by variable."""
    from_year: Finite | None = None
    """1 January of this year; without it constants change for the whole run, and levers and
    drivers from the first day of the plan."""

    @property
    def names(self) -> tuple[str, ...]:
        """The variables it changes."""
        return (*self.set, *self.multiply)

    def faults(self) -> list[str]:
        """Something is changed."""
        return [] if self.names else ["set or multiply at least one variable"]


@dataclass(frozen=True, slots=True)
class Side(Declared):
    """The right-hand side: another variable of the same run, or the sum of several."""

    variable: str = ""
    """The other variable."""
    sum: tuple[str, ...] = ()
    """The variables that are summed."""

    def faults(self) -> list[str]:
        """One of the two is given."""
        return [] if bool(self.variable) != bool(self.sum) else ["needs one of variable, sum"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant(Declared):
    """What must hold at every saved time."""

    variable: str
    """The left-hand side."""
    compare: Literal["<", "<=", ">", ">=", "=="]
    """How the sides are compared."""
    to: Literal["baseline"] | Finite | Side
    """The right-hand side: baseline is the variable in the unchanged run."""
    tolerance: Annotated[float, rule(ge=0, allow_inf_nan=False)] = 1e-9
    """Relative to max(1, |right-hand side|)."""

    @property
    def right(self) -> str | float | tuple[str, ...]:
        """``baseline``, a number, or names whose values in the same run are summed."""
        if isinstance(self.to, Side):
            return self.to.sum or (self.to.variable,)
        return self.to

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable it reads."""
        return (self.variable, *(self.right if isinstance(self.right, tuple) else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Invariant):
    """What must hold at a time."""

    year: Finite
    """Model time at which the sides are compared."""
    measure: Literal["level", "ratio_to_baseline"] = "level"
    """ratio_to_baseline: both sides are divided by their values in the unchanged run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Declared):
    """One statement about the model: if and then, or always."""

    id: str
    """Name of the check."""
    statement: str
    """What is claimed, in English."""
    statement_zh: str
    """What is claimed, in Chinese."""
    condition: Change | None = None
    """What is changed in the run that is judged."""
    against: Change | None = None
    """What is changed in the run it is compared with; without it nothing is."""
    then: Annotated[tuple[Expectation, ...], ONE_OR_MANY] = ()
    """What must then hold."""
    always: Annotated[tuple[Invariant, ...], ONE_OR_MANY] = ()
    """What must hold in every run."""

    @property
    def text(self) -> Text:
        """What is claimed."""
        return Text(self.statement_zh, self.statement)

    @property
    def expectations(self) -> tuple[Invariant, ...]:
        """All comparisons."""
        return (*self.then, *self.always)

    def faults(self) -> list[str]:
        """A check has one of the two forms."""
        if self.always and (self.condition or self.then or self.against):
            return ["always excludes if, against and then"]
        if not self.always and (self.condition is None or not self.then):
            return ["a check has if and then, or always"]
        return []


@dataclass(frozen=True, slots=True)
class ChecksFile(Declared):
    """Reality checks: statements "if this, then that" about a model."""

    checks: Annotated[tuple[Check, ...], rule(min_length=1)]
    """The statements."""


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
    source = read_yaml(path, PlanError)
    document, problems = checked(ChecksFile, source.data, source.where)
    names = [entry["id"] for entry in (document or {}).get("checks", ())]
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
    return from_document(ChecksFile, document).checks


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
        changed = [n for c in (check.condition, check.against) if c is not None for n in c.names]
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


def _violation(item: Invariant, run: Trajectories, reference: Trajectories) -> str:
    """What is wrong, in words with numbers; empty when the expectation holds."""
    time = item.year if isinstance(item, Expectation) else None
    left, side = _value(item.variable, run, time), item.right
    if side == BASELINE:
        right = _value(item.variable, reference, time)
    elif isinstance(side, tuple):
        right = np.sum([_value(name, run, time) for name in side], axis=0)
    else:
        right = np.full_like(left, side)
    if isinstance(item, Expectation) and item.measure == "ratio_to_baseline":
        left = left / _value(item.variable, reference, time)
        if isinstance(side, tuple):
            right = right / np.sum([_value(n, reference, time) for n in side], axis=0)
    slack = item.tolerance * np.maximum(1.0, np.abs(right))
    holds = _COMPARISONS[item.compare](left, right, slack)
    if np.all(holds):
        return ""
    row = int(np.argmin(holds))
    at = time if time is not None else run.times[row]
    shown = "+".join(side) if isinstance(side, tuple) else side
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
