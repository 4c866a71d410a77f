"""Draws as learning would leave them, made without learning."""

from __future__ import annotations

import numpy as np

from zjsim.scenario.posterior import Posterior, write_posterior

TIED = ("wedge", "digital_trend")  # two constants of which only a sum is known


def a_posterior(plan, n=16, **more):
    random = np.random.default_rng(1)
    return Posterior(
        known_until=2022, plan=plan.folder.name, model_hash=plan.model_hash,
        values={"wedge": random.normal(-0.01, 0.001, n)},
        shocks={"drivers.drift_of_energy": random.standard_normal((n, 6))},
        since=2020, scores=random.standard_normal((n, 3)), unknowns=("a", "b", "c"),
        predictions=np.zeros((n, 1)), figures=("x.level 2021",), attributes={"seed": 1, "key": "k"},
        **more,
    )  # fmt: skip


def tied_posterior(plan, path, n=256):
    """A scenario that starts from draws of which two constants go against each other."""
    random = np.random.default_rng(2)
    common, own = random.standard_normal((2, n))
    first, second = TIED
    made = Posterior(
        known_until=2022, plan=plan.folder.name, model_hash=plan.model_hash,
        values={
            first: -0.012 + 0.004 * common,
            second: 0.05 - 0.01 * (0.95 * common + 0.31 * own),
            "levers.water": random.uniform(0.7, 0.9, n),
        },
        shocks={"drivers.drift_of_energy": 0.5 + 0.3 * random.standard_normal((n, 6))},
        since=2020, scores=np.zeros((n, 1)), unknowns=("a",), predictions=np.zeros((n, 1)),
        figures=("x.level 2021",), attributes={"seed": 1, "key": "k"},
    )  # fmt: skip
    write_posterior(path, made)
    changes = [f"sampling.posterior={path}", f"sampling.runs={n}"]
    return plan.read_scenario("baseline", changes)
