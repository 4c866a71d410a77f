"""Points of a lookup as a file writes them → the table that is computed with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from zjsim.errors import ModelError
from zjsim.model import syntax
from zjsim.model.expression import Extrapolation, Table
from zjsim.model.tokens import Language

_EXTRAPOLATIONS: dict[str, Extrapolation] = {
    "hold": "hold", "extrapolate": "extrapolate", "step": "step",
}  # fmt: skip


def held_forward(points: Table) -> Table:
    """Steps that hold the value of the next point: each begins just after the point before."""
    xs = [-math.inf, *points.xs[:-1]]
    starts = [math.nextafter(x, math.inf) for x in xs[1:]]
    first = min(points.xs[0], starts[0] if starts else points.xs[0]) - 1.0
    return Table((first, *starts), points.ys, "step")


def refuse_falling(xs: Sequence[float], where: str = "") -> None:
    """Refuse a lookup whose x values do not rise, as Vensim does.

    Raises
    ------
    ModelError
    """
    for left, right in pairwise(xs):
        if left > right:
            said = f"the x values of a lookup must rise; {right:g} follows {left:g}."
            raise ModelError(f"{where}: {said}" if where else said)


def table(points: Any, where: str, language: Language) -> Table:
    """The points of a lookup.

    Two points with the same x are a jump: of Vensim the first holds at that x, of XMILE the last.

    Raises
    ------
    ModelError
        When it has fewer than one point, unequal lengths, falling x values or a value that is
        not finite.
    """
    if not isinstance(points, syntax.Points):
        raise ModelError(f"{where}: expected the points of a lookup.")
    xs, ys = list(points.xs), list(points.ys)
    if not xs or len(xs) != len(ys):
        raise ModelError(f"{where}: a lookup has {len(xs)} x and {len(ys)} y values.")
    if not all(math.isfinite(value) for value in (*xs, *ys)):
        raise ModelError(f"{where}: a lookup holds a value that is not a finite number.")
    refuse_falling(xs, where)
    return Table(*_parted(xs, ys, language), _EXTRAPOLATIONS[points.kind])


def _parted(
    xs: Sequence[float], ys: Sequence[float], language: Language
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Points with the x of a jump moved apart by the least number there is."""
    new_xs: list[float] = []
    new_ys: list[float] = []
    groups: dict[float, list[float]] = {}
    for x, y in zip(xs, ys, strict=True):
        groups.setdefault(x, []).append(y)
    for x, here in groups.items():
        if len(here) == 1 or here[0] == here[-1]:
            new_xs.append(x)
            new_ys.append(here[-1])
        elif language == "vensim":
            new_xs += [x, math.nextafter(x, math.inf)]
            new_ys += [here[0], here[-1]]
        else:
            new_xs += [math.nextafter(x, -math.inf), x]
            new_ys += [here[0], here[-1]]
    return tuple(new_xs), tuple(new_ys)
