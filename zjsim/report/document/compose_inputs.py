"""What several scenarios set otherwise: the inputs that differ, alike ones in one row."""

from __future__ import annotations

from collections.abc import Sequence

from zjsim.language import Language
from zjsim.report.document.compose_scenario import Judged
from zjsim.report.document.document import Section, TableBlock, Text
from zjsim.report.tables.compose_words import joined, scenario_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.text_table import Table
from zjsim.scenario.compare import diff as differences_of


def inputs_section(judged: Sequence[Judged], language: Language) -> Section:
    """What each scenario sets otherwise than the first one."""
    first = scenario_name(judged[0].report, language)
    rows: list[tuple[str, ...]] = []
    same = []
    for other in judged[1:]:
        name = scenario_name(other.report, language)
        found = _alike(judged[0], other, language)
        for (before, after), inputs in found.items():
            rows.append((name, joined(inputs, language), before, after))
            name = ""
        if not found:
            said = {"scenario": name, "first": first}
            same.append(Text(label("text.same_inputs", language, **said)))
    heads = (
        label("column.scenario", language), label("column.input", language),
        label("column.input_first", language, scenario=first),
        label("column.input_other", language),
    )  # fmt: skip
    title = label("table.inputs", language, scenario=first)
    tables = (TableBlock("inputs", title, Table(heads, tuple(rows), "<<<<")),) if rows else ()
    return Section("inputs", 1, label("heading.inputs", language), (*tables, *same))


def _alike(first: Judged, other: Judged, language: Language) -> dict[tuple[str, str], list[str]]:
    """The names of inputs by what they were and are: what changes alike is said once."""
    labels: dict[str, object] = {lever.id: lever.label for lever in first.plan.levers}
    found: dict[tuple[str, str], list[str]] = {}
    for one in differences_of(first.runs.resolved, other.runs.resolved, language):
        name = localised(labels.get(one.id), language) or other.named(one.id, language)
        found.setdefault((one.first, one.second), []).append(name)
    return found
