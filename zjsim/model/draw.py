"""Random numbers that a model asks for: what is drawn, a number a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["uniform", "normal", "exponential", "poisson"]


@dataclass(frozen=True, slots=True)
class Draw:
    """A standard random number for one call of one equation.

    Parameters
    ----------
    name : str
        Of the element of the model that holds it.
    kind : {"uniform", "normal", "exponential", "poisson"}
        Uniform from 0 to 1, normal of mean 0 and deviation 1, exponential of mean 1, Poisson of
        mean ``low``.
    low, high : float
        Between which a normal number must lie; others are drawn again.
    mean : float
        What holds in its place where nothing is drawn.
    said : str
        The call, for messages and documentation.
    """

    name: str
    kind: Kind
    low: float
    high: float
    mean: float
    said: str
