"""Words that only charts show; part of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

# key → (Chinese, English). Names in braces are filled in by `label`.
CHART_WORDS: Mapping[str, tuple[str, str]] = {
    "legend.amended": ("调整后目标", "amended target"),
    "legend.as_is": ("情景取值", "scenario as it is"),
    "note.amended_label": ("{target}\n{date}调整", "{target}\nfrom {date}"),
    "note.amended_short": ("{date}调整为{target}", "{target} from {date}"),
    "note.amended_axis": ("；短虚线为调整后目标", "; short dashes: target as amended"),
    "note.method": ("{engine}，{method}，步长{step}年", "{engine}, {method}, step {step} a"),
    "engine.kernel": ("编译内核", "kernel"),
    "engine.adaptive": ("自适应步长", "adaptive"),
    "engine.pysd": ("PySD", "PySD"),
    "solver.rk4": ("四阶龙格－库塔法", "rk4"),
    "solver.euler": ("欧拉法", "Euler"),
    "note.model": ("模型 {model}", "model {model}"),
    "note.one_at_a_time": (
        "每次只把一项假定取到区间两端，其余不变",
        "one input at a time to either end of its range, all else unchanged",
    ),
    "note.widest": ("变动最大的{count}项，共{total}项", "the {count} widest of {total}"),
    "progress.published": ("按最近公布数据", "by the latest published figure"),
    "progress.projected": ("按{year}年预测", "by the projection for {year}"),
    "source.assumption": ("假设", "assumption"),
    "source.definition": ("按定义", "definition"),
    "report.listed": ("，", ", "),
    "column.at_low": ("低值", "low"),
    "column.at_high": ("高值", "high"),
}
