"""Schedule → source text: what all targets share, and plain Python for one run.

Emitted text is built from slot numbers and literal numbers only. Names of the model appear
in comments, reduced to one line of letters, digits and harmless signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zjsim.engines.kernel.graph import TRUTHS, Graph
from zjsim.engines.kernel.program import CONTROLS, Points
from zjsim.engines.kernel.schedule import Schedule
from zjsim.engines.kernel.steppers import HAIR, Stepper

# Deeper expressions are broken into lines: for the reader and for Python's parser.
_DEEPEST = 8
_LONGEST_CHAIN = 100
_INFIX = {
    "or": (" or ", 1), "and": (" and ", 2), "lt": (" < ", 4), "le": (" <= ", 4),
    "gt": (" > ", 4), "ge": (" >= ", 4), "eq": (" == ", 4), "ne": (" != ", 4),
    "add": (" + ", 5), "sub": (" - ", 5), "mul": (" * ", 6), "div": (" / ", 6),
}  # fmt: skip
_ATOM = 9
# Leaf operation → first letter of its name in the text.
LETTERS = {
    "constant": "c", "given": "g", "kept": "k", "path_start": "q", "path": "p", "state": "s",
    "held": "h", "delayed": "d",
}  # fmt: skip
_READERS = {"hold": "read_table", "extrapolate": "read_table_on", "step": "read_steps"}


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of an expression: how tightly it binds and how deep it is nested."""

    text: str
    tightness: int = _ATOM
    depth: int = 0


def comment(name: str) -> str:
    """A name of the model as it may stand in a comment."""
    return re.sub(r"[^\w %&()+,./:<=>\[\]*-]", " ", name.replace("\n", " ")).strip()[:80]


def number(value: float) -> str:
    """A literal number, exact."""
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "infinity" if value > 0 else "(-infinity)"
    return repr(value) if value >= 0 and repr(value)[0] != "-" else f"({value!r})"


