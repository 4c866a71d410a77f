"""Figures that a model reads from files beside it: GET XLS and GET DIRECT of Vensim.

Only figures are read, and only from files in the model's own folder or below it. A cell that
holds no number is missing; formulas count by the value that was stored with them.
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.names import canonical
from zjsim.model.parser import NOT_AVAILABLE
from zjsim.model.subscripts import Dimensions, Range
from zjsim.model.syntax import Apply, Definition, Each, Literal, Name, Node, Numbers, Points, Text

_CALLS = {
    "get xls constants": "constants", "get direct constants": "constants",
    "get xls data": "data", "get direct data": "data",
    "get xls lookups": "lookups", "get direct lookups": "lookups",
}  # fmt: skip
_WANTED = {"constants": 3, "data": 4, "lookups": 4}
LARGEST_FILE = 50_000_000
_CELL = re.compile(r"([A-Za-z]{1,3})([1-9]\d*)")
Block = list[list[float]]


@dataclass
class Files:
    """The files beside a model, each read once.

    Parameters
    ----------
    folder : Path or None
        That of the model; None when only its text is known.
    read : dict
        Name of a file → hash of its bytes.
    """

    folder: Path | None
    read: dict[str, str] = field(default_factory=dict)
    _tables: dict[tuple[str, str], Table] = field(default_factory=dict)

    def table(self, name: str, tab: str) -> Table:
        """A sheet of a workbook, or a text table, whose ``tab`` is the sign between columns."""
        key = (name, tab)
        if key not in self._tables:
            path = self._path(name)
            self.read[name] = hashlib.sha256(path.read_bytes()).hexdigest()
            if path.suffix.lower() in (".xlsx", ".xlsm"):
                self._tables[key] = _workbook(path, tab)
            elif path.suffix.lower() == ".xls":
                self._tables[key] = _old_workbook(path, tab)
            else:
                self._tables[key] = _text(path, tab)
        return self._tables[key]

    def _path(self, name: str) -> Path:
        if self.folder is None:
            raise UnsupportedError(
                f"it reads figures from {name}; a model that is only a text has no folder to find "
                "it in. Read the model from its file."
            )
        if name.startswith("?"):
            raise UnsupportedError(
                f"{name} stands for a file that Vensim's own settings name. Write the name of the "
                "file into the equation."
            )
        path = (self.folder / name.replace("\\", "/")).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise UnsupportedError(
                f"{name} lies outside the folder of the model, where nothing is read. Copy the "
                "file beside the model."
            )
        if not path.is_file():
            raise ModelError(f"no such file: {name}. It belongs beside the model.")
        if path.stat().st_size > LARGEST_FILE:
            raise ModelError(f"{name}: larger than {LARGEST_FILE // 1_000_000} MB; not read.")
        return path


@dataclass(frozen=True)
class Table:
    """The cells of a sheet; what is no number is NaN, what lies beyond it too."""

    rows: list[list[Any]]
    names: Callable[[str], list[list[Any]]]

    def number(self, row: int, column: int) -> float:
        """The number in a cell, counted from 0."""
        return _number(self.text(row, column))

    def text(self, row: int, column: int) -> Any:
        """What a cell holds."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return None
        return self.rows[row][column]

    def block(self, row: int, column: int, height: int, width: int) -> Block:
        """Numbers from a cell on."""
        return [[self.number(row + i, column + j) for j in range(width)] for i in range(height)]

    @property
    def height(self) -> int:
        """Rows with cells in them."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """Columns with cells in them."""
        return max(map(len, self.rows), default=0)


def _number(value: Any) -> float:
    if isinstance(value, bool) or value is None:
        return math.nan
    try:
        return float(str(value).strip()) if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        return math.nan


def _workbook(path: Path, tab: str) -> Table:
    try:
        import openpyxl
    except ImportError:
        raise UnsupportedError(
            f"{path.name}: reading workbooks needs openpyxl. Install zjsim[excel], or save the "
            "sheet as CSV."
        ) from None
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    # A broken workbook raises whatever zip, XML or openpyxl raise.
    except Exception as problem:
        raise ModelError(f"{path.name}: cannot be read as a workbook ({problem}).") from None
    sheet = book[_sheet_name(path, book.sheetnames, tab)]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]

    def named(name: str) -> list[list[Any]]:
        own = {canonical(key): value for key, value in sheet.defined_names.items()}
        found = own.get(canonical(name)) or {
            canonical(key): value for key, value in book.defined_names.items()
        }.get(canonical(name))
        if found is None:
            raise ModelError(f"{path.name}: {name!r} is neither a cell nor a name in the workbook.")
        for title, area in found.destinations:
            cells = book[title][area.replace("$", "")]
            if not isinstance(cells, tuple):
                return [[cells.value]]
            return [[each.value for each in row] for row in cells]
        raise ModelError(f"{path.name}: the name {name!r} stands for no cells.")

    return Table(rows, named)


def _sheet_name(path: Path, names: Sequence[str], tab: str) -> str:
    """The name of a sheet as the workbook writes it."""
    by_name = {canonical(name): name for name in names}
    if not tab:
        return names[0]
    if canonical(tab) not in by_name:
        raise ModelError(f"{path.name}: has no sheet {tab!r}; it has {', '.join(names)}.")
    return by_name[canonical(tab)]


def _old_workbook(path: Path, tab: str) -> Table:
    try:
        import xlrd
    except ImportError:
        raise UnsupportedError(
            f"{path.name}: reading old workbooks needs xlrd. Install zjsim[excel], or save the "
            "workbook as .xlsx."
        ) from None
    try:
        book = xlrd.open_workbook(path)
    # A broken workbook raises whatever xlrd raises.
    except Exception as problem:
        raise ModelError(f"{path.name}: cannot be read as a workbook ({problem}).") from None
    sheet = book.sheet_by_name(_sheet_name(path, book.sheet_names(), tab))
    rows = [list(sheet.row_values(row)) for row in range(sheet.nrows)]

    def named(name: str) -> list[list[Any]]:
        for each in book.name_map.get(name.lower(), ()):
            area, first, last, left, right = each.area2d()
            return [area.row_values(row, left, right) for row in range(first, last)]
        raise ModelError(f"{path.name}: {name!r} is neither a cell nor a name in the workbook.")

    return Table(rows, named)


def first_sheet(path: Path) -> Table:
    """A text table, or the first sheet of a workbook.

    Raises
    ------
    ModelError
        When it cannot be read.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _workbook(path, "")
    return _old_workbook(path, "") if path.suffix.lower() == ".xls" else _text(path, "")


