"""Reading a plan's indicators from runs: which moment, which unit, which error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from zjsim.assessment.plan import Indicator, Plan
from zjsim.errors import RunError
from zjsim.timeline import end_of

if TYPE_CHECKING:
    import pandas as pd


class Readable(Protocol):
    """Values at times: all that reading an indicator needs."""

    def at(self, variable: str, time: float, /) -> np.ndarray:
        """A variable at a time, shape (n_run,); RunError or KeyError where it is not held."""


class Erring(Readable, Protocol):
    """Values at times and their error: all that judging an indicator needs."""

    def error_at(self, variable: str, time: float, /) -> np.ndarray | None:
        """Its numerical error by step halving, shape (n_run,); None if not computed."""


class Runs(Erring, Protocol):
    """What an assessment needs from runs: values at times, their error, and how they ended."""

    @property
    def name(self) -> str:
        """Name of the scenario."""

    @property
    def label(self) -> Any:
        """Words for the scenario, for people."""

    @property
    def status(self) -> np.ndarray:
        """How each run ended, shape (n_run,); 0 is well."""


def reading_time(item: Indicator, year: int) -> float:
    """Model time at which an indicator of a year is read."""
    return end_of(year) if item.reading == "year_end" else float(year)


def read_years(
    runs: Readable, alive: np.ndarray, item: Indicator, years: Sequence[int]
) -> tuple[list[np.ndarray], str]:
    """The indicator in each year, in the printed unit, and why it is missing if it is."""
    nothing = np.full(alive.shape, np.nan)
    values, reason = [], ""
    for year in years:
        try:
            value = indicator_value(runs, item, year)
        except (RunError, KeyError) as problem:
            values.append(nothing)
            reason = str(problem.args[0]) if problem.args else str(problem)
        else:
            values.append(np.where(alive, value, np.nan))
    return values, reason


def indicator_value(runs: Readable, item: Indicator, year: int) -> np.ndarray:
    """An indicator in one year, shape (n_run,), in the printed unit.

    Raises
    ------
    RunError or KeyError
        When the runs do not hold it.
    """
    value = item.scale * np.asarray(runs.at(item.variable, reading_time(item, year)), dtype=float)
    if item.reads == "value":
        return value
    start = item.scale * np.asarray(
        runs.at(item.variable, reading_time(item, item.base.year)), dtype=float
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * (1 - value / start)


def yearly_frame(runs: Readable, plan: Plan, status: np.ndarray) -> pd.DataFrame:
    """Indicators from the plan's base year on, in the printed unit; NaN where a run failed.

    Returns
    -------
    DataFrame
        Indexed by year, of many runs by run and year; a column an indicator, by its id, whose
        unit ``.attrs["units"]`` has.
    """
    import pandas as pd

    years, alive = (plan.base_year, *plan.years), np.asarray(status) == 0
    columns = {}
    for item in plan.indicators:
        read, _ = read_years(runs, alive, item, years)
        columns[item.id] = np.stack(read, axis=1).ravel()
    levels = [np.arange(alive.size), years]
    index = pd.MultiIndex.from_product(levels, names=["run", "year"])
    frame = pd.DataFrame(columns, index=index)
    if alive.size == 1:
        frame = frame.droplevel("run")
    frame.attrs["units"] = {item.id: item.unit.en for item in plan.indicators}
    return frame


def read_errors(runs: Erring, item: Indicator, year: int, values: np.ndarray) -> np.ndarray | None:
    """Numerical error of each value in the printed unit; None when it was not computed."""
    try:
        error = runs.error_at(item.variable, reading_time(item, year))
    except (RunError, KeyError):
        return None
    if error is None:
        return None
    error = np.abs(item.scale * np.asarray(error, dtype=float))
    if item.reads == "intensity":
        start = item.scale * np.asarray(runs.at(item.variable, reading_time(item, item.base.year)))
        error = 100 * error / np.abs(start)
    # A failed run has no error to speak of; its verdict is missing by its value.
    return np.where(np.isfinite(values), error, 0.0)
