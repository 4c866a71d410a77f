"""``zjsim report``: scenarios reported in Word, PDF, HTML and Excel, in Chinese or English."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.output import (
    Assignments,
    EngineName,
    Observations,
    Plan,
    TrustModel,
    language,
    with_progress,
    wrote,
)

if TYPE_CHECKING:
    from zjsim.report.document.compose_scenario import Judged

FORMATS = ("html", "docx", "pdf", "xlsx")


def report(
    scenarios: Annotated[
        list[str],
        typer.Argument(metavar="SCENARIO...", help="Shipped names or YAML files; one or more."),
    ],
    formats: Annotated[
        str, typer.Option("--format", metavar="html,docx,pdf,xlsx", help="What to write.")
    ] = "html",
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="zh|en|both", help="Language of the report.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")
    ] = Path("reports"),
    assignments: Assignments = None,
    plan: Plan = None,
    engine: EngineName = "kernel",
    observations: Observations = None,
    assumptions: Annotated[
        bool,
        typer.Option(
            "--assumptions/--no-assumptions",
            help="Run each assumption at both ends of its range, to tell which matter most.",
        ),
    ] = True,
    trust_model: TrustModel = False,
) -> None:
    """Write a report to hand on: verdicts, what decides them, assumptions, sources.

    Example: zjsim report baseline --format docx,pdf --lang zh --out reports
    """
    wanted = _formats(formats)
    words = language(None if lang == "both" else lang)
    languages: Any = ("zh", "en") if lang == "both" else (words,)
    if len(set(scenarios)) != len(scenarios):
        raise typer.BadParameter("a scenario is named twice")
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.report.document.deliver import deliver, judge_scenario
    from zjsim.workflow import with_own_observations

    opened, read = plan_and_scenarios(scenarios, assignments or [], plan)
    seen = with_own_observations(opened, observations)
    judged: list[Judged] = [
        judge_scenario(
            opened,
            scenario,
            seen,
            engine=engine,
            trust_model=trust_model,
            influence=assumptions,
        )
        for scenario in with_progress(read, len(read), "Simulating")
    ]
    given = {
        "--format": ",".join(wanted), "--lang": lang or languages[0], "--plan": plan,
        "--observations": observations, "--engine": engine if engine != "kernel" else None,
    }  # fmt: skip
    more = [part for key, value in given.items() if value for part in (key, str(value))]
    more += [part for change in assignments or [] for part in ("--set", change)]
    more += [] if assumptions else ["--no-assumptions"]
    more += ["--trust-model"] if trust_model else []
    for path in deliver(out, judged, wanted, languages, seen, _command(scenarios, more)):
        wrote(path, words)


def _formats(text: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown or not wanted:
        raise typer.BadParameter(
            f"{', '.join(unknown) or 'nothing'}: choose from {', '.join(FORMATS)}",
            param_hint="--format",
        )
    return wanted


def _command(scenarios: list[str], more: list[str]) -> str:
    """The command as it was given, but for the folder, which changes nothing in the files."""
    return shlex.join(["zjsim", "report", *scenarios, *more])
