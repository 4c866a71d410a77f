"""Charts of probabilities: of one scenario's targets, and of several scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from zjsim.errors import RunError
from zjsim.language import Language, chosen_language
from zjsim.report.charts import parts
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import (
    Edge,
    Frame,
    Origin,
    Room,
    Size,
    canvas,
    name_rows,
    right_edges,
)
from zjsim.report.charts.ensemble_charts import both, numbered, origin_of_many
from zjsim.report.charts.style import Style, house, points, stroke
from zjsim.report.words.labels import label, localised

if TYPE_CHECKING:
    from zjsim.ensembles.run import EnsembleRuns

# More scenarios than these are told apart by nobody.
SHAPES = "osD^v"
COLOURS = ("#0072B2", "#CC6677", "#44AA99", "#AA4499", "#999933")
JOINT = 0.5  # how far the joint probabilities stand apart, in rows


@dataclass(frozen=True, slots=True)
class Chance:
    """The share of runs that meet something, in parts of one, with its sampling error."""

    name: object
    value: float
    low: float
    high: float
    joint: bool = False


@dataclass(frozen=True, slots=True)
class ProbabilityData:
    """A chance a target, then of the binding ones together and of all together."""

    chances: tuple[Chance, ...]
    origin: Origin

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a chance."""
        rows = [[localised(c.name, language), c.value, c.low, c.high] for c in self.chances]
        return ["target", "probability", "low", "high"], rows


