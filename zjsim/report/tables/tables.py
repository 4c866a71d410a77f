"""Tables of text: the planning office's, scenarios against indicators, and two compared.

Nothing here imports pandas, rich or matplotlib: the first table of a run is on the screen
before they would have been loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zjsim.assessment.assess import Row
from zjsim.language import TYPOGRAPHY, Language
from zjsim.model.names import canonical
from zjsim.report.tables.chance_words import matrix_note, share_words, span_figures
from zjsim.report.tables.rows import InputLine, Report, as_report
from zjsim.report.tables.verdict_columns import PRINTED, office_table
from zjsim.report.tables.wording import (
    amendment_decides,
    amendment_lines,
    latest_words,
    official_words,
    plan_target_words,
    remark,
    scenario_name,
    value_words,
    verdict_words,
)
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_quantity, format_share
from zjsim.report.words.text_table import Table
from zjsim.report.words.verdicts import MARKS


def verdict_table(assessment: Any, language: Language = "en", remarks: bool = True) -> Table:
    """The planning-office table without its time progress, which is 100% in the last year."""
    first = ("number", "indicator", "category")
    left_out = {*first, "time_progress", *(() if remarks else ("remark",))}
    keys = (*first, *(key for key in PRINTED if key not in left_out))
    return office_table(assessment, language, keys)


def brief_table(assessment: Any, language: Language = "en", units: bool = False) -> Table:
    """The columns that fit a narrow screen; units are in the full table unless asked for."""
    keys: tuple[str, ...] = ("number", "indicator", "unit", "base", "target", "projection")
    keys = (*keys, "progress", "verdict", "probability")
    return office_table(assessment, language, [key for key in keys if units or key != "unit"])


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
            *_seen_cells(report, row, language),
        )
        for row in report.rows
        if row.outturn is not None and row.outturn.time_progress > 0
    )
    return Table(tuple(label(f"column.{key}", language) for key in keys), rows, "><>>><", keys=2)


def _seen_cells(report: Report, row: Row, language: Language) -> tuple[str, str, str, str]:
    """Latest outturn, its progress, the time that had passed, and the plan's word for both."""
    seen = row.outturn
    return (
        latest_words(row),
        format_share(seen.progress if seen else None),
        format_share(seen.time_progress if seen else None, 0),
        official_words(report, seen.official if seen else "", language),
    )


def progress_table(assessment: Any, language: Language = "en") -> Table:
    """Latest outturns against time: value, progress, time progress and the official word."""
    report = as_report(assessment)
    keys = ("number", "indicator", "latest", "progress", "time_progress", "official", "word")
    rows = tuple(
        (
            str(row.indicator.number),
            localised(row.indicator.label, language),
            *_seen_cells(report, row, language),
            official_words(report, row.last.official, language),
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
    known = any(report.chances for report in reports)
    heads = (label("column.scenario", language), *numbers, *_tally_heads(known, language))
    rows = tuple(
        (
            scenario_name(report, language),
            *(_marked(row) for row in report.rows),
            *_tallies(report, known, language),
        )
        for report in reports
    )
    return Table(heads, rows, "<" + ">" * (len(heads) - 1))


def _tally_heads(known: bool, language: Language) -> tuple[str, ...]:
    """Heads of the numbers of targets met: in the single run and, where known, over draws."""
    likely = ("chances.column", "chances.all") if known else ()
    return tuple(label(key, language) for key in ("column.met", *likely))


def _tallies(report: Report, known: bool, language: Language) -> tuple[str, ...]:
    """What stands under `_tally_heads`; an ensemble has no single run to count."""
    met = f"{report.met}/{len(report.rows)}" if report.n_run == 1 else DASH
    if not known:
        return (met,)
    chances = report.chances
    if chances is None:
        return met, DASH, DASH
    return met, span_figures(chances), share_words(chances.probabilities.joint)


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
    lines.append(matrix_note(reports, language))
    return lines + amendment_lines(reports, language)


def _marked(row: Row) -> str:
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


def settings_table(
    resolved: Any, levers: Mapping[str, object], names: Mapping[str, str], language: Language
) -> Table:
    """What a scenario sets, in words; inputs of a kind that are set alike share a row.

    Parameters
    ----------
    levers : mapping
        Labels by the id of a lever.
    names : mapping
        Names of the model's variables in the language; empty for those of the model file.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for one in resolved.entries:
        name = localised(levers.get(one.id), language) or names.get(canonical(one.name)) or one.id
        alike.setdefault((one.kind, one.words(language)), []).append(name)
    comma = TYPOGRAPHY[language].comma
    rows = tuple(
        (label(f"kind.{kind}", language), comma.join(inputs), said)
        for (kind, said), inputs in alike.items()
    )
    heads = tuple(label(f"column.{key}", language) for key in ("kind", "input", "value"))
    return Table(heads, rows, "<<<")


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
            f"  {localised(variant.label, language)}",
            localised(a.indicator.unit, language),
            format_number(one, decimals),
            format_number(two, decimals),
            format_number(two - one, decimals + 1, signed=True),
            "",
        )
        for (variant, one), (_, two) in zip(a.variants, b.variants, strict=True)
        if one is not None and two is not None
    ]


def comparison_table(first: Any, second: Any, language: Language = "en") -> Table:
    """Two scenarios by indicator: both projections, the difference, and both verdicts.

    Other counts of an indicator follow it, without a verdict.
    """
    one, two = as_report(first), as_report(second)
    known = one.chances is not None or two.chances is not None
    rows: list[tuple[str, ...]] = []
    for a, b in zip(one.rows, two.rows, strict=True):
        decimals = a.indicator.decimals
        words = [verdict_words(row, language) for row in (a, b)]
        rows.append(
            (
                str(a.indicator.number),
                localised(a.indicator.label, language),
                localised(a.indicator.unit, language),
                value_words(a),
                value_words(b),
                format_number(b.projection - a.projection, decimals + 1, signed=True),
                " → ".join(dict.fromkeys(words)),
                *([_two_shares(a, b)] if known else []),
            )
        )
        rows += [(*cells, "") if known else cells for cells in _count_rows(a, b, language)]
    heads = [label(f"column.{key}", language) for key in ("number", "indicator", "unit")]
    heads += [scenario_name(each, language) for each in (one, two)]
    last = ("difference", "verdict", *(("probability",) if known else ()))
    heads += [label(f"column.{key}", language) for key in last]
    return Table(tuple(heads), tuple(rows), "><<>>><" + ">" * known, keys=2)


def _two_shares(first: Row, second: Row) -> str:
    """P(met) under both scenarios, once where it is written alike."""
    words = (share_words(first.probability), share_words(second.probability))
    return " → ".join(dict.fromkeys(words))


def scenarios_table(assessments: Sequence[Any], language: Language = "en") -> Table:
    """Targets down, scenarios across: the projection with the mark of its verdict."""
    reports = [as_report(assessment) for assessment in assessments]
    first = office_table(reports[0], language, ("number", "indicator", "unit", "target"))
    heads = (*first.headers, *(scenario_name(report, language) for report in reports))
    rows = [
        (*cells, *(_marked(report.rows[k]) for report in reports))
        for k, cells in enumerate(first.rows)
    ]
    known = any(report.chances for report in reports)
    tallies = zip(*(_tallies(report, known, language) for report in reports), strict=True)
    for head, cells in zip(_tally_heads(known, language), tallies, strict=True):
        rows.append(("", head, "", "", *cells))
    return Table(heads, tuple(rows), first.alignment + ">" * len(reports), keys=2)
