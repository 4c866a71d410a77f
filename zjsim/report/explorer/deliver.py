"""The explorer written: of a plan's scenario, or of a bare model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zjsim.errors import RunError, ZjsimError
from zjsim.files import atomic
from zjsim.language import Language, chosen_language
from zjsim.openplan import OpenPlan, PlanLike, ScenarioLike, open_plan
from zjsim.report.explorer.content import plan_content
from zjsim.report.explorer.model import model_content
from zjsim.report.explorer.page import render_page
from zjsim.report.words.labels import label, localised
from zjsim.scenario.python_words import python_words
from zjsim.scenario.reader import Changes
from zjsim.scenario.schema import Scenario

if TYPE_CHECKING:
    from zjsim.report.explorer.widget import Explorer

RUNS = 512  # behind each probability: what a browser computes in a second


def explore(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    runs: int = RUNS,
    language: str | None = None,
) -> Explorer:
    """Show the plan's levers as sliders in a notebook, with every verdict and how sure it is.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenario : str, Path, mapping or Scenario
        A shipped name, a file, the content of one, or a Scenario; see `read_scenario`.
    changes, levers, drivers, constants
        Laid over the scenario, as in `simulate`.
    runs : int
        Behind each probability, 64 to 8192.
    language : {"zh", "en"} or None
        None is what ``ZJSIM_LANG`` or the locale says, otherwise English.

    Returns
    -------
    Explorer
        A widget: ``.scenario`` is what the hands have made, ``.write(path)`` keeps the page as
        an HTML file that needs no Python.

    Raises
    ------
    ZjsimError
        When the scenario does not fit the plan, or the package anywidget is missing.

    Examples
    --------
    >>> import zjsim
    >>> page = zjsim.explore("zhejiang", "baseline", runs=64)
    >>> page.scenario.name
    'baseline'
    """
    try:
        from zjsim.report.explorer.widget import Explorer
    except ImportError as problem:
        raise ZjsimError(
            f"The explorer in a notebook needs a package that is missing ({problem.name}). "
            "Install it with: pip install 'zjsim[notebooks]'; `zjsim explore` does without."
        ) from None
    if not 64 <= runs <= 8192:
        raise RunError(f"runs: {runs} is outside 64..8192.")
    opened, words = open_plan(plan), chosen_language(language)
    with python_words(changes, levers, drivers, constants):
        read = opened.read_scenario(
            scenario, changes, levers=levers, drivers=drivers, constants=constants
        )
    content, kernel = plan_content(opened, read, words, runs)
    page = {"title": _title(opened, words), "language": words}
    return Explorer(opened, read, content, kernel, page)


def plan_page(plan: OpenPlan, scenario: Scenario, language: Language, runs: int) -> str:
    """The page of a plan that begins with a scenario.

    Raises
    ------
    ZjsimError
        When the scenario does not fit the plan, or the model has what a browser cannot do.
    """
    content, kernel = plan_content(plan, scenario, language, runs)
    return render_page(content, kernel, _title(plan, language), language)


def _title(plan: OpenPlan, language: Language) -> str:
    return label("explorer.title", language, plan=localised(plan.plan.title, language))


def model_page(path: Path, language: Language, changes: Changes = ()) -> str:
    """The page of a bare model file, which begins with changes as `simulate_model` takes them.

    Raises
    ------
    ZjsimError
        When the file cannot be read, or has what the kernel or a browser cannot do, or when the
        changes do not fit it.
    """
    content, kernel = model_content(path, language, changes)
    title = label("explorer.title", language, plan=str(content["model"]))
    return render_page(content, kernel, title, language)


def write_page(path: Path, text: str) -> None:
    """Write a page, whole or not at all.

    Raises
    ------
    RunError
        When the file cannot be written.
    """
    if path.is_dir():
        raise RunError(f"{path}: --out is a file, such as {path / 'explorer.html'}, not a folder.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise RunError(
            f"{path}: the page cannot be written ({problem.strerror or problem}). "
            "Choose another place with --out."
        ) from None
