"""Many runs of a bare model, from a small YAML of ranges."""

import numpy as np
import pytest
from typer.testing import CliRunner

from zjsim.analysis.bare.batch import run_bare_batch
from zjsim.analysis.bare.compute import bare_sensitivity, simulate_bare_ensemble
from zjsim.analysis.bare.study import is_bare_study, read_bare_study
from zjsim.cli.main import app
from zjsim.errors import ScenarioError
from zjsim.report.explorer.model import model_content

MODEL = (
    "{UTF-8}\nr: a, b ~~|\nk[r] = 2, 3 ~~|\nc = 1 ~ m ~|\n"
    "y = 4 * k[a] + c + 0 * k[b] + 0 * Time ~ m ~|\ns = INTEG(c, 0) ~ m ~|\n"
    "INITIAL TIME = 0 ~~|\nFINAL TIME = 5 ~~|\nTIME STEP = 1 ~~|\n"
)
STUDY = """\
model: m.mdl
ranges:
  "k[a]": [1, 3]
  k[b]: {low: 0, high: 9}
  c: {low: 0, high: 2, mode: 0.5, distribution: triangular}
outputs: [y, s]
runs: 512
seed: 7
"""


@pytest.fixture
def study(tmp_path):
    """Writes a study, perhaps changed, beside its model."""
    (tmp_path / "m.mdl").write_text(MODEL)

    def write(old="", new=""):
        path = tmp_path / "study.yaml"
        path.write_text(STUDY.replace(old, new) if old else STUDY)
        return path

    return write


def test_an_ensemble_has_the_distribution_that_was_asked_for(study):
    found = simulate_bare_ensemble(read_bare_study(study()))
    assert found.runs.values.shape == (512, 6, 2)
    np.testing.assert_allclose(found.runs["y"][:, 0], 4 * found.draws["k[a]"] + found.draws["c"])
    np.testing.assert_allclose(found.runs["s"][:, -1], 5 * found.draws["c"])
    assert found.draws["k[a]"].mean() == pytest.approx(2, abs=0.01)
    # A triangle's mean is that of its corners.
    assert found.draws["c"].mean() == pytest.approx((0 + 0.5 + 2) / 3, abs=0.01)
    assert found.quantiles("s")[2, -1] == pytest.approx(5 * np.median(found.draws["c"]))
    heads = ["variable", "time", "q05", "q25", "q50", "q75", "q95"]
    assert list(found.quantile_frame().columns) == heads


def test_the_same_seed_gives_the_same_runs_however_many_are_asked_for(study):
    read = read_bare_study(study())
    few, many = (simulate_bare_ensemble(read, runs).draws["c"] for runs in (64, 128))
    np.testing.assert_array_equal(few, many[:64])
    assert (simulate_bare_ensemble(read, 64, seed=8).draws["c"] != few).any()


def test_sensitivities_of_a_linear_model_are_known(study):
    read = read_bare_study(study())
    swing = bare_sensitivity(read, "tornado")
    np.testing.assert_allclose(swing.strength[:, 0], [8, 0, 2])
    np.testing.assert_allclose(swing.strength[:, 1], [0, 0, 10])
    np.testing.assert_allclose(bare_sensitivity(read, "tornado", time=2).strength[2, 1], 4)
    sobol = bare_sensitivity(read, "sobol", 512)
    spread = np.array([16 * 4 / 12, 0, (4 + 0.25 - 0 - 0 - 1 - 0) / 18])
    np.testing.assert_allclose(sobol.strength[:, 0], spread / spread.sum(), atol=0.02)
    assert bare_sensitivity(read, "morris", 8).strength[1, 0] == pytest.approx(0)
    assert swing.to_frame()["constant"].tolist()[:3] == ["k[a]", "c", "k[b]"]


def test_random_numbers_are_new_in_each_run(study, tmp_path):
    path = study("seed: 7", "seed: 7\nnoise: 3")
    (tmp_path / "m.mdl").write_text(MODEL.replace("INTEG(c, 0)", "INTEG(RANDOM 0 1(), 0)"))
    runs = simulate_bare_ensemble(read_bare_study(path), 32).runs
    assert len(np.unique(runs["s"][:, -1])) == 32


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("k[b]: {", "kb: {", "line 4, ranges.kb: the model has no such constant. Did you mean k.b"),
        ("[1, 3]", "[3, 1]", "low 3 must be below high 1"),
        ("[1, 3]", "3", r"expected \[low, high\]"),
        ("mode: 0.5", "mode: 9", "9 is outside 0..2"),
        ("mode: 0.5", "modus: 0.5", "modus: no such key. Keys: low, mode"),
        ("triangular", "round", "'round': choose uniform, triangular"),
        ("outputs: [y, s]", "outputs: [y, q]", "outputs.1: no variable q"),
        ("seed: 7", "matrix: {c: [1, 2]}", "matrix.c: it also has a range"),
        ("seed: 7", "matrix: {q: [1, 2]}", "matrix.q: the model has no such constant"),
        ("seed: 7", "matrix: {c: [1, 1]}", "matrix.c: expected a list of numbers, each once"),
        ("runs: 512", "runs: many", "'many': expected a whole number of at least 2"),
        ("seed: 7", "sede: 7", "sede: no such key. Did you mean seed"),
        ("seed: 7", "sampling: dice", "'dice': choose sobol"),
        ("model: m.mdl", "model: m.txt", "model: name a model file"),
    ],
)
def test_what_is_wrong_with_a_study_is_told_with_its_line(study, old, new, said):
    with pytest.raises(ScenarioError, match=said):
        read_bare_study(study(old, new))


