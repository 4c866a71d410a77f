"""zjsim: can a five-year plan's targets be met, under which policies, how sure, and why?

>>> import zjsim
>>> plan = zjsim.open_plan("zhejiang")
>>> runs = zjsim.simulate(plan, "baseline")
>>> result = zjsim.assess(plan, runs)
>>> len(result.rows)
10
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from zjsim.version import __version__

if TYPE_CHECKING:
    from zjsim.analysis.calibration import calibrate
    from zjsim.analysis.deciders import compute_sensitivity
    from zjsim.analysis.decomposition import decompose, decompose_levers
    from zjsim.analysis.hindcast import hindcast
    from zjsim.analysis.one_at_a_time import compute_influence
    from zjsim.analysis.run_study import run_study
    from zjsim.analysis.validation.suite import validate
    from zjsim.assessment.assess import Assessment
    from zjsim.assessment.audit import audit
    from zjsim.bare import simulate_model
    from zjsim.bundle import scenario_names
    from zjsim.engines.executors import Executor
    from zjsim.ensembles.run import EnsembleRuns, simulate_ensemble
    from zjsim.errors import DataError, ModelError, PlanError, RunError, ScenarioError, ZjsimError
    from zjsim.model.reader import read_model
    from zjsim.openplan import OpenPlan
    from zjsim.report.board import plot_board, plot_indicator
    from zjsim.report.charts import plot_progress, plot_targets
    from zjsim.report.comparison_chart import plot_comparison
    from zjsim.report.model_pages import write_model_pages
    from zjsim.report.results import write_run
    from zjsim.report.run_charts import plot_fan, plot_probabilities, plot_tornado
    from zjsim.workflow import Runs, assess, open_plan, run_checks, simulate

# Where each public name lives. They are imported when first asked for, so that
# `import zjsim` costs nothing that the caller does not use.
_HOMES = {
    "Assessment": "zjsim.assessment.assess",
    "Executor": "zjsim.engines.executors",
    "EnsembleRuns": "zjsim.ensembles.run",
    "OpenPlan": "zjsim.openplan",
    "Runs": "zjsim.workflow",
    "assess": "zjsim.workflow",
    "audit": "zjsim.workflow",
    "calibrate": "zjsim.analysis.calibration",
    "compute_influence": "zjsim.analysis.one_at_a_time",
    "compute_sensitivity": "zjsim.analysis.deciders",
    "decompose": "zjsim.analysis.decomposition",
    "decompose_levers": "zjsim.analysis.decomposition",
    "hindcast": "zjsim.analysis.hindcast",
    "open_plan": "zjsim.workflow",
    "plot_board": "zjsim.report.board",
    "plot_comparison": "zjsim.report.comparison_chart",
    "plot_fan": "zjsim.report.run_charts",
    "plot_indicator": "zjsim.report.board",
    "plot_probabilities": "zjsim.report.run_charts",
    "plot_progress": "zjsim.report.charts",
    "plot_targets": "zjsim.report.charts",
    "plot_tornado": "zjsim.report.run_charts",
    "read_model": "zjsim.model.reader",
    "read_scenario": "zjsim.openplan",
    "run_checks": "zjsim.workflow",
    "run_study": "zjsim.analysis.run_study",
    "scenario_names": "zjsim.bundle",
    "simulate": "zjsim.workflow",
    "simulate_ensemble": "zjsim.ensembles.run",
    "simulate_model": "zjsim.bare",
    "validate": "zjsim.analysis.validation.suite",
    "write_model_pages": "zjsim.report.model_pages",
    "write_run": "zjsim.report.results",
    "DataError": "zjsim.errors",
    "ModelError": "zjsim.errors",
    "PlanError": "zjsim.errors",
    "RunError": "zjsim.errors",
    "ScenarioError": "zjsim.errors",
    "ZjsimError": "zjsim.errors",
}

__all__ = [
    "__version__",
    "Assessment",
    "DataError",
    "EnsembleRuns",
    "Executor",
    "ModelError",
    "OpenPlan",
    "PlanError",
    "RunError",
    "Runs",
    "ScenarioError",
    "ZjsimError",
    "assess",
    "audit",
    "calibrate",
    "compute_influence",
    "compute_sensitivity",
    "decompose",
    "decompose_levers",
    "hindcast",
    "open_plan",
    "plot_board",
    "plot_comparison",
    "plot_fan",
    "plot_indicator",
    "plot_probabilities",
    "plot_progress",
    "plot_targets",
    "plot_tornado",
    "read_model",
    "read_scenario",
    "run_checks",
    "run_study",
    "scenario_names",
    "simulate",
    "simulate_ensemble",
    "simulate_model",
    "validate",
    "write_model_pages",
    "write_run",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'zjsim' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
