"""Random numbers of a run: a path a draw, the same for the same seed on any machine."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from zjsim.errors import UnsupportedError
from zjsim.inputs import TimePath
from zjsim.model.draw import Draw
from zjsim.model.spec import ModelSpec
from zjsim.timeline import TimeGrid


def refuse_draws(model: ModelSpec) -> None:
    """Refuse a model that draws random numbers when nobody has said how.

    Raises
    ------
    UnsupportedError
        With the words that say it.
    """
    if not model.draws:
        return
    first = model.draws[0].name.rpartition(" draw ")[0]
    count = len(model.draws)
    calls = "asks for random numbers" if count == 1 else f"asks for random numbers {count} times"
    raise UnsupportedError(
        f"{model.origin or model.name}: {calls} (first in {first}); a run must give the same "
        "result each time, so say how: --set noise=1 draws them with seed 1, --set "
        "noise=off holds each at its mean (in Python noise=1 and noise='off')."
    )


def noise_paths(
    draws: Sequence[Draw], grid: TimeGrid, seed: int, first_run: int = 0, n_run: int = 1
) -> dict[str, TimePath]:
    """For each draw a path that holds a number a step.

    The numbers of a run depend on the seed, the name of the draw and the number of the run
    alone.

    Parameters
    ----------
    first_run, n_run : int
        Which runs; a path has a row for each.

    Returns
    -------
    dict of str to TimePath
        By name of the draw.
    """
    times = grid.times
    # Each number holds to the end of its step and jumps there.
    edges = np.concatenate([times[:1], np.repeat(times[1:], 2)])
    paths = {}
    for draw in draws:
        rows = np.stack(
            [_row(draw, seed, run, len(times)) for run in range(first_run, first_run + n_run)]
        )
        paths[draw.name] = TimePath(edges, np.repeat(rows, 2, axis=1)[:, : len(edges)])
    return paths


def _row(draw: Draw, seed: int, run: int, count: int) -> np.ndarray:
    key = np.random.SeedSequence([seed, crc32(draw.name.encode()), run])
    numbers = np.random.Generator(np.random.PCG64(key))
    if draw.kind == "uniform":
        return numbers.random(count)
    if draw.kind == "exponential":
        return numbers.exponential(size=count)
    if draw.kind == "poisson":
        return numbers.poisson(draw.low, count).astype(float)
    return _normal(numbers, draw.low, draw.high, count)


def _normal(numbers: np.random.Generator, low: float, high: float, count: int) -> np.ndarray:
    """Normal numbers between limits; those beyond are drawn again, as Vensim does."""
    values = numbers.standard_normal(count)
    for _ in range(1000):
        beyond = (values < low) | (values > high)
        if not beyond.any():
            return values
        values[beyond] = numbers.standard_normal(int(beyond.sum()))
    # Limits so far out that chance does not reach them within reason.
    return np.clip(values, low, high)
