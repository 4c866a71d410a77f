"""What is shared out and among whom: the inputs between two ends, and who switches which.

An end is a scenario's inputs with nothing switched on, or with all of it. A player switches some
of the inputs from the one end to the other; every coalition of players is a run of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zjsim.analysis.validation.numerics import off_value
from zjsim.analysis.validation.subject import Subject
from zjsim.errors import PlanError, ScenarioError
from zjsim.inputs import Inputs, TimePath
from zjsim.language import LANGUAGES, Text
from zjsim.model.names import canonical, identifier
from zjsim.openplan import OpenPlan
from zjsim.prepare import Prepared, with_all_paths
from zjsim.scenario.draws import SamplePlan, draw_all
from zjsim.scenario.sampling import inputs_of

CAUSES = ("outside", "policy", "feedback", "trends")


@dataclass(frozen=True, slots=True)
class Player:
    """One that shares in a change: a cause, a lever, or an input in which scenarios differ.

    Parameters
    ----------
    id : str
        One of `CAUSES` or of `GROUPS`, a lever's id, or ``drivers.x``, ``constants.x``,
        ``initial.x``.
    names : frozenset of str
        Model names of the inputs that it switches.
    label : Text or None
        Its words, where the plan has them.
    """

    id: str
    names: frozenset[str]
    label: Text | None = None


@dataclass(frozen=True)
class Ends:
    """Inputs with nothing switched on, with everything, and who switches what.

    Parameters
    ----------
    ready : Prepared
        The scenario at the end; runs both.
    off, on : Inputs
        Of as many runs each as there are worlds, or of one.
    players : tuple of Player
    """

    ready: Prepared
    off: Inputs
    on: Inputs
    players: tuple[Player, ...]

    @property
    def worlds(self) -> int:
        """Draws in which each coalition is run."""
        return self.on.n_run

    def inputs(self, inside: np.ndarray, save: Sequence[str]) -> Inputs:
        """Inputs of every coalition in every world, the worlds of a coalition together.

        Parameters
        ----------
        inside : array of bool, shape (n_coalition, n_player)
        save : sequence of str
            Model names to save, twice a year.
        """
        owner = {name: k for k, player in enumerate(self.players) for name in player.names}
        rows = len(inside) * self.worlds
        each = np.repeat(inside, self.worlds, axis=0)

        def spread(array: np.ndarray) -> np.ndarray:
            times = (len(inside), *(1 for _ in array.shape[1:]))
            return array if len(array) == 1 else np.tile(array, times)

        paths: dict[str, TimePath] = {}
        constants: dict[str, np.ndarray] = {}
        initials: dict[str, np.ndarray] = {}
        for name, path in self.on.paths.items():
            if name in owner:
                times, off, on = _on_common_times(self.off.paths[name], path)
                chosen = np.where(each[:, [owner[name]]], spread(on), spread(off))
                paths[name] = TimePath(times, chosen)
            else:
                paths[name] = TimePath(path.times, spread(path.values))
        for kind, found in (("constants", constants), ("initials", initials)):
            ours, theirs = getattr(self.off, kind), getattr(self.on, kind)
            for name, array in theirs.items():
                found[name] = spread(array)
                if name in owner:
                    switched = each[:, owner[name]]
                    found[name] = np.where(switched, found[name], spread(ours[name]))
        return replace(
            self.on, n_run=rows, paths=paths, constants=constants, initials=initials,
            save=tuple(save), grid=replace(self.on.grid, save_every=0.5),
        )  # fmt: skip


def _on_common_times(
    first: TimePath, second: TimePath
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two paths at the times of both; where one jumps a time stands twice."""
    points = np.union1d(first.times, second.times)
    jumps = np.union1d(first.jumps, second.jumps)
    times = np.sort(np.concatenate([points, jumps]))
    after = np.append(False, np.diff(times) == 0)
    one, other = (np.where(after, p.right(times), p.left(times)) for p in (first, second))
    return times, one, other


