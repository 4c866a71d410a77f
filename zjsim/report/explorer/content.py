"""What the page says of a plan, as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from zjsim.analysis.sensitivity.one_at_a_time import compute_influence
from zjsim.assessment.assess import Row
from zjsim.assessment.plan import Indicator
from zjsim.cache import cached_document, content_hash
from zjsim.engines.kernel import binding
from zjsim.engines.kernel.javascript import emit_javascript
from zjsim.engines.kernel.program import Program
from zjsim.engines.kernel.schedule import schedule
from zjsim.engines.kernel.steppers import STEPPERS
from zjsim.ensembles.chunks import bundle_hash
from zjsim.inputs import Inputs
from zjsim.judging import assess
from zjsim.language import LANGUAGES, Language
from zjsim.model.names import canonical, control_of, identifier
from zjsim.openplan import OpenPlan
from zjsim.prepare import prepare
from zjsim.report.explorer.draws import sampling_content
from zjsim.report.explorer.elements import plan_elements, sector_contents, unit_contents
from zjsim.report.tables.rows import Report, as_report, plan_path
from zjsim.report.tables.wording import amended_target_words, target_words
from zjsim.report.words.labels import catalogue
from zjsim.scenario.outlook import OBSERVED_PATH
from zjsim.scenario.posterior import Posterior
from zjsim.scenario.schema import DriverPath, LeverPath, Scenario
from zjsim.scenario.tables import DriverTable, Lever, find_name, known_until
from zjsim.timeline import TimeGrid
from zjsim.version import __version__
from zjsim.workflow import Runs, simulate

# How many of the constants that decide the verdicts the drawer holds.
DECIDING = 12
# Words of other rooms that the page uses too.
_SHARED = ("verdict.", "nature.", "legend.", "note.cumulative", "kind.", "model.kind.",
           "model.field.")  # fmt: skip
# Files of a plan's folder that say something of its variables.
_TEXTS = frozenset({".mdl", ".xmile", ".csv", ".bib", ".yaml"})


def plan_content(
    plan: OpenPlan, scenario: Scenario, language: Language, runs: int
) -> tuple[dict[str, Any], str]:
    """The data of a plan's page, and the JavaScript of its kernel.

    Raises
    ------
    ZjsimError
        When the scenario does not fit the plan, or the model has what a browser cannot do.
    """
    ready = prepare(plan, scenario)
    given = ready.resolved.posterior
    found = simulate(plan, scenario)
    report = as_report(assess(plan, found))
    deciding = _deciding(found)
    elements = _elements(plan)
    # A lever, driver or path that no scenario sets stands at the model's own number.
    save = binding.saved_names(plan.program, Inputs(plan.names.time, paths=ready.all_paths.paths))
    few = plan.indicator_variables
    text = emit_javascript(schedule(plan.program, plan.exogenous, save), few)
    names = [*plan.scenarios, *([] if scenario.name in plan.scenarios else [None])]
    shipped = [plan.read_scenario(name) if name else scenario for name in names]
    content = {
        **common(plan.program, plan.names.time, language),
        "kind": "plan",
        "method": "rk4",
        "plan": _plan_content(plan, report),
        "kernel": kernel_content(plan.program, plan.exogenous, save, few),
        "constants": _constants(plan),
        "levers": _levers(plan),
        "chapters": [
            {"number": chapter.number, "title": asdict(chapter.title)}
            for chapter in plan.plan.chapters
        ],
        "drivers": _drivers(plan, given),
        "scenarios": [scenario_content(plan, one) for one in shipped],
        "start": scenario.name,
        "deciding": deciding,
        "sampling": sampling_content(ready, shipped, runs, len(deciding)),
        "elements": elements,
        "units": unit_contents(elements),
        "sectors": sector_contents(plan),
        "modelHash": plan.model_hash[:8],
    }
    return content, text


def _deciding(runs: Runs) -> list[str]:
    """Ids of the constants that decide most, by changing one at a time."""

    def rank() -> list[str]:
        swings = compute_influence(runs).swings
        constants = [s.dimension.key for s in swings if s.dimension.kind == "constant"]
        return constants[:DECIDING]

    key = content_hash(bundle_hash(runs.plan.folder), runs.resolved.hash, str(DECIDING))
    found: list[str] = cached_document("deciding", key, rank)
    return found


def _elements(plan: OpenPlan) -> dict[str, Any]:
    """The variables, from the cache: reading a model takes seconds."""
    folder = plan.folder.path
    files = [path for path in sorted(folder.iterdir()) if path.suffix in _TEXTS]
    key = content_hash(bundle_hash(plan.folder), *(path.read_bytes() for path in files))
    found: dict[str, Any] = cached_document("explorer", key, lambda: plan_elements(plan))
    return found


def common(program: Program, grid: TimeGrid, language: Language) -> dict[str, Any]:
    """What every page has."""
    return {
        "version": __version__,
        "language": language,
        "languages": list(LANGUAGES),
        "words": words(),
        "model": program.name,
        "steppers": {
            name: {"nodes": rule.nodes, "weights": rule.weights, "order": rule.order}
            for name, rule in STEPPERS.items()
        },
        "grid": {
            "start": grid.start,
            "stop": grid.stop,
            "step": grid.step,
            "saveEvery": grid.save_every,
        },
    }


def words() -> dict[str, list[str]]:
    """The words of the page by key, in the order of the languages."""
    return {
        key: [text.in_(language) for language in LANGUAGES]
        for key, text in catalogue().items()
        if key.startswith(("explorer.", *_SHARED))
    }


def kernel_content(
    program: Program, paths: tuple[str, ...], save: tuple[str, ...], few: tuple[str, ...]
) -> dict[str, Any]:
    """What the emitted kernel reads and saves, by position."""
    return {
        "paths": list(paths),
        "save": list(save),
        "few": list(few),
        "constants": {
            "names": [slot.name for slot in program.constants],
            "values": [slot.value for slot in program.constants],
        },
        "states": ["" if s.hidden else identifier(s.name) for s in program.states],
    }


def _plan_content(plan: OpenPlan, report: Report) -> dict[str, Any]:
    own = plan.plan
    return {
        "id": plan.folder.name,
        "title": asdict(own.title),
        "baseYear": own.base_year,
        "years": own.years,
        "indicators": [_indicator(row) for row in report.rows],
    }


def _indicator(row: Row) -> dict[str, Any]:
    item = row.indicator
    target = item.target
    quarters = range(4 * (target.year - item.base.year) + 1)
    years = [item.base.year + quarter / 4 for quarter in quarters]
    return {
        "id": item.id,
        "number": item.number,
        "label": asdict(item.label),
        "unit": asdict(item.unit),
        "scope": asdict(item.scope),
        "nature": item.nature,
        "decimals": item.decimals,
        "cumulative": item.cumulative,
        "scale": item.scale,
        "variable": item.variable,
        "reads": item.reads,
        "reading": item.reading,
        "base": {"year": item.base.year, "value": item.base.value},
        "start": item.start,
        "target": {
            "value": target.value,
            "year": target.year,
            "lowest": target.lowest,
            "highest": target.highest,
            "words": {language: target_words(item, language) for language in LANGUAGES},
        },
        "amended": _amended(item),
        "clause": item.clause,
        "quote": item.quote,
        "note": asdict(item.note) if item.note else None,
        "planPath": [years, plan_path(item, years)],
        "outturns": [
            [outturn.year, outturn.value]
            for outturn in row.outturns
            if outturn.year != item.base.year
        ],
    }


def _amended(item: Indicator) -> dict[str, Any] | None:
    if item.amended is None:
        return None
    return {
        "value": item.amended.value,
        "date": item.amended.date,
        "words": {language: amended_target_words(item, language) for language in LANGUAGES},
    }


def _constants(plan: OpenPlan) -> dict[str, dict[str, Any]]:
    """Constants that a scenario may set, by identifier."""
    away = {canonical(name) for name in plan.exogenous}
    found = {}
    for slot, constant in enumerate(plan.program.constants):
        name = constant.name
        if canonical(name) in away or control_of(name) or name in plan.program.structural:
            continue
        row = plan.constants.row(name)
        found[identifier(name)] = {
            "name": name,
            "slot": slot,
            "low": row.low if row else None,
            "high": row.high if row else None,
        }
    return found


def _levers(plan: OpenPlan) -> list[dict[str, Any]]:
    spelt = {canonical(name): name for name in plan.names.constants}
    values = {canonical(slot.name): slot.value for slot in plan.program.constants}
    return [
        {
            "id": lever.id,
            "label": asdict(lever.label),
            "variable": spelt[canonical(lever.variable)],
            "low": lever.low,
            "high": lever.high,
            "plan": lever.plan,
            "shape": lever_entry(lever.shape),
            "chapter": _chapter(plan, lever),
            "clause": lever.clause,
            "quote": lever.quote,
            "note": lever.note,
            "cost": values.get(canonical(lever.cost_share)) if lever.cost_share else None,
            "delayable": lever.delayable,
        }
        for lever in plan.levers
    ]


def _chapter(plan: OpenPlan, lever: Lever) -> int | None:
    """Place of the chapter that a lever's clause stands in."""
    # The longest first: 十一 begins with 十.
    places = sorted(enumerate(plan.plan.chapters), key=lambda one: -len(one[1].number))
    found = (k for k, chapter in places if lever.clause.strip().startswith(chapter.number))
    return next(found, None)


