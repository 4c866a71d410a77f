"""Parts of a change as charts show them: the largest by name, the rest together, each a colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from zjsim.language import LANGUAGES, Language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import SMALLEST, Origin, Size
from zjsim.report.charts.style import points
from zjsim.report.tables.decomposition_tables import cause_name
from zjsim.report.words.labels import label, localised
from zjsim.workflow import label_of, run_hash, run_name

# Tol's muted colours, which people with any common colour blindness can tell apart; none of them
# is the colour of a verdict or of a target.
COLOURS = (
    "#332288", "#88CCEE", "#CC6677", "#DDCC77", "#44AA99",
    "#AA4499", "#999933", "#882255", "#117733",
)  # fmt: skip
REST = "#D5D5D5"
HANDLE = 4.4  # room beside the words of an entry of the key, in font sizes
# More parts than there are colours would be told apart by nobody.
MOST = len(COLOURS)


def chosen_parts(sizes: np.ndarray) -> tuple[list[int], list[int]]:
    """Places of the parts that are shown by name, in their order, and of those put together.

    Parameters
    ----------
    sizes : array, shape (n_part,)
        How much each part matters.
    """
    if sizes.size <= MOST:
        return list(range(sizes.size)), []
    largest = set(np.argsort(-sizes, kind="stable")[: MOST - 1].tolist())
    shown = [k for k in range(sizes.size) if k in largest]
    return shown, [k for k in range(sizes.size) if k not in largest]


def part_names(
    players: Sequence[Any], shown: Sequence[int], rest: Sequence[int]
) -> tuple[Any, ...]:
    """Names of the parts in every language, for `localised`."""
    named = [_in_all(lambda each, k=k: cause_name(players[k], each)) for k in shown]
    if rest:
        named.append(_in_all(lambda each: label("parts.rest", each, count=len(rest))))
    return tuple(named)


def _in_all(words: Any) -> Any:
    from zjsim.frozen import FrozenDict

    return FrozenDict({each: words(each) for each in LANGUAGES})


def put_together(table: np.ndarray, shown: Sequence[int], rest: Sequence[int]) -> np.ndarray:
    """The parts shown, and the sum of the rest as the last one; over the first axis."""
    kept = table[list(shown)]
    return np.concatenate([kept, table[list(rest)].sum(axis=0)[None]]) if rest else kept


def colour_of(place: int, count: int, has_rest: bool) -> str:
    """The colour of a part."""
    return REST if has_rest and place == count - 1 else COLOURS[place]


def origin_of(found: Any, draws: int | None = None, seed: int | None = None) -> Origin:
    """The run that the parts add up to."""
    resolved = found.resolved
    name = resolved.scenario.name
    run = run_name(name, run_hash(found.plan, resolved))
    return Origin(name, label_of(resolved.scenario), run, draws, seed)


def other_label(found: Any) -> Any:
    """Words for the scenario that the change is held against; None where there is none."""
    if found.against is None:
        return None
    return label_of(found.against.scenario) or found.against.scenario.name


def subtitle_words(
    by: str, other: Any, origin: Origin, language: Language, first: int, chances: bool = False
) -> str:
    """What the parts are parts of."""
    scenario = localised(origin.label, language) or origin.name
    kind = "against" if other is not None else by
    key = "parts.chance_causes" if chances and kind == "causes" else f"parts.{kind}"
    values = {"scenario": scenario, "other": localised(other, language), "first": first}
    return label(key, language, **values)


def draw_stack(
    ax: Axes, places: Sequence[float], table: np.ndarray, names: Sequence[str], has_rest: bool,
    upright: bool, width: float,
) -> None:  # fmt: skip
    """Parts above and below zero, a bar a place; ``table`` has a row a part, a column a place."""
    above, below = np.zeros(len(places)), np.zeros(len(places))
    draw: Any = ax.bar if upright else ax.barh
    for k, (values, name) in enumerate(zip(table, names, strict=True)):
        start = np.where(values >= 0, above, below)
        more = {"bottom" if upright else "left": start, "width" if upright else "height": width}
        draw(
            places, values, color=colour_of(k, len(table), has_rest), zorder=2,
            edgecolor=house_style.paper(), linewidth=house_style.stroke(0.5), label=name,
            gid=f"part-{k + 1}", **more,
        )  # fmt: skip
        above, below = above + np.maximum(values, 0), below + np.minimum(values, 0)


def part_handles(names: Sequence[str], has_rest: bool) -> list[Any]:
    """Entries of a key, a patch a part."""
    return [
        Patch(fc=colour_of(k, len(names), has_rest), label=name) for k, name in enumerate(names)
    ]


def letters_on(figsize: Size, usual: tuple[float, float]) -> tuple[float, float]:
    """Width of the figure in inches, and the size of its key's letters before it is made."""
    if figsize is None:
        return points(usual[0]), points(9)
    part = min(figsize[0] / usual[0], figsize[1] / usual[1])
    return figsize[0], points(9 * min(max(part, SMALLEST), 1.0))


def key_rows(texts: Sequence[str], figsize: Size, usual: tuple[float, float]) -> int:
    """How many rows the key will take."""
    width, size = letters_on(figsize, usual)
    return -(-len(texts) // columns_that_fit(texts, width - 0.3, size))


def columns_that_fit(texts: Sequence[str], width: float, size: float) -> int:
    """How many entries of a key fit beside each other, each column as wide as its widest."""
    most = len(texts)
    for count in range(most, 1, -1):
        # As matplotlib fills them: column by column, the first ones with one more.
        columns = [list(part) for part in np.array_split(np.arange(most), count)]
        wide = sum(max(house_style.ems(texts[k]) for k in column) + HANDLE for column in columns)
        if wide * size / 72 <= width:
            return count
    return 1


def draw_key(ax: Axes, handles: Sequence[Any], down: float) -> None:
    """The key across the figure, ``down`` points below the axes."""
    figure, size = house_style.figure_of(ax), points(9)
    wide, high = house_style.inches(figure)
    texts = [str(handle.get_label()) for handle in handles]
    figure.legend(
        handles=list(handles), loc="upper center",
        bbox_to_anchor=(0.5, ax.get_position().y0 - points(down) / (72 * high)),
        ncols=columns_that_fit(texts, wide - 0.3, size), fontsize=size,
        handlelength=1.3, handletextpad=0.5, columnspacing=1.6, labelspacing=0.35, borderpad=0.2,
    )  # fmt: skip
