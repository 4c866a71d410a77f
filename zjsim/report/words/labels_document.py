"""The words of reports for people: headings, sentences and table heads; part of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

# key → (Chinese, English). Names in braces are filled in by `label`.
DOCUMENT_WORDS: Mapping[str, tuple[str, str]] = {
    # The line break is that of the title on the page.
    "report.title": (
        "{plan}目标实现情况\n模型推算报告",
        "Can the targets be met?\n{plan}",
    ),
    "report.subtitle_one": ("情景：{scenario}", "Scenario: {scenario}"),
    "report.subtitle_many": ("{count}个情景的对照", "{count} scenarios compared"),
    "report.by": (
        "zjsim {version} 系统动力学模型推算",
        "A system-dynamics projection by zjsim {version}",
    ),
    "report.contents": ("目录", "Contents"),
    "report.skip": ("跳到正文", "Skip to the report"),
    "report.table": ("表{number} {title}", "Table {number}. {title}"),
    "report.figure": ("图{number} {title}", "Figure {number}. {title}"),
    "report.show_all": ("展开{count}行", "Show {count} rows"),
    "report.colon": ("：", ": "),
    "report.comma": ("、", ", "),
    "report.semicolon": ("；", "; "),
    "report.none": ("无", "none"),
    # headings
    "heading.summary": ("主要结论", "Summary"),
    "heading.matrix": ("情景对照", "Scenarios compared"),
    "heading.scenario": ("情景：{scenario}", "Scenario: {scenario}"),
    "heading.verdicts": ("逐项判断", "Each target judged"),
    "heading.progress": ("已公布数据的进展", "Progress by published figures"),
    "heading.yearly": ("分年度数据", "Year by year"),
    "heading.levers": ("政策力度及其作用", "Policies and what each is worth"),
    "heading.drivers": ("外部条件", "Outside conditions"),
    "heading.influence": ("影响最大的假定", "The most influential assumptions"),
    "heading.evidence": ("假定的证据等级", "Assumptions by grade of evidence"),
    "heading.conflicts": ("数据不一致之处", "Where the data disagree"),
    "heading.audit": ("规划文本审核", "Audit of the plan's text"),
    "heading.sources": ("资料来源", "Sources"),
    "heading.repeat": ("复现方法", "How to repeat it"),
    "heading.annex": ("附表：模型常数", "Annex: the constants of the model"),
    # summary
    "summary.tally": (
        "“{scenario}”情景下，{total}项指标到{year}年预计达成{met}项，其中约束性指标{binding_total}项、达成{binding_met}项。",
        "Under “{scenario}”, {met} of {total} targets are met by {year}, and {binding_met} of "
        "the {binding_total} binding ones.",
    ),
    "summary.brief": (
        "“{scenario}”：达成{met}/{total}项，约束性指标{binding_met}/{binding_total}项。{missed}",
        "“{scenario}”: {met} of {total} targets met, {binding_met} of {binding_total} binding. "
        "{missed}",
    ),
    "summary.brief_missed": ("未达成：{names}。", "Not met: {names}."),
    "summary.brief_none": ("全部达成。", "All are met."),
    "summary.binding_met": (
        "约束性指标“{name}”达成：预测{value}，目标{target}，超出{gap}。",
        "Binding target “{name}” is met: {value} projected, target {target}, {gap} to spare.",
    ),
    "summary.missed": (
        "{nature}指标“{name}”{verdict}：预测{value}，目标{target}，相差{gap}，完成从基期到目标路程的{share}。",
        "The {nature} target “{name}” is {verdict}: {value} projected, target {target}, "
        "{gap} apart; {share} of the way from base to target is covered.",
    ),
    "summary.backwards": (
        "{nature}指标“{name}”{verdict}：预测{value}，目标{target}，相差{gap}，与目标方向相反。",
        "The {nature} target “{name}” is {verdict}: {value} projected, target {target}, "
        "{gap} apart; it moves away from the target.",
    ),
    "summary.unknown": (
        "{nature}指标“{name}”{verdict}，不作达成计算。",
        "The {nature} target “{name}” is {verdict} and does not count as met.",
    ),
    "summary.met_rest": (
        "其余达成的指标：{names}。",
        "Also met: {names}.",
    ),
    "summary.closest": (
        "离目标最近的是“{name}”：预测{value}，目标{target}，相差{gap}。",
        "Closest to its target is “{name}”: {value} projected, target {target}, {gap} apart.",
    ),
    "summary.amended": (
        "“{name}”的目标于{date}调整为{value}，按调整后目标：{verdict}。",
        "The target for “{name}” was amended to {value} in {date}: {verdict} on the amendment.",
    ),
    "summary.error_small": (
        "数值误差（步长减半检验）均不到表中末位数字的十分之一，不影响任何判断。",
        "Numerical errors (by halving the step) are below a tenth of the last digit shown and "
        "touch no verdict.",
    ),
    "summary.error_large": (
        "数值误差（步长减半检验）最大的是“{name}”：±{error}，与目标相差{gap}。",
        "The largest numerical error (by halving the step) is that of “{name}”: ±{error}, "
        "{gap} from its target.",
    ),
    "summary.error_none": (
        "本次运行未计算数值误差。",
        "No numerical error was computed in this run.",
    ),
    "summary.decided_by": (
        "各项假定单独变动时，对目标能否达成影响最大的是：{names}。",
        "Changed one at a time, these assumptions decide most of what is in doubt: {names}.",
    ),
    "summary.lever_lost": (
        "单独退回{year}年力度便会使目标失守的政策：{names}。",
        "Policies that lose a target when they alone stay at the effort of {year}: {names}.",
    ),
    "summary.lever_and_targets": ("{lever}（指标{numbers}）", "{lever} (indicator {numbers})"),
    "summary.limits": (
        "模型只在所列假定下成立；假定中{share}为推定（D级），结论应理解为“若假定成立，则……”。",
        "The model holds under its assumptions only; {share} of them are inferred (grade D). "
        "Read each result as “if the assumptions hold, then…”.",
    ),
    "report.disclaimer": (
        "本报告由模型自动生成，是模型推算结果，不是官方评估，不代表任何政府部门意见。",
        "This report is generated from a model. It is not an official assessment and speaks "
        "for no public body.",
    ),
    "unit.percent": ("{value}%", "{value}%"),
    "unit.points": ("{value}个百分点", "{value} points"),
    "unit.index": ("{value}", "{value}"),
    "unit.counted": ("{value}{unit}", "{value} ({unit})"),
    "unit.other": ("{value}{unit}", "{value} {unit}"),
    # units of the model file
    "model_unit.dmnl": ("1", "1"),
    "model_unit.percent": ("%", "%"),
    "model_unit.year": ("年", "year"),
    "model_unit.yi_yuan": ("亿元", "100 m yuan"),
    "model_unit.yi_yuan_2020": ("亿元", "100 m yuan"),
    "model_unit.wan_person": ("万人", "10k persons"),
    "model_unit.wan_tce": ("万吨标煤", "10k tce"),
    "model_unit.wan_mu": ("万亩", "10k mu"),
    "model_unit.wan_m3": ("万立方米", "10k m³"),
    "model_unit.patent": ("件", "patents"),
    "model_unit.index_point": ("点", "points"),
    "remark.real_growth": ("实际增速", "real growth"),
    # tables
    "table.verdicts": ("{year}年目标逐项判断", "Targets of {year}, one by one"),
    "table.matrix": ("各情景下的指标预测与判断", "Projections and verdicts by scenario"),
    "table.key": ("指标序号与目标", "Numbers of the indicators and their targets"),
    "table.progress": ("已公布数据与时间进度", "Published figures against time"),
    "table.yearly": ("指标分年度预测与已公布数据", "Projections and published figures by year"),
    "table.levers": (
        "政策力度，及单独退回{year}年力度的后果",
        "Effort of each policy, and what happens when it alone stays at the effort of {year}",
    ),
    "table.drivers": ("外部条件取值", "Outside conditions"),
    "table.influence": ("影响最大的{count}项假定", "The {count} most influential assumptions"),
    "table.swings": (
        "由低值到高值，各项指标的变化",
        "Change of each indicator from the low to the high value",
    ),
    "table.grades": ("各等级的常数个数", "Constants by grade"),
    "table.conflicts": ("同一数据的不同说法", "Figures that disagree"),
    "table.growth": ("目标要求的年均变化", "What the targets ask for, a year"),
    "table.provenance": ("模型、数据与版本", "Model, data and versions"),
    "table.annex": ("模型常数及其区间和来源", "Constants with their ranges and sources"),
    "figure.board": ("{counted}走势与判断", "{counted}: path and verdict"),
    "figure.progress": ("指标进度与时间进度", "Progress against time progress"),
    "figure.comparison": ("各情景{year}年指标对照", "Indicators of {year} by scenario"),
    "figure.tornado": (
        "各项假定对“{name}”的影响",
        "What the assumptions do to “{name}”",
    ),
    # table heads
    "column.indicator_unit": ("指标（单位）", "Indicator (unit)"),
    "column.series": ("数据", "Series"),
    "column.figures": ("数值（等级，来源）", "Figures (grade, source)"),
    "column.lever": ("政策", "Policy"),
    "column.driver": ("外部条件", "Condition"),
    "column.assumption": ("假定", "Assumption"),
    "column.range": ("区间", "Range"),
    "column.central": ("取值", "Value"),
    "column.lost": ("失守的指标", "Targets lost"),
    "column.gained": ("转为达成", "Targets gained"),
    "column.most": ("变动最大的指标", "Most moved"),
    "column.weight": ("权重", "Weight"),
    "column.flips": ("改变判断的指标", "Verdicts that change"),
    "column.meaning": ("含义", "Meaning"),
    "column.ranged": ("有区间", "With a range"),
    "column.fixed": ("无区间", "Fixed"),
    "column.item": ("项目", "Item"),
    # grades
    "grade.A": ("官方文本或统计表，已核对", "official text or table, read"),
    "grade.B": (
        "媒体或下级部门转述的官方数据",
        "official figure quoted by press or a lower office",
    ),
    "grade.C": ("第三方转录", "third-party copy"),
    "grade.D": ("按假定推算", "derived with an assumption"),
    "grade.M": ("记忆，未见原文", "believed, not seen"),
    "grade.-": ("定义", "true by definition"),
    # notes under tables
    "text.verdicts": (
        "进度：水平类指标为（预测−基期）÷（目标−基期）；累计降幅按对数计算。",
        "Progress is (projection − base) ÷ (target − base), logarithmic for cumulative cuts.",
    ),
    "text.about": (
        "“左右”按上下{bands}个百分点处理（本报告假定）。",
        " “About” is taken as {bands} point either way (an assumption).",
    ),
    "text.progress": (
        "进展用语按进度与时间进度之差：{reached_early}、{faster}（{faster_from}点以上）、"
        "{on_course}（{on_course_from}点以上）、{behind}{assumed}。",
        "Words by progress minus time progress: {reached_early}, {faster} ({faster_from} points "
        "or more), {on_course} ({on_course_from} or more), {behind}{assumed}.",
    ),
    "text.progress_assumed": (
        "（阈值为本报告假定）",
        " (the thresholds are an assumption)",
    ),
    "text.levers": (
        "力度0为{year}年水平，1为规划所写。表中右侧为该政策单独退回{year}年力度、其余不变时的结果；"
        "“8: 甲 → 乙”指第8项指标由甲变为乙。",
        "Effort 0 is that of {year}, 1 the plan as written. The columns at the right say what "
        "happens when this policy alone stays at the effort of {year}; “8: x → y” means that "
        "indicator 8 goes from x to y.",
    ),
    "text.influence": (
        "本节为单因素变动：每次只把一个常数、一条外部条件或一项政策的落实程度取到区间的低值、高值，其余不变，共{runs}次运行；"
        "不反映多项假定同时变动。按权重排序：该假定在各目标判断的不确定性中所占份额，越难定论的目标计得越重；"
        "与命令zjsim sensitivity（单因素法）的排序一致。",
        "One at a time: each constant, outside condition or degree to which a policy is carried "
        "out is taken to the low and to the high end of its range, all else unchanged; {runs} "
        "runs. It says nothing of joint changes. Ordered by weight: the share of the assumption "
        "in the doubt about each target, where a target counts the more the less its verdict is "
        "settled. It is the list of zjsim sensitivity (method tornado).",
    ),
    "text.names": (
        "假定名称与模型文件一致。",
        "Names are those of the model file.",
    ),
    "text.driver_scale": (
        "外部条件的区间带“×”：对其偏离{year}年水平的幅度的倍数。",
        "A range with × multiplies the condition's departure from {year}.",
    ),
    "text.driver_drift": (
        "外部条件的区间带正负号：自{year}年起每年增速的增减（1为100%）。",
        "A signed range of a condition is added to its yearly growth from {year} on (1 is 100%).",
    ),
    "text.driver_outlook": (
        "外部条件的区间带正负号：未知各年平均增速对展望的偏离（1为100%），区间含95%。",
        "A signed range of a condition is the departure of its mean growth from the outlook over "
        "the years not known (1 is 100%); the range holds 95 %.",
    ),
    "text.evidence": (
        "模型共有{total}个常数。有区间的可以改动，也参加抽样；无区间的是规划印出的数、定义和统计数。",
        "The model has {total} constants. Those with a range may be changed and are sampled; "
        "the fixed ones are the plan's printed figures, definitions and statistics.",
    ),
    "text.conflicts": (
        "下列数据在不同来源间不一致；模型所取的是等级较高者。",
        "Sources disagree on these figures; the model takes the better grade.",
    ),
    "text.audit": (
        "以下由规划文本和已公布数据直接算出，不依赖模型。",
        "This follows from the plan's text and published figures alone, without the model.",
    ),
    "text.repeat": (
        "安装zjsim {version}后，在任何文件夹执行：",
        "With zjsim {version} installed, in any folder:",
    ),
    "text.repeat_notes": ("运行时的说明：", "Notes of the runs:"),
    "text.no_sources": ("未引用。", "None is cited."),
    "text.matrix": (
        "标记：{marks}。",
        "Marks: {marks}.",
    ),
    "text.no_outturns": (
        "尚无规划期内的已公布数据。",
        "No figure of the plan's years has been published.",
    ),
    "text.failed": (
        "其中{count}次运行失败，未计入。",
        "{count} of the runs failed and are left out.",
    ),
    # provenance
    "fact.run": ("运行编号（{scenario}）", "Run ({scenario})"),
    "fact.inputs": ("输入（{scenario}）", "Inputs ({scenario})"),
    "fact.engine": ("算法", "Method"),
    "fact.model": ("模型文件", "Model file"),
    "fact.file": ("数据文件 {name}", "Data file {name}"),
    "fact.version": ("{name}版本", "Version of {name}"),
    "fact.plan": ("规划", "Plan"),
    # alternative texts of pictures
    "alt.board": (
        "{count}个小图，每项指标一个：历史、预测、规划路径、已公布数据和目标。判断见表：{verdicts}。",
        "{count} panels, one an indicator: history, projection, plan path, published figures and "
        "target. Verdicts: {verdicts}.",
    ),
    "alt.progress": (
        "条形图：每项指标的进度与时间进度。数据见相邻表格。",
        "Bars: progress of each indicator against time progress. The figures are in the table "
        "beside it.",
    ),
    "alt.comparison": (
        "每项指标一个小图，各情景一行，竖线为目标。数据见相邻表格。",
        "A panel an indicator, a line a scenario, a rule for the target. The figures are in the "
        "table beside it.",
    ),
    "alt.tornado": (
        "横条图：“{name}”在每项假定取低值、高值时的预测。最宽的是：{widest}。",
        "Bars: projection of “{name}” with each assumption at its low and high value. Widest: "
        "{widest}.",
    ),
}
