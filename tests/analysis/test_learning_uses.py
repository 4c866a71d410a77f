"""What is made of learning: scores, the pool, slips of the pen, evaluation, dated forecasts."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from zjsim.analysis.history.comparison import Comparison, Datum
from zjsim.analysis.history.naive import Forecast
from zjsim.analysis.history.outside import outside_view
from zjsim.analysis.learning.cases import Case, pooled, skill_on, summary
from zjsim.analysis.learning.evaluation import Outcome
from zjsim.analysis.learning.figures import Figure
from zjsim.analysis.learning.learning_file import Row
from zjsim.analysis.learning.plausible import doubts
from zjsim.analysis.learning.register import (
    LEVELS,
    Record,
    make_record,
    read_records,
    score_records,
    write_record,
)
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.progress import Verdict
from zjsim.errors import DataError
from zjsim.report.tables.monitor_tables import doubt_sentence
from zjsim.report.tables.outside_tables import outside_lines
from zjsim.workflow import open_plan


@pytest.fixture(scope="module")
def plan():
    return open_plan("zhejiang")


def a_case(value, mean, sd=1.0, outside=(0.0, 1.0), year=2018, crps=(1.0, 1.0)):
    row = Row("history", Comparison("x", ("v",), "growth", 2020), "x", 0.0, 0, 9999)
    figure = Figure(row, Datum(year, float(year), value), "A", 0.1)
    return Case(
        origin=2016, figure=figure, unit=1.0, median=mean, low=mean - 1.28 * sd,
        high=mean + 1.28 * sd, mean=mean, sd=sd, rank=0.5, held=abs(value - mean) < 1.28 * sd,
        crps={"model": crps[0], "outside": crps[1]}, others={"outside": Forecast(*outside)},
    )  # fmt: skip


# --- scores ------------------------------------------------------------------------------------


def test_the_pool_goes_to_the_better_forecast_but_a_few_figures_leave_a_doubt():
    good = [a_case(5.0, 5.0, outside=(0.0, 1.0), year=2000 + k) for k in range(12)]
    bad = [a_case(0.0, 5.0, outside=(0.0, 1.0), year=2000 + k) for k in range(12)]
    same = [a_case(0.0, 0.0, outside=(0.0, 1.0), year=2000 + k) for k in range(12)]
    assert 0.85 < pooled(good).weight < 1.0
    assert 0.0 < pooled(bad).weight < 0.15
    assert pooled(same).weight == pytest.approx(0.5)
    assert pooled(good[:1]).weight < pooled(good).weight
    # Forecasts of one figure from several origins are one piece of evidence.
    assert pooled([good[0]] * 12).weight == pytest.approx(pooled(good[:1]).weight)


def test_skill_is_one_less_the_ratio_of_scores_and_has_an_error():
    cases = [a_case(1.0, 1.0, year=2000 + k, crps=(1.0 + 0.1 * (k % 2), 2.0)) for k in range(10)]
    found = skill_on(cases, "outside")
    assert found.value == pytest.approx(1 - 1.05 / 2)
    assert 0 < found.error < 0.05
    assert found.cases == 10
    assert skill_on(cases, "trend") is None
    assert summary(cases).coverage == 1.0
    assert math.isnan(summary([]).crps)


# --- slips of the pen --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def learning(plan):
    """Forecasts around 29 for productivity and 17 for high-tech, without learning anything."""
    years = plan.plan.years
    centre = {"labour_productivity": 29.0, "high_tech_share": 17.0}
    values = np.empty((200, len(plan.plan.indicators), len(years)))
    random = np.random.default_rng(0)
    for k, item in enumerate(plan.plan.indicators):
        middle = centre.get(item.id, item.target.value)
        for p in range(len(years)):
            values[:, k, p] = middle * (1 + 0.05 * p) * (1 + 0.03 * random.standard_normal(200))
    posterior = SimpleNamespace(hash="ab" * 32, attributes={})
    probabilities = SimpleNamespace(
        targets=tuple(SimpleNamespace(value=0.5) for _ in plan.plan.indicators)
    )
    step = SimpleNamespace(
        year=2020, values=values, posterior=posterior, probabilities=probabilities
    )
    work = SimpleNamespace(years=years)
    return SimpleNamespace(
        plan=plan,
        steps=(step,),
        last=step,
        work=work,
        scenario="observed",
        seed=1,
        particles=200,
        outside=lambda: outside_view(plan, 2020),
    )


@pytest.mark.parametrize(
    ("series", "value", "kind", "better"),
    [
        ("labour_productivity", 0.29, "slip", 29.0),
        ("labour_productivity", 2900, "slip", 29.0),
        ("labour_productivity", 290_000, "slip", 29.0),
        ("high_tech_share", 0.17, "slip", 17.0),
        ("high_tech_share", 55.0, "implausible", None),
        ("above_scale_revenue", 9_796.8, "slip", 97_968.0),
        ("ppi", 400.0, "slip", 4.0),
    ],
)
def test_a_slip_is_told_with_what_would_fit(plan, learning, series, value, kind, better):
    year = 2022 if series == "ppi" else 2021
    (found,) = doubts([Observation(series, year, value)], learning, plan.observations)
    assert found.kind == kind
    if better is not None:
        assert found.better == pytest.approx(better)


def test_a_figure_of_another_year_is_told_apart(plan, learning):
    # Six years of growth lie between the first and the last forecast.
    steep = SimpleNamespace(**vars(learning))
    values = learning.steps[0].values * np.array([1, 1.3, 1.7, 2.2, 2.9])
    step = SimpleNamespace(**{**vars(learning.steps[0]), "values": values})
    steep.steps = (step,)
    late = float(np.median(values[:, 1, 4]))
    (found,) = doubts([Observation("labour_productivity", 2021, late)], steep, plan.observations)
    assert (found.kind, found.other) == ("other_year", 2025)


def test_a_year_that_the_plan_has_not_is_told(plan, learning):
    late = Observation("digital_core_share", 2032, 12.1, line=5)
    (doubt,) = doubts([late], learning, plan.observations)
    assert (doubt.kind, doubt.span) == ("year", (2021, 2025))
    said = doubt_sentence(doubt, "en")
    assert said == (
        "line 5: digital_core_share is of 2032, and the plan runs from 2021 to 2025; "
        "is the year right?"
    )


def test_sound_figures_and_unknown_series_raise_no_doubt(plan, learning):
    sound = [
        Observation("labour_productivity", 2021, 29.5),
        Observation("above_scale_revenue", 2022, 105_000),
        Observation("never_seen", 2022, 1e9),
    ]
    assert doubts(sound, learning, plan.observations) == ()


def test_the_outside_view_beside_verdicts_is_that_of_the_base_year(plan):
    view = outside_view(plan, 2020)
    (line,) = outside_lines(plan, None, "en")
    wanted = [
        f"{item.number}: {100 * view.probability(item.id):.0f}%"
        for item in plan.plan.indicators
        if item.id in view.trends
    ]
    assert line == f"Outside view (own past), P(met): {'; '.join(wanted)}."


# --- evaluation --------------------------------------------------------------------------------


def an_outcome(plan, **more):
    item = plan.plan.indicator("high_tech_share")
    given = {
        "indicator": item, "outturn": Observation(item.id, 2025, 18.2, grade="A"), "latest": None,
        "published": None, "verdict": Verdict.MISSED, "low": 17.9, "middle": 18.1, "high": 18.3,
        "probability": 0.0, "headline": 0.0, "target": 19.0, "expected": 18.9,
        "parts": {"drivers": -0.1, "implementation": -0.2, "structure": -0.3, "drift": -0.2},
        "learnt": 18.1,
    }  # fmt: skip
    return Outcome(**{**given, **more})


def test_the_parts_of_a_gap_add_up_to_it(plan):
    from zjsim.report.document.compose_evaluation import main_cause, parts_of

    outcome = an_outcome(plan)
    assert sum(parts_of(outcome).values()) == pytest.approx(outcome.gap)
    assert outcome.gap == pytest.approx(18.2 - 19)
    assert main_cause(outcome) == ("structure", -0.3)
    without = an_outcome(plan, outturn=None, verdict=None)
    assert sum(parts_of(without).values()) == pytest.approx(without.gap)


def test_a_target_without_a_figure_is_called_only_when_learning_settles_it(plan):
    assert an_outcome(plan, verdict=None, outturn=None, headline=0.05).met is False
    assert an_outcome(plan, verdict=None, outturn=None, headline=0.95).met is True
    assert an_outcome(plan, verdict=None, outturn=None, headline=0.6).met is None


# --- forecasts with a date ---------------------------------------------------------------------


def test_a_record_cannot_be_changed_unseen(plan, learning, tmp_path):
    record = make_record(learning, date(2026, 3, 1), Observations(()))
    path = write_record(tmp_path, record)
    assert path.name == f"forecast-2026-03-01-{record.hash[:8]}.json"
    assert read_records(tmp_path)[0].hash == record.hash
    content = json.loads(path.read_text(encoding="utf-8"))
    content["quantiles"]["high_tech_share"]["2025"][9] += 0.1
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError, match="its content is not what was registered"):
        read_records(tmp_path)
    path.write_text("no JSON")
    with pytest.raises(DataError, match="this is no registered forecast"):
        read_records(tmp_path)


def test_a_record_is_scored_when_its_figure_comes(plan, learning):
    record = make_record(learning, date(2021, 7, 1), Observations(()))
    middle = record.quantile("high_tech_share", 2022, 0.5)
    came = Observations((Observation("high_tech_share", 2022, middle, grade="A"),))
    (scored,) = score_records([record], plan.plan, came)
    assert scored.held
    assert scored.blind
    assert 0 <= scored.crps < 0.5
    # What was held when the record was made is no real forecast.
    late = make_record(learning, date(2026, 7, 1), came)
    assert not score_records([late], plan.plan, came)[0].blind


def test_a_record_holds_the_quantiles_of_the_draws(learning):
    record = make_record(learning, date(2021, 7, 1), Observations(()))
    place = [i.id for i in learning.plan.plan.indicators].index("high_tech_share")
    drawn = learning.last.values[:, place, 4]
    assert record.quantile("high_tech_share", 2025, 0.9) == pytest.approx(
        np.quantile(drawn, 0.9), abs=1e-5
    )
    assert math.isnan(record.quantile("high_tech_share", 2031, 0.5))
    assert list(record.to_frame().columns) == list(LEVELS)
    assert Record(dict(record.content)).hash == record.hash


def test_nothing_is_forecast_when_no_year_is_left(learning):
    last = SimpleNamespace(**{**vars(learning.last), "year": 2025})
    with pytest.raises(DataError, match="no year of the plan is left"):
        make_record(
            SimpleNamespace(**{**vars(learning), "last": last}), date(2026, 1, 1), Observations(())
        )


# --- the whole way ------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_evaluation_adds_up_and_reads_in_both_languages(plan):
    import zjsim
    from zjsim.report.document.compose_evaluation import build_evaluation

    found = zjsim.evaluate(plan, particles=64)
    frame = found.to_frame()
    parts = ["ambition", "drivers", "implementation", "structure", "drift"]
    total = frame[parts].sum(axis=1) + frame["scope"].fillna(0)
    assert total.to_numpy() == pytest.approx(frame["gap"].to_numpy(), abs=1e-9)
    for language in ("zh", "en"):
        document = build_evaluation(found, language)
        assert len(document.table("outcomes").rows) == 10
        assert len(document.table("gap-shares").rows) == 10


@pytest.mark.slow
def test_a_users_figure_moves_the_probability_and_a_slip_moves_nothing(plan, tmp_path):
    import zjsim
    from zjsim.analysis.learning.monitoring import Doubtful

    own = tmp_path / "own.csv"
    own.write_text("series,year,value\nhigh_tech_share,2021,15.2\n", encoding="utf-8")
    without = zjsim.monitor(plan, None, 2021, particles=64)
    with_own = zjsim.monitor(plan, own, particles=64)
    place = plan.plan.indicator_ids.index("high_tech_share")
    assert with_own.rows[place].after < without.rows[place].after
    assert with_own.rows[place].figure.value == 15.2
    assert with_own.unused == ()
    own.write_text("series,year,value\nhigh_tech_share,2021,0.152\n", encoding="utf-8")
    with pytest.raises(Doubtful, match="figures that look wrong: 1"):
        zjsim.monitor(plan, own, particles=64)
    accepted = zjsim.monitor(plan, own, particles=64, accept=True)
    assert replace(accepted.accepted[0].row, line=0) == Observation("high_tech_share", 2021, 0.152)
