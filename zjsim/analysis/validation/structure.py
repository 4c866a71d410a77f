"""Structure: boundary, loops, signs and sizes of single links, answers of single equations."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from zjsim.analysis.validation.record import Measured
from zjsim.analysis.validation.subject import Subject
from zjsim.errors import ModelError
from zjsim.model.evaluate import NotPlainError, evaluate
from zjsim.model.expression import references
from zjsim.model.loops import named_loop
from zjsim.model.names import canonical
from zjsim.model.order import causes
from zjsim.model.polarity import rule_of
from zjsim.model.spec import Auxiliary, Flow, Stock

# Share by which a cause is moved; and the least elasticity that counts as an effect.
_MOVE = 1e-5
_EFFECT = 1e-6
_POLARITY = {"R": "+", "B": "-"}


def boundary(subject: Subject) -> Measured:
    """Share of endogenous variables among all that reach an indicator."""
    spec = subject.spec
    reach = _ancestors(subject, subject.plan.indicator_variables)
    moving = {name for name in reach if isinstance(spec.elements[name], Stock | Flow | Auxiliary)}
    endogenous = {name for name in moving if _depends_on_a_stock(subject, name)}
    drivers = {canonical(name) for name in subject.plan.drivers.drivers.values()}
    given = {name for name in reach if canonical(name) in drivers}
    total = len(endogenous) + len(given)
    fixed = len(moving) - len(endogenous)
    words = f"{len(endogenous)} endogenous, {len(given)} drivers, {fixed} of the base year or time"
    return Measured(len(endogenous) / max(total, 1), words, [f"driver: {n}" for n in sorted(given)])


def _ancestors(subject: Subject, names: Iterable[str]) -> set[str]:
    exact = {canonical(name): name for name in subject.spec.elements}
    waiting = deque(exact[canonical(name)] for name in names)
    seen: set[str] = set()
    while waiting:
        name = waiting.popleft()
        if name not in seen:
            seen.add(name)
            waiting.extend(causes(subject.spec, name))
    return seen


def _depends_on_a_stock(subject: Subject, name: str) -> bool:
    spec = subject.spec
    waiting, seen = deque([name]), set()
    while waiting:
        current = waiting.popleft()
        if isinstance(spec.elements[current], Stock):
            return True
        if current not in seen:
            seen.add(current)
            waiting.extend(causes(spec, current))
    return False


def loops(subject: Subject, only_through: str | None = None) -> Measured:
    """Named loops that are no cycle of the graph, or of another polarity than stated."""
    wrong = []
    checked = 0
    for entry in subject.plan.loops:
        cycle = entry["cycle"]
        if only_through is not None and only_through not in cycle:
            continue
        checked += 1
        found = {_polarity(subject, cycle, moment) for moment in subject.awake}
        if "missing" in found or found - {"?"} != {_POLARITY[entry["polarity"]]}:
            shown = ", ".join(sorted(found))
            wrong.append(f"{entry['id']}: stated {entry['polarity']}, found {shown}")
    return Measured(float(len(wrong)), f"{checked - len(wrong)} of {checked} as stated", wrong)


def _polarity(subject: Subject, cycle: list[str], moment: Mapping[str, float]) -> str:
    """Product of the measured signs of the links, ``?`` where one sleeps."""
    try:
        named_loop(subject.spec, cycle)
    except ModelError:
        return "missing"
    product = 1.0
    for cause, effect in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        slope = _slope(subject, cause, effect, moment)
        product *= math.copysign(1.0, slope) if slope else 0.0
        if math.isnan(slope):
            return "?"
    return "?" if product == 0 else "+" if product > 0 else "-"


def _slope(subject: Subject, cause: str, effect: str, moment: Mapping[str, float]) -> float:
    """Slope of one equation at a moment: 0 when it has no effect there, NaN when unknown."""
    rule = rule_of(subject.spec, effect)
    at = moment.get(cause, math.nan)
    if at == 0:
        return 0.0
    try:
        low, middle, high = (
            evaluate(rule, {**moment, cause: at * (1 + move)}) for move in (-_MOVE, 0.0, _MOVE)
        )
    except NotPlainError:
        return math.nan
    slope = (high - low) / (2 * _MOVE * at)
    return 0.0 if abs(slope * at) < _EFFECT * (abs(middle) or 1.0) else slope


def signs(subject: Subject, only: str | None = None) -> Measured:
    """Links against their stated sign, or without any effect at all awake moments."""
    wrong, count = [], 0
    table = subject.protocol["signs"]
    for effect, stated in table.items():
        if only is not None and effect != only:
            continue
        reads = references(rule_of(subject.spec, effect))
        for sign, names in stated.items():
            for cause in names:
                count += 1
                found = _measured_sign(subject, cause, effect) if cause in reads else "no link"
                if found != sign:
                    wrong.append(f"{cause} -> {effect}: stated {sign}, found {found}")
    return Measured(float(len(wrong)), f"{count - len(wrong)} of {count} as stated", wrong)


def _measured_sign(subject: Subject, cause: str, effect: str) -> str:
    slopes = {_slope(subject, cause, effect, moment) for moment in subject.awake} - {0.0}
    if any(math.isnan(slope) for slope in slopes):
        return "not a number"
    found = {"+" if slope > 0 else "-" for slope in slopes}
    if not found:
        return "no effect"
    return found.pop() if len(found) == 1 else "both"


def elasticities(subject: Subject, only: str | None = None) -> Measured:
    """Largest relative distance of a link's size from the parameter that is said to set it."""
    worst, wrong, count = 0.0, [], 0
    entries = [(item, False) for item in subject.protocol["elasticities"]]
    entries += [(item, True) for item in subject.protocol["slopes"]]
    for item, level in entries:
        if only is not None and item["of"] != only:
            continue
        count += 1
        for moment in subject.awake:
            found = _slope(subject, item["to"], item["of"], moment)
            if not level or item.get("per_level"):
                found /= evaluate(rule_of(subject.spec, item["of"]), moment)
            if not level:
                found *= moment[item["to"]]
            wanted = _number(item["is"], moment)
            distance = abs(found - wanted) / max(abs(wanted), _EFFECT)
            if not distance <= worst:
                worst = distance
            if not distance <= 1e-5:
                wrong.append(f"{item['of']} to {item['to']}: {found:.6g}, stated {wanted:.6g}")
    return Measured(worst, f"{count} responses, largest distance {worst:.1e}", wrong)


def _number(stated: Any, moment: Mapping[str, float]) -> float:
    if isinstance(stated, Mapping):
        return 1 - moment[stated["one_minus"]]
    if isinstance(stated, str):
        return -moment[stated[1:]] if stated.startswith("-") else moment[stated]
    return float(stated)


def extremes_direct(subject: Subject, only: str | None = None) -> Measured:
    """Equations that answer wrongly when an input is impossible."""
    wrong, count = [], 0
    for item in subject.protocol["extremes"]["direct"]:
        if only is not None and item["variable"] != only:
            continue
        count += 1
        moment = {**subject.awake[0], **item["set"]}
        found = evaluate(rule_of(subject.spec, item["variable"]), moment)
        wanted, slack = float(item["to"]), 1e-12
        holds = {
            "==": abs(found - wanted) <= slack,
            "<=": found <= wanted + slack,
            ">=": found >= wanted - slack,
        }[item["compare"]]
        if not holds:
            given = ", ".join(f"{name} = {value}" for name, value in item["set"].items())
            wrong.append(
                f"{item['variable']} with {given}: {found:.6g}, "
                f"expected {item['compare']} {wanted:g}"
            )
    return Measured(float(len(wrong)), f"{count - len(wrong)} of {count} right", wrong)
