"""What a scenario says, as frozen data; the classes declare the keys of its file.

Years in a scenario are calendar years. ``from 2022`` and ``until 2024`` mean 1 January of that
year, which is model time 2021.5 and 2023.5; a half (``from 2022.5``) is the first of July. A
table's year is the year's own value and stands at the year's middle, as yearly drivers do.

A field that is no key of the file is ``HIDDEN``; where the file has another form than the
field, the annotation says so with ``Written``. Only the standard library is needed to hold
a scenario.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, get_args

from zjsim.bundle import DEFAULT_PLAN
from zjsim.errors import Problem
from zjsim.formats import (
    EITHER,
    HIDDEN,
    Date,
    Declared,
    FilledWords,
    Name,
    Names,
    Number,
    Place,
    Table,
    Words,
    Written,
    as_names,
    rule,
)
from zjsim.frozen import FrozenDict
from zjsim.language import Text

Shape = Literal["constant", "step", "ramp", "s_curve", "table"]
Spread = Literal["uniform", "triangular", "pert", "normal", "lognormal"]
Distribution = Literal["fixed"] | Spread
Method = Literal["rk4", "euler"]
SampleMethod = Literal["sobol", "latin_hypercube", "random"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
DISTRIBUTIONS: tuple[Distribution, ...] = ("fixed", *get_args(Spread))
SET = "--set "  # how provenance of a command-line assignment begins
Points = tuple[tuple[float, float], ...]
# A scenario's name becomes part of a folder's name on any system.
FileName = Annotated[str, rule(pattern=r"^[\p{L}\p{N}_]([\p{L}\p{N}_.-]{0,78}[\p{L}\p{N}_])?$")]
Step = Annotated[float, rule(ge=0.0001, le=10)]
Factor = Annotated[float, rule(ge=0, le=10, allow_inf_nan=False)]
Quoted = Annotated[Words | Text, EITHER]


def in_both(text: str | Mapping[str, str]) -> Mapping[str, str]:
    """A text by language; one that is given once stands for both."""
    return {"zh": text, "en": text} if isinstance(text, str) else text


def points_of_table(values: Mapping[int, float]) -> list[tuple[float, float]]:
    """Years with their values, in ascending years."""
    return [(float(year), value) for year, value in sorted(values.items())]


def lever_entries(entries: Mapping[str, Any]) -> dict[str, Any]:
    """A number is what the lever's own path reaches."""
    return {n: {"lever": n, **_whole(one, {"to": one})} for n, one in entries.items()}


def driver_entries(entries: Mapping[str, Any]) -> dict[str, Any]:
    """A number holds the driver at that value."""
    return {
        n: {"driver": n, **_whole(one, {"shape": "constant", "to": one})}
        for n, one in entries.items()
    }


def settings(entries: Mapping[str, float]) -> dict[str, Any]:
    """Named numbers as documents of `Setting`."""
    return {name: {"name": name, "value": value} for name, value in entries.items()}


def _whole(written: Any, short: Mapping[str, Any]) -> Mapping[str, Any]:
    return written if isinstance(written, Mapping) else short


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped(Declared):
    """How a value changes over the years."""

    shape: Shape | None = None
    """Form of the path; a lever without one takes its default shape."""
    from_year: Date | None = None
    """1 January of this year: the change begins."""
    until_year: Date | None = None
    """1 January of this year: the change is complete; ends a step."""
    values: Annotated[Points, Written(Table, points_of_table)] = ()
    """Of a table: the year's own value, at its middle; linear between."""

    def shape_faults(self, amounts: Sequence[str], needs: bool = True) -> list[str]:
        """What does not fit the shape; ``amounts`` are the keys that say how much."""
        given = [name for name in amounts if getattr(self, name) is not None]
        years = {"from": self.from_year, "until": self.until_year}
        faults: list[str] = []
        if self.shape == "table":
            faults += [] if self.values else ["a table needs values: {2021: 0.2, 2023: 1.0}"]
            faults += [f"{name} does not go with a table" for name in given]
        elif self.values:
            faults.append("values need shape: table")
        elif needs and len(given) != 1:
            several = "only one of " if given else "one of "
            faults.append(f"needs {several if amounts[1:] else ''}{', '.join(amounts)}")
        wanted = {"step": ("from",), "ramp": ("from", "until"), "s_curve": ("from", "until")}
        faults += [
            f"{'an s_curve' if self.shape == 's_curve' else f'a {self.shape}'} needs {key}"
            for key in wanted.get(self.shape or "", ())
            if years[key] is None
        ]
        if self.shape in ("constant", "table"):
            dated = [key for key, year in years.items() if year is not None]
            faults += [f"{key} does not go with shape {self.shape}" for key in dated]
        first, last = self.from_year, self.until_year
        if first is not None and last is not None and last <= first:
            faults.append(f"until {last:g} must come after from {first:g}")
        return faults


