"""The variables of a model for a page: unit, equation, sentence, source, causes and uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zjsim.language import LANGUAGES
from zjsim.model.expression import to_text
from zjsim.model.names import canonical, control_of
from zjsim.model.order import causes
from zjsim.model.spec import Auxiliary, Constant, Element, Flow, Lookup, ModelSpec, Stock
from zjsim.openplan import OpenPlan
from zjsim.report.model.model_book import ModelBook
from zjsim.report.tables.compose_words import model_unit


def element_contents(model: ModelSpec) -> dict[str, dict[str, Any]]:
    """Every element of a model that is no setting of the run, by its name."""
    reads = {name: causes(model, name) for name in model.elements}
    uses: dict[str, list[str]] = {name: [] for name in model.elements}
    for name, read in reads.items():
        for one in read:
            uses[one].append(name)
    return {
        name: {
            "kind": type(element).__name__.lower(),
            "unit": element.unit,
            "said": element.documentation,
            "equations": _equations(element),
            "causes": _shown(reads[name]),
            "uses": _shown(uses[name]),
        }
        for name, element in model.elements.items()
        if not control_of(name)
    }


def plan_elements(plan: OpenPlan) -> dict[str, dict[str, Any]]:
    """The same of a plan's model, with Chinese names, sectors, sources and grades."""
    book = ModelBook(plan)
    found = element_contents(book.spec)
    for name, content in found.items():
        key = canonical(name)
        content["zh"] = plan.names_zh.get(key, "")
        content["sector"] = book.spec.elements[name].group
        if key in book.levers:
            content["kind"] = "lever"
        elif key in book.drivers:
            content["kind"] = "driver"
        row = plan.constants.row(name)
        if row is not None:
            reference = book.references.get(row.source)
            content["source"] = reference.text if reference else row.source
            content["grade"] = row.grade
            content["note"] = row.note
            if row.low is not None and row.low != row.high:
                content["range"] = [row.low, row.high]
    return found


def unit_contents(elements: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The units of elements in words, by the model's own text."""
    units = {str(element["unit"]) for element in elements.values()}
    return {
        unit: {language: model_unit(unit, language) for language in LANGUAGES}
        for unit in sorted(units)
    }


def sector_contents(plan: OpenPlan) -> Mapping[str, Mapping[str, str]]:
    """Names of the sectors in both languages, by the model's own name."""
    sectors = ModelBook(plan).boundary.get("sectors") or {}
    return {
        name: {"zh": str(entry.get("zh") or name), "en": str(entry.get("en") or name)}
        for name, entry in sectors.items()
        if isinstance(entry, dict)
    }


def _shown(names: Sequence[str]) -> list[str]:
    return [name for name in names if not control_of(name)]


def _equations(element: Element) -> list[str]:
    match element:
        case Stock():
            return [to_text(element.net_flow), to_text(element.initial)]
        case Flow() | Auxiliary():
            return [to_text(element.equation)]
        case Lookup():
            points = zip(element.table.xs, element.table.ys, strict=True)
            return [", ".join(f"({x:g}, {y:g})" for x, y in points)]
        case Constant():
            return [f"{element.value:.10g}"]
    return []
