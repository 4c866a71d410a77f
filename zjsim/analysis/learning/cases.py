"""Scores of forecasts from rolling origins: one case, many cases, and the weight of a pool."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zjsim.analysis.history.naive import Forecast
from zjsim.analysis.learning.figures import Figure

NAMES = ("model", "outside", "trend", "ar1", "plan_line")
BAND = 0.8
WEIGHTS = np.linspace(0, 1, 21)
FEWEST_ERROR = 2  # cases from which a standard error can be told


@dataclass(frozen=True, slots=True)
class Case:
    """One figure forecast from one origin.

    Parameters
    ----------
    origin : int
        Last year known.
    figure : Figure
    unit : float
        What is divided by, so that all scores are in percent or points: a hundredth of the
        level of a share or index, 1 for growth.
    median, low, high : float
        Of the model's forecast, error of measurement included; ends of the 80 % band.
    mean, sd : float
    rank : float
    held : bool
        The figure lies in the band.
    crps : mapping of name to float
        By NAMES; what cannot forecast this figure is missing.
    others : mapping of name to Forecast
    """

    origin: int
    figure: Figure
    unit: float
    median: float
    low: float
    high: float
    mean: float
    sd: float
    rank: float
    held: bool
    crps: Mapping[str, float]
    others: Mapping[str, Forecast]

    @property
    def horizon(self) -> int:
        """Years ahead."""
        return self.figure.year - self.origin

    def log_score(self, name: str = "model") -> float:
        """Logarithm of the density at the figure, in percent or points; a normal is taken."""
        if name == "model":
            mean, sd = self.mean, self.sd
        else:
            mean, sd = self.others[name].mean, self.others[name].sd
        if sd <= 0:
            return -math.inf
        z = (self.figure.datum.value - mean) / sd
        return -0.5 * z * z - math.log(sd / self.unit) - 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, slots=True)
class Skill:
    """1 less the ratio of two mean scores over the cases that both can forecast.

    ``error`` is its standard error, cases of one figure counted as one.
    """

    value: float
    error: float
    cases: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Scores of some cases; NaN without any."""

    cases: int
    coverage: float
    crps: float
    log_score: float
    ranks: tuple[float, ...]
    skill: Mapping[str, Skill]


@dataclass(frozen=True, slots=True)
class Pool:
    """The weight of the model in a linear pool with the outside view.

    Parameters
    ----------
    weight : float
        Mean of its posterior from a flat prior, by the log scores of the pool over the origins
        before the plan; a figure forecast from several origins counts once.
    low, high : float
        80 % of that posterior.
    cases, figures : int
    """

    weight: float
    low: float
    high: float
    cases: int
    figures: int


def summary(cases: Sequence[Case]) -> Summary:
    """Coverage, scores and skill of some cases."""
    if not cases:
        return Summary(0, math.nan, math.nan, math.nan, (), {})
    skill = {name: found for name in NAMES[1:] if (found := skill_on(cases, name)) is not None}
    return Summary(
        cases=len(cases),
        coverage=float(np.mean([case.held for case in cases])),
        crps=float(np.mean([case.crps["model"] for case in cases])),
        log_score=float(np.mean([case.log_score() for case in cases])),
        ranks=tuple(case.rank for case in cases),
        skill=skill,
    )


def skill_on(cases: Sequence[Case], name: str) -> Skill | None:
    """Skill of the model on another forecast; None when the two share no case."""
    both = [case for case in cases if name in case.crps]
    if not both:
        return None
    ours = np.array([case.crps["model"] for case in both])
    theirs = np.array([case.crps[name] for case in both])
    ratio = float(ours.mean() / theirs.mean())
    # A figure forecast from several origins is one piece of evidence: residuals of the ratio are
    # added up by figure before their spread is taken.
    parts: dict[tuple[str, int], float] = {}
    for case, a, b in zip(both, ours, theirs, strict=True):
        key = (case.figure.row.key, case.figure.year)
        parts[key] = parts.get(key, 0.0) + float(a - ratio * b)
    n = len(parts)
    error = math.nan
    if n >= FEWEST_ERROR:
        spread = math.sqrt(n / (n - 1) * sum(v * v for v in parts.values()))
        error = spread / float(theirs.sum())
    return Skill(1 - ratio, error, len(both))


def pooled(cases: Sequence[Case]) -> Pool:
    """The weight that cases which both can forecast speak for."""
    both = [case for case in cases if "outside" in case.others]
    if not both:
        return Pool(1.0, 0.0, 1.0, 0, 0)
    density = np.exp([[c.log_score(), c.log_score("outside")] for c in both])
    scores = np.log(
        np.maximum(WEIGHTS[:, None] * density[:, 0] + (1 - WEIGHTS[:, None]) * density[:, 1], 1e-12)
    )
    means = scores.mean(axis=1)
    figures = len({(case.figure.row.key, case.figure.year) for case in both})
    # Not the best weight alone: a dozen figures do not make one forecast worthless.
    chance = np.exp(figures * (means - means.max()))
    chance /= chance.sum()
    low, high = np.interp([0.1, 0.9], np.cumsum(chance), WEIGHTS)
    mean = float(np.sum(chance * WEIGHTS))
    return Pool(mean, float(low), float(high), len(both), figures)


def pit_probability(ranks: Sequence[float]) -> float:
    """How often uniform ranks would stray as far; ranks of one figure are not independent."""
    # Imported here because only scores test anything.
    from scipy.stats import kstest

    return float(kstest(ranks, "uniform").pvalue) if len(ranks) > 1 else math.nan
