"""Forecasts with a date: what is said today of years not yet published, and its score later.

A record is a JSON file with the date, what it rests on, and quantiles; its hash is over all of
that, so that it cannot be changed unseen. A copy of the hash kept elsewhere proves the date.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.history.scores import crps_of_draws
from zjsim.analysis.learning.learn import Learning
from zjsim.assessment.observations import Observations
from zjsim.assessment.plan import Plan
from zjsim.cache import content_hash
from zjsim.errors import DataError
from zjsim.files import atomic
from zjsim.markup import Shown
from zjsim.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from zjsim.analysis.learning.family import FamilyForecast, FamilyLearning

FORMAT = "zjsim forecast 1"
LEVELS = tuple(round(0.05 * k, 2) for k in range(1, 20))
BAND = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Scored:
    """One registered forecast whose figure has come.

    ``crps`` is worked out from the registered quantiles, in the indicator's unit. ``blind``
    tells that the figure was not yet held when the forecast was registered.
    """

    record: str
    made: str
    indicator: str
    year: int
    published: float
    median: float
    low: float
    high: float
    crps: float
    blind: bool

    @property
    def held(self) -> bool:
        """Whether the figure lies in the registered 80 % band."""
        return self.low <= self.published <= self.high


@dataclass(frozen=True, slots=True, repr=False)
class Record(Shown):
    """A dated forecast.

    Parameters
    ----------
    content : mapping
        Date, plan, hashes, and by indicator and year the quantiles at LEVELS.
    """

    content: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """Hash over the whole content."""
        return content_hash(_text(self.content))

    def quantile(self, indicator: str, year: int, level: float) -> float:
        """A quantile that was said; NaN where nothing was."""
        found = self.content["quantiles"].get(indicator, {}).get(str(year))
        return math.nan if found is None else float(np.interp(level, LEVELS, found))

    def to_frame(self) -> pd.DataFrame:
        """Quantiles by indicator and year, in the printed unit; a column a level."""
        import pandas as pd

        rows = {
            (name, int(year)): values
            for name, years in self.content["quantiles"].items()
            for year, values in years.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(LEVELS))

    def _said(self) -> str:
        return f"{self.content['plan']} of {self.content['date']} ({self.hash[:8]})"


def make_record(learning: Learning, today: date, observations: Observations) -> Record:
    """What the latest year known says of the years after it, and of targets.

    Parameters
    ----------
    observations : Observations
        All that is held today: figures of the years ahead that are among them are noted, for
        what is said of these is no real forecast.

    Raises
    ------
    DataError
        When no year of the plan is left.
    """
    last, years = learning.last, learning.work.years
    ahead = [(place, year) for place, year in enumerate(years) if year > last.year]
    if not ahead:
        raise DataError(
            f"known until {last.year}: no year of the plan is left to forecast; choose an earlier "
            "one with --known-until."
        )
    items, view = learning.plan.plan.indicators, learning.outside()
    quantiles = {
        item.id: {
            str(year): [round(float(q), 6) for q in np.nanquantile(last.values[:, k, p], LEVELS)]
            for p, year in ahead
        }
        for k, item in enumerate(items)
    }
    content = {
        "format": FORMAT,
        "date": today.isoformat(),
        "plan": learning.plan.folder.name,
        "scenario": learning.scenario,
        "known_until": last.year,
        "version": __version__,
        "model_hash": learning.plan.model_hash,
        "posterior_hash": last.posterior.hash,
        "data_hash": last.posterior.attributes.get("data_hash", ""),
        "seed": learning.seed,
        "draws": learning.particles,
        "held_already": sorted(
            f"{item.id} {year}"
            for item in items
            for _, year in ahead
            if observations.value(item.id, year) is not None
        ),
        "levels": list(LEVELS),
        "quantiles": quantiles,
        "headline": {
            item.id: round(view.pooled(item.id, last.probabilities.targets[k].value), 6)
            for k, item in enumerate(items)
        },
        "probabilities": {
            item.id: round(last.probabilities.targets[k].value, 6) for k, item in enumerate(items)
        },
    }
    return Record(content)


def make_family_record(
    found: FamilyLearning, forecasts: Sequence[FamilyForecast], today: date
) -> Record:
    """What a family learnt together says of figures not held; names are ``place.series``."""
    quantiles: dict[str, dict[str, list[float]]] = {}
    for one in forecasts:
        values = [round(float(q), 4) for q in np.nanquantile(one.draws, LEVELS)]
        quantiles.setdefault(f"{one.place}.{one.series}", {})[str(one.year)] = values
    data = repr([(place, f.row.key, f.year, f.datum.value) for place, f in found.world.figures])
    content = {
        "format": FORMAT,
        "date": today.isoformat(),
        "plan": found.plan.folder.name,
        "scenario": found.world.world.file.scenario,
        "family": [place.id for place in found.world.places],
        "known_until": found.known_until,
        "version": __version__,
        "model_hash": found.plan.model_hash,
        "posterior_hash": content_hash(np.ascontiguousarray(found.scores).tobytes()),
        "data_hash": content_hash(data),
        "seed": found.seed,
        "draws": len(found.scores),
        "held_already": [],
        "levels": list(LEVELS),
        "quantiles": quantiles,
        "naive": {
            f"{one.place}.{one.series} {one.year}": {
                name: [round(one.naive_level(name), 4), round(naive.sd, 4)]
                for name, naive in one.naive.items()
            }
            for one in forecasts
        },
    }
    return Record(content)


def write_record(folder: Path, record: Record) -> Path:
    """Write a record under its date and hash; one that is there is never written over.

    Raises
    ------
    DataError
        When the folder cannot be written.
    """
    path = folder / f"forecast-{record.content['date']}-{record.hash[:8]}.json"
    if path.is_file():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic(path, durable=True) as part:
            part.write_text(_text({**record.content, "hash": record.hash}), encoding="utf-8")
    except OSError as problem:
        raise DataError(f"{folder}: cannot be written ({problem.strerror or problem}).") from None
    return path


def read_records(folder: Path) -> tuple[Record, ...]:
    """Every record of a folder, the oldest first.

    Raises
    ------
    DataError
        When one is not as it was written.
    """
    found = []
    for path in sorted(folder.glob("forecast-*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            said = content.pop("hash")
            record = Record(content)
        except (OSError, ValueError, KeyError, AttributeError):
            raise DataError(f"{path}: this is no registered forecast.") from None
        if record.hash != said or content.get("format") != FORMAT:
            raise DataError(f"{path}: its content is not what was registered ({said[:8]}).")
        found.append(record)
    return tuple(found)


def score_records(
    records: Sequence[Record], plan: Plan, observations: Observations
) -> tuple[Scored, ...]:
    """Registered forecasts whose figures have come since."""
    found = []
    for record in records:
        for name, years in record.content["quantiles"].items():
            for year in map(int, years):
                row = observations.value(name, year)
                if name not in plan.indicator_ids or row is None or row.grade == "M":
                    continue
                low, median, high = (
                    record.quantile(name, year, level) for level in (BAND[0], 0.5, BAND[1])
                )
                drawn = np.array(years[str(year)])
                found.append(
                    Scored(
                        record.hash, record.content["date"], name, year, row.value, median,
                        low, high, crps_of_draws(drawn, row.value),
                        f"{name} {year}" not in record.content["held_already"],
                    )
                )  # fmt: skip
    return tuple(found)


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)
