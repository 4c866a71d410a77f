"""The outside view beside the model: what an indicator's own past says, without an economy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zjsim.analysis.history.outside_base import base_probabilities
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table

if TYPE_CHECKING:
    from zjsim.analysis.history.outside import Class, OutsideView
    from zjsim.assessment.observations import Observations
    from zjsim.assessment.plan import Plan
    from zjsim.openplan import OpenPlan

BAND = (0.5, 0.1, 0.9)


def outside_table(
    view: OutsideView, plan: Plan, language: Language, model: Sequence[float] | None = None
) -> Table:
    """A row a target: the regressed trend in the target year, its probability, and the pool.

    Parameters
    ----------
    model : probabilities of the model, by indicator; None for a single run, which has none
    """
    pooled = model is not None and view.weight is not None
    heads = [
        label("column.number", language), label("column.indicator", language),
        label("outside.median", language), label("outside.p", language),
    ]  # fmt: skip
    if model is not None:
        heads.append(label("outside.p_model", language))
    if pooled:
        heads.append(label("outside.p_pool", language))
    rows = []
    for k, item in enumerate(plan.indicators):
        trend = view.trends.get(item.id)
        cell = DASH
        if trend is not None:
            ends = (trend.quantile(item.target.year, level) for level in BAND)
            cell = "{} ({} – {})".format(*(format_number(v, item.decimals) for v in ends))
        outside = view.probability(item.id)
        cells = [cell, format_share(outside, 0)]
        if model is not None:
            cells.append(format_share(model[k], 0))
        if pooled and model is not None:
            cells.append(format_share(view.pooled(item.id, model[k]), 0))
        rows.append((str(item.number), localised(item.label, language), *cells))
    return Table(tuple(heads), tuple(rows), "><" + ">" * (len(heads) - 2), keys=2)


def outside_sentences(view: OutsideView, language: Language) -> list[str]:
    """What the view rests on: how much growth lasts, the class of targets, the pool's weight."""
    said = []
    trend = next(iter(view.trends.values()), None)
    if trend is not None:
        share = format_share(trend.lasting.share, 0)
        said.append(
            label(
                "outside.lasting",
                language,
                share=share,
                pairs=trend.lasting.pairs,
                places=trend.lasting.places,
            )
        )
    if view.targets is not None:
        said.append(class_sentence(view.targets, language))
    if view.weight is not None:
        said.append(label("outside.weight", language, weight=format_share(view.weight, 0)))
    return said


def class_sentence(found: Class, language: Language) -> str:
    """How often targets of such plans were met."""
    return label(
        "outside.class", language, met=found.met, judged=found.judged, all=found.all,
        year=found.until, low=format_share(found.low, 0), high=format_share(found.high, 0),
    )  # fmt: skip


def outside_lines(
    plan: OpenPlan,
    observations: Observations | None,
    language: Language,
    known_until: int | None = None,
) -> list[str]:
    """The outside view in one line beside verdicts; none where there is none.

    As known in a year, such as that of the draws of the scenario; None is the base year.

    Probabilities by the number of the indicator, for a table of verdicts has no room for them.
    """
    seen = plan.observations if observations is None else observations
    found = base_probabilities(plan, seen, known_until)
    shares = [
        f"{item.number}: {format_share(found[item.id], 0)}"
        for item in plan.plan.indicators
        if item.id in found
    ]
    joined = TYPOGRAPHY[language].semicolon.join(shares)
    return [label("outside.line", language, shares=joined)] if shares else []
