"""Is a model file or a plan folder in order? What can be checked without a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zjsim.assessment.plan import Indicator
from zjsim.bundle import DEFAULT_PLAN, MODEL_SUFFIXES
from zjsim.errors import ModelError, PlanError, Problem, ZjsimError, did_you_mean
from zjsim.model.names import CONTROL_NAMES, canonical
from zjsim.model.spec import Constant, ModelSpec
from zjsim.openplan import OpenPlan, PlanLike, open_plan, read_scenario
from zjsim.plan_keys import learning_keys, outside_keys
from zjsim.prepare import prepare
from zjsim.scenario.csvfile import CsvFile
from zjsim.scenario.tables import check_tables
from zjsim.yamlfile import YamlDocument, read_text, read_yaml

# What stands under `source` where nothing was published.
NO_SOURCE = frozenset({"", "definition", "assumption"})
_KEY_OF_SOURCE = re.compile(r"^\s*@(\w+)\s*\{\s*([^,\s}]*)", re.MULTILINE)
# Rule of what is in order and yet worth knowing.
NOTE = "note"
# Kinds of BibTeX entry that name no source.
_NO_ENTRY = frozenset({"comment", "string", "preamble"})


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing that is not in order in a model or plan folder."""

    rule: str
    where: str
    what: str


def lint_model_file(path: Path) -> list[LintFinding]:
    """Units and documentation of a bare model file."""
    # Reading expression trees takes PySD; checking units takes pint.
    from zjsim.model.reader import read_model

    return _lint_model(read_model(path), None)


def lint(target: PlanLike = DEFAULT_PLAN) -> list[LintFinding]:
    """Whether a plan folder, a model file or a scenario file is in order: what is wrong with it.

    Parameters
    ----------
    target : str, Path or OpenPlan
        A plan, or a model file or a scenario file by its path.

    Returns
    -------
    list of LintFinding
        ``rule``, ``where`` and ``what`` of each; empty when nothing is wrong. Of the rule
        ``note`` is what a run of the scenario would point out.

    Raises
    ------
    ScenarioError
        When a scenario file cannot be read or does not fit its plan.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.lint("zhejiang")
    []
    """
    suffix = Path(target).suffix.lower() if isinstance(target, str | Path) else ""
    if suffix in MODEL_SUFFIXES:
        return lint_model_file(Path(str(target)))
    if suffix in (".yaml", ".yml"):
        return _lint_scenario(Path(str(target)))
    return lint_plan(open_plan(target))


def _lint_scenario(path: Path) -> list[LintFinding]:
    """What a run would note of a scenario; one that does not read or resolve raises."""
    scenario = read_scenario(path)
    ready = prepare(open_plan(scenario.plan), scenario)
    return [LintFinding(NOTE, path.name, note) for note in ready.resolved.notes]


def lint_plan(plan: OpenPlan) -> list[LintFinding]:
    """Everything about a plan folder that can be checked without judging a scenario.

    A file that cannot be read is a finding too, so that one mistake hides no other.
    """
    names = {canonical(name): name for name in plan.model.elements}
    findings = _told("unit", lambda: _lint_model(plan.model, _glossary(plan)))
    findings += _told("table", lambda: _lint_tables(plan))
    findings += _told("check", lambda: _lint_checks(plan)) + _told(
        "loop", lambda: _lint_loops(plan)
    )
    findings += _told("learning", lambda: _read(learning_keys(plan)))
    findings += _told("outside", lambda: _read(outside_keys(plan)))
    findings += _told("plan", lambda: _lint_indicators(plan, names))
    findings += _told("observations", lambda: _read(plan.observations))
    findings += _told("calibration", lambda: _read(plan.calibrated))
    findings += _told("names", lambda: _lint_chinese_names(plan, names))
    findings += _told("boundary", lambda: _lint_boundary(plan))
    return findings + _told("source", lambda: _lint_sources(plan))


def _told(rule: str, look: Callable[[], Iterable[LintFinding]]) -> list[LintFinding]:
    """The findings of one check; what cannot be read is reported line by line."""
    try:
        return list(look())
    except ZjsimError as problem:
        head, *lines = str(problem).splitlines()
        where = Path(head.partition(" has ")[0]).name if lines else ""
        return [LintFinding(rule, where, line.strip()) for line in lines or [head]]


def _read(_: object) -> list[LintFinding]:
    """Nothing to add: reading it was the check."""
    return []


