"""The cases of a study file as scenarios, each with a name and words of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zjsim.bundle import scenarios_folder
from zjsim.errors import ScenarioError
from zjsim.language import LANGUAGES, TYPOGRAPHY, Language
from zjsim.openplan import OpenPlan, open_plan
from zjsim.scenario.cases import Case, expand
from zjsim.scenario.schema import Scenario
from zjsim.scenario.study import read_study
from zjsim.yamlfile import read_yaml


def is_study(name: Path | str) -> bool:
    """Whether a file is a study: a YAML file that names scenarios."""
    path = Path(name)
    if path.suffix.lower() not in (".yaml", ".yml") or not path.is_file():
        return False
    data = read_yaml(path, ScenarioError).data
    return isinstance(data, dict) and "scenarios" in data


def cases_of(file: Path | str, plan: Path | str | None = None) -> tuple[OpenPlan, list[Scenario]]:
    """The plan of a study and its cases.

    Raises
    ------
    ScenarioError
        When the study is wrong, or its scenarios belong to several plans.
    """
    study = read_study(file)
    named = plan or study.plan
    cases = expand(study, open_plan(named).folder.scenarios if named else scenarios_folder())
    plans = sorted({case.scenario.plan for case in cases})
    if named is None and len(plans) > 1:
        raise ScenarioError(
            f"{file}: the scenarios belong to several plans: {', '.join(plans)}. "
            "Say in the study which: plan: NAME."
        )
    opened = open_plan(named or plans[0])
    alone = len(study.scenarios) == 1
    return opened, [_named(case, opened, alone) for case in cases]


def _named(case: Case, plan: OpenPlan, alone: bool) -> Scenario:
    """The scenario of a case; what the matrix sets is its label, after that of the scenario."""
    if not case.assignments:
        return case.scenario
    label = {}
    for language in LANGUAGES:
        parts = [_said(key, value, plan, language) for key, value in case.coordinates.items()]
        said = TYPOGRAPHY[language].comma.join(part for part in parts if part)
        own = case.scenario.label.get(language) or case.scenario.name
        label[language] = said if alone else own + TYPOGRAPHY[language].bracketed(said)
    return case.scenario.changed(name=case.id, label=label)


def _said(key: str, value: Any, plan: OpenPlan, language: Language) -> str:
    section, _, name = key.partition(".")
    if not name:
        return ""
    for lever in plan.levers if section == "levers" else ():
        if lever.id == name:
            return f"{lever.label.in_(language)} {value}"
    return f"{name} {value}"
