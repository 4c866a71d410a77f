"""``zjsim describe``: what a model holds, and what one variable is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.output import (
    Json,
    LanguageOption,
    language,
    note,
    say,
    say_json,
    say_table,
    say_text,
)
from zjsim.errors import ModelError, did_you_mean
from zjsim.language import TYPOGRAPHY, Language

if TYPE_CHECKING:
    from zjsim.model.spec import ModelSpec
    from zjsim.workflow import OpenPlan


def describe(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[VARIABLE|MODEL]", help="A variable, lever, driver or model file."),
    ] = None,
    variable: Annotated[
        str | None, typer.Argument(metavar="[VARIABLE]", help="A variable of the model file.")
    ] = None,
    plan: Annotated[
        str, typer.Option("--plan", metavar="NAME|FOLDER|MODEL", help="A plan or a model file.")
    ] = DEFAULT_PLAN,
    levers: Annotated[bool, typer.Option("--levers", help="List the levers.")] = False,
    drivers: Annotated[bool, typer.Option("--drivers", help="List the drivers.")] = False,
    loops: Annotated[bool, typer.Option("--loops", help="List the feedback loops.")] = False,
    document: Annotated[
        Path | None,
        typer.Option(
            "--document", metavar="FOLDER", help="Write the model's documentation as pages there."
        ),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Describe the model, its levers, drivers and loops, or one variable.

    Example: zjsim describe "labour productivity"
    """
    from zjsim.bundle import MODEL_SUFFIXES
    from zjsim.workflow import open_plan

    words = language(lang)
    if name is not None and Path(name).suffix.lower() in MODEL_SUFFIXES and plan == DEFAULT_PLAN:
        plan, name = name, variable
    elif variable is not None:
        raise typer.BadParameter("name a model file and a variable of it, or a variable alone")
    opened = None if Path(plan).suffix.lower() in MODEL_SUFFIXES else open_plan(plan)
    if document is not None:
        if opened is None:
            raise typer.BadParameter("the pages need a plan folder, not a bare model file")
        from zjsim.report.model.model_pages import write_model_pages
        from zjsim.report.words.labels import label

        write_model_pages(opened, document, words)
        note(label("said.pages", words, plan=opened.folder.name, path=document))
        return
    if levers or drivers:
        if opened is None:
            raise typer.BadParameter("a bare model file has no table of levers or drivers")
        records = _levers(opened, words) if levers else _drivers(opened, words, json)
        _say_records(records, json, words)
        return
    from zjsim.model.reader import read_model

    model = read_model(Path(plan)) if opened is None else opened.model
    if loops:
        _say_records(_loops(model, opened, words), json, words)
    elif name is None:
        _overview(model, words, json)
    elif (array := _array(model, name)) is not None:
        _say_records(array, json, words)
    else:
        _variable(model, opened, _named(model, opened, name), words, json)


def _say_records(records: list[dict[str, Any]], json: bool, words: Language) -> None:
    from zjsim.report.words.text_table import Table

    if json:
        say_json(records)
        return
    from zjsim.report.words.labels import label

    if not records:
        say(label("said.none", words))
        return
    heads = tuple(_head(key, words) for key in records[0])
    rows = tuple(tuple(map(str, record.values())) for record in records)
    say_table(Table(heads, rows, "<" * len(heads)))


def _head(key: str, words: Language) -> str:
    """The name of a field."""
    from zjsim.report.words.labels import label

    return label(f"describe.{key}", words)


def _levers(opened: OpenPlan, words: Language) -> list[dict[str, Any]]:
    from zjsim.report.words.labels import localised
    from zjsim.scenario.path_words import lever_words

    return [
        {
            "lever": lever.id,
            "label": localised(lever.label, words),
            "range": f"{lever.low:g}–{lever.high:g}",
            "path": lever_words(lever.shape, language=words),
            "clause": lever.clause,
            "variable": lever.variable,
        }
        for lever in opened.levers
    ]


def _drivers(opened: OpenPlan, words: Language, json: bool) -> list[dict[str, Any]]:
    """The drivers; in a Chinese table with their Chinese name, for machines with the model's."""
    from zjsim.model.names import canonical, identifier

    table, names = opened.drivers, {} if json else opened.names_in(words)
    column = f"name_{words}" if names else "variable"
    return [
        {
            "driver": identifier(name),
            column: names.get(canonical(name), name),
            "unit": opened.names.units.get(name, ""),
            "paths": ", ".join(path for path, series in table.series.items() if key in series),
        }
        for key, name in table.drivers.items()
    ]


def _loops(model: ModelSpec, opened: OpenPlan | None, words: Language) -> list[dict[str, Any]]:
    """The named loops of the plan's folder; for a bare model every loop, shortest first."""
    from zjsim.model.loops import feedback_loops
    from zjsim.report.tables.wording import variable_name
    from zjsim.report.words.labels import localised

    if opened is not None and opened.loops:
        return [
            {
                "loop": entry["id"],
                "name": localised(entry["name"], words),
                "polarity": entry["polarity"],
                "off_switch": ", ".join(
                    f"{variable_name(k, words, opened.names_zh)} = {v:g}"
                    for k, v in entry["off"].items()
                ),
                "path": " → ".join([*entry["cycle"], entry["cycle"][0]]),
            }
            for entry in opened.loops
        ]
    found = feedback_loops(model, limit=200)
    return [
        {"polarity": loop.polarity, "path": " → ".join([*loop.variables, loop.variables[0]])}
        for loop in found.loops
    ]


