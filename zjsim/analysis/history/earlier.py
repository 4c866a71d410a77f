"""The same equations from an earlier base, held against what was published since.

Only the base year, the table of the base and the path of the drivers differ. Constants are the
model's own, some of them estimated from these very years: this is a test that the structure can
run through its past, not a forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.history.comparison import Comparison, Datum, comparison_from, published
from zjsim.analysis.history.comparison import modelled as said_by
from zjsim.analysis.history.comparisons_file import FILE
from zjsim.analysis.history.naive import naive_forecasts
from zjsim.analysis.history.published import TRUSTED
from zjsim.errors import DataError, Problem, raise_if_any
from zjsim.markup import Shown
from zjsim.openplan import OpenPlan, PlanLike, open_plan
from zjsim.workflow import Runs, simulate
from zjsim.yamlfile import read_yaml

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """One published figure against the run from the earlier base, both in the same measure.

    Parameters
    ----------
    comparison : Comparison
    datum : Datum
    model : float
    ar1 : float or None
        Growth that returns to its mean, from figures up to the base; None without a history.
    """

    comparison: Comparison
    datum: Datum
    model: float
    ar1: float | None

    @property
    def error(self) -> float:
        """Model less published."""
        return self.model - self.datum.value

    @property
    def grade(self) -> str:
        """The worst grade of the rows that the figure is made of."""
        return max(row.grade for row in self.datum.rows)

    @property
    def scored(self) -> bool:
        """Whether the figure is of grade A to C; a believed one is shown only."""
        return self.grade in TRUSTED

    @property
    def numbers(self) -> dict[str, Any]:
        """What frames and JSON say of the figure, by column."""
        return {
            "year": self.datum.year,
            "published": self.datum.value,
            "model": self.model,
            "error": self.error,
            "grade": self.grade,
            "scored": self.scored,
            "ar1": self.ar1,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Earlier(Shown):
    """A run from an earlier base.

    Parameters
    ----------
    base, last : int
        First year, and the last that it is held against: the base year of the plan.
    runs : Runs
    cases : tuple of EarlierCase
    """

    base: int
    last: int
    runs: Runs
    cases: tuple[EarlierCase, ...]

    @property
    def mean_error(self) -> float:
        """Mean absolute error of the scored figures, percent or points."""
        return float(np.mean([abs(case.error) for case in self.cases if case.scored]))

    @property
    def naive_error(self) -> tuple[float, float, int]:
        """Mean absolute error of AR(1), of the model on the same figures, and their number."""
        both = [(case.ar1, case) for case in self.cases if case.scored and case.ar1 is not None]
        if not both:
            return float("nan"), float("nan"), 0
        naive = float(np.mean([abs(ar1 - case.datum.value) for ar1, case in both]))
        return naive, float(np.mean([abs(case.error) for _, case in both])), len(both)

    def to_frame(self) -> pd.DataFrame:
        """A row a figure: published, model, their difference, the grade, the naive forecast."""
        import pandas as pd

        return pd.DataFrame(
            {
                "figure": case.comparison.key,
                **case.numbers,
            }
            for case in self.cases
        )

    def _said(self) -> str:
        scored = sum(case.scored for case in self.cases)
        return (
            f"from {self.base} to {self.last}: {scored} published figures, mean absolute error "
            f"{self.mean_error:.1f} percent or points"
        )


def hindcast_from(plan: PlanLike, year: int) -> Earlier:
    """Run the model from an earlier base and compare it with what was published since.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    year : int
        Base of a run that ``comparisons.yaml`` lists under ``earlier``.

    Returns
    -------
    Earlier
        ``to_frame()`` has a row a figure.

    Raises
    ------
    DataError
        When the plan has no run from that year, or a comparison is wrong.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.hindcast_from("zhejiang", 2015).base
    2015
    """
    plan = open_plan(plan)
    entry, items = _read(plan, year)
    runs = simulate(plan, plan.folder.file(str(entry["scenario"])), estimate_error=False)
    last = plan.plan.base_year
    cases = []
    for item in items:
        for datum in published(item, plan.observations):
            if year < datum.year <= last:
                cases.append(_case(plan, item, datum, runs, year))
    return Earlier(year, last, runs, tuple(cases))


def _case(plan: OpenPlan, item: Comparison, datum: Datum, runs: Runs, year: int) -> EarlierCase:
    naive = naive_forecasts(item, plan.observations, year, datum.year, {}, (year - 5, year))
    ar1 = naive["ar1"].mean if "ar1" in naive else None
    return EarlierCase(item, datum, float(said_by(item, datum, runs.at)[0]), ar1)


def _read(plan: OpenPlan, year: int) -> tuple[dict[str, Any], Sequence[Comparison]]:
    path = plan.folder.needed_file(FILE, "a hindcast", DataError)
    data = read_yaml(path, DataError).data
    known = data.get("earlier") or {} if isinstance(data, dict) else {}
    entry = known.get(year)
    if not isinstance(entry, dict):
        there = ", ".join(str(base) for base in known) or "none"
        raise DataError(f"{path}: no run from {year}; under `earlier` there is: {there}.")
    scenario = plan.folder.file(str(entry.get("scenario", "")))
    if not scenario.is_file():
        raise DataError(f"{path}: earlier.{year}.scenario: there is no file {scenario.name}.")
    problems: list[Problem] = []
    items = []
    for k, one in enumerate(entry.get("comparisons") or []):
        where = f"earlier.{year}.comparisons[{k}]"
        made, wrong = comparison_from(one, where, plan.program.names, year)
        problems += wrong
        if made is not None:
            items.append(made)
    raise_if_any(path, problems, DataError)
    return entry, items
