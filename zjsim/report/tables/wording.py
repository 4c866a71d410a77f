"""Short phrases made of a row's own words and numbers: targets, rates, remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zjsim.assessment.assess import Row
from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import PASSES
from zjsim.frozen import FrozenDict
from zjsim.language import LANGUAGES, TYPOGRAPHY, Language
from zjsim.model.names import canonical, identifier
from zjsim.openplan import OpenPlan
from zjsim.report.tables.rows import Report
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import (
    DASH,
    MOST_DECIMALS,
    format_count,
    format_number,
    format_plain,
)
from zjsim.report.words.verdicts import MARKS


def variable_name(name: str, language: Language, names_zh: Mapping[str, str]) -> str:
    """A model variable in Chinese where ``names_zh.csv`` has it, else as the model writes it."""
    known = {"zh": names_zh}.get(language, {})
    return known.get(canonical(name), name)


def column_name(key: str, plan: OpenPlan) -> Any:
    """The words for a column of a study: a lever's label or a variable's name, by language."""
    section, _, name = key.partition(".")
    if not name:
        return FrozenDict({each: label(f"batch.{key}", each) for each in LANGUAGES})
    for lever in plan.levers if section == "levers" else ():
        if lever.id == name:
            return lever.label

    def said(language: Language) -> str:
        for known, words in plan.names_in(language).items():
            if identifier(known) == identifier(name):
                return words
        return name.replace("_", " ")

    return FrozenDict({each: said(each) for each in LANGUAGES})


def scenario_name(report: Report, language: Language) -> str:
    """The scenario's label, or its name when it has none."""
    return localised(report.scenario_label, language) or report.scenario


def is_percent(indicator: Indicator) -> bool:
    """Whether the plan prints the indicator in percent."""
    return indicator.unit.en == "%"


def target_words(indicator: Indicator, language: Language) -> str:
    """The target as short as on a chart: ≥16%, 33.3左右."""
    return _short_target(indicator, indicator.target.value, language)


def amended_target_words(indicator: Indicator, language: Language) -> str:
    """The target as amended later, in the same short form; empty where there is none."""
    if indicator.amended is None:
        return ""
    return _short_target(indicator, indicator.amended.value, language)


def _short_target(indicator: Indicator, value: float, language: Language) -> str:
    number = format_plain(value) + ("%" if is_percent(indicator) else "")
    kind = "about" if indicator.target.kind == "about" else "at_least"
    return label(f"target.{kind}", language, number=number)


def base_words(indicator: Indicator) -> str:
    """The base as the plan prints it; a dash where it prints none, a star for another year."""
    if indicator.base.value is None:
        return DASH
    star = "*" if indicator.base.year != indicator.plan_base_year else ""
    return format_plain(indicator.base.value) + star


def plan_target_words(indicator: Indicator, language: Language) -> str:
    """The target as the plan's table prints it, translated for English readers."""
    # The plan is Chinese; other readers see its target in words of the catalogue.
    printed = {"zh": indicator.target.words}
    return printed.get(language) or target_words(indicator, language)


def rate_words(row: Row, language: Language) -> str:
    """The rate still needed, in the manner the indicator grows."""
    if row.rate_needed is None:
        return DASH
    shown = format_number(row.rate_needed, 2, signed=True)
    words = label("rate.points", language, value=shown)
    if row.indicator.pace != "points":
        words = f"{shown}%"
    return label("rate.since", language, value=words, year=rate_since(row))


def rate_since(row: Row) -> int:
    """The year from which the rate counts: of the latest published figure, else of the base."""
    return row.indicator.base.year if row.latest is None else row.latest.year


def rate_unit(row: Row) -> str:
    """The unit of the rate still needed, for machines."""
    return "points a year" if row.indicator.pace == "points" else "% a year"


def value_decimals(row: Row) -> int:
    """Decimals of the projection: more where rounding would contradict the verdict.

    3.3996 against 3.4 is not written 3.40 beside the word "missed".
    """
    target, decimals = row.indicator.target, row.indicator.decimals
    for digits in range(decimals, MOST_DECIMALS):
        passes = round(row.projection, digits) >= target.lowest
        if row.verdict == "missing" or passes == (row.projection >= target.lowest):
            return digits
    return decimals


def value_words(row: Row) -> str:
    """The projection as it is written everywhere."""
    return format_number(row.projection, value_decimals(row))


def latest_words(row: Row) -> str:
    """The latest published figure and its year."""
    if row.latest is None:
        return DASH
    return f"{format_number(row.latest.value, row.indicator.decimals)} ({row.latest.year})"


