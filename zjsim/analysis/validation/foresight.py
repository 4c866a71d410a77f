"""Foresight: what was projected with the knowledge of the base year, against what came."""

from __future__ import annotations

from zjsim.analysis.history.hindcast import Hindcast, hindcast
from zjsim.analysis.history.hindcast_score import BANDS, SCORED_BAND
from zjsim.analysis.validation.record import Measured, NotRunError
from zjsim.analysis.validation.subject import Subject
from zjsim.errors import DataError


def _found(subject: Subject, runs: int) -> Hindcast:
    """The hindcast from the base year, once for both tests."""
    kept = subject.kept.hindcasts
    if runs not in kept:
        try:
            kept[runs] = hindcast(subject.plan, int(subject.spec.start), runs=runs)
        except DataError as problem:
            raise NotRunError(str(problem)) from None
    found: Hindcast = kept[runs]
    return found


def coverage(subject: Subject, runs: int) -> Measured:
    """How far the share of later figures inside the band is from the band's own."""
    score = _found(subject, runs).score
    share = score.coverage[BANDS.index(SCORED_BAND)]
    words = (
        f"{100 * share:.0f} % of {score.cases} figures inside the {100 * SCORED_BAND:.0f} % band; "
        f"it would have to be {score.widen:.2f} times as wide"
    )
    return Measured(abs(share - SCORED_BAND), words, [f"mean error {score.bias:+.2f} points"])


def skill(subject: Subject, runs: int) -> Measured:
    """Smallest gain in CRPS over the naive forecasts; negative where one of them is better."""
    score = _found(subject, runs).score
    details = [
        f"against {name}: {value:+.3f} over {count} figures"
        for name, (value, count) in score.skill.items()
    ]
    worst = min(score.skill, key=lambda name: score.skill[name][0])
    value = score.skill[worst][0]
    return Measured(value, f"least against {worst}: {value:+.3f}", details)