def test_a_scenario_of_a_plan_is_no_study_of_a_bare_model(study, tmp_path):
    (tmp_path / "own.yaml").write_text("plan: zhejiang\nname: own\n")
    assert is_bare_study(study())
    assert not is_bare_study(tmp_path / "own.yaml")
    assert not is_bare_study("baseline")


@pytest.mark.parametrize("words", ["en", "zh"])
def test_commands_of_a_study(study, tmp_path, words, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study()
    for command, said in (
        ("ensemble study.yaml -n 32", "95 %"), ("sensitivity study.yaml", "k[a]"),
        ("ensemble study.yaml -n 32 --out o --json", '"quantiles"'), ("describe m.mdl", "stock"),
    ):  # fmt: skip
        options = [] if command.endswith("--json") else ["--lang", words]
        result = CliRunner().invoke(app, [*command.split(), *options])
        assert result.exit_code == 0, result.output
        if words == "en" or "stock" not in said:
            assert said in result.output
    assert {path.name for path in (tmp_path / "o").iterdir()} == {
        "study-quantiles.csv", "study-runs.csv",
    }  # fmt: skip


def test_charts_of_a_bare_model_are_written_with_their_data(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study()
    for command in ("plot lines m.mdl --variable s", "plot fan study.yaml -n 32"):
        result = CliRunner().invoke(app, [*command.split(), "--lang", "en", "--out", "c"])
        assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "c").iterdir()}
    assert names == {f"{stem}-en.{kind}" for stem in ("lines-m", "fan-study")
                     for kind in ("png", "csv")}  # fmt: skip


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ensemble m.mdl", "an ensemble needs ranges. Write a YAML file"),
        ("batch m.mdl", "a batch needs a matrix. Write a YAML file"),
        ("batch study.yaml", "a batch needs a matrix. Write values of constants"),
        ("plot board m.mdl", "of a bare model the charts are lines and fan"),
        ("plot lines baseline", "draws a bare model; name its file"),
        ("plot lines m.mdl --variable q", "q: no such variable"),
    ],
)
def test_mistakes_are_told(study, tmp_path, command, said, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study()
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code != 0
    assert said in str(result.exception) + result.output


MATRIX = "model: m.mdl\nmatrix: {c: [1, 2], 'k[a]': [0, 3]}\noutputs: [y, s]\n"


def test_a_batch_has_every_combination_and_goes_on_where_it_was_stopped(study, tmp_path):
    path = study()
    path.write_text(MATRIX)
    done = run_bare_batch(read_bare_study(path), tmp_path / "o")
    frame = done.to_frame()
    assert frame[["c", "k[a]"]].to_numpy().tolist() == [[1, 0], [1, 3], [2, 0], [2, 3]]
    np.testing.assert_allclose(frame["y"], [1, 13, 2, 14])
    np.testing.assert_allclose(frame["s"], [5, 5, 10, 10])
    assert (done.computed, done.reused) == (4, 0)
    done.cases[0].path.unlink()
    done.cases[2].path.write_bytes(b"broken")
    again = run_bare_batch(read_bare_study(path), tmp_path / "o")
    assert (again.computed, again.reused) == (2, 2)
    assert again.to_frame().equals(frame)


def test_the_cases_of_a_batch_share_their_draws(study, tmp_path):
    path = study()
    path.write_text(
        MATRIX.replace("'k[a]': [0, 3]", "'k[b]': [0, 3]") + "runs: 32\nranges:\n  k[a]: [1, 3]\n"
    )
    frame = run_bare_batch(read_bare_study(path), tmp_path / "o").to_frame()
    # y = 4 k[a] + c: the cases differ by c alone.
    np.testing.assert_allclose(np.diff(frame["y median"]), [0, 1, 0])
    assert list(frame.columns[4:7]) == ["y 5 %", "y median", "y 95 %"]


def test_the_batch_command_lists_runs_and_sums_up(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study().write_text(MATRIX)
    for options, said in (
        ("--dry-run", "k[a]"), ("", "4 cases, 4 runs"), ("--json", '"reused": 4'),
    ):  # fmt: skip
        words = [] if "json" in options else ["--lang", "en"]
        result = CliRunner().invoke(app, ["batch", "study.yaml", *options.split(), *words])
        assert result.exit_code == 0, result.output
        assert said in result.output
    refused = CliRunner().invoke(app, ["batch", "study.yaml", "--plan", "zhejiang"])
    assert "goes with a plan, not with a bare model" in refused.output


def test_the_page_of_a_study_has_its_ranges_first(study):
    content, _ = model_content(study(), "en", ["c=1"])
    first, *_ = content["constants"].values()
    assert (first["name"], first["low"], first["high"]) == ("k[a]", 1.0, 3.0)
    assert content["scenarios"][0]["constants"] == {"c": 1.0}
