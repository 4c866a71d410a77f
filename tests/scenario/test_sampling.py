"""Draws: reproducible by (seed, run), inside their bounds, distributed and correlated as said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from zjsim.errors import ScenarioError
from zjsim.scenario.draws import Dimension, quantile
from zjsim.scenario.sampling import balance, draw, plan_sampling, resolve_ensemble

BASED = "based_on: baseline\n"


def plan_of(bench, section, runs=None, before=""):
    text = BASED + before + (f"sampling: {section}\n" if section else "")
    resolved = bench.resolve(text)
    return resolved, plan_sampling(resolved, bench.model, bench.constants, runs)


@pytest.mark.parametrize("method", ["sobol", "latin_hypercube", "random"])
def test_a_run_has_the_same_draw_in_any_chunk(bench, method):
    section = (
        f"{{method: {method}, runs: 100, correlations: "
        "[{between: [rebound, discount_rate], r: 0.6}]}"
    )
    _, plan = plan_of(bench, section)
    whole = draw(plan, 0, 100)
    for first, last in ((0, 1), (0, 37), (37, 64), (64, 100), (99, 100)):
        part = draw(plan, first, last)
        for key, values in whole.items():
            assert np.array_equal(part[key], values[first:last])
    again = draw(plan, 0, 100)
    assert all(np.array_equal(again[key], whole[key]) for key in whole)
    other = draw(plan_of(bench, section.replace("runs: 100", "runs: 100, seed: 5"))[1], 0, 100)
    assert not np.array_equal(other["rebound"], whole["rebound"])


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_a_set_that_grows_keeps_its_first_runs(bench, method):
    small = plan_of(bench, f"{{method: {method}, runs: 16}}")[1]
    large = plan_of(bench, f"{{method: {method}, runs: 64}}")[1]
    assert np.array_equal(draw(small, 0, 16)["rebound"], draw(large, 0, 16)["rebound"])


def test_a_latin_hypercube_refuses_to_grow(bench):
    _, plan = plan_of(bench, "{method: latin_hypercube, runs: 10}")
    with pytest.raises(ScenarioError, match="Latin hypercube of 10 runs cannot grow to 11"):
        draw(plan, 5, 11)


def test_a_latin_hypercube_has_one_draw_in_each_stratum(bench):
    _, plan = plan_of(bench, "{method: latin_hypercube, runs: 50, constants: none}")
    dimension = plan.dimensions[0]
    values = draw(plan, 0, 50)[dimension.key]
    edges = quantile(dimension, np.linspace(0, 1, 51))
    assert np.histogram(values, edges)[0].tolist() == [1] * 50


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        ("uniform", stats.uniform(2, 6)),
        ("triangular", stats.triang(0.25, 2, 6)),
        ("pert", stats.beta(2, 4, 2, 6)),
        ("normal", stats.truncnorm((2 - 3.5) / 1.5, (8 - 3.5) / 1.5, 3.5, 1.5)),
    ],
)
def test_distributions_agree_with_scipy(distribution, reference):
    mode = {"triangular": 3.5, "pert": 3.5, "normal": 3.5}.get(distribution, 5.0)
    dimension = Dimension("constant", "x", "x", 2.0, mode, 8.0, distribution)
    unit = np.linspace(0.001, 0.999, 97)
    # A pert is tabled to 2e-5 of its range, here 6.
    error = 1.2e-4 if distribution == "pert" else 1e-9
    assert quantile(dimension, unit) == pytest.approx(reference.ppf(unit), abs=error)


def test_a_lognormal_has_its_median_and_stays_inside():
    dimension = Dimension("constant", "x", "x", 1.0, 4.0, 16.0, "lognormal")
    unit = np.array([1e-12, 0.5, 1 - 1e-12])
    assert quantile(dimension, unit) == pytest.approx([1, 4, 16], rel=1e-6)


@pytest.mark.parametrize("distribution", ["triangular", "pert", "normal", "uniform", "lognormal"])
@pytest.mark.parametrize("mode", [1.0, 2.0, 3.0])
def test_quantiles_rise_inside_the_bounds_even_when_the_mode_is_a_bound(distribution, mode):
    dimension = Dimension("constant", "x", "x", 1.0, mode, 3.0, distribution)
    values = quantile(dimension, np.linspace(0, 1, 1001)[1:-1])
    assert np.all(np.diff(values) >= 0)
    assert np.all((values >= 1) & (values <= 3))


def test_correlated_pairs_are_correlated_and_others_are_not(bench):
    section = (
        "{runs: 4096, correlations: [{between: [rebound, capital lifetime], r: -0.7},"
        " {between: [discount rate, levers.digital], r: 0.5}]}"
    )
    _, plan = plan_of(bench, section)
    draws = draw(plan, 0, 4096)

    def rank(a, b):
        return stats.spearmanr(draws[a], draws[b]).statistic

    # Spearman's rho of a Gaussian copula: 6/pi·asin(r/2); 4,096 points leave 0.02.
    assert rank("rebound", "capital_lifetime") == pytest.approx(-0.683, abs=0.02)
    assert rank("discount_rate", "levers.digital") == pytest.approx(0.483, abs=0.02)
    assert rank("rebound", "discount_rate") == pytest.approx(0, abs=0.02)


def test_correlating_keeps_each_distribution(bench):
    section = "{runs: 4096, correlations: [{between: [rebound, capital lifetime], r: 0.9}]}"
    _, plan = plan_of(bench, section)
    values = draw(plan, 0, 4096)["rebound"]
    assert stats.kstest(values, stats.triang(0.5, 0.1, 0.4).cdf).statistic < 0.02


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("{constants: [rebuond]}", "no such constant rebuond in constants.csv. Did you mean"),
        ("{constants: [one year]}", "one year is fixed in constants.csv:6"),
        ("{drivers: {energy: {low: 0, high: 1}}}", "no such driver with a path"),
        ("{implementation: {low: 0, high: 1, levers: {lnd: {low: 0, high: 1}}}}", "no such lever"),
        ("{correlations: [{between: [a, rebound], r: 0.5}]}", "a is not sampled"),
        ("{correlations: [{between: [rebound, rebound], r: 0.5}]}", "duplicate correlation"),
        (
            "{correlations: [{between: [rebound, discount_rate], r: 0.9},"
            " {between: [rebound, capital_lifetime], r: 0.9},"
            " {between: [capital_lifetime, discount_rate], r: -0.9}]}",
            "no numbers are correlated like this all at once",
        ),
    ],
)
def test_sampling_that_does_not_fit_is_refused(bench, section, expected):
    with pytest.raises(ScenarioError) as caught:
        plan_of(bench, section)
    assert expected in str(caught.value)
    assert "line 2, sampling" in str(caught.value)


def test_a_flat_driver_has_nothing_to_scale(bench):
    section = "{drivers: {energy_price: {low: 0.5, high: 1.5}}}"
    with pytest.raises(ScenarioError, match=r"flat, so there is no deviation to scale. Use of: d"):
        plan_of(bench, section, before="drivers: {energy_price: 1.0}\n")


def test_what_varies_without_a_sampling_section(bench):
    _, plan = plan_of(bench, "")
    assert [dimension.key for dimension in plan.dimensions] == [
        "rebound",
        "capital_lifetime",
        "hiring_elasticity",
        "discount_rate",
        "levers.rd_support",
        "levers.digital",
        "levers.land",
    ]
    assert (plan.method, plan.runs, plan.seed) == ("sobol", 1024, 2021)


def test_a_constant_that_the_scenario_sets_is_held_unless_listed(bench):
    setting = "constants: {rebound: 0.2}\n"
    resolved, plan = plan_of(bench, "{runs: 8}", before=setting)
    assert "rebound" not in [dimension.key for dimension in plan.dimensions]
    assert resolve_ensemble(resolved, plan, 0, 8)[0].constants["rebound"].tolist() == [0.2]
    _, plan = plan_of(bench, "{constants: [rebound], implementation: none}", before=setting)
    assert [(d.key, d.mode) for d in plan.dimensions] == [("rebound", 0.2)]


def test_ensemble_inputs_carry_the_draws(bench):
    resolved, plan = plan_of(
        bench,
        "{runs: 16, drivers: {energy_price: {low: 0.5, high: 1.5},"
        " world_demand: {low: -0.02, high: 0.02, of: drift}}}",
    )
    inputs, draws = resolve_ensemble(resolved, plan, 0, 16)
    assert inputs.n_run == 16
    assert np.array_equal(inputs.constants["rebound"], draws["rebound"])
    at = np.array([2022.0])
    lever = inputs.paths["rd support lever"].right(at)[:, 0]
    assert lever == pytest.approx(draws["levers.rd_support"] * 0.75)
    price = inputs.paths["energy price"].right(at)[:, 0]
    assert price == pytest.approx(1.21 ** draws["drivers.energy_price"])
    demand = inputs.paths["world demand"].right(at)[:, 0]
    assert demand == pytest.approx(1.1 * np.exp(2 * draws["drivers.world_demand"]))
    # The national rule is carried out in full, in every run.
    assert inputs.paths["rd tax rule"].values.shape[0] == 1


def test_a_lever_never_leaves_its_range(bench):
    section = "{runs: 64, implementation: {low: 0.9, high: 1.5}}"
    resolved, plan = plan_of(bench, section, before="levers: {land: 1.5}\n")
    inputs, _ = resolve_ensemble(resolved, plan, 0, 64)
    assert inputs.paths["land lever"].values.max() == 1.5


def test_chunks_of_an_ensemble_are_the_rows_of_the_whole(bench):
    resolved, plan = plan_of(bench, "{runs: 32}")
    whole, _ = resolve_ensemble(resolved, plan, 0, 32)
    part, _ = resolve_ensemble(resolved, plan, 10, 20)
    rows = whole.rows(10, 20)
    for name, values in part.constants.items():
        assert np.array_equal(values, rows.constants[name])
    for name, path in part.paths.items():
        assert np.array_equal(path.values, rows.paths[name].values)


def test_nothing_varies_gives_runs_that_are_all_alike(bench):
    resolved, plan = plan_of(bench, "{constants: none, implementation: none}")
    inputs, draws = resolve_ensemble(resolved, plan, 0, 3)
    assert draws == {}
    assert inputs.n_run == 3


def test_a_sobol_set_of_unbalanced_size_is_told(bench):
    assert "256 or 512, not 300" in balance(plan_of(bench, "{runs: 300}")[1])
    assert balance(plan_of(bench, "{runs: 256}")[1]) == ""
    assert "2 or 4, not 3" in balance(plan_of(bench, "{runs: 3}")[1])


@pytest.mark.parametrize(
    ("section", "before", "held"),
    [
        ("constants: [rebound], ", "", "capital lifetime"),
        ("constants: none, ", "", "rebound and capital lifetime"),
        ("", "constants: {capital lifetime: 12}\n", "capital lifetime"),
    ],
)
def test_a_correlation_of_what_does_not_vary_is_left_out_and_noted(bench, section, before, held):
    pair = "correlations: [{between: [rebound, capital lifetime], r: -0.7}]"
    _, plan = plan_of(bench, f"{{{section}{pair}}}", before=before)
    assert plan.correlated == ()
    said = f"correlation of rebound and capital lifetime left out: {held} does not vary here"
    assert plan.notes == (said,)
    assert plan_of(bench, f"{{{pair}}}")[1].notes == ()


def test_a_correlation_with_a_lever_carried_out_in_full_is_left_out(bench):
    pair = "correlations: [{between: [rebound, levers.digital], r: 0.5}]"
    _, plan = plan_of(bench, f"{{implementation: none, {pair}}}")
    assert plan.notes[0].endswith("levers.digital does not vary here")


@pytest.mark.parametrize(("of", "most"), [("drift", 1), ("scale", 100)])
def test_an_index_is_not_sampled_beyond_what_a_number_holds(bench, of, most):
    text = "{{drivers: {{energy price: {{low: {}, high: {}, of: {}}}}}}}"
    with pytest.raises(ScenarioError, match=f"{of} of an index is at most {most} either way"):
        plan_of(bench, text.format(-1e15, 1e15, of))
    resolved, plan = plan_of(bench, text.format(-most, most, of))
    inputs, _ = resolve_ensemble(resolved, plan, 0, 64)
    assert np.isfinite(inputs.paths["energy price"].values).all()


def test_a_range_of_nothing_is_an_error_at_its_row(bench):
    kept = {k: v for k, v in bench.model.constants.items() if k != "rebound"}
    bench.model = replace(bench.model, constants=kept)
    with pytest.raises(ScenarioError, match=r"constants\.csv:\d+: the model has no constant reb"):
        plan_of(bench, "{runs: 4}")
