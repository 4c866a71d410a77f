"""``zjsim robust``: which strategy holds up over the same worlds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.output import (
    Json,
    LanguageOption,
    Plan,
    counting,
    language,
    note,
    say,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.deciding.pareto import Front
    from zjsim.analysis.deciding.robust import Robustness
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.schema import Scenario


def robust(
    strategies: Annotated[
        list[str],
        typer.Argument(
            metavar="STUDY|SCENARIO...",
            help="A study whose cases are the strategies, or two scenarios or more; the first is "
            "what the others are held against.",
        ),
    ],
    targets: Annotated[
        str, typer.Option("--targets", metavar="6,8|binding|all", help="Targets that count.")
    ] = "all",
    world: Annotated[
        str | None,
        typer.Option(
            "--world",
            metavar="SCENARIO",
            help="Draw the worlds around this scenario, and take only the levers of each strategy.",
        ),
    ] = None,
    worlds: Annotated[
        int,
        typer.Option("-n", "--worlds", min=1, max=10_000_000, help="Worlds, the same for each."),
    ] = 2048,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the draws.")] = None,
    by: Annotated[
        int | None,
        typer.Option("--by", metavar="YEAR", help="Signposts must show by the end of this year."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--signposts/--no-signposts", help="Say what tells to change.")
    ] = True,
    search: Annotated[
        bool, typer.Option("--search", help="Search for settings that nobody wrote down (pymoo).")
    ] = False,
    generations: Annotated[
        int, typer.Option("--generations", min=1, max=10_000, help="Of the search.")
    ] = 30,
    levers: Annotated[
        str | None,
        typer.Option("--levers", metavar="ID,ID", help="Levers that the search may set."),
    ] = None,
    cost: Annotated[
        str, typer.Option("--cost", metavar="budget|steps|equal", help="What effort is counted in.")
    ] = "budget",
    plan: Plan = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Write picture, CSV, JSON and scenarios there; a run that was stopped goes on.",
        ),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Hold strategies against the same worlds: which one holds up, and when to change.

    Example: zjsim robust baseline reform_first innovation_push --targets binding
    """
    from zjsim.analysis.deciding.robust import robust as compute

    words = language(lang)
    opened, read, around = _asked(strategies, world, plan)
    kept = None if out is None else out / "robust-kept"
    with counting(None, "Simulating", json) as advance:
        found = compute(
            opened, read, targets=targets, world=around, worlds=worlds, seed=seed,
            cost=cost, by=by, watch=watch, kept=kept, advance=advance,  # type: ignore[arg-type]
        )  # fmt: skip
        front = None
        if search:
            from zjsim.analysis.deciding.pareto import search_strategies

            front = search_strategies(
                found, levers=levers.split(",") if levers else None, generations=generations,
                kept=kept, advance=advance,
            )  # fmt: skip
    if out is not None:
        _write(out, found, front, words)
    if json:
        say_json(robust_document(found, front))
        return
    _show(found, front, words)


def _asked(
    names: list[str], world: str | None, plan: str | None
) -> tuple[OpenPlan, list[Scenario], Scenario | None]:
    """The plan, the strategies, and the scenario of the worlds."""
    from zjsim.cli.bare_study import is_bare
    from zjsim.cli.plans import cases_of_study, plan_and_scenarios
    from zjsim.errors import RunError

    for name in names:
        if is_bare(name):
            raise RunError(f"{name}: a bare model has no targets. Name scenarios of a plan.")
    study = cases_of_study(names[0], [], plan) if len(names) == 1 else None
    opened, read = plan_and_scenarios(names, [], plan) if study is None else study
    around = None if world is None else opened.read_scenario(world)
    return opened, list(read), around


def _show(found: Robustness, front: Front | None, words: Language) -> None:
    from zjsim.report.tables import robust_tables as tables
    from zjsim.report.words.labels import label

    for line in tables.heading(found, words):
        say_text(line)
    say()
    say_table(tables.strategy_table(found, words))
    say()
    say_text(label("robust.each_head", words))
    say_table(tables.target_table(found, words))
    if found.signposts:
        say()
        say_text(tables.signpost_head(found, words))
        for line in tables.signpost_sentences(found, words):
            say_text(line, hang=3)
    if front is not None:
        _show_front(found, front, words)
    say()
    for line in tables.remarks(found, words):
        say_text(line)
    say_text(label("disclaimer", words))
    for line in found.field.ready.resolved.notes:
        note(f"note: {line}")


def _show_front(found: Robustness, front: Front, words: Language) -> None:
    from zjsim.analysis.deciding.pareto import spread
    from zjsim.report.tables import robust_tables as tables
    from zjsim.report.words.labels import label

    say()
    values = {
        "worlds": f"{front.worlds:,}", "tried": f"{front.evaluated:,}",
        "fresh": f"{front.fresh:,}",
    }  # fmt: skip
    say_text(label("robust.front_head", words, **values))
    places = spread(front, tables.POINTS)
    say_table(tables.front_table(front, places, found.field.cost, words))
    say_text(label("robust.front_note", words))


def robust_document(found: Robustness, front: Front | None) -> dict[str, Any]:
    """The whole result for machines."""
    frame = found.to_frame()
    return {
        "world": found.field.ready.resolved.scenario.name,
        "worlds": found.worlds,
        "seed": found.seed,
        "targets": [item.id for item in found.field.targets],
        "cost": found.field.cost,
        "strategies": frame.to_dict("records"),
        "signposts": [
            {
                "strategy": one.strategy.name, "year": one.year,
                "better": one.better, "worse": one.worse,
                "density": None if one.region is None else one.region.found.density,
                "density_fresh": None if one.region is None else one.region.fresh.density,
                "signs": [
                    {
                        "of": limit.observed.key, "measure": limit.observed.measure,
                        "low": limit.low, "high": limit.high,
                    }
                    for limit in one.limits
                ],
            }
            for one in found.signposts
        ],
        "front": None if front is None else front.to_frame().to_dict("records"),
    }  # fmt: skip


def _write(out: Path, found: Robustness, front: Front | None, words: Language) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.charts.figures import write_chart_data, write_figure
    from zjsim.report.charts.robust_chart import plot_robust, robust_data
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.tables import robust_tables as tables
    from zjsim.report.words.csv_table import write_table_csv

    data, document = robust_data(found), robust_document(found, front)
    figure = plot_robust(data, language=words).get_figure(root=True)
    files: dict[str, Any] = {
        "robust.json": lambda path: write_json(path, plain(document)),
        "robust.png": lambda path: write_figure(figure, path.with_suffix("")),
        "robust.csv": lambda path: write_chart_data(path.with_suffix(""), *data.table(words)),
        "strategies.csv": lambda path: write_table_csv(path, tables.strategy_table(found, words)),
        "targets.csv": lambda path: write_table_csv(path, tables.target_table(found, words)),
        "all_numbers.csv": lambda path: found.to_frame().to_csv(path, index=False),
    }
    if front is not None:
        files["front.csv"] = lambda path: front.to_frame().to_csv(path, index=False)
        files["pareto"] = lambda path: _write_points(path, front, found.field.cost)
    wrote(write_folder(out, found.run_id, files), words)


def _write_points(folder: Path, front: Front, cost: str) -> None:
    from zjsim.analysis.deciding.pareto import spread
    from zjsim.report.tables.robust_tables import POINTS, written_point
    from zjsim.scenario.writing import scenario_text

    folder.mkdir()
    for place in spread(front, POINTS):
        made = written_point(front, place, cost)
        (folder / f"{made.name}.yaml").write_text(scenario_text(made), encoding="utf-8")
