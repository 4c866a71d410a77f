"""The sections of one scenario: verdicts, policies, assumptions; its annexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zjsim.analysis.sensitivity.one_at_a_time import Influence, LeverOff, Swing
from zjsim.assessment.assess import Assessment, Row
from zjsim.language import TYPOGRAPHY, Language
from zjsim.model.names import canonical, identifier
from zjsim.report.document import compose_pictures as pictures
from zjsim.report.document.document import Block, Points, Section, TableBlock, Text
from zjsim.report.tables.chance_words import chance_note
from zjsim.report.tables.compose_words import (
    NO_BREAK,
    indicator_name,
    indicator_with_unit,
    joined,
    model_unit,
    nearness,
    scenario_name,
    source_words,
    span_words,
)
from zjsim.report.tables.learning_tables import start_sentence
from zjsim.report.tables.rows import InputLine, Report
from zjsim.report.tables.sensitivity_tables import input_words
from zjsim.report.tables.verdict_columns import office_table
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import (
    DASH,
    format_count,
    format_number,
    format_plain,
    format_quantity,
    format_share,
)
from zjsim.report.words.text_table import Table
from zjsim.workflow import OpenPlan, Runs

MOST = 10


@dataclass(frozen=True)
class Judged:
    """One scenario with all that is known of it.

    ``influence`` is None when it was not asked for.
    """

    runs: Runs
    assessment: Assessment
    report: Report
    influence: Influence | None = None

    @property
    def plan(self) -> OpenPlan:
        """The plan it was judged by."""
        return self.runs.plan

    def named(self, name: str, language: Language) -> str:
        """A model variable in the language, or as the model writes it."""
        return self.plan.names_in(language).get(canonical(name), name)


def verdict_section(judged: Judged, language: Language) -> Section:
    """Every target of a single scenario, as a table and as a picture."""
    report = judged.report
    board = pictures.board_picture(report, language)
    return _section("verdicts", 1, language, verdict_table(report, language), board)


def why_sections(judged: Judged, language: Language) -> Iterator[Section]:
    """What decides: policies, and the assumptions that move most."""
    yield _section("why", 1, language, *_what_it_is(judged, language))
    yield _section("levers", 2, language, *_levers(judged, language))
    if judged.influence is not None:
        yield _section("influence", 2, language, *_influence(judged, judged.influence, language))


def scenario_section(judged: Judged, language: Language) -> Section:
    """One scenario of several: what it is and what decides its targets."""
    report = judged.report
    heading = label("heading.scenario", language, scenario=scenario_name(report, language))
    blocks = tuple(_what_it_is(judged, language))
    return Section(identifier(report.scenario), 2, heading, blocks)


def run_annexes(judged: Judged, language: Language) -> Iterator[Section]:
    """What is looked up of a single scenario: years, outside conditions, all movements."""
    yield _annex("yearly", language, _yearly(judged.report, language))
    drivers = _drivers(judged, language)
    if drivers is not None:
        yield _annex("drivers", language, drivers)
    if judged.influence is not None:
        yield _annex("swings", language, *_swings(judged, judged.influence, language))


def run_annex(judged: Judged, language: Language, drivers: bool) -> Section:
    """The same of one scenario of several, with its board, policies and assumptions."""
    report = judged.report
    blocks: list[Block] = [verdict_table(report, language)]
    blocks += [pictures.board_picture(report, language), _yearly(report, language)]
    blocks += _levers(judged, language)
    conditions = _drivers(judged, language)
    if drivers and conditions is not None:
        blocks.append(conditions)
    if judged.influence is not None:
        blocks += [*_influence(judged, judged.influence, language)]
        blocks += [*_swings(judged, judged.influence, language)]
    heading = label("heading.run_annex", language, scenario=scenario_name(report, language))
    return Section(f"{identifier(report.scenario)}-annex", 1, heading, tuple(blocks), annex=True)


def _what_it_is(judged: Judged, language: Language) -> Iterator[Block]:
    """The scenario in its author's words, and what decides under it."""
    why = judged.runs.resolved.scenario.why.get(language)
    if why:
        yield Text(why)
    start = start_sentence(judged.runs.resolved.scenario, language)
    if start:
        yield Text(start)
    said = influence_sentences(judged, language)
    if said:
        yield Points(tuple(said))


