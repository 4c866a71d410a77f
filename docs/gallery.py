"""The gallery: every kind of chart, drawn in both languages: ``python docs/gallery.py [KIND...]``.

The pictures are kept, because some take minutes to compute; the page that shows them is renewed by
``docs/generate.py``.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from zjsim.report.output.gallery import KINDS

FOLDER = Path(__file__).resolve().parent / "images" / "gallery"
WIDEST = 1000  # pixels across
SEVERAL = "baseline late_start digital_sprint"
STUDY = """\
name: study
scenarios: [baseline, late_start]
matrix:
  levers.water: [1, 1.4]
"""
# What is drawn of a kind, and in Chinese what it shows.
ENTRIES = {
    "board": ("baseline", "一个情景的全部指标，每项一小图，附图例和达成情况。"),
    "indicator": ("baseline --indicator 2", "单项指标的大图。"),
    "targets": ("baseline", "全部指标置于同一标尺：0为基期，100为目标。"),
    "progress": ("baseline", "各项指标进度与时间进度对照，附进展用语。"),
    "comparison": (SEVERAL, "多个情景对照：每项指标一小图，每个情景一行，竖线为目标。"),
    "fan": ("baseline --indicator 2", "一项指标的历年分布：抽样结果的50%、75%和95%区间。"),
    "probabilities": (
        "baseline late_start",
        "各项目标、全部约束性目标和全部目标的达成概率，多个情景并列。",
    ),
    "learning": ("baseline", "逐年可知的各项目标达成概率。"),
    "tornado": ("baseline --indicator 2", "各项输入取区间两端时一项指标的变化，由大到小排列。"),
    "wedges": (
        "baseline --indicator 8",
        "一项指标历年变化的来源：外部环境、政策、反馈回路和趋势。",
    ),
    "decomposition": ("baseline", "各项指标到目标年份变化的来源，每项一行。"),
    "chance-parts": ("baseline", "哪些因素提高或降低各项目标的达成概率。"),
    "frontier": ("baseline --targets binding", "追加多少力度，可换来所选目标同时达成的多大概率。"),
    "study": ("study.yaml", "一项研究的矩阵：行为目标，列为算例；达成与否，或达成的比例。"),
    "variable": (
        "labour_productivity baseline late_start",
        "模型任一变量的历年走势，每个情景一条线。",
    ),
    "levers": ("late_start", "各项政策要求的力度，及历年实际落实的程度。"),
    "drivers": ("baseline", "各项外部条件的路径、抽样区间和已公布的实际数。"),
    "discover": ("baseline -n 512", "规划在哪些不确定情形下会落空：各区域的界限与全部区间对照。"),
    "robust": (
        "baseline late_start frozen_effort -n 256",
        "同一批情形下各项策略的达成比例和遗憾值。",
    ),
    "stock-flow": ("baseline", "模型一个部门的存量和流量，及各流量的决定因素。"),
    "loops": ("baseline", "模型中有名称的反馈回路及其各环节的方向。"),
}


def main(names: list[str]) -> None:
    """Draw the kinds named, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or KINDS:
        for language in ("en", "zh"):
            draw(name, language)


def draw(name: str, language: str) -> None:
    """One picture, by the command that the page shows; of several the first."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "study.yaml").write_text(STUDY, encoding="utf-8")
        words = [*shlex.split(command(name, language)), "--out", "charts"]
        subprocess.run([sys.executable, "-m", *words], cwd=place, check=True)
        picture = Image.open(min(Path(place).glob("charts/*.png"))).convert("RGB")
        picture.thumbnail((WIDEST, WIDEST))
        picture.save(FOLDER / f"{name}-{language}.png", optimize=True)


def command(name: str, language: str) -> str:
    """The command that draws the picture."""
    return f"zjsim plot {name} {ENTRIES[name][0]}" + (" --lang zh" if language == "zh" else "")


def page(language: str) -> str:
    """The entries of the page: picture, what it shows, command and function."""
    text = []
    for kind in KINDS.values():
        shows = kind.shows.replace("``", "`") if language == "en" else ENTRIES[kind.name][1]
        link = f"`zjsim.{kind.function}`"
        if language == "en":
            link = f"[{link}](../reference/python.md#{kind.function})"
        name = f"{kind.name}-{language}.png"
        picture = f"![{shows}](../images/gallery/{name}){{ loading=lazy }}\n\n"
        text.append(
            f"## {kind.name}\n\n{shows}\n\n"
            # A kind that nobody has drawn yet is named with its command.
            f"{picture if (FOLDER / name).is_file() else ''}"
            f"```sh\n{command(kind.name, language)}\n```\n\n{link}\n"
        )
    return "\n".join(text)


if __name__ == "__main__":
    main(sys.argv[1:])
