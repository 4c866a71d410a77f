"""``calibration.csv``: what was learnt from history, and the ranges that an ensemble may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Protocol

from zjsim.bundle import PlanFolder
from zjsim.model.names import canonical
from zjsim.scenario.csvfile import CsvFile, csv_text, write_csv
from zjsim.scenario.schema import Range

FILE = "calibration.csv"


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """One constant before and after the figures up to the cut-off year.

    Parameters
    ----------
    name, sector : str
        Model name; sector that estimated it.
    value, low, high, sd : float
        Median, 95 % interval and standard deviation of the posterior, in the model's unit.
    prior_value, prior_low, prior_high, prior_sd : float
        Value in the model file, bounds of ``constants.csv``, standard deviation of the prior.
    overlap : float
        Common area of prior and posterior, parts of one.
    profile : str
        closed, open_low, open_high, flat, or empty when it was not computed.
    identified : bool
        The posterior's standard deviation is below 0.7 of the prior's.
    tied_to : str
        Unknowns with which the posterior's correlation is beyond 0.95, by ``;``.
    """

    name: str
    sector: str
    value: float
    low: float
    high: float
    sd: float
    prior_value: float
    prior_low: float
    prior_high: float
    prior_sd: float
    overlap: float
    profile: str
    identified: bool
    tied_to: str
    cut_off: int
    draws: int
    effective_draws: float
    seed: int
    data_hash: str


COLUMNS = tuple(item.name for item in fields(CalibrationRow))
_TEXTS = {"name", "sector", "profile", "tied_to", "data_hash"}
_WHOLE = {"cut_off", "draws", "seed"}


class HasFolder(Protocol):
    """What is needed of a plan."""

    @property
    def folder(self) -> PlanFolder:
        """The plan's folder."""


def calibrated_ranges(plan: HasFolder) -> Mapping[str, Range]:
    """Range of each identified constant by canonical name; empty without a calibration.

    The bounds hold 95 % of the posterior, the median is the centre, and the form is normal cut
    at the bounds. A constant that the figures do not identify keeps the range of
    ``constants.csv``: the posterior would only repeat it.
    """
    path = plan.folder.file(FILE)
    return ranges_of(read_calibration(path)) if path.is_file() else {}


def ranges_of(rows: Sequence[CalibrationRow]) -> Mapping[str, Range]:
    """The same from rows."""
    return {
        canonical(row.name): Range(row.low, row.high, row.value, "normal", at=f"{FILE}:{number}")
        for number, row in enumerate(rows, start=2)
        if row.identified and row.low < row.high
    }


def read_calibration(path: Path) -> tuple[CalibrationRow, ...]:
    """Read a calibration.

    Raises
    ------
    DataError
        With every cell that is wrong.
    """
    table = CsvFile(path, COLUMNS)
    found = []
    for line, row in table.rows:
        table.one_of(line, row, "identified", ("yes", "no"))
        numbers = {
            name: table.number(line, row, name)
            for name in COLUMNS
            if name not in _TEXTS and name != "identified"
        }
        if all(value is not None for value in numbers.values()):
            values = {k: int(v) if k in _WHOLE else v for k, v in numbers.items()}  # type: ignore[arg-type]
            texts = {name: row[name] for name in _TEXTS}
            found.append(CalibrationRow(**values, **texts, identified=row["identified"] == "yes"))  # type: ignore[arg-type]
    table.finish()
    return tuple(found)


def calibration_text(rows: Sequence[CalibrationRow]) -> str:
    """The rows as CSV; six figures, so that the file is the same wherever it is made."""
    return csv_text(COLUMNS, map(asdict, rows), 6)


def write_calibration(path: Path, rows: Sequence[CalibrationRow]) -> None:
    """Write ``calibration.csv``.

    Raises
    ------
    DataError
        When the file cannot be written.
    """
    write_csv(path, calibration_text(rows))
