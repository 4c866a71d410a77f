"""A scenario written out: as a file that reads back the same, and resolved for a run's folder."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zjsim.cache import content_hash
from zjsim.complaints import LARGEST, written_keys
from zjsim.documents import key_of_field
from zjsim.inputs import Inputs, TimePath
from zjsim.language import Language
from zjsim.scenario import path_words
from zjsim.scenario.outlook import OutlookError
from zjsim.scenario.schema import LeverPath, Sampling, Scenario

if TYPE_CHECKING:
    from zjsim.scenario.resolved import Resolved

_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]*$")
# Words that some YAML reader takes for something else.
_TAKEN = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def scenario_entries(scenario: Scenario) -> dict[str, Any]:
    """The scenario in the form of its file, with all its bases laid into it."""
    data: dict[str, Any] = {"name": scenario.name}
    for key, texts in (("label", scenario.label), ("why", scenario.why)):
        if texts:
            data[key] = {language: text for language, text in texts.items() if text is not None}
    if scenario.plan:
        data["plan"] = scenario.plan
    if scenario.driver_path:
        data["driver_path"] = list(scenario.driver_path)
    if scenario.lever_delay:
        data["lever_delay"] = scenario.lever_delay
    data["levers"] = {p.lever: _lever_entry(p) for p in scenario.levers.values()}
    data["drivers"] = {p.driver: entry_of(p) for p in scenario.drivers.values()}
    for section in ("constants", "initial", "time"):
        data[section] = {s.name: s.value for s in getattr(scenario, section).values()}
    if scenario.method:
        data["method"] = scenario.method
    if scenario.sampling.at != "default":
        data["sampling"] = sampling_entries(scenario.sampling)
    return {key: value for key, value in data.items() if value != {}}


def entry_of(part: Any) -> dict[str, Any]:
    """A declared part in the form of its file; what it does not say is left out."""
    entry: dict[str, Any] = {}
    for name in part.__dataclass_fields__:
        key, value = key_of_field(name), getattr(part, name)
        if key not in written_keys(type(part)) or value is None or value == ():
            continue
        if key == "values":
            value = {int(year): amount for year, amount in value}
        entry[key] = list(value) if isinstance(value, tuple) else value
    return entry


def _lever_entry(path: LeverPath) -> Any:
    entry = entry_of(path)
    return path.to if list(entry) == ["to"] else entry


def sampling_entries(sampling: Sampling) -> dict[str, Any]:
    """The sampling section in the form of a scenario file."""
    entry = entry_of(sampling)
    entry["constants"] = entry.get("constants") or "none"
    entry["drivers"] = {name: entry_of(bounds) for name, bounds in sampling.drivers.items()}
    entry["implementation"] = "none"
    whole = sampling.implementation
    if whole is not None:
        single = {name: entry_of(bounds) for name, bounds in whole.levers.items()}
        entry["implementation"] = {**entry_of(whole), "levers": single}
        if not single:
            del entry["implementation"]["levers"]
    entry["correlations"] = [entry_of(pair) for pair in sampling.correlations]
    return {key: value for key, value in entry.items() if value not in ({}, [])}


def inputs_hash(
    inputs: Inputs, scenario: Scenario, errors: Sequence[OutlookError], posterior: str = ""
) -> str:
    """Of the numbers and the sampling alone; names, labels and file places do not enter.

    Parameters
    ----------
    posterior : str
        Hash of the draws after learning; empty without.
    """
    grid = inputs.grid
    content = {
        "time": [grid.start, grid.stop, grid.step, grid.save_every, inputs.method],
        "constants": {name: value.tolist() for name, value in inputs.constants.items()},
        "initials": {name: value.tolist() for name, value in inputs.initials.items()},
        "paths": {n: [p.times.tolist(), p.values.tolist()] for n, p in inputs.paths.items()},
        # What is in a posterior counts, not where it lies.
        "sampling": sampling_entries(replace(scenario.sampling, posterior=posterior or None)),
        "outlook": [[e.driver, e.sd, e.persistence, e.common] for e in errors],
    }
    return content_hash(json.dumps(content, sort_keys=True))


def resolved_document(resolved: Resolved, language: Language = "en") -> dict[str, Any]:
    """Everything that was decided, with dates explained and the line that decided it.

    The part under ``scenario`` is itself a scenario file that gives the same inputs.
    """
    inputs, grid = resolved.inputs, resolved.inputs.grid
    document: dict[str, Any] = {
        "name": resolved.scenario.name,
        "hash": resolved.hash,
        "convention": path_words.convention(math.ceil(grid.start), language),
        "read_in_order": list(resolved.scenario.chain),
        "time": {
            "start": grid.start,
            "stop": grid.stop,
            "step": grid.step,
            "save_every": grid.save_every,
            "method": inputs.method,
        },
        "notes": list(resolved.notes),
    }
    for kind in ("lever", "driver", "constant", "initial"):
        section: dict[str, Any] = {}
        for entry in resolved.entries:
            if entry.kind != kind:
                continue
            item: dict[str, Any] = {
                "variable": entry.name,
                "unit": entry.unit,
                "is": entry.words(language),
            }
            if entry.name in inputs.paths and kind in ("lever", "driver"):
                item["points"] = points_of(inputs.paths[entry.name])
            else:
                values = inputs.constants if kind == "constant" else inputs.initials
                item["value"] = float(values[entry.name][0])
            if entry.extrapolated_after is not None:
                item["extrapolated_after"] = entry.extrapolated_after
            section[entry.id] = {
                **item,
                "decided_by": entry.at or path_words.said("the_model", language),
            }
        document[f"{kind}s"] = section
    return {**document, "scenario": scenario_entries(resolved.scenario)}


def points_of(path: TimePath) -> list[list[float]]:
    """A path of one run as ``[t, value]`` points; a repeated t is a jump."""
    pairs = zip(path.times.tolist(), path.values[0].tolist(), strict=True)
    return [[time, value] for time, value in pairs]


def scenario_text(scenario: Scenario) -> str:
    """The scenario as a file without ``based_on``."""
    return to_yaml(scenario_entries(scenario))


def to_yaml(data: Mapping[Any, Any]) -> str:
    """Plain data as YAML text, two levels in blocks and the rest in one line.

    Every text is written as JSON writes it, which YAML reads back unchanged.
    """
    lines: list[str] = []
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            lines.append(f"{_key(key)}:")
            lines += [f"  {_key(name)}: {_flow(item)}" for name, item in value.items()]
        else:
            lines.append(f"{_key(key)}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _key(key: Any) -> str:
    text = str(key)
    plain = isinstance(key, int) or (_PLAIN.match(text) and text.lower() not in _TAKEN)
    return text if plain else json.dumps(text, ensure_ascii=False)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + _join(f"{_key(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + _join(_flow(item) for item in value) + "]"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _join(parts: Iterable[str]) -> str:
    return ", ".join(parts)
