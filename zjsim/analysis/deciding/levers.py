"""What may be set of a scenario's levers, what it costs, and how far targets are from being met."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from zjsim.analysis.deciding.search import Question
from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.assessment.plan import Indicator
from zjsim.assessment.reading import reading_time
from zjsim.engines.kernel.engine import backend_for_search
from zjsim.errors import RunError
from zjsim.inputs import Inputs, TimePath
from zjsim.model.names import canonical
from zjsim.openplan import OpenPlan
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.discrepancy import Discrepancy
from zjsim.scenario.lever_names import find_lever, lever_hint
from zjsim.scenario.sampling import SamplePlan, draw, resolve_ensemble
from zjsim.scenario.schema import LeverPath, Scenario
from zjsim.scenario.tables import Lever

Cost = Literal["budget", "steps", "equal"]
COSTS: tuple[Cost, ...] = get_args(Cost)
# Runs computed at a time; more would only need memory.
PIECE = 8192


@dataclass(frozen=True)
class Setting:
    """One lever that may be set.

    Parameters
    ----------
    lever : Lever
    start : float
        Value that the scenario gives it.
    low, high : float
        Bounds of the search.
    price : float
        Cost of one unit of change.
    """

    lever: Lever
    start: float
    low: float
    high: float
    price: float


@dataclass(frozen=True)
class Bench:
    """A scenario whose levers can be set, in one world or in many, and the targets asked for.

    Parameters
    ----------
    plan : OpenPlan
    scenario : Scenario
    settings : tuple of Setting
    ready : Prepared
        The scenario with every lever on a path, so that one compiled text serves all.
    targets : tuple of Indicator
    worlds : int
        Draws of the ensemble, the same for every setting; 0 is the scenario itself.
    seed : int or None
        Of the draws; None is that of the scenario.
    first : int
        The first draw: other worlds of the same ensemble begin elsewhere.
    guard : tuple of float
        Distance kept from each target, in its printed unit: the numerical error of a run.
    advance : function
        Called with the number of runs that have just been finished.
    """

    plan: OpenPlan
    scenario: Scenario
    settings: tuple[Setting, ...]
    ready: Prepared
    targets: tuple[Indicator, ...]
    worlds: int = 0
    seed: int | None = None
    first: int = 0
    guard: tuple[float, ...] = ()
    advance: Callable[[int], None] = lambda count: None

    @cached_property
    def sample(self) -> SamplePlan:
        """Draws of the scenario's ensemble as it is: the worlds are those of `zjsim ensemble`."""
        own = prepare(self.plan, self.scenario) if self._idle else self.ready
        return own.sampled(seed=self.seed)

    @property
    def _idle(self) -> bool:
        """Whether a lever may be set that the scenario leaves at rest."""
        used = self.scenario.levers
        return any(not _height(used, one.lever.id) for one in self.settings)

    @cached_property
    def start(self) -> np.ndarray:
        """What the scenario gives, shape (n,)."""
        return np.array([one.start for one in self.settings])

    @cached_property
    def lowest(self) -> np.ndarray:
        """The least that meets each target, in the printed unit, shape (k,)."""
        return np.array([item.target.lowest for item in self.targets])

    @cached_property
    def span(self) -> np.ndarray:
        """The way of each target from its base, in the printed unit, shape (k,)."""
        return np.array([abs(item.target.value - item.start) for item in self.targets])

    @cached_property
    def _drawn(self) -> tuple[Inputs, dict[str, np.ndarray]]:
        last = self.first + self.worlds
        inputs, draws = resolve_ensemble(self.ready.resolved, self.sample, self.first, last)
        if not self._idle:
            return inputs, draws
        # Of a lever at rest an ensemble draws nothing. How far it would be carried out is drawn
        # by a seed of its own, so that no other draw moves.
        whole = self.ready.sampled(seed=self.seed)
        for item in whole.dimensions:
            if item.key not in draws:
                seed = zlib.crc32(f"{whole.seed} {item.key}".encode())
                alone = replace(
                    whole, method="random", seed=seed, dimensions=(item,), correlated=(),
                    factor=np.eye(0),
                )  # fmt: skip
                draws |= draw(alone, self.first, last)
        return inputs, draws

    @property
    def _discrepancies(self) -> Mapping[str, Discrepancy]:
        """As an ensemble lays them: none over draws after learning."""
        return {} if self.sample.posterior is not None else self.plan.discrepancies

    @cached_property
    def _walks(self) -> list[np.ndarray | None]:
        """Model discrepancy of each target at its year by world, as an ensemble lays it."""
        found: list[np.ndarray | None] = []
        for item in self.targets:
            one = self._discrepancies.get(item.id)
            if one is None or not self.worlds:
                found.append(None)
                continue
            # The walk of a year does not depend on which other years are read.
            time = reading_time(item, item.target.year)
            base = float(self.plan.plan.base_year)
            found.append(one.walk(self.worlds, self.sample.seed, base, [time])[:, 0])
        return found

    def values(self, points: np.ndarray, worlds: np.ndarray | None = None) -> np.ndarray:
        """Each target's indicator in its year, shape (m, k), in the printed unit.

        Parameters
        ----------
        points : array, shape (m, n)
            Values of the levers.
        worlds : array of int, shape (m,), or None
            The draw that each point is run in; None is the scenario itself.
        """
        found = [
            self._piece(
                points[first : first + PIECE],
                None if worlds is None else worlds[first : first + PIECE],
            )
            for first in range(0, len(points), PIECE)
        ]
        return np.concatenate(found)

    def _piece(self, points: np.ndarray, worlds: np.ndarray | None) -> np.ndarray:
        base = self.ready.inputs if worlds is None else self._drawn[0].taken(worlds)
        # The one run after learning carries each lever out as far as the draws do on average.
        own = self.ready if worlds is None else self.ready.resolved
        paths, used = dict(base.paths), self.ready.resolved.scenario.levers
        for k, one in enumerate(self.settings):
            name = self._names[one.lever.id]
            path = own.inputs.paths[name]
            asked = points[:, [k]] * (path.values / _height(used, one.lever.id))
            if worlds is not None:
                # How far a draw carries a lever out multiplies what is asked for.
                carried = self._drawn[1].get(f"levers.{one.lever.id}")
                asked = asked if carried is None else asked * carried[worlds][:, None]
            paths[name] = TimePath(path.times, np.clip(asked, one.lever.low, one.lever.high))
        save = tuple(dict.fromkeys(item.variable for item in self.targets))
        inputs = replace(
            base, n_run=len(points), paths=paths, save=save,
            grid=replace(base.grid, save_every=0.5),
        )  # fmt: skip
        table = indicator_table(self.ready.run(inputs), self.targets)
        for k, walk in enumerate(self._walks if worlds is not None else ()):
            if walk is not None and worlds is not None:
                known = self._discrepancies[self.targets[k].id]
                table[:, k] = known.applied(table[:, k], walk[worlds])
        self.advance(len(points))
        return table

    @cached_property
    def _names(self) -> dict[str, str]:
        """Model name of each lever as the resolved scenario spells it."""
        spelt = {canonical(name): name for name in self.ready.inputs.paths}
        return {one.lever.id: spelt[canonical(one.lever.variable)] for one in self.settings}

    def margins(self, points: np.ndarray, worlds: np.ndarray | None = None) -> np.ndarray:
        """How far above its target each indicator is, in parts of the target's way, (m, k)."""
        guard = np.array(self.guard or (0.0,) * len(self.targets))
        # The guard is against numerical error, which an ensemble's verdicts do not count.
        edge = self.lowest if worlds is not None else self.lowest + guard
        found: np.ndarray = (self.values(points, worlds) - edge) / self.span
        return found

    def in_all_worlds(self, points: np.ndarray, worlds: int | None = None) -> np.ndarray:
        """The worst margin of each point in each of the first worlds, shape (m, world)."""
        count = self.worlds if worlds is None else worlds
        numbers = np.tile(np.arange(count), len(points))
        margins = self.margins(np.repeat(points, count, axis=0), numbers)
        worst: np.ndarray = np.nan_to_num(margins, nan=-1e3).min(axis=1)
        return worst.reshape(len(points), count)

    def question(self) -> Question:
        """The least change of the levers that meets the targets in one run."""
        return Question(
            lower=np.array([one.low for one in self.settings]),
            upper=np.array([one.high for one in self.settings]),
            start=self.start,
            price=np.array([one.price for one in self.settings]),
            margins=self.margins,
            step=1e-4,
        )

    def scenario_at(self, point: np.ndarray, name: str) -> Scenario:
        """The scenario with the levers set, which `zjsim run` takes."""
        changed = {
            one.lever.id: self._entry(one, float(value))
            for one, value in zip(self.settings, point, strict=True)
            if value != one.start
        }
        if not changed:
            return self.scenario
        # The grounds of the scenario are not those of what is added to it.
        return self.scenario.with_(name=name, levers=changed).changed(why={})

    def _entry(self, one: Setting, value: float) -> object:
        own = self.scenario.levers.get(one.lever.id)
        plain = own is not None and (own.shape, own.from_year, own.until_year) == (None, None, None)
        if own is None or plain:
            return value
        entry = {"shape": own.shape, "to": value, "from": own.from_year, "until": own.until_year}
        return {key: part for key, part in entry.items() if part is not None}


