"""Sensitivity from a plan and a scenario: the study opened and the method run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from zjsim.analysis.sensitivity import METHODS, Method, Sensitivity, morris, sobol, tornado
from zjsim.analysis.study import Study, open_study
from zjsim.errors import RunError, did_you_mean
from zjsim.scenario.schema import Scenario
from zjsim.workflow import OpenPlan

# Base points of Sobol, paths of Morris; a tornado has its own.
SIZES = {"tornado": 0, "morris": 40, "sobol": 1024}


def compute_sensitivity(
    plan: OpenPlan,
    scenario: str | Path | Scenario = "baseline",
    assignments: Sequence[str] = (),
    *,
    method: Method = "tornado",
    size: int | None = None,
    seed: int = 2021,
    calibrated: bool = True,
    advance: Callable[[int], None] = lambda count: None,
) -> Sensitivity:
    """Which assumptions decide the verdicts of a scenario.

    Parameters
    ----------
    plan : OpenPlan
    scenario : str, Path or Scenario
        A shipped name, a file, or a Scenario that has been read.
    assignments : sequence of str
        Changes laid over the file, such as ``levers.rd_support=1.2``.
    method : {"tornado", "morris", "sobol"}
        One at a time, screening, or shares of variance (the last two need ``SALib``).
    size : int or None
        Base points of Sobol (a power of two) or paths of Morris; None is 1024 or 40.
    seed : int
        Of the design.
    calibrated : bool
        Vary identified constants within ``calibration.csv``.
    advance : function
        Called with the number of runs that have just been finished.

    Returns
    -------
    Sensitivity
        Its ``frame()`` has a row an input, the one that decides most first.

    Raises
    ------
    ZjsimError
        For an unknown method or size, or a scenario that does not fit the plan.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.compute_sensitivity(zjsim.open_plan(), "baseline")
    >>> found.frame().columns[:2].tolist()
    ['input', 'grade']
    """
    study = open_study(plan, plan.read_scenario(scenario, assignments), calibrated=calibrated)
    return analyse(study, method, SIZES.get(method, 0) if size is None else size, seed, advance)


def analyse(
    study: Study, method: Method, size: int, seed: int, advance: Callable[[int], None]
) -> Sensitivity:
    """One method on an open study.

    Raises
    ------
    RunError
        For an unknown method.
    """
    if method == "tornado":
        return tornado(study, advance)
    if method == "morris":
        return morris(study, size, seed, advance)
    if method == "sobol":
        return sobol(study, size, seed, advance)
    hint = did_you_mean(method, METHODS) or f"Choose {', '.join(METHODS)}."
    raise RunError(f"{method}: no such method. {hint}")
