"""Where the parts of a plan disagree, and what must hold for its targets together.

Each builder returns nothing when the plan or the observations lack what it compares, so
another plan's file is audited as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zjsim.assessment.audit_settings import AuditRole, AuditSettings, SeriesRole
from zjsim.assessment.implications import compute_growth, volume_growth
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.plan import Indicator, Plan, Statement
from zjsim.assessment.progress import yearly_cut, yearly_growth
from zjsim.language import Text

# A figure whose basis of publication is not named.
OTHER_BASIS = Text("另一来源", "another basis")
PLAN_VINTAGE = "plan"  # figures on the basis on which the plan prints its shares


@dataclass(frozen=True, slots=True)
class Finding:
    """A disagreement (``conflict``) or something that must hold (``condition``)."""

    id: str
    kind: str
    title: Text
    text: Text
    numbers: Mapping[str, float]
    sources: tuple[str, ...] = ()


def compute_findings(plan: Plan, observations: Observations) -> Iterator[Finding]:
    """All findings, conflicts first."""
    yield from _text_paces(plan)
    yield from _amendments(plan)
    settings = plan.audit
    if settings is None:
        return
    facts = _Facts(plan, settings, observations)
    yield from _past_pace(facts)
    yield from _rd_level(facts)
    yield from _patents_base(facts)
    yield from _digital_base(facts)
    yield from _restated_bases(facts)
    yield from _outgrowth(facts)
    yield from _floor(facts, "productivity", Text("用工", "staff"))
    yield from _floor(facts, "land", Text("参评用地", "evaluated land"))
    yield from _patent_pace(facts)
    yield from _joint(facts)


class _Facts:
    """The plan, its audit settings and base-year figures, by role."""

    def __init__(self, plan: Plan, settings: AuditSettings, observations: Observations) -> None:
        self.plan = plan
        self.settings = settings
        self.observations = observations

    def indicator(self, role: AuditRole) -> Indicator | None:
        name = self.settings.roles.get(role)
        return None if name is None else self.plan.indicator(name)

    def statement(self, role: AuditRole) -> Statement | None:
        name = self.settings.roles.get(role)
        return next((item for item in self.plan.backdrop if item.id == name), None)

    def figure(self, series: SeriesRole, year: int) -> Observation | None:
        """The figure on the plan's basis where there is one, else the best graded."""
        name = self.settings.series.get(series)
        if name is None:
            return None
        on_plan = self.observations.value(name, year, PLAN_VINTAGE)
        return on_plan or self.observations.value(name, year)

    def years(self, series: SeriesRole) -> list[int]:
        name = self.settings.series.get(series)
        rows = () if name is None else self.observations.series(name)
        return sorted({row.year for row in rows})


def _text_paces(plan: Plan) -> Iterator[Finding]:
    for item in plan.indicators:
        pace = item.text_pace
        if pace is None:
            continue
        years = item.span
        table, text = yearly_cut(item.target.value, years), pace.over(years)
        yield Finding(
            f"text_pace_{item.id}",
            "conflict",
            Text("正文与指标表不一致", "Text and table differ"),
            Text(
                f"{pace.clause}年均下降{pace.rate:g}%，{years}年合{text:.2f}%；"
                f"指标表为{item.target.words}，即年均{table:.2f}%。"
                + ("" if pace.scope_stated else "正文未说明口径。"),
                f"{pace.clause} says {pace.rate:g} % a year, which is {text:.2f} % "
                f"over {years} years; the table says {item.target.words}, {table:.2f} % a year."
                + ("" if pace.scope_stated else " The text states no scope."),
            ),
            {"text": text, "table": item.target.value, "table_yearly": table},
        )


def _amendments(plan: Plan) -> Iterator[Finding]:
    for item in plan.indicators:
        if item.amended is None:
            continue
        growth = compute_growth(item)
        assert growth.amended is not None
        yield Finding(
            f"amended_{item.id}",
            "conflict",
            Text("目标后来调整", "Target changed later"),
            Text(
                f"{item.label.zh}：{item.amended.date}由{item.target.value:g}调至"
                f"{item.amended.value:g}，年均{growth.yearly:.2f}%变为{growth.amended:.2f}%。",
                f"{item.label.en}: {item.target.value:g} became {item.amended.value:g} in "
                f"{item.amended.date}; {growth.yearly:.2f} % a year became {growth.amended:.2f} %.",
            ),
            {"before": growth.yearly, "after": growth.amended},
            (item.amended.source,),
        )


