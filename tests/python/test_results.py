"""Results show themselves: tables in the user's language, probabilities with their error."""

import numpy as np
import pytest

import zjsim
from zjsim.ensembles import run as ensembles
from zjsim.ensembles.shards import ShardFolder
from zjsim.markup import html_table
from zjsim.report.tables.rows import as_report

pytestmark = pytest.mark.slow

FRAME = ["number", "id", "unit", "base", "target", "comparison", "projection", "gap", "progress",
         "met", "verdict", "probability", "error"]  # fmt: skip


@pytest.fixture(scope="module")
def plan():
    return zjsim.open_plan()


@pytest.fixture(scope="module")
def one(plan):
    return zjsim.simulate(plan, "baseline", estimate_error=False)


@pytest.fixture(scope="module")
def many(plan):
    return zjsim.simulate_ensemble(plan, "baseline", runs=16, seed=1)


def with_locale(monkeypatch, lang, **environment):
    for name in ("ZJSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"ZJSIM_LANG": lang, **environment}.items():
        if value:
            monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("lang", "locale", "head"),
    [
        ("", "", "Verdict"),
        ("", "C.UTF-8", "Verdict"),
        ("", "zh_CN.UTF-8", "判断"),
        ("en", "zh_CN.UTF-8", "Verdict"),
        ("zh", "en_GB.UTF-8", "判断"),
    ],
)
def test_tables_are_in_the_users_language(plan, monkeypatch, one, lang, locale, head):
    with_locale(monkeypatch, lang, LANG=locale)
    result = zjsim.assess(plan, one)
    assert head in result.to_table().columns
    assert f">{head}</th>" in result._repr_html_()
    assert list(result.to_frame().columns) == FRAME
    assert "判断" in result.to_table("zh").columns


def test_another_language_is_refused(plan, one):
    with pytest.raises(zjsim.ZjsimError, match="language: there is no fr; choose zh or en"):
        zjsim.assess(plan, one).to_table("fr")
    with pytest.raises(zjsim.ZjsimError, match="choose zh or en"):
        zjsim.plot_board(zjsim.assess(plan, one), "fr")


def test_the_caption_is_the_label_and_not_a_dictionary(plan, monkeypatch, one):
    monkeypatch.setenv("ZJSIM_LANG", "en")
    assert ">Plan as written</caption>" in one._repr_html_()
    assert repr(one).startswith(f"<Runs of Plan as written ({one.run_id}): 1 run, ")
    assert repr(zjsim.assess(plan, one)).startswith("<Assessment of Plan as written: ")


def test_an_ensemble_shows_probabilities_with_their_error_and_the_failures(plan, monkeypatch, many):
    monkeypatch.setenv("ZJSIM_LANG", "en")
    judged = zjsim.assess(plan, many)
    shown = many._repr_html_()
    for share in [*(row.share for row in judged.rows), judged.probabilities.joint]:
        assert f">{share.value:.1%}<" in shown
        assert f">{share.low:.1%} – {share.high:.1%}<" in shown
    assert "16 runs, 0 failed" in shown
    assert "16 runs, 0 failed; " in repr(many)
    monkeypatch.setenv("ZJSIM_LANG", "zh")
    assert "16次运行，0次失败" in many._repr_html_()


def test_cells_are_escaped_and_what_is_missing_stays_empty():
    shown = html_table("<b>", ["<i>"], [["<u>"], [None], [float("nan")], [2.5]], "<s>")
    assert not any(f"<{tag}>" in shown for tag in "bius")
    assert shown.count("></td>") == 2
    assert ">2.5</td>" in shown


def test_a_dataset_is_judged_like_the_runs_it_comes_from(plan, one, many):
    for runs in (one, many):
        ours, theirs = zjsim.assess(plan, runs), zjsim.assess(plan, runs.to_dataset())
        for a, b in zip(ours.rows, theirs.rows, strict=True):
            assert a.share == b.share
            np.testing.assert_array_equal(a.values, b.values)
    some = zjsim.assess(plan, many.to_dataset().isel(run=[9, 3])).row("labour_productivity")
    whole = zjsim.assess(plan, many).row("labour_productivity")
    np.testing.assert_array_equal(some.values, whole.values[[9, 3]])
    assert zjsim.assess(plan, one.to_dataset().isel(run=0)).n_run == 1


def test_every_medium_shows_the_same_verdict_table(plan, one):
    from zjsim.report.tables.verdict_columns import office_table

    result = zjsim.assess(plan, one)
    for language in ("zh", "en"):
        rows = [tuple(row) for row in result.to_table(language).itertuples(index=False)]
        assert rows == [*office_table(result, language).rows]


def test_a_frame_holds_plain_numbers(plan, one, many):
    frame, judged = zjsim.assess(plan, one).to_frame(), zjsim.assess(plan, many)
    assert frame["probability"].isna().all()
    np.testing.assert_allclose(frame["gap"], frame["projection"] - frame["target"])
    assert frame["met"].tolist() == [row.met for row in zjsim.assess(plan, one).rows]
    assert judged.to_frame()["probability"].tolist() == [row.share.value for row in judged.rows]


