"""What tables, charts and workbooks read: an assessment with what only its caller knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from zjsim.assessment.chances import Chances, chances_of
from zjsim.assessment.named import find_indicator
from zjsim.assessment.plan import Indicator, WordThresholds
from zjsim.assessment.progress import PASSES
from zjsim.errors import RunError

if TYPE_CHECKING:
    from zjsim.assessment.assess import Row


@dataclass(frozen=True, slots=True)
class Assumption:
    """A constant that nobody measured, in the model's unit; ``low`` and ``high`` None if fixed."""

    label: object
    value: float
    low: float | None
    high: float | None
    unit: str
    grade: str
    source: str
    note: object


@dataclass(frozen=True, slots=True)
class InputLine:
    """One resolved lever, driver or constant: a value, or a path in words.

    ``kind`` is ``lever``, ``driver``, ``constant`` or ``initial``; ``values`` are by year
    for a path and hold one number under the year 0 for a constant.
    """

    kind: str
    name: str
    label: object
    unit: str
    values: Mapping[int, float]
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One scenario judged against one plan, ready to be shown.

    ``words`` are the plan's words for progress, in place of the usual ones; ``chances`` are of
    the scenario's ensemble, ``n_run`` the runs that the rows themselves show.
    """

    plan_title: object
    scenario: str
    run_id: str
    rows: tuple[Row, ...]
    scenario_label: object = None
    inputs: tuple[InputLine, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    footnote: object = ""
    words: WordThresholds | None = None
    chances: Chances | None = None
    n_run: int = 1

    @property
    def base_year(self) -> int:
        """The year from which the plan starts."""
        return self.rows[0].indicator.plan_base_year

    @property
    def target_year(self) -> int:
        """The year in which the targets are read."""
        return max(row.indicator.target.year for row in self.rows)

    @property
    def met(self) -> int:
        """How many targets are met."""
        return sum(row.verdict in PASSES for row in self.rows)

    def row(self, name: int | str) -> Row:
        """The row of the indicator with this number, id or label; PlanError names near misses."""
        wanted = find_indicator((row.indicator for row in self.rows), name)
        return next(row for row in self.rows if row.indicator is wanted)


def plan_path(indicator: Indicator, years: Iterable[float]) -> list[float]:
    """The straight way from base to target, in the manner the indicator grows.

    Points are added evenly, percentages compound, and a cumulative cut compounds what is
    left. The value stays at the base before it and at the target after it.
    """
    start, target = indicator.start, indicator.target.value
    span = indicator.span
    path = []
    for year in years:
        share = min(max((year - indicator.base.year) / span, 0.0), 1.0)
        if indicator.cumulative:
            path.append(100 * (1 - (1 - target / 100) ** share))
        elif indicator.pace == "percent" and start > 0:
            path.append(start * (target / start) ** share)
        else:
            path.append(start + (target - start) * share)
    return path


def as_report(
    assessment: Any,
    *,
    run_id: str = "",
    inputs: Sequence[InputLine] = (),
    assumptions: Sequence[Assumption] = (),
    footnote: object = "",
) -> Report:
    """The report of an Assessment, with what only the caller knows; a Report stays as it is.

    Parameters
    ----------
    run_id : first characters of the run's hash, for footers and comments
    inputs, assumptions : for the sheets of the workbook
    footnote : more for the source line, such as draws and seed
    """
    if isinstance(assessment, Report):
        return assessment
    if not hasattr(assessment, "observations"):
        kind = type(assessment).__name__
        raise RunError(f"this needs what assess() returns, not {kind}.")
    plan = assessment.plan
    rows, chances = assessment.rows, assessment.chances
    if assessment.n_run > 1:
        chances = chances_of(assessment)
    if chances is not None:
        found = zip(rows, chances.probabilities.targets, chances.spreads, strict=True)
        rows = tuple(replace(row, probability=one, spread=two) for row, one, two in found)
    return Report(
        plan_title=plan.title,
        scenario=assessment.name,
        run_id=run_id,
        rows=rows,
        scenario_label=assessment.label,
        inputs=tuple(inputs),
        assumptions=tuple(assumptions),
        footnote=footnote,
        words=plan.words,
        chances=chances,
        n_run=assessment.n_run,
    )
