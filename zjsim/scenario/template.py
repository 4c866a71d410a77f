"""A new scenario file to start from, with names of the plan it is for as examples."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zjsim.errors import ScenarioError
from zjsim.model.names import identifier
from zjsim.scenario.resolve import Names
from zjsim.scenario.tables import ConstantTable, DriverTable, Lever

SCHEMA = "scenario.schema.json"
_TEMPLATE = """\
{schema}# Only what differs from the base. Order: base, this file, then --set on the command line.
name: {name}
label: {label}  # for tables and charts; {{zh: …, en: …}} says it in both languages
{base}{plan}why: Say in a sentence what this scenario asks.  # or {{zh: …, en: …}}

# Levers: 0 is the effort of {base_year}, 1 the plan as written. A number takes the lever's own
# path over time; "from {second}" and "until {last}" mean 1 January of that year.
levers:
{levers}
# Drivers: what policy does not set; on top of the path of the base.
drivers:
{drivers}
# Constants by name, inside the range of constants.csv.
constants:
{constants}"""
_SHAPES = (
    "{high:g}",
    "{{shape: ramp, to: {high:g}, from: {first}, until: {last}}}",
    "{{shape: table, values: {{{first}: {low:g}, {last}: {high:g}}}}}  # a year is its own value",
)


@dataclass(frozen=True, slots=True)
class Examples:
    """What the comments of a new file name: the plan's own inputs and years.

    Parameters
    ----------
    base_year, last_year : int
    levers : sequence of Lever
        The first three are shown, each with another shape.
    drivers : sequence of str
        Names of drivers that are indices, as scenario files write them.
    constants : sequence of (str, float)
        Names with a value inside the range.
    """

    base_year: int
    last_year: int
    levers: Sequence[Lever] = ()
    drivers: Sequence[str] = ()
    constants: Sequence[tuple[str, float]] = ()


def examples_of(
    years: tuple[int, int],
    levers: Sequence[Lever],
    drivers: DriverTable,
    constants: ConstantTable,
    names: Names,
) -> Examples:
    """Examples from a plan's tables; ``years`` are its base year and its last."""
    ranged = [
        (identifier(row.name), names.constants[key])
        for key, row in constants.rows.items()
        if row.distribution != "fixed" and key in names.constants
    ]
    series = dict.fromkeys(
        identifier(one.driver)
        for path in drivers.series.values()
        for one in path.values()
        if one.kind == "index"
    )
    # A national rule is not a province's to set, so it makes a poor first example.
    own = [lever for lever in levers if lever.delayable] or levers
    return Examples(*years, own, tuple(series), tuple(ranged))


def new_scenario(
    path: Path,
    name: str,
    based_on: str | None,
    label: str = "",
    *,
    examples: Examples,
    plan: str = "",
) -> str:
    """Write a scenario file to start from, and return its text.

    Parameters
    ----------
    path : Path
    name : str
    based_on : str or None
        None for a file that rests on no other.
    label : str
        Its title; without one the name in words.
    examples : Examples
        What the comments name.
    plan : str
        The plan it belongs to, where the base does not say so.

    Raises
    ------
    ScenarioError
        When the name is no file name, or something stands at ``path`` already.

    Notes
    -----
    An editor is pointed to the JSON schema when `zjsim schema` has written it beside
    the file.
    """
    letters = name.replace("-", "").replace(".", "").replace("_", "")
    if not letters.isalnum() or name[0] in ".-" or name[-1] in ".-" or len(name) > 80:
        raise ScenarioError(f"'{name}': a scenario's name holds letters, digits, _ . and - only.")
    words = label or name.replace("_", " ").replace("-", " ")
    beside = (path.parent / SCHEMA).is_file()
    text = _TEMPLATE.format(
        name=_quoted(name),
        base=f"based_on: {_quoted(based_on)}\n" if based_on else "",
        plan=f"plan: {_quoted(plan)}\n" if plan else "",
        label=json.dumps(words[:1].upper() + words[1:], ensure_ascii=False),
        schema=f"# yaml-language-server: $schema={SCHEMA}\n" if beside else "",
        **_sections(examples),
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


def _sections(examples: Examples) -> dict[str, object]:
    """The years and the commented lines of each section."""
    first, last = examples.base_year + 1, examples.last_year
    levers = [
        f"  # {lever.id}: "
        + shape.format(first=first, last=last, low=lever.low, high=min(lever.high, 1.2))
        for lever, shape in zip(examples.levers, _SHAPES, strict=False)
    ]
    drivers = [
        f"  # {name}: {{shape: step, multiply: 1.4, from: {first}}}"
        for name in examples.drivers[:1]
    ]
    constants = [f"  # {name}: {value:g}" for name, value in examples.constants[:1]]
    lines = {"levers": levers, "drivers": drivers, "constants": constants}
    sections = {key: "".join(f"{line}\n" for line in said) for key, said in lines.items()}
    return {"base_year": examples.base_year, "second": first + 1, "last": last, **sections}


def _quoted(text: str) -> str:
    """Text as a YAML scalar: quoted where a reader might take it for a number or a word."""
    plain = text[:1].isalpha() and text.lower() not in ("true", "false", "null", "yes", "no")
    signs = text.replace("_", "").replace("-", "").replace(".", "").replace("/", "")
    return text if plain and signs.isalnum() else '"' + text.replace('"', '\\"') + '"'
