"""Ensembles and sensitivities of a bare model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zjsim.analysis.bare.study import BareStudy
from zjsim.analysis.sensitivity import unit_cube
from zjsim.engines.base import ModelSource
from zjsim.errors import RunError
from zjsim.prepare import compiled_source
from zjsim.scenario.draws import draw, quantile
from zjsim.trajectories import Trajectories

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["tornado", "morris", "sobol"]
SIZES: dict[str, int] = {"tornado": 1, "morris": 32, "sobol": 256}
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# Runs at a time: what they save stays small beside the memory.
_CHUNK_NUMBERS = 20_000_000


@dataclass(frozen=True, slots=True)
class BareEnsemble:
    """Runs of a bare model over draws from ranges.

    Parameters
    ----------
    study : BareStudy
    draws : dict of str to array, shape (n_run,)
        Value of each constant that varies.
    runs : Trajectories
        The outputs of the study.
    """

    study: BareStudy
    draws: dict[str, np.ndarray]
    runs: Trajectories

    def quantiles(self, name: str) -> np.ndarray:
        """Quantiles of one output at each time over the runs that did not fail.

        Returns
        -------
        array, shape (len(QUANTILES), n_time)
        """
        alive = self.runs.status == 0
        if not alive.any():
            raise RunError(f"{self.study.name}: every run failed; none gives a finite {name}.")
        return np.asarray(np.quantile(self.runs[name][alive], QUANTILES, axis=0))

    def to_frame(self) -> pd.DataFrame:
        """A row a run: the constants drawn, each output at the last time, and the status."""
        import pandas as pd

        last = {name: self.runs[name][:, -1] for name in self.runs.names}
        frame = pd.DataFrame({**self.draws, **last, "status": self.runs.status})
        frame.index.name = "run"
        return frame

    def quantile_frame(self) -> pd.DataFrame:
        """A row an output and a time, a column a quantile."""
        import pandas as pd

        parts = []
        for name in self.runs.names:
            table = self.quantiles(name).T
            part = pd.DataFrame(table, columns=[f"q{round(100 * q):02d}" for q in QUANTILES])
            part.insert(0, "time", self.runs.times)
            part.insert(0, "variable", name)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)


def simulate_bare_ensemble(
    study: BareStudy,
    runs: int | None = None,
    seed: int | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> BareEnsemble:
    """Run the model over draws from the ranges of a study.

    Parameters
    ----------
    runs, seed : int or None
        Other than the study's own.
    advance : callable
        Told how many runs are done.

    Raises
    ------
    ZjsimError
        When the model cannot be run.
    """
    plan = study.plan(runs, seed)
    drawn = draw(plan, 0, plan.runs)
    return BareEnsemble(study, drawn, run_drawn(study, drawn, plan.runs, advance))


def run_drawn(
    study: BareStudy,
    drawn: dict[str, np.ndarray],
    count: int,
    advance: Callable[[int], None] = lambda count: None,
    total: int | None = None,
) -> Trajectories:
    """The outputs of ``count`` runs, in chunks; ``total`` of a study that is computed in parts."""
    compiled: Any = compiled_source(ModelSource(study.model))
    whole = replace(study.ready.of_runs(drawn, count), save=study.outputs)
    from zjsim.engines.kernel.engine import backend_for

    backend = backend_for(total or count)
    numbers = len(whole.grid.saved_times) * (len(study.outputs) + 2 * len(study.model.draws))
    chunk = int(np.clip(_CHUNK_NUMBERS // max(numbers, 1), 64, 65536))
    parts = []
    for first in range(0, count, chunk):
        last = min(first + chunk, count)
        parts.append(compiled.run(whole.rows(first, last), backend))
        advance(last - first)
    joined = replace(
        parts[0],
        values=np.concatenate([part.values for part in parts]),
        status=np.concatenate([part.status for part in parts]),
    )
    return study.ready.told(joined)


@dataclass(frozen=True, slots=True)
class BareSensitivity:
    """What decides the outputs of a bare model at one time.

    Parameters
    ----------
    study : BareStudy
    method : {"tornado", "morris", "sobol"}
    time : float
        Time of the model.
    strength, error : array, shape (n_dimension, n_output)
        Of a tornado the change of the output from the lowest to the highest value; of Morris the
        mean elementary effect; of Sobol the total index. The error is half of its 95 % interval,
        NaN where the method has none.
    first : array or None
        Of Sobol the first-order index.
    runs : int
    """

    study: BareStudy
    method: str
    time: float
    strength: np.ndarray
    error: np.ndarray
    first: np.ndarray | None
    runs: int

    def to_frame(self) -> pd.DataFrame:
        """A row an output and a constant, the strongest first."""
        import pandas as pd

        column = {"tornado": "change", "morris": "mu_star", "sobol": "total"}[self.method]
        records = []
        for k, output in enumerate(self.study.outputs):
            sizes = np.nan_to_num(np.abs(self.strength[:, k]), nan=-1.0)
            for i in np.argsort(-sizes, kind="stable"):
                record: dict[str, Any] = {
                    "variable": output,
                    "constant": self.study.dimensions[i].key,
                    column: float(self.strength[i, k]),
                }
                if self.method != "tornado":
                    record["error"] = float(self.error[i, k])
                if self.first is not None:
                    record["first"] = float(self.first[i, k])
                records.append(record)
        return pd.DataFrame(records)


def bare_sensitivity(
    study: BareStudy,
    method: Method = "tornado",
    size: int | None = None,
    seed: int | None = None,
    time: float | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> BareSensitivity:
    """Which constants decide the outputs at a time.

    Parameters
    ----------
    method : {"tornado", "morris", "sobol"}
        One at a time from the model's own values; elementary effects; shares of the variance.
    size : int or None
        Paths of Morris, base points of Sobol (a power of two).
    time : float or None
        A saved time of the model; None for the last.

    Raises
    ------
    RunError
        When nothing was saved at the time, or a run failed.
    """
    seed = study.seed if seed is None else seed
    count = SIZES[method] if size is None else size
    points = _points(study, method, count, seed)
    drawn = {
        item.key: quantile(item, np.clip(points[:, i], 0.0, 1.0)) if method != "tornado"
        else points[:, i]
        for i, item in enumerate(study.dimensions)
    }  # fmt: skip
    runs = run_drawn(study, drawn, len(points), advance)
    at = float(runs.times[-1]) if time is None else time
    values = np.stack([runs.at(name, at) for name in study.outputs], axis=1)
    if not np.isfinite(values).all():
        bad = int(np.count_nonzero(~np.isfinite(values).all(axis=1)))
        raise RunError(
            f"{study.name}: {bad} of {len(points)} runs give no finite number at t = {at:g}. "
            "Narrow the ranges."
        )
    return _measured(study, method, at, points, values, seed)


def _points(study: BareStudy, method: str, size: int, seed: int) -> np.ndarray:
    """Points of the design; of a tornado values, of the others places in the unit cube."""
    items = study.dimensions
    if method == "sobol":
        return unit_cube.sobol_points(len(items), size, seed)
    if method == "morris":
        return unit_cube.morris_points(len(items), size, seed)
    constants = {constant.name: constant.value for constant in study.model.constants}
    given = study.ready.inputs.constants
    centre = [float(given[i.name][0]) if i.name in given else constants[i.name] for i in items]
    points = np.tile(centre, (2 * len(items) + 1, 1))
    for k, item in enumerate(items):
        points[2 * k + 1, k], points[2 * k + 2, k] = item.low, item.high
    return points


def _measured(
    study: BareStudy, method: str, time: float, points: np.ndarray, values: np.ndarray, seed: int
) -> BareSensitivity:
    first = None
    if method == "sobol":
        found = unit_cube.sobol_indices(values, len(study.dimensions), seed)
        strength, error, first = found.total, found.total_error, found.first
    elif method == "morris":
        effects = unit_cube.morris_effects(points, values, seed)
        strength, error = effects.mean, effects.error
    else:
        strength = values[2::2] - values[1::2]
        error = np.full_like(strength, np.nan)
    return BareSensitivity(study, method, time, strength, error, first, len(points))
