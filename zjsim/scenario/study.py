"""A study: scenarios, a matrix of changes over them, and samples; one file for a batch.

Nothing here runs a model. ``read_study`` checks the file, and a scenario becomes plain data
that can be hashed and sent to a worker on another machine. `zjsim.scenario.cases` lists the
combinations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from zjsim.cache import content_hash
from zjsim.documents import from_document, to_document
from zjsim.errors import Problem, ScenarioError, did_you_mean, raise_if_any
from zjsim.formats import HIDDEN, Declared, Name, Where, Words, Written, checked, rule
from zjsim.frozen import FrozenDict
from zjsim.model.names import identifier
from zjsim.scenario.schema import FileName, Method, Sampling, Scenario, Step
from zjsim.yamlfile import read_yaml

MATRIX_SECTIONS = ("levers", "drivers", "constants", "initial")
Key = Annotated[str, rule(pattern=r"^[^.]+\..+$", max_length=200)]
Values = Annotated[tuple[Any, ...], rule(min_length=1, max_length=10_000)]
# Says where a number came from, or words for people: no number depends on them.
_PROVENANCE = frozenset({"at", "based_on", "chain", "decided", "why", "label"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Study(Declared):
    """Scenarios, a matrix over them, and samples: one file for a batch of runs."""

    name: FileName = ""
    """The folder of results carries it; the stem if missing."""
    why: Words = ""
    """The question the study answers."""
    plan: Name | None = None
    """A shipped plan or a plan folder; that of the scenarios if missing."""
    scenarios: Annotated[tuple[Name, ...], rule(min_length=1, max_length=1000)]
    """Names of shipped scenarios, or paths from this file."""
    matrix: Mapping[Key, Values] = field(default_factory=FrozenDict)
    """Entries such as levers.rd_support with a list of values; every combination is run."""
    sample: Annotated[Mapping[str, Any] | None, Written(Sampling)] = None
    """As `sampling` of a scenario; without it each case is one run."""
    save: Annotated[tuple[Name, ...], rule(min_length=1, max_length=2000)] = ()
    """Model variables to save by year; the plan's indicators if missing."""
    engine: Literal["kernel", "adaptive", "pysd"] = "kernel"
    """What computes the runs."""
    method: Method | None = None
    """Method of integration; that of each scenario if missing."""
    step: Step | None = None
    """Integration step in years; that of each scenario if missing."""
    origin: Annotated[Path, HIDDEN] = Path("study")
    """The file."""
    lines: Annotated[Mapping[str, str], HIDDEN] = field(default_factory=FrozenDict)
    """Where an entry stands, for messages."""

    def where(self, entry: str) -> str:
        """``line 14, matrix.levers.rd_support`` of an entry, for messages."""
        return self.lines.get(entry, entry)


def read_study(path: Path | str) -> Study:
    """Read and check a study file.

    Raises
    ------
    ScenarioError
        With every problem of the file and its line.
    """
    path = Path(path)
    source = read_yaml(path, ScenarioError)
    if not isinstance(source.data, dict):
        raise ScenarioError(
            f"{path}: a study is a mapping with `scenarios:` and perhaps `matrix:` and `sample:`."
        )
    document, problems = study_problems(source.data, source.where)
    raise_if_any(path, problems, ScenarioError)
    assert document is not None
    lines = {".".join(map(str, place)): source.where(place) for place in source.lines}
    named = {"name": path.stem, **document, "origin": path, "lines": lines}
    return from_document(Study, named)


def study_problems(data: Any, where: Where) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The checked data of a study file, or every problem."""
    document, problems = checked(Study, data, where)
    matrix = data.get("matrix")
    if isinstance(matrix, Mapping):
        problems += [p for key, values in matrix.items() for p in _axis(str(key), values, where)]
        problems += _same_axes(list(map(str, matrix)), where)
    return (None if problems else document), problems


def _axis(key: str, values: Any, where: Where) -> list[Problem]:
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
        _, faults = checked(Scenario, {section: {name: value}}, partial(_always, here))
        problems += faults
        if repr(value) in seen:
            problems.append(Problem(here, "duplicate value", "Keep one of the two."))
        seen.add(repr(value))
    return problems


def _same_axes(keys: Sequence[str], where: Where) -> list[Problem]:
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


def scenario_document(scenario: Scenario) -> dict[str, Any]:
    """A scenario as JSON-able data; ``scenario_from_document`` gives it back, equal."""
    return dict(to_document(scenario))


def scenario_from_document(document: Mapping[str, Any]) -> Scenario:
    """The scenario that ``scenario_document`` wrote."""
    return from_document(Scenario, document)


def scenario_hash(scenario: Scenario) -> str:
    """Hash of what the numbers of a scenario depend on.

    File names, lines and words do not enter; nor does the number of runs, because run i has
    the same draw in a longer ensemble. A Latin hypercube has a fixed size, which enters.
    """
    document = scenario_document(scenario)
    if scenario.sampling.method != "latin_hypercube":
        document["sampling"] = {k: v for k, v in document["sampling"].items() if k != "runs"}
    return content_hash(json.dumps(_bare(document), ensure_ascii=False, sort_keys=True))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if key not in _PROVENANCE}
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return value
