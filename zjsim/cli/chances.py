"""The chances beside the verdicts of commands, with a progress bar while they are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from zjsim.cli.output import counting

if TYPE_CHECKING:
    from zjsim.assessment.assess import Assessment
    from zjsim.assessment.chances import Chances
    from zjsim.workflow import Runs


def chances_of_runs(
    simulated: Iterable[Runs], wanted: bool, quiet: bool = False
) -> list[Chances | None]:
    """The chances of each scenario; None for each where they are not wanted."""
    runs = list(simulated)
    if not wanted:
        return [None] * len(runs)
    from zjsim.ensembles.chances import drawing_beside

    drawings = [drawing_beside(one) for one in runs]
    missing = sum(one.missing for one in drawings)
    # Chances that are kept are there at once, without a bar.
    with counting(missing, "Drawing", quiet or not missing) as advance:
        return [one.chances(advance) for one in drawings]


def chances_document(judged: Assessment) -> dict[str, Any] | None:
    """How likely the targets are met, for machines; parts of one, None where not computed."""
    chances = judged.chances
    if chances is None:
        return None
    found, (low, high, share) = chances.probabilities, chances.likely
    ids = [row.indicator.id for row in judged.rows]
    targets = [one.value for one in found.targets]
    return {
        "runs": chances.n_run,
        "method": chances.method,
        "seed": chances.seed,
        "targets": dict(zip(ids, targets, strict=True)),
        "medians": {k: s.median for k, s in zip(ids, chances.spreads, strict=True)},
        "all": found.joint.value,
        "binding": found.binding.value,
        "likely_met": {"low": low, "high": high, "share": share},
        "number_met": list(found.number_met),
    }
