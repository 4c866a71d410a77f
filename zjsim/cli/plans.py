"""Which plan and which scenarios a command means."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from zjsim.scenario.schema import Scenario
    from zjsim.scenario.settable import Settable
    from zjsim.workflow import OpenPlan


def plan_and_scenarios(
    names: list[str], assignments: list[str], plan: str | None
) -> tuple[OpenPlan, list[Scenario]]:
    """The plan, and the scenarios read; with no names, every one that the plan has.

    The plan is the one named, else that of the scenarios; scenarios of several plans in one
    command are refused, because their verdicts cannot stand in one table.
    """
    from zjsim.bundle import scenario_names, scenarios_folder
    from zjsim.scenario.reader import read_scenario
    from zjsim.workflow import open_plan

    opened = cache(open_plan)
    folder = opened(plan).folder.scenarios if plan else scenarios_folder()
    wanted = names or list(scenario_names(folder))

    def names_of(scenario: Scenario) -> Settable:
        return opened(plan or scenario.plan).settable

    read = [read_scenario(name, folder, assignments, names_of) for name in wanted]
    plans = sorted({scenario.plan for scenario in read})
    if plan is None and len(plans) > 1:
        raise typer.BadParameter(f"the scenarios belong to several plans: {', '.join(plans)}")
    return opened(plan or plans[0]), read


def cases_of_study(
    name: str, assignments: list[str], plan: str | None
) -> tuple[OpenPlan, list[Scenario]] | None:
    """The plan and the cases of a study file, each with a name of its own; None of another."""
    from zjsim.analysis.deciding.cases import cases_of, is_study

    if not is_study(name):
        return None
    if assignments:
        raise typer.BadParameter("not with a study; write it in its matrix", param_hint="--set")
    return cases_of(name, plan)