def _drivers(plan: OpenPlan, given: Posterior | None) -> dict[str, Any]:
    """Drivers and their paths; what draws after learning did not know is left out."""
    table: DriverTable = plan.drivers
    if given is not None:
        table = known_until(table, OBSERVED_PATH, given.known_until)
    spelt = {canonical(name): name for name in plan.names.constants}
    return {
        "observed": OBSERVED_PATH,
        "list": [
            {
                "id": identifier(name),
                "name": spelt[key],
                "unit": plan.names.units.get(spelt[key], ""),
            }
            for key, name in table.drivers.items()
            if key in spelt
        ],
        "series": {
            path: {
                identifier(one.driver): {"path": path, "kind": one.kind, "values": one.values}
                for one in series.values()
            }
            for path, series in table.series.items()
        },
    }


def scenario_content(plan: OpenPlan, scenario: Scenario) -> dict[str, Any]:
    """A scenario with all its bases, its names as the page knows them."""
    constants = list(plan.names.constants)
    stocks = list(plan.names.stocks)

    def one_of(name: str, names: list[str]) -> str:
        return identifier(next(iter(find_name(name, names)), name))

    return {
        "name": scenario.name,
        "label": dict(scenario.label),
        "why": dict(scenario.why),
        "plan": scenario.plan,
        "driver_path": list(scenario.driver_path),
        "lever_delay": scenario.lever_delay,
        "levers": {identifier(n): lever_entry(p) for n, p in scenario.levers.items()},
        "drivers": {
            one_of(p.driver, list(plan.drivers.drivers.values())): _driver_entry(p)
            for p in scenario.drivers.values()
        },
        "constants": {one_of(s.name, constants): s.value for s in scenario.constants.values()},
        "initial": {one_of(s.name, stocks): s.value for s in scenario.initial.values()},
        "time": {name: setting.value for name, setting in scenario.time.items()},
        "method": scenario.method,
    }


def lever_entry(path: LeverPath) -> dict[str, Any]:
    """A lever's path as the page holds it."""
    return {"to": path.to, **_shape(path)}


def _driver_entry(path: DriverPath) -> dict[str, Any]:
    amounts = {"multiply": path.multiply, "add": path.add, "to": path.to}
    return {"path": list(path.path), **amounts, **_shape(path)}


def _shape(path: LeverPath | DriverPath) -> dict[str, Any]:
    return {
        "shape": path.shape,
        "from": path.from_year,
        "until": path.until_year,
        "values": [[int(year), value] for year, value in path.values],
    }
