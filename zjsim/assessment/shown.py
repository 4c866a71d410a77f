"""An assessment as plain data and as one line; its tables for people are the report's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zjsim.assessment.progress import Verdict
from zjsim.language import Language, Text, chosen_language

if TYPE_CHECKING:
    from zjsim.assessment.assess import Assessment, Row


def assessment_records(assessment: Assessment) -> list[dict[str, Any]]:
    """One record a row: names in ASCII, numbers and codes, the same in every language.

    ``met`` is None where the verdict is undecidable or missing; ``probability`` is NaN for one
    run, and ``error`` where none was computed.
    """
    many = assessment.n_run > 1
    return [_record(row, many) for row in assessment.rows]


def _record(row: Row, many: bool) -> dict[str, Any]:
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
        "probability": row.share.value if many else math.nan,
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
    met = f"{len(assessment.rows) - len(missed)} of {len(assessment.rows)} targets met"
    runs = f"{assessment.n_run:,} runs, {assessment.n_failed:,} failed"
    if assessment.n_run == 1:
        runs = "1 run, failed" if assessment.n_failed else "1 run"
    else:
        met = f"{met} in the median"
    if assessment.n_run > 1:
        joint = assessment.probabilities.joint
        runs = f"{runs}; all together in {joint.value:.1%} ({joint.low:.1%} to {joint.high:.1%})"
    lacking = f" (not met: {', '.join(missed)})" if missed else ""
    return f"<Assessment of {words}: {met}{lacking}; {runs}>"
