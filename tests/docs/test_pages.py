"""Links resolve, generated pages are up to date, the changelog knows the version."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import zjsim
from zjsim.report.model.model_book import ModelBook, anchor
from zjsim.report.model.model_census import model_census
from zjsim.report.model.model_pages import model_pages, picture_stems, write_model_pages
from zjsim.report.output.gallery import KINDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("README*.md")), *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def plan():
    return zjsim.open_plan()


def anchors(text):
    """Ids that a heading or an explicit anchor gives."""
    bare = FENCED.sub("", text)
    headings = re.findall(r"^#+ (.*)$", bare, re.MULTILINE)
    found = {anchor(re.sub(r"<[^>]+>|`", "", heading)) for heading in headings}
    return found | set(re.findall(r'id="([^"]+)"', bare))


def resolves(page, file, place=""):
    """Whether a link from a page leads to a file, and to a place in it."""
    target = (page.parent / file).resolve() if file else page
    if not target.exists():
        return False
    return not place or place in anchors(target.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(path):
    broken = []
    for link in LINK.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        if not resolves(path, *link.split("#", 1)):
            broken.append(link)
    assert broken == []


@pytest.mark.slow
def test_reference_pages_are_up_to_date(generate):
    pages = generate.reference_pages()
    stale = [path.name for path, text in pages.items() if text != path.read_text("utf-8")]
    assert stale == [], "run: python docs/generate.py"
    # The page of model files is written by hand.
    kept = set((DOCS / "reference").rglob("*.md")) - {DOCS / "reference" / "model-files.md"}
    assert kept == set(pages), "a page is left over"


def test_every_picture_of_the_model_is_there(plan):
    for stem in picture_stems(ModelBook(plan)).values():
        assert (DOCS / "reference" / "model" / f"{stem}.png").is_file()


def test_the_changelog_knows_the_version():
    assert f"## {zjsim.__version__}" in (DOCS / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("zensical")
    done = subprocess.run(
        [sys.executable, DOCS / "build_site.py", tmp_path, "--no-run"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    home = tmp_path / zjsim.__version__
    listed = json.loads((tmp_path / "versions.json").read_text("utf-8"))
    assert [one["version"] for one in listed] == [zjsim.__version__]
    for page in ("index.html", "zh/index.html", "how-to/gallery/index.html"):
        assert (home / page).is_file()
    assert len(list((home / "notebooks").glob("*/index.html"))) == len(
        list((ROOT / "notebooks").glob("*.ipynb"))
    )
    # A reader without a network sees all of it.
    for path in home.rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r'<(?:script|link|img)[^>]* (?:src|href)="https?:', text), path
    assert "节水" in (home / "zh" / "search.json").read_text("utf-8")


def test_the_gallery_shows_every_kind_of_chart_in_both_languages():
    for language, page in (("en", "how-to/gallery.md"), ("zh", "zh/gallery.md")):
        text = (DOCS / page).read_text("utf-8")
        shown = set(re.findall(r"images/gallery/([\w-]+\.png)", text))
        there = {path.name for path in (DOCS / "images" / "gallery").glob(f"*-{language}.png")}
        assert shown == there
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(KINDS)
        assert len(shown) >= len(KINDS) - 3


def test_the_census_of_the_shipped_model_is_clean(plan):
    census = ModelBook(plan).census
    assert census.clean
    assert census.bare_numbers == ()
    assert sum(census.grades.values()) == len(plan.constants.rows)


def test_the_census_names_what_is_lacking(tmp_path):
    text = (
        "{UTF-8}\n"
        "level= INTEG (rise, 7)\n\t~\tyuan\n\t~\tA level.\n\t|\n"
        "rise= level*rate*3\n\t~\t\n\t~\t\n\t|\n"
        "rate= 0.1\n\t~\t1/Year\n\t~\tA rate.\n\t|\n"
        "idle= 5\n\t~\tyuan\n\t~\tNot used.\n\t|\n"
        "INITIAL TIME= 0\n\t~\tYear\n\t~\tStart.\n\t|\n"
        "FINAL TIME= 1\n\t~\tYear\n\t~\tEnd.\n\t|\n"
        "TIME STEP= 0.5\n\t~\tYear\n\t~\tStep.\n\t|\n"
        "SAVEPER= 0.5\n\t~\tYear\n\t~\tSaved.\n\t|\n"
    )
    (tmp_path / "bad.mdl").write_text(text, encoding="utf-8")
    spec = zjsim.read_model(tmp_path / "bad.mdl")
    from zjsim.scenario.tables import ConstantTable

    census = model_census(spec, ConstantTable(""))
    assert not census.clean
    assert census.undocumented == ("rise",)
    assert census.without_unit == ("rise",)
    assert census.unused == ("idle",)
    assert set(census.unsourced) == {"rate", "idle"}
    assert set(census.bare_numbers) == {("level", 7.0), ("rise", 3.0)}


def test_pages_name_every_element_of_the_model(plan):
    pages = model_pages(ModelBook(plan))
    text = "\n".join(pages.values())
    for element in plan.model.elements.values():
        assert element.name in text
        assert element.documentation.split()[0] in text
    book = ModelBook(plan)
    for sector in book.sectors:
        assert book.texts[sector], f"{sector}: the model file has no sentence for the group"


def test_chinese_pages_have_chinese_headings(plan):
    pages = model_pages(ModelBook(plan, "zh"))
    assert pages["levers.md"].startswith("# 政策杠杆")
    assert "知识引擎" in pages["loops.md"]
    assert "汇率" in pages["boundary.md"]


def test_pages_of_a_small_plan_are_written_with_pictures(tmp_path):
    tiny = zjsim.open_plan(ROOT / "tests" / "analysis" / "tiny")
    written = write_model_pages(tiny, tmp_path / "out")
    names = {path.name for path in written}
    assert {"index.md", "levers.md", "drivers.md", "loops.md", "boundary.md"} <= names
    assert any(name.endswith(".png") for name in names)
