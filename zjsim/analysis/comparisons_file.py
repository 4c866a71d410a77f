"""Reading ``comparisons.yaml``: series against model variables, and errors of the outlook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zjsim.analysis.comparison import Comparison, comparison_from
from zjsim.analysis.outlook import OutlookError
from zjsim.errors import DataError, Problem, did_you_mean, raise_if_any
from zjsim.model.names import canonical
from zjsim.workflow import OpenPlan
from zjsim.yamlfile import read_yaml

FILE = "comparisons.yaml"


@dataclass(frozen=True, slots=True)
class ComparisonsFile:
    """What a projection is held against, and how uncertain its drivers are."""

    comparisons: tuple[Comparison, ...]
    outlook_errors: tuple[OutlookError, ...]


def read_comparisons(plan: OpenPlan) -> ComparisonsFile:
    """Read the comparisons of a plan.

    Raises
    ------
    DataError
        When the file is missing, or names a variable or driver that there is none of.
    """
    path = plan.folder.file(FILE)
    data = read_yaml(path, DataError).data
    if not isinstance(data, dict):
        raise DataError(f"{path}: this must be a mapping with comparisons.")
    problems: list[Problem] = []
    found = []
    for k, entry in enumerate(data.get("comparisons") or []):
        made, wrong = comparison_from(entry, f"comparisons[{k}]", plan.program.names)
        problems += wrong
        if made is not None:
            found.append(made)
    errors = [
        _outlook_error(plan, entry, f"outlook_errors[{k}]", problems)
        for k, entry in enumerate(data.get("outlook_errors") or [])
    ]
    raise_if_any(path, problems, DataError)
    return ComparisonsFile(tuple(found), tuple(errors))


def _outlook_error(plan: OpenPlan, entry: Any, where: str, problems: list[Problem]) -> OutlookError:
    name = str(entry.get("driver", "")) if isinstance(entry, dict) else ""
    known = plan.drivers.drivers
    if canonical(name) not in known:
        hint = did_you_mean(name, known.values())
        problems.append(Problem(f"{where}.driver", f"no such driver {name}", hint))
        return OutlookError(name, 0.0, 0.0, 0.0)
    numbers = {}
    for key, top in (("sd", 1.0), ("persistence", 0.99), ("common", 1.0)):
        value = entry.get(key, 0.0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= top:
            problems.append(Problem(f"{where}.{key}", f"{value} is not within 0..{top:g}"))
            value = 0.0
        numbers[key] = float(value)
    return OutlookError(
        known[canonical(name)],
        sd=numbers["sd"],
        persistence=numbers["persistence"],
        common=numbers["common"],
        grade=str(entry.get("grade", "D")),
        why=str(entry.get("why", "")),
    )
