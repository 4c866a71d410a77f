"""Estimating model discrepancy from history up to the cut-off year, and laying it over figures.

What the yearly changes of a published series scatter about their mean is partly what drivers
and constants do; the ensemble's own change in its first year says how much. Only what is left
is discrepancy. No figure after the cut-off year enters, and no outturn of the ensemble's years.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zjsim.analysis.history.comparison import Comparison, Datum, modelled, times_of
from zjsim.analysis.history.comparisons_file import FILE, read_comparisons
from zjsim.analysis.history.published import hash_of, published_until
from zjsim.analysis.history.sectors_file import read_sectors
from zjsim.assessment.observations import FULL_YEAR, Observation, Observations
from zjsim.cache import content_hash
from zjsim.engines.kernel.engine import Backend
from zjsim.errors import DataError, Problem, raise_if_any
from zjsim.inputs import Inputs
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.discrepancy import FORMS, WHOLE, Discrepancy
from zjsim.scenario.sampling import SamplePlan
from zjsim.scenario.schema import Range
from zjsim.trajectories import Trajectories
from zjsim.workflow import OpenPlan
from zjsim.yamlfile import read_yaml

FEWEST = 4  # yearly changes from which a series speaks for itself
RUNS = 2048
SEED = 2021
SCENARIO = "baseline"


@dataclass(frozen=True, slots=True)
class History:
    """A published series whose yearly changes tell of a discrepancy.

    Parameters
    ----------
    series, over : str
        The second divides the first, year by year, when it is named.
    vintage, over_vintage : str or None
        The only vintage that counts.
    growth : bool
        The figures are growth rates themselves, percent.
    """

    series: str
    over: str = ""
    vintage: str | None = None
    over_vintage: str | None = None
    growth: bool = False

    @property
    def name(self) -> str:
        """Series, with what divides it."""
        return f"{self.series}/{self.over}" if self.over else self.series

    def changes(
        self, history: Observations, since: int | None = None
    ) -> tuple[np.ndarray, list[Observation]]:
        """Yearly changes less their mean, percent (100 ln), and the rows they rest on.

        Changes before the year ``since`` do not count; None counts all.
        A change over a gap is taken a year, and counts as that many years' scatter.
        """
        rows = self._rows(history, self.series, self.vintage)
        below = self._rows(history, self.over, self.over_vintage) if self.over else {}
        first = min(rows, default=0) if since is None else since
        years = [y for y in rows if y >= first - 1 and (not self.over or y in below)]
        used = [rows[y] for y in years] + [below[y] for y in years if self.over]
        if self.growth:
            values = np.array([rows[y].value for y in years if y >= first])
            gaps = np.ones(values.size)
        else:
            levels = [
                100 * math.log(rows[y].value / (below[y].value if self.over else 1.0))
                for y in years
            ]
            gaps = np.diff(np.array(years, dtype=float))
            values = np.diff(levels) / gaps
        if values.size < 2:
            return np.empty(0), used
        mean = float(np.average(values, weights=gaps))
        return (values - mean) * np.sqrt(gaps), used

    @staticmethod
    def _rows(history: Observations, series: str, vintage: str | None) -> dict[int, Observation]:
        found: dict[int, Observation] = {}
        for row in history.series(series, FULL_YEAR):
            if vintage is None or row.vintage == vintage:
                found.setdefault(row.year, row)
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Entry:
    """What ``comparisons.yaml`` says of one quantity: its form, its class, its own history."""

    of: str
    form: str
    group: str
    own: str = ""


def read_entries(plan: OpenPlan) -> tuple[Mapping[str, Mapping[str, History]], tuple[Entry, ...]]:
    """Classes of histories by name, and the quantities, from ``comparisons.yaml``.

    Raises
    ------
    DataError
        When a quantity names no comparison or indicator, or a class or history that is none.
    """
    path = plan.folder.file(FILE)
    data: Any = read_yaml(path, DataError).data
    section = data.get("discrepancy") if isinstance(data, dict) else None
    if not isinstance(section, dict):
        return {}, ()
    problems: list[Problem] = []
    classes: dict[str, dict[str, History]] = {}
    for name, entries in (section.get("classes") or {}).items():
        made = [History(**entry) for entry in entries]
        classes[str(name)] = {item.name: item for item in made}
    known = {item.key for item in read_comparisons(plan).comparisons} | set(plan.plan.indicator_ids)
    known |= {f"{item.id}.level" for item in plan.plan.indicators}
    found = []
    for k, entry in enumerate(section.get("of") or []):
        where = f"discrepancy.of[{k}]"
        item = Entry(entry["of"], entry.get("form", "ratio"), entry["class"], entry.get("own", ""))
        if item.of not in known:
            problems.append(Problem(where, f"{item.of} is no comparison and no indicator"))
        if item.form not in FORMS:
            problems.append(Problem(where, f"form {item.form} is none of {', '.join(FORMS)}"))
        if item.group not in classes:
            problems.append(Problem(where, f"no such class {item.group}"))
        elif item.own and item.own not in classes[item.group]:
            problems.append(Problem(where, f"{item.own} is no history of {item.group}"))
        found.append(item)
    raise_if_any(path, problems, DataError)
    return classes, tuple(found)


def estimate_discrepancies(
    plan: OpenPlan,
    *,
    seed: int = SEED,
    runs: int = RUNS,
    backend: Backend = "auto",
    calibrated: Mapping[str, Range] | None = None,
) -> tuple[Discrepancy, ...]:
    """Discrepancy of every quantity that ``comparisons.yaml`` names.

    Parameters
    ----------
    calibrated : mapping or None
        Ranges of constants by canonical name, such as of a new calibration; None for those of
        ``calibration.csv``.

    Raises
    ------
    DataError
        When the file is wrong or a class has no history.
    """
    told = _told(plan)
    if not told:
        return ()
    ready = prepare(plan, SCENARIO, backend=backend)
    sample = ready.sampled(runs, seed, calibrated)
    ran = _first_year(ready, sample)
    known = {item.key: item for item in read_comparisons(plan).comparisons}
    hashes = _hashes(ready, told, sample)
    found = []
    for one in told:
        model = _model_sd(plan, one.entry, known.get(one.entry.of), ran)
        found.append(
            Discrepancy(
                of=one.entry.of,
                form="gap" if one.entry.form == "gap" else "ratio",
                history=";".join(one.names),
                figures=one.figures,
                history_sd=one.sd,
                model_sd=model,
                sd=math.sqrt(max(one.sd**2 - model**2, 0.0)),
                pooled=not one.speaks,
                grade="C" if one.speaks else "D",
                data_hash=hashes[one.entry.of],
            )
        )
    return tuple(found)


def discrepancy_hashes(plan: OpenPlan, seed: int = SEED, runs: int = RUNS) -> dict[str, str]:
    """Hash by quantity of the figures, the model and the ranges that its row rests on."""
    ready = prepare(plan, SCENARIO)
    return _hashes(ready, _told(plan), ready.sampled(runs, seed))


@dataclass(frozen=True, slots=True)
class _Told:
    """What history says of one quantity."""

    entry: Entry
    names: tuple[str, ...]
    rows: tuple[Observation, ...]
    figures: int
    sd: float
    speaks: bool


def _told(plan: OpenPlan) -> list[_Told]:
    classes, entries = read_entries(plan)
    if not entries:
        return []
    history = published_until(plan.observations, read_sectors(plan).cut_off)
    found = []
    for entry in entries:
        group = classes[entry.group]
        told = {
            name: item.changes(history, plan.plan.history.changes_from)
            for name, item in group.items()
        }
        speaks = bool(entry.own) and told[entry.own][0].size >= FEWEST
        chosen = [entry.own] if speaks else list(group)
        names = tuple(name for name in chosen if told[name][0].size >= FEWEST)
        freedom = sum(told[name][0].size - 1 for name in names)
        if not freedom:
            raise DataError(f"{FILE}: class {entry.group} has no series of {FEWEST} changes.")
        square = sum(float(told[name][0] @ told[name][0]) for name in names) / freedom
        found.append(
            _Told(
                entry,
                names,
                tuple(row for name in names for row in told[name][1]),
                sum(told[name][0].size for name in names),
                math.sqrt(square),
                speaks,
            )
        )
    return found


def _hashes(ready: Prepared, told: Sequence[_Told], sample: SamplePlan) -> dict[str, str]:
    # As many digits as calibration.csv keeps: ranges just fitted and the same read back are one.
    ranges = [f"{d.key} {d.low:.6g} {d.mode:.6g} {d.high:.6g}" for d in sample.dimensions]
    drawn = (str(sample.seed), str(sample.runs))
    whole = content_hash(ready.plan.model_hash, ready.resolved.hash, *ranges, *drawn)
    return {one.entry.of: content_hash(hash_of(one.rows), whole)[:16] for one in told}


def _first_year(ready: Prepared, sample: SamplePlan) -> Trajectories:
    """An ensemble of the plan as written, to the end of its first year."""
    plan = ready.plan
    names = [name for item in read_comparisons(plan).comparisons for name in item.variables]
    save = tuple(dict.fromkeys([*plan.indicator_variables, *names]))
    inputs = ready.drawn(0, sample.runs, sample)
    return ready.run(_short(inputs, save), ready.backend)


def _short(inputs: Inputs, save: tuple[str, ...]) -> Inputs:
    grid = replace(inputs.grid, stop=inputs.grid.start + 1.5, save_every=0.5)
    return replace(inputs, grid=grid, save=save)


def _model_sd(plan: OpenPlan, entry: Entry, item: Comparison | None, ran: Trajectories) -> float:
    """Spread of the ensemble's change over its first year ahead, percent (100 ln)."""
    base = float(plan.plan.base_year)
    if item is None:
        indicator = next(one for one in plan.plan.indicators if one.id == entry.of)
        variables: Sequence[str] = (indicator.variable,)
        scale = indicator.scale
    else:
        variables, scale = item.variables, item.scale
    levels = [
        scale * np.prod([ran.at(name, time) for name in variables], axis=0)
        for time in (base, base + 1)
    ]
    if entry.form == "gap":
        levels = [WHOLE - level for level in levels]
    change = 100 * np.log(levels[1] / levels[0])
    return float(np.nanstd(change[ran.status == 0]))


def departed(
    item: Comparison,
    datum: Datum,
    ran: Trajectories,
    found: Mapping[str, Discrepancy],
    seed: int,
    base: float,
) -> np.ndarray:
    """What the model says of a figure with discrepancy laid over it, shape (n_run,)."""
    values = modelled(item, datum, ran.at)
    one = found.get(item.key) or found.get(item.series)
    if one is None or one.sd == 0:
        return values
    moments = times_of(item, datum)
    walk = one.walk(values.size, seed, base, moments)
    if item.measure == "level":
        return one.applied(values, walk[:, 0])
    since = walk[:, 0] - walk[:, 1]
    if item.measure == "index":
        return np.asarray(values + since)
    return np.asarray(100 * ((1 + values / 100) * np.exp(since / 100 / datum.span) - 1))
