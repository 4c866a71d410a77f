"""``zjsim plot``: one chart of any kind, with its data beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.known import KnownUntil, starting
from zjsim.cli.output import (
    Assignments,
    LanguageOption,
    Plan,
    Probability,
    counting,
    language,
    wrote,
)
from zjsim.errors import RunError, did_you_mean
from zjsim.language import Language
from zjsim.plaintext import file_name
from zjsim.report.output.gallery import (
    DPI,
    KINDS,
    Asked,
    Chart,
    Kind,
    draw_charts,
    kind_of,
    source_of,
    write_chart,
)

if TYPE_CHECKING:
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.schema import Scenario

OF_BARE_MODELS = ("lines",)
EVERY = (*KINDS, *OF_BARE_MODELS)
# Options that go with some kinds only: by what a kind is drawn from, or what is chosen in it.
ONLY_OF: dict[str, Callable[[Kind], bool]] = {
    "indicator": lambda kind: kind.choice == "indicator",
    "sector": lambda kind: kind.choice == "sector",
    "variable": lambda kind: kind.choice in ("variable", "lever", "driver"),
    "levers": lambda kind: kind.of in ("parts", "chances"),
    "band": lambda kind: kind.of == "paths",
    "targets": lambda kind: kind.of in ("backcast", "discovery"),
    "wanted": lambda kind: kind.of == "backcast",
    "cost": lambda kind: kind.of == "backcast",
}


def plot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(EVERY)}.")],
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO]...",
            help="Names or files; baseline when none. For variable its name first; for study the "
            "study's file.",
        ),
    ] = None,
    indicator: Annotated[
        str | None,
        typer.Option("--indicator", metavar="ID", help="For indicator, fan, tornado and wedges."),
    ] = None,
    sector: Annotated[
        str | None, typer.Option("--sector", metavar="NAME", help="For stock-flow; all if none.")
    ] = None,
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--variable",
            metavar="NAME",
            help="Variable, lever or driver to draw; of a bare model repeatable.",
        ),
    ] = None,
    levers: Annotated[
        bool,
        typer.Option("--levers", help="For wedges, decomposition, chance-parts: by lever."),
    ] = False,
    band: Annotated[
        bool,
        typer.Option("--band", help="For variable, levers and drivers: the band of an ensemble."),
    ] = False,
    targets: Annotated[
        str | None,
        typer.Option("--targets", metavar="6,8|binding|all", help="For frontier; binding if none."),
    ] = None,
    wanted: Annotated[
        float | None,
        typer.Option("--wanted", metavar="P", help="For frontier: probability; 0.8 if none."),
    ] = None,
    cost: Annotated[
        str | None,
        typer.Option("--cost", metavar="budget|steps|equal", help="For frontier: what effort is."),
    ] = None,
    runs: Annotated[int, typer.Option("-n", "--runs", min=2, help="Runs of the ensemble.")] = 1024,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the draws.")] = None,
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    formats: Annotated[
        str | None,
        typer.Option("--formats", metavar="png,svg,pdf", help="Formats of the chart; png if none."),
    ] = None,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FOLDER|FILE", help="Where the files go, or the one file."),
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

    named = list(scenarios or [])
    asked_formats = _formats(formats, out)
    if named and kind != "study" and is_bare(named[0]):
        refuse_plan_options(plan=plan, indicator=indicator, sector=sector)
        if len(named) > 1:
            raise RunError("a chart of a bare model shows one model; name one file.")
        plot_model(
            kind, named[0], assignments or [], variables or [], runs, seed, asked_formats,
            *_place(out, asked_formats), words,
        )  # fmt: skip
        return
    if kind in OF_BARE_MODELS:
        raise RunError(f"{kind}: draws a bare model; name its file, as in: zjsim plot lines x.mdl")
    drawn = kind_of(kind)
    if drawn.choice == "variable" and not variables:
        if not named:
            raise typer.BadParameter("name it: zjsim plot variable NAME", param_hint="VARIABLE")
        variables, named = [named[0]], named[1:]
    given = {
        "indicator": indicator, "sector": sector, "variable": variables, "levers": levers,
        "band": band, "targets": targets, "wanted": wanted, "cost": cost,
    }  # fmt: skip
    _check(drawn, given)
    asked = Asked(
        runs=runs, seed=seed, probability=probability, known_until=known_until, by_lever=levers,
        band=band, variable=variables[0] if variables else None, targets=targets or "binding",
        share=0.8 if wanted is None else wanted, cost=cost or "budget",
    )  # fmt: skip
    if drawn.of == "study":
        charts = draw_charts(drawn, _study(named, assignments, plan, words), None, words, size)
    else:
        chosen = {"sector": sector, "indicator": indicator}.get(drawn.choice, asked.variable)
        charts = _of_scenarios(drawn, named, asked, assignments, plan, chosen, words, size)
    _write(charts, out, asked_formats, words, DPI.get(size or "", 150))


def _formats(formats: str | None, out: Path) -> tuple[str, ...]:
    """Formats asked for; the name of one file says its own."""
    from zjsim.report.charts.figures import FORMATS, check_formats

    said = formats or "png"
    asked = tuple(dict.fromkeys(part.strip().lower() for part in said.split(",")))
    check_formats(asked)
    own = out.suffix.lower().removeprefix(".")
    if own not in FORMATS or out.is_dir():
        return asked
    if formats is not None and asked != (own,):
        raise typer.BadParameter(
            f"--out {out} names one file, --formats {formats} others. Leave out one of the two.",
            param_hint="--out",
        )
    return (own,)


def _place(out: Path, formats: tuple[str, ...]) -> tuple[Path, str | None]:
    """The folder of the files, and the stem of their names where ``--out`` names one file."""
    if out.suffix.lower().removeprefix(".") in formats and not out.is_dir():
        return out.parent, out.stem
    return out, None


def _check(kind: Kind, given: dict[str, Any]) -> None:
    """Refuse what would have no effect."""
    for name, value in given.items():
        if value not in (None, False) and not ONLY_OF[name](kind):
            able = [one.name for one in KINDS.values() if ONLY_OF[name](one)]
            raise typer.BadParameter(f"only of {', '.join(able)}", param_hint=f"--{name}")
    if given["variable"] and len(given["variable"]) > 1:
        raise typer.BadParameter("one for a chart of a plan", param_hint="--variable")


def _of_scenarios(
    kind: Kind,
    named: list[str],
    asked: Asked,
    assignments: list[str] | None,
    plan: str | None,
    choice: str | None,
    words: Language,
    size: str | None,
) -> list[Chart]:
    """The charts of a kind that is drawn from scenarios."""
    from zjsim.cli.plans import plan_and_scenarios

    opened, read = plan_and_scenarios(named or ["baseline"], assignments or [], plan)
    if kind.of == "learning":
        read = [_learnt_under(opened, named, assignments)]
    if kind.of == "parts" and len(read) > 1 and assignments:
        # What --set changes is changed in the scenario that is held against the first.
        _, (read[0],) = plan_and_scenarios(named[:1], [], plan)
    if kind.choice == "indicator":
        choice = opened.plan.indicator(choice or 1).id
    if asked.known_until is not None and kind.of != "learning":
        read = starting(opened, read, asked.known_until, words, quiet=True)
    with counting(None, "Simulating") as advance:
        source = source_of(kind, opened, read, asked, advance)
    return draw_charts(kind, source, choice, words, size)


def _study(
    named: list[str], assignments: list[str] | None, plan: str | None, words: Language
) -> Any:
    """The study of a file, run in ``runs`` as by `zjsim batch`; what is there is not run again."""
    from zjsim.analysis.batch.study_file import plan_study, run_study

    if len(named) != 1:
        raise typer.BadParameter("name one file, as in: zjsim plot study study.yaml")
    if assignments:
        raise typer.BadParameter("not of study; change its file", param_hint="--set")
    planned = plan_study(named[0], plan)
    with counting(planned.batch.n_run, "Simulating") as advance:
        return run_study(planned, advance=advance)


def _write(
    charts: list[Chart], out: Path, formats: tuple[str, ...], words: Language, dpi: int
) -> None:
    folder, own = _place(out, formats)
    if own and len(charts) > 1:
        raise RunError(
            f"{out}: there are {len(charts)} charts, which one file cannot hold. Name a folder, or "
            "choose one of them."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for chart in charts:
            stem = own or f"{file_name(chart.stem)}-{words}"
            for path in write_chart(chart, folder / stem, formats, words, dpi):
                wrote(path, words)
    except OSError as problem:
        raise RunError(
            f"{out}: the charts cannot be written ({problem.strerror or problem}). "
            "Close the files if they are open, or choose another place with --out."
        ) from None


def _learnt_under(
    opened: OpenPlan, scenarios: list[str], assignments: list[str] | None
) -> Scenario:
    """The scenario whose future a learning projects; without a name that of ``learning.yaml``."""
    from zjsim.analysis.learning.learning_file import read_learning

    if assignments:
        raise typer.BadParameter("not of learning; write a scenario file", param_hint="--set")
    return opened.read_scenario(scenarios[0] if scenarios else read_learning(opened).scenario)
