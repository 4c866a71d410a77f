"""Sensitivity from a plan and a scenario: the study opened and the method run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zjsim.analysis.sensitivity.sensitivity import (
    METHODS,
    Method,
    Sensitivity,
    morris,
    sobol,
    tornado,
)
from zjsim.analysis.sensitivity.uncertain_inputs import Study, open_study
from zjsim.errors import RunError, did_you_mean
from zjsim.openplan import PlanLike, ScenarioLike, open_plan
from zjsim.scenario.reader import Changes

# Base points of Sobol, paths of Morris; a tornado has its own.
SIZES = {"tornado": 0, "morris": 40, "sobol": 1024}


def compute_sensitivity(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    method: Method = "tornado",
    size: int | None = None,
    seed: int = 2021,
    calibrated: bool = True,
    advance: Callable[[int], None] = lambda count: None,
) -> Sensitivity:
    """Which assumptions decide the verdicts of a scenario.

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
    >>> found = zjsim.compute_sensitivity("zhejiang", "baseline")
    >>> found.to_frame().columns[:2].tolist()
    ['input', 'grade']
    """
    plan = open_plan(plan)
    read = plan.read_scenario(
        scenario, changes, levers=levers, drivers=drivers, constants=constants
    )
    study = open_study(plan, read, calibrated=calibrated)
    return analyse(study, method, SIZES.get(method, 0) if size is None else size, seed, advance)


def analyse(
    study: Study, method: Method, size: int, seed: int, advance: Callable[[int], None]
) -> Sensitivity:
    """One method on an open study.

    Raises
    ------
    RunError
        For an unknown method, or one of independent inputs with draws after learning.
    """
    if method == "tornado":
        return tornado(study, advance)
    if method in METHODS and study.company is not None:
        raise RunError(
            f"{method}: shares of variance are those of independent inputs, and draws after "
            "learning belong together. Take the tornado, which moves them together."
        )
    if method == "morris":
        return morris(study, size, seed, advance)
    if method == "sobol":
        return sobol(study, size, seed, advance)
    hint = did_you_mean(method, METHODS) or f"Choose {', '.join(METHODS)}."
    raise RunError(f"{method}: no such method. {hint}")
