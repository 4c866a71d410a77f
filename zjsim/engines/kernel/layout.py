"""Where each value of a block of runs stands in the arrays of a compiled kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zjsim.engines.kernel.emit import LETTERS
from zjsim.engines.kernel.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kernel is made for.

    Parameters
    ----------
    stages : int
        Evaluations a step.
    by_run : tuple of int
        Slots of the constants that may differ by run; the others are the same for all runs.
    saves_all : bool
        Whether each call saves all names of the schedule, in their order.
    """

    stages: int
    by_run: tuple[int, ...]
    saves_all: bool


class Layout:
    """First slot of each kind of value in the array of a block, and in the shared one."""

    def __init__(self, schedule: Schedule, kind: Kind, shared: Sequence[int]) -> None:
        self.first: dict[str, int] = {}
        self.size = 0
        n_state, n_path = len(schedule.rates), len(schedule.paths)
        n_held, n_ring = len(schedule.held_updates), len(schedule.ring_inputs)
        self.constants = {slot: i for i, slot in enumerate(kind.by_run)}
        n_base = n_state if kind.stages > 1 else 0
        for name, count in (
            ("constant", len(kind.by_run)), ("given", n_state), ("path_start", n_path),
            ("prepared", len(schedule.prepared)), ("kept", len(schedule.kept)),
            ("state", n_state), ("base", n_base), ("sum", n_base), ("rate", n_state),
            ("held", n_held), ("held_next", n_held), ("delayed", n_ring),
            ("ring_input", n_ring), ("ring_start", n_ring), ("ring_length", n_ring),
            ("path", n_path), ("broken", 1), ("failed", 1),
            ("observed", len(observed(schedule))),
        ):  # fmt: skip
            self.first[name] = self.size
            self.size += count
        # Values passed from one loop of a function to the next.
        self.first["passed"] = self.size
        self.passed = 0
        # The shared array: the constants by slot, then what is computed from them alone.
        self.shared = {node: schedule.n_constants + i for i, node in enumerate(shared)}

    @property
    def slots(self) -> int:
        """Slots of a block."""
        return self.size + self.passed


def observed(schedule: Schedule) -> list[int]:
    """Saved nodes that must be computed for saving; the others stand in a slot already."""
    ready = set(schedule.prepared)
    nodes = schedule.graph.nodes
    return [
        index
        for index in dict.fromkeys(schedule.saved)
        if index not in ready and nodes[index].op not in LETTERS
    ]
