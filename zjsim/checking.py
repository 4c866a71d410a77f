"""The reality checks of a plan's folder, run and judged on a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from zjsim.assessment.checks import Change, CheckOutcome, changed_inputs, judge, saved_variables
from zjsim.inputs import Inputs
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
    ready = Prepared(plan, resolved, backend="python")
    inputs = replace(ready.all_paths, save=saved_variables(plan.checks))
    return [outcome for outcome, _ in judged_checks(plan, inputs, ready.run)]


def judged_checks(
    plan: OpenPlan, inputs: Inputs, run: Callable[[Inputs], Trajectories]
) -> Iterator[tuple[CheckOutcome, Trajectories]]:
    """Each reality check in turn with the run it is held against; equal changes run once."""
    first_year = plan.plan.years[0]
    kept: dict[str, Trajectories] = {}

    def changed(change: Change | None) -> Trajectories:
        key = repr(change)
        if key not in kept:
            own = inputs
            if change is not None:
                own = changed_inputs(
                    inputs, change, plan.names.constants, plan.exogenous, first_year
                )
            kept[key] = run(own)
        return kept[key]

    for check in plan.checks:
        reference = changed(check.against)
        yield judge(check, changed(check.condition), reference), reference
