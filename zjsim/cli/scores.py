"""``zjsim scores``: forecasts from rolling origins held against what came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.learn import telling
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
    from zjsim.openplan import OpenPlan
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
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Keep tables and posteriors there."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Score forecasts from 2020 to 2024 on the plan's indicators against naive ones.

    Example: zjsim scores --page scores.md
    """
    from zjsim.analysis.learning.learn import learn
    from zjsim.analysis.learning.rolling import roll
    from zjsim.workflow import open_plan, with_own_observations

    words = language(lang)
    opened = open_plan(plan or DEFAULT_PLAN)
    own = with_own_observations(opened, observations)
    learnt = learn(
        opened, particles=particles, seed=seed, observations=own, out=out,
        told=telling(words, json),
    )  # fmt: skip
    with counting(2 * len(learnt.steps), "Forecasting", json) as advance:
        found = roll(learnt.work, learnt, own, advance)
    if out is not None:
        found.to_frame().to_csv(out / "scores.csv", index=False)
        wrote(out / "scores.csv", words)
    if page is not None:
        page.write_text(page_text(found, words), encoding="utf-8")
        wrote(page, words)
    held = _own_pool(opened)
    if held is not None and not observations:
        held.write_text(pool_file(found), encoding="utf-8")
        wrote(held, words)
    if json:
        say_json({"pool": found.pool.weight, "cases": found.to_frame().to_dict("records")})
        return
    for title, table in _tables(found, words, every):
        say_text(title)
        if table is not None:
            say_table(table)
        say()


def _tables(found: Rolling, words: Language, every: bool) -> list[tuple[str, Table | None]]:
    from zjsim.report.tables import score_tables as tables
    from zjsim.report.words.labels import label

    own = len(found.of(True))
    made: list[tuple[str, Table | None]] = [
        (
            label("scores.head", words, cases=len(found.cases), indicators=own),
            tables.score_table(found, words),
        ),
        (label("scores.skill_note", words), None),
        (label("scores.caveat", words), None),
        (label("scores.ranks", words), tables.rank_table(found, words)),
        (label("scores.verdicts", words), tables.verdict_table(found, words)),
        (label("scores.few", words, count=len(found.verdicts.targets)), None),
        (label("scores.pooled_title", words), tables.pooled_table(found, words)),
        (tables.pool_sentence(found, words), None),
        (tables.class_sentence(found, words), None),
    ]
    if every:
        made.append((label("scores.cases_title", words), tables.case_table(found.cases, words)))
    return made


def _own_pool(opened: OpenPlan) -> Path | None:
    """The plan's own file, for the shipped plan of a checkout only."""
    from zjsim.analysis.history.outside import POOL

    folder = opened.folder
    checkout = folder.shipped and (folder.path.parent.parent / "pyproject.toml").is_file()
    return folder.file(POOL) if checkout else None


def pool_file(found: Rolling) -> str:
    """The weight of the pool as a file of the plan."""
    pool, learning = found.pool, found.learning
    return (
        "# Weight of the model in the pool with the outside view, made by `zjsim scores`: the\n"
        "# mean of its posterior from a flat prior, by forecasts from 2016 to 2019 of figures to\n"
        "# 2020. No later figure enters. The model is given the drivers of those years.\n"
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
