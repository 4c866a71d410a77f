"""What a caller of the package hands on: exports, reports, diagrams, scenarios side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zjsim.errors import RunError
from zjsim.files import atomic
from zjsim.judging import assess
from zjsim.language import chosen_language
from zjsim.openplan import PlanLike, ScenarioLike, open_plan
from zjsim.scenario.reader import Changes
from zjsim.scenario.schema import Scenario
from zjsim.workflow import Runs, simulate

if TYPE_CHECKING:
    import pandas as pd

ENDING_OF = {
    "iamc-csv": ".csv", "iamc-xlsx": ".xlsx", "parquet": ".parquet", "netcdf": ".nc",
    "cin": ".cin", "xmile": ".xmile",
}  # fmt: skip
FORMAT_OF = {ending: kind for kind, ending in ENDING_OF.items()}


def compare(
    plan: PlanLike,
    scenarios: Sequence[ScenarioLike],
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Simulate scenarios and set their indicators in the target year side by side.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenarios : sequence of names, paths, mappings or Scenarios
    changes, levers, drivers, constants
        Laid over each scenario, as in `simulate`.

    Returns
    -------
    DataFrame
        A row an indicator: its target, then a column a scenario, in the unit of the plan,
        which ``.attrs["units"]`` has.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.compare("zhejiang", ["baseline", "late_start"]).columns.tolist()
    ['target', 'baseline', 'late_start']
    """
    if isinstance(scenarios, str | Path | Mapping | Scenario):
        raise RunError("compare(plan, scenarios): a list of scenarios is expected.")
    runs = simulate(
        plan, list(scenarios), changes, levers=levers, drivers=drivers, constants=constants,
        estimate_error=False,
    )  # fmt: skip
    return assess(plan, runs).side_by_side()


def export(runs: Runs, path: Path | str, format: str | None = None) -> list[str]:
    """Write runs for another tool; what a reader must know of the file.

    Parameters
    ----------
    runs : Runs
    path : str or Path
        The file; replaced when it is there.
    format : str or None
        iamc-csv, iamc-xlsx, parquet, netcdf, cin or xmile; None goes by the file's ending.

    Returns
    -------
    list of str
        What the format could not hold; empty when it holds everything.

    Raises
    ------
    RunError
        When there is no such format, or the file cannot be written.

    Examples
    --------
    >>> import tempfile, zjsim
    >>> zjsim.export(zjsim.simulate("zhejiang"), tempfile.mkdtemp() + "/baseline.csv")
    []
    """
    from zjsim.report.output.exchange import export as write

    out = Path(path)
    kind = format or FORMAT_OF.get(out.suffix.lower())
    if kind is None:
        raise RunError(f"{out}: the ending names no format. Endings: {', '.join(FORMAT_OF)}.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with atomic(out) as part:
            return list(write(part, kind, runs, assess(runs.plan, runs)))
    except OSError as problem:
        raise RunError(f"{out}: cannot be written ({problem.strerror or problem}).") from None


def write_report(
    plan: PlanLike,
    scenarios: ScenarioLike | Sequence[ScenarioLike] = "baseline",
    folder: Path | str = "reports",
    *,
    formats: Sequence[str] = ("html",),
    language: str | None = None,
    assumptions: bool = True,
    probability: bool = True,
    sections: Sequence[str] = (),
) -> list[Path]:
    """Write a report on one scenario or several; the paths written.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenarios : a scenario or several, as in `simulate`
    folder : str or Path
    formats : sequence of {"html", "docx", "pdf", "xlsx", "pptx"}
    language : {"zh", "en"} or None
        None is the user's.
    assumptions : bool
        Run each assumption at both ends of its range, to tell which matter most.
    probability : bool
        Draw each scenario's ensemble, to say beside each verdict how likely it is.
    sections : sequence of {"wedges", "flips", "what-it-takes", "what-to-watch"}
        Add what carries the first scenario's result, what would turn its verdicts, and what it
        would take to meet the binding targets, and where in the uncertain world they are missed.

    Returns
    -------
    list of Path
        The files written, one a format.

    Examples
    --------
    >>> import tempfile, zjsim
    >>> paths = zjsim.write_report("zhejiang", folder=tempfile.mkdtemp(), assumptions=False,
    ...                            probability=False)
    >>> [path.suffix for path in paths]
    ['.html']
    """
    from zjsim.report.document.compose_deciding import compute_deciding
    from zjsim.report.document.deliver import FORMATS, deliver, judge_scenario

    formats = [formats] if isinstance(formats, str) else formats
    for name in formats:
        if name not in FORMATS:
            raise RunError(f"{name}: no such format. Choose from {', '.join(FORMATS)}.")
    plan = open_plan(plan)
    wanted: Any = scenarios if isinstance(scenarios, list | tuple) else [scenarios]
    read = [plan.read_scenario(one) for one in wanted]
    judged = [
        judge_scenario(plan, one, plan.observations, influence=assumptions, probability=probability)
        for one in read
    ]
    words = (chosen_language(language),)
    deciding = compute_deciding(plan, read[0], sections)
    return deliver(Path(folder), judged, formats, words, plan.observations, deciding=deciding)
