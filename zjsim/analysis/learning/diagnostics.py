"""Learning as ArviZ reads it: prior, posterior, predictions and figures, for its plots and checks.

A population of particles is one chain whose draws have no order. Learnings of several seeds are
several chains: only between these do rank plots, R-hat and effective sizes say whether the
sampler agrees with itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.learning.figures import Misses
from zjsim.errors import RunError
from zjsim.model.names import identifier

if TYPE_CHECKING:
    from zjsim.analysis.learning.learn import Learning

FRESH = 4  # of the seed, for draws from the prior; 5 for errors of measurement


def to_arviz(learnings: Sequence[Learning], year: int | None = None) -> Any:
    """Learnings of one plan by different seeds, a chain each, as one data set of ArviZ.

    Parameters
    ----------
    learnings : sequence of Learning
        With as many particles each, and the same figures.
    year : int or None
        As known in this year; None takes the last.

    Returns
    -------
    InferenceData, or DataTree of ArviZ 1
        ``posterior`` and ``prior`` (constants, the carrying out of levers, drifts as the mean
        deviation of yearly growth), ``posterior_predictive``, ``observed_data`` and
        ``log_likelihood`` of the figures.

    Raises
    ------
    RunError
        When ArviZ is not installed, or the learnings do not belong together.
    """
    arviz = _arviz()
    steps = [one.last if year is None else one.known(year) for one in learnings]
    shapes = {(len(step.posterior.scores), step.posterior.figures) for step in steps}
    if len({one.seed for one in learnings}) < len(learnings) or len(shapes) > 1:
        raise RunError(
            "to_arviz: chains are learnings by different seeds, with as many particles and the "
            "same figures; such as learn(plan, seed=1) and learn(plan, seed=2)."
        )
    figures = steps[0].figures
    misses = Misses(figures.observed, figures.scales, learnings[0].world.file.freedom)
    predicted = np.stack([step.posterior.predictions for step in steps])
    groups = {
        "posterior": _stacked([_named(one, step.posterior.scores) for one, step in
                               zip(learnings, steps, strict=True)]),
        "prior": _stacked([_named(one, _prior(one, len(step.posterior.scores))) for one, step in
                           zip(learnings, steps, strict=True)]),
        "posterior_predictive": {"figures": predicted + _noise(learnings, misses)},
        "log_likelihood": {"figures": misses.log_density(predicted)},
        "observed_data": {"figures": figures.observed},
    }  # fmt: skip
    named = {
        "coords": {"figure": list(steps[0].posterior.figures)},
        "dims": {"figures": ["figure"]},
    }
    with warnings.catch_warnings():
        # ArviZ speaks of its own plans there.
        warnings.simplefilter("ignore", FutureWarning)
        if int(str(arviz.__version__).split(".", 1)[0]) >= 1:
            return arviz.from_dict(groups, **named)
        return arviz.from_dict(**groups, **named)


def _arviz() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            # An extra, which takes seconds to import.
            import arviz
    except ImportError:
        raise RunError(
            'to_arviz needs ArviZ: pip install "zjsim[diagnostics]". '
            "zjsim learn reports stages, acceptance and memory without it."
        ) from None
    return arviz


def _prior(learning: Learning, n: int) -> np.ndarray:
    random = np.random.default_rng([learning.seed, FRESH])
    return random.standard_normal((n, learning.world.layout.size))


def _named(learning: Learning, scores: np.ndarray) -> dict[str, np.ndarray]:
    layout = learning.world.layout
    drifts = {
        identifier(drift.dimension.name): drift.deviations(scores).mean(axis=1)
        for drift in layout.drifts["plan"]
    }
    values = {key.replace(".", "_"): column for key, column in layout.values(scores).items()}
    return {**values, **drifts}


def _stacked(chains: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {key: np.stack([chain[key] for chain in chains]) for key in chains[0]}


def _noise(learnings: Sequence[Learning], misses: Misses) -> np.ndarray:
    """Errors of measurement, shape (chain, draw, figure)."""
    return np.stack(
        [
            np.random.default_rng([one.seed, 5]).standard_t(
                misses.freedom, (one.particles, misses.observed.size)
            )
            * misses.scales
            for one in learnings
        ]
    )
