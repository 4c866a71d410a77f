"""Tables and sentences of a backcast, in Chinese and English."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from zjsim.language import LANGUAGES, TYPOGRAPHY, Language
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table
from zjsim.scenario.posterior import read_posterior


def effort(found: Any, cost: float, language: Language) -> str:
    """An amount of effort with its unit."""
    if np.isinf(cost):
        return label("backcast.out_of_reach", language)
    if np.isnan(cost):
        return DASH
    if found.cost_rule == "budget":
        return format_share(cost, 2)
    return format_number(cost, 3)


def lever_words(found: Any, name: str, language: Language) -> str:
    """The words for a lever."""
    return next(localised(x.label, language) for x in found.plan.levers if x.id == name)


def _asked(found: Any, language: Language) -> dict[str, str]:
    """What was asked, and what the answer costs."""
    return {
        "scenario": localised(found.before.label, language) or found.before.name,
        "targets": TYPOGRAPHY[language].comma.join(str(item.number) for item in found.targets),
        "cost": effort(found, found.cost, language),
    }


def backcast_heading(found: Any, language: Language) -> list[str]:
    """What was asked, and the answer in a sentence."""
    values = {
        **_asked(found, language),
        "count": len(found.changes),
        "before": format_share(found.share_before),
        "share": format_share(found.share),
        "wanted": format_share(found.probability),
        "worlds": f"{found.worlds:,}",
    }
    kind = "run" if found.probability is None else "worlds"
    return [
        label(f"backcast.head_{kind}", language, **values),
        label(f"backcast.{found.outcome}_{kind}", language, **values),
    ]


def written_scenario(found: Any) -> Any:
    """The answer, or the nearest setting, with a label and a ground in both languages."""
    if not found.changes:
        return found.closest
    prefix = "" if found.answer else "nearest_"

    def both(key: str) -> dict[str, str]:
        return {
            language: label(f"backcast.{prefix}{key}", language, **_asked(found, language))
            for language in LANGUAGES
        }

    return found.closest.changed(label=both("label"), why=both("why"))


def change_table(found: Any, language: Language) -> Table:
    """A row a lever that changes, the dearest first."""
    keys = ("lever", "before", "after", "cost", "bound")
    rows = [
        (
            lever_words(found, one.lever, language),
            f"{one.before:g}",
            f"{one.after:g}",
            effort(found, one.cost, language),
            label("backcast.at_bound", language) if one.at_bound else "",
        )
        for one in sorted(found.changes, key=lambda one: -one.cost)
    ]
    heads = tuple(label(f"backcast.{key}", language) for key in keys)
    return Table(heads, tuple(rows), "<>>><")


def target_table(found: Any, language: Language) -> Table:
    """A row a target: where it stands in the answer, and what it costs."""
    many = found.probability is not None
    columns = [
        ("target", ">", [f"{one.indicator.target.lowest:g}" for one in found.prices]),
        ("median" if many else "value", ">", [_reached(one) for one in found.prices]),
        ("most_worlds" if many else "most", ">", [_most(one, many) for one in found.prices]),
        ("binds_worlds" if many else "binds", "<", [_binds(one, language) for one in found.prices]),
        ("saved", ">", [effort(found, one.saved, language) for one in found.prices]),
        ("per_unit", ">", [effort(found, one.per_unit, language) for one in found.prices]),
    ]
    # What was not asked, such as prices of a set that cannot be met, is no column.
    shown = [column for column in columns if set(column[2]) != {DASH}]
    heads = [label("column.number", language), label("column.indicator", language)]
    heads += [label(f"backcast.{key}", language) for key, _, _ in shown]
    rows = [
        (
            str(one.indicator.number),
            localised(one.indicator.label, language),
            *(cells[k] for _, _, cells in shown),
        )
        for k, one in enumerate(found.prices)
    ]
    return Table(tuple(heads), tuple(rows), "><" + "".join(x for _, x, _ in shown), keys=2)


def _reached(one: Any) -> str:
    return format_number(one.value, one.indicator.decimals + 2)


def _most(one: Any, many: bool) -> str:
    if np.isnan(one.most):
        return DASH
    return format_share(one.most) if many else format_number(one.most, one.indicator.decimals + 1)


def _binds(one: Any, language: Language) -> str:
    return label("trust.yes" if one.binding else "backcast.no", language)


def frontier_table(found: Any, language: Language) -> Table:
    """Effort and the share of worlds that it buys."""
    heads = (label("backcast.cost", language), label("backcast.share", language))
    rows = [(effort(found, cost, language), format_share(share)) for cost, share in found.frontier]
    return Table(heads, tuple(rows), ">>")


def backcast_remarks(found: Any, language: Language) -> list[str]:
    """How the answer is known, and how to read the table."""
    known, many = found.certificate, found.probability is not None
    kind = "worlds" if many else "run"
    if found.outcome == "met" and not many:
        bound, best = (effort(found, x, language) for x in (known.bound, known.best))
    else:
        bound, best = format_share(known.bound), format_share(known.best)
    values = {
        "bound": bound,
        "best": best,
        "starts": known.starts,
        "agreeing": known.agreeing,
        "runs": f"{known.checked:,}",
        "contrary": format_share(known.contrary),
        "short": known.short_of,
        "worlds": f"{found.worlds:,}",
        "fresh": format_share(found.share_fresh),
        **_short_of(found, many),
    }
    lines = []
    if found.outcome != "already" or many:
        single = found.outcome == "impossible" and known.short_of is not None
        key = f"backcast.known_{found.outcome}_{kind}" + ("_single" if single else "")
        lines.append(label(key, language, **values))
    if known.checked:
        key = "backcast.directions" + ("_worlds" if many else "")
        lines.append(label(key, language, **values))
    if found.changes:
        lines.append(label(f"backcast.rule_{found.cost_rule}", language))
    if len(found.frontier) > 1:
        lines.append(label("backcast.frontier_note", language))
    if found.before.sampling.posterior:
        year = read_posterior(Path(found.before.sampling.posterior)).known_until
        lines.append(label("learning.looks_back", language, year=year))
    return lines


def _short_of(found: Any, many: bool) -> dict[str, str]:
    """The target that cannot be reached by itself, in the words of the table."""
    for one in found.prices:
        if one.indicator.number == found.certificate.short_of:
            return {"most": _most(one, many), "target": f"{one.indicator.target.lowest:g}"}
    return {}