def _section(name: str, level: int, language: Language, *blocks: Block) -> Section:
    return Section(name, level, label(f"heading.{name}", language), blocks)


def _annex(name: str, language: Language, *blocks: Block) -> Section:
    return Section(name, 1, label(f"heading.{name}", language), blocks, annex=True)


def verdict_table(report: Report, language: Language) -> TableBlock:
    """Every target with its projection, progress, verdict and how likely it is."""
    keys = (
        "number", "indicator_unit", "nature", "base", "target", "projection", "verdict",
        "probability",
    )  # fmt: skip
    table = office_table(report, language, keys)
    colon = TYPOGRAPHY[language].colon
    said = office_table(report, language, ("number", "remark")).rows
    remarks = [f"{number}{colon}{words}" for number, words in said if words]
    return TableBlock(
        "verdicts",
        label("table.verdicts", language, year=report.target_year),
        table,
        tones={
            (place, keys.index("verdict")): row.verdict for place, row in enumerate(report.rows)
        },
        notes=(chance_note(report, language), *_about(report, language), *remarks),
    )


def _about(report: Report, language: Language) -> list[str]:
    """The bands that were assumed for targets that say "about"."""
    targets = [row.indicator.target for row in report.rows]
    bands = sorted({item.band for item in targets if item.band_assumed and item.band is not None})
    said = TYPOGRAPHY[language].comma.join(map(format_plain, bands))
    return [label("text.about", language, bands=said)] if bands else []


def _yearly(report: Report, language: Language) -> TableBlock:
    years = report.rows[0].years
    rows: list[tuple[str, ...]] = []
    for row in report.rows:
        name = indicator_with_unit(row.indicator, language)
        projected = dict(zip(row.years, row.path, strict=True))
        rows.append(_year_row(row, name, "projection", projected, years, language))
        seen = {item.year: item.value for item in row.outturns if item.year > years[0]}
        if any(year in seen for year in years):
            rows.append(_year_row(row, "", "outturn", seen, years, language))
    heads = (
        label("column.number", language),
        label("column.indicator_unit", language),
        label("column.kind", language),
        *map(str, years),
    )
    return TableBlock(
        "yearly",
        label("table.yearly", language),
        Table(heads, tuple(rows), "><<" + ">" * len(years)),
    )


def _year_row(
    row: Row,
    name: str,
    kind: str,
    values: Mapping[int, float],
    years: Sequence[int],
    language: Language,
) -> tuple[str, ...]:
    cells = (format_number(values.get(year), row.indicator.decimals) for year in years)
    number = str(row.indicator.number) if name else ""
    return (number, name, label(f"kind.{kind}", language), *cells)


def _levers(judged: Judged, language: Language) -> Iterator[Block]:
    report, plan = judged.report, judged.plan.plan
    offs = {item.lever: item for item in judged.influence.levers} if judged.influence else {}
    lines = [line for line in report.inputs if line.kind == "lever"]
    lines.sort(key=lambda line: -offs[line.name].score if line.name in offs else 0.0)
    years = plan.years
    heads = [label("column.lever", language), *map(str, years)]
    if offs:
        heads += [label(f"column.{key}", language) for key in ("lost", "gained", "most")]
    rows = []
    for line in lines:
        cells = [localised(line.label, language), *_by_year(line, years)]
        if offs:
            cells += _lever_cells(offs.get(line.name), judged, language)
        rows.append(tuple(cells))
    yield Text(label("text.levers", language, year=plan.base_year))
    yield TableBlock(
        "levers",
        label("table.levers", language, year=plan.base_year),
        Table(tuple(heads), tuple(rows), "<" + ">" * len(years) + "^^<"[: len(heads) - 6]),
    )


