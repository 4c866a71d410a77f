"""``zjsim plan``: the plan as data, and its arithmetic before any simulation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.output import (
    Json,
    LanguageOption,
    Observations,
    language,
    note,
    say,
    say_json,
    say_table,
    say_text,
)

if TYPE_CHECKING:
    from zjsim.assessment.audit import Audit

app = typer.Typer(help="The plan as data: show, audit, template for your own figures.")
PlanName = Annotated[str, typer.Argument(metavar="[PLAN]", help="A shipped plan or a plan folder.")]


@app.command("show")
def show(
    plan: PlanName = DEFAULT_PLAN,
    observations: Observations = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Show the indicators, and the milestones of the prose with your own figures.

    Example: zjsim plan show --observations mine.csv
    """
    from zjsim.assessment.milestones import milestone_statuses
    from zjsim.judging import with_own_observations
    from zjsim.report.tables.plan_tables import indicator_table, milestone_table
    from zjsim.workflow import open_plan

    words = language(lang)
    opened = open_plan(plan)
    statuses = milestone_statuses(opened.plan, with_own_observations(opened, observations))
    if json:
        import dataclasses

        say_json(
            {
                "indicators": [dataclasses.asdict(item) for item in opened.plan.indicators],
                "milestones": [
                    {
                        **dataclasses.asdict(status.milestone),
                        "state": str(status.state),
                        "value": status.value,
                    }
                    for status in statuses
                ],
            }
        )
        return
    say_text(f"{opened.plan.title.in_(words)}  {opened.plan.number}")
    say_table(indicator_table(opened.plan, words))
    say()
    say_table(milestone_table(statuses, words))


@app.command("audit")
def audit(
    plan: PlanName = DEFAULT_PLAN,
    observations: Observations = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Do the plan's arithmetic: implied growth, implied paths, where its parts disagree.

    Example: zjsim plan audit --lang zh
    """
    from zjsim.assessment.audit import audit as audit_plan
    from zjsim.judging import with_own_observations
    from zjsim.report.tables.plan_tables import findings_text, growth_table, paths_table
    from zjsim.report.words.labels import label
    from zjsim.workflow import open_plan

    words = language(lang)
    opened = open_plan(plan)
    result = audit_plan(opened.plan, with_own_observations(opened, observations))
    if json:
        say_json(_audit_document(result))
        return
    say_text(label("audit.growth_title", words))
    say_table(growth_table(result, words))
    if result.paths:
        say()
        say_text(label("audit.paths_title", words))
        say_table(paths_table(result, words))
    say()
    for line in findings_text(result, words):
        say_text(line, hang=2)


def _audit_document(result: Audit) -> dict[str, Any]:
    import dataclasses

    return {
        "growth": [dataclasses.asdict(item) for item in result.growth],
        "paths": [dataclasses.asdict(item) for item in result.paths],
        "findings": [
            {
                "id": item.id,
                "kind": item.kind,
                "title": item.title.en,
                "text": item.text.en,
                "numbers": dict(item.numbers),
                "sources": list(item.sources),
            }
            for item in result.findings
        ],
    }


@app.command("template")
def template(
    out: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The file to write.")],
    plan: Annotated[str, typer.Option("--plan", help="A shipped plan or a folder.")] = DEFAULT_PLAN,
    lang: LanguageOption = None,
) -> None:
    """Write an empty table for your own figures, to be used with --observations.

    Example: zjsim plan template mine.csv
    """
    from zjsim.assessment.own_observations import write_template
    from zjsim.report.words.labels import label
    from zjsim.workflow import open_plan

    words = language(lang)
    write_template(open_plan(plan).plan, out, words)
    note(label("said.template", words, path=out))
