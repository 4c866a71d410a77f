"""Tables and sentences of the yearly monitoring report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zjsim.assessment.progress import linear_progress, official_word, time_progress
from zjsim.language import Language
from zjsim.report.tables.learning_tables import figure_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_quantity, format_share
from zjsim.report.words.text_table import Table

if TYPE_CHECKING:
    from zjsim.analysis.learning.monitoring import Monitoring, Watched
    from zjsim.analysis.learning.plausible import Doubt


def monitor_table(found: Monitoring, language: Language) -> Table:
    """A row an indicator: this year's figure, plan path, forecast, probabilities, warning."""
    pooled = found.outside.weight is not None and bool(found.outside.trends)
    more = ("outside.probability", "outside.p_pool") if pooled else ()
    heads = (
        label("column.number", language), label("column.indicator", language),
        label("monitor.figure", language, year=found.year), label("monitor.path", language),
        label("monitor.expected", language), label("monitor.word", language),
        label("monitor.before", language), label("monitor.after", language),
        *(label(key, language) for key in more), label("monitor.line", language),
    )  # fmt: skip
    rows = []
    for row in found.rows:
        item = row.indicator
        figure = DASH
        if row.figure is not None:
            grade = f" ({row.figure.grade})" if row.figure.grade else ""
            figure = f"{format_number(row.figure.value, item.decimals)}{grade}"
        middle, low, high = (
            format_number(v, item.decimals) for v in (row.middle, row.low, row.high)
        )
        outside = (found.outside.probability(item.id), row.headline) if pooled else ()
        rows.append(
            (
                str(item.number), localised(item.label, language), figure,
                format_number(row.path, item.decimals), f"{middle} ({low} – {high})",
                _course(found, row, language), format_share(row.before, 0),
                format_share(row.after, 0), *(format_share(p, 0) for p in outside),
                label(f"monitor.{row.line}", language),
            )
        )  # fmt: skip
    return Table(heads, tuple(rows), "><>>><>>" + ">" * len(more) + "<", keys=2)


def _course(found: Monitoring, row: Watched, language: Language) -> str:
    """The official word for the figure's progress; a dash without a figure."""
    if row.figure is None:
        return DASH
    item, plan = row.indicator, found.learning.plan.plan
    progress = float(linear_progress(row.figure.value, item.start, item.target.value))
    share = float(time_progress(found.year, item.base.year, item.target.year))
    word = official_word(progress, share, plan.words, progress >= 1 and share < 1)
    return DASH if word is None else label(f"official.{word}", language)


def lines_sentence(found: Monitoring, language: Language) -> str:
    """Where the warning lines lie."""
    file = found.learning.world.file
    red, amber = (format_share(line, 0) for line in (file.red, file.amber))
    which = "model" if found.outside.weight is None else "pool"
    said = label(f"monitor.which_{which}", language)
    return label("monitor.lines", language, red=red, amber=amber, which=said)


def clue_sentences(found: Monitoring, language: Language) -> list[str]:
    """Which figures of next year tell most."""
    return [
        label(
            "monitor.watch_one", language, name=figure_words(clue.figure, language),
            target=f"{clue.indicator.number} {localised(clue.indicator.label, language)}",
            r=format_number(clue.correlation, 2, signed=True),
        )
        for clue in found.clues
    ]  # fmt: skip


def own_sentences(found: Monitoring, language: Language) -> Sequence[str]:
    """What became of the user's figures: used, accepted against doubt, or without use."""
    said = [label("monitor.accepted", language)] if found.accepted else []
    said += [doubt_sentence(doubt, language) for doubt in found.accepted]
    said += [
        label("monitor.unused", language, where=_where(row.line, language), series=row.series,
              year=row.year)
        for row in found.unused
    ]  # fmt: skip
    return said


def _where(line: int, language: Language) -> str:
    return label("monitor.place", language, line=line)


def doubt_sentence(doubt: Doubt, language: Language) -> str:
    """What looks wrong about a figure, and what would fit."""
    row = doubt.row
    given = {
        "where": _where(row.line, language), "series": row.series, "year": row.year,
        "value": f"{row.value:g}", "expected": format_quantity(doubt.expected),
        "low": format_quantity(doubt.low), "high": format_quantity(doubt.high),
    }  # fmt: skip
    if doubt.kind == "slip":
        factor = f"{max(doubt.better / row.value, row.value / doubt.better):g}"
        better = f"{doubt.better:g}"
        return label("monitor.slip", language, better=better, factor=factor, **given)
    if doubt.kind == "year":
        first, last = doubt.span
        return label("monitor.year", language, first=first, last=last, **given)
    if doubt.kind == "other_year":
        return label("monitor.other_year", language, other=doubt.other, **given)
    if doubt.kind == "unit":
        return label("monitor.unit", language, right=doubt.right, unit=row.unit, **given)
    return label("monitor.implausible", language, **given)
