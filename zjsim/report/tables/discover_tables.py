"""Tables and sentences of where a plan fails, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zjsim.analysis.deciding.boxes import RESAMPLES
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.tables.sensitivity_tables import input_words
from zjsim.report.tables.wording import variable_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table

SMALL = 0.001  # quasi-p-values below are not told apart


def amount(observed: Any, value: float | None, decimals: int, language: Language) -> str:
    """A value of an observed input with its unit: a share of a lever, growth, or as it is."""
    if value is None or not np.isfinite(value):
        return DASH
    # Log drifts without a unit are read as growth is.
    percent = observed.measure in ("growth", "part") or (
        observed.measure == "change" and not observed.unit
    )
    if percent:
        return f"{format_number(100 * value, max(decimals - 2, 0))}%"
    number = format_number(value, max(decimals, 0))
    if observed.sort == "outturn":
        unit = localised(observed.dimension.unit, language)
        return f"{number}%" if unit == "%" else f"{number} {unit}".rstrip()
    if observed.unit.lower() in ("1/year", "1/años", "1/año"):
        return label("discover.a_year", language, value=number)
    return f"{number} {observed.unit}".rstrip()


def _ends(limit: Any, language: Language) -> dict[str, str]:
    return {
        side: amount(limit.observed, value, limit.decimals, language)
        for side, value in (("low", limit.low), ("high", limit.high))
        if value is not None
    }


def name_of(limit: Any, plan: Any, language: Language) -> str:
    """The input's own words, without its kind."""
    item = limit.observed.dimension
    if limit.observed.sort == "outturn":
        return localised(item.label, language)
    for lever in plan.levers if item.kind == "lever" else ():
        if lever.variable.casefold() == item.name.casefold():
            return localised(lever.label, language)
    return variable_name(item.name, language, plan.names_zh)


def condition(limit: Any, plan: Any, language: Language) -> str:
    """``purchase prices grow by more than 6% a year``."""
    ends = _ends(limit, language)
    side = "both" if len(ends) == 2 else next(iter(ends))
    key = f"discover.{limit.observed.measure}_{side}"
    name = name_of(limit, plan, language)
    return label(key, language, name=name, last=limit.observed.last, **ends)


def conditions(region: Any, plan: Any, language: Language) -> str:
    """All limits of a region in one clause."""
    parts = [condition(limit, plan, language) for limit in region.limits]
    return label("discover.and", language).join(parts) or label("discover.any", language)


def threshold(limit: Any, language: Language) -> str:
    """The limit alone: ``more than 6%``."""
    ends = _ends(limit, language)
    key = {"low": "more_than", "high": "less_than"}.get(next(iter(ends)), "")
    words = label(f"discover.{'from_to' if len(ends) == 2 else key}", language, **ends)
    if limit.observed.measure in ("growth", "change"):
        return label("discover.yearly", language, words=words)
    return words


def heading(found: Any, language: Language) -> list[str]:
    """What was asked, how often it happens, and what is found."""
    scenario = found.resolved.scenario
    values = {
        "scenario": localised(scenario.label, language) or scenario.name,
        "which": which_targets([item.number for item in found.targets], language),
        "runs": f"{found.runs:,}",
        "share": format_share(found.share),
    }
    lines = [label(f"discover.head_{found.where}", language, **values)]
    if found.outcome in ("all_meet", "none_meets"):
        return [*lines, label(f"discover.{found.outcome}", language, **values)]
    lines.append(label(_share_key(found), language, **values))
    if found.outcome == "too_few":
        lines.append(_too_few(found, language))
    if found.outcome == "nothing":
        lines.append(label("discover.nothing", language))
    return lines


def which_targets(numbers: Sequence[int], language: Language) -> str:
    """``targets 6, 8``."""
    said = TYPOGRAPHY[language].comma.join(map(str, numbers))
    key = "discover.target" if len(numbers) == 1 else "discover.targets"
    return label(key, language, targets=said)


def _share_key(found: Any) -> str:
    if found.where == "holds" and found.share > 0.25:
        return "discover.share_holds_often"
    one = "_one" if len(found.targets) == 1 else ""
    return f"discover.share_{found.where}{one}"


