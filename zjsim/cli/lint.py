"""``zjsim lint``: is a plan folder or model file in order?"""

from __future__ import annotations

from typing import Annotated

import typer

from zjsim.bundle import DEFAULT_PLAN
from zjsim.cli.output import Json, LanguageOption, language, say_json, say_table, say_text

EXIT_FOUND = 1


def lint(
    target: Annotated[
        str,
        typer.Argument(
            metavar="[PLAN|FOLDER|MODEL|SCENARIO]",
            help="A shipped plan, a plan folder, a model file or a scenario file.",
        ),
    ] = DEFAULT_PLAN,
    lang: LanguageOption = None,
    json: Json = False,
) -> None:
    """Check units, documentation, sources, tables and scenarios; list what is wrong.

    Exit status: 0 nothing found but notes, 1 something found.

    Example: zjsim lint models/mine
    """
    from zjsim.cli.chinese import in_chinese
    from zjsim.lint import NOTE
    from zjsim.lint import lint as find
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import Table

    words = language(lang)
    findings = find(target)
    if json:
        say_json([{"rule": f.rule, "where": f.where, "what": f.what} for f in findings])
    elif findings:
        told = in_chinese if words == "zh" else str
        rows = tuple((f.rule, f.where, told(f.what)) for f in findings)
        heads = tuple(label(f"lint.{key}", words) for key in ("rule", "where", "what"))
        say_table(Table(heads, rows, "<<<"))
        say_text(label("lint.found", words, count=len(findings)))
    else:
        say_text(label("lint.nothing", words, target=target))
    raise typer.Exit(EXIT_FOUND if any(f.rule != NOTE for f in findings) else 0)
