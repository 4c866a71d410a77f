"""What of a model is undocumented, without a unit, unsourced or unused, and its bare numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from zjsim.model.expression import Number, walk
from zjsim.model.names import CONTROL_NAMES, canonical
from zjsim.model.order import causes
from zjsim.model.spec import Constant, ModelSpec, equations
from zjsim.scenario.tables import ConstantTable

# Numbers that explain themselves: nothing, one, a half or a square, a percentage.
PLAIN_NUMBERS = frozenset({0.0, 1.0, 2.0, 100.0})
# Words that stand in the place of a source key: true by convention, or judged by the modeller.
OWN_GROUNDS = frozenset({"definition", "assumption"})


@dataclass(frozen=True, slots=True)
class Census:
    """Counts and lists of a model.

    Parameters
    ----------
    counts : mapping of kind to number
        Stocks, flows, auxiliaries, lookups and constants.
    undocumented, without_unit : tuple of str
    unsourced : tuple of str
        Constants without a row in the table, or whose source is no known key.
    unused : tuple of str
        Constants that no equation reads.
    ends : tuple of str
        Variables that no equation reads: what the model is asked for, or a loose end.
    bare_numbers : tuple of (variable, number)
        Numbers in equations other than 0, 1, 2 and 100; points of lookups are not counted.
    grades : mapping of grade to number of constants
    """

    counts: Mapping[str, int]
    undocumented: tuple[str, ...]
    without_unit: tuple[str, ...]
    unsourced: tuple[str, ...]
    unused: tuple[str, ...]
    ends: tuple[str, ...]
    bare_numbers: tuple[tuple[str, float], ...]
    grades: Mapping[str, int]

    @property
    def clean(self) -> bool:
        """Whether nothing is lacking; ends are no fault."""
        lacking = (self.undocumented, self.without_unit, self.unsourced, self.unused)
        return not any(lacking) and not self.bare_numbers


def model_census(
    spec: ModelSpec,
    constants: ConstantTable,
    exogenous: Collection[str] = (),
    sources: Collection[str] | None = None,
) -> Census:
    """Count what a model holds and list what it lacks.

    Parameters
    ----------
    spec : ModelSpec
    constants : ConstantTable
        Ranges, sources and grades.
    exogenous : names of levers and drivers
        They are constants of the model file whose values and sources stand elsewhere.
    sources : keys of the source list, or None
        With None any non-empty source counts.
    """
    elements = spec.elements.values()
    given = {canonical(name) for name in exogenous} | CONTROL_NAMES
    counts: dict[str, int] = {}
    grades: dict[str, int] = {}
    for element in elements:
        kind = type(element).__name__.lower()
        counts[kind] = counts.get(kind, 0) + 1
    own = [e for e in spec.constants if canonical(e.name) not in given]
    for constant in own:
        row = constants.row(constant.name)
        grade = row.grade if row is not None and row.grade else "?"
        grades[grade] = grades.get(grade, 0) + 1
    read = {name for name in spec.elements for name in causes(spec, name)}
    idle = [e for e in elements if e.name not in read and canonical(e.name) not in CONTROL_NAMES]
    return Census(
        counts=counts,
        undocumented=tuple(e.name for e in elements if not e.documentation.strip()),
        without_unit=tuple(e.name for e in elements if not e.unit.strip()),
        unsourced=tuple(e.name for e in own if not _sourced(e.name, constants, sources)),
        unused=tuple(e.name for e in idle if isinstance(e, Constant)),
        ends=tuple(e.name for e in idle if not isinstance(e, Constant)),
        bare_numbers=_bare_numbers(spec),
        grades=dict(sorted(grades.items())),
    )


def _sourced(name: str, constants: ConstantTable, sources: Collection[str] | None) -> bool:
    row = constants.row(name)
    if row is None or not row.source:
        return False
    return sources is None or row.source in OWN_GROUNDS or row.source in sources


def _bare_numbers(spec: ModelSpec) -> tuple[tuple[str, float], ...]:
    found: dict[tuple[str, float], None] = {}
    for element in spec.elements.values():
        for equation in equations(element):
            for node in walk(equation):
                if isinstance(node, Number) and node.value not in PLAIN_NUMBERS:
                    found.setdefault((element.name, node.value))
    return tuple(found)