def _overview(model: ModelSpec, words: Language, json: bool) -> None:
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import Table

    records = [
        {
            "name": element.name,
            "kind": type(element).__name__.lower(),
            "unit": element.unit,
            "sector": element.group,
            "documentation": element.documentation,
        }
        for element in model.elements.values()
    ]
    if json:
        say_json(records)
        return
    kinds: dict[str, int] = {}
    for record in records:
        kinds[record["kind"]] = kinds.get(record["kind"], 0) + 1
    counts = [
        label("describe.count", words, count=count, kind=label(f"element.{kind}", words))
        for kind, count in kinds.items()
    ]
    filled = {"start": f"{model.start:g}", "stop": f"{model.stop:g}", "unit": model.time_unit}
    joined = TYPOGRAPHY[words].comma.join(counts)
    say_text(label("describe.head", words, name=model.name, counts=joined, **filled))
    keys = ("name", "kind", "unit", "documentation")
    heads = tuple(_head(key, words) for key in keys)
    shown = [record for record in records if record["kind"] != "constant"]
    for sector in dict.fromkeys(record["sector"] for record in shown):
        rows = tuple(
            (r["name"], label(f"element.{r['kind']}", words), r["unit"], r["documentation"])
            for r in shown
            if r["sector"] == sector
        )
        say()
        if sector:
            say_text(f"{_head('sector', words)}{TYPOGRAPHY[words].colon}{sector}")
        say_table(Table(heads, rows, "<<<<"))


def _array(model: ModelSpec, name: str) -> list[dict[str, Any]] | None:
    """The cells of a variable with subscripts; None for any other name."""
    from zjsim.model.expression import to_text
    from zjsim.model.names import canonical
    from zjsim.model.spec import Constant, Lookup, equations

    arrays = {canonical(known): array for known, array in model.arrays.items()}
    array = arrays.get(canonical(name))
    if array is None:
        return None
    records = []
    for cell in array.cells.values():
        element = model.elements[cell]
        if isinstance(element, Constant):
            said = f"{element.value:g}"
        elif isinstance(element, Lookup):
            said = ", ".join(f"({x:g}, {y:g})" for x, y in zip(
                element.table.xs, element.table.ys, strict=True))  # fmt: skip
        else:
            said = to_text(equations(element)[0])
        kind = type(element).__name__.lower()
        records.append({"name": cell, "kind": kind, "unit": element.unit, "equation": said})
    return records


def _named(model: ModelSpec, opened: OpenPlan | None, name: str) -> str:
    from zjsim.model.names import canonical, identifier

    by_name = {canonical(known): known for known in model.elements}
    by_name |= {identifier(known).replace("_", " "): known for known in model.elements}
    if opened is not None:
        by_name |= {canonical(lever.id): lever.variable for lever in opened.levers}
        by_name |= {canonical(item.id): item.variable for item in opened.plan.indicators}
    found = by_name.get(canonical(name))
    if found is None or found not in model.elements:
        hint = did_you_mean(name, model.elements) or "`zjsim describe` lists the variables."
        raise ModelError(f"{name}: no such variable in {model.name}. {hint}")
    return found


def _variable(
    model: ModelSpec, opened: OpenPlan | None, name: str, words: Language, json: bool
) -> None:
    from zjsim.model.expression import to_text
    from zjsim.model.names import canonical
    from zjsim.model.order import causes, uses
    from zjsim.model.spec import Auxiliary, Constant, Flow, Lookup, Stock

    element = model.elements[name]
    record: dict[str, Any] = {
        "name": name,
        "kind": type(element).__name__.lower(),
        "unit": element.unit,
        "sector": element.group,
        "documentation": element.documentation,
    }
    match element:
        case Constant():
            record["value"] = element.value
        case Stock():
            record["net_flow"] = to_text(element.net_flow)
            record["initial"] = to_text(element.initial)
        case Flow() | Auxiliary():
            record["equation"] = to_text(element.equation)
        case Lookup():
            record["points"] = list(zip(element.table.xs, element.table.ys, strict=True))
    translated = opened.names_in(words).get(canonical(name)) if opened is not None else None
    if translated:
        record = {"name": name, f"name_{words}": translated, **record}
    row = opened.constants.row(name) if opened is not None else None
    if row is not None:
        record["range"] = None if row.low is None else [row.low, row.high]
        record |= {"source": row.source, "grade": row.grade, "note": row.note}
    record["causes"] = list(causes(model, name))
    record["uses"] = list(uses(model, name))
    if json:
        say_json(record)
        return
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import pad

    colon = TYPOGRAPHY[words].colon.rstrip()
    if record.get("range"):
        record["range"] = "{:g}–{:g}".format(*record["range"])
    record["kind"] = label(f"element.{record['kind']}", words)
    for key, value in record.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        if shown not in ("", None):
            say_text(f"{pad(_head(key, words) + colon, 15)}{shown}", hang=15)
