"""Simulate, assess and write reports: all files of a request, or none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from zjsim.analysis.sensitivity.one_at_a_time import compute_influence
from zjsim.assessment.chances import Chances
from zjsim.assessment.observations import Observations
from zjsim.cache import content_hash
from zjsim.errors import RunError
from zjsim.files import scratch_folder
from zjsim.judging import assess
from zjsim.language import Language
from zjsim.report.document.compose import build_document
from zjsim.report.document.compose_brief import build_brief
from zjsim.report.document.compose_deciding import Deciding
from zjsim.report.document.compose_scenario import Judged
from zjsim.report.document.compose_slides import build_slides
from zjsim.report.document.document import Document
from zjsim.report.document.office import Office
from zjsim.report.output.results import report_of
from zjsim.scenario.schema import Scenario
from zjsim.workflow import OpenPlan, simulate

FORMATS = ("html", "docx", "pdf", "xlsx", "pptx")

if TYPE_CHECKING:
    from zjsim.analysis.learning.learn import Learning


def judge_scenario(
    plan: OpenPlan,
    scenario: Scenario,
    observations: Observations | None = None,
    *,
    engine: str = "kernel",
    trust_model: bool = False,
    influence: bool = True,
    probability: Chances | bool = False,
) -> Judged:
    """Simulate and assess one scenario for a report.

    Parameters
    ----------
    influence : bool
        Whether the inputs are moved one at a time, to name those that decide.
    probability : bool or Chances
        As for `assess`.
    """
    runs = simulate(plan, scenario, engine=engine, trust_model=trust_model)
    judged = assess(plan, runs, observations, probability=probability)
    found = compute_influence(runs) if influence else None
    return Judged(runs, judged, report_of(runs, judged), found)


def deliver(
    out: Path,
    judged: Sequence[Judged],
    formats: Sequence[str],
    languages: Sequence[Language],
    observations: Observations | None = None,
    command: str = "",
    brief: bool = False,
    office: Office | None = None,
    today: str = "",
    learning: Learning | None = None,
    deciding: Deciding | None = None,
) -> list[Path]:
    """Write the report in every format and language; the paths, in the order asked for.

    All files are made beside their final places and put there when all are done.

    Parameters
    ----------
    brief : bool
        Write the one page of each scenario instead.
    office : Office or None
        Who hands the report, the page or the slides on.
    today : str
        Their date where the office gives none.

    Raises
    ------
    RunError
        When the folder cannot be written; nothing half-written is left.
    """
    stem = report_stem(judged)
    papers = [name for name in formats if name != "pptx"]

    def composed(language: Language) -> list[tuple[str, Document]]:
        """Stems and what stands in their files."""
        if not brief:
            told = build_document(
                judged, language, observations, command, learning, office, today, deciding
            )
            return [(stem, told)]
        return [
            (f"{one.runs.run_id}_brief", build_brief(one, language, office, today))
            for one in judged
        ]

    try:
        out.mkdir(parents=True, exist_ok=True)
        with scratch_folder(out, stem) as scratch:
            made = []
            for language in languages:
                # The report takes seconds to compose, and slides alone need none of it.
                documents = composed(language) if papers else []
                for (named, document), name in product(documents, papers):
                    made.append(scratch / f"{named}_{language}.{name}")
                    _write(made[-1], name, document, judged, language)
                if "pptx" in formats:
                    from zjsim.report.document.slides import write_slides

                    made.append(scratch / f"{stem}_{language}.pptx")
                    write_slides(made[-1], build_slides(judged, language, office, today))
            return [path.replace(out / path.name) for path in made]
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise RunError(
            f"{out}: the report cannot be written ({reason}). Nothing was left half-written; "
            "close the files if they are open, or choose another place with --out."
        ) from None


def report_stem(judged: Sequence[Judged]) -> str:
    """The run id of a single scenario; a hash over all of several."""
    if len(judged) == 1:
        return judged[0].runs.run_id
    return f"comparison-{content_hash(*(item.runs.hash for item in judged))[:8]}"


def _write(
    path: Path, name: str, document: Document, judged: Sequence[Judged], language: Language
) -> None:
    if name == "xlsx":
        # Only this format needs the workbook's library.
        from zjsim.report.workbook.workbook import write_workbook

        write_workbook(path, [item.report for item in judged], language)
    else:
        write_document(path, name, document)


def write_document(path: Path, name: str, document: Document) -> None:
    """Write a document as ``html``, ``docx`` or ``pdf``.

    Raises
    ------
    ZjsimError
        When the library of a format is not installed.
    """
    # Each format has libraries of its own, which the others do not need.
    if name == "html":
        from zjsim.report.document.html import write_html

        write_html(path, document)
    elif name == "docx":
        from zjsim.report.document.word import write_word

        write_word(path, document)
    else:
        from zjsim.report.document.pdf import write_pdf

        write_pdf(path, document)
