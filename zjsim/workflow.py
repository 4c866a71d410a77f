"""The stages chained: simulate scenarios of an open plan; `zjsim.judging` judges the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np

from zjsim.assessment.reading import yearly_frame
from zjsim.assessment.shown import words_for
from zjsim.cache import content_hash
from zjsim.engines import ENGINES
from zjsim.errors import ZjsimError, did_you_mean
from zjsim.inputs import Inputs
from zjsim.language import chosen_language
from zjsim.markup import displays
from zjsim.openplan import OpenPlan, PlanLike, ScenarioLike, kind_of, open_plan, read_scenario
from zjsim.plaintext import file_name
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved
from zjsim.scenario.schema import SET, Scenario
from zjsim.scenario.tables import find_name
from zjsim.several import ScenarioRuns
from zjsim.trajectories import Trajectories
from zjsim.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    Several: TypeAlias = list[Any] | tuple[Any, ...]

__all__ = [
    "OpenPlan",
    "Runs",
    "open_plan",
    "read_scenario",
    "simulate",
]

# Of a label, so that it still fits above a chart.
LONGEST_CHANGES = 60
# Of each rule, how much of the change by halving the step is the error of the whole step:
# 2^p / (2^p - 1) for order p (Richardson).
_ERROR_SHARE = {"euler": 2.0, "rk4": 16 / 15}


@dataclass(frozen=True)
class Runs:
    """One scenario simulated: trajectories, their numerical error, and where they came from.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
        The scenario as it was run.
    engine : str
    trajectories : Trajectories
        Saved variables over (run, time).
    halved : Trajectories or None
        The indicators once more at half the step; None when no error was asked for.
    """

    plan: OpenPlan
    resolved: Resolved
    engine: str
    trajectories: Trajectories
    halved: Trajectories | None = None

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.resolved.scenario.name

    @property
    def label(self) -> Mapping[str, str]:
        """Words for the scenario by language, with what was set on it; may be empty."""
        return label_of(self.resolved.scenario)

    @property
    def known_until(self) -> int | None:
        """Last year known to the draws that the run is the mean of; None for other runs."""
        given = self.resolved.posterior
        return None if given is None else given.known_until

    @cached_property
    def hash(self) -> str:
        """Hash of everything the numbers depend on: model, inputs, engine, version."""
        return run_hash(self.plan, self.resolved, self.engine)

    @property
    def run_id(self) -> str:
        """``<scenario>-<hash8>``: name of the run folder, and the footer of every chart."""
        return run_name(self.name, self.hash)

    @property
    def status(self) -> np.ndarray:
        """How each run ended, shape (n_run,); 0 is well."""
        return self.trajectories.status

    def at(self, variable: str, time: float) -> np.ndarray:
        """A saved variable at a saved time, shape (n_run,), in the model's unit."""
        return self.trajectories.at(variable, time)

    def error_at(self, variable: str, time: float) -> np.ndarray | None:
        """Numerical error of a value by halving the step, shape (n_run,), or None."""
        if self.halved is None:
            return None
        change = self.at(variable, time) - self.halved.at(variable, time)
        error: np.ndarray = np.abs(change) * _ERROR_SHARE[self.resolved.inputs.method]
        return error

    def to_dataset(self) -> xr.Dataset:
        """All saved variables as an xarray Dataset over (run, time)."""
        return self.trajectories.to_dataset()

    def __repr__(self) -> str:
        words = words_for(self.label, chosen_language()) or self.name
        saved = f"{len(self.trajectories.names)} variables"
        times = self.trajectories.times
        span = f"t = {times[0]:g} to {times[-1]:g}"
        return f"<Runs of {words} ({self.run_id}): 1 run, {saved}, {span}, {self.engine}>"

    def _repr_html_(self) -> str:
        return str(displays().runs_html(self))

    def to_frame(self, run: int = 0) -> pd.DataFrame:
        """All saved variables of one run, indexed by time in years.

        Returns
        -------
        DataFrame
            A column a variable, in the model's unit, which ``.attrs["units"]`` has by name.
        """
        return self.trajectories.to_frame(run)

    def __getitem__(self, name: str) -> pd.Series:
        """A saved variable over time, or an indicator by year: ``runs["rd_intensity"]``."""
        found = find_name(name, self.trajectories.names)
        if found:
            series: pd.Series = self.to_frame()[found[0]]
            return series
        known = [*self.plan.plan.indicator_ids, *self.trajectories.names]
        if name not in known:
            hint = did_you_mean(name, known)
            raise ZjsimError(f"{name}: no such variable and no such indicator. {hint}".rstrip())
        return self.indicators()[name]

    def indicators(self) -> pd.DataFrame:
        """The plan's indicators by year, in the plan's units.

        Returns
        -------
        DataFrame
            Indexed by year; a column an indicator, by its id, whose unit ``.attrs["units"]``
            has.
        """
        return yearly_frame(self, self.plan.plan, self.status)


def label_of(scenario: Scenario) -> Mapping[str, str]:
    """Words for a scenario by language, with what was set on it; may be empty."""
    changes = [part.removeprefix(SET) for part in scenario.chain if part.startswith(SET)]
    if not changes:
        return scenario.label
    said = ", ".join(changes)
    said = said if len(said) <= LONGEST_CHANGES else f"{said[:LONGEST_CHANGES]}…"
    return {key: f"{words} [{said}]" for key, words in scenario.label.items() if words}


