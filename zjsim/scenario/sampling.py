"""What varies in an ensemble, and the inputs of its runs.

Constants, drivers and the carrying out of levers may vary; targets never do. The draws
themselves are made in `draws`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from zjsim.errors import Problem, ScenarioError, did_you_mean, raise_if_any
from zjsim.inputs import Inputs, TimePath
from zjsim.model.names import CONTROL_NAMES, canonical, identifier
from zjsim.scenario.draws import Dimension, Kind, SamplePlan, balance, draw, draw_all
from zjsim.scenario.lever_names import lever_hint
from zjsim.scenario.outlook import Ahead, ahead_of, bent, correlation
from zjsim.scenario.resolved import Entry, ModelNames, Resolved
from zjsim.scenario.schema import Range
from zjsim.scenario.tables import ConstantTable, Lever, find_name

__all__ = [
    "Dimension",
    "SamplePlan",
    "balance",
    "draw",
    "inputs_of",
    "middle_of",
    "plan_sampling",
    "resolve_ensemble",
]

# An index grows by these exponentially: more is a slip of the pen, and overflows.
MOST_OF_INDEX = {"drift": 1.0, "scale": 100.0}


def plan_sampling(
    resolved: Resolved,
    model: ModelNames,
    constants: ConstantTable,
    runs: int | None = None,
    calibrated: Mapping[str, Range] | None = None,
) -> SamplePlan:
    """Decide what varies in an ensemble of a resolved scenario.

    A constant that the scenario sets is held there, unless the list under
    ``sampling.constants`` names it: then the value set is the centre. ``calibrated`` ranges,
    by canonical name, take the place of those of the table. A driver departs from its outlook
    as ``outlook_errors.csv`` says, unless ``sampling.drivers`` names it.

    Raises
    ------
    ScenarioError
        With every unknown name and every range that does not fit.
    """
    sampling = resolved.scenario.sampling
    work = _Planning(resolved, model, constants, calibrated or {})
    dimensions = [*work.constants(), *work.drivers(), *work.levers()]
    correlated, factor = work.correlations(dimensions)
    work.posterior(dimensions, runs)
    subject = resolved.scenario.subject(work.problems)
    raise_if_any(subject, work.problems, ScenarioError)
    return SamplePlan(
        method=sampling.method,
        runs=sampling.runs if runs is None else runs,
        seed=sampling.seed,
        dimensions=tuple(dimensions),
        correlated=correlated,
        factor=factor,
        notes=tuple(work.notes),
        posterior=resolved.posterior,
    )


class _Planning:
    """The work of one `plan_sampling`."""

    def __init__(
        self,
        resolved: Resolved,
        model: ModelNames,
        table: ConstantTable,
        calibrated: Mapping[str, Range],
    ) -> None:
        self.resolved, self.model, self.table = resolved, model, table
        self.calibrated = calibrated
        self.sampling = resolved.scenario.sampling
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def fault(self, at: str, place: Sequence[str], what: str, hint: str = "") -> None:
        at = "" if at == "default" else at
        where = self.resolved.scenario.where(at, "sampling", *place)
        self.problems.append(Problem(where, what, hint))

    def constants(self) -> list[Dimension]:
        """Constants with a range, all or those listed."""
        names = {canonical(name): name for name in self.model.constants}
        for key in self.table.rows.keys() - names.keys():
            row, near = self.table.rows[key], did_you_mean(key, names)
            what = f"the model has no constant {row.name}, so it cannot vary"
            self.problems.append(Problem(row.at, what, near))
        driven = {canonical(name) for name in self.resolved.inputs.paths} | CONTROL_NAMES
        rows = {k: row for k, row in self.table.rows.items() if k in names and k not in driven}
        wanted = list(rows)
        if self.sampling.constants == "all":
            fixed = {canonical(name) for name in self.resolved.inputs.constants}
            wanted = [k for k, row in rows.items() if row.distribution != "fixed"]
            wanted = [key for key in wanted if key not in fixed]
        else:
            listed = {self._listed(name) for name in self.sampling.constants}
            wanted = [key for key in rows if key in listed]
        made = []
        for key in wanted:
            row, name = rows[key], names[key]
            set_to = self.resolved.inputs.constants.get(name)
            centre = float(self.model.constants[name] if set_to is None else set_to[0])
            learnt = self.calibrated.get(key) if set_to is None else None
            if learnt is not None and learnt.mode is not None:
                made.append(
                    Dimension(
                        "constant",
                        identifier(name),
                        name,
                        learnt.low,
                        learnt.mode,
                        learnt.high,
                        learnt.distribution,
                    )
                )
            elif row.low is None or row.high is None or row.distribution == "fixed":
                self.fault(self.sampling.at, ("constants",), f"{name} is fixed in {row.at}")
            elif not row.low <= centre <= row.high and row.distribution != "uniform":
                what = f"{name} is {centre:g} in the model, outside its range {row.low:g}.."
                self.fault(self.sampling.at, ("constants",), f"{what}{row.high:g} ({row.at})")
            else:
                made.append(
                    Dimension(
                        "constant",
                        identifier(name),
                        name,
                        row.low,
                        centre,
                        row.high,
                        row.distribution,
                    )
                )
        return made

    def _listed(self, name: str) -> str:
        found = find_name(name, [row.name for row in self.table.rows.values()])
        if len(found) == 1:
            return canonical(found[0])
        near = did_you_mean(name, [identifier(row.name) for row in self.table.rows.values()])
        what = f"no such constant {name} in {self.table.file}"
        self.fault(self.sampling.at, ("constants",), what, near)
        return ""

    def drivers(self) -> list[Dimension]:
        """Uncertain drivers: those the scenario samples itself, then those of the outlook."""
        made = []
        entries = [entry for entry in self.resolved.entries if entry.kind == "driver"]
        own: set[str] = set()
        for key, bounds in self.sampling.drivers.items():
            found = find_name(key, [entry.name for entry in entries])
            if len(found) != 1:
                near = did_you_mean(key, [entry.id for entry in entries])
                self.fault(bounds.at, ("drivers", key), "no such driver with a path", near)
                continue
            entry = next(entry for entry in entries if entry.name == found[0])
            own.add(entry.name)
            most = MOST_OF_INDEX[bounds.of]
            if entry.index and max(abs(bounds.low), abs(bounds.high)) > most:
                what = f"{bounds.of} of an index is at most {most:g} either way"
                hint = "A drift of 0.01 is 1 % a year." if bounds.of == "drift" else ""
                self.fault(bounds.at, ("drivers", key), what, hint)
                continue
            if bounds.of == "scale" and self._flat(entry):
                what = "the driver is flat, so there is no deviation to scale"
                self.fault(bounds.at, ("drivers", key), what, "Use of: drift.")
                continue
            made.append(
                _dimension(
                    "driver", f"drivers.{entry.id}", entry, bounds, of=bounds.of, index=entry.index
                )
            )
        return made + [
            dimension
            for entry in entries
            if entry.name not in own and (dimension := self._outlook(entry)) is not None
        ]

    def _outlook(self, entry: Entry) -> Dimension | None:
        """The mean deviation of a driver from its outlook."""
        grid = self.resolved.inputs.grid
        ahead = ahead_of(self.resolved.outlook, entry.name, entry.known, grid)
        if ahead is None:
            return None
        reach = 2 * ahead.sd_of_mean
        return Dimension(
            "driver", f"drivers.{entry.id}", entry.name, -reach, 0.0, reach, "normal",
            of="outlook", index=entry.index, ahead=ahead,
        )  # fmt: skip

    def _flat(self, entry: Entry) -> bool:
        return bool(np.ptp(self.resolved.inputs.paths[entry.name].values) == 0)

    def levers(self) -> list[Dimension]:
        """A factor for each lever in use that can be delayed."""
        implementation = self.sampling.implementation
        if implementation is None:
            return []
        known = {lever.id: lever for lever in self.resolved.levers}
        for key, bounds in implementation.levers.items():
            if key not in known:
                near = lever_hint(key, self.resolved.levers)
                self.fault(bounds.at, ("implementation", "levers", key), "no such lever", near)
        made = []
        for entry in self.resolved.entries:
            lever: Lever | None = known.get(entry.id) if entry.kind == "lever" else None
            own = implementation.levers.get(entry.id)
            # A path that is zero throughout would only waste a dimension.
            idle = lever is None or not np.any(self.resolved.inputs.paths[entry.name].values)
            if lever is None or idle or (not lever.delayable and own is None):
                continue
            made.append(
                _dimension(
                    "lever",
                    f"levers.{entry.id}",
                    entry,
                    own or implementation,
                    limits=(lever.low, lever.high),
                )
            )
        return made

    def correlations(self, dimensions: Sequence[Dimension]) -> tuple[tuple[int, ...], np.ndarray]:
        """Correlated positions and the Cholesky factor of their correlation.

        Further scores of the drivers stand after all dimensions.
        """
        position = {dimension.key: i for i, dimension in enumerate(dimensions)}
        pairs: dict[tuple[int, int], float] = {}
        for pair in self.sampling.correlations:
            places = [position.get(key_of(name)) for name in pair.between]
            still = [n for n, place in zip(pair.between, places, strict=True) if place is None]
            for name in still:
                if key_of(name) not in self._may_vary():
                    near = did_you_mean(name, position)
                    self.fault(pair.at, ("correlations",), f"{name} is not sampled", near)
            first, second = places
            if first is None or second is None:
                what = f"correlation of {' and '.join(pair.between)} left out"
                self.notes.append(f"{what}: {' and '.join(still)} does not vary here")
                continue
            ordered = (min(first, second), max(first, second))
            if first == second or ordered in pairs:
                what = f"duplicate correlation of {' and '.join(pair.between)}"
                self.fault(pair.at, ("correlations",), what)
            pairs[ordered] = pair.r
        pairs = {**_outlook_pairs(dimensions), **pairs}
        used = tuple(sorted({place for ordered in pairs for place in ordered}))
        row_of = {place: row for row, place in enumerate(used)}
        matrix = np.eye(len(used))
        for (first, second), r in pairs.items():
            row, column = row_of[first], row_of[second]
            matrix[row, column] = matrix[column, row] = r
        try:
            return used, np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            names = ", ".join(dimensions[place].key for place in used if place < len(dimensions))
            what = f"no numbers are correlated like this all at once: {names}"
            hint = "Bring the correlations nearer to 0 or give the missing pairs."
            at = self.sampling.correlations[0].at if self.sampling.correlations else ""
            self.fault(at, ("correlations",), what, hint)
            return (), np.eye(0)

    def posterior(self, dimensions: Sequence[Dimension], runs: int | None) -> None:
        """Whether the draws after learning fit the runs asked for."""
        given = self.resolved.posterior
        if given is None:
            return
        place = ("posterior",)
        wanted = self.sampling.runs if runs is None else runs
        if wanted > given.n_draw:
            what = f"it has {given.n_draw:,} draws, fewer than the {wanted:,} runs"
            hint = f"Ask for {given.n_draw:,} runs, or learn with --particles {wanted}."
            self.fault(self.sampling.at, place, what, hint)
        late = [
            d.name
            for d in dimensions
            if d.key in given.shocks and d.ahead is not None and d.ahead.since != given.since
        ]
        if late:
            what = f"{', '.join(late)} was learnt from {given.since} on, this run begins elsewhere"
            self.fault(self.sampling.at, place, what)
        self.notes.append(
            f"draws after learning, known until {given.known_until} ({given.hash[:8]})"
        )

    def _may_vary(self) -> set[str]:
        """Keys of what another scenario of this plan may sample."""
        entries = {f"{entry.kind}s.{entry.id}" for entry in self.resolved.entries}
        levers = {f"levers.{lever.id}" for lever in self.resolved.levers}
        return {identifier(row.name) for row in self.table.rows.values()} | entries | levers


def key_of(name: str) -> str:
    """The key of the dimension that a scenario's correlations call by a name."""
    section, dot, rest = name.partition(".")
    if dot and section in ("drivers", "levers", "constants"):
        key = identifier(rest)
        return key if section == "constants" else f"{section}.{key}"
    return identifier(name)


