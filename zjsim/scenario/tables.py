"""A plan's own tables: levers.yaml, drivers.csv and constants.csv.

CSV files are UTF-8 with or without a byte order mark. All problems of a file are reported at
once, with its line.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

from zjsim.cache import cached_document
from zjsim.documents import from_document
from zjsim.errors import Problem, ScenarioError, did_you_mean, raise_if_any
from zjsim.formats import (
    EITHER,
    Declared,
    Flag,
    Identifier,
    Name,
    Number,
    Place,
    Words,
    Written,
    checked,
    rule,
)
from zjsim.frozen import FrozenDict
from zjsim.grades import INPUTS as GRADES
from zjsim.language import Text
from zjsim.model.names import CONTROL_NAMES, canonical, identifier
from zjsim.scenario.csvfile import CsvFile
from zjsim.scenario.outlook import OutlookError
from zjsim.scenario.schema import (
    DISTRIBUTIONS,
    Distribution,
    LeverPath,
    LeverShape,
    Points,
    Quoted,
)
from zjsim.yamlfile import parse_yaml, read_text

Kind = Literal["index", "level"]


def in_one(text: str | Sequence[str] | Mapping[str, str]) -> str:
    """Several texts one after the other."""
    parts = text.values() if isinstance(text, Mapping) else text
    return text if isinstance(text, str) else " ".join(parts)


def own_path(shape: Mapping[str, Any]) -> dict[str, Any]:
    """The path that a lever takes for the value 1."""
    return dict(shape) if "values" in shape else {**shape, "to": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever(Declared):
    """One lever: what policy sets."""

    id: Identifier
    """As scenario files name it."""
    label: Text
    """For tables and charts."""
    variable: Name
    """Model constant that the lever's path replaces."""
    range: Annotated[tuple[Number, ...], rule(min_length=2, max_length=2)]
    """Lowest and highest value allowed in a scenario; 0 is the effort of the base year."""
    shape: Annotated[LeverPath, Written(LeverShape, own_path)]
    """Path taken when a scenario gives only a number, for the value 1."""
    plan: Number = 1.0
    """Value that stands for the plan as written."""
    clause: Words = ""
    """Where the plan says so."""
    quote: Annotated[str, Written(Annotated[Words | tuple[Words, ...], EITHER], in_one)] = ""
    """The plan's own words."""
    cost_share: Name = ""
    """Model constant: its share of the fiscal envelope of the base year at value 1; empty
    outside the envelope."""
    carried_out: Name = ""
    """Model variable: how much of the lever is carried out by now, in the lever's own unit;
    shown beside what is asked for."""
    note: Annotated[str, Written(Quoted, in_one)] = ""
    """A remark."""
    delayable: Flag = True
    """False for national rules: no delay, always carried out in full."""
    at: Place = ""
    """File and line."""

    @property
    def low(self) -> float:
        """Lowest value allowed in a scenario."""
        return self.range[0]

    @property
    def high(self) -> float:
        """Highest value allowed in a scenario."""
        return self.range[1]

    def faults(self) -> list[str]:
        """A range or a plan that cannot be meant."""
        low, high = self.range
        faults = [] if low < high else [f"range {low:g}..{high:g}: low must be below high"]
        inside = low <= self.plan <= high
        return faults + ([] if inside else [f"plan {self.plan:g} is outside its range"])


@dataclass(frozen=True, slots=True)
class LeversFile(Declared):
    """All levers of a plan."""

    levers: Annotated[tuple[Lever, ...], rule(min_length=1)]
    """The levers."""


@dataclass(frozen=True, slots=True)
class DriverSeries:
    """One driver on one named path.

    Parameters
    ----------
    path, driver : str
        As the file writes them.
    kind : {"index", "level"}
        An index (base year = 1) is continued by growth, a level by its value.
    values : tuple of (year, value)
        In ascending years.
    sources, grades : tuple of str
        Of each year.
    at : str
        File and line of the first row.
    """

    path: str
    driver: str
    kind: Kind
    values: Points
    sources: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class DriverTable:
    """All named driver paths, by path and canonical driver name, and how wrong they may be."""

    file: str
    series: Mapping[str, Mapping[str, DriverSeries]] = field(default_factory=FrozenDict)
    errors: tuple[OutlookError, ...] = ()

    @property
    def drivers(self) -> dict[str, str]:
        """Names as the file writes them, by canonical name."""
        found: dict[str, str] = {}
        for path in self.series.values():
            for key, series in path.items():
                found.setdefault(key, series.driver)
        return found

    def first_row(self, key: str) -> str:
        """File and line where a driver, by canonical name, stands first; empty when nowhere."""
        return next((path[key].at for path in self.series.values() if key in path), "")


