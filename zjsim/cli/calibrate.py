"""``zjsim calibrate``: what history says of the constants, sector by sector."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.output import (
    Json,
    LanguageOption,
    Plan,
    counting,
    language,
    note,
    say,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.history.calibration import Calibration
    from zjsim.openplan import OpenPlan


def calibrate(
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")] = 2020,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", min=64, help="Draws from the priors a sector.")
    ] = 16384,
    profile: Annotated[
        int,
        typer.Option("--profile", metavar="K", min=0, help="Points of each profile likelihood."),
    ] = 9,
    sector: Annotated[
        list[str] | None,
        typer.Option("--sector", metavar="ID", help="Only this sector; repeatable."),
    ] = None,
    plan: Plan = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write calibration.csv here instead."),
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Fit each sector of the model alone to the figures published up to the cut-off year.

    Example: zjsim calibrate --out calibration.csv
    """
    from zjsim.analysis.history.calibration import calibrate as fit
    from zjsim.analysis.history.sectors_file import read_sectors
    from zjsim.report.words.labels import label
    from zjsim.scenario.calibrated import write_calibration
    from zjsim.scenario.discrepancy import FILE as DISCREPANCIES
    from zjsim.scenario.discrepancy import write_discrepancies
    from zjsim.workflow import open_plan

    words = language(lang)
    opened = open_plan(plan or DEFAULT_PLAN)
    only = tuple(sector or ())
    total = len(only) or len(read_sectors(opened).sectors)
    note(label("said.slow_calibration", words))
    with counting(total, "Calibrating", json) as advance:
        found = fit(
            opened, seed=seed, draws=draws, profile_points=profile, only=only, advance=advance
        )
    target = out or _own_file(opened, only)
    if target is not None:
        write_calibration(target, found.rows)
        wrote(target, words)
        if not only:
            # What is left to discrepancy rests on the ranges that were just written.
            beside = target.with_name(DISCREPANCIES)
            write_discrepancies(beside, _discrepancies(opened, found))
            wrote(beside, words)
    elif not only:
        note(label("said.nothing_written", words))
    if json:
        say_json(calibration_document(found))
    else:
        _show(found, words, opened.names_zh)


def _discrepancies(opened: OpenPlan, found: Calibration) -> Any:
    """Model discrepancy with the ranges of the new calibration."""
    from zjsim.analysis.history.discrepancies import estimate_discrepancies
    from zjsim.scenario.calibrated import ranges_of

    return estimate_discrepancies(opened, calibrated=ranges_of(found.rows))


def _own_file(opened: OpenPlan, only: tuple[str, ...]) -> Path | None:
    """The plan's own file, for the shipped plan of a checkout and all sectors only."""
    from zjsim.scenario.calibrated import FILE

    folder = opened.folder
    checkout = folder.shipped and (folder.path.parent.parent / "pyproject.toml").is_file()
    path: Path = folder.file(FILE)
    return path if checkout and not only else None


def _show(found: Calibration, words: Language, names_zh: Mapping[str, str]) -> None:
    from zjsim.report.tables import trust_tables as tables
    from zjsim.report.words.labels import label

    names = {fit.sector.id: fit.sector.label for fit in found.sectors}
    shown = [row for fit in found.sectors for row in fit.rows]
    draws = shown[0].draws if shown else 0
    cut_off = found.file.cut_off
    say_text(label("calibration.head", words, year=cut_off, seed=found.seed, draws=f"{draws:,}"))
    say_table(tables.calibration_table(shown, names, words, names_zh))
    say()
    for line in tables.calibration_findings(found, words, names_zh):
        say_text(line)
    for title, table in (
        ("calibration.fits", tables.fit_table(found.sectors, words)),
        ("calibration.left_out", tables.left_out_table(found.file, words)),
    ):
        say()
        say_text(label(title, words))
        say_table(table)


def calibration_document(found: Calibration) -> dict[str, Any]:
    """The whole result for machines."""
    from dataclasses import asdict

    return {
        "cut_off": found.file.cut_off,
        "seed": found.seed,
        "constants": [asdict(row) for row in found.rows],
        "sectors": {
            fit.sector.id: {
                "effective_draws": fit.effective,
                "ties": [list(tie) for tie in fit.ties],
                "constants": [asdict(row) for row in fit.rows],
                "figures": [
                    {
                        "series": item.comparison.series,
                        "over": item.comparison.over,
                        "measure": item.comparison.measure,
                        "year": item.datum.year,
                        "published": item.datum.value,
                        "before": item.prior_median,
                        "before_low": item.prior_low,
                        "before_high": item.prior_high,
                        "after": item.median,
                        "low": item.low,
                        "high": item.high,
                    }
                    for item in fit.fits
                ],
            }
            for fit in found.sectors
        },
        "not_calibrated": [
            {"what": dict(what), "why": dict(why)} for what, why in found.file.left_out
        ],
    }
