"""``zjsim plot``: files written, languages, and mistakes told."""

import csv

import pytest

pytestmark = pytest.mark.slow

STEMS = {
    "indicator": "indicator-labour_productivity",
    "fan": "fan-labour_productivity",
    "tornado": "tornado-labour_productivity",
    "stock-flow": "stock-flow-digital-core",
}
MORE = {
    "indicator": ["--indicator", "labour_productivity"],
    "fan": ["--indicator", "labour_productivity", "-n", "8"],
    "tornado": ["--indicator", "labour_productivity"],
    "probabilities": ["-n", "8"],
    "stock-flow": ["--sector", "Digital core"],
    "comparison": ["late_start"],
}
SIGNS = {"png": b"\x89PNG", "pdf": b"%PDF-", "svg": b"<?xml"}


# The pictures of all kinds are looked at in tests/report/test_gallery.py.
@pytest.mark.parametrize("kind", ["board", "indicator", "comparison", "fan", "stock-flow"])
def test_each_kind_writes_every_format_with_its_data_beside_it(zjsim, tmp_path, kind):
    more = MORE.get(kind, [])
    done = zjsim("plot", kind, "baseline", *more, "--formats", "png,svg,pdf", "--lang", "zh")
    assert done.status == 0, done.err
    stem = tmp_path / "charts" / f"{STEMS.get(kind, kind)}-zh"
    for name, sign in SIGNS.items():
        assert stem.with_suffix(f".{name}").read_bytes().startswith(sign)
        assert f"{stem.name}.{name}" in done.err
    with stem.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
        heads, *rows = csv.reader(file)
    assert rows
    assert all(len(row) == len(heads) for row in rows)


def test_the_same_command_writes_the_same_bytes(zjsim, tmp_path):
    for place in ("a", "b"):
        assert zjsim("plot", "targets", "--formats", "png,svg,pdf", "--out", place).status == 0
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == [f"targets-en.{kind}" for kind in ("csv", "pdf", "png", "svg")]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_kind_that_does_not_exist_is_told_with_what_is_near(zjsim):
    done = zjsim("plot", "tornadoo")
    assert done.status != 0
    assert "tornadoo: no such chart" in done.err
    assert "tornado" in done.err.replace("tornadoo", "")


def test_an_unknown_format_is_told_before_anything_is_run_or_written(zjsim, tmp_path):
    done = zjsim("plot", "board", "--formats", "png,gif")
    assert done.status != 0
    assert "gif" in done.err
    assert "png, svg, pdf" in done.err
    assert not (tmp_path / "charts").exists()


def test_an_unknown_sector_and_indicator_are_told_with_what_there_is(zjsim):
    done = zjsim("plot", "stock-flow", "--sector", "Digital cor")
    assert done.status != 0
    assert "Digital core" in done.err
    done = zjsim("plot", "indicator", "--indicator", "labor_productivity")
    assert done.status != 0
    assert "labour_productivity" in done.err


def test_a_folder_that_cannot_be_written_is_told_with_the_remedy(zjsim, tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")
    done = zjsim("plot", "targets", "--out", "taken")
    assert done.status != 0
    assert "taken" in done.err
    assert "--out" in done.err
