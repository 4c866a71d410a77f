"""``zjsim plot``: one chart of any kind, with its data beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zjsim.cli.known import KnownUntil, starting
from zjsim.cli.output import Assignments, LanguageOption, Plan, Probability, language, wrote
from zjsim.errors import RunError, did_you_mean
from zjsim.plaintext import file_name
from zjsim.report.output.gallery import DPI, KINDS, draw_charts, kind_of, source_of, write_chart

if TYPE_CHECKING:
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.schema import Scenario

OF_BARE_MODELS = ("lines",)
EVERY = (*KINDS, *OF_BARE_MODELS)


def plot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(EVERY)}.")],
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCENARIO]...", help="Names or files; baseline when none."),
    ] = None,
    indicator: Annotated[
        str | None,
        typer.Option("--indicator", metavar="ID", help="For indicator, fan and tornado."),
    ] = None,
    sector: Annotated[
        str | None, typer.Option("--sector", metavar="NAME", help="For stock-flow; all if none.")
    ] = None,
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--variable", metavar="NAME", help="Of a bare model: what to draw; repeatable."
        ),
    ] = None,
    runs: Annotated[int, typer.Option("-n", "--runs", min=2, help="Runs of the ensemble.")] = 1024,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the draws.")] = None,
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    formats: Annotated[
        str, typer.Option("--formats", metavar="png,svg,pdf", help="Formats of the chart.")
    ] = "png",
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")
    ] = Path("charts"),
    size: Annotated[
        str | None,
        typer.Option("--size", metavar="slide|column|page", help="Shape of the chart."),
    ] = None,
    probability: Probability = True,
    lang: LanguageOption = None,
) -> None:
    """Draw one chart, with the data it shows as CSV beside it.

    Example: zjsim plot fan baseline --indicator energy_intensity_cut -n 1024
    """
    words = language(lang)
    if kind not in EVERY:
        raise RunError(
            f"{kind}: no such chart. {did_you_mean(kind, EVERY) or 'Kinds: ' + ', '.join(EVERY)}"
        )
    from zjsim.cli.bare_study import is_bare, plot_model, refuse_plan_options

    if scenarios and is_bare(scenarios[0]):
        refuse_plan_options(plan=plan, indicator=indicator, sector=sector)
        if len(scenarios) > 1:
            raise RunError("a chart of a bare model shows one model; name one file.")
        asked = tuple(dict.fromkeys(part.strip().lower() for part in formats.split(",")))
        plot_model(
            kind, scenarios[0], assignments or [], variables or [], runs, seed, asked, out, words
        )
        return
    if kind in OF_BARE_MODELS:
        raise RunError(f"{kind}: draws a bare model; name its file, as in: zjsim plot lines x.mdl")
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.report.charts.figures import check_formats

    drawn = kind_of(kind)
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in formats.split(",")))
    check_formats(wanted)

    opened, read = plan_and_scenarios(scenarios or ["baseline"], assignments or [], plan)
    if drawn.of == "learning":
        read = [_learnt_under(opened, scenarios, assignments)]
    choice = sector
    if drawn.choice == "indicator":
        choice = opened.plan.indicator(indicator or 1).id
    if known_until is not None and drawn.of != "learning":
        read = starting(opened, read, known_until, words, quiet=True)
    source = source_of(drawn, opened, read, runs, seed, probability, known_until)
    charts = draw_charts(drawn, source, choice, words, size)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for chart in charts:
            stem = f"{file_name(chart.stem)}-{words}"
            for path in write_chart(chart, out / stem, wanted, words, DPI.get(size or "", 150)):
                wrote(path, words)
    except OSError as problem:
        raise RunError(
            f"{out}: the charts cannot be written ({problem.strerror or problem}). "
            "Close the files if they are open, or choose another place with --out."
        ) from None


def _learnt_under(
    opened: OpenPlan, scenarios: list[str] | None, assignments: list[str] | None
) -> Scenario:
    """The scenario whose future a learning projects; without a name that of ``learning.yaml``."""
    from zjsim.analysis.learning.learning_file import read_learning

    if assignments:
        raise typer.BadParameter("not of learning; write a scenario file", param_hint="--set")
    return opened.read_scenario(scenarios[0] if scenarios else read_learning(opened).scenario)
