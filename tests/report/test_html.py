import base64
import re
from html.parser import HTMLParser

import pytest

from tests.report.report_case import judged, light
from zjsim.errors import ZjsimError
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
    assert all(found.startswith("data:") for found in re.findall(r"url\(([^)]*)", text))
    assert "@import" not in text
    for encoded in re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", text):
        svg = base64.b64decode(encoded).decode()
        assert 'href="http' not in svg.replace("xmlns", "")


def test_the_page_can_be_read_without_eyes_or_mouse(page):
    language, _, parsed = page
    tags = dict(reversed(parsed.tags))
    assert tags["html"]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    assert all(attributes.get("alt") for tag, attributes in parsed.tags if tag == "img")
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
