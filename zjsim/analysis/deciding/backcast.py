"""What would it take? The least additional effort that meets targets, and how that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from zjsim.analysis.deciding.answer import (
    Backcast,
    Certificate,
    LeverChange,
    Outcome,
    TargetPrice,
)
from zjsim.analysis.deciding.certificate import (
    Design,
    check_directions,
    least_cost,
    most_alone,
    most_of,
)
from zjsim.analysis.deciding.chance import Straight
from zjsim.analysis.deciding.levers import Bench, Cost, open_bench
from zjsim.analysis.deciding.reach import Reach, reachable
from zjsim.analysis.deciding.search import (
    STARTS,
    Found,
    Margins,
    Question,
    highest_worst,
    least_change,
    linear_weights,
    rounded_outwards,
    starting_points,
)
from zjsim.analysis.deciding.worlds import (
    FULL,
    frontier_about,
    highest_share,
    least_change_in_worlds,
    share_at,
)
from zjsim.assessment.plan import Indicator
from zjsim.errors import RunError
from zjsim.judging import assess
from zjsim.openplan import OpenPlan, PlanLike, ScenarioLike, open_plan
from zjsim.scenario.python_words import python_words
from zjsim.scenario.reader import Changes
from zjsim.workflow import simulate

WORLDS = 1024
FEW = 4  # starts of a search that cannot succeed
# A weight below this is a rounding error of linear programming.
NO_WEIGHT = 1e-9
TURNING = 0.1  # part of steps against their direction from which a search is global too


def chosen_targets(plan: OpenPlan, wanted: str | Sequence[int | str]) -> tuple[Indicator, ...]:
    """The targets meant: ``all``, ``binding``, or numbers, ids or labels.

    Raises
    ------
    PlanError
        When there is no such target; near misses are named.
    """
    items = plan.plan.indicators
    if wanted == "all":
        return tuple(items)
    if wanted == "binding":
        chosen = tuple(item for item in items if item.binding)
        if not chosen:
            raise RunError(
                "--targets binding: the plan has no binding target. Name targets, or all."
            )
        return chosen
    names = wanted.split(",") if isinstance(wanted, str) else wanted
    found = dict.fromkeys(plan.plan.indicator(name) for name in names)
    if not found:
        raise RunError("--targets: name at least one, or binding, or all.")
    return tuple(found)


def backcast(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    targets: str | Sequence[int | str] = "binding",
    probability: float | None = None,
    worlds: int = WORLDS,
    movable: Sequence[str] | None = None,
    cost: Cost = "budget",
    reallocate: bool = False,
    prices: bool = True,
    starts: int = STARTS,
    seed: int = 0,
    advance: Callable[[int], None] = lambda count: None,
) -> Backcast:
    """The least additional effort that meets the chosen targets.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenario : str, Path, mapping or Scenario
        A shipped name, a file, the content of one, or a Scenario; see `read_scenario`.
    changes : str, sequence of str, or mapping
        Laid over the scenario: ``"levers.rd_support=1.2"``, several of them, or
        ``{"levers.rd_support": 1.2}``.
    levers, drivers, constants : mapping or None
        The same as mappings: ``levers={"rd_support": 1.2}``.
    targets : {"binding", "all"}, str or sequence
        Numbers, ids or labels, in one text by commas or one by one.
    probability : float or None
        Meet them together in this share of the scenario's ensemble, parts of one; None is one run.
    worlds : int
        Draws of that ensemble; every candidate is tried on the same ones. Of draws after learning
        at most half: the others count the share where nothing was searched.
    movable : sequence of str or None
        Ids or labels of the levers that may be set; None is all that the plan carries out itself.
    cost : {"budget", "steps", "equal"}
        What a change of a lever costs. ``budget``: its ``cost_share`` of the fiscal envelope.
        ``steps``: 1 for the plan as written. ``equal``: 1 for a lever's whole range.
    reallocate : bool
        Levers may also be cut below the scenario; a cut costs as much as a rise.
    prices : bool
        Solve again without each target and with each one raised.
    starts, seed : int
        Points from which the search sets out, beside the scenario and the far corner.
    advance : function
        Called with the number of runs that have just been finished.

    Returns
    -------
    Backcast
        ``outcome`` says whether there is an answer and ``certificate`` how that is known;
        ``yaml()`` is the answer as a scenario file.

    Raises
    ------
    ZjsimError
        For an unknown target or lever, a probability outside 0 to 1, or a scenario that does not
        fit the plan.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.backcast("zhejiang", targets=[8], movable=["phase_out"], prices=False)
    >>> found.outcome, round(found.cost, 3)
    ('met', 0.009)
    """
    plan = open_plan(plan)
    if probability is not None and not 0 < probability < 1:
        raise RunError(f"--probability {probability:g}: give a part of one, such as 0.8.")
    with python_words(changes, levers, drivers, constants):
        read = plan.read_scenario(
            scenario, changes, levers=levers, drivers=drivers, constants=constants
        )
    chosen = chosen_targets(plan, targets)
    bench = open_bench(
        plan, read, chosen, levers=movable, cost=cost, reallocate=reallocate,
        worlds=0 if probability is None else worlds,
    )  # fmt: skip
    given = bench.sample.posterior
    if given is not None:
        # The other half of the draws is kept to count the share in worlds not searched.
        bench = replace(bench, worlds=min(bench.worlds, given.n_draw // 2))
    bench = replace(bench, advance=advance)
    work = _Work(bench, probability, cost, prices, starts, seed)
    return work.in_one_run() if probability is None else work.in_worlds(probability)


@dataclass(frozen=True)
class _Work:
    """The work of one `backcast`."""

    bench: Bench
    probability: float | None
    cost: Cost
    priced: bool
    starts: int
    seed: int

    def in_one_run(self) -> Backcast:
        bench = self._guarded()
        question = bench.question()
        if question.worst(question.start)[0] >= 0:
            return self._told(bench, "already", question.start, self._nothing(), ())
        origins = starting_points(question, self.starts, self.seed)
        found = None
        if not self._one_is_out_of_reach(question):
            found = least_change(question, origins, seed=self.seed)
        if found is None or not found.meets:
            # Where one target is out of reach by itself, the best of few starts will do.
            best, design = self._highest(question, origins if found else origins[:FEW])
            if not best.meets:
                return self._not_met(bench, question, best, design)
            again = least_change(question, np.stack([best.point, question.start]), seed=self.seed)
            found = again if again.meets else best
        design = check_directions(question, through=found.point, seed=self.seed)
        if design.most_contrary > TURNING:
            # Slopes that turn may hide a cheaper valley.
            found = least_change(question, origins, seed=self.seed, globally=True)
        weights = linear_weights(question, found.point, by_cost=True)
        bound = min(least_cost(question, design, weights), found.cost)
        point = rounded_outwards(question, found.point)
        cost = float(question.cost(point)[0])
        certificate = self._certificate(found, design, None, bound, cost)
        priced = self._prices(bench, question, design, found, weights)
        return self._told(bench, "met", point, certificate, priced)

    def _one_is_out_of_reach(self, question: Question) -> bool:
        """Whether a target is missed with all levers at the ends that are best for it."""
        design = check_directions(question, seed=self.seed)
        return bool(most_alone(question, design).min() < 0)

    def _highest(self, question: Question, origins: np.ndarray) -> tuple[Found, Design]:
        """The point that comes nearest to every target, and the directions seen through it."""
        best = highest_worst(question, origins, seed=self.seed)
        design = check_directions(question, through=best.point, seed=self.seed)
        if design.most_contrary > TURNING and not best.meets:
            best = highest_worst(question, origins, seed=self.seed, globally=True)
        return best, design

    def _not_met(self, bench: Bench, question: Question, best: Found, design: Design) -> Backcast:
        """Why no setting meets the targets, or how far the best one is off."""
        alone = most_alone(question, design)
        weights = linear_weights(question, best.point, by_cost=False)
        joint = most_of(question, design, weights) if np.isfinite(weights).all() else np.inf
        first = int(alone.argmin())
        short = bench.targets[first].number if alone[first] < 0 else None
        bound = min(float(alone[first]), joint)
        certificate = self._certificate(best, design, short, bound, best.worst)
        values = bench.values(best.point[None])[0]
        most = self._printed(bench, alone)
        rows = tuple(
            TargetPrice(item, float(values[k]), float(most[k]), bool(alone[k] < 0), np.nan, np.nan)
            for k, item in enumerate(bench.targets)
        )
        outcome: Outcome = "impossible" if bound < 0 else "not_found"
        return self._told(bench, outcome, best.point, certificate, rows)

    def in_worlds(self, probability: float) -> Backcast:
        bench, question = self.bench, self.bench.question()
        before = float(share_at(bench, question.start[None])[0])
        if before >= probability:
            shares = (before, before, self._fresh_share(question.start))
            rows = self._world_rows(question.start, None, None)
            return self._told(bench, "already", question.start, self._nothing(), rows, shares)
        origins = starting_points(question, max(self.starts // 2, 1), self.seed)
        found, flat = least_change_in_worlds(bench, probability, origins)
        if not found.meets:
            higher = highest_share(bench, question, np.round(found.point, 3))
            again, about = least_change_in_worlds(bench, probability, origins, higher, FULL)
            found, flat = (again, about) if again.worst > found.worst else (found, flat)
            if share_at(bench, higher[None])[0] - probability > found.worst:
                found = replace(found, point=higher)
        point = self._few_decimals(found, probability)
        share = float(share_at(bench, point[None])[0])
        shares = (before, share, self._fresh_share(point))
        frontier = frontier_about(bench, question, flat, point, (before, share))
        if share >= probability - 1e-12:
            known = Certificate(found.starts, found.agreeing, 0, 0.0, None, np.nan, share)
            saved = self._saved_in_worlds(flat, point, probability) if self.priced else None
            rows = self._world_rows(point, None, saved)
            return self._told(bench, "met", point, known, rows, shares, frontier)
        reach = reachable(bench, question, point, self.seed)
        hardest = int(reach.each.argmin())
        short = bench.targets[hardest].number if reach.each[hardest] < probability else None
        known = Certificate(
            found.starts, found.agreeing, reach.checked, reach.contrary, short,
            float(reach.each[hardest]) if short else reach.together, share,
        )  # fmt: skip
        outcome: Outcome = "impossible" if known.bound < probability - 1e-12 else "not_found"
        rows = self._world_rows(point, reach, None)
        return self._told(bench, outcome, point, known, rows, shares, frontier)

    def _few_decimals(self, found: Found, probability: float) -> np.ndarray:
        """The point as a planner writes it; where the share is not reached, the nearest."""
        question = self.bench.question()
        if not found.meets:
            return np.clip(np.round(found.point, 3), question.lower, question.upper)

        def over(points: np.ndarray) -> np.ndarray:
            return (share_at(self.bench, points) - probability + 1e-12)[:, None]

        return rounded_outwards(replace(question, margins=over), found.point)

    def _fresh_share(self, point: np.ndarray) -> float:
        """The share in as many worlds that the search has not seen."""
        return float(share_at(self._unseen, point[None])[0])

    @cached_property
    def _unseen(self) -> Bench:
        # Draws after learning are what there is: those that the search did not take.
        if self.bench.sample.posterior is not None:
            return replace(self.bench, first=self.bench.worlds)
        return replace(self.bench, seed=self.bench.sample.seed + 1)

    def _world_rows(
        self, point: np.ndarray, reach: Reach | None, saved: Sequence[float] | None
    ) -> tuple[TargetPrice, ...]:
        """Where each target stands in the worlds, and whether it fails where the others do not."""
        bench = self.bench
        values = bench.values(np.repeat(point[None], bench.worlds, axis=0), np.arange(bench.worlds))
        failed = ~(values >= bench.lowest)
        alone = (failed & (failed.sum(axis=1) == 1)[:, None]).any(axis=0)
        return tuple(
            TargetPrice(
                item, float(np.nanmedian(values[:, k])),
                np.nan if reach is None else float(reach.each[k]), bool(alone[k]),
                np.nan if saved is None else saved[k], np.nan,
            )
            for k, item in enumerate(bench.targets)
        )  # fmt: skip

    def _saved_in_worlds(
        self, flat: Straight, point: np.ndarray, probability: float
    ) -> list[float]:
        """Effort saved by leaving out each target, solved again from the answer."""
        bench, question = self.bench, self.bench.question()
        cost, targets = float(question.cost(point)[0]), bench.targets
        saved = []
        for k in range(len(targets)):
            rest = tuple(item for item in targets if item is not targets[k])
            fewer = replace(bench, targets=rest)
            if not rest:
                saved.append(np.nan)
            elif share_at(fewer, question.start[None])[0] >= probability:
                saved.append(cost)
            else:
                again, _ = least_change_in_worlds(
                    fewer, probability, question.start[None], point, FULL
                )
                saved.append(max(cost - again.cost, 0.0) if again.meets else 0.0)
        return saved

    def _prices(
        self, bench: Bench, question: Question, design: Design, found: Found, weights: np.ndarray
    ) -> tuple[TargetPrice, ...]:
        """Each target left out, and each one raised by its last printed decimal."""
        values = bench.values(found.point[None])[0]
        most = self._printed(bench, most_alone(question, design))
        origins = np.stack([question.start, found.point])
        rows = []
        for k, item in enumerate(bench.targets):
            saved = per_unit = np.nan
            others = [place for place in range(len(bench.targets)) if place != k]
            if self.priced and others:
                again = replace(question, margins=_columns(question, others))
                saved = found.cost - least_change(again, origins).cost
            if self.priced:
                more = 10.0**-item.decimals / bench.span[k]
                again = replace(question, margins=_raised(question, k, more))
                dearer = least_change(again, origins)
                per_unit = dearer.cost - found.cost if dearer.meets else np.inf
            binding = bool(weights[k] > NO_WEIGHT)
            rows.append(
                TargetPrice(item, float(values[k]), float(most[k]), binding, float(saved), per_unit)
            )
        return tuple(rows)

    def _guarded(self) -> Bench:
        """The bench that keeps clear of the numerical error, as a verdict must."""
        bench = self.bench
        judged = assess(bench.plan, simulate(bench.plan, bench.scenario))
        errors = [judged.row(item.id).error or 0.0 for item in bench.targets]
        # Twice: the error of the answer may be a little larger than that of the scenario.
        return replace(bench, guard=tuple(2 * error for error in errors))

    def _printed(self, bench: Bench, margins: np.ndarray) -> np.ndarray:
        """Margins as values of the indicators."""
        found: np.ndarray = bench.lowest + margins * bench.span
        return found

    def _nothing(self) -> Certificate:
        return Certificate(0, 0, 0, 0.0, None, 0.0, 0.0)

    def _certificate(
        self, found: Found, design: Design, short: int | None, bound: float, best: float
    ) -> Certificate:
        return Certificate(
            found.starts, found.agreeing, design.points, design.most_contrary, short, bound, best
        )

    def _told(
        self, bench: Bench, outcome: Outcome, point: np.ndarray, certificate: Certificate,
        rows: tuple[TargetPrice, ...],
        shares: tuple[float, float, float] = (np.nan, np.nan, np.nan),
        frontier: np.ndarray | None = None,
    ) -> Backcast:  # fmt: skip
        question = bench.question()
        if outcome in ("impossible", "not_found"):
            # The nearest setting need not be exact: three decimals, as for an answer.
            point = np.clip(np.round(point, 3), question.lower, question.upper)
        moved = tuple(
            LeverChange(
                one.lever.id, one.start, float(value), float(abs(value - one.start) * one.price),
                bool(value in (one.lever.low, one.lever.high)),
            )
            for one, value in zip(bench.settings, point, strict=True)
            if value != one.start
        )  # fmt: skip
        numbers = "_".join(str(item.number) for item in bench.targets)
        name = f"{bench.scenario.name}_meets_{numbers}"[:80]
        made = bench.scenario_at(point, name) if moved else bench.scenario
        rows = rows or tuple(
            TargetPrice(item, float(value), np.nan, False, np.nan, np.nan)
            for item, value in zip(bench.targets, bench.values(point[None])[0], strict=True)
        )
        return Backcast(
            bench.plan, bench.scenario, bench.targets, self.probability, bench.worlds, self.cost,
            outcome, moved, float(question.cost(point)[0]), *shares,
            rows, certificate, np.empty((0, 2)) if frontier is None else frontier,
            made if outcome in ("met", "already") else None, made,
        )  # fmt: skip


def _columns(question: Question, chosen: Sequence[int]) -> Margins:
    """The margins of some targets only."""

    def margins(points: np.ndarray) -> np.ndarray:
        return question.margins(points)[:, list(chosen)]

    return margins


def _raised(question: Question, place: int, more: float) -> Margins:
    """The margins with one target set higher."""

    def margins(points: np.ndarray) -> np.ndarray:
        found = question.margins(points).copy()
        found[:, place] -= more
        return found

    return margins
