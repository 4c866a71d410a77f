"""``zjsim export`` and ``zjsim scenario import``: to and from the formats of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.output import (
    Assignments,
    EngineName,
    LanguageOption,
    Plan,
    TrustModel,
    language,
    note,
    say_text,
    wrote,
)
from zjsim.plaintext import file_name


def export(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped name or a YAML file.")
    ],
    kind: Annotated[
        str,
        typer.Option("--format", metavar="iamc-csv|iamc-xlsx|parquet|netcdf|cin|xmile"),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="The file; SCENARIO.ENDING here if none."),
    ] = None,
    assignments: Assignments = None,
    plan: Plan = None,
    engine: EngineName = "kernel",
    lang: LanguageOption = None,
    trust_model: TrustModel = False,
) -> None:
    """Write one scenario for another tool.

    Example: zjsim export baseline --format iamc-csv --out baseline.csv
    """
    words = language(lang)
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.report.document.handing_on import ENDING_OF
    from zjsim.report.document.handing_on import export as export_runs
    from zjsim.workflow import simulate

    if kind not in ENDING_OF:
        known = ", ".join(ENDING_OF)
        raise typer.BadParameter(f"{kind}: choose from {known}", param_hint="--format")
    opened, read = plan_and_scenarios([scenario], assignments or [], plan)
    runs = simulate(opened, read[0], engine=engine, trust_model=trust_model)
    out = Path(f"{file_name(runs.name)}{ENDING_OF[kind]}") if out is None else out
    for line in export_runs(runs, out, kind):
        note(f"note: {line}")
    wrote(out, words)


def import_cin(
    path: Annotated[Path, typer.Argument(metavar="FILE.cin", help="Vensim constant changes.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.yaml", help="The scenario to write.")],
    plan: Plan = None,
    lang: LanguageOption = None,
) -> None:
    """Make a scenario of the constants in a Vensim .cin file.

    Example: zjsim scenario import changes.cin my_scenario.yaml
    """
    from zjsim.errors import ScenarioError
    from zjsim.report.output.results import dump_yaml
    from zjsim.report.words.labels import label
    from zjsim.scenario.cin import read_cin, scenario_of_cin
    from zjsim.workflow import open_plan

    opened = open_plan(plan or DEFAULT_PLAN)
    names = opened.names
    levers = {lever.variable: lever.id for lever in opened.levers}
    values = read_cin(path, names)
    drivers = list(opened.drivers.drivers.values())
    document = {
        **scenario_of_cin(values, out.stem, names, levers, drivers),
        "plan": opened.folder.name,
    }
    try:
        with out.open("x", encoding="utf-8", newline="\n") as file:
            dump_yaml(document, file)
    except FileExistsError:
        raise ScenarioError(f"{out} exists; it is not overwritten. Name another file.") from None
    said = {"path": out, "count": len(values), "source": path.name}
    say_text(label("said.imported", language(lang), **said))
