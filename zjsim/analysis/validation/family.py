"""Family members: the equations for another province, and the province otherwise bounded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from zjsim.analysis.validation.behaviour import Fit, lever_effects
from zjsim.analysis.validation.record import Measured, NotRunError
from zjsim.analysis.validation.subject import Subject
from zjsim.errors import PlanError
from zjsim.inputs import Inputs, TimePath
from zjsim.trajectories import Trajectories
from zjsim.yamlfile import read_yaml

FILE = "family.yaml"
# Weaker effects are noise of the ranking: shares of the strongest lever of an indicator.
LEAST_EFFECT = 0.02


def read_family(subject: Subject) -> Mapping[str, Any]:
    """The plan's family members.

    Raises
    ------
    NotRunError
        When the plan has none.
    PlanError
        When a member names a variable that the model does not have.
    """
    path = subject.plan.folder.file(FILE)
    if not path.is_file():
        raise NotRunError(f"the plan has no {FILE}: no figures of another province")
    data: Mapping[str, Any] = read_yaml(path, PlanError).data
    for member in data["members"]:
        named = [
            *member["initial"],
            *member["drivers"],
            *(f["variable"] for f in member["figures"]),
        ]
        unknown = [name for name in named if name not in subject.spec.elements]
        if unknown:
            raise PlanError(f"{path}: {member['id']}: the model has no {', '.join(unknown)}.")
    return data


def member_inputs(subject: Subject, member: Mapping[str, Any]) -> Inputs:
    """Inputs of a member: its initial values and its outside world, all else the scenario's.

    Between years a driver is read on a straight line, and after the last it grows as the
    scenario's own does.
    """
    return placed(subject.inputs(member["scenario"]), member, subject.spec.start)


def placed(
    inputs: Inputs, member: Mapping[str, Any], start: float, until: float = math.inf
) -> Inputs:
    """Inputs with a member's initial values and its drivers in place of the plan's own.

    Parameters
    ----------
    start : float
        Where the model starts; every driver of a member is 1 there.
    until : float
        The last year of its drivers that is known.
    """
    constants = dict(inputs.constants)
    for name, entry in member["initial"].items():
        constants[name] = np.array([float(entry["value"])])
    paths = dict(inputs.paths)
    for name, entry in member["drivers"].items():
        own = {start: 1.0, **{float(y): v for y, v in entry["values"].items() if y <= until}}
        years = np.array(sorted(own))
        later = np.arange(years[-1] + 1, inputs.grid.stop + 1)
        growth = paths[name].right(later)[0] / paths[name].right(years[-1:])[0, 0]
        values = np.concatenate([[own[year] for year in years], own[years[-1]] * growth])
        paths[name] = TimePath(np.concatenate([years, later]), values[None])
    return replace(inputs, constants=constants, paths=paths)


def member_fits(subject: Subject, member: Mapping[str, Any]) -> list[Fit]:
    """Each published series of a member against its run."""
    run = subject.run(member_inputs(subject, member))
    return [_fit(subject, run, entry) for entry in member["figures"]]


def _fit(subject: Subject, run: Trajectories, entry: Mapping[str, Any]) -> Fit:
    years = tuple(sorted(entry["values"]))
    base = run.at(entry["variable"], subject.spec.start)[0] if entry["measure"] == "index" else 1.0
    model = np.array([run.at(entry["variable"], float(year))[0] for year in years]) / base
    return Fit(entry["series"], years, np.array([entry["values"][y] for y in years]), model)


def family(subject: Subject) -> Measured:
    """Largest mean absolute relative error of a series of a member."""
    worst, words, details = 0.0, [], []
    for member in read_family(subject)["members"]:
        fits = member_fits(subject, member)
        given = {entry["series"]: entry.get("given_by") for entry in member["figures"]}
        largest = max(fits, key=lambda fit: fit.mape)
        # A run that breaks down is not a number and never passes.
        worst = largest.mape if not largest.mape <= worst else worst
        name, points = member["label"]["en"], sum(len(fit.years) for fit in fits)
        words.append(
            f"{name}: {len(fits)} series, {points} points, largest MAPE "
            f"{100 * largest.mape:.1f} % ({largest.series})"
        )
        for fit in fits:
            note = f"; partly given by the driver {given[fit.series]}" if given[fit.series] else ""
            details.append(f"{member['id']}: {fit.words}{note}")
    return Measured(worst, "; ".join(words), details)


def agreements(subject: Subject) -> list[tuple[Mapping[str, Any], dict[str, float]]]:
    """Of each variant of the protocol, Kendall's tau of the levers by indicator variable."""
    # SciPy's statistics are slow to import and few tests need them.
    from scipy.stats import kendalltau

    plan = subject.plan
    ten = tuple(dict.fromkeys(item.variable for item in plan.plan.indicators))
    year = float(plan.plan.years[-1])
    plain = lever_effects(subject, subject.prepared().all_paths, ten, year)[:, 0]
    found = []
    for entry in subject.protocol["variants"]:
        other = lever_effects(subject, subject.inputs(changes=entry["set"]), ten, year)[:, 0]
        taus = {n: _agreement(plain[:, k], other[:, k], kendalltau) for k, n in enumerate(ten)}
        found.append((entry, taus))
    return found


def variants(subject: Subject) -> Measured:
    """Smallest agreement of the ranking of levers between the model and another boundary.

    Kendall's tau over the levers that matter to an indicator, averaged over the indicators.
    """
    means, details = {}, []
    for entry, taus in agreements(subject):
        means[entry["id"]] = float(np.mean(list(taus.values())))
        least = min(taus, key=lambda name: taus[name])
        details.append(
            f"{entry['id']} ({entry['what']}): mean tau {means[entry['id']]:.3f}, "
            f"least {taus[least]:.2f} ({least})"
        )
    worst = min(means, key=lambda name: means[name])
    words = f"{len(means)} other boundaries and forms, least mean tau {means[worst]:.3f} in {worst}"
    return Measured(means[worst], words, details)


def _agreement(plain: np.ndarray, other: np.ndarray, tau: Any) -> float:
    """Kendall's tau of two rankings, over levers that matter in either; 1 with fewer than two."""
    sizes = np.maximum(np.abs(plain) / np.abs(plain).max(), np.abs(other) / np.abs(other).max())
    kept = sizes >= LEAST_EFFECT
    return float(tau(plain[kept], other[kept]).statistic) if kept.sum() > 1 else 1.0
