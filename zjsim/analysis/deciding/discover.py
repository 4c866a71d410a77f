"""In which part of the uncertain world does a plan fail?

Scenario discovery (Bryant and Lempert 2010): worlds are drawn as an ensemble draws them, and boxes
of what can be observed of them are looked for in which the chosen targets are missed (or, where
that is nearly everywhere, met). Every box is counted once more in worlds that it was not found in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from zjsim.analysis.deciding import boxes as telling
from zjsim.analysis.deciding.backcast import chosen_targets
from zjsim.analysis.deciding.boxes import Counted, held_to
from zjsim.analysis.deciding.experiments import Experiments, decimals_for, experiments
from zjsim.analysis.deciding.regions import Limit, Region, limits_of, regions_of
from zjsim.analysis.deciding.tree import leaves
from zjsim.assessment.plan import Indicator
from zjsim.errors import RunError
from zjsim.openplan import OpenPlan, PlanLike, ScenarioLike, open_plan
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.draws import SamplePlan
from zjsim.scenario.python_words import python_words
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved

if TYPE_CHECKING:
    import pandas as pd

RUNS, FEWEST = 4096, 50
FRESH = 16_384  # worlds that a box is counted in again, at most
NEARLY_ALL = 0.75  # share of worlds that fail from which it is told where they do not
# What is looked for: where targets are missed, or where they are met.
Where = Literal["fails", "holds"]
WHERES = ("auto", "fails", "holds")
# found; nothing: no box is denser than the whole; all_meet, none_meets: there is nothing to find;
# too_few: worlds of interest, or others, to tell what they share.
Outcome = Literal["found", "nothing", "all_meet", "none_meets", "too_few"]
FEW = 25
NOWHERE = Counted(0, 0, 1, 0)


@dataclass(frozen=True, repr=False)
class Discovery:
    """In which part of the uncertain world a plan fails.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
    targets : tuple of Indicator
        That must be met together.
    where : {"fails", "holds"}
        What the regions show: where targets are missed, or where all are met.
    outcome : {"found", "nothing", "all_meet", "none_meets", "too_few"}
    runs, fresh_runs : int
        Worlds that regions were found in, and counted again in.
    seed, fresh_seed : int
    share, fresh_share : float
        Part of them that is of interest: that fails, or that holds.
    by_model_error : float
        Part of the worlds of interest that would not be so without model discrepancy, which no
        input tells.
    boxes : tuple of Region
        By the patient rule induction method, each outside those before it.
    together, together_fresh : Counted
        All boxes, in all worlds.
    branches : tuple of Region
        Leaves of the classification tree, which are all worlds.
    density : float or None
        That was asked for.
    """

    plan: OpenPlan
    resolved: Resolved
    targets: tuple[Indicator, ...]
    where: Where
    outcome: Outcome
    runs: int
    fresh_runs: int
    seed: int
    fresh_seed: int
    share: float
    fresh_share: float
    by_model_error: float
    boxes: tuple[Region, ...] = ()
    together: Counted = NOWHERE
    together_fresh: Counted = NOWHERE
    branches: tuple[Region, ...] = ()
    density: float | None = None

    @property
    def too_thin(self) -> bool:
        """Whether no region is as dense as was asked for, to half a percent."""
        dense = max((one.found.density for one in self.boxes), default=0.0)
        return self.density is not None and dense < self.density - 0.005

    def __repr__(self) -> str:
        name = self.resolved.scenario.name
        return f"<Discovery of {name}: {self.outcome}, {len(self.boxes)} boxes, {self.runs:,} runs>"

    @property
    def run_id(self) -> str:
        """``discover-<scenario>-<hash8>``."""
        return f"discover-{self.resolved.scenario.name}-{self.resolved.hash[:8]}"

    @property
    def watch(self) -> tuple[Limit, ...]:
        """What to watch: every input that a box restricts, once."""
        found: dict[str, Limit] = {}
        for region in self.boxes:
            for limit in region.limits:
                found.setdefault(limit.observed.key, limit)
        return tuple(found.values())

    def to_frame(self) -> pd.DataFrame:
        """A row a region and input.

        Returns
        -------
        DataFrame
            ``kind`` (box or branch), ``region`` (from 1), ``coverage``, ``density``, ``mass``,
            the same of fresh worlds, ``input``, ``sort``, ``measure``, ``unit``, ``expected``,
            ``low``, ``high``, ``p_low``, ``p_high``, ``again``.
        """
        import pandas as pd

        rows = [
            {
                "kind": kind, "region": number,
                "coverage": one.found.coverage, "density": one.found.density,
                "mass": one.found.mass,
                "coverage_fresh": one.fresh.coverage, "density_fresh": one.fresh.density,
                "mass_fresh": one.fresh.mass,
                "input": limit.observed.key, "sort": limit.observed.sort,
                "measure": limit.observed.measure, "unit": limit.observed.unit,
                "expected": limit.observed.expected, "low": limit.low, "high": limit.high,
                "p_low": limit.p_low, "p_high": limit.p_high, "again": limit.again,
            }
            for kind, regions in (("box", self.boxes), ("branch", self.branches))
            for number, one in enumerate(regions, start=1)
            for limit in one.limits
        ]  # fmt: skip
        return pd.DataFrame(rows)


def discover(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    targets: str | Sequence[int | str] = "binding",
    runs: int = RUNS,
    seed: int | None = None,
    where: str = "auto",
    density: float | None = None,
    most: int = telling.MOST_LIMITED,
    tree: bool = True,
    advance: Callable[[int], None] = lambda count: None,
) -> Discovery:
    """The part of the uncertain world in which chosen targets are missed.

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
    targets : {"all", "binding"}, str or sequence
        Numbers, ids or labels, in one text by commas or one by one. A world fails that misses one.
    runs : int
        Worlds in which regions are found; as many others, at most 16,384, are for counting again.
    seed : int or None
        Of the draws; None is that of the scenario.
    where : {"auto", "fails", "holds"}
        What is looked for; ``auto`` is where targets are missed, and where they are met when more
        than three worlds in four miss them.
    density : float or None
        The box of most coverage in which at least this part of the worlds is of interest; None
        weighs coverage against density.
    most : int
        Inputs that one box may restrict.
    tree : bool
        Grow a classification tree as well (needs ``scikit-learn``).
    advance : function
        Called with the number of runs that have just been finished.

    Returns
    -------
    Discovery
        ``to_frame()`` has a row a region and input.

    Raises
    ------
    ZjsimError
        For an unknown target, too few runs, or a scenario that does not fit the plan or has
        nothing uncertain.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.discover("zhejiang", targets=[8], runs=512, tree=False)
    >>> found.outcome, found.where
    ('found', 'fails')
    """
    _check(runs, where, density, most)
    opened = open_plan(plan)
    with python_words(changes, levers, drivers, constants):
        read = opened.read_scenario(
            scenario, changes, levers=levers, drivers=drivers, constants=constants
        )
        ready = prepare(opened, read)
    items = chosen_targets(opened, targets)
    early, late = _draws(ready, runs, seed)
    found = experiments(ready, early[0], items, *early[1], advance=advance)
    fresh = experiments(ready, late[0], items, *late[1], advance=advance)
    work = _Work(ready, items, found, fresh, density, most, tree)
    return work.done(_sought(where, found))


def _check(runs: int, where: str, density: float | None, most: int) -> None:
    if runs < FEWEST:
        raise RunError(f"runs: {runs} worlds are too few to find a region in; {FEWEST} at least.")
    if where not in WHERES:
        raise RunError(f"where: {where} is none of {', '.join(WHERES)}.")
    if density is not None and not 0 < density <= 1:
        raise RunError(f"density: {density:g} is no part of one; write 0.9 for 90 %.")
    if most < 1:
        raise RunError(f"most: {most} inputs are none; a box restricts one or more.")


Draws = tuple[SamplePlan, tuple[int, int]]


def _draws(ready: Prepared, runs: int, seed: int | None) -> tuple[Draws, Draws]:
    """The draws to find regions in, and others to count them again in."""
    posterior = ready.resolved.posterior
    wanted = 2 * runs if posterior is not None and runs <= FRESH else runs + min(runs, FRESH)
    if posterior is not None:
        # The draws of a learning are a fixed set: one part finds, the other counts.
        if wanted > posterior.n_draw:
            raise RunError(
                f"sampling.posterior: it has {posterior.n_draw:,} draws, and {wanted:,} are needed "
                f"(one half to find regions, one to count them again). Ask for "
                f"{posterior.n_draw // 2:,} runs, or learn with --particles {wanted}."
            )
        sample = ready.sampled(wanted, seed)
        return (sample, (0, runs)), (sample, (runs, wanted))
    sample = ready.sampled(runs, seed)
    if not sample.dimensions:
        raise RunError(
            f"{ready.resolved.scenario.name}: nothing varies in an ensemble of this scenario, so "
            "there is no uncertain world. See sampling: in the scenario file."
        )
    again = min(runs, FRESH)
    other = replace(sample, seed=sample.seed + 1, runs=again)
    return (sample, (0, runs)), (other, (0, again))


def _sought(where: str, found: Experiments) -> Where:
    if where == "auto":
        return "holds" if 1 - found.met.mean() > NEARLY_ALL and found.met.any() else "fails"
    return "holds" if where == "holds" else "fails"


@dataclass(frozen=True)
class _Work:
    """The work of one `discover`, once the worlds are there."""

    ready: Prepared
    items: tuple[Indicator, ...]
    found: Experiments
    fresh: Experiments
    density: float | None
    most: int
    tree: bool

    @cached_property
    def decimals(self) -> list[int]:
        """Of the limits of each input."""
        return [decimals_for(column) for column in self.found.values.T]

    def done(self, where: Where) -> Discovery:
        """The answer."""
        found, fresh = self.found, self.fresh
        hits, again = (x.met if where == "holds" else ~x.met for x in (found, fresh))
        modelled = replace(found, margins=found.modelled).met
        other = ~modelled if where == "holds" else modelled
        made = Discovery(
            self.ready.plan, self.ready.resolved, self.items, where, "nothing", found.n, fresh.n,
            found.seed, fresh.seed, float(hits.mean()), float(again.mean()),
            float(other[hits].mean()) if hits.any() else 0.0, density=self.density,
        )  # fmt: skip
        if found.met.all() or not found.met.any():
            return replace(made, outcome="all_meet" if found.met.all() else "none_meets")
        if min(hits.sum(), hits.size - hits.sum()) < FEW:
            return replace(made, outcome="too_few")
        boxes = telling.boxes_in(
            found.values, hits, most=self.most, density=self.density, decimals=self.decimals
        )
        sets = (found.values, hits), (fresh.values, again)
        regions = regions_of(
            boxes, found.observed, self.decimals, *sets, found.seed, most=self.most
        )
        boxes = boxes[: len(regions)]
        grown = leaves(found.values, hits, self.decimals) if self.tree else []
        return replace(
            made,
            outcome="found" if regions else "nothing",
            boxes=tuple(regions),
            together=held_to(boxes, found.values, hits),
            together_fresh=held_to(boxes, fresh.values, again),
            branches=tuple(
                Region(
                    limits_of(box, found.observed, self.decimals, found.values),
                    held_to([box], found.values, hits), held_to([box], fresh.values, again),
                )
                for box in grown
            ),
        )  # fmt: skip
