"""``zjsim batch``: a study of many scenarios, resumable, here or on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.ensemble import ExecutorOption, Scheduler, Workers, chosen_executor
from zjsim.cli.output import (
    Json,
    LanguageOption,
    Plan,
    TrustModel,
    counting,
    language,
    note,
    say,
    say_json,
    say_json_list,
    say_table,
    say_text,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.batch.batch import BatchResult
    from zjsim.analysis.batch.study_file import PlannedStudy

MOST_LISTED = 40


def batch(
    study: Annotated[
        Path,
        typer.Argument(
            metavar="STUDY.yaml",
            help="The study file; of a plan, or of a bare model (model: FILE, and a matrix).",
        ),
    ],
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
    lang: LanguageOption = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Run every case of a study; run it again to go on where it was stopped.

    Results stream to Parquet shards under runs/STUDY-HASH. A batch that was killed, or whose
    disk ran full, computes only what is missing when it is run again.

    Example: zjsim batch study.yaml --dry-run
    """
    from zjsim.analysis.batch.study_file import plan_study, run_study
    from zjsim.engines.arithmetic import arithmetic
    from zjsim.report.output.folder import command_line, versions

    words = language(lang)
    from zjsim.cli.bare_study import batch_model, is_bare, refuse_plan_options

    if is_bare(str(study)):
        refuse_plan_options(
            plan=plan, executor=executor, workers=workers, scheduler=scheduler,
            **{"trust-model": trust_model},
        )  # fmt: skip
        batch_model(study, dry_run, out, words, json)
        return
    planned = plan_study(study, plan, trust_model)
    if dry_run:
        _list(planned, words, json)
        return
    if executor is None and workers is None and scheduler is None and len(planned.batch.shards) > 1:
        executor = "process"
    place = chosen_executor(executor, workers, scheduler)
    with counting(planned.batch.n_run, "Simulating", json) as advance:
        found = run_study(
            planned,
            out,
            executor=place,
            advance=advance,
            provenance={
                "versions": versions(),
                "arithmetic": arithmetic(),
                "command": command_line(),
            },
        )
    done, rows = found.batch, found.rows
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
                "summary": list(rows),
            }
        )
        return
    _show(done, rows, planned, words)


def _list(planned: PlannedStudy, words: Language, json: bool) -> None:
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import Table

    cases, batch = planned.cases, planned.batch
    if json:
        head = {"study": batch.name, "runs": batch.n_run, "shards": len(batch.shards)}
        say_json_list(head, "cases", ({"case": case.id, **case.coordinates} for case in cases))
        return
    heads = (
        _head("case", planned, words),
        *(_head(k, planned, words) for k in cases[0].coordinates),
    )
    rows = tuple((one.id, *map(str, one.coordinates.values())) for one in cases[:MOST_LISTED])
    say_table(Table(heads, rows, "<" * len(heads)))
    if len(cases) > MOST_LISTED:
        say_text(label("batch.more", words, count=f"{len(cases) - MOST_LISTED:,}"))
    counts = {"cases": f"{len(cases):,}", "runs": f"{batch.n_run:,}"}
    say_text(label("batch.list", words, **counts, shards=f"{len(batch.shards):,}"))


def _show(done: BatchResult, rows: Any, planned: PlannedStudy, words: Language) -> None:
    from zjsim.report.words.labels import label
    from zjsim.report.words.numbers import format_number, format_share
    from zjsim.report.words.text_table import Table

    joint = [key for key in ("number_met", "binding_met", "all_met") if key in rows[0]]
    places = [key for key in rows[0] if key in ("case", "scenario") or _is_axis(key)]

    def judged(row: Any, key: str) -> str:
        if key == "number_met":
            return format_number(row[key], 0 if row["runs"] == 1 else 1)
        if row["runs"] == 1:
            return label("trust.yes" if row[key] else "batch.no", words)
        return format_share(row[key], 0)

    cells = tuple(
        (*(str(row[key]) for key in places), *(judged(row, key) for key in joint))
        for row in rows[:MOST_LISTED]
    )
    heads = tuple(_head(key, planned, words) for key in (*places, *joint))
    say_table(Table(heads, cells, "<" * len(places) + ">" * len(joint)))
    summary = done.folder / "summary.csv"
    if len(rows) > MOST_LISTED:
        say_text(label("said.more", words, count=len(rows) - MOST_LISTED, path=summary))
    counts = {"cases": f"{done.n_case:,}", "runs": f"{done.n_run:,}", "failed": done.failed}
    counts |= {"computed": f"{done.computed:,}", "reused": f"{done.reused:,}"}
    say_text(label("batch.said", words, **counts))
    say(str(summary))


def _head(key: str, planned: PlannedStudy, words: Language) -> str:
    """The words for a column: a lever's label or a variable's name in the language."""
    from zjsim.report.tables.wording import column_name
    from zjsim.report.words.labels import localised

    return localised(column_name(key, planned.plan), words)


def _is_axis(key: str) -> bool:
    return key.partition(".")[0] in ("levers", "drivers", "constants", "initial")
