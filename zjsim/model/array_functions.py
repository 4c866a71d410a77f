"""Functions over whole ranges, written out for the scalars of an array: SUM, VMAX, VECTOR …"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from zjsim.errors import ModelError
from zjsim.model import syntax
from zjsim.model.context import Context
from zjsim.model.expression import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Expression,
    Logical,
    Number,
    Reference,
)
from zjsim.model.names import canonical
from zjsim.model.parser import NOT_AVAILABLE
from zjsim.model.translate import run_key, runs_over, translate

MOST_TERMS = 100_000
_INFINITY = float("inf")


def build(name: str, node: syntax.Apply, context: Context) -> Expression:
    """The expression of one of FUNCTIONS.

    Raises
    ------
    ModelError
        For a wrong number of arguments, or where no range is given to run over.
    """
    counts, made = FUNCTIONS[name]
    if len(node.arguments) not in counts:
        wanted = " or ".join(map(str, counts))
        noun = "argument" if counts == (1,) else "arguments"
        raise ModelError(
            f"{context.where}: {_shown(node)} takes {wanted} {noun}; here it has "
            f"{len(node.arguments)}."
        )
    return made(node, context)


def _shown(node: syntax.Apply) -> str:
    return " ".join(node.name.replace("_", " ").upper().split())


def is_over_range(node: syntax.Apply, context: Context) -> bool:
    """Whether an argument runs over a range, as in ``MAX(v[*])``."""
    return bool(_ranges(tuple(_whole(part, context) for part in node.arguments), context))


def _whole(node: syntax.Node, context: Context) -> syntax.Node:
    """A tree in which an array read by name alone runs over all of it, as XMILE allows."""
    if isinstance(node, syntax.Name) and context.language == "xmile":
        array = context.arrays.get(context.names.get(canonical(node.name), ""))
        if array is None:
            return node
        subscripts = node.subscripts or array.dimensions
        return replace(
            node,
            subscripts=tuple(
                "*" if _is_free(written, context) else written for written in subscripts
            ),
        )
    if isinstance(node, syntax.Apply) and canonical(node.name) in FUNCTIONS:
        return node
    inner: syntax.Node = syntax.changed(node, lambda part: _whole(part, context))
    return inner


def _is_free(written: str, context: Context) -> bool:
    key = canonical(written)
    return context.dimensions.is_range(key) and key not in context.bindings


def _ranges(nodes: Sequence[syntax.Node], context: Context) -> dict[str, tuple[str, ...]]:
    """What the arguments run over: key of the binding → elements; inner functions apart."""
    found: dict[str, tuple[str, ...]] = {}
    pending: list[Any] = list(reversed(nodes))
    while pending:
        node = pending.pop()
        if isinstance(node, syntax.Name | syntax.Apply):
            array = context.arrays.get(context.names.get(canonical(node.name), ""))
            for position, written in enumerate(node.subscripts):
                key = canonical(written)
                if key.endswith("!"):
                    key = key.rstrip("! ") + "!"
                    if not context.dimensions.is_range(key[:-1]):
                        raise ModelError(
                            f"{context.where}: {written} is no subscript range to run over."
                        )
                    found.setdefault(key, context.dimensions.of(key[:-1]))
                elif array is not None and runs_over(key):
                    own = context.dimensions.of(array.dimensions[position])
                    found.setdefault(run_key(key, position), _slice(key, own, written, context))
            if isinstance(node, syntax.Apply) and canonical(node.name) in FUNCTIONS:
                continue
        pending.extend(reversed(syntax.parts(node)))
    return found


def _slice(key: str, own: tuple[str, ...], written: str, context: Context) -> tuple[str, ...]:
    """The elements that ``*``, ``*:range`` or ``first:last`` of XMILE means."""
    if key == "*":
        return own
    first, _, last = (part.strip() for part in key.partition(":"))
    if first == "*" and context.dimensions.is_range(last):
        return context.dimensions.of(last)
    ends = [own.index(end) if end in own else int(end) - 1 if end.isdigit() else -1
            for end in (first, last)]  # fmt: skip
    if not 0 <= ends[0] <= ends[1] < len(own):
        raise ModelError(
            f"{context.where}: the slice [{written}] must go from one element to a later one; "
            "ends that are computed are not read."
        )
    return own[ends[0] : ends[1] + 1]


def _over(nodes: Sequence[syntax.Node], context: Context, what: str) -> Iterator[Context]:
    """The context at each combination of elements that the arguments run over."""
    ranges = _ranges(nodes, context)
    if not ranges:
        raise ModelError(
            f"{context.where}: {what} needs a range to run over, such as {what}(x[range!])."
            if context.language == "vensim"
            else f"{context.where}: {what} needs an array to run over, such as {what}(x[*])."
        )
    count = 1
    for elements in ranges.values():
        count *= len(elements)
    if count > MOST_TERMS:
        raise ModelError(
            f"{context.where}: {what} runs over {count:,} elements, which is too many."
        )
    for chosen in product(*ranges.values()):
        yield context.bound(dict(zip(ranges, chosen, strict=True)))


def _terms(node: syntax.Apply, context: Context) -> list[Expression]:
    inner = _whole(node.arguments[0], context)
    return [translate(inner, place) for place in _over([inner], context, _shown(node))]


def _reduced(join: Callable[[Expression, Expression], Expression]) -> Any:
    def made(node: syntax.Apply, context: Context) -> Expression:
        terms = _terms(node, context)
        result = terms[0]
        for term in terms[1:]:
            result = join(result, term)
        return result

    return made


def _mean(node: syntax.Apply, context: Context) -> Expression:
    total: Expression = _sum(node, context)
    return Binary("/", total, Number(float(len(_terms(node, context)))))


def _size(node: syntax.Apply, context: Context) -> Expression:
    name = node.arguments[0]
    if isinstance(name, syntax.Name) and canonical(name.name) not in context.names:
        elements = context.dimensions.elements.get(canonical(name.name))
        if elements is not None:
            return Number(float(len(elements)))
    return Number(float(len(_terms(node, context))))


def _count(node: syntax.Apply, context: Context) -> Expression:
    name = node.arguments[0]
    if not isinstance(name, syntax.Name) or not context.dimensions.is_range(name.name):
        raise ModelError(f"{context.where}: ELMCOUNT takes the name of a subscript range.")
    return Number(float(len(context.dimensions.of(name.name))))


def _select(node: syntax.Apply, context: Context) -> Expression:
    """VECTOR SELECT(selection, expression, value of none, action, error action)."""
    action = translate(node.arguments[3], context)
    if isinstance(action, Reference):
        kind = context.numbers.get(action.name)
    else:
        kind = action.value if isinstance(action, Number) else None
    if kind is not None and kind not in range(len(_ACTIONS)):
        raise ModelError(
            f"{context.where}: VECTOR SELECT has the action {kind:g}; there are 0 to 10."
        )
    chosen, given, none, *_ = node.arguments
    places = list(_over([chosen, given], context, "VECTOR SELECT"))
    pairs = [(translate(chosen, place), translate(given, place)) for place in places]
    otherwise = translate(none, context)
    if kind is not None:
        return _selected(pairs, int(kind), otherwise)
    # An action that moves: all of them, and the one that is meant at the moment.
    return picked([_selected(pairs, k, otherwise) for k in range(len(_ACTIONS))], action)


def _selected(
    pairs: Sequence[tuple[Expression, Expression]], kind: int, otherwise: Expression
) -> Expression:
    start, join, weigh = _ACTIONS[kind]
    result: Expression = Number(start)
    some: Expression = Number(0.0)
    count: Expression = Number(0.0)
    for weight, value in pairs:
        flag = Comparison("<>", weight, Number(0.0))
        # What is not chosen changes nothing; each part stands once, or trees would double.
        result = join(result, Conditional(flag, weigh(weight, value), Number(start)))
        some = Logical("or", some, flag)
        count = Binary("+", count, Conditional(flag, Number(1.0), Number(0.0)))
    if kind in _MEANS:
        result = Binary("/", result, count)
    return Conditional(some, result, otherwise)


def _plus(a: Expression, b: Expression) -> Expression:
    return Binary("+", a, b)


def _times(a: Expression, b: Expression) -> Expression:
    return Binary("*", a, b)


def _least(a: Expression, b: Expression) -> Expression:
    return Call("min", (a, b))


def _greatest(a: Expression, b: Expression) -> Expression:
    return Call("max", (a, b))


def _raised(weight: Expression, value: Expression) -> Expression:
    return Binary("^", value, weight)


def _plain(weight: Expression, value: Expression) -> Expression:
    return value


# Actions of VECTOR SELECT: what to begin with, how to join, and what the selection does to a value.
_Join = Callable[[Expression, Expression], Expression]
_ACTIONS: tuple[tuple[float, _Join, _Join], ...] = (
    (0.0, _plus, _times), (1.0, _times, _times), (_INFINITY, _least, _times),
    (-_INFINITY, _greatest, _times), (0.0, _plus, _times), (1.0, _times, _raised),
    (0.0, _plus, _plain), (1.0, _times, _plain), (_INFINITY, _least, _plain),
    (-_INFINITY, _greatest, _plain), (0.0, _plus, _plain),
)  # fmt: skip
_MEANS = (4, 10)


def _fixed(node: syntax.Node, context: Context, what: str) -> float:
    value = translate(node, context)
    if isinstance(value, Reference) and value.name in context.numbers:
        return context.numbers[value.name]
    if not isinstance(value, Number):
        raise ModelError(f"{context.where}: {what} must be a number.")
    return value.value


def _vector(node: syntax.Node, context: Context) -> tuple[list[Expression], int, str]:
    """The elements of ``x[range]`` along its last range, where this one stands, and the range."""
    if not isinstance(node, syntax.Name) or not node.subscripts:
        raise ModelError(f"{context.where}: expected an array with a subscript range.")
    key = canonical(node.subscripts[-1].rstrip("!"))
    if not context.dimensions.is_range(key):
        raise ModelError(f"{context.where}: {node.subscripts[-1]} is no subscript range.")
    plain = replace(node, subscripts=(*node.subscripts[:-1], node.subscripts[-1].rstrip("!")))
    elements = context.dimensions.of(key)
    values = [translate(plain, context.bound({key: element})) for element in elements]
    here = context.bindings.get(key)
    if here is None:
        for bound, element in context.bindings.items():
            if bound in context.dimensions.elements:
                found = context.dimensions.partner(key, bound, element)
                here = found if found is not None else here
    if here is None:
        raise ModelError(
            f"{context.where}: the range {node.subscripts[-1]} must stand on the left side."
        )
    return values, elements.index(here), key


def _ranks(values: list[Expression], direction: float) -> list[Expression]:
    """How many elements stand before each, in the order asked for; equals keep their order."""
    sign: Any = "<" if direction > 0 else ">"
    ranks: list[Expression] = []
    for k, value in enumerate(values):
        rank: Expression = Number(0.0)
        for j, other in enumerate(values):
            if j == k:
                continue
            before: Expression = Comparison(sign, other, value)
            if j < k:
                before = Logical("or", before, Comparison("=", other, value))
            rank = Binary("+", rank, Conditional(before, Number(1.0), Number(0.0)))
        ranks.append(rank)
    return ranks


def _sort_order(node: syntax.Apply, context: Context) -> Expression:
    """Which element stands at this place of the sorted vector, counted from 0."""
    values, here, _ = _vector(node.arguments[0], context)
    direction = _fixed(node.arguments[1], context, "the direction of VECTOR SORT ORDER")
    result: Expression = Number(0.0)
    for k, rank in enumerate(_ranks(values, direction)):
        found = Comparison("=", rank, Number(float(here)))
        result = Conditional(found, Number(float(k)), result)
    return result


def _rank(node: syntax.Apply, context: Context) -> Expression:
    """The place of this element in the sorted vector, counted from 1."""
    values, here, _ = _vector(node.arguments[0], context)
    direction = _fixed(node.arguments[1], context, "the direction of VECTOR RANK")
    return Binary("+", _ranks(values, direction)[here], Number(1.0))


def _reorder(node: syntax.Apply, context: Context) -> Expression:
    """The element that an order such as that of VECTOR SORT ORDER puts at this place."""
    values, _, _ = _vector(node.arguments[0], context)
    place = translate(node.arguments[1], context)
    return picked(values, place)


def _elm_map(node: syntax.Apply, context: Context) -> Expression:
    """The element that stands an offset behind the one that is named."""
    name, offset = node.arguments
    if not isinstance(name, syntax.Name) or not name.subscripts:
        raise ModelError(f"{context.where}: VECTOR ELM MAP takes an element of an array.")
    key = canonical(name.subscripts[-1])
    element = context.bindings.get(key, key)
    if not context.dimensions.is_element(element):
        raise ModelError(f"{context.where}: {name.subscripts[-1]} is no element of a range.")
    elements = context.dimensions.of(context.dimensions.home(element))
    values = [translate(replace(name, subscripts=(*name.subscripts[:-1], each)), context)
              for each in elements]  # fmt: skip
    base = Number(float(elements.index(element)))
    return picked(values, Binary("+", base, translate(offset, context)))


def picked(values: Sequence[Expression], place: Expression) -> Expression:
    """The value at a place counted from 0; Vensim's "not available" where there is none."""
    result: Expression = Number(NOT_AVAILABLE)
    nearest = Call("floor", (Binary("+", place, Number(0.5)),))
    for k, value in enumerate(values):
        result = Conditional(Comparison("=", nearest, Number(float(k))), value, result)
    return result


_sum = _reduced(_plus)
# Canonical name → numbers of arguments, and what writes the function out.
FUNCTIONS: dict[str, tuple[tuple[int, ...], Callable[[syntax.Apply, Context], Expression]]] = {
    "sum": ((1,), _sum),
    "prod": ((1,), _reduced(_times)),
    "vmin": ((1,), _reduced(_least)),
    "vmax": ((1,), _reduced(_greatest)),
    "mean": ((1,), _mean),
    "size": ((1,), _size),
    "elmcount": ((1,), _count),
    "vector select": ((5,), _select),
    "vector sort order": ((2,), _sort_order),
    "vector rank": ((2,), _rank),
    "vector reorder": ((2,), _reorder),
    "vector elm map": ((2,), _elm_map),
}
