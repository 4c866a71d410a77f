"""``zjsim plot``: files written, languages, and mistakes told."""

import csv

import pytest
from PIL import Image

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


def test_a_name_of_one_picture_writes_that_file_with_its_data_beside_it(zjsim, tmp_path):
    done = zjsim("plot", "targets", "--out", "sent/to the office.PNG", "--no-probability")
    assert done.status == 0, done.err
    assert sorted(path.name for path in (tmp_path / "sent").iterdir()) == [
        "to the office.csv", "to the office.png",
    ]  # fmt: skip


def test_one_file_for_several_charts_or_another_format_is_told(zjsim, tmp_path):
    done = zjsim("plot", "targets", "--out", "a.png", "--formats", "svg")
    assert done.status == 2
    assert "names one file, --formats svg others" in done.err
    done = zjsim("plot", "stock-flow", "--out", "a.pdf")
    assert done.status == 1
    assert "charts, which one file cannot hold" in done.err
    assert not list(tmp_path.glob("a*"))


def test_sizes_are_shapes_and_a_size_that_does_not_exist_is_told(zjsim, tmp_path):
    wide = {}
    for size in ("slide", "column"):
        done = zjsim("plot", "progress", "--size", size, "--out", f"{size}.png", "--no-probability")
        assert done.status == 0, done.err
        with Image.open(tmp_path / f"{size}.png") as picture:
            wide[size] = picture.size
    assert wide["slide"][0] / wide["slide"][1] == pytest.approx(16 / 9, abs=0.01)
    # 8 cm at 300 points an inch have 945 pixels.
    assert wide["column"][0] >= 945
    done = zjsim("plot", "progress", "--size", "wide")
    assert "wide: no such size. Sizes: slide, column, page" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fan", "baseline", "late_start"), "fan: shows one scenario, not 2"),
        (("board", "--band"), "only of variable, levers, drivers"),
        (("board", "--indicator", "1"), "only of indicator, fan, tornado, wedges"),
        (("variable",), "name it: zjsim plot variable NAME"),
        (("variable", "staf"), "no such variable in the model of zhejiang. Did you mean staff?"),
        (("variable", "rd_intensity"), "an indicator of the plan"),
        (("levers", "--variable", "digitall"), "digitall: no such lever. Did you mean digital?"),
        (("wedges", "baseline", "late_start", "--levers"), "by all inputs that differ"),
        (("study",), "name one file"),
    ],
)
def test_what_a_chart_does_not_take_is_told(zjsim, words, told):
    done = zjsim("plot", *words)
    assert done.status != 0
    assert told in " ".join(done.err.split())


def test_the_wedges_of_a_gap_are_written_as_they_are_drawn(zjsim, tmp_path):
    done = zjsim("plot", "wedges", "frozen_effort", "baseline", "--set", "levers.digital=2",
                 "--set", "levers.water=2", "--indicator", "9", "--out", "w.svg")  # fmt: skip
    assert done.status == 0, done.err
    with (tmp_path / "w.csv").open(encoding="utf-8-sig", newline="") as file:
        heads, *rows = csv.reader(file)
    assert {"Water efficiency", "sum", "to_target"} <= set(heads)
    assert rows[-1][0] == "2025"
    assert sum(map(float, rows[-1][1:-2])) == pytest.approx(float(rows[-1][-2]), abs=1e-9)
