"""What each cause, lever or differing input adds to the probability that a target is met.

Every coalition is run in the same worlds, so the parts are means over worlds of what a player
adds in each; they sum to the change of the probability exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.decomposition.players import Ends, Player
from zjsim.analysis.decomposition.shapley import count_coalitions, shared_out
from zjsim.analysis.decomposition.wedges import Asked, By, ask, pieces, variables_of
from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.analysis.uncertainty.statistics import judge_values
from zjsim.assessment.plan import Indicator
from zjsim.engines.kernel.engine import Backend, backend_for
from zjsim.errors import RunError
from zjsim.judging import lay_over
from zjsim.openplan import OpenPlan, PlanLike, ScenarioLike, open_plan
from zjsim.prepare import prepare
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved

if TYPE_CHECKING:
    import pandas as pd

WORLDS, PAIRS = 256, 4
BATCHES = 8  # of worlds; how far their means lie apart is the sampling error
MOST_RUNS = 2_000_000


@dataclass(frozen=True)
class ChanceWedges:
    """The parts of the change of each probability.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
        The scenario.
    against : Resolved or None
        The scenario that it is held against; None as for `Wedges`.
    by : {"causes", "levers", "inputs", "groups"}
    indicators : tuple of Indicator
    players : tuple of Player
    off, on : array, shape (n_indicator + 2,)
        Probability of each target, of all binding ones together and of all together, with nothing
        switched on and with everything; parts of one.
    shares : array, shape (n_player, n_indicator + 2)
        Sums over players to ``on`` less ``off``.
    errors : array, shape (n_player, n_indicator + 2)
        Standard errors: of the draws, and of the orders where not every coalition was run.
    worlds, seed, runs : int
        Draws of each coalition and their seed; runs of the model.
    """

    plan: OpenPlan
    resolved: Resolved
    against: Resolved | None
    by: By
    indicators: tuple[Indicator, ...]
    players: tuple[Player, ...]
    off: np.ndarray
    on: np.ndarray
    shares: np.ndarray
    errors: np.ndarray
    worlds: int
    seed: int
    runs: int

    @property
    def columns(self) -> tuple[str, ...]:
        """What the probabilities are of: ids of indicators, ``binding`` and ``all``."""
        return (*(item.id for item in self.indicators), "binding", "all")

    def to_frame(self) -> pd.DataFrame:
        """The parts: a row a probability, a column a player, then ``off``, ``on``; parts of one."""
        import pandas as pd

        names = [player.id for player in self.players]
        frame = pd.DataFrame(self.shares.T, index=list(self.columns), columns=names)
        return frame.assign(off=self.off, on=self.on)


def chance_wedges(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    against: ScenarioLike | None = None,
    by: By | None = None,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    worlds: int = WORLDS,
    seed: int | None = None,
    pairs: int = PAIRS,
    advance: Callable[[int], None] = lambda count: None,
) -> ChanceWedges:
    """What each cause, lever or differing input adds to the probability of each target.

    Parameters
    ----------
    plan, scenario, changes, against, by, levers, drivers, constants
        As for `wedges`.
    worlds : int
        Draws of the scenario's ensemble, the same for every coalition. Between two scenarios, what
        both draw alike has the same draws in both.
    seed : int or None
        Of the draws; None is that of the scenario.
    pairs : int
        Random orders of more than twelve players, each walked both ways.
    advance : function
        Called with the number of runs that have just been finished.

    Returns
    -------
    ChanceWedges
        ``to_frame()`` has a row a probability and a column a player.

    Raises
    ------
    RunError
        When this would be more than two million runs.
    ScenarioError, PlanError
        As for `wedges`.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.chance_wedges("zhejiang", against="frozen_effort", by="groups", worlds=16)
    >>> found.to_frame().columns.tolist()
    ['levers', 'off', 'on']
    """
    opened = open_plan(plan)
    ready = prepare(opened, scenario, changes, levers=levers, drivers=drivers, constants=constants)
    asked = ask(ready, against, by)
    if worlds < BATCHES:
        raise RunError(f"worlds={worlds}: a probability needs at least {BATCHES}.")
    ends = asked.ends(worlds, seed)
    names = [player.id for player in ends.players]
    runs = count_coalitions(len(names), pairs) * worlds
    if runs > MOST_RUNS:
        raise RunError(
            f"{len(names)} inputs in {worlds:,} worlds are {runs:,} runs, more than {MOST_RUNS:,}. "
            "Ask for fewer worlds, or share out by causes or groups."
        )
    judge = _Judge(asked, ends, backend_for(runs), ready.sampled(worlds, seed).seed, advance)
    batched, spread, coalitions = shared_out(judge.worth_of, names, pairs, 0)
    shape = (len(names), -1, BATCHES)
    each, orders = batched.reshape(shape), spread.reshape(shape).mean(axis=2)
    drawn = each.std(axis=2, ddof=1) / np.sqrt(BATCHES)
    weights = judge.weights
    off, on = judge.worth_of(np.array([[False] * len(names), [True] * len(names)]))
    return ChanceWedges(
        opened, ready.resolved, asked.against.resolved if asked.against else None, asked.by,
        opened.plan.indicators, ends.players, off.reshape(shape[1:]) @ weights,
        on.reshape(shape[1:]) @ weights, each @ weights, np.hypot(drawn, orders),
        judge.worlds, judge.seed, coalitions * judge.worlds,
    )  # fmt: skip


@dataclass(frozen=True)
class _Judge:
    """How often coalitions meet the targets."""

    asked: Asked
    ends: Ends
    backend: Backend
    seed: int
    advance: Callable[[int], None]

    @property
    def worlds(self) -> int:
        """Draws in which each coalition is run."""
        return self.ends.worlds

    @property
    def weights(self) -> np.ndarray:
        """Part of the worlds that each batch has, shape (BATCHES,)."""
        batches = np.array_split(np.arange(self.worlds), BATCHES)
        return np.array([batch.size for batch in batches]) / self.worlds

    def worth_of(self, inside: np.ndarray) -> np.ndarray:
        """Share of each batch of worlds that meets each target, the binding ones and all.

        Shape (n_coalition, (n_indicator + 2) * BATCHES).
        """
        found = []
        for piece in pieces(self.ends, inside):
            met = self._met(piece).reshape(len(piece), self.worlds, -1)
            batches = np.array_split(met, BATCHES, axis=1)
            shares = np.stack([batch.mean(axis=1) for batch in batches], axis=2)
            found.append(shares.reshape(len(piece), -1))
            self.advance(len(piece) * self.worlds)
        return np.concatenate(found)

    def _met(self, piece: np.ndarray) -> np.ndarray:
        """Whether each run meets each target, the binding ones and all of them."""
        plan = self.asked.ready.plan
        items = plan.plan.indicators
        ran = self.ends.ready.run(self.ends.inputs(piece, variables_of(items)), self.backend)
        values = indicator_table(ran, items)
        # After learning the drifts are among the draws, as in `zjsim ensemble`.
        laid = {} if self.asked.ready.resolved.posterior else plan.discrepancies
        numbers, base = np.tile(np.arange(self.worlds), len(piece)), plan.plan.base_year
        for k, item in enumerate(items):
            if item.id in laid:
                one, year = laid[item.id], item.target.year
                column = [values[:, k]]
                values[:, k] = lay_over(one, column, [year], item, base, self.seed, numbers)[0]
        met, _ = judge_values(values, items)
        binding = met[:, [item.binding for item in items]].all(axis=1)
        return np.column_stack([met, binding, met.all(axis=1)]).astype(float)