@dataclass(frozen=True, slots=True)
class ConstantRow:
    """Range and ground of one constant; its central value is in the model file.

    Parameters
    ----------
    name : str
        Model name.
    low, high : float or None
        No scenario and no draw leaves them; None for a fixed constant without a range.
    distribution : str
        triangular and pert have the central value as mode; normal and lognormal have it as
        median, a quarter of the range (of the logarithms) as standard deviation, and are
        cut at low and high; uniform ignores it; fixed is never sampled.
    source, grade, note : str
        Key of the source, its grade A to D, and a remark.
    at : str
        File and line.
    """

    name: str
    low: float | None
    high: float | None
    distribution: Distribution
    source: str = ""
    grade: str = ""
    note: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ConstantTable:
    """Ranges of the constants, by canonical name, in the order of the file."""

    file: str
    rows: Mapping[str, ConstantRow] = field(default_factory=FrozenDict)

    def row(self, name: str) -> ConstantRow | None:
        """The row of a constant by any spelling of its name."""
        return self.rows.get(canonical(name))


def known_until(table: DriverTable, observed: str, year: int) -> DriverTable:
    """The driver table as of the end of ``year``: later figures of one path are not there."""
    kept: dict[str, DriverSeries] = {}
    for key, series in table.series.get(observed, {}).items():
        points = tuple(point for point in series.values if point[0] <= year)
        if points:
            n = len(points)
            kept[key] = replace(
                series, values=points, sources=series.sources[:n], grades=series.grades[:n]
            )
    series_by_path = dict(table.series)
    if kept:
        series_by_path[observed] = FrozenDict(kept)
    else:
        series_by_path.pop(observed, None)
    return replace(table, series=FrozenDict(series_by_path))


def read_levers(path: Path) -> tuple[Lever, ...]:
    """Read ``levers.yaml``: a list of levers."""
    text = read_text(path, ScenarioError)

    def build() -> list[dict[str, Any]]:
        return _check_levers(text, path)

    document = cached_document("levers", text, build)
    return tuple(_lever(item, path) for item in document)


def _check_levers(text: str, path: Path) -> list[dict[str, Any]]:
    source = parse_yaml(text, path, ScenarioError)
    bare = isinstance(source.data, list)
    data = {"levers": source.data} if bare else source.data

    def where(location: tuple[str | int, ...]) -> str:
        place = location[1:] if bare else location
        dotted = ".".join(map(str, location))
        return f"line {source.line(place)}" + (f", {dotted}" if dotted else "")

    checked_data, problems = checked(LeversFile, data, where)
    raise_if_any(path, problems, ScenarioError)
    assert checked_data is not None
    items: list[dict[str, Any]] = list(checked_data["levers"])
    prefix: tuple[str | int, ...] = () if bare else ("levers",)
    for index, item in enumerate(items):
        item["line"] = source.line((*prefix, index))
    for key, fold in (("id", str), ("variable", canonical)):
        problems += _repeated_levers(items, key, fold)
    raise_if_any(path, problems, ScenarioError)
    return items


def _repeated_levers(
    items: Sequence[Mapping[str, Any]], key: str, fold: Callable[[str], str]
) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for item in items:
        line = first.setdefault(fold(item[key]), item["line"])
        if line != item["line"]:
            what = f"duplicate {key} {item[key]}, first in the lever of line {line}"
            problems.append(Problem(f"line {item['line']}", what))
    return problems


def _lever(item: Mapping[str, Any], path: Path) -> Lever:
    at = f"{path.name}:{item['line']}"
    shape = {**item["shape"], "lever": item["id"], "at": at}
    return from_document(Lever, {**item, "shape": shape, "at": at})


def read_drivers(path: Path) -> DriverTable:
    """Read ``drivers.csv``: path, driver, year, value, kind, source, grade, note."""
    table = CsvFile(path, ("path", "driver", "year", "value", "kind", "source", "grade", "note"))
    found: dict[tuple[str, str], list[tuple[int, int, float, dict[str, str]]]] = {}
    for line, row in table.rows:
        year = table.number(line, row, "year")
        value = table.number(line, row, "value")
        table.one_of(line, row, "kind", get_args(Kind))
        table.one_of(line, row, "grade", GRADES)
        for key in ("path", "driver"):
            table.filled(line, row, key)
        if year is None or value is None:
            continue
        if year != int(year) or not 1900 <= year <= 2200:
            table.fault(line, "year", f"{row['year']} is not a year")
        elif row["kind"] == "index" and value <= 0:
            table.fault(line, "value", f"an index must be above 0, not {value:g}")
        else:
            key_of_series = (row["path"], canonical(row["driver"]))
            found.setdefault(key_of_series, []).append((line, int(year), value, row))
    kinds: dict[str, tuple[str, str]] = {}
    for (name, driver), rows in found.items():
        _check_series(table, name, driver, rows)
        path_of_kind, kind = kinds.setdefault(driver, (name, rows[0][3]["kind"]))
        if rows[0][3]["kind"] != kind:
            what = f"{driver} is {rows[0][3]['kind']} here, but {kind} on the path {path_of_kind}"
            table.fault(rows[0][0], "kind", what)
    table.finish()
    series: dict[str, dict[str, DriverSeries]] = {}
    for (name, driver), rows in found.items():
        series.setdefault(name, {})[driver] = DriverSeries(
            path=name,
            driver=rows[0][3]["driver"],
            kind=cast(Kind, rows[0][3]["kind"]),
            values=tuple((float(year), value) for _, year, value, _ in rows),
            sources=tuple(row["source"] for *_, row in rows),
            grades=tuple(row["grade"] for *_, row in rows),
            at=f"{path.name}:{rows[0][0]}",
        )
    return DriverTable(path.name, FrozenDict(series))


