import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjsim.assessment.probability import compute_probabilities, wilson_share
from zjsim.assessment.progress import Verdict


@given(st.integers(1, 10_000), st.data())
def test_the_interval_holds_the_share_and_stays_inside_one(total, data):
    met = data.draw(st.integers(0, total))
    share = wilson_share(met, total)
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.low < share.high


def test_the_interval_of_a_published_example():
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263, Wilson without correction.
    share = wilson_share(81, 263)
    assert (share.low, share.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(1, 500), st.data())
def test_meeting_and_missing_mirror_each_other(total, data):
    met = data.draw(st.integers(0, total))
    share, mirror = wilson_share(met, total), wilson_share(total - met, total)
    assert (share.low, share.high) == pytest.approx((1 - mirror.high, 1 - mirror.low))


def test_no_runs_give_no_share():
    assert math.isnan(wilson_share(0, 0).value)


def test_more_successes_than_runs_are_refused():
    with pytest.raises(ValueError, match="3 of 2 runs is no share"):
        wilson_share(3, 2)


def test_undecidable_and_missing_runs_count_as_not_met():
    met, above = Verdict.MET.value, Verdict.ABOVE_BAND.value
    unsure, gone = Verdict.UNDECIDABLE.value, Verdict.MISSING.value
    verdicts = np.array([[met, above], [met, unsure], [gone, above], [met, met]], dtype="<U16")
    result = compute_probabilities(verdicts.T, [False, True])
    assert [share.met for share in result.targets] == [3, 3]
    assert [share.met for share in result.undecidable] == [0, 1]
    assert (result.joint.met, result.binding.met) == (2, 3)
    assert result.number_met == (0, 2, 2)


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_counts_of_targets_met_add_up_to_the_runs(n_run, n_indicator, seed):
    choices = np.array([verdict.value for verdict in Verdict])
    verdicts = np.random.default_rng(seed).choice(choices, size=(n_run, n_indicator))
    binding = [True] * n_indicator
    result = compute_probabilities(verdicts.T, binding)
    assert sum(result.number_met) == n_run
    assert result.joint == result.binding
    assert result.joint.met == result.number_met[-1]
    assert result.joint.met <= min(share.met for share in result.targets)
