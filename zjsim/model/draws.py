"""RANDOM UNIFORM and its kin written out: a standard draw, moved and stretched by its arguments.

The seed that a model writes is not used: it makes other numbers in every tool. A run draws by
the seed that its user gives, see `zjsim.noise`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from zjsim.errors import ModelError
from zjsim.model import syntax
from zjsim.model.context import Context
from zjsim.model.draw import Draw, Kind
from zjsim.model.expression import Binary, Call, Expression, Number, Reference
from zjsim.model.tokens import Language
from zjsim.model.translate import translate

_Build = Callable[[list[Expression], Context, str], Expression]


def kinds(language: Language) -> Mapping[str, tuple[tuple[int, ...], _Build]]:
    """Random functions of a language: numbers of arguments, and what writes them out."""
    return _VENSIM if language == "vensim" else _XMILE


def build(name: str, node: syntax.Apply, context: Context) -> Expression:
    """The expression of a random function; its draw is noted in the context.

    Raises
    ------
    ModelError
        For a wrong number of arguments, or limits that are no numbers.
    """
    counts, made = kinds(context.language)[name]
    shown = " ".join(node.name.replace("_", " ").upper().split())
    if len(node.arguments) not in counts:
        wanted = " or ".join(map(str, counts))
        raise ModelError(
            f"{context.where}: {shown} takes {wanted} arguments; here it has {len(node.arguments)}."
        )
    return made([translate(part, context) for part in node.arguments], context, shown)


def _drawn(
    context: Context, kind: Kind, shown: str, low: float, high: float, mean: float
) -> Reference:
    own = 0
    # What one scalar asks for stands together, at the end.
    while own < len(context.draws) and context.draws[-1 - own].name.startswith(
        f"{context.own} draw ".replace('"', "")
    ):
        own += 1
    name = f"{context.own} draw {own + 1}".replace('"', "")
    said = f"The random number of {shown} in {context.own}, before it is moved and stretched."
    context.draws.append(Draw(name, kind, low, high, mean, said))
    return Reference(name)


def _moved(draw: Expression, by: Expression, stretch: Expression) -> Expression:
    return Binary("+", by, Binary("*", stretch, draw))


def _within(value: Expression, low: Expression, high: Expression) -> Expression:
    return Call("min", (Call("max", (value, low)), high))


def _fixed(node: Expression, context: Context) -> float | None:
    if isinstance(node, Reference):
        return context.numbers.get(node.name)
    return node.value if isinstance(node, Number) else None


def _uniform(given: list[Expression], context: Context, shown: str) -> Expression:
    low, high = given[:2]
    draw = _drawn(context, "uniform", shown, 0.0, 1.0, 0.5)
    return _moved(draw, low, Binary("-", high, low))


def _unit(given: list[Expression], context: Context, shown: str) -> Expression:
    return _drawn(context, "uniform", shown, 0.0, 1.0, 0.5)


def _normal(given: list[Expression], context: Context, shown: str) -> Expression:
    """Between limits: numbers beyond them are drawn again where the limits are known."""
    low, high, mean, spread = given[:4]
    known = [_fixed(part, context) for part in (low, high, mean, spread)]
    bounds = (-math.inf, math.inf)
    if all(value is not None for value in known) and known[3]:
        least, most, middle, width = (float(value or 0.0) for value in known)
        bounds = ((least - middle) / width, (most - middle) / width)
    draw = _drawn(context, "normal", shown, *bounds, 0.0)
    return _within(_moved(draw, mean, spread), low, high)


def _normal_xmile(given: list[Expression], context: Context, shown: str) -> Expression:
    mean, spread = given[:2]
    draw = _drawn(context, "normal", shown, -math.inf, math.inf, 0.0)
    free = _moved(draw, mean, spread)
    return _within(free, given[3], given[4]) if len(given) == 5 else free


def _exponential(given: list[Expression], context: Context, shown: str) -> Expression:
    low, high, shift, stretch = given[:4]
    draw = _drawn(context, "exponential", shown, 0.0, math.inf, 1.0)
    return _within(_moved(draw, shift, stretch), low, high)


def _exponential_xmile(given: list[Expression], context: Context, shown: str) -> Expression:
    draw = _drawn(context, "exponential", shown, 0.0, math.inf, 1.0)
    return Binary("*", given[0], draw)


def _poisson(given: list[Expression], context: Context, shown: str) -> Expression:
    low, high, mean, shift, stretch = given[:5]
    draw = _drawn(context, "poisson", shown, _mean(mean, context, shown), math.inf, 0.0)
    return _within(_moved(draw, shift, stretch), low, high)


def _poisson_xmile(given: list[Expression], context: Context, shown: str) -> Expression:
    mean = _mean(given[0], context, shown)
    return _drawn(context, "poisson", shown, mean, math.inf, mean)


def _mean(node: Expression, context: Context, shown: str) -> float:
    mean = _fixed(node, context)
    if mean is None or not 0 <= mean < 1e9:
        raise ModelError(f"{context.where}: the mean of {shown} must be a number from 0 on.")
    return mean


_VENSIM: dict[str, tuple[tuple[int, ...], _Build]] = {
    "random 0 1": ((0,), _unit),
    "random uniform": ((3,), _uniform),
    "random normal": ((5,), _normal),
    "random exponential": ((5,), _exponential),
    "random poisson": ((6,), _poisson),
}
# Vensim writes its own functions into XMILE where that has no like of them.
_XMILE: dict[str, tuple[tuple[int, ...], _Build]] = {
    **_VENSIM,
    "random": ((2, 3), _uniform),
    "uniform": ((2, 3), _uniform),
    "random uniform": ((2, 3), _uniform),
    "normal": ((2, 3, 5), _normal_xmile),
    "exprnd": ((1, 2), _exponential_xmile),
    "poisson": ((1, 2), _poisson_xmile),
}
