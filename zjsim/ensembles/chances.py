"""The chances beside a single run: its scenario's ensemble, computed once and kept.

All commands share the draws of a scenario (its own number, method and seed), so that the
probability beside a verdict is the one that ``zjsim ensemble`` prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from zjsim.assessment.chances import Chances
from zjsim.cache import cached_document, content_hash, may_be_kept
from zjsim.documents import from_document, to_document
from zjsim.judging import chances_in
from zjsim.openplan import PlanLike, ScenarioLike, open_plan
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.reader import Changes
from zjsim.workflow import Runs

# Beside one verdict: more draws than this take longer than a reader waits.
MOST_DRAWS = 4096
KIND = "chances"


def compute_chances(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    advance: Callable[[int], None] = lambda count: None,
) -> Chances | None:
    """How likely a scenario meets each target, from its own draws; kept for the next time.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenario : str, Path, mapping or Scenario
        Its sampling section says how many draws, by which method and seed; no more than 4,096.
    changes : str, sequence of str, or mapping
        Laid over the scenario: ``"levers.rd_support=1.2"``.
    advance : function
        Called with the number of runs that have just been finished.

    Returns
    -------
    Chances or None
        None where nothing is uncertain: no constant or driver has a range and no indicator a
        discrepancy.

    Raises
    ------
    ZjsimError
        When a file is wrong, or the scenario does not fit the plan.

    Examples
    --------
    >>> import zjsim
    >>> chances = zjsim.compute_chances("zhejiang", "baseline", "sampling.runs=16")
    >>> len(chances.probabilities.targets)
    10
    """
    return Drawing(prepare(open_plan(plan), scenario, changes)).chances(advance)


def chances_beside(
    runs: Runs, advance: Callable[[int], None] = lambda count: None
) -> Chances | None:
    """The same for a scenario that has been run: `zjsim.judging.assess` finds it by name."""
    return drawing_beside(runs).chances(advance)


def drawing_beside(runs: Runs) -> Drawing:
    """The draws of a scenario that has been run, not made yet."""
    return Drawing(Prepared(runs.plan, runs.resolved))


@dataclass(frozen=True)
class Drawing:
    """The draws that stand beside one run: kept from an earlier time, or to be made."""

    ready: Prepared

    @property
    def missing(self) -> int:
        """How many runs `chances` would have to compute, for a progress bar."""
        if not self._is_uncertain or may_be_kept(KIND, self._key):
            return 0
        return self._n_run

    def chances(self, advance: Callable[[int], None] = lambda count: None) -> Chances | None:
        """How likely each target is met; None where nothing is uncertain."""
        if not self._is_uncertain:
            return None

        def build() -> Any:
            return to_document(_compute(self.ready, self._n_run, advance))

        return from_document(Chances, cached_document(KIND, self._key, build))

    @property
    def _is_uncertain(self) -> bool:
        return bool(self.ready.sample.dimensions or self.ready.plan.discrepancies)

    @property
    def _n_run(self) -> int:
        return min(self.ready.sample.runs, MOST_DRAWS)

    @cached_property
    def _key(self) -> str:
        plan, sample = self.ready.plan, self.ready.sample
        parts = [f"{name} {digest}" for name, digest in sorted(plan.folder.hashes().items())]
        sampled = f"{self._n_run} {sample.method} {sample.seed}"
        return content_hash(*parts, self.ready.resolved.hash, repr(sample.dimensions), sampled)


def _compute(ready: Prepared, n_run: int, advance: Callable[[int], None]) -> Chances:
    # Imported here because chances that are kept need none of what many runs need.
    from zjsim.ensembles.run import simulate_ensemble

    many = simulate_ensemble(ready.plan, ready.resolved.scenario, runs=n_run, advance=advance)
    return chances_in(ready.plan, many)
