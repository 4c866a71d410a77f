"""Scenario files → Scenario: syntax, types, unknown keys, positions, and what is based on what.

The order is base → ``based_on`` → the file's own entries → ``--set``; a later entry replaces
an earlier one whole. A checked file is kept in the cache by its text, so that reading it again
imports neither the YAML parser nor pydantic.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from zjsim.bundle import MODEL_SUFFIXES, is_path, scenario_names
from zjsim.cache import cached_document
from zjsim.complaints import LARGEST
from zjsim.errors import Problem, ScenarioError, did_you_mean, raise_if_any
from zjsim.model.names import canonical
from zjsim.scenario.schema import (
    SET,
    Correlation,
    DriverPath,
    LeverPath,
    Range,
    Sampling,
    Scenario,
    Setting,
)
from zjsim.scenario.settable import Settable
from zjsim.yamlfile import parse_yaml, read_text

SUFFIXES = (".yaml", ".yml")
UNNAMED = "scenario"  # what a scenario without a file is called that has no name
SECTIONS = ("levers", "drivers", "constants", "initial", "time", "sampling")
FIELDS = ("plan", "driver_path", "lever_delay", "method")  # single values that are inherited
NAMED = ("levers", "drivers", "constants", "initial", "time")  # sections of named entries
Changes = str | Sequence[str] | Mapping[str, Any]
# The names a bare assignment may mean; asked for only when there is one.
NamesOf = Callable[[Scenario], Settable]
_FLAT = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


def read_scenario(
    name_or_path: str | Path,
    folder: Path,
    assignments: Changes = (),
    names: NamesOf | None = None,
) -> Scenario:
    """Read a scenario with everything it is based on.

    Parameters
    ----------
    name_or_path : str or Path
        A bare name is a shipped scenario; what has a separator or ends in ``.yaml`` is a
        file.
    folder : Path
        Folder of the shipped scenarios.
    assignments : str, sequence of str, or mapping
        ``levers.rd_support=1.2``, applied last, in order; see `with_changes`.
    names : callable or None
        Of a scenario, the names that a bare ``rd_support=1.2`` may mean.

    Raises
    ------
    ScenarioError
        With every problem of the first file that has any.
    """
    path = find_scenario(name_or_path, folder)
    scenario = _read_chain(path, folder, ())
    return with_changes(scenario, assignments, names) if assignments else scenario


def scenario_from_mapping(data: Mapping[str, Any], folder: Path) -> Scenario:
    """A scenario from the content of its file as Python data, with what it is based on.

    Raises
    ------
    ScenarioError
        With every problem of the mapping, by key instead of line.
    """
    subject = Path(str(data.get("name") or UNNAMED))
    document = {**_check(_plain(data), _dotted, subject), "lines": {}}
    base = document.get("based_on")
    below = Scenario(name=UNNAMED)
    if base is not None:
        below = _read_chain(_find_base(base, subject, folder, "based_on"), folder, ())
    return _overlay(below, document, UNNAMED, f"{subject}", lambda *place: "")


def with_changes(
    scenario: Scenario,
    changes: Changes = (),
    names: NamesOf | None = None,
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> Scenario:
    """A scenario with changes laid over it; all faults are reported together.

    Parameters
    ----------
    changes : str, sequence of str, or mapping
        ``"levers.water=1.4"``, several of them, or ``{"levers.water": 1.4}``, or
        ``{"levers": {"water": 1.4}}``.
    names : callable or None
        Of a scenario, the names that a bare ``rd_support=1.2`` may mean; without it such a
        change is refused.
    levers, drivers, constants : mapping or None
        Entries as a scenario file has them: a number, or such as
        ``{"shape": "step", "to": 1, "from": 2022}``. Applied after ``changes``.

    Raises
    ------
    ScenarioError
        When a change is none or does not fit its section.
    """
    problems: list[Problem] = []
    sections = {"levers": levers, "drivers": drivers, "constants": constants}
    given = {name: entries for name, entries in sections.items() if entries is not None}
    for one in [*_single_changes(changes), *_single_changes(given)]:
        try:
            scenario = _assign_one(scenario, one, names) if isinstance(one, str) else one(scenario)
        except _Refused as refused:
            problems.extend(refused.args[0])
    raise_if_any(f"--set on {scenario.name}", problems, ScenarioError)
    return scenario


def _single_changes(changes: Changes) -> list[str | Callable[[Scenario], Scenario]]:
    """Each change apart, in order."""
    if isinstance(changes, str):
        return [changes]
    if not isinstance(changes, Mapping):
        strange = next((one for one in changes if not isinstance(one, str)), None)
        if strange is not None:
            raise ScenarioError(
                f"changes: {strange!r} is no change. Write 'levers.rd_support=1.2', "
                "a list of such, or levers={'rd_support': 1.2}."
            )
        return list(changes)
    found: list[str | Callable[[Scenario], Scenario]] = []
    for key, value in changes.items():
        if key in NAMED and not isinstance(value, Mapping):
            raise ScenarioError(
                f"{key}: a mapping of names to values is expected, such as "
                f"{key}={{'NAME': 1.2}}, not {value!r}."
            )
        if key in NAMED:
            found += [partial(_assign_named, key, str(name), one) for name, one in value.items()]
            continue
        section, dot, name = key.partition(".")
        if dot and section in NAMED:
            found.append(partial(_assign_named, section, name, value))
        else:
            found.append(assignment(key, value))
    return found


def _assign_named(section: str, name: str, value: Any, scenario: Scenario) -> Scenario:
    """One entry of a section, its value as it is: no text in between rounds it."""
    at = SET + assignment(f"{section}.{name}", value)
    document = check_entry({section: {name: _plain(value)}}, at)
    applied = _apply(scenario, document, lambda *place: at)
    return applied.changed(chain=(*scenario.chain, at))


def assignment(key: str, value: Any) -> str:
    """``key=value`` as ``--set`` takes it; JSON is YAML too."""
    return f"{key}={json.dumps(_plain(value), ensure_ascii=False, default=str)}"


def _plain(value: Any) -> Any:
    """Data as YAML would give it: NumPy's numbers are Python's, tuples are lists."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value


