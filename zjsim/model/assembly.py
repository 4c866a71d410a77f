"""Definitions of a file → one ModelSpec: kinds, names, arrays, flows and time settings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model import syntax, vocabulary
from zjsim.model.arrays import Scalar, scalars_of
from zjsim.model.context import Context
from zjsim.model.evaluate import NotPlainError, evaluate
from zjsim.model.expression import (
    MEMORY_FUNCTIONS,
    Binary,
    Expression,
    Memory,
    Number,
    Reference,
    Table,
    Unary,
    references,
    walk,
)
from zjsim.model.external import Files, filled, filled_ranges
from zjsim.model.flows import classify_flows
from zjsim.model.lookups import table
from zjsim.model.names import CONTROLS, XMILE_CONTROLS, canonical
from zjsim.model.nonnegative import cut_outflows
from zjsim.model.series import is_open, read_series, with_series
from zjsim.model.spec import (
    TIME,
    Array,
    Auxiliary,
    Constant,
    Element,
    Lookup,
    ModelSpec,
    Stock,
    equations,
)
from zjsim.model.subscripts import Range, dimensions_of
from zjsim.model.syntax import Definition
from zjsim.model.translate import translate


def assemble(
    definitions: Sequence[Definition],
    ranges: Sequence[Range],
    name: str,
    source: str,
    suffix: str,
    origin: str,
    method: str = "euler",
    notes: tuple[str, ...] = (),
    folder: Path | None = None,
    data: Sequence[Path | str] = (),
) -> ModelSpec:
    """The model that the definitions make; ``data`` are the files of its data variables.

    Raises
    ------
    ModelError
        For two equal names, an unknown name, a missing equation or time setting.
    UnsupportedError
        For what our engines do not compute, by name.
    """
    if not definitions:
        raise ModelError(f"{origin}: no equations found; is this a model?")
    xmile = suffix != ".mdl"
    files = Files(folder)
    dimensions = dimensions_of(filled_ranges(ranges, files, origin), origin)
    definitions = filled(definitions, dimensions, files, origin)
    series = read_series(data)
    definitions = with_series(definitions, series, dimensions, origin)
    _refuse_data(definitions, origin)
    scalars, cells = scalars_of(definitions, dimensions, origin)
    names = _unique_names(definitions, origin)
    everywhere = Context(
        where=origin,
        names=names,
        arrays=cells,
        aliases=_aliases(names) if xmile else {},
        dimensions=dimensions,
        numbers=_numbers(scalars),
        language="xmile" if xmile else "vensim",
    )
    everywhere = _with_tables(scalars, everywhere, origin)
    elements = _elements(scalars, everywhere, origin)
    shown = dimensions.names
    return ModelSpec(
        name=name,
        elements=elements,
        source=source,
        suffix=suffix,
        origin=origin,
        method=method,
        notes=notes,
        files={**files.read, **series.read},
        draws=tuple(everywhere.draws),
        arrays={
            array.name: Array(array.name, array.dimensions, dict(_shown_cells(array, shown)))
            for array in cells.values()
        },
        dimensions={
            shown[key]: tuple(shown[e] for e in dimensions.elements[key])
            for key in dimensions.elements
        },
        **_time_settings(elements, names, everywhere.lookups, origin),
    )


def _elements(scalars: Sequence[Scalar], everywhere: Context, origin: str) -> dict[str, Element]:
    """Every element of the model, with its flows and its random numbers."""
    elements: dict[str, Element] = {}
    for scalar in scalars:
        elements[scalar.name] = _guarded_element(scalar, everywhere, origin)
    for scalar in scalars:
        _refuse_part_orders(elements[scalar.name], elements, scalar.where(origin))
    for draw in everywhere.draws:
        elements[draw.name] = Constant(draw.name, draw.mean, documentation=draw.said)
    return cut_outflows(classify_flows(elements))


def _shown_cells(array: Any, shown: Mapping[str, str]) -> Iterable[tuple[tuple[str, ...], str]]:
    for elements, scalar in array.cells.items():
        yield tuple(shown.get(element, element) for element in elements), scalar


def _aliases(names: Mapping[str, str]) -> dict[str, str]:
    """What XMILE calls the settings of the run, unless the model has variables of these names."""
    return {
        alias: names[canonical(CONTROLS[setting])]
        for alias, setting in XMILE_CONTROLS.items()
        if canonical(CONTROLS[setting]) in names
    }


def _numbers(scalars: Iterable[Scalar]) -> dict[str, float]:
    """Scalars that are a number as written."""
    return {
        scalar.name: scalar.tree.value
        for scalar in scalars
        if isinstance(scalar.tree, syntax.Literal)
    }


def _with_tables(scalars: Iterable[Scalar], context: Context, origin: str) -> Context:
    """The context with every named lookup and every graphical function of a variable."""
    lookups: dict[str, Table] = {}
    graphs: dict[str, Table] = {}
    for scalar in scalars:
        place = replace(context, where=scalar.where(origin))
        if isinstance(scalar.tree, syntax.Points):
            lookups[scalar.name] = table(scalar.tree, place.where, place.language)
        elif isinstance(scalar.tree, syntax.Apply) and context.language == "xmile":
            last = scalar.tree.arguments[-1:]
            if canonical(scalar.tree.name) == "with lookup" and isinstance(last[0], syntax.Points):
                graphs[scalar.name] = table(last[0], place.where, place.language)
    return replace(context, lookups=lookups, graphs=graphs)


def _refuse_data(definitions: Iterable[Definition], origin: str) -> None:
    for each in definitions:
        where = each.where(origin)
        if is_open(each):
            raise ModelError(
                f"{where}: has no equation: it is data. Name the file that holds its figures over "
                "time, as in --data FILE.csv (a column of times, a column for each variable); "
                "Vensim's .vdf is not read."
            )
        if each.kind == "data":
            raise Context(where, {}).unsupported(
                "a data variable (:=) of an equation", vocabulary.DATA, pysd=False
            )


def _unique_names(definitions: Iterable[Definition], origin: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for each in definitions:
        key = canonical(each.name)
        if key == "time":
            raise ModelError(f"{each.where(origin)}: Time is the model's own clock. Rename it.")
        if not key:
            raise ModelError(f"{each.where(origin)}: the name is empty.")
        if key not in names or each.subscripts:
            names.setdefault(key, each.name)
            continue
        if names[key] == each.name:
            raise ModelError(f"{each.where(origin)}: defined twice. Keep one of the two.")
        raise ModelError(
            f"{each.where(origin)}: the same name as {names[key]!r} to Vensim and XMILE, "
            "which ignore case, spaces and underscores. Rename one of them."
        )
    return names


def _guarded_element(scalar: Scalar, everywhere: Context, origin: str) -> Element:
    context = replace(
        everywhere, where=scalar.where(origin), bindings=scalar.bindings, own=scalar.name
    )
    try:
        return _element(scalar, context)
    except RecursionError:
        raise ModelError(
            f"{context.where}: the equation is nested too deeply. Split it into several."
        ) from None


def _element(scalar: Scalar, context: Context) -> Element:
    said = scalar.definition
    texts: dict[str, Any] = {
        "unit": said.unit,
        "documentation": said.documentation,
        "group": said.group,
    }
    tree = scalar.tree
    if isinstance(tree, syntax.Points):
        return Lookup(scalar.name, context.lookups[scalar.name], **texts)
    if isinstance(tree, syntax.Apply) and canonical(tree.name) == "integ":
        if len(tree.arguments) != 2:
            raise ModelError(
                f"{context.where}: INTEG takes 2 arguments; here it has {len(tree.arguments)}."
            )
        flow, initial = (translate(part, context) for part in tree.arguments)
        return Stock(
            scalar.name, net_flow=flow, initial=initial, non_negative=said.non_negative, **texts
        )
    equation = translate(tree, context)
    if said.start is not None:
        start = translate(said.start, context)
        equation = Memory("active_initial", (equation, start))
    value = _plain_number(equation)
    if value is not None:
        return Constant(scalar.name, value, limits=said.limits, **texts)
    return Auxiliary(scalar.name, equation, **texts)


def _refuse_part_orders(element: Element, elements: Mapping[str, Element], where: str) -> None:
    """Refuse a delay or smooth of one and a half stages, which every tool rounds in its way."""
    for equation in equations(element):
        for part in walk(equation):
            if not isinstance(part, Memory) or "order" not in MEMORY_FUNCTIONS[part.function]:
                continue
            order = part.arguments[MEMORY_FUNCTIONS[part.function].index("order")]
            known = elements.get(order.name) if isinstance(order, Reference) else order
            if isinstance(known, Number | Constant) and known.value % 1 != 0:
                raise ModelError(
                    f"{where}: a delay or smooth has order {known.value:g}; "
                    "expected a whole number of stages."
                )


def _plain_number(equation: Expression) -> float | None:
    """The value of arithmetic on literal numbers; None for anything else."""
    if not all(isinstance(part, Number | Unary | Binary) for part in walk(equation)):
        return None
    value = evaluate(equation)
    return value if math.isfinite(value) else None


def _time_settings(
    elements: Mapping[str, Element],
    names: Mapping[str, str],
    lookups: Mapping[str, Table],
    origin: str,
) -> dict[str, Any]:
    exact = {
        setting: names[canonical(name)]
        for setting, name in CONTROLS.items()
        if canonical(name) in names
    }
    needed = ("start", "stop", "step")
    missing = [CONTROLS[setting] for setting in needed if setting not in exact]
    if missing:
        raise ModelError(
            f"{origin}: no {', '.join(missing)}; a model sets INITIAL TIME, FINAL TIME and "
            "TIME STEP. Add them as equations of the model."
        )
    found = {
        setting: _constant_value(name, elements, lookups, origin) for setting, name in exact.items()
    }
    start, stop, step = (found[setting] for setting in needed)
    save = found.get("save_every", step)
    if not step > 0 or not stop >= start or not save > 0:
        raise ModelError(
            f"{origin}: time runs from {start:g} to {stop:g} in steps of {step:g}, saved every "
            f"{save:g}; FINAL TIME must not come before INITIAL TIME, and steps must be above 0."
        )
    unit = elements[exact["step"]].unit or elements[exact["start"]].unit
    return {
        "start": start, "stop": stop, "step": step, "save_every": save,
        "time_unit": unit or "Year",
    }  # fmt: skip


def _constant_value(
    name: str, elements: Mapping[str, Element], lookups: Mapping[str, Table], origin: str
) -> float:
    """Value of an element that rests on constants alone, found without recursion."""
    values: dict[str, float] = {}
    pending = [name]
    opened: set[str] = set()
    while pending:
        current = pending[-1]
        element = elements.get(current)
        if isinstance(element, Constant):
            values[current] = element.value
        if current in values or isinstance(element, Constant | Lookup):
            pending.pop()
            continue
        if isinstance(element, Stock) or element is None or current == TIME:
            raise UnsupportedError(
                f"{origin}: {name} depends on {current}, which changes during a run; the time "
                "settings must rest on constants. Write numbers."
            )
        waiting = [
            read
            for read in references(element.equation)
            if read not in values and not isinstance(elements.get(read), Lookup)
        ]
        if waiting and current in opened:
            raise ModelError(f"{origin}: {name} depends on itself through {current}.")
        opened.add(current)
        if waiting:
            pending += waiting
            continue
        try:
            values[current] = evaluate(element.equation, values, lookups)
        except NotPlainError as problem:
            raise UnsupportedError(
                f"{origin}: {name} cannot be known before the run ({problem}); the time settings "
                "must rest on constants. Write numbers."
            ) from None
    if not math.isfinite(values[name]):
        raise ModelError(f"{origin}: {name} is not a finite number.")
    return values[name]