def levers_at_rest(ready: Prepared, sample: SamplePlan | None = None, worlds: int = 1) -> Ends:
    """From no policy to the scenario: a player a lever in use.

    Raises
    ------
    ScenarioError
        When the scenario moves no lever.
    """
    on = _drawn(ready, sample, worlds)
    spelt = {canonical(name): name for name in on.paths}
    levers = [(item, spelt[canonical(item.variable)]) for item in ready.plan.levers]
    used = [(item, name) for item, name in levers if on.paths[name].values.any()]
    if not used:
        name = ready.resolved.scenario.name
        raise ScenarioError(f"{name}: no lever is in use, so there is nothing to share out.")
    off = _with_values(on, {name: 0.0 for _, name in used})
    players = tuple(Player(item.id, frozenset({name}), item.label) for item, name in used)
    return Ends(ready, off, on, players)


def causes_switched(
    ready: Prepared, subject: Subject, sample: SamplePlan | None = None, worlds: int = 1
) -> Ends:
    """From a world at rest to the scenario: the players are `CAUSES`.

    Raises
    ------
    PlanError
        When the plan has no protocol that says what is off.
    """
    switches = switches_of(subject)
    on = _drawn(ready, sample, worlds)
    known = ready.plan.names.constants
    constants = {
        name: np.array([known[name]])
        for values in switches.values() for name in values
        if name not in on.paths and name not in on.constants
    }  # fmt: skip
    on = replace(on, constants={**on.constants, **constants})
    off = _with_values(on, {k: v for values in switches.values() for k, v in values.items()})
    players = tuple(Player(cause, frozenset(switches[cause])) for cause in CAUSES)
    return Ends(ready, off, on, players)


def switches_of(subject: Subject) -> dict[str, dict[str, float]]:
    """The value of each input that a cause of `CAUSES` switches, when the cause is off."""
    protocol, plan = subject.protocol, subject.plan
    lacking = [key for key in ("equilibrium", "decomposition") if key not in protocol]
    if lacking:
        raise PlanError(f"the protocol of validation lacks {', '.join(lacking)}")
    entry = protocol["decomposition"]
    levers = {lever.variable: 0.0 for lever in plan.levers}
    known = {constant.name: constant.value for constant in subject.spec.constants}
    drivers = {name: known[name] for name in plan.exogenous if name not in levers}
    feedback: dict[str, float] = {}
    for loop in plan.loops:
        if loop["id"] not in entry["no_feedback"]:
            feedback |= {name: float(value) for name, value in loop["off"].items()}
    policy = dict.fromkeys(entry["policy"], 0.0)
    trends = {
        name: off_value(subject, given)
        for name, given in protocol["equilibrium"]["set"].items()
        if name not in feedback and name not in policy
    }
    return {
        "outside": drivers, "policy": {**levers, **policy}, "feedback": feedback, "trends": trends,
    }  # fmt: skip


def between_scenarios(
    first: Prepared,
    second: Prepared,
    together: bool = False,
    samples: tuple[SamplePlan, SamplePlan] | None = None,
    worlds: int = 1,
) -> Ends:
    """From one scenario to another: a player an input that differs.

    Parameters
    ----------
    together : bool
        All levers are one player, all drivers one, and so on.
    samples : (SamplePlan, SamplePlan) or None
        Of an ensemble. What both scenarios draw alike has the same draws in both.

    Raises
    ------
    ScenarioError
        When the two are run over other years or by another rule, or differ in no input.
    """
    names = [one.resolved.scenario.name for one in (first, second)]
    if (first.inputs.grid, first.inputs.method) != (second.inputs.grid, second.inputs.method):
        raise ScenarioError(
            f"{names[0]}, {names[1]}: they are run over other times or by another rule, so the "
            "difference is not one of their inputs. Give both the same time and method."
        )
    if samples is None:
        off, on = first.all_paths, second.all_paths
    else:
        off, on = _drawn_alike((first, second), samples, worlds)
    off, on = _with_the_same_names(first, off, on)
    differ = [
        (kind, name)
        for kind in ("paths", "constants", "initials")
        for name, value in getattr(on, kind).items()
        if not _same(value, getattr(off, kind)[name])
    ]
    if not differ:
        raise ScenarioError(f"{names[0]}, {names[1]}: they differ in no input.")
    return Ends(second, off, on, _players(second.plan, differ, together))


