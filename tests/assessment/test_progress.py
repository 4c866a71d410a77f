import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjsim.assessment import progress as rules
from zjsim.assessment.progress import Verdict, Word

WORKED_CASE = [1.51, -2.20, -4.18]  # yearly changes in percent, against a cut of 17 percent

cuts = st.floats(0.1, 90)
levels = st.floats(1, 1e3)  # a fall to a millionth would lose its digits in 1 + rate


def test_the_published_worked_case_of_the_logarithmic_formula():
    cut = rules.cumulative_cut(WORKED_CASE)
    assert -cut == pytest.approx(-4.87, abs=0.005)  # printed to two decimals
    assert 100 * rules.logarithmic_progress(cut, 17) == pytest.approx(26.8, abs=0.05)
    assert rules.rate_needed(cut, 17, 2, "cut") == pytest.approx(-6.59, abs=0.005)


@given(cuts, st.integers(1, 10), st.data())
def test_equal_yearly_cuts_give_equal_steps(target, years, data):
    gone = data.draw(st.integers(0, years))
    rate = rules.yearly_cut(target, years)
    cut = rules.cumulative_cut([-rate] * gone)
    assert rules.logarithmic_progress(cut, target) == pytest.approx(gone / years, abs=1e-9)


@given(cuts, st.floats(-50, 90), st.integers(1, 10))
def test_the_rate_needed_for_a_cut_leads_to_the_target(target, cut, years):
    rate = float(rules.rate_needed(cut, target, years, "cut"))
    left = (1 - cut / 100) * (1 + rate / 100) ** years
    assert 100 * (1 - left) == pytest.approx(target, abs=1e-6)


@given(levels, levels, st.integers(1, 10))
def test_the_rate_needed_for_a_level_leads_to_the_target(value, target, years):
    rate = float(rules.rate_needed(value, target, years, "percent"))
    assert value * (1 + rate / 100) ** years == pytest.approx(target, rel=1e-9)


@given(st.floats(0, 100), st.floats(0, 100), st.integers(1, 10))
def test_the_points_needed_for_a_ratio_lead_to_the_target(value, target, years):
    rate = float(rules.rate_needed(value, target, years, "points"))
    assert value + rate * years == pytest.approx(target, abs=1e-9)


@pytest.mark.parametrize("pace", ["points", "percent", "cut"])
def test_no_rate_is_needed_when_no_year_is_left(pace):
    assert np.isnan(rules.rate_needed([1.0, 2.0], 3.0, 0, pace)).all()


def test_an_unknown_pace_is_refused():
    with pytest.raises(ValueError, match="none of points, percent, cut"):
        rules.rate_needed(1.0, 2.0, 1, "linear")


@given(levels, levels)
def test_linear_progress_is_zero_at_the_base_and_one_at_the_target(base, rise):
    target = base + rise
    if target > base:
        assert rules.linear_progress([base, target], base, target) == pytest.approx([0, 1])


def test_progress_is_monotonic_so_medians_agree():
    values = np.linspace(-20, 80, 101)
    assert (np.diff(rules.logarithmic_progress(values, 16)) > 0).all()
    assert (np.diff(rules.linear_progress(values, 1, 2)) > 0).all()


def test_a_cut_of_everything_has_no_logarithmic_progress():
    assert np.isnan(rules.logarithmic_progress([100.0, 150.0], 16)).all()


def test_an_indicator_with_an_earlier_base_has_an_earlier_clock():
    assert rules.time_progress(2022, 2020, 2025) == pytest.approx(0.4)
    assert rules.time_progress(2022, 2019, 2025) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("lead", "word"),
    [
        (0.051, Word.FASTER),
        (0.05, Word.FASTER),
        (0.049, Word.ON_COURSE),
        (-0.10, Word.ON_COURSE),
        (-0.101, Word.BEHIND),
    ],
)
def test_official_words_change_at_the_thresholds_of_the_file(plan, lead, word):
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        assert rules.official_word(share + lead, share, plan.words) is word


def test_reached_early_is_said_first_and_nothing_is_said_of_nothing(plan):
    assert rules.official_word(1.2, 0.4, plan.words, reached_early=True) is Word.REACHED_EARLY
    assert rules.official_word(math.nan, 0.4, plan.words, reached_early=True) is None


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (33.3, 0.0, Verdict.MET),
        (33.2, 0.0, Verdict.MET),
        (33.4, 0.0, Verdict.MET),
        (33.41, 0.0, Verdict.ABOVE_BAND),
        (33.19, 0.0, Verdict.MISSED),
        (33.19, 0.02, Verdict.UNDECIDABLE),
        (33.21, 0.02, Verdict.UNDECIDABLE),
        (33.41, 0.02, Verdict.ABOVE_BAND),
        (33.19, 0.01, Verdict.UNDECIDABLE),
        (math.nan, 0.0, Verdict.MISSING),
        (math.inf, 0.0, Verdict.MISSING),
        (40.0, math.nan, Verdict.UNDECIDABLE),
        (40.0, math.inf, Verdict.UNDECIDABLE),
    ],
)
def test_the_verdict_on_a_band(value, error, verdict):
    # 33.2 - 33.19 is a bit above 0.01, so that row lies inside its error by rounding only.
    if (value, error) == (33.19, 0.01):
        error = 0.0100001
    assert str(rules.compute_verdicts(value, 33.2, 33.4, error)) == verdict.value


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1e3))
def test_a_verdict_never_hangs_on_a_margin_below_the_error(value, target, error):
    verdict = str(rules.compute_verdicts(value, target, None, error))
    if abs(value - target) < error:
        assert verdict == Verdict.UNDECIDABLE.value
    else:
        assert verdict == (Verdict.MET if value >= target else Verdict.MISSED).value


def test_only_met_and_above_the_band_pass():
    verdicts = np.array([verdict.value for verdict in Verdict])
    assert rules.are_passes(verdicts).tolist() == [True, True, False, False, False]


def test_many_values_take_the_same_path_as_one():
    values = np.linspace(32, 35, 301)
    many = rules.compute_verdicts(values, 33.2, 33.4, 0.01)
    assert many.tolist() == [str(rules.compute_verdicts(v, 33.2, 33.4, 0.01)) for v in values]
