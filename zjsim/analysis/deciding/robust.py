"""Many strategies in the same worlds: which holds up, and what tells that another is better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zjsim.analysis.deciding.backcast import chosen_targets
from zjsim.analysis.deciding.cases import cases_of, is_study
from zjsim.analysis.deciding.levers import COSTS, Cost
from zjsim.analysis.deciding.measures import Measures, measure
from zjsim.analysis.deciding.signposts import Signpost, signposts
from zjsim.analysis.deciding.strategies import Field, Strategy, open_field
from zjsim.errors import RunError
from zjsim.openplan import OpenPlan, PlanLike, ScenarioLike, open_plan
from zjsim.scenario.draws import SamplePlan
from zjsim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

WORLDS, FEWEST = 2048, 50


@dataclass(frozen=True, repr=False)
class Robustness:
    """How strategies do over the same worlds.

    Parameters
    ----------
    field : Field
        Strategies, targets and the scenario of the worlds.
    worlds, seed : int
    margins : array, shape (s, n, k)
        How far each indicator is above its target, in the printed unit; NaN where a run failed.
    measures : Measures
    signposts : tuple of Signpost
        What tells by a year that another strategy than the first is better from then on.
    """

    field: Field
    worlds: int
    seed: int
    margins: np.ndarray
    measures: Measures
    signposts: tuple[Signpost, ...] = ()

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.strategies)
        return f"<Robustness of {names} in {self.worlds:,} worlds>"

    @property
    def plan(self) -> OpenPlan:
        """Of the strategies."""
        return self.field.plan

    @property
    def strategies(self) -> tuple[Strategy, ...]:
        """In the order asked for; the first is what the others are held against."""
        return self.field.strategies

    @property
    def run_id(self) -> str:
        """``robust-<scenario of the worlds>-<hash8>``."""
        resolved = self.field.ready.resolved
        return f"robust-{resolved.scenario.name}-{resolved.hash[:8]}"

    @property
    def order(self) -> tuple[int, ...]:
        """Positions of the strategies, the best mean rank first."""
        found = np.argsort(self.measures.ranks.mean(axis=1), kind="stable")
        return tuple(int(place) for place in found)

    def compared(self, place: int) -> tuple[float, float]:
        """Parts of the worlds in which a strategy meets more targets than the first, and fewer."""
        number = (np.nan_to_num(self.margins, nan=-1.0) >= 0).sum(axis=2)
        return float(np.mean(number[place] > number[0])), float(np.mean(number[place] < number[0]))

    def to_frame(self) -> pd.DataFrame:
        """A row a strategy.

        Returns
        -------
        DataFrame
            ``strategy``, ``effort``, ``share`` of worlds that meet all chosen targets, the share
            of each target by its id, ``number`` and ``number_sd`` of targets met, ``best``,
            ``number_regret``, ``worst_regret``, ``most_regret``, ``gap_regret``,
            ``worst_gap_regret``, ``efficient``, ``better`` and ``worse`` than the first, and the
            ranks.
        """
        import pandas as pd

        found = self.measures
        rows = []
        for place, one in enumerate(self.strategies):
            better, worse = self.compared(place)
            shares = {
                item.id: found.each[place, k] for k, item in enumerate(self.field.targets)
            }  # fmt: skip
            ranks = dict(
                zip(
                    ("rank_share", "rank_regret", "rank_worst_regret", "rank_gap_regret"),
                    found.ranks[place], strict=True,
                )
            )  # fmt: skip
            rows.append(
                {
                    "strategy": one.name, "effort": one.effort, "share": found.share[place],
                    **shares,
                    **{
                        key: getattr(found, key)[place]
                        for key in (
                            "number", "number_sd", "best", "number_regret", "worst_regret",
                            "most_regret", "gap_regret", "worst_gap_regret", "efficient",
                        )
                    },
                    "better": better, "worse": worse, **ranks,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)


def robust(
    plan: PlanLike,
    strategies: Sequence[ScenarioLike] | Path | str,
    *,
    targets: str | Sequence[int | str] = "all",
    world: ScenarioLike | None = None,
    worlds: int = WORLDS,
    seed: int | None = None,
    cost: Cost = "budget",
    by: int | None = None,
    watch: bool = True,
    kept: Path | str | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> Robustness:
    """Strategies held against the same worlds.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    strategies : sequence of str, Path, mapping or Scenario; or path of a study
        Settings of the levers, such as the cases of a study file; the first is the one that the
        others are held against.
    targets : {"all", "binding"}, str or sequence
        Numbers, ids or labels, in one text by commas or one by one.
    world : str, Path, mapping, Scenario or None
        The scenario that worlds are drawn around; then only the levers of each strategy are taken.
        None is the first strategy, from which the others may differ in levers only.
    worlds : int
        Draws, the same for each strategy.
    seed : int or None
        Of the draws; None is that of the scenario.
    cost : {"budget", "steps", "equal"}
        What effort is counted in; see `backcast`.
    by : int or None
        Year by which a signpost must show; None is two years after the base year.
    watch : bool
        Look for signposts.
    kept : Path, str or None
        Folder in which runs are kept, so that a call that was stopped goes on.
    advance : function
        Called with the number of runs that have just been finished.

    Returns
    -------
    Robustness
        ``to_frame()`` has a row a strategy.

    Raises
    ------
    ZjsimError
        For fewer than two strategies, one that differs in more than levers, or an unknown target.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.robust(
    ...     "zhejiang", ["baseline", "reform_first"], targets="binding", worlds=128, watch=False
    ... )
    >>> found.to_frame()["strategy"].tolist()
    ['baseline', 'reform_first']
    """
    if worlds < FEWEST:
        raise RunError(f"worlds: {worlds} are too few to judge by; {FEWEST} at least.")
    if cost not in COSTS:
        raise RunError(f"cost: {cost} is none of {', '.join(COSTS)}.")
    opened = open_plan(plan)
    read = _read(opened, strategies)
    around = None if world is None else opened.read_scenario(world)
    items = chosen_targets(opened, targets)
    field = open_field(opened, read, items, world=around, cost=cost)
    sample = field.ready.sampled(worlds, seed)
    if not sample.dimensions:
        raise RunError(
            f"{field.ready.resolved.scenario.name}: nothing varies in an ensemble of it, so all "
            "worlds are alike. See sampling: in the scenario file."
        )
    folder = None if kept is None else Path(kept)
    margins = _margins(field, sample, worlds, folder, advance)
    ways = np.array([abs(item.target.value - item.start) for item in items])
    found = Robustness(field, worlds, sample.seed, margins, measure(margins, ways))
    if not watch:
        return found
    year = _by(field, by)
    return replace(
        found, signposts=signposts(field, sample, worlds, margins, year, folder, advance)
    )


def _read(plan: OpenPlan, strategies: Sequence[ScenarioLike] | Path | str) -> list[Scenario]:
    if not isinstance(strategies, str | Path):
        return [plan.read_scenario(one) for one in strategies]
    if not is_study(strategies):
        raise RunError(
            f"{strategies}: not a study file. Name two strategies or more in a list, or the YAML "
            "file of a study with scenarios: and matrix:."
        )
    return cases_of(strategies, plan.folder.path)[1]


def _margins(
    field: Field, sample: SamplePlan, worlds: int, kept: Path | None,
    advance: Callable[[int], None],
) -> np.ndarray:  # fmt: skip
    lowest = np.array([item.target.lowest for item in field.targets])
    found = [
        field.values(one, sample, worlds, kept=kept, advance=advance) for one in field.strategies
    ]  # fmt: skip
    return np.asarray(np.stack(found) - lowest)


def _by(field: Field, by: int | None) -> int:
    base = field.plan.plan.base_year
    last = max(item.target.year for item in field.targets)
    if by is None:
        return min(base + 2, last - 1)
    if not base < by < last:
        raise RunError(f"by: {by} is not between {base} and {last}, when targets are due.")
    return by
