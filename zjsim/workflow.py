"""The stages chained: open a plan, simulate scenarios, assess them.

This is the only place that knows all of scenario, engines and assessment. Everything slow to
derive from a file comes from the private cache when the file has not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.assessment.assess import Assessment
from zjsim.assessment.assess import assess as assess_runs
from zjsim.assessment.checks import (
    Change,
    Check,
    CheckOutcome,
    changed_inputs,
    check_names,
    checks_from_document,
    judge,
    read_checks_document,
    saved_variables,
)
from zjsim.assessment.observations import (
    Observations,
    read_observations,
    read_own_observations,
)
from zjsim.assessment.plan import Plan, plan_from_document, read_plan_document
from zjsim.bundle import PlanFolder, find_plan, scenarios_folder
from zjsim.cache import cached_document, content_hash
from zjsim.engines.base import CompiledModel
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.engines.kernel.lower import lower
from zjsim.engines.kernel.program import Program
from zjsim.errors import PlanError, Problem, RunError, ScenarioError, raise_if_any
from zjsim.inputs import Inputs, TimePath
from zjsim.model.names import canonical
from zjsim.model.spec import Constant, ModelSpec
from zjsim.scenario.reader import assigned, read_scenario
from zjsim.scenario.resolve import Names, Resolved, names_of, resolve
from zjsim.scenario.schema import Scenario
from zjsim.scenario.tables import (
    CONTROLS,
    ConstantTable,
    DriverTable,
    Lever,
    check_tables,
    read_constants,
    read_drivers,
    read_levers,
)
from zjsim.timeline import TimeGrid
from zjsim.trajectories import Trajectories
from zjsim.version import __version__
from zjsim.yamlfile import read_yaml

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

ENGINES = ("kernel", "adaptive", "pysd")
# Of each rule, how much of the change by halving the step is the error of the whole step:
# 2^p / (2^p - 1) for order p (Richardson).
_ERROR_SHARE = {"euler": 2.0, "rk4": 16 / 15}
Notify = Callable[[str], None]


@dataclass(frozen=True)
class OpenPlan:
    """A plan's folder with everything in it read on demand, once.

    Parameters
    ----------
    folder : PlanFolder
        Paths and hashes.
    """

    folder: PlanFolder

    @cached_property
    def model(self) -> ModelSpec:
        """The model; reading it takes PySD's translators a second."""
        # PySD is slow to import, and a warm check never needs the expression trees.
        from zjsim.model.reader import read_model

        return read_model(self.folder.model)

    @cached_property
    def model_hash(self) -> str:
        """Hash of the model file's content."""
        return content_hash(self.folder.model.suffix, self.folder.model.read_bytes())

    @cached_property
    def _card(self) -> dict[str, Any]:
        """The lowered program and the model's names, from the cache when unchanged."""

        def build() -> dict[str, Any]:
            names = names_of(self.model)
            grid = names.time
            return {
                "program": lower(self.model).to_document(),
                "constants": dict(names.constants),
                "stocks": list(names.stocks),
                "units": dict(names.units),
                "time": [grid.start, grid.stop, grid.step, grid.save_every],
            }

        return dict(cached_document("model", f"{self.folder.model.name} {self.model_hash}", build))

    @cached_property
    def program(self) -> Program:
        """The lowered model."""
        return Program.from_document(self._card["program"])

    @cached_property
    def names(self) -> Names:
        """What a scenario must know of the model."""
        card = self._card
        return Names(card["constants"], card["stocks"], card["units"], TimeGrid(*card["time"]))

    @cached_property
    def plan(self) -> Plan:
        """Indicators, targets and milestones."""
        return plan_from_document(self._document("plan.yaml", read_plan_document))

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Reality checks; none when the folder has no such file."""
        if not self.folder.file("checks.yaml").is_file():
            return ()
        return checks_from_document(self._document("checks.yaml", read_checks_document))

    def _document(self, name: str, read: Callable[[Path], Any]) -> Any:
        path = self.folder.file(name)
        key = f"{name} {content_hash(path.read_bytes())}" if path.is_file() else ""
        # A missing file is the reader's error to tell.
        return cached_document(path.stem, key, lambda: read(path)) if key else read(path)

    @cached_property
    def loops(self) -> tuple[dict[str, Any], ...]:
        """Named feedback loops with their off-switches and what cutting them should do."""
        path = self.folder.file("loops.yaml")
        if not path.is_file():
            return ()
        return tuple(self._document("loops.yaml", read_loops_document))

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        """What policy sets."""
        return read_levers(self.folder.file("levers.yaml"))

    @cached_property
    def drivers(self) -> DriverTable:
        """Exogenous series by named path."""
        return read_drivers(self.folder.file("drivers.csv"))

    @cached_property
    def constants(self) -> ConstantTable:
        """Range, source and grade of each constant."""
        return read_constants(self.folder.file("constants.csv"))

    @cached_property
    def observations(self) -> Observations:
        """What was published."""
        path = self.folder.file("observations.csv")
        return read_observations(path) if path.is_file() else Observations(())

    @property
    def exogenous(self) -> tuple[str, ...]:
        """Model names of all levers and drivers, as the model spells them."""
        spelt = {canonical(name): name for name in self.names.constants}
        wanted = [*(lever.variable for lever in self.levers), *self.drivers.drivers.values()]
        return tuple(spelt[canonical(name)] for name in wanted if canonical(name) in spelt)

    def read_scenario(
        self, name_or_path: str | Path | Scenario, assignments: Sequence[str] = ()
    ) -> Scenario:
        """A scenario by shipped name, by path, or as it is; see `read_scenario`."""
        if isinstance(name_or_path, Scenario):
            if assignments:
                raise ScenarioError("assignments go with a scenario's name or path")
            return name_or_path
        return read_scenario(name_or_path, scenarios_folder(), assignments)

    def resolve(self, scenario: Scenario, save: tuple[str, ...] | None = None) -> Resolved:
        """The scenario as inputs of one run of this plan's model."""
        return resolve(scenario, self.names, self.levers, self.drivers, self.constants, save)

    @property
    def indicator_variables(self) -> tuple[str, ...]:
        """Model variables that an assessment reads, each once."""
        names: dict[str, None] = {}
        for item in self.plan.indicators:
            wanted = [item.variable, item.constant_price_variable]
            wanted += [variant.variable for variant in item.variants]
            names.update(dict.fromkeys(name for name in wanted if name))
        return tuple(names)


