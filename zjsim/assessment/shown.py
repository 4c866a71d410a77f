"""An assessment as a notebook shows it: the table of one run, or how likely each target is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zjsim.assessment.plan import Label
from zjsim.assessment.probability import Share
from zjsim.assessment.table import assessment_records, target_words
from zjsim.language import chosen_language
from zjsim.markup import html_table

if TYPE_CHECKING:
    from zjsim.assessment.assess import Assessment

HEADS = (
    Label("序号", "No."),
    Label("指标", "Indicator"),
    Label("单位", "Unit"),
    Label("目标", "Target"),
    Label("中位数", "Median"),
    Label("达标概率", "Probability"),
    Label("95%区间", "95 % interval"),
)
BINDING = Label("全部约束性指标", "all binding targets")
ALL = Label("全部指标", "all targets")


def assessment_html(assessment: Assessment) -> str:
    """The table in the user's language: verdicts of one run, probabilities of many."""
    language = chosen_language()
    caption = f"{words_for(assessment.label, language) or assessment.name}"
    if assessment.n_run > 1:
        return html_table(
            caption, [head.get(language) for head in HEADS], _rows(assessment, language),
            _counted(assessment, language),
        )  # fmt: skip
    records = assessment_records(assessment, language)
    return html_table(
        caption, list(records[0]), [list(record.values()) for record in records],
        _failed(assessment, language),
    )  # fmt: skip


def words_for(label: Any, language: str) -> str:
    """A scenario's label, whatever holds it, in one language; empty when it has none."""
    if isinstance(label, Label | Mapping):
        return str(label.get(language) or "")
    return str(label or "")


def _rows(assessment: Assessment, language: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for row in assessment.rows:
        item = row.indicator
        median = f"{row.projection:.{item.decimals}f}" if math.isfinite(row.projection) else ""
        names = (item.number, item.label.get(language), item.unit.get(language))
        rows.append((*names, target_words(item, language), median, *_share(row.share)))
    found = assessment.probabilities
    rows.append(("", BINDING.get(language), "", "", "", *_share(found.binding)))
    rows.append(("", ALL.get(language), "", "", "", *_share(found.joint)))
    return rows


def _share(share: Share) -> tuple[str, str]:
    return f"{share.value:.1%}", f"{share.low:.1%} – {share.high:.1%}"


def _counted(assessment: Assessment, language: str) -> str:
    runs, failed = assessment.n_run, assessment.n_failed
    if language == "zh":
        return f"{runs:,}次运行，{failed:,}次失败（计为各目标均未达成）；区间为抽样误差。"
    return (
        f"{runs:,} runs, {failed:,} failed (counted as missing every target); "
        "the interval is the sampling error."
    )


def _failed(assessment: Assessment, language: str) -> str:
    if not assessment.n_failed:
        return ""
    return "该次运行失败。" if language == "zh" else "The run failed."


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
