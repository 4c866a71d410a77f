"""Numbers: equilibrium, step, method, other engines, and the same bits twice."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.analysis.validation.record import Measured, NotRunError
from zjsim.analysis.validation.subject import Subject, value_of
from zjsim.cache import content_hash
from zjsim.inputs import Inputs, TimePath
from zjsim.model.names import canonical
from zjsim.prepare import compiled_source
from zjsim.timeline import TimeGrid
from zjsim.trajectories import Trajectories

SAVE_EVERY = 0.5


def distance(found: np.ndarray, reference: np.ndarray) -> float:
    """Largest |a - b| / max(1, |b|); infinite where one of them is not a number."""
    with np.errstate(all="ignore"):
        apart = np.abs(found - reference) / np.maximum(1.0, np.abs(reference))
    return float(np.max(np.where(np.isfinite(apart), apart, np.inf))) if apart.size else 0.0


def equilibrium_inputs(subject: Subject, years: float | None = None) -> Inputs:
    """Everything off: levers, shocks and growth; what replaces equals what wears out."""
    entry = subject.protocol["equilibrium"]
    start = subject.spec.start
    grid = TimeGrid(start, start + (years or entry["years"]), entry["step"], 10 * SAVE_EVERY)
    constants = {
        name: np.array([off_value(subject, given)]) for name, given in entry["set"].items()
    }
    values = {lever.variable: 0.0 for lever in subject.plan.levers}
    values |= dict.fromkeys(subject.protocol["zero"], 0.0)
    values |= dict.fromkeys(subject.protocol["one"], 1.0)
    paths = {
        name: TimePath(np.array([start]), np.array([[values[name]]]))
        for name in subject.plan.exogenous
    }
    return Inputs(grid, constants=constants, paths=paths, save=subject.saved)


def off_value(subject: Subject, given: Any) -> float:
    """Value of a constant when growth is off: a number, or the rule that balances two flows."""
    if not isinstance(given, Mapping):
        return float(given)
    values = [_known(subject, name) for name in given["value"]]
    match given["rule"]:
        case "renewal":
            wear, retired, relative = values
            return (wear + retired * relative) / (wear + retired)
        case "erosion":
            rate, index, floor, ceiling = values
            return rate * (index - floor) / (ceiling - index)
    return values[0]


def _known(subject: Subject, name: str) -> float:
    if name in {constant.name for constant in subject.spec.constants}:
        return value_of(subject.spec, name)
    return float(subject.baseline[name][0, 0])


def equilibrium(subject: Subject, years: float | None = None) -> Measured:
    """Largest relative drift of a stock when everything is off."""
    run = subject.run(equilibrium_inputs(subject, years))
    worst, where, details = 0.0, "", []
    for name in subject.stocks:
        values = run[name][0]
        apart = np.abs(values - values[0]) / (abs(values[0]) or 1.0)
        drift = float(np.max(np.where(np.isfinite(apart), apart, np.inf)))
        if not drift <= worst:
            worst, where = drift, name
        if not drift <= 1e-6:
            details.append(f"{name}: {drift:.2e}")
    words = f"{len(subject.stocks)} stocks, {run.times[-1] - run.times[0]:g} years: {worst:.1e}"
    return Measured(worst, f"{words} {where}".rstrip(), details)


def _indicators(subject: Subject, scenario: str, parts: int = 1, method: str = "rk4") -> Inputs:
    ten = tuple(dict.fromkeys(item.variable for item in subject.plan.plan.indicators))
    inputs = subject.inputs(scenario, save=ten)
    grid = inputs.grid
    fine = TimeGrid(grid.start, grid.stop, grid.step / parts, SAVE_EVERY)
    return replace(inputs, grid=fine, method=method)  # type: ignore[arg-type]


def _apart(subject: Subject, found: Trajectories, reference: Trajectories) -> tuple[float, float]:
    """Distance from the target year on, where verdicts are given, and at any time."""
    late = found.times >= subject.plan.plan.years[-1]
    whole = distance(found.values, reference.values)
    return distance(found.values[:, late], reference.values[:, late]), whole


def _table(found: Mapping[str, tuple[float, float]]) -> Measured:
    worst = max(found, key=lambda name: found[name][0])
    ever = max(size for _, size in found.values())
    words = (
        f"{len(found)} scenarios, largest {found[worst][0]:.1e} in {worst}; at any time {ever:.1e}"
    )
    details = [
        f"{name}: {late:.1e}, at any time {size:.1e}" for name, (late, size) in found.items()
    ]
    return Measured(found[worst][0], words, details)


def step_error(subject: Subject, scenarios: tuple[str, ...]) -> Measured:
    """Largest relative change of an indicator by half and by an eighth of the step."""
    found = {}
    for name in scenarios:
        run = subject.run(_indicators(subject, name))
        sizes = [
            _apart(subject, run, subject.run(_indicators(subject, name, parts))) for parts in (2, 8)
        ]
        found[name] = (max(late for late, _ in sizes), max(ever for _, ever in sizes))
    return _table(found)


def euler(subject: Subject, scenarios: tuple[str, ...]) -> Measured:
    """Largest relative distance of Euler's rule from Runge-Kutta at the same step."""
    found = {
        name: _apart(
            subject,
            subject.run(_indicators(subject, name, method="euler")),
            subject.run(_indicators(subject, name)),
        )
        for name in scenarios
    }
    return _table(found)


