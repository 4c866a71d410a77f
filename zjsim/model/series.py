"""Figures of data variables: variables of Vensim without an equation, whose values stand in files.

A table has a column of times and a column for each variable, or a row for each; Vensim's own
export (``.dat``) lists a name and then its times and values. A cell without a number is missing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from zjsim.errors import ModelError, did_you_mean
from zjsim.model.external import first_sheet, points_of, text_of
from zjsim.model.names import canonical
from zjsim.model.subscripts import Dimensions
from zjsim.model.syntax import Apply, Definition, Each, Name, Node, Points, Text

SUFFIXES = (".csv", ".tab", ".tsv", ".txt", ".dat", ".xlsx", ".xlsm", ".xls")
LARGEST_FILE = 50_000_000


@dataclass(frozen=True)
class Series:
    """Figures by the name of a variable, and the files they came from.

    Parameters
    ----------
    points : dict
        Canonical name, subscripts in square brackets, → (times, values).
    read : dict
        File as it was named → hash of its bytes.
    """

    points: Mapping[str, tuple[list[float], list[float]]] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)


def read_series(paths: Iterable[Path | str]) -> Series:
    """Read data files; a variable that stands in two of them is taken from the last.

    Raises
    ------
    ModelError
        When a file is missing or no table of figures.
    """
    points: dict[str, tuple[list[float], list[float]]] = {}
    read: dict[str, str] = {}
    for path in map(Path, paths):
        if not path.is_file():
            raise ModelError(f"{path}: no such file.")
        if path.suffix.lower() not in SUFFIXES:
            raise ModelError(f"{path}: a data file ends in {', '.join(SUFFIXES)}.")
        if path.stat().st_size > LARGEST_FILE:
            raise ModelError(f"{path}: larger than {LARGEST_FILE // 1_000_000} MB; not read.")
        read[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        found = _export(path) if path.suffix.lower() == ".dat" else _table(path)
        if not found:
            raise ModelError(
                f"{path}: holds no figures. Write the times into the first column and the names "
                "of variables into the first row."
            )
        points |= found
    return Series(points, read)


def _key(name: str) -> str:
    """A name with its subscripts as it is compared: ``x[ north , Old ]`` is ``x[north,old]``."""
    head, bracket, inside = str(name).strip().partition("[")
    if not bracket:
        return canonical(head)
    return f"{canonical(head)}[{','.join(canonical(e) for e in inside.rstrip(' ]').split(','))}]"


def _export(path: Path) -> dict[str, tuple[list[float], list[float]]]:
    found: dict[str, tuple[list[float], list[float]]] = {}
    here: tuple[list[float], list[float]] | None = None
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        time, tab, value = line.partition("\t")
        if not tab and line.strip():
            here = found.setdefault(_key(line), ([], []))
        elif tab:
            try:
                if here is None:
                    raise ValueError
                here[0].append(float(time))
                here[1].append(float(value))
            except ValueError:
                raise ModelError(
                    f"{path}, line {number}: expected a time, a tab and a value below a name."
                ) from None
    return {key: pair for key, pair in found.items() if pair[0]}


def _table(path: Path) -> dict[str, tuple[list[float], list[float]]]:
    table = first_sheet(path)
    down = any(not math.isnan(table.number(row, 0)) for row in range(1, table.height))
    across = not down and any(not math.isnan(table.number(0, c)) for c in range(1, table.width))
    height, width = (table.width, table.height) if across else (table.height, table.width)

    def number(row: int, column: int) -> float:
        return table.number(column, row) if across else table.number(row, column)

    times = [number(row, 0) for row in range(1, height)]
    found = {}
    for column in range(1, width):
        name = table.text(column, 0) if across else table.text(0, column)
        if name in (None, ""):
            continue
        values = [number(row, column) for row in range(1, height)]
        pairs = [
            (t, v)
            for t, v in zip(times, values, strict=True)
            if not math.isnan(t) and not math.isnan(v)
        ]
        if pairs:
            found[_key(str(name))] = ([t for t, _ in pairs], [v for _, v in pairs])
    return found


def is_open(definition: Definition) -> bool:
    """Whether a definition is a data variable that still lacks its figures."""
    return definition.tree is None or (
        definition.kind == "data" and isinstance(definition.tree, Text)
    )


def with_series(
    definitions: Iterable[Definition], series: Series, dimensions: Dimensions, origin: str
) -> list[Definition]:
    """Definitions with the figures of their data variables; those that have none stay open.

    Raises
    ------
    ModelError
        When an element of an array has no figures though another has.
    """
    found = []
    for each in definitions:
        tree = _tree(each, series, dimensions, origin) if is_open(each) else None
        found.append(each if tree is None else replace(each, tree=tree, kind="equation"))
    return found


def _tree(each: Definition, series: Series, dimensions: Dimensions, origin: str) -> Node | None:
    names = _cells(each, dimensions)
    missing = [name for name in names if name not in series.points]
    if len(missing) == len(names):
        return None
    if missing:
        hint = did_you_mean(missing[0], series.points) or "Add a column of that name."
        raise ModelError(f"{each.where(origin)}: no figures for {missing[0]}. {hint}")
    keyword = each.tree.value if isinstance(each.tree, Text) else ""
    trees = [_read(series.points[name], keyword, name, each.where(origin)) for name in names]
    return Each(tuple(trees)) if each.subscripts else trees[0]


def _cells(each: Definition, dimensions: Dimensions) -> list[str]:
    """Names of the scalars of a definition, as data files write them."""
    name = canonical(each.name)
    if not each.subscripts:
        return [name]
    choices: Sequence[Sequence[str]] = [dimensions.of(written) for written in each.subscripts]
    return [f"{name}[{','.join(elements)}]" for elements in product(*choices)]


def _read(pair: tuple[list[float], list[float]], keyword: str, name: str, where: str) -> Node:
    try:
        points: Points = points_of(*pair, keyword, name)
    except ModelError as problem:
        raise ModelError(f"{where}: {problem}") from None
    return Apply("WITH LOOKUP", (Name("Time"), points))