def _past_pace(facts: _Facts) -> Iterator[Finding]:
    item, past = facts.indicator("energy"), facts.statement("past_energy_pace")
    if item is None or past is None:
        return
    years = item.span
    total = 100 * (1 - (1 - past.number / 100) ** years)
    table = yearly_cut(item.target.value, years)
    yield Finding(
        "past_energy_pace",
        "conflict",
        Text("目标低于过去的速度", "Target is slower than the past"),
        Text(
            f"上一规划期年均下降{past.number:g}%，{years}年合{total:.2f}%；"
            f"本规划{item.target.words}只需年均{table:.2f}%。",
            f"The period before fell {past.number:g} % a year, {total:.2f} % over {years} years; "
            f"{item.target.words} needs {table:.2f} % a year.",
        ),
        {"past": total, "target": item.target.value, "target_yearly": table},
    )


def _rd_level(facts: _Facts) -> Iterator[Finding]:
    item = facts.indicator("rd")
    if item is None:
        return
    year = item.base.year
    revenue, survey = facts.figure("revenue", year), facts.figure("rd_survey", year)
    province = facts.figure("rd_province", year)
    shared = [y for y in facts.years("manufacturing_revenue") if facts.figure("revenue", y)]
    if revenue is None or survey is None or province is None or not shared:
        return
    part_of, whole = (
        facts.figure("manufacturing_revenue", shared[0]),
        facts.figure("revenue", shared[0]),
    )
    assert part_of is not None
    assert whole is not None
    part = part_of.value / whole.value
    implied = item.start / 100 * revenue.value * part
    yield Finding(
        "rd_level",
        "conflict",
        Text("研发比重的水平高于统计口径", "The R&D ratio is above the statistical survey"),
        Text(
            f"{item.start:g}%乘以规上制造业营业收入（{revenue.value:,.0f}乘{shared[0]}年占比"
            f"{part:.1%}）约{implied:,.0f}亿元，高于全省R&D经费{province.value:,.1f}亿元；"
            f"规上工业R&D经费为{survey.value:,.1f}亿元，占营业收入"
            f"{100 * survey.value / revenue.value:.2f}%。该指标更接近会计口径的研发费用（推断）。",
            f"{item.start:g} % of above-scale manufacturing revenue ({revenue.value:,.0f} times "
            f"{part:.1%}, its part in {shared[0]}) is about {implied:,.0f}, above the R&D of the "
            f"whole province, {province.value:,.1f}; the survey of above-scale industry gives "
            f"{survey.value:,.1f}, {100 * survey.value / revenue.value:.2f} % of revenue. The "
            "indicator behaves like the accounting item (inference).",
        ),
        {
            "implied": implied,
            "province": province.value,
            "survey": survey.value,
            "survey_ratio": 100 * survey.value / revenue.value,
            "survey_over_implied": survey.value / implied,
        },
        (revenue.source, survey.source, province.source),
    )


def _patents_base(facts: _Facts) -> Iterator[Finding]:
    item = facts.indicator("patents")
    if item is None:
        return
    numbers: dict[str, float] = {}
    sources: list[str] = []
    for year in facts.years("patents"):
        stock, revenue = facts.figure("patents", year), facts.figure("revenue", year)
        if stock is not None and revenue is not None:
            numbers[str(year)] = 100 * stock.value / revenue.value
            sources += [stock.source, revenue.source]
    base = numbers.get(str(item.base.year))
    if base is None:
        return
    listed_zh = "，".join(f"{year}年{value:.1f}" for year, value in numbers.items())
    listed_en = ", ".join(f"{value:.1f} in {year}" for year, value in numbers.items())
    yield Finding(
        "patents_base",
        "conflict",
        Text("专利指标基数与公布数不符", "The printed patents base does not fit"),
        Text(
            f"公布的存量除以营业收入：{listed_zh}；规划印出{item.start:g}（{item.base.year}年）。"
            f"按规划口径判断须乘{item.start / base:.3f}，两种口径并列。",
            f"Published stock over revenue: {listed_en}; the plan prints {item.start:g} for "
            f"{item.base.year}. The plan's scale is {item.start / base:.3f} of it; both are shown.",
        ),
        {**numbers, "printed": item.start, "scale": item.start / base},
        tuple(dict.fromkeys(sources)),
    )