def _glossary(plan: OpenPlan) -> Mapping[str, Any] | None:
    """The units of the plan's folder; None without such a file."""
    path = plan.folder.file("units.yaml")
    if not path.is_file():
        return None
    glossary = read_yaml(path, PlanError).data
    if not isinstance(glossary, dict):
        raise PlanError(f"{path}: a mapping of units is expected.")
    return glossary


def _lint_tables(plan: OpenPlan) -> list[LintFinding]:
    """Levers, drivers and ranges against the constants of the model."""
    found = check_tables(plan.names.constants, plan.levers, plan.drivers, plan.constants)
    readable = {canonical(name): name for name in plan.program.names}
    for lever in plan.levers:
        if lever.carried_out and canonical(lever.carried_out) not in readable:
            what = f"the model has no variable {lever.carried_out} for carried_out"
            near = did_you_mean(lever.carried_out, readable.values())
            found.append(Problem(lever.at, what, near))
    return [LintFinding("table", p.where, f"{p.what}. {p.hint}".rstrip()) for p in found]


def _lint_indicators(plan: OpenPlan, names: Mapping[str, str]) -> Iterator[LintFinding]:
    """Variables and units that the plan reads, and the text that it quotes."""
    from zjsim.model.units import UnitBook

    path = plan.folder.file("plan.yaml")
    source = read_yaml(path, PlanError)
    text = source.data.get("text") if isinstance(source.data, dict) else None
    if text is not None and not plan.folder.file(str(text)).is_file():
        what = f"there is no file {text}, so no quotation is checked"
        yield LintFinding("plan", f"{path.name}, {source.where(('text',))}", what)
    readable = {canonical(name) for name in plan.program.names}
    book = UnitBook(_glossary(plan), (e.unit for e in plan.model.elements.values()))
    for place, item in enumerate(plan.plan.indicators):
        where = f"{path.name}, {source.where(('indicators', place))} ({item.id})"
        for name in _variables(item):
            if canonical(name) not in readable:
                near = did_you_mean(name, plan.program.names)
                what = f"the model has no variable {name}. {near}".rstrip()
                yield LintFinding("indicator", where, what)
        found = names.get(canonical(item.variable))
        # An indicator that is a cut is judged in percent, whatever the unit it is read in.
        if found is not None and item.reads == "value":
            yield from _lint_unit(book, where, item, plan.model.elements[found].unit)


def _variables(item: Indicator) -> list[str]:
    """Model variables that an indicator reads."""
    wanted = [item.variable, item.constant_price_variable, *(v.variable for v in item.variants)]
    return [name for name in wanted if name]


def _lint_unit(book: Any, where: str, item: Indicator, unit: str) -> Iterator[LintFinding]:
    """Whether the unit under `unit: {model: …}` is that of the variable."""
    try:
        factor = book.factor(book.parse(unit), book.parse(item.unit.model))
    except ModelError as problem:
        yield LintFinding("unit", where, f"{problem}")
        return
    if factor is None or abs(factor - 1) > 1e-9:
        what = f"the unit of {item.variable} is {unit} in the model, not {item.unit.model}"
        yield LintFinding("unit", where, what)


def _lint_chinese_names(plan: OpenPlan, names: Mapping[str, str]) -> Iterator[LintFinding]:
    """Rows of names_zh.csv with an unknown name, a duplicate or an empty one."""
    path = plan.folder.file("names_zh.csv")
    if not path.is_file():
        return
    table = CsvFile(path, ("name", "zh"))
    first: dict[str, int] = {}
    for line, row in table.rows:
        key = canonical(row["name"])
        table.filled(line, row, "name")
        table.filled(line, row, "zh")
        if key and key not in names:
            near = did_you_mean(row["name"], names.values())
            table.fault(line, "name", f"the model has no variable {row['name']}", near)
        if first.setdefault(key, line) != line:
            table.fault(line, "name", f"duplicate name {row['name']}, first in line {first[key]}")
    yield from (LintFinding("names", f"{path.name}, {p.where}", f"{p.what}. {p.hint}".rstrip())
                for p in table.problems)  # fmt: skip


