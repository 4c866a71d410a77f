"""How sure a report is and what it rests on; its annexes on constants, sources, repetition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zjsim.analysis.history.outside import has_outside_view, outside_view
from zjsim.assessment.audit import Audit, audit
from zjsim.assessment.observations import Observation, Observations
from zjsim.grades import ALL as GRADES
from zjsim.language import TYPOGRAPHY, Language
from zjsim.model.names import CONTROL_NAMES, canonical
from zjsim.report.document.compose_scenario import Judged
from zjsim.report.document.document import Block, Commands, Points, Section, TableBlock, Text
from zjsim.report.output.folder import versions
from zjsim.report.output.results import method_words
from zjsim.report.tables.compose_words import (
    error_sentence,
    model_number,
    model_unit,
    printed_unit,
    source_words,
    span_words,
)
from zjsim.report.tables.outside_tables import outside_sentences, outside_table
from zjsim.report.tables.plan_tables import growth_table
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_quantity, format_share
from zjsim.report.words.references import Reference, read_references
from zjsim.report.words.text_table import Table
from zjsim.version import __version__
from zjsim.workflow import OpenPlan

# Two publications that round one figure differently do not disagree.
ROUNDING = 1e-3


def sure_sections(
    judged: Sequence[Judged], observations: Observations, language: Language
) -> Iterator[Section]:
    """How sure the verdicts are: by the model's own limits, by history, by the evidence."""
    plan = judged[0].plan
    said = (
        error_sentence([item.report for item in judged], language),
        label("summary.limits", language, share=inferred_share(plan)),
    )
    yield _section("sure", 1, language, Points(said))
    if has_outside_view(plan):
        yield _section("outside", 2, language, *_outside(plan, observations, language))
    yield _section("evidence", 2, language, *_evidence(judged[0], language))


def ground_sections(
    judged: Sequence[Judged], observations: Observations, language: Language
) -> Iterator[Section]:
    """What the plan's text and the published figures say by themselves."""
    plan = judged[0].plan
    found, disagreeing = audit(plan.plan, observations), _conflicts(plan, observations)
    yield _section("ground", 1, language)
    yield _section("audit", 2, language, *_audit_blocks(found, language))
    yield _section("conflicts", 2, language, *_conflict_blocks(disagreeing, found, language))


def ground_annexes(
    judged: Sequence[Judged], observations: Observations, command: str, language: Language
) -> Iterator[Section]:
    """Constants, sources, and how the work is repeated."""
    plan = judged[0].plan
    found, disagreeing = audit(plan.plan, observations), _conflicts(plan, observations)
    keys = [*_cited(judged, disagreeing, found)]
    yield _annex_of("annex", language, _annex(judged[0], language))
    yield _annex_of("sources", language, *_sources(plan, keys, language))
    repeat = (*_repeat(judged, command, language), _provenance(judged, language))
    yield _annex_of("repeat", language, *repeat)


def _section(name: str, level: int, language: Language, *blocks: Block) -> Section:
    return Section(name, level, label(f"heading.{name}", language), blocks)


def _annex_of(name: str, language: Language, *blocks: Block) -> Section:
    return Section(name, 1, label(f"heading.{name}", language), blocks, annex=True)


def _outside(plan: OpenPlan, observations: Observations, language: Language) -> Iterator[Block]:
    view = outside_view(plan, plan.plan.base_year, observations)
    table = outside_table(view, plan.plan, language)
    notes = tuple(outside_sentences(view, language))
    yield TableBlock("outside", label("table.outside", language), table, notes=notes)


def inferred_share(plan: OpenPlan) -> str:
    """Which part of the constants with a range is of grade D."""
    ranged = [row for row in plan.constants.rows.values() if row.distribution != "fixed"]
    inferred = sum(row.grade in ("D", "M") for row in ranged)
    return format_share(inferred / len(ranged) if ranged else None, 0)


def _evidence(judged: Judged, language: Language) -> Iterator[Block]:
    rows = judged.plan.constants.rows.values()
    yield Text(label("text.evidence", language, total=len(rows)))
    lines = []
    for grade in GRADES:
        own = [row for row in rows if row.grade == grade]
        fixed = sum(row.distribution == "fixed" for row in own)
        if own:
            meaning = label(f"grade.{grade}", language)
            lines.append((grade, meaning, str(len(own) - fixed), str(fixed)))
    keys = ("grade", "meaning", "ranged", "fixed")
    yield TableBlock(
        "grades",
        label("table.grades", language),
        Table(tuple(label(f"column.{key}", language) for key in keys), tuple(lines), "^<>>"),
    )


def _conflicts(plan: OpenPlan, observations: Observations) -> list[tuple[Observation, ...]]:
    """Figures of the plan's years that differ by more than rounding, seen by somebody."""
    found = []
    for name in observations.names:
        for year in (plan.plan.base_year, *plan.plan.years):
            rows = tuple(row for row in observations.conflicts(name, year) if row.grade != "M")
            values = [row.value for row in rows]
            if values and max(values) - min(values) > ROUNDING * max(map(abs, values)):
                found.append(rows)
    return found


def _conflict_blocks(
    found: Sequence[tuple[Observation, ...]], audited: Audit, language: Language
) -> Iterator[Block]:
    """Points before the table, as in the audit: they fill a page on which it does not fit."""
    yield Points(tuple(_findings(audited, "conflict", language)))
    if found:
        yield Text(label("text.conflicts", language))
        keys = ("series", "year", "unit", "figures")
        rows = tuple(
            (
                _series_words(group[0], language),
                str(group[0].year),
                printed_unit(group[0].unit, language),
                TYPOGRAPHY[language].semicolon.join(_figure_words(row, language) for row in group),
            )
            for group in found
        )
        yield TableBlock(
            "conflicts",
            label("table.conflicts", language),
            Table(tuple(label(f"column.{key}", language) for key in keys), rows, "<^<<"),
        )


