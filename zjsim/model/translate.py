"""Trees of equations → our expressions: names resolved, subscripts bound, functions known."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from zjsim.errors import ModelError, UnsupportedError, did_you_mean
from zjsim.model import syntax, vocabulary
from zjsim.model.context import Cells, Context
from zjsim.model.expression import (
    FUNCTIONS,
    Binary,
    Call,
    Comparison,
    Conditional,
    Expression,
    Extrapolation,
    Logical,
    LookupCall,
    Number,
    Reference,
    Table,
    Unary,
)
from zjsim.model.lookups import held_forward, table
from zjsim.model.names import canonical
from zjsim.model.parser import parse_expression
from zjsim.model.spec import TIME


def translate(node: syntax.Node, context: Context) -> Expression:
    """The expression of one tree.

    Raises
    ------
    UnsupportedError
        For a construct that our engines do not compute.
    ModelError
        For an unknown name or a function with the wrong number of arguments.
    """
    match node:
        case syntax.Literal(value):
            return Number(value)
        case syntax.Name():
            return _name(node, context)
        case syntax.Chain():
            return _chain(node, context)
        case syntax.Prefix("-", operand):
            # A signed number is a number; the sign of a power stands outside it already.
            inner = translate(operand, context)
            return Number(-inner.value) if isinstance(inner, Number) else Unary("-", inner)
        case syntax.Prefix(_, operand):
            return Unary("not", translate(operand, context))
        case syntax.Choice(condition, yes, no):
            return Conditional(*(translate(part, context) for part in (condition, yes, no)))
        case syntax.Apply():
            return _apply(node, context)
        case syntax.Text(value):
            raise ModelError(f"{context.where}: expected a number, got the text {value!r}.")
        case syntax.Points():
            raise ModelError(f"{context.where}: expected a number, got a lookup.")
        case syntax.Numbers():
            raise ModelError(f"{context.where}: {_list_told(node)}")
    raise TypeError(f"not a tree: {node!r}")


def _list_told(numbers: syntax.Numbers) -> str:
    shown = numbers.text if len(numbers.text) <= 40 else f"{numbers.text[:40]} …"
    joined = numbers.text.replace(",", "").replace(" ", "")
    hint = f" If one number is meant, write {joined}." if joined.isdigit() else ""
    return (
        f"{shown} is a list of {len(numbers.values)} numbers, and the variable has no "
        f"subscripts.{hint}"
    )


def _chain(node: syntax.Chain, context: Context) -> Expression:
    operands = [translate(operand, context) for operand in node.operands]
    result = operands[0]
    for operator, right in zip(node.operators, operands[1:], strict=True):
        result = _joined(operator, result, right)
    return result


def _joined(operator: str, left: Expression, right: Expression) -> Expression:
    match operator:
        case "+" | "-" | "*" | "/" | "^":
            return Binary(operator, left, right)
        case "and" | "or":
            return Logical(operator, left, right)
        case "mod":
            return Call("modulo_floor", (left, right))
        case "//":
            return vocabulary.safe_division(left, right)
        case "<" | "<=" | ">" | ">=" | "=" | "<>":
            return Comparison(operator, left, right)
    raise TypeError(f"no operator {operator!r}")


def _name(node: syntax.Name, context: Context) -> Expression:
    key = canonical(node.name)
    if key not in context.names and not node.subscripts:
        constant = _constant(key, context)
        if constant is not None:
            return constant
    name = resolve(node.name, context)
    if name in context.arrays:
        computed = _computed(node, context.arrays[name], context)
        if computed is not None:
            return computed
        name = cell(node, context.arrays[name], context)
    elif node.subscripts:
        raise ModelError(
            f"{context.where}: {name} is read with the subscript [{','.join(node.subscripts)}], "
            "but it has no subscripts."
        )
    if name in context.lookups:
        raise ModelError(
            f"{context.where}: the lookup {name} is read without an argument. "
            f"Write {name}(argument)."
        )
    return Reference(name)


def _computed(node: syntax.Name, array: Cells, context: Context) -> Expression | None:
    """An array read at a place that is computed, counted from 1 as XMILE has it."""
    if context.language != "xmile" or len(node.subscripts) != len(array.dimensions):
        return None
    for position, written in enumerate(node.subscripts):
        if _PLAIN_SUBSCRIPT.fullmatch(written.strip()):
            continue
        from zjsim.model.array_functions import picked

        place = translate(parse_expression(written, "xmile"), context)
        elements = context.dimensions.of(array.dimensions[position])
        values = []
        for element in elements:
            chosen = (*node.subscripts[:position], element, *node.subscripts[position + 1 :])
            values.append(_name(replace(node, subscripts=chosen), context))
        return picked(values, Binary("-", place, Number(1.0)))
    return None


def runs_over(key: str) -> bool:
    """Whether a subscript of XMILE means several elements: ``*``, ``*:range``, ``first:last``."""
    return key == "*" or ":" in key


def run_key(key: str, position: int) -> str:
    """The key of the binding of such a subscript at a position of an array."""
    return f"*{position}{key.removeprefix('*')}"


_PLAIN_SUBSCRIPT = re.compile(r'[\w\s"\'$.]+!?|\*|[^\[\]]*:[^\[\]]*')
_WORDS = {"pi": math.pi, "inf": math.inf, "infinity": math.inf, "nan": math.nan}


def _constant(key: str, context: Context) -> Expression | None:
    """What a name means that is no variable: XMILE's bare constants, or a subscript's number."""
    if context.language == "xmile" and key in _WORDS:
        return Number(_WORDS[key])
    if context.language == "xmile":
        # An element told by its dimension, as XMILE writes it.
        dimension, _, element = key.rpartition(".")
        if dimension and element in context.dimensions.elements.get(dimension, ()):
            return Number(float(context.dimensions.elements[dimension].index(element) + 1))
        if key == "self" and context.own:
            return Reference(context.own)
    if key in context.bindings:
        return Number(float(_place(context.bindings[key], context)))
    if context.dimensions.is_element(key):
        return Number(float(context.dimensions.position(key)))
    if context.dimensions.is_range(key):
        other = _partner(key, context)
        return None if other is None else Number(float(_place(other, context)))
    return None


def _partner(key: str, context: Context) -> str | None:
    """The element of a range where the left side stands, by a range that it is mapped to."""
    for bound, element in context.bindings.items():
        if bound[-1] == "!" or bound[0] == "*" or bound not in context.dimensions.elements:
            continue
        found = context.dimensions.partner(key, bound, element)
        if found is not None:
            return found
    return None


def _place(element: str, context: Context) -> int:
    return context.dimensions.position(element)


def resolve(written: str, context: Context) -> str:
    """The exact name of the element that ``written`` means, or ``Time``.

    Raises
    ------
    ModelError
        When no element has the name; near misses are named.
    """
    key = canonical(written)
    if key in context.names:
        return context.names[key]
    if key == "time":
        return TIME
    if key in context.aliases:
        return context.aliases[key]
    shown = written.replace('"', "")
    if context.dimensions.is_range(key):
        raise ModelError(
            f"{context.where}: {shown} is a subscript range, not a number. Name a variable, or "
            "use it as a subscript."
        )
    hint = did_you_mean(shown, context.names.values()) or "Add it, or correct the name."
    raise ModelError(f"{context.where}: no variable is named {shown!r}. {hint}")


def cell(node: syntax.Name | syntax.Apply, array: Cells, context: Context) -> str:
    """The exact name of the scalar of an array that an equation reads.

    Raises
    ------
    ModelError
        When the subscripts do not fit the array or the left side of the equation.
    """
    subscripts = node.subscripts
    if not subscripts and context.language == "xmile":
        # An array may be read by name alone where its dimensions stand on the left side.
        subscripts = array.dimensions
    if len(subscripts) != len(array.dimensions):
        shown = f"{array.name}[{','.join(array.dimensions)}]"
        given = f"{len(subscripts)} subscripts" if subscripts else "no subscript"
        raise ModelError(f"{context.where}: {array.name} is read with {given}; it is {shown}.")
    elements = tuple(
        _element(written, position, array, context) for position, written in enumerate(subscripts)
    )
    found = array.cells.get(elements)
    if found is None:
        shown = ",".join(context.dimensions.names.get(e, e) for e in elements)
        raise ModelError(f"{context.where}: {array.name}[{shown}] is read, but has no equation.")
    return found


def _element(written: str, position: int, array: Cells, context: Context) -> str:
    """The element that a subscript means where the left side stands at its own elements."""
    dimensions = context.dimensions
    key = canonical(written)
    if key.endswith("!"):
        key = key.rstrip("! ") + "!"
    if context.language == "xmile" and runs_over(key):
        key = run_key(key, position)
    if key in context.bindings:
        return context.bindings[key]
    if dimensions.is_range(key):
        other = _partner(key, context)
        if other is not None:
            return other
        raise ModelError(
            f"{context.where}: the subscript {written} of {array.name} does not stand on the left "
            f"side. Write an element of it, or sum over it with {written}!."
        )
    own = dimensions.of(array.dimensions[position])
    if key.isdigit() and key not in own and 1 <= int(key) <= len(own):
        return own[int(key) - 1]
    if dimensions.is_element(key):
        return key
    if key.endswith("!") or key.startswith("*"):
        raise ModelError(
            f"{context.where}: {array.name}[{written}] runs over a range; that needs a function "
            "such as SUM around it."
        )
    hint = did_you_mean(written, dimensions.names.values())
    raise ModelError(
        f"{context.where}: {written} is no subscript range and no element. {hint}".rstrip()
    )


def _apply(node: syntax.Apply, context: Context) -> Expression:
    name = canonical(node.name)
    exact = context.names.get(name)
    if exact is not None and _is_table(exact, context):
        return _lookup_call(node, exact, context)
    known = _known(node, name, context)
    if known is not None:
        return known
    if exact is not None:
        return _lookup_call(node, exact, context)
    return _function(node, name, context)


def _is_table(exact: str, context: Context) -> bool:
    """Whether a name is that of a lookup, or of an array of lookups."""
    array = context.arrays.get(exact)
    if array is not None:
        return any(scalar in context.lookups for scalar in array.cells.values())
    return exact in context.lookups


def _known(node: syntax.Apply, name: str, context: Context) -> Expression | None:
    """The expression of a function that files know; None for a name that is none."""
    if node.subscripts:
        return None
    # They translate their own arguments, so the two modules need each other.
    from zjsim.model import array_functions, draws

    if name in ("mean", "sum") and context.language == "xmile" and len(node.arguments) > 1:
        # Stella takes plain numbers here as well as an array.
        total = syntax.Chain(("+",) * (len(node.arguments) - 1), node.arguments)
        count = syntax.Literal(float(len(node.arguments)) if name == "mean" else 1.0)
        return translate(syntax.Chain(("/",), (total, count)), context)
    extreme = name in ("max", "min") and context.language == "xmile" and len(node.arguments) == 1
    if extreme and array_functions.is_over_range(node, context):
        return array_functions.build(f"v{name}", node, context)
    if name in array_functions.FUNCTIONS:
        return array_functions.build(name, node, context)
    match name:
        case "with lookup" if len(node.arguments) == 2:
            argument, points = node.arguments
            return LookupCall(
                table(points, context.where, context.language), translate(argument, context)
            )
        case "lookup extrapolate" | "lookup forward" | "lookup backward":
            return _read_otherwise(node, name, context)
        case "lookup" if context.language == "xmile":
            return _xmile_lookup(node, context)
        case "integ":
            raise ModelError(
                f"{context.where}: INTEG must be the only term of its equation. "
                "Give the stock an equation of its own."
            )
    if name in draws.kinds(context.language):
        return draws.build(name, node, context)
    known = name in vocabulary.builders(context.language) or name.replace(" ", "_") in (
        vocabulary.PLAIN_NAMES
    )
    return _function(node, name, context) if known else None


def _lookup_call(node: syntax.Apply, exact: str, context: Context) -> Expression:
    if exact in context.arrays:
        exact = cell(node, context.arrays[exact], context)
    if exact in context.lookups:
        if len(node.arguments) != 1:
            raise ModelError(f"{context.where}: the lookup {exact} takes one argument.")
        return LookupCall(exact, translate(node.arguments[0], context))
    raise ModelError(f"{context.where}: {exact} is called like a lookup, but it is none.")


def _function(node: syntax.Apply, name: str, context: Context) -> Expression:
    shown = " ".join(node.name.replace("_", " ").upper().split())
    reason = vocabulary.refusal(name, context.language)
    if reason is not None:
        runs = name in vocabulary.PYSD_RUNS and context.language == "vensim"
        raise context.unsupported(shown, reason, runs)
    builders = vocabulary.builders(context.language)
    if name in builders:
        known, build = builders[name]
    elif name.replace(" ", "_") in vocabulary.PLAIN_NAMES:
        function = name.replace(" ", "_")
        known, build = (FUNCTIONS[function],), lambda *given: Call(function, given)
    else:
        near = did_you_mean(shown, [*(n.upper() for n in builders), *vocabulary.shown_names()])
        raise UnsupportedError(
            f"{context.where}: the function or lookup {shown} is not known. {near}".rstrip()
        )
    if len(node.arguments) not in known:
        wanted = " or ".join(str(count) for count in known)
        noun = "argument" if known == (1,) else "arguments"
        raise ModelError(
            f"{context.where}: {shown} takes {wanted} {noun}; here it has {len(node.arguments)}."
        )
    given = [translate(argument, context) for argument in node.arguments]
    return build(*given)


def _named_table(node: syntax.Apply, context: Context) -> Table:
    first = node.arguments[0] if len(node.arguments) == 2 else None
    shown = node.name.upper()
    if not isinstance(first, syntax.Name):
        raise ModelError(f"{context.where}: {shown} takes a lookup and an argument.")
    name = resolve(first.name, context)
    if name in context.arrays:
        name = cell(first, context.arrays[name], context)
    found = context.lookups.get(name) or context.graphs.get(name)
    if found is None:
        raise ModelError(f"{context.where}: {shown} of {name}, which is no lookup.")
    return found


def _read_otherwise(node: syntax.Apply, name: str, context: Context) -> Expression:
    """LOOKUP EXTRAPOLATE and its kin: the same points, read differently at this one place."""
    points = _named_table(node, context)
    kinds: dict[str, Extrapolation] = {
        "lookup extrapolate": "extrapolate", "lookup backward": "step",
    }  # fmt: skip
    if name == "lookup forward":
        points = held_forward(points)
    else:
        points = replace(points, extrapolation=kinds[name])
    return LookupCall(points, translate(node.arguments[1], context))


def _xmile_lookup(node: syntax.Apply, context: Context) -> Expression:
    first = node.arguments[0] if len(node.arguments) == 2 else None
    if isinstance(first, syntax.Name):
        name = context.names.get(canonical(first.name), "")
        if name in context.lookups:
            return LookupCall(name, translate(node.arguments[1], context))
    return LookupCall(_named_table(node, context), translate(node.arguments[1], context))
