"""The parts of a change year by year: what each cause, lever or differing input adds.

In every year the parts are the Shapley values of that year's change, so they sum to it; nothing
is left over, and nothing depends on the order in which the players are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import numpy as np

from zjsim.analysis.decomposition.players import (
    Ends,
    Player,
    between_scenarios,
    causes_switched,
    levers_at_rest,
)
from zjsim.analysis.decomposition.shapley import count_coalitions, shared_out
from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.analysis.validation.subject import subject_of
from zjsim.assessment.plan import Indicator
from zjsim.engines.kernel.engine import Backend, backend_for
from zjsim.errors import RunError
from zjsim.openplan import OpenPlan, PlanLike, ScenarioLike, open_plan
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.draws import SamplePlan
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved

if TYPE_CHECKING:
    import pandas as pd

# Of the change since the base year: the four causes. Of what policy adds: the levers. Of the gap
# between two scenarios: each input that differs, or all levers, all drivers and so on together.
By = Literal["causes", "levers", "inputs", "groups"]
PAIRS = 64
# Runs computed at a time; more would only need memory.
PIECE = 4096


@dataclass(frozen=True)
class Wedges:
    """The parts of each indicator's change, year by year.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
        The scenario.
    against : Resolved or None
        The scenario that it is held against; None where it is held against its own base year
        (``causes``) or against no policy (``levers``).
    by : {"causes", "levers", "inputs", "groups"}
    indicators : tuple of Indicator
    players : tuple of Player
        Who shares in the change.
    years : tuple of int
        From the base year on.
    off, on : array, shape (n_indicator, n_year)
        Each indicator with nothing switched on and with everything, in the printed unit; of
        ``causes`` each less its own value in the base year.
    values : array, shape (n_indicator, n_year)
        Each indicator in the scenario, in the printed unit.
    shares : array, shape (n_player, n_indicator, n_year)
        Sums over players to ``on`` less ``off``. NaN after an indicator's target year.
    errors : array, shape (n_player, n_indicator, n_year)
        Standard errors; 0 where every coalition was run.
    runs : int
    """

    plan: OpenPlan
    resolved: Resolved
    against: Resolved | None
    by: By
    indicators: tuple[Indicator, ...]
    players: tuple[Player, ...]
    years: tuple[int, ...]
    off: np.ndarray
    on: np.ndarray
    values: np.ndarray
    shares: np.ndarray
    errors: np.ndarray
    runs: int

    @property
    def exact(self) -> bool:
        """Whether every coalition was run."""
        return not np.nan_to_num(self.errors).any()

    def at_target(self, table: np.ndarray) -> np.ndarray:
        """Of an array over (…, indicator, year) each indicator in its target year."""
        places = [self.years.index(item.target.year) for item in self.indicators]
        found: np.ndarray = table[..., np.arange(len(places)), places]
        return found

    def to_frame(self, indicator: int | str | None = None) -> pd.DataFrame:
        """The parts: a row an indicator and year, a column a player, and their sum.

        Parameters
        ----------
        indicator : int, str or None
            Number, id or label: its years alone.
        """
        import pandas as pd

        names = [player.id for player in self.players]
        frames = {
            item.id: pd.DataFrame(
                {
                    **dict(zip(names, self.shares[:, k], strict=True)),
                    "sum": self.on[k] - self.off[k],
                },
                index=pd.Index(self.years, name="year"),
            ).dropna(how="all")
            for k, item in enumerate(self.indicators)
        }
        if indicator is not None:
            return frames[self.plan.plan.indicator(indicator).id]
        return pd.concat(frames, names=["indicator"])


def wedges(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    against: ScenarioLike | None = None,
    by: By | None = None,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    pairs: int = PAIRS,
    seed: int = 0,
    advance: Callable[[int], None] = lambda count: None,
) -> Wedges:
    """What each cause, lever or differing input adds to each indicator, year by year.

    Up to twelve players every coalition of them is run; beyond that ``pairs`` random orders are
    walked forwards and backwards, and the errors are theirs.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenario : str, Path, mapping or Scenario
        A shipped name, a file, the content of one, or a Scenario; see `read_scenario`.
    changes : str, sequence of str, or mapping
        Laid over the scenario: ``"levers.rd_support=1.2"``, several of them, or
        ``{"levers.rd_support": 1.2}``.
    against : str, Path, mapping, Scenario or None
        Share out what separates the scenario from this one, among the inputs that differ.
    by : {"causes", "levers", "inputs", "groups"} or None
        ``causes``: the change since the base year among outside world, policy, feedback and
        trends. ``levers``: what policy adds. ``inputs`` and ``groups`` go with ``against``: each
        input that differs, or all levers, all drivers and so on together. None is ``inputs``
        with ``against``, else ``causes``.
    levers, drivers, constants : mapping or None
        The same as mappings: ``levers={"rd_support": 1.2}``.
    pairs, seed : int
        Random orders of more than twelve players, each walked both ways, and their seed.
    advance : function
        Called with the number of runs that have just been finished.

    Returns
    -------
    Wedges
        ``to_frame()`` has a row an indicator and year and a column a player, in the unit of the
        plan; the columns sum to the change.

    Raises
    ------
    ScenarioError
        When the scenario is wrong, moves no lever, or does not differ.
    PlanError
        When causes are asked of a plan that has no protocol that says what is off.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.wedges("zhejiang", "baseline", by="causes")
    >>> found.to_frame("rd_intensity").round(2).loc[2025, "policy"]
    np.float64(0.24)
    """
    opened = open_plan(plan)
    ready = prepare(opened, scenario, changes, levers=levers, drivers=drivers, constants=constants)
    asked = ask(ready, against, by)
    ends = asked.ends()
    items, years = opened.plan.indicators, (opened.plan.base_year, *opened.plan.years)

    def yearly(inside: np.ndarray) -> np.ndarray:
        return _yearly(ends, inside, backend, items, years, advance)

    def worth_of(inside: np.ndarray) -> np.ndarray:
        found = yearly(inside)
        return found - found[:, :, :1] if asked.by == "causes" else found

    names = [player.id for player in ends.players]
    backend = backend_for(count_coalitions(len(names), pairs))
    shape = (len(items), len(years))
    shares, errors, runs = shared_out(
        lambda inside: worth_of(inside).reshape(len(inside), -1), names, pairs, seed
    )
    both = np.array([[False] * len(names), [True] * len(names)])
    off, on = worth_of(both)
    return Wedges(
        opened, ready.resolved, asked.against.resolved if asked.against else None, asked.by, items,
        ends.players, years, off, on, yearly(both[1:])[0],
        shares.reshape(-1, *shape), errors.reshape(-1, *shape), runs,
    )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a change is held against, and among whom it is shared out."""

    ready: Prepared
    against: Prepared | None
    by: By

    def ends(self, worlds: int = 0, seed: int | None = None) -> Ends:
        """Both ends: of one run, or in so many worlds of the ensemble."""
        samples = [
            None if one is None or not worlds else one.sampled(worlds, seed)
            for one in (self.against, self.ready)
        ]
        count = max(worlds, 1)
        if self.against is not None:
            both = cast("tuple[SamplePlan, SamplePlan]", tuple(samples)) if worlds else None
            together = self.by == "groups"
            return between_scenarios(self.against, self.ready, together, both, count)
        if self.by == "levers":
            return levers_at_rest(self.ready, samples[1], count)
        return causes_switched(self.ready, subject_of(self.ready.plan), samples[1], count)


