"""The outside view: what a target's own past and its kind say, with no model of the economy.

``regressed trend``: the mean yearly growth of an indicator's history, drawn towards that of a
family of provinces as far as they agree, and towards nothing as far as growth has not lasted
there; it goes on from the last figure known. [James and Stein 1961; Pritchett and Summers 2014]

``reference class``: how often such targets were met. The targets are those that could be found,
not a sample; a target that was met is found more easily.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np

from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.plan import Indicator
from zjsim.errors import DataError, Problem, did_you_mean, raise_if_any
from zjsim.openplan import OpenPlan
from zjsim.yamlfile import read_text, read_yaml

FILE, CLASS_FILE, POOL = "outside.yaml", "reference_class.csv", "pool.yaml"
LATER, EARLIEST = (2015, 2020), (2010, 2013)  # and the years in which a history may begin
MEDIAN_TO_SD = 1.4826  # of absolute normal deviations
FEWEST = 4  # yearly changes from which a series' own scatter counts
_KEYS = {"own", "family", "rate", "steps", "why"}
Series = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Lasting:
    """What the family says of growth that lasts.

    Parameters
    ----------
    share : float
        Growth of the later five years over that of the earlier, least squares through nothing.
    errors : mapping of series to float
        How far that misses growth of five years, 100 ln a year: 1.48 times the median miss of
        the provinces, which a register that was cleaned up in one of them does not move.
    scatter : float
        Of a single year about its five-year mean, 100 ln, median over the series.
    pairs : int
    """

    share: float
    errors: Mapping[str, float]
    scatter: float
    pairs: int

    def kept(self, ahead: float, back: float) -> float:
        """Part of a mean growth, centred some years back, that a later year still has.

        The share is lost evenly over the five years from the middle of one history to that of
        the next.

        Examples
        --------
        >>> round(Lasting(0.57, {}, 2.8, 20).kept(2.5, 2.5), 2)
        0.57
        """
        return float(self.share ** ((ahead + back) / 5))

    def spread(self, years: float, scatter: float | None = None, series: str = "") -> float:
        """Standard deviation of the growth over some years, 100 ln.

        Parameters
        ----------
        scatter : float or None
            Of the own history; None takes the family's.
        series : str
            Whose error; one that the family lacks has the median of all.
        """
        yearly = self.scatter if scatter is None else scatter
        error = self.errors.get(series, float(np.median(list(self.errors.values()))))
        # What is not the scatter of single years is a wrong mean, which lasts.
        mean = max(error**2 - yearly**2 / 5, 0.0)
        return math.sqrt(years**2 * mean + years * yearly**2)


@dataclass(frozen=True, slots=True)
class Trend:
    """The regressed trend of one indicator.

    Parameters
    ----------
    indicator : Indicator
    own : float
        Past growth, 100 ln a year.
    growth : float
        After it was drawn towards the family.
    weight : float
        Of the own growth in that.
    lasting : Lasting
    scatter : float or None
        Of the own history's years.
    start : float
        Year of the last level known, or the base year.
    level : float
        The level then; 100 for what a cut is taken from.
    steps : mapping of year to 100 ln
        Growth of later years that is published.
    series : str
        Of the family, for the error.
    back : float
        Years from the middle of the history to the end of 2020.
    """

    indicator: Indicator
    own: float
    growth: float
    weight: float
    lasting: Lasting
    scatter: float | None
    start: int
    level: float
    steps: Mapping[int, float]
    series: str = ""
    back: float = 2.5

    def moments(self, year: int) -> tuple[float, float]:
        """Mean and standard deviation of 100 ln of the level in a year."""
        ahead = [y for y in range(self.start + 1, year + 1) if y not in self.steps]
        known = sum(v for y, v in self.steps.items() if self.start < y <= year)
        # The middle of the history lies half of it before its end, that of a year half a year.
        kept = sum(self.lasting.kept(y - LATER[1] - 0.5, self.back) for y in ahead)
        mean = 100 * math.log(self.level) + known + kept * self.growth
        return mean, self.lasting.spread(len(ahead), self.scatter, self.series)

    def quantile(self, year: int, level: float) -> float:
        """A quantile of the indicator in a year, in its printed unit."""
        mean, spread = self.moments(year)
        if self.indicator.cumulative:
            level = 1 - level
        value = math.exp((mean + spread * NormalDist().inv_cdf(level)) / 100)
        return 100 - value if self.indicator.cumulative else value

    @property
    def probability(self) -> float:
        """That the target is met."""
        target = self.indicator.target
        mean, spread = self.moments(target.year)
        ends = [target.lowest, target.highest]
        if self.indicator.cumulative:
            low, high = (None if e is None else 100 - e for e in (ends[1], ends[0]))
        else:
            low, high = ends[0], None
        return self._below(high, mean, spread) - (
            0.0 if low is None else self._below(low, mean, spread)
        )

    @staticmethod
    def _below(value: float | None, mean: float, spread: float) -> float:
        if value is None:
            return 1.0
        if value <= 0:
            return 0.0
        away = 100 * math.log(value) - mean
        if spread == 0:
            return float(away >= 0)
        return NormalDist().cdf(away / spread)


@dataclass(frozen=True, slots=True)
class Class:
    """How often targets of such plans were met, among those whose outturn was found.

    ``low`` and ``high`` hold 95 % of a beta posterior from a flat prior.
    """

    met: int
    judged: int
    all: int
    low: float
    high: float

    @property
    def probability(self) -> float:
        """Mean of the posterior."""
        return (self.met + 1) / (self.judged + 2)


@dataclass(frozen=True)
class OutsideView:
    """The outside view of a plan as known in one year.

    Parameters
    ----------
    trends : mapping of indicator id to Trend
        Indicators without a history are missing.
    plan : OpenPlan
    weight : float or None
        Of the model in the pool, from ``pool.yaml``; None without that file.
    """

    known_until: int
    trends: Mapping[str, Trend]
    plan: OpenPlan
    weight: float | None = None

    @cached_property
    def targets(self) -> Class:
        """The class of targets."""
        return reference_class(self.plan, self.known_until)

    def probability(self, indicator: str) -> float:
        """Of meeting a target; NaN without a history."""
        found = self.trends.get(indicator)
        return math.nan if found is None else found.probability

    def pooled(self, indicator: str, model: float) -> float:
        """The headline probability: the model's pooled with this view.

        The model's alone where there is no history or no weight.
        """
        outside = self.probability(indicator)
        if self.weight is None or math.isnan(outside):
            return model
        return self.weight * model + (1 - self.weight) * outside


def outside_view(
    plan: OpenPlan, known_until: int, observations: Observations | None = None
) -> OutsideView:
    """The regressed trend of each indicator and the class of targets, as known in a year.

    Parameters
    ----------
    known_until : int
        Nothing later is seen; the histories themselves end in 2020.
    observations : Observations or None
        A user's own laid over the published ones; None takes the plan's.

    Raises
    ------
    DataError
        When ``outside.yaml`` is missing or wrong.
    """
    work = _Reading(plan, plan.observations if observations is None else observations)
    return OutsideView(known_until, work.trends(known_until), plan, pool_weight(plan))


def has_outside_view(plan: OpenPlan) -> bool:
    """Whether a plan's folder says how its outside view is made."""
    return plan.folder.file(FILE).is_file()