def _digital_base(facts: _Facts) -> Iterator[Finding]:
    item = facts.indicator("digital_core")
    if item is None:
        return
    core, gdp = facts.figure("digital_core", item.base.year), facts.figure("gdp", item.base.year)
    if core is None or gdp is None or gdp.value == 0:
        return
    share = 100 * core.value / gdp.value
    implied = item.start / 100 * gdp.value
    yield Finding(
        "digital_core_base",
        "conflict",
        Text("数字经济核心产业基数取整", "The digital base is rounded"),
        Text(
            f"{core.value:,.0f}除以{gdp.value:,.0f}为{share:.3f}%，规划印{item.start:g}%；"
            f"印出的比重对应{implied:,.0f}亿元。",
            f"{core.value:,.0f} over {gdp.value:,.0f} is {share:.3f} %; the plan prints "
            f"{item.start:g} %, which is {implied:,.0f}.",
        ),
        {"share": share, "printed": item.start, "implied": implied, "published": core.value},
        (core.source, gdp.source),
    )


def _restated_bases(facts: _Facts) -> Iterator[Finding]:
    """Published values of the base year, other than the one the plan prints."""
    for item in facts.plan.indicators:
        for row in facts.observations.series(item.id):
            if row.year != item.base.year or row.value == item.base.value:
                continue
            change = item.target.value - item.start
            basis = facts.plan.vintages.get(row.vintage) or (
                Text(row.vintage, row.vintage) if row.vintage else OTHER_BASIS
            )
            yield Finding(
                f"restated_{item.id}",
                "conflict",
                Text("基数口径不同", "Another basis of the base year"),
                Text(
                    f"{item.label.zh}：规划{item.start:g}，"
                    f"{basis.zh}口径{row.value:g}，"
                    f"相差{row.value - item.start:+.2f}；目标的变化为{change:+.2f}。",
                    f"{item.label.en}: {item.start:g} in the plan, {row.value:g} on "
                    f"{basis.en}, {row.value - item.start:+.2f}; the target "
                    f"asks for {change:+.2f}.",
                ),
                {"plan": item.start, "restated": row.value, "change": change},
                (row.source,),
            )


def _outgrowth(facts: _Facts) -> Iterator[Finding]:
    """How much faster than the rest the numerator of each share must grow."""
    needs = {
        item.id: growth.logit
        for item in facts.plan.indicators
        if (growth := compute_growth(item)).logit is not None
    }
    if not needs:
        return
    labels = {item.id: item.label for item in facts.plan.indicators}
    yield Finding(
        "outgrowth",
        "condition",
        Text("分子须快于其余部分的增速", "Shares: growth above the rest"),
        Text(
            "；".join(
                f"{labels[name].zh}每年快{value:.2f}个对数点" for name, value in needs.items()
            ),
            "; ".join(f"{labels[name].en} {value:.2f} log points" for name, value in needs.items()),
        ),
        {name: value for name, value in needs.items() if value is not None},
    )


def _floor(facts: _Facts, role: AuditRole, what: Text) -> Iterator[Finding]:
    """Nominal growth below which an amount must fall for its ratio to reach the target."""
    item = facts.indicator(role)
    if item is None:
        return
    growth = compute_growth(item).yearly
    floor = next(
        (m for m in facts.plan.milestones if m.id == facts.settings.roles.get("land_floor")), None
    )
    ruled = floor is not None and role == "land"
    yield Finding(
        f"floor_{role}",
        "condition",
        Text(f"{what.zh}不减少的条件", f"When {what.en} need not fall"),
        Text(
            f"{item.label.zh}达标而{what.zh}不减少，现价增加值须年均增长{growth:.2f}%以上"
            + (f"；{floor.clause}要求存量用地不下降。" if ruled and floor else "。"),
            f"{item.label.en} on target and {what.en} not falling need nominal value added to "
            f"grow {growth:.2f} % a year or more"
            + (f"; {floor.clause} rules that land does not fall." if ruled and floor else "."),
        ),
        {"nominal_growth": growth},
    )


