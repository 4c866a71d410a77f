"""Published figures, and a user's own, as rows with source, vintage and grade.

Conflicting figures stay side by side; ``Observations.latest`` and ``value`` say which one
they take. Grades: A official text or table read, B official figure quoted by press or a lower
office, C third-party copy, D derived with an assumption, M believed and not seen.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zjsim.errors import DataError, Problem, did_you_mean, raise_if_any, refuse_special
from zjsim.grades import OBSERVATIONS as GRADES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "series", "year", "period", "value", "unit", "definition",
    "vintage", "reading", "source", "grade", "note",
)  # fmt: skip
REQUIRED = ("series", "year", "value")
READINGS = ("year", "year_end")
LARGEST_FILE = 20_000_000  # bytes
FULL_YEAR = "year"


@dataclass(frozen=True, slots=True)
class Observation:
    """One published figure.

    ``period`` is ``year``, or a part or span of years such as ``M1-11`` or ``2016-2020``;
    ``reading`` is ``year`` for a yearly total or average and ``year_end`` for a stock counted
    on 31 December, which the model's clock reads half a year later. ``line`` is its place in
    the file.
    """

    series: str
    year: int
    value: float
    unit: str = ""
    period: str = FULL_YEAR
    definition: str = ""
    vintage: str = ""
    reading: str = "year"
    source: str = ""
    grade: str = ""
    note: str = ""
    line: int = 0

    @property
    def time(self) -> float:
        """Model time at which the figure is read, in years."""
        return self.year + (0.5 if self.reading == "year_end" else 0.0)


@dataclass(frozen=True, slots=True)
class Observations:
    """All rows of one or more files, in the order of the files."""

    rows: tuple[Observation, ...]

    def to_frame(self) -> pd.DataFrame:
        """A row a figure, in the order of the files.

        Returns
        -------
        DataFrame
            ``series``, ``year``, ``period``, ``value``, ``unit``, ``definition``, ``vintage``,
            ``reading``, ``source``, ``grade``, ``note``: the columns of ``observations.csv``,
            which `assess` takes as a user's own outturns.
        """
        import pandas as pd

        rows = [[getattr(row, name) for name in COLUMNS] for row in self.rows]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def series(self, name: str, period: str = FULL_YEAR) -> tuple[Observation, ...]:
        """Rows of one series and period, by year, best grade first within a year."""
        found = [row for row in self.rows if row.series == name and row.period == period]
        return tuple(sorted(found, key=lambda row: (row.year, _rank(row.grade))))

    @property
    def names(self) -> tuple[str, ...]:
        """All series, in the order they appear."""
        return tuple(dict.fromkeys(row.series for row in self.rows))

    def value(self, name: str, year: int, vintage: str | None = None) -> Observation | None:
        """The best-graded full-year row of a series; the first of equals; None without one.

        Vintages must not be mixed in one ratio: name one where a series has several.
        """
        found = [row for row in self.series(name) if row.year == year]
        if vintage is not None:
            found = [row for row in found if row.vintage == vintage]
        return min(found, key=lambda row: _rank(row.grade), default=None)

    def best(self, name: str) -> tuple[Observation, ...]:
        """The best-graded full-year row of each year of a series, by year."""
        found: dict[int, Observation] = {}
        for row in self.series(name):
            found.setdefault(row.year, row)
        return tuple(found.values())

    def latest(self, name: str, after: int, until: int) -> Observation | None:
        """The best-graded row of the last year in ``after < year <= until``, or None.

        Rows of grade M are believed and not seen: they are no outturn.
        """
        seen = [row for row in self.series(name) if row.grade != "M"]
        years = [row.year for row in seen if after < row.year <= until]
        return self.value(name, max(years)) if years else None

    def conflicts(self, name: str, year: int) -> tuple[Observation, ...]:
        """Full-year rows of one series and year that disagree; empty when they agree."""
        found = tuple(row for row in self.series(name) if row.year == year)
        return found if len({row.value for row in found}) > 1 else ()

    def with_own(self, own: Observations) -> Observations:
        """These rows and a user's, whose series and years replace the published ones."""
        taken = {(row.series, row.year, row.period) for row in own.rows}
        kept = (row for row in self.rows if (row.series, row.year, row.period) not in taken)
        return Observations((*kept, *own.rows))


