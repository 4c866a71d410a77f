"""A study file run from beginning to end: read, checked, cut into shards, computed, summed up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zjsim.analysis.batch.batch import BatchResult, run_batch
from zjsim.analysis.batch.batch_summary import summarise, write_summary
from zjsim.analysis.batch.planning import BatchPlan, check_cases, plan_batch
from zjsim.bundle import scenarios_folder
from zjsim.engines.executors import Executor
from zjsim.ensembles.chunks import bundle_hash, names_to_keep, plan_reference, times_to_keep
from zjsim.errors import ScenarioError
from zjsim.markup import Shown
from zjsim.openplan import OpenPlan, open_plan
from zjsim.scenario.cases import Cases, expand
from zjsim.scenario.study import read_study

if TYPE_CHECKING:
    import pandas as pd

SUMMARY = "summary.csv"


@dataclass(frozen=True, slots=True)
class PlannedStudy:
    """A study whose every case fits its plan, cut into shards; nothing is computed yet."""

    plan: OpenPlan
    cases: Cases
    batch: BatchPlan


@dataclass(frozen=True, slots=True, repr=False)
class StudyResult(Shown):
    """What a study did, and one row per case.

    Parameters
    ----------
    batch : BatchResult
        Runs computed, reused and failed; its ``folder`` holds shards, manifest and summary.
    rows : sequence of mapping
        Of each case: its coordinates, the indicators, how many targets are met; worked out
        from the shards when they are read.
    planned : PlannedStudy
        The plan and the cases.
    """

    batch: BatchResult
    rows: Sequence[Mapping[str, Any]]
    planned: PlannedStudy

    @property
    def folder(self) -> Path:
        """Where the study is kept; run again, it computes only what is missing there."""
        return self.batch.folder

    def to_frame(self) -> pd.DataFrame:
        """The summary: one row per case."""
        import pandas as pd

        return pd.DataFrame(iter(self.rows))

    def _said(self) -> str:
        done = self.batch
        return (
            f"in {done.folder}: {done.n_case:,} cases, {done.n_run:,} runs, computed "
            f"{done.computed:,}, reused {done.reused:,}, failed {done.failed:,}"
        )


def plan_study(
    file: Path | str, plan: str | Path | None = None, trust_model: bool = False
) -> PlannedStudy:
    """Read a study, check every case against the plan, and cut it into shards.

    Parameters
    ----------
    file : path of a study's YAML file
    plan : name or folder of the plan; None takes that of the study or of its scenarios

    Raises
    ------
    ScenarioError
        With every misfit and its line, or when the scenarios belong to several plans.
    """
    study = read_study(file)
    named = plan or study.plan
    cases = expand(study, open_plan(named).folder.scenarios if named else scenarios_folder())
    plans = sorted({scenario.plan for scenario in cases.scenarios})
    if named is None and len(plans) > 1:
        raise ScenarioError(
            f"{file}: the scenarios belong to several plans: {', '.join(plans)}. "
            "Say in the study which: plan: NAME."
        )
    opened = open_plan(named or plans[0])
    check_cases(study, cases, opened)
    batch = plan_batch(
        study,
        cases,
        plan=plan_reference(opened.folder),
        bundle=bundle_hash(opened.folder),
        save=names_to_keep(opened, study.save),
        times=times_to_keep(opened, every_year=bool(study.save)),
        trust_model=trust_model,
    )
    return PlannedStudy(opened, cases, batch)


def run_study(
    file: Path | str | PlannedStudy,
    folder: Path | str = "runs",
    *,
    plan: str | Path | None = None,
    executor: Executor | None = None,
    trust_model: bool = False,
    advance: Callable[[int], None] = lambda count: None,
    provenance: Mapping[str, Any] | None = None,
) -> StudyResult:
    """Run every case of a study; run again, it goes on where it was stopped.

    Parameters
    ----------
    file : path, or PlannedStudy
        The study's YAML file: scenarios, and a matrix of what is varied.
    folder : path
        Results go to ``<study>-<hash8>`` in it.
    plan : name or folder of the plan, or None
        None takes that of the study or of its scenarios.
    executor : Executor or None
        Where to compute; None is this process.
    trust_model : bool
        Let the pysd engine execute what PySD generates from a model that is not shipped.
    advance : function
        Called with the number of runs that have just been finished or found.
    provenance : mapping or None
        Versions and command, for ``manifest.json``.

    Returns
    -------
    StudyResult
        Its ``to_frame()`` has a row a case; the same is in ``summary.csv``.

    Raises
    ------
    ScenarioError
        When the study is wrong or a case does not fit the plan.
    RunError
        When another batch works in the folder or it cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile, zjsim
    >>> place = pathlib.Path(tempfile.mkdtemp())
    >>> text = "name: water\\nscenarios: [baseline]\\nmatrix: {levers.water: [0.5, 1.0]}\\n"
    >>> _ = (place / "study.yaml").write_text(text)
    >>> len(zjsim.run_study(place / "study.yaml", place).to_frame())
    2
    """
    planned = file if isinstance(file, PlannedStudy) else plan_study(file, plan, trust_model)
    done = run_batch(
        planned.batch,
        Path(folder) / planned.batch.name,
        executor,
        advance=advance,
        provenance=provenance,
    )
    starts = planned.batch.shards.layout.case_start
    rows = summarise(done.runs, planned.plan.plan, planned.cases, starts)
    write_summary(done.folder / SUMMARY, rows)
    return StudyResult(done, rows, planned)
