"""What the shipped scenarios come to: different sets of targets, and every count of the cut."""

import pytest

import zjsim
from zjsim.report.output.results import report_of
from zjsim.report.tables.ensemble_tables import findings
from zjsim.report.tables.tables import comparison_table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reports(plan, scenarios):
    runs = {name: zjsim.simulate(plan, name, estimate_error=False) for name in scenarios}
    return {name: report_of(found, zjsim.assess(plan, found)) for name, found in runs.items()}


def met_by(report):
    return {row.indicator.id for row in report.rows if row.verdict in ("met", "above_band")}


def test_three_scenarios_at_least_meet_different_sets_of_targets(reports):
    assert len({frozenset(met_by(report)) for report in reports.values()}) >= 3


def test_no_scenario_meets_all_and_none_meets_nothing(reports):
    """A model in which nothing can fail, or nothing succeed, tells nothing."""
    counts = [len(met_by(report)) for report in reports.values()]
    assert 0 < min(counts) <= max(counts) < 10


def test_the_judged_cut_is_not_the_count_that_flatters(reports):
    for name, report in reports.items():
        row = report.row("energy_intensity_cut")
        assert row.projection < max(value for _, value in row.variants), name


def test_a_comparison_shows_every_count_of_the_cut(plan, reports):
    table = comparison_table(reports["baseline"], reports["green_squeeze"], "en")
    counts = plan.plan.indicator("energy_intensity_cut").other_counts
    assert len(counts) == 3
    shown = [row[1].strip() for row in table.rows]
    place = shown.index("Cut in energy per value added, above-scale industry")
    assert shown[place + 1 : place + 4] == [count.label.en for count in counts]


def test_an_ensemble_says_how_likely_the_cut_is_on_every_count(plan):
    from zjsim.analysis.uncertainty.statistics import statistics_of

    found = zjsim.simulate_ensemble(plan, "baseline", runs=16)
    statistics = statistics_of(found)
    (target,) = (t for t in statistics.targets if t.other_counts)
    assert target.indicator.id == "energy_intensity_cut"
    by_name = {name.en: share.value for name, share in target.other_counts}
    assert by_name["state-listed projects counted"] <= target.model_share.value
    said = [line for line in findings(statistics, (), "en") if "on other counts" in line]
    assert len(said) == 1
    assert all(name in said[0] for name in by_name)
