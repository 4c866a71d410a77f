"""Reading ``comparisons.yaml``: series against model variables."""

from __future__ import annotations

from dataclasses import dataclass

from zjsim.analysis.history.comparison import Comparison, comparison_from
from zjsim.errors import DataError, Problem, raise_if_any
from zjsim.workflow import OpenPlan
from zjsim.yamlfile import read_yaml

FILE = "comparisons.yaml"


@dataclass(frozen=True, slots=True)
class ComparisonsFile:
    """What a projection is held against."""

    comparisons: tuple[Comparison, ...]


def read_comparisons(plan: OpenPlan) -> ComparisonsFile:
    """Read the comparisons of a plan.

    Raises
    ------
    DataError
        When the file is missing, or names an unknown variable.
    """
    path = plan.folder.needed_file(FILE, "a hindcast", DataError)
    data = read_yaml(path, DataError).data
    if not isinstance(data, dict):
        raise DataError(f"{path}: this must be a mapping with comparisons.")
    problems: list[Problem] = []
    found = []
    for k, entry in enumerate(data.get("comparisons") or []):
        made, wrong = comparison_from(
            entry, f"comparisons[{k}]", plan.program.names, plan.plan.base_year
        )
        problems += wrong
        if made is not None:
            found.append(made)
    raise_if_any(path, problems, DataError)
    return ComparisonsFile(tuple(found))