def _height(levers: Mapping[str, LeverPath], name: str) -> float:
    """What a lever's path reaches; 0 for one that the scenario leaves at rest."""
    return float(levers[name].to or 0.0) if name in levers else 0.0


def open_bench(
    plan: OpenPlan,
    scenario: Scenario,
    targets: Sequence[Indicator],
    *,
    levers: Sequence[str] | None = None,
    cost: Cost = "budget",
    reallocate: bool = False,
    worlds: int = 0,
) -> Bench:
    """The levers that may be set, with their bounds and prices.

    Parameters
    ----------
    levers : sequence of str or None
        Ids or labels; None is every lever that the plan carries out itself (no national rule).
    cost : {"budget", "steps", "equal"}
        ``budget``: the share of the fiscal envelope that ``cost_share`` of ``levers.yaml`` names.
        ``steps``: one for the whole way from the base year's effort to the plan as written.
        ``equal``: one for the whole range of a lever.
    reallocate : bool
        Levers may also fall below the scenario; a cut costs as much as a rise.

    Raises
    ------
    RunError
        For a lever that there is not, that has no number to set, or that has no cost.
    """
    chosen = []
    for name in levers or ():
        found = find_lever(name.strip(), plan.levers)
        if found is None:
            hint = lever_hint(name.strip(), plan.levers)
            raise RunError(f"--levers {name}: no such lever. {hint}")
        chosen.append(found)
    chosen = chosen or [lever for lever in plan.levers if lever.delayable]
    if cost == "budget" and not levers:
        chosen = [lever for lever in chosen if lever.cost_share]
    if cost not in COSTS:
        raise RunError(f"--cost {cost}: choose {', '.join(COSTS)}.")
    made = tuple(_setting(plan, scenario, lever, cost, reallocate) for lever in chosen)
    if not made:
        raise RunError(
            f"{plan.folder.name}: no lever has a cost_share in levers.yaml, so a budget cannot be "
            "counted. Use --cost steps or --cost equal."
        )
    idle = {one.lever.id: 1.0 for one in made if not _height(scenario.levers, one.lever.id)}
    ready = prepare(
        plan, scenario.with_(levers=idle) if idle else scenario,
        backend=backend_for_search(plan.program),
    )  # fmt: skip
    return Bench(plan, scenario, made, ready, tuple(targets), worlds)


