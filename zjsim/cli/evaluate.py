"""``zjsim evaluate``: the final evaluation of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.known import telling
from zjsim.cli.output import (
    Json,
    Observations,
    Plan,
    language,
    say,
    say_json,
    say_table,
    say_text,
    wrote,
)
from zjsim.language import LANGUAGES, Language

if TYPE_CHECKING:
    from zjsim.analysis.learning.evaluation import Evaluation

FORMATS = ("html", "docx", "pdf")


def evaluate(
    particles: Annotated[
        int, typer.Option("-n", "--particles", metavar="N", min=64, help="Size of the population.")
    ] = 1024,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of every draw.")] = 2021,
    observations: Observations = None,
    formats: Annotated[
        str | None,
        typer.Option("--format", metavar="html,docx,pdf", help="Write the report in these."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")
    ] = Path("evaluation"),
    plan: Plan = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="zh|en|both", help="Language of the report.")
    ] = None,
    json: Json = False,
) -> None:
    """Evaluate a plan at its end: outturns, where each gap comes from, what was said when.

    Example: zjsim evaluate --format docx,pdf --lang both --out evaluation
    """
    from zjsim.analysis.learning.evaluation import evaluate as evaluate_plan

    wanted = _formats(formats)
    words = language(None if lang == "both" else lang)
    languages: tuple[Language, ...] = LANGUAGES if lang == "both" else (words,)
    found = evaluate_plan(
        plan or DEFAULT_PLAN, particles=particles, seed=seed, observations=observations,
        told=telling(words, json),
    )  # fmt: skip
    for each in languages if wanted else ():
        for path in _written(out, found, wanted, each):
            wrote(path, each)
    if json:
        say_json(found.to_frame().to_dict("index"))
        return
    for each in languages:
        _show(found, each)


def _formats(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",")))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise typer.BadParameter(
            f"{', '.join(unknown) or 'nothing'}: choose from {', '.join(FORMATS)}",
            param_hint="--format",
        )
    return wanted


def _written(out: Path, found: Evaluation, formats: tuple[str, ...], words: Language) -> list[Path]:
    from zjsim.errors import RunError
    from zjsim.report.document.compose_evaluation import build_evaluation
    from zjsim.report.document.deliver import write_document

    document = build_evaluation(found, words)
    made = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in formats:
            path = out / f"evaluation_{words}.{name}"
            write_document(path, name, document)
            made.append(path)
    except OSError as problem:
        raise RunError(f"{out}: cannot be written ({problem.strerror or problem}).") from None
    return made


def _show(found: Evaluation, words: Language) -> None:
    from zjsim.report.document.compose_evaluation import build_evaluation
    from zjsim.report.document.document import Points, TableBlock, Text

    document: Any = build_evaluation(found, words)
    say_text(document.title)
    say_text(document.subtitle)
    for section in document.sections:
        say()
        say_text(section.heading)
        for block in section.blocks:
            if isinstance(block, Points):
                for item in block.items:
                    say_text(f"- {item}", hang=2)
            elif isinstance(block, TableBlock):
                say_text(block.title)
                say_table(block.table)
                for line in block.notes:
                    say_text(line)
            elif isinstance(block, Text):
                say_text(block.text)
    say_text(document.caution)
