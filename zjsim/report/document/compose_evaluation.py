"""The final evaluation as a document: one page for a director, annexes for an economist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.charts.learning_chart import plot_learning
from zjsim.report.document.document import (
    Block,
    Document,
    Medium,
    Picture,
    Points,
    Section,
    TableBlock,
    Text,
)
from zjsim.report.tables.learning_tables import (
    headline_table,
    learning_table,
    movers_table,
    sampling_error,
)
from zjsim.report.tables.outside_tables import outside_sentences
from zjsim.report.tables.wording import plan_target_words, variable_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table
from zjsim.version import __version__

if TYPE_CHECKING:
    from zjsim.analysis.learning.evaluation import Evaluation, Needed, Outcome
    from zjsim.analysis.learning.learn import Learning

CAUSES = ("ambition", "drivers", "implementation", "structure", "drift", "scope")


def learning_section(learning: Learning, language: Language) -> Section:
    """What could be known when, as a section of a report."""
    title = label("learning.chart", language)
    known = TableBlock(
        "known", label("table.learning", language), learning_table(learning, language)
    )
    view, error = learning.outside(), f"{100 * sampling_error(learning):.0f}"
    beside = TableBlock(
        "headline", label("outside.beside", language, year=learning.last.year),
        headline_table(learning, view, language), notes=tuple(outside_sentences(view, language)),
    )  # fmt: skip
    movers = TableBlock(
        "movers", label("table.movers", language), movers_table(learning, language),
        notes=(label("learning.alone_note", language, error=error),),
    )  # fmt: skip

    def draw(medium: Medium) -> Sequence[Any]:
        return [plot_learning(learning, language).figure]

    picture = Picture("known-chart", title, title, draw)
    blocks: tuple[Block, ...] = (known, movers, picture)
    if view.trends:
        blocks = (known, beside, movers, picture)
    return Section("learning", 1, label("heading.learning", language), blocks)


def build_evaluation(evaluation: Evaluation, language: Language) -> Document:
    """The evaluation in one language."""
    plan = localised(evaluation.learning.plan.plan.title, language)
    if TYPOGRAPHY[language].full_width:
        # A long Chinese title breaks by sense, before the name of the period.
        plan = plan.replace("“", "\n“", 1)
    title = TYPOGRAPHY[language].title.format(plan)
    kind = "evaluation.title" if evaluation.ended else "evaluation.title_interim"
    sections = (
        _summary(evaluation, language),
        _section("shares", "annex_shares", language, _shares(evaluation, language)),
        _section(
            "dates", "annex_dates", language, *_dates(evaluation, language),
            _yearly(evaluation, language), _picture(evaluation, language),
        ),
        _section("needed", "annex_needed", language, _needed(evaluation, language)),
        _section("ground", "annex_ground", language, *_ground(evaluation, language)),
    )  # fmt: skip
    return Document(
        language=language,
        title=label(kind, language, plan=title),
        subtitle=label("evaluation.subtitle", language, year=evaluation.learning.last.year),
        byline=label("report.by", language, version=__version__),
        caution=label("report.disclaimer", language),
        sections=sections,
    )


def _section(slug: str, key: str, language: Language, *blocks: Block) -> Section:
    return Section(slug, 1, label(f"evaluation.{key}", language), blocks)


def _summary(evaluation: Evaluation, language: Language) -> Section:
    outcomes = evaluation.outcomes
    met = [o for o in outcomes if o.met is True]
    missed = [o for o in outcomes if o.met is False]
    binding = [o for o in outcomes if o.indicator.binding]
    ended = "" if evaluation.ended else "_interim"
    said = [
        label(
            f"evaluation.counts{ended}", language, all=len(outcomes),
            met=len(met), missed=len(missed),
            met_inferred=sum(o.verdict is None for o in met),
            missed_inferred=sum(o.verdict is None for o in missed),
            open=len(outcomes) - len(met) - len(missed), binding=len(binding),
            binding_met=sum(o.met is True for o in binding),
        )
    ]  # fmt: skip
    said += [missed_sentence(o, language) for o in missed]
    undecided = [o for o in outcomes if o.met is None]
    said += (
        [_open_sentence(undecided, f"evaluation.open_all{ended}", language)] if undecided else []
    )
    table = TableBlock(
        "outcomes", label("evaluation.verdicts", language), outcome_table(evaluation, language)
    )
    return _section("summary", "summary", language, Points(tuple(said)), table)


def missed_sentence(outcome: Outcome, language: Language) -> str:
    """Why a target was missed, in one sentence."""
    cause, part = main_cause(outcome)
    item = outcome.indicator
    return label(
        f"evaluation.missed_{'one' if outcome.verdict else 'inferred'}", language,
        number=item.number,
        name=localised(item.label, language), came=_came(outcome, language),
        target=plan_target_words(item, language),
        cause=label(f"evaluation.because_{cause}", language),
        part=format_number(part, item.decimals, signed=True),
    )  # fmt: skip


def _open_sentence(outcomes: Sequence[Outcome], key: str, language: Language) -> str:
    """Which targets are open, and how likely each was met."""
    parts = [
        label(
            "evaluation.open_part", language, number=o.indicator.number,
            name=localised(o.indicator.label, language),
            probability=format_share(o.headline, 0),
        )
        for o in outcomes
    ]  # fmt: skip
    year = outcomes[0].indicator.target.year
    joined = TYPOGRAPHY[language].semicolon.join(parts)
    return label(key, language, year=year, parts=joined)


def main_cause(outcome: Outcome) -> tuple[str, float]:
    """The part that took most away from the target, and its size."""
    found = parts_of(outcome)
    name = min(found, key=lambda key: found[key])
    return name, found[name]


def parts_of(outcome: Outcome) -> dict[str, float]:
    """The parts of a gap by name; they add up to it."""
    found: dict[str, float] = {"ambition": outcome.ambition}
    found |= {str(name): part for name, part in outcome.parts.items()}
    if outcome.scope is not None:
        found["scope"] = outcome.scope
    return found


def _came(outcome: Outcome, language: Language) -> str:
    item = outcome.indicator
    if outcome.outturn is None:
        return format_number(outcome.middle, item.decimals)
    return format_number(outcome.outturn.value, item.decimals)


def result_words(outcome: Outcome, language: Language) -> str:
    """Met, missed or open, and whether a figure says so or learning."""
    if outcome.met is None:
        return label("evaluation.open", language)
    word = label("evaluation.met" if outcome.met else "evaluation.missed", language)
    if outcome.verdict is None:
        return label("evaluation.by_learning", language, word=word)
    return word


def outcome_table(evaluation: Evaluation, language: Language) -> Table:
    """A row a target: target, outturn with its grade, estimate, result, main part of the gap."""
    year = evaluation.outcomes[0].indicator.target.year
    heads = (
        label("column.number", language), label("column.indicator", language),
        label("evaluation.target", language), label("evaluation.outturn", language, year=year),
        label("evaluation.estimate", language), label("evaluation.headline", language),
        label("evaluation.result", language),
        label("evaluation.cause", language),
    )  # fmt: skip
    rows = []
    for o in evaluation.outcomes:
        item = o.indicator
        outturn = DASH
        if o.outturn is not None:
            value = format_number(o.outturn.value, item.decimals)
            outturn = f"{value} ({o.outturn.grade or DASH})"
        low, middle, high = (format_number(v, item.decimals) for v in (o.low, o.middle, o.high))
        short = o.met is not True and o.gap < 0
        cause = label(f"evaluation.{main_cause(o)[0]}", language) if short else DASH
        rows.append(
            (
                str(item.number), localised(item.label, language),
                plan_target_words(item, language), outturn, f"{middle} ({low} – {high})",
                format_share(o.headline, 0) if o.verdict is None else DASH,
                result_words(o, language), cause,
            )
        )  # fmt: skip
    return Table(heads, tuple(rows), "><>>>><<", keys=2)


def shares_table(evaluation: Evaluation, language: Language) -> Table:
    """The parts of each gap, in the unit of the indicator."""
    keys = ("gap", *CAUSES, "revision")
    heads = (
        label("column.number", language), label("column.indicator", language),
        label("column.unit", language),
        *(label(f"evaluation.{key}", language) for key in keys),
    )  # fmt: skip
    rows = []
    for o in evaluation.outcomes:
        parts: Mapping[str, float | None] = {
            "gap": o.gap, **parts_of(o), "revision": o.revision,
        }  # fmt: skip
        # One more decimal than printed, or shares of a small gap would all be alike.
        cells = [format_number(parts.get(k), o.indicator.decimals + 1, signed=True) for k in keys]
        item = o.indicator
        unit = localised(item.unit, language)
        rows.append((str(item.number), localised(item.label, language), unit, *cells))
    return Table(heads, tuple(rows), "><<" + ">" * len(keys), keys=2)


def _shares(evaluation: Evaluation, language: Language) -> TableBlock:
    notes = (
        label("evaluation.shares_note", language), label("evaluation.ground_policy", language),
    )  # fmt: skip
    table = shares_table(evaluation, language)
    return TableBlock("gap-shares", label("evaluation.shares", language), table, notes=notes)


def dates_table(evaluation: Evaluation, language: Language, bands: bool = False) -> Table:
    """What was said of the target year at the end of each year, beside what came.

    Parameters
    ----------
    bands : bool
        The 80 % interval instead of the median.
    """
    from zjsim.analysis.learning.work import band_of

    steps = evaluation.learning.steps
    heads = (
        label("column.number", language), label("column.indicator", language),
        *(label("learning.known", language, year=s.year) for s in steps),
        label("evaluation.came", language),
    )  # fmt: skip
    rows = []
    for k, o in enumerate(evaluation.outcomes):
        item = o.indicator
        cells = []
        for step in steps:
            low, middle, high = band_of(step.values[:, k, -1])
            shown = (low, high) if bands else (middle,)
            cells.append(" – ".join(format_number(v, item.decimals) for v in shown))
        came = DASH if o.outturn is None else format_number(o.outturn.value, item.decimals)
        rows.append((str(item.number), localised(item.label, language), *cells, came))
    return Table(heads, tuple(rows), "><" + ">" * (len(steps) + 1), keys=2)


def _dates(evaluation: Evaluation, language: Language) -> Iterator[TableBlock]:
    year = evaluation.outcomes[0].indicator.target.year
    for kind, bands in (("dates", False), ("bands", True)):
        title = label(f"evaluation.{kind}", language, year=year)
        yield TableBlock(f"forecast-{kind}", title, dates_table(evaluation, language, bands))


def _yearly(evaluation: Evaluation, language: Language) -> TableBlock:
    table = learning_table(evaluation.learning, language)
    return TableBlock("known", label("evaluation.yearly", language), table)


def _picture(evaluation: Evaluation, language: Language) -> Picture:
    title = label("learning.chart", language)
    return Picture(
        "known-chart", title, title,
        lambda medium: [plot_learning(evaluation.learning, language).figure],
    )  # fmt: skip


def _needed(evaluation: Evaluation, language: Language) -> Points:
    return Points(tuple(needed_sentence(n, evaluation, language) for n in evaluation.needed))


def needed_sentence(needed: Needed, evaluation: Evaluation, language: Language) -> str:
    """What would have had to be true for one target, in one sentence."""
    name = f"{needed.indicator.number} {localised(needed.indicator.label, language)}"
    if not needed.strongest:
        return label("evaluation.needed_none", language, all=f"{needed.all:,}", name=name)
    plan = evaluation.learning.plan
    spelt = {d.key: d.name for d in evaluation.learning.world.layout.dimensions}
    parts = []
    for key, mean, met, spread in needed.strongest:
        # Of a driver the mean deviation of growth is shown, in percent a year.
        driver = key.startswith("drivers.")
        model = spelt.get(key, key.partition(".")[2].replace("_", " "))
        said = [100 * v if driver else v for v in (met, mean, spread)]
        shown = [f"{v:+.1f}%" if driver else f"{v:.3g}" for v in said]
        parts.append(
            label(
                f"evaluation.needed_{'driver' if driver else 'part'}", language,
                met=shown[0], mean=shown[1], spread=shown[2],
                name=variable_name(model, language, plan.names_in(language)),
            )
        )  # fmt: skip
    joined = TYPOGRAPHY[language].semicolon.join(parts)
    return label(
        "evaluation.needed", language, all=f"{needed.all:,}", met=needed.met, name=name,
        parts=joined,
    )  # fmt: skip


def _ground(evaluation: Evaluation, language: Language) -> Iterator[Block]:
    learning = evaluation.learning
    said = label(
        "evaluation.ground_learning", language, figures=len(learning.last.figures.used),
        particles=f"{learning.particles:,}", seed=learning.seed,
        hash=learning.last.posterior.hash[:8],
    )  # fmt: skip
    yield Text(said)
    if evaluation.outside.trends:
        yield Points(tuple(outside_sentences(evaluation.outside, language)))
    if choices := learning.world.file.choices:
        yield Text(label("scores.choices", language))
        yield Points(tuple(localised(text, language) for text in choices))