def run_hash(plan: OpenPlan, resolved: Resolved, engine: str = "kernel") -> str:
    """Hash of everything the numbers of one run depend on: model, inputs, engine, version."""
    return content_hash(plan.model_hash, resolved.hash, engine, __version__)


def run_name(scenario: str, digest: str) -> str:
    """``<scenario>-<hash8>``."""
    return f"{file_name(scenario)}-{digest[:8]}"


def expect_runs(runs: Any, caller: str) -> Runs:
    """The runs, or an error that says what a caller takes."""
    if isinstance(runs, Runs):
        return runs
    raise ZjsimError(
        f"{caller}() takes the runs that simulate() gives, not {kind_of(runs)}; such as "
        f"{caller}(simulate(plan, 'baseline'))."
    )


@overload
def simulate(
    plan: PlanLike, scenario: ScenarioLike = "baseline", changes: Changes = (), *,
    levers: Mapping[str, Any] | None = None, drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None, engine: str = "kernel",
    save: Sequence[str] | None = None, estimate_error: bool = True, trust_model: bool = False,
) -> Runs: ...  # fmt: skip
@overload
def simulate(
    plan: PlanLike, scenario: Several, changes: Changes = (), *,
    levers: Mapping[str, Any] | None = None, drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None, engine: str = "kernel",
    save: Sequence[str] | None = None, estimate_error: bool = True, trust_model: bool = False,
) -> ScenarioRuns: ...  # fmt: skip
def simulate(
    plan: PlanLike,
    scenario: ScenarioLike | Several = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    engine: str = "kernel",
    save: Sequence[str] | None = None,
    estimate_error: bool = True,
    trust_model: bool = False,
) -> Runs | ScenarioRuns:
    """Run one scenario once, or several once each.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenario : str, Path, mapping or Scenario, or a list of them
        A shipped name, a file, the content of one, or a Scenario; see `read_scenario`.
    changes : str, sequence of str, or mapping
        Laid over each scenario: ``"levers.rd_support=1.2"``, several of them, or
        ``{"levers.rd_support": 1.2}``.
    levers, drivers, constants : mapping or None
        The same as mappings: ``levers={"rd_support": 1.2}``.
    engine : {"kernel", "adaptive", "pysd"}
    save : names or None
        Model variables to save; None saves all.
    estimate_error : bool
        Run the indicators once more at half the step (fixed-step engines only).
    trust_model : bool
        Let the pysd engine execute what PySD generates from a model that is not shipped.

    Raises
    ------
    ZjsimError
        When a file is wrong, or the scenario does not fit the plan.

    Returns
    -------
    Runs, or ScenarioRuns of a list
        ``to_frame()`` and ``to_dataset()`` have every saved variable over time, in the model's
        units; of a list with the scenario as a level of the index and a dimension.
        ``indicators()`` has the plan's indicators by year, in the plan's units.

    Examples
    --------
    >>> import zjsim
    >>> runs = zjsim.simulate("zhejiang", "baseline", levers={"water": 1.4})
    >>> runs.to_frame()["reported staff"].index.name
    'time'
    >>> both = zjsim.simulate("zhejiang", ["baseline", "late_start"])
    >>> both.to_dataset().sizes["scenario"]
    2
    """
    plan = open_plan(plan)

    def one(single: Any) -> Runs:
        ready = prepare(
            plan, single, changes, levers=levers, drivers=drivers, constants=constants,
            engine=engine, trust_model=trust_model,
        )  # fmt: skip
        return _run(ready, None if save is None else tuple(save), estimate_error)

    if isinstance(scenario, list | tuple):
        return ScenarioRuns(tuple(map(one, scenario)))
    return one(scenario)


def _run(ready: Prepared, save: tuple[str, ...] | None, estimate_error: bool) -> Runs:
    plan, resolved, engine = ready.plan, ready.resolved, ready.engine
    inputs = replace(ready.inputs, save=save)
    trajectories = ready.run(inputs)
    halved = None
    if estimate_error and ENGINES[engine].fixed_step:
        halved = ready.run(_halved(inputs, _available(plan, trajectories)))
    return Runs(plan, resolved, engine, _described(trajectories, plan, resolved, engine), halved)


def _available(plan: OpenPlan, trajectories: Trajectories) -> tuple[str, ...]:
    saved = set(trajectories.names)
    return tuple(name for name in plan.indicator_variables if name in saved)


def _halved(inputs: Inputs, save: tuple[str, ...]) -> Inputs:
    return replace(inputs, grid=inputs.grid.halved(), save=save)


def _described(
    trajectories: Trajectories, plan: OpenPlan, resolved: Resolved, engine: str
) -> Trajectories:
    grid = resolved.inputs.grid
    attributes = {
        "plan": plan.folder.name,
        "scenario": resolved.scenario.name,
        "engine": engine,
        "method": resolved.inputs.method,
        "step": grid.step,
        "model_hash": plan.model_hash,
        "inputs_hash": resolved.hash,
        "zjsim_version": __version__,
    }
    return replace(trajectories, attributes=attributes)