def _lint_boundary(plan: OpenPlan) -> Iterator[LintFinding]:
    """Sectors of boundary.yaml that the model lacks, and entries that are not as they should."""
    path = plan.folder.file("boundary.yaml")
    if not path.is_file():
        return
    source: YamlDocument = read_yaml(path, PlanError)
    if not isinstance(source.data, dict):
        raise PlanError(f"{path}: a mapping with sectors and excluded is expected.")

    def finding(place: tuple[str | int, ...], what: str) -> LintFinding:
        return LintFinding("boundary", f"{path.name}, {source.where(place)}", what)

    for key in source.data.keys() - {"sectors", "excluded"}:
        yield finding((key,), "no such key. Allowed: sectors, excluded.")
    sectors, excluded = source.data.get("sectors") or {}, source.data.get("excluded") or []
    groups = {element.group for element in plan.model.elements.values()}
    if not isinstance(sectors, dict):
        yield finding(("sectors",), "a mapping of sectors of the model is expected")
        sectors = {}
    for name in sectors:
        if name not in groups:
            near = did_you_mean(str(name), groups)
            yield finding(("sectors", name), f"the model has no sector {name}. {near}".rstrip())
    if not isinstance(excluded, list):
        yield finding(("excluded",), "a list of what is left out is expected")
        excluded = []
    for place, entry in enumerate(excluded):
        given = entry if isinstance(entry, dict) else {}
        lacking = [key for key in ("what", "why", "instead") if key not in given]
        if lacking:
            yield finding(("excluded", place), f"what is left out needs {', '.join(lacking)}")


def _lint_sources(plan: OpenPlan) -> Iterator[LintFinding]:
    """Duplicate keys in a list of sources, and sources that no list has."""
    keys: set[str] = set()
    lists = sorted(plan.folder.path.glob("references*.bib"))
    for path in lists:
        first: dict[str, int] = {}
        text = read_text(path, PlanError)
        for match in _KEY_OF_SOURCE.finditer(text):
            if match[1].lower() in _NO_ENTRY:
                continue
            line = text.count("\n", 0, match.start(1)) + 1
            if not match[2]:
                yield LintFinding("source", f"{path.name}, line {line}", "the entry has no key")
            elif first.setdefault(match[2], line) != line:
                what = f"duplicate key {match[2]}, first in line {first[match[2]]}"
                yield LintFinding("source", f"{path.name}, line {line}", what)
        keys |= first.keys()
    if lists:
        yield from _lint_cited(plan, keys)


def _lint_cited(plan: OpenPlan, keys: set[str]) -> Iterator[LintFinding]:
    cited = [(row.at, row.source) for row in plan.constants.rows.values()]
    for path in plan.drivers.series.values():
        cited += [(series.at, source) for series in path.values() for source in series.sources]
    seen = plan.observations.rows
    cited += [(f"observations.csv:{row.line}", row.source) for row in seen]
    for at, source in dict.fromkeys(cited):
        if source not in keys and source not in NO_SOURCE:
            near = did_you_mean(source, keys)
            what = f"no list of sources (references*.bib) has {source}. {near}".rstrip()
            yield LintFinding("source", at, what)


def _lint_checks(plan: OpenPlan) -> list[LintFinding]:
    """Names in the reality checks that the model lacks: reported when they are read."""
    return _read(plan.checks)


def _lint_loops(plan: OpenPlan) -> list[LintFinding]:
    """Named loops that are no loop of the model, or cannot be switched off."""
    from zjsim.model.loops import named_loop

    findings = []
    for entry in plan.loops:
        where = f"loops.yaml, {entry['id']}"
        try:
            named_loop(plan.model, entry["cycle"])
        except ModelError as problem:
            findings.append(LintFinding("loop", where, str(problem)))
        findings += [
            LintFinding("loop", where, f"off: the model has no constant {name}")
            for name in entry["off"]
            if name not in plan.names.constants
        ]
    return findings


def _lint_model(model: ModelSpec, glossary: Any) -> list[LintFinding]:
    from zjsim.model.dimensions import check_units
    from zjsim.model.order import uses

    findings = [
        LintFinding("unit", item.variable, f"{item.equation_text}: {item.problem}".lstrip(": "))
        for item in check_units(model, glossary)
    ]
    for name, element in model.elements.items():
        if not element.unit:
            findings.append(LintFinding("unit", name, "has no unit"))
        if not element.documentation:
            findings.append(LintFinding("documentation", name, "has no sentence"))
        unused = isinstance(element, Constant) and not uses(model, name)
        if unused and canonical(name) not in CONTROL_NAMES:
            findings.append(LintFinding("unused", name, "no equation uses it"))
    return findings
