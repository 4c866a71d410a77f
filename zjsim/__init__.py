"""zjsim: can a five-year plan's targets be met, under which policies, how sure, and why?

>>> import zjsim
>>> plan = zjsim.open_plan("zhejiang")
>>> runs = zjsim.simulate(plan, "baseline")
>>> result = zjsim.assess(runs, plan)
>>> len(result.rows)
10
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from zjsim.version import __version__

if TYPE_CHECKING:
    from zjsim.assessment.audit import audit
    from zjsim.ensembles.run import simulate_ensemble
    from zjsim.errors import DataError, ModelError, PlanError, RunError, ScenarioError, ZjsimError
    from zjsim.model.reader import read_model
    from zjsim.report.board import plot_board, plot_indicator
    from zjsim.report.charts import plot_comparison, plot_progress, plot_targets
    from zjsim.report.results import write_run
    from zjsim.workflow import (
        OpenPlan,
        Runs,
        assess,
        open_plan,
        run_checks,
        simulate,
        simulate_model,
    )

# Where each public name lives. They are imported when first asked for, so that
# `import zjsim` costs nothing that the caller does not use.
_HOMES = {
    "OpenPlan": "zjsim.workflow",
    "Runs": "zjsim.workflow",
    "assess": "zjsim.workflow",
    "open_plan": "zjsim.workflow",
    "run_checks": "zjsim.workflow",
    "simulate": "zjsim.workflow",
    "simulate_ensemble": "zjsim.ensembles.run",
    "simulate_model": "zjsim.workflow",
    "audit": "zjsim.assessment.audit",
    "read_model": "zjsim.model.reader",
    "plot_board": "zjsim.report.board",
    "plot_indicator": "zjsim.report.board",
    "plot_comparison": "zjsim.report.charts",
    "plot_progress": "zjsim.report.charts",
    "plot_targets": "zjsim.report.charts",
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
    "DataError",
    "ModelError",
    "OpenPlan",
    "PlanError",
    "RunError",
    "Runs",
    "ScenarioError",
    "ZjsimError",
    "assess",
    "audit",
    "open_plan",
    "plot_board",
    "plot_comparison",
    "plot_indicator",
    "plot_progress",
    "plot_targets",
    "read_model",
    "run_checks",
    "simulate",
    "simulate_ensemble",
    "simulate_model",
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
