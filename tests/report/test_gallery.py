"""Every kind of chart that `zjsim plot` draws, on the shipped model, in both languages."""

from functools import lru_cache

import pytest

from tests.report.picture_checks import check_texts
from tests.report.report_case import judged, plan
from zjsim.ensembles.run import simulate_ensemble
from zjsim.errors import PlanError
from zjsim.report.charts import style
from zjsim.report.model.diagrams import sectors
from zjsim.report.output import gallery

pytestmark = pytest.mark.slow

LANGUAGES = ("zh", "en")
OF_RUNS = ("board", "indicator", "targets", "progress", "comparison")
KINDS = (*OF_RUNS, "fan", "probabilities", "tornado", "stock-flow", "loops")
WATER = "water_intensity_cut"


@lru_cache
def many():
    return simulate_ensemble(plan(), "baseline", runs=24, seed=1)


@lru_cache
def drawn(kind, language):
    """The charts of one kind; a diagram of every sector for stock-flow."""
    run = judged("baseline", False)
    if kind in OF_RUNS:
        reports = [run.report, judged("frozen_effort", False).report]
        return [gallery.report_chart(kind, reports, WATER, language)]
    if kind == "fan":
        return [gallery.fan_chart(many(), WATER, language)]
    if kind == "probabilities":
        return [gallery.probability_chart(many(), language)]
    if kind == "tornado":
        return [gallery.tornado_chart(run.runs, "manufacturing_share", language)]
    return gallery.diagram(kind, run.runs, None, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_all_letters_are_there_and_no_text_is_cut_or_covered(kind, language):
    for chart in drawn(kind, language):
        check_texts(chart.figure)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_footer_names_the_run_and_says_that_it_is_not_official(kind, language):
    run = many().run_id if kind in ("fan", "probabilities") else judged("baseline", False).report
    wanted = run if isinstance(run, str) else run.run_id
    caution = {"zh": "非官方评估", "en": "not an official assessment"}[language]
    for chart in drawn(kind, language):
        footer = " ".join(text.get_text() for text in chart.figure.texts).replace("\n", " ")
        assert wanted in footer
        assert caution in footer


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_has_its_data(kind):
    for chart in drawn(kind, "en"):
        assert chart.rows
        assert all(len(row) == len(chart.headers) for row in chart.rows)


def test_a_picture_of_every_sector_with_a_stock():
    assert len(drawn("stock-flow", "en")) == len(sectors(plan().model))


@pytest.mark.parametrize("kind", ["tornado", "stock-flow", "loops"])
def test_a_chinese_picture_names_the_variables_in_chinese(kind):
    for chart in drawn(kind, "zh"):
        axes = chart.figure.axes[0]
        shown = [text.get_text() for text in axes.texts]
        shown += [text.get_text() for text in axes.get_yticklabels() if axes.axison]
        named = [text for text in shown if sum(map(str.isascii, filter(str.isalpha, text))) > 6]
        assert not named, f"{chart.stem}: {named}"


@pytest.mark.parametrize("kind", ["board", "targets", "comparison"])
def test_verdicts_differ_in_shape_and_not_only_in_colour(kind):
    marks = list(style.VERDICT_MARKER.values())
    assert len(set(marks)) == len(marks)
    (chart,) = drawn(kind, "en")
    seen = {
        line.get_marker() for axes in chart.figure.axes for line in axes.lines if line.get_marker()
    }
    assert {style.VERDICT_MARKER["met"], style.VERDICT_MARKER["missed"]} <= seen


def test_low_and_high_ends_differ_without_colour():
    (chart,) = drawn("tornado", "en")
    axes = chart.figure.axes[0]
    low, high = axes.patches[0].get_facecolor(), axes.patches[1].get_facecolor()
    # Luminance of the two fills: told apart on a grey printer.
    grey = [0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] for c in (low, high)]
    assert abs(grey[0] - grey[1]) > 0.4
    assert {"low", "high"} <= {text.get_text() for text in axes.texts}


def test_the_same_runs_give_the_same_bytes():
    # The board: tests/cli/test_main_job.py.
    first = drawn("loops", "zh")[0].figure._repr_png_()
    assert drawn.__wrapped__("loops", "zh")[0].figure._repr_png_() == first


def test_an_unknown_indicator_is_named_with_what_is_near():
    with pytest.raises(PlanError, match="labour_productivity"):
        gallery.fan_chart(many(), "labor_productivity", "en")
