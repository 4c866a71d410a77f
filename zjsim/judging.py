"""Runs judged by a plan: verdicts, how sure they are, and the plan's own arithmetic.

With `zjsim.workflow` the only place that knows all of scenario, engines and assessment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast, overload

import numpy as np

from zjsim.assessment.assess import Assessment, Lay
from zjsim.assessment.assess import assess as assess_runs
from zjsim.assessment.audit import Audit
from zjsim.assessment.audit import audit as audit_plan
from zjsim.assessment.chances import Chances, chances_of
from zjsim.assessment.labelled import LabelledRuns
from zjsim.assessment.observations import Observations
from zjsim.assessment.own_observations import read_own_observations
from zjsim.assessment.plan import Indicator
from zjsim.assessment.reading import Runs as RunsToAssess
from zjsim.assessment.reading import reading_time
from zjsim.errors import RunError
from zjsim.openplan import OpenPlan, PlanLike, kind_of, open_plan
from zjsim.scenario.discrepancy import Discrepancy
from zjsim.several import ScenarioAssessments, ScenarioRuns
from zjsim.workflow import Runs

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    OwnFigures: TypeAlias = Observations | pd.DataFrame | Path | str | None


@overload
def assess(
    plan: PlanLike, runs: ScenarioRuns, observations: OwnFigures = None, *,
    probability: bool = False,
) -> ScenarioAssessments: ...  # fmt: skip
@overload
def assess(
    plan: PlanLike, runs: RunsToAssess | xr.Dataset, observations: OwnFigures = None, *,
    probability: Chances | RunsToAssess | bool = False,
) -> Assessment: ...  # fmt: skip
def assess(
    plan: PlanLike,
    runs: RunsToAssess | ScenarioRuns | xr.Dataset,
    observations: OwnFigures = None,
    *,
    probability: Chances | RunsToAssess | bool = False,
) -> Assessment | ScenarioAssessments:
    """Judge runs by their plan.

    Parameters
    ----------
    plan : str, Path or OpenPlan
        The plan that judges.
    runs : Runs, ScenarioRuns, EnsembleRuns or xarray.Dataset
        What `simulate` or `simulate_ensemble` returns; or a Dataset over (run, time) with the
        indicators' variables, such as ``runs.to_dataset()``, a selection of it, or
        ``trajectories.nc`` opened.
    observations : Observations, DataFrame, path or None
        The user's own outturns (a CSV file, a workbook, or a table with at least the columns
        ``series``, ``year`` and ``value``), laid over the published ones of the plan's folder.
    probability : bool, Chances or EnsembleRuns
        What stands beside the verdicts of a single run: how likely each target is met. True
        takes the draws of the scenario, which are kept (seconds for a new one); an ensemble of
        your own, or what `compute_chances` gave, is taken as it is.

    Returns
    -------
    Assessment, or ScenarioAssessments of several scenarios
        A row a target; of many runs medians, and shares of runs that meet each target. Over
        the draws of an ensemble the plan's discrepancies are laid, as in ``zjsim ensemble``.

    Raises
    ------
    PlanError
        When the first argument is not a plan.
    RunError
        When there are no runs, or a Dataset lacks the dimension time.
    DataError
        When the user's outturns are wrong.

    Examples
    --------
    >>> import zjsim
    >>> plan = zjsim.open_plan("zhejiang")
    >>> result = zjsim.assess(plan, zjsim.simulate(plan, "baseline"))
    >>> result.row("water_intensity_cut").met
    True
    >>> surer = zjsim.assess(plan, zjsim.simulate(plan, "baseline"), probability=True)
    >>> surer.chances.n_run
    1024
    """
    judge = open_plan(plan)
    if isinstance(runs, ScenarioRuns):
        own = with_own_observations(judge, observations)
        return ScenarioAssessments(
            tuple(assess(judge, one, own, probability=probability) for one in runs)
        )
    if not hasattr(runs, "at") and not hasattr(runs, "data_vars"):
        kind = type(runs).__name__
        raise RunError(f"assess(plan, runs): runs are what simulate() returns, not {kind}.")
    published = with_own_observations(judge, observations)
    # Only a Dataset has those; xarray takes half a second to import and is not asked.
    found: Any = runs
    if hasattr(runs, "data_vars"):
        if "scenario" in found.dims:
            each = (found.isel(scenario=place) for place in range(found.sizes["scenario"]))
            return ScenarioAssessments(tuple(assess(judge, one, published) for one in each))
        found = LabelledRuns(cast("xr.Dataset", runs))
    judged = assess_runs(found, judge.plan, published, _discrepancies_of(found, judge))
    if probability is False or judged.n_run != 1:
        return judged
    return replace(judged, chances=_chances(judge, found, probability))


def _chances(judge: OpenPlan, runs: Any, asked: Any) -> Chances | None:
    """What stands beside a single run."""
    if asked is True:
        if not isinstance(runs, Runs):
            raise RunError(
                "assess(..., probability=True) needs the runs that simulate() returns, to draw "
                "from their scenario; give an ensemble instead: "
                "probability=simulate_ensemble(plan, scenario)."
            )
        # Drawing stands above: found by name, when it is asked for.
        found: Chances | None = import_module("zjsim.ensembles.chances").chances_beside(runs)
        return found
    if isinstance(asked, Chances):
        return asked
    if not hasattr(asked, "at") or np.asarray(asked.status).size < 2:
        raise RunError(
            "assess(..., probability=…) takes True, an ensemble or its chances, "
            f"not {kind_of(asked)}."
        )
    return chances_in(judge, asked)


def chances_in(plan: OpenPlan, many: Any) -> Chances:
    """What the draws of an ensemble say of each target, with and without discrepancies."""
    judged = assess(plan, many)
    modelled = assess_runs(many, plan.plan) if plan.discrepancies else None
    method = getattr(getattr(many, "sample", None), "method", "")
    return chances_of(judged, modelled, method, getattr(many, "seed", None))


def _discrepancies_of(runs: Any, plan: OpenPlan) -> Lay | None:
    """What lays the plan's discrepancies over the draws of an ensemble; None for other runs."""
    seed = getattr(runs, "seed", None)
    found = getattr(runs, "discrepancies", plan.discrepancies)
    if seed is None or not found:
        return None
    numbers = runs.numbers

    def lay(item: Indicator, paths: Sequence[np.ndarray], years: Sequence[int]) -> list[np.ndarray]:
        one = found.get(item.id)
        if one is None:
            return list(paths)
        return lay_over(one, paths, years, item, plan.plan.base_year, seed, numbers)

    return lay


