"""A graph of operations in which equal subexpressions are one node.

A node is an operation, the numbers of its operands (always smaller than its own) and, for
leaves, a value. Adding a node folds what is known already and shares what stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from zjsim.engines.kernel.functions import OPERATIONS

# Operations whose result is a truth value; all others give a number.
TRUTHS = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "truth", "flag"})

# Leaves, by the moment from which their value is known:
# 0 with the text, 1 once a run (``prepare`` and ``start``), 2 at each evaluation (``step``).
LEAF_PHASE = {
    "number": 0, "flag": 0,
    "constant": 1, "control": 1, "given": 1, "kept": 1, "path_start": 1,
    "time": 2, "clock": 2, "step_time": 2, "state": 2, "held": 2, "delayed": 2, "path": 2,
    "variable": 2,
}  # fmt: skip
_TIMES = frozenset({"time", "clock", "step_time"})
# Largest whole power written as products: x^8 is three multiplications.
_LARGEST_PRODUCT = 8


class Node(NamedTuple):
    """One operation; ``value`` is a number or the index of a leaf."""

    op: str
    args: tuple[int, ...] = ()
    value: float = 0.0


class Graph:
    """Nodes in an order in which operands come first."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.phases: list[int] = []
        # Whether a node depends on time and, besides it, only on what is fixed for a run.
        self.time_only: list[bool] = []
        self._known: dict[tuple[str, tuple[int, ...], str], int] = {}
        self._moved: dict[tuple[int, str], int] = {}

    def leaf(self, op: str, value: float = 0.0) -> int:
        """A leaf, by kind and index or value."""
        return self._insert(Node(op, (), value))

    def number(self, value: float) -> int:
        """A literal number."""
        return self.leaf("number", float(value))

    def is_number(self, index: int, value: float | None = None) -> bool:
        """Whether a node is a literal number (equal to ``value``)."""
        node = self.nodes[index]
        return node.op == "number" and (value is None or node.value == value)

    def add(self, op: str, *args: int, value: float = 0.0) -> int:
        """The node for ``op`` on ``args``: folded, simplified, shared."""
        nodes = [self.nodes[arg] for arg in args]
        if op in OPERATIONS and args and all(n.op in ("number", "flag") for n in nodes):
            operands = [bool(n.value) if n.op == "flag" else n.value for n in nodes]
            result = OPERATIONS[op](*operands)
            truth = op in TRUTHS
            return self.leaf("flag", float(result)) if truth else self.number(result)
        simple = self._simplified(op, args)
        return simple if simple is not None else self._insert(Node(op, tuple(args), value))

    def truth(self, index: int) -> int:
        """The node as a truth value."""
        return index if self.nodes[index].op in TRUTHS else self.add("truth", index)

    def numeric(self, index: int) -> int:
        """The node as a number: 1 where it holds, 0 where it does not."""
        if self.nodes[index].op not in TRUTHS:
            return index
        return self.add("select", index, self.number(1.0), self.number(0.0))

    def moved(self, index: int, moment: str) -> int:
        """A node that depends on time only, read at another moment of the step."""
        if not self.time_only[index]:
            return index
        key = (index, moment)
        if key not in self._moved:
            node = self.nodes[index]
            if node.op in _TIMES:
                self._moved[key] = self.leaf(moment) if node.op == "time" else index
            else:
                args = [self.moved(arg, moment) for arg in node.args]
                self._moved[key] = self._insert(Node(node.op, tuple(args), node.value))
        return self._moved[key]

    def reachable(self, roots: Sequence[int], least_phase: int = 0) -> list[int]:
        """Nodes that ``roots`` need, operands first, of ``least_phase`` or later."""
        found: set[int] = set()
        pending = list(roots)
        while pending:
            index = pending.pop()
            if index not in found and self.phases[index] >= least_phase:
                found.add(index)
                pending.extend(self.nodes[index].args)
        return sorted(found)

    def _insert(self, node: Node) -> int:
        # repr tells -0.0 from 0.0 and finds NaN again.
        key = (node.op, node.args, repr(node.value))
        index = self._known.get(key)
        if index is None:
            index = self._known[key] = len(self.nodes)
            self.nodes.append(node)
            inner = [self.phases[arg] for arg in node.args]
            self.phases.append(max(inner, default=LEAF_PHASE.get(node.op, 0)))
            timed = [self.time_only[arg] or self.phases[arg] < 2 for arg in node.args]
            later = self.phases[-1] == 2
            self.time_only.append(later and (all(timed) if node.args else node.op in _TIMES))
        return index

    def _simplified(self, op: str, args: tuple[int, ...]) -> int | None:
        match op, args:
            case ("add", (a, b)) if self.is_number(a, 0.0):
                return b
            case ("add" | "sub", (a, b)) if self.is_number(b, 0.0):
                return a
            case ("sub", (a, b)) if self.is_number(a, 0.0):
                return self.add("neg", b)
            case ("mul", (a, b)) if self.is_number(a, 1.0):
                return b
            case ("mul" | "div" | "pow", (a, b)) if self.is_number(b, 1.0):
                return a
            case ("neg", (a,)) if self.nodes[a].op == "neg":
                return self.nodes[a].args[0]
            case ("not", (a,)) if self.nodes[a].op == "not":
                return self.nodes[a].args[0]
            case ("select", (condition, a, b)):
                if self.nodes[condition].op == "flag":
                    return a if self.nodes[condition].value else b
                return a if a == b else None
            case ("and" | "or", (a, b)):
                return self._logic(op, a, b)
            case ("truth", (a,)) if self._is_indicator(a):
                return self.nodes[a].args[0]
            case ("pow", (a, b)) if self.is_number(b):
                return self._power(a, self.nodes[b].value)
        return None

    def _logic(self, op: str, a: int, b: int) -> int | None:
        for known, other in ((a, b), (b, a)):
            if self.nodes[known].op == "flag":
                decides = bool(self.nodes[known].value) == (op == "or")
                return known if decides else other
        return None

    def _is_indicator(self, index: int) -> bool:
        node = self.nodes[index]
        return (
            node.op == "select"
            and self.is_number(node.args[1], 1.0)
            and self.is_number(node.args[2], 0.0)
        )

    def _power(self, base: int, exponent: float) -> int | None:
        """``base ^ exponent`` for the exponents that need no logarithm."""
        size = abs(exponent)
        if size == 0.0:
            return self.number(1.0)
        if size not in (0.5, 1.5) and (size != int(size) or size > _LARGEST_PRODUCT):
            return None
        if size == 0.5:
            result = self.add("sqrt", base)
        elif size == 1.5:
            result = self.add("mul", base, self.add("sqrt", base))
        else:
            result = self._product(base, int(size))
        return result if exponent > 0 else self.add("div", self.number(1.0), result)

    def _product(self, base: int, times: int) -> int:
        if times == 1:
            return base
        half = self._product(base, times // 2)
        square = self.add("mul", half, half)
        return square if times % 2 == 0 else self.add("mul", square, base)
