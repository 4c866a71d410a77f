import re
import sys
import zlib

import pytest

from tests.report.report_case import light
from zjsim.errors import ZjsimError
from zjsim.report.document.pdf import write_pdf

pytestmark = pytest.mark.slow

pytest.importorskip("typst")


@pytest.fixture(scope="module", params=["zh", "en"])
def written(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "报告.pdf"
    write_pdf(path, light(request.param))
    return request.param, path, path.read_bytes()


def streams(raw):
    """Every part of the file as it is after decompression."""
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
        try:
            yield zlib.decompress(match[1])
        except zlib.error:
            yield match[1]


def test_the_font_is_inside_and_it_is_ours(written):
    _, _, raw = written
    everything = raw + b"".join(streams(raw))
    assert raw.startswith(b"%PDF-")
    assert b"NotoSansSC" in everything
    assert b"/FontFile" in everything


def test_the_text_can_be_searched(written):
    language, _, raw = written
    wanted = "实现" if language == "zh" else "targets"
    mapped = b"".join(streams(raw)).upper()
    # Each letter is named in a ToUnicode table, otherwise nobody could search or copy.
    for letter in wanted:
        assert f"<{ord(letter):04X}>".encode() in mapped


def test_the_same_report_has_the_same_bytes(written, tmp_path):
    language, _, raw = written
    write_pdf(tmp_path / "again.pdf", light(language))
    assert (tmp_path / "again.pdf").read_bytes() == raw


def test_a_missing_library_is_named_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ZjsimError, match=r'typst.*pip install "zjsim\[report\]"'):
        write_pdf(tmp_path / "x.pdf", light("en"))
