"""``zjsim forecast``: what is said today of years not yet published, with a date and a hash."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.known import telling
from zjsim.cli.learn import LastYear, title_of
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

if TYPE_CHECKING:
    from zjsim.analysis.learning.register import Record, Scored
    from zjsim.assessment.plan import Plan as PlanData
    from zjsim.language import Language
    from zjsim.report.words.text_table import Table


def forecast(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="A name or a file.")
    ] = None,
    known_until: LastYear = None,
    register: Annotated[
        bool, typer.Option("--register", help="Write the forecast with its date and hash.")
    ] = False,
    folder: Annotated[
        Path, typer.Option("--folder", metavar="FOLDER", help="Of registered forecasts.")
    ] = Path("forecasts"),
    family: Annotated[
        bool,
        typer.Option("--family", help="Of the provinces of the family, learnt together."),
    ] = False,
    particles: Annotated[
        int, typer.Option("-n", "--particles", metavar="N", min=64, help="Size of the population.")
    ] = 1024,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of every draw.")] = 2021,
    observations: Observations = None,
    plan: Plan = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Forecast years not yet published; score registered forecasts whose figures have come.

    Example: zjsim forecast --known-until 2024 --register
    """
    from zjsim.analysis.learning.learn import learn
    from zjsim.analysis.learning.register import (
        make_record,
        read_records,
        score_records,
        write_record,
    )
    from zjsim.judging import with_own_observations
    from zjsim.openplan import open_plan
    from zjsim.report.words.labels import label

    words = language(lang)
    opened = open_plan(plan or DEFAULT_PLAN)
    if family:
        from zjsim.cli.family import forecast_the_family

        for option, given in {"SCENARIO": scenario, "--observations": observations}.items():
            if given is not None:
                raise typer.BadParameter("not with --family", param_hint=option)
        place = folder if register else None
        forecast_the_family(opened, known_until, particles, seed, place, words, json)
        return
    own = with_own_observations(opened, observations)
    earlier = read_records(folder) if folder.is_dir() else ()
    learnt = learn(
        opened, known_until, scenario=scenario, particles=particles, seed=seed,
        observations=own, told=telling(words, json),
    )  # fmt: skip
    record = make_record(learnt, datetime.now(UTC).date(), own)
    if register:
        path = write_record(folder, record)
        note(label("forecast.wrote", words, path=path, hash=record.hash))
    scored = score_records(earlier, opened.plan, own)
    if json:
        say_json({**record.content, "hash": record.hash})
        return
    say_text(
        label(
            "forecast.head", words, date=record.content["date"], scenario=title_of(learnt, words),
            year=learnt.last.year,
        )
    )  # fmt: skip
    say_text(label("forecast.table", words))
    say_table(_forecasts(record, opened.plan, words))
    if earlier:
        say()
        say_text(label("forecast.scored" if scored else "forecast.none", words))
        if scored:
            say_table(_scores(scored, opened.plan, words))
    say_text(label("disclaimer", words))


def _forecasts(record: Record, plan: PlanData, words: Language) -> Table:
    from zjsim.report.words.labels import label, localised
    from zjsim.report.words.numbers import format_number, format_share
    from zjsim.report.words.text_table import Table

    years = sorted({int(y) for found in record.content["quantiles"].values() for y in found})
    heads = (
        label("column.number", words), label("column.indicator", words),
        *(f"{year}" for year in years),
        label("outside.p_model", words), label("outside.p_pool", words),
    )  # fmt: skip
    rows = []
    for item in plan.indicators:
        cells = []
        for year in years:
            ends = (record.quantile(item.id, year, level) for level in (0.5, 0.1, 0.9))
            cells.append("{} ({} – {})".format(*(format_number(v, item.decimals) for v in ends)))
        shares = [
            format_share(record.content[kind][item.id], 0) for kind in ("probabilities", "headline")
        ]
        rows.append((str(item.number), localised(item.label, words), *cells, *shares))
    return Table(heads, tuple(rows), "><" + ">" * (len(years) + 2), keys=2)


def _scores(scored: tuple[Scored, ...], plan: PlanData, words: Language) -> Table:
    from zjsim.report.words.labels import label, localised
    from zjsim.report.words.numbers import format_number
    from zjsim.report.words.text_table import Table

    heads = tuple(
        label(key, words)
        for key in (
            "forecast.registered", "column.indicator", "column.year", "learning.figure",
            "scores.median", "learning.band80", "learning.inside", "scores.crps", "forecast.blind",
        )
    )  # fmt: skip
    rows = []
    for one in scored:
        item = plan.indicator(one.indicator)
        value, median, low, high = (
            format_number(v, item.decimals) for v in (one.published, one.median, one.low, one.high)
        )
        held = label("learning.yes" if one.held else "learning.no", words)
        rows.append(
            (
                one.made, localised(item.label, words), str(one.year), value, median,
                f"{low} – {high}", held, format_number(one.crps, 2),
                label("forecast.blind_no" if one.blind else "forecast.blind_yes", words),
            )
        )  # fmt: skip
    return Table(heads, tuple(rows), "<<>>>><><")