@dataclass(frozen=True, slots=True)
class SeveralProbabilities:
    """The chances of several scenarios, each with the same targets in the same order."""

    scenarios: tuple[ProbabilityData, ...]

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a target and scenario."""
        rows = []
        for one in self.scenarios:
            heads, own = one.table(language)
            rows += [[one.origin.name, *row] for row in own]
        return ["scenario", *heads], rows

    def footer(self, language: Language) -> str:
        """The runs, their draws and the standing caution."""
        origins = [one.origin for one in self.scenarios]
        runs = label("note.run", language, run=", ".join(origin.run_id for origin in origins))
        # Scenarios may have draws of their own number and seed.
        said = dict.fromkeys(
            label("note.draws", language, draws=f"{origin.draws:,}", seed=origin.seed)
            for origin in origins
        )
        return house_style.footer_line(language, runs, *said)


def probabilities_data(
    runs: EnsembleRuns | Sequence[EnsembleRuns],
) -> ProbabilityData | SeveralProbabilities:
    """What `plot_probabilities` draws: of one scenario, or of several side by side.

    Raises
    ------
    RunError
        When there are more scenarios than can be told apart.
    """
    several = list(runs) if isinstance(runs, Sequence) else [runs]
    if len(several) > len(SHAPES):
        raise RunError(
            f"{len(several)} scenarios in one chart cannot be told apart; name at most "
            f"{len(SHAPES)}."
        )
    found = tuple(map(_of_one, several))
    return found[0] if len(found) == 1 else SeveralProbabilities(found)


def _of_one(runs: EnsembleRuns) -> ProbabilityData:
    from zjsim.analysis.uncertainty.statistics import statistics_of

    found = statistics_of(runs).probabilities
    named: list[tuple[object, Any, bool]] = [
        (numbered(item), share, False)
        for item, share in zip(runs.plan.plan.indicators, found.targets, strict=True)
    ]
    named += [
        (both(label(f"group.{key}", "zh"), label(f"group.{key}", "en")), share, True)
        for key, share in (("binding", found.binding), ("all", found.joint))
    ]
    chances = (Chance(name, s.value, s.low, s.high, joint) for name, s, joint in named)
    return ProbabilityData(tuple(chances), origin_of_many(runs))


def plot_probabilities(
    runs: EnsembleRuns | Sequence[EnsembleRuns] | ProbabilityData | SeveralProbabilities,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """How likely each target is, the binding ones and all together; scenarios side by side.

    Parameters
    ----------
    runs : EnsembleRuns, a sequence of them, ProbabilityData or SeveralProbabilities
        As `simulate_ensemble` returns them.
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
        Of matplotlib, probabilities in per cent; ``axes.figure.savefig(path)`` writes the picture.

    Examples
    --------
    >>> import zjsim
    >>> many = zjsim.simulate_ensemble(zjsim.open_plan(), "baseline", runs=8, seed=1)
    >>> axes = zjsim.plot_probabilities(many)
    """
    words = chosen_language(language)
    data = runs
    if not isinstance(data, ProbabilityData | SeveralProbabilities):
        data = probabilities_data(data)
    if isinstance(data, SeveralProbabilities):
        return _plot_several(data, words, ax, figsize, title, style)
    names = [localised(chance.name, words) for chance in data.chances]
    footer = data.origin.footer(words)
    height = 0.42 * len(names) + 1.9
    frame = Frame(9.6, height, 0.42, 0.88, 1 - 0.98 / height, 0.95 / height)
    with house(style), canvas(ax, frame, figsize, title, footer) as at:
        room = Room(right=44, top=4, bottom=40)
        shown, size = name_rows(at, names, len(names) + 1.2, (30, 8.8), room)
        draw_probabilities(at.ax, data, words, shown, size, right_edges(at, [Edge(1.02)], [8])[0])
        at.finish(label("title.probabilities", words), data.origin.title(words), footer)
    return at.ax


def _plot_several(
    data: SeveralProbabilities, words: Language, ax: Axes | None, figsize: Size,
    title: str | None, style: Style,
) -> Axes:  # fmt: skip
    first, footer = data.scenarios[0], data.footer(words)
    names = [localised(chance.name, words) for chance in first.chances]
    shown = [localised(one.origin.label, words) or one.origin.name for one in data.scenarios]
    count = len(shown)
    with house(style):
        high = 0.46 * len(names) + 2.1
        keys = parts.key_rows(shown, figsize, (9.6, high))
        high += 0.2 * keys
        right = 0.97 - 0.045 * count
        frame = Frame(9.6, high, 0.40, right, 1 - 1.0 / high, (0.95 + 0.2 * keys) / high)
        with canvas(ax, frame, figsize, title, footer, (0.8, 0.05 + 0.2 * keys)) as at:
            room = Room(right=32 * count + 8, top=8, bottom=38)
            broken, size = name_rows(at, names, len(names) + JOINT, (30, 8.8), room)
            draw_side_by_side(at.ax, data, words, broken, size)
            handles = [
                Line2D([], [], ls="none", marker=SHAPES[k], ms=stroke(6), color=COLOURS[k],
                       label=name)
                for k, name in enumerate(shown)
            ]  # fmt: skip
            at.finish(
                label("title.probabilities", words), label("paths.side_by_side", words), footer,
                lambda: parts.draw_key(at.ax, handles, 38),
            )  # fmt: skip
    return at.ax


def draw_side_by_side(
    ax: Axes, data: SeveralProbabilities, language: Language, names: Sequence[str], size: float
) -> None:
    """A mark a scenario in each row with its sampling error, the numbers at the right."""
    count = len(data.scenarios)
    rows = [k + (JOINT if c.joint else 0.0) for k, c in enumerate(data.scenarios[0].chances)]
    for k, one in enumerate(data.scenarios):
        # Side by side within the row, so that no error hides another.
        off = (k - (count - 1) / 2) * 0.62 / max(count, 2)
        at = [row + off for row in rows]
        values = [100 * chance.value for chance in one.chances]
        ends = [(100 * chance.low, 100 * chance.high) for chance in one.chances]
        for place, (low, high) in zip(at, ends, strict=True):
            ax.plot(
                [low, high], [place] * 2, color=COLOURS[k], lw=stroke(1.6), alpha=0.55, zorder=2,
                gid=f"sampling-error-{k + 1}",
            )  # fmt: skip
        ax.plot(
            values, at, SHAPES[k], color=COLOURS[k], ms=stroke(5.5), zorder=3, clip_on=False,
            mec=house_style.paper(), mew=stroke(0.6), gid=f"probability-{k + 1}",
            label=localised(one.origin.label, language) or one.origin.name,
        )  # fmt: skip
        edge = Edge(1.0, points(32 * (k + 1)))
        for row, value in zip(rows, values, strict=True):
            ax.text(
                edge.place, row, f"{value:.0f}%", transform=edge.transform(ax), ha="right",
                va="center", fontsize=points(9), color=COLOURS[k],
            )  # fmt: skip
    for row in rows:
        ax.axhline(row + 0.5, color=house_style.HAIRLINE, lw=stroke(0.6), zorder=0, gid="row")
    house_style.quiet_axes(ax, "x")
    ax.spines["bottom"].set_visible(False)
    ax.set_xlim(0, 100)
    ax.set_yticks(rows, names)
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6)
    ax.tick_params(axis="x", labelsize=points(8))
    ax.set_ylim(rows[-1] + 0.6, -0.6)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    house_style.axis_words(ax, label("paths.probability", language))


def draw_probabilities(
    ax: Axes, data: ProbabilityData, language: Language, names: Sequence[str], size: float,
    edge: Edge,
) -> None:  # fmt: skip
    """A bar a chance with its sampling error, and the number at the right ``edge``."""
    places = [k + (0.5 if chance.joint else 0) for k, chance in enumerate(data.chances)]
    for joint, colour in ((False, house_style.BLUE), (True, house_style.ink())):
        rows = [(p, c) for p, c in zip(places, data.chances, strict=True) if c.joint == joint]
        if not rows:
            continue
        at = [place for place, _ in rows]
        ax.barh(at, 100, height=0.5, color="#f1f3f5", zorder=1, gid="whole")
        ax.barh(
            at, [100 * chance.value for _, chance in rows], height=0.5, color=colour, zorder=2,
            alpha=0.9, gid="joint-probability" if joint else "probability",
            label=label("group.all" if joint else "axis.probability", language),
        )  # fmt: skip
        for place, chance in rows:
            ends = [100 * chance.low, 100 * chance.high]
            for width, paint, order in ((3.4, "white", 3), (2.0, house_style.ORANGE, 4)):
                ax.plot(
                    ends, [place] * 2, color=paint, lw=width, zorder=order, solid_capstyle="butt",
                    gid="sampling-error",
                )  # fmt: skip
            ax.text(
                edge.place, place, f"{100 * chance.value:.0f}%", transform=edge.transform(ax),
                va="center", fontsize=points(9.5), color=house_style.ink(),
            )  # fmt: skip
    house_style.quiet_axes(ax, "none")
    ax.spines["bottom"].set_visible(False)
    ax.set_xlim(0, 100)
    ax.set_yticks(places, names)
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6)
    ax.tick_params(axis="x", labelsize=points(8))
    ax.set_ylim(places[-1] + 0.6, -0.6)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    house_style.axis_words(ax, label("axis.probability", language))
