"""Where one chart is drawn: a figure of its own, or axes of the user's with room made on them.

A new figure of the usual size has fixed margins. On any other size, and on axes that are given,
the words around the axes are measured first, the axes are drawn in to make room for them, and
the letters become smaller where the space is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox, offset_copy

from zjsim.language import Language
from zjsim.report.charts import style
from zjsim.report.words.labels import label

# Letters never become smaller than this part of their usual size.
SMALLEST = 0.66
LINE = 1.25  # height of a line in font sizes
Size = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Origin:
    """The runs that a picture shows: what its title and its footer say of them."""

    name: str
    label: object = None
    run_id: str = ""
    draws: int | None = None
    seed: int | None = None

    def title(self, language: Language) -> str:
        """The scenario in words."""
        return style.scenario_title(self, language)

    def footer(self, language: Language) -> str:
        """Scenario, run, draws and the standing caution."""
        run = label("note.run", language, run=self.run_id) if self.run_id else ""
        draws = ""
        if self.draws is not None:
            draws = label("note.draws", language, draws=f"{self.draws:,}", seed=self.seed)
        return style.footer_line(language, self.title(language) if self.name else "", run, draws)


class Frame(NamedTuple):
    """Usual size of a chart in inches, and its margins in parts of it."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


class Room(NamedTuple):
    """Points that words take around axes, at letters of the usual size."""

    left: float = 0
    right: float = 0
    top: float = 0
    bottom: float = 0


