"""A plan's tables as an economist reads them: each has `to_frame`.

`OpenPlan` gives its tables typed, as the program needs them; ``plan.levers.to_frame()`` and its
like are the same as a DataFrame, with the units and values that the model file holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from zjsim.errors import PlanError
from zjsim.model.names import canonical
from zjsim.scenario.lever_names import find_lever, lever_hint
from zjsim.scenario.resolve import Names
from zjsim.scenario.tables import ConstantTable, DriverTable, Lever

if TYPE_CHECKING:
    import pandas as pd

    from zjsim.scenario.schema import Scenario


class Knows(Protocol):
    """What a table must ask of the plan it belongs to."""

    @property
    def names(self) -> Names:
        """Values and units of the model's constants."""

    @property
    def names_zh(self) -> Mapping[str, str]:
        """Chinese names by canonical name."""

    def read_scenario(self, scenario: str) -> Scenario:
        """A scenario by name."""


class Levers(tuple[Lever, ...]):
    """What policy sets, in the order of ``levers.yaml``."""

    __slots__ = ()

    def __getitem__(self, which: Any) -> Any:
        """By place, or by id or label: ``plan.levers["water"]``."""
        if not isinstance(which, str):
            return super().__getitem__(which)
        found = find_lever(which, self)
        if found is None:
            raise PlanError(f"{which}: no such lever. {lever_hint(which, self)}")
        return found

    def to_frame(self) -> pd.DataFrame:
        """A row a lever, by its id.

        Returns
        -------
        DataFrame
            ``label_en``, ``label_zh``, ``low`` and ``high`` (what a scenario may set; 0 is the
            effort of the base year), ``plan`` (the value of the plan as written), ``shape``,
            ``delayable``, ``variable``, ``clause``, ``note``. Levers have no unit.
        """
        import pandas as pd

        rows = [
            {
                "id": item.id,
                "label_en": item.label.en,
                "label_zh": item.label.zh,
                "low": item.low,
                "high": item.high,
                "plan": item.plan,
                "shape": item.shape.shape,
                "delayable": item.delayable,
                "variable": item.variable,
                "clause": item.clause,
                "note": item.note,
            }
            for item in self
        ]
        return pd.DataFrame(rows).set_index("id")


@dataclass(frozen=True)
class Drivers(DriverTable):
    """Exogenous series by named path, with the plan they belong to."""

    of: Knows | None = field(default=None, repr=False, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """A row a figure.

        Returns
        -------
        DataFrame
            Indexed by ``path``, ``driver`` and ``year``: ``value``, ``unit``, ``kind`` (an
            ``index`` is 1 in the base year, a ``level`` is in its unit), ``source``, ``grade``.
        """
        import pandas as pd

        units = _units(self.of)
        rows = [
            {
                "path": series.path,
                "driver": series.driver,
                "year": int(year),
                "value": value,
                "unit": units.get(canonical(series.driver), ""),
                "kind": series.kind,
                "source": source,
                "grade": grade,
            }
            for path in self.series.values()
            for series in path.values()
            for (year, value), source, grade in zip(
                series.values, series.sources, series.grades, strict=True
            )
        ]
        return pd.DataFrame(rows).set_index(["path", "driver", "year"])


@dataclass(frozen=True)
class Constants(ConstantTable):
    """Ranges of the constants, with the plan they belong to."""

    of: Knows | None = field(default=None, repr=False, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """A row a constant, by its name in the model.

        Returns
        -------
        DataFrame
            ``value`` (in the model file), ``low`` and ``high`` (no scenario and no draw leaves
            them), ``unit``, ``distribution``, ``grade`` of its evidence, ``source``, ``note``,
            ``label_zh``.
        """
        import pandas as pd

        units, chinese = _units(self.of), {} if self.of is None else self.of.names_zh
        constants = {} if self.of is None else self.of.names.constants
        values = {canonical(name): value for name, value in constants.items()}
        rows = [
            {
                "name": row.name,
                "value": values.get(canonical(row.name), float("nan")),
                "low": row.low,
                "high": row.high,
                "unit": units.get(canonical(row.name), ""),
                "distribution": row.distribution,
                "grade": row.grade,
                "source": row.source,
                "note": row.note,
                "label_zh": chinese.get(canonical(row.name), ""),
            }
            for row in self.rows.values()
        ]
        return pd.DataFrame(rows).astype({"low": float, "high": float}).set_index("name")


class Scenarios(tuple[str, ...]):
    """Names of the scenarios of a plan, the plan as written first."""

    of: Knows

    def to_frame(self) -> pd.DataFrame:
        """A row a scenario, by its name.

        Returns
        -------
        DataFrame
            ``label_en``, ``label_zh``, ``driver_path`` (the named series it follows, the first
            that has a driver wins), ``levers``, ``drivers`` and ``constants`` (how many it
            sets), ``why_en``, ``why_zh``.
        """
        import pandas as pd

        read = [self.of.read_scenario(name) for name in self]
        rows = [
            {
                "name": one.name,
                "label_en": one.label.get("en", ""),
                "label_zh": one.label.get("zh", ""),
                "driver_path": ", ".join(one.driver_path),
                "levers": len(one.levers),
                "drivers": len(one.drivers),
                "constants": len(one.constants),
                "why_en": one.why.get("en", ""),
                "why_zh": one.why.get("zh", ""),
            }
            for one in read
        ]
        return pd.DataFrame(rows).set_index("name")


def _units(plan: Knows | None) -> dict[str, str]:
    if plan is None:
        return {}
    return {canonical(name): unit for name, unit in plan.names.units.items()}