def pool_weight(plan: OpenPlan) -> float | None:
    """The weight that `zjsim scores` has fixed; None when it has not.

    Raises
    ------
    DataError
        When the file is not as it was written.
    """
    path = plan.folder.file(POOL)
    if not path.is_file():
        return None
    data = read_yaml(path, DataError).data
    weight = data.get("weight_of_model") if isinstance(data, dict) else None
    if not isinstance(weight, int | float) or not 0 <= weight <= 1:
        raise DataError(f"{path}: weight_of_model must be between 0 and 1.")
    return float(weight)


def reference_class(plan: OpenPlan, known_until: int) -> Class:
    """Targets of other plans that had ended by a year, and how many were met."""
    # Imported here because only this needs it.
    from scipy.stats import beta

    path = plan.folder.needed_file(CLASS_FILE, "the outside view", DataError)
    rows = list(csv.DictReader(io.StringIO(read_text(path, DataError), newline="")))
    ended = [row for row in rows if int(row["target_year"]) <= min(known_until, LATER[1])]
    judged = [row for row in ended if row["met"] in ("met", "missed")]
    met = sum(row["met"] == "met" for row in judged)
    low, high = beta.ppf([0.025, 0.975], met + 1, len(judged) - met + 1)
    return Class(met, len(judged), len(ended), float(low), float(high))


