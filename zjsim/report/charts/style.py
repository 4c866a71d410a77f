"""The house style: font, colours and shapes that keep their meaning from chart to chart.

Nothing here changes matplotlib's global settings or its backend: every chart is drawn inside
``house()`` and on figures made without pyplot, so a user's notebook stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from io import BytesIO
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.text import Text as Words
from matplotlib.ticker import FuncFormatter

from zjsim.assessment.progress import Verdict
from zjsim.language import TYPOGRAPHY, Language
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

RULES: dict[str, Any] = {
    "font.size": 9.0,
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
    "savefig.facecolor": "white",
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

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class HouseFigure(Figure):
    """A figure that shows itself in a notebook without pyplot, and names as text."""

    def draw(self, renderer: Any) -> None:
        for artist in self.findobj(Words):
            artist.set_text(plain(artist.get_text(), LONGEST_WORD))
        super().draw(renderer)

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        with house():
            self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


@lru_cache(maxsize=1)
def font_name() -> str:
    """Register the font that zjsim brings along and return its family name."""
    path = font_file()
    fontManager.addfont(path)
    return str(FontProperties(fname=path).get_name())


@contextmanager
def house() -> Iterator[None]:
    """Draw in the house style; every setting is restored afterwards.

    But one: the first figure of a notebook wakes its backend, which makes pyplot interactive.
    Undone, neither the next chart nor any of the user's own would be shown.
    """
    rules: Any = {**RULES, "font.family": [font_name()]}
    interactive = mpl.is_interactive()
    with mpl.rc_context(rules):
        yield
        interactive = mpl.is_interactive()
    mpl.interactive(interactive)


def styled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run a chart function in the house style."""

    @wraps(function)
    def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with house():
            return function(*args, **kwargs)

    return wrapper


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


def figure_of(ax: Axes) -> Any:
    """The whole figure that axes stand on, also from within a sub-figure."""
    return ax.get_figure(root=True)


def quiet_axes(ax: Axes, grid: str = "y") -> None:
    """Remove tick marks and all grid lines but those along one axis (``x``, ``y``, ``none``).

    The label font is set by name, because ticks are made when the figure is drawn, and that
    may happen outside the house style.
    """
    ax.tick_params(length=0, labelfontfamily=font_name())
    for name in ("left", "right", "top"):
        ax.spines[name].set_visible(False)
    if grid != "none":
        ax.grid(True, axis="x" if grid == "x" else "y")


def strong(text: Any, weight: float = 0.35) -> Any:
    """Thicken a text a little: the font has one weight only."""
    from matplotlib.patheffects import Normal, Stroke

    text.set_path_effects([Stroke(linewidth=weight, foreground=text.get_color()), Normal()])
    return text


def verdict_mark(ax: Axes, x: float, y: float, verdict: Verdict, size: float = 7, **kw: Any) -> Any:
    """The shape of a verdict at a point."""
    colour = VERDICT_COLOUR[verdict]
    hollow = verdict == "undecidable"
    return ax.plot(
        [x],
        [y],
        VERDICT_MARKER[verdict],
        markersize=size,
        markerfacecolor="white" if hollow else colour,
        markeredgecolor=colour if hollow or verdict == "missing" else "white",
        markeredgewidth=1.4 if hollow or verdict == "missing" else 0.6,
        clip_on=False,
        linestyle="none",
        **kw,
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
    width, height = figure.get_figwidth(), figure.get_figheight()
    strong(figure.text(0.16 / width, 1 - 0.18 / height, title, fontsize=15, va="top"))
    if subtitle:
        figure.text(0.16 / width, 1 - 0.52 / height, subtitle, fontsize=10, va="top", color=MUTED)


def add_footer(figure: Any, text: str) -> int:
    """Put the source line at the bottom left of a figure; the number of its lines."""
    width, height = figure.get_figwidth(), figure.get_figheight()
    wrapped = wrap(text, (width - 0.5) * 72 / 7.5)
    figure.text(
        0.16 / width, 0.12 / height, wrapped, fontsize=7.5, color=MUTED, va="bottom",
        linespacing=1.25,
    )  # fmt: skip
    return wrapped.count("\n") + 1


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
        "markeredgecolor": MUTED if amended else INK, "markeredgewidth": 0.9,
    }  # fmt: skip
