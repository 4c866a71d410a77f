"""``zjsim discover``: in which part of the uncertain world a plan fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.output import (
    Assignments,
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
    from zjsim.analysis.deciding.discover import Discovery
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.schema import Scenario


def discover(
    scenario: Annotated[
        str,
        typer.Argument(metavar="SCENARIO|STUDY", help="A shipped name, a YAML file, or a study."),
    ] = "baseline",
    targets: Annotated[
        str,
        typer.Option("--targets", metavar="6,8|binding|all", help="Targets to meet together."),
    ] = "binding",
    each: Annotated[
        bool, typer.Option("--each", help="Look at each of the targets by itself.")
    ] = False,
    runs: Annotated[
        int,
        typer.Option("-n", "--runs", min=1, max=10_000_000, help="Worlds to find regions in."),
    ] = 4096,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the draws.")] = None,
    where: Annotated[
        str,
        typer.Option(
            "--where", metavar="auto|fails|holds", help="Look for where the plan fails, or holds."
        ),
    ] = "auto",
    density: Annotated[
        float | None,
        typer.Option(
            "--density", metavar="P", help="Part of a region's worlds that must fail, such as 0.9."
        ),
    ] = None,
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=1, help="Inputs that a region may limit.")
    ] = 4,
    tree: Annotated[
        bool, typer.Option("--tree/--no-tree", help="Show a classification tree as well.")
    ] = True,
    assignments: Assignments = None,
    plan: Plan = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write picture, CSV and JSON there."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Say in which part of the uncertain world a plan fails, and what to watch.

    Of a study each case is looked at, in the same draws.

    Example: zjsim discover baseline --targets 8
    """
    from zjsim.analysis.deciding.discover import discover as compute

    words = language(lang)
    opened, read = _asked(scenario, assignments or [], plan)
    found = []
    with counting(None, "Simulating", json) as advance:
        for one in read:
            for wanted in _each(opened, targets) if each else [targets]:
                found.append(
                    compute(
                        opened, one, targets=wanted, runs=runs, seed=seed, where=where,
                        density=density, most=most, tree=tree, advance=advance,
                    )
                )  # fmt: skip
    if out is not None:
        for one_found in found:
            _write(out, one_found, words)
    if json:
        documents = [discover_document(each_found) for each_found in found]
        say_json(documents[0] if len(documents) == 1 else documents)
        return
    for number, each_found in enumerate(found):
        if number:
            say()
        _show(each_found, words, last=number == len(found) - 1)


def _asked(name: str, assignments: list[str], plan: str | None) -> tuple[OpenPlan, list[Scenario]]:
    """The plan, and the scenario or the cases of a study."""
    from zjsim.cli.bare_study import is_bare
    from zjsim.cli.plans import cases_of_study, plan_and_scenarios
    from zjsim.errors import RunError

    if is_bare(name):
        raise RunError(
            f"{name}: a bare model has no targets, so nothing fails. Name a scenario of a plan."
        )
    study = cases_of_study(name, assignments, plan)
    if study is not None:
        return study
    opened, read = plan_and_scenarios([name], assignments, plan)
    return opened, list(read)


def _each(opened: OpenPlan, targets: str) -> list[str]:
    from zjsim.analysis.deciding.backcast import chosen_targets

    return [item.id for item in chosen_targets(opened, targets)]


def _show(found: Discovery, words: Language, last: bool) -> None:
    from zjsim.report.tables import discover_tables as tables
    from zjsim.report.words.labels import label

    for line in tables.heading(found, words):
        say_text(line)
    for line in tables.sentences(found, words):
        say()
        say_text(line, hang=3)
    if found.boxes:
        say()
        say_text(label("discover.watch", words))
        say_table(tables.watch_table(found, words))
    if found.branches:
        say()
        say_text(label("discover.tree_head", words))
        say_table(tables.branch_table(found, words))
    say()
    for line in tables.remarks(found, words):
        say_text(line)
    if last:
        say_text(label("disclaimer", words))
    for line in found.resolved.notes:
        note(f"note: {line}")


def discover_document(found: Discovery) -> dict[str, Any]:
    """The whole result for machines."""

    def counted(of: Any) -> dict[str, Any]:
        return {"coverage": of.coverage, "density": of.density, "mass": of.mass, "worlds": of.n}

    def regions(of: Any) -> list[dict[str, Any]]:
        return [
            {
                "found": counted(one.found), "fresh": counted(one.fresh),
                "limits": [
                    {
                        "input": limit.observed.key, "sort": limit.observed.sort,
                        "measure": limit.observed.measure, "unit": limit.observed.unit,
                        "expected": limit.observed.expected, "low": limit.low, "high": limit.high,
                        "p_low": limit.p_low, "p_high": limit.p_high, "found_again": limit.again,
                    }
                    for limit in one.limits
                ],
            }
            for one in of
        ]  # fmt: skip

    return {
        "scenario": found.resolved.scenario.name,
        "targets": [item.id for item in found.targets],
        "outcome": found.outcome,
        "where": found.where,
        "share": found.share,
        "share_fresh": found.fresh_share,
        "share_by_model_error": found.by_model_error,
        "runs": found.runs,
        "runs_fresh": found.fresh_runs,
        "seed": found.seed,
        "seed_fresh": found.fresh_seed,
        "boxes": regions(found.boxes),
        "together": {
            "found": counted(found.together), "fresh": counted(found.together_fresh)
        },
        "tree": regions(found.branches),
    }  # fmt: skip


def _write(out: Path, found: Discovery, words: Language) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.charts.discover_chart import discover_data, plot_discover
    from zjsim.report.charts.figures import write_chart_data, write_figure
    from zjsim.report.output.folder import write_folder, write_json
    from zjsim.report.tables import discover_tables as tables
    from zjsim.report.words.csv_table import write_table_csv

    document = discover_document(found)
    files: dict[str, Any] = {
        "discover.json": lambda path: write_json(path, plain(document)),
        "watch.csv": lambda path: write_table_csv(path, tables.watch_table(found, words)),
    }
    if found.branches:
        files["tree.csv"] = lambda path: write_table_csv(path, tables.branch_table(found, words))
    if found.boxes:
        data = discover_data(found)
        figure = plot_discover(data, language=words).get_figure(root=True)
        files["discover.png"] = lambda path: write_figure(figure, path.with_suffix(""))
        files["discover.csv"] = lambda path: write_chart_data(
            path.with_suffix(""), *data.table(words)
        )
    numbers = "_".join(str(item.number) for item in found.targets)
    wrote(write_folder(out, f"{found.run_id}-{numbers}", files), words)