def _rank(grade: str) -> int:
    """Order of grades; a user's row without a grade is taken as given."""
    return GRADES.index(grade) if grade in GRADES else -1


def read_observations(
    path: Path | str | pd.DataFrame, known: Iterable[str] | None = None
) -> Observations:
    """Read a table of observations.

    Parameters
    ----------
    path : CSV file in UTF-8, with or without a byte order mark, or in GBK as Excel saves it; the
        first sheet of an .xlsx workbook; or a DataFrame with the same columns
    known : names of series that exist; any other is refused with near misses. None accepts all

    Raises
    ------
    DataError
        Listing every problem with its line.
    """
    if not isinstance(path, Path | str):
        rows, path = _frame_rows(path), "the table of observations"
    elif Path(path).suffix.lower() == ".xlsx":
        rows = _sheet_rows(Path(path))
    else:
        rows = _table(Path(path))
    if not rows:
        raise DataError(f"{path}: empty; the first line must name the columns {_names()}.")
    header = [name.strip() for name in rows[0][1]]
    problems = _header_problems(header)
    raise_if_any(path, problems, DataError)
    names = None if known is None else tuple(known)
    found: list[Observation] = []
    for line, cells in rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            what = f"{len(cells)} cells, and the header names {len(header)}"
            hint = "Put a cell that holds a comma in double quotes."
            problems.append(Problem(f"line {line}", what, hint))
            continue
        cell = dict(zip(header, (text.strip() for text in cells), strict=True))
        # A template's row that was not filled in says nothing.
        if not cell["value"] and not cell.get("source"):
            continue
        row, wrong = _row(cell, line, names)
        problems += wrong
        if row is not None:
            found.append(row)
    problems += _repetitions(found)
    raise_if_any(path, problems, DataError)
    return Observations(tuple(found))


def _names() -> str:
    return ", ".join(COLUMNS)


