"""The chart of many runs: one indicator over the years as a fan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from zjsim.assessment.plan import Indicator
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import (
    Frame,
    Origin,
    Room,
    Size,
    canvas,
    key_columns,
)
from zjsim.report.charts.panel import amended_label, apart
from zjsim.report.charts.style import Style, house, points
from zjsim.report.tables.rows import plan_path
from zjsim.report.tables.wording import target_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number

if TYPE_CHECKING:
    from zjsim.ensembles.run import EnsembleRuns

# Steps of one hue: the wider the band the paler.
BANDS = ((0, 6, "#d6e6f2", "95%"), (1, 5, "#a9cbe4", "75%"), (2, 4, "#6fa8d3", "50%"))
LEVELS = (2.5, 12.5, 25, 50, 75, 87.5, 97.5)
FAN = Frame(8.6, 5.2, left=0.08, right=0.86, top=0.81, bottom=0.19)


@dataclass(frozen=True, slots=True)
class FanData:
    """Percentiles of one indicator over the years; ``bands[k]`` are those of ``years[k]``."""

    indicator: Indicator
    years: tuple[int, ...]
    bands: tuple[tuple[float, ...], ...]
    origin: Origin

    def level(self, place: int) -> list[float]:
        """One of ``LEVELS`` over the years."""
        return [band[place] for band in self.bands]

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a year."""
        heads = ["year", *(f"p{level:g}" for level in LEVELS)]
        return heads, [[year, *band] for year, band in zip(self.years, self.bands, strict=True)]


def fan_data(runs: EnsembleRuns, indicator: int | str) -> FanData:
    """What `plot_fan` draws; with the discrepancy of the model, failed runs left out."""
    # Imported here because most charts show one run.
    from zjsim.analysis.uncertainty.statistics import indicator_draws

    plan = runs.plan.plan
    item = plan.indicator(indicator)
    years = (plan.base_year, *(year for year in plan.years if year <= item.target.year))
    bands = np.nanpercentile(indicator_draws(runs, item, years), LEVELS, axis=0).T
    return FanData(
        item, years, tuple(tuple(map(float, band)) for band in bands), origin_of_many(runs)
    )


def origin_of_many(runs: EnsembleRuns) -> Origin:
    """What the title and the footer say of an ensemble."""
    return Origin(runs.name, runs.label, runs.run_id, runs.n_run, runs.sample.seed)


def plot_fan(
    runs: EnsembleRuns | FanData,
    indicator: int | str = "",
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """One indicator over the years: bands of 50, 75 and 95 % of an ensemble's runs.

    Parameters
    ----------
    runs : EnsembleRuns or FanData
        As `simulate_ensemble` returns them.
    indicator : int or str
        Number, id or label, such as ``labour_productivity``; the unit is that of the plan.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title, legend and footer.
    figsize : (float, float) or None
        Inches of that figure.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Axes
        Of matplotlib, in the unit of the plan; ``axes.figure.savefig(path)`` writes the picture.

    Raises
    ------
    PlanError
        When the plan has no such indicator; near misses are named.

    Examples
    --------
    >>> import zjsim
    >>> many = zjsim.simulate_ensemble(zjsim.open_plan(), "baseline", runs=8, seed=1)
    >>> axes = zjsim.plot_fan(many, "labour_productivity")
    """
    words = chosen_language(language)
    data = runs if isinstance(runs, FanData) else fan_data(runs, indicator)
    item, footer = data.indicator, data.origin.footer(words)
    unit = label("axis.unit", words, unit=localised(item.unit, words))
    subtitle = house_style.SEPARATOR.join([data.origin.title(words), unit])
    with house(style), canvas(ax, FAN, figsize, title, footer, (0.8, 0.6)) as at:
        said = [line for _, text, _ in _ends(data, words) for line in text.split("\n")]
        widest = max(map(house_style.ems, said))
        at.make_room(Room(left=42, right=10 * widest + 20, top=8, bottom=24))
        draw_fan(at.ax, data, words)
        named = f"{item.number}  {localised(item.label, words)}"
        at.finish(named, subtitle, footer, lambda: _fan_key(at.ax, item, words))
    return at.ax


def draw_fan(ax: Axes, data: FanData, language: Language) -> None:
    """Bands, median, the plan's path and the target on axes as they are."""
    item, years = data.indicator, data.years
    for low, high, colour, share in BANDS:
        ax.fill_between(
            years, data.level(low), data.level(high), color=colour, lw=0, zorder=1, label=share,
            gid=f"band-{share.rstrip('%')}",
        )  # fmt: skip
    ax.plot(
        years, data.level(3), color=house_style.BLUE, lw=2.2, zorder=3, gid="median",
        label=label("legend.median", language),
    )  # fmt: skip
    span = np.linspace(item.base.year, item.target.year, 41)
    ax.plot(
        span, plan_path(item, span), color=house_style.muted(), lw=1.0, zorder=2, gid="plan-path",
        label=label("legend.plan_path", language),
    )  # fmt: skip
    marks = [(item.target.value, False, "target")]
    marks += [(item.amended.value, True, "amended")] if item.amended else []
    for value, amended, name in marks:
        ax.plot(
            [item.target.year], [value], ms=8, zorder=6, clip_on=False, gid=name,
            label=label(f"legend.{name}", language), **house_style.diamond(amended),
        )  # fmt: skip
    house_style.quiet_axes(ax)
    ax.tick_params(labelsize=points(8))
    ax.set_xlim(min(*years, item.base.year) - 0.2, max(years) + 0.2)
    _end_labels(ax, data, language)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(house_style.tick_formatter(ax, "y", item.decimals))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))


