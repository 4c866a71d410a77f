"""Slides for a lecture: one message a slide, as its heading, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from zjsim.assessment.chances import Chances
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.document import compose_pictures as pictures
from zjsim.report.document.compose_brief import (
    late_rows,
    likelihood_picture,
    likely_groups,
    verdict_block,
    watch_sentences,
)
from zjsim.report.document.compose_ground import inferred_share
from zjsim.report.document.compose_scenario import Judged, closest_place
from zjsim.report.document.document import (
    Block,
    Document,
    Points,
    Section,
    TableBlock,
    typeset,
)
from zjsim.report.document.office import Office
from zjsim.report.tables.chance_words import (
    chance_note,
    chance_sentences,
    matrix_note,
    numbers_of,
    single_words,
    span_of_likely,
)
from zjsim.report.tables.compose_words import (
    error_sentence,
    indicator_name,
    scenario_name,
)
from zjsim.report.tables.rows import Report
from zjsim.report.tables.tables import matrix_table
from zjsim.report.tables.wording import tally_words
from zjsim.report.words.labels import label, localised

Slide = tuple[str, tuple[Block, ...]]


def build_slides(
    judged: Sequence[Judged], language: Language, office: Office | None = None, today: str = ""
) -> Document:
    """The slides in one language; each section of the document is a slide.

    Parameters
    ----------
    judged : sequence of Judged
        One scenario told in full, or several side by side.
    office : Office or None
        Who hands them on.
    today : str
        The date where the office gives none.
    """
    reports, settings = [item.report for item in judged], office or Office()
    plan = TYPOGRAPHY[language].title.format(localised(reports[0].plan_title, language))
    title = settings.title or label("brief.title", language, plan=plan)
    subtitle = label("report.subtitle_many", language, count=len(reports))
    if len(reports) == 1:
        name = scenario_name(reports[0], language)
        subtitle = label("report.subtitle_one", language, scenario=name)
        slides = list(_one(judged[0], language))
    else:
        slides = list(_several(judged, language))
    slides.append(_caution(judged, language))
    numbers = count(1)
    return Document(
        language=language,
        title=typeset(title, language),
        subtitle=typeset(subtitle, language),
        byline=settings.byline(language, today),
        caution=label("report.disclaimer", language),
        sections=tuple(
            Section(f"slide-{next(numbers)}", 1, _capital(typeset(heading, language)), blocks)
            for heading, blocks in slides
        ),
    )


def _one(judged: Judged, language: Language) -> Iterator[Slide]:
    report = judged.report
    if report.chances is not None:
        yield _likely(report, report.chances, language), (likelihood_picture(report, language),)
        yield _grouped(report, language), (verdict_block(report, language),)
        yield single_words(report, language), (pictures.board_picture(report, language),)
    else:
        yield tally_words(report, language), (verdict_block(report, language),)
        yield label("slides.paths", language), (pictures.board_picture(report, language),)
    if any(row.latest for row in report.rows):
        late = late_rows(report)
        said = label("slides.on_course", language)
        if late:
            said = label("slides.late", language, numbers=numbers_of(late, language))
        yield said, (pictures.progress_picture(report, language),)
    if judged.influence is not None and judged.influence.swings:
        closest = report.rows[closest_place(report)].indicator
        tornado = pictures.tornado_picture(closest, judged.influence, language)
        first = pictures.widest_input(judged.influence, closest, language)
        name = indicator_name(closest, language)
        yield label("slides.decides", language, first=first, name=name), (tornado,)
    yield label("brief.watch", language), (_points(watch_sentences(judged, language), language),)


def _likely(report: Report, chances: Chances, language: Language) -> str:
    span = span_of_likely(chances, language)
    return label("slides.likely", language, span=span, total=len(report.rows))


def _grouped(report: Report, language: Language) -> str:
    """Numbers of the indicators that are likely missed, open and likely met."""
    return TYPOGRAPHY[language].semicolon.join(
        label(
            "slides.likely_met" if key == "likely" else f"slides.{key}", language,
            numbers=numbers_of(rows, language),
        )
        for key, rows in likely_groups(report).items()
        if rows
    )  # fmt: skip


def _several(judged: Sequence[Judged], language: Language) -> Iterator[Slide]:
    reports = [item.report for item in judged]
    tones = {
        (line, place + 1): row.verdict
        for line, report in enumerate(reports)
        for place, row in enumerate(report.rows)
    }
    note = matrix_note(reports, language)
    title = label("table.matrix", language)
    table = TableBlock("matrix", title, matrix_table(reports, language), tones=tones, notes=(note,))
    yield label("slides.matrix", language, count=len(reports)), (table,)
    year = reports[0].target_year
    picture = pictures.comparison_picture(reports, language)
    yield label("figure.comparison", language, year=year), (picture,)
    for report in reports:
        if report.chances is not None:
            name, colon = scenario_name(report, language), TYPOGRAPHY[language].colon
            said = _likely(report, report.chances, language)
            yield f"{name}{colon}{said}", (likelihood_picture(report, language),)


def _caution(judged: Sequence[Judged], language: Language) -> Slide:
    reports = [item.report for item in judged]
    said = []
    if len(reports) == 1 and reports[0].chances is not None:
        said += chance_sentences(reports[0], language)
    said += [
        chance_note(reports[0], language),
        error_sentence(reports, language),
        label("summary.limits", language, share=inferred_share(judged[0].plan)),
        label("report.disclaimer", language),
    ]
    return label("slides.caution", language), (_points(said, language),)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _points(said: Sequence[str], language: Language) -> Points:
    return Points(tuple(typeset(one, language) for one in said))