@dataclass(frozen=True, slots=True)
class LeverPath(Shaped):
    """A lever set by shape."""

    lever: Annotated[str, HIDDEN] = ""
    """Id of the lever in ``levers.yaml``."""
    to: Number | None = None
    """0 is the effort of the plan's base year, 1 the plan as written."""
    at: Place = ""
    """File and line that said so."""

    def faults(self) -> list[str]:
        """What does not fit the shape."""
        return self.shape_faults(["to"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverShape(Shaped):
    """The path a lever takes when a scenario gives only a number."""

    shape: Shape
    """Form of the path."""

    def faults(self) -> list[str]:
        """What does not fit the shape."""
        return self.shape_faults((), needs=False)


@dataclass(frozen=True, slots=True)
class DriverPath(Shaped):
    """A change of one driver, or another named path for it; it wins over ``driver_path``."""

    driver: Annotated[str, HIDDEN] = ""
    """Name or snake_case id of the driver."""
    path: Annotated[tuple[str, ...], Written(Names, as_names)] = ()
    """Named path(s) of drivers.csv for this driver."""
    multiply: Number | None = None
    """The path's values times this."""
    add: Number | None = None
    """The path's values plus this."""
    to: Number | None = None
    """This instead of the path's values."""
    at: Place = ""
    """File and line that said so."""

    def faults(self) -> list[str]:
        """What does not fit the shape."""
        if self.shape is None:
            places = ("multiply", "add", "to", "from_year", "until_year")
            extra = [key.removesuffix("_year") for key in places if getattr(self, key) is not None]
            extra += ["values"] if self.values else []
            if extra:
                return [f"{', '.join(extra)} needs a shape: one of {', '.join(SHAPES)}"]
            if not self.path:
                return ["needs a path or a shape"]
        return self.shape_faults(["multiply", "add", "to"], needs=self.shape is not None)


@dataclass(frozen=True, slots=True)
class Setting:
    """One named number, in the model's unit of the thing named; times in years."""

    name: str
    value: float
    at: str = ""


@dataclass(frozen=True, slots=True)
class Range(Declared):
    """An uncertain number between two bounds that no draw leaves."""

    low: Number
    """Lowest value."""
    high: Number
    """Highest value."""
    mode: Number | None = None
    """Most likely value (triangular, pert), median (normal, lognormal); without it the middle."""
    distribution: Spread = "pert"
    """Form of the distribution, as in constants.csv."""
    at: Annotated[str, HIDDEN] = field(default="", kw_only=True)
    """File and line that said so."""

    def faults(self) -> list[str]:
        """Bounds in the wrong order, a mode outside them."""
        faults = []
        if not self.low < self.high:
            faults.append(f"low {self.low:g} must be below high {self.high:g}")
        if not faults and self.mode is not None and not self.low <= self.mode <= self.high:
            faults.append(f"mode {self.mode:g} is outside {self.low:g}..{self.high:g}")
        if self.distribution == "lognormal" and self.low <= 0:
            faults.append("a lognormal needs low above 0")
        return faults


@dataclass(frozen=True, slots=True)
class DriverRange(Range):
    """Uncertainty of one driver, instead of that of outlook_errors.csv."""

    of: Literal["scale", "drift"] = "scale"
    """scale: factor on the deviation from the first value; drift: growth added a year."""


@dataclass(frozen=True, slots=True)
class FactorRange(Range):
    """A factor on a lever's path."""

    low: Factor
    """Lowest factor."""
    high: Factor
    """Highest factor."""


@dataclass(frozen=True, slots=True)
class Implementation(FactorRange):
    """How fully levers are carried out: a factor on each path, drawn for each lever apart."""

    levers: Mapping[Name, FactorRange] = field(default_factory=FrozenDict)
    """Single levers."""


@dataclass(frozen=True, slots=True)
class Correlation(Declared):
    """Two sampled things that move together."""

    between: Annotated[tuple[Name, ...], rule(min_length=2, max_length=2)]
    """Constants by name, drivers as drivers.NAME, levers as levers.NAME."""
    r: Annotated[float, rule(gt=-1, lt=1)]
    """Correlation of their normal scores."""
    at: Place = ""
    """File and line that said so."""


# The spread of how fully a lever is carried out; a judgement, not an estimate. It stands
# here so that `zjsim ensemble` of a scenario without `sampling` means something.
IMPLEMENTATION = Implementation(0.6, 1.1, 0.9, "pert", at="default")
NONE = Literal["none"]


@dataclass(frozen=True, slots=True)
class Sampling(Declared):
    """How runs of an ensemble differ."""

    method: SampleMethod = "sobol"
    """sobol (scrambled), latin_hypercube (of fixed size) or random."""
    runs: Annotated[int, rule(ge=1, le=100_000_000)] = 1024
    """Number of runs when the command names none."""
    seed: Annotated[int, rule(ge=0, le=2**53)] = 2021
    """Of every draw."""
    constants: Annotated[
        Literal["all"] | tuple[str, ...],
        Written(
            Annotated[Literal["all", "none"] | tuple[Name, ...], EITHER],
            lambda chosen: () if chosen == "none" else chosen,
        ),
    ] = "all"
    """Which constants vary, within constants.csv; all leaves out those the scenario sets."""
    drivers: Mapping[Name, DriverRange] = field(default_factory=FrozenDict)
    """Uncertain drivers."""
    implementation: Annotated[
        Implementation | None, Written(Annotated[NONE | Implementation, EITHER])
    ] = IMPLEMENTATION
    """How fully levers are carried out; none: in full. National rules always are."""
    correlations: tuple[Correlation, ...] = ()
    """Pairs that move together."""
    posterior: FilledWords | None = None
    """A file of `zjsim learn`, whose draws take the place of those from the ranges."""
    at: Place = "default"
    """File and line of the section; ``default`` when no file has one."""


@dataclass(frozen=True, slots=True)
class TimeSettings(Declared):
    """Horizon and step, in years of model time: a whole number is the middle of that year."""

    start: Date | None = None
    """First moment."""
    stop: Date | None = None
    """Last moment."""
    step: Step | None = None
    """Step of integration."""
    save_every: Annotated[float, rule(ge=0.0001, le=100)] | None = None
    """Time between saved moments."""


NamedNumbers = Annotated[Mapping[str, Setting], Written(Mapping[Name, Number], settings)]
BothTexts = Annotated[Mapping[str, str], Written(Quoted, in_both)]


@dataclass(frozen=True, slots=True)
class Scenario(Declared):
    """A scenario: only what differs from its base.

    Its bases have been laid under it. Entries of the sections are kept by the name that the
    file uses; a later file replaces an entry whole.
    """

    name: FileName = ""
    """Run folders carry it; the stem if missing."""
    label: BothTexts = field(default_factory=FrozenDict)
    """Its name in tables and charts."""
    based_on: Name = ""
    """A bare name is a shipped scenario or a file beside this one."""
    why: BothTexts = field(default_factory=FrozenDict)
    """The ground of the scenario in the plan; in both languages if {zh, en}."""
    plan: Name = DEFAULT_PLAN
    """Folder of the plan it belongs to; only in files without based_on."""
    driver_path: Annotated[tuple[str, ...], Written(Names, as_names)] = ()
    """Named paths of drivers.csv; the first that has a driver wins."""
    lever_delay: Annotated[float, rule(ge=0, le=50)] = 0.0
    """Years by which every lever starts later, national rules excepted."""
    levers: Annotated[
        Mapping[str, LeverPath],
        Written(Mapping[Name, Annotated[Number | LeverPath, EITHER]], lever_entries),
    ] = field(default_factory=FrozenDict)
    """What levers are set to: a number scales the default shape."""
    drivers: Annotated[
        Mapping[str, DriverPath],
        Written(Mapping[Name, Annotated[Number | DriverPath, EITHER]], driver_entries),
    ] = field(default_factory=FrozenDict)
    """Changes of drivers: a number holds the driver at that value."""
    constants: NamedNumbers = field(default_factory=FrozenDict)
    """Constants of the model, in its units."""
    initial: NamedNumbers = field(default_factory=FrozenDict)
    """Initial values of stocks, in the model's units."""
    time: Annotated[Mapping[str, Setting], Written(TimeSettings, settings)] = field(
        default_factory=FrozenDict
    )
    """Horizon and step; what is missing comes from the model file."""
    method: Method | None = None
    """Method of integration; rk4 if missing."""
    sampling: Sampling = field(default_factory=Sampling)
    """How runs of an ensemble differ."""
    chain: Annotated[tuple[str, ...], HIDDEN] = ()
    """Files from the lowest base to this scenario, then the assignments."""
    decided: Annotated[Mapping[str, str], HIDDEN] = field(default_factory=FrozenDict)
    """File and line of single fields such as ``driver_path``."""

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
