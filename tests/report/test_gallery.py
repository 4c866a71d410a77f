"""Every kind of chart that `zjsim plot` draws, on the shipped model, in both languages."""

import inspect
from dataclasses import FrozenInstanceError, fields, is_dataclass
from functools import lru_cache
from importlib import import_module

import pytest

import zjsim
from tests.report.picture_checks import check_texts
from tests.report.report_case import judged, plan
from zjsim.analysis.sensitivity.one_at_a_time import compute_influence
from zjsim.ensembles.run import simulate_ensemble
from zjsim.errors import PlanError
from zjsim.report.charts import style
from zjsim.report.model.diagrams import sectors
from zjsim.report.output import gallery

pytestmark = pytest.mark.slow

LANGUAGES = ("zh", "en")
KINDS = gallery.KINDS
WATER = "water_intensity_cut"
CHOICE = {"indicator": WATER, "fan": WATER, "tornado": "manufacturing_share"}
PARTS = {"figsize", "title", "style", "language"}


@lru_cache
def many():
    return simulate_ensemble(plan(), "baseline", runs=24, seed=1)


@lru_cache
def source(of):
    """What charts of one sort are drawn from."""
    run = judged("baseline", False)
    if of == "ensemble":
        return many()
    if of == "influence":
        return compute_influence(run.runs, backend="python")
    if of == "assessments":
        return (run.report, judged("frozen_effort", False).report)
    return run.report if of == "assessment" else run.runs


@lru_cache
def drawn(kind, language):
    """The charts of one kind; a diagram of every sector for stock-flow."""
    return gallery.draw_charts(KINDS[kind], source(KINDS[kind].of), CHOICE.get(kind), language)


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
        assert is_dataclass(chart.data)
        with pytest.raises(FrozenInstanceError):
            setattr(chart.data, fields(chart.data)[0].name, None)
        heads, rows = chart.data.table("en")
        assert rows
        assert all(len(row) == len(heads) for row in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_is_offered_and_takes_the_same_options(kind):
    function = getattr(zjsim, KINDS[kind].function)
    assert function is KINDS[kind].plot
    names = set(inspect.signature(function).parameters)
    assert names >= PARTS
    assert names & {"ax", "figure"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_is_what_is_written_and_is_computed_once(kind, monkeypatch):
    module = import_module(f"zjsim.report.{KINDS[kind].module}")
    name, computed, shown = KINDS[kind].function, [], []
    compute, plot = KINDS[kind].compute, KINDS[kind].plot

    def counted(*args):
        computed.append(compute(*args))
        return computed[-1]

    def seen(data, **more):
        shown.append(data)
        return plot(data, **more)

    monkeypatch.setattr(module, compute.__name__, counted)
    monkeypatch.setattr(module, name, seen)
    choice = CHOICE.get(kind, "Patents" if kind == "stock-flow" else None)
    (chart,) = gallery.draw_charts(KINDS[kind], source(KINDS[kind].of), choice, "en")
    assert len(computed) == 1
    assert computed[0] is shown[0] is chart.data


def column(chart, name):
    heads, rows = chart.data.table("en")
    return [row[heads.index(name)] for row in rows]


def test_numbers_of_the_drawing_are_those_of_the_file():
    (fan,) = drawn("fan", "en")
    axes = fan.figure.axes[0]
    (median,) = [line for line in axes.lines if line.get_gid() == "median"]
    assert list(median.get_ydata()) == column(fan, "p50")
    (wide,) = [band for band in axes.collections if band.get_gid() == "band-95"]
    heights = set(wide.get_paths()[0].vertices[:, 1])
    assert heights == {*column(fan, "p2.5"), *column(fan, "p97.5")}
    (tornado,) = drawn("tornado", "en")
    for end in ("low", "high"):
        (bars,) = [
            group
            for group in tornado.figure.axes[0].containers
            if group.get_label() == f"{end} value"
        ]
        drawn_to = [bar.get_x() + bar.get_width() for bar in bars]
        assert drawn_to == pytest.approx(column(tornado, f"at_{end}_end"))
    (indicator,) = drawn("indicator", "en")
    (line,) = [x for x in indicator.figure.axes[0].lines if x.get_gid() == "projection"]
    written = [value for value in column(indicator, "projection") if value is not None]
    assert list(line.get_ydata()) == written


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
    ends = {group.get_label(): group[0].get_facecolor() for group in axes.containers}
    low, high = ends["low value"], ends["high value"]
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
        gallery.draw_charts(KINDS["fan"], many(), "labor_productivity", "en")
