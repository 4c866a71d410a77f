"""What an ensemble in the page needs: the same dimensions, points and discrepancies.

A scrambled Sobol set is a shift and a direction for each bit of a run's number: the page has
those for each number of dimensions that a scenario may come to, and makes every point anew.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from zjsim.assessment.plan import Indicator
from zjsim.assessment.reading import reading_time
from zjsim.model.names import CONTROL_NAMES, canonical, identifier
from zjsim.openplan import OpenPlan
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.draws import Dimension, SamplePlan, pert_table, sobol_points
from zjsim.scenario.posterior import Posterior
from zjsim.scenario.sampling import key_of, mode_of
from zjsim.scenario.schema import Range, Sampling, Scenario
from zjsim.scenario.writing import sampling_entries

_BITS = 30  # of SciPy's points


def base64_of(array: np.ndarray, kind: str) -> str:
    """The numbers in little-endian bytes of a NumPy type, as text."""
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode("ascii")


def sampling_content(
    ready: Prepared, shipped: Sequence[Scenario], runs: int, drawer: int
) -> dict[str, Any]:
    """The sampling of a scenario, with the numbers that its draws rest on.

    Parameters
    ----------
    ready : Prepared
        The scenario that the page begins with; all others are drawn by its sampling.
    shipped : sequence of Scenario
        Those that the page holds.
    runs : int
        Most runs of an ensemble.
    drawer : int
        How many constants a user may hold at a value.
    """
    plan, sampling = ready.plan, ready.resolved.scenario.sampling
    sample, carried = ready.sampled(runs=runs), sampling.implementation
    given = sample.posterior
    content = {
        "method": sampling.method,
        "runs": runs,
        "seed": sampling.seed,
        # A file of draws stays where it was learnt: its path means nothing to others.
        "entries": {**sampling_entries(replace(sampling, posterior=None)), "runs": runs},
        "constants": _constants(plan, sampling),
        "drivers": [
            {"id": identifier(name), **_bounds(bounds), "of": bounds.of}
            for name, bounds in sampling.drivers.items()
        ],
        "outlook": [
            {
                "id": identifier(error.driver),
                "sd": error.sd,
                "persistence": error.persistence,
                "common": error.common,
            }
            for error in ready.resolved.outlook
        ],
        "implementation": None if carried is None else _bounds(carried),
        "implementationOf": {}
        if carried is None
        else {n: _bounds(b) for n, b in carried.levers.items()},
        "correlations": [
            [*(key_of(name) for name in pair.between), pair.r] for pair in sampling.correlations
        ],
        "sobol": {},
        "pert": [
            [part, base64_of(pert_table(part)[0], "<f8")]
            for part in sorted(_pert_parts(sample.dimensions))
        ],
        "walks": {} if given else _walks(plan, runs, sampling.seed),
    }
    if given is not None:
        content["posterior"] = _posterior(given, runs)
    if sampling.method == "sobol":
        sizes = _sizes(plan, ready, shipped, drawer)
        content["sobol"] = {str(n): _directions(sampling.seed, n, runs) for n in sizes}
    return content


def _bounds(bounds: Range) -> dict[str, Any]:
    return {
        "low": bounds.low,
        "mode": mode_of(bounds),
        "high": bounds.high,
        "distribution": bounds.distribution,
    }


def _constants(plan: OpenPlan, sampling: Sampling) -> list[dict[str, Any]]:
    """Constants that may vary, in the order of their table."""
    slots = {slot.name: place for place, slot in enumerate(plan.program.constants)}
    names = {canonical(name): name for name in plan.names.constants}
    away = {canonical(name) for name in plan.exogenous} | CONTROL_NAMES
    listed = sampling.constants != "all"
    wanted = {canonical(n) for n in sampling.constants} if listed else set()
    rows = []
    for key, row in plan.constants.rows.items():
        varies = identifier(row.name) in map(identifier, wanted) if listed else True
        if key not in names or key in away or row.distribution == "fixed" or not varies:
            continue
        learnt = plan.calibrated.get(key)
        rows.append(
            {
                "key": identifier(names[key]),
                "slot": slots[names[key]],
                "low": row.low,
                "high": row.high,
                "distribution": row.distribution,
                "centre": float(plan.names.constants[names[key]]),
                "listed": listed,
                "learnt": _bounds(learnt) if learnt is not None and learnt.mode else None,
            }
        )
    return rows


def _pert_parts(dimensions: Iterable[Dimension]) -> set[float]:
    """Where the modes of the PERT distributions lie between their bounds."""
    return {(d.mode - d.low) / (d.high - d.low) for d in dimensions if d.distribution == "pert"}


def _posterior(given: Posterior, runs: int) -> dict[str, Any]:
    """The first draws after learning, run by run, and the mean of all of them."""
    years = next(iter(given.shocks.values())).shape[1] if given.shocks else 0
    return {
        "knownUntil": given.known_until,
        "hash": given.hash[:8],
        "years": years,
        "values": {key: base64_of(column[:runs], "<f8") for key, column in given.values.items()},
        "means": {key: float(column.mean()) for key, column in given.values.items()},
        "shocks": {key: base64_of(table[:runs], "<f8") for key, table in given.shocks.items()},
        "shockMeans": {key: table.mean(axis=0).tolist() for key, table in given.shocks.items()},
    }


def _sizes(plan: OpenPlan, ready: Prepared, shipped: Sequence[Scenario], drawer: int) -> list[int]:
    """Every number of dimensions that a state of the page may come to."""
    levers = sum(1 for lever in plan.levers if lever.delayable)
    held, rest = set(), set()
    start = ready.resolved.scenario.sampling.posterior
    for scenario in shipped:
        own = scenario.changed(sampling=replace(scenario.sampling, posterior=start))
        one = prepare(plan, own if start else scenario)
        sample = SamplePlan("sobol", 1, 0, one.sampled(runs=1).dimensions, (), np.eye(0))
        kinds = [dimension.kind for dimension in sample.dimensions]
        held.add(kinds.count("constant"))
        rest.add(sample.size - kinds.count("constant") - kinds.count("lever"))
    found = {
        constants - fewer + drivers + used
        for constants in held
        for fewer in range(drawer + 1)
        for drivers in rest
        for used in range(levers + 1)
    }
    return sorted(size for size in found if size > 0)


def _directions(seed: int, size: int, runs: int) -> str:
    """Shift and directions of a Sobol set, a row a dimension, as unsigned integers."""
    bits = max((runs - 1).bit_length(), 1)
    whole = 2**_BITS * sobol_points(seed, size, 0, 2**bits)
    points = np.floor(whole).astype(np.uint32)
    # Run 2^k differs from the run before it by its direction alone (Gray code).
    columns = [points[0]] + [points[2**k] ^ points[2**k - 1] for k in range(bits)]
    return base64_of(np.stack(columns, axis=1), "<u4")


def _walks(plan: OpenPlan, runs: int, seed: int) -> dict[str, Any]:
    """Departure of each indicator by run and year; exact where verdicts are read."""
    found = {}
    for item in plan.plan.indicators:
        one = plan.discrepancies.get(item.id)
        if one is None or one.sd == 0:
            continue
        years = _years(plan, item)
        times = [reading_time(item, year) for year in years]
        walk = one.walk(runs, seed, float(plan.plan.base_year), times)
        found[item.id] = {
            "form": one.form,
            "last": base64_of(walk[:, -1], "<f8"),
            # The years before only draw a band.
            "before": base64_of(walk[:, :-1], "<f4"),
        }
    return found


def _years(plan: OpenPlan, item: Indicator) -> list[int]:
    return [year for year in plan.plan.years if year <= item.target.year]


def no_sampling() -> Mapping[str, Any]:
    """Of a model without a plan: nothing varies."""
    return {
        "method": "none", "runs": 0, "seed": 0, "entries": {}, "constants": [], "drivers": [],
        "outlook": [], "implementation": None, "implementationOf": {}, "correlations": [],
        "sobol": {}, "pert": [], "walks": {},
    }  # fmt: skip
