"""``zjsim scenario``: scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zjsim.cli.output import (
    Assignments,
    Json,
    LanguageOption,
    Plan,
    language,
    note,
    say,
    say_json,
    say_table,
    say_text,
    screen_width,
    wrote,
)

app = typer.Typer(help="Scenario files: list, new, show, diff, schema.")
Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a YAML file.")]


@app.command("list")
def list_(lang: LanguageOption = None, json: Json = False) -> None:
    """List the shipped scenarios with their ground in the plan."""
    from zjsim.bundle import scenario_names, scenarios_folder
    from zjsim.report.words.labels import label, localised
    from zjsim.report.words.text_table import Table
    from zjsim.scenario.reader import read_scenario

    words = language(lang)
    read = [read_scenario(name, scenarios_folder()) for name in scenario_names()]
    if json:
        say_json([{"name": s.name, "label": dict(s.label), "why": dict(s.why)} for s in read])
        return
    heads = tuple(label(f"scenario.{key}", words) for key in ("name", "label", "why"))
    rows = tuple((s.name, localised(s.label, words), localised(s.why, words)) for s in read)
    say_table(Table(heads, rows, "<<<"))


@app.command("new")
def new(
    path: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="The file to write.")],
    based_on: Annotated[
        str | None,
        typer.Option(
            "--based-on", help="The scenario it differs from; of a shipped plan, the baseline."
        ),
    ] = None,
    label: Annotated[
        str, typer.Option("--label", metavar="TEXT", help="Its title; the file's name if none.")
    ] = "",
    plan: Plan = None,
    lang: LanguageOption = None,
) -> None:
    """Write a short scenario file to start from; an existing file is never overwritten.

    Example: zjsim scenario new my.yaml && zjsim run my.yaml
    """
    from zjsim.bundle import DEFAULT_PLAN, PLAN_AS_WRITTEN, scenarios_folder
    from zjsim.report.words.labels import label as said
    from zjsim.scenario.reader import read_scenario
    from zjsim.scenario.template import examples_of, new_scenario
    from zjsim.workflow import open_plan

    words = language(lang)
    if based_on is None and plan in (None, DEFAULT_PLAN):
        based_on = PLAN_AS_WRITTEN
    base = read_scenario(based_on, scenarios_folder()) if based_on else None
    opened = open_plan(plan or (base.plan if base else DEFAULT_PLAN))
    years = (opened.plan.base_year, opened.plan.years[-1])
    examples = examples_of(years, opened.levers, opened.drivers, opened.constants, opened.names)
    own = "" if base and base.plan == opened.folder.name else opened.folder.name
    new_scenario(path, path.stem, based_on, label, examples, own)
    note(said("said.next", words, path=path))


@app.command("show")
def show(
    scenario: Name,
    assignments: Assignments = None,
    plan: Plan = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Show a scenario fully resolved: each path with dates, and the line that decided it."""
    import io

    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.prepare import prepare
    from zjsim.report.output.results import dump_yaml

    opened, read = plan_and_scenarios([scenario], assignments or [], plan)
    resolved = prepare(opened, read[0]).resolved
    if json:
        say_json(resolved.document())
        return
    document = resolved.document(language(lang))
    text = io.StringIO()
    dump_yaml(document, text, min(screen_width() or 100, 100))
    say(text.getvalue().rstrip())


@app.command("diff")
def diff(
    first: Name,
    second: Annotated[str, typer.Argument(metavar="OTHER")],
    assignments: Assignments = None,
    plan: Plan = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Show the inputs in which two scenarios differ, in the words of their files."""
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.model.names import canonical
    from zjsim.prepare import prepare
    from zjsim.report.tables.tables import difference_table
    from zjsim.report.words.labels import label, localised
    from zjsim.scenario.compare import diff as differences_of

    words = language(lang)
    opened, read = plan_and_scenarios([first, second], assignments or [], plan)
    one, other = (prepare(opened, item).resolved for item in read[:2])
    if json:
        say_json(
            [
                {"kind": d.kind, "id": d.id, "first": d.first, "second": d.second}
                for d in differences_of(one, other)
            ]
        )
        return
    found = differences_of(one, other, words)
    if not found:
        say_text(label("compare.same_inputs", words))
        return
    labels: dict[str, object] = {lever.id: lever.label for lever in opened.levers}
    translated = opened.names_in(words)
    if translated:
        labels |= {
            d.id: translated.get(canonical(d.name), d.name)
            for d in found
            if d.id not in labels and d.kind in ("driver", "constant")
        }
    names = (localised(read[0].label, words), localised(read[1].label, words))
    shown = (names[0] or read[0].name, names[1] or read[1].name)
    say_table(difference_table(found, shown, labels, words))


@app.command("schema")
def schema(
    out: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Write it there instead of printing.")
    ] = None,
    lang: LanguageOption = None,
) -> None:
    """Print the JSON schema of scenario files, for editors."""
    import json as json_library

    from zjsim.scenario.validation import json_schema

    text = json_library.dumps(json_schema(), ensure_ascii=False, indent=2)
    if out is None:
        say(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        wrote(out, language(lang))
