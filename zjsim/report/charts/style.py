"""The house style: font, colours and shapes that keep their meaning from chart to chart.

Nothing here changes matplotlib's global settings or its backend: every chart is drawn inside
``house()`` and on figures made without pyplot, so a user's notebook stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from io import BytesIO
from os import PathLike
from typing import Any

import matplotlib as mpl
from matplotlib import style as mpl_style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from zjsim.assessment.progress import Verdict
from zjsim.errors import RunError, did_you_mean
from zjsim.language import TYPOGRAPHY, Language
from zjsim.model.names import identifier
from zjsim.plaintext import plain
from zjsim.report.charts.font import font_file
from zjsim.report.tables.rows import Report
from zjsim.report.words.labels import label, localised
from zjsim.report.words.line_breaks import LONGEST_WORD
from zjsim.report.words.line_breaks import ems as _ems
from zjsim.report.words.line_breaks import wrap as _wrap
from zjsim.report.words.numbers import format_number

# Charts take all they need from here.
ems, wrap = _ems, _wrap

# Okabe and Ito's colours, which people with any common colour blindness can tell apart.
INK = "#222222"
MUTED = "#6b6b6b"
FAINT = "#b8b8b8"
HAIRLINE = "#e3e3e3"
BLUE = "#0072B2"
SKY = "#56B4E9"
GREEN = "#009E73"
ORANGE = "#E69F00"
PALE_ORANGE = "#FBE6B5"
PALE_BLUE = "#DCEBF5"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
SEPARATOR = "  |  "

# verdict → colour and marker: shape and word say it without the colour.
VERDICT_COLOUR: dict[Verdict, str] = {
    Verdict.MET: GREEN,
    Verdict.ABOVE_BAND: BLUE,
    Verdict.MISSED: VERMILLION,
    Verdict.UNDECIDABLE: "#9a6a00",
    Verdict.MISSING: MUTED,
}
VERDICT_MARKER: dict[Verdict, str] = {
    Verdict.MET: "o",
    Verdict.ABOVE_BAND: "^",
    Verdict.MISSED: "X",
    Verdict.UNDECIDABLE: "s",
    Verdict.MISSING: "_",
}

LETTERS = 9.0
# Chinese fonts of other machines, in the order in which a viewer of an SVG picture looks.
FALLBACKS = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei",
             "PingFang SC")  # fmt: skip

RULES: dict[str, Any] = {
    "font.size": LETTERS,
    "text.hinting": "no_hinting",
    "axes.unicode_minus": False,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": MUTED,
    "axes.titlelocation": "left",
    "axes.titlesize": 11.0,
    "axes.axisbelow": True,
    "text.color": INK,
    # Names are text: a dollar sign in one begins no formula.
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "grid.color": HAIRLINE,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "auto",
    "svg.hashsalt": "zjsim",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}

# How a header is placed: from a corner of the axes, so many points away.
ABOVE_AXES: dict[str, Any] = {
    "xycoords": "axes fraction",
    "textcoords": "offset points",
    "annotation_clip": False,
}

# What a user may lay over the house style: settings of matplotlib, or one of its styles by name
# or path.
Style = Mapping[str, Any] | str | PathLike[str] | None


class HouseFigure(Figure):
    """A figure that shows itself in a notebook without pyplot, and is written in the house style.

    The words of an SVG picture are text; a name is text in every picture.
    """

    def draw(self, renderer: Any) -> None:
        """Draw the figure with nothing hidden in its words."""
        for words in self.findobj(Text):
            words.set_text(plain(words.get_text(), LONGEST_WORD))
        super().draw(renderer)

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Write the picture; the arguments are matplotlib's."""
        kind = str(kwargs.get("format") or str(fname).rpartition(".")[2]).lower()
        with house(), editable(self) if kind == "svg" else nullcontext():
            super().savefig(fname, **kwargs)

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


@contextmanager
def editable(figure: Figure) -> Iterator[None]:
    """Write the words of an SVG picture as text, which can be searched and edited.

    Where the font that zjsim brings along is not installed, another Chinese one is shown.
    Thickened words would be outlines; they are thin meanwhile.
    """
    texts: list[Any] = figure.findobj(Text)
    kept = [(text.get_path_effects(), text.get_fontfamily()) for text in texts]
    for text in texts:
        text.set_path_effects([])
        text.set_fontfamily([*text.get_fontfamily(), "sans-serif"])
    with mpl.rc_context({"svg.fonttype": "none", "font.sans-serif": [*FALLBACKS, "DejaVu Sans"]}):
        yield
    for text, (effects, family) in zip(texts, kept, strict=True):
        text.set_path_effects(effects)
        text.set_fontfamily(family)


@lru_cache(maxsize=1)
def font_name() -> str:
    """Register the font that zjsim brings along and return its family name."""
    path = font_file()
    fontManager.addfont(path)
    return str(FontProperties(fname=path).get_name())


