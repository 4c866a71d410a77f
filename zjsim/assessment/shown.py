"""An assessment as plain data and as one line; its tables for people are the report's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zjsim.assessment.chances import likely_range
from zjsim.assessment.probability import Probabilities
from zjsim.assessment.progress import Verdict
from zjsim.language import Language, Text, chosen_language

if TYPE_CHECKING:
    from zjsim.assessment.assess import Assessment, Row


def assessment_records(assessment: Assessment) -> list[dict[str, Any]]:
    """One record a row: names in ASCII, numbers and codes, the same in every language.

    ``met`` is None where the verdict is undecidable or missing; ``probability`` and ``error``
    are NaN where none was computed.
    """
    shares = [row.share.value if assessment.n_run > 1 else math.nan for row in assessment.rows]
    if assessment.chances is not None:
        shares = [share.value for share in assessment.chances.probabilities.targets]
    return [_record(*pair) for pair in zip(assessment.rows, shares, strict=True)]


def _record(row: Row, probability: float) -> dict[str, Any]:
    item = row.indicator
    open_verdicts = (Verdict.UNDECIDABLE, Verdict.MISSING)
    return {
        "number": item.number,
        "id": item.id,
        "unit": item.unit.en,
        "base": math.nan if item.base.value is None else item.base.value,
        "target": row.target,
        "comparison": item.target.kind,
        "projection": row.projection,
        "gap": row.gap,
        "progress": row.readings[-1].progress,
        "met": None if row.verdict in open_verdicts else row.met,
        "verdict": row.verdict.value,
        "probability": probability,
        "error": math.nan if row.error is None else row.error,
    }


def words_for(label: Any, language: Language) -> str:
    """A scenario's label, whatever holds it, in one language; empty when it has none."""
    if isinstance(label, Text):
        return label.in_(language)
    if isinstance(label, Mapping):
        return str(label.get(language) or "")
    return str(label or "")


def assessment_text(assessment: Assessment) -> str:
    """One line for a console."""
    words = words_for(assessment.label, chosen_language()) or assessment.name
    missed = [str(row.indicator.number) for row in assessment.rows if not row.met]
    total = len(assessment.rows)
    found, n_run = assessment.probabilities, assessment.n_run
    if n_run > 1:
        runs = f"{n_run:,} runs, {assessment.n_failed:,} failed"
        return f"<Assessment of {words}: {_likely_text(found, total)}; {runs}>"
    lacking = f" (not met: {', '.join(missed)})" if missed else ""
    run = "1 run, failed" if assessment.n_failed else "1 run"
    chances = assessment.chances
    likely = "probability not computed"
    if chances is not None:
        likely = f"{_likely_text(chances.probabilities, total)} ({chances.n_run:,} runs)"
    met = f"{total - len(missed)} of {total} targets met{lacking}"
    return f"<Assessment of {words}: {met}; {run}; {likely}>"


def _likely_text(found: Probabilities, total: int) -> str:
    low, high, share = likely_range(found.number_met)
    span = f"{low}" if low == high else f"{low} to {high}"
    return f"most likely {span} of {total} ({share:.0%}), all {total}: {found.joint.value:.1%}"
