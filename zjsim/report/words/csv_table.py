"""Tables as CSV that spreadsheets open with Chinese intact: the only writer of one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from zjsim.plaintext import cell
from zjsim.report.words.text_table import Table


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write cells with a byte order mark; None leaves a cell empty, and no text is a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(cell, headers))
        writer.writerows([["" if item is None else cell(item) for item in row] for row in rows])


def write_table_csv(path: Path, table: Table) -> None:
    """Write the table that is shown on a screen."""
    write_csv(path, table.headers, table.rows)
