"""The study file as a strict pydantic model; imported only when a file is checked.

The sampling section and the entries of the matrix are those of a scenario, so they are
checked by the scenario's own rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zjsim.errors import Problem, did_you_mean
from zjsim.model.names import identifier
from zjsim.scenario import validation
from zjsim.scenario.schema import Method

MATRIX_SECTIONS = ("levers", "drivers", "constants", "initial")
Step = Annotated[float, Field(ge=0.0001, le=10)]
Key = Annotated[str, Field(pattern=r"^[^.]+\..+$", max_length=200)]
Values = Annotated[list[Any], Field(min_length=1, max_length=10_000)]


class StudyFile(BaseModel):
    """Scenarios, a matrix over them, and samples: one file for a batch of runs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, title="zjsim study")

    name: validation.FileName | None = Field(
        None, description="The folder of results carries it; the stem if missing."
    )
    why: validation.Text | None = Field(None, description="The question the study answers.")
    plan: validation.Name | None = Field(
        None, description="A shipped plan or a plan folder; that of the scenarios if missing."
    )
    scenarios: Annotated[list[validation.Name], Field(min_length=1, max_length=1000)] = Field(
        description="Names of shipped scenarios, or paths from this file."
    )
    matrix: dict[Key, Values] | None = Field(
        None,
        description="Entries such as levers.rd_support with a list of values; "
        "every combination is run.",
    )
    sample: validation.SamplingEntry | None = Field(
        None, description="As `sampling` of a scenario; without it each case is one run."
    )
    save: Annotated[list[validation.Name], Field(min_length=1, max_length=2000)] | None = Field(
        None, description="Model variables to save by year; the plan's indicators if missing."
    )
    engine: Literal["kernel", "adaptive", "pysd"] | None = None
    method: Method | None = None
    step: Step | None = Field(None, description="Integration step in years.")


def study_problems(
    data: Any, where: validation.Where
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The checked data of a study file with every default filled in, or every problem."""
    model, problems = validation.validate(data, where, StudyFile)
    matrix = data.get("matrix")
    if isinstance(matrix, Mapping):
        problems += [p for key, values in matrix.items() for p in _axis(str(key), values, where)]
        problems += _same_axes(list(map(str, matrix)), where)
    if model is None or problems:
        return None, problems
    document = model.model_dump(mode="json", exclude={"sample"})
    document["matrix"] = document["matrix"] or {}
    document["sample"] = None if model.sample is None else dict(validation.plain(model.sample))
    return document, []


def _axis(key: str, values: Any, where: validation.Where) -> list[Problem]:
    """What is wrong with one line of the matrix, by the rules of a scenario's entry."""
    section, dot, name = key.partition(".")
    place = ("matrix", key)
    if section not in MATRIX_SECTIONS or not dot:
        near = did_you_mean(section, MATRIX_SECTIONS)
        hint = near or f"Write section.name; sections: {', '.join(MATRIX_SECTIONS)}."
        return [Problem(where(place), f"{section} is no section of a matrix", hint)]
    if not isinstance(values, list):
        return [Problem(where(place), "a list of values is expected", "Write [0, 0.5, 1].")]
    problems, seen = [], set()
    for position, value in enumerate(values):
        here = where((*place, position))
        _, faults = validation.validate(
            {section: {name: value}}, partial(_always, here), validation.ScenarioFile
        )
        problems += faults
        if repr(value) in seen:
            problems.append(Problem(here, "duplicate value", "Keep one of the two."))
        seen.add(repr(value))
    return problems


def _same_axes(keys: Sequence[str], where: validation.Where) -> list[Problem]:
    """Two lines of the matrix that set the same thing: one would silently win."""
    first: dict[str, str] = {}
    problems = []
    for key in keys:
        section, _, name = key.partition(".")
        earlier = first.setdefault(f"{section}.{identifier(name)}", key)
        if earlier != key:
            place = where(("matrix", earlier)).partition(",")[0]
            what = f"{key} is {earlier} of {place} in another spelling"
            problems.append(Problem(where(("matrix", key)), what, "Keep one of the two."))
    return problems


def _always(here: str, _location: tuple[Any, ...]) -> str:
    return here


def json_schema() -> dict[str, Any]:
    """The JSON schema that editors use, as shipped in ``study.schema.json``."""
    schema = StudyFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
