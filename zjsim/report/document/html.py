"""A report as one HTML file that works without a network, by keyboard, on paper and on a phone."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from zjsim.errors import ZjsimError
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.charts.font import embedded_font
from zjsim.report.document.document import (
    Block,
    Commands,
    Document,
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
# Tables read line by line become cards on a phone; the others scroll sideways.
CARDS = frozenset({"verdicts", "progress", "levers", "influence"})
# Pictures that have a form of their own for phones.
PHONE = frozenset({"board"})
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
    sections = [
        {
            "id": section.id,
            "level": section.level,
            "heading": section.heading,
            "blocks": [_block(block, language) for block in section.blocks],
        }
        for section in document.sections
    ]
    values: dict[str, Any] = {
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


def _block(block: Block, language: Language) -> dict[str, Any]:
    match block:
        case Text():
            return {"kind": "text", "text": block.text, "style": block.style}
        case Points():
            return {"kind": "points", "items": block.items}
        case Commands():
            return {"kind": "commands", "lines": block.lines}
        case Picture():
            return _picture(block)
        case TableBlock():
            return _table(block, language)


def _picture(block: Picture) -> dict[str, Any]:
    # Another picture is shown as on a page: wider than a phone, narrower than a screen.
    fits = block.id in PHONE
    phone = _data_of(block.draw("phone" if fits else "page")[0])
    return {
        "kind": "picture",
        "id": block.id,
        "title": block.title,
        "alt": block.alt,
        "screen": _data_of(block.draw("screen")[0]),
        "phone": phone,
        "fits": fits,
    }


def _data_of(figure: Any) -> str:
    svg = lean_svg(picture_bytes(figure, "svg").decode("utf-8"))
    encoded = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return f"data:image/svg+xml;base64,{encoded}"


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
        "cards": block.id in CARDS,
        "head_column": head,
        "classes": [text.strip() for text in classes],
        "show": label("report.show_all", language, count=len(block.table.rows)),
    }