def _ends(data: FanData, language: Language) -> list[tuple[float, str, Any]]:
    """Height, words and colour of the labels at the right end."""
    item, median = data.indicator, data.level(3)[-1]
    labels = [
        (item.target.value, target_words(item, language), house_style.ink()),
        (median, format_number(median, item.decimals), house_style.BLUE),
    ]
    if item.amended is not None:
        words = amended_label(item, language)
        labels.append((item.amended.value, words, house_style.muted()))
    return labels


def _end_labels(ax: Axes, data: FanData, language: Language) -> None:
    """Target words and the median at the right end, kept apart when they are near."""
    labels, year = _ends(data, language), max(data.years)
    for (_, text, colour), place in zip(labels, apart(ax, labels, points(10)), strict=True):
        ax.annotate(
            text, (year, place), xytext=(12, 0), textcoords="offset points", va="center",
            fontsize=points(10), color=colour, annotation_clip=False, linespacing=1.1,
        )  # fmt: skip


def _fan_key(ax: Axes, indicator: Indicator, language: Language) -> None:
    handles: list[Any] = [Patch(color=colour, label=share) for _, _, colour, share in BANDS]
    handles += [
        Line2D([], [], color=house_style.BLUE, lw=2.2, label=label("legend.median", language)),
        Line2D([], [], color=house_style.muted(), lw=1, label=label("legend.plan_path", language)),
        Line2D([], [], ms=7, label=label("legend.target", language), **house_style.diamond()),
    ]
    if indicator.amended is not None:
        words = label("legend.amended", language)
        handles.append(Line2D([], [], ms=7, label=words, **house_style.diamond(amended=True)))
    size = points(9)
    ax.legend(
        handles=handles, loc="upper center",
        bbox_to_anchor=(0.5, -0.08 if size == 9 else -30 / _height(ax)),
        ncols=key_columns(
            [handle.get_label() for handle in handles], house_style.inches(ax.figure)[0], size
        ),
        fontsize=size, handlelength=1.6, columnspacing=1.8,
    )  # fmt: skip


def _height(ax: Axes) -> float:
    """Points from the bottom of axes to their top."""
    return float(ax.get_position().height * house_style.inches(ax.figure)[1] * 72)


def both(zh: str, en: str) -> Any:
    """Words in both languages, for `localised`."""
    from zjsim.frozen import FrozenDict

    return FrozenDict({"zh": zh, "en": en})


def numbered(item: Indicator) -> Any:
    """Number and name of an indicator in both languages."""
    zh, en = (f"{item.number}  {localised(item.label, words)}" for words in ("zh", "en"))
    return both(zh, en)
