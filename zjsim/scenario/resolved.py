"""What `resolve` needs of a model, and what it gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from zjsim.inputs import Inputs
from zjsim.language import Language, Text
from zjsim.scenario.outlook import OutlookError
from zjsim.scenario.posterior import Posterior
from zjsim.scenario.schema import Scenario
from zjsim.scenario.tables import Lever
from zjsim.timeline import TimeGrid

if TYPE_CHECKING:
    # A warm run has the names from the cache and needs no model.
    from zjsim.model.spec import ModelSpec

Kind = Literal["lever", "driver", "constant", "initial"]


class ModelNames(Protocol):
    """What a scenario must know of a model: names with values, and its own time settings."""

    @property
    def constants(self) -> Mapping[str, float]:
        """Value of each constant by model name."""

    @property
    def stocks(self) -> Collection[str]:
        """Names of the stocks."""

    @property
    def units(self) -> Mapping[str, str]:
        """Unit by model name; may lack names."""

    @property
    def time(self) -> TimeGrid:
        """The model file's own horizon and step."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a model as plain data; see `ModelNames`."""

    constants: Mapping[str, float]
    stocks: Collection[str]
    units: Mapping[str, str]
    time: TimeGrid


def names_of(model: ModelSpec, grid: TimeGrid | None = None) -> Names:
    """What `resolve` must know of a model that has been read.

    ``grid`` stands for the model's own time settings, where they have been fitted to whole steps.
    """
    # Files often save every step by SAVEPER = TIME STEP; a scenario with a longer step
    # should not have to repeat that.
    every = model.save_every if model.save_every > model.step else None
    return Names(
        constants={constant.name: constant.value for constant in model.constants},
        stocks=tuple(stock.name for stock in model.stocks),
        units={name: element.unit for name, element in model.elements.items()},
        time=grid or TimeGrid(model.start, model.stop, model.step, every),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One decided input.

    Parameters
    ----------
    kind : {"lever", "driver", "constant", "initial"}
    id : str
        As scenario files name it.
    name, unit : str
        Model name and the model's unit.
    said : str
        What was asked for, in words with dates; a plain string needs no translation.
    at : str
        File and line that decided it.
    index : bool
        Of a driver: an index, continued by growth.
    extrapolated_after : float or None
        Last year that a driver path gives.
    known : float or None
        Of a driver that follows the observed path: its last year there.
    """

    kind: Kind
    id: str
    name: str
    unit: str
    said: Text | str
    at: str
    index: bool = False
    extrapolated_after: float | None = None
    known: float | None = None

    def words(self, language: Language) -> str:
        """What was asked for, in words of the language."""
        return self.said.in_(language) if isinstance(self.said, Text) else self.said


@dataclass(frozen=True, slots=True)
class Resolved:
    """A scenario that fits its model.

    Parameters
    ----------
    scenario : Scenario
        As it was read.
    inputs : Inputs
        Of one run.
    entries : tuple of Entry
        What each input is and who decided it.
    notes : tuple of str
        What a reader should know: moved switch times, extrapolated drivers.
    hash : str
        Of the inputs and the sampling; names, labels and file places do not enter.
    levers : tuple of Lever
        Of the plan.
    outlook : tuple of OutlookError
        How wrong the outlook of the drivers may be.
    posterior : Posterior or None
        Draws after learning that an ensemble takes instead of its own.
    """

    scenario: Scenario
    inputs: Inputs
    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    hash: str
    levers: tuple[Lever, ...] = field(default=(), repr=False)
    outlook: tuple[OutlookError, ...] = field(default=(), repr=False)
    posterior: Posterior | None = None

    def document(self, language: Language = "en") -> dict[str, Any]:
        """The scenario fully resolved, as plain data for the folder of a run."""
        # Imported here because `writing` describes this very class.
        from zjsim.scenario.writing import resolved_document

        return resolved_document(self, language)