class _Reading:
    """The work of one `outside_view`."""

    def __init__(self, plan: OpenPlan, observations: Observations) -> None:
        self.plan, self.observations = plan, observations
        path = plan.folder.needed_file(FILE, "the outside view", DataError)
        data = read_yaml(path, DataError).data
        if not isinstance(data, dict) or not isinstance(data.get("indicators"), dict):
            raise DataError(f"{path}: this must be a mapping with indicators.")
        self.entries: dict[str, dict[str, Any]] = data["indicators"]
        self.province = str(data.get("province", plan.folder.name))
        self.family_file = str(data.get("family", ""))
        ids = plan.plan.indicator_ids
        problems = [
            Problem(f"indicators.{name}", "the plan has no such indicator", did_you_mean(name, ids))
            for name in self.entries
            if name not in ids
        ]
        problems += [
            Problem(f"indicators.{name}.{key}", "no such key", did_you_mean(str(key), _KEYS))
            for name, entry in self.entries.items()
            for key in entry
            if key not in _KEYS
        ]
        raise_if_any(path, problems, DataError)

    @cached_property
    def family(self) -> Mapping[tuple[str, str], Series]:
        """Level by year, of each province and series, to 2020 only."""
        if not self.family_file:
            return {}
        path = self.plan.folder.needed_file(self.family_file, "the outside view", DataError)
        found: dict[tuple[str, str], dict[int, float]] = {}
        for row in csv.DictReader(io.StringIO(read_text(path, DataError), newline="")):
            if int(row["year"]) <= LATER[1]:
                place = found.setdefault((row["province"], row["series"]), {})
                place[int(row["year"])] = float(row["value"])
        return found

    def ratios(self, series: str, over: str = "") -> dict[str, Series]:
        """A series, over another one, of every province that has it."""
        found: dict[str, Series] = {}
        for province, name in self.family:
            if name == series:
                below = self.family.get((province, over), {})
                levels = self.family[province, series]
                found[province] = {
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
                scatters += [s] if (s := scatter_of(levels, *LATER)) is not None else []
                begins = [y for y in levels if EARLIEST[0] <= y <= EARLIEST[1]]
                if begins and all(year in levels for year in LATER):
                    early = growth_of(levels, min(begins), LATER[0])
                    pairs.append((series, early, growth_of(levels, *LATER)))
        if len(pairs) < 3:
            raise DataError(f"{self.family_file}: fewer than three series reach from 2013 to 2020.")
        before, after = np.array([pair[1:] for pair in pairs]).T
        share = float(np.clip(np.sum(before * after) / np.sum(before**2), 0.0, 1.0))
        missed: dict[str, list[float]] = {}
        for series, early, late in pairs:
            missed.setdefault(series, []).append(abs(late - share * early))
        errors = {k: MEDIAN_TO_SD * float(np.median(v)) for k, v in missed.items()}
        return Lasting(share, errors, float(np.median(scatters)), len(pairs))

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
            _back(entry),
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
                if (year is None or row.year == year) and row.year <= LATER[1]
            ]
            if not rows:
                raise DataError(f"{where}: {rate['series']} has no figure to 2020.")
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
            if row.grade != "M" and vintage in (None, row.vintage) and row.year <= LATER[1]:
                found.setdefault(row.year, row.value)
        return found

    def _drawn(
        self, own: float, scatter: float | None, series: str, over: str = ""
    ) -> tuple[float, float]:
        """Own growth drawn towards the family's mean, and the weight that it keeps."""
        others = [
            growth_of(levels, *LATER)
            for province, levels in self.ratios(series, over).items()
            if province != self.province and all(year in levels for year in LATER)
        ]
        if not others:
            return own, 1.0
        every = np.array([own, *others])
        noise = (self.lasting.scatter if scatter is None else scatter) ** 2 / (LATER[1] - LATER[0])
        between = max(float(np.var(every, ddof=1)) - noise, 0.0)
        weight = between / (between + noise) if between + noise > 0 else 0.0
        return float(weight * own + (1 - weight) * every.mean()), weight


def _back(entry: Mapping[str, Any]) -> float:
    """Years from the middle of a history to the end of 2020."""
    if "own" in entry:
        return LATER[1] - float(entry["own"]["first"] + entry["own"]["last"]) / 2
    rate = entry["rate"]
    if "year" in rate:
        return LATER[1] - float(rate["year"]) + float(rate.get("years", 1)) / 2
    first, _, last = str(rate["period"]).partition("-")
    return LATER[1] + 0.5 - (int(first) + int(last)) / 2


def growth_of(levels: Series, first: int, last: int) -> float:
    """Mean yearly growth between two years, 100 ln.

    Examples
    --------
    >>> round(growth_of({2015: 100.0, 2020: 127.63}, 2015, 2020), 2)
    4.88
    """
    return 100 * math.log(levels[last] / levels[first]) / (last - first)


def scatter_of(levels: Series, first: int, last: int) -> float | None:
    """Standard deviation of yearly growth, 100 ln; None with fewer than four changes."""
    years = [year for year in sorted(levels) if first <= year <= last]
    changes = [growth_of(levels, a, b) for a, b in itertools.pairwise(years) if b - a == 1]
    return float(np.std(changes, ddof=1)) if len(changes) >= FEWEST else None
