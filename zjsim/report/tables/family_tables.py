"""Tables of several provinces learnt together, and of what is forecast for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zjsim.analysis.history.naive import Name
from zjsim.language import Language
from zjsim.report.tables.wording import variable_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table

if TYPE_CHECKING:
    from zjsim.analysis.learning.family import FamilyForecast, FamilyLearning

NAMES: tuple[Name, ...] = ("trend", "ar1")
BAND = (0.1, 0.5, 0.9)


def family_table(found: FamilyLearning, language: Language) -> Table:
    """A row a pooled constant: before, the family, each province, and how far they are one."""
    frame, names = found.to_frame(), found.plan.names_in(language)
    places = found.world.places
    heads = (
        label("family.constant", language), label("family.prior", language),
        label("family.family", language),
        *(localised(place.label, language) for place in places),
        label("family.pooling", language),
    )  # fmt: skip

    def told(row: object, mean: str, sd: str) -> str:
        return f"{format_number(row[mean], 3)} ± {format_number(row[sd], 3)}"  # type: ignore[index]

    rows = []
    for name, row in frame.iterrows():
        own = [told(row, place.id, f"{place.id}_sd") for place in places]
        rows.append(
            (
                variable_name(str(name), language, names), told(row, "prior", "prior_sd"),
                told(row, "family", "family_sd"), *own, format_share(row["pooling"], 0),
            )
        )  # fmt: skip
    return Table(heads, tuple(rows), "<" + ">" * (len(heads) - 1))


def family_forecasts_table(
    found: FamilyLearning, forecasts: tuple[FamilyForecast, ...], language: Language
) -> Table:
    """A row a series and year of each province: the last figure, the forecast, naive ones."""
    labels = {place.id: localised(place.label, language) for place in found.world.places}
    heads = tuple(
        label(f"family.{key}", language)
        for key in ("place", "series", "last", "year", "forecast", "trend", "ar1")
    )
    rows = []
    for one in forecasts:
        low, middle, high = np.nanquantile(one.draws, BAND)
        cells = [
            format_number(one.naive_level(name), 0) if name in one.naive else DASH for name in NAMES
        ]
        rows.append(
            (
                labels[one.place], localised(one.label, language),
                f"{format_number(one.last[1], 0)} ({one.last[0]})", str(one.year),
                "{} ({} – {})".format(*(format_number(x, 0) for x in (middle, low, high))),
                *cells,
            )
        )  # fmt: skip
    return Table(heads, tuple(rows), "<<>>>>>", keys=2)


def family_scores_table(
    scores: dict[int, dict[str, tuple[float, int]]], language: Language
) -> Table:
    """Mean CRPS by the last year known, on cases that every forecast has."""
    heads = tuple(
        label(f"family.{key}", language) for key in ("known", "cases", "model", "trend", "ar1")
    )
    rows = [
        (
            str(year), str(found["model"][1]),
            *(format_number(found[name][0], 2) for name in ("model", *NAMES)),
        )
        for year, found in scores.items()
    ]  # fmt: skip
    return Table(heads, tuple(rows), ">>>>>")


def family_sentences(found: FamilyLearning, language: Language) -> list[str]:
    """How far the figures tell the provinces apart, and how the sampler did."""
    pooling = found.pooling.values()
    last = found.stages[-1]
    said = label(
        "family.pooled", language, low=format_share(min(pooling), 0),
        high=format_share(max(pooling), 0),
    )  # fmt: skip
    sampled = label(
        "family.sampled", language, stages=len(found.stages), particles=f"{len(found.scores):,}",
        acceptance=format_share(last.acceptance, 0), memory=format_number(last.memory, 2),
    )  # fmt: skip
    return [said, sampled]
