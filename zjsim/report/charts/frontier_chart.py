"""Effort against the share of worlds that it buys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from zjsim.errors import RunError
from zjsim.language import TYPOGRAPHY, Language, chosen_language
from zjsim.prepare import prepare
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Frame, Origin, Room, Size, canvas
from zjsim.report.charts.style import Style, house, points, stroke
from zjsim.report.words.labels import label
from zjsim.workflow import label_of, run_hash, run_name

if TYPE_CHECKING:
    from zjsim.analysis.deciding.answer import Backcast

FRONTIER = Frame(8.6, 5.2, left=0.1, right=0.94, top=0.81, bottom=0.2)


@dataclass(frozen=True, slots=True)
class FrontierData:
    """Effort and the share of worlds it buys, and what was asked.

    Parameters
    ----------
    points : tuple of (float, float)
        Effort, and parts of one of the worlds, by rising effort; the first is the scenario.
    answer : (float, float)
        The setting that was found.
    met : bool
        Whether it reaches the share that was wanted.
    wanted : float
        Parts of one.
    rule : {"budget", "steps", "equal"}
        What effort counts.
    targets : tuple of int
        Numbers of the targets that are met together.
    origin : Origin
    """

    points: tuple[tuple[float, float], ...]
    answer: tuple[float, float]
    met: bool
    wanted: float
    rule: str
    targets: tuple[int, ...]
    origin: Origin

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a point."""
        return ["effort", "share_of_worlds"], [list(point) for point in self.points]


def frontier_data(found: Backcast) -> FrontierData:
    """What `plot_frontier` draws.

    Raises
    ------
    RunError
        When the backcast was of one run, or its scenario has the share already.
    """
    name = found.before.name
    if found.probability is None:
        raise RunError(f"{name}: a frontier needs a probability; ask for one, such as 0.8.")
    if len(found.frontier) < 2:
        raise RunError(
            f"{name}: no effort buys a higher share of worlds than the {found.share_before:.0%} of "
            "the scenario itself, or none is needed. Ask for a higher probability or other targets."
        )
    resolved = prepare(found.plan, found.before).resolved
    run = run_name(name, run_hash(found.plan, resolved))
    label_words, seed = label_of(found.before), found.before.sampling.seed
    return FrontierData(
        points=tuple((float(cost), float(share)) for cost, share in found.frontier),
        answer=(found.cost, found.share),
        met=found.answer is not None,
        wanted=found.probability,
        rule=found.cost_rule,
        targets=tuple(item.number for item in found.targets),
        origin=Origin(name, label_words, run, found.worlds, seed),
    )


def plot_frontier(
    found: Backcast | FrontierData,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """How much additional effort buys which probability of meeting chosen targets together.

    Parameters
    ----------
    found : Backcast or FrontierData
        As `backcast` returns it when it is asked with a probability.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title and footer.
    figsize : (float, float) or None
        Inches of that figure.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Axes
        Of matplotlib, in the units of effort and in percent; ``axes.figure.savefig(path)`` writes
        the picture.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.backcast("zhejiang", targets=[8], probability=0.6, worlds=32, starts=1,
    ...                        prices=False)
    >>> axes = zjsim.plot_frontier(found, "en")
    """
    words = chosen_language(language)
    data = found if isinstance(found, FrontierData) else frontier_data(found)
    footer = data.origin.footer(words)
    numbers = TYPOGRAPHY[words].comma.join(map(str, data.targets))
    one = "_one" if len(data.targets) == 1 else ""
    heading = label(f"frontier.title{one}", words, targets=numbers)
    subtitle = house_style.SEPARATOR.join([data.origin.title(words), label("frontier.note", words)])
    with house(style), canvas(ax, FRONTIER, figsize, title, footer, (0.8, 0.1)) as at:
        at.make_room(Room(left=52, right=40, top=10, bottom=40))
        draw_frontier(at.ax, data, words)
        at.finish(heading, subtitle, footer)
    return at.ax


def draw_frontier(ax: Axes, data: FrontierData, language: Language) -> None:
    """The frontier, the share wanted, and both ends of the way by name; axes as they are."""
    # Budgets are parts of the fiscal envelope.
    scale = 100.0 if data.rule == "budget" else 1.0
    costs, shares = (np.array(column) for column in zip(*data.points, strict=True))
    ax.axhline(
        100 * data.wanted, color=house_style.ORANGE, lw=stroke(1.6), ls=(0, (4, 2)), zorder=1,
        gid="wanted", label=label("frontier.wanted", language, share=f"{data.wanted:.0%}"),
    )  # fmt: skip
    ax.plot(
        scale * costs, 100 * shares, "-o", color=house_style.BLUE, lw=stroke(2), ms=stroke(4.5),
        zorder=3, gid="frontier", label=label("frontier.line", language),
    )  # fmt: skip
    colour = house_style.GREEN if data.met else house_style.VERMILLION
    ax.plot(
        [scale * data.answer[0]], [100 * data.answer[1]], "o" if data.met else "X",
        color=colour, ms=stroke(9), zorder=5, gid="answer", mec=house_style.paper(),
        label=label("frontier.met" if data.met else "frontier.nearest", language),
    )  # fmt: skip
    house_style.quiet_axes(ax)
    ax.tick_params(labelsize=points(8))
    ax.margins(x=0.05)
    top = max(100 * data.wanted, 100 * float(shares.max()))
    low = 100 * float(shares.min())
    ax.set_ylim(max(low - 0.18 * (top - low) - 1, 0), min(top + 0.2 * (top - low) + 2, 104))
    ax.set_xlim(left=-0.04 * scale * float(costs.max()), right=1.12 * scale * float(costs.max()))
    _words(ax, data, language, scale)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}%"))
    house_style.axis_words(ax, label(f"frontier.effort_{data.rule}", language))


def _words(ax: Axes, data: FrontierData, language: Language, scale: float) -> None:
    """The scenario, the share wanted and the answer, beside their marks."""
    start, share = data.points[0]
    cost = f"{100 * data.answer[0]:.2f}%" if data.rule == "budget" else f"{data.answer[0]:.3g}"
    key = "answer" if data.met else "nearest_answer"
    said = label(f"frontier.{key}", language, cost=cost, share=f"{data.answer[1]:.0%}")
    own = label("frontier.start", language, share=f"{share:.0%}")
    wanted = label("frontier.wanted", language, share=f"{data.wanted:.0%}")
    at: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    ax.annotate(
        own, (scale * start, 100 * share), xytext=(8, -4), va="top", fontsize=points(9),
        color=house_style.ink(), **at,
    )  # fmt: skip
    ax.annotate(
        wanted, (0, 100 * data.wanted), xycoords=("axes fraction", "data"), xytext=(4, 4),
        fontsize=points(8.6), color=house_style.muted(), **at,
    )  # fmt: skip
    ax.annotate(
        said, (scale * data.answer[0], 100 * data.answer[1]), xytext=(2, 9), va="bottom",
        ha="right", fontsize=points(9.5), color=house_style.ink(), **at,
    )  # fmt: skip
