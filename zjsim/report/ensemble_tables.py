"""Tables and sentences about an ensemble and a batch, in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from zjsim.report.labels import LANGUAGES, Language, label, localised
from zjsim.report.numbers import DASH, format_number, format_share
from zjsim.report.tables import Table

# key → (Chinese, English), as in the catalogue of labels.
WORDS: Mapping[str, tuple[str, str]] = {
    "column.probability": ("达成概率", "Probability"),
    "column.interval": ("95%区间", "95 % interval"),
    "column.shortfall": ("期望缺口", "Expected shortfall"),
    "column.missing_it": ("联合失败时未达成", "Missed in joint failures"),
    "column.alone": ("唯一未达成", "Only this one missed"),
    "column.repeat_error": ("重复抽样标准误", "Error by repeats"),
    "column.runs": ("运行数", "Runs"),
    "column.of_runs": ("占比", "Share of runs"),
    "column.number_met": ("达成数", "Targets met"),
    "row.binding": ("全部约束性指标", "all binding targets"),
    "row.joint": ("全部十项指标", "all ten targets"),
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
        "{cases} cases, {runs} runs: computed {computed}, reused {reused}, failed {failed}.",
    ),
    "batch.list": (
        "{cases}个组合，共{runs}次运行，{shards}个分片。",
        "{cases} cases, {runs} runs, {shards} shards.",
    ),
    "method.sobol": ("Sobol", "Sobol"),
    "method.latin_hypercube": ("拉丁超立方", "Latin hypercube"),
    "method.random": ("随机", "random"),
}  # fmt: skip


def words(key: str, language: Language = "en", **values: object) -> str:
    """The words for ``key``; those of the shared catalogue where this module has none."""
    if key not in WORDS:
        return label(key, language, **values)
    text = WORDS[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text


def probability_table(
    statistics: Any, language: Language = "en", errors: Sequence[float] | None = None
) -> Table:
    """A row a target, then the binding ones and all together.

    Parameters
    ----------
    statistics : EnsembleStatistics
    errors : standard errors by repeats, a row each, in parts of one; None leaves them out
    """
    heads = ["number", "indicator", "unit", "probability", "interval", "shortfall"]
    heads += ["missing_it", "alone"] + (["repeat_error"] if errors is not None else [])
    rows = []
    for place, target in enumerate(statistics.targets):
        item = target.indicator
        cells = [
            str(item.number),
            localised(item.label, language),
            localised(item.unit, language),
            *_share(target.share),
            format_number(target.shortfall, item.decimals + 1),
            format_share(target.fails_with_joint.value, 0),
            format_share(target.fails_alone.value, 0),
        ]
        rows.append((*cells, *_error(errors, place)))
    joint = words("row.joint_of", language, n=len(statistics.targets))
    probabilities = statistics.probabilities
    together = (
        (words("row.binding", language), probabilities.binding),
        (joint, probabilities.joint),
    )
    for place, (name, share) in enumerate(together, start=len(statistics.targets)):
        rows.append(("", name, "", *_share(share), "", "", "", *_error(errors, place)))
    names = tuple(words(f"column.{head}", language) for head in heads)
    return Table(names, tuple(rows), "><<>>>>>" + (">" if errors is not None else ""))


def _share(share: Any) -> tuple[str, str]:
    return format_share(
        share.value, 1
    ), f"{format_share(share.low, 1)} – {format_share(share.high, 1)}"


def _error(errors: Sequence[float] | None, place: int) -> tuple[str, ...]:
    return () if errors is None else (f"±{format_share(errors[place], 2)}",)


def quantile_table(statistics: Any, levels: Sequence[float], language: Language = "en") -> Table:
    """Quantiles of each indicator by year."""
    heads = [words(f"column.{key}", language) for key in ("number", "indicator", "year")]
    heads += [f"{100 * level:g}%" for level in levels]
    rows = []
    for target in statistics.targets:
        item = target.indicator
        for year, values in zip(target.years, target.quantiles, strict=True):
            first = year == target.years[0]
            name = localised(item.label, language) if first else ""
            number = str(item.number) if first else ""
            cells = [format_number(float(value), item.decimals) for value in values]
            rows.append((number, name, str(year), *cells))
    return Table(tuple(heads), tuple(rows), "><>" + ">" * len(levels))


def correlation_table(statistics: Any, language: Language = "en") -> Table:
    """Rank correlations between indicators, and with sampled drivers at the right."""
    found = statistics.correlations
    numbers = [str(target.indicator.number) for target in statistics.targets]
    heads = [words("column.number", language), words("column.indicator", language)]
    rows = []
    for place, target in enumerate(statistics.targets):
        cells = [_signed(value) for value in (*found.between[place], *found.with_drivers[place])]
        rows.append((numbers[place], localised(target.indicator.label, language), *cells))
    heads += [*numbers, *found.drivers]
    return Table(tuple(heads), tuple(rows), "><" + ">" * (len(heads) - 2))


def _signed(value: float) -> str:
    return DASH if value != value else f"{value:+.2f}"


def number_met_table(statistics: Any, language: Language = "en") -> Table:
    """How many targets runs meet."""
    heads = tuple(words(f"column.{key}", language) for key in ("number_met", "runs", "of_runs"))
    counts = statistics.probabilities.number_met
    rows = tuple(
        (str(k), f"{count:,}", format_share(count / statistics.n_run, 1))
        for k, count in enumerate(counts)
        if count
    )
    return Table(heads, rows, ">>>")


def findings(statistics: Any, notes: Sequence[Any], language: Language = "en") -> list[str]:
    """Sentences: the weakest link, conflicts, what prices do, and how far to trust it all."""
    lines = []
    weakest = statistics.weakest
    if weakest is not None:
        lines.append(
            words(
                "ensemble.weakest",
                language,
                number=weakest.indicator.number,
                name=localised(weakest.indicator.label, language),
                share=format_share(weakest.fails_with_joint.value, 0),
                alone=format_share(weakest.fails_alone.value, 0),
            )
        )
    number = {t.indicator.id: t.indicator.number for t in statistics.targets}
    for first, second, r in statistics.correlations.conflicts()[:5]:
        pair = {"first": number[first], "second": number[second], "r": f"{r:+.2f}"}
        lines.append(words("ensemble.conflict", language, **pair))
    lines += _price_lines(statistics, language)
    lines += [words(note.key, language, **note.values) for note in notes]
    return lines


def _price_lines(statistics: Any, language: Language) -> list[str]:
    nominal = [
        t.indicator.number for t in statistics.targets if t.indicator.price_basis == "current"
    ]
    if not nominal:
        return []
    lines = [words("ensemble.prices", language, numbers=", ".join(map(str, nominal)))]
    found = statistics.correlations
    prices = [k for k, name in enumerate(found.drivers) if "price" in name.casefold()]
    if not prices:
        return [*lines, words("ensemble.no_price", language)]
    # A rank correlation of few runs is noise: four standard errors, and never below 0.2.
    least = max(0.2, 4 / math.sqrt(max(found.n_run, 2) - 1))
    for k in prices:
        column = found.with_drivers[:, k]
        helped = _numbers(statistics, column >= least)
        hurt = _numbers(statistics, column <= -least)
        if helped == hurt == DASH:
            continue
        key = "price_driver"
        if DASH in (helped, hurt):
            key = "price_helps" if hurt == DASH else "price_hurts"
        values = {"driver": found.drivers[k], "helped": helped, "hurt": hurt}
        lines.append(words(f"ensemble.{key}", language, **values))
    return lines


def _numbers(statistics: Any, chosen: Sequence[bool]) -> str:
    numbers = [
        str(t.indicator.number) for t, c in zip(statistics.targets, chosen, strict=True) if c
    ]
    return ", ".join(numbers) or DASH