def _by_year(line: InputLine, years: Sequence[int]) -> list[str]:
    held = line.values.get(0)
    return [format_quantity(line.values.get(year, held), line.unit) for year in years]


def _lever_cells(off: LeverOff | None, judged: Judged, language: Language) -> list[str]:
    if off is None or judged.influence is None:
        return [DASH] * 3
    most = _most_moved(judged, judged.influence.base, off.values)
    return [_numbers(off.lost, language), _numbers(off.gained, language), most]


def _numbers(numbers: Sequence[int], language: Language) -> str:
    return TYPOGRAPHY[language].comma.join(map(str, numbers)) or DASH


def _most_moved(judged: Judged, before: Sequence[float], after: Sequence[float]) -> str:
    """``8: 25.1 → 23.0``: the indicator moved most, in parts of its way."""
    rows = judged.report.rows
    ways = [abs(row.indicator.target.value - row.indicator.start) for row in rows]
    moved = [abs(b - a) / way for a, b, way in zip(before, after, ways, strict=True)]
    if not all(value == value for value in moved):
        return DASH
    place = max(range(len(rows)), key=moved.__getitem__)
    indicator = rows[place].indicator
    ends = [before[place], after[place]]
    decimals = indicator.decimals
    if ends[0] != ends[1] and round(ends[0], decimals) == round(ends[1], decimals):
        decimals += 1
    first, last = (format_number(value, decimals) for value in ends)
    return DASH if first == last else f"{indicator.number}: {first} → {last}".replace(" ", NO_BREAK)


def _drivers(judged: Judged, language: Language) -> TableBlock | None:
    """The outside conditions that change, by year; those that stay in a line below."""
    plan, marks = judged.plan.plan, TYPOGRAPHY[language]
    years = (plan.base_year, *plan.years)
    rows: list[tuple[str, ...]] = []
    held = []
    for line in judged.report.inputs:
        if line.kind != "driver":
            continue
        name = judged.named(localised(line.label, language), language)
        cells = _by_year(line, years)
        if len(set(cells)) == 1:
            held.append(f"{name} {cells[0]}")
        else:
            rows.append((name, *cells))
    if not rows and not held:
        return None
    notes = [] if judged.plan.names_in(language) else [label("text.names", language)]
    if held:
        said = marks.comma.join(held)
        notes.insert(0, label("text.drivers_held", language, drivers=said))
    heads = (label("column.driver", language), *map(str, years))
    table = Table(heads, tuple(rows), "<" + ">" * len(years))
    return TableBlock("drivers", label("table.drivers", language), table, notes=tuple(notes))


def closest_place(report: Report) -> int:
    """Position of the indicator whose verdict hangs on the least."""
    known = [place for place, row in enumerate(report.rows) if row.verdict != "missing"]
    return min(known or [0], key=lambda place: nearness(report.rows[place]))


def _influence(judged: Judged, influence: Influence, language: Language) -> Iterator[Block]:
    runs = 2 + 2 * len(influence.swings) + len(influence.levers)
    said = label("text.influence", language, runs=runs)
    if influence.failed:
        said += label("text.failed", language, count=influence.failed)
    yield Text(said)
    yield _influence_table(judged, influence.swings[:MOST], language)
    closest = judged.report.rows[closest_place(judged.report)].indicator
    yield pictures.tornado_picture(closest, influence, language)


def _swings(judged: Judged, influence: Influence, language: Language) -> Iterator[Block]:
    yield _swing_table(judged, influence.swings[:MOST], language)


