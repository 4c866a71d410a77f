"""Is a model file or a plan folder in order? What can be checked without a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zjsim.errors import ModelError, PlanError
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
        if not isinstance(glossary, dict):
            raise PlanError(f"{folder.file('units.yaml')}: a mapping of units is expected.")
    findings = _lint_model(model, glossary)
    tables = check_tables(plan.names.constants, plan.levers, plan.drivers, plan.constants)
    findings += [LintFinding("table", p.where, f"{p.what}. {p.hint}".rstrip()) for p in tables]
    readable = set(plan.program.names)
    findings += _lint_checks(plan) + _lint_loops(plan)
    findings += [
        LintFinding("indicator", item.id, f"the model has no variable {item.variable}")
        for item in plan.plan.indicators
        if item.variable not in readable
    ]
    return findings


def _lint_checks(plan: OpenPlan) -> list[LintFinding]:
    """Names in the reality checks that the model lacks."""
    try:
        _ = plan.checks
    except PlanError as problem:
        return [
            LintFinding("check", "checks.yaml", line.strip()) for line in str(problem).split("\n")
        ]
    return []


def _lint_loops(plan: OpenPlan) -> list[LintFinding]:
    """Named loops that are no loop of the model, or cannot be switched off."""
    from zjsim.model.loops import named_loop

    findings = []
    for entry in plan.loops:
        where = f"loops.yaml, {entry['id']}"
        try:
            named_loop(plan.model, entry["cycle"])
        except ModelError as problem:
            findings.append(LintFinding("loop", where, str(problem)))
        findings += [
            LintFinding("loop", where, f"off: the model has no constant {name}")
            for name in entry["off"]
            if name not in plan.names.constants
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
