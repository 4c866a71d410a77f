"""``zjsim scores``: forecasts from rolling origins held against what came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.known import telling
from zjsim.cli.output import (
    Json,
    LanguageOption,
    Observations,
    Plan,
    counting,
    language,
    say,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.learning.rolling import Rolling
    from zjsim.report.words.text_table import Table


def scores(
    particles: Annotated[
        int, typer.Option("-n", "--particles", metavar="N", min=64, help="Size of the population.")
    ] = 1024,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of every draw.")] = 2021,
    observations: Observations = None,
    every: Annotated[bool, typer.Option("--cases", help="Show every forecast.")] = False,
    plan: Plan = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="Write the page of scores there (Markdown)."),
    ] = None,
    pool: Annotated[
        Path | None,
        typer.Option(
            "--pool",
            metavar="FILE",
            help="Write the weight of the model in the pool there; pool.yaml of a plan is read.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Keep tables and posteriors there."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Score forecasts from each year of the plan on its own indicators, against naive ones.

    Example: zjsim scores --page scores.md
    """
    from zjsim.analysis.learning.learn import learn
    from zjsim.analysis.learning.rolling import roll
    from zjsim.errors import DataError
    from zjsim.judging import with_own_observations
    from zjsim.openplan import open_plan
    from zjsim.report.tables import score_tables as tables

    words = language(lang)
    opened = open_plan(plan or DEFAULT_PLAN)
    own = with_own_observations(opened, observations)
    learnt = learn(
        opened, particles=particles, seed=seed, observations=own, out=out,
        told=telling(words, json),
    )  # fmt: skip
    with counting(2 * len(learnt.steps), "Forecasting", json) as advance:
        found = roll(learnt, advance)
    if out is not None:
        found.to_frame().to_csv(out / "scores.csv", index=False)
        wrote(out / "scores.csv", words)
    if page is not None:
        _write(page, page_text(found, words))
        wrote(page, words)
    if pool is not None:
        if not found.pool.cases:
            raise DataError(f"{pool}: {tables.pool_sentence(found, words)}")
        _write(pool, pool_file(found))
        wrote(pool, words)
    if json:
        say_json({"pool": found.pool.weight, "cases": found.to_frame().to_dict("records")})
        return
    for title, table in _tables(found, words, every):
        say_text(title)
        if table is not None:
            say_table(table)
        say()


def _write(path: Path, text: str) -> None:
    from zjsim.errors import RunError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise RunError(f"{path}: cannot be written ({problem.strerror or problem}).") from None


def _tables(found: Rolling, words: Language, every: bool) -> list[tuple[str, Table | None]]:
    from zjsim.report.tables import score_tables as tables
    from zjsim.report.tables.outside_tables import class_sentence
    from zjsim.report.words.labels import label, localised

    own = len(found.of(True))
    made: list[tuple[str, Table | None]] = [
        (
            label("scores.head", words, cases=len(found.cases), indicators=own),
            tables.score_table(found, words),
        ),
        (label("scores.skill_note", words, **tables.pool_years(found)), None),
        (label("scores.caveat", words), None),
        (label("scores.ranks", words), tables.rank_table(found, words)),
        *_verdicts(found, words),
        (label("scores.pooled_title", words), tables.pooled_table(found, words)),
        (tables.pool_sentence(found, words), None),
    ]
    if found.outside[0].targets is not None:
        made.append((class_sentence(found.outside[0].targets, words), None))
    if choices := found.learning.world.file.choices:
        lines = [f"- {localised(text, words)}" for text in choices]
        made.append(("\n".join((label("scores.choices", words), "", *lines)), None))
    if every:
        made.append((label("scores.cases_title", words), tables.case_table(found.cases, words)))
    return made


def _verdicts(found: Rolling, words: Language) -> list[tuple[str, Table | None]]:
    from zjsim.report.tables import score_tables as tables
    from zjsim.report.words.labels import label

    year = found.learning.plan.plan.indicators[0].target.year
    count = len(found.verdicts.targets)
    if not count:
        return [(label("scores.no_verdicts", words, year=year), None)]
    return [
        (label("scores.verdicts", words, year=year), tables.verdict_table(found, words)),
        (label("scores.few", words, count=count, year=year), None),
    ]


def pool_file(found: Rolling) -> str:
    """The weight of the pool as a file of the plan."""
    from zjsim.report.tables.score_tables import pool_years

    pool, learning, years = found.pool, found.learning, pool_years(found)
    return (
        "# Weight of the model in the pool with the outside view, made by `zjsim scores --pool`:\n"
        "# the mean of its posterior from a flat prior, by forecasts from "
        f"{years['first']} to {years['last']} of figures\n# to {years['base']}. "
        "No later figure enters. The model is given the drivers of those years.\n"
        f"weight_of_model: {pool.weight:.2f}\n"
        f"low_80: {pool.low:.2f}\nhigh_80: {pool.high:.2f}\n"
        f"forecasts: {pool.cases}\nfigures: {pool.figures}\n"
        f"seed: {learning.seed}\nparticles: {learning.particles}\n"
    )


def page_text(found: Rolling, words: Language) -> str:
    """The page of scores as Markdown."""
    from zjsim.report.words.labels import label

    parts = [f"# {label('scores.title', words)}"]
    for title, table in _tables(found, words, True):
        parts.append(title)
        if table is not None:
            marks = {"<": ":--", ">": "--:", "^": ":-:"}
            lines = [list(table.headers), [marks[a] for a in table.alignment], *table.rows]
            parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts.append("`zjsim scores --page scores.md`")
    return "\n\n".join(parts) + "\n"
