"""How sure a verdict is, in words: the likely number of targets met, beside the single run's."""

from __future__ import annotations

import math
from collections.abc import Sequence

from zjsim.assessment.assess import Row
from zjsim.assessment.chances import Chances
from zjsim.assessment.probability import Share
from zjsim.assessment.progress import PASSES
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.tables.rows import Report
from zjsim.report.tables.wording import tally_words
from zjsim.report.words.labels import label
from zjsim.report.words.numbers import DASH, format_number, format_share

# A target met in 40 to 60 % of the draws stands on the edge.
EDGE = 0.1


def share_words(share: Share | None) -> str:
    """A probability in whole per cent; a decimal where it is nearly none or nearly all."""
    if share is None or math.isnan(share.value):
        return DASH
    near_end = 0 < share.value < 0.01 or 0.99 < share.value < 1
    return format_share(share.value, 1 if near_end else 0)


def span_of_likely(chances: Chances, language: Language) -> str:
    """``3 to 5``: how many targets at least half of the draws meet."""
    low, high, _ = chances.likely
    if low == high:
        return str(low)
    return label("chances.span", language, low=low, high=high)


def span_figures(chances: Chances) -> str:
    """The same as `span_of_likely` in figures: 3–5."""
    low, high, _ = chances.likely
    return str(low) if low == high else f"{low}{DASH}{high}"


def chance_note(report: Report, language: Language) -> str:
    """What the probabilities of a table are, or that there are none."""
    if report.chances is None:
        return label("chances.missing", language)
    return label("chances.note", language, runs=f"{report.chances.n_run:,}")


def matrix_note(reports: Sequence[Report], language: Language) -> str:
    """The same for a matrix of scenarios."""
    known = any(report.chances for report in reports)
    return label("chances.matrix" if known else "chances.missing", language)


def single_words(report: Report, language: Language) -> str:
    """How many targets the single run meets, said to be of that run."""
    return label("chances.single", language, tally=tally_words(report, language))


def headline(report: Report, language: Language) -> list[str]:
    """How many targets are met: likely over the draws, then in the single run.

    Over an ensemble there is no single run to count; without an ensemble it is said that no
    probability was computed.
    """
    chances = report.chances
    if chances is None:
        return [tally_words(report, language), label("chances.missing", language)]
    lines = [likely_words(report, language)]
    if report.n_run == 1:
        lines += off_middle_lines(report, language)
        lines.append(single_words(report, language))
    return lines


def likely_words(report: Report, language: Language) -> str:
    """The distribution of the number of targets met, in one sentence; empty without draws."""
    chances = report.chances
    if chances is None:
        return ""
    found = chances.probabilities
    said = {
        "runs": f"{chances.n_run:,}", "span": span_of_likely(chances, language),
        "total": len(report.rows), "share": format_share(chances.likely[2], 0),
        "joint": share_words(found.joint),
    }  # fmt: skip
    if not any(row.indicator.binding for row in report.rows):
        return label("chances.likely_free", language, **said)
    return label("chances.likely", language, binding=share_words(found.binding), **said)


def chance_sentences(report: Report, language: Language) -> list[str]:
    """What opens a summary: the likely number of targets met, or that nobody computed it."""
    if report.chances is None:
        return [label("chances.missing", language)]
    return [likely_words(report, language), *off_middle_lines(report, language)]


def off_middle_lines(report: Report, language: Language) -> list[str]:
    """Where the single run is not the middle of its draws, and why; often nothing."""
    return [*_count_lines(report, language), *_value_lines(report, language)]


def _count_lines(report: Report, language: Language) -> list[str]:
    """That the single run's count lies outside the likely ones, by targets on the edge."""
    chances = report.chances
    if chances is None or report.n_run > 1:
        return []
    low, high, _ = chances.likely
    if low <= report.met <= high:
        return []
    passed = report.met > high
    edge = [
        row
        for row in report.rows
        if row.probability is not None
        and abs(row.probability.value - 0.5) <= EDGE
        and (row.verdict in PASSES) == passed
    ]
    if not edge:
        return []
    numbers = numbers_of(edge, language)
    return [label(f"chances.edge_{'met' if passed else 'missed'}", language, numbers=numbers)]


def numbers_of(rows: Sequence[Row], language: Language) -> str:
    """The numbers of indicators: 1, 3, 8."""
    return TYPOGRAPHY[language].comma.join(str(row.indicator.number) for row in rows)


def _value_lines(report: Report, language: Language) -> list[str]:
    """Indicators whose single run lies outside the middle fifth of the draws, and why."""
    off = [row for row in report.rows if _is_off(row)]
    if not off:
        return []
    marks = TYPOGRAPHY[language]
    values = (
        label(
            "chances.off_value", language, number=row.indicator.number,
            value=format_number(row.projection, row.indicator.decimals),
            median=format_number(row.spread.median, row.indicator.decimals),
        )
        for row in off if row.spread
    )  # fmt: skip
    causes = {_cause(row) for row in off}
    cause = causes.pop() if len(causes) == 1 else "both"
    return [
        label(
            "chances.off_middle", language, values=marks.semicolon.join(values),
            numbers=numbers_of(off, language),
            why=label(f"chances.why_{cause}", language),
        )
    ]  # fmt: skip


def _is_off(row: Row) -> bool:
    return (
        row.spread is not None
        and math.isfinite(row.projection)
        and not row.spread.holds_as_middle(row.projection)
    )


def _cause(row: Row) -> str:
    """What moves the middle away from the run: the spread of inputs, past errors, or both."""
    assert row.spread is not None
    by_inputs = abs(row.spread.model_median - row.projection)
    by_past = abs(row.spread.median - row.spread.model_median)
    if by_past < 0.25 * by_inputs:
        return "bend"
    return "past" if by_inputs < 0.25 * by_past else "both"
