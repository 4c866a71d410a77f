"""The whole report: what is said, in which order, in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zjsim.assessment.observations import Observations
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.document import compose_pictures as pictures
from zjsim.report.document.compose_evaluation import learning_section
from zjsim.report.document.compose_ground import ground_sections, inferred_share
from zjsim.report.document.compose_scenario import Judged, influence_sentences, scenario_sections
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
from zjsim.report.tables.chance_words import chance_sentences, matrix_note
from zjsim.report.tables.compose_words import (
    brief_sentence,
    error_sentence,
    scenario_name,
    verdict_sentences,
)
from zjsim.report.tables.rows import Report
from zjsim.report.tables.tables import matrix_table
from zjsim.report.tables.wording import plan_target_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.text_table import Table
from zjsim.report.words.verdicts import MARKS
from zjsim.scenario.compare import diff as differences_of
from zjsim.version import __version__

if TYPE_CHECKING:
    from zjsim.analysis.learning.learn import Learning


def build_document(
    judged: Sequence[Judged],
    language: Language,
    observations: Observations | None = None,
    command: str = "",
    learning: Learning | None = None,
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
        How the report was asked for, for the section on repeating it.
    learning : Learning or None
        What could be known when, for a section of its own.
    """
    reports = [item.report for item in judged]
    seen = judged[0].plan.observations if observations is None else observations
    sections = [_summary(judged, language)]
    if len(judged) > 1:
        sections += [_matrix(reports, language), _inputs(judged, language)]
    for item in judged:
        sections += scenario_sections(item, language)
    if learning is not None:
        sections.append(learning_section(learning, language))
    sections += ground_sections(judged, seen, command, language)
    plan = localised(reports[0].plan_title, language)
    if TYPOGRAPHY[language].full_width:
        # A long Chinese title breaks by sense, before the name of the period.
        plan = plan.replace("“", "\n“", 1)
    named = TYPOGRAPHY[language].title.format(plan)
    done = Document(
        language=language,
        title=label("report.title", language, plan=named),
        subtitle=_subtitle(reports, language),
        byline=label("report.by", language, version=__version__),
        caution=label("report.disclaimer", language),
        sections=numbered(sections, language),
    )
    return _typeset(done)


def _subtitle(reports: Sequence[Report], language: Language) -> str:
    if len(reports) > 1:
        return label("report.subtitle_many", language, count=len(reports))
    return label("report.subtitle_one", language, scenario=scenario_name(reports[0], language))


def _summary(judged: Sequence[Judged], language: Language) -> Section:
    reports = [item.report for item in judged]
    if len(judged) == 1:
        said = verdict_sentences(reports[0], language) + influence_sentences(judged[0], language)
        # What is likely comes before what one run says; that nobody computed it, after.
        place = 0 if reports[0].chances else 1
        said[place:place] = chance_sentences(reports[0], language)
    else:
        said = [brief_sentence(report, language) for report in reports]
    said.append(error_sentence(reports, language))
    said.append(label("summary.limits", language, share=inferred_share(judged[0].plan)))
    caution = Text(label("report.disclaimer", language), "caution")
    blocks: tuple[Block, ...] = (Points(tuple(said)), caution)
    return Section("summary", 1, label("heading.summary", language), blocks)


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


def _inputs(judged: Sequence[Judged], language: Language) -> Section:
    """What each scenario sets otherwise than the first one."""
    first, base = scenario_name(judged[0].report, language), judged[0].runs.resolved
    plan = judged[0].plan
    labels: dict[str, object] = {lever.id: lever.label for lever in plan.levers}
    rows: list[tuple[str, ...]] = []
    same = []
    for other in judged[1:]:
        name = scenario_name(other.report, language)
        found = differences_of(base, other.runs.resolved, language)
        for place, one in enumerate(found):
            said_by = localised(labels.get(one.id), language) or other.named(one.id, language)
            rows.append((name if place == 0 else "", said_by, one.first, one.second))
        if not found:
            said = {"scenario": name, "first": first}
            same.append(Text(label("text.same_inputs", language, **said)))
    heads = (
        label("column.scenario", language), label("column.input", language),
        label("column.input_first", language, scenario=first),
        label("column.input_other", language),
    )  # fmt: skip
    title = label("table.inputs", language, scenario=first)
    tables = (TableBlock("inputs", title, Table(heads, tuple(rows), "<<<<")),) if rows else ()
    return Section("inputs", 1, label("heading.inputs", language), (*tables, *same))


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
