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
from zjsim.analysis.decomposition.chances import chance_wedges
from zjsim.analysis.decomposition.wedges import wedges
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
CHOICE = {
    "indicator": WATER, "fan": WATER, "tornado": "manufacturing_share",
    "wedges": "energy_intensity_cut", "variable": "staff",
}  # fmt: skip
# Charts of a source that is made up here, because the true one takes minutes.
MADE_UP = {"frontier": "baseline", "study": "malla-", "learning": LEARNT[:8]}
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


def found_with_a_probability():
    """What a backcast may have found: an answer, and the effort that each share takes."""
    frontier = np.array([[0.0, 0.46], [0.01, 0.5], [0.03, 0.61], [0.08, 0.7]])
    return SimpleNamespace(
        plan=plan(), before=plan().read_scenario("baseline"), targets=plan().plan.indicators[5:9],
        probability=0.7, worlds=64, cost_rule="budget", cost=0.08, share=0.7, share_before=0.46,
        frontier=frontier, answer=object(),
    )  # fmt: skip


def studied(runs):
    """What a study of two levers may have found."""
    items = plan().plan.indicators
    cases, rows = [], []
    for k in range(6):
        case = SimpleNamespace(
            scenario=plan().read_scenario("late_start" if k > 2 else "baseline"),
            coordinates={"scenario": "late_start" if k > 2 else "baseline", "levers.water": k / 2},
        )
        shares = {f"{x.id}.met": float((k + j) % 3 == 0) for j, x in enumerate(items)}
        rows.append(
            {"case": f"{k:05d}", "runs": runs, **shares, "binding_met": 0.0, "all_met": 0.0}
        )
        cases.append(case)
    return SimpleNamespace(
        planned=SimpleNamespace(plan=plan(), cases=cases), rows=rows, folder=Path("malla-1a2b3c4d")
    )


@lru_cache
def source(of):
    """What charts of one sort are drawn from."""
    run = judged("baseline", False)
    if of == "ensembles":
        return [many()]
    if of == "parts":
        return wedges(plan(), "baseline", by="levers", pairs=1)
    if of == "chances":
        return chance_wedges(plan(), "baseline", worlds=16)
    if of == "paths":
        return [run.runs]
    if of == "study":
        return studied(1)
    if of == "backcast":
        return found_with_a_probability()
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
    wanted = MADE_UP.get(kind, wanted)
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
    # Charts of many rows with a key or heads below the title need the height of a column.
    size = (5, 3.9 if kind in ("decomposition", "chance-parts", "study") else 3)
    figure = redrawn(kind, language, figsize=size)
    assert tuple(figure.get_size_inches()) == size
    check_texts(figure)


@pytest.mark.parametrize("size", gallery.SIZES)
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {*gallery.WHOLE_PAGES, *gallery.PANELS}))
def test_nothing_is_cut_or_covered_in_a_column_on_a_page_or_on_a_slide(kind, size):
    figure = redrawn(kind, "en", figsize=gallery.SIZES[size])
    check_texts(figure)


def test_too_many_panels_for_a_column_are_told_with_what_to_do():
    for kind, words in (("board", "take --size page or slide"), ("levers", "Name one with --var")):
        with pytest.raises(RunError, match=words):
            gallery.draw_charts(KINDS[kind], source(KINDS[kind].of), None, "en", "column")
    charts = gallery.draw_charts(KINDS["levers"], source("paths"), "digital", "zh", "column")
    check_texts(charts[0].figure)
    with pytest.raises(RunError, match=r"wide: no such size\. Sizes: slide, column, page"):
        gallery.draw_charts(KINDS["targets"], source("assessment"), None, "en", "wide")


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


@pytest.mark.parametrize("kind", ["wedges", "decomposition", "chance-parts"])
def test_parts_of_the_drawing_are_those_of_the_file_and_sum_to_the_change(kind):
    (chart,) = drawn(kind, "en")
    heads, rows = chart.data.table("en")
    own = heads[1 : heads.index("sum")]
    written = np.array([[row[heads.index(name)] for name in own] for row in rows], dtype=float)
    assert written.sum(axis=1) == pytest.approx(column(chart, "sum"), abs=1e-9)
    ax = chart.figure.axes[0]
    long = [
        [bar.get_height() if kind == "wedges" else bar.get_width() for bar in group]
        for group in ax.containers
    ]
    scale = 1.0
    if kind == "decomposition":
        scale = np.array([row.reach for row in chart.data.rows])[:, None]
    # A bar of the base year, in which nothing has changed yet, is not drawn.
    years = written[-len(long[0]) :]
    drawn_parts = np.array(long).T
    assert drawn_parts == pytest.approx(years / scale)
    (whole,) = lines_of(ax, "sum")
    assert len(whole.get_xdata()) == len(years)


def test_paths_of_the_drawing_are_those_of_the_file():
    for kind in ("variable", "levers", "drivers"):
        (chart,) = drawn(kind, "en")
        heads, rows = chart.data.table("en")
        for ax, panel in zip(chart.figure.axes, chart.data.panels, strict=False):
            said = [dict(zip(heads, row, strict=True)) for row in rows if row[0] == panel.variable]
            for line in panel.lines:
                gid = "observed" if line.key == "observed" else f"{line.key}-{line.place + 1}"
                (shown,) = lines_of(ax, gid)
                points = [(row["time"], row["value"]) for row in said if row["line"] == line.key]
                assert list(zip(*shown.get_data(), strict=True)) == points
    assert {row[3] for row in chart.data.table("en")[1]} == {"value", "observed"}


def test_a_study_of_many_runs_shows_shares_and_one_of_single_runs_marks():
    for runs, marks in ((1, 12 * 6), (64, 0)):
        data = KINDS["study"].compute(studied(runs))
        ax = KINDS["study"].plot(data, "en")
        found = [line for line in ax.lines if line.get_gid() in ("met", "missed")]
        assert len(found) == marks
        shown = [text.get_text() for text in ax.texts if text.get_text().endswith("%")]
        assert len(shown) == 12 * 6 - marks
    many_cases = studied(1)
    many_cases.rows *= 5
    with pytest.raises(RunError, match=r"30 cases are more than one picture shows .24.\."):
        KINDS["study"].compute(many_cases)


def test_several_scenarios_stand_side_by_side_and_too_many_are_refused():
    other = simulate_ensemble(plan(), "late_start", runs=24, seed=1)
    data = KINDS["probabilities"].compute([many(), other])
    for language in LANGUAGES:
        ax = KINDS["probabilities"].plot(data, language)
        check_texts(ax.figure)
    heads, rows = data.table("en")
    for k, name in enumerate(("baseline", "late_start")):
        (marks,) = lines_of(ax, f"probability-{k + 1}")
        wanted = [100 * row[heads.index("probability")] for row in rows if row[0] == name]
        assert list(marks.get_xdata()) == pytest.approx(wanted)
    with pytest.raises(RunError, match="6 scenarios in one chart cannot be told apart"):
        KINDS["probabilities"].compute([many()] * 6)


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