def official_words(report: Report, word: str, language: Language) -> str:
    """The plan's word for progress, such as ``faster``; a dash where nothing was published."""
    if not word:
        return DASH
    own = {str(key): text for key, text in report.words.labels.items()} if report.words else {}
    return localised(own.get(word), language) or label(f"official.{word}", language)


def counted_indicators(count: int, language: Language) -> str:
    """``ten indicators``."""
    key = "count.indicator" if count == 1 else "count.indicators"
    return label(key, language, count=format_count(count, language))


def remark(row: Row, language: Language) -> str:
    """What a reader of one line must know besides: why it is missing, base, amendment, prices."""
    indicator, decimals = row.indicator, row.indicator.decimals
    parts = [row.reason] if row.reason else []
    if indicator.base.year != indicator.plan_base_year:
        parts.append("* " + label("note.base_year", language, year=indicator.base.year))
    if indicator.cumulative:
        years = indicator.span
        parts.append(label("note.cumulative_over", language, years=years))
    if indicator.excludes_state_listed:
        parts.append(label("note.state_listed", language))
    if row.constant_price is not None:
        value = format_number(row.constant_price, decimals)
        year = indicator.price_year
        parts.append(label("note.constant_price", language, value=value, year=year))
    for variant, reading in row.variants:
        if reading is None:
            continue
        value, said = format_number(reading, decimals), localised(variant.label, language)
        parts.append(label("note.variant", language, name=said, value=value))
    parts += _second_verdicts(row, language)
    if row.verdict == "undecidable" and row.error is not None:
        parts.append(label("note.error", language, error=f"{row.error:.2g}"))
    return TYPOGRAPHY[language].semicolon.join(parts)


def tally_words(report: Report, language: Language) -> str:
    """How many targets are met, the binding ones apart, and what a later amendment changes.

    The plan's own value decides; a target that was amended later is judged on both.
    """
    count = {"met": report.met, "total": len(report.rows)}
    parts = [label("check.met", language, **count)]
    binding = [row for row in report.rows if row.indicator.nature == "binding"]
    if binding:
        met = sum(row.verdict in PASSES for row in binding)
        changed = [row for row in report.rows if amendment_decides(row)]
        key = "check.binding_own" if changed else "check.binding"
        parts.append(label(key, language, met=met, total=len(binding)))
        parts += [_amended(row, "check.amended", language) for row in changed]
    return TYPOGRAPHY[language].semicolon.join(parts)


def amendment_decides(row: Row) -> bool:
    """Whether the target as amended later gives another verdict than the plan's own."""
    other = row.amendment_verdict
    return other is not None and (other in PASSES) != (row.verdict in PASSES)


def amendment_lines(reports: Sequence[Report], language: Language) -> list[str]:
    """What the dagger of a table means; nothing where no amendment changes a verdict."""
    changed = {
        row.indicator.number: row.indicator
        for report in reports
        for row in report.rows
        if amendment_decides(row)
    }
    return [
        label(
            "note.dagger", language, number=number, date=item.amended.date,
            value=format_plain(item.amended.value) + ("%" if is_percent(item) else ""),
        )
        for number, item in changed.items()
        if item.amended is not None
    ]  # fmt: skip


def verdict_words(row: Row, language: Language) -> str:
    """The verdict with its mark; a dagger where the target as amended is judged otherwise."""
    said = f"{MARKS[row.verdict]} {label(f'verdict.{row.verdict}', language)}"
    return f"{said} †" if amendment_decides(row) else said


def _amended(row: Row, key: str, language: Language) -> str:
    indicator = row.indicator
    assert indicator.amended is not None
    value = format_plain(indicator.amended.value) + ("%" if is_percent(indicator) else "")
    return label(
        key, language, number=indicator.number, date=indicator.amended.date, value=value,
        verdict=label(f"verdict.{row.amendment_verdict}", language),
    )  # fmt: skip


def _second_verdicts(row: Row, language: Language) -> list[str]:
    """Verdicts on the target as amended and on the pace that the prose states."""
    indicator, parts = row.indicator, []
    if indicator.amended is not None and row.amendment_verdict is not None:
        dagger = "† " if amendment_decides(row) else ""
        parts.append(dagger + _amended(row, "note.amended", language))
    if indicator.text_pace is not None and row.text_pace_verdict is not None:
        verdict = label(f"verdict.{row.text_pace_verdict}", language)
        rate = format_plain(indicator.text_pace.rate)
        total = format_number(indicator.text_pace.over(indicator.span), 2)
        stated = indicator.text_pace.scope_stated
        scope = "" if stated else label("note.scope_unstated", language)
        words = {"rate": rate, "total": total, "scope": scope, "verdict": verdict}
        parts.append(label("note.text_pace", language, **words))
    return parts
