import base64
import re
from html.parser import HTMLParser

import pytest

from tests.report.report_case import judged, light
from zjsim.errors import ZjsimError
from zjsim.report.charts import style
from zjsim.report.charts.dark import dark_colour
from zjsim.report.charts.font import embedded_font
from zjsim.report.document.html import lean_svg, render_html

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """Tags with their attributes, and the cells of tables by their id."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.tables, self.current, self.cell = [], {}, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if "data-table" in attributes:
            self.current = self.tables.setdefault(attributes["data-table"], [])
        if tag == "tr" and self.current is not None:
            self.current.append([])
        if tag in ("td", "th"):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            self.current[-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request):
    text = render_html(light(request.param))
    return request.param, text, Page(text)


def test_every_table_of_the_page_is_that_of_the_document(page):
    language, _, parsed = page
    for block in light(language).tables():
        assert [tuple(row) for row in parsed.tables[block.id][1:]] == list(block.table.rows)
    assert len(parsed.tables["verdicts"]) == 1 + len(judged().assessment.rows)


def test_nothing_is_fetched_from_anywhere(page):
    _, text, parsed = page
    assert not any(tag in ("script", "link", "iframe") for tag, _ in parsed.tags)
    for _, attributes in parsed.tags:
        for key in ("src", "srcset", "href"):
            if key in attributes:
                assert attributes[key].startswith(("data:", "#"))
    assert all(found.startswith(("data:", "#")) for found in re.findall(r"url\(([^)]*)", text))
    assert "@import" not in text
    assert not re.search(r'href="(?!#)', text)


def test_pictures_have_ids_of_their_own_and_a_dark_form(page):
    _, text, parsed = page
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in re.findall(r'(?:href="#|url\(#)([^")]+)', text):
        assert link in ids
    drawn = "".join(re.findall(r"<svg.*?</svg>", text, re.DOTALL))
    assert not re.search(r"#[0-9a-fA-F]{6}\b", drawn)
    light, dark = (
        dict(re.findall(r"--(c\w{6}):(#\w{6})", part)) for part in text.split("@media")[:2]
    )
    assert set(re.findall(r"var\(--(c\w{6})\)", drawn)) == set(light) == set(dark)
    assert dark["cffffff"] < "#333333"


def test_dark_inks_are_read_on_dark_paper():
    def brightness(colour):
        linear = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in linear]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    paper = brightness(dark_colour("#ffffff"))
    for ink in (style.INK, style.MUTED, *style.VERDICT_COLOUR.values()):
        # The contrast that WCAG asks of text.
        assert (brightness(dark_colour(ink.lower())) + 0.05) / (paper + 0.05) > 4.5


def test_the_page_can_be_read_without_eyes_or_mouse(page):
    language, text, parsed = page
    tags = dict(reversed(parsed.tags))
    assert tags["html"]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    pictures = [a for _, a in parsed.tags if a.get("role") == "img"]
    assert len(pictures) == text.count("<figure")
    assert all(attributes.get("aria-label") for attributes in pictures)
    heads = [a for tag, a in parsed.tags if tag == "th"]
    assert heads
    assert all(a.get("scope") in ("col", "row") for a in heads)
    targets = {a["id"] for _, a in parsed.tags if "id" in a}
    for tag, attributes in parsed.tags:
        if tag == "a":
            assert attributes["href"].removeprefix("#") in targets
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in targets
    scrolling = [a for _, a in parsed.tags if "scroll" in a.get("class", "").split()]
    assert all(a["tabindex"] == "0" and a["role"] == "region" for a in scrolling)


def test_the_same_report_has_the_same_bytes(page):
    language, text, _ = page
    assert render_html(light(language)) == text


def test_a_page_for_readers_without_chinese_fonts_brings_its_letters():
    from io import BytesIO

    from fontTools.ttLib import TTFont

    letters = TTFont(BytesIO(base64.b64decode(embedded_font("浙江≥“十四五”")))).getBestCmap()
    assert {ord(letter) for letter in "浙江十四五“”"} <= set(letters)
    assert embedded_font("plain") == ""


def test_lean_pictures_keep_small_scales():
    assert lean_svg("<g scale='0.015625'>\n <path d='12.345678 -3.14159'/>\n</g>") == (
        "<g scale='0.015625'><path d='12.35 -3.14'/></g>"
    )


def test_a_missing_library_is_named_with_its_remedy(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ZjsimError, match=r'pip install "zjsim\[report\]"'):
        render_html(light("en"))
