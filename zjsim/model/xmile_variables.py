"""A checked XMILE tree → definitions of variables and subscript ranges."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

from zjsim.errors import ModelError
from zjsim.model.names import CONTROL_NAMES, CONTROLS, canonical
from zjsim.model.parser import parse_expression, parse_right_side, without_quotes
from zjsim.model.spec import NO_LIMITS, Limits
from zjsim.model.subscripts import Range
from zjsim.model.syntax import (
    Apply,
    Chain,
    Definition,
    Literal,
    Name,
    Node,
    Points,
    Prefix,
    changed,
)
from zjsim.model.vensim import LONGEST_PARSE, guarded, limit_of

_KINDS = {"continuous": "hold", "extrapolate": "extrapolate", "discrete": "step"}
_METHODS = {"euler": "euler", "rk4": "rk4", "rk2": "rk2"}
# Reading a name in an <inflow>, which some tools write with blanks instead of underscores.
_PLAIN_NAME = re.compile(r"[^\W\d][\w' ]*")


def method_of(root: Any, ns: str) -> str:
    """The integration method that an XMILE file asks for; ``euler`` when it says none."""
    specs = root.find(f"{ns}sim_specs")
    said = (specs.get("method") or "euler") if specs is not None else "euler"
    names = [part.strip().lower() for part in said.split(",") if part.strip()]
    known = [_METHODS[name] for name in names if name in _METHODS]
    return known[0] if known else (names[0] if names else "euler")


def ranges_of(root: Any, ns: str, origin: str) -> list[Range]:
    """The dimensions of a file; those of a size alone have the elements 1, 2, …"""
    found: dict[str, Range] = {}
    for node in root.iter(f"{ns}dim"):
        parent = str(node.getparent().tag)
        if parent != f"{ns}dimensions" or node.getparent().getparent() is None:
            continue
        if node.getparent().getparent().tag not in (f"{ns}model", str(root.tag)):
            continue
        name, line = node.get("name") or "", node.sourceline
        elements = tuple(_shown(each.get("name") or "") for each in node.findall(f"{ns}elem"))
        if not elements:
            size = (node.get("size") or "").strip()
            if not size.isdigit() or not 0 < int(size) <= 10_000:
                raise ModelError(f"{origin}, line {line}: the dimension {name} has no elements.")
            elements = tuple(str(number) for number in range(1, int(size) + 1))
        found.setdefault(canonical(name), Range(_shown(name), elements, line=line))
    return list(found.values())


def definitions_of(root: Any, ns: str, origin: str) -> list[Definition]:
    """Every variable of every model in the file, modules written out as name spaces.

    Raises
    ------
    ModelError
        For an equation that cannot be read, with file, line and variable.
    """
    sizes = {canonical(each.name): each.items for each in ranges_of(root, ns, origin)}
    reader = _Reader(ns, origin, time.monotonic() + LONGEST_PARSE, _behaviour(root, ns), sizes)
    models = {canonical(node.get("name") or ""): node for node in root.findall(f"{ns}model")}
    main = root.findall(f"{ns}model")[0]
    found = list(reader.model(main))
    found += _modules(main, models, reader, "", ())
    for each in found:
        if each.tree is None:
            raise ModelError(
                f"{each.where(origin)}: has no equation, and nothing is connected to it."
            )
    return [*found, *_controls(root, ns, origin)]


def _modules(
    model: Any, models: dict[str, Any], reader: _Reader, prefix: str, inside: tuple[str, ...]
) -> list[Definition]:
    """The variables of the modules of a model, each under the name of its module."""
    found: list[Definition] = []
    variables = model.find(f"{reader.ns}variables")
    nodes = [] if variables is None else variables.findall(f"{reader.ns}module")
    joined = _connections(nodes, reader, prefix)
    for node in nodes:
        name = _shown(node.get("name") or "")
        key = canonical(node.get("model") or name)
        where = f"{reader.origin}, line {node.sourceline}"
        if key not in models:
            raise ModelError(f"{where}: the module {name} has no <model> of its name in the file.")
        if key in inside or len(inside) > 20:
            raise ModelError(f"{where}: the module {name} contains itself.")
        space = f"{prefix}{name}."
        inner = models[key]
        own = list(reader.model(inner))
        local = {canonical(each.name) for each in own}
        nested = inner.find(f"{reader.ns}variables")
        below = {
            canonical(each.get("name") or "")
            for each in (() if nested is None else nested.findall(f"{reader.ns}module"))
        }
        for each in own:
            given = joined.get((canonical(name), canonical(each.name)))
            if given is not None:
                tree: Node | None = Name(given)
                each = replace(each, tree=tree, start=None)
            else:
                each = _moved(each, local, below, space)
            found.append(replace(each, name=f"{space}{each.name}"))
        found += _modules(inner, models, reader, space, (*inside, key))
    return found


def _connections(nodes: list[Any], reader: _Reader, prefix: str) -> dict[tuple[str, str], str]:
    """What each input of each module is connected to, as a name of the whole model.

    Some tools list a connection with the module it leads to, some with the one it comes from.
    """
    joined: dict[tuple[str, str], str] = {}
    for node in nodes:
        own = _shown(node.get("name") or "")
        for connection in node.findall(f"{reader.ns}connect"):
            target, given = (without_quotes(connection.get(end) or "") for end in ("to", "from"))
            if not target or not given:
                raise ModelError(
                    f"{reader.origin}, line {connection.sourceline}: a <connect> needs both to "
                    "and from."
                )
            module, _, name = target.lstrip(".").rpartition(".")
            key = canonical(module or own), canonical(name)
            joined[key] = given[1:] if given.startswith(".") else f"{prefix}{given}"
    return joined


def _moved(each: Definition, local: set[str], below: set[str], space: str) -> Definition:
    """A definition whose names are those of a module, told by their full names."""

    def change(node: Any) -> Any:
        node = changed(node, change)
        if not isinstance(node, Name | Apply):
            return node
        first = canonical(node.name.partition(".")[0])
        if node.name.startswith("."):
            return replace(node, name=node.name[1:])
        inner = canonical(node.name) in local or ("." in node.name and first in below)
        return replace(node, name=f"{space}{node.name}") if inner else node

    tree = None if each.tree is None else change(each.tree)
    start = None if each.start is None else change(each.start)
    return replace(each, tree=tree, start=start)


def _behaviour(root: Any, ns: str) -> tuple[bool, bool]:
    """Whether all stocks, and all flows, are non-negative unless they say otherwise."""
    node = root.find(f"{ns}behavior")
    if node is None:
        return False, False
    whole = node.find(f"{ns}non_negative") is not None
    stocks = node.find(f"{ns}stock/{ns}non_negative") is not None
    flows = node.find(f"{ns}flow/{ns}non_negative") is not None
    return whole or stocks, whole or flows


def _controls(root: Any, ns: str, origin: str) -> Iterator[Definition]:
    """The settings of the run as the variables that Vensim has for them."""
    specs = root.find(f"{ns}sim_specs")
    unit = specs.get("time_units") or ""
    told = {
        "start": "The initial time for the simulation.",
        "stop": "The final time for the simulation.",
        "step": "The time step for the simulation.",
        "save_every": "The save time step for the simulation.",
    }
    texts = {"start": "start", "stop": "stop", "step": "dt", "save_every": "savestep"}
    for setting, part in texts.items():
        node = specs.find(f"{ns}{part}")
        if node is None and part == "savestep":
            node = specs.find(f"{ns}save_step")
        text = (node.text or "").strip() if node is not None else ""
        # Some tools write an equation, such as TIME_STEP=0.25, where a number belongs.
        text = text.rpartition("=")[2].strip()
        tree: Node
        if text:
            where = f"{origin}, <sim_specs>, {CONTROLS[setting]}"
            tree = guarded(where, partial(parse_expression, text, "xmile"))
            if part == "dt" and (node.get("reciprocal") or "").lower() == "true":
                tree = Chain(("/",), (Literal(1.0), tree))
        else:
            tree = Literal(1.0) if part == "dt" else Name("TIME STEP")
        yield Definition(CONTROLS[setting], tree, unit=unit, documentation=told[setting])


def _shown(name: str) -> str:
    return " ".join(name.replace("\\n", " ").split())


class _Reader:
    """What the variables of a file have in common."""

    def __init__(
        self,
        ns: str,
        origin: str,
        deadline: float,
        behaviour: tuple[bool, bool],
        ranges: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.ns, self.origin, self.deadline, self.ranges = ns, origin, deadline, ranges
        self.stocks_positive, self.flows_positive = behaviour

    def model(self, model: Any) -> Iterator[Definition]:
        """The definitions of one model."""
        variables = model.find(f"{self.ns}variables")
        found: list[Definition] = []
        for node in () if variables is None else variables:
            kind = str(node.tag).removeprefix(self.ns) if isinstance(node.tag, str) else ""
            if kind not in ("aux", "flow", "stock", "gf"):
                continue
            # Vensim writes the settings of the run twice; those of <sim_specs> count.
            if canonical(node.get("name") or "") not in CONTROL_NAMES:
                found += self._variable(node, kind)
        yield from found

    def _variable(self, node: Any, kind: str) -> Iterator[Definition]:
        name = (node.get("name") or "").replace("\\n", " ")
        where = f"{self.origin}, line {node.sourceline}, {name}"
        if time.monotonic() > self.deadline:
            raise ModelError(f"{where}: reading took longer than {LONGEST_PARSE:g} s; given up.")
        base = Definition(
            name=name,
            tree=None,
            unit=" ".join(self._text(node, "units").split()),
            documentation=" ".join(self._text(node, "doc").split()),
            line=node.sourceline,
            non_negative=kind == "stock" and self._positive(node, self.stocks_positive),
            one_way=kind == "flow" and self._positive(node, self.flows_positive),
            limits=self._limits(node),
        )
        dimensions = tuple(
            _shown(each.get("name") or "")
            for each in node.findall(f"{self.ns}dimensions/{self.ns}dim")
        )
        elements = node.findall(f"{self.ns}element")
        if not elements:
            yield from self._whole(base, node, kind, dimensions, where)
            return
        for element in elements:
            said = tuple(_shown(part) for part in (element.get("subscript") or "").split(","))
            inner = element
            if element.find(f"{self.ns}eqn") is None and element.find(f"{self.ns}gf") is None:
                inner = node  # an element of a graphical function alone, or of nothing
            made = self._filled(base, node, inner, kind, said, f"{where}[{','.join(said)}]")
            yield replace(made, ranges=dimensions)

    def _whole(
        self, base: Definition, node: Any, kind: str, dimensions: tuple[str, ...], where: str
    ) -> Iterator[Definition]:
        """A variable with one equation, or with one for each element of its dimensions."""
        equations = node.findall(f"{self.ns}eqn")
        if len(equations) < 2:
            yield self._filled(base, node, node, kind, dimensions, where)
            return
        cells = list(product(*(self.ranges.get(canonical(each), ()) for each in dimensions)))
        if len(cells) != len(equations):
            raise ModelError(
                f"{where}: has {len(equations)} equations for {len(cells)} elements. Keep one, or "
                "write one in an <element> for each."
            )
        for cell, equation in zip(cells, equations, strict=True):
            for other in equations:
                if other.getparent() is not None:
                    node.remove(other)
            node.append(equation)
            made = self._filled(base, node, node, kind, cell, f"{where}[{','.join(cell)}]")
            yield replace(made, ranges=dimensions)

    def _filled(
        self, base: Definition, node: Any, inner: Any, kind: str, subscripts: tuple[str, ...],
        where: str,
    ) -> Definition:  # fmt: skip
        """The definition with its tree, from a variable or one of its elements."""
        table = inner.find(f"{self.ns}gf")
        if table is None and inner is not node:
            table = node.find(f"{self.ns}gf")
        if kind == "gf":
            return replace(base, tree=self._points(node, where), kind="lookup")
        text = self._text(inner, "eqn").strip() or self._text(node, "eqn").strip()
        if not text and table is not None:
            tree: Node = self._points(table, where)
            return replace(base, tree=tree, kind="lookup", subscripts=subscripts)
        if not text:
            return base  # filled by what the module is connected to, or refused
        tree = self._tree(text, where)
        if kind == "stock":
            tree = Apply("INTEG", (self._net_flow(node, where), tree))
        elif table is not None:
            tree = Apply("WITH LOOKUP", (tree, self._points(table, where)))
        if base.one_way:
            tree = Apply("MAX", (tree, Literal(0.0)))
        first = self._text(inner, "init_eqn").strip()
        start = self._tree(first, where) if first else None
        return replace(base, tree=tree, start=start, subscripts=subscripts)

    def _tree(self, text: str, where: str) -> Node:
        return guarded(where, lambda: parse_right_side(" ".join(text.split()), "xmile"))

    def _net_flow(self, node: Any, where: str) -> Node:
        ins = [self._flow(each, where) for each in node.findall(f"{self.ns}inflow")]
        outs = [self._flow(each, where) for each in node.findall(f"{self.ns}outflow")]
        if ins:
            signs = ("+",) * (len(ins) - 1) + ("-",) * len(outs)
            return Chain(signs, (*ins, *outs)) if signs else ins[0]
        if outs:
            first: Node = Prefix("-", outs[0])
            return Chain(("-",) * (len(outs) - 1), (first, *outs[1:])) if outs[1:] else first
        return Literal(0.0)

    def _flow(self, node: Any, where: str) -> Node:
        text = " ".join((node.text or "").split())
        if _PLAIN_NAME.fullmatch(text):
            return Name(text)
        return self._tree(text, where)

    def _positive(self, node: Any, otherwise: bool) -> bool:
        flag = node.find(f"{self.ns}non_negative")
        if flag is None:
            return otherwise
        return "false" not in (flag.text or "").lower()

    def _limits(self, node: Any) -> Limits:
        """Both ends of the range that the file gives a slider."""
        found = node.find(f"{self.ns}range")
        if found is None:
            return NO_LIMITS
        return limit_of(found.get("min", "")), limit_of(found.get("max", ""))

    def _text(self, node: Any, part: str) -> str:
        found = node.find(f"{self.ns}{part}")
        return (found.text or "") if found is not None else ""

    def _points(self, table: Any, where: str) -> Points:
        ys_node = table.find(f"{self.ns}ypts")
        ys = _numbers(ys_node)
        scale = table.find(f"{self.ns}xscale")
        points = table.find(f"{self.ns}xpts")
        if scale is None or (points is not None and (points.text or "").strip()):
            xs = _numbers(points)
        else:
            low, high = float(scale.get("min")), float(scale.get("max"))
            xs = _spread(low, high, len(ys))
        kind = _KINDS[table.get("type", "continuous").lower()]
        return Points(tuple(xs), tuple(ys), kind)


def _numbers(node: Any) -> list[float]:
    separator = node.get("sep", ",")
    parts = node.text.split(separator) if separator.strip() else node.text.split()
    return [float(part) for part in parts if part.strip()]


def _spread(low: float, high: float, count: int) -> list[float]:
    """Points at equal distances, both ends included to the last bit."""
    if count == 1:
        return [low]
    step = (high - low) / (count - 1)
    found = [low + step * place for place in range(count - 1)] + [high]
    return [value if math.isfinite(value) else math.nan for value in found]
