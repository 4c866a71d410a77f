import pytest

from zjsim.assessment.milestones import MilestoneState, milestone_statuses
from zjsim.assessment.observations import Observation, Observations


def status(plan, name, *figures):
    rows = tuple(Observation(name, year, value) for year, value in figures)
    found = milestone_statuses(plan, Observations(rows))
    return next(item for item in found if item.milestone.id == name)


def test_without_a_figure_nothing_is_said_to_be_met(plan):
    states = {item.state for item in milestone_statuses(plan, Observations(()))}
    assert states == {MilestoneState.NO_FIGURE}


def test_only_what_was_published_is_said_of_a_milestone(plan, observations):
    found = {item.milestone.id: item for item in milestone_statuses(plan, observations)}
    told = {name: item.state for name, item in found.items() if item.value is not None}
    met = ("industrial_internet_platforms", "base_stations_5g", "digital_transformation",
           "single_champions", "little_giants")  # fmt: skip
    still = ("firms_with_rd_activity", "firms_with_rd_institution")
    assert told == {
        **dict.fromkeys(met, MilestoneState.MET), **dict.fromkeys(still, MilestoneState.OPEN),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "state"),
    [
        (((2023, 200),), MilestoneState.MET),
        (((2023, 199),), MilestoneState.OPEN),
        (((2025, 199),), MilestoneState.MISSED),
        (((2023, 250), (2025, 190)), MilestoneState.MISSED),
        (((2020, 300),), MilestoneState.NO_FIGURE),
        (((2026, 300),), MilestoneState.NO_FIGURE),
    ],
)
def test_a_dated_milestone_is_open_until_its_date(plan, figures, state):
    assert status(plan, "single_champions", *figures).state is state


def test_an_undated_milestone_is_never_missed(plan):
    assert status(plan, "green_factories", (2025, 499)).state is MilestoneState.OPEN


def test_a_doubling_needs_the_count_of_the_base_year(plan):
    assert status(plan, "high_tech_firms", (2024, 44_000)).state is MilestoneState.NO_BASE
    done = status(plan, "high_tech_firms", (2020, 22_000), (2024, 44_000))
    assert (done.state, done.value) == (MilestoneState.MET, 2.0)


def test_completion_is_the_share_of_the_number_and_the_figure_stays_beside_it(plan):
    open_one = status(plan, "single_champions", (2023, 150))
    assert (open_one.value, open_one.completion, open_one.observation.year) == (150, 0.75, 2023)
    doubling = status(plan, "high_tech_firms", (2020, 1), (2024, 1.5))
    assert (doubling.value, doubling.completion) == (1.5, 0.75)
    # Of no number there is no share, and of a doubling without a base neither.
    assert status(plan, "industrial_land_in_zones", (2023, 0.0)).completion is None
    lost = status(plan, "high_tech_firms", (2020, 0), (2024, 44_000))
    assert (lost.state, lost.completion) == (MilestoneState.NO_BASE, None)
    assert lost.observation.value == 44_000


def test_a_striven_range_is_met_from_its_lower_end(plan):
    item = next(m for m in plan.milestones if m.id == "new_fortune_500")
    assert (item.number, item.number_high, item.strive) == (3, 5, True)
    assert status(plan, "new_fortune_500", (2025, 3)).state is MilestoneState.MET


def test_land_that_does_not_shrink_keeps_the_rule(plan):
    assert status(plan, "industrial_land_in_zones", (2023, 0.0)).state is MilestoneState.MET
    assert status(plan, "industrial_land_in_zones", (2023, -0.1)).state is MilestoneState.OPEN


def test_the_known_milestones_are_there_with_their_numbers(plan):
    dated = {item.id: item.number for item in plan.milestones if item.date == 2025}
    assert dated == {
        "provincial_laboratories": 10, "industrial_internet_platforms": 300,
        "platforms_in_large_clusters": 100, "base_stations_5g": 200_000,
        "industry_cloud_platforms": 10, "data_centre_racks": 450_000,
        "new_test_laboratories": 400_000, "brand_firms": 2500, "chain_leaders": 100,
        "new_fortune_500": 3, "new_listed_firms": 350, "single_champions": 200,
        "little_giants": 500, "hidden_champions": 500, "high_tech_firms": 2,
        "technology_smes": 2, "large_platforms": 25,
    }  # fmt: skip


def test_national_green_factories_are_no_base_for_the_five_hundred(plan):
    item = next(m for m in plan.milestones if m.id == "green_factories")
    assert item.base is None
    assert item.date is None
