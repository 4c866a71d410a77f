"""The planning-office table: every column declared once, for text, CSV, HTML, Word and Excel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from zjsim.assessment.assess import Row
from zjsim.language import Language
from zjsim.report.tables.chance_words import share_words
from zjsim.report.tables.compose_words import indicator_with_unit
from zjsim.report.tables.rows import Report, as_report
from zjsim.report.tables.wording import (
    base_words,
    plan_target_words,
    rate_words,
    remark,
    value_words,
    verdict_words,
)
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number, format_share
from zjsim.report.words.text_table import Table


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its words, and the plain number behind them where there is one."""

    key: str
    alignment: str
    text: Callable[[Row, Language], str]
    number: Callable[[Row], float | None] | None = None

    def head(self, report: Report, language: Language) -> str:
        """The head of the column, with its year where it has one."""
        year = report.target_year
        years = {"base": report.base_year, "target": year, "projection": year}
        said = {"year": years[self.key]} if self.key in years else {}
        return label(f"column.{self.key}", language, **said)


COLUMNS = {
    column.key: column
    for column in (
        Column(
            "number", ">", lambda row, _: str(row.indicator.number),
            lambda row: row.indicator.number,
        ),
        Column("category", "<", lambda row, words: localised(row.indicator.category, words)),
        Column("indicator", "<", lambda row, words: localised(row.indicator.label, words)),
        Column("indicator_unit", "<", lambda row, words: indicator_with_unit(row.indicator, words)),
        Column("unit", "<", lambda row, words: localised(row.indicator.unit, words)),
        Column("nature", "<", lambda row, words: label(f"nature.{row.indicator.nature}", words)),
        Column(
            "base", ">", lambda row, _: base_words(row.indicator),
            lambda row: row.indicator.base.value,
        ),
        Column(
            "target", ">", lambda row, words: plan_target_words(row.indicator, words),
            lambda row: row.indicator.target.value,
        ),
        Column("projection", ">", lambda row, _: value_words(row), lambda row: row.projection),
        Column(
            "gap", ">", lambda row, _: format_number(row.gap, gap_decimals(row), signed=True),
            lambda row: row.gap,
        ),
        Column(
            "completion", ">", lambda row, _: format_share(row.completion),
            lambda row: row.completion,
        ),
        Column(
            "progress", ">", lambda row, _: format_share(row.last.progress),
            lambda row: row.last.progress,
        ),
        Column(
            "time_progress", ">", lambda row, _: format_share(row.last.time_progress, 0),
            lambda row: row.last.time_progress,
        ),
        Column("rate_needed", ">", rate_words),
        Column("verdict", "<", verdict_words),
        Column(
            "probability", ">", lambda row, _: share_words(row.probability),
            lambda row: row.probability.value if row.probability else None,
        ),
        Column("remark", "<", remark),
    )
}  # fmt: skip
# What is printed; a sheet has the gap as well, which a formula gives.
SHEET = tuple(key for key in COLUMNS if key != "indicator_unit")
PRINTED = tuple(key for key in SHEET if key != "gap")


def gap_decimals(row: Row) -> int:
    """Enough decimals that a gap which is not zero never shows as zero."""
    decimals = row.indicator.decimals + 1
    while decimals < 6 and row.gap and round(row.gap, decimals) == 0:
        decimals += 1
    return decimals


def office_table(
    assessment: Any, language: Language = "en", keys: Sequence[str] = PRINTED
) -> Table:
    """A row an indicator, in words, with the columns asked for: 序号 类别 指标 … 判断 说明."""
    report = as_report(assessment)
    columns = [COLUMNS[key] for key in keys]
    return Table(
        tuple(column.head(report, language) for column in columns),
        tuple(tuple(column.text(row, language) for column in columns) for row in report.rows),
        "".join(column.alignment for column in columns),
        keys=2,
    )
