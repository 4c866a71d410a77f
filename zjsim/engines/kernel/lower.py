"""Model → lowered program.

Every function of the language is written out in a few dozen operations of the graph, so that
an emitter need not know Vensim. The meaning is that of PySD 3.14 with Euler steps, whose
formulas were read from ``pysd/py_backend/functions.py`` and ``statefuls.py``, except:

==================  ===================================  ===================================
construct           PySD 3.14                            here
==================  ===================================  ===================================
time of a step      sum of the steps before, with its    ``start + k * step``
                    rounding
PULSE, PULSE TRAIN  a step belongs to a pulse when its   when its middle does, as Vensim's
                    beginning does                       manual says; a pulse has a step at least
:NA:                NaN                                  the number -2^109, as in Vensim
RAMP                moves within a step                  held within a step, as Vensim has it
ACTIVE INITIAL      values found while initialising are  the first step reads the active
                    kept for the first step              equation, as Vensim documents
DELAY FIXED,        input may be read after some stocks  input and condition are read at the
SAMPLE IF TRUE      have moved to the next step          start of the step
lookups of XMILE    all kinds read as continuous         extrapolate and discrete are kept
written in place
DELAY1 and DELAY3   fewer stages where one would be      all stages, as Vensim and Simlin;
of few steps        below the step; fails with none      DELAY N leaves stages out, like PySD
==================  ===================================  ===================================

In a Runge-Kutta step all that switches with time (STEP, PULSE, PULSE TRAIN, INTEGER and
comparisons of time) is read from inside the step: a switch on the step grid acts from the
step it begins and never on the last stage of the step before, which keeps the order.
Memories that are not smooth (DELAY FIXED, SAMPLE IF TRUE) change between steps.
"""

from __future__ import annotations

from typing import Any

from zjsim.engines.kernel.functions import OPERATIONS
from zjsim.engines.kernel.graph import Graph
from zjsim.engines.kernel.program import (
    Held,
    Points,
    Program,
    Ring,
    Slot,
    State,
    Variable,
)
from zjsim.engines.kernel.writeout import control_leaf, write_out, xidz
from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.expression import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Expression,
    Logical,
    LookupCall,
    Memory,
    Number,
    Reference,
    Table,
    Unary,
    fold,
)
from zjsim.model.names import control_of
from zjsim.model.order import reads_what_it_holds
from zjsim.model.spec import TIME, Auxiliary, Constant, Flow, Lookup, ModelSpec, Stock

# More stages than any model has; a typing error must not fill the memory.
LARGEST_ORDER = 200
_BINARY = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow"}
_COMPARISON = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "=": "eq", "<>": "ne"}


def lower(model: ModelSpec, *, smooth: bool = False) -> Program:
    """The lowered program of a model.

    Parameters
    ----------
    smooth : bool
        For a solver that takes no steps of its own: RAMP follows the time itself.

    Raises
    ------
    UnsupportedError
        When an equation uses what the kernel does not compute; the message names it.
    ModelError
        When an equation reads an element that does not exist.
    """
    return _Lowering(model, smooth).program()


