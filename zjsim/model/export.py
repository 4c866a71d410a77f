"""ModelSpec (with the inputs of a run) → XMILE 1.0, which other simulators load and run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.expression import Expression, Number, Reference, Table
from zjsim.model.flows import additive_terms
from zjsim.model.names import canonical
from zjsim.model.spec import Constant, Element, Lookup, ModelSpec, Stock
from zjsim.model.xmile_text import Writer
from zjsim.timeline import TimeGrid

NAMESPACE = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
_FAR = 1e4  # lengths of a table by which its end segments are continued


class PathLike(Protocol):
    """What is asked of a path: its points, and its values on both sides of given times."""

    @property
    def times(self) -> Any: ...
    @property
    def values(self) -> Any: ...
    @property
    def jumps(self) -> Any: ...
    def left(self, times: Any) -> Any: ...
    def right(self, times: Any) -> Any: ...


class RunInputs(Protocol):
    """What is asked of the inputs of a run; ``zjsim.inputs.Inputs`` has it."""

    @property
    def grid(self) -> TimeGrid: ...
    @property
    def n_run(self) -> int: ...
    @property
    def constants(self) -> Mapping[str, Any]: ...
    @property
    def initials(self) -> Mapping[str, Any]: ...
    @property
    def paths(self) -> Mapping[str, Any]: ...


def to_xmile(
    spec: ModelSpec,
    inputs: RunInputs | None = None,
    method: Literal["euler", "rk4"] = "euler",
) -> str:
    """The model as XMILE text, with the constants, initial values and paths of one run.

    A path becomes a graphical function of TIME, and each of its jumps a STEP added to it: a
    graphical function cannot hold both values at one time.

    Raises
    ------
    UnsupportedError
        For a function that XMILE does not have, by name, or for more than one run.
    """
    if inputs is not None and inputs.n_run != 1:
        raise UnsupportedError(
            f"{spec.name}: XMILE holds one run; the inputs have {inputs.n_run}. Take one of them."
        )
    grid = inputs.grid if inputs else TimeGrid(spec.start, spec.stop, spec.step, spec.save_every)
    document = _Document(spec, inputs, grid)
    body = "\n".join(document.variables())
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<xmile version="1.0" xmlns="{NAMESPACE}">\n'
        "  <header>\n"
        f"    <name>{escape(spec.name)}</name>\n"
        "    <vendor>zjsim</vendor>\n"
        '    <product version="1.0" lang="en">zjsim</product>\n'
        "  </header>\n"
        f'  <sim_specs method="{method}" time_units={quoteattr(spec.time_unit)}>\n'
        f"    <start>{grid.start!r}</start>\n"
        f"    <stop>{grid.stop!r}</stop>\n"
        f"    <dt>{grid.step!r}</dt>\n"
        "  </sim_specs>\n"
        "  <model>\n"
        "    <variables>\n"
        f"{body}\n"
        "    </variables>\n"
        "  </model>\n"
        "</xmile>\n"
    )


@dataclass
class _Document:
    """The variables of one document, and the hidden ones they need."""

    spec: ModelSpec
    inputs: RunInputs | None
    grid: TimeGrid
    hidden: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def variables(self) -> list[str]:
        """The XML of every variable."""
        self.taken = {canonical(name) for name in self.spec.elements}
        shown: list[str] = []
        for element in self.spec.elements.values():
            if canonical(element.name) not in CONTROL_WORDS:
                shown.append(self._element(element))
        return shown + self.hidden

    def _element(self, element: Element) -> str:
        paths = self.inputs.paths if self.inputs else {}
        constants = self.inputs.constants if self.inputs else {}
        if element.name in paths:
            return self._path(element, paths[element.name])
        if isinstance(element, Constant):
            value = float(constants[element.name][0]) if element.name in constants else None
            return _variable("aux", element, number(element.value if value is None else value))
        if isinstance(element, Lookup):
            return _variable("aux", element, "0", _table(element.table))
        if isinstance(element, Stock):
            return self._stock(element)
        # A flow that no stock names is plain to XMILE, so that nothing is left hanging.
        kind = "flow" if element.name in self._attached() else "aux"
        return _variable(kind, element, self._text(element.equation, element.name))

    def _attached(self) -> set[str]:
        return {
            name
            for stock in self.spec.stocks
            if _is_plain(stock)
            for name in (*stock.inflows, *stock.outflows)
        }

    def _stock(self, stock: Stock) -> str:
        if stock.non_negative:
            raise UnsupportedError(
                f"{self.spec.name}, {stock.name}: a non-negative stock is not exported, because "
                "simulators disagree on what stops at zero."
            )
        initials = self.inputs.initials if self.inputs else {}
        if stock.name in initials:
            initial = number(float(initials[stock.name][0]))
        else:
            initial = self._text(stock.initial, stock.name)
        if _is_plain(stock):
            inflows, outflows = stock.inflows, stock.outflows
        else:
            name = self.hide(f"net flow of {shown_name(stock.name)}")
            equation = self._text(stock.net_flow, stock.name)
            self.hidden.append(_variable("flow", _named(name), equation))
            inflows, outflows = (name,), ()
        parts = [f"<inflow>{escape(quoted(name))}</inflow>" for name in inflows]
        parts += [f"<outflow>{escape(quoted(name))}</outflow>" for name in outflows]
        return _variable("stock", stock, initial, *parts)

    def _path(self, element: Element, path: PathLike) -> str:
        jumps = np.asarray(path.jumps, dtype=float)
        heights = path.right(jumps)[0] - path.left(jumps)[0]
        steps = [f"STEP({number(h)}, {number(t)})" for t, h in zip(jumps, heights, strict=True)]
        times = np.unique(np.asarray(path.times, dtype=float))
        # What is left when every jump up to a time is taken away again has none.
        values = path.left(times)[0] - [heights[jumps < time].sum() for time in times]
        if np.all(values == values[0]):
            return _variable("aux", element, " + ".join([number(float(values[0])), *steps]))
        table = _table(Table(tuple(map(float, times)), tuple(map(float, values))))
        if not steps:
            return _variable("aux", element, "TIME", table)
        smooth = self.hide(f"{shown_name(element.name)} without its jumps")
        self.hidden.append(_variable("aux", _named(smooth), "TIME", table))
        return _variable("aux", element, " + ".join([quoted(smooth), *steps]))

    def _text(self, node: Expression, name: str) -> str:
        writer = Writer(
            where=f"{self.spec.name}, {name}",
            reference=self._reference,
            table=lambda table: self._hidden_table(table, name),
            fixed=self._fixed,
        )
        return writer.text(node)

    def _fixed(self, node: Expression) -> float | None:
        if isinstance(node, Number):
            return node.value
        element = self.spec.elements.get(node.name) if isinstance(node, Reference) else None
        if not isinstance(element, Constant) or (self.inputs and element.name in self.inputs.paths):
            return None
        given = self.inputs.constants if self.inputs else {}
        return float(given[element.name][0]) if element.name in given else element.value

    def _reference(self, name: str) -> str:
        word = CONTROL_WORDS.get(canonical(name))
        if word == "SAVEPER":
            return number(self.grid.save_every or self.grid.step)
        return word if word else quoted(name)

    def _hidden_table(self, table: Table, name: str) -> str:
        hidden = self.hide(f"lookup of {shown_name(name)}")
        self.hidden.append(_variable("aux", _named(hidden), "0", _table(table)))
        return quoted(hidden)

    def hide(self, name: str) -> str:
        """A name that no variable of the model has."""
        free, count = name, 1
        while canonical(free) in self.taken:
            count += 1
            free = f"{name} {count}"
        self.taken.add(canonical(free))
        return free


CONTROL_WORDS = {
    "time": "TIME",
    "initial time": "STARTTIME",
    "final time": "STOPTIME",
    "time step": "DT",
    "saveper": "SAVEPER",
}


def _named(name: str) -> Element:
    return Constant(name, 0.0)


def _is_plain(stock: Stock) -> bool:
    """Whether the net flow is nothing but flows added and taken away, each once."""
    terms = additive_terms(stock.net_flow)
    names = [term.name for _, term in terms if isinstance(term, Reference)]
    return sorted(names) == sorted((*stock.inflows, *stock.outflows)) and len(names) == len(terms)


def _variable(kind: str, element: Element, equation: str, *parts: str) -> str:
    lines = [f"      <{kind} name={quoteattr(shown_name(element.name))}>"]
    if element.documentation:
        lines.append(f"        <doc>{escape(element.documentation)}</doc>")
    lines.append(f"        <eqn>{escape(equation)}</eqn>")
    lines += [f"        {part}" for part in parts]
    if element.unit:
        lines.append(f"        <units>{escape(element.unit)}</units>")
    return "\n".join([*lines, f"      </{kind}>"])


def _table(table: Table) -> str:
    xs, ys = list(table.xs), list(table.ys)
    if table.extrapolation == "step":
        raise UnsupportedError(
            "a lookup that keeps each value until the next point is not exported: simulators "
            "read XMILE's discrete graphical functions differently."
        )
    if table.extrapolation == "extrapolate" and len(xs) > 1:
        # Far points instead of the type alone, which some simulators pass over.
        span = _FAR * (xs[-1] - xs[0])
        low = ys[0] - span * (ys[1] - ys[0]) / (xs[1] - xs[0])
        high = ys[-1] + span * (ys[-1] - ys[-2]) / (xs[-1] - xs[-2])
        xs, ys = [xs[0] - span, *xs, xs[-1] + span], [low, *ys, high]
    kind = "extrapolate" if table.extrapolation == "extrapolate" else "continuous"
    shown_xs, shown_ys = (",".join(number(value) for value in row) for row in (xs, ys))
    return f'<gf type="{kind}"><xpts>{shown_xs}</xpts><ypts>{shown_ys}</ypts></gf>'


def number(value: float) -> str:
    """A number to the last bit, as XMILE writes it."""
    if not np.isfinite(value):
        raise UnsupportedError(f"XMILE has no way to write the number {value}.")
    return repr(float(value))


def shown_name(name: str) -> str:
    """A name without the quotes that Vensim needs around odd ones."""
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1].replace('\\"', '"')
    return name


def quoted(name: str) -> str:
    """A name as equations write it: between quotes, so that no sign and no word misleads."""
    shown = shown_name(name)
    for sign, word in (('"', "a double quote"), (".", "a point, which means a module")):
        if sign in shown:
            raise UnsupportedError(f"the name {name} holds {word}; XMILE cannot refer to it.")
    if not shown.strip():
        raise ModelError("an empty name cannot be exported")
    return f'"{shown}"'