class Renderer:
    """Statements for parts of a schedule; subclasses say how an operation is written."""

    # Operations whose operands are written more than once.
    twice: frozenset[str] = frozenset({"min", "max"})

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.graph: Graph = schedule.graph
        self.prepared = {node: f"a{i}" for i, node in enumerate(schedule.prepared)}

    def name(self, index: int) -> str | None:
        """The name of a leaf or of a prepared value; None for an operation."""
        node = self.graph.nodes[index]
        if node.op == "number":
            return number(node.value)
        if node.op == "flag":
            return "True" if node.value else "False"
        if node.op == "control":
            return CONTROLS[int(node.value)]
        if node.op in ("time", "clock", "step_time"):
            return node.op
        if node.op in LETTERS:
            return f"{LETTERS[node.op]}{int(node.value)}"
        return None

    def statements(
        self, roots: Sequence[int], known: dict[int, str], nodes: Iterable[int] | None = None
    ) -> tuple[list[str], list[str]]:
        """Assignments that compute ``roots``, and the expressions of the roots.

        ``known`` maps nodes to names that hold them already; it is extended.
        """
        order = list(nodes) if nodes is not None else self._needed(roots, known)
        uses = self._uses(order, roots, known)
        texts: dict[int, Text] = {}
        lines: list[str] = []
        for index in order:
            text = self._expression(index, texts, known)
            label = self.schedule.labels.get(index)
            if uses[index] == 1 and not label and text.depth < _DEEPEST:
                texts[index] = text
                continue
            known[index] = f"v{index}"
            lines.append(self.assignment(f"v{index}", text.text, label))
        return lines, [self._operand(root, texts, known).text for root in roots]

    def assignment(self, name: str, text: str, label: str | None) -> str:
        """One statement; ``label`` is the variable that it computes, if it has a name."""
        return f"{name} = {text}" + (f"  # {comment(label)}" if label else "")

    def _needed(self, roots: Sequence[int], known: dict[int, str]) -> list[int]:
        found: set[int] = set()
        pending = list(roots)
        while pending:
            index = pending.pop()
            if index in found or index in known or self.name(index) is not None:
                continue
            found.add(index)
            pending.extend(self.graph.nodes[index].args)
        return sorted(found)

    def _uses(
        self, order: Sequence[int], roots: Sequence[int], known: dict[int, str]
    ) -> dict[int, int]:
        uses = dict.fromkeys(order, 0)
        for index in order:
            node = self.graph.nodes[index]
            for arg in node.args:
                if arg in uses:
                    uses[arg] += 2 if node.op in self.twice else 1
        for root in roots:
            if root in uses:
                uses[root] += 1
        return uses

    def _operand(self, index: int, texts: dict[int, Text], known: dict[int, str]) -> Text:
        if index in texts:
            return texts[index]
        name = known.get(index) or self.name(index)
        if name is None:
            raise AssertionError(f"node {index} is used before it is computed")
        return Text(name)

    def _expression(self, index: int, texts: dict[int, Text], known: dict[int, str]) -> Text:
        node = self.graph.nodes[index]
        args = [self._operand(arg, texts, known) for arg in node.args]
        text, tightness = self.operation(index, args)
        return Text(text, tightness, 1 + max((arg.depth for arg in args), default=0))

    def operation(self, index: int, args: list[Text]) -> tuple[str, int]:
        """The text of one operation and how tightly it binds."""
        op = self.graph.nodes[index].op
        if op in _INFIX:
            sign, tightness = _INFIX[op]
            # One bracket more on the right keeps the order of evaluation of the model.
            right = tightness + (0 if op in ("and", "or") else 1)
            left = tightness + (1 if op in TRUTHS and op not in ("and", "or") else 0)
            return f"{wrap(args[0], left)}{sign}{wrap(args[1], right)}", tightness
        if op == "neg":
            return f"-{wrap(args[0], 7)}", 6
        if op == "not":
            return f"not {wrap(args[0], 3)}", 3
        if op == "truth":
            return f"{wrap(args[0], 5)} != 0.0", 4
        return f"{op}({', '.join(arg.text for arg in args)})", _ATOM


def sum_of(names: Sequence[str]) -> str:
    """A sum in groups: Python's parser takes a long chain for a deep one."""
    if len(names) <= _LONGEST_CHAIN:
        return " + ".join(names)
    groups = range(0, len(names), _LONGEST_CHAIN)
    return sum_of([f"({' + '.join(names[i : i + _LONGEST_CHAIN])})" for i in groups])


def wrap(text: Text, least: int) -> str:
    """The text in brackets unless it binds tightly enough."""
    return text.text if text.tightness >= least else f"({text.text})"


def table_lines(position: int, table: Points) -> list[str]:
    """Points of a lookup and the slopes between them, as module constants."""
    return [
        f"xs_{position} = ({', '.join(map(number, table.xs))},)",
        f"ys_{position} = ({', '.join(map(number, table.ys))},)",
        f"slopes_{position} = ({', '.join(map(number, slopes(table)))},)",
    ]


def slopes(table: Points) -> list[float]:
    """Slope of each segment of a lookup."""
    xs, ys = table.xs, table.ys
    return [(ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) for i in range(len(xs) - 1)]