def read_loops_document(path: Path) -> list[dict[str, Any]]:
    """The entries of a file of named loops.

    Raises
    ------
    PlanError
        When an entry lacks its id, name, polarity, cycle or off-switch.
    """
    source = read_yaml(path, PlanError)
    entries = source.data.get("loops") if isinstance(source.data, dict) else None
    if not isinstance(entries, list):
        raise PlanError(f"{path}: a list under the key loops is expected.")
    problems = []
    for position, entry in enumerate(entries):
        lacking = [key for key in _LOOP_KEYS if not isinstance(entry, dict) or key not in entry]
        if lacking:
            where = source.where(("loops", position))
            problems.append(Problem(where, f"a loop needs {', '.join(lacking)}"))
    raise_if_any(path, problems, PlanError)
    return entries


_LOOP_KEYS = ("id", "name", "polarity", "cycle", "off")


def open_plan(name: str | Path = "zhejiang") -> OpenPlan:
    """Open a shipped plan by name, or a plan folder by path.

    Raises
    ------
    PlanError
        When there is no such folder or it holds no model.
    """
    return OpenPlan(find_plan(name))


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
        """Words for the scenario by language; empty when its file has none."""
        return self.resolved.scenario.label

    @cached_property
    def hash(self) -> str:
        """Hash of everything the numbers depend on: model, inputs, engine, version."""
        return content_hash(self.plan.model_hash, self.resolved.hash, self.engine, __version__)

    @property
    def run_id(self) -> str:
        """``<scenario>-<hash8>``: name of the run folder, and the footer of every chart."""
        return f"{self.name}-{self.hash[:8]}"

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
        return np.abs(change) * _ERROR_SHARE[self.resolved.inputs.method]

    @property
    def dataset(self) -> xr.Dataset:
        """All saved variables as an xarray Dataset over (run, time)."""
        return self.trajectories.dataset()

    def frame(self, run: int = 0) -> pd.DataFrame:
        """All saved variables of one run, indexed by time in years."""
        return self.trajectories.frame(run)