def _outlook_pairs(dimensions: Sequence[Dimension]) -> dict[tuple[int, int], float]:
    """Correlations that the common shock gives the scores of the drivers, by position."""
    places: list[tuple[Ahead, list[int]]] = []
    last = len(dimensions)
    for place, dimension in enumerate(dimensions):
        if dimension.ahead is not None:
            places.append((dimension.ahead, [place, *range(last, last + dimension.scores)]))
            last += dimension.scores
    pairs = {}
    for (early, rows), (late, columns) in itertools.combinations(places, 2):
        for row, line in zip(rows, correlation(early, late), strict=True):
            for column, r in zip(columns, line, strict=True):
                if abs(r) > 1e-12:
                    pairs[min(row, column), max(row, column)] = float(r)
    return pairs


def _dimension(kind: Kind, key: str, entry: Entry, bounds: Range, **more: Any) -> Dimension:
    mode = mode_of(bounds)
    return Dimension(
        kind, key, entry.name, bounds.low, mode, bounds.high, bounds.distribution, **more
    )


def mode_of(bounds: Range) -> float:
    """The centre of a range: as it says, else the middle (of a lognormal in logarithms)."""
    if bounds.mode is not None:
        return bounds.mode
    if bounds.distribution == "lognormal":
        return float(np.sqrt(bounds.low * bounds.high))
    return (bounds.low + bounds.high) / 2