@dataclass(slots=True)
class Canvas:
    """Axes to draw on; ``own`` when the figure was made for them."""

    ax: Axes
    own: bool
    usual: bool
    slot: Bbox  # what the chart may cover, in parts of the figure
    title: str | None

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height of the slot."""
        width, height = style.inches(self.ax.figure)
        return self.slot.width * width, self.slot.height * height

    def make_room(self, room: Room) -> None:
        """Draw the axes in, so that words of this size around them stay within the slot."""
        if self.usual or (not self.own and style.figure_of(self.ax).get_layout_engine()):
            return
        width, height = style.inches(self.ax.figure)
        left, right, top, bottom = (style.points(side) / 72 for side in room)
        now, slot = self.ax.get_position(), self.slot
        x0 = max(now.x0, slot.x0 + left / width)
        x1 = min(now.x1, slot.x1 - right / width)
        y0 = max(now.y0, slot.y0 + bottom / height)
        y1 = min(now.y1, slot.y1 - (top + self._title_room()) / height)
        x1, y1 = max(x1, x0 + 0.05), max(y1, y0 + 0.05)
        self.ax.set_position((x0, y0, x1 - x0, y1 - y0))
        self.ax.set_in_layout(True)

    def _title_room(self) -> float:
        return 0 if self.own or self.title is None else style.points(20) / 72

    def finish(
        self,
        title: str,
        subtitle: str,
        footer: str,
        key: Callable[[], None] | None = None,
        over: float = 0,
    ) -> None:
        """Title, key and footer of a figure of ours; on the user's axes a title asked for.

        ``over`` is how many points of words stand between the axes and that title.
        """
        if self.own:
            figure = self.ax.figure
            style.add_title(figure, title if self.title is None else self.title, subtitle)
            if key is not None:
                key()
            style.add_footer(figure, footer)
        elif self.title:
            self.ax.set_title(
                self.title, loc="left", fontsize=style.points(11), color=style.ink(),
                fontfamily=mpl.rcParams["font.family"], pad=style.points(over + 6),
            )  # fmt: skip


@contextmanager
def canvas(
    ax: Axes | None,
    frame: Frame,
    figsize: Size = None,
    title: str | None = None,
    footer: str = "",
    around: tuple[float, float] = (0.75, 0.3),
) -> Iterator[Canvas]:
    """A canvas for one chart; letters are smaller inside where the space is.

    ``around`` is how many inches title and key take above, and the key below, a figure of ours.
    """
    with style.restored():
        if ax is not None:
            width, height = style.inches(ax.figure)
            slot = _slot(ax)
            _shrink(slot.width * width / frame.width, slot.height * height / frame.height)
            yield Canvas(ax, False, False, slot, title)
        elif figsize is None:
            # With larger letters of the user's the whole grows.
            ax = style.new_axes(style.points(frame.width), style.points(frame.height))
            ax.figure.subplots_adjust(frame.left, frame.bottom, frame.right, frame.top)
            yield Canvas(ax, True, True, Bbox.unit(), title)
        else:
            width, height = figsize
            ax = style.new_axes(width, height)
            _shrink(width / frame.width, height / frame.height)
            lines = style.footer_lines(footer, width).count("\n") + 1
            low = (style.points(around[1]) + style.points(0.2 + 0.13 * lines)) / height
            high = 1 - style.points(around[0]) / height
            ax.figure.subplots_adjust(0, low, 1, high)
            yield Canvas(ax, True, False, Bbox([[0, low], [1, high]]), title)


def _shrink(wide: float, high: float) -> None:
    """Letters go with the space, within limits."""
    part = min(max(min(wide, high), SMALLEST), 1.0)
    mpl.rcParams["font.size"] = mpl.rcParams["font.size"] * part


def _slot(ax: Axes) -> Bbox:
    """What axes may cover with their words: their cell of the grid, else their own place."""
    spec = ax.get_subplotspec()
    if spec is None:
        return ax.get_position()
    grid = spec.get_gridspec()
    bottoms, tops, lefts, rights = grid.get_grid_positions(cast(Any, ax.figure))
    rows, columns = spec.rowspan, spec.colspan
    nested = grid is not spec.get_topmost_subplotspec().get_gridspec()

    def edge(place: int, before: Any, after: Any, limit: float) -> float:
        """Half way between two cells, or the limit beyond the last."""
        if 0 < place < len(after):
            return float((before[place - 1] + after[place]) / 2)
        return limit

    x0 = edge(columns.start, rights, lefts, float(lefts[0]) if nested else 0.0)
    x1 = edge(columns.stop, rights, lefts, float(rights[-1]) if nested else 1.0)
    y1 = edge(rows.start, bottoms, tops, float(tops[0]) if nested else 1.0)
    y0 = edge(rows.stop, bottoms, tops, float(bottoms[-1]) if nested else 0.0)
    return Bbox([[x0, y0], [x1, y1]])


class Panels(NamedTuple):
    """A figure for panels in rows and columns."""

    figure: Any
    rows: int
    columns: int


@contextmanager
def panels(
    figure: Any,
    figsize: Size,
    count: int,
    most: int,
    usual: Callable[[int, int], tuple[float, float]],
) -> Iterator[Panels]:
    """A figure for ``count`` panels, ``most`` beside each other; letters shrink to fit a small one.

    ``usual`` gives the inches that so many rows and columns take.
    """

    def part(columns: int) -> float:
        sides = zip((wide, high), usual(-(-count // columns), columns), strict=True)
        return min(1.0, *(side / style.points(wanted) for side, wanted in sides))

    with style.restored():
        if figure is None and figsize is None:
            figsize = cast(Any, tuple(map(style.points, usual(-(-count // most), most))))
        if figure is None:
            figure = style.new_figure(*cast(Any, figsize))
        wide, high = style.inches(figure)
        columns = max(range(1, count + 1), key=lambda n: (round(part(n), 3), min(n, most), -n))
        mpl.rcParams["font.size"] = mpl.rcParams["font.size"] * part(columns)
        yield Panels(figure, -(-count // columns), columns)


class Names(NamedTuple):
    """Names at the left of rows: as they are broken, and the size of their letters."""

    shown: list[str]
    size: float


def name_rows(
    at: Canvas,
    names: Sequence[str],
    lines: float,
    usual: tuple[float, float],
    room: Room,
) -> Names:
    """Break names so that no line of a chart of rows touches the next, and make room for them.

    Parameters
    ----------
    names : of the rows, of which there are ``lines`` with headings and gaps
    usual : width of a name in font sizes, and its size in points, on a figure of the usual size
    room : points around the axes beside the names
    """
    width, size = usual
    if at.usual:
        return Names([style.wrap(name, width) for name in names], style.points(size))
    wide, high = (72 * side for side in at.inches)
    least = SMALLEST * style.LETTERS
    share = 0.44
    while True:
        letters = style.points(size)
        broken = [style.wrap(name, min(width, share * wide / letters)) for name in names]
        pitch = (high - style.points(room.top + room.bottom) - 72 * at._title_room()) / lines
        tall = max(name.count("\n") + 1 for name in broken) * LINE * letters
        if tall <= pitch:
            break
        if mpl.rcParams["font.size"] <= least:
            # Longer lines, while there is width for the chart beside them.
            if share >= 0.6:
                break
            share += 0.04
            width = max(width, share * wide / letters)
            continue
        mpl.rcParams["font.size"] = max(mpl.rcParams["font.size"] * 0.94, least)
    widest = max(style.ems(line) for name in broken for line in name.split("\n"))
    at.make_room(room._replace(left=room.left + widest * size + 14))
    return Names(broken, letters)


class Edge(NamedTuple):
    """Where a column right of the axes stands: a place in parts of the axes, and points away."""

    place: float
    away: float = 0

    def transform(self, ax: Axes) -> Any:
        """From a row of the axes to its place in the column."""
        rows = ax.get_yaxis_transform()
        if not self.away:
            return rows
        return offset_copy(rows, fig=style.figure_of(ax), x=self.away, units="points")


def right_edges(at: Canvas, usual: Sequence[Edge], away: Sequence[float]) -> list[Edge]:
    """Columns right of the axes.

    ``usual`` is where they stand on a figure of the usual size; ``away`` the same in points, which
    holds when a layout moves the axes.
    """
    if at.usual:
        return list(usual)
    return [Edge(1.0, style.points(place)) for place in away]


def key_columns(texts: Sequence[str], width: float, size: float, handle: float = 3.6) -> int:
    """How many entries of a key fit beside each other in so many inches."""
    widest = sum(style.ems(text) + handle for text in texts) * size / 72
    rows = max(1, -(-widest // width))
    return -(-len(texts) // int(rows))
