import os
import subprocess
import sys
import warnings

import matplotlib as mpl
import numpy as np
import pytest

from tests.report.stand_in import make_report
from zjsim.assessment.probability import wilson_share
from zjsim.errors import RunError
from zjsim.report import charts, style
from zjsim.report.labels import localised

LANGUAGES = ["zh", "en"]


def many(count=11):
    kinds = ("met", "above_band", "undecidable", "missing")
    return [
        make_report(
            f"scenario_{k}", f"scenario_{k}-3f2a9c1d", (k - 4) * 0.05,
            verdicts={"manufacturing_share": kinds[k % 4]},
        )
        for k in range(count)
    ]  # fmt: skip


def board(language):
    return charts.plot_board(make_report(), language)


def banded_board(language):
    return charts.plot_board(make_report(band=True), language)


def indicator(language):
    return charts.plot_indicator(make_report(), "patents_per_10bn", language).figure


def comparison(language):
    return charts.plot_comparison(many(), language)


def targets(language):
    return charts.plot_targets(make_report(), language).figure


def progress(language):
    return charts.plot_progress(make_report(), language).figure


def fan(language):
    chosen = make_report().row("rd_intensity").indicator
    noise = np.random.default_rng(1).standard_normal((400, 1))
    draws = np.array([2.8, 2.93, 3.04, 3.17, 3.29, 3.39]) * (1 + 0.05 * noise)
    return charts.plot_fan(chosen, range(2020, 2026), draws, language).figure


def probabilities(language):
    names = [localised(row.indicator.label, language) for row in make_report().rows]
    shares = [wilson_share(k * 20, 200) for k in range(10)]
    return charts.plot_probabilities(names, shares, language, groups=2).figure


def tornado(language):
    chosen = make_report().row("energy_intensity_cut").indicator
    bars = [("energy price", 13.1, 15.2), ("能源审计 audit", 12.0, 17.1), ("trade", 14.0, 13.8)]
    return charts.plot_tornado(chosen, 13.9, bars, language).figure


CHARTS = [
    board, banded_board, indicator, comparison, targets, progress, fan, probabilities, tornado,
]  # fmt: skip


def texts(figure):
    """Visible texts with their boxes, as they are on the canvas."""
    figure.canvas.draw()
    found = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    for ax in figure.axes:
        found += ax.texts
        if ax.get_legend():
            found += ax.get_legend().get_texts()
        if ax.axison:
            found += [ax.title, ax.xaxis.label, ax.yaxis.label]
            found += _within(ax.get_xticklabels(), 0, ax.get_xlim())
            found += _within(ax.get_yticklabels(), 1, ax.get_ylim())
    shown = [text for text in found if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in shown]


def _within(labels, axis, limits):
    """Tick labels beyond the limits exist and are not drawn."""
    low, high = min(limits) - 1e-9, max(limits) + 1e-9
    return [text for text in labels if low <= text.get_position()[axis] <= high]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS)
def test_no_glyph_is_missing(chart, language, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        charts.write_figure(chart(language), tmp_path / "图", ("png",), dpi=60)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS)
def test_no_label_is_clipped_or_covers_another(chart, language):
    with style.house():
        figure = chart(language)
        found = texts(figure)
    width, height = figure.canvas.get_width_height()
    for words, box in found:
        assert box.x0 >= 0, f"{words!r} leaves the figure at the left"
        assert box.y0 >= 0, f"{words!r} leaves the figure at the bottom"
        assert box.x1 <= width, f"{words!r} leaves the figure at the right"
        assert box.y1 <= height, f"{words!r} leaves the figure at the top"
    for position, (words, box) in enumerate(found):
        for other, place in found[position + 1 :]:
            # Boxes hold the line's full height; letters do not fill the outer tenth.
            slack = 0.12 * min(box.height, place.height)
            apart = (
                box.x1 <= place.x0 + 1 or place.x1 <= box.x0 + 1
                or box.y1 <= place.y0 + slack or place.y1 <= box.y0 + slack
            )  # fmt: skip
            assert apart, f"{words!r} covers {other!r}"


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_same_input_gives_the_same_bytes_in_another_process(kind, tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from stand_in import make_report; from zjsim.report.charts import *;"
        "write_figure(plot_targets(make_report(), 'zh').figure, sys.argv[2], [sys.argv[3]], 60)"
    )
    here = os.path.dirname(__file__)
    contents = []
    for seed in ("1", "2"):
        stem = tmp_path / seed
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(
            [sys.executable, "-c", code, here, str(stem), kind], check=True, env=environment
        )
        contents.append(stem.with_suffix(f".{kind}").read_bytes())
    assert contents[0] == contents[1]


def test_the_board_has_a_panel_an_indicator_in_the_order_of_the_plan():
    figure = board("zh")
    titles = [
        text.get_text()
        for ax in figure.axes[:10]
        for text in ax.texts
        if text.get_text()[:1].isdigit() and "  " in text.get_text()
    ]
    assert [int(title.split()[0]) for title in titles] == list(range(1, 11))
    shown = {text.get_text() for ax in figure.axes for text in ax.texts}
    assert {"≥16%", "33.3%左右", "达成", "未达成", "不可判"} <= shown


def test_drawing_leaves_the_settings_and_the_backend_alone():
    before, backend = dict(mpl.rcParams), mpl.get_backend(auto_select=False)
    board("zh")
    targets("en")
    assert dict(mpl.rcParams) == before
    assert mpl.get_backend(auto_select=False) == backend


def test_a_chart_draws_on_the_axes_it_is_given():
    figure = style.new_figure(8, 5)
    ax = figure.add_subplot()
    assert charts.plot_targets(make_report(), "en", ax=ax) is ax
    assert not figure.texts


def test_a_notebook_gets_a_picture_without_pyplot():
    assert board("en")._repr_png_().startswith(b"\x89PNG")


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(RunError, match="no such picture format; take one of png, svg, pdf"):
        charts.write_figure(board("en"), tmp_path / "board", ("gif",))


def test_chart_data_opens_in_a_spreadsheet_with_chinese_intact(tmp_path):
    rows = [["能耗", 13.9], ["水", None]]
    path = charts.write_chart_data(tmp_path / "a.b", ["指标", "2025"], rows)
    assert path.name == "a.b.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert path.read_text("utf-8-sig").splitlines() == ["指标,2025", "能耗,13.9", "水,"]


def test_text_is_wrapped_between_words_and_between_chinese_characters():
    assert style.wrap("Labour productivity, above-scale", 12) == "Labour productivity,\nabove-scale"
    assert style.wrap("规上工业增加值", 4) == "规上工业\n增加值"
    assert style.wrap("增加值（现价）", 6) == "增加值（现价）"
