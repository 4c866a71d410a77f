"""Learning: the sampler against exact answers, figures counted once, draws that travel."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.posteriors import a_posterior
from zjsim.analysis.learning import smc
from zjsim.analysis.learning.figures import Misses, figures_until, worst_grade
from zjsim.analysis.learning.learning_file import read_learning
from zjsim.assessment.observations import Observation, Observations
from zjsim.errors import DataError, RunError, ScenarioError
from zjsim.lint import lint
from zjsim.scenario.outlook import Ahead, OutlookError
from zjsim.scenario.posterior import read_posterior, write_posterior
from zjsim.workflow import open_plan


class Linear:
    """Figures that are linear in the unknowns, with normal errors: everything is known exactly."""

    def __init__(self, size: int, n_figure: int, seed: int, scale: float = 0.5) -> None:
        random = np.random.default_rng(seed)
        self.slopes = random.standard_normal((n_figure, size))
        self.observed = random.standard_normal(n_figure) * 2
        self.scale = scale

    def predict(self, scores):
        return smc.product(scores, self.slopes.T)

    def terms(self, predictions):
        return -0.5 * ((predictions - self.observed) / self.scale) ** 2

    def pulls(self, predictions):
        weight = np.full(predictions.shape, self.scale**-2)
        return (self.observed - predictions) * weight, weight

    def posterior(self, used):
        slopes, observed = self.slopes[used], self.observed[used]
        inverse = np.eye(slopes.shape[1]) + slopes.T @ slopes / self.scale**2
        covariance = np.linalg.inv(inverse)
        return covariance @ slopes.T @ observed / self.scale**2, covariance

    def evidence(self, used):
        slopes, observed = self.slopes[used], self.observed[used]
        total = slopes @ slopes.T + self.scale**2 * np.eye(len(observed))
        fit = observed @ np.linalg.solve(total, observed)
        return -0.5 * (fit + np.linalg.slogdet(total)[1]) + len(observed) * np.log(self.scale)


def run(problem, n=1000, seed=3):
    """Two years: half of the figures, then the other half."""
    n_figure = len(problem.observed)
    first = np.arange(n_figure) < n_figure // 2
    start = smc.prior_population(n, problem.slopes.shape[1], seed)
    half, _ = smc.take_in(start, problem, np.zeros(n_figure), first.astype(float), seed)
    return smc.take_in(half, problem, first.astype(float), (~first).astype(float), seed + 1)


@pytest.mark.parametrize(("size", "n_figure"), [(3, 6), (40, 12)])
def test_the_sampler_gives_the_exact_posterior_of_a_linear_model(size, n_figure):
    problem = Linear(size, n_figure, seed=1)
    found, stages = run(problem)
    mean, covariance = problem.posterior(slice(None))
    spread = np.sqrt(np.diag(covariance))
    # 1,000 draws: a mean is within a few hundredths of a standard deviation.
    assert np.abs((found.scores.mean(axis=0) - mean) / spread).max() < 0.2
    assert found.scores.std(axis=0) / spread == pytest.approx(np.ones(size), abs=0.15)
    corner = np.cov(found.scores.T)[0, 1] / (spread[0] * spread[1])
    assert corner == pytest.approx(covariance[0, 1] / (spread[0] * spread[1]), abs=0.12)
    assert stages[-1].power == 1.0
    assert stages[-1].memory < 0.2


def test_the_evidence_is_that_of_the_linear_model():
    problem = Linear(10, 8, seed=2)
    found, _ = run(problem, n=2000)
    assert found.evidence == pytest.approx(problem.evidence(slice(None)), abs=0.5)


class Bent(Linear):
    """The same with a bend, Student t errors and no exact answer."""

    def predict(self, scores):
        straight = super().predict(scores)
        return straight + 0.05 * straight**3

    def terms(self, predictions):
        return Misses(self.observed, np.full(len(self.observed), self.scale), 5.0).terms(
            predictions
        )

    def pulls(self, predictions):
        return Misses(self.observed, np.full(len(self.observed), self.scale), 5.0).pulls(
            predictions
        )


@pytest.mark.slow
def test_the_sampler_agrees_with_emcee_where_nothing_is_exact():
    emcee = pytest.importorskip("emcee")
    problem = Bent(4, 6, seed=4)
    found, _ = run(problem, n=2000)

    def log_density(scores):
        return -0.5 * np.sum(scores**2, axis=1) + problem.terms(problem.predict(scores)).sum(axis=1)

    sampler = emcee.EnsembleSampler(64, 4, log_density, vectorize=True)
    sampler.random_state = np.random.RandomState(1).get_state()
    start = np.random.default_rng(0).standard_normal((64, 4))
    sampler.run_mcmc(start, 3000, progress=False)
    other = sampler.get_chain(discard=500, flat=True)
    spread = other.std(axis=0)
    assert np.abs((found.scores.mean(axis=0) - other.mean(axis=0)) / spread).max() < 0.15
    assert found.scores.std(axis=0) / spread == pytest.approx(np.ones(4), abs=0.12)
    levels = [0.1, 0.5, 0.9]
    ours, theirs = (np.quantile(x, levels, axis=0) for x in (found.scores, other))
    assert np.abs((ours - theirs) / spread).max() < 0.25


@pytest.mark.slow
def test_ranks_of_the_truth_are_uniform_over_synthetic_worlds():
    # Simulation-based calibration [Talts and others 2018]: draw unknowns from the prior, figures
    # from the unknowns, learn, and see where the truth lies among the draws.
    worlds, size = 96, 6
    ranks = np.empty((worlds, size))
    for world in range(worlds):
        random = np.random.default_rng([7, world])
        problem = Bent(size, 8, seed=world)
        truth = random.standard_normal(size)
        noise = problem.scale * random.standard_t(5, 8)
        problem.observed = problem.predict(truth[None])[0] + noise
        found, _ = run(problem, n=200, seed=world)
        ranks[world] = (found.scores < truth).mean(axis=0)
    counts = np.stack([np.histogram(column, 8, (0, 1))[0] for column in ranks.T])
    expected = worlds / 8
    chi = ((counts - expected) ** 2 / expected).sum()
    # 6 unknowns x 7 degrees of freedom; beyond the 99.9 % point something is wrong.
    from scipy.stats import chi2

    assert chi < chi2.ppf(0.999, 6 * 7)
    assert abs(ranks.mean() - 0.5) < 0.03
    assert ranks.std() == pytest.approx(12**-0.5, abs=0.02)


@pytest.mark.slow
def test_ranks_of_the_truth_over_worlds_of_the_real_model(plan, file):
    # Few worlds, for time; `benchmarks/ranks.py` has many, and a page prints its result.
    from zjsim.analysis.learning.synthetic import KEPT, LIKELIHOOD, ranked, synthetic_worlds
    from zjsim.analysis.learning.world import World
    from zjsim.prepare import compiled_for

    compiled = compiled_for(plan, backend="compiled", may_be_paths=plan.exogenous)
    world = World(plan, file, compiled)
    chosen = ("rd_trend", "trend_lead_of_high_tech", "implementation")
    worlds = synthetic_worlds(world, 2020, particles=64, seed=5, quantities=chosen)
    truth, observed = worlds._drawn(0)
    exact = worlds._prediction.predict(truth)[0]
    # Most errors are within a few of their scales: the figures are those of this very truth.
    assert np.median(np.abs(observed - exact) / worlds.figures.scales) < 1.5
    found = {one.quantity: one for one in ranked(worlds, 3)}
    assert {*chosen, LIKELIHOOD, "digital_core_share"} <= set(found)
    places = np.stack([one.places for one in found.values()])
    assert places.min() >= 0
    assert places.max() <= KEPT
    # Two dozen quantities of three worlds: a sampler that is off by a standard deviation is out.
    assert places.mean() / KEPT == pytest.approx(0.5, abs=0.15)
    assert np.mean([one.held for one in found.values()]) == pytest.approx(0.8, abs=0.17)


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads():
    code = (
        "import sys; sys.path.insert(0, 'tests/analysis');"
        "from test_learning import Linear, run;"
        "import hashlib; print(hashlib.sha256(run(Linear(40, 12, 1), 300)[0].scores.tobytes())"
        ".hexdigest())"
    )
    said = set()
    for threads in ("1", "2"):
        env = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        out = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        said.add(out.stdout.strip())
    assert len(said) == 1


def test_no_particle_with_a_likelihood_is_told_and_not_sampled_on():
    class Broken(Linear):
        def predict(self, scores):
            return np.full((len(scores), len(self.observed)), np.nan)

    with pytest.raises(smc.Stuck, match="no particle has a likelihood"):
        run(Broken(3, 4, 1))


# --- figures -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan():
    return open_plan("zhejiang")


@pytest.fixture(scope="module")
def file(plan):
    return read_learning(plan)


def test_no_figure_is_used_twice(plan, file):
    found = figures_until(file, plan.observations, 2025)
    newest = [(f.row.phase, f.datum.rows[0].line) for f in found.used]
    assert len(newest) == len(set(newest))
    told = [(f.row.phase, f.row.quantity, f.year) for f in found.used]
    assert len(told) == len(set(told))


def test_nothing_later_than_the_year_known_is_seen(plan, file):
    for year in range(2020, 2026):
        for figure in figures_until(file, plan.observations, year).used:
            assert all(row.year <= year for row in figure.datum.rows)


def test_believed_figures_are_never_seen(plan, file):
    used = figures_until(file, plan.observations, 2025).used
    assert "M" not in {row.grade for figure in used for row in figure.datum.rows}
    assert {figure.grade for figure in used} <= set("ABCD")


def test_a_level_and_its_growth_are_one_figure(plan, file):
    growth = Observation("digital_core_growth", 2022, 9.0, grade="A")
    found = figures_until(file, Observations((*plan.observations.rows, growth)), 2025)
    assert not [f for f in found.used if f.row.comparison.series == "digital_core_growth"]
    doubled = [left for left in found.left_out if left.row.quantity == "investment"]
    assert doubled
    assert doubled[0].told_by == "mfg_investment_growth"


def test_milestones_tell_of_effort_only_when_asked(plan, file):
    assert not any(row.milestone for row in file.rows)
    asked = read_learning(plan, efforts=True)
    assert asked.text != file.text
    found = [f for f in figures_until(asked, plan.observations, 2025).used if f.row.milestone]
    assert {f.row.comparison.variables[0] for f in found} == {
        "delivery of digital", "delivery of investment", "delivery of innovation",
    }  # fmt: skip
    # One figure a milestone, none beyond the whole of what was asked, none sharper than 30 points.
    assert len({f.row.comparison.series for f in found}) == len(found) == 7
    assert max(f.datum.value for f in found) == 100
    assert min(f.scale for f in found) >= 30 - 1e-9
    # The draws of everybody else do not know that there are milestones.
    assert "effort" not in file.text


def test_a_worse_grade_has_a_larger_error(file):
    assert file.grades["A"] < file.grades["B"] < file.grades["C"] < file.grades["D"]
    rows = [Observation("x", 2020, 1.0, grade=g) for g in "AC"]
    assert worst_grade(rows) == "C"


def test_a_mistake_in_the_file_says_where_and_what(plan, tmp_path):
    folder = tmp_path / "zhejiang"
    folder.mkdir()
    for path in plan.folder.path.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    text = (folder / "learning.yaml").read_text(encoding="utf-8")
    text = text.replace("variable: energy use,", "variable: energy used,", 1)
    text = text.replace("  rd trend:", "  rd trnd:").replace(
        "series: business_environment,", "series: business_enviroment,"
    )
    (folder / "learning.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="3 problems") as told:
        read_learning(open_plan(folder))
    lines = text.splitlines()
    used = next(k for k, line in enumerate(lines, 1) if "energy used" in line)
    said = str(told.value)
    assert f"line {used}, figures.plan.17.variable: the model has no energy used. Did you" in said
    assert "Did you mean rd trend" in said
    assert "no series business_enviroment in observations.csv. Did you mean business_envir" in said
    wrong = text.replace("error: 0.5,", "error: -1,", 1).replace("freedom: 5", "freedom: 0")
    (folder / "learning.yaml").write_text(wrong, encoding="utf-8")
    found = [finding for finding in lint(open_plan(folder)) if finding.rule == "learning"]
    said = [finding.what.split(": ", 1)[0] for finding in found]
    minus = next(k for k, line in enumerate(wrong.splitlines(), 1) if "error: -1" in line)
    assert sorted(said) == [
        f"line {wrong.splitlines().index('freedom: 0') + 1}, freedom",
        f"line {minus}, figures.plan.19.error",
    ]


# --- draws that travel --------------------------------------------------------------------------


def test_a_posterior_survives_its_file(plan, tmp_path):
    made = a_posterior(plan)
    write_posterior(tmp_path / "p.nc", made)
    read = read_posterior(tmp_path / "p.nc")
    assert read.hash == made.hash
    assert read.attributes == made.attributes
    assert np.array_equal(read.values["wedge"], made.values["wedge"])


def test_a_posterior_whose_numbers_changed_is_refused(plan, tmp_path):
    import xarray as xr

    write_posterior(tmp_path / "p.nc", a_posterior(plan))
    data = xr.load_dataset(tmp_path / "p.nc", engine="h5netcdf")
    data["value"][0, 0] = 9.0
    data.to_netcdf(tmp_path / "q.nc", engine="h5netcdf")
    with pytest.raises(ScenarioError, match="its numbers are not those"):
        read_posterior(tmp_path / "q.nc")
    (tmp_path / "r.nc").write_text("no netCDF")
    with pytest.raises(ScenarioError, match="this is no posterior"):
        read_posterior(tmp_path / "r.nc")


def test_an_ensemble_takes_the_draws_of_its_posterior_row_by_row(plan, tmp_path):
    from zjsim.prepare import prepare
    from zjsim.scenario.draws import draw_all

    made = a_posterior(plan)
    write_posterior(tmp_path / "p.nc", made)
    ready = prepare(
        plan, "baseline", [f"sampling.posterior={tmp_path / 'p.nc'}", "sampling.runs=16"]
    )
    values, further = draw_all(ready.sample, 4, 12)
    assert np.array_equal(values["wedge"], made.values["wedge"][4:12])
    dimension = next(d for d in ready.sample.dimensions if d.key == "drivers.drift_of_energy")
    key = dimension.key
    ours = dimension.ahead.deviations(values[key], further[key])
    learnt = dimension.ahead.persisting(made.shocks[key][4:12])
    assert ours == pytest.approx(learnt, abs=1e-12)
    # Drivers that were published by then depart from the outlook after it only.
    demand = next(d for d in ready.sample.dimensions if d.key == "drivers.domestic_demand")
    assert demand.ahead.since == 2022


def test_more_runs_than_draws_are_refused(plan, tmp_path):
    from zjsim.ensembles.run import simulate_ensemble

    write_posterior(tmp_path / "p.nc", a_posterior(plan))
    with pytest.raises(ScenarioError, match="it has 16 draws, fewer than the 32 runs"):
        simulate_ensemble(plan, "baseline", runs=32, posterior=tmp_path / "p.nc")


def test_a_posterior_of_another_model_is_refused(plan, tmp_path):
    from zjsim.ensembles.run import simulate_ensemble

    write_posterior(tmp_path / "p.nc", replace(a_posterior(plan), model_hash="other"))
    with pytest.raises(ScenarioError, match="another model file"):
        simulate_ensemble(plan, "baseline", runs=8, posterior=tmp_path / "p.nc")


def test_scores_of_shocks_undo_deviations():
    ahead = Ahead(OutlookError("d", 0.02, 0.6, 0.0), 2020.0, 2025.5)
    shocks = np.random.default_rng(0).standard_normal((5, ahead.years))
    scores = ahead.scores_of(shocks).T
    again = ahead.deviations(scores[0] * ahead.sd_of_mean, scores[1:])
    assert again == pytest.approx(ahead.persisting(shocks), abs=1e-14)


@pytest.mark.slow
def test_learning_is_resumed_and_repeated_bit_for_bit_and_arviz_reads_it(plan, tmp_path):
    import zjsim

    whole = zjsim.learn(plan, 2022, particles=64, out=tmp_path / "a", threads=1)
    zjsim.learn(plan, 2021, particles=64, out=tmp_path / "b", threads=2)
    resumed = zjsim.learn(plan, 2022, particles=64, out=tmp_path / "b", threads=2)
    assert [step.posterior.hash for step in whole.steps] == [
        step.posterior.hash for step in resumed.steps
    ]
    assert not resumed.known(2021).stages
    assert resumed.last.stages
    frame = whole.to_frame()
    assert list(frame.index) == [2020, 2021, 2022]
    assert ((frame >= 0) & (frame <= 1)).all(axis=None)
    assert frame.equals(resumed.to_frame())
    _arviz_reads(whole)
    # A scenario of one's own is no shipped name; what was learnt is the same, its future is not.
    idle = plan.read_scenario("observed", {"levers.water": 0}).changed(name="mine")
    own = zjsim.learn(plan, 2022, scenario=idle, particles=64, out=tmp_path / "a")
    assert (own.scenario, own.last.stages) == ("mine", ())
    assert own.last.posterior.hash == whole.last.posterior.hash
    assert own.to_frame()["water_intensity_cut"].iloc[-1] < frame["water_intensity_cut"].iloc[-1]


def test_a_year_without_figures_is_refused(plan):
    import zjsim

    with pytest.raises(DataError, match="figures are held from 2020 to 2025"):
        zjsim.learn(plan, 2030)


def test_no_discrepancy_is_laid_over_draws_after_learning(plan, tmp_path):
    from zjsim.ensembles.run import simulate_ensemble

    write_posterior(tmp_path / "p.nc", a_posterior(plan))
    learnt = simulate_ensemble(plan, "baseline", runs=8, posterior=tmp_path / "p.nc")
    prior = simulate_ensemble(plan, "baseline", runs=8)
    assert prior.discrepancies
    assert learnt.discrepancies == {}
    assert learnt.posterior["known_until"] == 2022
    assert learnt.hash != prior.hash


def _arviz_reads(learnt):
    arviz = pytest.importorskip("arviz")
    # A second chain of the same draws, as another seed would give them.
    data = learnt.to_arviz(replace(learnt, seed=2))
    assert dict(data["posterior"].sizes)["chain"] == 2
    figures, seen = data["posterior_predictive"]["figures"], data["observed_data"]["figures"]
    assert figures.sizes["figure"] == seen.size == len(learnt.last.figures.used)
    assert float(arviz.rhat(data, var_names=["rd_trend"])["rd_trend"]) < 1.1
    assert set(data["posterior"].data_vars) == set(data["prior"].data_vars)
    assert bool((data["log_likelihood"]["figures"] <= 5).all())
    low, high = (figures.quantile(q, ("chain", "draw")) for q in (0.025, 0.975))
    assert ((low <= seen) & (seen <= high)).mean() > 0.85
    with pytest.raises(RunError, match="chains are learnings by different seeds"):
        learnt.to_arviz(learnt)


def test_without_arviz_it_says_what_to_install(monkeypatch):
    from zjsim.analysis.learning.diagnostics import to_arviz

    monkeypatch.setitem(sys.modules, "arviz", None)
    with pytest.raises(RunError, match=r'pip install "zjsim\[diagnostics\]"'):
        to_arviz(())


def test_the_density_of_an_error_adds_up_to_one():
    misses = Misses(np.array([0.0]), np.array([0.7]), 5.0)
    at = np.linspace(-60, 60, 200_001)[:, None]
    assert np.trapezoid(np.exp(misses.log_density(at))[:, 0], at[:, 0]) == pytest.approx(
        1, abs=1e-5
    )
