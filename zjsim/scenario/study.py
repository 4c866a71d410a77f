"""A study: scenarios, a matrix of changes over them, and samples; one file for a batch.

Nothing here runs a model. ``read_study`` checks the file, ``expand`` lists its cases in an
order that depends on the file alone, and a scenario becomes plain data that can be hashed
and sent to a worker on another machine.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zjsim.cache import content_hash
from zjsim.documents import from_document, to_document
from zjsim.errors import Problem, ScenarioError, raise_if_any
from zjsim.frozen import FrozenDict
from zjsim.scenario.reader import assignment, find_scenario, read_scenario
from zjsim.scenario.schema import Scenario
from zjsim.yamlfile import read_yaml

MOST_CASES = 1_000_000
# Says where a number came from, or words for people: no number depends on them.
_PROVENANCE = frozenset({"at", "chain", "decided", "why", "label"})


@dataclass(frozen=True, slots=True)
class Study:
    """What a study file says.

    Parameters
    ----------
    name, why : str
        The folder of results carries the name.
    plan : str or None
        Plan asked for; None takes that of the scenarios.
    scenarios : tuple of str
        Names or paths, as the file writes them.
    matrix : mapping of str to tuple
        ``levers.rd_support`` to its values: numbers, or shapes as mappings.
    sample : mapping or None
        A scenario's sampling section; None is one run a case, without draws.
    save : tuple of str
        Model variables to save by year; empty takes the plan's indicators.
    engine : str
    method : str or None
        None takes that of each scenario.
    step : float or None
        Integration step in years; None takes that of each scenario.
    origin : Path
        The file.
    lines : mapping of str to str
        Where an entry stands, for messages.
    """

    name: str
    scenarios: tuple[str, ...]
    why: str = ""
    plan: str | None = None
    matrix: Mapping[str, tuple[Any, ...]] = field(default_factory=FrozenDict)
    sample: Mapping[str, Any] | None = None
    save: tuple[str, ...] = ()
    engine: str = "kernel"
    method: str | None = None
    step: float | None = None
    origin: Path = Path("study")
    lines: Mapping[str, str] = field(default_factory=FrozenDict)

    def where(self, entry: str) -> str:
        """``line 14, matrix.levers.rd_support`` of an entry, for messages."""
        return self.lines.get(entry, entry)


@dataclass(frozen=True, slots=True)
class Case:
    """One combination of a study: a scenario and the assignments laid over it.

    Parameters
    ----------
    index : int
        Place in the study, from 0.
    id : str
        ``00014_baseline``: unique in the study, and says what it is.
    scenario : Scenario
        With the assignments applied.
    assignments : tuple of (str, value)
        The case's place in the matrix, in the order of the file.
    """

    index: int
    id: str
    scenario: Scenario
    assignments: tuple[tuple[str, Any], ...]

    @property
    def coordinates(self) -> dict[str, Any]:
        """Columns that tell cases apart; a shape is shown as JSON text."""
        return {
            "scenario": self.scenario.name,
            **{key: _shown(value) for key, value in self.assignments},
        }


def read_study(path: Path | str) -> Study:
    """Read and check a study file.

    Raises
    ------
    ScenarioError
        With every problem of the file and its line.
    """
    # Imported here because only a study file needs pydantic (0.15 s).
    from zjsim.scenario.study_validation import study_problems

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
    return _study(document, path, lines)


def _study(document: Mapping[str, Any], path: Path, lines: Mapping[str, str]) -> Study:
    return Study(
        name=document["name"] or path.stem,
        why=document["why"] or "",
        plan=document["plan"],
        scenarios=tuple(document["scenarios"]),
        matrix={key: tuple(values) for key, values in document["matrix"].items()},
        sample=document["sample"],
        save=tuple(document["save"] or ()),
        engine=document["engine"] or "kernel",
        method=document["method"],
        step=document["step"],
        origin=path,
        lines=lines,
    )


def expand(study: Study, folder: Path) -> list[Case]:
    """Every case: the scenarios in the file's order, and under each the full product.

    The last line of the matrix changes fastest.

    Parameters
    ----------
    folder : Path
        Folder of the shipped scenarios.

    Raises
    ------
    ScenarioError
        When a scenario is missing, wrong or named twice, or the product is too large.
    """
    combinations = 1
    for values in study.matrix.values():
        combinations *= len(values)
    count = combinations * len(study.scenarios)
    if count > MOST_CASES:
        raise ScenarioError(f"{study.origin}: {count:,} cases are more than {MOST_CASES:,}.")
    scenarios = _read_scenarios(study, folder)
    points = list(itertools.product(*study.matrix.values()))
    cases: list[Case] = []
    for name, scenario in scenarios:
        for point in points:
            chosen = tuple(zip(study.matrix, point, strict=True))
            changed = _assigned(name, scenario, folder, _common(study), chosen)
            index = len(cases)
            cases.append(Case(index, f"{index:05d}_{changed.name}", changed, chosen))
    return cases


def _read_scenarios(study: Study, folder: Path) -> list[tuple[Path, Scenario]]:
    """The study's scenarios without the matrix; every unreadable one is reported."""
    found: list[tuple[Path, Scenario]] = []
    problems: list[Problem] = []
    for position, name in enumerate(study.scenarios):
        where = study.where(f"scenarios.{position}")
        try:
            path = _scenario_file(name, study.origin, folder)
            scenario = read_scenario(path, folder, _common(study))
        except ScenarioError as problem:
            problems.append(Problem(where, str(problem)))
            continue
        if scenario.name in [other.name for _, other in found]:
            hint = "Give one of them another name."
            problems.append(Problem(where, f"a second scenario named {scenario.name}", hint))
        found.append((path, scenario))
    raise_if_any(study.origin, problems, ScenarioError)
    return found


def _scenario_file(name: str, origin: Path, folder: Path) -> Path:
    """A path in a study is one from the study's own folder."""
    path = find_scenario(name, folder)
    if path.parent.resolve() == folder.resolve() or path.is_absolute():
        return path
    return origin.parent / path


def _common(study: Study) -> list[str]:
    """Assignments that every case shares."""
    common: list[tuple[str, Any]] = []
    for key, value in (study.sample or {}).items():
        common.append((f"sampling.{key}", value))
    if study.method is not None:
        common.append(("method", study.method))
    if study.step is not None:
        common.append(("time.step", study.step))
    return [assignment(key, value) for key, value in common]


def _assigned(
    path: Path,
    scenario: Scenario,
    folder: Path,
    common: Sequence[str],
    chosen: Sequence[tuple[str, Any]],
) -> Scenario:
    if not chosen:
        return scenario
    return read_scenario(path, folder, [*common, *(assignment(k, v) for k, v in chosen)])


def _shown(value: Any) -> Any:
    plain = isinstance(value, int | float | str) and not isinstance(value, bool)
    return value if plain else json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


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
