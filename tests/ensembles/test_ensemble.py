"""What an ensemble says of a plan, against answers that do not come from it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zjsim.analysis.uncertainty.convergence import convergence_notes, replicate_error, runs_needed
from zjsim.analysis.uncertainty.statistics import (
    LEVELS,
    compute_statistics,
    judge_values,
    spearman,
)
from zjsim.assessment.assess import assess
from zjsim.assessment.probability import wilson_share
from zjsim.engines.executors import Executor
from zjsim.ensembles import chunks
from zjsim.ensembles import run as ensemble_run
from zjsim.ensembles.run import simulate_ensemble
from zjsim.errors import RunError, ScenarioError
from zjsim.openplan import OpenPlan
from zjsim.workflow import open_plan

pytestmark = pytest.mark.slow

TINY = Path(__file__).parents[1] / "analysis" / "tiny"
SCENARIO = TINY / "supported.yaml"


@pytest.fixture(scope="module")
def plan():
    return open_plan(TINY)


@pytest.fixture(scope="module")
def runs(plan):
    return simulate_ensemble(plan, SCENARIO, runs=40)


@pytest.fixture(scope="module")
def many(plan):
    return simulate_ensemble(plan, SCENARIO, runs=5000)


def by_hand(draws):
    """Solution of the tiny model, run by run, in plain Python; knows nothing of zjsim.

    d output = output·(g + gain·support), support from 1 January 2021 (t = 2020.5) as far as
    it is carried out; price grows by the drift on top of its outlook, exp(-pace·t) of energy.
    """
    rows = []
    for g, gain, pace, done, drift in zip(
        draws["output_growth"],
        draws["gain_of_support"],
        draws["saving_pace"],
        draws["levers.support"],
        draws["drivers.price_index"],
        strict=True,
    ):
        volume = 100 * math.exp(5 * g + 4.5 * gain * done)
        price = (1 + 0.06 * 5 / 6) * math.exp(5 * drift)
        rows.append((volume * price, 1000 * math.exp(0.08 * 5) / (volume * price),
                     100 * (1 - math.exp(-5 * pace))))  # fmt: skip
    return rows


def met_by_hand(row):
    output, patents, cut = row
    return output >= 132, patents >= 10.8, cut >= 16


def test_probabilities_equal_a_count_by_hand(many, plan):
    found = compute_statistics(many, plan.plan, many.drivers)
    met = [met_by_hand(row) for row in by_hand(many.draws())]
    assert [target.share.met for target in found.targets] == [
        sum(c) for c in zip(*met, strict=True)
    ]
    assert found.probabilities.binding.met == sum(row[2] for row in met)
    assert found.probabilities.joint.met == sum(map(all, met))
    assert list(found.probabilities.number_met) == [
        sum(sum(row) == k for row in met) for k in range(4)
    ]
    failures = [row for row in met if not all(row)]
    for place, target in enumerate(found.targets):
        assert target.fails_with_joint.total == len(failures)
        assert target.fails_with_joint.met == sum(not row[place] for row in failures)
        alone = [not row[place] and sum(row) == 2 for row in failures]
        assert target.fails_alone.met == sum(alone)
    assert 0 < found.probabilities.joint.met < 5000, "the test would say nothing otherwise"


def test_values_equal_the_solution_by_hand(runs, many, plan):
    for found in (runs, many):
        judged = assess(found, plan.plan)
        values = np.stack([row.values for row in judged.rows], axis=1)
        # RK4 at an eighth of a year on slow exponentials, through a switch on the grid.
        assert np.allclose(values, by_hand(found.draws()), rtol=2e-7)


def test_quantiles_are_those_of_the_order_statistics(many, plan):
    found = compute_statistics(many, plan.plan)
    columns = list(zip(*by_hand(many.draws()), strict=True))
    for target, column in zip(found.targets, columns, strict=True):
        assert target.years == (2021, 2022, 2023, 2024, 2025)
        ordered = sorted(column)
        for level, value in zip(LEVELS, target.quantiles[-1], strict=True):
            place = level * (len(ordered) - 1)
            low, part = int(place), place - int(place)
            expected = ordered[low] + part * (ordered[min(low + 1, 4999)] - ordered[low])
            assert value == pytest.approx(expected, rel=2e-7)
        assert np.all(np.diff(target.quantiles, axis=1) >= 0)


def test_an_ensemble_of_many_chunks_is_resolved_once_here_and_once_by_the_worker(plan, monkeypatch):
    monkeypatch.setitem(ensemble_run.RUNS_A_CHUNK, "kernel", 1)
    chunks._prepared.cache_clear()
    counted = []
    own = OpenPlan.resolve
    monkeypatch.setattr(OpenPlan, "resolve", lambda *given: (counted.append(1), own(*given))[1])
    cut = []
    simulate_ensemble(plan, SCENARIO, runs=40, advance=cut.append)
    assert len(cut) == 5
    assert len(counted) == 2


def test_every_module_that_computes_marks_a_bundle(monkeypatch):
    read = []
    own = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: (read.append(path.name), own(path))[1])
    chunks.code_hash.__wrapped__()
    assert {"workflow.py", "prepare.py", "chunks.py", "engine.py"} <= set(read)


def test_expected_shortfall_is_the_mean_gap_below_the_lowest_pass(many, plan):
    found = compute_statistics(many, plan.plan).targets[1]
    gaps = [max(10.8 - row[1], 0.0) for row in by_hand(many.draws())]
    missed = [gap for gap in gaps if gap > 0]
    assert found.shortfall == pytest.approx(sum(gaps) / len(gaps), rel=1e-5)
    assert found.shortfall_if_missed == pytest.approx(sum(missed) / len(missed), rel=1e-5)


def test_prices_help_output_and_hurt_patents(many, plan):
    found = compute_statistics(many, plan.plan, many.drivers).correlations
    assert found.drivers == ("price index",)
    assert found.with_drivers[0, 0] > 0.3
    assert found.with_drivers[1, 0] == pytest.approx(-found.with_drivers[0, 0], abs=1e-12)
    assert found.conflicts() == [("output", "patents", pytest.approx(-1.0))]
    assert abs(found.between[0, 2]) < 0.05, "energy has nothing to do with output here"


def test_rank_correlation_of_a_worked_case():
    # IQ and hours of television, n = 10: the worked example of the Wikipedia article on
    # Spearman's coefficient, -29/165.
    iq = [106, 86, 100, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17]
    assert spearman(np.array([iq, hours], float))[0, 1] == pytest.approx(-29 / 165)
    with_ties = spearman(np.array([[1, 1, 2, 3], [5, 5, 6, 9]], float))
    assert with_ties[0, 1] == pytest.approx(1)
    assert np.isnan(spearman(np.ones((2, 5)))).all()
    assert np.isnan(spearman(np.ones((2, 2)))).all()


@pytest.mark.parametrize(
    ("met", "total", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857-872, Table I, method 3 (Wilson's score,
        # no continuity correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_of_a_published_table(met, total, low, high):
    share = wilson_share(met, total)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_error_by_repeats_is_that_of_the_binomial_for_random_draws():
    draws = np.random.default_rng(1).random((200, 500)) < 0.3
    error = replicate_error(draws.mean(axis=1))
    assert error.standard_error * math.sqrt(200) == pytest.approx(
        math.sqrt(0.3 * 0.7 / 500), rel=0.15  # an estimate from 200 repeats is good to 5 %
    )  # fmt: skip
    with pytest.raises(ValueError, match="two repeats"):
        replicate_error([0.5])


def test_runs_needed_grow_with_the_square_of_the_precision():
    assert runs_needed(0.5, 0.01) == pytest.approx(4 * runs_needed(0.5, 0.02), rel=0.001)
    assert runs_needed(0.0, 0.05) > 1


def keys(statistics, method="random"):
    return [note.key for note in convergence_notes(statistics, method)]


def test_convergence_says_when_runs_are_too_few(runs, many, plan):
    few, enough = compute_statistics(runs, plan.plan), compute_statistics(many, plan.plan)
    assert {"ensemble.too_few", "ensemble.tails", "ensemble.even_odds"} <= set(keys(few))
    assert not {"ensemble.too_few", "ensemble.tails"} & set(keys(enough))
    assert "ensemble.not_independent" in keys(enough, "sobol")
    assert "ensemble.not_independent" not in keys(enough)


class Made:
    """Runs with values made up for one purpose."""

    name = "made"

    def __init__(self, values, status):
        self.values, self.status = values, status

    def at(self, variable, time):
        if variable not in self.values:
            raise RunError(f"{variable}: not saved")
        return self.values[variable]

    def error_at(self, variable, time):
        return None


def test_failed_runs_meet_nothing_and_enter_no_quantile(plan):
    n = 100
    values = {"nominal output": np.full(n, 150.0), "patents per output": np.full(n, 12.0)}
    values["energy per output"] = np.full(n, np.nan)
    status = np.zeros(n, dtype=np.uint8)
    status[:25] = 1
    values["nominal output"][:25] = 1e300  # what a run that blew up may hold
    found = compute_statistics(Made(values, status), plan.plan)
    assert [target.share.met for target in found.targets] == [75, 75, 0]
    assert all(target.share.total == n for target in found.targets)
    assert found.n_failed == 25
    assert np.all(found.targets[0].quantiles == 150)
    assert np.isnan(found.targets[2].quantiles).all()
    assert math.isnan(found.targets[2].shortfall)
    assert "ensemble.failed" in keys(found)
    missing = compute_statistics(Made({}, status), plan.plan)
    assert missing.probabilities.number_met[0] == n


def test_a_large_table_of_values_is_counted_whole(plan):
    items = plan.plan.indicators
    values = np.random.default_rng(2).normal([132, 10.8, 16], 1, (66_770, 3))
    met, probabilities = judge_values(values, items)
    lowest = np.array([item.target.lowest for item in items])
    assert np.array_equal(met, values >= lowest)
    assert probabilities.joint.met == np.count_nonzero((values >= lowest).all(axis=1))
    assert probabilities.joint.total == sum(probabilities.number_met) == 66_770


@pytest.mark.parametrize("n", [40, 300])
def test_executor_and_chunks_do_not_show_in_the_numbers(plan, n, monkeypatch):
    whole = simulate_ensemble(plan, SCENARIO, runs=n)
    monkeypatch.setitem(ensemble_run.RUNS_A_CHUNK, "kernel", 37)
    pieces = simulate_ensemble(plan, SCENARIO, runs=n)
    pool = simulate_ensemble(plan, SCENARIO, runs=n, executor=Executor("process", workers=2))
    for name in whole.store.names:
        assert whole.values(name).tobytes() == pieces.values(name).tobytes()
        assert whole.values(name).tobytes() == pool.values(name).tobytes()


def test_longer_ensemble_begins_with_the_shorter_one(plan, many):
    shorter = simulate_ensemble(plan, SCENARIO, runs=1000)
    longer = simulate_ensemble(plan, SCENARIO, runs=2000)
    output = shorter.values("nominal output")
    assert np.array_equal(output, longer.values("nominal output")[:1000])
    # More than 4,096 runs are compiled, which may differ in the last bits.
    np.testing.assert_allclose(many.values("nominal output")[:1000], output, rtol=1e-12)


def test_large_ensembles_stay_lazy_on_disk_and_say_the_same(plan, many, monkeypatch):
    monkeypatch.setattr(ensemble_run, "IN_MEMORY", 0)
    lazy = simulate_ensemble(plan, SCENARIO, runs=5000)
    folder = lazy.store.paths[0].parent
    data = lazy.to_dataset()
    assert data.sizes == {"run": 5000, "time": 6}
    assert not any(
        variable._in_memory for variable in data.variables.values() if variable.ndim == 2
    )
    one = data["nominal output"].isel(run=slice(4090, 4100), time=-1)
    assert np.array_equal(one.values, many.values("nominal output")[4090:4100, -1])
    assert data["energy per output"].isel(run=4321).values.shape == (6,)
    assert np.array_equal(data["price index"][::-7].values, many.values("price index")[::-7])
    assert data.drop_vars("status").equals(many.to_dataset().drop_vars("status"))
    first, second = (compute_statistics(r, plan.plan, r.drivers) for r in (lazy, many))
    assert first.probabilities == second.probabilities
    assert [r.share for r in assess(lazy, plan.plan).rows] == [
        r.share for r in assess(many, plan.plan).rows
    ]
    assert folder.is_dir()
    del lazy, data, one, first
    import gc

    gc.collect()
    assert not folder.exists(), "the temporary folder goes with its last reader"


def test_dataset_carries_units_status_and_provenance(runs):
    data = runs.to_dataset()
    assert data["nominal output"].attrs["units"] == "yuan"
    assert data.attrs["seed"] == 7
    assert data.attrs["scenario"] == "supported"
    assert data["status"].dims == ("run",)


def test_wrong_requests_are_clear(plan, runs):
    with pytest.raises(ScenarioError, match="runs: 0 is less than one"):
        simulate_ensemble(plan, SCENARIO, runs=0)
    with pytest.raises(RunError, match=r"nominal outptu.*Did you mean nominal output"):
        runs.at("nominal outptu", 2025.0)
    with pytest.raises(RunError, match=r"no row was saved at t = 2025\.25"):
        runs.at("nominal output", 2025.25)
    with pytest.raises(ScenarioError, match=r"no variable ouput\. Did you mean output"):
        simulate_ensemble(plan, SCENARIO, runs=4, save=["ouput"])


def test_worker_with_other_files_refuses(plan):
    from zjsim.ensembles.chunks import Part, Work, compute_block

    part = Part(scenario={}, first=0, last=1)
    work = Work(str(TINY), "0" * 64, "kernel", ("output",), (2025.0,), (part,))
    with pytest.raises(RunError, match="other files of the plan, or another zjsim"):
        compute_block(work)


def test_batch_and_ensemble_agree(plan, tmp_path):
    from zjsim.analysis.batch.batch import run_batch
    from zjsim.analysis.batch.batch_summary import summarise, write_summary
    from zjsim.analysis.batch.planning import check_cases, plan_batch
    from zjsim.ensembles.chunks import bundle_hash, names_to_keep, plan_reference, times_to_keep
    from zjsim.scenario.cases import expand
    from zjsim.scenario.study import read_study

    study = tmp_path / "study.yaml"
    study.write_text(
        f"scenarios: ['{SCENARIO.as_posix()}']\n"
        "matrix: {levers.support: [0, 1], constants.output growth: [0.03, 0.05]}\n"
        "sample: {runs: 30}\n"
    )
    read = read_study(study)
    cases = expand(read, TINY)
    check_cases(read, cases, plan)
    planned = plan_batch(
        read, cases, plan=plan_reference(plan.folder), bundle=bundle_hash(plan.folder),
        save=names_to_keep(plan), times=times_to_keep(plan), rows_a_shard=16,
    )  # fmt: skip
    done = run_batch(planned, tmp_path / "out")
    assert (done.n_case, done.n_run, done.failed) == (4, 120, 0)
    rows = summarise(done.runs, plan.plan, cases, planned.shards.layout.case_start)
    # The study runs 120 times in all and is compiled; an ensemble of 30 is not.
    for case, row in zip(cases, rows, strict=True):
        found = compute_statistics(simulate_ensemble(plan, case.scenario, runs=30), plan.plan)
        assert row["output.median"] == pytest.approx(found.targets[0].quantiles[-1][3], rel=1e-11)
        assert row["energy_cut.met"] == found.targets[2].share.value
        assert row["all_met"] == found.probabilities.joint.value
        assert row["binding_met"] == found.probabilities.binding.value
        assert (row["levers.support"], row["constants.output growth"]) == tuple(
            value for _, value in case.assignments
        )
    write_summary(tmp_path / "summary.csv", rows)
    text = (tmp_path / "summary.csv").read_text("utf-8")
    assert text.startswith("\ufeffcase,scenario,levers.support,constants.output growth,runs,failed")
    assert len(text.splitlines()) == 5

    wrong = replace(read, matrix={"levers.suport": (1,)})
    with pytest.raises(ScenarioError, match="Did you mean support"):
        check_cases(wrong, expand(wrong, TINY), plan)
