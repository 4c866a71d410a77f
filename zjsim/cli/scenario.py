"""``zjsim scenario``: scenario files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
)

if TYPE_CHECKING:
    from zjsim.language import Language
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.resolve import Resolved

app = typer.Typer(help="Scenario files: list, new, show, diff, schema.")
Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a YAML file.")]


@app.command("list")
def list_(plan: Plan = None, lang: LanguageOption = None, json: Json = False) -> None:
    """List the scenarios of a plan with their ground in it."""
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.report.words.labels import label, localised
    from zjsim.report.words.text_table import Table

    words = language(lang)
    _, read = plan_and_scenarios([], [], plan)
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
        typer.Option("--based-on", help="The scenario it differs from; the baseline if any."),
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
    folder = open_plan(plan).folder.scenarios if plan else scenarios_folder()
    named = open_plan(plan or DEFAULT_PLAN)
    if based_on is None and PLAN_AS_WRITTEN in named.scenarios:
        based_on = PLAN_AS_WRITTEN
    base = read_scenario(based_on, folder) if based_on else None
    opened = named if plan or base is None else open_plan(base.plan)
    years = (opened.plan.base_year, opened.plan.years[-1])
    examples = examples_of(years, opened.levers, opened.drivers, opened.constants, opened.names)
    said_by_base = base and base.plan == opened.folder.name and folder == scenarios_folder()
    own = "" if said_by_base else opened.folder.name
    new_scenario(path, path.stem, based_on, label, examples=examples, plan=own)
    note(said("said.next", words, path=path, more=f" --plan {plan}" if plan else ""))


@app.command("show")
def show(
    scenario: Name,
    assignments: Assignments = None,
    whole: Annotated[
        bool, typer.Option("--all", help="Every path with its dates and the line that decided it.")
    ] = False,
    plan: Plan = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Show what a scenario sets otherwise than the plan as written; --all shows every path.

    Example: zjsim scenario show late_start --all
    """
    import io

    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.prepare import prepare
    from zjsim.report.output.results import dump_yaml

    opened, read = plan_and_scenarios([scenario], assignments or [], plan)
    resolved = prepare(opened, read[0]).resolved
    if json:
        say_json(resolved.document())
        return
    if not whole:
        _show_short(opened, resolved, scenario, language(lang))
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
    from zjsim.prepare import prepare
    from zjsim.report.words.labels import label
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
    _say_differences(opened, found, (one, other), words)


def _show_short(opened: OpenPlan, resolved: Resolved, given: str, words: Language) -> None:
    """Say what differs from the plan as written; of that one, or without it, what it sets."""
    from zjsim.bundle import PLAN_AS_WRITTEN
    from zjsim.prepare import prepare
    from zjsim.report.words.labels import label, localised
    from zjsim.scenario.compare import diff as differences_of

    scenario = resolved.scenario
    say_text(localised(scenario.label, words) or scenario.name)
    if localised(scenario.why, words):
        say_text(localised(scenario.why, words))
    if PLAN_AS_WRITTEN not in opened.scenarios or scenario.name == PLAN_AS_WRITTEN:
        _say_settings(opened, resolved, words)
    else:
        base = prepare(opened, PLAN_AS_WRITTEN).resolved
        found = differences_of(base, resolved, words)
        if found:
            _say_differences(opened, found, (base, resolved), words)
        else:
            say_text(label("compare.same_inputs", words))
    note(label("said.show_all", words, command=f"zjsim scenario show {given} --all"))


def _say_settings(opened: OpenPlan, resolved: Resolved, words: Language) -> None:
    """What a scenario sets, inputs that are set alike in one row."""
    from zjsim.report.tables.tables import settings_table

    names = {lever.id: lever.label for lever in opened.levers}
    say_table(settings_table(resolved, names, opened.names_in(words), words))


def _say_differences(
    opened: OpenPlan, found: Sequence[Any], both: tuple[Resolved, Resolved], words: Language
) -> None:
    """A row an input, in the words of the scenario files."""
    from zjsim.model.names import canonical
    from zjsim.report.tables.tables import difference_table
    from zjsim.report.words.labels import localised

    labels: dict[str, object] = {lever.id: lever.label for lever in opened.levers}
    translated = opened.names_in(words)
    if translated:
        labels |= {
            d.id: translated.get(canonical(d.name), d.name)
            for d in found
            if d.id not in labels and d.kind in ("driver", "constant")
        }
    first, second = (localised(e.scenario.label, words) or e.scenario.name for e in both)
    shown = (first, second)
    say_table(difference_table(found, shown, labels, words))
