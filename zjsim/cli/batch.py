"""``zjsim batch``: a study of many scenarios, resumable, here or on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zjsim.cli.ensemble import ExecutorOption, Scheduler, Workers, chosen_executor
from zjsim.cli.output import (
    Json,
    Language,
    Plan,
    TrustModel,
    counting,
    language,
    note,
    say,
    say_json,
    screen_width,
)

MOST_LISTED = 40


def batch(
    study: Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the cases and compute nothing.")
    ] = False,
    plan: Plan = None,
    executor: ExecutorOption = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the study's folder goes.")
    ] = Path("runs"),
    lang: Language = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Run every case of a study; run it again to go on where it was stopped.

    Results stream to Parquet shards under runs/STUDY-HASH. A batch that was killed, or whose
    disk ran full, computes only what is missing when it is run again.

    Example: zjsim batch study.yaml --dry-run
    """
    from zjsim.analysis.batch import run_batch
    from zjsim.analysis.batch_summary import summarise, summary_text
    from zjsim.ensembles.shards import write_text
    from zjsim.report.folder import command_line, versions

    words = language(lang)
    opened, cases, planned = _planned(study, plan, trust_model)
    if dry_run:
        _list(cases, planned, words, json)
        return
    if executor is None and workers is None and scheduler is None and len(planned.shards) > 1:
        executor = "process"
    place = chosen_executor(executor, workers, scheduler)
    with counting(planned.n_run, "Simulating", json) as advance:
        done = run_batch(
            planned,
            out / planned.name,
            place,
            advance=advance,
            provenance={"versions": versions(), "command": command_line()},
        )
    rows = summarise(done.runs, opened.plan, cases)
    write_text(done.folder / "summary.csv", summary_text(rows))
    for line in done.notes:
        note(f"note: {line}")
    if json:
        say_json(
            {
                "folder": str(done.folder),
                "cases": done.n_case,
                "runs": done.n_run,
                "computed": done.computed,
                "reused": done.reused,
                "failed": done.failed,
                "summary": rows,
            }
        )
        return
    _show(done, rows, words)


def _planned(study: Path, plan: str | None, trust_model: bool) -> tuple[Any, Any, Any]:
    """The plan, the cases and the shards of a study; every case fits the plan."""
    from zjsim.analysis.batch import check_cases, plan_batch
    from zjsim.bundle import scenarios_folder
    from zjsim.ensembles.chunks import bundle_hash, names_to_keep, plan_reference, times_to_keep
    from zjsim.scenario.study import expand, read_study
    from zjsim.workflow import open_plan

    read = read_study(study)
    cases = expand(read, scenarios_folder())
    plans = sorted({case.scenario.plan for case in cases})
    name = plan or read.plan or plans[0]
    if plan is None and read.plan is None and len(plans) > 1:
        raise typer.BadParameter(f"the scenarios belong to several plans: {', '.join(plans)}")
    opened = open_plan(name)
    check_cases(read, cases, opened)
    planned = plan_batch(
        read,
        cases,
        plan=plan_reference(opened.folder),
        bundle=bundle_hash(opened.folder),
        save=names_to_keep(opened, read.save),
        times=times_to_keep(opened, every_year=bool(read.save)),
        trust_model=trust_model,
    )
    return opened, cases, planned


def _list(cases: Any, planned: Any, words: Any, json: bool) -> None:
    from zjsim.report import ensemble_tables
    from zjsim.report.tables import Table, render_text_table

    if json:
        say_json(
            {
                "study": planned.name,
                "runs": planned.n_run,
                "shards": len(planned.shards),
                "cases": [{"case": case.id, **case.coordinates} for case in cases],
            }
        )
        return
    heads = ("case", *cases[0].coordinates)
    rows = tuple((case.id, *map(str, case.coordinates.values())) for case in cases)
    say(render_text_table(Table(heads, rows, "<" * len(heads)), screen_width()))
    counts = {"cases": len(cases), "runs": planned.n_run, "shards": len(planned.shards)}
    say(ensemble_tables.words("batch.list", words, **counts))


def _show(done: Any, rows: Any, words: Any) -> None:
    from zjsim.report import ensemble_tables
    from zjsim.report.numbers import format_number, format_share
    from zjsim.report.tables import Table, render_text_table

    joint = [key for key in ("number_met", "binding_met", "all_met") if key in rows[0]]
    places = [key for key in rows[0] if key in ("case", "scenario") or _is_axis(key)]
    cells = []
    for row in rows[:MOST_LISTED]:
        judged = [
            format_number(row[key], 1) if key == "number_met" else format_share(row[key], 0)
            for key in joint
        ]
        cells.append((*(str(row[key]) for key in places), *judged))
    heads = (*places, *joint)
    table = Table(heads, tuple(cells), "<" * len(places) + ">" * len(joint))
    say(render_text_table(table, screen_width()))
    if len(rows) > MOST_LISTED:
        say("…")
    counts = {"cases": done.n_case, "runs": f"{done.n_run:,}", "failed": done.failed}
    counts |= {"computed": f"{done.computed:,}", "reused": f"{done.reused:,}"}
    say(ensemble_tables.words("batch.said", words, **counts))
    say(str(done.folder / "summary.csv"))


def _is_axis(key: str) -> bool:
    return key.partition(".")[0] in ("levers", "drivers", "constants", "initial")