def test_saved_trajectories_are_judged_again(plan, one, tmp_path):
    import xarray as xr

    folder = zjsim.write_run(tmp_path, one, zjsim.assess(plan, one), charts=False)
    with xr.open_dataset(folder / "trajectories.nc") as saved:
        again = zjsim.assess(plan, saved)
    assert [row.projection for row in again.rows] == [
        r.projection for r in zjsim.assess(plan, one).rows
    ]


def test_a_dataset_that_cannot_be_judged_says_why(plan, one):
    with pytest.raises(zjsim.RunError, match="needs the dimensions run and time"):
        zjsim.assess(plan, one.to_dataset().isel(time=0, drop=True))
    partial = zjsim.assess(plan, one.to_dataset()[["reported staff"]])
    assert {str(row.verdict) for row in partial.rows} == {"missing"}
    assert "no such variable in the dataset" in partial.rows[0].reason


def test_a_large_ensemble_stays_on_disk_until_it_is_used(monkeypatch, plan, many):
    monkeypatch.setattr(ensembles, "IN_MEMORY", 0)
    monkeypatch.setattr(ensembles, "RUNS_A_CHUNK", {"kernel": 1})  # eight runs a shard
    large = zjsim.simulate_ensemble(plan, "baseline", runs=16, seed=1)
    read = []
    piece = ShardFolder._piece

    def counting(self, path, name, count):
        read.append((path.name, name))
        return piece(self, path, name, count)

    monkeypatch.setattr(ShardFolder, "_piece", counting)
    data = large.to_dataset()
    name = next(iter(data.data_vars))
    assert dict(data.sizes) == {"run": 16, "time": 6}
    assert [item for item in read if item[1] != ("status",)] == []
    np.testing.assert_array_equal(
        data[name].isel(run=slice(9, 12)).values,
        many.to_dataset()[name].isel(run=slice(9, 12)).values,
    )
    touched = {path for path, columns in read if name in columns}
    assert len(touched) == 1, "shards of other runs were read"
    ours, theirs = zjsim.assess(plan, large), zjsim.assess(plan, many)
    judged = zjsim.assess(plan, data)
    for a, b, c in zip(ours.rows, theirs.rows, judged.rows, strict=True):
        assert a.share == b.share == c.share


def test_a_board_shows_published_figures_and_the_band_of_an_ensemble(plan, one, many):
    alone = as_report(zjsim.assess(plan, one))
    assert any(row.outturns for row in alone.rows)
    assert all(row.low == () for row in alone.rows)
    row = as_report(zjsim.assess(plan, many)).row("labour_productivity")
    values = zjsim.assess(plan, many).row("labour_productivity").values
    assert (row.low[-1], row.high[-1]) == tuple(np.percentile(values, [2.5, 97.5]))
    assert values.std() > 0
    assert len(row.low) == len(row.years) == len(row.path)


def test_a_study_is_run_and_summed_up(tmp_path):
    text = "name: water\nscenarios: [baseline]\nmatrix: {levers.water: [0.5, 1.0]}\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    done = zjsim.run_study(tmp_path / "study.yaml", tmp_path)
    assert done.to_frame()["levers.water"].tolist() == [0.5, 1.0]
    assert "2 cases, 2 runs, computed 2, reused 0, failed 0" in repr(done)
    assert "reused 2" in repr(zjsim.run_study(tmp_path / "study.yaml", tmp_path))
    assert (done.folder / "summary.csv").is_file()


def test_influence_names_its_strongest_inputs(one):
    influence = zjsim.compute_influence(one)
    table = influence.to_frame()
    assert table["score"].is_monotonic_decreasing
    assert table["input"][0] in repr(influence)
    assert len(influence.lever_frame()) == len(influence.levers)
    assert table["input"][0] in influence._repr_html_()
    with pytest.raises(zjsim.PlanError, match="labour_productivity"):
        zjsim.plot_tornado(influence, "labor_productivity")


def test_an_unknown_method_of_sensitivity_is_refused(plan):
    with pytest.raises(zjsim.RunError, match=r"sobl: no such method\. Did you mean sobol"):
        zjsim.compute_sensitivity(plan, method="sobl")


def test_an_open_plan_lists_its_indicators(monkeypatch, plan):
    monkeypatch.setenv("ZJSIM_LANG", "en")
    assert repr(plan).startswith("<OpenPlan zhejiang in ")
    assert all(item.id in plan._repr_html_() for item in plan.plan.indicators)


def test_a_chart_of_runs_that_are_not_judged_says_what_to_do(one):
    with pytest.raises(zjsim.RunError, match=r"needs what assess\(\) returns, not Runs"):
        zjsim.plot_board(one)
