"""``zjsim check``: a target as a gate, by exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.cli.chances import chances_document, chances_of_runs
from zjsim.cli.known import KnownUntil, starting
from zjsim.cli.output import (
    Assignments,
    EngineName,
    Json,
    LanguageOption,
    Observations,
    Plan,
    Probability,
    TrustModel,
    language,
    note,
    say_json,
    say_notes,
    say_table,
    say_text,
)
from zjsim.language import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zjsim.assessment.assess import Assessment


CHECK_VIOLATED = 30
# Over several scenarios the gravest outcome counts, in this order.
GRAVEST = (1, CHECK_VIOLATED, 20, 10, 0)


def check(
    scenarios: Annotated[
        list[str],
        typer.Argument(metavar="SCENARIO...", help="Shipped names or YAML files."),
    ],
    known_until: KnownUntil = None,
    assignments: Assignments = None,
    plan: Plan = None,
    engine: EngineName = "kernel",
    method: Annotated[
        str | None, typer.Option("--method", metavar="rk4|euler", help="Integration rule.")
    ] = None,
    observations: Observations = None,
    probability: Probability = True,
    reality: Annotated[
        bool,
        typer.Option(
            "--reality/--no-reality",
            help="Also run the plan's reality checks (if this, then that) on the scenario.",
        ),
    ] = True,
    lang: LanguageOption = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Judge scenarios and exit with a status that says what is missed.

    Exit status: 0 every target met, 10 an anticipatory target not met, 20 a binding one not
    met, 30 a reality check violated, 1 failure, 2 wrong usage. Undecidable is not met. Over
    several scenarios: 1 before 30 before 20 before 10 before 0.

    Example: zjsim check baseline && echo "all targets met"
    """
    from zjsim.checking import run_checks
    from zjsim.cli.plans import plan_and_scenarios
    from zjsim.judging import assess, with_own_observations
    from zjsim.report.tables.outside_tables import outside_lines
    from zjsim.workflow import simulate

    words = language(lang)
    changes = [*(assignments or []), *([f"method={method}"] if method else [])]
    opened, read = plan_and_scenarios(scenarios, changes, plan)
    read = starting(opened, read, known_until, words, json)
    seen = with_own_observations(opened, observations)
    if reality:
        _ = opened.checks  # a mistake in them is reported before any verdict
    simulated = []
    # Verdicts of all scenarios first: they are what a reader waits for.
    for scenario in read:
        runs = simulate(
            opened,
            scenario,
            engine=engine,
            save=opened.indicator_variables,
            trust_model=trust_model,
        )
        (chances,) = chances_of_runs([runs], probability, json)
        judged = assess(opened, runs, seen, probability=chances or False)
        simulated.append((runs, judged))
        if not json:
            # The outside view is that of the plan, and said once.
            known = runs.known_until
            beside = outside_lines(opened, seen, words, known) if len(simulated) == 1 else []
            _say_verdicts(judged, words, beside)
    if not json:
        say_notes([runs for runs, _ in simulated])
    from zjsim.report.words.labels import localised

    statuses, documents = [], []
    for runs, judged in simulated:
        outcomes = run_checks(opened, runs.resolved) if reality else []
        violated = [outcome for outcome in outcomes if not outcome.holds]
        statuses.append(CHECK_VIOLATED if violated else judged.exit_status)
        documents.append(_document(judged, outcomes, statuses[-1]))
        if not json:
            _say_checks(localised(judged.label, words) or judged.name, outcomes, violated, words)
    if json:
        say_json(documents)
    raise typer.Exit(min(statuses, key=GRAVEST.index))


def _say_verdicts(judged: Assessment, words: Language, beside: Sequence[str]) -> None:
    from zjsim.report.tables.chance_words import headline
    from zjsim.report.tables.rows import as_report
    from zjsim.report.tables.tables import brief_table, remark_lines
    from zjsim.report.tables.wording import scenario_name

    report = as_report(judged)
    say_text(scenario_name(report, words))
    say_table(brief_table(report, words))
    for line in remark_lines(report, words):
        say_text(line, hang=5)
    for line in beside:
        say_text(line, hang=5)
    for line in headline(report, words):
        say_text(line)


def _say_checks(name: str, outcomes: list[Any], violated: list[Any], words: Language) -> None:
    from zjsim.report.words.labels import label

    if outcomes:
        holding = len(outcomes) - len(violated)
        say_text(label("check.reality", words, name=name, holding=holding, total=len(outcomes)))
    for outcome in violated:
        note(f"  {outcome.check.id}: {outcome.check.text.in_(words)} {outcome.reason}")


def _document(judged: Assessment, outcomes: list[Any], status: int) -> dict[str, Any]:
    return {
        "scenario": judged.name,
        "exit_status": status,
        "probability": chances_document(judged),
        "verdicts": {row.indicator.id: str(row.verdict) for row in judged.rows},
        "projections": {row.indicator.id: row.projection for row in judged.rows},
        "reality_checks": {outcome.check.id: outcome.holds for outcome in outcomes},
        "violated": {o.check.id: o.reason for o in outcomes if not o.holds},
    }
