"""Behaviour: published years, loops cut, reality checks, stability of the levers' ranking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zjsim.analysis.validation.record import Measured
from zjsim.analysis.validation.subject import Subject
from zjsim.assessment.observations import Observation
from zjsim.checking import judged_checks
from zjsim.inputs import Inputs, TimePath
from zjsim.prepare import with_all_paths
from zjsim.trajectories import Trajectories

TRUSTED = "ABC"
_TOP = 3


@dataclass(frozen=True, slots=True)
class Fit:
    """One published series against the model, with Theil's inequality statistics.

    U^M, U^S and U^C split the mean square error into bias, unequal variation and the rest.
    """

    series: str
    years: tuple[int, ...]
    published: np.ndarray
    model: np.ndarray

    @property
    def mape(self) -> float:
        """Mean absolute error relative to what was published."""
        return float(np.mean(np.abs(self.model / self.published - 1)))

    @property
    def inequality(self) -> float:
        """Theil's U in 0..1."""
        error = np.sqrt(np.mean((self.model - self.published) ** 2))
        sizes = np.sqrt(np.mean(self.model**2)) + np.sqrt(np.mean(self.published**2))
        return float(error / sizes)

    @property
    def parts(self) -> tuple[float, float, float]:
        """U^M, U^S, U^C; they add up to one, and mean little for two or three points."""
        error = float(np.mean((self.model - self.published) ** 2))
        if error == 0:
            return 0.0, 0.0, 0.0
        bias = float((self.model.mean() - self.published.mean()) ** 2 / error)
        spread = float((self.model.std() - self.published.std()) ** 2 / error)
        return bias, spread, 1 - bias - spread

    @property
    def words(self) -> str:
        """One line for a reader."""
        years = ", ".join(map(str, self.years))
        line = f"{self.series} ({years}): MAPE {100 * self.mape:.1f} %, U {self.inequality:.3f}"
        if len(self.years) > 1:
            line += ", Um {:.2f} Us {:.2f} Uc {:.2f}".format(*self.parts)
        pairs = ", ".join(
            f"{a:.5g}/{b:.5g}" for a, b in zip(self.model, self.published, strict=True)
        )
        return f"{line}; model/published {pairs}"


def fits(subject: Subject) -> list[Fit]:
    """Every series of the protocol that has trusted figures after the cut-off."""
    entry = subject.protocol["reproduction"]
    run = subject.run(subject.inputs(entry["scenario"]))
    found = []
    for item in entry["series"]:
        rows = _published(subject, item)
        base_year = int(subject.spec.start)
        later = [row for row in rows if row.year > base_year and row.grade in TRUSTED]
        base = next((row for row in rows if row.year == base_year), None)
        if not later or (item["measure"] == "index" and base is None):
            continue
        factor = float(item.get("factor", 1))
        model = np.array([run.at(item["variable"], row.time)[0] for row in later]) * factor
        published = np.array([row.value for row in later])
        if item["measure"] == "index":
            assert base is not None
            model = model / (run.at(item["variable"], base.time)[0] * factor)
            published = published / base.value
        found.append(Fit(item["series"], tuple(r.year for r in later), published, model))
    return found


def _published(subject: Subject, item: Mapping[str, Any]) -> list[Observation]:
    """One row a year, the best graded of the vintage asked for."""
    rows = subject.plan.observations.series(item["series"])
    if "vintage" in item:
        rows = tuple(row for row in rows if row.vintage == item["vintage"])
    best: dict[int, Observation] = {}
    for row in rows:
        best.setdefault(row.year, row)
    return list(best.values())


def mape(subject: Subject) -> Measured:
    """Largest mean absolute relative error of a series after the cut-off."""
    return _of_fits(fits(subject), "MAPE", lambda fit: fit.mape)


def theil(subject: Subject) -> Measured:
    """Largest Theil U of a series after the cut-off."""
    return _of_fits(fits(subject), "U", lambda fit: fit.inequality)


def _of_fits(found: list[Fit], name: str, measure: Any) -> Measured:
    worst = max(found, key=measure)
    points = sum(len(fit.years) for fit in found)
    words = (
        f"{len(found)} series, only {points} points: largest {name} {measure(worst):.3f} "
        f"({worst.series})"
    )
    return Measured(measure(worst), words, [fit.words for fit in found])


