"""Tables of learning: what could be known when, and which figure said so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zjsim.language import Language
from zjsim.report.tables.outside_tables import outside_table
from zjsim.report.tables.wording import variable_name
from zjsim.report.words.labels import label, localised
from zjsim.report.words.numbers import DASH, format_number, format_share
from zjsim.report.words.text_table import Table
from zjsim.scenario.posterior import read_posterior

if TYPE_CHECKING:
    from zjsim.analysis.history.outside import OutsideView
    from zjsim.analysis.learning.figures import Figure
    from zjsim.analysis.learning.learn import Learning
    from zjsim.analysis.learning.work import Known, Mover
    from zjsim.scenario.schema import Scenario

WORTH_TELLING = 0.05  # of a change of a probability
OWN_PART = 0.2  # of the change that a figure alone must make to be named as what made it
MOST_CONSTANTS = 12


def headline_table(learning: Learning, view: OutsideView, language: Language) -> Table:
    """The probability of each target by the model, the outside view and both, as known last."""
    model = [share.value for share in learning.known(view.known_until).probabilities.targets]
    return outside_table(view, learning.plan.plan, language, model)


def learning_table(learning: Learning, language: Language) -> Table:
    """P(met) of each target, of the binding ones and of all, a column a year known."""
    steps = learning.steps
    heads = (
        label("column.number", language), label("column.indicator", language),
        label("learning.before", language), *(_known(step.year, language) for step in steps),
    )  # fmt: skip
    rows = []
    for k, item in enumerate(learning.plan.plan.indicators):
        shares = (s.probabilities.targets[k].value for s in steps)
        cells = (_share(value) for value in (learning.prior.targets[k].value, *shares))
        rows.append((str(item.number), localised(item.label, language), *cells))
    for key, name in (("binding", "group.binding"), ("joint", "group.all")):
        shares = (getattr(s.probabilities, key).value for s in steps)
        first = getattr(learning.prior, key).value
        rows.append(("", label(name, language), *map(_share, (first, *shares))))
    return Table(heads, tuple(rows), "><" + ">" * (1 + len(steps)), keys=2)


def _known(year: int, language: Language) -> str:
    return label("learning.known", language, year=year)


def _share(value: float) -> str:
    return format_share(value, 0)


def sampling_error(learning: Learning) -> float:
    """Two standard errors of a probability near one half, by the number of draws."""
    return float(learning.particles**-0.5)


def worth_telling(learning: Learning) -> float:
    """Change of a probability that is told: no smaller one than the sampler's own noise."""
    return max(WORTH_TELLING, sampling_error(learning))


def movers_table(learning: Learning, language: Language, least: float | None = None) -> Table:
    """Which figure moved a probability most in each year.

    Parameters
    ----------
    least : float or None
        Change of a probability over the year below which a row is left out; None takes
        `worth_telling`.
    """
    least = worth_telling(learning) if least is None else least
    keys = ("year", "target", "from", "to", "mover", "figure", "expected", "alone")
    heads = tuple(label(f"learning.{key}", language) for key in keys)
    rows = []
    for before, step in zip(learning.steps, learning.steps[1:], strict=False):
        for k, item in enumerate(learning.plan.plan.indicators):
            old, new = (s.probabilities.targets[k].value for s in (before, step))
            if abs(new - old) < least:
                continue
            mover = _strongest(step.movers[k], new - old)
            cells = (label("learning.together", language), DASH, DASH, DASH)
            if mover.change / (new - old or 1.0) >= OWN_PART:
                alone = format_number(100 * mover.change, 0, signed=True)
                cells = (*_mover(mover, step, language), alone)
            said = f"{item.number} {localised(item.label, language)}"
            rows.append((str(step.year), said, _share(old), _share(new), *cells))
    return Table(heads, tuple(rows), "><>><>>>", keys=2)


def _strongest(movers: Sequence[Mover], change: float) -> Mover:
    """The one that pushed most in the direction in which the probability went."""
    return max(movers, key=lambda mover: mover.change * (1 if change > 0 else -1))


