"""The words of ensembles and batches; part of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

# key → (Chinese, English). Names in braces are filled in by `label`.
ENSEMBLE_WORDS: Mapping[str, tuple[str, str]] = {
    "column.probability": ("达成概率", "P(met)"),
    "column.median": ("中位数", "Median"),
    "column.interval": ("95%区间", "95 % interval"),
    "column.model_alone": ("不计模型偏差", "Without discrepancy"),
    "column.discrepancy": ("模型偏差占方差", "Discrepancy in variance"),
    "column.known_until": ("已知至", "Known until"),
    "column.sd_of_mean": ("平均增速标准差，百分点/年", "Sd of mean growth, points a year"),
    "column.range95": ("95%范围", "95 % range"),
    "column.common": ("共同冲击相关系数", "Correlation with the common shock"),
    "title.spread": (
        "外生变量对展望的偏离（outlook_errors.csv）",
        "How far drivers may depart from the outlook (outlook_errors.csv)",
    ),
    "ensemble.years": ("{first}—{last}年", "{first} to {last}"),
    "ensemble.years_until": ("截至{last}年的", "figures up to {last}"),
    "ensemble.discrepancy": (
        "达成概率与分位数计入模型偏差（discrepancy.csv）：即使外生变量和参数都对，实际值仍会偏离模型的幅度；"
        "仅由{years}数据估计。秩相关只反映模型本身。",
        "Probabilities and quantiles include model discrepancy (discrepancy.csv): how far the real "
        "quantity may wander from the model when drivers and constants are right, told by "
        "{years} alone. Rank correlations are those of the model.",
    ),
    "column.shortfall": ("期望缺口", "Expected shortfall"),
    "column.missing_it": ("联合失败时未达成", "Missed in joint failures"),
    "column.alone": ("唯一未达成", "Only this one missed"),
    "column.repeat_error": ("重复抽样标准误", "Error by repeats"),
    "column.runs": ("运行数", "Runs"),
    "column.of_runs": ("占比", "Share of runs"),
    "column.number_met": ("达成数", "Targets met"),
    "row.binding": ("全部约束性指标", "all binding targets"),
    "row.joint_of": ("全部{n}项指标", "all {n} targets"),
    "title.quantiles": ("分年度分位数", "Quantiles by year"),
    "title.correlations": (
        "指标间秩相关（斯皮尔曼）",
        "Rank correlations between indicators (Spearman)",
    ),
    "title.drivers": ("指标与外生变量的秩相关", "Rank correlations with sampled drivers"),
    "title.number_met": ("达成项数的分布", "Number of targets met"),
    "ensemble.head": (
        "{scenario}：{runs}次运行，{method}抽样，种子{seed}",
        "{scenario}: {runs} runs, {method} draws, seed {seed}",
    ),
    "ensemble.precision": (
        "{runs}次运行：概率的95%区间至多为±{points}个百分点。",
        "{runs} runs: the 95 % interval of a probability is at most ±{points} points.",
    ),
    "ensemble.too_few": (
        "运行数太少：要把每个概率定到±{points}个百分点，约需{runs}次运行。",
        "Too few runs for these probabilities: about {runs} would give ±{points} points.",
    ),
    "ensemble.tails": (
        "运行数太少：2.5%与97.5%分位数之外只有约{beyond}次运行；至少需{runs}次。",
        "Too few runs for the 2.5 and 97.5 % quantiles: about {beyond} lie beyond; "
        "{runs} are needed.",
    ),
    "ensemble.even_odds": (
        "指标{numbers}：区间跨过50%，不能说达成的可能大于不达成。",
        "Indicators {numbers}: the interval straddles 50 %, so neither outcome can be called "
        "the likelier.",
    ),
    "ensemble.weakest_unclear": (
        "最弱环节不能确定：指标{first}与{second}的区间重叠。",
        "The weakest link is not settled: the intervals of indicators {first} and {second} "
        "overlap.",
    ),
    "ensemble.not_independent": (
        "区间按独立抽样计算；对Sobol或拉丁超立方一般偏宽（保守）。用 --repeats 实测误差。",
        "Intervals are those of independent draws; for Sobol and Latin hypercube points they are "
        "too wide as a rule (conservative). --repeats measures the error.",
    ),
    "ensemble.failed": (
        "{runs}次运行中有{failed}次失败；计入分母，视为未达成。",
        "{failed} of {runs} runs failed; they count as met in nothing.",
    ),
    "ensemble.weakest": (
        "最弱环节：指标{number}（{name}），在{share}的联合失败中未达成，其中{alone}仅因它。",
        "Weakest link: indicator {number} ({name}), missed in {share} of the joint failures "
        "and alone in {alone}.",
    ),
    "ensemble.conflict": (
        "相互冲突：指标{first}与{second}的秩相关为{r}。",
        "Conflict: indicators {first} and {second} have rank correlation {r}.",
    ),
    "ensemble.prices": (
        "指标{numbers}按现价计：涨价帮助以产出为分子者，损害以收入为分母者。",
        "Indicators {numbers} are at current prices: inflation helps those with output above the "
        "line and hurts those with revenue below it.",
    ),
    "ensemble.price_driver": (
        "{driver}：有利于指标{helped}，不利于指标{hurt}。",
        "{driver}: a rise goes with better {helped} and worse {hurt}.",
    ),
    "ensemble.price_helps": (
        "{driver}：上升时有利于指标{helped}。",
        "{driver}: a rise goes with better {helped}.",
    ),
    "ensemble.price_hurts": (
        "{driver}：上升时不利于指标{hurt}。",
        "{driver}: a rise goes with worse {hurt}.",
    ),
    "ensemble.no_price": (
        "本次未对价格抽样，通胀的影响未显示；可在情景的 sampling.drivers 中加入价格。",
        "No price was sampled, so what inflation does is not shown; add a price under "
        "sampling.drivers of the scenario.",
    ),
    "batch.said": (
        "{cases}个组合，{runs}次运行：新算{computed}，沿用{reused}，失败{failed}。",
        "Cases: {cases}; runs: {runs}, of which {computed} computed, {reused} reused, "
        "{failed} failed.",
    ),
    "batch.case": ("组合", "case"),
    "batch.scenario": ("情景", "scenario"),
    "batch.number_met": ("达成项数", "targets met"),
    "batch.binding_met": ("约束性指标全部达成", "all binding met"),
    "batch.all_met": ("全部达成", "all met"),
    "batch.no": ("否", "no"),
    "batch.list": (
        "{cases}个组合，共{runs}次运行，{shards}个分片。",
        "Cases: {cases}; runs: {runs}; shards: {shards}.",
    ),
    "method.sobol": ("Sobol", "Sobol"),
    "method.latin_hypercube": ("拉丁超立方", "Latin hypercube"),
    "method.random": ("随机", "random"),
}
