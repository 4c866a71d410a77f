"""Tables and sentences of a sensitivity analysis, in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.tables.wording import variable_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_quantity, format_share
from zjsim.report.words.text_table import Table

if TYPE_CHECKING:
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.draws import Dimension

STRONGEST = 3


def input_name(found: Any, position: int, language: Language) -> str:
    """The words for an input of an analysis, by its position."""
    return input_words(found.study.dimensions[position], found.study.plan, language)


def input_words(item: Dimension, plan: OpenPlan, language: Language) -> str:
    """The words for an input: a lever's label, else its name in the language."""
    for lever in plan.levers if item.kind == "lever" else ():
        if lever.variable.casefold() == item.name.casefold():
            kind = label("kind.lever", language)
            return _bracketed(localised(lever.label, language), kind, language)
    name = variable_name(item.name, language, plan.names_zh)
    if item.kind == "driver":
        return _bracketed(name, label("kind.driver", language), language)
    return name


def _bracketed(name: str, kind: str, language: Language) -> str:
    return name + TYPOGRAPHY[language].bracketed(kind)


def grade_name(grade: str, language: Language) -> str:
    """The words for a grade of evidence."""
    key = f"sensitivity.grade_{grade}"
    return label(key, language) if grade in ("driver", "lever", "D", "-") else grade


def deciders_table(found: Any, switches: Sequence[Any], language: Language) -> Table:
    """The five assumptions that decide the verdicts, and where they switch one."""
    keys = ("rank", "input", "grade", "range", "score", "moves", "switch")
    heads = tuple(label(f"sensitivity.{key}", language) for key in keys)
    rows = []
    for place, (k, score) in enumerate(found.deciders(), start=1):
        item = found.study.dimensions[k]
        rows.append(
            (
                str(place),
                input_name(found, k, language),
                grade_name(found.study.grade(item), language),
                f"{format_quantity(item.low)} – {format_quantity(item.high)}",
                format_share(score, 0),
                _decides(found, k, language),
                _switches(found, k, switches, language),
            )
        )
    return Table(heads, tuple(rows), "><<>><<")


def _moved(found: Any, position: int) -> list[int]:
    """Positions of the indicators whose verdict the input moves most."""
    share = found.shares[position] * found.doubt
    return [int(k) for k in np.argsort(-share) if share[k] > 0.02][:STRONGEST]


def _decides(found: Any, position: int, language: Language) -> str:
    """Numbers of those indicators."""
    numbers = [str(found.study.indicators[k].number) for k in _moved(found, position)]
    return TYPOGRAPHY[language].comma.join(numbers) or DASH


def _switches(found: Any, position: int, switches: Sequence[Any], language: Language) -> str:
    """Where the input switches the verdicts that it moves most; JSON has all of them."""
    key = found.study.dimensions[position].key
    mine = {one.indicator: one for one in switches if one.dimension.key == key}
    numbers = [found.study.indicators[k].number for k in _moved(found, position)]
    texts = [
        label(
            f"sensitivity.{'above' if mine[number].met_above else 'below'}", language,
            number=number, value=format_quantity(mine[number].value),
        )
        for number in numbers
        if number in mine
    ]  # fmt: skip
    return TYPOGRAPHY[language].semicolon.join(texts) or DASH


def indicator_table(found: Any, language: Language) -> Table:
    """The strongest inputs of each indicator."""
    method = found.method
    third = "strongest" if method == "sobol" else f"strongest_{method}"
    heads = [label("column.number", language), label("column.indicator", language)]
    heads += [label("sensitivity.met", language), label(f"sensitivity.{third}", language)]
    heads += [label("sensitivity.sum_first", language)] if method == "sobol" else []
    rows = []
    for k, item in enumerate(found.study.indicators):
        cells = [str(item.number), localised(item.label, language)]
        cells += [format_share(float(found.met[k]), 0), _strongest(found, k, language)]
        if method == "sobol":
            cells.append(format_number(float(found.first[:, k].sum()), 2))
        rows.append(tuple(cells))
    return Table(tuple(heads), tuple(rows), "><><" + (">" if method == "sobol" else ""), keys=2)


