"""Lowered program → what is computed when, for one way of using it.

A way of using a program is which variables follow a path instead of their equation, and
which are saved. From it follows what is known once a run (``prepare``, ``start``) and what
must be computed at each evaluation (``rates``, ``remember``, ``observe``); all else is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from zjsim.engines.kernel.graph import Graph, Node
from zjsim.engines.kernel.program import Points, Program
from zjsim.errors import ModelError

# Operations that jump: the last stage of a step must not see a jump that begins the next.
_JUMPS = {
    "lt": "clock", "le": "clock", "gt": "clock", "ge": "clock", "trunc": "clock",
    "floor": "clock", "eq": "step_time", "ne": "step_time",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schedule:
    """Roots in one shared graph, by the moment at which they are needed.

    Parameters
    ----------
    prepared : tuple of int
        Nodes computed once a run because steps need them.
    initials, held_initials, ring_initials, ring_lengths, kept : tuple of int
        Values at the start, by index of state, held value, ring, kept value.
    rates : tuple of int
        By index of state.
    held_updates, ring_inputs : tuple of int
        Computed at the start of each step.
    saved : tuple of int
        By position in ``save``.
    non_negative : tuple of int
        Indices of states that stop at zero.
    labels : mapping of node to str
        A variable's name, for comments in the emitted text.
    """

    graph: Graph
    tables: tuple[Points, ...]
    n_constants: int
    state_names: tuple[str, ...]
    constant_names: tuple[str, ...]
    paths: tuple[str, ...]
    save: tuple[str, ...]
    prepared: tuple[int, ...]
    kept: tuple[int, ...]
    initials: tuple[int, ...]
    held_initials: tuple[int, ...]
    ring_initials: tuple[int, ...]
    ring_lengths: tuple[int, ...]
    rates: tuple[int, ...]
    held_updates: tuple[int, ...]
    ring_inputs: tuple[int, ...]
    saved: tuple[int, ...]
    non_negative: tuple[int, ...]
    labels: dict[int, str]


def schedule(
    program: Program,
    paths: tuple[str, ...] = (),
    save: tuple[str, ...] = (),
    *,
    reciprocals: bool = False,
) -> Schedule:
    """Decide what is computed when.

    Parameters
    ----------
    paths : tuple of str
        Constants, flows and auxiliaries that follow a path.
    save : tuple of str
        Names to save.
    reciprocals : bool
        Divide by what is known before the steps through a product, and ask once a run what
        a power does to a negative base.

    Raises
    ------
    ModelError
        When initial values depend on each other in a circle.
    """
    return _Scheduling(program, paths, reciprocals).result(save)


class _Scheduling:
    """Copies the program's nodes into a new graph, leaf by leaf resolved."""

    def __init__(self, program: Program, paths: tuple[str, ...], reciprocals: bool) -> None:
        self.program = program
        self.paths = paths
        self.reciprocals = reciprocals
        self.graph = Graph()
        self.path_index = {name: index for index, name in enumerate(paths)}
        self.done: dict[tuple[int, bool], int] = {}
        self.labels: dict[int, str] = {}

    def result(self, save: tuple[str, ...]) -> Schedule:
        program, graph = self.program, self.graph
        states = range(len(program.states))
        initials = tuple(self._initial(index) for index in states)
        held_initials = tuple(self.copy(held.initial, True) for held in program.held)
        ring_initials = tuple(self.copy(ring.initial, True) for ring in program.rings)
        ring_lengths = tuple(self._length(ring.delay_time) for ring in program.rings)
        kept = tuple(self.copy(node, True) for node in program.kept)
        rates = tuple(self.copy(state.rate, False) for state in program.states)
        held_updates = tuple(self.copy(held.update, False) for held in program.held)
        ring_inputs = tuple(self.copy(ring.input, False) for ring in program.rings)
        saved = tuple(self._named(name) for name in save)
        stepped = graph.reachable([*rates, *held_updates, *ring_inputs, *saved], 2)
        roots = {*rates, *held_updates, *ring_inputs, *saved}
        roots |= {arg for index in stepped for arg in graph.nodes[index].args}
        prepared = tuple(sorted(i for i in roots if graph.phases[i] == 1 and graph.nodes[i].args))
        for variable in program.variables:
            done = self.done.get((variable.node, False))
            if done is not None and variable.name not in self.path_index:
                self.labels.setdefault(done, variable.name)
        return Schedule(
            graph=graph,
            tables=program.tables,
            n_constants=len(program.constants),
            state_names=tuple(state.name for state in program.states),
            constant_names=tuple(slot.name for slot in program.constants),
            paths=self.paths,
            save=save,
            prepared=prepared,
            kept=kept,
            initials=initials,
            held_initials=held_initials,
            ring_initials=ring_initials,
            ring_lengths=ring_lengths,
            rates=rates,
            held_updates=held_updates,
            ring_inputs=ring_inputs,
            saved=saved,
            non_negative=tuple(i for i in states if program.states[i].non_negative),
            labels=self.labels,
        )

    def _named(self, name: str) -> int:
        for index, state in enumerate(self.program.states):
            if state.name == name and not state.hidden:
                return self.graph.leaf("state", index)
        if name in self.path_index:
            return self.graph.leaf("path", self.path_index[name])
        for index, slot in enumerate(self.program.constants):
            if slot.name == name:
                return self.graph.leaf("constant", index)
        for variable in self.program.variables:
            if variable.name == name:
                return self.copy(variable.node, False)
        raise ModelError(f"{name}: no such variable")

    def _initial(self, index: int) -> int:
        """The start of a state: as given for the run (NaN when not given) or as computed."""
        computed = self.copy(self.program.states[index].initial, True)
        if self.program.states[index].hidden:
            return computed
        return self._given_or(index, computed)

    def _given_or(self, index: int, computed: int) -> int:
        given = self.graph.leaf("given", index)
        missing = self.graph.add("ne", given, given)
        return self.graph.add("select", missing, computed, given)

    def _length(self, delay_time: int) -> int:
        """Steps of a DELAY FIXED, at least one; PySD's hair makes one of a half."""
        add, number = self.graph.add, self.graph.number
        steps = add("div", self.copy(delay_time, True), self.graph.leaf("control", 0))
        return add("floor", add("add", add("max", steps, number(1.0)), number(0.5 + 1e-6)))

    def copy(self, root: int, starting: bool) -> int:
        """The node of the new graph for a node of the program, seen at the start or later."""
        pending = [(root, starting)]
        opened: set[tuple[int, bool]] = set()
        while pending:
            key = pending[-1]
            if key in self.done:
                pending.pop()
                continue
            needs = self._needs(*key)
            missing = [need for need in needs if need not in self.done]
            if missing:
                if key in opened:
                    raise ModelError(self._circle(pending))
                opened.add(key)
                pending.extend(missing)
                continue
            self.done[key] = self._made(key, [self.done[need] for need in needs])
            pending.pop()
        return self.done[(root, starting)]

    def _needs(self, index: int, starting: bool) -> list[tuple[int, bool]]:
        """What must be copied before a node: operands, or what a leaf stands for."""
        program, node = self.program, self.program.nodes[index]
        position = int(node.value) if not node.args and node.op != "number" else 0
        match node.op:
            case "variable":
                variable = program.variables[position]
                return [] if variable.name in self.path_index else [(variable.node, starting)]
            case "active":
                return [(node.args[1 if starting else 0], starting)]
            case "state" if starting:
                return [(program.states[position].initial, True)]
            case "held" if starting:
                return [(program.held[position].initial, True)]
            case "delayed" if starting:
                return [(program.rings[position].initial, True)]
            case "kept" if starting:
                return [(program.kept[position], True)]
        return [(arg, starting) for arg in node.args]

    def _made(self, key: tuple[int, bool], args: list[int]) -> int:
        index, starting = key
        node = self.program.nodes[index]
        position = int(node.value) if not node.args and node.op != "number" else 0
        match node.op:
            case "variable":
                name = self.program.variables[position].name
                return args[0] if args else self._path(name, starting)
            case "constant":
                name = self.program.constants[position].name
                if name in self.path_index:
                    return self._path(name, starting)
            case "state" if starting and not self.program.states[position].hidden:
                return self._given_or(position, args[0])
            case "active" | "state" | "held" | "delayed" | "kept" if args:
                return args[0]
            case "time" | "clock" | "step_time" if starting:
                return self.graph.leaf("control", 1)
        return self._operation(node, args)

    def _path(self, name: str, starting: bool) -> int:
        return self.graph.leaf("path_start" if starting else "path", self.path_index[name])

    def _operation(self, node: Node, args: list[int]) -> int:
        graph = self.graph
        if not node.args:
            return graph.leaf(node.op, node.value)
        if node.op == "lookup":
            table = self.tables_of(node)
            moment = "clock" if table.extrapolation == "step" else "time"
            return graph.add("lookup", graph.moved(args[0], moment), value=node.value)
        if node.op in _JUMPS:
            args = [graph.moved(arg, _JUMPS[node.op]) for arg in args]
        if node.op == "div" and self._hoistable(*args):
            return graph.add("mul", args[0], graph.add("div", graph.number(1.0), args[1]))
        if node.op == "pow" and self.reciprocals:
            simple = graph.add("pow", *args)
            if graph.nodes[simple].op != "pow":
                return simple
            return graph.add("power", *args, graph.add("parity", args[1]))
        return graph.add(node.op, *args)

    def _hoistable(self, numerator: int, denominator: int) -> bool:
        """Whether a quotient changes with time but its denominator does not."""
        phases = self.graph.phases
        return self.reciprocals and phases[numerator] == 2 and phases[denominator] <= 1

    def tables_of(self, node: Node) -> Points:
        return self.program.tables[int(node.value)]

    def _circle(self, pending: list[tuple[int, bool]]) -> str:
        """The message for initial values that wait for each other."""
        names = []
        for index, _ in pending:
            node = self.program.nodes[index]
            if node.op == "variable":
                names.append(self.program.variables[int(node.value)].name)
            elif node.op == "state":
                names.append(self.program.states[int(node.value)].name)
        circle = " → ".join(dict.fromkeys(names)) or "an equation"
        return f"{self.program.name}: initial values depend on each other in a circle: {circle}"
