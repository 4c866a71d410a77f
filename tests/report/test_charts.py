import os
import subprocess
import sys
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest

from tests.report.picture_checks import check_texts
from tests.report.stand_in import make_report
from zjsim.assessment.probability import wilson_share
from zjsim.errors import RunError
from zjsim.report.charts import style
from zjsim.report.charts.board import plot_board, plot_indicator
from zjsim.report.charts.canvas import Origin
from zjsim.report.charts.comparison_chart import plot_comparison
from zjsim.report.charts.ensemble_charts import LEVELS, FanData, plot_fan
from zjsim.report.charts.figures import write_chart_data, write_figure
from zjsim.report.charts.probability_charts import Chance, ProbabilityData, plot_probabilities
from zjsim.report.charts.targets import plot_progress, plot_targets
from zjsim.report.charts.tornado import Bar, TornadoData, plot_tornado

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
    return plot_board(make_report(), language)


def banded_board(language):
    return plot_board(make_report(band=True), language)


def indicator(language):
    return plot_indicator(make_report(), "patents_per_10bn", language).figure


def comparison(language):
    return plot_comparison(many(), language)


def targets(language):
    return plot_targets(make_report(), language).figure


def progress(language):
    return plot_progress(make_report(), language).figure


def fan_numbers():
    chosen = make_report().row("rd_intensity").indicator
    noise = np.random.default_rng(1).standard_normal((400, 1))
    draws = np.array([2.8, 2.93, 3.04, 3.17, 3.29, 3.39]) * (1 + 0.05 * noise)
    bands = np.percentile(draws, LEVELS, axis=0).T
    return FanData(chosen, tuple(range(2020, 2026)), tuple(map(tuple, bands)), Origin("made up"))


def chances():
    shares = [wilson_share(k * 20, 200) for k in range(10)]
    return ProbabilityData(
        tuple(
            Chance(row.indicator.label, share.value, share.low, share.high, k > 7)
            for k, (row, share) in enumerate(zip(make_report().rows, shares, strict=True))
        ),
        Origin("made up"),
    )


def bars():
    chosen = make_report().row("energy_intensity_cut").indicator
    ends = (
        Bar("能源审计 audit", 12.0, 17.1),
        Bar("energy price", 13.1, 15.2),
        Bar("trade", 14.0, 13.8),
    )
    return TornadoData(chosen, 13.9, ends, 40, Origin("made up"))


def fan(language):
    return plot_fan(fan_numbers(), language=language).figure


def probabilities(language):
    return plot_probabilities(chances(), language).figure


def tornado(language):
    return plot_tornado(bars(), language=language).figure


CHARTS = [
    board, banded_board, indicator, comparison, targets, progress, fan, probabilities, tornado,
]  # fmt: skip


@cache
def drawn(chart, language):
    """A chart that several tests look at, drawn once."""
    return chart(language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS)
def test_no_glyph_is_missing_and_no_label_is_clipped_or_covers_another(chart, language):
    check_texts(drawn(chart, language))


def test_a_picture_is_written_under_a_chinese_name(tmp_path):
    write_figure(drawn(targets, "zh"), tmp_path / "图", ("png",), dpi=60)
    assert (tmp_path / "图.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amended_target_is_marked_and_told(language):
    words = {"zh": "2022-09调整", "en": "from 2022-09"}[language]
    shown = [text.get_text() for ax in drawn(board, language).axes for text in ax.texts]
    assert f"≥18%\n{words}" in shown
    large = plot_indicator(make_report(), "water_intensity_cut", language)
    assert f"≥18%\n{words}" in [text.get_text() for text in large.texts]
    key = {"zh": "调整后目标", "en": "amended target"}[language]
    assert key in [text.get_text() for text in large.get_legend().get_texts()]
    plain = drawn(indicator, language).axes[0].get_legend()
    assert key not in [text.get_text() for text in plain.get_texts()]
    heads = [text.get_text() for ax in drawn(comparison, language).axes for text in ax.texts]
    assert any("2022-09" in head and "≥18%" in head for head in heads)


def test_numbers_of_a_comparison_stand_clear_of_marks_and_rules():
    figure = drawn(comparison, "en")
    figure.canvas.draw()
    for ax in figure.axes[:10]:
        edge = ax.get_window_extent().x1
        numbers = [text for text in ax.texts if text.get_text()[:1].isdigit()]
        numbers = [text for text in numbers if "  " not in text.get_text()]
        assert len(numbers) >= 8
        assert all(text.get_window_extent().x0 >= edge for text in numbers)


def test_progress_by_outturns_and_by_projections_are_told_apart():
    ax = plot_progress(make_report(), "en")
    heads = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert heads["by the latest published figure"] < heads["by the projection for 2025"]
    years = [text.get_text() for text in ax.texts if text.get_text().startswith("20")]
    assert years == sorted(years, key=lambda year: year == "2025")


@pytest.mark.slow
def test_same_input_gives_the_same_bytes_in_another_process(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from stand_in import make_report; from zjsim.report.charts.targets import plot_targets;"
        "from zjsim.report.charts.figures import write_figure;"
        "figure = plot_targets(make_report(), 'zh').figure;"
        "write_figure(figure, sys.argv[2], ['png', 'svg', 'pdf'], 60)"
    )
    here = os.path.dirname(__file__)
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-c", code, here, str(tmp_path / "there")]
    subprocess.run(command, check=True, env=environment)
    write_figure(targets("zh"), tmp_path / "here", ["png", "svg", "pdf"], 60)
    for kind in ("png", "svg", "pdf"):
        one, two = ((tmp_path / place).with_suffix(f".{kind}") for place in ("here", "there"))
        assert one.read_bytes() == two.read_bytes(), kind


def test_the_board_has_a_panel_an_indicator_in_the_order_of_the_plan():
    figure = drawn(board, "zh")
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
    assert plot_targets(make_report(), "en", ax=ax) is ax
    assert not figure.texts


def test_a_notebook_gets_a_picture_without_pyplot():
    assert drawn(board, "en")._repr_png_().startswith(b"\x89PNG")


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(RunError, match="no such picture format; take one of png, svg, pdf"):
        write_figure(drawn(board, "en"), tmp_path / "board", ("gif",))


def test_chart_data_opens_in_a_spreadsheet_with_chinese_intact(tmp_path):
    rows = [["能耗", 13.9], ["水", None]]
    path = write_chart_data(tmp_path / "a.b", ["指标", "2025"], rows)
    assert path.name == "a.b.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert path.read_text("utf-8-sig").splitlines() == ["指标,2025", "能耗,13.9", "水,"]


def test_a_chinese_line_breaks_by_sense_not_inside_a_word():
    name = "4  规上制造业企业研究与试验发展经费占营业收入的比重"
    assert style.wrap(name, 22.5).splitlines()[1] == "占营业收入的比重"
    assert style.wrap("2025年预测", 4.2) == "2025年\n预测"
    assert style.wrap("一个，两个", 2) == "一个，\n两个"


def test_text_is_wrapped_between_words_and_between_chinese_characters():
    assert style.wrap("Labour productivity, above-scale", 12) == "Labour productivity,\nabove-scale"
    assert style.wrap("规上工业增加值", 4) == "规上工业\n增加值"
    assert style.wrap("增加值（现价）", 6) == "增加值（现价）"
