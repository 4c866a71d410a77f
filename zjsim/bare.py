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
from zjsim.noise import noise_paths, refuse_draws
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
    noise: int | str | None = None,
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
    noise : int, "off" or None
        Of a model that asks for random numbers: the seed they are drawn with, or ``"off"`` to
        hold each at its mean; None refuses such a model. As a change it is ``noise=1``.

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
    >>> zjsim.simulate_model(model, "time.step=0.25")["reported staff"].shape[0]
    1
    """
    ready = ready_model(model, changes, constants=constants, method=method, noise=noise)
    compiled = compiled_source(ModelSource(model), engine, trust_model)
    return ready.told(compiled.run(ready.of_runs()))


@dataclass(frozen=True, slots=True)
class ReadyModel:
    """A bare model with the inputs of a run as it stands.

    Parameters
    ----------
    model : ModelSpec
    inputs : Inputs
        Of one run, without random numbers.
    own : OwnGrid
    seed : int or None
        Of the random numbers; None where none are drawn.
    """

    model: ModelSpec
    inputs: Inputs
    own: OwnGrid
    seed: int | None

    def of_runs(self, constants: Mapping[str, np.ndarray] | None = None, n_run: int = 1) -> Inputs:
        """Inputs of several runs that differ in constants and in their random numbers."""
        inputs = self.inputs
        held = {}
        if self.model.draws and self.seed is None:
            held = {draw.name: np.array([draw.mean]) for draw in self.model.draws}
        paths = dict(inputs.paths)
        if self.seed is not None:
            paths |= noise_paths(self.model.draws, self.own.grid, self.seed, 0, n_run)
        return replace(
            inputs,
            n_run=n_run,
            paths=paths,
            constants={**held, **inputs.constants, **(constants or {})},
        )

    def told(self, runs: Trajectories) -> Trajectories:
        """The rows that the model saves, with the notes of its reading."""
        notes = (*self.model.notes, *self.own.notes)
        attributes = {**runs.attributes, **({"notes": "\n".join(notes)} if notes else {})}
        if self.own.rows is None:
            return replace(runs, attributes=attributes)
        times, values = runs.times[self.own.rows], runs.values[:, self.own.rows]
        return replace(runs, times=times, values=values, attributes=attributes)


def ready_model(
    model: ModelSpec,
    changes: Changes = (),
    *,
    constants: Mapping[str, Any] | None = None,
    method: str | None = None,
    noise: int | str | None = None,
) -> ReadyModel:
    """A bare model with its own time settings fitted and changes laid over its constants.

    Raises
    ------
    ZjsimError
        When an assignment does not fit the model, or it asks for random numbers and nobody says
        how they are drawn.
    """
    changes, time, said = _own_changes(changes, model)
    seed = _seed(noise if noise is not None else said, model)
    own = own_grid(model, time)
    names = names_of(model, own.grid)
    base = Scenario(name=model.name, method=method or model.method)  # type: ignore[arg-type]
    may_be_set = settable(names.constants)
    scenario = with_changes(base, changes, lambda _: may_be_set, constants=constants)
    resolved = resolve(scenario, names, (), DriverTable(""), ConstantTable(""))
    return ReadyModel(model, resolved.inputs, own, seed)


def _seed(noise: int | str | None, model: ModelSpec) -> int | None:
    """The seed of the random numbers; None where none are drawn."""
    if noise is None:
        refuse_draws(model)
        return None
    if str(noise).strip().lower() == "off":
        return None
    if not str(noise).strip().isdigit():
        raise ScenarioError(f"noise: {noise!r} is neither a whole number nor off. Write noise=1.")
    return int(noise) if model.draws else None


def simulate_text(source: str, suffix: str, origin: str, trust_model: bool) -> Trajectories:
    """Run a model that only PySD reads: its scalars, by Euler.

    Raises
    ------
    ModelError, RunError
        When PySD cannot translate or run it, or when it is not trusted.
    """
    compiled = compiled_text(source, suffix, origin, trust_model)
    return compiled.run(Inputs(compiled.own_grid(), method="euler"))


def own_grid(model: ModelSpec, changed: Mapping[str, float] | None = None) -> OwnGrid:
    """The model's own time settings, or changed ones, as whole steps from the start.

    Raises
    ------
    ScenarioError
        When no run has these settings.
    """
    given = changed or {}
    start, stop, step, save = (float(given.get(each, getattr(model, each))) for each in _SETTINGS)
    if "save_every" not in given:
        # A file that saves every step goes on doing so, whatever the step.
        save = step if model.save_every <= model.step * (1 + 1e-9) else max(save, step)
    if not step > 0 or not stop >= start or not all(map(math.isfinite, (start, stop, step, save))):
        raise ScenarioError(
            f"{model.origin or model.name}: time runs from {start:g} to {stop:g} in steps of "
            f"{step:g}; FINAL TIME must not come before INITIAL TIME, and TIME STEP must be above "
            "0."
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


def _own_changes(
    changes: Changes, model: ModelSpec
) -> tuple[Changes, dict[str, float], str | None]:
    """Assignments without those of time settings and noise, the time settings, and the noise."""
    noise: str | None = None
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
        if key == "noise":
            noise = str(value)
            continue
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
    return rest, time, noise


def _setting(key: str) -> str | None:
    """Which time setting an assignment means: ``time.stop`` or ``FINAL TIME``."""
    section, _, name = key.partition(".")
    if section == "time" and name in _SETTINGS:
        return name
    return VENSIM_CONTROLS.get(canonical(key.removeprefix("constants.")))