def adaptive(subject: Subject, scenarios: tuple[str, ...]) -> Measured:
    """Largest relative distance of an indicator from the error-controlled solver."""
    compiled = compiled_source(subject, "adaptive")
    found = {}
    for name in scenarios:
        inputs = _indicators(subject, name)
        found[name] = _apart(subject, subject.run(inputs), compiled.run(inputs))
    return _table(found)


def _largest(found: Mapping[str, float]) -> Measured:
    worst = max(found, key=lambda name: found[name])
    words = f"{len(found)} scenarios, largest {found[worst]:.1e} in {worst}"
    return Measured(found[worst], words, [f"{name}: {size:.1e}" for name, size in found.items()])


def _euler_of_all(subject: Subject, scenario: str) -> Inputs:
    return replace(subject.inputs(scenario, save_every=SAVE_EVERY), method="euler")


def pysd(subject: Subject, scenarios: tuple[str, ...], trust: bool = False) -> Measured:
    """Largest relative distance of any variable from PySD, Euler against Euler."""
    if not (trust or subject.plan.folder.shipped):
        raise NotRunError("executes code generated from the model file: --trust-model")
    compiled = compiled_source(subject, "pysd", trust_model=True)
    found, details = {}, []
    for name in scenarios:
        inputs = _euler_of_all(subject, name)
        ours, theirs = subject.run(inputs), compiled.run(inputs)
        found[name] = distance(ours.values, theirs.values)
        details += _far(name, ours, theirs.values)
    words = f"{len(subject.names)} variables, {_largest(found).words}"
    return Measured(max(found.values()), words, details)


def _far(scenario: str, ours: Trajectories, theirs: np.ndarray) -> list[str]:
    apart = {n: distance(ours[n], theirs[:, :, i]) for i, n in enumerate(ours.names)}
    return [f"{scenario}: {name} {size:.1e}" for name, size in apart.items() if not size <= 1e-9]


def simlin(subject: Subject, scenarios: tuple[str, ...]) -> Measured:
    """Largest relative distance of any variable from Simlin, through the XMILE export."""
    try:
        import simlin as other
    except ImportError as problem:
        raise NotRunError("needs pysimlin: pip install pysimlin") from problem
    from zjsim.model.export import to_xmile

    found, details = {}, []
    for name in scenarios:
        inputs = replace(_euler_of_all(subject, name), grid=subject.inputs(name).grid)
        ours = subject.run(inputs)
        with tempfile.TemporaryDirectory(prefix="zjsim-simlin-") as folder:
            path = Path(folder) / "model.xmile"
            path.write_text(to_xmile(subject.spec, inputs), encoding="utf-8")
            table = other.load(path).run(analyze_loops=False).results
        columns = {canonical(column): column for column in table.columns}
        theirs = np.stack(
            [np.asarray(table[columns[canonical(n)]], dtype=float) for n in ours.names], axis=1
        )[None]
        found[name] = distance(ours.values, theirs)
        details += _far(name, ours, theirs)
    words = f"{len(subject.names)} variables, {_largest(found).words}"
    return Measured(max(found.values()), words, details)


def reproducible(subject: Subject, scenarios: tuple[str, ...]) -> Measured:
    """Scenarios whose every bit is not the same from two engines made from nothing."""
    details, digests = [], []
    for name in scenarios:
        inputs = subject.inputs(name)
        twice = []
        for _ in range(2):
            compiled = compiled_source(subject, backend="python")
            twice.append(content_hash(compiled.run(inputs).values.tobytes()))
        digests.append(twice[0])
        if twice[0] != twice[1]:
            details.append(f"{name}: {twice[0]} and {twice[1]}")
    whole = content_hash(*digests)[:16]
    words = f"{len(scenarios)} scenarios, all variables, hash {whole}"
    return Measured(float(len(details)), words, details)
