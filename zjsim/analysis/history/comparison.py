"""A published series and the model variable it is held against, both in the same measure.

Every measure is in percent or percentage points, so that scores of different series can be
put side by side:

``level``    the figure itself; the model's variable (times ``scale``)
``growth``   a published growth rate, percent; the model's growth over the year before
``average``  a published average growth rate of a span such as 2016-2020, percent a year
``index``    a published level over that of the base year, 100 ln; the same of the model
``change``   a published level over the one published before it, 100 ln; the same of the model

Several variables of one comparison are multiplied: a nominal amount is a volume times a price.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from zjsim.assessment.observations import FULL_YEAR, Observation, Observations
from zjsim.errors import Problem, did_you_mean
from zjsim.model.names import canonical

Measure = Literal["level", "growth", "average", "index", "change"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
# Reads a model variable at a model time, shape (n_run,).
Reader = Callable[[str, float], np.ndarray]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One series against one product of model variables.

    Parameters
    ----------
    series, over : str
        Published series; ``over`` divides it, year by year, when it is named.
    variables : tuple of str
        Model names; their product is compared.
    measure : {"level", "growth", "average", "index", "change"}
    base_year : int
        Of an index.
    periods : tuple of str
        Periods of the rows that count, ``year`` for whole years.
    vintage, over_vintage : str or None
        The only vintage that counts; None takes the best-graded row of each year.
    scale : float
        Of a level: model value times this is in the unit of the figure.
    error : float
        Scale of the difference that is not the model's fault, in the measure's unit:
        rounding, scope, deflator.
    label : mapping of language to str
    why, plan_line, base_uses_later : str
        Ground of the choice; id of the indicator whose plan line serves as naive forecast;
        set when the model's own base year rests on this later figure, which is then shown and
        not scored.
    """

    series: str
    variables: tuple[str, ...]
    measure: Measure
    base_year: int
    over: str = ""
    periods: tuple[str, ...] = (FULL_YEAR,)
    vintage: str | None = None
    over_vintage: str | None = None
    scale: float = 1.0
    error: float = 1.0
    label: Mapping[str, str] | None = None
    why: str = ""
    plan_line: str = ""
    base_uses_later: str = ""

    @property
    def key(self) -> str:
        """``series.measure``: unique within a file."""
        return f"{self.series}.{self.measure}"


@dataclass(frozen=True, slots=True)
class Datum:
    """One figure in the measure of its comparison.

    ``time`` is the model time at which it is read, ``span`` the number of years of an
    average or of a change, ``rows`` the published rows it is made of.
    """

    year: int
    time: float
    value: float
    span: int = 1
    rows: tuple[Observation, ...] = ()


def published(item: Comparison, observations: Observations) -> list[Datum]:
    """The figures of a comparison, by year; none that the observations do not hold.

    The base year of an index is left out: it is equal on both sides.
    """
    rows = _yearly(observations, item.series, item.periods, item.vintage)
    found = []
    if item.measure in ("level", "growth"):
        return [Datum(y, r.time, r.value, rows=(r,)) for y, r in rows.items()]
    if item.measure == "average":
        for year, row in rows.items():
            first, _, last = row.period.partition("-")
            span = int(last) - int(first) + 1 if last.isdigit() and first.isdigit() else 1
            found.append(Datum(year, float(year), row.value, span, (row,)))
        return found
    below = _yearly(observations, item.over, (FULL_YEAR,), item.over_vintage) if item.over else {}
    if item.measure == "change":
        return _changes(item, {y: r for y, r in rows.items() if not item.over or y in below}, below)
    if item.base_year not in rows or (item.over and item.base_year not in below):
        return []
    base = _quotient(item, rows, below, item.base_year)
    for year, row in rows.items():
        if year == item.base_year or (item.over and year not in below):
            continue
        value = 100 * math.log(_quotient(item, rows, below, year) / base)
        used = (row, rows[item.base_year], *((below[year], below[item.base_year]) if below else ()))
        found.append(Datum(year, row.time, value, rows=used))
    return found


def _changes(
    item: Comparison, rows: Mapping[int, Observation], below: Mapping[int, Observation]
) -> list[Datum]:
    found = []
    for first, last in itertools.pairwise(rows):
        value = _quotient(item, rows, below, last) / _quotient(item, rows, below, first)
        used = (rows[last], rows[first], *((below[last], below[first]) if below else ()))
        found.append(Datum(last, rows[last].time, 100 * math.log(value), last - first, used))
    return found


