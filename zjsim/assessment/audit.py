"""The audit of a plan before any simulation.

What growth each target implies, what pairs of targets imply for staff, land, energy, water,
R&D and patents over a small grid of growth and inflation, where the plan's parts or its
published figures disagree, and what must hold for all targets together. Every number comes
from the plan file and the table of observations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zjsim.assessment.audit_findings import Finding, compute_findings
from zjsim.assessment.implications import ImpliedGrowth, Path, compute_growth, compute_paths
from zjsim.assessment.observations import Observations
from zjsim.assessment.plan import Plan
from zjsim.errors import PlanError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Audit:
    """Growth rates, paths and findings of one plan."""

    plan: Plan
    growth: tuple[ImpliedGrowth, ...]
    paths: tuple[Path, ...]
    findings: tuple[Finding, ...]

    def finding(self, name: str) -> Finding:
        """The finding with this id; PlanError when there is none."""
        for finding in self.findings:
            if finding.id == name:
                return finding
        raise PlanError(f"{name}: the audit has no such finding")

    def path(self, quantity: str, real_growth: float, inflation: float) -> Path:
        """The path of one quantity in one cell of the grid."""
        for path in self.paths:
            if (path.quantity, path.real_growth, path.inflation) == (
                quantity,
                real_growth,
                inflation,
            ):
                return path
        raise PlanError(f"{quantity}: the audit has no such path")

    def to_frame(self) -> pd.DataFrame:
        """Implied growth rates as a DataFrame, one row an indicator."""
        import pandas as pd

        columns = ("indicator", "years", "yearly", "points", "logit", "amended", "text")
        rows = [{name: getattr(growth, name) for name in columns} for growth in self.growth]
        return pd.DataFrame(rows, columns=list(columns))


def audit(plan: Plan, observations: Observations) -> Audit:
    """The arithmetic of a plan, before any model is run.

    Parameters
    ----------
    plan : Plan
        ``open_plan().plan``; without audit settings only growth rates are computed.
    observations : Observations
        Published figures for base values and comparisons: ``open_plan().observations``.

    Returns
    -------
    Audit
        Growth that each target implies, paths that follow from it, and findings.
    """
    growth = tuple(compute_growth(item) for item in plan.indicators)
    settings = plan.audit
    paths = () if settings is None else tuple(compute_paths(plan, settings, observations))
    findings = tuple(compute_findings(plan, observations))
    return Audit(plan, growth, paths, findings)
