"""Sentences and small phrases of a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from zjsim.assessment.assess import Row
from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import PASSES
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.tables.chance_words import likely_words
from zjsim.report.tables.rows import Report
from zjsim.report.tables.wording import is_percent, target_words, value_words
from zjsim.report.tables.wording import scenario_name as scenario_name
from zjsim.report.words.labels import catalogue, label, localised
from zjsim.report.words.numbers import (
    DASH,
    format_number,
    format_plain,
    format_quantity,
    format_share,
)

NO_BREAK = "\u00a0"


def span_words(low: str, high: str) -> str:
    """Both ends of a range, in one piece."""
    return f"{low}{NO_BREAK}{DASH}{NO_BREAK}{high}"


def indicator_name(indicator: Indicator, language: Language) -> str:
    """The indicator's label."""
    return localised(indicator.label, language)


def indicator_with_unit(indicator: Indicator, language: Language) -> str:
    """``name (unit)`` in the brackets of the language."""
    name, unit = indicator_name(indicator, language), localised(indicator.unit, language)
    return name + TYPOGRAPHY[language].bracketed(unit)


def joined(parts: Iterable[str], language: Language) -> str:
    """A list in a sentence, or the word for none."""
    words = TYPOGRAPHY[language].comma.join(parts)
    return words or label("report.none", language)


def quantity(indicator: Indicator, text: str, language: Language, change: bool = False) -> str:
    """A number with the indicator's unit; a change of a percentage is in points."""
    unit = localised(indicator.unit, language)
    if is_percent(indicator):
        return label("unit.points" if change else "unit.percent", language, value=text)
    if localised(indicator.unit, "en").startswith("index"):
        return label("unit.index", language, value=text)
    # "31.7 10 k yuan" would run two numbers together.
    key = "unit.counted" if unit[:1].isdigit() else "unit.other"
    return label(key, language, value=text, unit=unit)


def gap_words(row: Row, language: Language) -> str:
    """The distance to the target without a sign; never shown as zero when it is not."""
    decimals = row.indicator.decimals
    while decimals < 6 and row.gap and round(abs(row.gap), decimals) == 0:
        decimals += 1
    return quantity(row.indicator, format_number(abs(row.gap), decimals), language, change=True)


def nearness(row: Row) -> float:
    """The distance to the verdict's threshold in parts of the way from base to target."""
    target = row.indicator.target
    way = abs(target.value - row.indicator.start)
    edges = [target.lowest] + ([target.highest] if target.highest is not None else [])
    return min(abs(row.projection - edge) for edge in edges) / way if way else float("inf")


def _said(row: Row, language: Language) -> dict[str, str]:
    return {
        "name": indicator_name(row.indicator, language),
        "nature": label(f"nature.{row.indicator.nature}", language),
        "verdict": label(f"verdict.{row.verdict}", language),
        "value": quantity(row.indicator, value_words(row), language),
        "target": target_words(row.indicator, language),
        "gap": gap_words(row, language),
        "share": format_share(row.last.progress, 0),
    }


def _sentence(key: str, language: Language, said: dict[str, str]) -> str:
    wanted = {name: text for name, text in said.items() if f"{{{name}}}" in label(key, language)}
    return label(key, language, **wanted)


def tally(report: Report) -> dict[str, object]:
    """Numbers of targets and of those met, for sentences."""
    binding = [row for row in report.rows if row.indicator.binding]
    return {
        "total": len(report.rows),
        "met": report.met,
        "binding_total": len(binding),
        "binding_met": sum(row.verdict in PASSES for row in binding),
    }


def amended_sentences(report: Report, language: Language) -> list[str]:
    """Targets that were amended later, with the verdict on the amendment."""
    return [
        label(
            "summary.amended",
            language,
            name=indicator_name(row.indicator, language),
            date=row.indicator.amended.date,
            value=format_plain(row.indicator.amended.value)
            + ("%" if is_percent(row.indicator) else ""),
            verdict=label(f"verdict.{row.amendment_verdict}", language),
        )
        for row in report.rows
        if row.indicator.amended is not None and row.amendment_verdict is not None
    ]


def brief_sentence(report: Report, language: Language) -> str:
    """One scenario of several in one sentence: what is likely, then the single run."""
    said = {
        "scenario": scenario_name(report, language),
        "likely": likely_words(report, language) or label("chances.missing", language),
    }
    return label("summary.brief", language, **said, **tally(report))


def error_sentence(reports: Sequence[Report], language: Language) -> str:
    """Whether numerical errors matter for what is shown."""
    rows = [row for report in reports for row in report.rows if row.error is not None]
    if not rows:
        return label("summary.error_none", language)

    def in_digits(row: Row) -> float:
        return float(row.error or 0.0) * 10.0**row.indicator.decimals

    worst = max(rows, key=in_digits)
    if in_digits(worst) < 0.1 and all(row.verdict != "undecidable" for row in rows):
        return label("summary.error_small", language)
    said = _said(worst, language)
    said["error"] = quantity(worst.indicator, f"{worst.error:.1g}", language, change=True)
    return _sentence("summary.error_large", language, said)


def source_words(source: str, language: Language) -> str:
    """Keys of sources; what is no source but a judgement or a definition is said in words."""
    parts = [part.strip() for part in source.replace(";", ",").split(",")]
    keys = [(part, f"source.{part}") for part in parts]
    return ", ".join(label(key, language) if key in catalogue() else part for part, key in keys)


def model_unit(unit: str, language: Language) -> str:
    """A unit of the model file in words: ``yi_yuan/(wan_person*Year)`` is 亿元/(万人·年)."""

    def word(match: re.Match[str]) -> str:
        key = f"model_unit.{match[0].casefold()}"
        return label(key, language) if key in catalogue() else match[0]

    said = re.sub(r"[A-Za-z_]\w*", word, unit).replace("*", "·")
    if said == "1":
        return ""
    return f"/{said[2:]}" if said.startswith("1/") else said


def printed_unit(unit: str, language: Language) -> str:
    """A unit as publications print it, in Chinese, in the language of the report."""
    found = (
        key
        for key, text in catalogue().items()
        if key.startswith("model_unit.") and text.zh == unit
    )
    return next((label(key, language) for key in found), unit)


def model_number(value: float, unit: str) -> str:
    """A constant; a calendar year has no comma."""
    if unit.casefold() == "year" and 1900 <= value <= 2200:
        return f"{value:g}"
    return format_quantity(value)