def _dotted(place: tuple[Any, ...]) -> str:
    return ".".join(map(str, place))


def find_scenario(name_or_path: str | Path, folder: Path) -> Path:
    """The file a name or path stands for; a path need not exist."""
    text = str(name_or_path)
    if "\x00" in text:
        raise ScenarioError("the scenario's path cannot be read: it holds a NUL character.")
    if Path(text).suffix.lower() in MODEL_SUFFIXES:
        raise ScenarioError(
            f"{text}: a model file is no scenario, and by itself has no targets to judge. "
            f"`zjsim run {text}` simulates it as it stands; a plan folder that holds it is named "
            "with --plan."
        )
    if is_path(name_or_path, SUFFIXES):
        return Path(text)
    shipped = folder / f"{text}.yaml"
    if text and shipped.is_file():
        return shipped
    names = scenario_names(folder)
    hint = did_you_mean(text, names) or f"There are: {', '.join(names) or 'none'}."
    for here in (Path(text), Path(f"{text}.yaml")):
        if text and here.is_file():
            hint += f" For the file {here} write ./{here}."
    raise ScenarioError(f"{text or 'an empty name'}: no such scenario. {hint}")


def _read_chain(path: Path, folder: Path, above: tuple[Path, ...]) -> Scenario:
    """The scenario of ``path`` laid over its bases; ``above`` are the files based on it."""
    chain = (*above, path)
    # realpath and not resolve: a link to itself is reported when it is read.
    if os.path.realpath(path) in [os.path.realpath(other) for other in above]:
        round_trip = " → ".join(file.name for file in chain)
        raise ScenarioError(f"{above[0]}: based_on goes in a circle: {round_trip}.")
    document = _read_document(path)
    shown = display(path, folder)
    base = document.get("based_on")
    if base is None:
        return _overlay(Scenario(name=path.stem), document, path.stem, shown)
    at = f"line {document['lines'].get('based_on', 1)}, based_on"
    below = _read_chain(_find_base(base, path, folder, at), folder, chain)
    return _overlay(below, document, path.stem, shown)


def display(path: Path, folder: Path) -> str:
    """How a file is named in provenance: shipped ones without the machine's folders."""
    if os.path.realpath(path.parent) == os.path.realpath(folder):
        return f"{folder.name}/{path.name}"
    return path.as_posix()


def _find_base(base: str, path: Path, folder: Path, at: str) -> Path:
    """The file that ``based_on: base`` in ``path`` means."""
    if is_path(base, SUFFIXES):
        found = path.parent / base
        if not os.path.isfile(found):  # unlike Path.is_file, quiet about over-long names
            raise_if_any(path, [Problem(at, f"no such file {found}")], ScenarioError)
        return found
    shipped, beside = folder / f"{base}.yaml", path.parent / f"{base}.yaml"
    files = [file for file in (shipped, beside) if file.is_file()]
    if not files:
        names = [*scenario_names(folder), *scenario_names(path.parent)]
        hint = did_you_mean(base, names) or f"There are: {', '.join(sorted(set(names)))}."
        raise_if_any(path, [Problem(at, f"no such scenario {base}", hint)], ScenarioError)
    if len(files) == 2 and shipped.read_bytes() != beside.read_bytes():
        what = f"{base} is both a shipped scenario and a file beside this one"
        hint = f"Write ./{base}.yaml for the file, or give it another name."
        raise_if_any(path, [Problem(at, what, hint)], ScenarioError)
    return files[0]


