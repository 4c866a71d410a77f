"""A bare model file run as it stands: no plan, no levers, no targets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zjsim.engines.base import ModelSource
from zjsim.errors import Problem, ScenarioError, raise_if_any
from zjsim.inputs import Inputs
from zjsim.model.names import VENSIM_CONTROLS, canonical
from zjsim.model.spec import ModelSpec
from zjsim.prepare import compiled_source, compiled_text
from zjsim.scenario.reader import Changes, with_changes
from zjsim.scenario.resolve import names_of, resolve
from zjsim.scenario.schema import Scenario
from zjsim.scenario.settable import settable
from zjsim.scenario.tables import ConstantTable, DriverTable
from zjsim.timeline import TimeGrid
from zjsim.trajectories import Trajectories

_SETTINGS = ("start", "stop", "step", "save_every")


@dataclass(frozen=True, slots=True)
class OwnGrid:
    """The time grid of a bare model.

    Parameters
    ----------
    grid : TimeGrid
        Whole steps from the start.
    rows : array of int or None
        Steps to keep, where the model saves at what is no multiple of its step.
    notes : tuple of str
        What was fitted.
    """

    grid: TimeGrid
    rows: np.ndarray | None = None
    notes: tuple[str, ...] = ()


def simulate_model(
    model: ModelSpec,
    changes: Changes = (),
    *,
    constants: Mapping[str, Any] | None = None,
    engine: str = "kernel",
    method: str | None = None,
    trust_model: bool = False,
) -> Trajectories:
    """Run a bare model file as it stands, by its own time settings and integration method.

    Parameters
    ----------
    model : ModelSpec
    changes : str, sequence of str, or mapping
        Such as ``constants.rate=0.3``, ``rate=0.3``, ``time.step=0.125``, ``FINAL TIME=50`` or
        ``method=rk4``.
    constants : mapping or None
        The same as a mapping: ``constants={"rate": 0.3}``.
    method : {"euler", "rk4"} or None
        Another method than the file asks for.

    Returns
    -------
    Trajectories
        One run; ``to_frame()`` has a row a time of the model and a column a variable, in its
        unit in the model file. ``attributes["notes"]`` says what was fitted or assumed.

    Raises
    ------
    ZjsimError
        When the engine does not compute the model, or an assignment does not fit it.

    Examples
    --------
    >>> import zjsim
    >>> model = zjsim.open_plan("zhejiang").model
    >>> zjsim.simulate_model(model, "time.step=0.25")["employment"].shape[0]
    1
    """
    changes, time = _time_changes(changes, model)
    own = own_grid(model, time)
    names = names_of(model, own.grid)
    base = Scenario(name=model.name, method=method or model.method)  # type: ignore[arg-type]
    may_be_set = settable(names.constants)
    scenario = with_changes(base, changes, lambda _: may_be_set, constants=constants)
    resolved = resolve(scenario, names, (), DriverTable(""), ConstantTable(""))
    compiled = compiled_source(ModelSource(model), engine, trust_model)
    return _told(compiled.run(resolved.inputs), own, (*model.notes, *own.notes))


def simulate_text(source: str, suffix: str, origin: str, trust_model: bool) -> Trajectories:
    """Run a model that only PySD reads: its scalars, by Euler.

    Raises
    ------
    ModelError, RunError
        When PySD cannot translate or run it, or when it is not trusted.
    """
    compiled = compiled_text(source, suffix, origin, trust_model)
    return compiled.run(Inputs(compiled.own_grid(), method="euler"))


def _told(runs: Trajectories, own: OwnGrid, notes: tuple[str, ...]) -> Trajectories:
    """The rows that the model saves, with the notes."""
    attributes = {**runs.attributes, **({"notes": "\n".join(notes)} if notes else {})}
    if own.rows is None:
        return replace(runs, attributes=attributes)
    times, values = runs.times[own.rows], runs.values[:, own.rows]
    return replace(runs, times=times, values=values, attributes=attributes)


def own_grid(model: ModelSpec, changed: Mapping[str, float] | None = None) -> OwnGrid:
    """The model's own time settings, or changed ones, as whole steps from the start.

    Raises
    ------
    ScenarioError
        When no run has these settings.
    """
    given = changed or {}
    start, stop, step, save = (float(given.get(each, getattr(model, each))) for each in _SETTINGS)
    if "step" in given and "save_every" not in given:
        save = max(save, step)
    if not step > 0 or not stop >= start or not all(map(math.isfinite, (start, stop, step, save))):
        raise ScenarioError(
            f"{model.origin or model.name}: time runs from {start:g} to {stop:g} in steps of "
            f"{step:g}; FINAL TIME must not come before INITIAL TIME, and TIME STEP must be above 0."
        )
    notes: list[str] = []
    whole = math.floor((stop - start) / step + 1e-6)
    end = start + whole * step
    if abs(end - stop) > 1e-6 * max(step, stop - start):
        notes.append(
            f"TIME STEP {step:g} does not divide {start:g}..{stop:g}: the run ends with its last "
            f"whole step, at t = {end:g}"
        )
    else:
        end = stop
    ratio = save / step
    if ratio <= 1 + 1e-6:
        return OwnGrid(TimeGrid(start, end, step), None, tuple(notes))
    if abs(ratio - round(ratio)) <= 1e-6 * ratio:
        return OwnGrid(TimeGrid(start, end, step, save), None, tuple(notes))
    notes.append(
        f"SAVEPER {save:g} is no multiple of TIME STEP {step:g}: each row is that of the first "
        "step at or after it"
    )
    wanted = np.arange(math.floor((end - start) / save + 1e-9) + 1) * ratio
    rows = np.unique(np.minimum(np.ceil(wanted - 1e-6).astype(int), whole))
    return OwnGrid(TimeGrid(start, end, step), rows, tuple(notes))


def _time_changes(changes: Changes, model: ModelSpec) -> tuple[Changes, dict[str, float]]:
    """Assignments without those of time settings, and the time settings."""
    if isinstance(changes, str):
        changes = [changes]
    time: dict[str, float] = {}
    problems: list[Problem] = []
    rest: Any
    if isinstance(changes, Mapping):
        rest = {}
        pairs = [(str(key), value) for key, value in changes.items()]
        nested = changes.get("time")
        if isinstance(nested, Mapping):
            pairs = [pair for pair in pairs if pair[0] != "time"]
            pairs += [(f"time.{key}", value) for key, value in nested.items()]
    else:
        rest = []
        pairs = [
            (one.partition("=")[0].strip(), one.partition("=")[2]) if isinstance(one, str) else
            ("", one) for one in changes
        ]  # fmt: skip
    for place, (key, value) in enumerate(pairs):
        setting = _setting(key)
        if setting is None:
            if isinstance(rest, dict):
                rest[key] = value
            else:
                rest.append(changes[place])  # type: ignore[index]
            continue
        try:
            time[setting] = float(value)
        except (TypeError, ValueError):
            problems.append(Problem(key, f"{value!r} is no number", f"Write {key}=50."))
    raise_if_any(f"--set on {model.name}", problems, ScenarioError)
    return rest, time


def _setting(key: str) -> str | None:
    """Which time setting an assignment means: ``time.stop`` or ``FINAL TIME``."""
    section, _, name = key.partition(".")
    if section == "time" and name in _SETTINGS:
        return name
    return VENSIM_CONTROLS.get(canonical(key.removeprefix("constants.")))
