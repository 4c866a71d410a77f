"""Five shocks: what was written beforehand of each of the ten indicators, and what came."""

from dataclasses import replace

import pytest

from zjsim.analysis.validation import shocks
from zjsim.analysis.validation.record import NotRunError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def moved(subject):
    return shocks.moved(subject)


def test_five_shocks_are_tried_on_ten_indicators(moved):
    assert len({item.shock for item in moved}) == 5
    assert len({item.indicator for item in moved}) == 10
    assert len(moved) == 50


def test_each_shock_is_felt_by_six_indicators_at_least(moved):
    for shock in {item.shock for item in moved}:
        felt = [item.indicator for item in moved if item.shock == shock and item.felt]
        assert len(felt) >= 6, (shock, felt)


def test_each_indicator_feels_two_shocks_at_least(moved):
    """The index of the business environment feels no more than two."""
    for indicator in {item.indicator for item in moved}:
        felt = [item.shock for item in moved if item.indicator == indicator and item.felt]
        assert len(felt) >= 2, (indicator, felt)


def test_all_ten_feel_the_loss_of_exports(moved):
    assert all(item.felt for item in moved if item.shock == "export_slump")


def test_what_came_otherwise_is_said_and_nothing_else(moved):
    """A surprise that no longer is one comes off the list; a new one goes on it."""
    for item in moved:
        assert item.expected == (item.surprise == ""), item.words


def test_expectations_leave_no_room_for_both_signs_where_a_sign_was_known(subject, moved):
    """Half of the ranges or more exclude zero, so a wrong sign is noticed."""
    signed = [item for item in moved if not item.low < 0 < item.high]
    assert len(signed) >= 25


def test_a_world_without_the_shock_passes_nothing(subject):
    """Without their changes the shocks are felt by nobody, and the row is nought."""
    entry = subject.protocol["shocks"]
    idle = [{k: v for k, v in s.items() if k in ("id", "expected")} for s in entry["of"]]
    protocol = {**subject.protocol, "shocks": {**entry, "of": idle}}
    tried = replace(subject)
    object.__setattr__(tried, "protocol", protocol)
    assert shocks.shocks(tried).value == 0


def test_a_plan_without_shocks_is_not_tested(subject):
    tried = replace(subject)
    protocol = {k: v for k, v in subject.protocol.items() if k != "shocks"}
    object.__setattr__(tried, "protocol", protocol)
    with pytest.raises(NotRunError, match="names no shocks"):
        shocks.shocks(tried)