class PythonRenderer(Renderer):
    """Plain Python numbers, one run, no import.

    ``safe`` text never raises: divisions go through a function.
    """

    def __init__(
        self, schedule: Schedule, stepper: Stepper, safe: bool, every_step: bool = False
    ) -> None:
        super().__init__(schedule)
        self.stepper = stepper
        self.safe = safe
        self.every_step = every_step

    def operation(self, index: int, args: list[Text]) -> tuple[str, int]:
        node = self.graph.nodes[index]
        match node.op:
            case "select":
                no = wrap(args[2], 0)
                return f"{wrap(args[1], 1)} if {wrap(args[0], 1)} else {no}", 0
            case "div" if self.safe:
                return f"div({args[0].text}, {args[1].text})", _ATOM
            case "pow":
                return f"power({args[0].text}, {args[1].text})", _ATOM
            case "min" | "max":
                return self._extreme(node.op, node.args, args)
            case "lookup":
                i = int(node.value)
                reader = _READERS[self.schedule.tables[i].extrapolation]
                return f"{reader}({args[0].text}, xs_{i}, ys_{i}, slopes_{i})", _ATOM
        return super().operation(index, args)

    def _extreme(self, op: str, nodes: tuple[int, ...], args: list[Text]) -> tuple[str, int]:
        a, b = (wrap(arg, 5) for arg in args)
        if self.graph.is_number(nodes[0]):
            a, b = b, a
        sign = "<" if op == "min" else ">"
        # NaN on either side must win, so the second operand is asked whether it is one.
        literal = any(self.graph.is_number(node) for node in nodes)
        test = f"{b} {sign} {a}" if literal else f"{b} {sign} {a} or {b} != {b}"
        return f"{b} if {test} else {a}", 0

    def render(self) -> str:
        """The module text; it defines ``run``."""
        tables = [line for i in range(len(self.schedule.tables)) for line in self.table(i)]
        head = [
            "def run(controls, constants, given, path_start, path_rows, n_steps, per_save, rows):",
            '    """One run; adds its saved values to the end of ``rows`` at each saved time."""',
        ]
        body = [*self._once(), *self._functions(), *self._loop()]
        return "\n".join([*tables, "", *head, *("    " + line for line in body), ""])

    def table(self, position: int) -> list[str]:
        """The points of a lookup."""
        return table_lines(position, self.schedule.tables[position])

    def not_below_zero(self, state: str) -> str:
        """A statement that stops a state at zero."""
        return f"{state} = 0.0 if {state} < 0.0 else {state}"

    def render_parts(self) -> str:
        """Text that defines ``parts``: the initial state and functions for an outer solver."""
        schedule = self.schedule
        tables = [line for i, t in enumerate(schedule.tables) for line in table_lines(i, t)]
        head = "def parts(controls, constants, given, path_start):"
        n_state, n_path = len(schedule.rates), len(schedule.paths)
        states = "".join(f"s{i}, " for i in range(n_state))
        outer = []
        for name, roots in (("rates", schedule.rates), ("observe", schedule.saved)):
            outer += ["", f"def {name}_at(time, clock, step_time, states, paths):"]
            outer += [f"    ({states}) = states"] if n_state else []
            outer += [f"    ({self._paths('p')},) = paths"] if n_path else []
            outer.append(f"    return {self._call(name, roots) if roots or n_state else '()'}")
        apart = [
            *self._function("rates", schedule.rates),
            *self._function("observe", schedule.saved),
        ]
        body = [*self._once(), *apart, *outer]
        body.append(f"return ({states}), rates_at, observe_at")
        return "\n".join([*tables, "", head, *("    " + line for line in body), ""])

    def _once(self) -> list[str]:
        """What is computed once a run."""
        schedule = self.schedule
        known: dict[int, str] = {}
        lines = ["step, start, stop, save_every = controls", *self._inputs()]
        computed, texts = self.statements(schedule.kept, known)
        lines += [*computed, *(f"k{i} = {text}" for i, text in enumerate(texts))]
        targets = [*schedule.prepared, *schedule.initials, *schedule.held_initials]
        targets += [*schedule.ring_initials, *schedule.ring_lengths]
        names = [self.prepared[node] for node in schedule.prepared]
        names += [f"s{i}" for i in range(len(schedule.initials))]
        names += [f"h{i}" for i in range(len(schedule.held_initials))]
        names += [f"start{i}" for i in range(len(schedule.ring_initials))]
        names += [f"length{i}" for i in range(len(schedule.ring_lengths))]
        computed, texts = self.statements(targets, known)
        lines += computed
        first_state = len(schedule.prepared)
        for position, (name, text) in enumerate(zip(names, texts, strict=True)):
            state = position - first_state
            named = 0 <= state < len(schedule.initials)
            note = f"  # {comment(schedule.state_names[state])}" if named else ""
            lines.append(f"{name} = {text}{note}")
        for i in range(len(schedule.ring_lengths)):
            # A delay beyond the horizon never shows more than its initial value.
            lines.append(f"ring{i} = [start{i}] * ring_size(length{i}, n_steps)")
        return lines

    def _inputs(self) -> list[str]:
        """Constants, given initial values and paths at the start, as far as they are read."""
        schedule = self.schedule
        roots = [*schedule.prepared, *schedule.kept, *schedule.initials, *schedule.rates]
        roots += [*schedule.held_initials, *schedule.ring_initials, *schedule.ring_lengths]
        roots += [*schedule.held_updates, *schedule.ring_inputs, *schedule.saved]
        lines = []
        source = {"constant": "constants", "given": "given", "path_start": "path_start"}
        for index in self.graph.reachable(roots):
            node = self.graph.nodes[index]
            if node.op in source:
                i = int(node.value)
                note = comment(schedule.constant_names[i]) if node.op == "constant" else ""
                lines.append(
                    f"{self.name(index)} = {source[node.op]}[{i}]" + (f"  # {note}" if note else "")
                )
        return lines

    def _functions(self) -> list[str]:
        schedule = self.schedule
        lines: list[str] = []
        if not self.every_step:
            lines += self._function("begin", self._begun())
        if len(self.stepper.nodes) > 1:
            lines += self._function("rates", schedule.rates)
        return lines + self._function("observe", schedule.saved)

    def _begun(self) -> list[int]:
        """What is computed at the start of each step: what is remembered, and the first rates.

        One function, because both read the same variables.
        """
        schedule = self.schedule
        return [*schedule.held_updates, *schedule.ring_inputs, *schedule.rates]

    def _function(self, name: str, roots: Sequence[int]) -> list[str]:
        if not roots and name != "observe":
            return []
        known = dict(self.prepared)
        if name == "observe" and self.every_step:
            roots = [*roots, *self._begun()]
        lines, texts = self.statements(roots, known)
        arguments = ", ".join(self._arguments(roots, name == "observe"))
        if name == "observe":
            # One number more: not zero when a state is no longer finite.
            states = [f"s{i}" for i in range(len(self.schedule.rates))]
            place = len(self.schedule.saved)
            texts[place:place] = [f"0.0 * ({sum_of(states)})" if states else "0.0"]
        body = [*lines, f"return ({', '.join(texts)},)"]
        return ["", f"def {name}({arguments}):", *("    " + line for line in body)]

    def _arguments(self, roots: Sequence[int], all_states: bool = False) -> list[str]:
        """Names that a function of ``roots`` reads and that change during a run."""
        if all_states:
            states = range(len(self.schedule.rates))
            roots = [*roots, *(self.graph.leaf("state", i) for i in states)]
        found: set[int] = set()
        pending = list(roots)
        while pending:
            index = pending.pop()
            if index not in found and index not in self.prepared:
                found.add(index)
                pending.extend(self.graph.nodes[index].args)
        leaves = [i for i in found if self.graph.phases[i] == 2 and not self.graph.nodes[i].args]
        kinds = ["time", "clock", "step_time", "state", "held", "delayed", "path"]
        leaves.sort(key=lambda i: (kinds.index(self.graph.nodes[i].op), self.graph.nodes[i].value))
        return [str(self.name(i)) for i in leaves]

    def _loop(self) -> list[str]:
        schedule, stepper = self.schedule, self.stepper
        inside = stepper.order > 1
        lines = ["", f"hair = {number(HAIR) if inside else '0.0'} * step"]
        lines += [f"to{i} = {number(node)} * step" for i, node in enumerate(stepper.nodes) if node]
        lines.append(f"part = step / {number(sum(stepper.weights))}")
        body = ["time = step_time = start + turn * step", "clock = time + hair"]
        if schedule.paths:
            names = [f"({self._paths(letter)},)" for letter in ("p", "m", "e")]
            body.append(f"{', '.join(names)} = path_rows[turn]")
        for i in range(len(schedule.ring_lengths)):
            body.append(f"d{i} = ring{i}[turn % len(ring{i})]")
        if self.every_step:
            # What begins a step rests on what is saved at its start: computed together.
            roots = [*schedule.saved, *self._begun()]
            body.append(f"seen = {self._call('observe', roots)}")
            body.append(f"rows.extend(seen[:{len(schedule.saved) + 1}])")
        else:
            body.append("if turn % per_save == 0:")
            body.append(f"    rows.extend({self._call('observe', schedule.saved)})")
        body.append("if turn == n_steps:")
        body.append("    break")
        body += self._step()
        loop = ["for turn in range(n_steps + 1):", *("    " + line for line in body)]
        return [*lines, *loop]

    def _paths(self, letter: str) -> str:
        return ", ".join(f"{letter}{i}" for i in range(len(self.schedule.paths)))

    def _call(self, name: str, roots: Sequence[int], changed: dict[str, str] | None = None) -> str:
        given = changed or {}
        read = self._arguments(roots, name == "observe")
        return f"{name}({', '.join(given.get(argument, argument) for argument in read)})"

    def _step(self) -> list[str]:
        schedule, stepper = self.schedule, self.stepper
        n_state, lines = len(schedule.rates), []
        begun = [f"h{i}_next" for i in range(len(schedule.held_updates))]
        begun += [f"in{i}" for i in range(len(schedule.ring_inputs))]
        begun += [f"x0_{i}" for i in range(n_state)]
        if begun:
            call = self._call("begin", self._begun())
            if self.every_step:
                call = f"seen[{len(schedule.saved) + 1}:]"
            lines.append(f"({', '.join(begun)},) = {call}")
        for stage in range(1, len(stepper.nodes) if n_state else 1):
            results = ", ".join(f"x{stage}_{i}" for i in range(n_state))
            call = self._call("rates", schedule.rates, self._moved(stage))
            lines.append(f"({results},) = {call}")
        for i in range(n_state):
            terms = [
                f"x{k}_{i}" if weight == 1.0 else f"{number(weight)} * x{k}_{i}"
                for k, weight in enumerate(stepper.weights)
            ]
            # Not in place: an array may be one of the inputs.
            lines.append(f"s{i} = s{i} + part * ({' + '.join(terms)})")
            if i in schedule.non_negative:
                lines.append(self.not_below_zero(f"s{i}"))
        lines += [f"h{i} = h{i}_next" for i in range(len(schedule.held_updates))]
        lines += [f"ring{i}[turn % len(ring{i})] = in{i}" for i in range(len(schedule.ring_inputs))]
        return lines

    def _moved(self, stage: int) -> dict[str, str]:
        """What the arguments of ``rates`` are at a stage inside the step."""
        node = self.stepper.nodes[stage]
        if stage == 0:
            return {}
        last = node == 1.0
        moved = {"time": f"time + to{stage}"}
        moved["clock"] = f"time + to{stage}" + (" - hair" if last else "")
        for i in range(len(self.schedule.rates)):
            moved[f"s{i}"] = f"s{i} + to{stage} * x{stage - 1}_{i}"
        for i in range(len(self.schedule.paths)):
            moved[f"p{i}"] = f"{'e' if last else 'm'}{i}"
        return moved


def emit_parts(schedule: Schedule, stepper: Stepper) -> str:
    """Python text that defines ``parts``; it never raises for numbers out of range."""
    return PythonRenderer(schedule, stepper, safe=True).render_parts()


def emit_python(
    schedule: Schedule, stepper: Stepper, *, safe: bool = False, every_step: bool = False
) -> str:
    """Python text that defines ``run`` for one run and one rule.

    ``every_step`` text saves a row at each step and evaluates the model once for both.
    """
    return PythonRenderer(schedule, stepper, safe, every_step).render()
