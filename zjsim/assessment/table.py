"""An assessment as the table a planning office expects, in Chinese or English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from zjsim.assessment.plan import Indicator, Label
from zjsim.assessment.progress import Verdict, Word, rate_needed

if TYPE_CHECKING:
    from zjsim.assessment.assess import Assessment, Reading, Row

VERDICTS = {
    Verdict.MET: Label("达成", "met"),
    Verdict.ABOVE_BAND: Label("超出区间", "above the band"),
    Verdict.MISSED: Label("未达成", "missed"),
    Verdict.UNDECIDABLE: Label("不可判", "undecidable"),
    Verdict.MISSING: Label("缺失", "missing"),
}
NATURES = {
    "binding": Label("约束性", "binding"),
    "anticipatory": Label("预期性", "anticipatory"),
}


def assessment_records(
    assessment: Assessment, language: str = "zh", as_of: int | None = None
) -> list[dict[str, Any]]:
    """One record a row, keyed by column title. Shares are in percent; NaN becomes None."""
    return [_record(assessment, row, language, as_of) for row in assessment.rows]


def _record(assessment: Assessment, row: Row, language: str, as_of: int | None) -> dict[str, Any]:
    item, plan = row.indicator, assessment.plan
    reading = row.reading(min(item.target.year, as_of or item.target.year))
    values = (
        item.number,
        item.category.get(language),
        item.label.get(language),
        item.unit.get(language),
        NATURES[item.nature].get(language),
        item.base.value,
        target_words(item, language),
        _rounded(row.projection, item.decimals),
        _percent(row.readings[-1].completion),
        _percent(reading.progress),
        _percent(reading.time_progress),
        _needed(row, reading, language),
        _judgement(assessment, row, reading, language),
        ("；" if language == "zh" else "; ").join(_notes(row, language, reading)),
    )
    return dict(zip(_titles(plan.base_year, plan.years[-1], language), values, strict=True))


def target_words(item: Indicator, language: str) -> str:
    """The target as the plan's table prints it, in English as short as on a chart."""
    if language == "zh":
        return item.target.words
    return f"{'about ' if item.target.kind == 'about' else '≥'}{item.target.value:g}"


def _titles(base_year: int, last_year: int, language: str) -> tuple[str, ...]:
    if language == "zh":
        return (
            "序号", "类别", "指标", "单位", "属性", f"{base_year}", f"{last_year}目标", "预测",
            "完成率", "进度", "时间进度", "后续年均", "判断", "说明",
        )  # fmt: skip
    return (
        "No.", "Category", "Indicator", "Unit", "Nature", f"{base_year}", f"{last_year} target",
        "Projection", "Completion", "Progress", "Time progress", "Rate still needed", "Verdict",
        "Note",
    )  # fmt: skip


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, decimals)


def _percent(share: float) -> float | None:
    return _rounded(100 * share, 1)


def _needed(row: Row, reading: Reading, language: str) -> str:
    """The rate still needed; at the target year, from the latest outturn or the base."""
    item = row.indicator
    rate = reading.rate_needed
    if not math.isfinite(rate):
        start = _start_of_rate(row)
        rate = float(
            rate_needed(start[1], item.target.value, item.target.year - start[0], item.pace)
        )
    if not math.isfinite(rate):
        return ""
    if item.pace == "points":
        return f"{rate:+.2f} " + ("个百分点" if language == "zh" else "points")
    return f"{rate:+.2f} %"


def _start_of_rate(row: Row) -> tuple[int, float]:
    item = row.indicator
    if row.outturn is not None:
        return row.outturn.year, row.outturn.value
    return item.base.year, item.start


def _judgement(assessment: Assessment, row: Row, reading: Reading, language: str) -> str:
    verdict = VERDICTS[row.verdict].get(language)
    word = word_label(assessment, reading.word, language)
    return verdict + (f" · {word}" if word else "")


def word_label(assessment: Assessment, word: Word | None, language: str) -> str:
    """The official word as the plan file names it; empty without one."""
    return "" if word is None else assessment.plan.words.labels[word.value].get(language)


def _notes(row: Row, language: str, shown: Reading) -> list[str]:
    item = row.indicator
    chinese = language == "zh"
    notes = [row.reason] if row.reason else []
    if item.note is not None:
        notes.append(item.note.get(language))
    if item.cumulative:
        years = item.target.year - item.base.year
        notes.append(f"{years}年累计" if chinese else f"cumulative over {years} years")
    if item.excludes_state_listed:
        notes.append("扣除国家单列项目" if chinese else "state-listed projects excluded")
    if item.base.year != row.readings[0].year - 1:
        notes.append(f"基数为{item.base.year}年" if chinese else f"base of {item.base.year}")
    notes += _second_readings(row, item, chinese, language)
    if not math.isfinite(shown.rate_needed):
        year = _start_of_rate(row)[0]
        notes.append(f"后续年均自{year}年起算" if chinese else f"rate needed counted from {year}")
    if row.share.total > 1:
        share = row.share
        bounds = f"{share.low:.1%}–{share.high:.1%}"
        notes.append(
            f"达标份额{share.value:.1%}（{bounds}，{share.total}次）"
            if chinese
            else f"met in {share.value:.1%} of {share.total} runs ({bounds})"
        )
    return notes


def _second_readings(row: Row, item: Indicator, chinese: bool, language: str) -> list[str]:
    notes = []
    digits = item.decimals
    if row.constant_price is not None:
        text = f"{row.constant_price:.{digits}f}"
        notes.append(f"按基年价格{text}" if chinese else f"{text} at base-year prices")
    for variant, reading in row.variants:
        if reading is not None:
            label, text = variant.label.get(language), f"{reading:.{digits}f}"
            notes.append(f"{label}{text}" if chinese else f"{text} {label}")
    if item.amended is not None and row.amendment_verdict is not None:
        words = VERDICTS[row.amendment_verdict].get(language)
        value, date = f"{item.amended.value:g}", item.amended.date
        notes.append(
            f"{date}调至{value}：{words}" if chinese else f"raised to {value} in {date}: {words}"
        )
    if item.text_pace is not None and row.text_pace_verdict is not None:
        words = VERDICTS[row.text_pace_verdict].get(language)
        rate, total = f"{item.text_pace.rate:g}", f"{item.text_pace.cumulative:.2f}"
        notes.append(
            f"正文年均{rate}%合{total}%{_scope(item, '（口径未说明）')}：{words}"
            if chinese
            else f"text pace {rate} %/yr is {total} %{_scope(item, ' (scope unstated)')}: {words}"
        )
    if row.outturn is not None:
        year, text = row.outturn.year, f"{row.outturn.value:.{digits}f}"
        observation = row.outturn.observation
        grade = observation.grade if observation is not None else ""
        known = f"（{grade}级）" if chinese else f" (grade {grade})"
        notes.append(
            (f"{year}年实绩{text}" if chinese else f"outturn {text} in {year}")
            + (known if grade else "")
        )
    return notes


def _scope(item: Indicator, unstated: str) -> str:
    return "" if item.text_pace is None or item.text_pace.scope_stated else unstated
