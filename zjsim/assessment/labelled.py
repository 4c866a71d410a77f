"""Runs read from an xarray Dataset, so that what was saved or cut can be judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from zjsim.errors import RunError, did_you_mean
from zjsim.trajectories import row_at

if TYPE_CHECKING:
    import xarray as xr


class LabelledRuns:
    """The runs of a Dataset over (run, time); values are read when they are used.

    Parameters
    ----------
    dataset : xarray.Dataset
        As ``runs.to_dataset()`` gives it or ``trajectories.nc`` holds it, or a selection of that.
        Without a dimension ``run`` it is one run, without ``status`` every run ended well.

    Raises
    ------
    RunError
        When it has no coordinate ``time``.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        if "time" not in dataset.coords or dataset["time"].ndim != 1:
            found = ", ".join(map(str, dataset.dims)) or "none"
            raise RunError(
                "a dataset of runs needs the dimensions run and time; this one has: "
                f"{found}. `runs.to_dataset()` and `trajectories.nc` have them."
            )
        self._dataset = dataset if "run" in dataset.dims else dataset.expand_dims("run")
        self._times = np.asarray(dataset["time"].values, dtype=float)
        self._recent: tuple[str, np.ndarray] | None = None

    @property
    def name(self) -> str:
        """Name of the scenario."""
        # Of several scenarios the name is a coordinate.
        if "scenario" in self._dataset.coords:
            return str(self._dataset["scenario"].item())
        return str(self._dataset.attrs.get("scenario", "dataset"))

    @property
    def label(self) -> Mapping[str, str]:
        """Empty: a dataset has no words for its scenario."""
        return {}

    @property
    def status(self) -> np.ndarray:
        """How each run ended, shape (n_run,); 0 is well."""
        if "status" not in self._dataset:
            return np.zeros(self._dataset.sizes["run"], dtype=np.uint8)
        return np.atleast_1d(self._dataset["status"].values)

    @property
    def seed(self) -> int | None:
        """Seed of the draws; None when the runs are none of an ensemble."""
        seed = self._dataset.attrs.get("seed")
        return None if seed is None else int(seed)

    @property
    def numbers(self) -> np.ndarray:
        """Number of each run in its ensemble, shape (n_run,)."""
        size = self._dataset.sizes["run"]
        known = "run" in self._dataset.coords
        return np.asarray(self._dataset["run"].values) if known else np.arange(size)

    def at(self, variable: str, time: float) -> np.ndarray:
        """A variable at a time, shape (n_run,), in the model's unit.

        Raises
        ------
        RunError
            When the variable or the time is not there.
        """
        if variable not in self._dataset:
            names = [str(name) for name in self._dataset.data_vars]
            hint = did_you_mean(variable, names)
            raise RunError(f"{variable}: no such variable in the dataset. {hint}".rstrip())
        row = row_at(self._times, time, variable)
        if self._recent is None or self._recent[0] != variable:
            # Six years of one variable are read at once: shards are slow to open.
            values = self._dataset[variable].transpose("run", "time").values
            self._recent = variable, values
        return self._recent[1][:, row]

    def error_at(self, variable: str, time: float) -> np.ndarray | None:
        """None: a dataset holds no second run at half the step."""
        return None
