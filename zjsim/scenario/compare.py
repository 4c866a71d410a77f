"""How two scenarios differ, in words; and a new scenario file to start from."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from zjsim.errors import ScenarioError
from zjsim.inputs import TimePath
from zjsim.language import Language
from zjsim.scenario.path_words import said
from zjsim.scenario.resolved import Entry, Resolved


@dataclass(frozen=True, slots=True)
class Difference:
    """One input that differs between two scenarios.

    Parameters
    ----------
    kind : {"lever", "driver", "constant", "initial", "time", "method", "sampling"}
    id, name, unit : str
        As scenario files name it; model name; the model's unit.
    first, second : str
        What each scenario says, in words.
    """

    kind: Literal["lever", "driver", "constant", "initial", "time", "method", "sampling"]
    id: str
    name: str
    unit: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.first} → {self.second}"


def diff(first: Resolved, second: Resolved, language: Language = "en") -> list[Difference]:
    """Inputs that differ in their numbers; the words of each side.

    Two descriptions with the same numbers are no difference.
    """
    differences = [*_time(first, second, language)]
    ours = {(entry.kind, entry.name): entry for entry in first.entries}
    theirs = {(entry.kind, entry.name): entry for entry in second.entries}
    for key in dict.fromkeys([*ours, *theirs]):
        a, b = ours.get(key), theirs.get(key)
        if a and b and _same(first, second, a):
            continue
        shown = a or b
        assert shown is not None
        differences.append(
            Difference(
                kind=shown.kind,
                id=shown.id,
                name=shown.name,
                unit=shown.unit,
                first=a.words(language) if a else said("not_set", language),
                second=b.words(language) if b else said("not_set", language),
            )
        )
    return differences


def _time(first: Resolved, second: Resolved, language: Language) -> list[Difference]:
    """Differences of horizon, step, method and sampling."""
    a, b = first.inputs, second.inputs
    found = [
        Difference("time", key, key, "year", _said(one, language), _said(other, language))
        for key in ("start", "stop", "step", "save_every")
        if (one := getattr(a.grid, key)) != (other := getattr(b.grid, key))
    ]
    if a.method != b.method:
        found.append(Difference("method", "method", "method", "", a.method, b.method))
    ours, theirs = first.scenario.sampling, second.scenario.sampling
    for key in ("method", "runs", "seed"):
        if getattr(ours, key) != getattr(theirs, key):
            one, other = str(getattr(ours, key)), str(getattr(theirs, key))
            found.append(Difference("sampling", key, key, "", one, other))
    return found


def _said(value: float | None, language: Language) -> str:
    return said("every_step", language) if value is None else f"{value:g}"


def _same(first: Resolved, second: Resolved, entry: Entry) -> bool:
    """Whether an entry that both have has the same numbers in both."""
    if entry.kind in ("lever", "driver"):
        return same_path(first.inputs.paths[entry.name], second.inputs.paths[entry.name])
    section = "constants" if entry.kind == "constant" else "initials"
    one, other = (getattr(each.inputs, section)[entry.name] for each in (first, second))
    return bool(np.array_equal(one, other))


def same_path(one: TimePath, other: TimePath) -> bool:
    """Whether two paths have the same value from both sides at every time."""
    times = np.union1d(one.times, other.times)
    outside = np.concatenate([[times[0] - 1], times, [times[-1] + 1]])
    return bool(
        np.allclose(one.left(outside), other.left(outside), rtol=1e-12, atol=0)
        and np.allclose(one.right(outside), other.right(outside), rtol=1e-12, atol=0)
    )


SCHEMA = "scenario.schema.json"
_TEMPLATE = """\
{schema}# Only what differs from the base. Order: base, this file, then --set on the command line.
name: {name}
label: {label}  # for tables and charts; {{zh: …, en: …}} says it in both languages
based_on: {base}
why: Say in a sentence what this scenario asks.  # or {{zh: …, en: …}}

# Levers: 0 is the effort of 2020, 1 the plan as written. A number takes the lever's own
# path over time; "from 2022" and "until 2024" mean 1 January of that year.
levers:
  # rd_support: 1.2
  # digital: {{shape: ramp, to: 1.5, from: 2021, until: 2023}}
  # land: {{shape: table, values: {{2021: 0.2, 2023: 0.6, 2025: 1.0}}}}  # a year is its own value

# Drivers: what policy does not set; on top of the path of the base.
drivers:
  # energy_price_index: {{shape: step, multiply: 1.4, from: 2021}}

# Constants by name, inside the range of constants.csv.
constants:
  # direct_rebound: 0.3
"""


def new_scenario(path: Path, name: str, based_on: str, label: str = "") -> str:
    """Write a scenario file to start from, and return its text.

    ``label`` is its title; without one the name in words. An editor is pointed to the JSON
    schema when `zjsim scenario schema` has written it beside the file.

    Raises
    ------
    ScenarioError
        When the name is no file name, or something stands at ``path`` already.
    """
    letters = name.replace("-", "").replace(".", "").replace("_", "")
    if not letters.isalnum() or name[0] in ".-" or name[-1] in ".-" or len(name) > 80:
        raise ScenarioError(f"'{name}': a scenario's name holds letters, digits, _ . and - only.")
    words = label or name.replace("_", " ").replace("-", " ")
    beside = (path.parent / SCHEMA).is_file()
    text = _TEMPLATE.format(
        name=_quoted(name),
        base=_quoted(based_on),
        label=json.dumps(words[:1].upper() + words[1:], ensure_ascii=False),
        schema=f"# yaml-language-server: $schema={SCHEMA}\n" if beside else "",
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL makes "never overwrites" hold even when two processes write at once.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(text.encode())
    except FileExistsError:
        raise ScenarioError(f"{path}: exists already; give another name.") from None
    except OSError as problem:
        raise ScenarioError(f"{path}: cannot be written ({problem.strerror}).") from None
    return text


def _quoted(text: str) -> str:
    """Text as a YAML scalar: quoted where a reader might take it for a number or a word."""
    plain = text[:1].isalpha() and text.lower() not in ("true", "false", "null", "yes", "no")
    signs = text.replace("_", "").replace("-", "").replace(".", "").replace("/", "")
    return text if plain and signs.isalnum() else '"' + text.replace('"', '\\"') + '"'
