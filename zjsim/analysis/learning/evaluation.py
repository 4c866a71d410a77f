"""The evaluation at the end of a plan: what came, and where each gap comes from.

The way from a target to its outturn is walked in parts that add up exactly: what was expected
when the plan began, with all levers carried out in full, is not the target (its ambition); then
drivers, implementation, structure and drift, shared by Shapley over all orders between the
world expected then and the world learnt; then what the outturn has beyond the learnt world,
which is scope, measurement and revised data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from zjsim.analysis.decomposition.shapley import coalitions, exact_values
from zjsim.analysis.history.outside import OutsideView
from zjsim.analysis.learning.learn import PARTICLES, SEED, Learning, learn
from zjsim.analysis.learning.smc import Stage
from zjsim.analysis.learning.work import band_of
from zjsim.analysis.learning.world import World
from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.plan import Indicator
from zjsim.assessment.progress import Verdict, are_passes, compute_verdicts
from zjsim.inputs import Inputs
from zjsim.markup import Shown
from zjsim.model.names import canonical
from zjsim.openplan import PlanLike, open_plan
from zjsim.prepare import Prepared

if TYPE_CHECKING:
    import pandas as pd

    from zjsim.analysis.learning.learn import OwnFigures

Part = Literal["drivers", "implementation", "structure", "drift"]
PARTS: tuple[Part, ...] = get_args(Part)
IMPLEMENTATION = "implementation"  # the constant that is common to all levers
DRAWS = 128  # of the learnt world, each run in every coalition
SETTLED = 0.9
STRONGEST = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """One target at the end of the plan.

    Parameters
    ----------
    indicator : Indicator
    outturn : Observation or None
        The published figure of the target year on the plan's scale; None when there is none.
    latest : Observation or None
        The last published figure before it.
    published : Observation or None
        The same figure as it was published, where the plan's scale is another vintage.
    verdict : Verdict or None
        Of the outturn; None without one.
    low, middle, high : float
        Of the learnt world at the target year: 10 %, median, 90 %.
    probability, headline : float
        That the target is met, after everything learnt: the model's, which where an outturn is
        published does not read it off, and the model's pooled with the outside view.
    target : float
    expected : float
        When the plan began, levers in full, drivers at the outlook.
    parts : mapping of Part to float
        Add up to the learnt world less ``expected``.
    learnt : float
        Mean of the learnt world over the draws that were shared out.
    """

    indicator: Indicator
    outturn: Observation | None
    latest: Observation | None
    published: Observation | None
    verdict: Verdict | None
    low: float
    middle: float
    high: float
    probability: float
    headline: float
    target: float
    expected: float
    parts: Mapping[Part, float]
    learnt: float

    @property
    def ambition(self) -> float:
        """What was expected when the plan began less the target."""
        return self.expected - self.target

    @property
    def scope(self) -> float | None:
        """The outturn less the learnt world: scope, measurement, revised data; None without one."""
        return None if self.outturn is None else self.outturn.value - self.learnt

    @property
    def gap(self) -> float:
        """The outturn, or the learnt world where none is published, less the target."""
        end = self.learnt if self.outturn is None else self.outturn.value
        return end - self.target

    @property
    def revision(self) -> float | None:
        """The figure as published less that on the plan's scale; None where they are one."""
        if self.outturn is None or self.published is None:
            return None
        return self.published.value - self.outturn.value

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None where neither figure nor headline settles it."""
        if self.verdict is not None:
            return bool(are_passes(np.array([str(self.verdict)]))[0])
        if self.headline >= SETTLED:
            return True
        return False if self.headline <= 1 - SETTLED else None


@dataclass(frozen=True, slots=True)
class Needed:
    """What would have had to be true: how futures that meet a target differ from all.

    Parameters
    ----------
    indicator : Indicator
    met, all : int
        Futures as drawn when the plan began.
    strongest : tuple of (key, mean of all, mean of those that meet it, spread of all)
        Inputs that differ most, in the model's units; growth of drivers in parts a year.
    """

    indicator: Indicator
    met: int
    all: int
    strongest: tuple[tuple[str, float, float, float], ...]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Evaluation(Shown):
    """A plan at its end.

    Parameters
    ----------
    learning : Learning
    outcomes : tuple of Outcome
        In the order of the plan.
    needed : tuple of Needed
        Of the targets that were not met.
    outside : OutsideView
        As of the last year.
    """

    learning: Learning
    outcomes: tuple[Outcome, ...]
    needed: tuple[Needed, ...]
    outside: OutsideView

    @property
    def ended(self) -> bool:
        """Whether figures reach the target year; before that the evaluation is an interim one."""
        return self.learning.last.year >= self.outcomes[0].indicator.target.year

    def to_frame(self) -> pd.DataFrame:
        """A row a target: outturn, verdict, and the parts of its gap, in the printed unit."""
        import pandas as pd

        return pd.DataFrame.from_dict(
            {
                o.indicator.id: {
                    "target": o.target,
                    "outturn": o.outturn.value if o.outturn else np.nan,
                    "grade": o.outturn.grade if o.outturn else "",
                    "learnt": o.learnt,
                    "low": o.low,
                    "high": o.high,
                    "probability": o.probability,
                    "headline": o.headline,
                    "gap": o.gap,
                    "ambition": o.ambition,
                    **o.parts,
                    "scope": np.nan if o.scope is None else o.scope,
                }
                for o in self.outcomes
            },
            orient="index",
        )

    def _said(self) -> str:
        met = sum(o.met is True for o in self.outcomes)
        missed = sum(o.met is False for o in self.outcomes)
        return f"{met} targets met, {missed} missed, {len(self.outcomes) - met - missed} open"


def evaluate(
    plan: PlanLike,
    *,
    particles: int = PARTICLES,
    seed: int = SEED,
    observations: OwnFigures = None,
    told: Callable[[int, Stage], None] = lambda year, stage: None,
) -> Evaluation:
    """Evaluate a plan at its end: outturns, where each gap comes from, what was said when.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    particles, seed : int
        Of the learning.
    observations : Observations, DataFrame, path or None
        A user's own figures laid over the published ones.
    told : function
        Called with the year and each stage of the sampler.

    Returns
    -------
    Evaluation
        ``to_frame()`` has a row a target: the outturn, and the parts of the gap, which add up.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.evaluate("zhejiang", particles=64)
    >>> round(float(found.to_frame().loc["high_tech_share", "outturn"]), 1)
    18.2
    """
    opened = open_plan(plan)
    learning = learn(opened, particles=particles, seed=seed, observations=observations, told=told)
    return evaluate_learning(learning)


def evaluate_learning(learning: Learning) -> Evaluation:
    """Evaluate a plan from what was learnt about it.

    Parameters
    ----------
    learning : Learning
        Up to the last year; its first year is the plan's beginning.
    """
    expected, parts, learnt = _shared(learning)
    items = learning.plan.plan.indicators
    last = learning.last
    view, observations = learning.outside(), learning.work.observations
    outcomes = []
    for k, item in enumerate(items):
        outturn = observations.value(item.id, item.target.year)
        outturn = None if outturn is None or outturn.grade == "M" else outturn
        before = observations.latest(item.id, item.base.year, item.target.year - 1)
        share = last.probabilities.targets[k].value
        low, middle, high = band_of(last.values[:, k, -1])
        outcomes.append(
            Outcome(
                indicator=item, outturn=outturn, latest=before,
                published=_as_published(learning, item, observations),
                verdict=_verdict(item, outturn), low=low, middle=middle, high=high,
                probability=share, headline=view.pooled(item.id, share), target=item.target.value,
                expected=float(expected[k]),
                parts={name: float(parts[p, k]) for p, name in enumerate(PARTS)},
                learnt=float(learnt[k]),
            )
        )  # fmt: skip
    needed = tuple(
        _needed(learning, k) for k, outcome in enumerate(outcomes) if outcome.met is not True
    )
    return Evaluation(learning, tuple(outcomes), needed, view)


def _as_published(
    learning: Learning, item: Indicator, observations: Observations
) -> Observation | None:
    """The target year's figure in the vintage that it was published in, where that is another."""
    for row in learning.world.file.rows:
        of_vintage = row.comparison.vintage and row.of_plan_scale != 1
        if row.indicator == item.id and row.comparison.measure == "level" and of_vintage:
            return observations.value(row.comparison.series, item.target.year)
    return None