def _patent_pace(facts: _Facts) -> Iterator[Finding]:
    """The fastest revenue growth that the past growth of the patent stock allows."""
    item = facts.indicator("patents")
    if item is None:
        return
    years = [year for year in facts.years("patents") if year <= item.base.year]
    if len(years) < 2:
        return
    first, last = facts.figure("patents", years[0]), facts.figure("patents", years[-1])
    assert first is not None
    assert last is not None
    past = float(yearly_growth(first.value, last.value, years[-1] - years[0]))
    needed = compute_growth(item).yearly
    room = 100 * ((1 + past / 100) / (1 + needed / 100) - 1)
    yield Finding(
        "patent_pace",
        "condition",
        Text("专利存量须快于营业收入", "Patents must outgrow revenue"),
        Text(
            f"专利存量须比营业收入年均快{needed:.2f}%；{years[0]}—{years[-1]}年年均增长{past:.1f}%，"
            f"若延续，营业收入年均增长不超过{room:.1f}%即可达标。",
            f"The stock must outgrow revenue by {needed:.2f} % a year; it grew {past:.1f} % a year "
            f"in {years[0]}-{years[-1]}. At that pace revenue may grow up to {room:.1f} % a year.",
        ),
        {"needed": needed, "past": past, "room": room},
        (first.source, last.source),
    )


def _joint(facts: _Facts) -> Iterator[Finding]:
    """The span of nominal growth over the grid, against what the ratios need."""
    plan, settings, grid = facts.plan, facts.settings, facts.settings.grid
    staff, land = facts.indicator("productivity"), facts.indicator("land")
    energy = facts.indicator("energy")
    if staff is None or land is None or energy is None or settings.share is None:
        return
    cells = [(real, price) for real in grid.real_growth for price in grid.inflation]
    nominal = [
        100 * (volume_growth(plan, "manufacturing", real, price, "current") - 1)
        for real, price in cells
    ]
    real_only = [
        100 * (volume_growth(plan, "manufacturing", real, 0.0, "constant") - 1)
        for real in grid.real_growth
    ]
    need_staff, need_land = compute_growth(staff).yearly, compute_growth(land).yearly
    cut = compute_growth(energy).yearly
    low, high = min(nominal), max(nominal)
    staff_low, staff_high = _gap(low, need_staff), _gap(high, need_staff)
    land_low, land_high = _gap(low, need_land), _gap(high, need_land)
    room = [100 * ((1 + real / 100) * (1 + cut / 100) - 1) for real in real_only]
    falling = sum(growth < need_staff for growth in nominal)
    yield Finding(
        "joint",
        "condition",
        Text("全部目标同时实现的条件", "What must hold for all targets together"),
        Text(
            f"制造业比重达标时，现价制造业增加值年均增长{low:.2f}%—{high:.2f}%；"
            f"用工年均变化{staff_low:+.2f}%—{staff_high:+.2f}%"
            f"（{len(cells)}种组合中{falling}种须减少），"
            f"用地{land_low:+.2f}%—{land_high:+.2f}%；"
            f"能耗总量还可年均增长{min(room):.2f}%—{max(room):.2f}%。"
            "价格上涨有利于按现价计的劳动生产率和亩均增加值，不利于每百亿元营业收入专利数。",
            f"With the share on target, nominal manufacturing grows {low:.2f} to {high:.2f} % a "
            f"year; staff changes {staff_low:+.2f} to {staff_high:+.2f} % a year (falling in "
            f"{falling} of {len(cells)} cells), land {land_low:+.2f} to {land_high:+.2f} %; energy "
            f"may grow {min(room):.2f} to {max(room):.2f} %. Inflation helps productivity and "
            "value added per mu, which are at current prices, and hurts patents per revenue.",
        ),
        {
            "nominal_low": low,
            "nominal_high": high,
            "staff_low": staff_low,
            "staff_high": staff_high,
            "land_low": land_low,
            "land_high": land_high,
            "energy_low": min(room),
            "energy_high": max(room),
            "cells_with_falling_staff": float(falling),
        },
    )


def _gap(growth: float, needed: float) -> float:
    """Growth in percent of an amount whose ratio grows by ``needed`` under ``growth``."""
    return 100 * ((1 + growth / 100) / (1 + needed / 100) - 1)
