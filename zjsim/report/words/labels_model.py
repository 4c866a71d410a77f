"""The words of the model's own pages: headings and table heads, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from zjsim.report.words.labels import LANGUAGES, Language

# key → (Chinese, English). Names in braces are filled in by `word`.
MODEL_WORDS: Mapping[str, tuple[str, str]] = {
    "index.title": ("模型说明：{plan}", "The model: {plan}"),
    "index.intro": (
        "由模型文件及其数据表生成，请勿手工修改。模型版本 `{hash}`。",
        "Written from the model file and its tables; do not edit by hand. Model `{hash}`.",
    ),
    "index.sectors": ("分部门", "Sectors"),
    "index.other": ("其他页面", "Other pages"),
    "index.census": ("清点", "Census"),
    "index.grades": ("常数按证据等级", "Constants by grade of evidence"),
    "index.grade_words": (
        "A 官方原文，B 官方转述，C 第三方转载，D 推导或判断，- 按定义成立。",
        "A official text, B official figure reported by others, C third-party copy, "
        "D derived or judged, - true by definition.",
    ),
    "page.levers": ("政策杠杆", "Levers"),
    "page.drivers": ("外生变量", "Drivers"),
    "page.loops": ("反馈回路", "Feedback loops"),
    "page.boundary": ("边界", "Boundary"),
    "page.sources": ("资料来源", "Sources"),
    "kind.stock": ("存量", "stock"),
    "kind.flow": ("流量", "flow"),
    "kind.auxiliary": ("辅助变量", "auxiliary"),
    "kind.lookup": ("表函数", "lookup"),
    "kind.constant": ("常数", "constant"),
    "kind.lever": ("政策杠杆", "lever"),
    "kind.driver": ("外生变量", "driver"),
    "census.kind": ("类型", "Kind"),
    "census.number": ("数量", "Number"),
    "census.which": ("名称", "Which"),
    "census.undocumented": ("缺说明", "without a sentence"),
    "census.without_unit": ("缺单位", "without a unit"),
    "census.unsourced": ("缺来源的常数", "constants without a source"),
    "census.unused": ("未使用的常数", "constants that nothing uses"),
    "census.bare_numbers": (
        "方程中的裸数字（0、1、2、100除外）",
        "bare numbers in equations, other than 0, 1, 2 and 100",
    ),
    "census.ends": ("无其他变量引用的变量", "variables that nothing else reads"),
    "sector.variables": ("变量", "Variables"),
    "sector.constants": ("常数", "Constants"),
    "sector.picture": ("存量流量图", "Stocks and flows"),
    "field.kind": ("类型", "Kind"),
    "field.unit": ("单位", "Unit"),
    "field.initial": ("初值", "Initial value"),
    "field.net_flow": ("净流量", "Net flow"),
    "field.causes": ("取决于", "Causes"),
    "field.uses": ("影响", "Uses"),
    "field.none": ("无", "none"),
    "head.name": ("名称", "Name"),
    "head.value": ("数值", "Value"),
    "head.range": ("范围", "Range"),
    "head.distribution": ("分布", "Distribution"),
    "head.grade": ("等级", "Grade"),
    "head.source": ("来源", "Source"),
    "head.note": ("说明", "Meaning and note"),
    "head.uses": ("用于", "Used by"),
    "head.lever": ("杠杆", "Lever"),
    "head.clause": ("章节", "Clause"),
    "head.path": ("默认路径", "Default path"),
    "head.cost": ("占{year}年财政盘子", "Share of the envelope of {year}"),
    "head.path_name": ("路径", "Path"),
    "head.loop": ("回路", "Loop"),
    "head.polarity": ("极性", "Polarity"),
    "head.off": ("断开方式", "Off-switch"),
    "head.variable": ("变量", "Variable"),
    "head.expected": ("预期", "Expected"),
    "head.observed": ("运行结果", "Observed"),
    "head.uncut": ("未断开", "Uncut"),
    "head.cut": ("断开", "Cut"),
    "head.surprise": ("意外", "Surprise"),
    "head.what": ("内容", "What"),
    "head.why": ("原因", "Why left out"),
    "head.instead": ("代替", "What stands for it"),
    "head.sector": ("部门", "Sector"),
    "levers.intro": (
        "0 为{year}年的力度，1 为规划原文，上限为所试的最大力度。占有份额的杠杆共用一个财政盘子。",
        "0 is the effort of {year}, 1 the plan as written, the upper end of the range the most "
        "that is tried. A lever with a share of the envelope competes for the same money.",
    ),
    "levers.outside": ("盘子之外", "outside"),
    "drivers.intro": (
        "指数以{year}年为1；各年之间直线，末年之后按增速延续并注明为外推。",
        "An index is 1 in {year}. Between years a straight line; after the last year growth is "
        "held and flagged as extrapolated.",
    ),
    "loops.intro": (
        "“断开减未断开”的符号在运行之前写下；意外保留。R 为增强，B 为调节。",
        "R reinforcing, B balancing. The sign expected of *cut minus uncut* was written before "
        "the runs; surprises are kept.",
    ),
    "loops.run": ("检验情景", "Tested on"),
    "loops.reason": ("理由", "Why expected"),
    "loops.holds": ("相符", "as expected"),
    "loops.fails": ("不符", "not as expected"),
    "loops.picture": ("因果回路图", "Causal loops"),
    "boundary.intro": (
        "内生、外生两栏由模型与数据表得出；排除一栏来自 `boundary.yaml`。",
        "What is inside and what is given is read from the model and its tables; what is left "
        "out stands in `boundary.yaml`.",
    ),
    "boundary.endogenous": ("内生", "Inside: computed by the model"),
    "boundary.exogenous": ("外生", "Given from outside"),
    "boundary.excluded": ("排除", "Left out, and why"),
    "sources.intro": (
        "`definition` 表示按定义成立，`assumption` 表示建模者判断。",
        "`definition` means true by convention, `assumption` a judgement of the modeller.",
    ),
}


def word(key: str, language: Language = "en", **values: object) -> str:
    """The words for ``key`` in ``language``, with names in braces filled in."""
    text = MODEL_WORDS[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text
