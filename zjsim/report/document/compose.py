"""The whole report: what is said, in which order, in one language.

The verdicts come first, then why, how sure, what to watch and what all this rests on; what is
looked up, and what repeats the run, stands in annexes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zjsim.assessment.observations import Observations
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.document import compose_pictures as pictures
from zjsim.report.document.compose_brief import summary_sentences
from zjsim.report.document.compose_deciding import Deciding, deciding_sections
from zjsim.report.document.compose_evaluation import learning_section
from zjsim.report.document.compose_ground import (
    ground_annexes,
    ground_sections,
    sure_sections,
)
from zjsim.report.document.compose_inputs import inputs_section
from zjsim.report.document.compose_scenario import (
    Judged,
    run_annex,
    run_annexes,
    scenario_section,
    verdict_section,
    why_sections,
)
from zjsim.report.document.compose_watch import watch_section
from zjsim.report.document.document import (
    Block,
    Commands,
    Document,
    Picture,
    Points,
    Section,
    TableBlock,
    Text,
    numbered,
    typeset,
)
from zjsim.report.document.office import Office
from zjsim.report.tables.chance_words import matrix_note
from zjsim.report.tables.compose_words import amended_sentences, brief_sentence, scenario_name
from zjsim.report.tables.rows import Report
from zjsim.report.tables.tables import matrix_table
from zjsim.report.tables.wording import plan_target_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.text_table import Table
from zjsim.report.words.verdicts import MARKS

if TYPE_CHECKING:
    from zjsim.analysis.learning.learn import Learning


def build_document(
    judged: Sequence[Judged],
    language: Language,
    observations: Observations | None = None,
    command: str = "",
    learning: Learning | None = None,
    office: Office | None = None,
    today: str = "",
    deciding: Deciding | None = None,
) -> Document:
    """A report on one scenario or several of one plan.

    Parameters
    ----------
    judged : sequence of Judged
        In the order of the report.
    language : {"zh", "en"}
    observations : Observations or None
        Published figures with a user's own laid over them; None takes the plan's.
    command : str
        How the report was asked for, for the annex on repeating it.
    learning : Learning or None
        What could be known when, for a section of its own.
    office : Office or None
        Who hands it on.
    today : str
        The date where the office gives none.
    deciding : Deciding or None
        What carries the first scenario's result, what would turn it and what it would take.
    """
    reports, settings = [item.report for item in judged], office or Office()
    plan = localised(reports[0].plan_title, language)
    if TYPOGRAPHY[language].full_width:
        # A long Chinese title breaks by sense, before the name of the period.
        plan = plan.replace("“", "\n“", 1)
    named = TYPOGRAPHY[language].title.format(plan)
    seen = judged[0].plan.observations if observations is None else observations
    done = Document(
        language=language,
        title=settings.title or label("report.title", language, plan=named),
        subtitle=_subtitle(reports, language),
        byline=settings.byline(language, today),
        caution=label("report.disclaimer", language),
        sections=numbered(
            [*_sections(judged, language, seen, command, learning, deciding)], language
        ),
    )
    return _typeset(done)


def _sections(
    judged: Sequence[Judged],
    language: Language,
    observations: Observations,
    command: str,
    learning: Learning | None,
    deciding: Deciding | None,
) -> Iterator[Section]:
    """Every section in its order."""
    reports = [item.report for item in judged]
    yield _summary(reports, language)
    if len(judged) == 1:
        yield verdict_section(judged[0], language)
        yield from why_sections(judged[0], language)
    else:
        yield _matrix(reports, language)
        yield inputs_section(judged, language)
        yield Section("why", 1, label("heading.why", language), ())
        for item in judged:
            yield scenario_section(item, language)
    yield from sure_sections(judged, observations, language)
    if learning is not None:
        yield replace(learning_section(learning, language), level=2)
    yield from deciding_sections(deciding, language)
    yield watch_section(judged[0], language)
    yield from ground_sections(judged, observations, language)
    if len(judged) == 1:
        yield from run_annexes(judged[0], language)
    else:
        for item in judged:
            yield run_annex(item, language, drivers=item is judged[0])
    yield from ground_annexes(judged, observations, command, language)


def _subtitle(reports: Sequence[Report], language: Language) -> str:
    if len(reports) > 1:
        return label("report.subtitle_many", language, count=len(reports))
    return label("report.subtitle_one", language, scenario=scenario_name(reports[0], language))


def _summary(reports: Sequence[Report], language: Language) -> Section:
    if len(reports) == 1:
        said = summary_sentences(reports[0], language) + amended_sentences(reports[0], language)
    else:
        said = [brief_sentence(report, language) for report in reports]
    caution = Text(label("report.disclaimer", language), "note")
    return Section("summary", 1, label("heading.summary", language), (Points(tuple(said)), caution))


def _matrix(reports: Sequence[Report], language: Language) -> Section:
    tones = {
        (line, place + 1): row.verdict
        for line, report in enumerate(reports)
        for place, row in enumerate(report.rows)
    }
    seen = {row.verdict for report in reports for row in report.rows}
    marks = TYPOGRAPHY[language].comma.join(
        f"{mark} {label(f'verdict.{verdict}', language)}"
        for verdict, mark in MARKS.items()
        if verdict in seen
    )
    matrix = TableBlock(
        "matrix",
        label("table.matrix", language),
        matrix_table(reports, language),
        tones=tones,
        notes=(
            label("text.matrix", language, marks=marks),
            matrix_note(reports, language),
        ),
    )
    blocks = (matrix, _key(reports[0], language), pictures.comparison_picture(reports, language))
    return Section("matrix", 1, label("heading.matrix", language), blocks)


def _key(report: Report, language: Language) -> TableBlock:
    heads = ("number", "indicator", "unit", "nature")
    rows = tuple(
        (
            str(row.indicator.number),
            localised(row.indicator.label, language),
            localised(row.indicator.unit, language),
            label(f"nature.{row.indicator.nature}", language),
            plan_target_words(row.indicator, language),
        )
        for row in report.rows
    )
    target = label("column.target", language, year=report.target_year)
    table = Table((*(label(f"column.{key}", language) for key in heads), target), rows, "><<<>")
    return TableBlock("key", label("table.key", language), table)


def _typeset(document: Document) -> Document:
    """Every text with the quotation marks of its language."""
    language = document.language
    sections = tuple(
        replace(
            section,
            heading=typeset(section.heading, language),
            blocks=tuple(_set(block, language) for block in section.blocks),
        )
        for section in document.sections
    )
    return replace(
        document,
        title=typeset(document.title, language),
        subtitle=typeset(document.subtitle, language),
        sections=sections,
    )


def _set(block: Block, language: Language) -> Block:
    def all_of(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(typeset(text, language) for text in texts)

    match block:
        case Text():
            return replace(block, text=typeset(block.text, language))
        case Points():
            return Points(all_of(block.items))
        case Commands():
            return block
        case Picture():
            changed: dict[str, Any] = {
                "title": typeset(block.title, language),
                "alt": typeset(block.alt, language),
            }
            return replace(block, **changed)
    table = block.table
    rows = tuple(all_of(row) for row in table.rows)
    return replace(
        block,
        title=typeset(block.title, language),
        table=Table(all_of(table.headers), rows, table.alignment),
        notes=all_of(block.notes),
    )
