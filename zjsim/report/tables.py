"""Tables of text: the planning office's, scenarios against indicators, and two compared.

Nothing here imports pandas, rich or matplotlib: the first table of a run is on the screen
before they would have been loaded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zjsim.report.labels import Language, label, localised
from zjsim.report.numbers import DASH, format_number, format_quantity, format_share
from zjsim.report.view import COUNTS_AS_MET, InputLine, Report, ReportRow, as_report
from zjsim.report.wording import (
    VERDICT_MARK,
    base_words,
    latest_words,
    plan_target_words,
    rate_words,
    remark,
    value_words,
)

# Characters that take two columns of a terminal: East Asian wide and full-width ones.
WIDE = frozenset("WF")


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and rows of text, with the alignment of each column: ``<``, ``>`` or ``^``."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    alignment: str


def verdict_headers(report: Report, language: Language) -> tuple[str, ...]:
    """Column heads of the planning-office table."""
    year = report.target_year
    named = {"column.base": year - 5, "column.target": year, "column.projection": year}
    keys = (
        "number", "category", "indicator", "unit", "nature", "base", "target", "projection",
        "completion", "progress", "time_progress", "rate_needed", "verdict", "remark",
    )  # fmt: skip
    heads = []
    for key in (f"column.{key}" for key in keys):
        heads.append(label(key, language, **({"year": named[key]} if key in named else {})))
    return tuple(heads)


def verdict_rows(assessment: Any, language: Language = "en") -> list[tuple[str, ...]]:
    """The planning-office table: 序号 类别 指标 … 判断 说明, a row an indicator."""
    return [_verdict_row(row, language) for row in as_report(assessment).rows]


def _verdict_row(row: ReportRow, language: Language) -> tuple[str, ...]:
    indicator = row.indicator
    return (
        str(indicator.number),
        localised(indicator.category, language),
        localised(indicator.label, language),
        localised(indicator.unit, language),
        label(f"nature.{indicator.nature}", language),
        base_words(indicator),
        plan_target_words(indicator, language),
        value_words(row),
        format_share(row.completion),
        format_share(row.progress),
        format_share(row.time_progress, 0),
        rate_words(row, language),
        f"{VERDICT_MARK[row.verdict]} {label(f'verdict.{row.verdict}', language)}",
        remark(row, language),
    )


def verdict_table(assessment: Any, language: Language = "en") -> Table:
    """The planning-office table with heads and alignment."""
    report = as_report(assessment)
    rows = tuple(verdict_rows(report, language))
    return Table(verdict_headers(report, language), rows, "><<<<>>>>>>><<")


def brief_table(assessment: Any, language: Language = "en") -> Table:
    """The columns that fit a narrow screen; units are in the full table."""
    report = as_report(assessment)
    heads = verdict_headers(report, language)
    keep = (0, 2, 5, 6, 7, 9, 12)
    rows = tuple(
        tuple(row[position] for position in keep) for row in verdict_rows(report, language)
    )
    return Table(tuple(heads[position] for position in keep), rows, "><>>>><")


def remark_lines(assessment: Any, language: Language = "en") -> list[str]:
    """Remarks that the brief table has no room for, each with its indicator's number."""
    rows = [(row.indicator.number, remark(row, language)) for row in as_report(assessment).rows]
    return [f"{number:>3}  {text}" for number, text in rows if text]


def progress_table(assessment: Any, language: Language = "en") -> Table:
    """Latest outturns against time: value, progress, time progress and the official word."""
    report = as_report(assessment)
    keys = ("number", "indicator", "latest", "progress", "time_progress", "official", "word")
    rows = tuple(
        (
            str(row.indicator.number),
            localised(row.indicator.label, language),
            latest_words(row),
            format_share(row.latest_progress),
            format_share(row.latest_time_progress, 0),
            label(f"official.{row.latest_official}", language) if row.latest_official else DASH,
            label(f"official.{row.official}", language) if row.official else DASH,
        )
        for row in report.rows
    )
    return Table(tuple(label(f"column.{key}", language) for key in keys), rows, "><>>><<")


def matrix_table(assessments: Sequence[Any], language: Language = "en") -> Table:
    """Scenarios against indicators: the projection with a mark, and how many are met.

    ``matrix_key`` says what the marks mean.
    """
    reports = [as_report(assessment) for assessment in assessments]
    numbers = tuple(str(row.indicator.number) for row in reports[0].rows) if reports else ()
    heads = (label("column.scenario", language), *numbers, label("column.met", language))
    rows = tuple(
        (
            localised(report.scenario_label, language) or report.scenario,
            *(_marked(row) for row in report.rows),
            f"{report.met}/{len(report.rows)}",
        )
        for report in reports
    )
    return Table(heads, rows, "<" + ">" * (len(heads) - 1))


def matrix_key(assessments: Sequence[Any], language: Language = "en") -> list[str]:
    """The marks that occur in words, then the numbered indicators with unit and target."""
    reports = [as_report(assessment) for assessment in assessments]
    seen = {row.verdict for report in reports for row in report.rows}
    marks = "  ".join(
        f"{mark} {label(f'verdict.{verdict}', language)}"
        for verdict, mark in VERDICT_MARK.items()
        if verdict in seen
    )
    lines = [marks]
    for row in reports[0].rows if reports else ():
        indicator = row.indicator
        name, unit = localised(indicator.label, language), localised(indicator.unit, language)
        target = plan_target_words(indicator, language)
        lines.append(f"{indicator.number:>2}  {name} ({unit}): {target}")
    return lines


def _marked(row: ReportRow) -> str:
    return f"{value_words(row)} {VERDICT_MARK[row.verdict]}"