def _verdict(item: Indicator, outturn: Observation | None) -> Verdict | None:
    if outturn is None:
        return None
    values = np.array([outturn.value])
    return Verdict(str(compute_verdicts(values, item.target.lowest, item.target.highest)[0]))


def _shared(learning: Learning) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What was expected, the Shapley parts of what was learnt, and what was learnt."""
    world = learning.world
    before = learning.steps[0].posterior.scores.mean(axis=0)
    after = learning.last.posterior.scores[:DRAWS]
    blocks = _blocks(world)
    items = learning.plan.plan.indicators
    known = {True: learning.last.year, False: learning.steps[0].year}
    prepared = {drivers: world.prepared(year) for drivers, year in known.items()}
    worth = []
    for members in coalitions(len(PARTS)):
        inside = dict(zip(PARTS, members, strict=True))
        scores = np.repeat(before[None], len(after), axis=0)
        for name, columns in blocks.items():
            if inside[name]:
                scores[:, columns] = after[:, columns]
        ready = prepared[bool(inside["drivers"])]
        inputs = world.inputs("plan", ready, scores)
        if not inside["implementation"]:
            inputs = _in_full(world, ready, inputs)
        grid = replace(inputs.grid, step=ready.inputs.grid.step)
        save = learning.plan.indicator_variables
        ran = world.compiled.run(replace(inputs, grid=grid, save=save))
        worth.append(np.nanmean(indicator_table(ran, items), axis=0))
    table = np.stack(worth)
    return table[0], exact_values(table), table[-1]


def _blocks(world: World) -> Mapping[Part, np.ndarray]:
    """Columns of the scores by the part of the gap that they belong to."""
    layout = world.layout
    effort = [
        k
        for k, d in enumerate(layout.dimensions)
        if d.kind == "lever" or canonical(d.name) == IMPLEMENTATION
    ]
    structure = [k for k in range(len(layout.dimensions)) if k not in effort]
    drift = range(len(layout.dimensions), layout.size)
    return {
        "implementation": np.array(effort, dtype=int),
        "structure": np.array(structure, dtype=int),
        "drift": np.array(drift, dtype=int),
    }


def _in_full(world: World, ready: Prepared, inputs: Inputs) -> Inputs:
    """The same with every lever carried out in full."""
    layout, plain = world.layout, ready.inputs
    paths, constants = dict(inputs.paths), dict(inputs.constants)
    for dimension in layout.dimensions:
        if dimension.kind == "lever":
            paths[dimension.name] = plain.paths[dimension.name]
        elif canonical(dimension.name) == IMPLEMENTATION:
            constants[dimension.name] = np.ones(1)
    return replace(inputs, paths=paths, constants=constants)


def _needed(learning: Learning, place: int) -> Needed:
    """How the futures of the plan's beginning that meet a target differ from all of them."""
    first = learning.steps[0]
    drawn = learning.work.drawn_inputs(first.posterior.scores, first.year)
    item = learning.plan.plan.indicators[place]
    final = first.values[:, place, -1]
    verdicts = compute_verdicts(final, item.target.lowest, item.target.highest)
    met = are_passes(verdicts)
    rows = []
    if met.sum() >= 2:
        for key, values in drawn.items():
            spread = float(values.std())
            if spread > 0:
                away = float(values[met].mean() - values.mean())
                rows.append((abs(away) / spread, key, values))
    rows.sort(key=lambda row: -row[0])
    strongest = tuple(
        (key, float(v.mean()), float(v[met].mean()), float(v.std()))
        for _, key, v in rows[:STRONGEST]
    )
    return Needed(item, int(met.sum()), int(met.size), strongest)
