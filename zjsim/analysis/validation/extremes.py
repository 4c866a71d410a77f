"""Extreme conditions in simulation: every lever, driver and constant at and beyond its ends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zjsim.analysis.validation.record import Measured, NotRunError
from zjsim.analysis.validation.subject import Subject
from zjsim.inputs import Inputs, TimePath
from zjsim.model.names import canonical
from zjsim.timeline import start_of
from zjsim.trajectories import RunStatus, Trajectories

_SLACK = 1e-9
_SHOWN = 12
# Runs computed at once, which bounds the memory.
_TOGETHER = 8192
Setting = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Span:
    """Between which values one lever, driver or constant is tried; ``ends`` are its own."""

    name: str
    low: float
    high: float
    ends: tuple[float, float]


def spans(subject: Subject) -> tuple[Span, ...]:
    """Every lever, driver and constant that has a range, and how far it is stretched."""
    entry = subject.protocol["extremes"]
    found = [Span(v.variable, v.low, v.high, (v.low, v.high)) for v in subject.plan.levers]
    ends = {canonical(name): pair for name, pair in entry["drivers"].items()}
    exogenous = {canonical(name) for name in subject.plan.exogenous}
    for name in subject.plan.exogenous:
        if canonical(name) in ends:
            low, high = ends[canonical(name)]
            found.append(Span(name, low, high, (low, high)))
    for constant in subject.spec.constants:
        row = subject.plan.constants.row(constant.name)
        if row is None or canonical(constant.name) in exogenous:
            continue
        if row.low is None or row.high is None or not row.low < row.high:
            continue
        low, high = row.low, row.high
        if row.distribution != "fixed":
            low, high = _stretched(low, high, float(entry["beyond"]), constant.unit)
        found.append(Span(constant.name, low, high, (row.low, row.high)))
    return tuple(found)


def _stretched(low: float, high: float, share: float, unit: str) -> tuple[float, float]:
    """The range widened on both sides; what is positive stays so, a share stays below one."""
    reach = share * (high - low)
    below = low - reach
    if low > 0:
        below = max(below, low / 2)
    elif low == 0:
        below = 0.0
    above = high + reach
    if unit == "Dmnl" and high < 1:
        above = min(above, (1 + high) / 2)
    return below, above


def inputs_of(subject: Subject, settings: Sequence[Setting], scenario: str = "baseline") -> Inputs:
    """One run a setting; levers and drivers change on the first day of the plan."""
    base = subject.inputs(scenario, save=checked_names(subject), save_every=0.5)
    count = len(settings)
    since = base.grid.snap(start_of(subject.plan.plan.years[0]))
    constants = {name: np.repeat(array, count) for name, array in base.constants.items()}
    model = {c.name: c.value for c in subject.spec.constants}
    paths = dict(base.paths)
    # The paths of a scenario are shared by all runs: what changes is a copy.
    own: set[str] = set()
    for row, setting in enumerate(settings):
        for name, value in setting.items():
            if name in paths:
                if name not in own:
                    own.add(name)
                    paths[name] = _row_a_run(paths[name], since, count)
                paths[name].values[row, np.searchsorted(paths[name].times, since) + 1 :] = value
            else:
                constants.setdefault(name, np.full(count, model[name]))[row] = value
    return replace(base, n_run=count, constants=constants, paths=paths)


def _row_a_run(path: TimePath, since: float, count: int) -> TimePath:
    edge = np.array([since])
    before, after = path.times < since, path.times > since
    times = np.concatenate([path.times[before], edge, edge, path.times[after]])
    values = np.concatenate(
        [path.values[0][before], path.left(edge)[0], path.right(edge)[0], path.values[0][after]]
    )
    return TimePath(times, np.tile(values, (count, 1)))


def checked_names(subject: Subject) -> tuple[str, ...]:
    """Variables that the properties read."""
    entry = subject.protocol["extremes"]
    groups = (subject.stocks, entry["shares"], entry["fractions"], entry["positive"],
              entry["at_most"])  # fmt: skip
    return tuple(dict.fromkeys(name for group in groups for name in group))


def broken(subject: Subject, runs: Trajectories) -> dict[int, str]:
    """Runs that break a property, with the first that each breaks."""
    entry = subject.protocol["extremes"]
    found = {int(run): "not a number" for run in np.flatnonzero(runs.status != RunStatus.OK)}
    bounds: dict[str, tuple[float, float]] = dict.fromkeys(subject.stocks, (0.0, np.inf))
    bounds |= dict.fromkeys(entry.get("signed", ()), (-np.inf, np.inf))
    bounds |= dict.fromkeys(entry["positive"], (0.0, np.inf))
    bounds |= dict.fromkeys(entry["shares"], (0.0, 100.0))
    bounds |= dict.fromkeys(entry["fractions"], (0.0, 1.0))
    for name, top in entry["at_most"].items():
        low = bounds.get(name, (-np.inf, np.inf))[0]
        bounds[name] = (low, float(top))
    for name, (low, high) in bounds.items():
        values = runs[name]
        slack = _SLACK * np.maximum(1.0, np.max(np.abs(values), axis=1, initial=0.0))
        outside = (values.min(axis=1) < low - slack) | (values.max(axis=1) > high + slack)
        for run in np.flatnonzero(outside):
            shown = f"{name} {values[run].min():.4g}..{values[run].max():.4g}"
            found.setdefault(int(run), shown)
    return found


def single_settings(subject: Subject) -> list[Setting]:
    """Each span at its own ends and at its stretched ones."""
    return [
        {span.name: value}
        for span in spans(subject)
        for value in sorted({*span.ends, span.low, span.high})
    ]


def pair_settings(subject: Subject) -> Iterator[Setting]:
    """All pairs of two spans at their stretched ends."""
    for first, second in itertools.combinations(spans(subject), 2):
        for a in (first.low, first.high):
            for b in (second.low, second.high):
                yield {first.name: a, second.name: b}


def tried(subject: Subject, settings: Sequence[Setting]) -> Measured:
    """How many of the settings break a property."""
    # Runs that move a lever or driver have paths of their own; the others share theirs.
    paths = set(subject.plan.exogenous)
    groups = ([s for s in settings if paths & set(s)], [s for s in settings if not paths & set(s)])
    details: list[str] = []
    count = 0
    for group in groups:
        for first in range(0, len(group), _TOGETHER):
            some = group[first : first + _TOGETHER]
            wrong = broken(subject, subject.run(inputs_of(subject, some)))
            count += len(wrong)
            details += [f"{_words(some[run])}: {what}" for run, what in sorted(wrong.items())]
    words = f"{len(settings)} runs, {count} break a property"
    return Measured(float(count), words, details[:_SHOWN])


def _words(setting: Setting) -> str:
    return ", ".join(f"{name} = {value:.4g}" for name, value in setting.items())


def extremes_single(subject: Subject) -> Measured:
    """Levers, drivers and constants one at a time."""
    return tried(subject, single_settings(subject))


def extremes_pairs(subject: Subject, examples: int, every_pair: bool, seed: int = 0) -> Measured:
    """Several at once: a search for counterexamples, and all pairs of ends when asked for."""
    found = searched(subject, examples, seed)
    if not every_pair:
        return found
    pairs = tried(subject, list(pair_settings(subject)))
    words = f"{found.words}; all pairs: {pairs.words}"
    return Measured(found.value + pairs.value, words, (*found.details, *pairs.details))


def searched(subject: Subject, examples: int, seed: int = 0) -> Measured:
    """Search by Hypothesis, which shrinks what it finds to the smallest setting."""
    try:
        from hypothesis import HealthCheck, Phase, given, settings
        from hypothesis import seed as seeded
        from hypothesis import strategies as st
    except ImportError as problem:
        raise NotRunError("needs hypothesis: pip install hypothesis") from problem
    known = spans(subject)
    one = st.sampled_from(known).flatmap(
        lambda span: st.tuples(
            st.just(span.name),
            st.one_of(st.sampled_from([span.low, span.high]), st.floats(span.low, span.high)),
        )
    )
    worst: list[str] = []
    tries = 0

    @seeded(seed)
    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=False,
        suppress_health_check=list(HealthCheck), print_blob=False,
        phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    @given(st.lists(one, min_size=2, max_size=6, unique_by=lambda item: item[0]))
    def holds(changes: list[tuple[str, float]]) -> None:
        nonlocal tries
        tries += 1
        setting = dict(changes)
        wrong = broken(subject, subject.run(inputs_of(subject, [setting])))
        if wrong:
            # The last one noted is the smallest: Hypothesis runs it again at the end.
            worst[:] = [f"{_words(setting)}: {wrong[0]}"]
            raise AssertionError(worst[0])

    try:
        holds()
    except AssertionError:
        return Measured(1.0, f"{tries} settings tried, a counterexample found", tuple(worst))
    return Measured(0.0, f"{tries} settings of 2 to 6 changes tried, no counterexample")