class _Lowering:
    """The state of lowering one model: its graph and the slots given out so far."""

    def __init__(self, model: ModelSpec, smooth: bool) -> None:
        self.model = model
        self.ramp_time = "time" if smooth else "step_time"
        self.graph = Graph()
        self.constants: dict[str, Slot] = {}
        self.variables: dict[str, int] = {}
        self.states: list[State] = []
        self.state_index: dict[str, int] = {}
        self.held: list[Held] = []
        # The held value of a SAMPLE IF TRUE that reads itself, until it is filled in.
        self.own_held: int | None = None
        self.rings: list[Ring] = []
        self.kept: list[int] = []
        self.tables: dict[Table, int] = {}
        self.structural: dict[str, float] = {}
        self.memories: dict[tuple[Any, ...], int] = {}
        self.where = ""
        self._number_slots()

    def _number_slots(self) -> None:
        for name, element in self.model.elements.items():
            if isinstance(element, Lookup):
                continue
            if control_of(name):
                self.variables[name] = len(self.variables)
            elif isinstance(element, Constant):
                self.constants[name] = Slot(name, element.value)
            elif isinstance(element, Stock):
                self.state_index[name] = len(self.state_index)
            else:
                self.variables[name] = len(self.variables)
        self.constant_index = {name: index for index, name in enumerate(self.constants)}
        # Stocks come first; hidden ones are appended behind them.
        self.states = [State(name, 0, 0) for name in self.state_index]

    def program(self) -> Program:
        variables = []
        for name, element in self.model.elements.items():
            self.where = name
            if control := control_of(name):
                variables.append(Variable(name, control_leaf(self.graph, control), "control"))
            elif isinstance(element, Stock):
                initial = self._number(element.initial)
                rate = self._number(element.net_flow)
                index = self.state_index[name]
                self.states[index] = State(name, initial, rate, element.non_negative)
            elif isinstance(element, Flow | Auxiliary):
                kind = "flow" if isinstance(element, Flow) else "auxiliary"
                variables.append(Variable(name, self._number(element.equation), kind))
        named = {n: e for n, e in self.model.elements.items() if not isinstance(e, Lookup)}
        return Program(
            name=self.model.name,
            time_unit=self.model.time_unit,
            names=tuple(named),
            nodes=tuple(self.graph.nodes),
            constants=tuple(self.constants.values()),
            variables=tuple(variables),
            states=tuple(self.states),
            held=tuple(self.held),
            rings=tuple(self.rings),
            kept=tuple(self.kept),
            tables=tuple(Points(t.xs, t.ys, t.extrapolation) for t in self.tables),
            structural=self.structural,
            units={name: element.unit for name, element in named.items()},
            documentation={name: element.documentation for name, element in named.items()},
            draws=tuple(draw.name for draw in self.model.draws),
            arrays={name: array.dimensions for name, array in self.model.arrays.items()},
            ranges=self._ranges(),
        )

    def _ranges(self) -> dict[str, tuple[str, ...]]:
        """The dimensions of the arrays, with their elements."""
        used = {name for array in self.model.arrays.values() for name in array.dimensions}
        return {name: own for name, own in self.model.dimensions.items() if name in used}

    def _number(self, expression: Expression) -> int:
        """The node of an expression, as a number."""
        return self.graph.numeric(fold(expression, self._combine))

    def _combine(self, part: Expression, inner: tuple[int, ...]) -> int:
        graph = self.graph
        match part:
            case Number(value):
                return graph.number(value)
            case Reference(name):
                return self._reference(name)
            case Unary("not", _):
                return graph.add("not", graph.truth(inner[0]))
            case Unary():
                return graph.add("neg", graph.numeric(inner[0]))
            case Logical(logic, _, _):
                return graph.add(logic, *(graph.truth(arg) for arg in inner))
            case Conditional():
                yes, no = (graph.numeric(arg) for arg in inner[1:])
                return graph.add("select", graph.truth(inner[0]), yes, no)
        numbers = tuple(graph.numeric(arg) for arg in inner)
        match part:
            case Binary(sign, _, _):
                return graph.add(_BINARY[sign], *numbers)
            case Comparison(comparison, _, _):
                return graph.add(_COMPARISON[comparison], *numbers)
            case LookupCall(lookup, _):
                return self._lookup(lookup, numbers[0])
            case Call(function, _):
                return self._call(function, numbers)
            case Memory(function, _):
                return self._memory(function, numbers)
        raise TypeError(f"not an expression: {part!r}")

    def _reference(self, name: str) -> int:
        if name == TIME:
            return self.graph.leaf("time")
        if name == self.where and reads_what_it_holds(self.model.elements[name]):
            if self.own_held is None:
                self.own_held = self._new_held()
            return self.graph.leaf("held", self.own_held)
        if name in self.variables:
            return self.graph.leaf("variable", self.variables[name])
        if name in self.constant_index:
            return self.graph.leaf("constant", self.constant_index[name])
        if name in self.state_index:
            return self.graph.leaf("state", self.state_index[name])
        if control := control_of(name):
            return control_leaf(self.graph, control)
        raise ModelError(f"{self.where}: the equation reads {name}, which is not a variable")

    def _lookup(self, lookup: str | Table, argument: int) -> int:
        if isinstance(lookup, str):
            element = self.model.elements.get(lookup)
            if not isinstance(element, Lookup):
                raise ModelError(f"{self.where}: {lookup} is not a lookup")
            lookup = element.table
        if len(lookup.xs) == 1:
            return self.graph.number(lookup.ys[0])
        index = self.tables.setdefault(lookup, len(self.tables))
        return self.graph.add("lookup", argument, value=index)

    def _call(self, function: str, args: tuple[int, ...]) -> int:
        written = write_out(self.graph, function, args, self.ramp_time)
        if written is None:
            raise self._unsupported(function)
        return written

    def _unsupported(self, function: str) -> UnsupportedError:
        shown = function.replace("_", " ").upper()
        return UnsupportedError(f"{self.where}: the kernel does not compute {shown}.")

    def _memory(self, function: str, args: tuple[int, ...]) -> int:
        if function == "active_initial":
            return self.graph.add("active", *args)
        if function == "initial":
            return self._keep(args[0])
        # The same memory of the same input is one memory.
        key = (function, args)
        if key not in self.memories:
            self.memories[key] = self._new_memory(function, args)
        return self.memories[key]

    def _new_memory(self, function: str, args: tuple[int, ...]) -> int:
        source, time, *rest = args
        match function:
            case "smooth" | "smooth_n":
                return self._smooth(source, time, rest[0], self._order(rest[1]))
            case "delay" | "delay_n":
                conveyed = function == "delay_n"
                return self._delay(source, time, rest[0], self._order(rest[1]), conveyed)
            case "delay_fixed":
                self.rings.append(Ring(self.where, rest[0], source, time))
                return self.graph.leaf("delayed", len(self.rings) - 1)
            case "sample_if_true":
                return self._sample(source, time, rest[0])
            case "trend":
                return self._trend(source, time, rest[0])
            case "forecast":
                return self._forecast(source, time, rest[0], rest[1])
        raise self._unsupported(function)

    def _keep(self, node: int) -> int:
        """The value ``node`` has at the start of a run."""
        if self.graph.is_number(node):
            return node
        if node not in self.kept:
            self.kept.append(node)
        return self.graph.leaf("kept", self.kept.index(node))

    def _order(self, node: int) -> int:
        """The number of stages: its value at the start, from constants no run changes."""
        value = self._value_at_start(node)
        if not 1 <= value <= LARGEST_ORDER:
            raise ModelError(
                f"{self.where}: a delay or smooth has order {value:g}; "
                f"expected a whole number from 1 to {LARGEST_ORDER}"
            )
        return int(value)

    def _value_at_start(self, index: int) -> float:
        node, model = self.graph.nodes[index], self.model
        position = int(node.value) if not node.args and node.op != "number" else 0
        match node.op:
            case "number" | "flag":
                return node.value
            case "time" | "clock" | "step_time":
                return model.start
            case "control":
                return (model.step, model.start, model.stop, model.save_every)[position]
            case "constant":
                slot = list(self.constants.values())[position]
                self.structural[slot.name] = slot.value
                return slot.value
            case "variable":
                element = model.elements[list(self.variables)[position]]
                if isinstance(element, Flow | Auxiliary):
                    return self._value_at_start(self._number(element.equation))
            case "active":
                return self._value_at_start(node.args[1])
        if node.op not in OPERATIONS:
            raise UnsupportedError(
                f"{self.where}: the order of a delay or smooth must be known before the run; "
                "write it as a constant."
            )
        return float(OPERATIONS[node.op](*(self._value_at_start(arg) for arg in node.args)))

    def _hidden(self, what: str, initial: int) -> tuple[int, int]:
        """A new hidden stock: its index and the leaf that reads it."""
        index = len(self.states)
        self.states.append(State(f"{what} in {self.where}", initial, 0, hidden=True))
        return index, self.graph.leaf("state", index)

    def _set_rate(self, index: int, rate: int) -> None:
        hidden = self.states[index]
        self.states[index] = State(hidden.name, hidden.initial, rate, hidden=True)

    def _smooth(self, source: int, time: int, initial: int, order: int) -> int:
        add = self.graph.add
        target = source
        stages = [self._hidden(f"smooth {k + 1}", initial) for k in range(order)]
        for index, level in stages:
            gap = add("mul", add("sub", target, level), self.graph.number(order))
            self._set_rate(index, add("div", gap, time))
            target = level
        return target

    def _delay(self, source: int, time: int, initial: int, order: int, conveyed: bool) -> int:
        """A material delay: stages in a row, each holding its share of the delay time.

        ``conveyed`` (DELAY N): each stage keeps the delay time with which it was filled, and
        stages are left out until the rest are no shorter than a step.
        """
        add = self.graph.add
        start = add("mul", initial, time)
        fits = self._fitting_stages(time, order) if conveyed else []
        count = self.graph.number(1.0 if conveyed else order)
        for fit in fits:
            count = add("add", count, fit)
        times = self._conveyed_times(time, order) if conveyed else [time] * (order + 1)
        stages = [self._hidden(f"delay {k + 1}", start) for k in range(order)]
        flow = source
        for (index, level), stage_time in zip(stages, times[:order], strict=True):
            outflow = add("div", level, stage_time)
            self._set_rate(index, add("mul", add("sub", flow, outflow), count))
            flow = outflow
        result = stages[0 if conveyed else -1][1]
        for fit, (_, level) in zip(fits, stages[1:], strict=False):
            result = add("select", self.graph.truth(fit), level, result)
        return add("div", result, times[1])

    def _fitting_stages(self, time: int, order: int) -> list[int]:
        """For the second stage on: 1 where that many stages still fit the delay, else 0."""
        step = control_leaf(self.graph, "step")
        fits = []
        for count in range(2, order + 1):
            needed = self.graph.add("mul", self.graph.number(count), step)
            fits.append(self._keep(self.graph.numeric(self.graph.add("le", needed, time))))
        return fits

    def _conveyed_times(self, time: int, order: int) -> list[int]:
        """The delay time of each stage: now for the first, a step ago for the next, ..."""
        times = [time]
        for _ in range(max(order - 1, 1)):
            if self.graph.is_number(times[-1]):
                times.append(times[-1])
                continue
            self.held.append(Held(f"delay time in {self.where}", time, times[-1]))
            times.append(self.graph.leaf("held", len(self.held) - 1))
        return times

    def _sample(self, condition: int, source: int, initial: int) -> int:
        place = self._new_held() if self.own_held is None else self.own_held
        self.own_held = None
        leaf = self.graph.leaf("held", place)
        value = self.graph.add("select", self.graph.truth(condition), source, leaf)
        self.held[place] = Held(f"sample in {self.where}", initial, value)
        return value

    def _new_held(self) -> int:
        """The place of a held value that is filled in later."""
        self.held.append(Held("", 0, 0))
        return len(self.held) - 1

    def _trend(self, source: int, time: int, initial_trend: int) -> int:
        add, number = self.graph.add, self.graph.number
        start = add("div", source, add("add", number(1.0), add("mul", initial_trend, time)))
        index, level = self._hidden("average", start)
        gap = add("sub", source, level)
        self._set_rate(index, add("div", gap, time))
        return xidz(self.graph, gap, add("mul", time, add("abs", level)), number(0.0))

    def _forecast(self, source: int, time: int, horizon: int, initial_trend: int) -> int:
        add, number = self.graph.add, self.graph.number
        start = add("div", source, add("add", number(1.0), initial_trend))
        index, level = self._hidden("average", start)
        gap = add("sub", source, level)
        self._set_rate(index, add("div", gap, time))
        trend = xidz(self.graph, gap, add("mul", time, level), number(0.0))
        growth = add("add", number(1.0), add("mul", trend, horizon))
        return add("mul", source, growth)
