"""An xarray Dataset over a store of runs whose values are read when they are used.

Nothing but xarray is needed for that; ``.chunk()`` turns it into Dask arrays where Dask is
installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends.common import BackendArray
from xarray.core import indexing

from zjsim.ensembles.shards import Store


class _Column(BackendArray):
    """One variable; only the shards that hold the asked-for runs are read."""

    def __init__(self, store: Store, name: str) -> None:
        self.store, self.name = store, name
        self.shape = (store.n_run, store.times.size)
        self.dtype = np.dtype(float)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> np.ndarray:
        runs, times = key
        if isinstance(runs, slice):
            first, last, step = runs.indices(self.shape[0])
            if step < 0:
                return self.store.column(self.name)[runs, times]
            return self.store.column(self.name, first, last)[::step, times]
        return np.asarray(self.store.column(self.name, int(runs), int(runs) + 1)[0, times])


def lazy_dataset(
    store: Store,
    status: np.ndarray,
    units: Mapping[str, str],
    documentation: Mapping[str, str],
    attributes: Mapping[str, Any],
) -> xr.Dataset:
    """A Dataset with dims (run, time), in the shape of ``Trajectories.to_dataset``."""
    variables = {
        name: xr.Variable(
            ("run", "time"),
            indexing.LazilyIndexedArray(_Column(store, name)),
            {
                "units": units.get(name, ""),
                "long_name": name,
                "description": documentation.get(name, ""),
            },
        )
        for name in store.names
    }
    coordinates = {
        "run": np.arange(store.n_run),
        "time": ("time", store.times, {"units": "Year", "convention": "t = Y is mid-Y"}),
        "status": ("run", status),
    }
    return xr.Dataset(variables, coords=coordinates, attrs=dict(attributes))
