"""Inputs that belong together: where the others go when some are moved.

Draws after learning are tied: figures often tell a sum of two constants and neither of them. An
input is then never moved alone. The others go to their mean given it, by the linear regression of
the draws, which is exact for normal draws; what is not moved at all stands at its mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from zjsim.prepare import Prepared
from zjsim.scenario.draws import Dimension, draw_all

# Added to correlations of 1 so that two inputs that are nearly one can be told apart.
RIDGE = 1e-6
REACH = 2.0  # standard deviations: 95 percent of the draws


@dataclass(frozen=True, eq=False)
class Company:
    """Draws of inputs that belong together.

    Parameters
    ----------
    dimensions : tuple of Dimension
        Their ranges hold 95 percent of the draws.
    drawn : mapping of key to array, shape (n,)
    further : mapping of key to array, shape (scores, n)
        Timing of the drivers that have any.
    """

    dimensions: tuple[Dimension, ...]
    drawn: Mapping[str, np.ndarray]
    further: Mapping[str, np.ndarray]

    @cached_property
    def _table(self) -> np.ndarray:
        """Inputs and then the further scores, a row each, shape (n_row, n)."""
        rows = [self.drawn[d.key] for d in self.dimensions]
        return np.concatenate([np.stack(rows), *self.further.values()])

    @property
    def size(self) -> int:
        """Number of draws."""
        return int(self._table.shape[1])

    @cached_property
    def _mean(self) -> np.ndarray:
        return np.asarray(self._table.mean(axis=1))

    @cached_property
    def _sd(self) -> np.ndarray:
        return np.asarray(np.maximum(self._table.std(axis=1), 1e-300))

    @cached_property
    def _correlation(self) -> np.ndarray:
        """Of every row with every input, shape (n_row, n_dimension)."""
        z = (self._table - self._mean[:, None]) / self._sd[:, None]
        found = z @ z[: len(self.dimensions)].T / z.shape[1]
        found[np.arange(len(self.dimensions)), np.arange(len(self.dimensions))] = 1 + RIDGE
        return np.asarray(found)

    def metric(self, moved: np.ndarray) -> np.ndarray:
        """Inverse correlation of some inputs: ``z' metric z`` is how unlikely they are, squared."""
        return np.linalg.inv(self._correlation[np.ix_(moved, moved)])

    def joined(
        self, values: Mapping[str, np.ndarray]
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Values of every input and the further scores; what was NaN goes along.

        Parameters
        ----------
        values : by key, shape (m,); a key that is missing goes along in every row
        """
        count = len(next(iter(values.values())))
        free = np.full(count, np.nan)
        asked = np.stack([values.get(d.key, free) for d in self.dimensions])
        size = len(self.dimensions)
        z = (asked - self._mean[:size, None]) / self._sd[:size, None]
        found = np.empty((len(self._mean), count))
        patterns, which = np.unique(np.isfinite(asked), axis=1, return_inverse=True)
        for k in range(patterns.shape[1]):
            rows, moved = which.ravel() == k, np.flatnonzero(patterns[:, k])
            ties = self._correlation[:, moved] @ self.metric(moved)
            found[:, rows] = ties @ z[np.ix_(moved, rows)]
        whole = self._mean[:, None] + self._sd[:, None] * found
        # Nothing leaves what was drawn, and what is moved is where it was put.
        ends = self._table.min(axis=1), self._table.max(axis=1)
        whole = np.clip(whole, ends[0][:, None], ends[1][:, None])
        whole[:size] = np.where(np.isfinite(asked), asked, whole[:size])
        columns = {d.key: whole[k] for k, d in enumerate(self.dimensions)}
        return columns, self._split(whole[size:])

    def _split(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        found, place = {}, 0
        for key, scores in self.further.items():
            found[key] = rows[place : place + len(scores)]
            place += len(scores)
        return found


def company_of(ready: Prepared) -> Company:
    """All draws after learning of a scenario that starts from them."""
    sample = ready.sample
    assert sample.posterior is not None
    drawn, further = draw_all(
        replace(sample, runs=sample.posterior.n_draw), 0, sample.posterior.n_draw
    )
    return Company(tuple(_told_by(d, drawn[d.key]) for d in sample.dimensions), drawn, further)


def _told_by(item: Dimension, values: np.ndarray) -> Dimension:
    """The dimension with the mean of its draws for its centre, and a range of their spread."""
    mean, sd = float(values.mean()), float(values.std())
    low, high = max(mean - REACH * sd, values.min()), min(mean + REACH * sd, values.max())
    return replace(item, low=float(low), mode=mean, high=float(high), distribution="normal")
