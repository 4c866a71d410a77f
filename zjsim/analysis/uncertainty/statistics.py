"""How sure a verdict is: what an ensemble says of each target and of all together.

A run that failed or lacks a value has met nothing: it stays in every denominator and in no
numerator, and in no quantile. Sampling error is shown as Wilson's interval for independent
draws. Sobol and Latin hypercube points are not independent; for them it is too wide as a
rule, and `replicate_error` measures the error instead, from repeats with other seeds.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from zjsim.assessment.assess import judge_indicator
from zjsim.assessment.plan import Indicator, Plan
from zjsim.assessment.probability import (
    Probabilities,
    Share,
    count_columns,
    probabilities_of,
    wilson_share,
)
from zjsim.assessment.progress import compute_verdicts
from zjsim.assessment.reading import indicator_value
from zjsim.ensembles.run import EnsembleRuns
from zjsim.errors import RunError
from zjsim.judging import lay_over
from zjsim.language import Text
from zjsim.scenario.discrepancy import Discrepancy

LEVELS = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)


class Runs(Protocol):
    """What is needed of an ensemble; the same as for `assess`."""

    @property
    def name(self) -> str:
        """Name of the scenario."""

    @property
    def status(self) -> np.ndarray:
        """How each run ended, shape (n_run,); 0 is well."""

    def at(self, variable: str, time: float, /) -> np.ndarray:
        """A variable at a time, shape (n_run,)."""

    def error_at(self, variable: str, time: float, /) -> np.ndarray | None:
        """Its numerical error, shape (n_run,); None if not computed."""


@dataclass(frozen=True, slots=True, eq=False)
class TargetStatistics:
    """One target over all runs.

    Parameters
    ----------
    indicator : Indicator
    share : Share
        Of runs that meet it.
    years : tuple of int
    quantiles : array, shape (n_year, n_level)
        At LEVELS, in the printed unit; NaN when no run has a value.
    shortfall : float
        Expected shortfall over all runs with a value: mean of max(lowest - value, 0), in
        the printed unit.
    shortfall_if_missed : float
        The same over the runs that miss; NaN when none does.
    fails_with_joint : Share
        Of the runs that do not meet all targets, those that miss this one.
    fails_alone : Share
        Of the same runs, those that miss only this one: it alone stands in the way.
    model_share : Share
        ``share`` without model discrepancy: were the model right but for its inputs.
    discrepancy : float
        Part of the variance at the target year that is discrepancy; NaN without any variance.
    other_counts : tuple of (Text, Share)
        Of runs that would meet it on other counts of the same quantity, without discrepancy.
    """

    indicator: Indicator
    share: Share
    years: tuple[int, ...]
    quantiles: np.ndarray
    shortfall: float
    shortfall_if_missed: float
    fails_with_joint: Share
    fails_alone: Share
    model_share: Share
    discrepancy: float = 0.0
    other_counts: tuple[tuple[Text, Share], ...] = ()


@dataclass(frozen=True, slots=True)
class Correlations:
    """Spearman's rank correlations at the target year over the runs with every value.

    Parameters
    ----------
    indicators : tuple of str
        Ids; ``between`` has a row and a column for each.
    drivers : tuple of str
        Sampled drivers; ``with_drivers`` has a row an indicator and a column for each.
    between, with_drivers : array, parts of one; NaN where a quantity does not vary
    n_run : int
    """

    indicators: tuple[str, ...]
    drivers: tuple[str, ...]
    between: np.ndarray
    with_drivers: np.ndarray
    n_run: int

    def conflicts(self, below: float = -0.5) -> list[tuple[str, str, float]]:
        """Pairs of indicators that rarely do well together, the worst first."""
        names = self.indicators
        pairs = [
            (names[i], names[j], float(self.between[i, j]))
            for i in range(len(names))
            for j in range(i + 1, len(names))
            if self.between[i, j] <= below
        ]
        return sorted(pairs, key=lambda pair: pair[2])


@dataclass(frozen=True, slots=True, eq=False)
class EnsembleStatistics:
    """What an ensemble of one scenario says of a plan.

    Parameters
    ----------
    name : str
        Of the scenario.
    n_run, n_failed : int
    targets : tuple of TargetStatistics
        In the order of the plan.
    probabilities : Probabilities
        Of each target, of all, of the binding ones; how many are met.
    correlations : Correlations
    met : array of bool, shape (n_run, n_indicator)
        Which run meets which target.
    """

    name: str
    n_run: int
    n_failed: int
    targets: tuple[TargetStatistics, ...]
    probabilities: Probabilities
    correlations: Correlations
    met: np.ndarray

    @property
    def weakest(self) -> TargetStatistics | None:
        """The target missed in most joint failures; None when every run meets all targets."""
        if self.probabilities.joint.met == self.n_run:
            return None
        return max(self.targets, key=lambda t: (t.fails_with_joint.met, t.fails_alone.met))


def compute_statistics(
    runs: Runs,
    plan: Plan,
    drivers: Sequence[str] = (),
    discrepancies: Mapping[str, Discrepancy] | None = None,
    seed: int = 0,
) -> EnsembleStatistics:
    """Judge an ensemble.

    Parameters
    ----------
    runs : Runs
        Their indicator variables at the years of the plan; read one at a time, so that
        a million runs in shards need little memory.
    plan : Plan
    drivers : sequence of str
        Sampled drivers that were kept, for the rank correlations.
    discrepancies : mapping of indicator id to Discrepancy, or None
        Laid over the runs before they are judged; correlations are those of the runs.
    seed : int
        Of the discrepancies.
    """
    alive = np.asarray(runs.status) == 0
    items = plan.indicators
    values = np.empty((alive.size, len(items)))
    modelled = np.empty_like(values)
    met = np.empty(values.shape, dtype=bool)
    unknown: list[int] = []
    quantiles, model_shares = [], []

    def lay(item: Indicator, paths: Sequence[np.ndarray], years: Sequence[int]) -> list[np.ndarray]:
        one = (discrepancies or {}).get(item.id)
        if one is None:
            return list(paths)
        return lay_over(one, paths, years, item, plan.base_year, seed)

    for position, item in enumerate(items):
        judged = judge_indicator(runs, alive, plan, item, lay)
        modelled[:, position], values[:, position] = judged.modelled, judged.paths[-1]
        column, unclear = count_columns([judged.verdicts])
        met[:, position] = column[:, 0]
        unknown += unclear
        quantiles.append(np.stack([_quantiles(path) for path in judged.paths]))
        model_shares.append(judge_values(judged.modelled[:, None], [item])[1].targets[0])
    probabilities = probabilities_of(met, unknown, [item.binding for item in items])
    joint_failures = ~met.all(axis=1)
    missed = len(items) - met.sum(axis=1)
    total = int(joint_failures.sum())
    targets = []
    for position, item in enumerate(items):
        missing_it = ~met[:, position]
        targets.append(
            TargetStatistics(
                indicator=item,
                share=probabilities.targets[position],
                years=_years(plan, item),
                quantiles=quantiles[position],
                **_shortfalls(values[:, position], item.target.lowest),
                fails_with_joint=wilson_share(int(missing_it.sum()), total),
                fails_alone=wilson_share(int((missing_it & (missed == 1)).sum()), total),
                model_share=model_shares[position],
                discrepancy=part_of_variance(modelled[:, position], values[:, position]),
                other_counts=_other_counts(runs, alive, item),
            )
        )
    return EnsembleStatistics(
        name=runs.name,
        n_run=int(alive.size),
        n_failed=int(np.count_nonzero(~alive)),
        targets=tuple(targets),
        probabilities=probabilities,
        correlations=_correlations(runs, plan, modelled, drivers),
        met=met,
    )


def _other_counts(runs: Runs, alive: np.ndarray, item: Indicator) -> tuple[tuple[Text, Share], ...]:
    """How often the target would be met on each other count that the runs hold."""
    found = []
    for count in item.other_counts:
        try:
            values = indicator_value(runs, replace(item, variable=count.variable), item.target.year)
        except (RunError, KeyError):
            continue
        column = np.where(alive, values, np.nan)[:, None]
        found.append((count.label, judge_values(column, [item])[1].targets[0]))
    return tuple(found)


def statistics_of(runs: EnsembleRuns) -> EnsembleStatistics:
    """Judge an ensemble with the discrepancies of its plan, drawn with its seed."""
    found = runs.discrepancies
    return compute_statistics(runs, runs.plan.plan, runs.drivers, found, runs.sample.seed)


def indicator_draws(runs: EnsembleRuns, item: Indicator, years: Sequence[int]) -> np.ndarray:
    """An indicator of each run with its discrepancy, shape (n_run, n_year); NaN if it failed."""
    values = [indicator_value(runs, item, year) for year in years]
    one = runs.discrepancies.get(item.id)
    if one is not None:
        values = lay_over(one, values, years, item, runs.plan.plan.base_year, runs.sample.seed)
    return np.where((runs.status == 0)[:, None], np.stack(values, axis=1), np.nan)


def part_of_variance(modelled: np.ndarray, values: np.ndarray) -> float:
    """Part of the variance of ``values`` that those of the model do not have, at least 0."""
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        whole, own = float(np.nanvar(values)), float(np.nanvar(modelled))
    return max(1 - own / whole, 0.0) if whole > 0 else math.nan


def _years(plan: Plan, item: Indicator) -> tuple[int, ...]:
    return tuple(year for year in plan.years if year <= item.target.year)


def _quantiles(values: np.ndarray) -> np.ndarray:
    finite = values[np.isfinite(values)]
    return np.quantile(finite, LEVELS) if finite.size else np.full(len(LEVELS), np.nan)


def _shortfalls(values: np.ndarray, lowest: float) -> dict[str, float]:
    short = np.maximum(lowest - values[np.isfinite(values)], 0.0)
    missing = short[short > 0]
    return {
        "shortfall": float(short.mean()) if short.size else math.nan,
        "shortfall_if_missed": float(missing.mean()) if missing.size else math.nan,
    }


def judge_values(
    values: np.ndarray, items: Sequence[Indicator]
) -> tuple[np.ndarray, Probabilities]:
    """Which run meets which target, and how often.

    Parameters
    ----------
    values : array, shape (n_run, n_indicator), in the printed units; NaN is not met

    Returns
    -------
    array of bool, shape (n_run, n_indicator), and the probabilities
    """
    met, unknown = count_columns(
        compute_verdicts(values[:, k], item.target.lowest, item.target.highest)
        for k, item in enumerate(items)
    )
    return met, probabilities_of(met, unknown, [item.binding for item in items])


def _correlations(
    runs: Runs, plan: Plan, values: np.ndarray, drivers: Sequence[str]
) -> Correlations:
    last = float(max(item.target.year for item in plan.indicators))
    held, columns = [], []
    for name in drivers:
        try:
            columns.append(np.asarray(runs.at(name, last), dtype=float))
        except (RunError, KeyError):
            continue
        held.append(name)
    n_item = values.shape[1]
    table = [*values.T, *columns]
    # A column with no value at all must not empty the rest.
    known = [k for k, column in enumerate(table) if np.isfinite(column).any()]
    whole = np.ones(values.shape[0], dtype=bool)
    for k in known:
        whole &= np.isfinite(table[k])
    matrix = np.full((len(table),) * 2, np.nan)
    matrix[np.ix_(known, known)] = spearman([table[k][whole] for k in known])
    return Correlations(
        indicators=plan.indicator_ids,
        drivers=tuple(held),
        between=matrix[:n_item, :n_item],
        with_drivers=matrix[:n_item, n_item:],
        n_run=int(whole.sum()),
    )


def spearman(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Rank correlations of k columns of n values each, shape (k, k).

    NaN where a column does not vary or with fewer than three values.
    """
    # Imported here because only ensembles rank anything, and the draws have imported it then.
    from scipy.stats import rankdata

    if len(columns) == 0 or len(columns[0]) < 3:
        return np.full((len(columns), len(columns)), np.nan)
    ranks = rankdata(np.stack(columns), axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    lengths = np.sqrt((ranks * ranks).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.einsum("in,jn->ij", ranks, ranks) / np.outer(lengths, lengths)
    return np.asarray(np.clip(found, -1.0, 1.0))
