"""``zjsim learn``: what could be known when, and which figure said so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.known import telling
from zjsim.cli.output import (
    Json,
    LanguageOption,
    Observations,
    Plan,
    language,
    say,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.learning.learn import Learning
LastYear = Annotated[
    int | None,
    typer.Option(
        "--known-until", metavar="YEAR", help="Last year whose figures and drivers are known."
    ),
]


def learn(
    scenario: Annotated[
        str | None,
        typer.Argument(metavar="[SCENARIO]", help="Whose future is projected; a name or a file."),
    ] = None,
    known_until: LastYear = None,
    particles: Annotated[
        int, typer.Option("-n", "--particles", metavar="N", min=64, help="Size of the population.")
    ] = 1024,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of every draw.")] = 2021,
    observations: Observations = None,
    family: Annotated[
        bool,
        typer.Option("--family", help="Learn the provinces of the family together instead."),
    ] = False,
    effort: Annotated[
        bool,
        typer.Option("--effort", help="Also learn from milestones of the prose with an outturn."),
    ] = False,
    constants: Annotated[
        bool, typer.Option("--constants", help="Show every constant before and after.")
    ] = False,
    plan: Plan = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Keep tables, chart and posteriors there."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Learn from the figures of each year: the probability of each target as known then.

    Example: zjsim learn --known-until 2024 --out learning
    """
    from zjsim.analysis.learning.learn import learn as learn_plan
    from zjsim.judging import with_own_observations
    from zjsim.openplan import open_plan

    words = language(lang)
    opened = open_plan(plan or DEFAULT_PLAN)
    if family:
        from zjsim.cli.family import learn_the_family

        aside = {"SCENARIO": scenario, "--observations": observations}
        for option, given in aside.items():
            if given is not None:
                raise typer.BadParameter("not with --family", param_hint=option)
        learn_the_family(opened, known_until, particles, seed, out, words, json)
        return
    own = with_own_observations(opened, observations) if observations else None
    found = learn_plan(
        opened, known_until, scenario=scenario, particles=particles, seed=seed,
        observations=own, efforts=effort, out=out, told=telling(words, json),
    )  # fmt: skip
    if out is not None:
        _write(out, found, words)
    if json:
        say_json(learning_document(found))
    else:
        _show(found, words, constants)


def _show(found: Learning, words: Language, constants: bool) -> None:
    from zjsim.report.tables import learning_tables as tables
    from zjsim.report.tables.outside_tables import outside_sentences
    from zjsim.report.words.labels import label

    say_text(
        label(
            "learning.head", words, scenario=title_of(found, words), first=found.steps[0].year,
            last=found.last.year, figures=len(found.last.figures.used),
            particles=f"{found.particles:,}", seed=found.seed,
        )
    )  # fmt: skip
    say_table(tables.learning_table(found, words))
    view = found.outside()
    if view.trends:
        say()
        say_text(label("outside.beside", words, year=found.last.year))
        say_table(tables.headline_table(found, view, words))
        for line in outside_sentences(view, words):
            say_text(line)
    say()
    moved = tables.movers_table(found, words)
    points = f"{100 * tables.worth_telling(found):.0f}"
    key = "learning.movers" if moved.rows else "learning.no_movers"
    say_text(label(key, words, points=points))
    if moved.rows:
        say_table(moved)
        error = f"{100 * tables.sampling_error(found):.0f}"
        say_text(label("learning.alone_note", words, error=error))
    if len(found.steps) > 1:
        say()
        say_text(label("learning.surprises", words, year=found.last.year))
        say_table(tables.surprises_table(found.last, words))
    say()
    say_text(label("learning.constants", words))
    most = None if constants else tables.MOST_CONSTANTS
    say_table(tables.constants_table(found, words, found.plan.names_in(words), most))
    say_text(tables.identifiability(found, words))
    say()
    say_text(label("learning.sampling", words))
    for line in tables.sampler_sentences(found, words):
        say_text(line)
    say_text(label("disclaimer", words))


def title_of(found: Learning, words: Language) -> str:
    """The scenario in words."""
    from zjsim.report.words.labels import localised

    read = found.plan.read_scenario(found.scenario)
    return localised(read.label, words) or read.name


def learning_document(found: Learning) -> dict[str, Any]:
    """The whole result for machines."""
    from zjsim.analysis.history.outside import outside_views

    years = [step.year for step in found.steps]
    views = outside_views(found.plan, years, found.work.observations)
    ids = [item.id for item in found.plan.plan.indicators]
    return {
        "plan": found.plan.folder.name,
        "scenario": found.scenario,
        "particles": found.particles,
        "seed": found.seed,
        "years": [
            {
                "known_until": step.year,
                "posterior": step.posterior.hash,
                "probabilities": {
                    name: step.probabilities.targets[k].value for k, name in enumerate(ids)
                },
                "headline": {
                    name: views[step.year].pooled(name, step.probabilities.targets[k].value)
                    for k, name in enumerate(ids)
                },
                "binding": step.probabilities.binding.value,
                "all": step.probabilities.joint.value,
                "figures": [
                    {
                        "series": f.row.comparison.series, "measure": f.row.comparison.measure,
                        "value": f.datum.value, "grade": f.grade, "error": f.scale,
                    }
                    for f in step.new
                ],
                "movers": {
                    name: [
                        {
                            "series": m.figure.row.comparison.series if m.figure else None,
                            "alone": m.change, "effective": m.effective,
                        }
                        for m in step.movers[k]
                    ]
                    for k, name in enumerate(ids)
                    if step.movers
                },
                "stages": [
                    {
                        "power": s.power, "effective": s.effective,
                        "acceptance": s.acceptance, "memory": s.memory,
                    }
                    for s in step.stages
                ],
            }
            for step in found.steps
        ],
        "constants": found.constants().to_dict("index"),
    }  # fmt: skip


def _write(out: Path, found: Learning, words: Language) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.charts.figures import write_figure
    from zjsim.report.charts.learning_chart import plot_learning
    from zjsim.report.output.folder import write_json
    from zjsim.report.tables import learning_tables as tables
    from zjsim.report.words.csv_table import write_table_csv

    out.mkdir(parents=True, exist_ok=True)
    write_table_csv(out / "probabilities.csv", tables.learning_table(found, words))
    write_table_csv(out / "movers.csv", tables.movers_table(found, words, 0.0))
    names = found.plan.names_in(words)
    write_table_csv(out / "constants.csv", tables.constants_table(found, words, names, None))
    write_json(out / "learning.json", plain(learning_document(found)))
    axes = plot_learning(found, words)
    for path in write_figure(axes.figure, out / f"learning-{words}", ("png",)):
        wrote(path, words)
    wrote(out, words)
