"""The explorer written: of a plan's scenario, or of a bare model."""

from __future__ import annotations

from pathlib import Path

from zjsim.errors import RunError
from zjsim.files import atomic
from zjsim.language import Language
from zjsim.openplan import OpenPlan
from zjsim.report.explorer.content import plan_content
from zjsim.report.explorer.page import render_page
from zjsim.report.words.labels import label, localised
from zjsim.scenario.schema import Scenario


def plan_page(plan: OpenPlan, scenario: Scenario, language: Language, runs: int) -> str:
    """The page of a plan that begins with a scenario.

    Raises
    ------
    ZjsimError
        When the scenario does not fit the plan, or the model has what a browser cannot do.
    """
    content, kernel = plan_content(plan, scenario, language, runs)
    title = label("explorer.title", language, plan=localised(plan.plan.title, language))
    return render_page(content, kernel, title, language)


def write_page(path: Path, text: str) -> None:
    """Write a page, whole or not at all.

    Raises
    ------
    RunError
        When the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise RunError(
            f"{path}: the page cannot be written ({problem.strerror or problem}). "
            "Choose another place with --out."
        ) from None


