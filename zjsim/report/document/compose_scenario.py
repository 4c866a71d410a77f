"""The sections of one scenario: verdicts, progress, years, policies, conditions, assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zjsim.analysis.sensitivity.one_at_a_time import Influence, LeverOff, Swing
from zjsim.assessment.assess import Assessment
from zjsim.language import TYPOGRAPHY, Language
from zjsim.model.names import canonical, identifier
from zjsim.report.document import compose_pictures as pictures
from zjsim.report.document.document import Block, Section, TableBlock, Text
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
from zjsim.report.tables.rows import InputLine, Report, ReportRow
from zjsim.report.tables.sensitivity_tables import input_words
from zjsim.report.tables.tables import progress_table
from zjsim.report.tables.verdict_columns import office_table
from zjsim.report.tables.wording import official_words
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


def scenario_sections(judged: Judged, language: Language) -> Iterator[Section]:
    """Heading with the verdicts, then a section each for what lies behind them."""
    report = judged.report
    slug = identifier(report.scenario)
    said = label("heading.scenario", language, scenario=scenario_name(report, language))
    why = judged.runs.resolved.scenario.why.get(language)
    start = start_sentence(judged.runs.resolved.scenario, language)
    opening = tuple(Text(words) for words in (why, start) if words)
    yield Section(slug, 1, said, opening)
    board = pictures.board_picture(report, language)
    yield _section(slug, "verdicts", language, _verdicts(report, language), board)
    yield _section(slug, "progress", language, *_progress(report, language))
    yield _section(slug, "yearly", language, _yearly(report, language))
    yield _section(slug, "levers", language, *_levers(judged, language))
    drivers = _drivers(judged, language)
    if drivers is not None:
        yield _section(slug, "drivers", language, drivers)
    if judged.influence is not None:
        yield _section(slug, "influence", language, *_influence(judged, judged.influence, language))


def _section(slug: str, name: str, language: Language, *blocks: Block) -> Section:
    return Section(f"{slug}-{name}", 2, label(f"heading.{name}", language), blocks)


def _verdicts(report: Report, language: Language) -> TableBlock:
    keys = (
        "number", "indicator_unit", "nature", "base", "target", "projection", "completion",
        "progress", "verdict", "probability",
    )  # fmt: skip
    table = office_table(report, language, keys)
    colon = TYPOGRAPHY[language].colon
    said = office_table(report, language, ("number", "remark")).rows
    remarks = [f"{number}{colon}{words}" for number, words in said if words]
    return TableBlock(
        "verdicts",
        label("table.verdicts", language, year=report.target_year),
        table,
        tones={(place, 8): row.verdict for place, row in enumerate(report.rows)},
        notes=(chance_note(report, language), _verdict_note(report, language), *remarks),
    )


def _verdict_note(report: Report, language: Language) -> str:
    """How progress is worked out, and the bands that were assumed."""
    targets = [row.indicator.target for row in report.rows]
    bands = sorted({item.band for item in targets if item.band_assumed and item.band is not None})
    about = TYPOGRAPHY[language].comma.join(map(format_plain, bands))
    said = label("text.verdicts", language)
    assumed = TYPOGRAPHY[language].gap + label("text.about", language, bands=about)
    return said + assumed if bands else said


def _progress_notes(report: Report, language: Language) -> tuple[str, ...]:
    """What the words for progress mean."""
    words = report.words
    if words is None:
        return ()
    named: dict[str, str] = {key: official_words(report, key, language) for key in words.labels}
    for key in ("faster_from", "on_course_from"):
        named[key] = f"{getattr(words, key):+g}".replace("-", "−")
    assumed = TYPOGRAPHY[language].bracketed(label("text.progress_assumed", language))
    if not words.assumption:
        assumed = ""
    return (label("text.progress", language, assumed=assumed, **named),)


def _progress(report: Report, language: Language) -> Iterator[Block]:
    if not any(row.latest for row in report.rows):
        yield Text(label("text.no_outturns", language))
    whole = progress_table(report, language)
    kept = [place for place, row in enumerate(report.rows) if row.latest]
    if kept:
        table = Table(
            whole.headers[:6],
            tuple(whole.rows[place][:6] for place in kept),
            whole.alignment[:6],
        )
        yield TableBlock(
            "progress",
            label("table.progress", language),
            table,
            notes=_progress_notes(report, language),
        )
    yield pictures.progress_picture(report, language)


def _yearly(report: Report, language: Language) -> TableBlock:
    years = report.rows[0].years
    rows: list[tuple[str, ...]] = []
    for row in report.rows:
        name = indicator_with_unit(row.indicator, language)
        projected = dict(zip(row.years, row.projection, strict=True))
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
    row: ReportRow,
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
    lines = [line for line in judged.report.inputs if line.kind == "driver"]
    if not lines:
        return None
    plan = judged.plan.plan
    years = (plan.base_year, *plan.years)
    rows = tuple(
        (judged.named(localised(line.label, language), language), *_by_year(line, years))
        for line in lines
    )
    return TableBlock(
        "drivers",
        label("table.drivers", language),
        Table((label("column.driver", language), *map(str, years)), rows, "<" + ">" * len(years)),
        notes=() if judged.plan.names_in(language) else (label("text.names", language),),
    )


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
    top = influence.swings[:MOST]
    yield _influence_table(judged, top, language)
    yield _swing_table(judged, top, language)
    closest = judged.report.rows[closest_place(judged.report)].indicator
    yield pictures.tornado_picture(closest, influence, language)


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
    notes = [] if judged.plan.names_in(language) else [label("text.names", language)]
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
