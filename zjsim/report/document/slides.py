"""A document as slides for PowerPoint: 16:9, a section a slide, its heading the message.

Headings are title placeholders, so that outline view and screen readers know them; notes of
tables and the words behind pictures are the speaker's notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from zjsim.errors import ZjsimError
from zjsim.files import UNDATED
from zjsim.language import TYPOGRAPHY, Language
from zjsim.plaintext import plain
from zjsim.report.document.document import (
    Block,
    Document,
    Picture,
    Points,
    Section,
    TableBlock,
    Text,
    missing_library,
    picture_bytes,
)
from zjsim.report.document.word import without_times
from zjsim.report.words.verdicts import TONES

WIDTH, HEIGHT = 13.333, 7.5  # inches
LEFT, TOP, BOTTOM = 0.55, 1.45, 0.55
ROOM = (WIDTH - 2 * LEFT, HEIGHT - TOP - BOTTOM)
DPI = 190
# Latin and Chinese letters; PowerPoint takes its own where a machine has none of them.
FONTS = ("Calibri", "Microsoft YaHei")
INK, MUTED, RULE = "1F2933", "5B6770", "B8C0C8"
# Points of text on a slide, the smallest at which a hall still reads.
TITLE, BODY, TABLE, SMALL = 26, 20, 12, 10
LONGEST_HEADING = 90  # characters at full size
BLANK_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid"
TITLE_ONLY = 5  # layout of the template


def write_slides(path: Path, document: Document) -> None:
    """Write the slides as a PowerPoint file; the same document has the same bytes.

    Raises
    ------
    ZjsimError
        When python-pptx is not installed.
    """
    try:
        import pptx
    except ImportError as problem:
        raise ZjsimError(missing_library("python-pptx", problem, "slides")) from None
    writer = _Writer(pptx.Presentation(), document)
    writer.write()
    buffer = BytesIO()
    writer.file.save(buffer)
    path.write_bytes(without_times(buffer.getvalue()))


class _Writer:
    """One presentation being written."""

    def __init__(self, file: Any, document: Document) -> None:
        self.file, self.document = file, document
        self.language: Language = document.language

    def write(self) -> None:
        """The first slide with title and office, then a slide a section."""
        from pptx.util import Inches

        self.file.slide_width, self.file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self._metadata()
        self._opening()
        for section in self.document.sections:
            self._slide(section)

    def _metadata(self) -> None:
        core = self.file.core_properties
        core.title = plain(self.document.title.replace("\n", " "), most=255)
        core.subject = plain(self.document.subtitle, most=255)
        core.comments = plain(self.document.caution, most=255)
        core.author = core.last_modified_by = "zjsim"
        core.created = core.modified = UNDATED
        core.revision = 1
        core.language = TYPOGRAPHY[self.language].tag

    def _opening(self) -> None:
        slide = self._titled(self.document.title, 36, (LEFT, 2.1, ROOM[0], 1.7))
        lines = [(self.document.subtitle, 22, INK), (self.document.byline, 16, MUTED)]
        lines.append((self.document.caution, 14, MUTED))
        frame = self._box(slide, (LEFT, 3.9, ROOM[0], 2.0))
        for place, (text, size, colour) in enumerate(lines):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            self._run(paragraph, text, size, colour)

    def _slide(self, section: Section) -> None:
        """A slide; one more for each further part of a picture."""
        drawn = [
            (block, figure)
            for block in section.blocks
            if isinstance(block, Picture)
            for figure in block.draw("slide")
        ]
        for place, (picture, figure) in enumerate(drawn, 1):
            part = f" ({place}/{len(drawn)})" if len(drawn) > 1 else ""
            self._picture(self._headed(section, part), picture, figure)
        if not drawn:
            slide = self._headed(section)
            for other in section.blocks:
                self._block(slide, other)

    def _headed(self, section: Section, part: str = "") -> Any:
        """A slide with its message, the speaker's notes and the line at the foot."""
        heading = section.heading + part
        wide = len(heading) * (2 if TYPOGRAPHY[self.language].full_width else 1)
        size = TITLE if wide <= LONGEST_HEADING else TITLE - 5
        slide = self._titled(heading, size, (LEFT, 0.35, ROOM[0], 1.0))
        said = "\n".join(text for block in section.blocks for text in _notes(block))
        if said:
            slide.notes_slide.notes_text_frame.text = plain(said)
        foot = self._box(slide, (LEFT, HEIGHT - 0.45, ROOM[0], 0.3))
        line = f"{self.document.subtitle}  |  {self.document.caution}  |  {len(self.file.slides)}"
        self._run(foot.paragraphs[0], line, SMALL, MUTED)
        return slide

    def _titled(self, text: str, size: float, box: tuple[float, ...]) -> Any:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.util import Inches

        slide = self.file.slides.add_slide(self.file.slide_layouts[TITLE_ONLY])
        title = slide.shapes.title
        title.left, title.top, title.width, title.height = map(Inches, box)
        frame = title.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        for place, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.LEFT
            self._run(paragraph, line, size, INK, bold=True)
        return slide

    def _box(self, slide: Any, box: tuple[float, ...]) -> Any:
        from pptx.util import Inches

        frame = slide.shapes.add_textbox(*map(Inches, box)).text_frame
        frame.word_wrap = True
        return frame

    def _run(
        self, paragraph: Any, text: str, size: float, colour: str = INK, bold: bool = False
    ) -> None:
        from pptx.dml.color import RGBColor
        from pptx.oxml.ns import qn
        from pptx.util import Pt

        run = paragraph.add_run()
        run.text = plain(text)
        font = run.font
        font.size, font.bold, font.name = Pt(size), bold, FONTS[0]
        colours: Any = RGBColor
        font.color.rgb = colours.from_string(colour)
        element = run._r.get_or_add_rPr()
        element.set("lang", TYPOGRAPHY[self.language].tag)
        chinese = element.makeelement(qn("a:ea"), {"typeface": FONTS[1]})
        element.find(qn("a:latin")).addnext(chinese)

    def _block(self, slide: Any, block: Block) -> None:
        if isinstance(block, TableBlock):
            self._table(slide, block)
        elif isinstance(block, Points | Text):
            items = block.items if isinstance(block, Points) else (block.text,)
            self._points(slide, items)

    def _points(self, slide: Any, items: tuple[str, ...]) -> None:
        from pptx.util import Pt

        frame = self._box(slide, (LEFT, TOP, *ROOM))
        wide = sum(map(len, items)) * (2 if TYPOGRAPHY[self.language].full_width else 1)
        size = BODY if wide < 800 else BODY - 3 if wide < 1300 else BODY - 6
        for place, text in enumerate(items):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(0.6 * size)
            self._run(paragraph, f"•  {text}", size)

    def _picture(self, slide: Any, block: Picture, figure: Any) -> None:
        """The picture as large as fits, in the middle; what it shows in words beside it."""
        from pptx.util import Inches

        wide, high = figure.get_size_inches()
        scale = min(ROOM[0] / wide, ROOM[1] / high)
        width, height = wide * scale, high * scale
        shape = slide.shapes.add_picture(
            BytesIO(picture_bytes(figure, "png", round(DPI * scale))),
            Inches((WIDTH - width) / 2), Inches(TOP + (ROOM[1] - height) / 2),
            Inches(width), Inches(height),
        )  # fmt: skip
        shape._element.nvPicPr.cNvPr.set("descr", plain(block.alt))

    def _table(self, slide: Any, block: TableBlock) -> None:
        from pptx.oxml.ns import qn
        from pptx.util import Inches

        rows, heads = block.table.rows, block.heads
        weights = block.weights()
        high = ROOM[1] / (len(rows) + 1)
        frame = slide.shapes.add_table(
            len(rows) + 1, len(heads), Inches(LEFT), Inches(TOP), Inches(ROOM[0]),
            Inches(min(high, 0.42) * (len(rows) + 1)),
        )  # fmt: skip
        table = frame.table
        look = frame._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId"))
        look.text = BLANK_TABLE
        for column, weight in zip(table.columns, weights, strict=True):
            column.width = Inches(ROOM[0] * weight / sum(weights))
        for place, head in enumerate(heads):
            self._cell(table.cell(0, place), head, block.table.alignment[place], MUTED)
        for line, row in enumerate(rows):
            for place, text in enumerate(row):
                tone = block.tones.get((line, place))
                colour = TONES[tone][1].lstrip("#") if tone else INK
                cell = table.cell(line + 1, place)
                self._cell(cell, text, block.table.alignment[place], colour, bool(tone))

    def _cell(self, cell: Any, text: str, side: str, colour: str, bold: bool = False) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.util import Inches

        sides = {"<": PP_ALIGN.LEFT, ">": PP_ALIGN.RIGHT, "^": PP_ALIGN.CENTER}
        cell.margin_top = cell.margin_bottom = Inches(0.02)
        cell.margin_left = cell.margin_right = Inches(0.06)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        paragraph = cell.text_frame.paragraphs[0]
        paragraph.alignment = sides[side]
        self._run(paragraph, " ".join(text.split("\n")), TABLE, colour, bold)
        _underlined(cell)


def _underlined(cell: Any) -> None:
    """A thin rule below a cell."""
    from lxml import etree
    from pptx.oxml.ns import qn

    line = etree.SubElement(cell._tc.get_or_add_tcPr(), qn("a:lnB"), w="6350")
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), val=RULE)


def _notes(block: Block) -> Iterator[str]:
    """What a speaker may want to say of a block."""
    if isinstance(block, Picture):
        yield block.title
        yield block.alt
    elif isinstance(block, TableBlock):
        yield block.title
        yield from block.notes
