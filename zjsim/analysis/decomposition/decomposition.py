"""What carries a projection: each indicator's change since the base year, shared out.

``decompose`` has four causes: the outside world, policy, feedback and trends. Each can be
switched off, so every coalition of them is a run of its own, and the Shapley values of the
sixteen runs sum to the change. ``decompose_levers`` shares what policy adds among the levers.

Off means: drivers stay at their value of the base year; levers at 0 and the administrative
path of energy without a cut; loops cut by their off-switches in ``loops.yaml``; and the
constants that make a world grow on its own at rest, as in the equilibrium test of
``validation.yaml``. A constant that cuts a loop belongs to feedback and to nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.decomposition.shapley import (
    MOST_EXACT,
    coalitions,
    exact_values,
    sampled_values,
)
from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.analysis.validation.numerics import off_value
from zjsim.analysis.validation.subject import Subject, subject_of
from zjsim.assessment.plan import Indicator
from zjsim.errors import PlanError, ScenarioError
from zjsim.inputs import Inputs, TimePath
from zjsim.openplan import PlanLike, ScenarioLike, open_plan
from zjsim.prepare import prepare, with_all_paths
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved

if TYPE_CHECKING:
    import pandas as pd

CAUSES = ("outside", "policy", "feedback", "trends")
PAIRS = 64


@dataclass(frozen=True)
class Decomposition:
    """Changes of the indicators shared out among causes.

    Parameters
    ----------
    resolved : Resolved
        The scenario.
    indicators : tuple of Indicator
    causes : tuple of str
        `CAUSES`, or ids of levers.
    base, target : array, shape (n_indicator,)
        Values with every cause off and with every cause on; of `decompose` each less its own
        value in the base year.
    shares : array, shape (n_cause, n_indicator)
        Sums over causes to target less base.
    errors : array, shape (n_cause, n_indicator)
        Standard errors; 0 where every coalition was run.
    runs : int
    """

    resolved: Resolved
    indicators: tuple[Indicator, ...]
    causes: tuple[str, ...]
    base: np.ndarray
    target: np.ndarray
    shares: np.ndarray
    errors: np.ndarray
    runs: int

    @property
    def exact(self) -> bool:
        """Whether every coalition was run."""
        return not self.errors.any()

    def to_frame(self) -> pd.DataFrame:
        """Shares: one row per cause, one column per indicator."""
        import pandas as pd

        columns = [item.id for item in self.indicators]
        return pd.DataFrame(self.shares, index=list(self.causes), columns=columns)


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Which inputs a cause switches: the value of each when the cause is off."""

    paths: Mapping[str, float]
    constants: Mapping[str, float]


