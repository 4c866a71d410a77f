"""What carries a projection: each indicator's change since the base year, shared out.

``decompose`` has four causes: the outside world, policy, feedback and trends. Each can be
switched off, so every coalition of them is a run of its own, and the Shapley values of the
sixteen runs sum to the change. ``decompose_levers`` shares what policy adds among the levers.

Off means: drivers stay at their value of the base year; levers at 0 and the administrative
path of energy without a cut; loops cut by their off-switches in ``loops.yaml``; and the
constants that make a world grow on its own at rest, as in the equilibrium test of
``validation.yaml``. A constant that cuts a loop belongs to feedback and to nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.decomposition.players import Player
from zjsim.analysis.decomposition.wedges import PAIRS, Wedges, wedges
from zjsim.assessment.plan import Indicator
from zjsim.openplan import PlanLike, ScenarioLike
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Decomposition:
    """Changes of the indicators shared out among causes.

    Parameters
    ----------
    resolved : Resolved
        The scenario.
    against : Resolved or None
        The scenario that it is held against; None as for `Wedges`.
    indicators : tuple of Indicator
    players : tuple of Player
        Who shares in the change: causes, levers, or inputs that differ.
    base, target : array, shape (n_indicator,)
        Values with every cause off and with every cause on; of `decompose` each less its own
        value in the base year.
    shares : array, shape (n_cause, n_indicator)
        Sums over causes to target less base.
    errors : array, shape (n_cause, n_indicator)
        Standard errors; 0 where every coalition was run.
    runs : int
    """

    resolved: Resolved
    against: Resolved | None
    indicators: tuple[Indicator, ...]
    players: tuple[Player, ...]
    base: np.ndarray
    target: np.ndarray
    shares: np.ndarray
    errors: np.ndarray
    runs: int

    @property
    def causes(self) -> tuple[str, ...]:
        """Ids of the players."""
        return tuple(player.id for player in self.players)

    @property
    def exact(self) -> bool:
        """Whether every coalition was run."""
        return not self.errors.any()

    def to_frame(self) -> pd.DataFrame:
        """Shares: one row per cause, one column per indicator."""
        import pandas as pd

        columns = [item.id for item in self.indicators]
        return pd.DataFrame(self.shares, index=list(self.causes), columns=columns)


def decompose(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> Decomposition:
    """Share each indicator's change since the base year among the four causes.

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

    Returns
    -------
    Decomposition
        ``to_frame()`` has a row a cause and a column an indicator, in the unit of the plan; its
        columns sum to the change.

    Raises
    ------
    PlanError
        When the plan has no protocol that says what is off.
    ScenarioError
        When the scenario is wrong.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.decompose("zhejiang", "baseline").causes
    ('outside', 'policy', 'feedback', 'trends')
    """
    found = wedges(
        plan, scenario, changes, by="causes", levers=levers, drivers=drivers, constants=constants
    )
    return in_target_year(found)


def decompose_levers(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    pairs: int = PAIRS,
    seed: int = 0,
) -> Decomposition:
    """Share what a scenario's levers add in the target year among them.

    Up to twelve levers in use every coalition is run; beyond that ``pairs`` random orders are
    walked forwards and backwards, and the errors are theirs. A lever that is not in use is
    left out.

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
    pairs : int
        Random orders, each walked both ways, when more than twelve levers are in use.
    seed : int
        Of the orders.

    Returns
    -------
    Decomposition
        ``to_frame()`` has a row a cause and a column an indicator, in the unit of the plan; its
        columns sum to the change.

    Raises
    ------
    ScenarioError
        When the scenario is wrong, or moves no lever.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.decompose_levers("zhejiang", "baseline", pairs=2)
    >>> "water" in found.causes
    True
    """
    found = wedges(
        plan, scenario, changes, by="levers", levers=levers, drivers=drivers,
        constants=constants, pairs=pairs, seed=seed,
    )  # fmt: skip
    return in_target_year(found)


def in_target_year(found: Wedges) -> Decomposition:
    """The parts of each indicator's change up to its target year."""
    tables = (found.off, found.on, found.shares, found.errors)
    off, on, shares, errors = map(found.at_target, tables)
    return Decomposition(
        found.resolved, found.against, found.indicators, found.players, off, on, shares, errors,
        found.runs,
    )  # fmt: skip
