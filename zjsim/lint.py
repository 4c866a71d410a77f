"""Is a model file or a plan folder in order? What can be checked without a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zjsim.assessment.checks import check_names
from zjsim.errors import PlanError
from zjsim.model.names import canonical
from zjsim.model.spec import Constant, ModelSpec
from zjsim.openplan import OpenPlan
from zjsim.scenario.tables import CONTROLS, check_tables
from zjsim.yamlfile import read_yaml


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