def input_differences(first: Any, second: Any, language: Language = "en") -> Table:
    """Inputs whose values differ between two scenarios."""
    one, two = as_report(first), as_report(second)
    left = {(line.kind, line.name): line for line in one.inputs}
    right = {(line.kind, line.name): line for line in two.inputs}
    rows = []
    for key in dict.fromkeys([*left, *right]):
        a, b = left.get(key), right.get(key)
        if a is not None and b is not None and a.values == b.values:
            continue
        line = a or b
        assert line is not None
        name = localised(line.label, language) or line.name
        rows.append((name, line.unit, _path_words(a), _path_words(b)))
    heads = (
        label("column.input", language), label("column.unit", language), one.scenario, two.scenario,
    )  # fmt: skip
    return Table(heads, tuple(rows), "<<>>")


def _path_words(line: InputLine | None) -> str:
    """A constant, or a path with equal neighbours told once: 0 (2021), 1 (2023–2025)."""
    if line is None:
        return DASH
    values: Mapping[int, float] = line.values
    if len(set(values.values())) == 1:
        return format_quantity(next(iter(values.values())), line.unit)
    spans: list[tuple[int, int, float]] = []
    for year, value in sorted(values.items()):
        if spans and spans[-1][2] == value:
            spans[-1] = (spans[-1][0], year, value)
        else:
            spans.append((year, year, value))
    return ", ".join(
        f"{format_quantity(value, line.unit)} ({start if start == end else f'{start}{DASH}{end}'})"
        for start, end, value in spans
    )


def comparison_table(first: Any, second: Any, language: Language = "en") -> Table:
    """Two scenarios by indicator: both projections, the difference, and flipped targets."""
    one, two = as_report(first), as_report(second)
    rows = []
    for a, b in zip(one.rows, two.rows, strict=True):
        decimals = a.indicator.decimals
        flipped = (a.verdict in COUNTS_AS_MET) != (b.verdict in COUNTS_AS_MET)
        words = [
            f"{VERDICT_MARK[row.verdict]} {label(f'verdict.{row.verdict}', language)}"
            for row in (a, b)
        ]
        rows.append(
            (
                str(a.indicator.number),
                localised(a.indicator.label, language),
                localised(a.indicator.unit, language),
                format_number(a.value, decimals),
                format_number(b.value, decimals),
                format_number(b.value - a.value, decimals + 1, signed=True),
                " → ".join(dict.fromkeys(words)),
                label("note.flipped", language) if flipped else "",
            )
        )
    heads = [label(f"column.{key}", language) for key in ("number", "indicator", "unit")]
    heads += [one.scenario, two.scenario]
    heads += [label(f"column.{key}", language) for key in ("difference", "verdict", "remark")]
    return Table(tuple(heads), tuple(rows), "><<>>><<")


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: two for wide characters, none for marks."""
    return sum(
        1 + (unicodedata.east_asian_width(character) in WIDE)
        for character in text
        if not unicodedata.combining(character)
    )


def pad(text: str, width: int, alignment: str = "<") -> str:
    """``text`` filled with spaces to ``width`` columns."""
    gap = max(width - display_width(text), 0)
    if alignment == ">":
        return " " * gap + text
    if alignment == "^":
        return " " * (gap // 2) + text + " " * (gap - gap // 2)
    return text + " " * gap


def cut(text: str, width: int) -> str:
    """``text`` shortened to ``width`` columns, with an ellipsis where something is left out."""
    if display_width(text) <= width:
        return text
    kept = ""
    for character in text:
        if display_width(kept + character) > width - 1:
            break
        kept += character
    return kept + "…"


def render_text_table(table: Table, width: int | None = None, style: str = "plain") -> str:
    """A table as lines of text with columns that stand straight in Chinese too.

    Parameters
    ----------
    width : columns of the screen; the widest text column gives way. None cuts nothing, which
        is right for a pipe
    style : ``plain`` (two spaces between columns and a rule under the heads), ``markdown``,
        or ``tsv``
    """
    lines = [table.headers, *table.rows]
    cells = [[" ".join(cell.split("\n")) for cell in line] for line in lines]
    if style == "tsv":
        return "\n".join("\t".join(cell.replace("\t", " ") for cell in row) for row in cells)
    align = table.alignment
    widths = [max(display_width(row[k]) for row in cells) for k in range(len(table.headers))]
    if width is not None:
        _narrow(widths, align, width - 2 * (len(widths) - 1))
    if style == "markdown":
        return _markdown(cells, widths, align)
    return _plain(cells, widths, align)


def _plain(cells: Sequence[Sequence[str]], widths: Sequence[int], align: str) -> str:
    lines = [
        "  ".join(pad(cut(cell, w), w, a) for cell, w, a in zip(row, widths, align, strict=True))
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(line.rstrip() for line in lines)


def _narrow(widths: list[int], align: str, available: int) -> None:
    """Take columns from the widest left-aligned column until the table fits."""
    while sum(widths) > available:
        texts = [k for k, a in enumerate(align) if a == "<" and widths[k] > 8]
        if not texts:
            return
        widest = max(texts, key=lambda k: widths[k])
        widths[widest] -= 1


def _markdown(cells: Sequence[Sequence[str]], widths: Sequence[int], align: str) -> str:
    def line(row: Sequence[str]) -> str:
        padded = (
            pad(cell.replace("|", "\\|"), w, a)
            for cell, w, a in zip(row, widths, align, strict=True)
        )
        return "| " + " | ".join(padded) + " |"

    rule = (
        "| "
        + " | ".join(
            "-" * max(w - 1, 2) + (":" if a == ">" else "-")
            for w, a in zip(widths, align, strict=True)
        )
        + " |"
    )
    return "\n".join([line(cells[0]), rule, *(line(row) for row in cells[1:])])
