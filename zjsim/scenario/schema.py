"""What a scenario says, as frozen data; only the standard library is needed to hold it.

Years in a scenario are calendar years. ``from 2022`` and ``until 2024`` mean 1 January of that
year, which is model time 2021.5 and 2023.5; a half (``from 2022.5``) is the first of July. A
table's year is the year's own value and stands at the year's middle, as yearly drivers do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from zjsim.bundle import DEFAULT_PLAN
from zjsim.errors import Problem
from zjsim.frozen import FrozenDict

Shape = Literal["constant", "step", "ramp", "s_curve", "table"]
Spread = Literal["uniform", "triangular", "pert", "normal", "lognormal"]
Distribution = Literal["fixed"] | Spread
Method = Literal["rk4", "euler"]
SampleMethod = Literal["sobol", "latin_hypercube", "random"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
DISTRIBUTIONS: tuple[Distribution, ...] = ("fixed", *get_args(Spread))
SET = "--set "  # how provenance of a command-line assignment begins
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class LeverPath:
    """What a scenario sets one lever to.

    Parameters
    ----------
    lever : str
        Id of the lever in ``levers.yaml``.
    to : float or None
        Value reached: 0 is the effort of 2020, 1 the plan as written. None for a table.
    shape : str or None
        constant, step, ramp, s_curve or table; None takes the lever's own default shape.
    from_year, until_year : float or None
        1 January of the year in which the change begins and is complete. A step with
        ``until`` goes back to 0 then. None takes the lever's own.
    values : tuple of (year, value)
        Of a table: the year's own value, at its middle; linear between, held outside.
    at : str
        File and line that said so.
    """

    lever: str
    to: float | None = None
    shape: Shape | None = None
    from_year: float | None = None
    until_year: float | None = None
    values: Points = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class DriverPath:
    """What a scenario changes about one driver; it wins over the scenario's driver paths.

    Parameters
    ----------
    driver : str
        Name or snake_case id of the driver.
    path : tuple of str
        Named paths of ``drivers.csv`` to use below the change; empty takes the scenario's.
    shape : str or None
        Form of the change; None when only another path is chosen.
    multiply, add, to : float or None
        The path's values times this, plus this, or this instead; one of the three. Not
        with a table.
    from_year, until_year : float or None
        1 January of the year in which the change begins and is complete. A step with
        ``until`` ends then.
    values : tuple of (year, value)
        Of a table: the driver's own value of each year, at its middle; linear between,
        held outside.
    at : str
        File and line that said so.
    """

    driver: str
    path: tuple[str, ...] = ()
    shape: Shape | None = None
    multiply: float | None = None
    add: float | None = None
    to: float | None = None
    from_year: float | None = None
    until_year: float | None = None
    values: Points = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One named number.

    Parameters
    ----------
    name : str
        As the file writes it.
    value : float
        In the model's unit of the thing named; times in years.
    at : str
        File and line that said so.
    """

    name: str
    value: float
    at: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """An uncertain number.

    Parameters
    ----------
    low, high : float
        Bounds that no draw leaves.
    mode : float or None
        Most likely value (triangular, pert), median (normal, lognormal); None is the middle.
    distribution : str
        As in ``constants.csv``.
    of : {"scale", "drift"}
        Of a driver only. ``scale``: factor on the driver's deviation from its first value,
        in logarithms for an index; ``drift``: growth added, 1/year for an index, the
        driver's unit/year for a level.
    at : str
        File and line that said so.
    """

    low: float
    high: float
    mode: float | None = None
    distribution: Distribution = "pert"
    of: Literal["scale", "drift"] = "scale"
    at: str = ""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Two sampled things that move together.

    Parameters
    ----------
    between : tuple of two str
        Constants by name or id, drivers as ``drivers.<id>``, levers as ``levers.<id>``.
    r : float
        Correlation of their normal scores, between -1 and 1.
    at : str
        File and line that said so.
    """

    between: tuple[str, str]
    r: float
    at: str = ""


# The spread of how fully a lever is carried out; a judgement, not an estimate. It stands
# here so that `zjsim ensemble` of a scenario without `sampling` means something.
IMPLEMENTATION = Range(0.6, 1.1, 0.9, "pert", at="default")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How runs of an ensemble differ.

    Parameters
    ----------
    method : str
        sobol (scrambled), latin_hypercube (of fixed size) or random.
    runs : int
        Number of runs when the command names none.
    seed : int
        Of every draw.
    constants : "all" or tuple of str
        Which constants vary, within the ranges of ``constants.csv``. ``all`` leaves out
        those the scenario itself sets.
    drivers : mapping of str to Range
        Uncertain drivers.
    implementation : Range or None
        Factor on each lever's path, drawn for each lever apart; None carries all out in
        full. Levers that cannot be delayed (national rules) are always carried out in full.
    implementation_of : mapping of str to Range
        Single levers with another range.
    correlations : tuple of Correlation
        Pairs that move together.
    posterior : str
        Path of a file of `zjsim learn`, whose draws take the place of those from the ranges;
        empty for none.
    at : str
        File and line of the section; ``default`` when no file has one.
    """

    method: SampleMethod = "sobol"
    runs: int = 1024
    seed: int = 2021
    constants: Literal["all"] | tuple[str, ...] = "all"
    drivers: Mapping[str, Range] = field(default_factory=FrozenDict)
    implementation: Range | None = IMPLEMENTATION
    implementation_of: Mapping[str, Range] = field(default_factory=FrozenDict)
    correlations: tuple[Correlation, ...] = ()
    posterior: str = ""
    at: str = "default"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of differences from a base, after its bases have been laid under it.

    Parameters
    ----------
    name : str
        Of the file, or its stem; run folders carry it.
    label : mapping of language to str
        For tables and charts; empty when the file has none.
    why : mapping of language to str
        The ground of the scenario in the plan; empty when the file has none.
    plan : str
        Folder of the plan it belongs to.
    driver_path : tuple of str
        Named paths of ``drivers.csv``: the first that has a driver wins, the next continues
        after its last year.
    lever_delay : float
        Years by which every lever's path is shifted, except levers that cannot be delayed.
    levers, drivers, constants, initial : mapping
        Entries by the name the file uses; a later file replaces an entry whole.
    time : mapping of str to Setting
        start, stop, step, save_every in years; what is missing comes from the model file.
    method : str or None
        euler or rk4; None is rk4.
    sampling : Sampling
        For ensembles.
    chain : tuple of str
        Files from the lowest base to this scenario, then the assignments.
    decided : mapping of str to str
        File and line of single fields such as ``driver_path``.
    """

    name: str
    label: Mapping[str, str] = field(default_factory=FrozenDict)
    why: Mapping[str, str] = field(default_factory=FrozenDict)
    plan: str = DEFAULT_PLAN
    driver_path: tuple[str, ...] = ()
    lever_delay: float = 0.0
    levers: Mapping[str, LeverPath] = field(default_factory=FrozenDict)
    drivers: Mapping[str, DriverPath] = field(default_factory=FrozenDict)
    constants: Mapping[str, Setting] = field(default_factory=FrozenDict)
    initial: Mapping[str, Setting] = field(default_factory=FrozenDict)
    time: Mapping[str, Setting] = field(default_factory=FrozenDict)
    method: Method | None = None
    sampling: Sampling = field(default_factory=Sampling)
    chain: tuple[str, ...] = ()
    decided: Mapping[str, str] = field(default_factory=FrozenDict)

    def __repr__(self) -> str:
        sections = ("levers", "drivers", "constants", "initial")
        counts = [f"{len(getattr(self, part))} {part}" for part in sections if getattr(self, part)]
        said = ", ".join(counts) or "the model as it stands"
        return f"<Scenario {self.name[:80]} of {self.plan[:80]}: {said}>"

    @property
    def origin(self) -> str:
        """The file this scenario was read from, for messages."""
        files = [part for part in self.chain if not part.startswith(SET)]
        return files[-1] if files else self.name

    def subject(self, problems: Sequence[Problem]) -> str:
        """What a message is about: the file, or ``--set`` where only that is at fault."""
        given = bool(problems) and all(one.where.startswith(SET) for one in problems)
        return f"--set on {self.name}" if given else self.origin

    def changed(self, **fields: Any) -> Scenario:
        """A copy with other values of some fields."""
        return replace(self, **fields)

    def with_(
        self,
        changes: Any = (),
        *,
        name: str | None = None,
        levers: Mapping[str, Any] | None = None,
        drivers: Mapping[str, Any] | None = None,
        constants: Mapping[str, Any] | None = None,
    ) -> Scenario:
        """A copy with changes laid over it, as ``--set`` lays them.

        Parameters
        ----------
        changes : str, sequence of str, or mapping
            ``"levers.water=1.4"``, several of them, or ``{"levers.water": 1.4}``. Only
            `read_scenario` knows a plan, and so the section of a bare ``water=1.4``.
        name : str or None
            Of the copy, for tables and run ids; None keeps the name.
        levers, drivers, constants : mapping or None
            Entries as a scenario file has them, such as ``levers={"water": 1.4}``.

        Raises
        ------
        ScenarioError
            When a change is none or does not fit its section.
        """
        from zjsim.scenario.reader import with_changes

        changed = with_changes(self, changes, levers=levers, drivers=drivers, constants=constants)
        return changed if name is None else replace(changed, name=name, label={})

    def where(self, at: str, *location: object) -> str:
        """``line 14, levers.rd_support`` for messages; another file is named."""
        dotted = ".".join(map(str, location))
        if at.startswith(SET) or not at:
            return at or dotted
        file, _, line = at.rpartition(":")
        place = f"line {line}" if file == self.origin else f"{file} line {line}"
        return f"{place}, {dotted}" if dotted else place