@contextmanager
def restored(rules: Any = None) -> Iterator[None]:
    """Settings of matplotlib, with ``rules`` over them; restored afterwards.

    But one: the first figure of a notebook wakes its backend, which makes pyplot interactive.
    Undone, neither the next chart nor any of the user's own would be shown.
    """
    interactive = mpl.is_interactive()
    with mpl.rc_context(rules):
        yield
        interactive = mpl.is_interactive()
    mpl.interactive(interactive)


@contextmanager
def house(more: Style = None) -> Iterator[None]:
    """Draw in the house style and a style of the user's on top; undone as by `restored`."""
    with restored({**RULES, "font.family": [font_name()]}):
        if more is not None:
            _use(more)
        yield


def _use(more: Any) -> None:
    """A style of the user's; tick labels follow its labels, and Chinese keeps its font."""
    if isinstance(more, Mapping) and (unknown := [key for key in more if key not in mpl.rcParams]):
        hint = did_you_mean(str(unknown[0]), list(mpl.rcParams)) or "matplotlib.rcParams has all."
        raise RunError(f"style: {unknown[0]}: no such setting of matplotlib. {hint}")
    try:
        mpl_style.use(more)
    except (OSError, KeyError, ValueError) as problem:
        if isinstance(more, Mapping):
            raise RunError(f"style: {problem}.") from None
        raise RunError(
            f"style: {more} is none of matplotlib's styles and no .mplstyle file ({problem})."
        ) from None
    settings: Any = mpl.rcParams
    for axis in ("xtick", "ytick"):
        if settings[f"{axis}.labelcolor"] == MUTED:
            settings[f"{axis}.labelcolor"] = settings["axes.labelcolor"]
    own = [more["font.family"]] if isinstance(more, Mapping) and "font.family" in more else []
    settings["font.family"] = [*own, font_name()]


def points(size: float) -> float:
    """A length that goes with the letters: so much at the house's font size of 9."""
    return size * (float(mpl.rcParams["font.size"]) / LETTERS)


def stroke(size: float) -> float:
    """A width of a line or mark: ``size``, or less where the letters are smaller than usual."""
    return min(points(size), size)


def ink() -> Any:
    """The colour of words and of what was observed."""
    return mpl.rcParams["text.color"]


def muted() -> Any:
    """The colour of what stands back."""
    return mpl.rcParams["axes.labelcolor"]


def faint() -> Any:
    """The colour of what is hardly there."""
    return mpl.rcParams["axes.edgecolor"]


def paper() -> Any:
    """The colour that lines and hollow marks are drawn on."""
    return mpl.rcParams["axes.facecolor"]


def new_figure(width: float, height: float) -> HouseFigure:
    """An empty figure of so many inches, drawn without a window."""
    figure = HouseFigure(figsize=(width, height), dpi=100)
    FigureCanvasAgg(figure)
    return figure


def new_axes(width: float, height: float) -> Axes:
    """Axes on a new figure; in a notebook the cell shows it, as it would with pyplot."""
    backend = str(mpl.get_backend(auto_select=False) or "")
    if any(name in backend.lower() for name in ("inline", "ipympl", "nbagg", "widget")):
        from matplotlib import pyplot

        return pyplot.figure(figsize=(width, height)).add_subplot()
    return new_figure(width, height).add_subplot()


@contextmanager
def drawing(
    width: float, height: float, figure: Any = None, figsize: tuple[float, float] | None = None
) -> Iterator[Any]:
    """A figure for a picture of so many inches; on another size its letters go with it."""
    with mpl.rc_context():
        if figure is None:
            wide, high = figsize or (points(width), points(height))
            figure = new_figure(wide, high)
            part = 1.0 if figsize is None else min(wide / width, high / height)
        else:
            wide, high = inches(figure)
            part = min(wide / width, high / height)
        mpl.rcParams["font.size"] = mpl.rcParams["font.size"] * part
        yield figure


def gid(kind: str, *names: str) -> str:
    """The name of a shape in an SVG picture: ``stock-net_capital``."""
    return "-".join([kind, *map(identifier, names)])


def figure_of(ax: Axes) -> Any:
    """The whole figure that axes stand on, also from within a sub-figure."""
    return ax.get_figure(root=True)


def quiet_axes(ax: Axes, grid: str = "y") -> None:
    """Remove tick marks and all grid lines but those along one axis (``x``, ``y``, ``none``).

    Font and colours are set on the axes, because ticks are made when the figure is drawn, and
    that may happen outside the house style.
    """
    ax.tick_params(length=0, labelfontfamily=font_name())
    for name in ("left", "right", "top"):
        ax.spines[name].set_visible(False)
    settings: Any = mpl.rcParams
    for axis in ("x", "y"):
        ax.tick_params(axis=axis, labelcolor=settings[f"{axis}tick.labelcolor"])
    for spine in ax.spines.values():
        spine.set(edgecolor=settings["axes.edgecolor"], linewidth=settings["axes.linewidth"])
    ax.set_axisbelow(settings["axes.axisbelow"])
    if grid != "none":
        look = {"color": settings["grid.color"], "linewidth": settings["grid.linewidth"]}
        ax.grid(True, axis="x" if grid == "x" else "y", **look)


