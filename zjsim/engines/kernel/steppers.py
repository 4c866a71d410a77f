"""Fixed-step rules as tables of numbers, written once for every target.

A rule says where in the step the derivative is evaluated and how the evaluations are
weighed. The emitters write it out in source text; ``advance`` does it on arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

State = TypeVar("State", float, np.ndarray)
# Part of a step by which comparisons of time are moved inside it.
HAIR = 2.0**-20


@dataclass(frozen=True, slots=True)
class Stepper:
    """An explicit rule in which each stage starts from the stage before alone.

    Parameters
    ----------
    nodes : tuple of float
        Where each stage lies in the step, 0 to 1; also how far the derivative of the stage
        before is followed to reach it.
    weights : tuple of float
        Weight of each stage's derivative; whole numbers, so that a constant rate is added
        up without rounding. The step is divided by their sum.
    order : int
        Order of the error on smooth right-hand sides.
    """

    name: str
    nodes: tuple[float, ...]
    weights: tuple[float, ...]
    order: int


EULER = Stepper("euler", nodes=(0.0,), weights=(1.0,), order=1)
RK4 = Stepper("rk4", nodes=(0.0, 0.5, 0.5, 1.0), weights=(1.0, 2.0, 2.0, 1.0), order=4)
STEPPERS = {stepper.name: stepper for stepper in (EULER, RK4)}


def advance(
    stepper: Stepper,
    derivative: Callable[[float, State], State],
    state: State,
    time: float,
    step: float,
) -> State:
    """The state one step later."""
    change = stage = state * 0.0
    for node, weight in zip(stepper.nodes, stepper.weights, strict=True):
        stage = derivative(time + node * step, state + node * step * stage)
        change = change + weight * stage
    return state + step / sum(stepper.weights) * change
