"""The chances beside a single run: its scenario's ensemble, computed once and kept.

All commands share the draws of a scenario (its own number, method and seed), so that the
probability beside a verdict is the one that ``zjsim ensemble`` prints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zjsim.assessment.assess import assess as judge
from zjsim.assessment.chances import Chances, chances_of
from zjsim.cache import cached_document, content_hash
from zjsim.documents import from_document, to_document
from zjsim.judging import assess
from zjsim.openplan import OpenPlan, PlanLike, ScenarioLike, open_plan
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
    opened = open_plan(plan)
    return _chances(prepare(opened, scenario, changes), advance)


def chances_beside(
    runs: Runs, advance: Callable[[int], None] = lambda count: None
) -> Chances | None:
    """The same for a scenario that has been run: `zjsim.judging.assess` finds it by name."""
    return _chances(Prepared(runs.plan, runs.resolved), advance)


def draws_beside(runs: Runs) -> int:
    """How many runs `chances_beside` would have to compute, for a progress bar."""
    return min(runs.resolved.scenario.sampling.runs, MOST_DRAWS)


def _chances(ready: Prepared, advance: Callable[[int], None]) -> Chances | None:
    plan, resolved = ready.plan, ready.resolved
    if not ready.sample.dimensions and not plan.discrepancies:
        return None
    n_run = min(ready.sample.runs, MOST_DRAWS)
    parts = [f"{name} {digest}" for name, digest in sorted(plan.folder.hashes().items())]
    sampled = f"{n_run} {ready.sample.method} {ready.sample.seed}"
    key = content_hash(*parts, resolved.hash, repr(ready.sample.dimensions), sampled)

    def build() -> Any:
        return to_document(_compute(plan, resolved.scenario, n_run, advance))

    return from_document(Chances, cached_document(KIND, key, build))


def _compute(
    plan: OpenPlan, scenario: ScenarioLike, n_run: int, advance: Callable[[int], None]
) -> Chances:
    # Imported here because chances that are kept need none of what many runs need.
    from zjsim.ensembles.run import simulate_ensemble

    many = simulate_ensemble(plan, scenario, runs=n_run, advance=advance)
    judged = assess(plan, many)
    modelled = judge(many, plan.plan) if plan.discrepancies else None
    return chances_of(judged, modelled, many.sample.method, many.seed)