def _check_series(table: CsvFile, name: str, driver: str, rows: list[Any]) -> None:
    for (_, before, _, first), (line, year, _, row) in itertools.pairwise(rows):
        what = f"{name}, {driver}"
        if year == before:
            table.fault(line, "year", f"duplicate year {year} for {what}")
        elif year < before:
            table.fault(line, "year", f"{year} comes after {before} for {what}", "Sort by year.")
        if row["kind"] != first["kind"]:
            table.fault(line, "kind", f"{row['kind']}, but {first['kind']} above for {what}")


def read_constants(path: Path) -> ConstantTable:
    """Read ``constants.csv``: name, low, high, distribution, source, grade, note."""
    table = CsvFile(path, ("name", "low", "high", "distribution", "source", "grade", "note"))
    rows: dict[str, ConstantRow] = {}
    for line, row in table.rows:
        fixed = row["distribution"] == "fixed"
        low = table.number(line, row, "low", optional=fixed)
        high = table.number(line, row, "high", optional=fixed)
        table.one_of(line, row, "distribution", DISTRIBUTIONS)
        table.one_of(line, row, "grade", GRADES)
        table.filled(line, row, "name")
        if low is not None and high is not None and not (low < high or (fixed and low == high)):
            table.fault(line, "low", f"{low:g} must be below high {high:g}")
        if row["distribution"] == "lognormal" and low is not None and low <= 0:
            table.fault(line, "low", f"a lognormal needs low above 0, not {low:g}")
        key = canonical(row["name"])
        if key in rows:
            table.fault(line, "name", f"duplicate name {row['name']}, first in {rows[key].at}")
        rows[key] = ConstantRow(
            name=row["name"],
            low=low,
            high=high,
            distribution=cast(Distribution, row["distribution"]),
            source=row["source"],
            grade=row["grade"],
            note=row["note"],
            at=f"{path.name}:{line}",
        )
    table.finish()
    return ConstantTable(path.name, FrozenDict(rows))


def check_tables(
    constants_of_model: Iterable[str],
    levers: Sequence[Lever],
    drivers: DriverTable,
    constants: ConstantTable,
) -> list[Problem]:
    """Where a plan's tables and its model do not fit: for `lint` and the tests.

    Every lever, driver and row of ``constants.csv`` names a constant of the model, none of
    them twice, and every other constant of the model has a row.
    """
    names = {canonical(name): name for name in constants_of_model}
    claimed: dict[str, str] = {}
    problems: list[Problem] = []
    claims = [(canonical(lever.variable), lever.variable, lever.at) for lever in levers]
    claims += [(key, name, drivers.first_row(key)) for key, name in drivers.drivers.items()]
    claims += [(key, row.name, row.at) for key, row in constants.rows.items()]
    costs = [(canonical(lever.cost_share), lever.cost_share, lever.at) for lever in levers]
    for key, name, at in costs:
        if key and key not in names:
            near = did_you_mean(name, names.values())
            problems.append(Problem(at, f"the model has no constant {name} for cost_share", near))
    for key, name, at in claims:
        if key not in names:
            near = did_you_mean(name, names.values())
            problems.append(Problem(at, f"the model has no constant {name}", near))
        if claimed.setdefault(key, at) != at:
            problems.append(Problem(at, f"{name} is already given in {claimed[key]}"))
    problems += [
        Problem(constants.file, f"no row for the constant {name}")
        for key, name in names.items()
        if key not in claimed and key not in CONTROL_NAMES
    ]
    return problems


def find_name(wanted: str, names: Iterable[str]) -> list[str]:
    """The names that ``wanted`` may mean: equal to a simulator, else of equal identifier."""
    names = list(names)
    exact = [name for name in names if canonical(name) == canonical(wanted)]
    return exact or [name for name in names if identifier(name) == identifier(wanted)]
