"""Files of a plan's folder that name much else in it: read, and their names checked with lines."""

from __future__ import annotations

from typing import Any

from zjsim.assessment.learning_keys import LEARNING, LearningKeys, check_learning
from zjsim.assessment.outside_keys import OUTSIDE, OutsideKeys, check_outside
from zjsim.errors import DataError, raise_if_any
from zjsim.formats import Document, checked
from zjsim.openplan import OpenPlan
from zjsim.yamlfile import YamlDocument, read_yaml


def learning_keys(plan: OpenPlan) -> dict[str, Any]:
    """What ``learning.yaml`` says; empty without such a file.

    Raises
    ------
    DataError
        With every key and name that is wrong, and its line.
    """
    path = plan.folder.file(LEARNING)
    if not path.is_file():
        return {}
    source = read_yaml(path, DataError)
    document = _document(LearningKeys, source)
    problems = check_learning(
        source, document, variables=plan.program.names,
        constants=[row.name for row in plan.constants.rows.values()],
        indicators=plan.plan.indicator_ids, series=_series(plan),
        milestones=[item.id for item in plan.plan.milestones],
    )  # fmt: skip
    raise_if_any(path, problems, DataError)
    return document


def outside_keys(plan: OpenPlan) -> dict[str, Any]:
    """What ``outside.yaml`` says; empty without such a file.

    Raises
    ------
    DataError
        With every key and name that is wrong, and its line.
    """
    path = plan.folder.file(OUTSIDE)
    if not path.is_file():
        return {}
    source = read_yaml(path, DataError)
    document = _document(OutsideKeys, source)
    problems = check_outside(
        source, document, indicators=plan.plan.indicator_ids, series=_series(plan),
        base_year=plan.plan.base_year,
    )  # fmt: skip
    raise_if_any(path, problems, DataError)
    return document


def _document(kind: type, source: YamlDocument) -> Document:
    document, problems = checked(kind, source.data, source.where)
    raise_if_any(source.path, problems, DataError)
    assert document is not None
    return document


def _series(plan: OpenPlan) -> set[str]:
    """Series that somebody has published, or that users give under an indicator's id."""
    return {row.series for row in plan.observations.rows} | set(plan.plan.indicator_ids)