def compiled_for(plan: OpenPlan, engine: str, trust_model: bool = False) -> CompiledModel:
    """The plan's model made ready by an engine: kernel, adaptive or pysd.

    Raises
    ------
    RunError
        For an unknown engine, or when PySD may not execute a model that is not shipped.
    """
    if engine == "kernel":
        return KernelEngine().compile_program(plan.program)
    if engine == "adaptive":
        # SciPy is slow to import and only this engine integrates with it.
        from zjsim.engines.adaptive import AdaptiveEngine

        return AdaptiveEngine().compile_program(plan.program)
    if engine == "pysd":
        from zjsim.engines.reference import ReferenceEngine

        return ReferenceEngine(trust=trust_model or plan.folder.shipped).compile(plan.model)
    raise RunError(f"{engine}: no such engine. Choose one of {', '.join(ENGINES)}.")


def simulate(
    plan: OpenPlan,
    scenario: str | Path | Scenario = "baseline",
    assignments: Sequence[str] = (),
    *,
    engine: str = "kernel",
    save: Sequence[str] | None = None,
    estimate_error: bool = True,
    trust_model: bool = False,
) -> Runs:
    """Run one scenario once.

    Parameters
    ----------
    plan : OpenPlan
    scenario : str, Path or Scenario
        A shipped name, a file, or a Scenario that has been read.
    assignments : sequence of str
        Changes laid over the file, such as ``levers.rd_support=1.2``.
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
    """
    resolved = plan.resolve(plan.read_scenario(scenario, assignments))
    compiled = compiled_for(plan, engine, trust_model)
    inputs = replace(resolved.inputs, save=None if save is None else tuple(save))
    trajectories = compiled.run(inputs)
    halved = None
    if estimate_error and engine != "adaptive":
        halved = compiled.run(_halved(inputs, _available(plan, trajectories)))
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


def assess(
    runs: Runs, plan: OpenPlan | None = None, observations: Observations | Path | str | None = None
) -> Assessment:
    """Judge runs by their plan.

    Parameters
    ----------
    runs : Runs
    plan : OpenPlan or None
        The plan that judges; None takes the one the runs belong to.
    observations : Observations, path or None
        The user's own outturns, laid over the published ones of the plan's folder.
    """
    judge = plan or runs.plan
    return assess_runs(runs, judge.plan, with_own_observations(judge, observations))


def with_own_observations(plan: OpenPlan, own: Observations | Path | str | None) -> Observations:
    """The plan's published figures, with a user's own laid over them."""
    if own is None:
        return plan.observations
    if not isinstance(own, Observations):
        own = read_own_observations(own, plan.plan, plan.observations)
    return plan.observations.with_own(own)


def run_checks(plan: OpenPlan, resolved: Resolved) -> list[CheckOutcome]:
    """Every reality check of the plan's folder, judged on a scenario.

    Each check runs the scenario changed as its ``if`` says, and once more as its
    ``against`` says; all share one compiled form of the model.
    """
    if not plan.checks:
        return []
    compiled = KernelEngine(backend="python").compile_program(plan.program)
    exogenous = plan.exogenous
    inputs = _with_all_paths(plan, resolved.inputs, saved_variables(plan.checks))
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
            kept[key] = compiled.run(changed)
        return kept[key]

    return [judge(check, run(check.change), run(check.against)) for check in plan.checks]