def axis_words(ax: Axes, words: str) -> None:
    """What the x axis counts; the label of axes that are given has a font of its own."""
    ax.set_xlabel(
        words, fontsize=points(8.5), color=muted(), fontfamily=mpl.rcParams["font.family"]
    )


def strong(text: Any, weight: float = 0.35) -> Any:
    """Thicken a text a little: the font has one weight only."""
    from matplotlib.patheffects import Normal, Stroke

    text.set_path_effects([Stroke(linewidth=weight, foreground=text.get_color()), Normal()])
    return text


def verdict_mark(ax: Axes, x: float, y: float, verdict: Verdict, size: float = 7, **kw: Any) -> Any:
    """The shape of a verdict at a point; the verdict's word is its ``gid``."""
    colour = VERDICT_COLOUR[verdict]
    hollow = verdict == "undecidable"
    return ax.plot(
        [x],
        [y],
        VERDICT_MARKER[verdict],
        markersize=size,
        markerfacecolor=paper() if hollow else colour,
        markeredgecolor=colour if hollow or verdict == "missing" else paper(),
        markeredgewidth=stroke(1.4 if hollow or verdict == "missing" else 0.6),
        clip_on=False,
        linestyle="none",
        **{"gid": str(verdict), **kw},
    )[0]


def scenario_words(report: Report, language: Language) -> str:
    """The scenario's label with its name, or the name alone."""
    return _scenario(report.scenario_label, report.scenario, language)


def scenario_title(runs: Any, language: Language) -> str:
    """The same of runs, which have a ``name`` and a ``label``."""
    return _scenario(runs.label, runs.name, language)


def _scenario(words: object, name: str, language: Language) -> str:
    """``Scenario: label (name)``, in the brackets of the language."""
    said = localised(words, language)
    if not said or said == name:
        return label("note.scenario", language, scenario=name)
    shown = said + TYPOGRAPHY[language].bracketed(name)
    return label("note.scenario", language, scenario=shown)


def source_line(report: Report, language: Language) -> str:
    """Scenario, run id and the standing caution, as one line under a chart."""
    run = label("note.run", language, run=report.run_id) if report.run_id else ""
    more = localised(report.footnote, language)
    return footer_line(language, scenario_words(report, language), run, more)


def footer_line(language: Language, *parts: str) -> str:
    """What there is of ``parts`` and the standing caution, in one line."""
    return SEPARATOR.join([*filter(None, parts), label("note.unofficial", language)])


def add_title(figure: Any, title: str, subtitle: str = "") -> None:
    """Put a title, and a smaller line under it, at the top left of a figure."""
    width, height = inches(figure)
    room = (width - points(0.32)) * 72
    size = min(points(15), room / max(ems(title), 1))
    strong(
        figure.text(points(0.16) / width, 1 - points(0.18) / height, title, fontsize=size, va="top")
    )
    if subtitle:
        size = min(points(10), room / ems(subtitle))
        figure.text(
            points(0.16) / width, 1 - points(0.52) / height, subtitle, fontsize=size, va="top",
            color=muted(),
        )  # fmt: skip


def add_footer(figure: Any, text: str) -> int:
    """Put the source line at the bottom left of a figure; the number of its lines."""
    width, height = inches(figure)
    wrapped = footer_lines(text, width)
    figure.text(
        points(0.16) / width, points(0.12) / height, wrapped, fontsize=points(7.5), color=muted(),
        va="bottom", linespacing=1.25,
    )  # fmt: skip
    return wrapped.count("\n") + 1


def footer_lines(text: str, width: float) -> str:
    """The source line as it is broken on a figure of so many inches."""
    return wrap(text, (width - points(0.5)) * 72 / points(7.5))


def inches(figure: Any) -> tuple[float, float]:
    """Width and height of a figure or of a part of one."""
    root = figure.get_figure(root=True)
    return figure.bbox.width / root.dpi, figure.bbox.height / root.dpi


def tick_formatter(ax: Axes, axis: str, decimals: int) -> FuncFormatter:
    """Ticks with whole numbers where all are whole, otherwise with the unit's decimals."""

    def show(value: float, _: object) -> str:
        ticks = ax.get_yticks() if axis == "y" else ax.get_xticks()
        whole = all(abs(tick - round(tick)) < 1e-9 for tick in ticks)
        return format_number(value, 0 if whole else max(decimals, 1))

    return FuncFormatter(show)


def diamond(amended: bool = False) -> dict[str, Any]:
    """How a target is marked; a lighter one for a target as amended later."""
    return {
        "marker": "D", "linestyle": "none",
        "markerfacecolor": PALE_ORANGE if amended else ORANGE,
        "markeredgecolor": muted() if amended else ink(), "markeredgewidth": stroke(0.9),
    }  # fmt: skip
