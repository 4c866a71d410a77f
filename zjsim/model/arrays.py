"""Variables with subscripts written out: a scalar for each combination of elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from zjsim.errors import ModelError, did_you_mean
from zjsim.model.context import Cells
from zjsim.model.names import canonical
from zjsim.model.subscripts import Dimensions
from zjsim.model.syntax import Definition, Each, Literal, Node, Numbers

MOST_SCALARS = 200_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """One scalar of a model: its name, its equation, and where the ranges of it stand."""

    name: str
    tree: Node
    definition: Definition
    bindings: Mapping[str, str] = field(default_factory=dict)

    def where(self, origin: str) -> str:
        """``file, line 7, name`` for messages."""
        line = f", line {self.definition.line}" if self.definition.line else ""
        return f"{origin}{line}, {self.name}"


def scalars_of(
    definitions: Sequence[Definition], dimensions: Dimensions, origin: str
) -> tuple[list[Scalar], dict[str, Cells]]:
    """Every scalar in the order of the file, and the arrays by exact name.

    Raises
    ------
    ModelError
        For an unknown subscript, a cell defined twice, another number of subscripts, or a list
        of numbers that does not fit.
    """
    exact: dict[str, str] = {}
    found: dict[str, dict[tuple[str, ...], str]] = {}
    scalars: list[Scalar] = []
    for each in definitions:
        assert each.tree is not None
        if not each.subscripts:
            scalars.append(Scalar(each.name, each.tree, each))
            continue
        name = exact.setdefault(canonical(each.name), each.name)
        cells = found.setdefault(name, {})
        for scalar, elements in _written_out(each, name, dimensions, origin):
            if cells and len(next(iter(cells))) != len(elements):
                raise ModelError(
                    f"{scalar.where(origin)}: has {len(elements)} subscripts; before it had "
                    f"{len(next(iter(cells)))}."
                )
            if elements in cells:
                raise ModelError(
                    f"{scalar.where(origin)}: defined twice. Keep one of the two, or leave it out "
                    "of one with :EXCEPT:."
                )
            cells[elements] = scalar.name
            scalars.append(scalar)
            if len(scalars) > MOST_SCALARS:
                raise ModelError(f"{origin}: more than {MOST_SCALARS:,} variables with subscripts.")
    arrays = {
        name: Cells(name, _dimensions(cells, dimensions), cells) for name, cells in found.items()
    }
    return scalars, arrays


def _written_out(
    each: Definition, name: str, dimensions: Dimensions, origin: str
) -> list[tuple[Scalar, tuple[str, ...]]]:
    """The scalars of one definition, with the elements at which they stand."""
    where = each.where(origin)
    choices = [_choices(written, where, dimensions) for written in each.subscripts]
    excepted = [
        [set(_choices(written, where, dimensions)) for written in group] for group in each.excepts
    ]
    keys = [canonical(written) for written in each.subscripts]
    _refuse_twice(each, dimensions, where)
    made: list[tuple[Scalar, tuple[str, ...]]] = []
    combinations = list(product(*choices))
    trees = _trees(each, len(combinations), where)
    for elements, tree in zip(combinations, trees, strict=True):
        if any(_matches(elements, group) for group in excepted):
            continue
        shown = ",".join(dimensions.names.get(element, element) for element in elements)
        bindings = {
            key: element
            for key, element in zip(keys, elements, strict=True)
            if dimensions.is_range(key)
        }
        if len(each.ranges) == len(elements):
            # A dimension that stands twice means neither place when it is read by name.
            own = [canonical(written) for written in each.ranges]
            pairs = zip(own, elements, strict=True)
            bindings |= {key: element for key, element in pairs if own.count(key) == 1}
        made.append((Scalar(f"{name}[{shown}]", tree, each, bindings), elements))
    return made


def _refuse_twice(each: Definition, dimensions: Dimensions, where: str) -> None:
    """Refuse an equation over the same range twice, in which a read could mean either place."""
    if isinstance(each.tree, Literal | Numbers | Each):
        return
    seen: set[str] = set()
    for written in each.subscripts:
        key = canonical(written)
        if key in seen and dimensions.is_range(key):
            raise ModelError(
                f"{where}: {written} stands twice on the left side, so that nothing says which "
                f"place {written} means on the right. Define a second range with the same elements "
                "and use it there, or write an equation for each element."
            )
        seen.add(key)


def _choices(written: str, where: str, dimensions: Dimensions) -> tuple[str, ...]:
    key = canonical(written)
    if dimensions.is_range(key) or dimensions.is_element(key):
        return dimensions.of(key)
    hint = did_you_mean(written, dimensions.names.values())
    raise ModelError(
        f"{where}: {written} is no subscript range and no element of one. "
        f"{hint or 'Define it, as in  region: north, south ~~|'}"
    )


def _matches(elements: tuple[str, ...], group: Sequence[set[str]]) -> bool:
    return len(group) == len(elements) and all(
        element in allowed for element, allowed in zip(elements, group, strict=True)
    )


def _trees(each: Definition, count: int, where: str) -> list[Node]:
    """The equation of each combination: the same, or one number of a list."""
    tree = each.tree
    assert tree is not None
    if isinstance(tree, Each):
        return list(tree.trees)
    if not isinstance(tree, Numbers):
        return [tree] * count
    if len(tree.values) != count:
        raise ModelError(
            f"{where}: {len(tree.values)} numbers for {count} elements; the two must match."
        )
    return [Literal(value) for value in tree.values]


def _dimensions(cells: Mapping[tuple[str, ...], str], dimensions: Dimensions) -> tuple[str, ...]:
    """For each position the narrowest range with all its elements."""
    found: list[str] = []
    for position in range(len(next(iter(cells)))):
        used = {elements[position] for elements in cells}
        fitting = [key for key, own in dimensions.elements.items() if used <= set(own)]
        best = min(fitting, key=lambda key: len(dimensions.elements[key]), default="")
        found.append(dimensions.names.get(best, best))
    return tuple(found)
