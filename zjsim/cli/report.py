"""``zjsim report``: reports in Word, PDF, HTML, Excel and PowerPoint, Chinese or English."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.known import KnownUntil, starting, telling
from zjsim.cli.output import (
    Assignments,
    EngineName,
    Observations,
    Plan,
    Probability,
    TrustModel,
    language,
    with_progress,
    wrote,
)

if TYPE_CHECKING:
    from zjsim.report.document.compose_scenario import Judged


def report(
    scenarios: Annotated[
        list[str],
        typer.Argument(metavar="SCENARIO...", help="Shipped names or YAML files; one or more."),
    ],
    formats: Annotated[
        str, typer.Option("--format", metavar="html,docx,pdf,xlsx,pptx", help="What to write.")
    ] = "html",
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="zh|en|both", help="Language of the report.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")
    ] = Path("reports"),
    brief: Annotated[
        bool, typer.Option("--brief", help="One page a scenario, for a director.")
    ] = False,
    office: Annotated[
        Path | None,
        typer.Option(
            "--office",
            metavar="FILE",
            help="Whose report: office, author, date, title (YAML); else office.yaml here.",
        ),
    ] = None,
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    engine: EngineName = "kernel",
    observations: Observations = None,
    probability: Probability = True,
    assumptions: Annotated[
        bool,
        typer.Option(
            "--assumptions/--no-assumptions",
            help="Run each assumption at both ends of its range, to tell which matter most.",
        ),
    ] = True,
    learning: Annotated[
        bool,
        typer.Option(
            "--learning", help="Add what could be known when; takes minutes the first time."
        ),
    ] = False,
    more_sections: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="wedges,flips,what-it-takes,what-to-watch",
            help="Add what carries the result, what would turn it, what it would take.",
        ),
    ] = None,
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
    from zjsim.judging import with_own_observations
    from zjsim.report.document.compose_deciding import compute_deciding
    from zjsim.report.document.deliver import deliver, judge_scenario
    from zjsim.report.document.office import read_office

    signed = wanted != ("xlsx",)
    if office is not None and not signed:
        raise typer.BadParameter("a workbook bears no office", param_hint="--office")
    settings = read_office(office) if signed else None
    if brief and {"xlsx", "pptx"} & set(wanted):
        raise typer.BadParameter("a page is html, docx or pdf", param_hint="--format")
    opened, read = plan_and_scenarios(scenarios, assignments or [], plan)
    read = starting(opened, read, known_until, words, quiet=True)
    seen = with_own_observations(opened, observations)
    judged: list[Judged] = [
        judge_scenario(
            opened,
            scenario,
            seen,
            engine=engine,
            trust_model=trust_model,
            influence=assumptions,
            probability=probability,
        )
        for scenario in with_progress(read, len(read), "Simulating")
    ]
    given = {
        "--format": ",".join(wanted), "--lang": lang or languages[0], "--plan": plan,
        "--observations": observations, "--engine": engine if engine != "kernel" else None,
        "--known-until": known_until, "--with": more_sections,
    }  # fmt: skip
    more = [part for key, value in given.items() if value for part in (key, str(value))]
    more += [part for change in assignments or [] for part in ("--set", change)]
    more += [] if assumptions else ["--no-assumptions"]
    more += [] if probability else ["--no-probability"]
    more += ["--trust-model"] if trust_model else []
    more += ["--learning"] if learning else []
    learnt = None
    if learning:
        from zjsim.analysis.learning.learn import learn

        learnt = learn(opened, scenario=read[0], observations=seen, told=telling(words))
    topics = [part.strip() for part in (more_sections or "").split(",") if part.strip()]
    if topics and (brief or not {"html", "docx", "pdf"} & set(wanted)):
        what = "it goes with a whole report in html, docx or pdf"
        raise typer.BadParameter(what, param_hint="--with")
    deciding = compute_deciding(opened, read[0], topics)
    command = _command(scenarios, more)
    today = date.today().isoformat()
    for path in deliver(
        out, judged, wanted, languages, seen, command, brief, settings, today, learnt, deciding
    ):
        wrote(path, words)


def _formats(text: str) -> tuple[str, ...]:
    from zjsim.report.document.deliver import FORMATS

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