def _table(path: Path) -> list[tuple[int, list[str]]]:
    """Rows of a CSV file with their line numbers."""
    text = _decoded(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for cells in reader:
            rows.append((reader.line_num, cells))
    except csv.Error as problem:
        raise DataError(f"{path}: line {reader.line_num}: not CSV ({problem}).") from None
    return rows


def _frame_rows(frame: Any) -> list[tuple[int, list[str]]]:
    """A DataFrame as the rows of a file; a row's line is its place, below the header."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        kind = type(frame).__name__
        raise DataError(
            f"observations are a CSV file, an .xlsx workbook or a DataFrame, not {kind}."
        )
    # What is under an index has a name, such as series and year after set_index.
    named = [name for name in frame.index.names if name is not None]
    whole = frame.reset_index(level=named) if named else frame
    rows = [(1, [str(name) for name in whole.columns])]
    cells = whole.itertuples(index=False, name=None)
    return rows + [(line, list(map(_cell_text, row))) for line, row in enumerate(cells, start=2)]


def _sheet_rows(path: Path) -> list[tuple[int, list[str]]]:
    """The first sheet of a workbook as the rows of a file."""
    import pandas as pd

    raw = _bytes(path)
    try:
        frame = pd.read_excel(io.BytesIO(raw), header=None, engine="openpyxl")
    except ImportError:
        raise DataError(
            f"{path}: a workbook is read with openpyxl. pip install openpyxl, or save the sheet "
            "as CSV UTF-8."
        ) from None
    except Exception as problem:  # the reader has errors of its own for each kind of damage
        raise DataError(f"{path}: cannot be read as a workbook ({problem}).") from None
    cells = frame.itertuples(index=False, name=None)
    return [(line, list(map(_cell_text, row))) for line, row in enumerate(cells, start=1)]


def _cell_text(cell: Any) -> str:
    """A cell as a CSV file would have it: nothing for what is missing, 2023 for 2023.0."""
    if cell is None or cell != cell or str(cell) in ("<NA>", "NaT"):
        return ""
    if isinstance(cell, float) and float(cell).is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(float(cell)) if isinstance(cell, float) else str(cell)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DataError(f"{path}: this is a folder; name a file in it.")
        refuse_special(path, DataError)
        if path.stat().st_size > LARGEST_FILE:
            raise DataError(f"{path}: larger than {LARGEST_FILE // 1_000_000} MB; not read.")
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: no such file.") from None
    except (OSError, ValueError) as problem:
        raise DataError(f"{path}: cannot be read ({problem}).") from None


def _decoded(path: Path) -> str:
    raw = _bytes(path)
    if raw[:4] == b"PK\x03\x04" or raw[:4] == b"\xd0\xcf\x11\xe0":
        raise DataError(f"{path}: this is a workbook. Save the sheet as CSV UTF-8.")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw:
        raise DataError(f"{path}: UTF-16 or no text. Save the sheet as CSV UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        # What Chinese Excel saves as plain CSV; the header check below catches a wrong guess.
        return raw.decode("gb18030")
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{path}: neither UTF-8 nor GBK text (byte {problem.start}). "
            "Save the sheet as CSV UTF-8."
        ) from None


def _header_problems(header: Sequence[str]) -> list[Problem]:
    problems = [
        Problem("line 1", f"the column {name} is missing", f"Columns are {_names()}.")
        for name in REQUIRED
        if name not in header
    ]
    for place, name in enumerate(header):
        if name in header[:place]:
            problems.append(Problem("line 1", f"duplicate column {name}"))
        elif name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS) or f"Columns are {_names()}."
            problems.append(Problem("line 1", f"no such column: {name or '(no name)'}", hint))
    return problems


def _row(
    cell: dict[str, str], line: int, known: tuple[str, ...] | None
) -> tuple[Observation | None, list[Problem]]:
    problems: list[Problem] = []

    def wrong(column: str, what: str, hint: str = "") -> None:
        problems.append(Problem(f"line {line}, {column}", what, hint))

    if not cell["series"]:
        wrong("series", "is empty")
    elif known is not None and cell["series"] not in known:
        wrong("series", f"{cell['series']}: no such series", did_you_mean(cell["series"], known))
    year = _year(cell["year"])
    if year is None:
        wrong("year", f"{cell['year'] or 'nothing'} is no year", "Write it as 2023.")
    value = _number(cell["value"])
    if value is None:
        hint = "Write 12345.6 without separators and without the unit."
        wrong("value", f"{cell['value'] or 'nothing'} is no number", hint)
    grade, reading = cell.get("grade", ""), cell.get("reading") or "year"
    if grade and grade not in GRADES:
        wrong("grade", f"{grade} is no grade", "Grades are A, B, C, D and M.")
    if reading not in READINGS:
        hint = did_you_mean(reading, READINGS) or f"Readings are {' and '.join(READINGS)}."
        wrong("reading", f"{reading} is no reading", hint)
    if problems or year is None or value is None:
        return None, problems
    texts = {key: cell.get(key, "") for key in ("unit", "definition", "vintage", "source", "note")}
    return Observation(
        series=cell["series"], year=year, value=value, grade=grade, reading=reading,
        period=cell.get("period") or FULL_YEAR, line=line, **texts,
    ), []  # fmt: skip


def _year(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) == 4
    return int(text) if plain and 1900 <= int(text) <= 2200 else None


def _number(text: str) -> float | None:
    # float() would take "1_000", "nan" and full-width digits, which are slips in a table.
    if not text.isascii() or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _repetitions(rows: Sequence[Observation]) -> list[Problem]:
    """The same figure twice; a conflict must differ in vintage, source or definition."""
    seen: dict[tuple[object, ...], int] = {}
    problems = []
    for row in rows:
        key = (row.series, row.year, row.period, row.vintage, row.source, row.definition)
        if key in seen:
            what = f"duplicate figure {row.series} {row.year}, first in line {seen[key]}"
            hint = "Conflicting figures differ in vintage, source or definition."
            problems.append(Problem(f"line {row.line}", what, hint))
        seen.setdefault(key, row.line)
    return problems