def _figure_words(row: Observation, language: Language) -> str:
    said = f"{row.grade}{TYPOGRAPHY[language].clause}{source_words(row.source, language)}"
    value = format_quantity(row.value)
    return value + TYPOGRAPHY[language].bracketed(said)


def _series_words(row: Observation, language: Language) -> str:
    """The definition up to its first remark, for Chinese readers; otherwise the series."""
    words = row.definition.split(",")[0].split(";")[0].strip()
    if not words or language == "en":
        return row.series.replace("_", " ")
    said = words.replace(f" {label('remark.real_growth', 'en')}", label("remark.real_growth", "zh"))
    return said.removesuffix(f" {row.year}")


def _findings(found: Audit, kind: str, language: Language) -> Iterator[str]:
    colon = TYPOGRAPHY[language].colon
    for finding in found.findings:
        if finding.kind == kind:
            yield f"{finding.title.in_(language)}{colon}{finding.text.in_(language)}"


def _audit_blocks(found: Audit, language: Language) -> Iterator[Block]:
    yield Text(label("text.audit", language))
    yield Points(tuple(_findings(found, "condition", language)))
    yield TableBlock("growth", label("table.growth", language), growth_table(found, language))


def _cited(
    judged: Sequence[Judged], conflicts: Iterable[tuple[Observation, ...]], found: Audit
) -> Iterator[str]:
    """Keys of every source that a reader meets, possibly more than once."""
    yield from (constant.source for constant in judged[0].plan.constants.rows.values())
    for item in judged:
        for row in item.report.rows:
            yield from (seen.source for seen in row.outturns)
            if row.indicator.amended:
                yield row.indicator.amended.source
        used = set(item.runs.resolved.scenario.driver_path)
        for path, drivers in item.plan.drivers.series.items():
            if path in used:
                for series in drivers.values():
                    yield from series.sources
    for group in conflicts:
        yield from (row.source for row in group)
    for finding in found.findings:
        yield from finding.sources


def _sources(plan: OpenPlan, keys: Iterable[str], language: Language) -> Iterator[Block]:
    known = read_references(plan.folder.path)
    single = (part.strip() for key in keys for part in key.replace(";", ",").split(","))
    cited: list[Reference] = [known[key] for key in sorted(set(single)) if key in known]
    if not cited:
        yield Text(label("text.no_sources", language))
        return
    yield Points(tuple(f"[{item.key}] {item.text}" for item in cited))


def _repeat(judged: Sequence[Judged], command: str, language: Language) -> Iterator[Block]:
    yield Text(label("text.repeat", language, version=__version__))
    yield Commands((command,) if command else ())
    notes: dict[str, None] = {}
    for item in judged:
        notes.update(dict.fromkeys(item.runs.resolved.notes))
    if notes:
        yield Text(label("text.repeat_notes", language))
        yield Points(tuple(notes))


def _provenance(judged: Sequence[Judged], language: Language) -> TableBlock:
    """Runs, files and versions by their hashes: for who repeats the work, after everything."""
    heads = tuple(label(f"column.{key}", language) for key in ("item", "value"))
    table = Table(heads, tuple(_facts(judged, language)), "<<")
    return TableBlock("provenance", label("table.provenance", language), table)


def _facts(judged: Sequence[Judged], language: Language) -> Iterator[tuple[str, str]]:
    first = judged[0]
    plan, grid = first.plan, first.runs.resolved.inputs.grid
    yield label("fact.plan", language), f"{plan.plan.title.in_(language)} ({plan.plan.number})"
    for item in judged:
        yield label("fact.run", language, scenario=item.runs.name), item.runs.run_id
        inputs = item.runs.resolved.hash[:16]
        yield label("fact.inputs", language, scenario=item.runs.name), inputs
    span = f"t = {grid.start:g}{DASH}{grid.stop:g}"
    method = localised(method_words(first.runs), language)
    yield label("fact.engine", language), TYPOGRAPHY[language].comma.join([method, span])
    yield label("fact.model", language), f"{plan.folder.model.name} {plan.model_hash[:16]}"
    model = plan.folder.model.name
    hashes = plan.folder.hashes().items()
    files = (f"{name} {digest[:16]}" for name, digest in hashes if name != model)
    yield label("fact.files", language), TYPOGRAPHY[language].semicolon.join(files)
    used = (f"{name} {number}" for name, number in versions().items())
    yield label("fact.versions", language), TYPOGRAPHY[language].semicolon.join(used)


def _annex(judged: Judged, language: Language) -> TableBlock:
    """Every constant with its value in this run's model file, range, unit, grade and source."""
    names, set_to = judged.plan.names, judged.runs.resolved.inputs.constants
    spelt = {canonical(name): name for name in names.constants}
    rows = []
    for key, row in judged.plan.constants.rows.items():
        if key in CONTROL_NAMES or key not in spelt:
            continue
        name = spelt[key]
        value = float(set_to[name][0]) if name in set_to else names.constants[name]
        bounds = DASH
        if row.low is not None and row.high is not None and row.low < row.high:
            bounds = span_words(format_quantity(row.low), format_quantity(row.high))
        unit = names.units.get(name, "")
        shown, said = judged.named(name, language), model_unit(unit, language)
        source = source_words(row.source, language)
        rows.append((shown, model_number(value, unit), bounds, said, row.grade, source))
    keys = ("assumption", "central", "range", "unit", "grade", "source")
    return TableBlock(
        "annex",
        label("table.annex", language),
        Table(tuple(label(f"column.{key}", language) for key in keys), tuple(rows), "<>><^<"),
        long=True,
    )
