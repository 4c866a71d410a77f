"""Charts of many runs, of influences and of a model, from what the analyses return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.assessment.plan import Indicator
from zjsim.language import Language, chosen_language
from zjsim.report.charts import style, uncertainty
from zjsim.report.tables.sensitivity_tables import input_words
from zjsim.report.words.labels import label, localised

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from zjsim.analysis.sensitivity.one_at_a_time import Influence
    from zjsim.assessment.probability import Probabilities
    from zjsim.ensembles.run import EnsembleRuns
    from zjsim.workflow import Runs

# Of a tornado: wider lists are tables.
BARS = 12
Bars = list[tuple[str, float, float]]


def plot_fan(
    runs: EnsembleRuns, indicator: int | str, language: str | None = None, ax: Axes | None = None
) -> Axes:
    """One indicator over the years: bands of 50, 75 and 95 % of an ensemble's runs.

    Parameters
    ----------
    runs : EnsembleRuns
        As `simulate_ensemble` returns them.
    indicator : int or str
        Number, id or label, such as ``labour_productivity``; the unit is that of the plan.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title, legend and footer.

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
    years, draws = fan_draws(runs, indicator)
    item = runs.plan.plan.indicator(indicator)
    return uncertainty.plot_fan(
        item, years, draws, words, ax,
        footer=ensemble_footer(runs, words), subtitle=style.scenario_title(runs, words),
    )  # fmt: skip


def fan_draws(runs: EnsembleRuns, indicator: int | str) -> tuple[tuple[int, ...], np.ndarray]:
    """The years of an indicator, and its values in them with discrepancy, shape (n_run, n_year)."""
    # Imported here because most charts show one run.
    from zjsim.analysis.uncertainty.statistics import indicator_draws

    plan = runs.plan.plan
    item = plan.indicator(indicator)
    years = (plan.base_year, *(year for year in plan.years if year <= item.target.year))
    return years, indicator_draws(runs, item, years)


def plot_probabilities(
    runs: EnsembleRuns, language: str | None = None, ax: Axes | None = None
) -> Axes:
    """The probability of each target, of the binding ones and of all, with its sampling error.

    Parameters
    ----------
    runs : EnsembleRuns
        As `simulate_ensemble` returns them.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title and footer.

    Returns
    -------
    Axes
        Of matplotlib, probabilities from 0 to 1; ``axes.figure.savefig(path)`` writes the picture.

    Examples
    --------
    >>> import zjsim
    >>> many = zjsim.simulate_ensemble(zjsim.open_plan(), "baseline", runs=8, seed=1)
    >>> axes = zjsim.plot_probabilities(many)
    """
    from zjsim.analysis.uncertainty.statistics import statistics_of

    words = chosen_language(language)
    indicators = runs.plan.plan.indicators
    found = statistics_of(runs).probabilities
    names, shares = probability_rows(indicators, found, words)
    return uncertainty.plot_probabilities(
        names, shares, words, ax, groups=2,
        footer=ensemble_footer(runs, words), subtitle=style.scenario_title(runs, words),
    )  # fmt: skip


def probability_rows(
    indicators: Sequence[Indicator], found: Probabilities, language: Language
) -> tuple[list[str], list[Any]]:
    """Names and shares: one row per target, then the binding ones, then all."""
    names = [f"{item.number}  {localised(item.label, language)}" for item in indicators]
    names += [label("group.binding", language), label("group.all", language)]
    return names, [*found.targets, found.binding, found.joint]


def plot_tornado(
    influence: Influence, indicator: int | str, language: str | None = None, ax: Axes | None = None
) -> Axes:
    """One indicator with each input at the low and the high end of its range, widest first.

    Parameters
    ----------
    influence : Influence
        As `compute_influence` returns it.
    indicator : int or str
        Number, id or label, such as ``labour_productivity``.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title and legend.

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
    >>> runs = zjsim.simulate(zjsim.open_plan(), "baseline", estimate_error=False)
    >>> influence = zjsim.compute_influence(runs)
    >>> axes = zjsim.plot_tornado(influence, "labour_productivity")
    """
    words = chosen_language(language)
    plan = influence.runs.plan.plan
    item = plan.indicator(indicator)
    base = influence.base[plan.indicators.index(item)]
    bars = tornado_bars(influence, indicator, words)
    widest = label("note.widest", words, count=min(BARS, len(bars)), total=len(bars))
    return uncertainty.plot_tornado(
        item, base, bars[:BARS], words, ax, footer=run_footer(influence.runs, words),
        subtitle=style.SEPARATOR.join([label("note.one_at_a_time", words), widest]),
    )  # fmt: skip


def tornado_bars(influence: Influence, indicator: int | str, language: Language) -> Bars:
    """Name of each input, the indicator at its low and at its high end; widest first."""
    plan = influence.runs.plan
    place = plan.plan.indicators.index(plan.plan.indicator(indicator))
    bars = []
    for swing in influence.swings:
        words = input_words(swing.dimension, plan, language)
        bars.append((words, swing.low_values[place], swing.high_values[place]))
    return sorted(bars, key=lambda bar: -abs(bar[2] - bar[1]))


def ensemble_footer(runs: EnsembleRuns, language: Language) -> str:
    """Scenario, run id, number of draws and seed."""
    draws = label("note.draws", language, draws=f"{runs.n_run:,}", seed=runs.sample.seed)
    run = label("note.run", language, run=runs.run_id)
    return style.footer_line(language, style.scenario_title(runs, language), run, draws)


def run_footer(runs: Runs, language: Language) -> str:
    """Scenario and run id."""
    run = label("note.run", language, run=runs.run_id)
    return style.footer_line(language, style.scenario_title(runs, language), run)
