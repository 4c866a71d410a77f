"""Schedule → text of a kernel that computes a block of runs side by side.

Each emitted function is one or more loops over lanes whose bodies are straight lines of
arithmetic, which the compiler turns into vector instructions. What has no vector form (sine,
long lookups) gets a loop of its own, so that it does not hold up the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from zjsim.engines.kernel.emit import (
    LETTERS,
    Renderer,
    Text,
    comment,
    wrap,
)
from zjsim.engines.kernel.graph import TRUTHS
from zjsim.engines.kernel.lane_lookups import LONGEST_COMPARED, lookup_lines
from zjsim.engines.kernel.layout import Kind, Layout, observed
from zjsim.engines.kernel.schedule import Schedule

# Runs side by side; several vectors of the widest instructions, few enough for the cache.
LANES = 64
LARGEST_WHOLE, LONGEST_PART = 4000, 400  # nodes compiled as a whole, and in a part of more
_SCALAR = frozenset({"sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"})
_VECTOR_NAMES = {
    "power": "power_", "parity": "parity_", "exp": "exp_", "ln": "ln_", "sqrt": "sqrt",
    "abs": "fabs", "floor": "floor", "trunc": "trunc", "select": "pick",
}  # fmt: skip
_RUN = "step, start, stop, save_every"
_MOMENT = "time, clock, step_time, step, start, stop, save_every"
_STAGE = f"{_MOMENT}, keep, weight, ahead, whole"


class LaneRenderer(Renderer):
    """Loops over lanes for one schedule."""

    def __init__(self, schedule: Schedule, kind: Kind) -> None:
        super().__init__(schedule)
        self.kind = kind
        shared = self._shared(frozenset(kind.by_run))
        self.shared = shared
        self.layout = Layout(schedule, kind, [i for i in schedule.prepared if shared[i]])
        # Where prepared values stand, from the moment they have been computed.
        self.ready: dict[int, str] = {}
        self.in_parts = len(schedule.graph.nodes) > LARGEST_WHOLE
        # Slots of rates whose states are moved at once, with the state.
        self.moving: dict[int, int] = {}

    def _shared(self, by_run: frozenset[int]) -> list[bool]:
        """By node: whether it is the same for all runs and all times."""
        shared: list[bool] = []
        for node in self.graph.nodes:
            if node.op == "constant":
                shared.append(int(node.value) not in by_run)
            elif node.args:
                shared.append(all(shared[arg] for arg in node.args))
            else:
                shared.append(node.op in ("number", "flag", "control"))
        return shared

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

    def function(
        self, name: str, arguments: str, roots: Sequence[int], slots: Sequence[int]
    ) -> list[str]:
        """A function that computes ``roots`` and stores them in ``slots``."""
        loops = self._loops(roots, slots) if roots else []
        if not self.in_parts or len(loops) < 2:
            return _defined(name, arguments, [line for loop in loops for line in loop])
        # A large program is compiled part by part: the compiler's time grows faster than a text.
        parts = [f"part_{name}_{i}" for i in range(len(loops))]
        lines = []
        for part, loop in zip(parts, loops, strict=True):
            lines += _defined(part, arguments, loop)
        return [
            *lines,
            *_defined(name, arguments, [f"{part}(w, u, {arguments})" for part in parts]),
        ]

    def _loops(self, roots: Sequence[int], slots: Sequence[int]) -> list[list[str]]:
        """Loops for one part: vector and scalar operations take turns, level by level."""
        in_memory = dict(self.ready)
        needed = self._needed(roots, in_memory)
        pieces = self._pieces(needed)
        piece_of = {index: place for place, piece in enumerate(pieces) for index in piece}
        last = len(pieces) - 1
        loops: list[list[str]] = []
        for place, here in enumerate(pieces):
            stored = [
                (root, slot)
                for root, slot in zip(roots, slots, strict=True)
                if piece_of.get(root, last) == place
            ]
            passed = self._passed_on(here, needed, piece_of)
            if here or stored:
                loops.append(self._loop(here, [*passed, *stored], in_memory))
                in_memory.update({index: _place(slot) for index, slot in passed})
        return loops

    def _pieces(self, needed: Sequence[int]) -> list[list[int]]:
        """Nodes in the order of their loops: by level, and in a large program in short pieces."""
        levels = self._levels(needed)
        pieces = []
        for level in range(max([*levels.values(), 0]) + 1):
            here = [index for index in needed if levels[index] == level]
            size = LONGEST_PART if self.in_parts else max(len(here), 1)
            cut = [here[i : i + size] for i in range(0, len(here), size)]
            pieces += cut or [[]]
        return pieces

    def _levels(self, needed: Sequence[int]) -> dict[int, int]:
        """Even levels hold vector operations, odd ones scalar operations."""
        levels: dict[int, int] = {}
        for index in needed:
            before = max((levels.get(arg, 0) for arg in self.graph.nodes[index].args), default=0)
            odd = self.is_scalar(index)
            levels[index] = before if before % 2 == odd else before + 1
        return levels

    def _passed_on(
        self, here: Sequence[int], needed: Sequence[int], piece_of: dict[int, int]
    ) -> list[tuple[int, int]]:
        """Values of this loop that later loops read, with the slots they are passed in."""
        own = set(here)
        later = {
            arg
            for index in needed
            for arg in self.graph.nodes[index].args
            if arg in own and piece_of[index] > piece_of[arg]
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
        before, loads = self._loads(here, [index for index, _ in stored], known, in_memory)
        lines, texts = self.statements([index for index, _ in stored], known, here)
        stores = []
        for (index, slot), text in zip(stored, texts, strict=True):
            value = text
            if self.graph.nodes[index].op in TRUTHS:
                value = f"pick({text}, 1.0, 0.0)"
            if slot in self.moving:
                stores += self._move(self.moving[slot], value)
            else:
                stores.append(f"{_place(slot)} = {value}")
        inside = [*loads, *lines, *stores]
        return [*before, "for lane in range(LANES):", *("    " + line for line in inside)]

    def _loads(
        self,
        here: Sequence[int],
        roots: Sequence[int],
        known: dict[int, str],
        in_memory: dict[int, str],
    ) -> tuple[list[str], list[str]]:
        """Read what the loop needs, each once: shared numbers before it, the others by lane."""
        own = set(here)
        wanted: dict[int, None] = {}
        for index in [*(a for i in here for a in self.graph.nodes[i].args), *roots]:
            if index not in own:
                wanted.setdefault(index)
        before: list[str] = []
        lines: list[str] = []
        for index in wanted:
            node = self.graph.nodes[index]
            if index in in_memory:
                name = self.prepared[index] if index in self.ready else f"v{index}"
                source, note = in_memory[index], ""
            elif node.op in LETTERS:
                source = self._leaf(index)
                name, note = str(self.name(index)), self._note(index)
            else:
                continue
            known[index] = name
            truth = " != 0.0" if node.op in TRUTHS else ""
            (before if source[0] == "u" else lines).append(f"{name} = {source}{truth}{note}")
        return before, lines

    def _leaf(self, index: int) -> str:
        """Where a leaf stands."""
        node = self.graph.nodes[index]
        if self.shared[index]:
            return f"u[{int(node.value)}]"
        return _place(self._slot(index))

    def _slot(self, index: int) -> int:
        node = self.graph.nodes[index]
        position = int(node.value)
        if node.op == "constant":
            position = self.layout.constants[position]
        return self.layout.first[node.op] + position

    def _note(self, index: int) -> str:
        node = self.graph.nodes[index]
        names = {
            "constant": self.schedule.constant_names,
            "state": self.schedule.state_names,
            "path": self.schedule.paths,
        }.get(node.op)
        return f"  # {comment(names[int(node.value)])}" if names else ""

    def saved_slots(self) -> list[int]:
        """Slot of each saved name at the moment of saving; from the last on, the shared ones."""
        schedule, first = self.schedule, self.layout.first
        beyond = self.layout.slots
        slots = {node: first["observed"] + i for i, node in enumerate(observed(schedule))}
        slots |= {node: first["prepared"] + i for i, node in enumerate(schedule.prepared)}
        slots |= {node: beyond + i for node, i in self.layout.shared.items()}
        found = []
        for index in schedule.saved:
            node = self.graph.nodes[index]
            if index not in slots and node.op in LETTERS:
                shared = self.shared[index]
                slots[index] = beyond + int(node.value) if shared else self._slot(index)
            found.append(slots[index])
        return found

    def _begin_shared(self) -> list[str]:
        """A function that computes what all runs share, once."""
        roots = list(self.layout.shared)
        known: dict[int, str] = {}
        wanted = self.graph.reachable(roots)
        leaves = [index for index in wanted if self.graph.nodes[index].op == "constant"]
        loads = [f"{self.name(index)} = {self._leaf(index)}{self._note(index)}" for index in leaves]
        lines, texts = self.statements(roots, known)
        stores = []
        for index, text in zip(roots, texts, strict=True):
            truth = self.graph.nodes[index].op in TRUTHS
            value = f"pick({text}, 1.0, 0.0)" if truth else text
            stores.append(f"u[{self.layout.shared[index]}] = {value}")
        body = [*loads, *lines, *stores] or ["pass"]
        return [f"def begin_shared(w, u, {_RUN}):", *("    " + line for line in body), "", ""]

    def _advance(self) -> list[str]:
        """A function that computes the rates and moves the states once all have been read.

        One loop does both; where the work is broken into several, the last moves them.
        """
        roots = self.schedule.rates
        rates = list(range(self.layout.first["rate"], self.layout.first["rate"] + len(roots)))
        if len(self._pieces(self._needed(roots, dict(self.ready)))) == 1:
            self.moving = dict(zip(rates, range(len(roots)), strict=True))
            lines = self.function("advance", _STAGE, roots, rates)
            self.moving = {}
            return lines
        lines = self.function("advance", _STAGE, roots, rates)[:-2]
        moves = [line for i, slot in enumerate(rates) for line in self._move(i, _place(slot))]
        return [*lines, "    for lane in range(LANES):", *("        " + x for x in moves), "", ""]

    def _move(self, state: int, rate: str) -> list[str]:
        """Statements that move one state along its rate."""
        first = self.layout.first
        here = _place(first["state"] + state)
        if self.kind.stages == 1:
            return [f"{here} = {here} + whole * ({rate})"]
        total, base = _place(first["sum"] + state), _place(first["base"] + state)
        return [
            f"r{state} = {rate}",
            f"t{state} = keep * {total} + weight * r{state}",
            f"{total} = t{state}",
            f"{here} = {base} + (ahead * r{state} + whole * t{state})",
        ]

    def render(self) -> str:
        """The module text; ``run_blocks`` is its entry."""
        schedule, first = self.schedule, self.layout.first

        def slots(kind: str, count: int) -> list[int]:
            return list(range(first[kind], first[kind] + count))

        n_state = len(schedule.rates)
        n_held, n_ring = len(schedule.held_updates), len(schedule.ring_inputs)
        emitted = self._begin_shared()
        self.ready = {node: f"u[{place}]" for node, place in self.layout.shared.items()}
        emitted += self.function(
            "begin_kept", _RUN, schedule.kept, slots("kept", len(schedule.kept))
        )
        places = zip(schedule.prepared, slots("prepared", len(schedule.prepared)), strict=True)
        by_run = {node: slot for node, slot in places if node not in self.ready}
        emitted += self.function("begin_prepared", _RUN, list(by_run), list(by_run.values()))
        self.ready |= {node: _place(slot) for node, slot in by_run.items()}
        start = [*schedule.initials, *schedule.held_initials]
        start += [*schedule.ring_initials, *schedule.ring_lengths]
        begun = [*slots("state", n_state), *slots("held", n_held)]
        begun += [*slots("ring_start", n_ring), *slots("ring_length", n_ring)]
        emitted += self.function("begin_states", _RUN, start, begun)
        seen = observed(schedule)
        remembered = [*schedule.held_updates, *schedule.ring_inputs]
        next_ones = [*slots("held_next", n_held), *slots("ring_input", n_ring)]
        emitted += [
            *self._advance(),
            *self.function("remember", _MOMENT, remembered, next_ones),
            *self.function("observe", _MOMENT, seen, slots("observed", len(seen))),
            *self._save_row(),
            *self._check_states(),
            *self._keep_sign(),
        ]
        tables = [line for i, t in enumerate(schedule.tables) for line in lookup_lines(i, t)]
        common = template("lanemath"), template("block")
        return "\n".join([common[0], *self._numbers(), common[1], *tables, *emitted])

    def _numbers(self) -> list[str]:
        schedule, first = self.schedule, self.layout.first
        n_state = len(schedule.rates)
        counts = {
            "LANES": LANES, "N_SLOT": self.layout.slots, "N_SHARED": len(self.layout.shared),
            "N_STATE": n_state, "N_BASE": n_state if self.kind.stages > 1 else 0,
            "N_HELD": len(schedule.held_updates), "N_RING": len(schedule.ring_inputs),
            "N_PATH": len(schedule.paths), "CONSTANTS": first["constant"],
            "GIVEN": first["given"], "PATH_START": first["path_start"],
            "STATE": first["state"], "BASE": first["base"], "SUM": first["sum"],
            "BROKEN": first["broken"], "FAILED": first["failed"],
            "HELD": first["held"], "HELD_NEXT": first["held_next"],
            "DELAYED": first["delayed"], "RING_INPUT": first["ring_input"],
            "RING_START": first["ring_start"], "RING_LENGTH": first["ring_length"],
            "PATH": first["path"],
        }  # fmt: skip
        return ["", "", *(f"{name} = {value}" for name, value in counts.items()), ""]

    def _save_row(self) -> list[str]:
        """A function that copies the saved values: those asked for, or all in a straight line."""
        head = "def save_row(w, u, slots, out, row, first):"
        if not self.kind.saves_all:
            return [head, "    copy_row(w, u, slots, out, row, first)", "", ""]
        lines, sources = [], []
        for position, slot in enumerate(self.saved_slots()):
            beyond = slot - self.layout.slots
            sources.append(_place(slot) if beyond < 0 else f"u[{beyond}]")
            lines += [
                "for lane in range(LANES):",
                f"    out[{position}, row, first + lane] = {sources[-1]}",
            ]
        broken = _place(self.layout.first["broken"])
        sums = [f"    bad += 0.0 * {source}" for source in sources]
        lines += ["for lane in range(LANES):", f"    bad = {broken}", *sums, f"    {broken} = bad"]
        return [head, *("    " + line for line in lines), "", ""]

    def _check_states(self) -> list[str]:
        """A function that keeps the first row at which a state is not finite."""
        begin = self.layout.first["state"]
        states = range(begin, begin + len(self.schedule.rates))
        before = _place(self.layout.first["failed"])
        lines = ["bad = 0.0", *(f"bad += 0.0 * {_place(slot)}" for slot in states)]
        lines.append(f"before = {before}")
        lines.append(f"{before} = pick((bad != 0.0) & (before < 0.0), row, before)")
        return [
            "def check_states(w, row):",
            "    for lane in range(LANES):",
            *("        " + line for line in lines),
            "",
            "",
        ]

    def _keep_sign(self) -> list[str]:
        lines = ["def keep_sign(w):"]
        if not self.schedule.non_negative:
            return [*lines, "    pass", "", ""]
        lines.append("    for lane in range(LANES):")
        for i in self.schedule.non_negative:
            slot = self.layout.first["state"] + i
            lines.append(f"        s{i} = w[{slot * LANES} + lane]")
            lines.append(f"        w[{slot * LANES} + lane] = pick(s{i} < 0.0, 0.0, s{i})")
        return [*lines, "", ""]


def emit_lanes(schedule: Schedule, kind: Kind) -> tuple[str, list[int]]:
    """Text of a kernel for many runs, and the slot in which each saved name is found."""
    renderer = LaneRenderer(schedule, kind)
    return renderer.render(), renderer.saved_slots()


def _defined(name: str, arguments: str, body: Sequence[str]) -> list[str]:
    head = f"def {name}(w, u, {arguments}):"
    return [head, *("    " + line for line in body or ["pass"]), "", ""]


def _place(slot: int) -> str:
    return f"w[{slot * LANES} + lane]"


def template(name: str) -> str:
    """Text that is the same in every kernel; `templates/README.md` says what it rests on."""
    return files(__package__).joinpath("templates", f"{name}.py.txt").read_text(encoding="utf-8")
