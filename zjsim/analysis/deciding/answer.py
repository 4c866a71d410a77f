"""The answer of a backcast: the levers, the prices, and how it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from zjsim.analysis.deciding.levers import Cost
from zjsim.assessment.plan import Indicator
from zjsim.errors import RunError
from zjsim.openplan import OpenPlan
from zjsim.scenario.schema import Scenario
from zjsim.scenario.writing import scenario_text

if TYPE_CHECKING:
    import pandas as pd

# already: the scenario meets the targets; met: a setting of the levers does; impossible: none can,
# as far as directions were checked; not_found: none was found, and nothing shows that none is.
Outcome = Literal["already", "met", "impossible", "not_found"]


@dataclass(frozen=True, slots=True)
class TargetPrice:
    """What one target costs within the set.

    Parameters
    ----------
    indicator : Indicator
    value : float
        Of the indicator in the answer (of an ensemble the median), in the printed unit.
    most : float
        The most that the levers alone can make of it, as far as directions were checked; of an
        ensemble the share of worlds that can meet it with a setting of their own. NaN where that
        was not looked for.
    binding : bool
        Whether effort would be saved without this target; of an ensemble whether it is the only
        one missed in some world.
    saved : float
        Effort saved by leaving it out, solved again; NaN where it is the only one.
    per_unit : float
        Effort for one more unit of the last printed decimal, solved again; infinite where that is
        out of reach, NaN in an ensemble.
    """

    indicator: Indicator
    value: float
    most: float
    binding: bool
    saved: float
    per_unit: float


@dataclass(frozen=True, slots=True)
class LeverChange:
    """One lever of the answer: what it was, what it becomes, what that costs."""

    lever: str
    before: float
    after: float
    cost: float
    at_bound: bool


@dataclass(frozen=True)
class Certificate:
    """How the outcome is known.

    Parameters
    ----------
    starts, agreeing : int
        Searches made, and those that ended at the same cost or margin.
    checked : int
        Runs in which the directions of levers were checked; of an ensemble runs from random
        settings, against which the best setting of each world was checked.
    contrary : float
        Largest part of single steps against their direction, over the targets; of an ensemble the
        part of these runs that did better.
    short_of : int or None
        Number of the target that no setting reaches by itself; None where that is not why.
    bound : float
        Of ``met`` the least cost there can be; of ``impossible`` and ``not_found`` the highest
        worst margin there can be, in parts of a target's way from base to target; in an ensemble
        the highest share of worlds (NaN of ``met``).
    best : float
        The same of the best that was found.
    """

    starts: int
    agreeing: int
    checked: int
    contrary: float
    short_of: int | None
    bound: float
    best: float


@dataclass(frozen=True)
class Backcast:
    """The answer to what it would take.

    Parameters
    ----------
    plan : OpenPlan
    before : Scenario
        The scenario asked about.
    targets : tuple of Indicator
    probability : float or None
        Wanted share of worlds in which all chosen targets are met; None is one run.
    worlds : int
    cost_rule : {"budget", "steps", "equal"}
    outcome : {"already", "met", "impossible", "not_found"}
    changes : tuple of LeverChange
        Of the answer, or of the best that was found.
    cost : float
        Additional effort: with ``budget`` in parts of the fiscal envelope of the base year.
    share_before, share : float
        Share of worlds in which the targets are met, before and in the answer; NaN of one run.
    share_fresh : float
        The share of the answer in as many worlds that the search has not seen.
    prices : tuple of TargetPrice
    certificate : Certificate
    frontier : array, shape (n, 2)
        Effort and the share of worlds it buys; empty of one run.
    answer : Scenario or None
        The scenario that meets the targets; None where there is none.
    closest : Scenario
        The answer, or the setting that comes nearest.
    """

    plan: OpenPlan
    before: Scenario
    targets: tuple[Indicator, ...]
    probability: float | None
    worlds: int
    cost_rule: Cost
    outcome: Outcome
    changes: tuple[LeverChange, ...]
    cost: float
    share_before: float
    share: float
    share_fresh: float
    prices: tuple[TargetPrice, ...]
    certificate: Certificate
    frontier: np.ndarray
    answer: Scenario | None
    closest: Scenario

    def to_frame(self) -> pd.DataFrame:
        """A row a lever that changes: ``lever``, ``before``, ``after``, ``cost``, ``at_bound``."""
        import pandas as pd

        names = ("lever", "before", "after", "cost", "at_bound")
        return pd.DataFrame(
            [[getattr(one, name) for name in names] for one in self.changes], columns=list(names)
        )

    def target_frame(self) -> pd.DataFrame:
        """A row a target: its value, the most there can be, whether it binds, and its prices."""
        import pandas as pd

        return pd.DataFrame(
            {
                "number": one.indicator.number,
                "id": one.indicator.id,
                "target": one.indicator.target.lowest,
                "value": one.value,
                "most": one.most,
                "binding": one.binding,
                "saved": one.saved,
                "per_unit": one.per_unit,
            }
            for one in self.prices
        )

    def yaml(self) -> str:
        """The answer as the text of a scenario file, which `zjsim run` takes.

        Raises
        ------
        RunError
            When there is no answer.
        """
        if self.answer is None:
            raise RunError(f"{self.before.name}: no setting of the levers meets these targets.")
        return scenario_text(self.answer)

    def __repr__(self) -> str:
        numbers = ", ".join(str(item.number) for item in self.targets)
        return f"<Backcast of {self.before.name}, targets {numbers}: {self.outcome}>"
