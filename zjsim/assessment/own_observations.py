"""A user's own outturns: read, held against the plan's units and years, and a sheet for them."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from zjsim.assessment.observations import (
    COLUMNS,
    FULL_YEAR,
    Observation,
    Observations,
    read_observations,
)
from zjsim.assessment.plan import Indicator, Milestone, Plan
from zjsim.errors import DataError, Problem, raise_if_any
from zjsim.language import Language, Text

if TYPE_CHECKING:
    import pandas as pd


def own_series(plan: Plan) -> tuple[str, ...]:
    """Series a user's own file may fill: the plan's indicators and milestones."""
    return (*plan.indicator_ids, *(milestone.id for milestone in plan.milestones))


# From base and target: what is farther away is in another unit (a hundredth is 0.331 for 33.1 %).
MOST_FACTOR = 10.0


def read_own_observations(
    path: Path | str | pd.DataFrame,
    plan: Plan,
    published: Observations | None = None,
    *,
    implausible: bool = False,
) -> Observations:
    """A user's own figures: series of the plan or of the published table, in the plan's units.

    Parameters
    ----------
    implausible : bool
        Let through a value or a year that cannot be meant, for a caller that doubts it itself.

    Raises
    ------
    DataError
        Also for a unit that is not that of the indicator or milestone.
    """
    names = own_series(plan) + (published.names if published is not None else ())
    own = read_observations(path, known=names)
    what = path if isinstance(path, Path | str) else "the table of observations"
    if not own.rows:
        raise DataError(f"{what}: no row holds a figure. Fill in the column value.")
    items: tuple[Indicator | Milestone, ...] = (*plan.indicators, *plan.milestones)
    units = {item.id: item.unit for item in items}
    problems = [
        Problem(
            f"line {row.line}, unit",
            f"{row.series} is in {units[row.series].zh} ({units[row.series].en}), not {row.unit}",
        )
        for row in own.rows
        if row.unit
        and row.series in units
        and row.unit not in (units[row.series].zh, units[row.series].en)
    ]
    named = {item.id: item for item in plan.indicators}
    for row in own.rows:
        if row.series in named and not implausible:
            problems += _implausible(row, named[row.series])
    raise_if_any(what, problems, DataError)
    return own


def _implausible(row: Observation, item: Indicator) -> list[Problem]:
    """A year that no verdict would use, and a value that must be in another unit."""
    problems = []
    if row.year > item.target.year:
        what = f"{row.year} is after the target's year {item.target.year}: no verdict would use it"
        problems.append(Problem(f"line {row.line}, year", what))
    usual = [abs(value) for value in (item.start, item.target.value) if value]
    if row.value <= 0 or not usual or (item.cumulative and row.value < max(usual)):
        return problems
    low, high = min(usual) / MOST_FACTOR, max(usual) * MOST_FACTOR
    if not low <= row.value <= high:
        power = round(math.log10(item.target.value / row.value))
        base, target = f"{item.start:g}", f"{item.target.value:g}"
        what = f"{row.value:g} is far from the base of {base} and the target of {target}"
        hint = f"In {item.unit.en} it may be {row.value * 10.0**power:g}."
        problems.append(Problem(f"line {row.line}, value", what, hint))
    return problems


def _template_note(item: Indicator | Milestone) -> Text:
    """What a user must know to fill in the row."""
    if isinstance(item, Indicator) and item.cumulative:
        return Text(f"自{item.base.year}年起累计", f"cumulative since {item.base.year}")
    if isinstance(item, Milestone) and item.kind == "new":
        return Text("规划期内累计新增", "sum of the new ones within the plan")
    if isinstance(item, Milestone) and item.comparator == "doubled":
        return Text("填数量，含基年", "counts, the base year included")
    return Text("", "")


def write_template(plan: Plan, path: Path | str, language: Language = "zh") -> None:
    """Write an empty table for a user's own figures: one row per year or milestone.

    The file starts with a byte order mark, without which Excel shows Chinese as noise.

    Raises
    ------
    DataError
        When the file exists or cannot be written.
    """
    path = Path(path)
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    items: tuple[Indicator | Milestone, ...] = (*plan.indicators, *plan.milestones)
    for item in items:
        doubled = isinstance(item, Milestone) and item.comparator == "doubled"
        for year in (plan.base_year, *plan.years) if doubled else plan.years:
            writer.writerow(
                {
                    "series": item.id,
                    "year": year,
                    "period": FULL_YEAR,
                    "unit": item.unit.in_(language),
                    "definition": item.label.in_(language),
                    "note": _template_note(item).in_(language),
                }
            )
    try:
        with path.open("xb") as file:
            file.write(table.getvalue().encode("utf-8-sig"))
    except FileExistsError:
        raise DataError(f"{path} exists; it is not overwritten. Name another file.") from None
    except OSError as problem:
        raise DataError(f"{path}: cannot be written ({problem}).") from None
