"""A director's page: one page, the likely before the single run, the office's own line."""

import pytest

import zjsim
from zjsim.report.document.compose_brief import build_brief
from zjsim.report.document.compose_scenario import Judged
from zjsim.report.document.compose_slides import build_slides
from zjsim.report.document.office import Office, read_office
from zjsim.report.document.pdf import write_pdf
from zjsim.report.document.slides import write_slides
from zjsim.report.output.results import report_of


@pytest.fixture(scope="module")
def judged():
    runs = zjsim.simulate("zhejiang", "baseline", "sampling.runs=16")
    found = zjsim.assess("zhejiang", runs, probability=True)
    return Judged(runs, found, report_of(runs, found))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_one_page(judged, language, tmp_path):
    pytest.importorskip("typst")
    pypdfium2 = pytest.importorskip("pypdfium2")
    office = Office(office="省经信厅规划处", author="张三", date="2026年11月29日")
    path = tmp_path / "brief.pdf"
    write_pdf(path, build_brief(judged, language, office))
    assert len(pypdfium2.PdfDocument(path)) == 1


def test_slides_are_wide_and_each_bears_one_message(judged, tmp_path):
    pptx = pytest.importorskip("pptx")
    path = tmp_path / "talk.pptx"
    write_slides(path, build_slides([judged], "zh", today="2026-11-29"))
    shown = pptx.Presentation(path)
    assert shown.slide_width / shown.slide_height == pytest.approx(16 / 9, rel=1e-3)
    titles = [slide.shapes.title.text_frame.text for slide in shown.slides]
    assert all(titles)
    assert len(set(titles)) == len(titles)
    assert titles[1].startswith("10项指标中最可能达成")
    for slide in shown.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= shown.slide_width
            assert shape.top + shape.height <= shown.slide_height
            if shape.shape_type == 13:
                assert shape._element.nvPicPr.cNvPr.get("descr")
    before = path.read_bytes()
    write_slides(path, build_slides([judged], "zh", today="2026-11-29"))
    assert path.read_bytes() == before


def test_the_likely_comes_first_and_every_target_is_named_once(judged):
    document = build_brief(judged, "en")
    points = document.sections[0].blocks[0].items
    assert points[0].startswith("Over 16 draws most likely")
    assert points[-1].startswith("Single run") or "single run" in points[-1]
    grouped = " ".join(points[1:-1])
    for row in judged.report.rows:
        assert grouped.count(row.indicator.label.en) == 1
    assert len(document.table("verdicts").rows) == 10


def test_the_office_signs_it(judged, tmp_path):
    path = tmp_path / "office.yaml"
    path.write_text('office: Planning\nauthor: A. Smith\ndate: "29 November 2026"\n')
    page = build_brief(judged, "en", read_office(path), today="2000-01-01")
    assert page.byline.startswith("Planning, A. Smith, 29 November 2026")
    assert build_brief(judged, "en", today="2000-01-01").byline.startswith("2000-01-01")
    path.write_text("ofice: Planning\n")
    with pytest.raises(zjsim.ZjsimError, match=r"line 1.*Did you mean office"):
        read_office(path)