def resolve_ensemble(
    resolved: Resolved, plan: SamplePlan, first: int, last: int
) -> tuple[Inputs, dict[str, np.ndarray]]:
    """Inputs of runs ``first`` to ``last`` (exclusive), and the draws they rest on, by key."""
    draws, further = draw_all(plan, first, last)
    inputs = inputs_of(resolved.inputs, plan.dimensions, draws, further)
    # With no dimension at all the runs are alike, but there are as many as asked for.
    return replace(inputs, n_run=last - first), draws


def middle_of(resolved: Resolved, plan: SamplePlan) -> Inputs:
    """Inputs of the one run that stands for draws after learning: each unknown at its mean.

    What nobody has learnt, and what the scenario sets, stays as the scenario has it.
    """
    given = plan.posterior
    assert given is not None
    values = {
        d.key: given.values[d.key].mean()[None] for d in plan.dimensions if d.key in given.values
    }
    further: dict[str, np.ndarray] = {}
    for dimension in plan.dimensions:
        ahead, key = dimension.ahead, dimension.key
        if ahead is not None and key in given.shocks:
            fresh = np.zeros((ahead.years, given.n_draw))
            scores = given.scores_of(key, ahead, fresh, slice(None)).mean(axis=1)[:, None]
            values[key], further[key] = scores[0] * ahead.sd_of_mean, scores[1:]
    return inputs_of(resolved.inputs, plan.dimensions, values, further)


