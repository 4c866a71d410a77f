"""``zjsim conformance``: the public test models against the output stored beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zjsim.cli.output import (
    Json,
    LanguageOption,
    TrustModel,
    counting,
    language,
    note,
    say_json,
    say_table,
    say_text,
    wrote,
)

EXIT_DIFFERS = 1


def conformance(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="A clone of github.com/SDXorg/test-models."),
    ],
    beside: Annotated[
        str | None,
        typer.Option(
            "--beside",
            metavar="pysd,simlin",
            help="Run these tools as well; pysd needs --trust-model, simlin the package pysimlin.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.md", help="Also write a page there.")
    ] = None,
    lang: LanguageOption = None,
    json: Json = False,
    trust_model: TrustModel = False,
) -> None:
    """Run the public test models and compare each with its stored output, by construct.

    Exit status: 0 all that runs is equal or explained, 1 something differs unexplained.

    Example: zjsim conformance test-models
    """
    from zjsim.analysis import conformance as suite
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import Table

    words = language(lang)
    tools = tuple(part.strip() for part in (beside or "").split(",") if part.strip())
    for tool in tools:
        if tool not in suite.TOOLS:
            raise typer.BadParameter(f"{tool}: choose {', '.join(suite.TOOLS)}",
                                     param_hint="--beside")  # fmt: skip
    if "pysd" in tools and not trust_model:
        raise typer.BadParameter(
            "pysd executes code generated from the models; repeat with --trust-model",
            param_hint="--beside",
        )
    files = suite.model_files(folder)
    with counting(len(files), "Comparing", json) as advance:
        outcomes = suite.check_conformance(folder, tools, advance)
    found = suite.counts(outcomes)
    if out is not None:
        out.write_text(suite.to_markdown(outcomes, tools), encoding="utf-8")
        wrote(out, words)
    if json:
        say_json(suite.document(outcomes))
    else:
        heads = ("construct", "file", "status", "said")
        rows = tuple(
            (one.construct, one.file, label(f"conformance.{one.status}", words),
             (one.cause or one.said)[:160])
            for one in outcomes
            if one.status in ("refused", "differs")
        )  # fmt: skip
        shown = tuple(label(f"conformance.{key}", words) for key in heads)
        say_table(Table(shown, rows, "<<<<"))
        say_text(label("conformance.total", words, files=len(outcomes), **_spelled(found)))
    unexplained = found["differs"] - found["explained"]
    if unexplained:
        note(label("conformance.unexplained", words, count=unexplained))
    raise typer.Exit(EXIT_DIFFERS if unexplained else 0)


def _spelled(found: dict[str, int]) -> dict[str, int]:
    return {key.replace(" ", "_"): count for key, count in found.items()}
