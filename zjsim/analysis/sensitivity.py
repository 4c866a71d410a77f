"""Sensitivity: which assumptions decide the verdicts, and what nobody has measured.

One at a time (tornado), screening (Morris) or shares of variance (Sobol), for all indicators
at once. Whatever the method, inputs are ranked by what they do to the targets whose verdict is
in doubt: a target that every run meets, or none, weighs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from zjsim.analysis.comparisons_file import FILE as COMPARISONS
from zjsim.analysis.comparisons_file import read_comparisons
from zjsim.analysis.design import (
    centre_of,
    driver_dimensions,
    indicator_table,
    inputs_of,
    values_of,
    with_calibration,
)
from zjsim.analysis.designs import (
    group_names,
    morris_effects,
    morris_points,
    sobol_indices,
    sobol_points,
)
from zjsim.analysis.ensemble import judge_values
from zjsim.assessment.plan import Indicator
from zjsim.engines.kernel.engine import Backend, CompiledProgram, KernelEngine
from zjsim.errors import RunError
from zjsim.scenario.calibrated import calibrated_ranges
from zjsim.scenario.draws import Dimension
from zjsim.scenario.resolve import Resolved
from zjsim.scenario.sampling import plan_sampling
from zjsim.scenario.schema import Scenario
from zjsim.workflow import OpenPlan

Method = Literal["tornado", "morris", "sobol"]
METHODS: tuple[Method, ...] = ("tornado", "morris", "sobol")
PIECE = 16384
MOST_FAILED = 0.005  # parts of one; more would bend a share of variance
TOP = 5
UNMEASURED = ("D", "M", "driver", "lever")
# An index is printed when its half-width is below this, or below half of the index.
WIDEST, WIDEST_PART = 0.05, 0.5


@dataclass(frozen=True)
class Study:
    """A scenario with everything that varies in it.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
    dimensions : tuple of Dimension
        Constants, drivers and the carrying out of levers.
    backend : {"auto", "python", "compiled"}
    correlations_aside : int
        Pairs that the scenario correlates and this analysis does not.
    """

    plan: OpenPlan
    resolved: Resolved
    dimensions: tuple[Dimension, ...]
    backend: Backend = "auto"
    correlations_aside: int = 0

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Of the plan."""
        return self.plan.plan.indicators

    @cached_property
    def _compiled(self) -> CompiledProgram:
        return KernelEngine(self.backend).compile_program(self.plan.program)

    def grade(self, item: Dimension) -> str:
        """Grade of evidence of a constant; ``driver`` or ``lever`` of what is no constant."""
        row = self.plan.constants.row(item.name) if item.kind == "constant" else None
        return item.kind if row is None else row.grade

    def run(
        self,
        values: Mapping[str, np.ndarray],
        advance: Callable[[int], None] = lambda count: None,
        backend: Backend | None = None,
    ) -> np.ndarray:
        """Each indicator at its target year, shape (n_run, n_indicator), NaN where it failed.

        Parameters
        ----------
        values : by key of a dimension; others stay as the scenario has them
        """
        total = len(next(iter(values.values())))
        # Chosen once for all pieces: the two ways differ in the last bits.
        chosen = backend or ("python" if self.backend == "auto" and total <= 40 else self.backend)
        chosen = "compiled" if chosen == "auto" else chosen
        save = tuple(dict.fromkeys(item.variable for item in self.indicators))
        found = []
        for first in range(0, total, PIECE):
            piece = {key: column[first : first + PIECE] for key, column in values.items()}
            inputs = inputs_of(self.resolved.inputs, self.dimensions, piece)
            grid = replace(inputs.grid, save_every=0.5)
            ran = self._compiled.run(replace(inputs, save=save, grid=grid), chosen)
            found.append(indicator_table(ran, self.indicators))
            advance(ran.n_run)
        return np.concatenate(found)


def study(
    plan: OpenPlan,
    scenario: str | Scenario = "baseline",
    assignments: Sequence[str] = (),
    *,
    calibrated: bool = True,
    backend: Backend = "auto",
) -> Study:
    """Everything that varies in a scenario.

    Constants within ``constants.csv`` (identified ones within ``calibration.csv``), levers as
    an ensemble of the scenario carries them out, and drivers as far as the outlook was
    uncertain, unless the scenario samples them itself. Correlations of the scenario are set
    aside, because shares of variance are defined for independent inputs; their number is kept.
    """
    resolved = plan.resolve(plan.read_scenario(scenario, assignments))
    sample = plan_sampling(resolved, plan.names, plan.constants)
    has_outlook = plan.folder.file(COMPARISONS).is_file()
    errors = read_comparisons(plan).outlook_errors if has_outlook else ()
    drivers = driver_dimensions(resolved, errors, sample.dimensions)
    ranges = calibrated_ranges(plan) if calibrated else {}
    dimensions = with_calibration([*sample.dimensions, *drivers], ranges)
    aside = len(resolved.scenario.sampling.correlations)
    return Study(plan, resolved, dimensions, backend, aside)


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

    ``widest`` is the largest half-width among the five strongest inputs of each indicator;
    ``stable`` how many of the five deciders half the design names too.
    """

    runs: int
    failed: int
    widest: float
    stable: int
    shown: int
    withheld: int

    @property
    def converged(self) -> bool:
        """Four of five deciders are the same with half the runs, and no index is vague."""
        return self.stable >= TOP - 1 and self.widest <= 0.1


@dataclass(frozen=True, slots=True)
class Sensitivity:
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

    def shown(self, value: float, error: float) -> bool:
        """Whether an index is known well enough to be printed."""
        return printable(value, error)


def shares_of(method: Method, strength: np.ndarray) -> np.ndarray:
    """Strengths made comparable between indicators, parts of one."""
    known = np.nan_to_num(np.clip(strength, 0.0, None))
    if method == "sobol":
        return known
    squared = known**2
    total = squared.sum(axis=0)
    return np.divide(squared, total, out=np.zeros_like(squared), where=total > 0)


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
    """Each input at both ends of its range, all others as in the scenario."""
    items = what.dimensions
    n = 2 * len(items) + 1
    centres = {item.key: np.full(n, centre_of(item)) for item in items}
    for k, item in enumerate(items):
        centres[item.key][1 + 2 * k : 3 + 2 * k] = item.low, item.high
    values = what.run(centres, advance)
    low, high = values[1::2], values[2::2]
    swing = np.abs(high - low)
    # A quarter of the range is one standard deviation of the tables' normals.
    sd = np.sqrt(np.nansum((swing / 4) ** 2, axis=0))
    met = _normal_share(values[0], sd, what.indicators)
    nothing = np.full_like(swing, np.nan)
    failed = int(np.isnan(values).any(axis=1).sum())
    return Sensitivity(
        "tornado", what, 0, 0, values[0], swing, np.zeros_like(swing),
        shares_of("tornado", swing), np.zeros_like(swing), low, high, nothing, met, (),
        Convergence(n, failed, 0.0, TOP, swing.size, 0),
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
    return Sensitivity(
        "sobol", what, seed, n, _base(what), found.total, found.total_error, found.first,
        found.first_error, nothing, nothing, nothing, share,
        _groups(what, n, seed, advance) if groups else (),
        _convergence("sobol", values, found.total, found.total_error, rough.total, share),
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
        failed=0,
        widest=float(widest.max()),
        stable=len(whole & part),
        shown=sum(fine),
        withheld=len(fine) - sum(fine),
    )


def _groups(
    what: Study, n: int, seed: int, advance: Callable[[int], None]
) -> tuple[Group, ...]:
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
