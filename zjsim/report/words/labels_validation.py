"""The words of the validation page and its table; part of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

# key → (Chinese, English). Names in braces are filled in by `label`.
VALIDATION_WORDS: Mapping[str, tuple[str, str]] = {
    "validation.title": (
        "为什么可信：{plan} 模型检验",
        "Why believe it: validation of the model {plan}",
    ),
    "validation.summary": (
        "{passed}/{total} 项通过，{failed} 项未通过，{not_run} 项未运行。",
        "{passed} of {total} tests passed, {failed} failed, {not_run} not run.",
    ),
    "validation.unasked": (
        "本规划未要求：{names}。",
        "Not asked for by this plan: {names}.",
    ),
    "validation.lead": (
        "阈值写在 validation.yaml 中，先于运行确定；结果不论好坏原样列出。",
        "Thresholds stand in validation.yaml and were fixed before the run; results are shown as "
        "they came.",
    ),
    "validation.finding": (
        "{what}；实测{value}，要求{limit}",
        "{what}; found {value}, wanted {limit}",
    ),
    "validation.test": ("检验", "Test"),
    "validation.what": ("内容", "What"),
    "validation.source": ("来源", "Source"),
    "validation.statistic": ("统计量", "Statistic"),
    "validation.threshold": ("阈值", "Threshold"),
    "validation.value": ("数值", "Value"),
    "validation.result": ("结果", "Result"),
    "validation.verdict": ("判断", "Verdict"),
    "validation.seconds": ("秒", "Seconds"),
    "validation.passed": ("通过", "passed"),
    "validation.failed": ("未通过", "FAILED"),
    "validation.not_run": ("未运行", "not run"),
    "validation.structure": ("结构", "Structure"),
    "validation.conservation": ("账目与守恒", "Accounts and conservation"),
    "validation.extremes": ("极端条件", "Extreme conditions"),
    "validation.numerics": ("数值", "Numbers"),
    "validation.behaviour": ("行为", "Behaviour"),
    "validation.mutation": ("变异检验", "Mutation"),
    "validation.details": ("细节", "Details"),
    "validation.footer": (
        "模型 {model} · 规程 {protocol} · zjsim {version} · {depth}",
        "model {model} · protocol {protocol} · zjsim {version} · {depth}",
    ),
    "validation.quick": ("快速检验", "quick validation"),
    "validation.full": ("完整检验", "full validation"),
    "validation.again": (
        "重做本页：zjsim validate --full --mutation all --out 文件夹",
        "Rebuild this page: zjsim validate --full --mutation all --out FOLDER",
    ),
}
