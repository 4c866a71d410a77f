"""Reading ``outside.yaml`` and the family's histories, and making each trend of them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.analysis.history.regressed import Lasting, Series, Trend, growth_of, scatter_of
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.outside_keys import OUTSIDE
from zjsim.assessment.plan import Indicator
from zjsim.errors import DataError
from zjsim.openplan import OpenPlan
from zjsim.plan_keys import outside_keys
from zjsim.yamlfile import read_text

FILE = OUTSIDE
LONG = 5  # years of the later growth, which ends in the plan's base year
EARLIEST, LATEST_BEGIN = 10, 7  # years before the base in which the earlier one may begin
FEWEST_PAIRS = 3
MEDIAN_TO_SD = 1.4826  # of absolute normal deviations
NUMBERS: Mapping[str, Callable[[str], float]] = {"year": int, "target_year": int, "value": float}


class OutsideFile:
    """The histories that a plan's outside view is made of; they end in its base year.

    Raises
    ------
    DataError
        When ``outside.yaml`` is missing or wrong.
    """

    def __init__(self, plan: OpenPlan, observations: Observations) -> None:
        self.plan, self.observations = plan, observations
        path = plan.folder.needed_file(FILE, "the outside view", DataError)
        data = outside_keys(plan)
        self.entries: Mapping[str, dict[str, Any]] = data["indicators"]
        self.place = str(data.get("place", plan.folder.name))
        self.end = plan.plan.base_year
        self.later = (self.end - LONG, self.end)
        self.family_path = path.parent / str(data["family"])

    @cached_property
    def family(self) -> Mapping[tuple[str, str], Series]:
        """Level by year, of each place and series, to the base year only."""
        found: dict[tuple[str, str], dict[int, float]] = {}
        for row in read_rows(self.family_path, ("place", "series", "year", "value")):
            if int(row["year"]) <= self.end:
                levels = found.setdefault((row["place"], row["series"]), {})
                levels[int(row["year"])] = float(row["value"])
        return found

    def ratios(self, series: str, over: str = "") -> dict[str, Series]:
        """A series, over another one, of every place that has it."""
        found: dict[str, Series] = {}
        for place, name in self.family:
            if name == series:
                below = self.family.get((place, over), {})
                levels = self.family[place, series]
                found[place] = {
                    year: value / (below[year] if over else 1.0)
                    for year, value in levels.items()
                    if not over or year in below
                }
        return found

    @cached_property
    def lasting(self) -> Lasting:
        """How much of the growth of five years was left in the next five."""
        pairs: list[tuple[str, float, float]] = []
        scatters = []
        for series in sorted({name for _, name in self.family}):
            for levels in self.ratios(series).values():
                scatters += [s] if (s := scatter_of(levels, *self.later)) is not None else []
                begins = [y for y in levels if LATEST_BEGIN <= self.end - y <= EARLIEST]
                if begins and all(year in levels for year in self.later):
                    early = growth_of(levels, min(begins), self.later[0])
                    pairs.append((series, early, growth_of(levels, *self.later)))
        if len(pairs) < FEWEST_PAIRS or not scatters:
            first = self.end - LATEST_BEGIN
            raise DataError(
                f"{self.family_path}: fewer than three yearly series reach from {first} or earlier "
                f"to {self.end}; how much of past growth lasts cannot be told from them."
            )
        before, after = np.array([pair[1:] for pair in pairs]).T
        share = float(np.clip(np.sum(before * after) / np.sum(before**2), 0.0, 1.0))
        missed: dict[str, list[float]] = {}
        for series, early, late in pairs:
            missed.setdefault(series, []).append(abs(late - share * early))
        errors = {k: MEDIAN_TO_SD * float(np.median(v)) for k, v in missed.items()}
        places = len({place for place, _ in self.family})
        return Lasting(share, errors, float(np.median(scatters)), len(pairs), places)

    def trends(self, known: int) -> dict[str, Trend]:
        return {
            item.id: self._trend(item, self.entries[item.id], known)
            for item in self.plan.plan.indicators
            if item.id in self.entries
        }

    def _trend(self, item: Indicator, entry: Mapping[str, Any], known: int) -> Trend:
        own, scatter = self._own(item, entry)
        growth, weight = own, 1.0
        if "family" in entry:
            growth, weight = self._drawn(own, scatter, **entry["family"])
        start, level = item.base.year, 100.0 if item.cumulative else item.start
        last = self.observations.latest(item.id, item.base.year, known)
        if last is not None and not item.cumulative:
            start, level = last.year, last.value
        steps = self._steps(entry, known)
        series = str((entry.get("family") or {}).get("series", ""))
        return Trend(
            item, own, growth, weight, self.lasting, scatter, start, level, steps, series,
            _back(entry, self.end), self.end,
        )  # fmt: skip

    def _steps(self, entry: Mapping[str, Any], known: int) -> dict[int, float]:
        if "steps" not in entry:
            return {}
        rows = self.observations.series(str(entry["steps"]))
        found: dict[int, float] = {}
        for row in rows:
            if self.plan.plan.base_year < row.year <= known and row.grade != "M":
                found.setdefault(row.year, 100 * math.log1p(row.value / 100))
        return found

    def _own(self, item: Indicator, entry: Mapping[str, Any]) -> tuple[float, float | None]:
        """Past growth and its scatter, 100 ln a year."""
        where = f"{FILE}, {item.id}"
        if "rate" in entry:
            rate = entry["rate"]
            period, year = str(rate.get("period", "year")), rate.get("year")
            rows = [
                row
                for row in self.observations.series(str(rate["series"]), period)
                if (year is None or row.year == year) and row.year <= self.end
            ]
            if not rows:
                raise DataError(f"{where}: {rate['series']} has no figure to {self.end}.")
            return 100 * math.log1p(rows[0].value / 100) / float(rate.get("years", 1)), None
        said = entry["own"]
        above = self._levels(str(said["series"]), said.get("vintage"))
        below = self._levels(str(said["over"]), said.get("over_vintage")) if "over" in said else {}
        levels = {
            year: value / (below[year] if below else 1.0)
            for year, value in above.items()
            if (not below or year in below) and said["first"] <= year <= said["last"]
        }
        for year in (said["first"], said["last"]):
            if year not in levels:
                raise DataError(f"{where}: {said['series']} has no figure of {year}.")
        first, last = said["first"], said["last"]
        return growth_of(levels, first, last), scatter_of(levels, first, last)

    def _levels(self, series: str, vintage: str | None) -> Series:
        found: dict[int, float] = {}
        rows: Sequence[Observation] = self.observations.series(series)
        for row in rows:
            if row.grade != "M" and vintage in (None, row.vintage) and row.year <= self.end:
                found.setdefault(row.year, row.value)
        return found

    def _drawn(
        self, own: float, scatter: float | None, series: str, over: str = ""
    ) -> tuple[float, float]:
        """Own growth drawn towards the family's mean, and the weight that it keeps."""
        others = [
            growth_of(levels, *self.later)
            for place, levels in self.ratios(series, over).items()
            if place != self.place and all(year in levels for year in self.later)
        ]
        if not others:
            return own, 1.0
        every = np.array([own, *others])
        noise = (self.lasting.scatter if scatter is None else scatter) ** 2 / LONG
        between = max(float(np.var(every, ddof=1)) - noise, 0.0)
        weight = between / (between + noise) if between + noise > 0 else 0.0
        return float(weight * own + (1 - weight) * every.mean()), weight


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a table whose years and values are numbers.

    Raises
    ------
    DataError
        When a column is missing or a year or value is no number, with its line.
    """
    reader = csv.DictReader(io.StringIO(read_text(path, DataError), newline=""))
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"{path}: the column {', '.join(missing)} is missing.")
    rows = list(reader)
    for line, row in enumerate(rows, 2):
        for name in columns:
            if name in NUMBERS:
                try:
                    NUMBERS[name](row[name])
                except (TypeError, ValueError):
                    raise DataError(
                        f"{path}, line {line}: {name} is {row[name]!r}, which is no number."
                    ) from None
    return rows


def _back(entry: Mapping[str, Any], end: int) -> float:
    """Years from the middle of a history to the end of the base year."""
    if "own" in entry:
        return end - float(entry["own"]["first"] + entry["own"]["last"]) / 2
    rate = entry["rate"]
    if "year" in rate:
        return end - float(rate["year"]) + float(rate.get("years", 1)) / 2
    first, _, last = str(rate["period"]).partition("-")
    return end + 0.5 - (int(first) + int(last)) / 2
