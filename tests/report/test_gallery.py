"""Every kind of chart that `zjsim plot` draws, on the shipped model, in both languages."""

import inspect
from dataclasses import FrozenInstanceError, fields, is_dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import get_type_hints

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

import zjsim
from tests.report.picture_checks import check_texts
from tests.report.report_case import judged, plan
from zjsim.analysis.sensitivity.one_at_a_time import compute_influence
from zjsim.cli.plot import plot
from zjsim.ensembles.run import simulate_ensemble
from zjsim.errors import PlanError, RunError
from zjsim.report.charts import style
from zjsim.report.charts.figures import write_figure
from zjsim.report.model.diagrams import sectors
from zjsim.report.output import gallery

pytestmark = pytest.mark.slow

LANGUAGES = ("zh", "en")
LEARNT = "ab12" * 16
KINDS = gallery.KINDS
WATER = "water_intensity_cut"
CHOICE = {"indicator": WATER, "fan": WATER, "tornado": "manufacturing_share"}
PARTS = {"figsize", "title", "style", "language"}


@lru_cache
def many():
    return simulate_ensemble(plan(), "baseline", runs=24, seed=1)


def learnt():
    """What a learning of six years may have found, for its picture takes no more than a table."""
    random = np.random.default_rng(1)
    years = range(2020, 2026)
    shares = pd.DataFrame(random.random((6, 12)), index=years)
    shares.iloc[0, :3] = 0, 1, 0.5
    last = SimpleNamespace(posterior=SimpleNamespace(hash=LEARNT))
    return SimpleNamespace(
        plan=plan(), scenario="observed", seed=2021, particles=1024, last=last,
        to_frame=lambda: shares,
    )  # fmt: skip


@lru_cache
def source(of):
    """What charts of one sort are drawn from."""
    run = judged("baseline", False)
    if of == "ensemble":
        return many()
    if of == "influence":
        return compute_influence(run.runs)
    if of == "learning":
        return learnt()
    if of == "discovery":
        return zjsim.discover(plan(), targets=[8], runs=512, seed=1, tree=False)
    if of == "robustness":
        return zjsim.robust(plan(), ["baseline", "reform_first", "innovation_push"], worlds=128)
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
    wanted = LEARNT[:8] if kind == "learning" else wanted
    wanted = source(KINDS[kind].of).run_id if kind in ("discover", "robust") else wanted
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
    choice = CHOICE.get(kind, "Digital core" if kind == "stock-flow" else None)
    (chart,) = gallery.draw_charts(KINDS[kind], source(KINDS[kind].of), choice, "en")
    assert len(computed) == 1
    assert computed[0] is shown[0] is chart.data


def redrawn(kind, language, **more):
    """The chart again, from the data of the one that is kept, with what a user asks for."""
    data = drawn(kind, language)[0].data
    made = KINDS[kind].plot(data, language=language, **more)
    return made if hasattr(made, "savefig") else made.get_figure(root=True)


def place(kind, figure):
    """Where a user has a chart drawn: axes of a figure, or an empty figure."""
    on_axes = "ax" in inspect.signature(KINDS[kind].plot).parameters
    return {"ax": figure.subplots()} if on_axes else {"figure": figure}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_or_covered_on_a_figure_of_the_users_of_5_by_3_inches(kind, language):
    for title in ("A title of mine", None):
        figure = Figure(figsize=(5, 3))
        FigureCanvasAgg(figure)
        assert redrawn(kind, language, title=title, **place(kind, figure)) is figure
        check_texts(figure)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_or_covered_at_a_size_that_is_asked_for(kind, language):
    figure = redrawn(kind, language, figsize=(5, 3))
    assert tuple(figure.get_size_inches()) == (5, 3)
    check_texts(figure)


def said(figure):
    """All words of a figure but those of ticks."""
    found = [*figure.texts]
    for ax in figure.axes:
        found += [*ax.texts, ax.title, ax._left_title]
    return " ".join(text.get_text() for text in found)


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_and_a_style_are_kept(kind, tmp_path):
    style_file = tmp_path / "mine.mplstyle"
    style_file.write_text("text.color: 112233\nfont.size: 7\n", encoding="utf-8")
    for style_given in ({"text.color": "#112233", "font.size": 7}, style_file, str(style_file)):
        figure = redrawn(kind, "en", title="A title of mine", style=style_given)
        assert "A title of mine" in said(figure)
        assert "#112233" in {to_hex(text.get_color()) for text in figure.findobj(Text)}
    usual = drawn(kind, "en")[0].figure
    assert figure.texts[-1].get_fontsize() < usual.texts[-1].get_fontsize()


