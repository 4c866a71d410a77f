"""Tables of scores: forecasts from rolling origins held against what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from zjsim.language import Language
from zjsim.report.tables.learning_tables import figure_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table

if TYPE_CHECKING:
    from zjsim.analysis.learning.cases import Case, Skill
    from zjsim.analysis.learning.rolling import Rolling

HORIZONS = (1, 2, 3, 4, 5)
BINS = 5
# What the bar asks for; a score that misses it is marked.
LEAST_COVERAGE, MOST_COVERAGE = 0.7, 0.9
SURE = 0.9


def score_table(rolling: Rolling, language: Language) -> Table:
    """A row a horizon: coverage, CRPS, log score and skill, the plan's indicators apart."""
    from zjsim.analysis.learning.cases import NAMES, summary

    heads = (
        label("scores.group", language), label("scores.horizon", language),
        label("scores.cases", language), label("scores.coverage", language),
        label("scores.crps", language), label("scores.log", language),
        *(label("scores.skill", language, name=label(f"scores.{name}", language))
          for name in NAMES[1:]),
    )  # fmt: skip
    rows = []
    for indicators in (True, False):
        for horizon in (None, *HORIZONS):
            cases = rolling.of(indicators, horizon)
            if not cases:
                continue
            found = summary(cases)
            group = "scores.indicators" if indicators else "scores.series"
            span = label("scores.all", language) if horizon is None else str(horizon)
            rows.append(
                (
                    label(group, language), span, str(found.cases),
                    _coverage(found.coverage, language), format_number(found.crps, 2),
                    format_number(found.log_score, 2, signed=True),
                    *(_skill(found.skill.get(name), language) for name in NAMES[1:]),
                )
            )  # fmt: skip
    return Table(heads, tuple(rows), "<>>>>>" + ">" * (len(NAMES) - 1), keys=2)


def _coverage(share: float, language: Language) -> str:
    text = format_share(share, 0)
    good = LEAST_COVERAGE <= share <= MOST_COVERAGE
    return text if good else label("scores.red", language, text=text)


def _skill(skill: Skill | None, language: Language) -> str:
    if skill is None:
        return DASH
    error = "" if np.isnan(skill.error) else f" ± {100 * skill.error:.0f}"
    text = f"{format_number(100 * skill.value, 0, signed=True)}{error} ({skill.cases})"
    return text if skill.value >= 0 else label("scores.red", language, text=text)


def rank_table(rolling: Rolling, language: Language) -> Table:
    """How often the figure lay in each fifth of its forecast; a fifth each is right."""
    from zjsim.analysis.learning.cases import pit_probability

    heads = (
        label("scores.group", language), label("scores.cases", language),
        *(f"{20 * k}–{20 * (k + 1)}%" for k in range(BINS)), label("scores.pit", language),
    )  # fmt: skip
    rows = []
    for indicators in (True, False):
        ranks = [case.rank for case in rolling.of(indicators)]
        if not ranks:
            continue
        counts = np.histogram(ranks, BINS, (0, 1))[0]
        group = "scores.indicators" if indicators else "scores.series"
        rows.append(
            (
                label(group, language), str(len(ranks)), *map(str, counts),
                format_number(pit_probability(ranks), 3),
            )
        )  # fmt: skip
    return Table(heads, tuple(rows), "<" + ">" * (BINS + 2))


def verdict_table(rolling: Rolling, language: Language) -> Table:
    """Probabilities of targets whose outturn is published, and what came."""
    found = rolling.verdicts
    items = {item.id: item for item in rolling.learning.plan.plan.indicators}
    heads = (
        label("column.indicator", language), label("scores.came", language),
        label("scores.forecast", language), *map(str, found.origins),
    )  # fmt: skip
    rows = []
    for k, name in enumerate(found.targets):
        came = label("verdict.met" if found.met[k] else "verdict.missed", language)
        for way in ("model", "outside", "pooled"):
            cells = [_called(float(p), found.met[k], language) for p in getattr(found, way)[:, k]]
            said = f"{items[name].number} {localised(items[name].label, language)}"
            rows.append((said, came, label(f"scores.{way}", language), *cells))
    for way in ("model", "outside", "pooled"):
        score = format_number(found.brier(way), 3)
        name = label("scores.brier", language)
        empty = [""] * (len(found.origins) - 1)
        rows.append((name, "", label(f"scores.{way}", language), score, *empty))
    return Table(heads, tuple(rows), "<<<" + ">" * len(found.origins), keys=3)


