"""Tables and sentences of strategies in the same worlds, in Chinese and English."""

from __future__ import annotations

from typing import Any

import numpy as np

from zjsim.language import LANGUAGES, TYPOGRAPHY, Language
from zjsim.report.tables.discover_tables import conditions, which_targets
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table

CLOSE = 4  # times that the spread of worlds is wider than that of strategies, from which it is said
STRONGEST = 4  # levers of a setting that are named
POINTS = 8  # of the front that are shown
RARE = 0.02


def strategy_name(one: Any, language: Language) -> str:
    """The label of its scenario, or its name."""
    return localised(one.label, language) or one.name


def effort_words(cost: str, effort: float) -> str:
    """An amount of effort."""
    return format_share(effort, 0) if cost == "budget" else format_number(effort, 2)


def heading(found: Any, language: Language) -> list[str]:
    """What was asked, and what comes out."""
    scenario = found.field.ready.resolved.scenario
    line = label(
        "robust.head", language,
        count=len(found.strategies),
        which=which_targets([item.number for item in found.field.targets], language),
        worlds=f"{found.worlds:,}",
        scenario=localised(scenario.label, language) or scenario.name,
        seed=found.seed,
    )  # fmt: skip
    best = found.order[0]
    ranks = found.measures.ranks[best]
    key = "best_all" if np.all(ranks == 1) else "best_most"
    said = TYPOGRAPHY[language].comma.join(map(str, ranks))
    name = strategy_name(found.strategies[best], language)
    lines = [line, label(f"robust.{key}", language, name=name, ranks=said)]
    number, spread = found.measures.number, found.measures.number_sd.mean()
    apart = float(number.max() - number.min())
    if apart * CLOSE < spread:
        values = {"gap": format_number(apart, 2), "sd": format_number(float(spread), 2)}
        lines.append(label("robust.close", language, **values))
    return lines


def strategy_table(found: Any, language: Language) -> Table:
    """A row a strategy, the best mean rank first."""
    keys = (
        "strategy", "effort", "share", "number", "spread", "best", "regret", "worst", "gap",
        "better", "worse", "efficient", "ranks",
    )  # fmt: skip
    m = found.measures
    rows = []
    for place in found.order:
        better, worse = found.compared(place)
        rows.append(
            (
                strategy_name(found.strategies[place], language),
                effort_words(found.field.cost, found.strategies[place].effort),
                format_share(float(m.share[place])),
                format_number(float(m.number[place]), 2),
                format_number(float(m.number_sd[place]), 2),
                format_share(float(m.best[place]), 0),
                format_number(float(m.number_regret[place]), 2),
                format_number(float(m.worst_regret[place]), 2),
                format_share(float(m.gap_regret[place])),
                format_share(better) if place else DASH,
                format_share(worse) if place else DASH,
                label(f"robust.{'yes' if m.efficient[place] else 'no'}", language),
                TYPOGRAPHY[language].comma.join(map(str, m.ranks[place])),
            )
        )
    heads = tuple(label(f"robust.{key}", language) for key in keys)
    return Table(heads, tuple(rows), "<" + ">" * 10 + "<<", keys=1)


def target_table(found: Any, language: Language) -> Table:
    """A row a target, a column a strategy: the share of worlds that meet it."""
    order = found.order
    heads = [label("column.number", language), label("column.indicator", language)]
    heads += [strategy_name(found.strategies[place], language) for place in order]
    rows = [
        (
            str(item.number),
            localised(item.label, language),
            *(format_share(float(found.measures.each[place, k])) for place in order),
        )
        for k, item in enumerate(found.field.targets)
    ]
    together = [format_share(float(found.measures.share[place])) for place in order]
    rows.append(("", label("robust.share", language), *together))
    return Table(tuple(heads), tuple(rows), "><" + ">" * len(order), keys=2)


def signpost_head(found: Any, language: Language) -> str:
    """What the signposts are about."""
    year = found.signposts[0].year
    first = strategy_name(found.strategies[0], language)
    return label("robust.signposts_head", language, first=first, year=year, next=year + 1)


def signpost_sentences(found: Any, language: Language) -> list[str]:
    """A sentence a strategy: what tells that it is better from then on."""
    lines = []
    for one in found.signposts:
        values = {
            "name": strategy_name(one.strategy, language),
            "better": format_share(one.better), "worse": format_share(one.worse),
            "year": one.year,
        }  # fmt: skip
        if one.region is not None:
            inside, fresh = one.region.found, one.region.fresh
            values |= {
                "conditions": conditions(one.region, found.plan, language),
                "density": format_share(inside.density, 0),
                "share": format_share(inside.hits / inside.cases, 0),
                "density_fresh": format_share(fresh.density, 0),
                "share_fresh": format_share(fresh.hits / fresh.cases, 0),
            }
            key = "sign"
        else:
            key = "no_sign" if RARE <= one.better <= 1 - RARE else "rare"
            key = "nearly_all" if one.better > 1 - RARE else key
            key = "none" if one.better == 0 else key
        lines.append(label(f"robust.{key}", language, **values))
    return lines


def front_table(front: Any, places: Any, cost: str, language: Language) -> Table:
    """Some points of the front, the least effort first."""
    heads = [label(f"robust.{key}", language) for key in ("point", "effort", "share", "number")]
    heads += [str(item.number) for item in front.bench.targets]
    heads.append(label("robust.levers", language))
    rows = [
        (
            str(place + 1),
            effort_words(cost, float(front.effort[place])),
            format_share(float(front.share[place])),
            format_number(float(front.number[place]), 2),
            *(format_share(float(share), 0) for share in front.each[place]),
            _strongest(front, place, language),
        )
        for place in places
    ]
    return Table(tuple(heads), tuple(rows), ">" * (len(heads) - 1) + "<", keys=1)


def _strongest(front: Any, place: int, language: Language) -> str:
    values = front.points[place]
    parts = [
        f"{localised(front.levers[k].lever.label, language)} {values[k]:g}"
        for k in np.argsort(-np.abs(values), kind="stable")[:STRONGEST]
        if abs(values[k]) >= 0.05
    ]
    return TYPOGRAPHY[language].comma.join(parts) or DASH


def written_point(front: Any, place: int, cost: str) -> Any:
    """A point as a scenario with its words in both languages."""
    name = f"{front.bench.scenario.name}_front_{place + 1:02d}"
    made = front.scenario(place, name).changed(name=name)

    def both(key: str) -> dict[str, str]:
        return {
            language: label(
                f"robust.{key}", language,
                world=localised(front.bench.scenario.label, language) or front.bench.scenario.name,
                number=place + 1 if key == "point_label" else
                format_number(float(front.number[place]), 2),
                effort=effort_words(cost, float(front.effort[place])),
                share=format_share(float(front.share[place])),
            )
            for language in LANGUAGES
        }  # fmt: skip

    return made.changed(label=both("point_label"), why=both("point_why"))


def remarks(found: Any, language: Language) -> list[str]:
    """How to read the numbers."""
    return [
        label("robust.note", language), label(f"robust.effort_{found.field.cost}", language)
    ]  # fmt: skip