def knockouts(subject: Subject, only: str | None = None) -> Measured:
    """Share of the signs written beforehand that cutting a loop shows; surprises are listed."""
    right, total, surprises = 0, 0, []
    entries = [each for each in subject.plan.loops if only is None or each["id"] == only]
    for entry, uncut, cut in _knocked_out(subject, entries):
        for item in entry.get("expected", ()):
            total += 1
            before = uncut.at(item["variable"], item["year"])[0]
            after = cut.at(item["variable"], item["year"])[0]
            sign = _sign(after - before, 1e-9 * max(1.0, abs(before)))
            right += sign == item["sign"]
            if sign != item["sign"]:
                surprises.append(
                    f"{entry['id']}: {item['variable']} expected {item['sign']}, found {sign} "
                    f"({before:.6g} to {after:.6g})"
                )
    share = right / total if total else float("nan")
    return Measured(share, f"{right} of {total} as expected", surprises)


def _sign(change: float, least: float) -> str:
    if np.isnan(change):
        return "?"
    if abs(change) <= least:
        return "0"
    return "+" if change > 0 else "-"


def _knocked_out(
    subject: Subject, entries: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], Trajectories, Trajectories]]:
    """Each loop with the run that has it and the run without; equal runs are made once."""
    wanted: dict[str, Inputs] = {}
    keys = []
    for entry in entries:
        scenario = entry.get("run", "baseline")
        whole = dict(entry.get("given", {}))
        for changes in (whole, {**whole, **entry["off"]}):
            keys.append(repr((scenario, changes)))
            if keys[-1] not in wanted:
                wanted[keys[-1]] = subject.inputs(scenario, changes)
    found = dict(zip(wanted, subject.run_each(list(wanted.values())), strict=True))
    for place, entry in enumerate(entries):
        yield entry, found[keys[2 * place]], found[keys[2 * place + 1]]


def violated(subject: Subject, scenario: str, stop_at_first: bool = False) -> list[str]:
    """Reality checks that a scenario violates."""
    found = []
    for outcome, reference in judged_checks(subject.plan, subject.inputs(scenario), subject.run):
        if not outcome.holds or reference.status[0] != 0:
            found.append(f"{outcome.check.id} in {scenario}: {outcome.reason}")
            if stop_at_first:
                break
    return found


def reality(subject: Subject, scenarios: tuple[str, ...]) -> Measured:
    """Share of reality checks that hold, over all scenarios."""
    details = [line for name in scenarios for line in violated(subject, name)]
    total = len(subject.plan.checks) * len(scenarios)
    words = f"{len(subject.plan.checks)} checks on {len(scenarios)} scenarios"
    words += f": {total - len(details)} of {total} hold"
    return Measured(1 - len(details) / total, words, details)


def ranking(subject: Subject, draws: int, scenario: str = "baseline") -> Measured:
    """Share of draws in which an indicator's three strongest levers are those of the centre."""
    plan = subject.plan
    ready = subject.prepared(scenario)
    drawn = ready.drawn(0, draws, ready.sampled(draws, calibrated={}))
    ten = tuple(dict.fromkeys(item.variable for item in plan.plan.indicators))
    year = float(plan.plan.years[-1])
    centre = lever_effects(subject, ready.all_paths, ten, year)
    drawn_effects = lever_effects(subject, with_all_paths(plan, drawn), ten, year)
    labels = [lever.id for lever in plan.levers]
    shares, details = [], []
    for position, item in enumerate(plan.plan.indicators):
        column = ten.index(item.variable)
        best = _strongest(centre[:, 0, column])
        same = [set(best) == set(_strongest(drawn_effects[:, run, column])) for run in range(draws)]
        shares.append(float(np.mean(same)))
        names = ", ".join(labels[i] for i in best)
        details.append(f"{position + 1} {item.id}: {100 * shares[-1]:.0f} % ({names})")
    worst = int(np.argmin(shares))
    words = f"{draws} draws; least stable {plan.plan.indicators[worst].id}: {shares[worst]:.2f}"
    return Measured(shares[worst], words, details)


def _strongest(effects: np.ndarray) -> list[int]:
    """Levers that help most, at most three; a lever without any effect is none of them."""
    order = np.argsort(-effects, kind="stable")[:_TOP]
    return [int(i) for i in order if effects[i] > 1e-9]


def lever_effects(
    subject: Subject, inputs: Inputs, names: tuple[str, ...], year: float
) -> np.ndarray:
    """With minus without each lever, shape (levers, runs, names)."""
    inputs = replace(inputs, save=names, grid=replace(inputs.grid, save_every=0.5))
    row = int(np.argmin(np.abs(inputs.grid.saved_times - year)))
    plain = subject.run(inputs).values[:, row]
    found = []
    for lever in subject.plan.levers:
        paths = dict(inputs.paths)
        paths[lever.variable] = TimePath(np.array([inputs.grid.start]), np.array([[0.0]]))
        run = subject.run(replace(inputs, paths=paths))
        found.append(plain - run.values[:, row])
    return np.stack(found)
