"""Simulation-based calibration: worlds drawn from the prior, learnt as the real one is.

A truth is drawn from the prior, its figures are made with the errors that the likelihood states,
and the sampler learns them year by year. Where prior, likelihood and sampler belong together, the
rank of the truth among the draws is uniform, quantity by quantity. A truth whose run fails makes
no figures and is drawn again: the sampler gives such draws no likelihood either.
[Talts et al. 2018; Modrák et al. 2023 for the log likelihood as a quantity]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zjsim.analysis.learning import smc
from zjsim.analysis.learning.figures import Figures, Misses, figures_until
from zjsim.analysis.learning.work import Learnt
from zjsim.analysis.learning.world import Prediction, World
from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.errors import RunError

BINS = 8
KEPT = 63  # draws that the truth is ranked among: 64 places, a multiple of the bins
MOST_TRIES = 50  # truths drawn in a row whose run fails
LIKELIHOOD = "log_likelihood"


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the truth lay among the draws, world by world.

    Parameters
    ----------
    quantity : str
        A constant or bias by its label, a drift by its driver (mean of the plan's years known),
        an indicator of the plan at its target year, or ``log_likelihood``.
    places : array of int, shape (n_world,)
        Draws below the truth, 0 to ``KEPT``.
    """

    quantity: str
    places: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """Worlds in each of the equal bins, shape (BINS,)."""
        return np.bincount(self.places * BINS // (KEPT + 1), minlength=BINS)

    @property
    def chance(self) -> float:
        """How often uniform ranks would stray as far: a chi-squared test over the bins."""
        # Only calibration tests anything; SciPy's statistics are slow to import.
        from scipy.stats import chisquare

        return float(chisquare(self.counts).pvalue)

    @property
    def middle(self) -> float:
        """Mean rank, 0 to 1; a half is right."""
        return float((self.places + 0.5).mean() / (KEPT + 1))

    @property
    def held(self) -> float:
        """Part of the worlds whose truth lies in the central 80 % of the draws."""
        place = (self.places + 0.5) / (KEPT + 1)
        return float(np.mean((place > 0.1) & (place < 0.9)))


@dataclass(frozen=True)
class Synthetic:
    """Worlds like a real one, whose truth is known.

    Parameters
    ----------
    world : World
    figures : Figures
        Which figures are made; their published values are not used.
    particles : int
    seed : int
    quantities : tuple of str
        Columns of the scores that are ranked, by label; indicators, drifts and the likelihood
        are ranked always.
    """

    world: World
    figures: Figures
    particles: int
    seed: int
    quantities: tuple[str, ...]

    @cached_property
    def last(self) -> int:
        """The last year of the figures."""
        return int(self.figures.years.max())

    @cached_property
    def _prediction(self) -> Prediction:
        return Prediction(self.world, self.figures, self.last)

    def ranks_of(self, number: int) -> dict[str, int]:
        """Rank of the truth of one world by quantity, 0 to ``KEPT``.

        Raises
        ------
        RunError
            When no truth can be drawn whose run goes through.
        """
        truth, observed = self._drawn(number)
        scores = self._learnt(observed, self.seed + 1000 * (number + 1))
        order = np.random.default_rng([self.seed, number, 2]).permutation(len(scores))[:KEPT]
        both = np.concatenate([truth, scores[order]])
        found = self._quantities(both, observed)
        # Equal values, of a draw that failed or of a cut, are placed by chance.
        ties = np.random.default_rng([self.seed, number, 3])
        return {key: _place(values, ties) for key, values in found.items()}

    def _drawn(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """A truth, shape (1, n_unknown), and its figures, shape (n_figure,)."""
        random = np.random.default_rng([self.seed, number, 1])
        for _ in range(MOST_TRIES):
            truth = random.standard_normal((1, self.world.layout.size))
            exact = self._prediction.predict(truth)[0]
            if np.isfinite(exact).all():
                noise = random.standard_t(self.world.file.freedom, exact.size)
                return truth, exact + self.figures.scales * noise
        raise RunError(f"no truth of {MOST_TRIES} in a row drawn from the prior runs through.")

    def _learnt(self, observed: np.ndarray, seed: int) -> np.ndarray:
        """Draws that know all figures, taken in year by year, shape (particles, n_unknown)."""
        now = smc.prior_population(self.particles, self.world.layout.size, seed)
        years, first = self.figures.years, self.world.file.until
        for year in range(first, self.last + 1):
            seen = years <= year
            part = Figures(tuple(np.array(self.figures.used, dtype=object)[seen]), ())
            misses = Misses(observed[seen], part.scales, self.world.file.freedom)
            problem = Learnt(Prediction(self.world, part, year), misses)
            fresh = part.years == year if year > first else np.ones(len(part.used), bool)
            now, _ = smc.take_in(now, problem, ~fresh, fresh, seed + year)
        return now.scores

    def _quantities(self, scores: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
        layout, plan = self.world.layout, self.world.plan
        found = {name: scores[:, layout.names.index(name)] for name in self.quantities}
        for drift in layout.drifts["plan"]:
            years = int(self.last - drift.ahead.since)
            if years > 0:
                found[drift.dimension.key] = drift.deviations(scores)[:, :years].mean(axis=1)
        ready = self.world.prepared(self.last)
        items = plan.plan.indicators
        ran = self.world.run("plan", ready, scores, plan.indicator_variables)
        table = indicator_table(ran, items)
        found |= {item.id: table[:, k] for k, item in enumerate(items)}
        misses = Misses(observed, self.figures.scales, self.world.file.freedom)
        terms = misses.terms(self._prediction.predict(scores))
        found[LIKELIHOOD] = terms.sum(axis=1)
        return found


def synthetic_worlds(
    world: World, until: int, *, particles: int, seed: int, quantities: tuple[str, ...]
) -> Synthetic:
    """Worlds with the figures that the real one has up to a year."""
    figures = figures_until(world.file, world.plan.observations, until)
    return Synthetic(world, figures, particles, seed, quantities)


def ranked(
    worlds: Synthetic, count: int, told: Callable[[int], None] = lambda number: None
) -> tuple[Ranks, ...]:
    """Ranks of the truth over a number of worlds."""
    rows: list[Mapping[str, int]] = []
    for number in range(count):
        rows.append(worlds.ranks_of(number))
        told(number)
    return tuple(Ranks(key, np.array([row[key] for row in rows])) for key in rows[0])


def _place(values: np.ndarray, ties: np.random.Generator) -> int:
    truth, draws = values[0], values[1:]
    equal = int(np.count_nonzero(draws == truth))
    return int(np.count_nonzero(draws < truth)) + int(ties.integers(0, equal + 1))
