"""Schedule → Python text in which each number is an array over runs: no compiler is needed."""

from __future__ import annotations

from zjsim.engines.kernel.emit import PythonRenderer, Text, table_lines
from zjsim.engines.kernel.schedule import Schedule
from zjsim.engines.kernel.steppers import Stepper

_READERS = {"hold": "read_table", "extrapolate": "read_table_on", "step": "read_steps"}
_CALLED = {
    "select": "where", "pow": "power", "min": "minimum", "max": "maximum",
    "and": "logical_and", "or": "logical_or", "not": "logical_not",
}  # fmt: skip


class MembersRenderer(PythonRenderer):
    """The text of one run, read by `members.SPACE` as the text of many.

    What chooses or asks is written as a function of arrays; both branches are computed, which
    NumPy's arithmetic survives.
    """

    twice: frozenset[str] = frozenset()

    def operation(self, index: int, args: list[Text]) -> tuple[str, int]:
        node = self.graph.nodes[index]
        texts = ", ".join(arg.text for arg in args)
        if node.op in _CALLED:
            return f"{_CALLED[node.op]}({texts})", 9
        if node.op == "lookup":
            i = int(node.value)
            reader = _READERS[self.schedule.tables[i].extrapolation]
            return f"{reader}({texts}, xs_{i}, ys_{i}, slopes_{i})", 9
        return super().operation(index, args)

    def table(self, position: int) -> list[str]:
        lines = table_lines(position, self.schedule.tables[position])
        parts = [line.partition(" = ") for line in lines]
        return [f"{name} = array({numbers})" for name, _, numbers in parts]

    def not_below_zero(self, state: str) -> str:
        return f"{state} = where({state} < 0.0, 0.0, {state})"


def emit_members(schedule: Schedule, stepper: Stepper, every_step: bool = False) -> str:
    """Python text that defines ``run`` for many runs side by side and one rule."""
    return MembersRenderer(schedule, stepper, safe=False, every_step=every_step).render()
