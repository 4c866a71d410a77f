"""Levers by whatever a person calls them: id, or label in either language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from zjsim.errors import did_you_mean
from zjsim.frozen import FrozenDict
from zjsim.model.names import identifier
from zjsim.scenario.schema import LeverPath, Scenario
from zjsim.scenario.tables import Lever


def find_lever(name: str, levers: Iterable[Lever]) -> Lever | None:
    """The lever with this id or label; capitals and spaces do not matter."""
    items = tuple(levers)
    for item in items:
        if item.id in (name, identifier(name)):
            return item
    wanted = _folded(name)
    return next((i for i in items if wanted in (_folded(i.label.zh), _folded(i.label.en))), None)


def lever_hint(name: str, levers: Iterable[Lever]) -> str:
    """Near misses among ids and labels, or all ids."""
    items = tuple(levers)
    return (
        did_you_mean(name, lever_words(items)) or f"Levers: {', '.join(item.id for item in items)}."
    )


def lever_words(levers: Iterable[Lever]) -> list[str]:
    """What each lever may be called: its id, then its labels."""
    return [word for item in levers for word in (item.id, item.label.zh, item.label.en)]


def with_lever_ids(scenario: Scenario, levers: Sequence[Lever]) -> Scenario:
    """The scenario with every lever under its id; what is no lever is left as it is.

    Where a file names a lever by its label and its base by the id, the later file wins.
    """
    ids = {lever.id for lever in levers}
    sampling = scenario.sampling
    carried = sampling.implementation.levers if sampling.implementation else {}
    if ids.issuperset(scenario.levers) and ids.issuperset(carried):
        return scenario
    kept: dict[str, LeverPath] = {}
    for name, entry in scenario.levers.items():
        found = find_lever(name, levers)
        key = found.id if found else name
        rank, before = _rank(entry, scenario), kept.get(key)
        if before is not None and _rank(before, scenario) == rank:
            kept[name] = entry  # one file, one lever, two names: told where it is resolved
        elif before is None or _rank(before, scenario) < rank:
            kept[key] = replace(entry, lever=key)
    if sampling.implementation is not None:
        named = {getattr(find_lever(n, levers), "id", n): one for n, one in carried.items()}
        implementation = replace(sampling.implementation, levers=FrozenDict(named))
        sampling = replace(sampling, implementation=implementation)
    return scenario.changed(levers=kept, sampling=sampling)


def _rank(entry: LeverPath, scenario: Scenario) -> int:
    """How late in the scenario's chain of files and assignments an entry was written."""
    files = (entry.at, entry.at.rpartition(":")[0])
    return max((k for k, file in enumerate(scenario.chain) if file in files), default=-1)


def _folded(word: str) -> str:
    return " ".join(word.replace("_", " ").split()).casefold()