def ask(ready: Prepared, against: ScenarioLike | None, by: By | None) -> Asked:
    """The scenarios made ready, and a way of sharing that fits them.

    Raises
    ------
    RunError
        When the way does not exist, or does not go with the scenarios.
    """
    by = by or ("causes" if against is None else "inputs")
    if by not in get_args(By):
        raise RunError(f"by {by}: choose {', '.join(get_args(By))}.")
    if (against is None) != (by in ("causes", "levers")):
        hint = "Name the other scenario." if against is None else "Choose inputs or groups."
        with_what = "two scenarios" if against is None else "one scenario alone"
        raise RunError(f"by {by}: shares out what {with_what} shows. {hint}")
    return Asked(ready, None if against is None else prepare(ready.plan, against), by)


def pieces(ends: Ends, inside: np.ndarray) -> Iterator[np.ndarray]:
    """Coalitions, as many at a time as are run together."""
    step = max(PIECE // ends.worlds, 1)
    for first in range(0, len(inside), step):
        yield inside[first : first + step]


def _yearly(
    ends: Ends,
    inside: np.ndarray,
    backend: Backend,
    items: Sequence[Indicator],
    years: Sequence[int],
    advance: Callable[[int], None],
) -> np.ndarray:
    """Each indicator in each year by coalition, shape (n, n_indicator, n_year)."""
    save, found = variables_of(items), []
    for piece in pieces(ends, inside):
        ran = ends.ready.run(ends.inputs(piece, save), backend)
        table = np.stack([indicator_table(ran, items, year) for year in years], axis=2)
        for k, item in enumerate(items):
            table[:, k, [year > item.target.year for year in years]] = np.nan
        found.append(table)
        advance(len(piece))
    return np.concatenate(found)


def variables_of(items: Sequence[Indicator]) -> tuple[str, ...]:
    """Model variables that the indicators read, each once."""
    return tuple(dict.fromkeys(item.variable for item in items))
