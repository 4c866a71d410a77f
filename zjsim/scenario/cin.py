"""Vensim constant changes (.cin): a scenario's constants out, and a file of them in.

A line of a .cin file is ``name = value``; a lookup is ``name((x1,y1),(x2,y2),…)``; a repeated
name takes its last value, and the bounds of an optimisation may stand round it
(vensim.com/documentation/cin_files.html). Comments are in braces, as in equations. A path over
time has no place in it: Vensim reads data from other files. What the format cannot hold is
said in a comment of the file, and whoever writes it is warned.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from zjsim.errors import Problem, ScenarioError, did_you_mean, raise_if_any, refuse_special
from zjsim.model.names import CONTROL_NAMES, VENSIM_CONTROLS, canonical, identifier
from zjsim.scenario.resolved import ModelNames, Resolved

LARGEST_FILE = 5_000_000  # bytes
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LINE = re.compile(
    rf"^(?:{_NUMBER}\s*<=\s*)?(?P<name>[^=(<\[]+?)\s*=\s*(?P<value>{_NUMBER})(?:\s*<=\s*{_NUMBER})?$"
)


def cin_text(resolved: Resolved, model: ModelNames, *, changed_only: bool = False) -> str:
    """The scenario's constants as Vensim constant changes.

    Levers and drivers that stay at one value throughout are constants too. One that moves is
    named in a comment with its yearly values, because the format cannot hold it: use XMILE
    where the whole scenario must travel.

    Parameters
    ----------
    changed_only : bool
        Leave out constants that are as in the model file.
    """
    inputs = resolved.inputs
    flat = {
        name: float(path.values[0, 0])
        for name, path in inputs.paths.items()
        if np.ptp(path.values[0]) == 0
    }
    given = {name: float(values[0]) for name, values in inputs.constants.items()} | flat
    moving = [name for name in inputs.paths if name not in flat]
    grid = inputs.grid
    times = {"INITIAL TIME": grid.start, "FINAL TIME": grid.stop, "TIME STEP": grid.step}
    held = {name: value for name, value in model.constants.items() if name not in moving}
    lines = [
        f"{name} = {given.get(name, value)!r}"
        for name, value in held.items()
        if canonical(name) not in CONTROL_NAMES
        and (not changed_only or given.get(name, value) != value)
    ]
    lines += [f"{name} = {value!r}" for name, value in times.items()]
    return "\n".join([*lines, *_comments(resolved, moving), ""])


def moving_paths(resolved: Resolved) -> tuple[str, ...]:
    """Levers and drivers whose path no .cin file can hold."""
    paths = resolved.inputs.paths.items()
    return tuple(name for name, path in paths if np.ptp(path.values[0]) != 0)


def _comments(resolved: Resolved, moving: Sequence[str]) -> Iterable[str]:
    """What the file leaves out, in braces."""
    if resolved.inputs.initials:
        names = ", ".join(resolved.inputs.initials)
        yield f"{{initial values are not constants and are left out: {names}}}"
    if not moving:
        return
    yield "{these paths over time cannot be held by a .cin file and are left out:}"
    grid = resolved.inputs.grid
    years = np.arange(np.ceil(grid.start), np.floor(grid.stop) + 1)
    for name in moving:
        values = resolved.inputs.paths[name].right(years)[0]
        shown = ", ".join(f"{year:g}: {value:g}" for year, value in zip(years, values, strict=True))
        yield f"{{{name}: {shown}}}"


def read_cin(path: Path | str, model: ModelNames) -> dict[str, float]:
    """The constants of a .cin file, by model name, in the order of the file.

    Raises
    ------
    ScenarioError
        With every line that is not understood and every unknown name, near misses named.
    """
    path = Path(path)
    spelt = {canonical(name): name for name in model.constants}
    spelt |= {name: name.upper() for name in CONTROL_NAMES}
    found: dict[str, float] = {}
    problems: list[Problem] = []
    for number, line in enumerate(_lines(path), start=1):
        text = line.strip()
        if not text:
            continue
        match = _LINE.match(text)
        if match is None:
            problems.append(Problem(f"line {number}", *_not_understood(text)))
            continue
        written = match["name"].strip().strip('"')
        key = canonical(written)
        if key not in spelt:
            near = did_you_mean(written, spelt.values())
            problems.append(
                Problem(f"line {number}", f"{written}: the model has no such constant", near)
            )
        else:
            found[spelt[key]] = float(match["value"])
    raise_if_any(path, problems, ScenarioError)
    return found


def _lines(path: Path) -> list[str]:
    try:
        refuse_special(path, ScenarioError)
        if path.stat().st_size > LARGEST_FILE:
            raise ScenarioError(f"{path}: larger than {LARGEST_FILE // 1_000_000} MB; not read.")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ScenarioError(f"{path}: no such file.") from None
    except OSError as problem:
        raise ScenarioError(f"{path}: cannot be read ({problem.strerror or problem}).") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A comment may span lines, and the lines after it keep their numbers.
        blank = re.sub(r"\{[^{}]*\}", lambda found: "\n" * found[0].count("\n"), text)
        return blank.splitlines()
    raise ScenarioError(f"{path}: neither UTF-8 nor GBK text.")


def _not_understood(text: str) -> tuple[str, str]:
    """What is wrong with a line, and what to do."""
    shown = text if len(text) <= 50 else text[:47] + "..."
    if re.match(r"^[^=]*\(", text) and "=" not in text.split("(")[0]:
        return (
            f"a lookup cannot be set by a scenario: {shown}",
            "Change the lookup in the model file.",
        )
    if "[" in text.split("=")[0]:
        return f"a subscripted constant cannot be set by a scenario: {shown}", ""
    return f"not understood: {shown}", "A line is: name = number."


def scenario_of_cin(
    values: Mapping[str, float],
    name: str,
    model: ModelNames,
    levers: Mapping[str, str],
    drivers: Collection[str] = (),
) -> dict[str, object]:
    """A scenario document that sets what differs from the model file.

    Parameters
    ----------
    values : mapping
        As `read_cin` gives it.
    name : str
        Of the scenario.
    levers : mapping of model name to id
        Levers by their model constant.
    drivers : model names
        Like levers they become constant paths, because a scenario sets them in no other way.

    Notes
    -----
    INITIAL TIME, FINAL TIME, TIME STEP and SAVEPER go to ``time``.
    """
    document: dict[str, object] = {"name": name}
    constants: dict[str, float] = {}
    lever_entries: dict[str, object] = {}
    driver_entries: dict[str, object] = {}
    time: dict[str, float] = {}
    known = {canonical(item): item for item in drivers}
    for written, value in values.items():
        key = canonical(written)
        if key in VENSIM_CONTROLS:
            time[VENSIM_CONTROLS[key]] = value
        elif value == model.constants[written]:
            continue
        elif written in levers:
            lever_entries[levers[written]] = {"shape": "constant", "to": value}
        elif key in known:
            driver_entries[identifier(written)] = {"shape": "constant", "to": value}
        else:
            constants[identifier(written)] = value
    sections = {
        "levers": lever_entries,
        "drivers": driver_entries,
        "constants": constants,
        "time": time,
    }
    document |= {key: section for key, section in sections.items() if section}
    return document
