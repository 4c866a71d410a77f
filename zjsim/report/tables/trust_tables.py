"""Tables of calibration and hindcast, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from zjsim.frozen import FrozenDict
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.tables.wording import variable_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_quantity, format_share
from zjsim.report.words.text_table import Table

NO_NAMES: Mapping[str, str] = FrozenDict()
_PERIOD = re.compile(r"([MQ])(\d+)-(\d+)")


def _heads(language: Language, *keys: str) -> tuple[str, ...]:
    return tuple(label(key, language) for key in keys)


def calibration_table(
    rows: Sequence[Any],
    names: Mapping[str, Any],
    language: Language,
    names_zh: Mapping[str, str] = NO_NAMES,
) -> Table:
    """A row a constant: prior, posterior and whether the figures identify it.

    Parameters
    ----------
    names : label of each sector by id
    """
    heads = _heads(
        language, "trust.sector", "trust.name", "trust.model_value", "trust.prior_range",
        "trust.value", "trust.interval", "trust.sd_ratio", "trust.overlap", "trust.profile",
        "trust.identified",
    )  # fmt: skip
    cells = [
        (
            localised(names.get(row.sector), language) or row.sector,
            variable_name(row.name, language, names_zh),
            format_quantity(row.prior_value),
            _span(row.prior_low, row.prior_high),
            format_quantity(row.value),
            _span(row.low, row.high),
            format_number(row.sd / row.prior_sd, 2),
            format_number(row.overlap, 2),
            label(f"profile.{row.profile}", language),
            label("trust.yes" if row.identified else "trust.no", language),
        )
        for row in rows
    ]
    return Table(heads, tuple(cells), "<<>>>>>><<", keys=2)


def _span(low: float, high: float) -> str:
    return f"{format_quantity(low)} – {format_quantity(high)}"


def fit_table(sectors: Sequence[Any], language: Language) -> Table:
    """Each figure of the calibration: published, before and after the fit."""
    heads = _heads(
        language, "trust.sector", "trust.series", "column.year", "trust.published",
        "trust.before_fit", "trust.interval", "trust.after_fit", "trust.interval",
        "trust.in_band",
    )  # fmt: skip
    cells = []
    for found in sectors:
        for fit in found.fits:
            item = fit.comparison
            cells.append(
                (
                    localised(found.sector.label, language),
                    _series(item, language),
                    str(fit.datum.year),
                    format_number(fit.datum.value, 1),
                    format_number(fit.prior_median, 1),
                    _band((fit.prior_low, fit.prior_high)),
                    format_number(fit.median, 1),
                    _band((fit.low, fit.high)),
                    label("trust.yes", language) if fit.reached else DASH,
                )
            )  # fmt: skip
    return Table(heads, tuple(cells), "<<>>>>>>^", keys=3)


def _series(item: Any, language: Language) -> str:
    """A published series in words, else by its id."""
    plain = f"{item.series} / {item.over}" if item.over else str(item.series)
    return localised(item.label, language) or plain


def left_out_table(file: Any, language: Language) -> Table:
    """What has no figures to be calibrated on, and why."""
    heads = _heads(language, "calibration.what", "calibration.why")
    rows = tuple((localised(a, language), localised(b, language)) for a, b in file.left_out)
    return Table(heads, rows, "<<")


def calibration_findings(
    found: Any, language: Language, names_zh: Mapping[str, str] = NO_NAMES
) -> list[str]:
    """Sentences: what is identified, what is tied, what the sectors do not produce."""

    def named(name: str) -> str:
        return variable_name(name, language, names_zh)

    rows, comma = found.rows, TYPOGRAPHY[language].comma
    known = [named(row.name) for row in rows if row.identified]
    lines = [
        label(
            "calibration.identified", language, count=len(known), total=len(rows),
            names=comma.join(known) or DASH,
        ),
        label("calibration.not_identified", language),
    ]  # fmt: skip
    ties = [
        f"{named(a)} ~ {named(b)} ({r:+.2f})" for sector in found.sectors for a, b, r in sector.ties
    ]
    lines.append(
        label("calibration.ties", language, pairs=TYPOGRAPHY[language].semicolon.join(ties))
        if ties
        else label("calibration.no_ties", language)
    )
    outside = [
        f"{_series(fit.comparison, language)} {fit.datum.year}"
        for sector in found.sectors
        for fit in sector.fits
        if not fit.reached
    ]
    if outside:
        lines.append(label("calibration.outside", language, names=comma.join(outside)))
    lines += [
        label(
            "calibration.few", language, sector=localised(sector.sector.label, language),
            count=round(sector.effective),
        )
        for sector in found.sectors
        if not sector.trusted
    ]  # fmt: skip
    return lines


def case_table(cases: Sequence[Any], language: Language, known: bool = False) -> Table:
    """Each figure that came later against median, bands and naive forecasts."""
    heads = _heads(
        language, "trust.series", "column.year", "trust.published", "hindcast.median",
        "hindcast.band80", "hindcast.band95", "column.discrepancy", "hindcast.where",
        "hindcast.crps",
        "hindcast.trend", "hindcast.plan_line", "hindcast.ar1", "column.remark",
    )  # fmt: skip
    rows = [
        (
            _series(case.comparison, language),
            str(case.datum.year),
            format_number(case.datum.value, 1),
            format_number(case.median, 1),
            _band(case.bands[1]),
            _band(case.bands[2]),
            format_share(case.discrepancy, 0),
            label(_where(case), language),
            format_number(case.crps, 1),
            *(_naive(case, name) for name in ("trend", "plan_line", "ar1")),
            _case_remark(case, language),
        )
        for case in cases
        if known or not case.known
    ]
    return Table(heads, tuple(rows), "<>>>>>><>>>><", keys=2)


def _band(ends: tuple[float, float]) -> str:
    return f"{format_number(ends[0], 1)} – {format_number(ends[1], 1)}"


def _where(case: Any) -> str:
    names = ("hindcast.in50", "hindcast.in80", "hindcast.in95")
    found = [name for name, inside in zip(names, case.inside, strict=True) if inside]
    return found[0] if found else "hindcast.outside"


def _naive(case: Any, name: str) -> str:
    found = case.naive.get(name)
    if found is None:
        return DASH
    return f"{format_number(found.mean, 1)} ({format_number(case.naive_crps(name), 1)})"


def _case_remark(case: Any, language: Language) -> str:
    if case.known:
        return label("hindcast.known", language)
    if case.comparison.base_uses_later:
        return label("hindcast.base_later", language)
    rows = case.datum.rows
    return period_words(rows[0].period, language) if rows else ""


def period_words(period: str, language: Language) -> str:
    """Part of a year as the tables write it (``M1-11``, ``Q1-3``), in words; a year in none."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        return "" if period == "year" else period
    key = "hindcast.months" if found[1] == "M" else "hindcast.quarters"
    return label(key, language, first=found[2], last=found[3])


