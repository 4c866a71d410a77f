"""``zjsim scenario``: scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zjsim.cli.output import Assignments, Json, Language, Plan, language, note, say, say_json

app = typer.Typer(help="Scenario files: list, new, show, diff, schema.")
Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a YAML file.")]


@app.command("list")
def list_(lang: Language = None, json: Json = False) -> None:
    """List the shipped scenarios with their ground in the plan."""
    from zjsim.bundle import scenario_names, scenarios_folder
    from zjsim.report.labels import localised
    from zjsim.report.tables import Table, render_text_table
    from zjsim.scenario.reader import read_scenario

    words = language(lang)
    read = [read_scenario(name, scenarios_folder()) for name in scenario_names()]
    if json:
        say_json([{"name": s.name, "label": dict(s.label), "why": s.why} for s in read])
        return
    heads = ("name", "label", "why") if words == "en" else ("名称", "标题", "依据")
    rows = tuple((s.name, localised(s.label, words), s.why) for s in read)
    say(render_text_table(Table(heads, rows, "<<<")))


@app.command("new")
def new(
    path: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="The file to write.")],
    based_on: Annotated[
        str, typer.Option("--based-on", help="The scenario it differs from.")
    ] = "baseline",
) -> None:
    """Write a short scenario file to start from; an existing file is never overwritten.

    Example: zjsim scenario new my.yaml && zjsim run my.yaml
    """
    from zjsim.bundle import scenarios_folder
    from zjsim.scenario.compare import new_scenario
    from zjsim.scenario.reader import read_scenario

    read_scenario(based_on, scenarios_folder())
    new_scenario(path, path.stem, based_on)
    note(f"wrote {path}; edit it, then: zjsim run {path}")


@app.command("show")
def show(
    scenario: Name, assignments: Assignments = None, plan: Plan = None, json: Json = False
) -> None:
    """Show a scenario fully resolved: each path with dates, and the line that decided it."""
    import io

    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.report.results import dump_yaml

    opened, read = plan_and_scenarios([scenario], assignments or [], plan)
    document = opened.resolve(read[0]).document()
    if json:
        say_json(document)
        return
    text = io.StringIO()
    dump_yaml(document, text)
    say(text.getvalue().rstrip())


@app.command("diff")
def diff(
    first: Name,
    second: Annotated[str, typer.Argument(metavar="OTHER")],
    assignments: Assignments = None,
    plan: Plan = None,
    json: Json = False,
) -> None:
    """Show the inputs in which two scenarios differ."""
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.scenario.compare import diff as differences_of

    opened, read = plan_and_scenarios([first, second], assignments or [], plan)
    found = differences_of(opened.resolve(read[0]), opened.resolve(read[1]))
    if json:
        say_json(
            [{"kind": d.kind, "id": d.id, "first": d.first, "second": d.second} for d in found]
        )
        return
    for difference in found:
        say(str(difference))
    if not found:
        say("no input differs")


@app.command("schema")
def schema(
    out: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Write it there instead of printing.")
    ] = None,
) -> None:
    """Print the JSON schema of scenario files, for editors."""
    import json as json_library

    from zjsim.scenario.validation import json_schema

    text = json_library.dumps(json_schema(), ensure_ascii=False, indent=2)
    if out is None:
        say(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        note(f"wrote {out}")
