"""Tables of what turns each verdict, in Chinese and English."""

from __future__ import annotations

from typing import Any

from zjsim.language import Language
from zjsim.report.tables.sensitivity_tables import input_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_quantity
from zjsim.report.words.text_table import Table

SHOWN, OF_ALL = 3, 4  # single inputs of a target, and inputs of a joint departure
# Up to how many spreads a turning point is at hand, near, or some way off.
NEARNESS = (("at_hand", 0.25), ("near", 1.0), ("some_way", 2.0), ("far", float("inf")))


def heading(found: Any, language: Language) -> str:
    """What the tables show."""
    scenario = found.study.resolved.scenario
    words = localised(scenario.label, language) or scenario.name
    inputs = len(found.study.dimensions)
    return label("flip.head", language, scenario=words, inputs=inputs)


def nearness(one: Any, language: Language) -> str:
    """How near the turning point of a verdict is, in words."""
    if one.joint is None:
        return label("flip.none_together", language)
    key = next(key for key, most in NEARNESS if one.joint.distance <= most)
    return label(f"flip.{key}", language)


def verdict_table(found: Any, language: Language) -> Table:
    """A row a target: its verdict and how near that is to turning."""
    rows = [
        (
            str(one.indicator.number),
            localised(one.indicator.label, language),
            f"{one.indicator.target.lowest:g}",
            format_number(one.value, one.indicator.decimals + 1),
            label("flip.met" if one.met else "flip.missed", language),
            nearness(one, language),
            DASH if one.joint is None else format_number(one.joint.distance, 2),
        )
        for one in found.flips
    ]
    heads = [label("column.number", language), label("column.indicator", language)]
    heads += [label("backcast.target", language)]
    heads += [label(f"flip.{key}", language) for key in ("value", "verdict", "nearness", "spreads")]
    return Table(tuple(heads), tuple(rows), "><>><<>", keys=2)


def single_table(found: Any, language: Language) -> Table:
    """A row a target and an input that turns it alone, the nearest first."""
    rows = []
    for one in found.flips:
        number = str(one.indicator.number)
        if not one.singles:
            rows.append((number, label("flip.none_alone", language), *[DASH] * 4))
        for departure in one.singles[:SHOWN]:
            ((item, before, value, spreads),) = departure.rows()
            low, high = amount(item, item.low, language), amount(item, item.high, language)
            rows.append(
                (
                    number,
                    input_words(item, found.study.plan, language),
                    amount(item, before, language),
                    amount(item, value, language),
                    label("flip.from_to", language, low=low, high=high),
                    format_number(spreads, 2, signed=True),
                )
            )
            number = ""
    keys = ("alone", "before", "switch", "range", "spreads")
    heads = [label("column.number", language), *(label(f"flip.{key}", language) for key in keys)]
    return Table(tuple(heads), tuple(rows), "><>>>>", keys=2)


def pair_table(found: Any, language: Language) -> Table:
    """The nearest turning point of two inputs, a row an input."""
    return _departures(found, [(x, x.pairs[0] if x.pairs else None) for x in found.flips], language)


def joint_table(found: Any, language: Language) -> Table:
    """The nearest turning point of all inputs, with those that go farthest."""
    return _departures(found, [(one, one.joint) for one in found.flips], language)


def _departures(found: Any, chosen: list[tuple[Any, Any]], language: Language) -> Table:
    rows: list[tuple[str, ...]] = []
    for one, departure in chosen:
        cells = [str(one.indicator.number)]
        if departure is None:
            rows.append((*cells, DASH, label("flip.none_together", language), *[DASH] * 3))
            continue
        cells.append(format_number(departure.distance, 2))
        for item, before, value, spreads in list(departure.rows())[:OF_ALL]:
            rows.append(
                (
                    *cells,
                    input_words(item, found.study.plan, language),
                    amount(item, before, language),
                    amount(item, value, language),
                    format_number(spreads, 2, signed=True),
                )
            )
            cells = ["", ""]
    keys = ("distance", "input", "before", "then", "spreads")
    heads = [label("column.number", language), *(label(f"flip.{key}", language) for key in keys)]
    return Table(tuple(heads), tuple(rows), ">><>>>", keys=1)


def amount(item: Any, value: float, language: Language) -> str:
    """A value of an input: a change of growth, a factor, or the constant itself."""
    if item.kind == "constant":
        return format_quantity(value)
    if item.of == "scale":
        return label("flip.times", language, value=format_number(value, 3))
    if value == 0:
        return label("flip.expected", language)
    return label("flip.a_year", language, value=f"{format_number(100 * value, 2, signed=True)}%")