def _called(probability: float, met: bool, language: Language) -> str:
    text = format_share(probability, 0)
    wrong = (probability >= SURE and not met) or (probability <= 1 - SURE and met)
    return label("scores.red", language, text=text) if wrong else text


def case_table(cases: Sequence[Case], language: Language) -> Table:
    """Each figure and origin: forecast, band, and the scores of all forecasts."""
    from zjsim.analysis.learning.cases import NAMES

    heads = (
        label("scores.origin", language), label("column.year", language),
        label("learning.series", language), label("learning.figure", language),
        label("learning.grade", language), label("scores.median", language),
        label("learning.band80", language), label("learning.inside", language),
        *(label("scores.crps_of", language, name=label(f"scores.{name}", language))
          for name in NAMES),
    )  # fmt: skip
    rows = [
        (
            str(case.origin), str(case.figure.year), figure_words(case.figure, language),
            format_number(case.figure.datum.value, 1), case.figure.grade,
            format_number(case.median, 1),
            f"{format_number(case.low, 1)} – {format_number(case.high, 1)}",
            label("learning.yes" if case.held else "learning.no", language),
            *(format_number(case.crps.get(name), 2) for name in NAMES),
        )
        for case in cases
    ]  # fmt: skip
    return Table(heads, tuple(rows), "<<<><><<" + ">" * len(NAMES), keys=3)


def pool_sentence(rolling: Rolling, language: Language) -> str:
    """The weight of the model in the pool, and how firmly the years before the plan fix it."""
    pool = rolling.pool
    if not pool.cases:
        return label("scores.no_pool", language)
    return label(
        "scores.pool", language, weight=format_share(pool.weight, 0),
        low=format_share(pool.low, 0), high=format_share(pool.high, 0),
        cases=pool.cases, figures=pool.figures, **pool_years(rolling),
    )  # fmt: skip


def pool_years(rolling: Rolling) -> dict[str, int]:
    """First and last origin before the plan, and the last year that they forecast."""
    from zjsim.analysis.learning.rolling import ORIGINS_BEFORE

    base = rolling.learning.world.file.until
    return {"first": base - ORIGINS_BEFORE, "last": base - 1, "base": base}


def pooled_table(rolling: Rolling, language: Language) -> Table:
    """Model, outside view and pool of each target, as known in each year."""
    from zjsim.analysis.history.outside import pool_probability

    steps = rolling.learning.steps
    heads = (
        label("column.number", language), label("column.indicator", language),
        label("scores.forecast", language),
        *(label("learning.known", language, year=step.year) for step in steps),
    )  # fmt: skip
    rows = []
    for k, item in enumerate(rolling.learning.plan.plan.indicators):
        model = [step.probabilities.targets[k].value for step in steps]
        outside = [view.probability(item.id) for view in rolling.outside]
        both = [
            pool_probability(m, o, rolling.pool.weight) for m, o in zip(model, outside, strict=True)
        ]
        ways = {"model": model, "outside": outside, "pooled": both}
        for way, values in list(ways.items())[: 3 if rolling.pool.cases else 2]:
            cells = [format_share(None if np.isnan(v) else v, 0) for v in values]
            name = label(f"scores.{way}", language)
            rows.append((str(item.number), localised(item.label, language), name, *cells))
    return Table(heads, tuple(rows), "><<" + ">" * len(steps), keys=3)
