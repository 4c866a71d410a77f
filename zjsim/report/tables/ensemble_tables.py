"""Tables and sentences about an ensemble and a batch, in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_letters
from typing import Any

from zjsim.frozen import FrozenDict
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.tables.rows import as_report
from zjsim.report.tables.wording import plan_target_words, value_words, variable_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table


def probability_table(
    statistics: Any,
    language: Language = "en",
    errors: Sequence[float] | None = None,
    units: bool = True,
) -> Table:
    """A row a target, then the binding ones and all together.

    Parameters
    ----------
    statistics : EnsembleStatistics
    errors : standard errors by repeats, a row each, in parts of one; None leaves them out
    units : a column of the units, for a file; a screen has no room for it
    """
    heads = ["number", "indicator", "unit", "probability", "interval", "model_alone"]
    heads += ["discrepancy", "shortfall"]
    heads += ["missing_it", "alone"] + (["repeat_error"] if errors is not None else [])
    rows = []
    for place, target in enumerate(statistics.targets):
        item = target.indicator
        cells = [
            str(item.number),
            localised(item.label, language),
            localised(item.unit, language),
            *_share(target.share),
            format_share(target.model_share.value, 1),
            format_share(target.discrepancy, 0),
            format_number(target.shortfall, item.decimals + 1),
            format_share(target.fails_with_joint.value, 0),
            format_share(target.fails_alone.value, 0),
        ]
        rows.append((*cells, *_error(errors, place)))
    joint = label("row.joint_of", language, n=len(statistics.targets))
    probabilities = statistics.probabilities
    together = (
        (label("row.binding", language), probabilities.binding),
        (joint, probabilities.joint),
    )
    for place, (name, share) in enumerate(together, start=len(statistics.targets)):
        rows.append(("", name, "", *_share(share), "", "", "", "", "", *_error(errors, place)))
    if not units:
        heads.remove("unit")
        rows = [(*row[:2], *row[3:]) for row in rows]
    names = tuple(label(f"column.{head}", language) for head in heads)
    alignment = ("><<" if units else "><") + ">>>>>>>" + (">" if errors is not None else "")
    return Table(names, tuple(rows), alignment, keys=2)


def share_table(assessment: Any, language: Language = "en") -> Table:
    """How many runs meet each target, the binding ones and all, with the sampling error."""
    report = as_report(assessment)
    heads = [label(f"column.{key}", language) for key in ("number", "indicator", "unit")]
    heads += [label("column.target", language, year=report.target_year)]
    heads += [label(f"column.{key}", language) for key in ("median", "probability", "interval")]
    rows = [
        (
            str(shown.indicator.number),
            localised(shown.indicator.label, language),
            localised(shown.indicator.unit, language),
            plan_target_words(shown.indicator, language),
            value_words(shown),
            *_share(judged.share),
        )
        for shown, judged in zip(report.rows, assessment.rows, strict=True)
    ]
    found = assessment.probabilities
    joint = label("row.joint_of", language, n=len(rows))
    for name, share in ((label("row.binding", language), found.binding), (joint, found.joint)):
        rows.append(("", name, "", "", "", *_share(share)))
    return Table(tuple(heads), tuple(rows), "><<>>>>", keys=2)


def _share(share: Any) -> tuple[str, str]:
    return format_share(
        share.value, 1
    ), f"{format_share(share.low, 1)} – {format_share(share.high, 1)}"


def _error(errors: Sequence[float] | None, place: int) -> tuple[str, ...]:
    return () if errors is None else (f"±{format_share(errors[place], 2)}",)


def quantile_table(
    statistics: Any, levels: Sequence[float], language: Language = "en", named: bool = True
) -> Table:
    """Quantiles of each indicator by year; without ``named`` by the indicator's number alone."""
    heads = [label(f"column.{key}", language) for key in ("number", "indicator", "year")]
    heads += [f"{100 * level:g}%" for level in levels]
    rows = []
    for target in statistics.targets:
        item = target.indicator
        for year, values in zip(target.years, target.quantiles, strict=True):
            first = year == target.years[0]
            name = localised(item.label, language) if first else ""
            number = str(item.number) if first else ""
            cells = [format_number(float(value), item.decimals) for value in values]
            rows.append((number, name, str(year), *cells))
    if not named:
        heads.pop(1)
        rows = [(row[0], *row[2:]) for row in rows]
    return Table(tuple(heads), tuple(rows), "><>"[:: 1 if named else 2] + ">" * len(levels), keys=2)


def correlation_table(statistics: Any, language: Language = "en") -> Table:
    """Rank correlations: indicators by their numbers, sampled drivers by the letters of the key."""
    numbers, letters, rows = _correlations(statistics)
    heads = (label("column.number", language), *numbers, *letters)
    cells = tuple((number, *row) for number, row in zip(numbers, rows, strict=True))
    return Table(heads, cells, ">" * len(heads))


def driver_key(statistics: Any, language: Language, names_zh: Mapping[str, str]) -> list[str]:
    """What the letters of ``correlation_table`` stand for."""
    drivers = statistics.correlations.drivers
    return [
        f"{letter}  {variable_name(name, language, names_zh)}"
        for letter, name in zip(ascii_letters, drivers, strict=False)
    ]


