import io
import re
import sys
import zipfile

import pytest

from tests.report.report_case import judged, light
from zjsim.errors import ZjsimError
from zjsim.report.document.document import Picture

pytestmark = pytest.mark.slow

docx = pytest.importorskip("docx")


@pytest.fixture(scope="module", params=["zh", "en"])
def written(request, tmp_path_factory):
    from zjsim.report.document.word import write_word

    path = tmp_path_factory.mktemp("word") / "报告.docx"
    write_word(path, light(request.param))
    return request.param, path, docx.Document(str(path))


def east_asian_fonts(file):
    from docx.oxml.ns import qn

    return {fonts.get(qn("w:eastAsia")) for fonts in file.element.iter(qn("w:rFonts"))}


def test_the_file_holds_every_table_of_the_document(written):
    language, _, file = written
    blocks = list(light(language).tables())
    assert len(file.tables) == len(blocks)
    verdicts = file.tables[0]
    for row, judgement in zip(verdicts.rows[1:], judged().report.rows, strict=True):
        assert row.cells[0].text == str(judgement.indicator.number)
        shown = float(row.cells[5].text.replace(",", ""))
        half = 0.51 * 10**-judgement.indicator.decimals
        assert shown == pytest.approx(judgement.projection, abs=half)


def test_chinese_fonts_are_named_and_have_stand_ins(written):
    language, _, file = written
    fonts = east_asian_fonts(file)
    assert None not in fonts
    if language == "zh":
        assert {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"} <= fonts
    parts = {str(part.partname): part for part in file.part.package.iter_parts()}
    table = parts["/word/fontTable.xml"]
    assert "FangSong" in table.blob.decode("utf-8")


def test_a_machine_without_chinese_fonts_finds_every_letter_in_the_file(written):
    from fontTools.ttLib import TTFont

    language, path, _ = written
    with zipfile.ZipFile(path) as packed:
        fonts = [name for name in packed.namelist() if name.endswith(".odttf")]
        if language == "en":
            assert fonts == []
            return
        table = packed.read("word/fontTable.xml").decode("utf-8")
        links = packed.read("word/_rels/fontTable.xml.rels").decode("utf-8")
        text = re.sub(r"<[^>]+>", "", packed.read("word/document.xml").decode("utf-8"))
        wanted = {ord(letter) for letter in text if "\u3400" <= letter <= "\u9fff"}
        embedded = re.findall(
            r'<w:font w:name="([^"]+)">(?:(?!</w:font>).)*'
            r'<w:embedRegular r:id="(\w+)" w:fontKey="\{([^}]+)\}"/>',
            table,
        )
        assert {name for name, *_ in embedded} == {
            "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
        }  # fmt: skip
        for name, link, key in embedded:
            target = re.search(rf'Id="{link}"[^>]*Target="([^"]+)"', links)[1]
            content = packed.read(f"word/{target}")
            mask = bytes.fromhex(key.replace("-", ""))[::-1] * 2
            head = bytes(a ^ b for a, b in zip(content[:32], mask, strict=True))
            font = TTFont(io.BytesIO(head + content[32:]))
            assert font["name"].getBestFamilyName() == name
            assert wanted <= set(font.getBestCmap())


def test_a_chinese_page_has_the_official_margins(written):
    language, _, file = written
    page = file.sections[0]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    found = [round(margin.mm) for margin in margins]
    assert found == ([37, 35, 28, 26] if language == "zh" else [25] * 4)
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)


def test_pictures_have_their_title_below_and_words_for_those_who_cannot_see(written):
    language, _, file = written
    blocks = [block for section in light(language).sections for block in section.blocks]
    titles = [block.title for block in blocks if isinstance(block, Picture)]
    texts = [paragraph.text for paragraph in file.paragraphs]
    assert all(title in texts for title in titles)
    assert all(shape._inline.docPr.get("descr") for shape in file.inline_shapes)


def test_tables_fit_the_page_and_repeat_their_heads(written):
    _, _, file = written
    page = file.sections[0]
    width = page.page_width - page.left_margin - page.right_margin
    for table in file.tables:
        assert sum(cell.width for cell in table.rows[0].cells) <= width * 1.001
        assert "w:tblHeader" in table.rows[0]._tr.xml


def test_the_same_report_has_the_same_bytes(written, tmp_path):
    from zjsim.report.document.word import write_word

    language, path, _ = written
    write_word(tmp_path / "again.docx", light(language))
    assert (tmp_path / "again.docx").read_bytes() == path.read_bytes()


def test_a_missing_library_is_named_with_its_remedy(monkeypatch, tmp_path):
    from zjsim.report.document.word import write_word

    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(ZjsimError, match=r'python-docx.*pip install "zjsim\[report\]"'):
        write_word(tmp_path / "x.docx", light("en"))