def _with_all_paths(plan: OpenPlan, inputs: Inputs, save: tuple[str, ...]) -> Inputs:
    """The inputs with a path for every lever and driver, so that one text serves all runs."""
    start = np.array([inputs.grid.start])
    paths = dict(inputs.paths)
    for name in plan.exogenous:
        if name not in paths:
            paths[name] = TimePath(start, np.array([[plan.names.constants[name]]]))
    return replace(inputs, paths=paths, save=save)


def simulate_model(
    model: ModelSpec,
    assignments: Sequence[str] = (),
    *,
    engine: str = "kernel",
    method: str = "euler",
    trust_model: bool = False,
) -> Trajectories:
    """Run a bare model file as it stands, by its own time settings.

    Parameters
    ----------
    model : ModelSpec
    assignments : sequence of str
        Such as ``constants.rate=0.3``, ``rate=0.3``, ``time.step=0.125`` or ``method=rk4``.
    method : {"euler", "rk4"}
        Euler is what Vensim files are written for.

    Raises
    ------
    ZjsimError
        When the engine does not compute the model, or an assignment does not fit it.
    """
    scenario = assigned(Scenario(name=model.name, method=method), assignments)  # type: ignore[arg-type]
    resolved = resolve(scenario, names_of(model), (), DriverTable(""), ConstantTable(""))
    if engine == "kernel":
        compiled: CompiledModel = KernelEngine().compile(model)
    elif engine == "adaptive":
        from zjsim.engines.adaptive import AdaptiveEngine

        compiled = AdaptiveEngine().compile(model)
    elif engine == "pysd":
        from zjsim.engines.reference import ReferenceEngine

        compiled = ReferenceEngine(trust=trust_model).compile(model)
    else:
        raise RunError(f"{engine}: no such engine. Choose one of {', '.join(ENGINES)}.")
    return compiled.run(resolved.inputs)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing that is not in order in a model or plan folder."""

    rule: str
    where: str
    what: str


def lint_model_file(path: Path) -> list[LintFinding]:
    """Units and documentation of a bare model file."""
    # Reading expression trees takes PySD; checking units takes pint.
    from zjsim.model.reader import read_model

    return _lint_model(read_model(path), None)


def lint_plan(plan: OpenPlan) -> list[LintFinding]:
    """Everything about a plan folder that can be checked without judging a scenario."""
    model, folder = plan.model, plan.folder
    glossary = None
    if folder.file("units.yaml").is_file():
        glossary = read_yaml(folder.file("units.yaml"), PlanError).data
    findings = _lint_model(model, glossary)
    tables = check_tables(plan.names.constants, plan.levers, plan.drivers, plan.constants)
    findings += [LintFinding("table", p.where, f"{p.what}. {p.hint}".rstrip()) for p in tables]
    readable = set(plan.program.names)
    named = check_names(plan.checks, set(plan.names.constants), readable, "checks.yaml")
    findings += [LintFinding("check", p.where, f"{p.what}. {p.hint}".rstrip()) for p in named]
    findings += [
        LintFinding("indicator", item.id, f"the model has no variable {item.variable}")
        for item in plan.plan.indicators
        if item.variable not in readable
    ]
    return findings


def _lint_model(model: ModelSpec, glossary: Any) -> list[LintFinding]:
    from zjsim.model.dimensions import check_units
    from zjsim.model.order import uses

    findings = [
        LintFinding("unit", item.variable, f"{item.equation_text}: {item.problem}".lstrip(": "))
        for item in check_units(model, glossary)
    ]
    for name, element in model.elements.items():
        if not element.unit:
            findings.append(LintFinding("unit", name, "has no unit"))
        if not element.documentation:
            findings.append(LintFinding("documentation", name, "has no sentence"))
        unused = isinstance(element, Constant) and not uses(model, name)
        if unused and canonical(name) not in CONTROLS:
            findings.append(LintFinding("unused", name, "no equation uses it"))
    return findings
