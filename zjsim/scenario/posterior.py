"""Draws after learning, in a file: what an ensemble starts from instead of the prior.

The draws of one row belong together: constants, levers and drifts are correlated after learning,
and are never drawn apart. A file knows until which year its figures reach, and carries a hash of
all its numbers, which stands in the manifest of everything that rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.cache import content_hash
from zjsim.errors import ScenarioError
from zjsim.files import atomic
from zjsim.frozen import FrozenDict
from zjsim.scenario.outlook import Ahead

SUFFIX = ".nc"
_FORMAT = "zjsim posterior 1"


@dataclass(frozen=True, eq=False)
class Posterior:
    """Equally likely draws.

    Parameters
    ----------
    known_until : int
        Last year of the figures, and of the drivers, that were known.
    plan, model_hash : str
        What the draws are of.
    values : mapping of key to array, shape (n,)
        Constants, and factors on levers as ``levers.<id>``.
    shocks : mapping of driver key to array, shape (n, years)
        Yearly shocks over their standard deviation, of drivers that nothing published tells.
    since : int
        The year before the first shock.
    scores : array, shape (n, n_unknown)
        All unknowns, standard normal before learning; what the next year begins with.
    unknowns : tuple of str
        Labels of the columns of ``scores``.
    predictions : array, shape (n, n_figure)
        Of the figures learnt from, in the unit of each.
    figures : tuple of str
        ``series.measure year`` of each.
    attributes : mapping
        Seed, evidence and the rest of where it came from: plain numbers and texts.
    """

    known_until: int
    plan: str
    model_hash: str
    values: Mapping[str, np.ndarray]
    shocks: Mapping[str, np.ndarray]
    since: int
    scores: np.ndarray
    unknowns: tuple[str, ...]
    predictions: np.ndarray
    figures: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=FrozenDict)

    @property
    def n_draw(self) -> int:
        """Number of draws."""
        return len(self.scores)

    @cached_property
    def hash(self) -> str:
        """Hash of every number, and of what they are."""
        parts: list[str | bytes] = [_FORMAT, self.plan, self.model_hash, str(self.known_until)]
        for name, values in (*sorted(self.values.items()), *sorted(self.shocks.items())):
            parts += [name, np.ascontiguousarray(values).tobytes()]
        parts += [str(self.since), *self.unknowns, np.ascontiguousarray(self.scores).tobytes()]
        return content_hash(*parts)

    def scores_of(self, key: str, ahead: Ahead, fresh: np.ndarray, rows: slice) -> np.ndarray:
        """Scores of a driver's mean deviation and its timing, shape (years, n).

        Parameters
        ----------
        fresh : array, shape (years, n)
            Standard normal numbers; the last of them serve the years beyond the learnt ones.
        """
        learnt = self.shocks[key][rows]
        shocks = np.array(fresh.T)
        shared = min(learnt.shape[1], ahead.years)
        shocks[:, :shared] = learnt[:, :shared]
        return ahead.scores_of(shocks).T

    def __repr__(self) -> str:
        return (
            f"<Posterior of {self.plan}, known until {self.known_until}: {self.n_draw:,} draws "
            f"({self.hash[:8]})>"
        )


def write_posterior(path: Path, posterior: Posterior) -> None:
    """Write a posterior as netCDF, which ArviZ and xarray open.

    Raises
    ------
    ScenarioError
        When the file cannot be written.
    """
    # Only learning writes one; xarray takes half a second to import.
    import xarray as xr

    values, shocks = posterior.values, posterior.shocks
    years = next(iter(shocks.values())).shape[1] if shocks else 0
    data = xr.Dataset(
        {
            "value": (("draw", "parameter"), _columns(values, posterior.n_draw)),
            "shock": (
                ("draw", "driver", "year"),
                np.stack([shocks[k] for k in sorted(shocks)], axis=1)
                if shocks
                else np.zeros((posterior.n_draw, 0, 0)),
            ),
            "score": (("draw", "unknown"), posterior.scores),
            "prediction": (("draw", "figure"), posterior.predictions),
        },
        coords={
            "parameter": sorted(values),
            "driver": sorted(shocks),
            "year": posterior.since + 1 + np.arange(years),
            "unknown": list(posterior.unknowns),
            "figure": list(posterior.figures),
        },
        attrs={
            "format": _FORMAT,
            "known_until": posterior.known_until,
            "plan": posterior.plan,
            "model_hash": posterior.model_hash,
            "since": posterior.since,
            "hash": posterior.hash,
            **{f"made_{key}": value for key, value in posterior.attributes.items()},
        },
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as part:
            data.to_netcdf(part, engine="h5netcdf")
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be written: {error}") from None


def _columns(values: Mapping[str, np.ndarray], n: int) -> np.ndarray:
    return np.stack([values[k] for k in sorted(values)], axis=1) if values else np.zeros((n, 0))


def read_posterior(path: Path) -> Posterior:
    """Read a posterior, and check that no number of it has changed.

    Raises
    ------
    ScenarioError
        When there is none, or it is not as it was written.
    """
    if not path.is_file():
        raise ScenarioError(
            f"{path}: no such posterior. `zjsim learn --out {path.parent}` writes one a year."
        )
    stamp = path.stat()
    return _read(path, stamp.st_size, stamp.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, size: int, changed: int) -> Posterior:
    # Only an ensemble that starts from a posterior reads one.
    import xarray as xr

    try:
        with xr.open_dataset(path, engine="h5netcdf") as data:
            data.load()
        if data.attrs.get("format") != _FORMAT:
            raise KeyError("format")
        found = _posterior(data)
        said = data.attrs["hash"]
    except (OSError, KeyError, ValueError):
        raise ScenarioError(f"{path}: this is no posterior that `zjsim learn` wrote.") from None
    if found.hash != said:
        raise ScenarioError(f"{path}: its numbers are not those that `zjsim learn` wrote.")
    return found


def _posterior(data: Any) -> Posterior:
    def texts(name: str) -> tuple[str, ...]:
        return tuple(map(str, data[name].values))

    made = {
        key.removeprefix("made_"): value.item() if hasattr(value, "item") else value
        for key, value in data.attrs.items()
        if key.startswith("made_")
    }
    return Posterior(
        known_until=int(data.attrs["known_until"]),
        plan=str(data.attrs["plan"]),
        model_hash=str(data.attrs["model_hash"]),
        values={k: data["value"].values[:, i] for i, k in enumerate(texts("parameter"))},
        shocks={k: data["shock"].values[:, i] for i, k in enumerate(texts("driver"))},
        since=int(data.attrs["since"]),
        scores=data["score"].values,
        unknowns=texts("unknown"),
        predictions=data["prediction"].values,
        figures=texts("figure"),
        attributes=FrozenDict(made),
    )
