"""A report as PDF, laid out by Typst with the font that zjsim brings along."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from zjsim.errors import RunError, ZjsimError
from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.charts.font import font_file
from zjsim.report.document.document import (
    Block,
    Commands,
    Document,
    Picture,
    Points,
    TableBlock,
    Text,
    breakable,
    missing_library,
    picture_bytes,
)
from zjsim.report.words.verdicts import TONES

TEMPLATE = Path(__file__).with_name("templates") / "report.typ"
# Family name of the font file that zhplot ships.
FONT = "Noto Sans SC"
# Region, size of the text in points, whether its right edge is even, and the space between
# lines and between paragraphs in font sizes.
LOOKS: dict[Language, dict[str, Any]] = {
    "zh": {"region": "cn", "size": 11, "justify": True, "leading": 0.85, "spacing": 1},
    "en": {"region": "gb", "size": 10, "justify": False, "leading": 0.65, "spacing": 0.9},
}
# Of a document that fits a page.
COMPACT: dict[str, Any] = {"size": 9, "leading": 0.6, "spacing": 0.6}
# Its sizes of text in points, tried until it fits.
SMALLER = (9.0, 8.5, 8.0, 7.5, 7.0)


def write_pdf(path: Path, document: Document) -> None:
    """Write the report as a PDF file; the same report has the same bytes.

    Raises
    ------
    ZjsimError
        When the package typst is not installed.
    RunError
        When Typst cannot lay the report out.
    """
    try:
        import typst
    except ImportError as problem:
        raise ZjsimError(missing_library("typst", problem)) from None
    with tempfile.TemporaryDirectory(prefix="zjsim-") as place:
        folder = Path(place)
        shutil.copy(TEMPLATE, folder / "report.typ")
        data = _data(document, folder)

        def laid_out(**how: Any) -> Any:
            text = json.dumps(data, ensure_ascii=False)
            if not TYPOGRAPHY[document.language].full_width:
                # The font's curved quotes are as wide as a Chinese letter.
                text = text.replace("“", '\\"').replace("”", '\\"')
            (folder / "data.json").write_text(text, encoding="utf-8")
            return typst.compile(
                str(folder / "report.typ"), root=str(folder), ignore_system_fonts=True,
                font_paths=[str(font_file().parent)], **how,
            )  # fmt: skip

        try:
            for size in SMALLER if document.compact else ():
                data["look"]["size"] = size
                # Pages as pictures come in a list where there are several.
                if not isinstance(laid_out(format="png", ppi=12.0), list):
                    break
            made = laid_out(format="pdf")
        except RuntimeError as problem:
            raise RunError(f"{path.name}: Typst cannot lay the report out: {problem}") from None
    path.write_bytes(made)


def _data(document: Document, folder: Path) -> dict[str, Any]:
    """The document as plain data; its pictures are written into the folder."""
    sections = []
    for section in document.sections:
        blocks = [_block(block, folder, section.id) for block in section.blocks]
        sections.append(
            {
                "id": section.id,
                "level": section.level,
                "heading": section.heading,
                "blocks": blocks,
            }
        )
    return {
        "lang": document.language,
        "look": {**LOOKS[document.language], **(COMPACT if document.compact else {})},
        "compact": document.compact,
        "font": [FONT],
        "tones": TONES,
        "title": document.title,
        "subtitle": document.subtitle,
        "byline": document.byline,
        "sections": sections,
    }


def _block(block: Block, folder: Path, section: str) -> dict[str, Any]:
    match block:
        case Text():
            return {"kind": "text", "text": block.text, "style": block.style}
        case Points():
            return {"kind": "points", "items": block.items}
        case Commands():
            return {"kind": "commands", "lines": block.lines}
        case Picture():
            files = []
            for number, figure in enumerate(block.draw("page")):
                name = f"{section}-{block.id}-{number}.svg"
                (folder / name).write_bytes(picture_bytes(figure, "svg"))
                files.append(name)
            return {"kind": "picture", "title": block.title, "alt": block.alt, "files": files}
        case TableBlock():
            return _table(block)


def _table(block: TableBlock) -> dict[str, Any]:
    table = block.table
    return {
        "kind": "table",
        "title": block.title,
        "headers": block.heads,
        "rows": [[breakable(cell) for cell in row] for row in table.rows],
        "alignment": list(table.alignment),
        "weights": block.weights(),
        "tones": {f"{row},{column}": tone for (row, column), tone in block.tones.items()},
        "notes": block.notes,
        "long": block.long,
    }
