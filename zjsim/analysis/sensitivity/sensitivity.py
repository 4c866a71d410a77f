"""Sensitivity: which assumptions decide the verdicts, and what nobody has measured.

One at a time (tornado), screening (Morris) or shares of variance (Sobol), for all indicators
at once. Whatever the method, inputs are ranked by what they do to the targets whose verdict is
in doubt: a target that every run meets, or none, weighs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zjsim.analysis.sensitivity.inputs_of_designs import centre_of, values_of
from zjsim.analysis.sensitivity.uncertain_inputs import Study, open_study
from zjsim.analysis.sensitivity.unit_cube import (
    group_names,
    morris_effects,
    morris_points,
    sobol_indices,
    sobol_points,
)
from zjsim.analysis.uncertainty.statistics import judge_values
from zjsim.assessment.plan import Indicator
from zjsim.errors import RunError
from zjsim.markup import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sensitivity", "Study", "morris", "open_study", "sobol", "tornado"]

Method = Literal["tornado", "morris", "sobol"]
METHODS: tuple[Method, ...] = ("tornado", "morris", "sobol")
MOST_FAILED = 0.005  # parts of one; more would bend a share of variance
TOP = 5
UNMEASURED = ("D", "M", "driver", "lever")
# An index is printed when its half-width is below this, or below half of the index.
WIDEST, WIDEST_PART = 0.05, 0.5
# What still counts as converged; fixed before the first run.
WIDEST_TOP, WIDEST_GAP = 0.1, 0.15


@dataclass(frozen=True, slots=True)
class Group:
    """Inputs of one grade together: shares of variance of each value and of each verdict."""

    grade: str
    inputs: int
    first: tuple[float, ...]
    total: tuple[float, ...]
    total_error: tuple[float, ...]
    verdict_total: tuple[float, ...]
    verdict_error: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Convergence:
    """How far the numbers may be trusted.

    ``widest`` is the largest half-width among the five strongest inputs of each indicator, in
    parts of one (of the strongest effect for Morris); ``stable`` how many of the ``of``
    deciders half the design names too. ``gap`` is the largest difference, over the indicators,
    between the first indices of all inputs added up and those of the grades: the grades are few
    and soon known, and bootstrap intervals of a small design in many dimensions are too narrow.
    """

    runs: int
    widest: float
    stable: int
    shown: int
    withheld: int
    gap: float = 0.0
    of: int = TOP

    @property
    def converged(self) -> bool:
        """Four of five deciders are the same with half the runs, and no index is vague."""
        settled = self.stable >= min(self.of, TOP - 1)
        return settled and self.widest <= WIDEST_TOP and self.gap <= WIDEST_GAP


@dataclass(frozen=True, slots=True, repr=False)
class Sensitivity(Shown):
    """The answer of one method; arrays are (n_dimension, n_indicator).

    Parameters
    ----------
    method : str
    study : Study
    seed, size : int
        Size: base points of Sobol, trajectories of Morris, 0 of a tornado.
    base : array, shape (n_indicator,)
        The scenario with every input at its centre.
    strength, error : array
        Total index, mean absolute effect in the indicator's unit, or swing between the ends of
        the range; and its 95 % half-width (zero for a tornado).
    first, first_error : array
        First index; of other methods the share of squared strengths.
    low, high : array
        Tornado: value at the low and the high end. NaN otherwise.
    spread : array
        Morris: standard deviation of the effects. NaN otherwise.
    met : array, shape (n_indicator,)
        Share of runs that meet each target.
    groups : tuple of Group
        Sobol only.
    convergence : Convergence
    """

    method: Method
    study: Study
    seed: int
    size: int
    base: np.ndarray
    strength: np.ndarray
    error: np.ndarray
    first: np.ndarray
    first_error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    spread: np.ndarray
    met: np.ndarray
    groups: tuple[Group, ...]
    convergence: Convergence

    def to_frame(self) -> pd.DataFrame:
        """A row an input, the one that decides most first.

        ``weight`` is its share in what decides the verdicts, parts of one; under the number of
        each target stands its ``strength``.
        """
        import pandas as pd

        numbers = [str(item.number) for item in self.study.indicators]
        rows: list[dict[str, Any]] = []
        for k, weight in self.deciders(len(self.study.dimensions)):
            item = self.study.dimensions[k]
            rows.append(
                {
                    "input": item.key,
                    "grade": self.study.grade(item),
                    "low": item.low,
                    "high": item.high,
                    "weight": weight,
                    **dict(zip(numbers, map(float, self.strength[k]), strict=True)),
                }
            )
        return pd.DataFrame(rows)

    def _said(self) -> str:
        first = ", ".join(self.study.dimensions[k].key for k, _ in self.deciders(3))
        name = self.study.resolved.scenario.name
        counts = f"{len(self.study.dimensions)} inputs, {self.convergence.runs:,} runs"
        return f"({self.method}) of {name}: {counts}; decided most by {first}"

    @property
    def doubt(self) -> np.ndarray:
        """Variance of each verdict, 0 to 1: how much of a decision is left to decide."""
        return np.asarray(4 * self.met * (1 - self.met))

    @property
    def shares(self) -> np.ndarray:
        """Strength in parts of one: total indices, or squared effects over their sum."""
        return shares_of(self.method, self.strength)

    def deciders(self, count: int = TOP) -> list[tuple[int, float]]:
        """Positions of the inputs that decide the verdicts, with their score, the first first."""
        return ranked(weighted(self.shares, self.doubt))[:count]

    def to_measure(self, count: int = 10) -> list[tuple[int, float]]:
        """Constants nobody has measured well, by the variance of verdicts they would take away.

        First indices are what knowing a number removes on average. Drivers and the carrying
        out of levers are no data of today.
        """
        score = weighted(np.nan_to_num(self.first), self.doubt)
        items = self.study.dimensions
        wanted = [
            k for k, item in enumerate(items)
            if item.kind == "constant" and self.study.grade(item) in ("C", "D", "M")
        ]  # fmt: skip
        return [(k, s) for k, s in ranked(score) if k in set(wanted)][:count]

    @property
    def unmeasured(self) -> np.ndarray:
        """Variance of each indicator that is not that of inputs of grade A to C alone.

        One less the first indices of the measured grades: what would be left if all that has
        been measured were known exactly. NaN without groups.
        """
        if not self.groups:
            return np.full(len(self.study.indicators), np.nan)
        known = [group.first for group in self.groups if group.grade not in UNMEASURED]
        return np.asarray(np.clip(1 - np.sum(known, axis=0), 0.0, 1.0))

    def shown(self, value: float, error: float) -> bool:
        """Whether an index is known well enough to be printed."""
        return printable(value, error)


def shares_of(method: Method, strength: np.ndarray) -> np.ndarray:
    """Strengths made comparable between indicators, parts of one."""
    known: np.ndarray = np.nan_to_num(np.clip(strength, 0.0, None))
    if method == "sobol":
        return known
    squared = known**2
    total = squared.sum(axis=0)
    shares: np.ndarray = np.divide(squared, total, out=np.zeros_like(squared), where=total > 0)
    return shares


def weighted(shares: np.ndarray, doubt: np.ndarray) -> np.ndarray:
    """Mean share over the indicators, each with the doubt about its verdict as weight."""
    weights = doubt if doubt.sum() > 0 else np.ones_like(doubt)
    return np.asarray(shares @ (weights / weights.sum()))


def ranked(score: np.ndarray) -> list[tuple[int, float]]:
    """Positions and scores, the largest first; ties in the order of the table."""
    return [(int(k), float(score[k])) for k in np.argsort(-score, kind="stable")]


def printable(value: float, error: float) -> bool:
    """An index whose interval straddles everything says nothing.

    Examples
    --------
    >>> printable(0.02, 0.03), printable(0.4, 0.15), printable(0.1, 0.3)
    (True, True, False)
    """
    if not (math.isfinite(value) and math.isfinite(error)):
        return False
    return error <= max(WIDEST, WIDEST_PART * abs(value))


def tornado(what: Study, advance: Callable[[int], None] = lambda count: None) -> Sensitivity:
    """Each input at both ends of its range, all others as in the scenario.

    Of draws after learning the others go along as far as they are tied to it; then ``first`` is
    what knowing the input would take from the variance of the draws.
    """
    items = what.dimensions
    n = 2 * len(items) + 1
    centres = {item.key: np.full(n, what.at_rest(item)) for item in items}
    for k, item in enumerate(items):
        centres[item.key][1 + 2 * k : 3 + 2 * k] = item.low, item.high
    values = what.run(centres, advance)
    low, high = values[1::2], values[2::2]
    swing = np.abs(high - low)
    # A quarter of the range is one standard deviation of the tables' normals.
    sd = np.sqrt(np.nansum((swing / 4) ** 2, axis=0))
    met, first = _normal_share(values[0], sd, what.indicators), shares_of("tornado", swing)
    drawn = what.drawn()
    if drawn is not None:
        met = judge_values(drawn, what.indicators)[0].mean(axis=0)
        variance = np.nanvar(drawn, axis=0)
        part = np.divide((swing / 4) ** 2, variance, out=np.zeros_like(swing), where=variance > 0)
        first = np.minimum(part, 1.0)
        n += len(drawn)
    nothing = np.full_like(swing, np.nan)
    return Sensitivity(
        "tornado", what, 0, 0, values[0], swing, np.zeros_like(swing),
        first, np.zeros_like(swing), low, high, nothing, met, (),
        Convergence(n, 0.0, TOP, swing.size, 0),
    )  # fmt: skip


def _normal_share(base: np.ndarray, sd: np.ndarray, items: Sequence[Indicator]) -> np.ndarray:
    """Share that would meet each target if values were normal around the scenario."""
    edges = np.array([item.target.lowest for item in items])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.nan_to_num((base - edges) / sd)
    return np.array([0.5 * (1 + math.erf(x / math.sqrt(2))) for x in z])


def morris(
    what: Study, n: int, seed: int, advance: Callable[[int], None] = lambda count: None
) -> Sensitivity:
    """Screening by ``n`` trajectories; effects are those of the whole range."""
    points = morris_points(len(what.dimensions), n, seed)
    values = _without_failures(what.run(values_of(what.dimensions, points), advance))
    found = morris_effects(points, values, seed)
    per = len(what.dimensions) + 1
    half = max(n // 2, 2)
    rough = morris_effects(points[: half * per], values[: half * per], seed)
    met, _ = judge_values(values, what.indicators)
    share = met.mean(axis=0)
    nothing = np.full_like(found.mean, np.nan)
    part = np.divide(found.error, found.mean.max(axis=0))
    return Sensitivity(
        "morris", what, seed, n, _base(what), found.mean, found.error,
        shares_of("morris", found.mean), nothing, nothing, nothing, found.spread, share, (),
        _convergence("morris", values, found.mean, part, rough.mean, share),
    )  # fmt: skip


def sobol(
    what: Study,
    n: int,
    seed: int,
    advance: Callable[[int], None] = lambda count: None,
    groups: bool = True,
) -> Sensitivity:
    """First and total indices from ``n`` base points, a power of two.

    Parameters
    ----------
    groups : bool
        Also a design of the grades of evidence, for values and verdicts.
    """
    size = len(what.dimensions)
    points = sobol_points(size, n, seed)
    values = _without_failures(what.run(values_of(what.dimensions, points), advance))
    found = sobol_indices(values, size, seed)
    half = (n // 2) * (size + 2)
    rough = sobol_indices(values[:half], size, seed) if n >= 4 else found
    # The first and the last point of each block are independent draws.
    met, _ = judge_values(values[:: size + 2], what.indicators)
    share = met.mean(axis=0)
    nothing = np.full_like(found.total, np.nan)
    by_grade = _groups(what, n, seed, advance) if groups else ()
    state = _convergence("sobol", values, found.total, found.total_error, rough.total, share)
    if by_grade:
        of_grades = np.sum([group.first for group in by_grade], axis=0)
        gap = float(np.nanmax(np.abs(np.sum(found.first, axis=0) - of_grades)))
        state = replace(state, gap=gap)
    return Sensitivity(
        "sobol", what, seed, n, _base(what), found.total, found.total_error, found.first,
        found.first_error, nothing, nothing, nothing, share, by_grade, state,
    )  # fmt: skip


def _base(what: Study) -> np.ndarray:
    centres = {item.key: np.array([centre_of(item)]) for item in what.dimensions}
    return np.asarray(what.run(centres, backend="python")[0])


def _without_failures(values: np.ndarray) -> np.ndarray:
    """Values with the few failed runs at the median, since a design may not lose a point."""
    bad = np.isnan(values).any(axis=1)
    if bad.mean() > MOST_FAILED:
        raise RunError(
            f"{bad.sum()} of {len(values)} runs failed: too many for a share of variance."
        )
    if bad.any():
        values = np.where(bad[:, None], np.nanmedian(values, axis=0), values)
    return values


def _convergence(
    method: Method,
    values: np.ndarray,
    strength: np.ndarray,
    error: np.ndarray,
    rough: np.ndarray,
    met: np.ndarray,
) -> Convergence:
    doubt = 4 * met * (1 - met)
    strongest = np.argsort(-np.nan_to_num(strength), axis=0)[:TOP]
    widest = np.take_along_axis(np.nan_to_num(error, nan=np.inf), strongest, axis=0)
    whole = {k for k, _ in ranked(weighted(shares_of(method, strength), doubt))[:TOP]}
    part = {k for k, _ in ranked(weighted(shares_of(method, rough), doubt))[:TOP]}
    fine = [printable(v, e) for v, e in zip(strength.flat, error.flat, strict=True)]
    return Convergence(
        runs=len(values),
        widest=float(widest.max()),
        stable=len(whole & part),
        shown=int(np.sum(fine)),
        withheld=len(fine) - int(np.sum(fine)),
        of=len(whole),
    )


def _groups(what: Study, n: int, seed: int, advance: Callable[[int], None]) -> tuple[Group, ...]:
    """Shares of variance of each grade of evidence together."""
    grades = [what.grade(item) for item in what.dimensions]
    names = group_names(grades)
    # Few groups need few runs a base point; a verdict is rough and needs more of them.
    count = n * 4
    points = sobol_points(len(what.dimensions), count, seed, grades)
    values = _without_failures(what.run(values_of(what.dimensions, points), advance))
    met, _ = judge_values(values, what.indicators)
    both = np.concatenate([values, met.astype(float)], axis=1)
    found = sobol_indices(both, len(what.dimensions), seed, grades)
    k = len(what.indicators)

    def line(table: np.ndarray, row: int, first: int) -> tuple[float, ...]:
        return tuple(map(float, table[row, first : first + k]))

    return tuple(
        Group(
            grade=name,
            inputs=grades.count(name),
            first=line(found.first, row, 0),
            total=line(found.total, row, 0),
            total_error=line(found.total_error, row, 0),
            verdict_total=line(found.total, row, k),
            verdict_error=line(found.total_error, row, k),
        )
        for row, name in enumerate(names)
    )
