"""The reality checks of a plan's folder, run and judged on a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from zjsim.assessment.checks import Change, CheckOutcome, changed_inputs, judge, saved_variables
from zjsim.inputs import Inputs, side_by_side
from zjsim.openplan import OpenPlan, PlanLike, open_plan
from zjsim.prepare import Prepared
from zjsim.scenario.resolve import Resolved
from zjsim.trajectories import Trajectories
from zjsim.workflow import Runs


def run_checks(plan: PlanLike, runs: Runs | Resolved) -> list[CheckOutcome]:
    """Every reality check of the plan's folder, judged on a scenario.

    Each check runs the scenario changed as its ``if`` says, and once more as its
    ``against`` says; all share one compiled form of the model.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    runs : Runs or Resolved
        What `simulate` returns; its scenario is run again with each check's changes.

    Returns
    -------
    list of CheckOutcome
        ``holds``, and ``reason`` with numbers where it does not.

    Examples
    --------
    >>> import zjsim
    >>> runs = zjsim.simulate("zhejiang")
    >>> all(outcome.holds for outcome in zjsim.run_checks("zhejiang", runs))
    True
    """
    plan = open_plan(plan)
    resolved = runs.resolved if isinstance(runs, Runs) else runs
    if not plan.checks:
        return []
    ready = Prepared(plan, resolved)
    inputs = replace(ready.all_paths, save=saved_variables(plan.checks))
    return [outcome for outcome, _ in judged_checks(plan, inputs, ready.run)]


def judged_checks(
    plan: OpenPlan, inputs: Inputs, run: Callable[[Inputs], Trajectories]
) -> Iterator[tuple[CheckOutcome, Trajectories]]:
    """Each reality check in turn with the run it is held against.

    Equal changes are run once, and all of them side by side.
    """
    first_year, constants = plan.plan.years[0], plan.names.constants
    changes: dict[str, Change | None] = {}
    for check in plan.checks:
        for change in (check.against, check.condition):
            changes.setdefault(repr(change), change)
    own = [
        inputs
        if change is None
        else changed_inputs(inputs, change, constants, plan.exogenous, first_year)
        for change in changes.values()
    ]
    found = run(side_by_side(own, constants))
    by_change = {key: found.of_run(place) for place, key in enumerate(changes)}
    for check in plan.checks:
        reference = by_change[repr(check.against)]
        yield judge(check, by_change[repr(check.condition)], reference), reference
