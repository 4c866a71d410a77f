"""One thing changed at a time: how far each assumption and each lever moves each indicator.

This is no sensitivity analysis: it says nothing of what happens when two things change
together. It is the arithmetic that a report can afford, one run a variant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from zjsim.analysis.sensitivity.inputs_of_designs import indicator_table
from zjsim.analysis.sensitivity.sensitivity import tornado, weighted
from zjsim.analysis.sensitivity.uncertain_inputs import study_of
from zjsim.analysis.uncertainty.statistics import judge_values
from zjsim.assessment.plan import Indicator
from zjsim.inputs import TimePath
from zjsim.markup import Shown
from zjsim.prepare import Prepared
from zjsim.scenario.draws import Dimension
from zjsim.workflow import Runs, expect_runs

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Swing:
    """One input at both ends of its range, everything else as in the scenario.

    Parameters
    ----------
    dimension : Dimension
        What was changed; of a driver, ``low`` and ``high`` scale or bend its path.
    low_values, high_values : tuple of float
        Each indicator at the target year, in the printed unit, in the order of the plan.
    flipped : tuple of int
        Numbers of the indicators whose target is met at one end only, or at neither although
        the scenario meets it.
    score : float
        Its share in the doubt about the verdicts, parts of one, as `tornado` ranks inputs: the
        share of its squared change in those of all inputs, averaged over the indicators, each
        with the doubt about its verdict as weight.
    """

    dimension: Dimension
    low_values: tuple[float, ...]
    high_values: tuple[float, ...]
    flipped: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class LeverOff:
    """One lever held at the effort of the base year, everything else as in the scenario."""

    lever: str
    values: tuple[float, ...]
    lost: tuple[int, ...]
    gained: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True, repr=False)
class Influence(Shown):
    """All swings and all levers of one scenario, the strongest first.

    Parameters
    ----------
    runs : Runs
        The scenario as it was run.
    base : tuple of float
        Each indicator at the target year with everything as it is, in the printed unit.
    swings : tuple of Swing
    levers : tuple of LeverOff
    failed : int
        Runs that failed.
    """

    runs: Runs
    base: tuple[float, ...]
    swings: tuple[Swing, ...]
    levers: tuple[LeverOff, ...]
    failed: int

    def _said(self) -> str:
        first = ", ".join(swing.dimension.name for swing in self.swings[:3])
        counts = f"{len(self.swings)} inputs, {len(self.levers)} levers, {self.failed} failed"
        return f"on {self.runs.name}: {counts}; strongest: {first}"

    def to_frame(self) -> pd.DataFrame:
        """A row an input, the strongest first: its range, its grade, what its ends decide.

        ``decides`` holds the numbers of the targets that are met at one end only, or at
        neither although the scenario meets them; ``grade`` that of the evidence in
        ``constants.csv``, empty for a driver.
        """
        import pandas as pd

        constants = self.runs.plan.constants
        rows = []
        for swing in self.swings:
            item = swing.dimension
            row = constants.row(item.name) if item.kind == "constant" else None
            rows.append(
                {
                    "input": item.name,
                    "kind": item.kind,
                    "low": item.low,
                    "high": item.high,
                    "grade": row.grade if row else "",
                    "decides": ", ".join(map(str, swing.flipped)),
                    "score": swing.score,
                }
            )
        return pd.DataFrame(rows)

    def lever_frame(self) -> pd.DataFrame:
        """A row a lever, the strongest first: targets lost and gained without it."""
        import pandas as pd

        return pd.DataFrame(
            {
                "lever": off.lever,
                "lost": ", ".join(map(str, off.lost)),
                "gained": ", ".join(map(str, off.gained)),
                "score": off.score,
            }
            for off in self.levers
        )


def compute_influence(runs: Runs) -> Influence:
    """Run the scenario once for each end of each range, and once without each lever.

    Ranges are those of an ensemble of the scenario: ``constants.csv`` for constants,
    ``outlook_errors.csv`` or the scenario's ``sampling`` for drivers and for how far levers are
    carried out. The inputs are ranked as ``zjsim sensitivity --method tornado`` ranks them.

    Parameters
    ----------
    runs : Runs

    Returns
    -------
    Influence
        Its ``frame()`` is a table; `plot_tornado` draws one indicator.

    Examples
    --------
    >>> import zjsim
    >>> runs = zjsim.simulate(zjsim.open_plan(), "baseline", estimate_error=False)
    >>> influence = zjsim.compute_influence(runs)
    >>> "decides" in influence.to_frame()
    True
    """
    plan, resolved = expect_runs(runs, "compute_influence").plan, runs.resolved
    items = plan.plan.indicators
    ready = Prepared(plan, resolved)
    what = study_of(ready)
    found = tornado(what)
    weights = weighted(found.shares, found.doubt)
    used = [
        entry
        for entry in resolved.entries
        if entry.kind == "lever" and np.any(resolved.inputs.paths[entry.name].values)
    ]
    off = _without_levers(ready, [entry.name for entry in used])
    ends = np.concatenate([found.base[None], found.low, found.high, off])
    met = judge_values(ends, items)[0]
    count = len(what.dimensions)
    swings = [
        Swing(
            dimension=replace(item, mode=what.centre(item)),
            low_values=_plain(found.low[k]),
            high_values=_plain(found.high[k]),
            flipped=tuple(_numbers((met[1 + k] != met[0]) | (met[1 + count + k] != met[0]), items)),
            score=float(weights[k]),
        )
        for k, item in enumerate(what.dimensions)
    ]
    levers = [
        LeverOff(
            lever=entry.id,
            values=_plain(off[k]),
            lost=tuple(_numbers(met[0] & ~met[1 + 2 * count + k], items)),
            gained=tuple(_numbers(~met[0] & met[1 + 2 * count + k], items)),
            score=_ways(off[k] - found.base, items),
        )
        for k, entry in enumerate(used)
    ]
    return Influence(
        runs=runs,
        base=_plain(found.base),
        swings=tuple(sorted(swings, key=lambda item: (-item.score, item.dimension.key))),
        levers=tuple(sorted(levers, key=lambda item: (-item.score, item.lever))),
        failed=int(np.isnan(ends).any(axis=1).sum()),
    )


def _without_levers(ready: Prepared, names: Sequence[str]) -> np.ndarray:
    """Each indicator with one lever at rest, shape (n_lever, n_indicator); NaN where it failed."""
    base, plan = ready.inputs, ready.plan
    paths = dict(base.paths)
    for place, name in enumerate(names):
        path = paths[name]
        table = np.repeat(path.values, len(names), axis=0)
        table[place] = 0.0
        paths[name] = TimePath(path.times, table)
    if not names:
        return np.empty((0, len(plan.plan.indicators)))
    inputs = replace(base, n_run=len(names), paths=paths, save=plan.indicator_variables)
    return indicator_table(ready.run(inputs), plan.plan.indicators)


def _ways(change: np.ndarray, indicators: Sequence[Indicator]) -> float:
    """The sum of changes in parts of the way from base to target, each at most one."""
    ways = [abs(item.target.value - item.start) for item in indicators]
    parts = np.abs(change) / np.array(ways)
    return float(np.minimum(np.nan_to_num(parts, nan=1.0), 1.0).sum())


def _numbers(chosen: np.ndarray, indicators: Sequence[Indicator]) -> Iterator[int]:
    return (item.number for item, taken in zip(indicators, chosen, strict=True) if taken)


def _plain(values: np.ndarray) -> tuple[float, ...]:
    return tuple(map(float, values))
