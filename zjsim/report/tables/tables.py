"""Tables of text: the planning office's, scenarios against indicators, and two compared.

Nothing here imports pandas, rich or matplotlib: the first table of a run is on the screen
before they would have been loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zjsim.language import Language
from zjsim.report.tables.rows import InputLine, Report, ReportRow, as_report
from zjsim.report.tables.wording import (
    amendment_decides,
    amendment_lines,
    base_words,
    latest_words,
    plan_target_words,
    rate_words,
    remark,
    scenario_name,
    value_words,
    verdict_words,
)
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_quantity, format_share
from zjsim.report.words.text_table import Table
from zjsim.report.words.verdicts import MARKS


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
        verdict_words(row, language),
        remark(row, language),
    )


def verdict_table(assessment: Any, language: Language = "en", remarks: bool = True) -> Table:
    """The planning-office table without its time progress, which is 100% in the last year."""
    keep = (0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 11, 12, *((13,) if remarks else ()))
    return _verdict_columns(assessment, language, keep)


def brief_table(assessment: Any, language: Language = "en", units: bool = False) -> Table:
    """The columns that fit a narrow screen; units are in the full table unless asked for."""
    unit = (3,) if units else ()
    return _verdict_columns(assessment, language, (0, 2, *unit, 5, 6, 7, 9, 12))


def _verdict_columns(assessment: Any, language: Language, keep: tuple[int, ...]) -> Table:
    report = as_report(assessment)
    heads, alignment = verdict_headers(report, language), "><<<<>>>>>>><<"
    rows = tuple(tuple(row[place] for place in keep) for row in verdict_rows(report, language))
    alignment = "".join(alignment[place] for place in keep)
    return Table(tuple(heads[place] for place in keep), rows, alignment, keys=2)


def remark_lines(assessment: Any, language: Language = "en") -> list[str]:
    """Remarks that the brief table has no room for, each with its indicator's number."""
    rows = [(row.indicator.number, remark(row, language)) for row in as_report(assessment).rows]
    return [f"{number:>3}  {text}" for number, text in rows if text]


def outturn_table(assessment: Any, language: Language = "en") -> Table:
    """Published figures of years after the base, against the time that had passed."""
    report = as_report(assessment)
    keys = ("number", "indicator", "latest", "progress", "time_progress", "official")
    rows = tuple(
        (
            str(row.indicator.number),
            localised(row.indicator.label, language),
            latest_words(row),
            format_share(row.latest_progress),
            format_share(row.latest_time_progress, 0),
            label(f"official.{row.latest_official}", language) if row.latest_official else DASH,
        )
        for row in report.rows
        if row.latest is not None and (row.latest_time_progress or 0) > 0
    )
    return Table(tuple(label(f"column.{key}", language) for key in keys), rows, "><>>><", keys=2)


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
            scenario_name(report, language),
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
        for verdict, mark in MARKS.items()
        if verdict in seen
    )
    lines = [marks]
    for row in reports[0].rows if reports else ():
        indicator = row.indicator
        name, unit = localised(indicator.label, language), localised(indicator.unit, language)
        target = plan_target_words(indicator, language)
        said = label("matrix.key", language, name=name, unit=unit, target=target)
        lines.append(f"{indicator.number:>2}  {said}")
    return lines + amendment_lines(reports, language)


def _marked(row: ReportRow) -> str:
    dagger = "†" if amendment_decides(row) else ""
    return f"{value_words(row)} {MARKS[row.verdict]}{dagger}"


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
        unit = "" if line.unit == "Dmnl" else line.unit
        rows.append((name, unit, _path_words(a), _path_words(b)))
    heads = [label("column.input", language), label("column.unit", language)]
    heads += [scenario_name(each, language) for each in (one, two)]
    if not any(row[1] for row in rows):
        return Table((heads[0], *heads[2:]), tuple((r[0], *r[2:]) for r in rows), "<<<")
    return Table(tuple(heads), tuple(rows), "<<<<")


def difference_table(
    differences: Sequence[Any], names: tuple[str, str], labels: Mapping[str, object],
    language: Language = "en",
) -> Table:  # fmt: skip
    """What scenario files say differently, in words; ``labels`` by the id of an input."""
    rows = tuple(
        (
            label(f"kind.{one.kind}", language),
            localised(labels.get(one.id), language) or one.id,
            one.first,
            one.second,
        )
        for one in differences
    )
    heads = (label("column.kind", language), label("column.input", language), *names)
    return Table(heads, rows, "<<<<", keys=2)


def _path_words(line: InputLine | None) -> str:
    """A constant, or a path with equal neighbours merged: 0 (2021), 1 (2023–2025)."""
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


def _count_rows(a: Any, b: Any, language: Language) -> list[tuple[str, ...]]:
    if not a.indicator.other_counts:
        return []
    decimals = a.indicator.decimals
    return [
        (
            "",
            f"  {localised(name, language)}",
            localised(a.indicator.unit, language),
            format_number(one, decimals),
            format_number(two, decimals),
            format_number(two - one, decimals + 1, signed=True),
            "",
        )
        for (name, one), (_, two) in zip(a.variants, b.variants, strict=True)
    ]


def comparison_table(first: Any, second: Any, language: Language = "en") -> Table:
    """Two scenarios by indicator: both projections, the difference, and both verdicts.

    Other counts of an indicator follow it, without a verdict.
    """
    one, two = as_report(first), as_report(second)
    rows: list[tuple[str, ...]] = []
    for a, b in zip(one.rows, two.rows, strict=True):
        decimals = a.indicator.decimals
        words = [verdict_words(row, language) for row in (a, b)]
        rows.append(
            (
                str(a.indicator.number),
                localised(a.indicator.label, language),
                localised(a.indicator.unit, language),
                format_number(a.value, decimals),
                format_number(b.value, decimals),
                format_number(b.value - a.value, decimals + 1, signed=True),
                " → ".join(dict.fromkeys(words)),
            )
        )
        rows += _count_rows(a, b, language)
    heads = [label(f"column.{key}", language) for key in ("number", "indicator", "unit")]
    heads += [scenario_name(each, language) for each in (one, two)]
    heads += [label(f"column.{key}", language) for key in ("difference", "verdict")]
    return Table(tuple(heads), tuple(rows), "><<>>><", keys=2)
