"""What a bare ``--set name=value`` may mean: the names of a plan, by section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zjsim.errors import Problem, did_you_mean
from zjsim.model.names import CONTROL_NAMES, canonical, identifier
from zjsim.scenario.lever_names import find_lever, lever_words
from zjsim.scenario.tables import Lever, find_name

_TIME = ("time.start", "time.stop", "time.step", "time.save_every")


@dataclass(frozen=True, slots=True)
class Settable:
    """The names that an assignment may set.

    Parameters
    ----------
    levers : tuple of Lever
        They go by id or label.
    drivers, constants : tuple of str
        Model names; the constants are neither lever, driver nor time setting.
    """

    levers: tuple[Lever, ...] = ()
    drivers: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()

    def place(self, name: str, at: str) -> tuple[str, str] | Problem:
        """The section and the name there that a bare name means, or why there is none."""
        found = [
            *[("levers", lever.id) for lever in (find_lever(name, self.levers),) if lever],
            *[("drivers", driver) for driver in find_name(name, self.drivers)],
            *[("constants", constant) for constant in find_name(name, self.constants)],
        ]
        if len(found) == 1:
            return found[0]
        if found:
            choices = " or ".join(f"{section}.{own}" for section, own in found)
            return Problem(at, f"{name} may mean {choices}", "Write one of them.")
        ids = [identifier(own) for own in (*self.drivers, *self.constants)]
        near = did_you_mean(name, [*lever_words(self.levers), *ids, *_TIME])
        return Problem(at, f"no lever, driver or constant {name}", near)


def settable(
    constants: Iterable[str], levers: Sequence[Lever] = (), drivers: Iterable[str] = ()
) -> Settable:
    """What may be set of a model with these constants and a plan with these tables."""
    drivers = tuple(drivers)
    taken = {canonical(name) for name in (*drivers, *(lever.variable for lever in levers))}
    free = [name for name in constants if canonical(name) not in taken | CONTROL_NAMES]
    return Settable(tuple(levers), drivers, tuple(free))
