"""How sure a verdict is stands beside it, and is the ensemble's own number."""

import json
from dataclasses import replace

import numpy as np
import pytest

import zjsim
from zjsim.assessment.chances import LEVELS, Spread, likely_range
from zjsim.documents import from_document, to_document
from zjsim.ensembles import chances as drawing
from zjsim.report.tables.chance_words import headline, likely_words, off_middle_lines
from zjsim.report.tables.rows import as_report
from zjsim.report.tables.tables import brief_table, comparison_table, matrix_table
from zjsim.report.tables.wording import value_words
from zjsim.report.words.numbers import format_share

DRAWS = "sampling.runs=16"


@pytest.fixture(scope="module")
def judged():
    runs = zjsim.simulate("zhejiang", "baseline", DRAWS)
    return zjsim.assess("zhejiang", runs, probability=True)


@pytest.fixture(scope="module")
def many():
    return zjsim.simulate_ensemble("zhejiang", "baseline", runs=16)


def test_the_probability_beside_a_verdict_is_the_ensembles(judged, many):
    shares = [row.share.value for row in zjsim.assess("zhejiang", many).rows]
    assert judged.to_frame()["probability"].tolist() == shares
    given = zjsim.assess("zhejiang", zjsim.simulate("zhejiang"), probability=many)
    assert given.chances.probabilities == judged.chances.probabilities


def test_draws_are_made_once(judged, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("drawn again")

    monkeypatch.setattr(drawing, "_compute", refuse)
    again = zjsim.compute_chances("zhejiang", "baseline", DRAWS)
    assert again == judged.chances
    with pytest.raises(AssertionError, match="drawn again"):
        zjsim.compute_chances("zhejiang", "baseline", [DRAWS, "levers.water=1.1"])


def test_only_draws_that_are_still_to_be_made_are_counted(judged):
    assert judged.chances is not None
    kept = zjsim.simulate("zhejiang", "baseline", DRAWS)
    new = zjsim.simulate("zhejiang", "baseline", [DRAWS, "levers.water=1.15"])
    assert [drawing.drawing_beside(one).missing for one in (kept, new)] == [0, 16]


def test_a_kept_document_is_what_was_kept(judged):
    kept = json.loads(json.dumps(to_document(judged.chances)))
    assert from_document(type(judged.chances), kept) == judged.chances


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_headline_leads_with_the_draws(judged, language):
    report = as_report(judged)
    low, high, _ = judged.chances.likely
    first, *_, last = headline(report, language)
    assert first == likely_words(report, language)
    assert f"{low}" in first
    assert f"{high}" in first
    assert {"en": "Single run", "zh": "单次运行"}[language] in last


def test_an_ensemble_has_no_single_count(many):
    report = as_report(zjsim.assess("zhejiang", many))
    assert headline(report, "en") == [likely_words(report, "en")]
    assert matrix_table([report]).rows[0][-3] == "–"


def test_what_was_not_computed_is_said_to_be_missing():
    report = as_report(zjsim.assess("zhejiang", zjsim.simulate("zhejiang")))
    assert headline(report, "en")[-1] == "P(met): not computed."
    assert {row[-1] for row in brief_table(report).rows} == {"–"}


def test_a_comparison_shows_both_probabilities(judged):
    plain = zjsim.assess("zhejiang", zjsim.simulate("zhejiang"))
    table = comparison_table(judged, plain)
    assert table.headers[-1] == "P(met)"
    assert table.rows[0][-1].endswith("→ –")
    assert len({len(row) for row in table.rows}) == 1


def test_only_runs_and_draws_are_taken_for_a_probability():
    runs = zjsim.simulate("zhejiang")
    with pytest.raises(zjsim.RunError, match="takes True, an ensemble or its chances"):
        zjsim.assess("zhejiang", runs, probability=0.5)
    with pytest.raises(zjsim.RunError, match="give an ensemble instead"):
        zjsim.assess("zhejiang", runs.to_dataset(), probability=True)


def test_a_run_outside_the_middle_is_explained(judged):
    report = as_report(judged)
    row = report.rows[0]
    far = Spread(tuple(row.projection + 1.0 + level for level in LEVELS), row.projection + 1.5)
    moved = replace(report, rows=(replace(row, spread=far),))
    (line,) = off_middle_lines(moved, "en")
    assert line.startswith("The single run is not the middle of its draws for 1")
    assert "Ranges lie unevenly" in line
    past = replace(far, model_median=row.projection)
    (line,) = off_middle_lines(replace(report, rows=(replace(row, spread=past),)), "en")
    assert "past errors leaned" in line


def test_the_likely_range_is_the_shortest_that_holds_half():
    generator = np.random.default_rng(1)
    for _ in range(50):
        counts = generator.integers(0, 20, 11)
        low, high, share = likely_range(counts)
        held = counts[low : high + 1].sum()
        assert held >= counts.sum() / 2
        assert share == pytest.approx(held / counts.sum())
        width = high - low
        assert all(
            counts[k : k + width].sum() < counts.sum() / 2 for k in range(counts.size - width + 1)
        )


@pytest.mark.parametrize("short", [1e-1, 1e-2, 1e-4, 1e-7])
def test_what_is_missed_is_never_written_as_its_target(judged, short):
    row = as_report(judged).rows[2]
    target = row.indicator.target.value
    near = replace(row, projection=target - short, verdict="missed")
    assert float(value_words(near).replace(",", "")) < target
    assert format_share(1 - short / 1e3, 0) != "100%"
