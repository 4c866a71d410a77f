"""A report as a Word file: the layout of Chinese official documents, or a plain English one.

The Chinese sizes and margins are those usually quoted for GB/T 9704. Its fonts are named and
never shipped: each has stand-ins in the file's font table, and the letters of the text come
along for a machine that has none of them.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import Any

from zjsim.errors import ZjsimError
from zjsim.files import UNDATED
from zjsim.language import TYPOGRAPHY, Language
from zjsim.plaintext import plain
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
from zjsim.report.document.word_fonts import with_fonts
from zjsim.report.document.word_parts import (
    add_alt_names,
    add_field,
    add_table,
    mark_languages,
    remove_rules,
    set_fonts,
)

LONGEST_PROPERTY = 255  # characters of a property of the file
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0  # mm, A4
DPI = 190


@dataclass(frozen=True, slots=True)
class Layout:
    """Fonts, sizes in points and margins in millimetres (top, bottom, left, right).

    ``fonts`` maps a part of the text to (Latin, East Asian) font names; ``pitch`` is the
    fixed distance of lines in points, or zero for the font's own. ``official``: page numbers and
    punctuation as in the papers of Chinese authorities.
    """

    fonts: dict[str, tuple[str, str]]
    title: float
    body: float
    heading: float
    caption: float
    table: float
    small: float
    page_number: float
    pitch: float
    indent: float
    margins: tuple[float, float, float, float]
    official: bool = False

    @property
    def text_width(self) -> float:
        """Width of the text in millimetres."""
        return PAGE_WIDTH - self.margins[2] - self.margins[3]


# 2号 22, 3号 16, 4号 14, 小四 12, 五号 10.5, 小五 9 points.
OFFICIAL = Layout(
    fonts={
        "title": ("Times New Roman", "方正小标宋简体"),
        "body": ("Times New Roman", "仿宋_GB2312"),
        "heading1": ("Times New Roman", "黑体"),
        "heading2": ("Times New Roman", "楷体_GB2312"),
        "page": ("宋体", "宋体"),
    },
    title=22, body=16, heading=16, caption=12, table=10.5, small=9, page_number=14,
    pitch=28, indent=32, margins=(37, 35, 28, 26), official=True,
)  # fmt: skip
PLAIN = Layout(
    fonts={
        "title": ("Cambria", "宋体"),
        "body": ("Calibri", "宋体"),
        "heading1": ("Cambria", "宋体"),
        "heading2": ("Cambria", "宋体"),
        "page": ("Calibri", "宋体"),
    },
    title=20, body=11, heading=14, caption=10, table=9, small=8, page_number=10,
    pitch=0, indent=0, margins=(25, 25, 25, 25),
)  # fmt: skip
LAYOUTS: dict[Language, Layout] = {"zh": OFFICIAL, "en": PLAIN}


def write_word(path: Path, document: Document) -> None:
    """Write the report as a Word file.

    Raises
    ------
    ZjsimError
        When python-docx is not installed.
    """
    try:
        import docx
    except ImportError as problem:
        raise ZjsimError(missing_library("python-docx", problem)) from None
    layout = LAYOUTS[document.language]
    writer = _Writer(docx.Document(), document, layout)
    writer.write()
    buffer = BytesIO()
    writer.file.save(buffer)
    packed = buffer.getvalue()
    if layout.official:
        packed = with_fonts(packed, [east_asian for _, east_asian in layout.fonts.values()])
    path.write_bytes(without_times(packed))


def without_times(packed: bytes) -> bytes:
    """A zip file with the same members in the same order and no times of day."""
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(packed)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename)  # of 1980, whenever written
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            target.writestr(entry, source.read(member))
    return buffer.getvalue()


class _Writer:
    """One Word file being written."""

    def __init__(self, file: Any, document: Document, layout: Layout) -> None:
        self.file, self.document, self.layout = file, document, layout
        self.language: Language = document.language

    def write(self) -> None:
        """Styles, page, title, sections."""
        self._metadata()
        self._styles()
        self._page()
        title = self.file.add_paragraph(style="Title")
        for place, line in enumerate(self.document.title.split("\n")):
            if place:
                title.add_run().add_break()
            self._run(title, line, "title")
        for line in (self.document.subtitle, self.document.byline):
            self._run(self.file.add_paragraph(style="Subtitle"), line, "heading2")
        for section in self.document.sections:
            part = f"heading{section.level}"
            heading = self.file.add_paragraph(style=f"Heading {section.level}")
            self._run(heading, section.heading, part)
            for block, after in zip_longest(section.blocks, section.blocks[1:]):
                self._block(block, section.id)
                if isinstance(block, Text) and isinstance(after, TableBlock):
                    # Words that introduce a table stay with it.
                    self.file.paragraphs[-1].paragraph_format.keep_with_next = True

    def _metadata(self) -> None:
        core = self.file.core_properties
        core.title = plain(self.document.title.replace("\n", " "), most=LONGEST_PROPERTY)
        core.subject = plain(self.document.subtitle, most=LONGEST_PROPERTY)
        core.comments = plain(self.document.caution, most=LONGEST_PROPERTY)
        core.author = core.last_modified_by = "zjsim"
        core.created = core.modified = UNDATED
        core.revision = 1
        core.language = TYPOGRAPHY[self.language].tag
        add_alt_names(self.file)

    def _styles(self) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
        from docx.shared import Pt, RGBColor

        layout = self.layout
        looks = {
            "Normal": ("body", layout.body, False, ALIGN.JUSTIFY),
            "Title": ("title", layout.title, False, ALIGN.CENTER),
            "Subtitle": ("heading2", layout.body, False, ALIGN.CENTER),
            "Heading 1": ("heading1", layout.heading, layout.pitch == 0, ALIGN.LEFT),
            "Heading 2": ("heading2", layout.heading - (0 if layout.pitch else 2),
                          layout.pitch == 0, ALIGN.LEFT),
            "Caption": ("body", layout.caption, True, ALIGN.CENTER),
        }  # fmt: skip
        for name, (part, size, bold, align) in looks.items():
            style = self.file.styles[name]
            style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
            style.font.color.rgb = RGBColor(0, 0, 0)
            set_fonts(style.element, *layout.fonts[part])
            form = style.paragraph_format
            form.alignment = align
            form.space_before = form.space_after = Pt(0 if layout.pitch else 4)
            form.line_spacing = Pt(layout.pitch) if layout.pitch else 1.12
            form.widow_control = True
            mark_languages(style.element)
            remove_rules(style.element)
        self._indents()

    def _indents(self) -> None:
        from docx.shared import Pt

        layout, styles = self.layout, self.file.styles
        for name in ("Normal", "Heading 1", "Heading 2"):
            styles[name].paragraph_format.first_line_indent = Pt(layout.indent)
        for name in ("Title", "Subtitle", "Caption"):
            styles[name].paragraph_format.first_line_indent = Pt(0)
        for name in ("Heading 1", "Heading 2", "Caption"):
            styles[name].paragraph_format.keep_with_next = True
        styles["Title"].paragraph_format.space_after = Pt(layout.body)
        styles["Title"].paragraph_format.line_spacing = Pt(layout.title * 1.5)
        styles["Caption"].paragraph_format.line_spacing = Pt(layout.caption * 1.6)
        styles["Caption"].paragraph_format.space_before = Pt(layout.caption / 2)
        if not layout.pitch:
            styles["Heading 1"].paragraph_format.space_before = Pt(16)
            styles["Heading 2"].paragraph_format.space_before = Pt(10)

    def _page(self) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
        from docx.shared import Mm

        page = self.file.sections[0]
        page.page_width, page.page_height = Mm(PAGE_WIDTH), Mm(PAGE_HEIGHT)
        top, bottom, left, right = map(Mm, self.layout.margins)
        page.top_margin, page.bottom_margin = top, bottom
        page.left_margin, page.right_margin = left, right
        official = self.layout.official
        # 7 mm below the text on official pages.
        page.footer_distance = Mm(self.layout.margins[1] - (12 if official else 13))
        self.file.settings.odd_and_even_pages_header_footer = official
        footers = [(page.footer, ALIGN.RIGHT if official else ALIGN.CENTER)]
        if official:
            footers.append((page.even_page_footer, ALIGN.LEFT))
        for footer, align in footers:
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            paragraph.alignment = align
            self._page_number(paragraph, official)

    def _page_number(self, paragraph: Any, official: bool) -> None:
        from docx.shared import Pt

        size = self.layout.page_number
        form = paragraph.paragraph_format
        form.first_line_indent = Pt(0)
        if official:
            form.left_indent = form.right_indent = Pt(size)
        self._run(paragraph, "— " if official else "", "page", size)
        add_field(self._run(paragraph, "", "page", size), "PAGE")
        self._run(paragraph, " —" if official else "", "page", size)

    def _run(self, paragraph: Any, text: str, part: str, size: float | None = None) -> Any:
        from docx.shared import Pt

        run = paragraph.add_run(text)
        set_fonts(run._r, *self.layout.fonts[part], hint=self.layout.official)
        if size is not None:
            run.font.size = Pt(size)
        return run

    def _block(self, block: Block, section: str) -> None:
        match block:
            case Text():
                paragraph = self.file.add_paragraph()
                run = self._run(paragraph, block.text, "body")
                run.bold = block.style == "caution" or None
            case Points():
                self._points(block, small=section == "sources")
            case Commands():
                for line in block.lines:
                    self._code(line)
            case TableBlock():
                self._caption(block.title)
                add_table(self.file, block, self.layout, self.language)
                self._notes(block.notes)
            case Picture():
                self._picture(block)

    def _points(self, block: Points, small: bool) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
        from docx.shared import Pt

        for number, item in enumerate(block.items, start=1):
            paragraph = self.file.add_paragraph()
            if small:
                form = paragraph.paragraph_format
                form.alignment = ALIGN.LEFT  # addresses cannot be justified
                form.line_spacing = Pt(self.layout.table * 1.45)
                form.left_indent, form.first_line_indent = Pt(18), Pt(-18)
                self._run(paragraph, item, "body", self.layout.table)
            elif self.layout.pitch:
                self._run(paragraph, f"{number}．{item}", "body")
            else:
                form = paragraph.paragraph_format
                form.left_indent, form.first_line_indent = Pt(18), Pt(-18)
                form.tab_stops.add_tab_stop(Pt(18))
                self._run(paragraph, f"{number}.\t{item}", "body")

    def _code(self, line: str) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
        from docx.shared import Pt

        paragraph = self.file.add_paragraph()
        paragraph.alignment = ALIGN.LEFT
        paragraph.paragraph_format.first_line_indent = Pt(0)
        run = paragraph.add_run(line)
        set_fonts(run._r, "Courier New", "宋体")
        run.font.size = Pt(self.layout.caption)

    def _caption(self, text: str, keep: bool = True) -> None:
        paragraph = self.file.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = keep
        self._run(paragraph, text, "body")

    def _notes(self, notes: tuple[str, ...]) -> None:
        from docx.shared import Pt

        for note in notes:
            paragraph = self.file.add_paragraph()
            form = paragraph.paragraph_format
            form.first_line_indent = Pt(0)
            form.line_spacing = Pt(self.layout.small * 1.5)
            form.space_after = Pt(0)
            self._run(paragraph, note, "body", self.layout.small)

    def _picture(self, block: Picture) -> None:
        from docx.shared import Mm, Pt

        figures = block.draw("parts")
        for number, figure in enumerate(figures, start=1):
            paragraph = self.file.add_paragraph(style="Caption")
            paragraph.paragraph_format.keep_with_next = number == len(figures)
            # A fixed line pitch would cut the picture.
            paragraph.paragraph_format.line_spacing = 1.0
            paragraph.paragraph_format.space_before = Pt(6)
            run = paragraph.add_run()
            picture = run.add_picture(
                BytesIO(picture_bytes(figure, "png", DPI)), width=Mm(self.layout.text_width)
            )
            properties = picture._inline.docPr
            properties.set("descr", block.alt)
            properties.set("title", block.title)
        self._caption(block.title, keep=False)
