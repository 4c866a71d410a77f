"""The outside view: what a target's own past and its kind say, with no model of the economy.

``regressed trend``: the mean yearly growth of an indicator's history, drawn towards that of a
family of places as far as they agree, and towards nothing as far as growth has not lasted
there; it goes on from the last figure known.

``reference class``: how often such targets were met. The targets are those that could be found,
not a sample; a target that was met is found more easily.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from zjsim.analysis.history.outside_file import FILE, OutsideFile, read_rows
from zjsim.analysis.history.regressed import Trend
from zjsim.assessment.observations import Observations
from zjsim.errors import DataError
from zjsim.openplan import OpenPlan
from zjsim.yamlfile import read_yaml

CLASS_FILE, POOL = "reference_class.csv", "pool.yaml"


@dataclass(frozen=True, slots=True)
class Class:
    """How often targets of plans that ended by a year were met, where an outturn was found.

    ``low`` and ``high`` hold 95 % of a beta posterior from a flat prior.
    """

    met: int
    judged: int
    all: int
    low: float
    high: float
    until: int

    @property
    def probability(self) -> float:
        """Mean of the posterior."""
        return (self.met + 1) / (self.judged + 2)


@dataclass(frozen=True)
class OutsideView:
    """The outside view of a plan as known in one year.

    Parameters
    ----------
    trends : mapping of indicator id to Trend
        Indicators without a history are missing.
    plan : OpenPlan
    weight : float or None
        Of the model in the pool, from ``pool.yaml``; None without that file.
    """

    known_until: int
    trends: Mapping[str, Trend]
    plan: OpenPlan
    weight: float | None = None

    @cached_property
    def targets(self) -> Class | None:
        """The class of targets; None where the plan's folder has no list of them."""
        there = self.plan.folder.file(CLASS_FILE).is_file()
        return reference_class(self.plan, self.known_until) if there else None

    def probability(self, indicator: str) -> float:
        """Of meeting a target; NaN without a history."""
        found = self.trends.get(indicator)
        return math.nan if found is None else found.probability

    def pooled(self, indicator: str, model: float) -> float:
        """The headline probability: the model's pooled with this view.

        The model's alone where there is no history or no weight.
        """
        if self.weight is None:
            return model
        return pool_probability(model, self.probability(indicator), self.weight)


def pool_probability(model: float, outside: float, weight: float) -> float:
    """The headline probability; the model's alone where there is no outside view."""
    return model if math.isnan(outside) else weight * model + (1 - weight) * outside


def outside_view(
    plan: OpenPlan, known_until: int, observations: Observations | None = None
) -> OutsideView:
    """The regressed trend of each indicator and the class of targets, as known in a year.

    Parameters
    ----------
    known_until : int
        Nothing later is seen; the histories themselves end in the base year.
    observations : Observations or None
        A user's own laid over the published ones; None takes the plan's.

    Raises
    ------
    DataError
        When ``outside.yaml`` is wrong. Without that file no indicator has a trend.
    """
    return outside_views(plan, (known_until,), observations)[known_until]


def outside_views(
    plan: OpenPlan, years: Iterable[int], observations: Observations | None = None
) -> dict[int, OutsideView]:
    """`outside_view` as known in each of some years; files are read once for all of them."""
    seen = plan.observations if observations is None else observations
    file = OutsideFile(plan, seen) if has_outside_view(plan) else None
    weight = pool_weight(plan)
    return {
        year: OutsideView(year, {} if file is None else file.trends(year), plan, weight)
        for year in years
    }


def has_outside_view(plan: OpenPlan) -> bool:
    """Whether a plan's folder says how its outside view is made."""
    return plan.folder.file(FILE).is_file()


def pool_weight(plan: OpenPlan) -> float | None:
    """The weight that `zjsim scores` has fixed; None when it has not.

    Raises
    ------
    DataError
        When the file is not as it was written.
    """
    path = plan.folder.file(POOL)
    if not path.is_file():
        return None
    data = read_yaml(path, DataError).data
    weight = data.get("weight_of_model") if isinstance(data, dict) else None
    if not isinstance(weight, int | float) or not 0 <= weight <= 1:
        raise DataError(f"{path}: weight_of_model must be between 0 and 1.")
    return float(weight)


def reference_class(plan: OpenPlan, known_until: int) -> Class:
    """Targets of other plans that had ended by a year, and how many were met."""
    # Imported here because only this needs it.
    from scipy.stats import beta

    path = plan.folder.needed_file(CLASS_FILE, "the outside view", DataError)
    rows = read_rows(path, ("target_year", "met"))
    until = min(known_until, plan.plan.base_year)
    ended = [row for row in rows if int(row["target_year"]) <= until]
    judged = [row for row in ended if row["met"] in ("met", "missed")]
    met = sum(row["met"] == "met" for row in judged)
    low, high = beta.ppf([0.025, 0.975], met + 1, len(judged) - met + 1)
    return Class(met, len(judged), len(ended), float(low), float(high), until)
