"""Schedule → JavaScript text, for a browser: the same operations in the same order as Python.

The text is one function, ``zjsimKernel``, whose result has ``run``; ``loop.js`` holds what is
the same for every model. Numbers are doubles in both languages, so that only ``exp``, ``ln``,
``pow`` and the angles may differ, in the last bit, with the platform's mathematics.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from zjsim.engines.kernel.emit import Renderer, Text, comment, number, slopes, wrap
from zjsim.engines.kernel.program import CONTROLS
from zjsim.engines.kernel.schedule import Schedule
from zjsim.engines.kernel.steppers import HAIR
from zjsim.errors import UnsupportedError

LOOP = Path(__file__).with_name("loop.js")
# Leaf operation → the array of the text that holds it.
_ARRAYS = {
    "constant": "C", "given": "G", "kept": "K", "path_start": "Q", "path": "P", "state": "S",
    "held": "H", "delayed": "D",
}  # fmt: skip
_SIGNS = {"eq": "===", "ne": "!==", "and": "&&", "or": "||"}
_FUNCTIONS = {
    "pow": "power", "min": "Math.min", "max": "Math.max", "sqrt": "Math.sqrt", "exp": "Math.exp",
    "ln": "Math.log", "sin": "Math.sin", "cos": "Math.cos", "tan": "Math.tan",
    "arcsin": "Math.asin", "arccos": "Math.acos", "arctan": "Math.atan", "sinh": "Math.sinh",
    "cosh": "Math.cosh", "tanh": "Math.tanh", "abs": "Math.abs", "floor": "Math.floor",
    "trunc": "Math.trunc",
}  # fmt: skip
_INFIX = ("lt", "le", "gt", "ge", "add", "sub", "mul", "div", "eq", "ne", "and", "or")
_READERS = {"hold": "readTable", "extrapolate": "readTableOn", "step": "readSteps"}
_MOMENT = "time, clock, step_time, step, start, stop, save_every"
_ATOM = 9


class JavaScriptRenderer(Renderer):
    """Statements of JavaScript; leaves are elements of typed arrays."""

    twice: frozenset[str] = frozenset()

    def __init__(self, schedule: Schedule, few: Sequence[str]) -> None:
        super().__init__(schedule)
        self.prepared = {node: f"A[{i}]" for i, node in enumerate(schedule.prepared)}
        self.few = [schedule.save.index(name) for name in few]

    def name(self, index: int) -> str | None:
        node = self.graph.nodes[index]
        if node.op == "flag":
            return "true" if node.value else "false"
        if node.op in _ARRAYS:
            return f"{_ARRAYS[node.op]}[{int(node.value)}]"
        return super().name(index)

    def assignment(self, name: str, text: str, label: str | None) -> str:
        return f"const {name} = {text};{_note(label)}"

    def operation(self, index: int, args: list[Text]) -> tuple[str, int]:
        node = self.graph.nodes[index]
        match node.op:
            case "select":
                no = wrap(args[2], 0)
                return f"{wrap(args[0], 1)} ? {wrap(args[1], 1)} : {no}", 0
            case "not":
                return f"!{wrap(args[0], 7)}", 6
            case "truth":
                return f"{wrap(args[0], 5)} !== 0.0", 4
            case "neg":
                return super().operation(index, args)
            case "lookup":
                i = int(node.value)
                reader = _READERS[self.schedule.tables[i].extrapolation]
                return f"{reader}({args[0].text}, xs_{i}, ys_{i}, slopes_{i})", _ATOM
            case op if op in _INFIX:
                text, tightness = super().operation(index, args)
                if op in ("eq", "ne", "and", "or"):
                    text = self._signed(op, args, tightness)
                return text, tightness
            case op if op in _FUNCTIONS:
                return f"{_FUNCTIONS[op]}({', '.join(arg.text for arg in args)})", _ATOM
        raise UnsupportedError(
            f"{self._place(index)}: the browser target has no {node.op}. Run this model with "
            "`zjsim run`, or write the equation without it."
        )

    @staticmethod
    def _signed(op: str, args: list[Text], tightness: int) -> str:
        logic = op in ("and", "or")
        left, right = wrap(args[0], tightness + (not logic)), wrap(args[1], tightness + (not logic))
        return f"{left} {_SIGNS[op]} {right}"

    def _place(self, index: int) -> str:
        """The variable whose equation holds a node, as far as labels tell."""
        labels = self.schedule.labels
        later = [node for node in sorted(labels) if node >= index]
        return labels[later[0]] if later else "the model"

    def render(self) -> str:
        """The text of ``zjsimKernel``."""
        parts = [
            "function zjsimKernel() {",
            '"use strict";',
            *self._sizes(),
            *self._tables(),
            "",
            *self._begin(),
            *self._function("rates", "to", "to[{}]", self.schedule.rates),
            *self._remember(),
            *self._observe("observe", range(len(self.schedule.saved))),
            *self._observe("observeFew", self.few),
            "",
            LOOP.read_text(encoding="utf-8").rstrip(),
            "",
            "return { run };",
            "}",
        ]
        return "\n".join(parts) + "\n"

    def _sizes(self) -> list[str]:
        schedule = self.schedule
        sizes = {
            "N_STATE": len(schedule.rates), "N_PATH": len(schedule.paths),
            "N_HELD": len(schedule.held_updates), "N_RING": len(schedule.ring_inputs),
            "N_SAVE": len(schedule.saved), "N_FEW": len(self.few),
        }  # fmt: skip
        arrays = {
            "C": schedule.n_constants, "G": len(schedule.rates), "Q": len(schedule.paths),
            "P": len(schedule.paths), "S": len(schedule.rates), "B": len(schedule.rates),
            "A": len(schedule.prepared), "K": len(schedule.kept),
            "H": len(schedule.held_updates), "H_NEXT": len(schedule.held_updates),
            "D": len(schedule.ring_inputs), "INTO": len(schedule.ring_inputs),
            "FIRST": len(schedule.ring_inputs), "LENGTH": len(schedule.ring_inputs),
        }  # fmt: skip
        return [
            "const nan = NaN, infinity = Infinity;",
            f"const HAIR = {HAIR!r};",
            *(f"const {name} = {size};" for name, size in sizes.items()),
            f"const NON_NEGATIVE = {json.dumps(list(schedule.non_negative))};",
            *(f"const {name} = new Float64Array({size});" for name, size in arrays.items()),
            "const X = [];",
        ]

    def _tables(self) -> list[str]:
        lines = []
        for i, table in enumerate(self.schedule.tables):
            for name, values in (("xs", table.xs), ("ys", table.ys), ("slopes", slopes(table))):
                numbers = ", ".join(map(number, values))
                lines.append(f"const {name}_{i} = new Float64Array([{numbers}]);")
        return lines

    def _begin(self) -> list[str]:
        """What is computed once a run."""
        schedule = self.schedule
        known: dict[int, str] = {}
        lines, texts = self.statements(schedule.kept, known)
        lines += [f"K[{i}] = {text};" for i, text in enumerate(texts)]
        places = {
            "A": schedule.prepared, "S": schedule.initials, "H": schedule.held_initials,
            "FIRST": schedule.ring_initials, "LENGTH": schedule.ring_lengths,
        }  # fmt: skip
        computed, texts = self.statements([n for nodes in places.values() for n in nodes], known)
        names = [f"{array}[{i}]" for array, nodes in places.items() for i in range(len(nodes))]
        lines += computed
        lines += [f"{name} = {text};" for name, text in zip(names, texts, strict=True)]
        return _function(f"begin({', '.join(CONTROLS)})", lines)

    def _function(self, name: str, more: str, place: str, roots: Sequence[int]) -> list[str]:
        lines, texts = self.statements(roots, dict(self.prepared))
        lines += [f"{place.format(i)} = {text};" for i, text in enumerate(texts)]
        return _function(f"{name}({_MOMENT}, {more})", lines)

    def _remember(self) -> list[str]:
        schedule = self.schedule
        roots = [*schedule.held_updates, *schedule.ring_inputs]
        lines, texts = self.statements(roots, dict(self.prepared))
        names = [f"H_NEXT[{i}]" for i in range(len(schedule.held_updates))]
        names += [f"INTO[{i}]" for i in range(len(schedule.ring_inputs))]
        lines += [f"{name} = {text};" for name, text in zip(names, texts, strict=True)]
        return _function(f"remember({_MOMENT})", lines)

    def _observe(self, name: str, positions: Sequence[int]) -> list[str]:
        roots = [self.schedule.saved[position] for position in positions]
        return self._function(name, "out, at", "out[at + {}]", roots)


def _function(head: str, body: Sequence[str]) -> list[str]:
    return ["", f"function {head} {{", *("  " + line for line in body), "}"]


def _note(label: str | None) -> str:
    # The text stands in a page, whose parser reads tags even inside a comment.
    return f" // {comment(label).replace('<', ' ')}" if label else ""


def emit_javascript(schedule: Schedule, few: Sequence[str] = ()) -> str:
    """JavaScript text of ``zjsimKernel``.

    Parameters
    ----------
    few : sequence of str
        Names among ``schedule.save`` that a run saves when its job says ``few``.

    Raises
    ------
    UnsupportedError
        When an operation has no counterpart; the message names it and where it stands.
    """
    return JavaScriptRenderer(schedule, few).render()
