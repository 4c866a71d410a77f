"""The contract of an engine: ``compile`` once, ``run`` often."""

from __future__ import annotations

from typing import Protocol

from zjsim.inputs import Inputs
from zjsim.model.spec import ModelSpec
from zjsim.trajectories import Trajectories


class CompiledModel(Protocol):
    """A model made ready by an engine."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that ``run`` can save, in the order of the model file."""

    def run(self, inputs: Inputs) -> Trajectories:
        """Simulate; the order of the runs is that of ``inputs``.

        Raises
        ------
        ModelError
            When ``inputs`` name an element that the model lacks or that cannot be set.
        """


class Engine(Protocol):
    """A way to run models."""

    @property
    def name(self) -> str:
        """The word after ``--engine``."""

    def compile(self, model: ModelSpec) -> CompiledModel:
        """Prepare ``model``.

        Raises
        ------
        UnsupportedError
            When the engine does not compute a construct; the message names the equation.
        """