def _yearly(
    observations: Observations, series: str, periods: Sequence[str], vintage: str | None
) -> dict[int, Observation]:
    """The best-graded row of each year; the first of the periods that has one."""
    found: dict[int, Observation] = {}
    for period in periods:
        for row in observations.series(series, period):
            if vintage is None or row.vintage == vintage:
                found.setdefault(row.year, row)
    return dict(sorted(found.items()))


def _quotient(
    item: Comparison, rows: Mapping[int, Observation], below: Mapping[int, Observation], year: int
) -> float:
    return rows[year].value / (below[year].value if item.over else 1.0)


def modelled(item: Comparison, datum: Datum, read: Reader) -> np.ndarray:
    """What the model says of a figure, shape (n_run,), in the same measure."""

    def product(time: float) -> np.ndarray:
        value = np.asarray(read(item.variables[0], time), dtype=float)
        for name in item.variables[1:]:
            value = value * read(name, time)
        return value

    with np.errstate(divide="ignore", invalid="ignore"):
        now = product(datum.time)
        if item.measure == "level":
            return item.scale * now
        if item.measure == "index":
            shift = datum.time - datum.year
            since: np.ndarray = np.log(now / product(item.base_year + shift))
            return 100 * since
        if item.measure == "change":
            moved: np.ndarray = np.log(now / product(datum.time - datum.span))
            return 100 * moved
        before = product(datum.time - datum.span)
        growth: np.ndarray = (now / before) ** (1 / datum.span) - 1
        return 100 * growth


def times_of(item: Comparison, datum: Datum) -> tuple[float, ...]:
    """Model times that `modelled` reads."""
    if item.measure == "level":
        return (datum.time,)
    if item.measure == "index":
        return (datum.time, item.base_year + datum.time - datum.year)
    return (datum.time, datum.time - datum.span)


_KEYS = {
    "series", "over", "variable", "variables", "measure", "base_year", "periods", "vintage",
    "over_vintage", "scale", "error", "label", "why", "plan_line", "base_uses_later",
}  # fmt: skip


def comparison_from(
    entry: Any, where: str, known: Sequence[str], base_year: int
) -> tuple[Comparison | None, list[Problem]]:
    """A comparison from a mapping of a YAML file, with every problem of the entry.

    Parameters
    ----------
    known : names of the model's variables; an entry may not name another
    base_year : of an index whose entry names none
    """
    if not isinstance(entry, dict):
        return None, [Problem(where, "this must be a mapping with series and variable")]
    problems = [
        Problem(f"{where}.{key}", "no such key", did_you_mean(str(key), _KEYS))
        for key in entry
        if key not in _KEYS
    ]
    spelt = {canonical(name): name for name in known}
    asked = entry.get("variables", [entry.get("variable", "")])
    names = []
    for name in asked if isinstance(asked, list) else [asked]:
        if canonical(str(name)) not in spelt:
            hint = did_you_mean(str(name), known)
            problems.append(Problem(f"{where}.variable", f"the model has no {name}", hint))
        names.append(spelt.get(canonical(str(name)), ""))
    if entry.get("measure") not in MEASURES:
        what = f"{entry.get('measure')} is none of {', '.join(MEASURES)}"
        problems.append(Problem(f"{where}.measure", what))
    for key in ("scale", "error", "base_year"):
        if key in entry and (
            isinstance(entry[key], bool) or not isinstance(entry[key], int | float)
        ):
            problems.append(Problem(f"{where}.{key}", f"{entry[key]} is not a number"))
    if not entry.get("series"):
        problems.append(Problem(f"{where}.series", "is missing"))
    if problems:
        return None, problems
    texts = ("over", "why", "plan_line", "base_uses_later")
    return Comparison(
        series=str(entry["series"]),
        variables=tuple(names),
        measure=entry["measure"],
        base_year=int(entry.get("base_year", base_year)),
        periods=tuple(map(str, entry.get("periods", (FULL_YEAR,)))),
        vintage=entry.get("vintage"),
        over_vintage=entry.get("over_vintage"),
        scale=float(entry.get("scale", 1.0)),
        error=float(entry.get("error", 1.0)),
        label=entry.get("label"),
        **{key: str(entry.get(key, "")) for key in texts},
    ), []
