"""How two scenarios differ, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from zjsim.inputs import TimePath
from zjsim.language import Language
from zjsim.scenario.path_words import said
from zjsim.scenario.resolved import Entry, Resolved


@dataclass(frozen=True, slots=True)
class Difference:
    """One input that differs between two scenarios.

    Parameters
    ----------
    kind : {"lever", "driver", "constant", "initial", "time", "method", "sampling"}
    id, name, unit : str
        As scenario files name it; model name; the model's unit.
    first, second : str
        What each scenario says, in words.
    """

    kind: Literal["lever", "driver", "constant", "initial", "time", "method", "sampling"]
    id: str
    name: str
    unit: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.first} → {self.second}"


def diff(first: Resolved, second: Resolved, language: Language = "en") -> list[Difference]:
    """Inputs that differ in their numbers; the words of each side.

    Two descriptions with the same numbers are no difference.
    """
    differences = [*_time(first, second, language)]
    ours = {(entry.kind, entry.name): entry for entry in first.entries}
    theirs = {(entry.kind, entry.name): entry for entry in second.entries}
    for key in dict.fromkeys([*ours, *theirs]):
        a, b = ours.get(key), theirs.get(key)
        if a and b and _same(first, second, a):
            continue
        shown = a or b
        assert shown is not None
        differences.append(
            Difference(
                kind=shown.kind,
                id=shown.id,
                name=shown.name,
                unit=shown.unit,
                first=a.words(language) if a else said("not_set", language),
                second=b.words(language) if b else said("not_set", language),
            )
        )
    return differences


def _time(first: Resolved, second: Resolved, language: Language) -> list[Difference]:
    """Differences of horizon, step, method and sampling."""
    a, b = first.inputs, second.inputs
    found = [
        Difference("time", key, key, "year", _said(one, language), _said(other, language))
        for key in ("start", "stop", "step", "save_every")
        if (one := getattr(a.grid, key)) != (other := getattr(b.grid, key))
    ]
    if a.method != b.method:
        found.append(Difference("method", "method", "method", "", a.method, b.method))
    ours, theirs = first.scenario.sampling, second.scenario.sampling
    for key in ("method", "runs", "seed"):
        if getattr(ours, key) != getattr(theirs, key):
            one, other = str(getattr(ours, key)), str(getattr(theirs, key))
            found.append(Difference("sampling", key, key, "", one, other))
    return found


def _said(value: float | None, language: Language) -> str:
    return said("every_step", language) if value is None else f"{value:g}"


def _same(first: Resolved, second: Resolved, entry: Entry) -> bool:
    """Whether an entry that both have has the same numbers in both."""
    if entry.kind in ("lever", "driver"):
        return same_path(first.inputs.paths[entry.name], second.inputs.paths[entry.name])
    section = "constants" if entry.kind == "constant" else "initials"
    one, other = (getattr(each.inputs, section)[entry.name] for each in (first, second))
    return bool(np.array_equal(one, other))


def same_path(one: TimePath, other: TimePath) -> bool:
    """Whether two paths have the same value from both sides at every time."""
    times = np.union1d(one.times, other.times)
    outside = np.concatenate([[times[0] - 1], times, [times[-1] + 1]])
    return bool(
        np.allclose(one.left(outside), other.left(outside), rtol=1e-12, atol=0)
        and np.allclose(one.right(outside), other.right(outside), rtol=1e-12, atol=0)
    )
