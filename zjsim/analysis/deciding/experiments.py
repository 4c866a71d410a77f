"""Many worlds of a scenario as a table: what can be observed of each, and how far targets are met.

What an ensemble draws is often nothing that anybody sees: a deviation of growth from an outlook, a
score. Here each uncertain input stands as a planner meets it: the mean yearly growth of a driver
over the years that nobody knew, the part of a lever that is carried out, the value of a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.assessment.plan import Indicator
from zjsim.assessment.reading import reading_time
from zjsim.engines.kernel.engine import backend_for
from zjsim.inputs import Inputs, TimePath
from zjsim.openplan import OpenPlan
from zjsim.prepare import Prepared
from zjsim.scenario.draws import Dimension, SamplePlan
from zjsim.scenario.sampling import resolve_ensemble

# How an input shows: by published figures of a driver, by what the model leaves unexplained, by
# reports on the carrying out of a lever, only by a study of a property of the economy, or by the
# outturn of an indicator.
Sort = Literal["driver", "drift", "effort", "property", "outturn"]
Measure = Literal["growth", "change", "level", "part", "value", "reading"]
PIECE = 16384  # runs computed at a time
STEPS = 50  # a limit is rounded to about this part of an input's range


@dataclass(frozen=True, slots=True)
class Observed:
    """One uncertain input as it is observed, or an indicator on the way.

    Parameters
    ----------
    dimension : Dimension or Indicator
        What is drawn, or the indicator.
    sort : {"driver", "drift", "effort", "property", "outturn"}
    measure : {"growth", "change", "level", "part", "value", "reading"}
        Mean yearly growth (parts of one), mean yearly change, mean level, part of a lever that is
        carried out, value of a constant, or reading of an indicator in the last year.
    first, last : int
        Years that a driver is observed over.
    unit : str
        Of a level, a change or a value, as the model has it; empty of a pure number.
    expected : float
        What the scenario itself has.
    """

    dimension: Dimension | Indicator
    sort: Sort
    measure: Measure
    first: int
    last: int
    unit: str = ""
    expected: float = math.nan

    @property
    def key(self) -> str:
        """As draws are labelled, or the id of an indicator."""
        item = self.dimension
        return item.id if isinstance(item, Indicator) else item.key


@dataclass(frozen=True)
class Experiments:
    """Worlds of a scenario.

    Parameters
    ----------
    observed : tuple of Observed
    values : array, shape (n, d)
        What is observed of each input in each world.
    margins : array, shape (n, k)
        How far each indicator is above its target at the target year, in the printed unit, with
        model discrepancy as an ensemble lays it; NaN where a run failed.
    modelled : array, shape (n, k)
        The same without discrepancy.
    seed : int
    """

    observed: tuple[Observed, ...]
    values: np.ndarray
    margins: np.ndarray
    modelled: np.ndarray
    seed: int

    @property
    def n(self) -> int:
        """Number of worlds."""
        return len(self.values)

    @property
    def met(self) -> np.ndarray:
        """Whether every chosen target is met, shape (n,); a run that failed meets none."""
        return np.asarray((np.nan_to_num(self.margins, nan=-1.0) >= 0).all(axis=1))


def observed_inputs(
    ready: Prepared, sample: SamplePlan, last: int, unit_of: Mapping[str, str]
) -> tuple[Observed, ...]:
    """How each input that varies is observed, drivers until the year ``last``."""
    return tuple(_observed(ready, item, last, unit_of) for item in sample.dimensions)


def _observed(ready: Prepared, item: Dimension, last: int, unit_of: Mapping[str, str]) -> Observed:
    unit = unit_of.get(item.name, "")
    unit = "" if unit.lower() in ("dmnl", "dimensionless", "1") else unit
    if item.kind == "constant":
        own = ready.resolved.inputs.constants.get(item.name)
        value = ready.plan.names.constants[item.name] if own is None else float(own[0])
        return Observed(item, "property", "value", 0, 0, unit, value)
    if item.kind == "lever":
        return Observed(item, "effort", "part", 0, 0, "", 1.0)
    path = ready.resolved.inputs.paths[item.name]
    first = math.floor(ready.resolved.inputs.grid.start if item.ahead is None else item.ahead.since)
    last = max(last, first + 1)
    flat = not item.index and bool(np.all(path.values == 0))
    measure: Measure = "growth" if item.index else "change" if item.of == "outlook" else "level"
    made = Observed(item, "drift" if flat else "driver", measure, first, last, unit)
    return replace(made, expected=float(_seen(made, path)[0]))


def _seen(one: Observed, path: TimePath) -> np.ndarray:
    """What the years show of a driver, shape (rows,)."""
    if one.measure == "level":
        years = np.arange(one.first + 1, one.last + 1, dtype=float)
        return np.asarray(path.right(years).mean(axis=1))
    ends = path.right(np.array([one.first, one.last], dtype=float))
    years_between = one.last - one.first
    if one.measure == "growth":
        return np.asarray((ends[:, 1] / ends[:, 0]) ** (1 / years_between) - 1)
    return np.asarray((ends[:, 1] - ends[:, 0]) / years_between)


def _rows_of(
    observed: Sequence[Observed], inputs: Inputs, draws: Mapping[str, np.ndarray]
) -> np.ndarray:
    table = np.empty((inputs.n_run, len(observed)))
    for place, one in enumerate(observed):
        table[:, place] = _row_of(one, inputs, draws)
    return table


def _row_of(one: Observed, inputs: Inputs, draws: Mapping[str, np.ndarray]) -> np.ndarray:
    if isinstance(one.dimension, Dimension) and one.dimension.kind == "driver":
        return _seen(one, inputs.paths[one.dimension.name])
    return np.asarray(draws[one.key])


def run_worlds(
    ready: Prepared,
    sample: SamplePlan,
    items: Sequence[Indicator],
    first: int,
    last: int,
    *,
    settle: Callable[[Inputs, Mapping[str, np.ndarray]], Inputs] = lambda inputs, draws: inputs,
    years: Sequence[int] | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> np.ndarray:
    """Each indicator in chosen draws of a scenario, without discrepancy.

    Parameters
    ----------
    first, last : int
        Numbers of the draws; the last is exclusive.
    settle : function
        From the inputs of some draws, and the draws, to those that are run.
    years : sequence of int or None
        In which it is read; None is each target's own year.

    Returns
    -------
    array, shape (n, k), with years (n, year, k)
        In the printed unit; NaN where a run failed.
    """
    backend = backend_for(last - first)
    save = tuple(dict.fromkeys(item.variable for item in items))
    found = []
    for start in range(first, last, PIECE):
        inputs, draws = resolve_ensemble(ready.resolved, sample, start, min(start + PIECE, last))
        chosen = replace(settle(inputs, draws), save=save)
        chosen = replace(chosen, grid=replace(chosen.grid, save_every=0.5))
        ran = ready.run(chosen, backend)
        tables = [indicator_table(ran, items, year) for year in years or (None,)]
        found.append(tables[0] if years is None else np.stack(tables, axis=1))
        advance(ran.n_run)
    return np.concatenate(found)


def observe(
    ready: Prepared, sample: SamplePlan, observed: Sequence[Observed], first: int, last: int
) -> np.ndarray:
    """What is observed of each input in chosen draws, shape (n, d)."""
    return np.concatenate(
        [
            _rows_of(
                observed,
                *resolve_ensemble(ready.resolved, sample, start, min(start + PIECE, last)),
            )
            for start in range(first, last, PIECE)
        ]
    )


def laid_over(
    plan: OpenPlan,
    sample: SamplePlan,
    items: Sequence[Indicator],
    values: np.ndarray,
    first: int,
    years: Sequence[int] | None = None,
) -> np.ndarray:
    """Values with model discrepancy laid over them, as an ensemble of these draws lays it.

    Nothing over draws after learning: their drifts are the departures that figures left open.

    Parameters
    ----------
    values : array, shape (n, k), with years (n, year, k)
    first : int
        Number of the first draw.
    """
    if sample.posterior is not None:
        return values
    changed = values.copy()
    base = float(plan.plan.base_year)
    for place, item in enumerate(items):
        one = plan.discrepancies.get(item.id)
        if one is None:
            continue
        times = [reading_time(item, year) for year in years or (item.target.year,)]
        walk = one.walk(first + len(values), sample.seed, base, times)[first:]
        changed[..., place] = one.applied(
            values[..., place], walk if years is not None else walk[:, 0]
        )
    return changed


def experiments(
    ready: Prepared,
    sample: SamplePlan,
    items: Sequence[Indicator],
    first: int,
    last: int,
    advance: Callable[[int], None] = lambda count: None,
) -> Experiments:
    """Draws ``first`` to ``last`` (exclusive) of a scenario, observed and held to its targets."""
    plan = ready.plan
    until = max(item.target.year for item in items)
    observed = observed_inputs(ready, sample, until, plan.names.units)
    lowest = np.array([item.target.lowest for item in items])
    pieces: list[np.ndarray] = []

    def seeing(inputs: Inputs, draws: Mapping[str, np.ndarray]) -> Inputs:
        pieces.append(_rows_of(observed, inputs, draws))
        return inputs

    modelled = run_worlds(ready, sample, items, first, last, settle=seeing, advance=advance)
    shown = laid_over(plan, sample, items, modelled, first)
    seen = np.concatenate(pieces)
    return Experiments(observed, seen, shown - lowest, modelled - lowest, sample.seed)


def decimals_for(values: np.ndarray) -> int:
    """Decimals at which steps are about a fiftieth of what values range over, at most 6.

    Examples
    --------
    >>> decimals_for(np.array([0.01, 0.08]))
    3
    """
    low, high = np.quantile(values, [0.025, 0.975])
    if high <= low:
        return 6
    return min(math.ceil(-math.log10((high - low) / STEPS)), 6)
