"""CSV files with known columns, with all problems reported together.

UTF-8 with or without a byte order mark; GBK is refused with a hint.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from zjsim.complaints import LARGEST
from zjsim.errors import DataError, Problem, did_you_mean, raise_if_any
from zjsim.yamlfile import read_text

MOST_PROBLEMS = 40  # more say nothing new; the rest is counted


class CsvFile:
    """A CSV file with known columns, and the problems found while reading it."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.problems: list[Problem] = []
        text = read_text(path, DataError)
        if "\x00" in text:
            raise DataError(f"{path}: holds a NUL character; this is not a text file.")
        self.rows = list(self._read(text, columns))

    def _read(self, text: str, columns: Sequence[str]) -> Iterable[tuple[int, dict[str, str]]]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header: list[str] = []
        before = 0
        try:
            for cells in reader:
                line, before = before + 1, reader.line_num
                cells = [cell.strip() for cell in cells]
                if not header:
                    header = cells
                    self._check_header(header, columns)
                elif any(cells) and len(cells) != len(header):
                    what = f"{len(cells)} cells where the header has {len(header)}"
                    hint = "Put a text with commas in double quotes."
                    self.problems.append(Problem(f"line {line}", what, hint))
                elif any(cells):
                    yield line, dict(zip(header, cells, strict=True))
        except csv.Error as failure:
            self.problems.append(Problem(f"line {reader.line_num}", f"not CSV ({failure})"))
        if not header:
            raise DataError(f"{self.path}: the file is empty. Columns: {', '.join(columns)}.")

    def _check_header(self, header: Sequence[str], columns: Sequence[str]) -> None:
        faults = [
            Problem("line 1", f"no such column {name or '(empty)'}", did_you_mean(name, columns))
            for name in header
            if name not in columns
        ]
        faults += [
            Problem("line 1", f"column {name} is missing") for name in columns if name not in header
        ]
        faults += [
            Problem("line 1", f"duplicate column {name}")
            for name in columns
            if list(header).count(name) > 1
        ]
        # Nothing else can be checked in a table whose columns are not known.
        raise_if_any(self.path, faults, DataError)

    def fault(self, line: int, column: str, what: str, hint: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(f"line {line}, {column}", what, hint))

    def number(
        self, line: int, row: Mapping[str, str], column: str, optional: bool = False
    ) -> float | None:
        """The cell as a finite number, or None and a problem."""
        text = row[column]
        if optional and not text:
            return None
        try:
            value = float(text) if "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if math.isfinite(value) and abs(value) <= LARGEST:
            return value
        self.fault(line, column, f"'{text[:40]}' is not a number" if text else "the cell is empty")
        return None

    def one_of(self, line: int, row: Mapping[str, str], column: str, allowed: Any) -> None:
        """Note a problem when the cell is none of the allowed words."""
        if row[column] not in allowed:
            what = f"'{row[column][:40]}' is not one of {', '.join(allowed)}"
            self.fault(line, column, what, did_you_mean(row[column], allowed))

    def filled(self, line: int, row: Mapping[str, str], column: str) -> None:
        """Note a problem when the cell is empty."""
        if not row[column]:
            self.fault(line, column, "the cell is empty")

    def finish(self) -> None:
        """Raise one error that lists every problem; do nothing when there are none."""
        shown = self.problems[:MOST_PROBLEMS]
        if len(self.problems) > len(shown):
            shown.append(Problem("below", f"and {len(self.problems) - len(shown)} more"))
        raise_if_any(self.path, shown, DataError)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], digits: int) -> str:
    """Rows as CSV: yes and no for truths, so many figures that any machine writes the same."""

    def cell(value: Any) -> Any:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"{value:.{digits}g}" if isinstance(value, float) else value

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row[name]) for name in columns] for row in rows)
    return text.getvalue()


def write_csv(path: Path, text: str) -> None:
    """Write a CSV file of a plan's folder.

    Raises
    ------
    DataError
        When the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as problem:
        raise DataError(f"{path}: cannot be written ({problem.strerror}).") from None
