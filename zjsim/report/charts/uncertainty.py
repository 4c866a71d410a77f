"""Charts of many runs: fans, probabilities and what moves an indicator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from zjsim.assessment.plan import Indicator
from zjsim.language import Language
from zjsim.report.charts import style
from zjsim.report.charts.board import amended_label, apart
from zjsim.report.tables.rows import plan_path
from zjsim.report.tables.wording import target_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import format_number

# Half-transparent steps of one hue: the wider the band the paler.
BANDS = ((2.5, 97.5, "#d6e6f2"), (12.5, 87.5, "#a9cbe4"), (25.0, 75.0, "#6fa8d3"))


@style.styled
def plot_fan(
    indicator: Indicator,
    years: Sequence[int],
    draws: np.ndarray,
    language: Language = "en",
    ax: Axes | None = None,
    footer: str = "",
    subtitle: str = "",
) -> Axes:
    """Bands of 50, 75 and 95 % of the runs of an ensemble, their median and the target.

    Parameters
    ----------
    draws : array, shape (n_run, n_year), in the unit of the plan; failed runs are NaN
    footer : scenario, run, number of draws and seed
    subtitle : the scenario, before the unit
    """
    own = ax is None
    if ax is None:
        ax = style.new_axes(8.6, 5.2)
        ax.figure.subplots_adjust(left=0.08, right=0.86, top=0.81, bottom=0.19)
    for low, high, colour in BANDS:
        edges = np.nanpercentile(draws, [low, high], axis=0)
        ax.fill_between(years, edges[0], edges[1], color=colour, lw=0, zorder=1)
    median = np.nanmedian(draws, axis=0)
    ax.plot(years, median, color=style.BLUE, lw=2.2, zorder=3)
    span = np.linspace(indicator.base.year, indicator.target.year, 41)
    ax.plot(span, plan_path(indicator, span), color=style.MUTED, lw=1.0, zorder=2)
    target, amended = indicator.target, indicator.amended
    ax.plot([target.year], [target.value], ms=8, zorder=6, clip_on=False, **style.diamond())
    if amended is not None:
        look = style.diamond(amended=True)
        ax.plot([target.year], [amended.value], ms=8, zorder=6, clip_on=False, **look)
    style.quiet_axes(ax)
    ax.set_xlim(min(*years, indicator.base.year) - 0.2, max(years) + 0.2)
    _end_labels(ax, indicator, float(median[-1]), max(years), language)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(style.tick_formatter(ax, "y", indicator.decimals))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    if own:
        title = f"{indicator.number}  {localised(indicator.label, language)}"
        unit = label("axis.unit", language, unit=localised(indicator.unit, language))
        style.add_title(ax.figure, title, style.SEPARATOR.join(filter(None, [subtitle, unit])))
        _fan_legend(ax, indicator, language)
        style.add_footer(ax.figure, footer or label("note.unofficial", language))
    return ax


def _end_labels(
    ax: Axes, indicator: Indicator, median: float, year: float, language: Language
) -> None:
    """Target words and the median at the right end, kept apart when they are near."""
    labels = [
        (indicator.target.value, target_words(indicator, language), style.INK),
        (median, format_number(median, indicator.decimals), style.BLUE),
    ]
    if indicator.amended is not None:
        words = amended_label(indicator, language)
        labels.append((indicator.amended.value, words, style.MUTED))
    for (_, text, colour), place in zip(labels, apart(ax, labels, 10), strict=True):
        ax.annotate(
            text, (year, place), xytext=(12, 0), textcoords="offset points", va="center",
            fontsize=10, color=colour, annotation_clip=False, linespacing=1.1,
        )  # fmt: skip


def _fan_legend(ax: Axes, indicator: Indicator, language: Language) -> None:
    shares = ("95%", "75%", "50%")
    handles: list[Any] = [
        Patch(color=colour, label=share)
        for (_, _, colour), share in zip(BANDS, shares, strict=True)
    ]
    handles += [
        Line2D([], [], color=style.BLUE, lw=2.2, label=label("legend.median", language)),
        Line2D([], [], color=style.MUTED, lw=1, label=label("legend.plan_path", language)),
        Line2D([], [], ms=7, label=label("legend.target", language), **style.diamond()),
    ]
    if indicator.amended is not None:
        words = label("legend.amended", language)
        handles.append(Line2D([], [], ms=7, label=words, **style.diamond(amended=True)))
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=len(handles),
        fontsize=9, handlelength=1.6, columnspacing=1.8,
    )  # fmt: skip


@style.styled
def plot_probabilities(
    names: Sequence[str],
    shares: Sequence[Any],
    language: Language = "en",
    ax: Axes | None = None,
    groups: int = 0,
    subtitle: str = "",
    footer: str = "",
) -> Axes:
    """Probability of each target with its sampling error.

    Parameters
    ----------
    shares : objects with ``value``, ``low`` and ``high`` in parts of one
    groups : how many rows at the end are joint probabilities, drawn in another colour
    """
    own = ax is None
    if ax is None:
        ax = style.new_axes(9.6, 0.42 * len(names) + 1.9)
        height = style.figure_of(ax).get_figheight()
        ax.figure.subplots_adjust(
            left=0.42, right=0.88, top=1 - 0.98 / height, bottom=0.95 / height
        )
    places = [k + (0.5 if k >= len(names) - groups else 0) for k in range(len(names))]
    for place, share, position in zip(places, shares, range(len(names)), strict=True):
        joint = position >= len(names) - groups
        colour = style.INK if joint else style.BLUE
        ax.barh(place, 100, height=0.5, color="#f1f3f5", zorder=1)
        ax.barh(place, 100 * share.value, height=0.5, color=colour, zorder=2, alpha=0.9)
        ends = [100 * share.low, 100 * share.high]
        ax.plot(ends, [place] * 2, color="white", lw=3.4, zorder=3, solid_capstyle="butt")
        ax.plot(ends, [place] * 2, color=style.ORANGE, lw=2.0, zorder=4, solid_capstyle="butt")
        ax.text(
            1.02, place, f"{100 * share.value:.0f}%", transform=ax.get_yaxis_transform(),
            va="center", fontsize=9.5, color=style.INK,
        )  # fmt: skip
    style.quiet_axes(ax, "none")
    ax.spines["bottom"].set_visible(False)
    ax.set_xlim(0, 100)
    ax.set_yticks(places, [style.wrap(name, 30) for name in names])
    ax.tick_params(axis="y", labelsize=8.8, labelcolor=style.INK, pad=6)
    ax.set_ylim(places[-1] + 0.6, -0.6)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.set_xlabel(label("axis.probability", language), fontsize=8.5)
    if own:
        style.add_title(ax.figure, label("title.probabilities", language), subtitle)
        style.add_footer(ax.figure, footer or label("note.unofficial", language))
    return ax


@style.styled
def plot_tornado(
    indicator: Indicator,
    base: float,
    bars: Sequence[tuple[str, float, float]],
    language: Language = "en",
    ax: Axes | None = None,
    footer: str = "",
    subtitle: str = "",
) -> Axes:
    """What moves one indicator: its value at the low and the high end of each input.

    Parameters
    ----------
    base : value with every input as it is
    bars : name of the input, value at its low end, value at its high end; drawn widest first
    """
    own = ax is None
    if ax is None:
        ax = style.new_axes(9.6, 0.40 * len(bars) + 2.2)
        height = style.figure_of(ax).get_figheight()
        ax.figure.subplots_adjust(left=0.34, right=0.84, top=1 - 1.3 / height, bottom=0.92 / height)
    ordered = sorted(bars, key=lambda bar: -abs(bar[2] - bar[1]))
    decimals = indicator.decimals
    for position, (_, low, high) in enumerate(ordered):
        for end, colour in ((low, style.PALE_BLUE), (high, style.BLUE)):
            ax.barh(
                position, end - base, left=base, height=0.56, color=colour, zorder=2,
                edgecolor=style.BLUE, linewidth=0.9,
            )  # fmt: skip
        _tornado_numbers(ax, position, (low, high), decimals)
    _tornado_heads(ax, language)
    ax.axvline(base, color=style.INK, lw=1.0, zorder=3)
    ax.axvline(indicator.target.value, color=style.ORANGE, lw=1.8, zorder=3)
    values = [base, indicator.target.value, *(v for _, low, high in bars for v in (low, high))]
    room = 0.05 * (max(values) - min(values) or 1.0)
    ax.set_xlim(min(values) - room, max(values) + room)
    style.quiet_axes(ax, "none")
    ax.set_yticks(range(len(ordered)), [style.wrap(name, 26) for name, _, _ in ordered])
    ax.tick_params(axis="y", labelsize=8.8, labelcolor=style.INK, pad=6)
    ax.set_ylim(len(ordered) - 0.4, -0.6)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(style.tick_formatter(ax, "x", decimals))
    ax.set_xlabel(localised(indicator.unit, language), fontsize=8.5)
    if own:
        name = localised(indicator.label, language)
        said = f"{indicator.number}  {name}"
        style.add_title(ax.figure, label("title.tornado", language, indicator=said), subtitle)
        _tornado_legend(ax, indicator, language)
        style.add_footer(ax.figure, footer or label("note.unofficial", language))
    return ax


# Right ends, in parts of the axes, of the columns for the low and the high value.
TORNADO_COLUMNS = (1.10, 1.22)


def _tornado_numbers(ax: Axes, position: int, ends: tuple[float, float], decimals: int) -> None:
    """The value at each end, in columns right of the bars: nothing covers them there."""
    for place, value in zip(TORNADO_COLUMNS, ends, strict=True):
        ax.text(
            place, position, format_number(value, decimals), ha="right", va="center",
            transform=ax.get_yaxis_transform(), fontsize=8.5, color=style.INK, clip_on=False,
        )  # fmt: skip


def _tornado_heads(ax: Axes, language: Language) -> None:
    for place, key in zip(TORNADO_COLUMNS, ("column.at_low", "column.at_high"), strict=True):
        ax.annotate(
            label(key, language), (place, 1), xytext=(0, 4), ha="right", fontsize=8.5,
            color=style.MUTED, **style.ABOVE_AXES,
        )  # fmt: skip


def _tornado_legend(ax: Axes, indicator: Indicator, language: Language) -> None:
    words = f"{label('legend.target', language)} {target_words(indicator, language)}"
    handles: list[Any] = [
        Patch(fc=style.PALE_BLUE, ec=style.BLUE, label=label("legend.low", language)),
        Patch(fc=style.BLUE, ec=style.BLUE, label=label("legend.high", language)),
        Line2D([], [], color=style.INK, lw=1.0, label=label("legend.as_is", language)),
        Line2D([], [], color=style.ORANGE, lw=1.8, label=words),
    ]
    ax.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 1.02), ncols=4, fontsize=8.5,
        handlelength=1.4, columnspacing=1.5,
    )  # fmt: skip
