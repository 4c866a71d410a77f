"""Every word that a report shows, in Chinese and English, from one catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from zjsim.language import LANGUAGES, Language
from zjsim.report.words.labels_charts import CHART_WORDS
from zjsim.report.words.labels_cli import CLI_WORDS
from zjsim.report.words.labels_document import DOCUMENT_WORDS
from zjsim.report.words.labels_ensemble import ENSEMBLE_WORDS
from zjsim.report.words.labels_trust import TRUST_WORDS
from zjsim.report.words.labels_validation import VALIDATION_WORDS
from zjsim.scenario.path_words import PATH_WORDS

# key → (Chinese, English). Names in braces are filled in by `label`.
CATALOGUE: Mapping[str, tuple[str, str]] = {
    # verdicts and natures
    "verdict.met": ("达成", "met"),
    "verdict.above_band": ("超出区间", "above the band"),
    "verdict.missed": ("未达成", "missed"),
    "verdict.undecidable": ("不可判", "undecidable"),
    "verdict.missing": ("缺失", "missing"),
    "nature.binding": ("约束性", "binding"),
    "nature.anticipatory": ("预期性", "anticipatory"),
    # official words for progress
    "official.reached_early": ("提前实现", "reached early"),
    "official.faster": ("快于预期", "faster than expected"),
    "official.on_course": ("基本符合预期", "broadly on course"),
    "official.behind": ("滞后于预期", "behind"),
    # column heads of the planning-office table
    "column.number": ("序号", "No."),
    "column.category": ("类别", "Category"),
    "column.indicator": ("指标", "Indicator"),
    "column.unit": ("单位", "Unit"),
    "column.nature": ("属性", "Nature"),
    "column.base": ("{year}年", "{year}"),
    "column.target": ("{year}年目标", "{year} target"),
    "column.projection": ("{year}年预测", "{year} projection"),
    "column.gap": ("差距", "Gap"),
    "column.completion": ("完成率", "Completion"),
    "column.progress": ("进度", "Progress"),
    "column.time_progress": ("时间进度", "Time progress"),
    "column.rate_needed": ("后续年均", "Needed a year"),
    "column.verdict": ("判断", "Verdict"),
    "column.remark": ("说明", "Remark"),
    "column.latest": ("最新值（年份）", "Latest (year)"),
    "column.official": ("进展", "Course"),
    "column.word": ("预测进展", "Projected course"),
    "column.error": ("数值误差", "Numerical error"),
    "column.scenario": ("情景", "Scenario"),
    "column.year": ("年份", "Year"),
    "column.value": ("数值", "Value"),
    "column.kind": ("类型", "Kind"),
    "column.name": ("名称", "Name"),
    "column.source": ("来源", "Source"),
    "column.grade": ("证据等级", "Grade"),
    "column.method": ("算法", "Formula"),
    "column.text": ("内容", "Text"),
    "column.met": ("达成数", "Met"),
    "column.difference": ("差异", "Difference"),
    "column.scope": ("口径", "Scope"),
    "column.clause": ("章节", "Clause"),
    "column.milestone_target": ("要求", "Asked for"),
    "column.milestone_date": ("期限", "Date"),
    "column.own_figure": ("本单位数据", "Own figure"),
    "column.state": ("状态", "State"),
    "column.input": ("输入", "Input"),
    # kinds of yearly figure
    "kind.projection": ("预测", "projection"),
    "kind.outturn": ("实际", "outturn"),
    "kind.plan_path": ("规划路径", "plan path"),
    "kind.lever": ("政策杠杆", "lever"),
    "kind.driver": ("外生变量", "driver"),
    "kind.constant": ("常数", "constant"),
    "kind.initial": ("初值", "initial value"),
    "kind.time": ("时间", "time"),
    "kind.method": ("积分方法", "method"),
    "kind.sampling": ("抽样", "sampling"),
    "kind.history": ("历史", "history"),
    # methods of progress
    "method.linear": ("线性", "linear"),
    "method.logarithmic": ("对数（累计降幅）", "logarithmic (cumulative cut)"),
    # targets in words
    "target.at_least": ("≥{number}", "≥{number}"),
    "target.about": ("{number}左右", "about {number}"),
    # how many
    "count.indicators": ("{count}项指标", "{count} indicators"),
    "count.indicator": ("{count}项指标", "{count} indicator"),
    # chart titles
    "title.board": ("{plan}：{counted}判断", "{plan}: {counted} judged"),
    "title.comparison": ("各情景{year}年指标对照", "Indicators of {year} by scenario"),
    "title.targets": ("各项目标的实现程度（{year}年）", "How far each target is reached ({year})"),
    "title.progress": ("指标进度与时间进度", "Progress against time progress"),
    "title.probabilities": ("各目标达成的概率", "Probability of meeting each target"),
    "title.tornado": ("{indicator}：影响因素", "{indicator}: what moves it"),
    "title.stock_flow": ("存量流量图：{sector}", "Stocks and flows: {sector}"),
    "title.loops": ("因果回路图", "Causal loops"),
    "title.matrix": ("情景与指标", "Scenarios and indicators"),
    # axes
    "axis.progress": (
        "从基期到目标的进度（%，目标=100）",
        "progress from base to target (%, target = 100)",
    ),
    "axis.probability": (
        "达成概率（%）；橙线为95%抽样误差",
        "probability of being met (%); orange: 95% sampling error",
    ),
    "axis.unit": ("单位：{unit}", "{unit}"),
    # legend
    "legend.history": ("历史", "history"),
    "legend.outturn": ("实际值", "outturn"),
    "legend.projection": ("模型预测", "projection"),
    "legend.band": ("95%区间", "95% band"),
    "legend.median": ("中位数", "median"),
    "legend.plan_path": ("规划路径", "plan path"),
    "legend.target": ("规划目标", "target"),
    "legend.time_progress": ("时间进度", "time progress"),
    "legend.low": ("取低值", "low value"),
    "legend.high": ("取高值", "high value"),
    "legend.stock": ("存量", "stock"),
    "legend.flow": ("流量", "flow"),
    "legend.auxiliary": ("辅助变量", "auxiliary"),
    "legend.other_sector": ("来自其他部门", "from another sector"),
    "legend.cloud": ("系统边界", "model boundary"),
    "legend.lever": ("政策杠杆", "policy lever"),
    "legend.signs": (
        "+ 同向   − 反向   ± 视情况",
        "+ same direction   − opposite   ± depends",
    ),
    "legend.both_kinds": ("两类回路共有", "in loops of both kinds"),
    "diagram.how_to_read": (
        "左：流入及其原因；右：流出及其原因",
        "left: inflows and what moves them; right: outflows (names as in the model file)",
    ),
    "diagram.loops": (
        "箭头旁的符号：原因上升时结果的变化方向；带框者为存量",
        "sign at an arrow: what the effect does when the cause rises; framed: stocks",
    ),
    "legend.reinforcing": ("增强回路（R）", "reinforcing loop (R)"),
    "legend.balancing": ("平衡回路（B）", "balancing loop (B)"),
    # sentences and notes
    "disclaimer": (
        "以上为模型结果，不是官方评估。",
        "These are results of a model, not an official assessment.",
    ),
    "note.scenario": ("情景：{scenario}", "Scenario: {scenario}"),
    "note.run": ("运行编号 {run}", "run {run}"),
    "note.draws": ("{draws}次抽样，种子{seed}", "{draws} draws, seed {seed}"),
    "note.unofficial": ("模型结果，非官方评估", "model result, not an official assessment"),
    "note.tally_of": ("{total}项指标达成{met}项", "{met} of {total} indicators met"),
    "note.binding_tally": ("约束性指标达成{met}/{total}项", "{met} of {total} binding targets met"),
    "note.cumulative": ("累计", "cumulative"),
    "note.base_year": ("{year}年数", "value of {year}"),
    "note.amended": (
        "{date}目标调整为{value}：{verdict}",
        "amended to {value} in {date}: {verdict}",
    ),
    "note.cumulative_over": ("{years}年累计", "cumulative over {years} years"),
    "note.state_listed": ("扣除国家单列项目", "state-listed projects excluded"),
    "note.variant": ("{name}{value}", "{value} {name}"),
    "note.text_pace": (
        "正文年均{rate}%合{total}%{scope}：{verdict}",
        "text pace {rate}% a year is {total}%{scope}: {verdict}",
    ),
    "note.scope_unstated": ("（口径未说明）", " (scope unstated)"),
    "note.constant_price": ("按{year}年价为{value}", "{value} at {year} prices"),
    "note.error": ("数值误差±{error}", "numerical error ±{error}"),
    # under a table in a notebook
    "notebook.counted": (
        "{runs}次运行，{failed}次失败（计为各目标均未达成）；区间为抽样误差。",
        "{runs} runs, {failed} failed (counted as missing every target); "
        "the interval is the sampling error.",
    ),
    "notebook.failed": ("该次运行失败。", "The run failed."),
    # rates
    "rate.since": ("{value}（{year}年起）", "{value} from {year}"),
    "rate.points": ("{value}个百分点", "{value} points"),
    # groups of targets
    "group.all": ("全部指标", "all targets"),
    "group.binding": ("约束性指标", "binding targets"),
    # sheets of the workbook
    "sheet.verdicts": ("判断", "Verdicts"),
    "sheet.matrix": ("情景对照", "Scenarios"),
    "sheet.yearly": ("分年度", "Yearly"),
    "sheet.inputs": ("输入", "Inputs"),
    "sheet.assumptions": ("假定", "Assumptions"),
    "sheet.chart": ("图", "Chart"),
    "workbook.subject": ("规划指标预测与判断", "Projection and verdict for each planned indicator"),
    "workbook.comment": ("来源：{source}\n运行编号：{run}", "Source: {source}\nRun: {run}"),
    "workbook.from_plan": ("规划文本 {clause}", "the plan, {clause}"),
    "workbook.from_model": ("模型变量“{variable}”", "model variable “{variable}”"),
    "workbook.live": (
        "差距、完成率、进度均为公式：改动基期、目标或预测值，结果随之变化；判断为模型运行时的结论，不随之变化。",
        "Gap, completion and progress are formulas: they follow a changed base, target or "
        "projection. The verdict is that of the run and does not change.",
    ),
    "workbook.formulas": (
        "进度：水平类指标 =（预测−基期）÷（目标−基期）；累计降幅 = ln(1−降幅) ÷ ln(1−目标)。",
        "Progress: levels = (projection − base) ÷ (target − base); cumulative cuts = "
        "ln(1 − cut) ÷ ln(1 − target).",
    ),
    **CHART_WORDS,
    **PATH_WORDS,
    **CLI_WORDS,
    **DOCUMENT_WORDS,
    **ENSEMBLE_WORDS,
    **TRUST_WORDS,
    **VALIDATION_WORDS,
}


def label(key: str, language: Language = "en", **values: object) -> str:
    """The words for ``key`` in ``language``, with names in braces filled in.

    Raises
    ------
    KeyError
        When the catalogue has no such key.
    """
    text = CATALOGUE[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text


def localised(text: object, language: Language) -> str:
    """The text of a ``{zh, en}`` pair, in the other language when one is empty.

    Takes a mapping, an object with attributes ``zh`` and ``en``, a plain string, or None.
    """
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    other = "en" if language == "zh" else "zh"
    for name in (language, other):
        found = text.get(name) if isinstance(text, Mapping) else getattr(text, name, None)
        if found:
            return str(found)
    return ""
