"""The cases of a study: scenarios times a matrix, counted by arithmetic and made one by one.

A study of a million cases is a handful of lists. A case is made when somebody asks for it, by
its place alone; nothing holds them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any, overload

from zjsim.errors import Problem, ScenarioError, raise_if_any
from zjsim.scenario.reader import assignment, find_scenario, read_scenario, with_changes
from zjsim.scenario.schema import Scenario
from zjsim.scenario.study import Study

MOST_CASES = 10_000_000


@dataclass(frozen=True)
class Case:
    """One combination of a study: a scenario and the assignments laid over it.

    Parameters
    ----------
    index : int
        Place in the study, from 0.
    base : Scenario
        Without the assignments.
    assignments : tuple of (str, value)
        The case's place in the matrix, in the order of the file.
    """

    index: int
    base: Scenario
    assignments: tuple[tuple[str, Any], ...]

    @property
    def id(self) -> str:
        """``00014_baseline``: unique in the study, and says what it is."""
        return f"{self.index:05d}_{self.base.name}"

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario with the assignments applied."""
        return with_changes(self.base, [assignment(key, value) for key, value in self.assignments])

    @property
    def coordinates(self) -> dict[str, Any]:
        """Columns that tell cases apart; a shape is shown as JSON text."""
        shown = {key: _shown(value) for key, value in self.assignments}
        return {"scenario": self.base.name, **shown}


@dataclass(frozen=True)
class Cases(Sequence[Case]):
    """Every case: the scenarios in the file's order, and under each the full product.

    The last line of the matrix changes fastest.

    Parameters
    ----------
    scenarios : tuple of Scenario
        Without the matrix.
    matrix : mapping of str to sequence
        Values by entry.
    draws : bool
        Whether each case is sampled; without, it is one run.
    """

    scenarios: tuple[Scenario, ...]
    matrix: Mapping[str, Sequence[Any]]
    draws: bool

    @cached_property
    def points(self) -> int:
        """Combinations of the matrix: cases of each scenario."""
        return prod(len(values) for values in self.matrix.values())

    def __len__(self) -> int:
        return self.points * len(self.scenarios)

    def runs_of(self, scenario: Scenario) -> int:
        """Runs of each case of a scenario."""
        return scenario.sampling.runs if self.draws else 1

    @overload
    def __getitem__(self, index: int) -> Case: ...
    @overload
    def __getitem__(self, index: slice) -> list[Case]: ...
    def __getitem__(self, index: int | slice) -> Case | list[Case]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        which, point = divmod(place, self.points)
        chosen = []
        for key, values in reversed(tuple(self.matrix.items())):
            point, position = divmod(point, len(values))
            chosen.append((key, values[position]))
        return Case(place, self.scenarios[which], tuple(reversed(chosen)))

    def __iter__(self) -> Iterator[Case]:
        return (self[place] for place in range(len(self)))

    def trials(self, every: bool) -> Iterator[Case]:
        """Few cases in which each value of the matrix stands once under each scenario.

        Parameters
        ----------
        every : bool
            Without, only the ends of a line of numbers: what is allowed is a range, and holds
            what lies between two allowed values.
        """
        sizes = [len(values) for values in self.matrix.values()]
        strides = [prod(sizes[place + 1 :]) for place in range(len(sizes))]
        tried = [
            range(len(values)) if every else _ends_of(values) for values in self.matrix.values()
        ]
        for which in range(len(self.scenarios)):
            first = which * self.points
            yield self[first]
            for positions, stride in zip(tried, strides, strict=True):
                yield from (self[first + stride * place] for place in positions if place)

    @cached_property
    def columns(self) -> dict[str, bool]:
        """Columns of `Case.coordinates`, and whether each holds numbers throughout."""
        found = {"scenario": False}
        for key, values in self.matrix.items():
            found[key] = all(isinstance(_shown(value), int | float) for value in values)
        return found

    def typed_coordinates(self, case: Case) -> dict[str, Any]:
        """The columns with one type each; one that mixes numbers and shapes is text throughout."""
        shown = case.coordinates
        return {
            name: float(shown[name]) if numbers else _text(shown[name])
            for name, numbers in self.columns.items()
        }


def expand(study: Study, folder: Path) -> Cases:
    """The cases of a study.

    Parameters
    ----------
    folder : Path
        Of the plan's scenarios.

    Raises
    ------
    ScenarioError
        When a scenario is missing, wrong or named twice, or the product is too large.
    """
    count = prod(len(values) for values in study.matrix.values()) * len(study.scenarios)
    if count > MOST_CASES:
        raise ScenarioError(f"{study.origin}: {count:,} cases are more than {MOST_CASES:,}.")
    return Cases(tuple(_read_scenarios(study, folder)), study.matrix, study.sample is not None)


def _read_scenarios(study: Study, folder: Path) -> list[Scenario]:
    """The study's scenarios without the matrix; every unreadable one is reported."""
    found: list[Scenario] = []
    problems: list[Problem] = []
    for position, name in enumerate(study.scenarios):
        where = study.where(f"scenarios.{position}")
        try:
            path = _scenario_file(name, study.origin, folder)
            scenario = read_scenario(path, folder, _common(study))
        except ScenarioError as problem:
            problems.append(Problem(where, str(problem)))
            continue
        if scenario.name in [other.name for other in found]:
            hint = "Give one of them another name."
            problems.append(Problem(where, f"a second scenario named {scenario.name}", hint))
        found.append(scenario)
    raise_if_any(study.origin, problems, ScenarioError)
    return found


def _scenario_file(name: str, origin: Path, folder: Path) -> Path:
    """A path in a study is one from the study's own folder."""
    path = find_scenario(name, folder)
    if path.parent.resolve() == folder.resolve() or path.is_absolute():
        return path
    return origin.parent / path


def _ends_of(values: Sequence[Any]) -> Sequence[int]:
    """Places of the smallest and the largest of some numbers; all places of anything else."""
    if not all(type(value) in (int, float) for value in values):
        return range(len(values))
    return sorted({values.index(min(values)), values.index(max(values))})


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


def _shown(value: Any) -> Any:
    plain = isinstance(value, int | float | str) and not isinstance(value, bool)
    return value if plain else json.dumps(plain_data(value), ensure_ascii=False, sort_keys=True)


def plain_data(value: Any) -> Any:
    """Mappings and sequences of a study's file as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_data(item) for item in value]
    return value


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