def earlier_table(cases: Sequence[Any], language: Language) -> Table:
    """A row a figure of the run from an earlier base: published, model, AR(1), grade."""
    heads = _heads(
        language, "trust.series", "column.year", "trust.published", "earlier.model",
        "earlier.error", "hindcast.ar1", "earlier.grade", "column.remark",
    )  # fmt: skip
    rows = []
    for case in cases:
        remarks = [period_words(case.datum.rows[0].period, language)]
        remarks += [] if case.scored else [label("earlier.shown", language)]
        rows.append(
            (
                _series(case.comparison, language),
                str(case.datum.year),
                format_number(case.datum.value, 1),
                format_number(case.model, 1),
                format_number(case.error, 1, signed=True),
                DASH if case.ar1 is None else format_number(case.ar1, 1),
                case.grade,
                TYPOGRAPHY[language].semicolon.join(filter(None, remarks)),
            )
        )
    return Table(heads, tuple(rows), "<>>>>>^<", keys=2)


def earlier_findings(found: Any, language: Language) -> list[str]:
    """Sentences: how far the run from the earlier base is off, beside the naive forecast."""
    scored = sum(case.scored for case in found.cases)
    lines = [
        label("earlier.score", language, count=scored, error=format_number(found.mean_error, 1))
    ]
    naive, model, count = found.naive_error
    if count:
        lines.append(
            label(
                "earlier.naive", language, count=count, base=found.base,
                model=format_number(model, 1), naive=format_number(naive, 1),
            )
        )  # fmt: skip
    return lines


def score_table(scores: Sequence[tuple[str, Any]], language: Language) -> Table:
    """A row an assessment year: coverage, CRPS, bias and skill against each naive forecast."""
    naive = ("trend", "plan_line", "ar1")
    heads = list(
        _heads(
            language, "hindcast.known_until", "hindcast.n", "hindcast.cover50",
            "hindcast.cover80", "hindcast.cover95", "hindcast.widen", "hindcast.crps",
            "hindcast.bias",
        )
    )  # fmt: skip
    heads += [
        label("hindcast.skill", language, name=label(f"hindcast.{name}", language))
        for name in naive
    ]
    rows = []
    for name, score in scores:
        if not score.cases:
            rows.append((name, "0", *[DASH] * 9))
            continue
        cells = [format_share(part, 0) for part in score.coverage]
        skills = [_skill(score, key) for key in naive]
        rows.append(
            (
                name, str(score.cases), *cells,
                label("hindcast.widen_value", language, value=format_number(score.widen, 1)),
                format_number(score.crps, 1), format_number(score.bias, 1, signed=True), *skills,
            )
        )  # fmt: skip
    return Table(tuple(heads), tuple(rows), "<" + ">" * 10)


def _skill(score: Any, name: str) -> str:
    if name not in score.skill:
        return DASH
    value, count = score.skill[name]
    return f"{format_number(100 * value, 0, signed=True)}% ({count})"


def known_table(hindcasts: Sequence[Any], indicators: Sequence[Any], decided: Sequence[int | None],
                language: Language) -> Table:  # fmt: skip
    """P(met) of each target by assessment year, and since when it can be called."""
    heads = (
        *_heads(language, "column.number", "column.indicator"),
        *(str(found.known_until) for found in hindcasts),
        label("hindcast.decided", language),
    )
    rows = []
    for k, item in enumerate(indicators):
        shares = [format_share(found.probabilities[k].value, 0) for found in hindcasts]
        since = label("hindcast.never", language) if decided[k] is None else str(decided[k])
        rows.append((str(item.number), localised(item.label, language), *shares, since))
    for key, name in (("binding", "group.binding"), ("joint", "group.all")):
        shares = [format_share(getattr(found, key).value, 0) for found in hindcasts]
        rows.append(("", label(name, language), *shares, ""))
    return Table(heads, tuple(rows), "><" + ">" * len(hindcasts) + "<", keys=2)


def projection_table(found: Any, indicators: Sequence[Any], language: Language) -> Table:
    """Median and 80 % band of each indicator, by its number, and year."""
    heads = (
        *_heads(language, "column.number", "column.unit"),
        *map(str, found.years),
    )
    rows = []
    for k, item in enumerate(indicators):
        cells = [
            f"{format_number(q[3], item.decimals)} "
            f"({format_number(q[1], item.decimals)} – {format_number(q[5], item.decimals)})"
            for q in found.quantiles[k]
        ]
        rows.append((str(item.number), localised(item.unit, language), *cells))
    return Table(heads, tuple(rows), "><" + ">" * len(found.years), keys=2)
