"""Tables and sentences of a decomposition, in Chinese and English."""

from __future__ import annotations

from typing import Any

import numpy as np

from zjsim.language import Language
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number, format_share
from zjsim.report.words.text_table import Table
from zjsim.workflow import label_of


def share_table(found: Any, language: Language, *, ids: bool = False) -> Table:
    """A row a cause, a column an indicator, and the sum.

    Parameters
    ----------
    found : Decomposition
    ids : bool
        Levers by their ids instead of their words.
    """
    numbers = [str(item.number) for item in found.indicators]
    rows = [
        (cause_name(player, language, ids), *map(_signed, share))
        for player, share in zip(found.players, found.shares, strict=True)
    ]
    rows.append((label("decompose.sum", language), *map(_signed, found.target - found.base)))
    heads = (label("decompose.cause", language), *numbers)
    return Table(heads, tuple(rows), "<" + ">" * len(numbers))


def cause_name(player: Any, language: Language, ids: bool = False) -> str:
    """The words for a player: one of the causes or groups, a lever's label, an input's name."""
    if player.label is not None:
        return player.id if ids else localised(player.label, language)
    return label(f"decompose.{player.id}", language)


def heading(found: Any, language: Language) -> str:
    """What the table shows."""
    key = "head" if "policy" in found.causes else "head_levers"
    values = {
        **_scenarios(found, language),
        "first": int(found.resolved.inputs.grid.start),
        "year": found.indicators[0].target.year,
        "runs": f"{found.runs:,}",
    }
    return label(f"decompose.{'head_against' if found.against else key}", language, **values)


def _scenarios(found: Any, language: Language) -> dict[str, str]:
    """The scenario and the one that it is held against, in words."""
    both = (found.resolved, found.against)
    named = [
        one and (localised(label_of(one.scenario), language) or one.scenario.name) for one in both
    ]
    return {"scenario": named[0], "other": named[1] or ""}


def years_table(found: Any, indicator: Any, language: Language) -> Table:
    """A row a cause, a column a year, and the sum: the wedges of one indicator."""
    place = found.indicators.index(indicator)
    kept = [k for k, year in enumerate(found.years) if year <= indicator.target.year]
    rows = [
        (cause_name(player, language), *(_signed(share[place, k]) for k in kept))
        for player, share in zip(found.players, found.shares, strict=True)
    ]
    whole = found.on[place] - found.off[place]
    rows.append((label("decompose.sum", language), *(_signed(whole[k]) for k in kept)))
    heads = (label("decompose.cause", language), *(str(found.years[k]) for k in kept))
    return Table(heads, tuple(rows), "<" + ">" * len(kept))


def years_heading(found: Any, indicator: Any, language: Language) -> str:
    """What the wedges of one indicator show."""
    kind = "against" if found.against else found.by
    values = {
        **_scenarios(found, language),
        "indicator": f"{indicator.number}  {localised(indicator.label, language)}",
        "unit": localised(indicator.unit, language),
        "first": found.years[0],
    }
    return label(f"decompose.years_{kind}", language, **values)


def chance_table(found: Any, language: Language, *, ids: bool = False) -> Table:
    """A row a cause, a column a probability, and both ends; in percentage points."""
    numbers = [str(item.number) for item in found.indicators]
    numbers += [label("decompose.binding", language), label("decompose.all", language)]
    values = _scenarios(found, language)
    start = label(
        "decompose.from_against" if found.against else "decompose.from", language, **values
    )
    rows = [(start, *(_points(100 * value) for value in found.off))]
    rows += [
        (cause_name(player, language, ids), *(_points(100 * value, signed=True) for value in share))
        for player, share in zip(found.players, found.shares, strict=True)
    ]
    end = label("decompose.to", language, **values)
    rows.append((end, *(_points(100 * value) for value in found.on)))
    heads = (label("decompose.cause", language), *numbers)
    return Table(heads, tuple(rows), "<" + ">" * len(numbers))


def chance_heading(found: Any, language: Language) -> str:
    """What the parts of the probabilities show."""
    kind = "against" if found.against else found.by
    counts = {"worlds": f"{found.worlds:,}", "runs": f"{found.runs:,}"}
    return label(f"decompose.chance_{kind}", language, **_scenarios(found, language), **counts)


def chance_remarks(found: Any, language: Language) -> list[str]:
    """How to read the parts of the probabilities, and how sure they are."""
    error = format_number(100 * float(found.errors.max()), 1)
    return [label("decompose.chance_note", language, error=error)]


def _points(value: float, signed: bool = False) -> str:
    return format_number(value, 1, signed=signed)


def remarks(found: Any, language: Language) -> list[str]:
    """How to read the table, and how sure the shares are."""
    lines = [label("decompose.note_against" if found.against else "decompose.note", language)]
    if "policy" in found.causes and not found.against:
        lines.append(label("decompose.off", language))
    if not found.exact:
        pairs = found.runs // (2 * (len(found.causes) + 1))
        largest = np.abs(found.shares).max(axis=0)
        worst = np.max(found.errors.max(axis=0) / np.where(largest > 0, largest, 1.0))
        lines.append(
            label("decompose.sampled", language, pairs=pairs, error=format_share(float(worst), 2))
        )
    return lines


def _signed(value: float) -> str:
    return format_number(float(value), 2, signed=True)
