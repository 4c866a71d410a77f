"""Parts of a Word file that python-docx has no words for: fonts, fields, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zjsim.language import Language
from zjsim.report.document.document import MANY_COLUMNS, TableBlock, breakable
from zjsim.report.words.verdicts import TONES

if TYPE_CHECKING:
    from zjsim.report.document.word import Layout

# Stand-ins where an official font is not installed, the nearest first.
ALT_NAMES = {
    "方正小标宋简体": "FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,宋体,SimSun,Noto Serif CJK SC",
    "仿宋_GB2312": "仿宋,FangSong,STFangsong,华文仿宋,Noto Serif CJK SC",
    "楷体_GB2312": "楷体,KaiTi,STKaiti,华文楷体,Noto Serif CJK SC",
    "黑体": "SimHei,STHeiti,华文黑体,Noto Sans CJK SC,Noto Sans SC",
    "宋体": "SimSun,STSong,华文宋体,Noto Serif CJK SC",
}
# How much wider numbers may be than in the font asked for, which a machine may lack.
SLACK = 1.1
# Rows of a table that is not broken across pages, and of one of verdicts.
SHORT, OF_VERDICTS = 6, 14


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def set_fonts(element: Any, latin: str, east_asian: str, hint: bool = False) -> None:
    """Name the fonts of a run or a style; ``hint`` draws “ ” … as Chinese marks."""
    from docx.oxml.ns import qn

    properties = element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = _element("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]  # theme fonts would win over names
    for key, value in (("ascii", latin), ("hAnsi", latin), ("eastAsia", east_asian), ("cs", latin)):
        fonts.set(qn(f"w:{key}"), value)
    if hint:
        fonts.set(qn("w:hint"), "eastAsia")


def mark_languages(element: Any) -> None:
    """Mark the text of a style as Simplified Chinese and British English."""
    from docx.oxml.ns import qn

    properties = element.get_or_add_rPr()
    for found in properties.findall(qn("w:lang")):
        properties.remove(found)
    properties.append(_element("w:lang", val="en-GB", eastAsia="zh-CN"))


def remove_rules(element: Any) -> None:
    """Take away the line that Word's own title style has below it."""
    from docx.oxml.ns import qn

    for found in element.iter(qn("w:pBdr")):
        found.getparent().remove(found)
        return


def add_alt_names(file: Any) -> None:
    """Write the stand-ins of each Chinese font into the font table."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in ALT_NAMES.items()
    )
    for part in file.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            text = part.blob.decode("utf-8")
            part._blob = text.replace("</w:fonts>", f"{fonts}</w:fonts>").encode("utf-8")


def add_field(run: Any, name: str) -> None:
    """A field such as PAGE in a run."""
    from docx.oxml.ns import qn

    begin, end = (_element("w:fldChar", fldCharType=kind) for kind in ("begin", "end"))
    code = _element("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {name} "
    for part in (begin, code, end):
        run._r.append(part)


def add_table(file: Any, block: TableBlock, layout: Layout, language: Language) -> None:
    """A table of the text's width whose head is repeated on each page."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Mm

    table = block.table
    grid = file.add_table(rows=0, cols=len(table.headers))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    _borders(grid)
    weights = block.weights(SLACK)
    widths = [Mm(layout.text_width * weight / sum(weights)) for weight in weights]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    size = layout.small if len(table.headers) > 6 or block.long else layout.table
    size -= 1 if len(table.headers) > MANY_COLUMNS else 0
    for place, texts in enumerate((block.heads, *table.rows)):
        row = grid.add_row()
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        if place == 0:
            row._tr.get_or_add_trPr().append(_element("w:tblHeader"))
        cells = row.cells  # found anew at each access
        for column, text in enumerate(texts):
            cell = cells[column]
            cell.width = widths[column]
            tone = block.tones.get((place - 1, column), "") if place else ""
            look = (table.alignment[column], size, place == 0, tone)
            _fill(cell, text, layout, language, *look)
            # A short table stays on one page; a long one keeps its first and last lines together.
            count = len(table.rows)
            first = count if count <= (OF_VERDICTS if block.tones else SHORT) else 3
            together = place < first or count - 2 <= place < count
            cell.paragraphs[0].paragraph_format.keep_with_next = together


def _fill(
    cell: Any,
    text: str,
    layout: Layout,
    language: Language,
    alignment: str,
    size: float,
    head: bool,
    tone: str,
) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import Pt, RGBColor

    paragraph = cell.paragraphs[0]
    form = paragraph.paragraph_format
    form.first_line_indent = Pt(0)
    form.space_before = form.space_after = Pt(1.5)
    form.line_spacing = Pt(size * 1.25)
    sides = {"<": ALIGN.LEFT, ">": ALIGN.RIGHT, "^": ALIGN.CENTER}
    form.alignment = ALIGN.CENTER if head else sides[alignment]
    run = paragraph.add_run(breakable(text))
    set_fonts(run._r, *layout.fonts["body"], hint=layout.official)
    run.font.size, run.bold = Pt(size), head
    properties = cell._tc.get_or_add_tcPr()
    if tone:
        fill, ink = (colour.removeprefix("#") for colour in TONES[tone])
        run.font.color.rgb = RGBColor.from_string(ink)
        properties.append(_element("w:shd", val="clear", color="auto", fill=fill))
    elif head:
        properties.append(_element("w:shd", val="clear", color="auto", fill="F0F2F4"))
    # After the shading: Word is strict about the order of these.
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _borders(grid: Any) -> None:
    """Thick rules above and below, thin ones between; narrow margins in the cells."""
    from docx.oxml.ns import qn

    properties = grid._tbl.tblPr
    borders = _element("w:tblBorders")
    for side, size in (("top", "12"), ("bottom", "12"), ("insideH", "4")):
        colour = "000000" if size == "12" else "B0B0B0"
        borders.append(_element(f"w:{side}", val="single", sz=size, space="0", color=colour))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="60", type="dxa"))
    # Word is strict about the order: borders, layout, margins, look.
    layout, look = (properties.find(qn(f"w:{name}")) for name in ("tblLayout", "tblLook"))
    layout.addprevious(borders)
    layout.addnext(margins)
    if look is not None:
        properties.remove(look)
