"""A report as one HTML file that works without a network, by keyboard, on paper and on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from zjsim.errors import ZjsimError
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.charts.dark import colour_rules, inline_svg
from zjsim.report.charts.font import embedded_font
from zjsim.report.document.document import (
    Block,
    Commands,
    Document,
    Medium,
    Picture,
    Points,
    TableBlock,
    Text,
    missing_library,
    picture_bytes,
)
from zjsim.report.words.labels import label
from zjsim.report.words.verdicts import TONES
from zjsim.version import __version__

TEMPLATES = Path(__file__).with_name("templates")
# Tables of more columns become cards on a phone: a row in a few short lines.
MOST_ON_PHONE = 3
# The font that comes with the page.
FONT = "zjsim CJK"
ALIGNED = {"<": "", ">": "right", "^": "centre"}


def render_html(document: Document) -> str:
    """The report as the text of an HTML file.

    Raises
    ------
    ZjsimError
        When Jinja is not installed.
    """
    try:
        import jinja2
    except ImportError as problem:
        raise ZjsimError(missing_library("Jinja2", problem)) from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    language = document.language
    sections: list[dict[str, Any]] = [
        {
            "id": section.id,
            "level": section.level,
            "heading": section.heading,
            "annex": section.annex,
            "blocks": [
                _block(block, language, f"{section.id}-{place}")
                for place, block in enumerate(section.blocks)
            ],
        }
        for section in document.sections
    ]
    light, dark = colour_rules(
        svg
        for section in sections
        for block in section["blocks"]
        for svg in block.get("drawn", {}).values()
    )
    values: dict[str, Any] = {
        "light": light,
        "dark": dark,
        "document": document,
        "sections": sections,
        "lang": TYPOGRAPHY[language].html_tag,
        "version": __version__,
        "colon": TYPOGRAPHY[language].colon,
        "words": {
            "skip": label("report.skip", language),
            "contents": label("report.contents", language),
        },
        "font": "",
        "tones": TONES,
    }
    template = environment.get_template("report.html.j2")
    # The letters needed are known only when all the rest is written.
    values["font"] = embedded_font(template.render(**values))
    return template.render(**values) + "\n"


def write_html(path: Path, document: Document) -> None:
    """Write the report as one HTML file."""
    path.write_text(render_html(document), encoding="utf-8", newline="\n")


def _block(block: Block, language: Language, name: str) -> dict[str, Any]:
    match block:
        case Text():
            return {"kind": "text", "text": block.text, "style": block.style}
        case Points():
            return {"kind": "points", "items": block.items}
        case Commands():
            return {"kind": "commands", "lines": block.lines}
        case Picture():
            forms: tuple[Medium, ...] = ("screen", "phone")
            drawn = {form: _drawn(block.draw(form)[0], f"{name}-{form}") for form in forms}
            return {"kind": "picture", "id": block.id, "title": block.title, "alt": block.alt,
                    "drawn": drawn}  # fmt: skip
        case TableBlock():
            return _table(block, language)


def _drawn(figure: Any, name: str) -> str:
    """A figure as a part of the page's text; every word in it was escaped when it was written."""
    return inline_svg(lean_svg(picture_bytes(figure, "svg").decode("utf-8")), name, FONT)


def lean_svg(text: str) -> str:
    """An SVG with points to a hundredth and without line breaks: two thirds of the size.

    Numbers below one are kept: they are the scales of letters.
    """
    text = re.sub(r"(?<![\d.])[1-9]\d*\.\d{3,}", lambda match: f"{float(match[0]):.2f}", text)
    return re.sub(r">\s+<", "><", re.sub(r"\s*\n\s*", " ", text))


def _table(block: TableBlock, language: Language) -> dict[str, Any]:
    # The first column of words names the line; a number before it is only its place.
    numbered = block.table.alignment.startswith("><")
    head = 1 if numbered else 0
    classes = [ALIGNED[sign] for sign in block.table.alignment]
    if numbered:
        classes[0] += " number"
    classes[head] += " stick"
    return {
        "kind": "table",
        "id": block.id,
        "title": block.title,
        "table": block.table,
        "tones": block.tones,
        "notes": block.notes,
        "long": block.long,
        "cards": len(block.table.headers) > MOST_ON_PHONE,
        "head_column": head,
        "classes": [text.strip() for text in classes],
        "show": label("report.show_all", language, count=len(block.table.rows)),
    }
