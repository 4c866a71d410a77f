"""Is an indicator more than a difference equation of its own? A spreadsheet without an economy.

For each indicator one equation is fitted over all worlds of the protocol: its yearly change by
least squares on a constant, time, its own value and the levers. Run forward from the base it
sees no other part of the economy. What it misses of the change to the target year, in the
world where it does worst, is what the rest of the model adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from zjsim.analysis.validation.record import Measured, NotRunError
from zjsim.analysis.validation.subject import Subject

# A miss below this share of the change is no economy.
LEAST_MISS = 0.05


def spreadsheet(subject: Subject) -> Measured:
    """Indicators that a difference equation of their own misses in at least one world."""
    misses = misses_of(subject)
    details = []
    for name, found in misses.items():
        worst, largest = max(found.items(), key=lambda pair: pair[1])
        median = float(np.median(list(found.values())))
        line = f"{name}: largest {100 * largest:.0f} % in {worst}, median {100 * median:.0f} %"
        details.append(line)
    count = sum(max(found.values()) > LEAST_MISS for found in misses.values())
    worlds = len(subject.protocol["spreadsheet"]["worlds"])
    words = (
        f"{count} of {len(misses)} missed by more than {100 * LEAST_MISS:g} % in {worlds} worlds"
    )
    return Measured(float(count), words, details)


def misses_of(subject: Subject) -> dict[str, dict[str, float]]:
    """Error of the fitted equation over the change to the target year, by indicator and world.

    Raises
    ------
    NotRunError
        When the protocol names no worlds.
    """
    if "spreadsheet" not in subject.protocol:
        raise NotRunError("the protocol names no worlds for the spreadsheet test")
    worlds = subject.protocol["spreadsheet"]["worlds"]
    start, last = int(subject.spec.start), subject.plan.plan.years[-1]
    years = np.arange(start, last + 1, dtype=float)
    ten = tuple(dict.fromkeys(item.variable for item in subject.plan.plan.indicators))
    runs, levers = {}, {}
    for world in worlds:
        inputs = subject.inputs(
            world.get("run", "baseline"), _changes(subject, world), multiply=world.get("multiply"),
            since=world.get("from"), save=ten, save_every=0.5,
        )  # fmt: skip
        run = subject.run(inputs)
        runs[world["id"]] = {name: np.array([run.at(name, y)[0] for y in years]) for name in ten}
        paths = [inputs.paths[lever.variable].right(years)[0] for lever in subject.plan.levers]
        levers[world["id"]] = np.mean(paths, axis=0)
    return {
        name: _misses({world: found[name] for world, found in runs.items()}, levers) for name in ten
    }


def _changes(subject: Subject, world: Mapping[str, Any]) -> dict[str, float]:
    changes = dict(world.get("set", {}))
    if "levers" in world:
        changes |= {lever.variable: float(world["levers"]) for lever in subject.plan.levers}
    return changes


def _misses(values: Mapping[str, np.ndarray], levers: Mapping[str, np.ndarray]) -> dict[str, float]:
    seen = [_seen(value[:-1], levers[world]) for world, value in values.items()]
    known, change = np.vstack(seen), np.concatenate([np.diff(v) for v in values.values()])
    weights, *_ = np.linalg.lstsq(known, change, rcond=None)
    found = {}
    for world, value in values.items():
        own = [value[0]]
        for place in range(value.size - 1):
            row = np.array([1.0, float(place), own[-1], levers[world][place + 1]])
            own.append(own[-1] + float(row @ weights))
        found[world] = abs(own[-1] - value[-1]) / max(abs(value[-1] - value[0]), 1e-9)
    return found


def _seen(value: np.ndarray, lever: np.ndarray) -> np.ndarray:
    """What the equation sees in each year: a constant, time, the own value, the levers."""
    return np.column_stack([np.ones(value.size), np.arange(value.size), value, lever[1:]])
