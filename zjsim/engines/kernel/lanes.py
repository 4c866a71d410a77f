"""Schedule → text of a kernel that computes a block of runs side by side.

Each emitted function is one or more loops over lanes whose bodies are straight lines of
arithmetic, which the compiler turns into vector instructions. What has no vector form (sine,
long lookups) gets a loop of its own, so that it does not hold up the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zjsim.engines.kernel.emit import (
    LETTERS,
    Renderer,
    Text,
    comment,
    number,
    slopes,
    wrap,
)
from zjsim.engines.kernel.graph import TRUTHS
from zjsim.engines.kernel.program import Points
from zjsim.engines.kernel.schedule import Schedule

# Runs side by side; several vectors of the widest instructions, few enough for the cache.
LANES = 32
# Longer lookups are searched, shorter ones compared with every point.
LONGEST_COMPARED = 24
_SCALAR = frozenset({"sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"})
_VECTOR_NAMES = {
    "power": "power_", "parity": "parity_", "exp": "exp_", "ln": "ln_", "sqrt": "sqrt",
    "abs": "fabs", "floor": "floor", "trunc": "trunc", "select": "pick",
}  # fmt: skip
_RUN = "step, start, stop, save_every"
_MOMENT = "time, clock, step_time, step, start, stop, save_every"


class Layout:
    """First slot of each kind of value in the array of a block."""

    def __init__(self, schedule: Schedule) -> None:
        self.first: dict[str, int] = {}
        self.size = 0
        n_state, n_path = len(schedule.rates), len(schedule.paths)
        n_held, n_ring = len(schedule.held_updates), len(schedule.ring_inputs)
        for kind, count in (
            ("constant", schedule.n_constants), ("given", n_state), ("path_start", n_path),
            ("prepared", len(schedule.prepared)), ("kept", len(schedule.kept)),
            ("begun", n_state), ("state", n_state), ("rate", n_state), ("slope", n_state),
            ("held", n_held), ("held_next", n_held), ("delayed", n_ring),
            ("ring_input", n_ring), ("ring_start", n_ring), ("ring_length", n_ring),
            ("path", n_path), ("observed", len(observed(schedule))),
        ):  # fmt: skip
            self.first[kind] = self.size
            self.size += count
        # Values passed from one loop of a function to the next.
        self.first["passed"] = self.size
        self.passed = 0

    @property
    def slots(self) -> int:
        """Slots of a block."""
        return self.size + self.passed


class LaneRenderer(Renderer):
    """Loops over lanes for one schedule."""

    twice = frozenset({"min", "max"})

    def __init__(self, schedule: Schedule) -> None:
        super().__init__(schedule)
        self.layout = Layout(schedule)
        # Where prepared values stand, from the moment they have been computed.
        self.ready: dict[int, str] = {}

    # How an operation is written ---------------------------------------------------------

    def operation(self, index: int, args: list[Text]) -> tuple[str, int]:
        node = self.graph.nodes[index]
        texts = [arg.text for arg in args]
        match node.op:
            case "and" | "or":
                sign = "&" if node.op == "and" else "|"
                return f"({texts[0]}) {sign} ({texts[1]})", 0
            case "not":
                return f"not ({texts[0]})", 0
            case "min" | "max":
                return self._extreme(node.op, node.args, args), 9
            case "lookup":
                return f"lookup_{int(node.value)}({texts[0]})", 9
        if node.op in _SCALAR or node.op in _VECTOR_NAMES:
            name = _VECTOR_NAMES.get(node.op, node.op)
            return f"{name}({', '.join(texts)})", 9
        return super().operation(index, args)

    def _extreme(self, op: str, nodes: tuple[int, ...], args: list[Text]) -> str:
        a, b = (wrap(arg, 5) for arg in args)
        if self.graph.is_number(nodes[0]):
            a, b = b, a
        sign = "<" if op == "min" else ">"
        literal = any(self.graph.is_number(node) for node in nodes)
        test = f"{b} {sign} {a}" if literal else f"({b} {sign} {a}) | ({b} != {b})"
        return f"pick({test}, {b}, {a})"

    def is_scalar(self, index: int) -> bool:
        """Whether a node has no vector form."""
        node = self.graph.nodes[index]
        if node.op == "lookup":
            return len(self.schedule.tables[int(node.value)].xs) > LONGEST_COMPARED
        return node.op in _SCALAR

    # Loops ---------------------------------------------------------------------------------

    def function(
        self, name: str, arguments: str, roots: Sequence[int], slots: Sequence[int]
    ) -> list[str]:
        """A function that computes ``roots`` and stores them in ``slots``."""
        body = self._loops(roots, slots) if roots else []
        head = f"def {name}(w{', ' + arguments if arguments else ''}):"
        return [head, *("    " + line for line in body or ["pass"]), "", ""]

    def _loops(self, roots: Sequence[int], slots: Sequence[int]) -> list[str]:
        """Loops for one part: vector and scalar operations take turns, level by level."""
        in_memory = dict(self.ready)
        needed = self._needed(roots, in_memory)
        levels = self._levels(needed)
        last = max([*levels.values(), 0])
        lines: list[str] = []
        for level in range(last + 1):
            here = [index for index in needed if levels[index] == level]
            stored = [
                (root, slot)
                for root, slot in zip(roots, slots, strict=True)
                if levels.get(root, last) == level
            ]
            passed = self._passed_on(here, needed, levels)
            if here or stored:
                lines += self._loop(here, [*passed, *stored], in_memory)
                in_memory.update({index: _place(slot) for index, slot in passed})
        return lines

    def _levels(self, needed: Sequence[int]) -> dict[int, int]:
        """Even levels hold vector operations, odd ones scalar operations."""
        levels: dict[int, int] = {}
        for index in needed:
            before = max((levels.get(arg, 0) for arg in self.graph.nodes[index].args), default=0)
            odd = self.is_scalar(index)
            levels[index] = before if before % 2 == odd else before + 1
        return levels

    def _passed_on(
        self, here: Sequence[int], needed: Sequence[int], levels: dict[int, int]
    ) -> list[tuple[int, int]]:
        """Values of this loop that later loops read, with the slots they are passed in."""
        own = set(here)
        later = {
            arg
            for index in needed
            for arg in self.graph.nodes[index].args
            if arg in own and levels[index] > levels[arg]
        }
        passed = []
        for position, index in enumerate(sorted(later)):
            passed.append((index, self.layout.first["passed"] + self.layout.passed + position))
        self.layout.passed += len(passed)
        return passed

    def _loop(
        self, here: Sequence[int], stored: Sequence[tuple[int, int]], in_memory: dict[int, str]
    ) -> list[str]:
        known: dict[int, str] = {}
        loads = self._loads(here, [index for index, _ in stored], known, in_memory)
        lines, texts = self.statements([index for index, _ in stored], known, here)
        stores = []
        for (index, slot), text in zip(stored, texts, strict=True):
            value = text
            if self.graph.nodes[index].op in TRUTHS:
                value = f"pick({text}, 1.0, 0.0)"
            stores.append(f"{_place(slot)} = {value}")
        return ["for lane in range(LANES):", *("    " + x for x in [*loads, *lines, *stores])]

    def _loads(
        self,
        here: Sequence[int],
        roots: Sequence[int],
        known: dict[int, str],
        in_memory: dict[int, str],
    ) -> list[str]:
        """Read what the loop needs from the array, each once."""
        own = set(here)
        wanted: dict[int, None] = {}
        for index in [*(a for i in here for a in self.graph.nodes[i].args), *roots]:
            if index not in own:
                wanted.setdefault(index)
        lines = []
        for index in wanted:
            node = self.graph.nodes[index]
            if index in in_memory:
                name = self.prepared[index] if index in self.ready else f"v{index}"
                source, note = in_memory[index], ""
            elif node.op in LETTERS:
                source = _place(self.layout.first[node.op] + int(node.value))
                name, note = str(self.name(index)), self._note(index)
            else:
                continue
            known[index] = name
            truth = " != 0.0" if node.op in TRUTHS else ""
            lines.append(f"{name} = {source}{truth}{note}")
        return lines

    def _note(self, index: int) -> str:
        node = self.graph.nodes[index]
        names = {
            "constant": self.schedule.constant_names,
            "state": self.schedule.state_names,
            "path": self.schedule.paths,
        }.get(node.op)
        return f"  # {comment(names[int(node.value)])}" if names else ""

    def saved_slots(self) -> list[int]:
        """Slot of each saved name at the moment of saving."""
        schedule, first = self.schedule, self.layout.first
        slots = {node: first["observed"] + i for i, node in enumerate(observed(schedule))}
        slots |= {node: first["prepared"] + i for i, node in enumerate(schedule.prepared)}
        found = []
        for index in schedule.saved:
            node = self.graph.nodes[index]
            leaf = first[node.op] + int(node.value) if node.op in LETTERS else -1
            found.append(slots.get(index, leaf))
        return found

    # The whole text ------------------------------------------------------------------------

    def render(self) -> str:
        """The module text; ``run_blocks`` is its entry."""
        schedule, first = self.schedule, self.layout.first

        def slots(kind: str, count: int) -> list[int]:
            return list(range(first[kind], first[kind] + count))

        n_state = len(schedule.rates)
        n_held, n_ring = len(schedule.held_updates), len(schedule.ring_inputs)
        emitted = self.function(
            "begin_kept", _RUN, schedule.kept, slots("kept", len(schedule.kept))
        )
        prepared = slots("prepared", len(schedule.prepared))
        emitted += self.function("begin_prepared", _RUN, schedule.prepared, prepared)
        self.ready = {
            node: _place(slot) for node, slot in zip(schedule.prepared, prepared, strict=True)
        }
        start = [*schedule.initials, *schedule.held_initials]
        start += [*schedule.ring_initials, *schedule.ring_lengths]
        places = [*slots("begun", n_state), *slots("held", n_held)]
        places += [*slots("ring_start", n_ring), *slots("ring_length", n_ring)]
        emitted += self.function("begin_states", _RUN, start, places)
        seen = observed(schedule)
        remembered = [*schedule.held_updates, *schedule.ring_inputs]
        emitted += [
            *self.function("rates", _MOMENT, schedule.rates, slots("rate", n_state)),
            *self.function(
                "remember",
                _MOMENT,
                remembered,
                [*slots("held_next", n_held), *slots("ring_input", n_ring)],
            ),
            *self.function("observe", _MOMENT, seen, slots("observed", len(seen))),
            *self._keep_sign(),
        ]
        tables = [line for i, t in enumerate(schedule.tables) for line in self._lookup(i, t)]
        return "\n".join([_body("lanemath"), *self._numbers(), _body("block"), *tables, *emitted])

    def _numbers(self) -> list[str]:
        schedule, first = self.schedule, self.layout.first
        counts = {
            "LANES": LANES, "N_SLOT": self.layout.slots, "N_CONSTANT": schedule.n_constants,
            "N_STATE": len(schedule.rates), "N_HELD": len(schedule.held_updates),
            "N_RING": len(schedule.ring_inputs), "N_PATH": len(schedule.paths),
            "CONSTANTS": first["constant"],
            "GIVEN": first["given"], "PATH_START": first["path_start"],
            "STATE": first["begun"], "STAGE": first["state"], "RATE": first["rate"],
            "SLOPE": first["slope"], "HELD": first["held"], "HELD_NEXT": first["held_next"],
            "DELAYED": first["delayed"], "RING_INPUT": first["ring_input"],
            "RING_START": first["ring_start"], "RING_LENGTH": first["ring_length"],
            "PATH": first["path"],
        }  # fmt: skip
        return ["", "", *(f"{name} = {value}" for name, value in counts.items()), ""]

    def _keep_sign(self) -> list[str]:
        lines = ["def keep_sign(w):"]
        if not self.schedule.non_negative:
            return [*lines, "    pass", "", ""]
        lines.append("    for lane in range(LANES):")
        for i in self.schedule.non_negative:
            slot = self.layout.first["begun"] + i
            lines.append(f"        s{i} = w[{slot * LANES} + lane]")
            lines.append(f"        w[{slot * LANES} + lane] = pick(s{i} < 0.0, 0.0, s{i})")
        return [*lines, "", ""]

    def _lookup(self, position: int, table: Points) -> list[str]:
        """A function that reads one lookup."""
        xs, ys, steep = table.xs, table.ys, slopes(table)
        if len(xs) > LONGEST_COMPARED:
            return self._searched(position, table)
        lines = [f"def lookup_{position}(x):"]
        if table.extrapolation == "step":
            lines.append(f"    y = {number(ys[0])}")
            for x, y in zip(xs[1:], ys[1:], strict=True):
                lines.append(f"    y = pick(x >= {number(x)}, {number(y)}, y)")
            return [*lines, "    return pick(x != x, x, y)", "", ""]
        lines.append(f"    x0, y0, slope = {number(xs[0])}, {number(ys[0])}, {number(steep[0])}")
        for x, y, slope in zip(xs[1:-1], ys[1:-1], steep[1:], strict=True):
            lines += [
                f"    beyond = x >= {number(x)}",
                f"    x0 = pick(beyond, {number(x)}, x0)",
                f"    y0 = pick(beyond, {number(y)}, y0)",
                f"    slope = pick(beyond, {number(slope)}, slope)",
            ]
        lines.append("    y = y0 + slope * (x - x0)")
        if table.extrapolation == "hold":
            lines.append(f"    y = pick(x <= {number(xs[0])}, {number(ys[0])}, y)")
            lines.append(f"    y = pick(x >= {number(xs[-1])}, {number(ys[-1])}, y)")
        return [*lines, "    return y", "", ""]

    def _searched(self, position: int, table: Points) -> list[str]:
        """A long lookup: halving search in constant arrays."""
        xs, ys = table.xs, table.ys
        lines = [
            f"xs_{position} = np.array([{', '.join(map(number, xs))}])",
            f"ys_{position} = np.array([{', '.join(map(number, ys))}])",
            "", "",
            f"def lookup_{position}(x):",
            f"    low, high = 0, {len(xs) - 1}",
            "    while high - low > 1:",
            "        middle = (low + high) // 2",
            f"        if x >= xs_{position}[middle]:",
            "            low = middle",
            "        else:",
            "            high = middle",
        ]  # fmt: skip
        if table.extrapolation == "step":
            lines.append(f"    if x >= {number(xs[-1])}:")
            lines.append(f"        return {number(ys[-1])}")
            return [*lines, f"    return ys_{position}[low] if x == x else x", "", ""]
        if table.extrapolation == "hold":
            lines.append(f"    if x <= {number(xs[0])}:")
            lines.append(f"        return {number(ys[0])}")
            lines.append(f"    if x >= {number(xs[-1])}:")
            lines.append(f"        return {number(ys[-1])}")
        lines += [
            f"    rise = ys_{position}[high] - ys_{position}[low]",
            f"    run = xs_{position}[high] - xs_{position}[low]",
            f"    return ys_{position}[low] + rise / run * (x - xs_{position}[low])",
        ]
        return [*lines, "", ""]


def observed(schedule: Schedule) -> list[int]:
    """Saved nodes that must be computed for saving; the others stand in a slot already."""
    ready = set(schedule.prepared)
    nodes = schedule.graph.nodes
    return [
        index
        for index in dict.fromkeys(schedule.saved)
        if index not in ready and nodes[index].op not in LETTERS
    ]


def emit_lanes(schedule: Schedule) -> tuple[str, list[int]]:
    """Text of a kernel for many runs, and the slot in which each saved name is found."""
    renderer = LaneRenderer(schedule)
    return renderer.render(), renderer.saved_slots()


def _place(slot: int) -> str:
    return f"w[{slot * LANES} + lane]"


def _body(module: str) -> str:
    """The text of a module of this package without its head and its imports."""
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    _, _, rest = text.partition("\nfrom zjsim.engines.kernel.")
    _, _, body = rest.partition("\n\n")
    return body.rstrip() + "\n"