def _read_document(path: Path) -> dict[str, Any]:
    """The checked data of one file: sections with a line beside each entry."""
    text = read_text(path, ScenarioError)

    def build() -> dict[str, Any]:
        source = parse_yaml(text, path, ScenarioError)
        if source.data is None:
            raise ScenarioError(
                f"{path}: the file is empty. `zjsim scenario new` writes one to start from."
            )
        checked = _check(source.data, source.where, path)
        lines = {str(place[0]): line for place, line in source.lines.items() if len(place) == 1}
        entries = {
            f"{place[0]}\n{place[1]}": line
            for place, line in source.lines.items()
            if len(place) == 2 and place[0] in SECTIONS
        }
        return {**checked, "lines": {**lines, **entries}}

    document = cached_document("scenario", text, build)
    return dict(document)


def _check(data: Any, where: Any, subject: object) -> dict[str, Any]:
    # Imported here because a cached document needs no pydantic (0.15 s).
    from zjsim.scenario import validation

    if not isinstance(data, dict):
        raise ScenarioError(
            f"{subject}: a scenario is a mapping of keys such as `name:` and `levers:`; "
            f"this file holds {'a list' if isinstance(data, list) else 'bare text'}."
        )
    model, problems = validation.validate(data, where, validation.ScenarioFile)
    for section in SECTIONS:
        first: dict[str, str] = {}
        for name in data.get(section) or () if model is not None else ():
            if first.setdefault(key_of(name), name) != name:
                what = f"{name} is {first[key_of(name)]} in another spelling"
                problems.append(Problem(where((section, name)), what, "Keep one of the two."))
    raise_if_any(subject, problems, ScenarioError)
    return dict(validation.plain(model))


def _overlay(
    base: Scenario, document: Mapping[str, Any], stem: str, shown: str, at: Any = None
) -> Scenario:
    """``document`` laid over ``base``: single fields and whole entries are replaced."""
    lines = document["lines"]

    def line(*place: str) -> str:
        return f"{shown}:{lines.get(chr(10).join(place), lines.get(place[0], 1))}"

    merged = _apply(base, document, at or line)
    return merged.changed(
        name=document.get("name", stem),
        label=_both(document.get("label", {})),
        why=_both(document.get("why", {})),
        chain=(*base.chain, shown),
    )


def _both(text: str | Mapping[str, str]) -> Mapping[str, str]:
    """A text by language; one that is given once stands for both."""
    return {"zh": text, "en": text} if isinstance(text, str) else text


def _apply(base: Scenario, document: Mapping[str, Any], at: Any) -> Scenario:
    """The inheritable part of a document laid over ``base``."""
    fields: dict[str, Any] = {key: document[key] for key in FIELDS if key in document}
    if "driver_path" in fields:
        fields["driver_path"] = as_names(fields["driver_path"])
    decided = {**base.decided, **{key: at(key) for key in fields}}
    makers = {"levers": lever_path, "drivers": driver_path}
    for section in ("levers", "drivers", "constants", "initial", "time"):
        make = makers.get(section, Setting)
        entries = document.get(section, {})
        made = {key_of(n): make(n, entry, at(section, n)) for n, entry in entries.items()}
        fields[section] = {**getattr(base, section), **made}
    if "sampling" in document:
        fields["sampling"] = _sampling(base.sampling, document["sampling"], at)
    return base.changed(**fields, decided=decided)


def key_of(name: str) -> str:
    """One spelling of a name, so that a later entry replaces an earlier one."""
    return canonical(name).replace(" ", "_")


