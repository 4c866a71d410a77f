"""Several settings of the levers in the same worlds: the draws are those of one scenario."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zjsim.analysis.deciding.experiments import laid_over, run_worlds
from zjsim.analysis.deciding.levers import Cost, price_of
from zjsim.assessment.plan import Indicator
from zjsim.cache import content_hash
from zjsim.ensembles.chunks import bundle_hash
from zjsim.errors import RunError
from zjsim.files import atomic
from zjsim.inputs import Inputs, TimePath
from zjsim.model.names import canonical
from zjsim.openplan import OpenPlan
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.compare import diff
from zjsim.scenario.draws import SamplePlan
from zjsim.scenario.resolve import Resolved
from zjsim.scenario.schema import Scenario
from zjsim.scenario.tables import Lever

END = 0.5  # of a year, from its middle


@dataclass(frozen=True, repr=False)
class Strategy:
    """A setting of the levers.

    Parameters
    ----------
    name : str
    label : mapping
        Words by language; empty when its scenario has none.
    scenario : Scenario
    paths : mapping of lever id to TimePath
        Of the levers in use.
    effort : float
        Sum over the levers of price times the most that their path reaches.
    """

    name: str
    label: Mapping[str, str]
    scenario: Scenario
    paths: Mapping[str, TimePath]
    effort: float

    def __repr__(self) -> str:
        return f"<Strategy {self.name}: {len(self.paths)} levers>"


@dataclass(frozen=True, repr=False)
class Field:
    """Strategies, and the worlds that all of them meet.

    Parameters
    ----------
    ready : Prepared
        The scenario that the worlds are drawn from, with every lever in use that any strategy
        uses, so that each has its own draw of how far it is carried out.
    strategies : tuple of Strategy
    targets : tuple of Indicator
    cost : {"budget", "steps", "equal"}
        What effort is counted in.
    """

    ready: Prepared
    strategies: tuple[Strategy, ...]
    targets: tuple[Indicator, ...]
    cost: Cost

    @property
    def plan(self) -> OpenPlan:
        """Of the scenario."""
        return self.ready.plan

    def _used(self) -> dict[str, Lever]:
        ids = {name for one in self.strategies for name in one.paths}
        return {lever.id: lever for lever in self.plan.levers if lever.id in ids}

    def values(
        self,
        strategy: Strategy,
        sample: SamplePlan,
        n: int,
        *,
        then: Strategy | None = None,
        since: float | None = None,
        years: Sequence[int] | None = None,
        kept: Path | None = None,
        advance: Callable[[int], None] = lambda count: None,
    ) -> np.ndarray:
        """Each indicator in the first ``n`` draws, with discrepancy, in the printed unit.

        Parameters
        ----------
        then, since : Strategy and float, or None
            The levers follow another strategy from that time on.
        years : sequence of int or None
            In which it is read; None is each target's own year.
        kept : Path or None
            Folder in which what was computed is kept, and found again.

        Returns
        -------
        array, shape (n, k), with years (n, year, k)
        """
        used = self._used()
        paths = {name: _path_of(strategy, name, then, since) for name in used}

        def settle(inputs: Inputs, draws: Mapping[str, np.ndarray]) -> Inputs:
            changed = dict(inputs.paths)
            spelt = {canonical(name): name for name in changed}
            for name, lever in used.items():
                carried = draws.get(f"levers.{name}")
                own = paths[name].values
                asked = own if carried is None else own * carried[:, None]
                changed[spelt[canonical(lever.variable)]] = TimePath(
                    paths[name].times, np.clip(asked, lever.low, lever.high)
                )
            return replace(inputs, paths=changed)

        def compute() -> np.ndarray:
            return run_worlds(
                self.ready, sample, self.targets, 0, n, settle=settle, years=years, advance=advance
            )

        modelled = compute() if kept is None else self._kept(kept, compute, paths, sample, n, years)
        return laid_over(self.plan, sample, self.targets, modelled, 0, years)

    def _kept(
        self, folder: Path, compute: Callable[[], np.ndarray], paths: Mapping[str, TimePath],
        sample: SamplePlan, n: int, years: Sequence[int] | None,
    ) -> np.ndarray:  # fmt: skip
        """What an earlier call left of the same runs, else computed and left for a later one."""
        said = [
            bundle_hash(self.plan.folder), self.ready.resolved.hash, str(sample.seed), str(n),
            sample.method, json.dumps(years), *(item.id for item in self.targets),
        ]  # fmt: skip
        for name in sorted(paths):
            said += [name, paths[name].times.tobytes().hex(), paths[name].values.tobytes().hex()]
        file = folder / f"{content_hash(*said)[:24]}.npy"
        try:
            return np.asarray(np.load(file, allow_pickle=False))
        except (OSError, ValueError):
            found = compute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with atomic(file) as part, part.open("wb") as stream:
                np.save(stream, found, allow_pickle=False)
        except OSError as problem:
            raise RunError(f"{folder}: cannot be written ({problem.strerror}).") from None
        return found


def _path_of(strategy: Strategy, name: str, then: Strategy | None, since: float | None) -> TimePath:
    idle = TimePath(np.array([0.0]), np.array([[0.0]]))
    first = strategy.paths.get(name, idle)
    if then is None or since is None:
        return first
    second = then.paths.get(name, idle)
    before, after = first.times[first.times < since], second.times[second.times > since]
    at = np.array([since])
    values = [
        first.values[:, first.times < since], first.left(at), second.right(at),
        second.values[:, second.times > since],
    ]  # fmt: skip
    return TimePath(np.concatenate([before, at, at, after]), np.concatenate(values, axis=1))


def open_field(
    plan: OpenPlan,
    scenarios: Sequence[Scenario],
    targets: Sequence[Indicator],
    *,
    world: Scenario | None = None,
    cost: Cost = "budget",
) -> Field:
    """Strategies against the worlds of one scenario.

    Parameters
    ----------
    world : Scenario or None
        What the worlds are drawn around; then only the levers of each strategy are taken. None is
        the first strategy, from which the others may differ in levers only.

    Raises
    ------
    RunError
        When there are fewer than two strategies, two have one name, or one differs in what no
        policy sets.
    """
    names = [one.name for one in scenarios]
    if len(names) < 2:
        raise RunError("robust: one strategy has nothing to be held against; name two or more.")
    for name in names:
        if names.count(name) > 1:
            raise RunError(f"{name}: two strategies have this name. Give one of them another.")
    resolved = [prepare(plan, one).resolved for one in scenarios]
    if world is None:
        _only_levers(resolved)
    else:
        _same_time(prepare(plan, world).resolved, resolved)
    strategies = tuple(
        Strategy(one.scenario.name, one.scenario.label, one.scenario, paths_in(plan, one), 0.0)
        for one in resolved
    )
    strategies, counted = _priced(plan, strategies, cost)
    base = scenarios[0] if world is None else world
    used = {name for one in strategies for name in one.paths}
    idle = {name: 1.0 for name in used if name not in base.levers or not base.levers[name].to}
    ready = prepare(plan, base.with_(levers=idle) if idle else base)
    return Field(ready, strategies, tuple(targets), counted)


def _only_levers(resolved: Sequence[Resolved]) -> None:
    first = resolved[0]
    for other in resolved[1:]:
        # How many runs a file asks for, and from which seed, is set for all.
        foreign = [x for x in diff(first, other) if x.kind not in ("lever", "sampling")]
        if foreign:
            said = ", ".join(f"{x.kind} {x.id}" for x in foreign[:4])
            more = f" and {len(foreign) - 4} more" if len(foreign) > 4 else ""
            own = first.scenario.name
            raise RunError(
                f"{other.scenario.name} differs from {own} in what no policy sets ({said}{more}), "
                f"so the two do not meet the same worlds. With --world {own} (in Python "
                f'world="{own}") only the levers of each strategy are taken.'
            )


def _same_time(world: Resolved, resolved: Sequence[Resolved]) -> None:
    grid = world.inputs.grid
    for one in resolved:
        if (one.inputs.grid.start, one.inputs.grid.stop) != (grid.start, grid.stop):
            raise RunError(f"{one.scenario.name} runs over other years than {world.scenario.name}.")


def paths_in(plan: OpenPlan, resolved: Resolved) -> dict[str, TimePath]:
    """The path of each lever in use, by its id."""
    spelt = {canonical(name): path for name, path in resolved.inputs.paths.items()}
    found = {}
    for lever in plan.levers:
        path = spelt.get(canonical(lever.variable))
        if path is not None and np.any(path.values):
            found[lever.id] = path
    return found


def _priced(
    plan: OpenPlan, strategies: Sequence[Strategy], cost: Cost
) -> tuple[tuple[Strategy, ...], Cost]:
    """Each strategy with its effort; in steps where no lever names a share of the budget."""
    if cost == "budget" and not any(lever.cost_share for lever in plan.levers):
        cost = "steps"

    made = [
        replace(one, effort=effort_in(plan, plan.levers, one.paths, cost)) for one in strategies
    ]
    return tuple(made), cost


def effort_in(
    plan: OpenPlan, levers: Sequence[Lever], paths: Mapping[str, TimePath], cost: Cost
) -> float:
    """Sum over some levers of price times the most that their path reaches."""
    return sum(
        price_of(plan, lever, cost) * float(paths[lever.id].values.max())
        for lever in levers
        # A national rule costs the plan's own budget nothing.
        if lever.id in paths and lever.delayable and (cost != "budget" or lever.cost_share)
    )