def _mover(mover: Mover, step: Known, language: Language) -> tuple[str, str, str]:
    if mover.figure is None:
        return label("learning.world", language), DASH, DASH
    place = next(k for k, figure in enumerate(step.new) if figure is mover.figure)
    import numpy as np

    expected = float(np.nanmedian(step.ahead[:, place]))
    decimals = 1
    return (
        figure_words(mover.figure, language),
        format_number(mover.figure.datum.value, decimals),
        format_number(expected, decimals),
    )


def figure_words(figure: Figure, language: Language) -> str:
    """A figure for readers: its series, and how it is measured."""
    item = figure.row.comparison
    name = localised(item.label, language) or item.series
    if item.measure == "change":
        span = figure.datum.span
        key = "learning.change" if span == 1 else "learning.change_since"
        return label(key, language, name=name, year=figure.year - span)
    return name


def surprises_table(step: Known, language: Language) -> Table:
    """This year's figures against what was expected of them a year before."""
    import numpy as np

    keys = ("series", "figure", "grade", "expected", "band80", "inside")
    heads = tuple(label(f"learning.{key}", language) for key in keys)
    rows = []
    for k, figure in enumerate(step.new):
        random = np.random.default_rng([step.year, k])
        drawn = step.ahead[:, k] + figure.scale * random.standard_t(5, len(step.ahead))
        low, middle, high = np.nanquantile(drawn, [0.1, 0.5, 0.9])
        inside = low <= figure.datum.value <= high
        rows.append(
            (
                figure_words(figure, language), format_number(figure.datum.value, 1), figure.grade,
                format_number(float(middle), 1),
                f"{format_number(float(low), 1)} – {format_number(float(high), 1)}",
                label("learning.yes" if inside else "learning.no", language),
            )
        )  # fmt: skip
    return Table(heads, tuple(rows), "<><>><")


def constants_table(
    learning: Learning, language: Language, names: Any, most: int | None = MOST_CONSTANTS
) -> Table:
    """Constants before and after learning, those first of which most was learnt."""
    frame = learning.constants().sort_values("learnt", ascending=False)
    frame = frame if most is None else frame.head(most)
    heads = tuple(
        label(f"learning.{key}", language)
        for key in ("constant", "prior", "posterior", "moved", "learnt")
    )
    spelt = {d.key: d.name for d in learning.world.layout.dimensions}
    rows = [
        (
            variable_name(spelt[key], language, names),
            f"{row['prior']:.3g} ± {row['prior_sd']:.2g}",
            f"{row['mean']:.3g} ± {row['sd']:.2g}",
            format_number(row["moved"], 1, signed=True),
            format_share(max(row["learnt"], 0.0), 0),
        )
        for key, row in frame.iterrows()
    ]
    return Table(heads, tuple(rows), "<>>>>")


def identifiability(learning: Learning, language: Language) -> str:
    """How many constants the figures tell anything of, said aloud."""
    frame = learning.constants()
    return label(
        "learning.identified", language, all=len(frame),
        little=int((frame["learnt"] < 0.2).sum()), much=int((frame["learnt"] >= 0.5).sum()),
    )  # fmt: skip


def sampler_sentences(learning: Learning, language: Language) -> Sequence[str]:
    """Stages, effective number and acceptance of each year; of one read from a file nothing."""
    said = []
    for step in learning.steps:
        if not step.figures.used:
            said.append(label("learning.no_figures", language, year=step.year))
            continue
        if not step.stages:
            said.append(label("learning.held", language, year=step.year))
            continue
        said.append(
            label(
                "learning.sampler", language, year=step.year, stages=len(step.stages),
                effective=f"{min(s.effective for s in step.stages):,.0f}",
                acceptance=format_share(step.stages[-1].acceptance, 0),
                memory=format_number(step.stages[-1].memory, 2),
            )
        )  # fmt: skip
    return said


def start_sentence(scenario: Scenario, language: Language) -> str:
    """From which draws a scenario starts; empty when it starts from none."""
    if not scenario.sampling.posterior:
        return ""
    given = read_posterior(Path(scenario.sampling.posterior))
    return label("learning.starts", language, year=given.known_until, hash=given.hash[:8])
