"""Tables and sentences of a decomposition, in Chinese and English."""

from __future__ import annotations

from typing import Any

import numpy as np

from zjsim.language import Language
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number, format_share
from zjsim.report.words.text_table import Table


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
        (cause_name(found, cause, language, ids), *map(_signed, share))
        for cause, share in zip(found.causes, found.shares, strict=True)
    ]
    rows.append((label("decompose.sum", language), *map(_signed, found.target - found.base)))
    heads = (label("decompose.cause", language), *numbers)
    return Table(heads, tuple(rows), "<" + ">" * len(numbers))


def cause_name(found: Any, cause: str, language: Language, ids: bool = False) -> str:
    """The words for a cause: one of the four, or a lever's label."""
    lever = next((item for item in found.resolved.levers if item.id == cause), None)
    if lever is None:
        return label(f"decompose.{cause}", language)
    return cause if ids else localised(lever.label, language)


def heading(found: Any, language: Language) -> str:
    """What the table shows."""
    scenario = found.resolved.scenario
    target = found.indicators[0].target.year
    key = "decompose.head" if "policy" in found.causes else "decompose.head_levers"
    return label(
        key, language, first=int(found.resolved.inputs.grid.start), year=target,
        scenario=localised(scenario.label, language) or scenario.name, runs=f"{found.runs:,}",
    )  # fmt: skip


def remarks(found: Any, language: Language) -> list[str]:
    """How to read the table, and how sure the shares are."""
    lines = [label("decompose.note", language)]
    if "policy" in found.causes:
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