def inputs_of(
    base: Inputs,
    dimensions: Sequence[Dimension],
    values: Mapping[str, np.ndarray],
    further: Mapping[str, np.ndarray] | None = None,
) -> Inputs:
    """A scenario's inputs with each dimension at given values, shape (n_run,) each.

    Dimensions without values stay as the scenario has them. ``further`` holds the scores of
    `draw_all` that time a driver's deviation; without them each year has the deviation that is
    expected with the mean.
    """
    further = further or {}
    constants = dict(base.constants)
    changed: dict[str, TimePath] = dict(base.paths)
    for dimension in dimensions:
        if dimension.key not in values:
            continue
        column, name = np.asarray(values[dimension.key], dtype=float), dimension.name
        if dimension.kind == "constant":
            constants[name] = column
        elif dimension.kind == "lever":
            path = changed[name]
            factored = np.clip(column[:, None] * path.values, *dimension.limits)
            changed[name] = TimePath(path.times, factored)
        elif dimension.ahead is not None:
            moves = dimension.ahead.deviations(column, further.get(dimension.key))
            since = dimension.ahead.since
            changed[name] = bent(changed[name], dimension.index, moves, since, base.grid)
        else:
            changed[name] = _uncertain_driver(changed[name], dimension, column, base)
    n_run = len(next(iter(values.values()))) if values else 1
    return replace(base, n_run=n_run, constants=constants, paths=changed)


def _uncertain_driver(
    path: TimePath, dimension: Dimension, values: np.ndarray, base: Inputs
) -> TimePath:
    """A driver's path in each run: its deviation scaled, or growth added from the start on."""
    start, stop = base.grid.start, base.grid.stop
    if dimension.of == "scale":
        origin = path.right(np.array([start]))
        factor = values[:, None]
        if dimension.index:
            return TimePath(path.times, origin * (path.values / origin) ** factor)
        return TimePath(path.times, origin + factor * (path.values - origin))
    years = max(math.ceil(stop - start), 1)
    return bent(path, dimension.index, np.repeat(values[:, None], years, axis=1), start, base.grid)
