"""One page for a director: what will be met, how sure that is, and what to watch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zjsim.assessment.assess import Row
from zjsim.assessment.observations import Observation
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.document.compose_scenario import Judged, influence_sentences
from zjsim.report.document.document import (
    Block,
    Document,
    Medium,
    Picture,
    Points,
    Section,
    TableBlock,
    Text,
    typeset,
)
from zjsim.report.document.office import Office
from zjsim.report.tables.chance_words import (
    chance_note,
    likely_words,
    off_middle_lines,
    share_words,
    single_words,
)
from zjsim.report.tables.compose_words import indicator_name, joined, scenario_name
from zjsim.report.tables.rows import Report
from zjsim.report.tables.verdict_columns import office_table
from zjsim.report.tables.wording import tally_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number

# Below the first a target is likely missed, from the second on likely met.
UNLIKELY, LIKELY = 1 / 3, 2 / 3


def build_brief(
    judged: Judged, language: Language, office: Office | None = None, today: str = ""
) -> Document:
    """The page in one language.

    Parameters
    ----------
    judged : Judged
        One scenario; with its chances and its influence where they were asked for.
    office : Office or None
        Who hands it on.
    today : str
        The date where the office gives none.
    """
    report, settings = judged.report, office or Office()
    plan = TYPOGRAPHY[language].title.format(localised(report.plan_title, language))
    title = settings.title or label("brief.title", language, plan=plan)
    said = tuple(typeset(one, language) for one in summary_sentences(report, language))
    blocks: list[Block] = [Points(said)]
    if report.chances is not None:
        blocks.append(likelihood_picture(report, language))
    blocks.append(verdict_block(report, language))
    watch = tuple(typeset(one, language) for one in watch_sentences(judged, language))
    return Document(
        language=language,
        title=typeset(title, language),
        subtitle=label("report.subtitle_one", language, scenario=scenario_name(report, language)),
        byline=settings.byline(language, today),
        caution=label("report.disclaimer", language),
        sections=(
            Section("brief", 1, label("brief.heading", language), tuple(blocks)),
            Section(
                "watch", 1, label("brief.watch", language),
                (Points(watch), Text(label("report.disclaimer", language), "note")),
            ),
        ),
        compact=True,
    )  # fmt: skip


def summary_sentences(report: Report, language: Language) -> list[str]:
    """Five at most: how many are met, which are likely missed, open and met, the binding ones."""
    if report.chances is None:
        missed = [row for row in report.rows if row.verdict not in ("met", "above")]
        return [
            tally_words(report, language),
            chance_note(report, language),
            label("summary.brief_missed", language, names=_names(missed, language)),
        ]
    said = [likely_words(report, language)]
    said += [
        label(f"brief.{key}", language, names=_names(rows, language, shares=True))
        for key, rows in likely_groups(report).items()
        if rows
    ]
    return [*said, single_words(report, language), *off_middle_lines(report, language)]


def likely_groups(report: Report) -> dict[str, list[Row]]:
    """Indicators by how likely they are met: ``unlikely``, ``open`` and ``likely``."""
    groups: dict[str, list[Row]] = {"unlikely": [], "open": [], "likely": []}
    for row in report.rows:
        value = row.probability.value if row.probability else 0.0
        key = "unlikely" if value < UNLIKELY else "likely" if value >= LIKELY else "open"
        groups[key].append(row)
    return groups


def _names(rows: Sequence[Row], language: Language, shares: bool = False) -> str:
    marks = TYPOGRAPHY[language]
    return joined(
        (
            indicator_name(row.indicator, language)
            + (marks.bracketed(share_words(row.probability)) if shares else "")
            for row in rows
        ),
        language,
    )


def verdict_block(report: Report, language: Language) -> TableBlock:
    """The verdicts with their probabilities, in eight columns."""
    keys = ("number", "indicator_unit", "nature", "base", "target", "projection", "verdict")
    table = office_table(report, language, (*keys, "probability"))
    return TableBlock(
        "verdicts", label("table.verdicts", language, year=report.target_year), table,
        tones={(place, len(keys) - 1): row.verdict for place, row in enumerate(report.rows)},
        notes=(chance_note(report, language),),
    )  # fmt: skip


def late_rows(report: Report) -> list[Row]:
    """Indicators whose latest published figure lags behind the plan's path."""
    return [row for row in report.rows if row.outturn and row.outturn.official == "behind"]


def watch_sentences(judged: Judged, language: Language) -> list[str]:
    """Published figures that lag, then what decides most and which policies carry a target."""
    said = [*late_sentences(judged.report, language), *influence_sentences(judged, language)]
    return said or [label("brief.nothing", language)]


def late_sentences(report: Report, language: Language) -> list[str]:
    """The published figures that lag behind the plan's path, in one sentence; often none."""
    marks = TYPOGRAPHY[language]
    late = late_rows(report)
    said = []
    if late:
        names = joined(
            (
                indicator_name(row.indicator, language)
                + marks.bracketed(_latest(row.latest, row.indicator.decimals, language))
                for row in late
                if row.latest
            ),
            language,
        )
        said.append(label("brief.late", language, names=names))
    return said


def _latest(outturn: Observation, decimals: int, language: Language) -> str:
    value = format_number(outturn.value, decimals)
    return label("brief.latest", language, value=value, year=outturn.year)


def likelihood_picture(report: Report, language: Language) -> Picture:
    """How likely each target is: a bar each, the likeliest on top."""

    def draw(medium: Medium) -> Sequence[Any]:
        # matplotlib is imported when a picture is first drawn.
        from zjsim.report.charts import style
        from zjsim.report.charts.brief_chart import LINE, SLIDE_LINE, plot_likelihoods

        line = SLIDE_LINE if medium == "slide" else LINE
        return [style.figure_of(plot_likelihoods(report, language, line))]

    title = label("title.probabilities", language)
    return Picture("likelihoods", title, _alt(report, language), draw)


def _alt(report: Report, language: Language) -> str:
    return TYPOGRAPHY[language].semicolon.join(
        f"{indicator_name(row.indicator, language)} {share_words(row.probability)}"
        for row in report.rows
    )
