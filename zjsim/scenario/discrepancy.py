"""Model discrepancy: how far the real quantity may wander from the model with every input right.

``discrepancy.csv`` gives each quantity the standard deviation of a year's departure, in percent
(100 ln). Departures are independent from year to year, so a level wanders as a random walk from
the base year on, and a growth rate is off by white noise. They are laid over the runs when they
are judged; the runs themselves stay the model's.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from zjsim.grades import INPUTS as GRADES
from zjsim.scenario.csvfile import CsvFile, csv_text, write_csv

FILE = "discrepancy.csv"
Form = Literal["ratio", "gap"]
FORMS: tuple[Form, ...] = get_args(Form)
WHOLE = 100.0  # of a gap: a cut or an index that ends at 100
_HALVES = 2  # a stock of a year end is read half a year after its middle


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One quantity's departure from the model.

    Parameters
    ----------
    of : str
        Id of an indicator, or key of a comparison.
    form : {"ratio", "gap"}
        What is multiplied: the value, or what it lacks to 100.
    history : str
        Published series that tell it, by ``;``.
    figures : int
        Yearly changes used.
    history_sd : float
        Of yearly changes about their mean, percent.
    model_sd : float
        Of the ensemble's change in its first year: what drivers and constants give already.
    sd : float
        What is left, percent of a year: the root of the difference of the squares, at least 0.
    pooled : bool
        The series of a class stand for one that has no history.
    grade : str
    data_hash : str
        Of the figures and of what the ensemble rests on.
    """

    of: str
    form: Form
    history: str
    figures: int
    history_sd: float
    model_sd: float
    sd: float
    pooled: bool
    grade: str
    data_hash: str

    def walk(self, n_run: int, seed: int, since: float, times: Iterable[float]) -> np.ndarray:
        """The departure at some times, shape (n_run, n_time), percent (100 ln).

        The same run of the same seed has the same walk, however many runs there are.
        """
        steps = np.array([max(round((time - since) * _HALVES), 0) for time in times])
        random = np.random.default_rng([seed, zlib.crc32(self.of.encode())])
        longest = max(40, int(steps.max(initial=0)))
        found = np.empty((n_run, steps.size))
        for first in range(0, n_run, _PIECE):
            last = min(first + _PIECE, n_run)
            shocks = random.standard_normal((last - first, longest))
            total = np.zeros((last - first, longest + 1))
            np.cumsum(shocks, axis=1, out=total[:, 1:])
            found[first:last] = total[:, steps]
        found *= self.sd / _HALVES**0.5
        return found

    def applied(self, values: np.ndarray, departure: np.ndarray) -> np.ndarray:
        """Values of the quantity with a departure (percent, 100 ln) laid over them."""
        factor = np.exp(departure / 100)
        if self.form == "gap":
            return np.asarray(WHOLE - (WHOLE - values) * factor)
        return np.asarray(values * factor)


_PIECE = 65_536
_NUMBERS = ("history_sd", "model_sd", "sd")
COLUMNS = tuple(item.name for item in fields(Discrepancy))


def read_discrepancies(path: Path) -> Mapping[str, Discrepancy]:
    """Read ``discrepancy.csv`` by the quantity; empty without the file.

    Raises
    ------
    DataError
        With every cell that is wrong.
    """
    if not path.is_file():
        return {}
    table = CsvFile(path, COLUMNS)
    found: dict[str, Discrepancy] = {}
    for line, row in table.rows:
        table.one_of(line, row, "form", FORMS)
        table.one_of(line, row, "pooled", ("yes", "no"))
        table.one_of(line, row, "grade", GRADES)
        if row["of"] in found:
            table.fault(line, "of", f"duplicate entry {row['of']}")
        numbers = {name: table.number(line, row, name) for name in (*_NUMBERS, "figures")}
        for name, value in numbers.items():
            if value is not None and value < 0:
                table.fault(line, name, f"{value:g} is below 0")
        found[row["of"]] = Discrepancy(
            of=row["of"],
            form="gap" if row["form"] == "gap" else "ratio",
            history=row["history"],
            figures=int(numbers["figures"] or 0),
            history_sd=numbers["history_sd"] or 0.0,
            model_sd=numbers["model_sd"] or 0.0,
            sd=numbers["sd"] or 0.0,
            pooled=row["pooled"] == "yes",
            grade=row["grade"],
            data_hash=row["data_hash"],
        )
    table.finish()
    return found


def discrepancies_text(rows: Sequence[Discrepancy]) -> str:
    """The rows as CSV; three figures, so that the file is the same wherever it is made."""
    return csv_text(COLUMNS, map(asdict, rows), 3)


def write_discrepancies(path: Path, rows: Sequence[Discrepancy]) -> None:
    """Write ``discrepancy.csv``.

    Raises
    ------
    DataError
        When the file cannot be written.
    """
    write_csv(path, discrepancies_text(rows))
