"""Ledger: units and their scale, sentences and sources, numbers that stand bare in equations."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np

from zjsim.analysis.validation.record import Measured
from zjsim.analysis.validation.subject import Subject
from zjsim.model.dimensions import check_units
from zjsim.model.expression import Number, to_text, walk
from zjsim.model.names import canonical
from zjsim.model.order import uses
from zjsim.model.spec import Constant, ModelSpec, equations

# Halves and squares, nothing and the whole need no explanation.
PLAIN_NUMBERS = frozenset({0.0, 1.0, 2.0})


def units(subject: Subject, only: str | None = None) -> Measured:
    """Equations whose sides or terms differ in unit: of all elements, or of one."""
    found = [f for f in check_units(subject.spec, subject.glossary, only) if f.kind == "error"]
    count = sum(len(equations(element)) for element in subject.spec.elements.values())
    words = f"{count} equations, {len(found)} out of balance"
    return Measured(float(len(found)), words, [str(item) for item in found])


def scale(subject: Subject) -> Measured:
    """Largest relative change of an indicator when a unit of measurement is ten times smaller."""
    powers = _powers(subject)
    kinds = sorted({kind for power in powers.values() for kind in power})
    inputs = subject.inputs(save=subject.plan.indicator_variables, save_every=0.5)
    plain = subject.run(inputs)
    worst, details = 0.0, []
    for kind in kinds:
        constants = dict(inputs.constants)
        for constant in subject.spec.constants:
            power = powers.get(constant.name, {}).get(kind, 0)
            if power and constant.name not in inputs.paths:
                old = constants.get(constant.name, np.array([constant.value]))
                constants[constant.name] = old * 10.0**power
        run = subject.run(replace(inputs, constants=constants))
        factors = np.array([10.0 ** powers.get(name, {}).get(kind, 0) for name in plain.names])
        changed = run.values / factors
        distance = np.abs(changed - plain.values) / np.maximum(np.abs(plain.values), 1.0)
        largest = float(np.max(distance))
        worst = largest if not largest <= worst else worst
        details.append(f"{kind}: {largest:.1e}")
    return Measured(worst, f"{len(kinds)} units, largest {worst:.1e}", details)


def _powers(subject: Subject) -> dict[str, dict[str, float]]:
    """Of each name, the powers of the units that measure quantities: money, people, energy."""
    return {e.name: _power(e.unit) for e in subject.spec.elements.values()}


def _power(unit: str) -> dict[str, float]:
    """Powers of the unit names in a text such as ``yi_yuan/(wan_person*Year)``."""
    power: dict[str, float] = {}
    sign, waiting = 1, [1]
    for token in _TOKEN.findall(unit):
        if token == "(":
            waiting.append(sign)
        elif token == ")":
            waiting.pop()
            sign = waiting[-1]
        elif token in "*/":
            sign = waiting[-1] * (-1 if token == "/" else 1)
        elif token not in _NOT_SCALED:
            # Money of two price levels is measured in one unit of account.
            kind = "yuan" if token.startswith("yi_yuan") else token
            power[kind] = power.get(kind, 0) + sign
    return {kind: value for kind, value in power.items() if value}


_TOKEN = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|[*/()]")
_NOT_SCALED = frozenset({"Dmnl", "percent", "Year"})


def bare_numbers(spec: ModelSpec) -> dict[str, tuple[float, ...]]:
    """Numbers other than 0, 1 and 2 inside equations, by the variable whose equation has them."""
    found: dict[str, tuple[float, ...]] = {}
    for element in spec.elements.values():
        numbers = tuple(
            part.value
            for equation in equations(element)
            for part in walk(equation)
            if isinstance(part, Number) and part.value not in PLAIN_NUMBERS
        )
        if numbers:
            found[element.name] = numbers
    return found


def documentation(subject: Subject) -> Measured:
    """What an SDM-Doc census counts as not in order."""
    spec = subject.spec
    elements = spec.elements.values()
    silent = [e.name for e in elements if not e.documentation.strip()]
    unitless = [e.name for e in elements if not e.unit.strip()]
    unused = [
        e.name
        for e in elements
        if isinstance(e, Constant) and e.name not in subject.inert and not uses(spec, e.name)
    ]
    bare = bare_numbers(spec)
    details = [f"no sentence: {name}" for name in silent]
    details += [f"no unit: {name}" for name in unitless]
    details += [f"unused: {name}" for name in unused]
    details += [f"number in the equation of {name}: {list(found)}" for name, found in bare.items()]
    kinds = Counter(type(element).__name__.lower() for element in elements)
    longest = max(
        ((len(to_text(q)), e.name) for e in elements for q in equations(e)), default=(0, "")
    )
    shown = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    words = f"{shown}; longest equation {longest[1]} ({longest[0]} characters)"
    return Measured(float(len(details)), words, details)


def ledger(subject: Subject) -> Measured:
    """Constants without source, grade or range, or outside their range."""
    table = subject.plan.constants
    exogenous = {canonical(name) for name in subject.plan.exogenous}
    details, grades = [], Counter[str]()
    for constant in subject.spec.constants:
        if constant.name in subject.inert or canonical(constant.name) in exogenous:
            continue
        row = table.row(constant.name)
        if row is None:
            details.append(f"{constant.name}: not in the table")
            continue
        grades[row.grade or "none"] += 1
        if not row.source or not row.grade:
            details.append(f"{constant.name}: no source or grade")
        if row.low is None or row.high is None or not row.low <= constant.value <= row.high:
            details.append(f"{constant.name}: {constant.value:g} outside {row.low}..{row.high}")
    shown = ", ".join(f"{grade} {count}" for grade, count in sorted(grades.items()))
    return Measured(
        float(len(details)), f"{sum(grades.values())} constants by grade: {shown}", details
    )
