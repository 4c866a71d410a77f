"""Shocks: how far each moves each indicator, against ranges written before the first run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zjsim.analysis.validation.record import Measured, NotRunError
from zjsim.analysis.validation.subject import Subject
from zjsim.inputs import Inputs, TimePath


@dataclass(frozen=True, slots=True)
class Moved:
    """What one shock does to one indicator by the target year.

    Parameters
    ----------
    shock, indicator : str
        Identifiers of the protocol and of the plan.
    change : float
        Shocked less unshocked, in the unit of the indicator's variable.
    low, high : float
        What was expected.
    least : float
        A smaller change does not count as felt.
    surprise : str
        Why the model is kept where it answers otherwise; empty if nothing was said.
    """

    shock: str
    indicator: str
    change: float
    low: float
    high: float
    least: float
    surprise: str = ""

    @property
    def felt(self) -> bool:
        """Whether the change is of the least size or more."""
        return abs(self.change) >= self.least

    @property
    def expected(self) -> bool:
        """Whether the change lies in the range written beforehand."""
        return self.low <= self.change <= self.high

    @property
    def words(self) -> str:
        """One line for a reader."""
        mark = "" if self.expected else " NOT AS EXPECTED"
        line = f"{self.shock}: {self.indicator} {self.change:+.3g}"
        line += f", expected {self.low:g} to {self.high:g}{mark}"
        return f"{line}: {self.surprise}" if self.surprise else line


def shocks(subject: Subject) -> Measured:
    """Share of the changes in their range; nothing when a shock moves too few indicators."""
    found = moved(subject)
    wanted = int(subject.protocol["shocks"]["felt_by_at_least"])
    felt: dict[str, int] = {}
    for item in found:
        felt[item.shock] = felt.get(item.shock, 0) + item.felt
    right = sum(item.expected for item in found)
    counts = ", ".join(f"{name} {count}" for name, count in felt.items())
    words = f"{right} of {len(found)} changes as written beforehand; indicators that feel: {counts}"
    weak = min(felt.values()) < wanted
    return Measured(0.0 if weak else right / len(found), words, [item.words for item in found])


def moved(subject: Subject) -> list[Moved]:
    """Every shock on every indicator, in the order of the protocol and of the plan.

    Raises
    ------
    NotRunError
        When the protocol names no shocks.
    """
    if "shocks" not in subject.protocol:
        raise NotRunError("the protocol names no shocks")
    entry = subject.protocol["shocks"]
    items = subject.plan.plan.indicators
    year, ten = subject.plan.plan.years[-1], tuple(item.variable for item in items)

    def run(shock: Mapping[str, Any]) -> np.ndarray:
        found = subject.run(_inputs(subject, shock, tuple(dict.fromkeys(ten))))
        return np.array([found.at(name, year)[0] for name in ten])

    plain = run({})
    found = []
    for shock in entry["of"]:
        for item, change in zip(items, run(shock) - plain, strict=True):
            low, high = shock["expected"][item.id]
            surprise = shock.get("surprises", {}).get(item.id, "")
            least = float(entry["least"][item.id])
            found.append(Moved(shock["id"], item.id, float(change), low, high, least, surprise))
    return found


def _inputs(subject: Subject, shock: Mapping[str, Any], save: tuple[str, ...]) -> Inputs:
    entry = subject.protocol["shocks"]
    inputs = subject.inputs(
        entry.get("run", "baseline"), multiply=shock.get("multiply"), since=shock.get("from"),
        save=save, save_every=0.5,
    )  # fmt: skip
    paths = dict(inputs.paths)
    for name, by_year in shock.get("path", {}).items():
        times = np.array(sorted(by_year), dtype=float)
        paths[name] = TimePath(times, np.array([[float(by_year[t]) for t in sorted(by_year)]]))
    return replace(inputs, paths=paths)
