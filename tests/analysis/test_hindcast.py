"""A hindcast knows nothing of what came later, and is scored as it deserves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from zjsim.analysis.history.comparison import Comparison
from zjsim.analysis.history.comparisons_file import read_comparisons
from zjsim.analysis.history.hindcast import decided_in, hindcast
from zjsim.analysis.history.hindcast_score import score_of
from zjsim.analysis.history.naive import naive_forecasts
from zjsim.analysis.history.published import trusted
from zjsim.analysis.history.scores import crps_of_draws, crps_of_normal, inside, rank_of
from zjsim.assessment.observations import Observation, Observations
from zjsim.errors import DataError
from zjsim.scenario.tables import known_until
from zjsim.workflow import OpenPlan, open_plan

pytestmark = pytest.mark.slow

FEW = {"runs": 8, "backend": "python"}


@pytest.fixture(scope="module")
def plan():
    return open_plan("zhejiang")


@pytest.fixture(scope="module")
def found(plan):
    return hindcast(plan, 2021, **FEW)


def having(plan, /, **parts):
    changed = OpenPlan(plan.folder)
    for name in ("program", "names", "constants", "plan", "levers", "drivers", "observations"):
        changed.__dict__[name] = getattr(plan, name)
    changed.__dict__.update(parts)
    return changed


def test_drivers_observed_later_change_nothing(plan, found):
    table = plan.drivers
    later = {
        key: replace(series, values=tuple((y, v * 3 if y > 2021 else v) for y, v in series.values))
        for key, series in table.series["observed"].items()
    }
    paths = {**table.series, "observed": MappingProxyType(later)}
    other = having(plan, drivers=replace(table, series=MappingProxyType(paths)))
    again = hindcast(other, 2021, **FEW)
    assert np.array_equal(again.quantiles, found.quantiles)
    # They would, one year on.
    assert not np.array_equal(
        hindcast(other, 2022, **FEW).quantiles, hindcast(plan, 2022, **FEW).quantiles
    )


def test_outturns_score_and_never_steer(plan, found):
    rows = tuple(
        replace(row, value=row.value * 2) if row.year > 2021 else row
        for row in plan.observations.rows
    )
    again = hindcast(having(plan, observations=Observations(rows)), 2021, **FEW)
    assert np.array_equal(again.quantiles, found.quantiles)
    assert [case.median for case in again.cases] == [case.median for case in found.cases]
    assert again.score.crps > found.score.crps
    for mine, theirs in zip(again.cases, found.cases, strict=True):
        assert mine.naive == theirs.naive


def test_known_years_are_shown_and_not_scored(found):
    assert {case.datum.year for case in found.cases if case.known} == {2021}
    later = [case for case in found.cases if case.datum.year > 2021]
    # The base of version 2 rests on no later figure that is held against it.
    assert all(case.scored for case in later)
    assert found.score.cases == len(later)


def test_borrowed_bases_are_shown_and_not_scored(tmp_path, plan, found):
    series = next(case.comparison.series for case in found.cases if case.scored)
    copy = tmp_path / "copy"
    shutil.copytree(plan.folder.path, copy)
    path = copy / "comparisons.yaml"
    text = path.read_text("utf-8")
    entry = f"  - series: {series}\n"
    assert text.count(entry) == 1
    path.write_text(text.replace(entry, f"{entry}    base_uses_later: said so\n"), "utf-8")
    told = hindcast(open_plan(copy), 2021, **FEW)
    assert len(told.cases) == len(found.cases)
    borrowed = [case for case in told.cases if case.comparison.series == series]
    assert borrowed
    assert not any(case.scored for case in borrowed)
    before = sum(case.scored for case in found.cases if case.comparison.series == series)
    assert before > 0
    assert told.score.cases == found.score.cases - before


def test_no_figure_is_derived_or_from_memory(found):
    grades = {row.grade for case in found.cases for row in case.datum.rows}
    assert grades <= {"A", "B", "C"}


def test_a_year_before_the_observed_drivers_is_refused(plan):
    with pytest.raises(DataError, match="begin in 2020"):
        hindcast(plan, 2019, **FEW)


def test_own_figures_later_than_any_shipped_are_scored(plan):
    """As if the shipped figures ended with the year that is known."""
    ended = having(
        plan, observations=Observations(tuple(r for r in plan.observations.rows if r.year <= 2023))
    )
    own = Observations(
        (Observation("labour_productivity", 2025, 31.0),
         Observation("gdp_growth", 2025, 5.5, grade="A"))
    )  # fmt: skip
    without, told = hindcast(ended, 2023, **FEW), hindcast(ended, 2023, observations=own, **FEW)
    assert without.score.cases == 0
    scored = {(case.comparison.series, case.datum.year) for case in told.cases if case.scored}
    assert scored == {("labour_productivity", 2025), ("gdp_growth", 2025)}


def test_the_same_seed_gives_the_same_bands(plan, found):
    assert np.array_equal(hindcast(plan, 2021, **FEW).quantiles, found.quantiles)


def test_bands_are_nested_and_widen_with_the_years(found):
    spread = found.quantiles[:, :, 5] - found.quantiles[:, :, 1]
    assert (np.diff(found.quantiles, axis=2) >= 0).all()
    assert (spread[:, -1] > spread[:, 0]).all()


def test_a_table_known_until_a_year_ends_there(plan):
    cut = known_until(plan.drivers, "observed", 2021)
    assert max(y for s in cut.series["observed"].values() for y, _ in s.values) == 2021
    assert cut.series["outlook_2021"] == plan.drivers.series["outlook_2021"]


def test_the_shipped_file_reads(plan):
    file = read_comparisons(plan)
    known = set(plan.observations.names)
    assert {item.series for item in file.comparisons} <= known
    assert {item.over for item in file.comparisons} - {""} <= known


def test_the_score_of_many_draws_is_that_of_their_distribution():
    draws = np.random.default_rng(1).normal(2.0, 3.0, 200_000)
    for observed in (-4.0, 2.0, 9.0):
        assert crps_of_draws(draws, observed) == pytest.approx(
            crps_of_normal(2.0, 3.0, observed), abs=0.02
        )


def test_the_score_rewards_saying_what_one_believes():
    """A proper score: on average the true spread beats one too narrow and one too wide."""
    outcomes = np.random.default_rng(2).normal(size=4000)
    means = {sd: np.mean([crps_of_normal(0.0, sd, x) for x in outcomes]) for sd in (0.3, 1.0, 3.0)}
    assert means[1.0] < means[0.3]
    assert means[1.0] < means[3.0]


def test_bands_and_ranks_of_a_known_case():
    draws = np.linspace(0, 100, 1001)
    assert inside(draws, 10.5, 0.8)
    assert not inside(draws, 9.5, 0.8)
    assert rank_of(draws, 25.0) == pytest.approx(0.25, abs=1e-3)


def figures(*pairs):
    return Observations(tuple(Observation("s", y, v, grade="A") for y, v in pairs))


PAST = (2015, 2020)


def test_a_steady_past_is_carried_on_by_trend_and_returned_to_by_ar1():
    steady = figures(*((year, 100 * np.exp(0.05 * (year - 2020))) for year in range(2015, 2022)))
    item = Comparison("s", ("x",), "index", 2020)
    told = naive_forecasts(item, steady, 2021, 2023, {}, PAST)
    assert told["trend"].mean == pytest.approx(15.0)
    assert told["ar1"].mean == pytest.approx(15.0)


def test_naive_forecasts_see_no_later_figure():
    past = ((2018, 5.0), (2019, 6.0), (2020, 4.0))
    item = Comparison("s", ("x",), "growth", 2020)
    first = naive_forecasts(item, figures(*past), 2020, 2022, {}, PAST)
    second = naive_forecasts(item, figures(*past, (2021, 50.0), (2022, 60.0)), 2020, 2022, {}, PAST)
    assert first == second
    assert first["trend"].mean == pytest.approx(5.0)


def test_the_plan_line_of_an_indicator(plan):
    indicators = {item.id: item for item in plan.plan.indicators}
    item = Comparison("s", ("x",), "level", 2020, plan_line="labour_productivity")
    told = naive_forecasts(item, figures(), 2020, 2025, indicators, PAST)
    assert told["plan_line"].mean == pytest.approx(33.0)


def test_scores_of_no_case_are_no_numbers(plan, found):
    nothing = score_of([replace(found, cases=())])
    assert nothing.cases == 0
    assert np.isnan(nothing.crps)


def test_a_verdict_is_called_only_while_all_later_years_agree(found):
    def at(year, value):
        share = replace(found.probabilities[0], met=round(100 * value), total=100)
        return replace(found, known_until=year, probabilities=(share,))

    assert decided_in([at(2020, 0.95), at(2021, 0.5), at(2022, 0.97)], 0) == 2022
    assert decided_in([at(2020, 0.95), at(2021, 0.92)], 0) == 2020
    assert decided_in([at(2020, 0.95), at(2021, 0.05)], 0) == 2021
    assert decided_in([at(2020, 0.95), at(2021, 0.6)], 0) is None


def test_figures_of_any_year_are_trusted_by_grade_alone(plan):
    assert {row.grade for row in trusted(plan.observations).rows} == {"A", "B", "C"}
