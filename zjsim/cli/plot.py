"""``zjsim plot``: one chart of any kind, with its data beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zjsim.cli.learn import KnownUntil, posterior_for
from zjsim.cli.output import Assignments, LanguageOption, Plan, language, wrote
from zjsim.errors import RunError, did_you_mean
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.openplan import OpenPlan
    from zjsim.report.output.gallery import Chart
    from zjsim.scenario.schema import Scenario

OF_RUNS = ("board", "indicator", "targets", "progress", "comparison")
OF_ENSEMBLES = ("fan", "probabilities")
DIAGRAMS = ("stock-flow", "loops")
KINDS = (*OF_RUNS, *OF_ENSEMBLES, "tornado", *DIAGRAMS)


def plot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")],
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
    lang: LanguageOption = None,
) -> None:
    """Draw one chart, with the data it shows as CSV beside it.

    Example: zjsim plot fan baseline --indicator energy_intensity_cut -n 1024
    """
    words = language(lang)
    if kind not in KINDS:
        raise RunError(
            f"{kind}: no such chart. {did_you_mean(kind, KINDS) or 'Kinds: ' + ', '.join(KINDS)}"
        )
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.report.charts.figures import check_formats, write_chart_data, write_figure

    wanted = tuple(dict.fromkeys(part.strip().lower() for part in formats.split(",")))
    check_formats(wanted)

    opened, read = plan_and_scenarios(scenarios or ["baseline"], assignments or [], plan)
    if indicator is None and kind in ("fan", "tornado", "indicator"):
        indicator = opened.plan.indicators[0].id
    if indicator is not None:
        opened.plan.indicator(indicator)
    if known_until is not None:
        if kind not in OF_ENSEMBLES:
            said = f"only of {' and '.join(OF_ENSEMBLES)}"
            raise typer.BadParameter(said, param_hint="--known-until")
        learnt = str(posterior_for(opened, known_until, words))
        read = [one.changed(sampling=replace(one.sampling, posterior=learnt)) for one in read]
    drawn = _charts(kind, opened, read, indicator, sector, runs, seed, words)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for chart in drawn:
            stem = out / f"{chart.stem}-{words}"
            for path in write_figure(chart.figure, stem, wanted):
                wrote(path, words)
            write_chart_data(stem, chart.headers, chart.rows)
    except OSError as problem:
        raise RunError(
            f"{out}: the charts cannot be written ({problem.strerror or problem}). "
            "Close the files if they are open, or choose another place with --out."
        ) from None


def _charts(
    kind: str,
    opened: OpenPlan,
    read: list[Scenario],
    indicator: str | None,
    sector: str | None,
    runs: int,
    seed: int | None,
    words: Language,
) -> list[Chart]:
    from zjsim.report.model.diagrams import sectors
    from zjsim.report.output import gallery
    from zjsim.report.output.results import report_of
    from zjsim.workflow import assess, simulate

    if kind in OF_ENSEMBLES:
        from zjsim.ensembles.run import simulate_ensemble

        found = simulate_ensemble(opened, read[0], runs=runs, seed=seed)
        if kind == "fan":
            return [gallery.fan_chart(found, str(indicator), words)]
        return [gallery.probability_chart(found, words)]
    simulated = [simulate(opened, scenario) for scenario in read]
    if kind in OF_RUNS:
        reports = [report_of(one, assess(opened, one)) for one in simulated]
        return [gallery.report_chart(kind, reports, indicator, words)]
    if kind == "tornado":
        return [gallery.tornado_chart(simulated[0], str(indicator), words)]
    known = sectors(opened.model)
    if sector is not None and sector not in known:
        hint = did_you_mean(sector, known) or f"Sectors: {', '.join(known)}."
        raise RunError(f"{sector}: no such sector with stocks. {hint}")
    return gallery.diagram(kind, simulated[0], sector, words)