def as_names(value: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


def lever_path(name: str, entry: Any, at: str) -> LeverPath:
    """A checked entry of ``levers``."""
    if not isinstance(entry, dict):
        return LeverPath(name, to=entry, at=at)
    return LeverPath(name, to=entry.get("to"), at=at, **_shape(entry))


def driver_path(name: str, entry: Any, at: str) -> DriverPath:
    """A checked entry of ``drivers``; a number holds the driver at that value."""
    if not isinstance(entry, dict):
        return DriverPath(name, shape="constant", to=entry, at=at)
    amounts: dict[str, Any] = {key: entry.get(key) for key in ("multiply", "add", "to")}
    below = as_names(entry.get("path", ()))
    return DriverPath(name, path=below, at=at, **amounts, **_shape(entry))


def _shape(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "shape": entry.get("shape"),
        "from_year": entry.get("from"),
        "until_year": entry.get("until"),
        "values": tuple((float(year), value) for year, value in sorted(entry.get("values", ()))),
    }


def _sampling(base: Sampling, entry: Mapping[str, Any], at: Any) -> Sampling:
    """The section laid over that of the base, key by key."""
    names = ("method", "runs", "seed", "posterior")
    fields: dict[str, Any] = {k: entry[k] for k in names if k in entry}
    here = at("sampling")
    if "constants" in entry:
        chosen = entry["constants"]
        fields["constants"] = {"all": "all", "none": ()}.get(str(chosen), chosen)
        if isinstance(chosen, list):
            fields["constants"] = tuple(chosen)
    if "drivers" in entry:
        place = at("sampling", "drivers")
        fields["drivers"] = {
            **base.drivers,
            **{key_of(n): Range(**bounds, at=place) for n, bounds in entry["drivers"].items()},
        }
    if "implementation" in entry:
        place, bounds = at("sampling", "implementation"), entry["implementation"]
        if bounds == "none":
            fields |= {"implementation": None, "implementation_of": {}}
        else:
            common = {key: value for key, value in bounds.items() if key != "levers"}
            single = bounds.get("levers", {}).items()
            fields["implementation"] = Range(**common, at=place)
            fields["implementation_of"] = {n: Range(**one, at=place) for n, one in single}
    if "correlations" in entry:
        place = at("sampling", "correlations")
        fields["correlations"] = tuple(
            Correlation((pair["between"][0], pair["between"][1]), pair["r"], place)
            for pair in entry["correlations"]
        )
    return Sampling(**{**_fields_of(base), **fields, "at": here})


def _fields_of(sampling: Sampling) -> dict[str, Any]:
    return {name: getattr(sampling, name) for name in Sampling.__slots__}


class _Refused(Exception):
    """Problems of one assignment, on their way to the list of all."""


def _assign_one(scenario: Scenario, text: str, names: NamesOf | None) -> Scenario:
    at = SET + text
    key, equals, raw = (part.strip() for part in text.partition("="))
    if not (key and equals and raw):
        hint = "Write name=value, such as levers.rd_support=1.2."
        raise _Refused([Problem(at, "not an assignment", hint)])
    value = _value(raw, at)
    section, dot, rest = key.partition(".")
    if not dot and key not in FIELDS:
        if key in SECTIONS and isinstance(value, dict):
            section = key
        elif key in ("name", "label", "why", "based_on", *SECTIONS):
            raise _Refused([Problem(at, f"{key} cannot be set here")])
        else:
            section, rest = _placed(scenario, key, at, names)
    elif dot and section not in SECTIONS:
        hint = did_you_mean(section, SECTIONS) or f"Sections: {', '.join(SECTIONS)}."
        raise _Refused([Problem(at, f"no such section {section}", hint)])
    if "." in rest and section in ("levers", "drivers"):
        whole = rest.partition(".")[0]
        hint = f"Set it whole: {section}.{whole}={{shape: step, to: 1, from: 2022}}."
        raise _Refused([Problem(at, f"one key of {whole} cannot be set alone", hint)])
    parts = rest.split(".") if section == "sampling" else [rest] if rest else []
    data: Any = value
    for part in reversed([section, *parts]):
        data = {part: data}
    document = check_entry(data, at)
    applied = _apply(scenario, document, lambda *place: at)
    return applied.changed(chain=(*scenario.chain, at))


def _placed(scenario: Scenario, name: str, at: str, names: NamesOf | None) -> tuple[str, str]:
    """The section of a bare name, and the name there."""
    if names is None:
        hint = f"Write levers.{name}, drivers.{name} or constants.{name}."
        raise _Refused([Problem(at, f"{name} names no section", hint)])
    place = names(scenario).place(name, at)
    if isinstance(place, Problem):
        raise _Refused([place])
    return place


def check_entry(data: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The checked form of a small piece of a scenario given by ``--set``."""
    # One number in a section of numbers is the usual case and needs no pydantic (0.15 s).
    (section, entries), *more = data.items()
    if not more and section in ("levers", "drivers", "constants", "initial"):
        values: list[Any] = list(entries.values()) if isinstance(entries, dict) else [None]
        if all(type(value) in (int, float) and abs(value) <= LARGEST for value in values):
            return {section: {name: float(value) for name, value in entries.items()}}
    from zjsim.scenario import validation

    model, problems = validation.validate(dict(data), lambda _: at, validation.ScenarioFile)
    if problems:
        raise _Refused(problems)
    return dict(validation.plain(model))


def _value(raw: str, at: str) -> Any:
    """The value of an assignment: a YAML scalar or ``{…}`` and ``[…]``."""
    if _FLAT.match(raw) and len(raw) < 40:
        return int(raw) if raw.lstrip("+-").isdigit() else float(raw)
    try:
        return parse_yaml(raw, Path("--set"), ScenarioError).data
    except ScenarioError as failure:
        detail = str(failure).splitlines()[-1].strip().rstrip(".")
        raise _Refused([Problem(at, f"the value cannot be read ({detail})")]) from None