def _players(
    plan: OpenPlan, differ: Iterable[tuple[str, str]], together: bool
) -> tuple[Player, ...]:
    levers = {canonical(lever.variable): lever for lever in plan.levers}
    section = {"paths": "drivers", "constants": "constants", "initials": "initial"}
    single: list[tuple[str, Player]] = []
    for kind, name in differ:
        lever = levers.get(canonical(name)) if kind == "paths" else None
        if lever is not None:
            single.append(("levers", Player(lever.id, frozenset({name}), lever.label)))
            continue
        words = Text(*(plan.names_in(each).get(canonical(name), name) for each in LANGUAGES))
        key = f"{section[kind]}.{identifier(name)}"
        single.append((section[kind], Player(key, frozenset({name}), words)))
    if not together:
        return tuple(player for _, player in single)
    groups: dict[str, set[str]] = {}
    for group, player in single:
        groups.setdefault(group, set()).update(player.names)
    return tuple(Player(group, frozenset(names)) for group, names in groups.items())


def _drawn(ready: Prepared, sample: SamplePlan | None, worlds: int) -> Inputs:
    """The scenario's inputs in each world, with a path for every lever and driver."""
    if sample is None:
        return ready.all_paths
    return with_all_paths(ready.plan, ready.drawn(0, worlds, sample))


def _drawn_alike(
    both: tuple[Prepared, Prepared], samples: tuple[SamplePlan, SamplePlan], worlds: int
) -> tuple[Inputs, Inputs]:
    """Inputs of two scenarios in the same worlds: what both draw alike is drawn once."""
    (ours, ours_more), (theirs, theirs_more) = (draw_all(one, 0, worlds) for one in samples)
    alike = {d.key for d in samples[0].dimensions} & {
        d.key for d in samples[1].dimensions if d in samples[0].dimensions
    }
    ours |= {key: theirs[key] for key in alike}
    ours_more |= {key: theirs_more[key] for key in alike & theirs_more.keys()}
    drawn = [
        replace(inputs_of(one.inputs, sample.dimensions, values, more), n_run=worlds)
        for one, sample, values, more in zip(
            both, samples, (ours, theirs), (ours_more, theirs_more), strict=True
        )
    ]
    return with_all_paths(both[0].plan, drawn[0]), with_all_paths(both[1].plan, drawn[1])


def _with_the_same_names(ready: Prepared, off: Inputs, on: Inputs) -> tuple[Inputs, Inputs]:
    """Both with every constant and initial value that one of them sets; the other has its own."""
    constants: Mapping[str, float] = ready.plan.names.constants
    initials = {*off.initials, *on.initials}
    begun: dict[str, float] = {}
    if initials:
        ran = ready.run(replace(ready.all_paths, initials={}, save=tuple(sorted(initials))))
        begun = {name: float(ran.at(name, ran.times[0])[0]) for name in initials}

    def filled(inputs: Inputs) -> Inputs:
        wanted = {name: np.array([constants[name]]) for name in (*off.constants, *on.constants)}
        first = {name: np.array([value]) for name, value in begun.items()}
        return replace(
            inputs, constants={**wanted, **inputs.constants}, initials={**first, **inputs.initials}
        )

    return filled(off), filled(on)


def _with_values(inputs: Inputs, values: Mapping[str, float]) -> Inputs:
    """The inputs with some paths and constants held at a value."""
    paths: dict[str, Any] = dict(inputs.paths)
    constants: dict[str, Any] = dict(inputs.constants)
    for name, value in values.items():
        if name in paths:
            paths[name] = TimePath(inputs.grid.start * np.ones(1), np.array([[value]]))
        else:
            constants[name] = np.array([value])
    return replace(inputs, paths=paths, constants=constants)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, TimePath):
        _, first, second = _on_common_times(one, other)
        return bool(np.all(first == second))
    return bool(np.all(one == other))