def _influence_table(judged: Judged, top: Sequence[Swing], language: Language) -> TableBlock:
    keys = ("assumption", "central", "range", "grade", "source", "weight", "flips")
    rows = []
    for item in top:
        grade, source = _evidence(judged, item)
        central, bounds = _range_words(judged, item, language)
        flips = _numbers(item.flipped, language)
        name = input_words(item.dimension, judged.plan, language)
        said = source_words(source, language)
        weight = format_share(item.score, 0)
        rows.append((name, central, bounds, grade, said, weight, flips))
    notes = []
    for of in ("scale", "drift", "outlook"):
        if any(item.dimension.kind == "driver" and item.dimension.of == of for item in top):
            notes.append(label(f"text.driver_{of}", language, year=judged.plan.plan.base_year))
    return TableBlock(
        "influence",
        label("table.influence", language, count=format_count(len(top), language)),
        Table(tuple(label(f"column.{key}", language) for key in keys), tuple(rows), "<>>^<>^"),
        notes=tuple(notes),
    )


def _range_words(judged: Judged, item: Swing, language: Language) -> tuple[str, str]:
    """The central value with its unit, and the two ends."""
    dimension = item.dimension
    signed = dimension.of in ("drift", "outlook")
    low, high = (format_quantity(value, signed=signed) for value in (dimension.low, dimension.high))
    if dimension.kind != "constant":
        ends = (low, high) if signed else (f"×{low}", f"×{high}")
        return DASH, span_words(*ends)
    unit = model_unit(judged.plan.names.units.get(dimension.name, ""), language)
    return f"{format_quantity(dimension.mode)} {unit}".strip(), span_words(low, high)


def _evidence(judged: Judged, item: Swing) -> tuple[str, str]:
    if item.dimension.kind == "constant":
        row = judged.plan.constants.row(item.dimension.name)
        return (row.grade, row.source) if row else (DASH, DASH)
    key, table = canonical(item.dimension.name), judged.plan.drivers.series
    wanted = judged.runs.resolved.scenario.driver_path
    for path in (*wanted, *table):
        series = table.get(path, {}).get(key)
        if series is not None:
            grades, sources = (sorted(set(x)) for x in (series.grades, series.sources))
            return "/".join(grades), ", ".join(sources)
    return DASH, DASH


def _swing_table(judged: Judged, top: Sequence[Swing], language: Language) -> TableBlock:
    indicators = [row.indicator for row in judged.report.rows]
    heads = (label("column.assumption", language), *(str(item.number) for item in indicators))
    rows = tuple(
        (
            input_words(item.dimension, judged.plan, language),
            *(
                format_number(high - low, indicator.decimals, signed=True)
                for low, high, indicator in zip(
                    item.low_values, item.high_values, indicators, strict=True
                )
            ),
        )
        for item in top
    )
    colon = TYPOGRAPHY[language].colon
    key = TYPOGRAPHY[language].semicolon.join(
        f"{item.number}{colon if language == 'zh' else ' '}{indicator_name(item, language)}"
        for item in indicators
    )
    return TableBlock(
        "swings",
        label("table.swings", language),
        Table(heads, rows, "<" + ">" * len(indicators)),
        notes=(key,),
    )


def influence_sentences(judged: Judged, language: Language) -> list[str]:
    """What the summary says of assumptions and policies."""
    if judged.influence is None:
        return []
    names = [
        input_words(item.dimension, judged.plan, language) for item in judged.influence.swings[:3]
    ]
    said = [label("summary.decided_by", language, names=joined(names, language))]
    labels = {line.name: localised(line.label, language) for line in judged.report.inputs}
    lost = [
        label(
            "summary.lever_and_targets",
            language,
            lever=labels.get(item.lever, item.lever),
            numbers=_numbers(item.lost, language),
        )
        for item in judged.influence.levers
        if item.lost
    ]
    if lost:
        year = judged.plan.plan.base_year
        names_of = joined(lost, language)
        said.append(label("summary.lever_lost", language, year=year, names=names_of))
    return said
