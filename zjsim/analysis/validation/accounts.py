"""Accounts: the base year, sums and splits, what fills and drains a stock, vintages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from zjsim.analysis.validation.record import Measured
from zjsim.analysis.validation.subject import Subject
from zjsim.trajectories import Trajectories

# A residual is held against the largest term; a thousandth of a unit is the least that counts,
# or the rounding of a cut that is still zero would look large.
_LEAST = 1e-3


def base_year(subject: Subject) -> Measured:
    """Largest relative distance at the first moment from what the base year must be."""
    run = subject.baseline
    known = {name: float(run.values[0, 0, i]) for i, name in enumerate(run.names)}
    known = {c.name: c.value for c in subject.spec.constants} | known
    worst, details = 0.0, []
    for name, wanted in subject.protocol["base"].items():
        target = _wanted(wanted, known)
        distance = abs(known[name] - target) / max(abs(target), 1.0)
        # NaN must count as the worst, and max() would drop it.
        worst = distance if not distance <= worst else worst
        if not distance <= 1e-12:
            details.append(f"{name}: {known[name]:.15g}, expected {target:.15g}")
    count = len(subject.protocol["base"])
    return Measured(worst, f"{count} variables, largest {worst:.1e}", details)


def _wanted(wanted: Any, known: Mapping[str, float]) -> float:
    if isinstance(wanted, str):
        return known[wanted]
    if isinstance(wanted, Mapping) and "growth" in wanted:
        # Continuous growth between two figures a year apart.
        first, second = (known[name] for name in wanted["growth"])
        return float(np.log(second / first))
    if isinstance(wanted, Mapping) and "product" in wanted:
        first, second = (known[name] for name in wanted["product"])
        return first * second / known[wanted["over"]]
    if isinstance(wanted, Mapping):
        # Half way in time between two dates: the geometric mean, of gaps where there is a ceiling.
        first, second, *ceiling = (known[name] for name in wanted["geometric"])
        if ceiling:
            top = ceiling[0]
            return float(top - np.sqrt((top - first) * (top - second)))
        return float(np.sqrt(first * second))
    return float(wanted)


def identities(subject: Subject, scenarios: tuple[str, ...] = ("baseline",)) -> Measured:
    """Largest relative residual of the accounting identities, at every moment of the runs."""
    worst, where, details = 0.0, "", []
    for label, values in _moments(subject, scenarios):
        for item in subject.protocol["identities"]:
            residual = _residual(item, values)
            worst, where = _worse(worst, where, residual, f"{item['left']} in {label}")
            if not residual <= 1e-9:
                details.append(f"{item['left']} in {label}: {residual:.2e}")
    count = len(subject.protocol["identities"])
    return Measured(worst, f"{count} identities, largest {worst:.1e} {where}".rstrip(), details)


def _worse(worst: float, where: str, residual: float, place: str) -> tuple[float, str]:
    return (residual, place) if not residual <= worst else (worst, where)


def _moments(
    subject: Subject, scenarios: tuple[str, ...]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    constants = {c.name: c.value for c in subject.spec.constants}
    for name in scenarios:
        inputs = subject.inputs(name, save_every=0.5)
        run = subject.baseline if name == "baseline" else subject.run(inputs)
        paths = {n: path.right(run.times)[0] for n, path in inputs.paths.items()}
        numbers = {n: float(array[0]) for n, array in inputs.constants.items()}
        yield name, constants | numbers | paths | {n: run[n][0] for n in run.names}
    for position, moment in enumerate(subject.awake):
        yield f"awake moment {position + 1}", moment


def _residual(item: Mapping[str, Any], values: Mapping[str, Any]) -> float:
    with np.errstate(all="ignore"):
        plus = [np.asarray(values[name], dtype=float) for name in item.get("plus", ())]
        minus = [np.asarray(values[name], dtype=float) for name in item.get("minus", ())]
        # "and" adds products of two variables, "less" takes them away.
        plus += [np.asarray(values[a]) * values[b] for a, b in item.get("and", {}).items()]
        minus += [np.asarray(values[a]) * values[b] for a, b in item.get("less", {}).items()]
        total = sum(plus, np.zeros(())) - sum(minus, np.zeros(()))
        size = sum(map(np.abs, [*plus, *minus]), np.zeros(()))
        for name in item.get("times", ()):
            total, size = total * values[name], size * np.abs(values[name])
        for name in item.get("over", ()):
            total, size = total / values[name], size / np.abs(values[name])
        left = np.asarray(values[item["left"]], dtype=float)
        scale = np.maximum(np.maximum(size, np.abs(left)), _LEAST)
        return float(np.max(np.abs(left - total) / scale))


def balances(subject: Subject) -> Measured:
    """Largest relative residual of stock changes against their flows, in Euler steps.

    A Euler step adds exactly step times net flow, so nothing but rounding may be left.
    """
    inputs = replace(subject.inputs(), method="euler")
    run = subject.run(inputs)
    step = inputs.grid.step
    worst, where, details = 0.0, "", []
    for stock, flows in subject.protocol["balances"].items():
        residual = _imbalance(run, stock, flows, step)
        worst, where = _worse(worst, where, residual, stock)
        if not residual <= 1e-9:
            details.append(f"{stock}: {residual:.2e}")
    count = len(subject.protocol["balances"])
    return Measured(worst, f"{count} stocks, largest {worst:.1e} {where}".rstrip(), details)


def _imbalance(run: Trajectories, stock: str, flows: Mapping[str, Any], step: float) -> float:
    change = np.diff(run[stock][0])
    net = np.zeros_like(change)
    for name in flows.get("plus", ()):
        net = net + run[name][0][:-1]
    for name in flows.get("minus", ()):
        net = net - run[name][0][:-1]
    scale = np.maximum(np.abs(run[stock][0][:-1]), _LEAST)
    return float(np.max(np.abs(change - step * net) / scale))


def vintages(subject: Subject, scenarios: tuple[str, ...] = ("baseline",)) -> Measured:
    """Scenarios in which an average leaves the bounds of its vintages."""
    details = []
    entries = subject.protocol.get("vintages", ())
    for name in scenarios:
        run = subject.run(subject.inputs(name))
        for entry in entries:
            average = run[entry["average"]][0] / run[entry["oldest"]][0]
            newest = np.minimum.accumulate(run[entry["newest"]][0])
            inside = (average <= 1 + 1e-9) & (average >= newest - 1e-9)
            if not inside.all():
                row = int(np.argmin(inside))
                details.append(
                    f"{entry['average']} in {name}: {average[row]:.4f} of the oldest at "
                    f"{run.times[row]:g}, newest {newest[row]:.4f}"
                )
    count = len(entries) * len(scenarios)
    return Measured(float(len(details)), f"{count - len(details)} of {count} inside", details)
