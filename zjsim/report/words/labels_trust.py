"""The words of calibration, hindcast, sensitivity and decomposition; part of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

# key → (Chinese, English). Names in braces are filled in by `label`.
TRUST_WORDS: Mapping[str, tuple[str, str]] = {
    "trust.name": ("常数", "Constant"),
    "trust.sector": ("部门", "Sector"),
    "trust.model_value": ("模型值", "Model"),
    "trust.prior_range": ("先验范围", "Prior range"),
    "trust.value": ("后验中位数", "Posterior"),
    "trust.interval": ("95%区间", "95 % interval"),
    "trust.sd_ratio": ("标准差比", "sd post/prior"),
    "trust.overlap": ("重叠", "Overlap"),
    "trust.profile": ("剖面似然", "Profile"),
    "trust.identified": ("可识别", "Identified"),
    "trust.yes": ("是", "yes"),
    "trust.no": ("否", "not identified"),
    "trust.series": ("序列", "Series"),
    "trust.published": ("公布值", "Published"),
    "trust.before_fit": ("拟合前", "Before"),
    "trust.after_fit": ("拟合后", "After"),
    "trust.in_band": ("相符", "Reached"),
    "profile.closed": ("两侧封闭", "closed"),
    "profile.open_low": ("下端不排除", "low end not excluded"),
    "profile.open_high": ("上端不排除", "high end not excluded"),
    "profile.flat": ("平坦", "flat"),
    "profile.": ("未计算", "not computed"),
    "calibration.head": (
        "分部门校准：只用截至{year}年、等级A至C的公布数据；规划目标不作数据；种子{seed}，每部门{draws}个先验抽样。",
        "Calibration sector by sector: published figures of grade A to C up to {year} only; no "
        "target of the plan is data; seed {seed}, {draws} draws from the priors a sector.",
    ),
    "calibration.identified": (
        "{total}个常数中{count}个可识别（后验标准差小于先验的0.7倍）：{names}。",
        "{count} of {total} constants are identified (posterior sd below 0.7 of the prior's): "
        "{names}.",
    ),
    "calibration.not_identified": (
        "其余常数不可识别，保留原范围：数据不能区分它们。",
        "The others are not identified and keep their range: the figures cannot tell them apart.",
    ),
    "calibration.ties": ("强相关（|r|>0.95）：{pairs}", "Correlated beyond 0.95: {pairs}"),
    "calibration.no_ties": ("没有|r|>0.95的参数对。", "No pair is correlated beyond 0.95."),
    "calibration.outside": (
        "拟合后仍在95%区间（两侧各放宽两倍口径误差）之外：{names}。部门方程不能产生这些数。",
        "Outside the 95 % interval, widened by twice their own error, even after fitting: "
        "{names}. The sector's equations do not produce these figures.",
    ),
    "calibration.few": (
        "{sector}：有效抽样只有{count}个，请增加 --draws。",
        "{sector}: only {count} effective draws; raise --draws.",
    ),
    "calibration.left_out": ("没有校准的部分", "What is not calibrated"),
    "calibration.what": ("部分", "Part"),
    "calibration.why": ("原因", "Reason"),
    "calibration.fits": ("部门拟合（%或百分点）", "How the sectors fit (percent or points)"),
    "hindcast.head": (
        "回测（情景：{scenario}）：外部条件知至{year}年，其后为{outlook}年展望；{runs}次运行，"
        "种子{seed}。此后的数据不参与拟合。",
        "Hindcast of {scenario}: drivers known until {year}, the outlook of {outlook} after it; "
        "{runs} runs, seed {seed}. No later figure is fitted.",
    ),
    "hindcast.cases": (
        "与后来公布值对照（%或百分点）",
        "Held against what came (percent or points)",
    ),
    "hindcast.median": ("中位数", "Median"),
    "hindcast.band80": ("80%区间", "80 % band"),
    "hindcast.band95": ("95%区间", "95 % band"),
    "hindcast.crps": ("CRPS", "CRPS"),
    "hindcast.trend": ("{years}趋势", "Trend {years}"),
    "hindcast.plan_line": ("规划直线", "Plan line"),
    "hindcast.ar1": ("AR(1)", "AR(1)"),
    "hindcast.where": ("位置", "Where"),
    "hindcast.in50": ("50%内", "in 50 %"),
    "hindcast.in80": ("80%内", "in 80 %"),
    "hindcast.in95": ("95%内", "in 95 %"),
    "hindcast.outside": ("95%外", "outside"),
    "hindcast.months": ("{first}—{last}月", "months {first} to {last}"),
    "hindcast.quarters": ("{first}—{last}季度", "quarters {first} to {last}"),
    "hindcast.known": ("已知年", "known year"),
    "hindcast.base_later": ("基期用到此数", "base rests on it"),
    "hindcast.score_title": ("评分", "Scores"),
    "hindcast.known_until": ("知至", "Known until"),
    "hindcast.all_years": ("各年合计", "all years"),
    "hindcast.n": ("个数", "Figures"),
    "hindcast.cover50": ("50%覆盖", "50 % holds"),
    "hindcast.cover80": ("80%覆盖", "80 % holds"),
    "hindcast.cover95": ("95%覆盖", "95 % holds"),
    "hindcast.bias": ("偏差", "Bias"),
    "hindcast.widen": ("80%区间应放宽", "80 % band short by"),
    "hindcast.skill": ("对{name}的技巧", "Skill on {name}"),
    "hindcast.skill_note": (
        "技巧 = 1 − CRPS之比（负数：不如该朴素预测），括号内为可比个数。"
        "朴素预测从最近公布值出发，模型运行不校正到最近公布值。",
        "Skill = 1 − ratio of CRPS (negative: worse than the naive forecast), figures compared "
        "in brackets. Naive forecasts start from the last figure; a run is not moved to it.",
    ),
    "hindcast.no_cases": (
        "此年之后没有等级A至C的公布值；用 --observations 加入自己的数据即可对照。",
        "No figure of grade A to C is later than this year; add yours with --observations.",
    ),
    "hindcast.probabilities": (
        "何时能知道：按评估年的达成概率",
        "When could one have known: P(met) by assessment year",
    ),
    "hindcast.decided": ("可判定自", "Called since"),
    "hindcast.never": ("未能判定", "never"),
    "hindcast.decided_note": (
        "可判定：此年起概率一直在90%以上或10%以下，且方向不变。",
        "Called: from that year on the probability stays above 90 % or below 10 %, on one side.",
    ),
    "hindcast.projection": (
        "各指标（序号同上表）的预测：中位数（80%区间）",
        "The indicators, numbered as above, as projected: median (80 % band)",
    ),
    "hindcast.calibrated": ("已用校准范围：{names}。", "Calibrated ranges used: {names}."),
    "hindcast.widen_value": ("×{value}", "×{value}"),
    "sensitivity.head": (
        "敏感性（{method}）：{scenario}，{inputs}个输入，{runs}次运行，种子{seed}。",
        "Sensitivity ({method}): {scenario}, {inputs} inputs, {runs} runs, seed {seed}.",
    ),
    "sensitivity.deciders": (
        "决定判断的{count}个假定",
        "The {count} assumptions that decide the verdicts",
    ),
    "sensitivity.rank": ("序", "No."),
    "sensitivity.input": ("输入", "Input"),
    "sensitivity.range": ("范围", "Range"),
    "sensitivity.score": ("权重", "Weight"),
    "sensitivity.moves": ("主要影响指标", "Decides"),
    "sensitivity.switch": ("转折值", "Switches at"),
    "sensitivity.above": ("指标{number}：≥{value}达成", "{number}: met from {value} up"),
    "sensitivity.below": ("指标{number}：≤{value}达成", "{number}: met up to {value}"),
    "sensitivity.head_tornado": (
        "敏感性（逐一变动）：{scenario}，{inputs}个输入，{runs}次运行。",
        "Sensitivity (one at a time): {scenario}, {inputs} inputs, {runs} runs.",
    ),
    "sensitivity.name_morris": ("Morris筛选", "Morris screening"),
    "sensitivity.name_sobol": ("Sobol总效应", "Sobol indices"),
    "sensitivity.by_indicator": ("各指标最强的输入", "Strongest inputs of each indicator"),
    "sensitivity.met": ("达成比例", "Runs that meet it"),
    "sensitivity.strongest": ("总效应（95%半宽）", "Total index (95 % half-width)"),
    "sensitivity.strongest_morris": ("平均绝对效应的平方占比", "Share of squared mean effects"),
    "sensitivity.strongest_tornado": ("低值 → 高值", "Low → high"),
    "sensitivity.sum_first": ("一阶之和", "Sum of first"),
    "sensitivity.groups": (
        "按证据等级的方差占比（总效应）：数值 / 判断",
        "Variance by grade of evidence (total index): value / verdict",
    ),
    "sensitivity.grade": ("等级", "Grade"),
    "sensitivity.count": ("个数", "Inputs"),
    "sensitivity.unmeasured": (
        "A至C级全部确知后仍剩",
        "left when A to C are known exactly",
    ),
    "sensitivity.grade_driver": ("外部展望", "outlook of drivers"),
    "sensitivity.grade_lever": ("落实程度", "carrying out of levers"),
    "sensitivity.grade_D": ("D（判断）", "D (judgement)"),
    "sensitivity.grade_-": ("定义", "definition"),
    "sensitivity.measure": (
        "下一步应收集的数据（按能消除的判断方差排序）",
        "What to measure next, by the variance of verdicts it would take away",
    ),
    "sensitivity.converged": (
        "已收敛：最强输入的95%半宽至多{widest}，一半抽样给出相同的{stable}，"
        "一阶之和与分组结果相差至多{gap}。",
        "Converged: half-widths of the strongest are at most {widest}, half the design names "
        "{stable} of the first, sums of first indices agree with the grades within {gap}.",
    ),
    "sensitivity.not_converged": (
        "未收敛：最强输入的95%半宽达{widest}，一半抽样给出相同的{stable}，"
        "一阶之和与分组结果相差{gap}。请加大 -n。",
        "Not converged: half-widths of the strongest reach {widest}, half the design names "
        "{stable} of the first, sums of first indices differ from the grades by {gap}. Raise -n.",
    ),
    "sensitivity.withheld": (
        "{count}个指数因区间过宽未列出。",
        "{count} indices are not shown: their interval straddles everything.",
    ),
    "sensitivity.tornado": (
        "本表逐一变动：每次只把一个输入取到范围两端，看不到交互作用；权重按正态近似的判断疑问度，"
        "排序可以与总效应（--method sobol）不同。",
        "One at a time: each input goes to the ends of its range alone, so interactions are not "
        "seen; weights take verdicts as normal around the scenario. The order may differ from "
        "that by total index (--method sobol).",
    ),
    "sensitivity.morris": (
        "筛选（Morris）：权重按平均绝对效应的平方占比，只用于挑出值得细看的输入。",
        "Screening (Morris): weights are shares of squared mean effects; they only pick what is "
        "worth a closer look.",
    ),
    "sensitivity.sobol": (
        "权重按总效应（方差占比，含交互作用）；排序可以与逐一变动（--method tornado，报告亦用）"
        "不同。",
        "Weights by total index: the share of variance, interactions included. The order may "
        "differ from that of one at a time (--method tornado, as in reports).",
    ),
    "sensitivity.aside": (
        "情景中的{count}对相关在此按独立处理。",
        "{count} correlations of the scenario are set aside: inputs are independent here.",
    ),
    "sensitivity.doubt": (
        "权重：每项指标按判断的方差4p(1−p)计；必达或必不达的指标不计。",
        "Weights: each indicator counts with the variance of its verdict, 4p(1−p); one that all "
        "runs meet, or none, counts for nothing.",
    ),
    "decompose.head": (
        "{first}年至{year}年变动的构成：{scenario}，{runs}次运行。",
        "What carries the change from {first} to {year}: {scenario}, {runs} runs.",
    ),
    "decompose.head_levers": (
        "各政策杠杆对{year}年结果的贡献（基年{first}）：{scenario}，{runs}次运行。",
        "What the levers add to {year}, base {first}: {scenario}, {runs} runs.",
    ),
    "decompose.cause": ("来源", "Cause"),
    "decompose.outside": ("外部环境", "outside world"),
    "decompose.policy": ("政策", "policy"),
    "decompose.feedback": ("反馈回路", "feedback loops"),
    "decompose.trends": ("趋势假定", "assumed trends"),
    "decompose.sum": ("合计", "sum"),
    "decompose.note": (
        "Shapley值：每一来源在所有启用次序下的平均增量，合计等于总变动；列号为规划指标序号。",
        "Shapley values: what each cause adds, averaged over every order of switching on; they "
        "sum to the change. Columns are the plan's indicators.",
    ),
    "decompose.off": (
        "关闭指：外部变量停在基年、杠杆为0、回路按 loops.yaml 切断、趋势常数取静止值；"
        "全部关闭时没有变动。",
        "Off means: the outside stays as in the base year, levers at 0, loops cut as in "
        "loops.yaml, trends at rest; with all off nothing moves.",
    ),
    "decompose.sampled": (
        "按{pairs}对随机次序抽样；标准误至多为最大贡献的{error}。",
        "From {pairs} pairs of random orders; standard errors are at most {error} of the "
        "largest share.",
    ),
}