def _strongest(found: Any, k: int, language: Language) -> str:
    texts = []
    for i in np.argsort(-np.nan_to_num(found.strength[:, k]))[:STRONGEST]:
        name = input_name(found, int(i), language)
        value, error = float(found.strength[i, k]), float(found.error[i, k])
        if found.method == "tornado":
            decimals = found.study.indicators[k].decimals
            ends = [format_number(float(x), decimals) for x in (found.low[i, k], found.high[i, k])]
            texts.append(f"{name} {ends[0]} → {ends[1]}")
        elif found.method == "morris":
            texts.append(f"{name} {format_share(float(found.shares[i, k]), 0)}")
        elif found.shown(value, error):
            texts.append(f"{name} {format_number(value, 2)} (±{format_number(error, 2)})")
        else:
            texts.append(f"{name} {DASH}")
    return TYPOGRAPHY[language].semicolon.join(texts)


def group_table(found: Any, language: Language) -> Table:
    """Share of variance of each grade of evidence: of the value and of the verdict."""
    heads = [label("sensitivity.grade", language), label("sensitivity.count", language)]
    heads += [str(item.number) for item in found.study.indicators]
    rows = [
        (
            grade_name(group.grade, language),
            str(group.inputs),
            *(
                f"{_part(value, error, found)} / {_part(verdict, rough, found)}"
                for value, error, verdict, rough in zip(
                    group.total, group.total_error, group.verdict_total, group.verdict_error,
                    strict=True,
                )
            ),
        )
        for group in found.groups
    ]  # fmt: skip
    left = [format_number(float(part), 2) for part in found.unmeasured]
    rows.append((label("sensitivity.unmeasured", language), "", *left))
    return Table(tuple(heads), tuple(rows), "<>" + ">" * len(found.study.indicators))


def _part(value: float, error: float, found: Any) -> str:
    return format_number(value, 2) if found.shown(value, error) else DASH


def measure_table(found: Any, language: Language) -> Table:
    """What to measure next, in order."""
    keys = ("rank", "input", "grade", "range", "score", "moves")
    heads = tuple(label(f"sensitivity.{key}", language) for key in keys)
    rows = []
    for place, (k, score) in enumerate(found.to_measure(), start=1):
        item = found.study.dimensions[k]
        span = f"{format_quantity(item.low)} – {format_quantity(item.high)}"
        name = input_name(found, k, language)
        grade = grade_name(found.study.grade(item), language)
        rows.append(
            (str(place), name, grade, span, format_share(score, 0), _decides(found, k, language))
        )
    return Table(heads, tuple(rows), "><<>><")


def remarks(found: Any, language: Language) -> list[str]:
    """How far to trust the numbers."""
    state = found.convergence
    lines = [label("sensitivity.doubt", language), label(f"sensitivity.{found.method}", language)]
    if found.method != "tornado":
        key = "converged" if state.converged else "not_converged"
        widest = format_number(state.widest, 2)
        gap = format_number(state.gap, 2)
        values = {"widest": widest, "stable": f"{state.stable}/{state.of}", "gap": gap}
        lines.append(label(f"sensitivity.{key}", language, **values))
    if state.withheld and found.method == "sobol":
        lines.append(label("sensitivity.withheld", language, count=state.withheld))
    if found.study.correlations_aside:
        count = found.study.correlations_aside
        lines.append(label("sensitivity.aside", language, count=count))
    if found.study.company is not None:
        lines.append(tied_sentence(found.study.company, language))
    return lines


def tied_sentence(company: Any, language: Language) -> str:
    """That inputs go along with one another after learning, and what cannot be told from noise."""
    draws = company.size
    noise = format_share(2 / math.sqrt(draws))
    return label("learning.tied", language, draws=f"{draws:,}", noise=noise)


def index_table(found: Any) -> Table:
    """Every number for machines: a row an input and indicator, English heads."""
    heads = (
        "input", "kind", "grade", "low", "centre", "high", "indicator", "strength", "error",
        "first", "first_error", "value_low", "value_high", "spread",
    )  # fmt: skip
    rows = []
    for i, item in enumerate(found.study.dimensions):
        grade = found.study.grade(item)
        own = (item.key, item.kind, grade, *(f"{x:.6g}" for x in (item.low, item.mode, item.high)))
        for k, indicator in enumerate(found.study.indicators):
            tables = (
                found.strength, found.error, found.first, found.first_error, found.low,
                found.high, found.spread,
            )  # fmt: skip
            numbers = [float(table[i, k]) for table in tables]
            cells = ["" if x != x else f"{x:.6g}" for x in numbers]
            rows.append((*own, indicator.id, *cells))
    return Table(heads, tuple(rows), "<" * len(heads))