def decompose(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> Decomposition:
    """Share each indicator's change since the base year among the four causes.

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

    Returns
    -------
    Decomposition
        ``to_frame()`` has a row a cause and a column an indicator, in the unit of the plan; its
        columns sum to the change.

    Raises
    ------
    PlanError
        When the plan has no protocol that says what is off.
    ScenarioError
        When the scenario is wrong.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.decompose("zhejiang", "baseline").causes
    ('outside', 'policy', 'feedback', 'trends')
    """
    plan = open_plan(plan)
    ready = prepare(plan, scenario, changes, levers=levers, drivers=drivers, constants=constants)
    subject, resolved = subject_of(plan), ready.resolved
    boards = switchboards(subject)
    inside = coalitions(len(CAUSES))
    inputs = _switched(subject, resolved.inputs, [boards[cause] for cause in CAUSES], inside)
    worth = _changes(subject, inputs)
    return Decomposition(
        resolved, plan.plan.indicators, CAUSES, worth[0], worth[-1], exact_values(worth),
        np.zeros((len(CAUSES), worth.shape[1])), len(inside),
    )  # fmt: skip


def decompose_levers(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    pairs: int = PAIRS,
    seed: int = 0,
) -> Decomposition:
    """Share what a scenario's levers add in the target year among them.

    Up to twelve levers in use every coalition is run; beyond that ``pairs`` random orders are
    walked forwards and backwards, and the errors are theirs. A lever that is not in use is
    left out.

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
    pairs : int
        Random orders, each walked both ways, when more than twelve levers are in use.
    seed : int
        Of the orders.

    Returns
    -------
    Decomposition
        ``to_frame()`` has a row a cause and a column an indicator, in the unit of the plan; its
        columns sum to the change.

    Raises
    ------
    ScenarioError
        When the scenario is wrong, or moves no lever.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.decompose_levers("zhejiang", "baseline", pairs=2)
    >>> "water" in found.causes
    True
    """
    plan = open_plan(plan)
    ready = prepare(plan, scenario, changes, levers=levers, drivers=drivers, constants=constants)
    subject, resolved = subject_of(plan), ready.resolved
    inputs = ready.all_paths
    used = [item for item in plan.levers if inputs.paths[item.variable].values.any()]
    if not used:
        name = resolved.scenario.name
        raise ScenarioError(f"{name}: no lever is in use, so there is nothing to share out.")
    boards = [Switchboard({item.variable: 0.0}, {}) for item in used]

    def worth_of(inside: np.ndarray) -> np.ndarray:
        return _values(subject, _switched(subject, resolved.inputs, boards, inside))

    ends = worth_of(np.array([[False] * len(used), [True] * len(used)]))
    if len(used) <= MOST_EXACT:
        shares = exact_values(worth_of(coalitions(len(used))))
        errors, runs = np.zeros_like(shares), 2 ** len(used)
    else:
        shares, errors = sampled_values(worth_of, len(used), pairs, seed)
        runs = 2 * pairs * (len(used) + 1)
    ids = tuple(item.id for item in used)
    return Decomposition(
        resolved, plan.plan.indicators, ids, ends[0], ends[1], shares, errors, runs
    )


def switchboards(subject: Subject) -> dict[str, Switchboard]:
    """What each of `CAUSES` switches off."""
    protocol, plan = subject.protocol, subject.plan
    lacking = [key for key in ("equilibrium", "decomposition") if key not in protocol]
    if lacking:
        raise PlanError(f"the protocol of validation lacks {', '.join(lacking)}")
    entry = protocol["decomposition"]
    levers = {lever.variable: 0.0 for lever in plan.levers}
    known = {constant.name: constant.value for constant in subject.spec.constants}
    drivers = {name: known[name] for name in plan.exogenous if name not in levers}
    feedback: dict[str, float] = {}
    for loop in plan.loops:
        if loop["id"] not in entry["no_feedback"]:
            feedback |= {name: float(value) for name, value in loop["off"].items()}
    policy = dict.fromkeys(entry["policy"], 0.0)
    trends = {
        name: off_value(subject, given)
        for name, given in protocol["equilibrium"]["set"].items()
        if name not in feedback and name not in policy
    }
    return {
        "outside": Switchboard(drivers, {}),
        "policy": Switchboard(levers, policy),
        "feedback": Switchboard({}, feedback),
        "trends": Switchboard({}, trends),
    }


def _switched(
    subject: Subject, inputs: Inputs, boards: Sequence[Switchboard], inside: np.ndarray
) -> Inputs:
    """A run a row of ``inside``: a cause that is not in has its inputs at their off-values."""
    inputs = with_all_paths(subject.plan, inputs)
    known: dict[str, Any] = {c.name: np.array([c.value]) for c in subject.spec.constants}
    paths, constants = dict(inputs.paths), dict(inputs.constants)
    for k, board in enumerate(boards):
        on = inside[:, k]
        for name, off in board.paths.items():
            path = paths[name]
            paths[name] = TimePath(path.times, np.where(on[:, None], path.values, off))
        for name, off in board.constants.items():
            constants[name] = np.where(on, constants.get(name, known[name]), off)
    save = tuple(dict.fromkeys(item.variable for item in subject.plan.plan.indicators))
    grid = replace(inputs.grid, save_every=0.5)
    return replace(
        inputs, n_run=len(inside), paths=paths, constants=constants, save=save, grid=grid
    )


def _values(subject: Subject, inputs: Inputs) -> np.ndarray:
    """Each indicator in its target year, shape (n_run, n_indicator)."""
    return indicator_table(subject.run(inputs), subject.plan.plan.indicators)


def _changes(subject: Subject, inputs: Inputs) -> np.ndarray:
    """The same less what the run itself shows in the base year."""
    ran, items = subject.run(inputs), subject.plan.plan.indicators
    before = indicator_table(ran, items, int(subject.spec.start))
    change: np.ndarray = indicator_table(ran, items) - before
    return change
