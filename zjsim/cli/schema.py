"""``zjsim schema``: which keys a file has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zjsim.cli.output import LanguageOption, language, say, wrote


def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[FORMAT]",
            help="scenario, study, plan, levers, checks, loops, validation, learning or outside.",
        ),
    ] = "scenario",
    out: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Write it there instead of printing.")
    ] = None,
    lang: LanguageOption = None,
) -> None:
    """Print the JSON schema of a file, for editors.

    Example: zjsim schema study study.schema.json
    """
    import json

    from zjsim.schemas import schema_of

    text = json.dumps(schema_of(name), ensure_ascii=False, indent=2)
    if out is None:
        say(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        wrote(out, language(lang))