def lay_over(
    one: Discrepancy,
    paths: Sequence[np.ndarray],
    years: Sequence[int],
    item: Indicator,
    base_year: int,
    seed: int,
    numbers: np.ndarray | None = None,
) -> list[np.ndarray]:
    """An indicator in several years with its discrepancy, shape (n_run,) each.

    Parameters
    ----------
    numbers : array, shape (n_run,), or None
        Number of each run in its ensemble; None counts from 0.
    """
    kept = np.arange(paths[0].size) if numbers is None else numbers
    times = [reading_time(item, year) for year in years]
    walk = one.walk(int(kept.max(initial=-1)) + 1, seed, float(base_year), times)[kept]
    return [one.applied(path, walk[:, k]) for k, path in enumerate(paths)]


def audit(plan: PlanLike, observations: OwnFigures = None) -> Audit:
    """The arithmetic of a plan, before any model is run.

    Parameters
    ----------
    plan : str, Path or OpenPlan
        Without audit settings only growth rates are computed.
    observations : Observations, DataFrame, path or None
        The user's own outturns (a CSV file, a workbook, or a table with at least the columns
        ``series``, ``year`` and ``value``), laid over the published ones of the plan's folder.

    Returns
    -------
    Audit
        Growth that each target implies, paths that follow from it, and findings.

    Examples
    --------
    >>> import zjsim
    >>> len(zjsim.audit("zhejiang").growth)
    10
    """
    plan = open_plan(plan)
    return audit_plan(plan.plan, with_own_observations(plan, observations))


def with_own_observations(plan: OpenPlan, own: OwnFigures) -> Observations:
    """The plan's published figures, with a user's own laid over them."""
    if own is None:
        return plan.observations
    if not isinstance(own, Observations):
        own = read_own_observations(own, plan.plan, plan.observations)
    return plan.observations.with_own(own)