def _setting(
    plan: OpenPlan, scenario: Scenario, lever: Lever, cost: Cost, reallocate: bool
) -> Setting:
    own = scenario.levers.get(lever.id)
    if own is not None and own.shape == "table":
        raise RunError(
            f"{scenario.name}: {lever.id} is a table over the years, so there is no one number to "
            "set. Give it a shape with `to`, or leave it out with --levers."
        )
    start = _height(scenario.levers, lever.id)
    return Setting(
        lever, start, lever.low if reallocate else start, lever.high, price_of(plan, lever, cost)
    )


def price_of(plan: OpenPlan, lever: Lever, cost: Cost) -> float:
    """Cost of one unit of a lever.

    Raises
    ------
    RunError
        When the budget is asked for and the lever names no share of it.
    """
    if cost == "equal":
        return 1 / (lever.high - lever.low)
    if cost == "steps":
        return 1 / abs(lever.plan) if lever.plan else 1.0
    values = {canonical(name): value for name, value in plan.names.constants.items()}
    share = values.get(canonical(lever.cost_share)) if lever.cost_share else None
    if share is None:
        raise RunError(
            f"{lever.id}: no cost_share in {lever.at.rpartition(':')[0]}, so it is outside the "
            "budget. Leave it out of --levers, or use --cost steps or --cost equal."
        )
    return float(share)
