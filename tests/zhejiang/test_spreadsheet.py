"""No indicator is a spreadsheet row: an equation of its own, without the economy, misses it."""

from dataclasses import replace

import numpy as np
import pytest

from zjsim.analysis.validation import spreadsheet
from zjsim.analysis.validation.record import NotRunError
from zjsim.analysis.validation.spreadsheet import _misses

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def missed(subject):
    return spreadsheet.misses_of(subject)


def test_eight_of_ten_are_more_than_an_equation_of_their_own(missed):
    assert len(missed) == 10
    assert sum(max(found.values()) > spreadsheet.LEAST_MISS for found in missed.values()) >= 8


def test_the_row_counts_what_is_missed(subject, missed):
    measured = spreadsheet.spreadsheet(subject)
    assert measured.value == sum(
        max(found.values()) > spreadsheet.LEAST_MISS for found in missed.values()
    )
    assert len(measured.details) == len(missed)


def test_what_is_a_spreadsheet_row_is_found_out():
    """A series that hangs on time and itself alone is reproduced in every world."""
    levers = {"a": np.zeros(6), "b": np.ones(6)}
    values = {}
    for world, start in {"a": 10.0, "b": 12.0}.items():
        series = [start]
        for _ in range(5):
            series.append(1.03 * series[-1] + 0.2)
        values[world] = np.array(series)
    assert max(_misses(values, levers).values()) < 1e-6


def test_what_feels_the_rest_of_the_economy_is_missed():
    """The same series pushed by something that the equation cannot see."""
    rng = np.random.default_rng(1)
    levers = {f"w{k}": np.zeros(6) for k in range(6)}
    values = {name: 10 + np.cumsum(rng.normal(0.5, 0.5, 6)) for name in levers}
    assert max(_misses(values, levers).values()) > spreadsheet.LEAST_MISS


def test_a_plan_without_worlds_is_not_tested(subject):
    tried = replace(subject)
    protocol = {k: v for k, v in subject.protocol.items() if k != "spreadsheet"}
    object.__setattr__(tried, "protocol", protocol)
    with pytest.raises(NotRunError, match="names no worlds"):
        spreadsheet.spreadsheet(tried)
