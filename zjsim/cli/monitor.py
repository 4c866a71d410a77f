"""``zjsim monitor``: the monitoring report of a year, with a user's own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.known import telling
from zjsim.cli.output import (
    Json,
    LanguageOption,
    Observations,
    Plan,
    language,
    note,
    say,
    say_json,
    say_table,
    say_text,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.learning.monitoring import Monitoring


def monitor(
    observations: Observations = None,
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="YEAR", help="Of the report; the last one with a figure."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Use figures that look wrong as they are.")
    ] = False,
    particles: Annotated[
        int, typer.Option("-n", "--particles", metavar="N", min=64, help="Size of the population.")
    ] = 1024,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of every draw.")] = 2021,
    plan: Plan = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Report on a year: what came, what was expected, probabilities now, warnings.

    Example: zjsim monitor --observations my.csv --year 2023
    """
    from zjsim.analysis.learning.monitoring import Doubtful
    from zjsim.analysis.learning.monitoring import monitor as watch
    from zjsim.report.tables.monitor_tables import doubt_sentence
    from zjsim.report.words.labels import label

    words = language(lang)
    try:
        found = watch(
            plan or DEFAULT_PLAN, observations, year, accept=accept, particles=particles,
            seed=seed, told=telling(words, json),
        )  # fmt: skip
    except Doubtful as wrong:
        for doubt in wrong.doubts:
            note(doubt_sentence(doubt, words))
        text = label("monitor.refused", words, count=len(wrong.doubts))
        raise Doubtful(text, wrong.doubts) from None
    if json:
        say_json({"year": found.year, "indicators": found.to_frame().to_dict("index")})
        return
    _show(found, words)


def _show(found: Monitoring, words: Language) -> None:
    from zjsim.report.tables import monitor_tables as tables
    from zjsim.report.words.labels import label, localised

    plan = localised(found.learning.plan.plan.title, words)
    say_text(label("monitor.title", words, plan=plan, year=found.year))
    learnt = found.learning.last
    say_text(
        label("monitor.head", words, year=found.year, own=len(found.own), figures=len(learnt.new))
    )
    for line in tables.own_sentences(found, words):
        say_text(line)
    say()
    say_text(label("monitor.table", words))
    say_table(tables.monitor_table(found, words))
    say_text(tables.lines_sentence(found, words))
    if found.clues:
        say()
        say_text(label("monitor.watch", words))
        for line in tables.clue_sentences(found, words):
            say_text(f"- {line}", hang=2)
    say_text(label("disclaimer", words))
