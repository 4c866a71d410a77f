"""The state of the milestones of the prose by a user's own figures.

A count printed without 以上 is met by that number or more: an assumption, since no plan means
to punish the five hundred and first factory.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.plan import Milestone, Plan


class MilestoneState(StrEnum):
    """The state of a milestone by the latest figure."""

    MET = "met"
    OPEN = "open"  # not met, and its date is not over or there is none
    MISSED = "missed"  # not met at its date
    NO_FIGURE = "no_figure"
    NO_BASE = "no_base"  # a ratio to a base year that nobody gave


@dataclass(frozen=True, slots=True)
class MilestoneStatus:
    """A milestone, the latest figure for it, and what share of it is done.

    ``value`` is in the milestone's unit (for a doubling, times the base); ``completion`` is
    a part of one, None where the number is zero or there is no figure.
    """

    milestone: Milestone
    state: MilestoneState
    value: float | None
    completion: float | None
    observation: Observation | None


def milestone_statuses(plan: Plan, observations: Observations) -> tuple[MilestoneStatus, ...]:
    """The state of every milestone, in the order of the plan.

    Figures are rows of ``observations`` whose series is the milestone's id, in its unit. For
    ``new`` they are the sum since the plan began; for a doubling they are counts, and the
    base year's count is a row of its own.
    """
    return tuple(_status(plan, item, observations) for item in plan.milestones)


def _status(plan: Plan, item: Milestone, observations: Observations) -> MilestoneStatus:
    last = item.date or plan.years[-1]
    row = observations.latest(item.id, plan.base_year, last)
    if row is None:
        return MilestoneStatus(item, MilestoneState.NO_FIGURE, None, None, None)
    value = row.value
    if item.comparator == "doubled":
        base = _base(plan, item, observations)
        if base is None:
            return MilestoneStatus(item, MilestoneState.NO_BASE, None, None, row)
        value = value / base
    if value >= item.number:
        state = MilestoneState.MET
    else:
        over = item.date is not None and row.year >= item.date
        state = MilestoneState.MISSED if over else MilestoneState.OPEN
    completion = value / item.number if item.number > 0 else None
    return MilestoneStatus(item, state, value, completion, row)


def _base(plan: Plan, item: Milestone, observations: Observations) -> float | None:
    if item.base is not None:
        return item.base.value
    row = observations.value(item.id, plan.base_year)
    return row.value if row is not None and row.value > 0 else None