def test_a_style_that_does_not_exist_is_told():
    for wrong, words in (
        ("no_such_style", "no_such_style is none of matplotlib's styles and no .mplstyle file"),
        ({"fontsize": 7}, r"fontsize: no such setting of matplotlib\. Did you mean font\.size"),
        ({"font.size": "large-ish"}, "style: Key font.size"),
    ):
        with pytest.raises(RunError, match=words):
            redrawn("targets", "en", style=wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_drawn_has_a_name(kind):
    for ax in drawn(kind, "en")[0].figure.axes:
        shapes = [*ax.lines, *ax.patches, *ax.collections]
        is_key = kind == "board" and not ax.axison
        nameless = [x for x in shapes if not x.get_gid() and str(x.get_label()).startswith("_")]
        assert is_key or not nameless


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_an_svg_picture_are_text_in_a_font_that_others_have(kind, tmp_path):
    figure = drawn(kind, "zh")[0].figure
    figure.savefig(tmp_path / "a.svg")
    write_figure(figure, tmp_path / "b", ("svg",))
    for name in "ab":
        picture = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        assert "非官方评估" in picture
        assert "Microsoft YaHei" in picture


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_in_the_help_and_on_the_page(kind):
    page = Path("docs/how-to/charts.md").read_text(encoding="utf-8")
    assert f"| `{kind}` | {KINDS[kind].shows.replace('``', '`')} |" in page
    annotations = get_type_hints(plot, include_extras=True)
    assert kind in annotations["kind"].__metadata__[0].help


def column(chart, name):
    heads, rows = chart.data.table("en")
    return [row[heads.index(name)] for row in rows]


def lines_of(ax, gid):
    return [line for line in ax.lines if line.get_gid() == gid]


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


@pytest.mark.parametrize("kind", ["board", "indicator"])
def test_numbers_of_the_panels_are_those_of_the_file(kind):
    (chart,) = drawn(kind, "en")
    heads, rows = chart.data.table("en")
    ids = list(dict.fromkeys(row[0] for row in rows))
    for ax, name in zip(chart.figure.axes, ids, strict=False):
        own = [dict(zip(heads, row, strict=True)) for row in rows if row[0] == name]
        (line,) = lines_of(ax, "projection")
        # A base that is older than the first run year begins the line.
        path = [row["projection"] for row in own if row["projection"] is not None]
        assert [*line.get_ydata()][-len(path) :] == path
        (target,) = lines_of(ax, "target")
        assert {*target.get_ydata()} == {row["target"] for row in own}
        seen = {row["year"]: row["outturn"] for row in own}
        for dots in lines_of(ax, "outturn"):
            years, values = dots.get_data()
            assert [seen[year] for year in years] == [*values]


def test_numbers_of_rows_are_those_of_the_file():
    (targets,) = drawn("targets", "en")
    ax = targets.figure.axes[0]
    for name, progress in zip(
        column(targets, "indicator"), column(targets, "progress"), strict=True
    ):
        (line,) = lines_of(ax, f"progress-{name}")
        assert line.get_xdata()[1] == pytest.approx(100 * min(max(progress, -0.25), 1.75))
    (progress,) = drawn("progress", "en")
    bars = [bar.get_width() for bar in progress.figure.axes[0].patches]
    wanted = [100 * min(max(value, -0.25), 1.75) for value in column(progress, "progress")]
    assert sorted(bars) == pytest.approx(sorted(wanted))
    (comparison,) = drawn("comparison", "en")
    _, rows = comparison.data.table("en")
    for ax, row in zip(comparison.figure.axes, rows, strict=True):
        marks = [line for line in ax.lines if not line.get_label().startswith("_")]
        assert [line.get_xdata()[0] for line in marks] == row[2:]
    (chances,) = drawn("probabilities", "en")
    ax = chances.figure.axes[0]
    bars = [bar for bar in ax.patches if "probability" in (bar.get_gid() or "")]
    wanted = [100 * value for value in column(chances, "probability")]
    assert sorted(bar.get_width() for bar in bars) == pytest.approx(sorted(wanted))


def test_shapes_of_a_diagram_are_those_of_the_file():
    for chart in drawn("stock-flow", "en"):
        shapes = {patch.get_gid() for patch in chart.figure.axes[0].patches}
        flows = [name for end in ("inflows", "outflows") for name in column(chart, end)]
        wanted = {style.gid("stock", name) for name in column(chart, "stock")}
        wanted |= {style.gid("flow", n) for names in flows for n in names.split("; ") if n}
        assert {name for name in shapes if name.startswith(("stock-", "flow-"))} == wanted
    (loops,) = drawn("loops", "en")
    marks = {text.get_text() for text in loops.figure.axes[0].texts}
    assert {*column(loops, "loop")} <= marks


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
