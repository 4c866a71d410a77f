"""What to watch: the figures published so far, against the time that has passed."""

from __future__ import annotations

from collections.abc import Iterator

from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.document import compose_pictures as pictures
from zjsim.report.document.compose_brief import late_sentences
from zjsim.report.document.compose_scenario import Judged
from zjsim.report.document.document import Block, Points, Section, TableBlock, Text
from zjsim.report.tables.rows import Report
from zjsim.report.tables.tables import progress_table
from zjsim.report.tables.wording import official_words
from zjsim.report.words.labels import label
from zjsim.report.words.text_table import Table


def watch_section(judged: Judged, language: Language) -> Section:
    """Published figures that lag, then all of them; they are the same under every scenario."""
    late = late_sentences(judged.report, language)
    blocks: list[Block] = [Points(tuple(late))] if late else []
    blocks += _progress(judged.report, language)
    return Section("watch", 1, label("heading.watch", language), tuple(blocks))


def _progress_notes(report: Report, language: Language) -> tuple[str, ...]:
    """What the words for progress mean."""
    words = report.words
    if words is None:
        return ()
    named: dict[str, str] = {key: official_words(report, key, language) for key in words.labels}
    for key in ("faster_from", "on_course_from"):
        named[key] = f"{getattr(words, key):+g}".replace("-", "−")
    assumed = TYPOGRAPHY[language].bracketed(label("text.progress_assumed", language))
    if not words.assumption:
        assumed = ""
    return (label("text.progress", language, assumed=assumed, **named),)


def _progress(report: Report, language: Language) -> Iterator[Block]:
    if not any(row.latest for row in report.rows):
        yield Text(label("text.no_outturns", language))
    whole = progress_table(report, language)
    kept = [place for place, row in enumerate(report.rows) if row.latest]
    if kept:
        table = Table(
            whole.headers[:6],
            tuple(whole.rows[place][:6] for place in kept),
            whole.alignment[:6],
        )
        yield TableBlock(
            "progress",
            label("table.progress", language),
            table,
            notes=(label("text.progress_is", language), *_progress_notes(report, language)),
        )
    yield pictures.progress_picture(report, language)
