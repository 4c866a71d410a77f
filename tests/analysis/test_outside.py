"""The outside view: growth that lasts, growth drawn towards a family, the class of targets."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from zjsim.analysis.history.outside import has_outside_view, outside_view, reference_class
from zjsim.analysis.history.regressed import Lasting, growth_of, scatter_of
from zjsim.assessment.observations import Observation, Observations
from zjsim.errors import DataError
from zjsim.lint import lint
from zjsim.workflow import open_plan


@pytest.fixture(scope="module")
def plan():
    return open_plan("zhejiang")


@pytest.fixture(scope="module")
def view(plan):
    return outside_view(plan, 2020)


def test_no_figure_after_2020_moves_what_is_known_in_2020(plan, view):
    late = Observation("digital_core_share", 2024, 99.0, grade="A")
    seen = outside_view(plan, 2020, Observations((*plan.observations.rows, late)))
    for name, trend in view.trends.items():
        assert seen.trends[name].probability == trend.probability


def test_a_later_figure_is_where_the_trend_starts(plan):
    trend = outside_view(plan, 2024).trends["high_tech_share"]
    assert (trend.start, trend.level) == (2024, 17.2)
    earlier = outside_view(plan, 2023).trends["high_tech_share"]
    width = [t.quantile(2025, 0.9) - t.quantile(2025, 0.1) for t in (trend, earlier)]
    assert width[0] < width[1]


def test_the_probability_is_that_of_the_quantiles(view):
    for trend in view.trends.values():
        target = trend.indicator.target
        if target.highest is None and 0.01 < trend.probability < 0.99:
            level = trend.quantile(target.year, 1 - trend.probability)
            assert level == pytest.approx(target.lowest, rel=1e-6)


def test_growth_that_lasts_wholly_goes_on_and_growth_that_does_not_stops(view):
    trend = view.trends["digital_core_share"]
    whole, none = (
        replace(trend, lasting=Lasting(share, {"": 0.1}, 0.1, 3)) for share in (1.0, 0.0)
    )
    assert none.quantile(2025, 0.5) == pytest.approx(10.9)
    assert whole.quantile(2025, 0.5) == pytest.approx(10.9 * math.exp(5 * trend.own / 100))


def test_a_figure_that_came_leaves_nothing_to_doubt(plan):
    trend = outside_view(plan, 2025).trends["high_tech_share"]
    assert trend.probability == 0.0
    assert trend.quantile(2025, 0.1) == trend.quantile(2025, 0.9) == pytest.approx(18.2)


def test_growth_and_scatter():
    levels = {2015 + k: 100 * math.exp(0.05 * k) for k in range(6)}
    assert growth_of(levels, 2015, 2020) == pytest.approx(5.0)
    assert scatter_of(levels, 2015, 2020) == pytest.approx(0.0, abs=1e-9)
    assert scatter_of({2015: 1.0, 2020: 2.0}, 2015, 2020) is None


def test_targets_that_had_not_ended_are_not_in_the_class(plan):
    early, late = reference_class(plan, 2015), reference_class(plan, 2020)
    assert early.judged < late.judged < late.all
    assert late.low < late.probability < late.high
    assert reference_class(plan, 2025) == late


def test_the_pool_lies_between_and_falls_back_on_the_model(view):
    half = replace(view, weight=0.5)
    outside = view.probability("high_tech_share")
    assert half.pooled("high_tech_share", 0.2) == pytest.approx((outside + 0.2) / 2)
    assert half.pooled("business_environment", 0.2) == 0.2
    assert replace(view, weight=None).pooled("high_tech_share", 0.2) == 0.2
    assert np.isnan(view.probability("business_environment"))


def test_a_mistake_in_the_file_says_where(plan, tmp_path):
    folder = tmp_path / "zhejiang"
    folder.mkdir()
    for path in plan.folder.path.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    text = (folder / "outside.yaml").read_text(encoding="utf-8")
    keys = text.replace("steps:", "step:")
    (folder / "outside.yaml").write_text(keys, encoding="utf-8")
    with pytest.raises(DataError, match="2 problems") as told:
        outside_view(open_plan(folder), 2020)
    line = keys.splitlines().index("    step: va_per_mu_growth") + 1
    said = f"line {line}, indicators.value_added_per_mu.step: no such key. Did you mean steps?"
    assert said in str(told.value)
    names = text.replace("  rd_intensity:\n", "  rd_intensty:\n").replace(
        "last: 2018", "last: 2021"
    )
    (folder / "outside.yaml").write_text(names, encoding="utf-8")
    with pytest.raises(DataError, match="2 problems") as told:
        outside_view(open_plan(folder), 2020)
    assert "Did you mean rd_intensity" in str(told.value)
    assert "last is after the base year 2020; the outside view ends there" in str(told.value)
    # zjsim lint says the same without any view being asked for.
    found = [finding for finding in lint(open_plan(folder)) if finding.rule == "outside"]
    assert [finding.where for finding in found] == ["outside.yaml"] * 2
    whole = (plan.folder.path / "outside.yaml").read_text(encoding="utf-8")
    (folder / "outside.yaml").write_text(whole, encoding="utf-8")
    family = folder / "family_history.csv"
    rows = family.read_text(encoding="utf-8").splitlines()
    rows[3] = rows[3].replace(",2012,", ",twelve,")
    family.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(DataError, match="line 4: year is 'twelve', which is no number"):
        outside_view(open_plan(folder), 2020)
    (folder / "outside.yaml").unlink()
    assert outside_view(open_plan(folder), 2020).trends == {}
    assert not has_outside_view(open_plan(folder))