def text_of(path: Path) -> str:
    """The text of a table in UTF-8 or, where it is not, in Windows' cp1252."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return path.read_text(encoding="cp1252", errors="replace")


def _text(path: Path, tab: str) -> Table:
    text = text_of(path)
    otherwise = "," if path.suffix.lower() == ".csv" else "\t"
    sign = tab if tab and not tab[0].isalnum() else otherwise
    rows = [list(row) for row in csv.reader(text.splitlines(), delimiter=sign[0])]

    def named(name: str) -> list[list[Any]]:
        raise ModelError(f"{path.name}: {name!r} is no cell, and a text file has no names.")

    return Table(rows, named)


def filled_ranges(ranges: Iterable[Range], files: Files, origin: str) -> list[Range]:
    """Ranges with the elements that stand in a file read.

    Raises
    ------
    ModelError
    """
    found = []
    for each in ranges:
        if each.outside:
            items = _told(each.where(origin), partial(_elements, each, files))
            each = replace(each, items=tuple(items), outside=())
        found.append(each)
    return found


def _elements(each: Range, files: Files) -> list[str]:
    name, tab, first, last, prefix = (*each.outside, "", "", "", "", "")[:5]
    table = files.table(name, tab)
    place = _CELL.fullmatch(first)
    if place is None:
        cells = table.names(first)
    else:
        row, column = _cell(first)
        last_row, last_column = table.height - 1, table.width - 1
        if _CELL.fullmatch(last):
            last_row, last_column = _cell(last)
        elif last.isdigit():
            last_row = int(last) - 1
        elif last:
            last_column = _column(last)
        cells = [
            [table.text(r, c) for c in range(column, last_column + 1)]
            for r in range(row, last_row + 1)
        ]
    values = [value for row_of in cells for value in row_of if value not in (None, "")]
    return [f"{prefix}{_shown(value)}" for value in values]


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


def filled(
    definitions: Iterable[Definition], dimensions: Dimensions, files: Files, origin: str
) -> list[Definition]:
    """Definitions with the figures that stand in files: numbers, lookups, lookups of Time.

    Raises
    ------
    ModelError
        When a file, sheet or cell is not there or holds no figures.
    """
    found = []
    for each in definitions:
        call = each.tree if isinstance(each.tree, Apply) else None
        kind = _CALLS.get(canonical(call.name)) if call is not None else None
        if kind is None:
            found.append(each)
            continue
        assert call is not None
        tree = _told(
            each.where(origin),
            partial(_tree, each, call, kind, dimensions, files),
        )
        found.append(replace(each, tree=tree, kind="lookup" if kind == "lookups" else "equation"))
    return found


def _told(where: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except UnsupportedError as problem:
        raise UnsupportedError(f"{where}: {problem}") from None
    except ModelError as problem:
        raise ModelError(f"{where}: {problem}") from None


def _tree(each: Definition, call: Apply, kind: str, dimensions: Dimensions, files: Files) -> Node:
    texts = [part.value for part in call.arguments if isinstance(part, Text)]
    wanted = _WANTED[kind]
    if len(texts) != len(call.arguments) or len(texts) < wanted:
        raise ModelError(f"{call.name.upper()} takes {wanted} texts between single quotes.")
    table = files.table(texts[0], texts[1])
    sizes = [len(dimensions.of(written)) for written in each.subscripts]
    if kind == "constants":
        return _constants(table, texts[2], sizes)
    keyword = texts[4] if len(texts) > 4 else ""
    tables = _series(table, texts[2], texts[3], sizes, keyword)
    if kind == "data":
        trees: list[Node] = [Apply("WITH LOOKUP", (Name("Time"), points)) for points in tables]
    else:
        trees = list(tables)
    return trees[0] if len(trees) == 1 else Each(tuple(trees))


def _constants(table: Table, cell: str, sizes: Sequence[int]) -> Node:
    """One number, a row of them, or rows and columns; a star turns them."""
    turned = cell.endswith("*")
    shape = [size for size in sizes if size > 1]
    if len(shape) > 2:
        raise ModelError(
            f"{cell}: figures of {len(shape)} dimensions do not fit on one sheet. Write an "
            "equation for each element of one of them."
        )
    height, width = [1, 1, *shape][-2:]
    if turned:
        height, width = width, height
    cell = cell.rstrip("*")
    if _CELL.fullmatch(cell):
        block = table.block(*_cell(cell), height, width)
    else:
        block = [[_number(value) for value in row] for row in table.names(cell)]
        if len(block) != height or len(block[0]) != width:
            raise ModelError(
                f"{cell} has {len(block)} x {len(block[0])} cells; {height} x {width} are read."
            )
    if turned:
        block = [list(column) for column in zip(*block, strict=True)]
    values = [value for row in block for value in row]
    if any(math.isnan(value) for value in values):
        raise ModelError(f"{cell}: {sum(map(math.isnan, values))} of {len(values)} cells hold no "
                         "number.")  # fmt: skip
    return Literal(values[0]) if not sizes else Numbers(tuple(values))


def _series(
    table: Table, along: str, cell: str, sizes: Sequence[int], keyword: str
) -> list[Points]:
    """For each combination of elements the points of a series."""
    many = [size for size in sizes if size > 1]
    if len(many) > 1:
        raise ModelError(
            f"{cell}: series of {len(many)} dimensions do not fit on one sheet. Write an equation "
            "for each element of one of them."
        )
    count = many[0] if many else 1
    xs, columns = _columns(table, along, cell, count)
    if not any(not math.isnan(x) for x in xs):
        raise ModelError(f"{along}: holds no numbers beside {cell}.")
    return [points_of(xs, column, keyword, cell) for column in columns]


def _columns(
    table: Table, along: str, cell: str, count: int
) -> tuple[list[float], list[list[float]]]:
    if not _CELL.fullmatch(cell):
        xs = [_number(value) for row in table.names(along) for value in row]
        block = [[_number(value) for value in row] for row in table.names(cell)]
        if len(block) != len(xs):
            block = [list(column) for column in zip(*block, strict=True)]
        if len(block) != len(xs) or len(block[0]) != count:
            raise ModelError(f"{cell} and {along} do not fit together.")
        return xs, [list(column) for column in zip(*block, strict=True)]
    row, column = _cell(cell)
    if along.isdigit():
        length = table.width - column
        xs = table.block(int(along) - 1, column, 1, length)[0]
        return xs, table.block(row, column, count, length)
    length = table.height - row
    xs = [table.number(row + i, _column(along)) for i in range(length)]
    return xs, [[table.number(row + i, column + j) for i in range(length)] for j in range(count)]


def points_of(xs: Sequence[float], ys: Sequence[float], keyword: str, cell: str) -> Points:
    """Points of a series, read between them as the keyword of a data equation says.

    Raises
    ------
    ModelError
        When there are none, or two for the same time.
    """
    pairs = sorted(
        (x, y) for x, y in zip(xs, ys, strict=True) if not math.isnan(x) and not math.isnan(y)
    )
    if not pairs:
        raise ModelError(f"{cell}: the series holds no numbers.")
    if len({x for x, _ in pairs}) != len(pairs):
        raise ModelError(f"{cell}: the series has two figures for the same time.")
    times = [x for x, _ in pairs]
    values = [y for _, y in pairs]
    if keyword == "hold backward":
        return Points(tuple(times), tuple(values), "step")
    if keyword == "look forward":
        starts = [math.nextafter(x, math.inf) for x in times[:-1]]
        return Points((times[0] - 1.0, *starts), tuple(values), "step")
    if keyword == "raw":
        return _raw(times, values)
    return Points(tuple(times), tuple(values), "hold")


def _raw(times: Sequence[float], values: Sequence[float]) -> Points:
    """Figures at their own times alone; in between there are none."""
    xs, ys = [times[0] - 1.0], [NOT_AVAILABLE]
    for time, value in zip(times, values, strict=True):
        xs += [time, math.nextafter(time, math.inf)]
        ys += [value, NOT_AVAILABLE]
    return Points(tuple(xs), tuple(ys), "step")


def _cell(text: str) -> tuple[int, int]:
    found = _CELL.fullmatch(text)
    if found is None:
        raise ModelError(f"{text!r} is no cell, such as B2.")
    return int(found[2]) - 1, _column(found[1])


def _column(letters: str) -> int:
    number = 0
    if not letters.isalpha() or len(letters) > 3:
        raise ModelError(f"{letters!r} is no column, such as B.")
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
