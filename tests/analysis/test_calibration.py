"""History up to the cut-off year, and nothing else, may move a constant."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zjsim.analysis.history import likelihood
from zjsim.analysis.history.calibration import calibrate, consecutive
from zjsim.analysis.history.comparison import Comparison, Datum, published
from zjsim.analysis.history.published import hash_of, published_until
from zjsim.analysis.history.sectors import SectorRun
from zjsim.analysis.history.sectors_file import read_sectors
from zjsim.assessment.observations import Observation, Observations
from zjsim.cache import content_hash
from zjsim.errors import DataError
from zjsim.scenario.calibrated import (
    calibrated_ranges,
    calibration_text,
    read_calibration,
    write_calibration,
)
from zjsim.workflow import OpenPlan, open_plan

pytestmark = pytest.mark.slow

FEW = {"draws": 32, "profile_points": 0}
SECTORS = ("digital_core", "patents")


@pytest.fixture(scope="module")
def plan():
    return open_plan("zhejiang")


@pytest.fixture(scope="module")
def fitted(plan):
    return calibrate(plan, only=SECTORS, **FEW)


def having(plan, /, **parts):
    """The plan with some of its parts replaced, as if its files said so."""
    changed = OpenPlan(plan.folder)
    for name in ("program", "names", "constants", "observations"):
        changed.__dict__[name] = getattr(plan, name)
    changed.__dict__.update(parts)
    return changed


def numbers(found):
    return calibration_text(found.rows)


def test_figures_after_the_cut_off_change_nothing(plan, fitted):
    cut_off = fitted.file.cut_off
    rows = tuple(
        replace(row, value=row.value * 7 + 1) if row.year > cut_off else row
        for row in plan.observations.rows
    )
    assert rows != plan.observations.rows
    again = calibrate(having(plan, observations=Observations(rows)), only=SECTORS, **FEW)
    assert numbers(again) == numbers(fitted)


def test_figures_derived_or_from_memory_change_nothing(plan, fitted):
    rows = tuple(
        replace(row, value=row.value * 7 + 1) if row.grade in "DM" else row
        for row in plan.observations.rows
    )
    again = calibrate(having(plan, observations=Observations(rows)), only=SECTORS, **FEW)
    assert numbers(again) == numbers(fitted)


def test_a_figure_before_the_cut_off_changes_its_sector(plan, fitted):
    rows = tuple(
        replace(row, value=10.4) if row.series == "digital_core_share" and row.year == 2019 else row
        for row in plan.observations.rows
    )
    again = calibrate(having(plan, observations=Observations(rows)), only=SECTORS, **FEW)
    before = {row.name: row for row in fitted.rows}["digital trend"]
    after = {row.name: row for row in again.rows}["digital trend"]
    assert after.value < before.value
    assert after.data_hash != before.data_hash


class Untouchable:
    """Stands for the plan, of which the base year may be known: who reads more fails the test."""

    def __init__(self, plan):
        self.base_year = plan.base_year

    def __getattr__(self, name):
        raise AssertionError(f"the calibration read plan.{name}")


def test_targets_of_the_plan_are_never_read(plan, fitted):
    again = calibrate(having(plan, plan=Untouchable(plan.plan)), only=SECTORS, **FEW)
    assert numbers(again) == numbers(fitted)


def test_targets_inside_the_model_move_no_sector(plan):
    """The administrative path is in the model, because officials follow it: no sector may."""
    targets = {"table cut": 0.36, "text pace": 0.10}
    slots = tuple(
        replace(slot, value=targets.get(slot.name, slot.value)) for slot in plan.program.constants
    )
    moved = having(plan, program=replace(plan.program, constants=slots))
    assert moved.program != plan.program
    file = read_sectors(plan)
    history = published_until(plan.observations, file.cut_off)
    for sector in file.sectors:
        unknowns = {name: np.array([plan.names.constants[name]]) for name in sector.parameters}
        unknowns |= {item.name: np.array([item.high]) for item in sector.nuisance}
        told = [
            SectorRun(one, sector, history, file.base_year, file.step, "python").predict(unknowns)
            for one in (plan, moved)
        ]
        assert np.isfinite(told[0]).all(), sector.id
        assert np.array_equal(*told), sector.id


def row(**fields):
    return Observation(**{"series": "s", "year": 2020, "value": 1.0, "grade": "A", **fields})


@pytest.mark.parametrize(
    ("figure", "kept"),
    [
        (row(), True),
        (row(reading="year_end"), True),
        (row(year=2021), False),
        (row(period="2016-2020"), True),
        (row(period="2018-2021"), False),
        (row(grade="C"), True),
        (row(grade="D"), False),
        (row(grade="M"), False),
        (row(grade=""), True),
    ],
)
def test_what_may_enter(figure, kept):
    assert bool(published_until(Observations((figure,)), 2020).rows) is kept


def test_the_same_seed_gives_the_same_numbers(plan, fitted):
    assert numbers(calibrate(plan, only=SECTORS, **FEW)) == numbers(fitted)
    assert numbers(calibrate(plan, only=SECTORS, seed=1, **FEW)) != numbers(fitted)


def test_anchored_stocks_are_the_base_of_the_model_in_the_base_year(plan):
    """Whatever the draw: what is fitted is the way to the base, never the base."""
    file = read_sectors(plan)
    sector = next(item for item in file.sectors if item.id == "digital_core")
    share = Comparison(
        "digital_core_share", ("digital core share of gdp",), "level", 2020, vintage="plan"
    )
    run = SectorRun(
        plan,
        replace(sector, observed=(share,)),
        published_until(plan.observations, 2020),
        2020,
        backend="python",
    )
    told = run.predict({"digital trend": np.array([0.03, 0.05, 0.07])})
    assert told == pytest.approx(10.9, abs=1e-6)


def test_what_is_called_identified_became_narrower(plan):
    rows = read_calibration(plan.folder.file("calibration.csv"))
    assert any(item.identified for item in rows)
    assert any(not item.identified for item in rows)
    for item in rows:
        narrower = item.high - item.low < item.prior_high - item.prior_low
        assert narrower or not item.identified, item.name


def test_the_shipped_table_is_that_of_the_shipped_model_and_data(plan):
    file = read_sectors(plan)
    history = published_until(plan.observations, file.cut_off)
    shipped = {item.sector: item for item in read_calibration(plan.folder.file("calibration.csv"))}
    for sector in file.sectors:
        rows = SectorRun(plan, sector, history, file.base_year, file.step).rows
        now = content_hash(hash_of(rows), file.text, plan.model_hash)[:16]
        assert shipped[sector.id].data_hash == now, "run: zjsim calibrate"


def test_an_unknown_sector_is_told(plan):
    with pytest.raises(DataError, match="no such sector"):
        calibrate(plan, only=("nothing",), **FEW)


def test_written_then_read(tmp_path, fitted):
    path = tmp_path / "calibration.csv"
    write_calibration(path, fitted.rows)
    back = read_calibration(path)
    assert calibration_text(back) == calibration_text(fitted.rows)
    assert [item.name for item in back] == [item.name for item in fitted.rows]


def test_an_ensemble_takes_identified_constants_only(plan):
    ranges = calibrated_ranges(plan)
    for item in read_calibration(plan.folder.file("calibration.csv")):
        assert (item.name.casefold() in ranges) is item.identified
    assert ranges
    assert all(found.low < found.mode < found.high for found in ranges.values())


def test_weighted_draws_give_the_posterior_of_a_known_case():
    """One figure with a normal error and a flat prior: the posterior is that normal."""
    draws = np.linspace(-10, 10, 20001)
    loglik = likelihood.log_likelihood(
        draws[:, None], np.array([1.0]), np.array([0.5]), freedom=1e7
    )
    found = likelihood.marginal(draws, likelihood.weights_of(loglik))
    assert found.mean == pytest.approx(1.0, abs=1e-3)
    assert found.sd == pytest.approx(0.5, abs=1e-3)
    assert found.low == pytest.approx(1.0 - 1.96 * 0.5, abs=5e-3)


def test_an_outlier_counts_less_than_its_square():
    told = np.array([[0.0]])
    near, far = (
        -likelihood.log_likelihood(told, np.array([x]), np.array([1.0]))[0] for x in (2.0, 20.0)
    )
    assert near < far < 100 * near / 4


def test_a_prior_that_nothing_was_said_about_overlaps_itself():
    draws = np.random.default_rng(1).normal(size=4000)
    found = likelihood.marginal(draws, np.full(4000, 1 / 4000))
    assert found.overlap == pytest.approx(1.0, abs=0.01)
    assert found.sd == pytest.approx(found.prior_sd)


def test_the_profile_finds_what_is_told_and_what_is_not():
    """Only the sum of two unknowns is told: neither is, and each is once the other is known."""
    starts = np.random.default_rng(1).uniform(size=(64, 2))

    def of_sum(rows):
        return -50 * (rows[:, 0] + rows[:, 1] - 1) ** 2

    def of_first(rows):
        return -200 * (rows[:, 0] - 0.5) ** 2

    bounds = np.array([[0.0, 1.0], [0.0, 1.0]])
    _, tied = likelihood.profile(of_sum, bounds, 0, starts)
    _, told = likelihood.profile(of_first, bounds, 0, starts)
    assert likelihood.profile_word(tied) == "flat"
    assert likelihood.profile_word(told) == "closed"


def test_an_index_never_mixes_vintages():
    rows = (
        row(series="gdp", year=2020, value=100.0, vintage="old"),
        row(series="gdp", year=2019, value=90.0, vintage="new"),
        row(series="gdp", year=2018, value=80.0, vintage="old"),
    )
    item = Comparison("gdp", ("x",), "index", 2020, vintage="old")
    assert [datum.year for datum in published(item, Observations(rows))] == [2018]


def test_errors_of_a_run_by_hand(monkeypatch):
    """z = (1, 1) and a persistence of 0.6: the innovation is (1 - 0.6)/0.8 = 0.5.

    -3 ln(1 + 1/5) - 3 ln(1 + 0.5²/5) - ln 0.8 = -0.54696 - 0.14637 + 0.22314 = -0.47019.
    """
    monkeypatch.setattr(likelihood, "PERSISTENCE", np.array([0.6]))
    predicted, observed, scale = np.array([[3.0, 5.0]]), np.array([1.0, 3.0]), np.array([2.0, 2.0])
    found = likelihood.log_likelihood(predicted, observed, scale, runs=[(0, 1)])
    assert found[0] == pytest.approx(-0.47019, abs=1e-5)


def test_the_persistence_is_averaged_over(monkeypatch):
    predicted, nothing, scale = np.array([[1.0, 1.2, 0.9, 1.1]]), np.zeros(4), np.ones(4)

    def at(values):
        monkeypatch.setattr(likelihood, "PERSISTENCE", np.array(values))
        return likelihood.log_likelihood(predicted, nothing, scale, runs=[(0, 1, 2, 3)])[0]

    both = at([0.0, 0.8])
    assert np.exp(both) == pytest.approx((np.exp(at([0.0])) + np.exp(at([0.8]))) / 2)
    independent = likelihood.log_likelihood(predicted, nothing, scale)[0]
    assert at([0.0]) == pytest.approx(independent)


def test_figures_that_are_all_too_high_tell_less_than_figures_that_scatter():
    nothing, scale = np.zeros(5), np.ones(5)
    alike, mixed = np.array([[1.5] * 5]), np.array([[1.5, -1.5, 1.5, -1.5, 1.5]])

    def penalty(errors):
        run = likelihood.log_likelihood(errors, nothing, scale, runs=[range(5)])
        none = likelihood.log_likelihood(np.zeros((1, 5)), nothing, scale, runs=[range(5)])
        return float((none - run)[0])

    assert penalty(alike) < penalty(mixed)


def test_only_long_runs_of_consecutive_years_may_err_together():
    item, other = Comparison("s", ("x",), "growth", 2020), Comparison("t", ("x",), "growth", 2020)

    def datum(year, span=1):
        return Datum(year, float(year), 1.0, span)

    data = [(item, datum(y)) for y in (2012, 2014, 2015, 2016, 2017)]
    data += [(other, datum(y)) for y in (2018, 2019, 2020)]
    assert consecutive(data) == ((1, 2, 3, 4),)
    averages = [(item, datum(y, 5)) for y in (2014, 2015, 2016, 2017)]
    assert consecutive(averages) == ()