def correlation_file(statistics: Any, language: Language, names_zh: Mapping[str, str]) -> Table:
    """The same for a file, with full names."""
    numbers, _, rows = _correlations(statistics)
    drivers = [variable_name(n, language, names_zh) for n in statistics.correlations.drivers]
    heads = (label("column.number", language), label("column.indicator", language))
    names = [localised(target.indicator.label, language) for target in statistics.targets]
    cells = tuple((*start, *row) for *start, row in zip(numbers, names, rows, strict=True))
    whole = (*heads, *numbers, *drivers)
    return Table(whole, cells, "><" + ">" * (len(whole) - 2))


def _correlations(statistics: Any) -> tuple[list[str], list[str], list[list[str]]]:
    """Numbers of the indicators, letters of the drivers, and the coefficients."""
    found = statistics.correlations
    numbers = [str(target.indicator.number) for target in statistics.targets]
    rows = [
        [_signed(value) for value in (*found.between[place], *found.with_drivers[place])]
        for place in range(len(numbers))
    ]
    letters = [ascii_letters[k % len(ascii_letters)] for k in range(len(found.drivers))]
    return numbers, letters, rows


def _signed(value: float) -> str:
    return DASH if value != value else f"{value:+.2f}"


def driver_table(sample: Any, language: Language, names_zh: Mapping[str, str]) -> Table:
    """How far each driver's mean growth may depart from the outlook, and from which year on."""
    keys = ("driver", "known_until", "sd_of_mean", "range95", "common", "grade")
    rows = []
    for item in sample.dimensions:
        if item.ahead is None:
            continue
        error, sd = item.ahead.error, 100 * item.ahead.sd_of_mean
        rows.append(
            (
                variable_name(item.name, language, names_zh),
                f"{item.ahead.since:.0f}",
                format_number(sd, 1),
                f"±{format_number(2 * sd, 1)}",
                format_number(error.common, 1),
                error.grade,
            )
        )
    heads = tuple(label(f"column.{key}", language) for key in keys)
    return Table(heads, tuple(rows), "<>>>>^")


def number_met_table(statistics: Any, language: Language = "en") -> Table:
    """How many targets runs meet."""
    heads = tuple(label(f"column.{key}", language) for key in ("number_met", "runs", "of_runs"))
    counts = statistics.probabilities.number_met
    rows = tuple(
        (str(k), f"{count:,}", format_share(count / statistics.n_run, 1))
        for k, count in enumerate(counts)
        if count
    )
    return Table(heads, rows, ">>>")


def findings(
    statistics: Any,
    notes: Sequence[Any],
    language: Language = "en",
    names_zh: Mapping[str, str] = FrozenDict(),
) -> list[str]:
    """Sentences: the weakest link, conflicts, what prices do, and how far to trust it all."""
    lines = []
    weakest = statistics.weakest
    if weakest is not None:
        lines.append(
            label(
                "ensemble.weakest",
                language,
                number=weakest.indicator.number,
                name=localised(weakest.indicator.label, language),
                share=format_share(weakest.fails_with_joint.value, 0),
                alone=format_share(weakest.fails_alone.value, 0),
            )
        )
    lines += _count_lines(statistics, language)
    number = {t.indicator.id: t.indicator.number for t in statistics.targets}
    for first, second, r in statistics.correlations.conflicts()[:5]:
        pair = {"first": number[first], "second": number[second], "r": f"{r:+.2f}"}
        lines.append(label("ensemble.conflict", language, **pair))
    lines += _price_lines(statistics, language, names_zh)
    lines += [label(note.key, language, **note.values) for note in notes]
    return lines


def _count_lines(statistics: Any, language: Language) -> list[str]:
    """Of an indicator that may be counted in several ways, how likely its target is in each."""
    lines = []
    for target in statistics.targets:
        parts = [
            label(
                "note.variant", language, name=localised(name, language),
                value=format_share(share.value, 0),
            )
            for name, share in target.other_counts
        ]  # fmt: skip
        if parts:
            said = TYPOGRAPHY[language].semicolon.join(parts)
            number, own = target.indicator.number, format_share(target.model_share.value, 0)
            lines.append(
                label("ensemble.other_counts", language, number=number, own=own, counts=said)
            )
    return lines


def _price_lines(statistics: Any, language: Language, names_zh: Mapping[str, str]) -> list[str]:
    nominal = [
        t.indicator.number for t in statistics.targets if t.indicator.price_basis == "current"
    ]
    if not nominal:
        return []
    lines = [label("ensemble.prices", language, numbers=_joined(map(str, nominal), language))]
    found = statistics.correlations
    prices = [k for k, name in enumerate(found.drivers) if "price" in name.casefold()]
    if not prices:
        return [*lines, label("ensemble.no_price", language)]
    # A rank correlation of few runs is noise: four standard errors, and never below 0.2.
    least = max(0.2, 4 / math.sqrt(max(found.n_run, 2) - 1))
    for k in prices:
        column = found.with_drivers[:, k]
        helped = _numbers(statistics, column >= least, language)
        hurt = _numbers(statistics, column <= -least, language)
        if helped == hurt == DASH:
            continue
        key = "price_driver"
        if DASH in (helped, hurt):
            key = "price_helps" if hurt == DASH else "price_hurts"
        driver = variable_name(found.drivers[k], language, names_zh)
        values = {"driver": driver, "helped": helped, "hurt": hurt}
        lines.append(label(f"ensemble.{key}", language, **values))
    return lines


def _numbers(statistics: Any, chosen: Sequence[bool], language: Language) -> str:
    numbers = [
        str(t.indicator.number) for t, c in zip(statistics.targets, chosen, strict=True) if c
    ]
    return _joined(numbers, language) or DASH


def _joined(parts: Iterable[str], language: Language) -> str:
    return TYPOGRAPHY[language].comma.join(parts)