def _too_few(found: Any, language: Language) -> str:
    """The rarer of the two kinds of worlds, and how many there are."""
    rare = found.where if found.share <= 0.5 else {"fails": "holds", "holds": "fails"}[found.where]
    count = round(min(found.share, 1 - found.share) * found.runs)
    kind = label(f"discover.few_{rare}", language)
    return label("discover.too_few", language, count=count, runs=f"{found.runs:,}", kind=kind)


def sentences(found: Any, language: Language) -> list[str]:
    """A sentence a region, and one for all."""
    lines = []
    for number, region in enumerate(found.boxes, start=1):
        key = f"discover.{'box' if number == 1 else 'more'}_{found.where}"
        values = {
            "number": number,
            "conditions": conditions(region, found.plan, language),
            "share": format_share(found.share, 0),
            **_counts(region.found, region.fresh),
        }
        lines.append(label(key, language, **values))
    if found.boxes and found.too_thin:
        wanted = format_share(found.density, 0)
        lines.append(label(f"discover.thin_{found.where}", language, wanted=wanted))
    if len(found.boxes) > 1:
        counts = _counts(found.together, found.together_fresh)
        lines.append(label(f"discover.together_{found.where}", language, **counts))
    return lines


def _counts(counted: Any, fresh: Any) -> dict[str, str]:
    return {
        "coverage": format_share(counted.coverage, 0),
        "density": format_share(counted.density, 0),
        "coverage_fresh": format_share(fresh.coverage, 0),
        "density_fresh": format_share(fresh.density, 0),
    }


def watch_table(found: Any, language: Language) -> Table:
    """What to watch: a row a region and input, with the value that is a sign."""
    keys = ("number", "input", "how", "expected", "span", f"warning_{found.where}", "p", "again")
    rows = []
    for number, region in enumerate(found.boxes, start=1):
        for place, limit in enumerate(region.limits):
            one = limit.observed
            low, high = (amount(one, x, limit.decimals, language) for x in limit.span)
            rows.append(
                (
                    str(number) if place == 0 else "",
                    input_words(one.dimension, found.plan, language),
                    label(f"discover.how_{one.sort}", language, first=one.first + 1, last=one.last),
                    amount(one, one.expected, limit.decimals, language),
                    label("discover.from_to", language, low=low, high=high),
                    threshold(limit, language),
                    _chance(limit),
                    format_share(limit.again, 0),
                )
            )
    heads = tuple(label(f"discover.{key}", language) for key in keys)
    return Table(heads, tuple(rows), "><<>><>>", keys=2)


def _chance(limit: Any) -> str:
    values = [p for p in (limit.p_low, limit.p_high) if p is not None]
    return f"<{SMALL:g}" if max(values) < SMALL else format_number(max(values), 3)


def branch_table(found: Any, language: Language) -> Table:
    """Leaves of the tree, those with the largest part of interest first."""
    keys = ("branch", "of_worlds", f"of_these_{found.where}", "fresh")
    rows = [
        (
            conditions(region, found.plan, language),
            format_share(region.found.mass, 0),
            format_share(region.found.density, 0),
            format_share(region.fresh.density, 0),
        )
        for region in found.branches
    ]
    heads = tuple(label(f"discover.{key}", language) for key in keys)
    return Table(heads, tuple(rows), "<>>>")


def remarks(found: Any, language: Language) -> list[str]:
    """How to read it, and what no region can tell."""
    lines = []
    if found.by_model_error >= 0.005:
        share = format_share(found.by_model_error, 0)
        lines.append(label(f"discover.by_error_{found.where}", language, share=share))
    if found.boxes:
        values = {
            "repeats": RESAMPLES, "runs": f"{found.runs:,}", "fresh": f"{found.fresh_runs:,}",
            "seed": found.seed, "fresh_seed": found.fresh_seed,
        }  # fmt: skip
        lines.append(label("discover.note", language, **values))
        kind = "draws" if found.resolved.posterior is None else "posterior"
        lines.append(label(f"discover.note_{kind}", language, **values))
    shown = [limit for region in (*found.boxes, *found.branches) for limit in region.limits]
    if any(limit.observed.sort == "drift" for limit in shown):
        lines.append(label("discover.drift", language))
    if found.boxes or found.branches:
        lines.append(label("discover.method", language))
    return lines
