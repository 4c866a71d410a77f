"""Probabilities of the outside view beside verdicts, kept so that a warm check reads no YAML."""

from __future__ import annotations

from dataclasses import astuple

from zjsim.assessment.observations import Observations
from zjsim.cache import cached_document, content_hash
from zjsim.openplan import OpenPlan


def base_probabilities(
    plan: OpenPlan, observations: Observations, known_until: int | None = None
) -> dict[str, float]:
    """Probability of each target that has a history, as known in a year; None is the base year.

    Returns
    -------
    dict of indicator id to float
        Empty where the plan's folder does not say how its outside view is made.
    """
    path = plan.folder.file("outside.yaml")
    if not path.is_file():
        return {}
    # Tables are read from beside it, and which is said in it.
    tables = sorted(path.parent.glob("*.csv"))
    seen = repr([astuple(row) for row in observations.rows])
    files = [file.read_bytes() for file in (path, plan.folder.file("plan.yaml"), *tables)]
    year = plan.plan.base_year if known_until is None else known_until
    key = content_hash(seen, str(year), *files)
    return dict(cached_document("outside", key, lambda: _made(plan, observations, year)))


def _made(plan: OpenPlan, observations: Observations, year: int) -> dict[str, float]:
    # Imported here because a warm check needs none of it.
    from zjsim.analysis.history.outside import outside_view

    view = outside_view(plan, year, observations)
    return {name: trend.probability for name, trend in view.trends.items()}
