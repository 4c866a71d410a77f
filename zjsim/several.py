"""Several scenarios held together: their runs, and their verdicts side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from zjsim.assessment.assess import Assessment, assess
from zjsim.errors import RunError, did_you_mean
from zjsim.language import chosen_language
from zjsim.markup import displays

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

One = TypeVar("One")


@dataclass(frozen=True, repr=False)
class _Several(Generic[One]):
    """Results by scenario, in the order they were asked for.

    Parameters
    ----------
    members : tuple
        One a scenario; no two have the same name.
    """

    members: tuple[One, ...]

    def __post_init__(self) -> None:
        if not self.members:
            raise RunError("no scenarios: the list is empty.")
        twice = [name for name, count in Counter(self.names).items() if count > 1]
        if twice:
            raise RunError(
                f"{twice[0]}: two scenarios have this name; "
                'give one another name, as scenario.with_(name="…") does.'
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scenarios."""
        return tuple(str(getattr(one, "name", "")) for one in self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[One]:
        return iter(self.members)

    def __getitem__(self, scenario: str | int) -> One:
        """The result of one scenario, by name or place; RunError names near misses."""
        if isinstance(scenario, int):
            return self.members[scenario]
        if scenario not in self.names:
            hint = did_you_mean(scenario, self.names) or f"There are {', '.join(self.names)}."
            raise RunError(f"{scenario}: no such scenario among these. {hint}")
        return self.members[self.names.index(scenario)]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} scenarios: {', '.join(self.names)}>"


class ScenarioRuns(_Several[Any]):
    """One run each of several scenarios, as `simulate` gives them for a list.

    ``runs["late_start"]`` is one scenario's `Runs`; iterating gives all.

    Examples
    --------
    >>> import zjsim
    >>> runs = zjsim.simulate("zhejiang", ["baseline", "late_start"])
    >>> runs["late_start"].name
    'late_start'
    """

    def to_dataset(self) -> xr.Dataset:
        """All saved variables over (scenario, run, time).

        Returns
        -------
        xarray.Dataset
            Each variable in the model's unit, its attribute ``units``; a time that a scenario
            does not reach is NaN. ``.sel(scenario="baseline")`` is what `assess` takes, and so
            is the whole. Provenance that differs by scenario is a coordinate.
        """
        import numpy as np
        import xarray as xr

        each = [one.to_dataset() for one in self.members]
        place = xr.DataArray(np.array(self.names), dims="scenario", name="scenario")
        shared = {
            key: value
            for key, value in each[0].attrs.items()
            if all(other.attrs.get(key) == value for other in each)
        }
        found = xr.concat(
            each, place, join="outer", coords="minimal",
            data_vars="all", compat="override", combine_attrs="drop",
        )  # fmt: skip
        for name, variable in found.data_vars.items():
            variable.attrs = dict(each[0][name].attrs)
        found["time"].attrs = dict(each[0]["time"].attrs)
        found = found.assign_coords(
            status=(("scenario", "run"), np.stack([one.status for one in self.members])),
            inputs_hash=("scenario", [str(one.attrs.get("inputs_hash", "")) for one in each]),
        )
        labelled: xr.Dataset = found.assign_attrs(shared)
        return labelled

    def to_frame(self) -> pd.DataFrame:
        """All saved variables, indexed by scenario and time in years.

        Returns
        -------
        DataFrame
            A column a variable, in the model's unit, which ``.attrs["units"]`` has by name.
        """
        return _stacked([one.to_frame() for one in self.members], self.names)

    def indicators(self) -> pd.DataFrame:
        """The plan's indicators by scenario and year, in the plan's units.

        Returns
        -------
        DataFrame
            A column an indicator, by its id; ``.attrs["units"]`` has the units.
        """
        return _stacked([one.indicators() for one in self.members], self.names)

    def _repr_html_(self) -> str:
        judged = (assess(one, one.plan.plan, one.plan.observations) for one in self.members)
        return ScenarioAssessments(tuple(judged))._repr_html_()


class ScenarioAssessments(_Several[Assessment]):
    """The verdicts of several scenarios, as `assess` gives them for the runs of a list.

    ``result["late_start"]`` is one scenario's `Assessment`; iterating gives all, such as for
    `plot_comparison`.

    Examples
    --------
    >>> import zjsim
    >>> runs = zjsim.simulate("zhejiang", ["baseline", "late_start"])
    >>> result = zjsim.assess("zhejiang", runs)
    >>> result.side_by_side().columns.tolist()
    ['target', 'baseline', 'late_start']
    """

    def to_frame(self) -> pd.DataFrame:
        """The verdicts of all scenarios below one another.

        Returns
        -------
        DataFrame
            Indexed by scenario and indicator id; columns as of `Assessment.to_frame`.
        """
        return _stacked([one.to_frame().set_index("id") for one in self.members], self.names)

    def side_by_side(self) -> pd.DataFrame:
        """Projections in the target year, a column a scenario.

        Returns
        -------
        DataFrame
            Indexed by indicator id: the target, then each scenario's projection, in the unit
            of the plan, which ``.attrs["units"]`` has by id.
        """
        import pandas as pd

        rows = self.members[0].rows
        columns = {"target": [row.target for row in rows]}
        for one in self.members:
            columns[one.name] = [row.projection for row in one.rows]
        index = pd.Index([row.indicator.id for row in rows], name="indicator")
        frame = pd.DataFrame(columns, index=index)
        frame.attrs["units"] = {row.indicator.id: row.indicator.unit.en for row in rows}
        return frame

    def _repr_html_(self) -> str:
        return str(displays().several_html(self.members, chosen_language()))


def _stacked(frames: Sequence[pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    """Frames below one another with the scenario as the outer level of the index."""
    import pandas as pd

    units = frames[0].attrs.get("units")
    whole = pd.concat(frames, keys=list(names), names=["scenario"])
    whole.attrs = {} if units is None else {"units": units}
    return whole
