"""The reality checks of a plan's folder, run and judged on a scenario."""

from __future__ import annotations

from dataclasses import replace

from zjsim.assessment.checks import Change, CheckOutcome, changed_inputs, judge, saved_variables
from zjsim.openplan import PlanLike, open_plan
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
    exogenous = plan.exogenous
    save = saved_variables(plan.checks)
    inputs = replace(ready.all_paths, save=save)
    first_year = plan.plan.years[0]
    kept: dict[str, Trajectories] = {}

    def run(change: Change | None) -> Trajectories:
        key = repr(change)
        if key not in kept:
            changed = inputs
            if change is not None:
                changed = changed_inputs(
                    inputs, change, plan.names.constants, exogenous, first_year
                )
            kept[key] = ready.run(changed)
        return kept[key]

    return [judge(check, run(check.condition), run(check.against)) for check in plan.checks]
