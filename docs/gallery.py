"""The gallery: every kind of chart, drawn in both languages: ``python docs/gallery.py [KIND...]``.

The pictures are kept, because some take minutes to compute; the page that shows them is renewed by
``docs/generate.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import zjsim
from zjsim.report.output.gallery import KINDS, Kind, draw_charts, source_of

FOLDER = Path(__file__).resolve().parent / "images" / "gallery"
SCENARIOS = ("baseline", "late_start", "digital_sprint")
DPI = 80
# What a kind shows, for the Chinese page.
SHOWS = {
    "board": "一个情景的全部指标，每项一小图，附图例和达成情况。",
    "indicator": "单项指标的大图。",
    "targets": "全部指标置于同一标尺：0为基期，100为目标。",
    "progress": "各项指标进度与时间进度对照，附进展用语。",
    "comparison": "多个情景对照：每项指标一小图，每个情景一行，竖线为目标。",
    "fan": "一项指标的历年分布：抽样结果的50%、75%和95%区间。",
    "probabilities": "各项目标、全部约束性目标和全部目标的达成概率。",
    "learning": "逐年可知的各项目标达成概率。",
    "tornado": "各项输入取区间两端时一项指标的变化，由大到小排列。",
    "stock-flow": "模型一个部门的存量和流量，及各流量的决定因素。",
    "loops": "模型中有名称的反馈回路及其各环节的方向。",
}


def main(names: list[str]) -> None:
    """Draw the kinds named, or all."""
    plan = zjsim.open_plan()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or KINDS:
        draw(plan, KINDS[name])


def draw(plan: zjsim.OpenPlan, kind: Kind) -> None:
    """One kind in both languages, computed once; of several pictures the first."""
    several = SCENARIOS if kind.of == "assessments" else SCENARIOS[:1]
    read = [plan.read_scenario(name) for name in several]
    source = source_of(kind, plan, read, 1024, None, probability=True)
    choice = plan.plan.indicator(2).id if kind.choice == "indicator" else None
    for language in ("en", "zh"):
        figure = draw_charts(kind, source, choice, language)[0].figure
        figure.savefig(FOLDER / f"{kind.name}-{language}.png", dpi=DPI)


def page(language: str) -> str:
    """The entries of the page: picture, what it shows, command and function."""
    text = []
    for kind in KINDS.values():
        shows = kind.shows.replace("``", "`") if language == "en" else SHOWS[kind.name]
        several = " ".join(SCENARIOS) if kind.of == "assessments" else SCENARIOS[0]
        more = " --indicator 2" if kind.choice == "indicator" else ""
        said = " --lang zh" if language == "zh" else ""
        link = f"`zjsim.{kind.function}`"
        if language == "en":
            link = f"[{link}](../reference/python.md#{kind.function})"
        text.append(
            f"## {kind.name}\n\n{shows}\n\n"
            f"![{shows}](../images/gallery/{kind.name}-{language}.png){{ loading=lazy }}\n\n"
            f"```sh\nzjsim plot {kind.name} {several}{more}{said}\n```\n\n{link}\n"
        )
    return "\n".join(text)


if __name__ == "__main__":
    main(sys.argv[1:])
