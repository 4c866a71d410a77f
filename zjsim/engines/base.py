"""The contract of an engine: ``compile`` once, ``run`` often."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from zjsim.inputs import Inputs
from zjsim.model.spec import ModelSpec
from zjsim.trajectories import Trajectories

if TYPE_CHECKING:
    from zjsim.engines.kernel.program import Program


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


class Source(Protocol):
    """Where an engine finds a model, such as an open plan; read when it is used."""

    @property
    def model(self) -> ModelSpec:
        """The model as it was read."""

    @property
    def program(self) -> Program:
        """The same, lowered."""


@dataclass(frozen=True)
class ModelSource:
    """A model that is lowered when an engine asks for that.

    Parameters
    ----------
    model : ModelSpec
    """

    model: ModelSpec

    @cached_property
    def program(self) -> Program:
        """The model, lowered."""
        from zjsim.engines.kernel.lower import lower

        return lower(self.model)


class Engine(ABC):
    """A way to run models; `zjsim.engines.ENGINES` lists them."""

    @classmethod
    @abstractmethod
    def made(cls, **options: Any) -> Engine:
        """The engine from the options of all engines, of which it takes its own."""

    @abstractmethod
    def compile(self, model: ModelSpec) -> CompiledModel:
        """Prepare ``model``.

        Raises
        ------
        UnsupportedError
            When the engine does not compute a construct; the message names the equation.
        """

    def compile_source(self, source: Source, may_be_paths: tuple[str, ...] = ()) -> CompiledModel:
        """The same from a source that may hold the model lowered already."""
        return self.compile(source.model)
