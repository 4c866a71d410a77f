"""The scenario and lever files as strict pydantic models: what is allowed where.

Imported only when a file is read for the first time or the JSON schema is asked for: pydantic
costs as much time as a whole warm run. What passes is returned as plain data that fits in a
JSON cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from zjsim.complaints import LARGEST, in_words, keys_at
from zjsim.errors import Problem
from zjsim.scenario.schema import SHAPES, Method, SampleMethod, Shape, Spread

MOST_PROBLEMS = 40  # a file with more is not a scenario; the rest is counted
SCALAR, COMPOUND = "<one>", "<many>"  # tags of a union; stripped from locations

Where = Callable[[tuple[str | int, ...]], str]


def _either(one: Any, many: Any) -> Any:
    """``one`` or, when a mapping or list is written, ``many``: so an error speaks of one."""

    def tag(value: Any) -> str:
        return COMPOUND if isinstance(value, dict | list | BaseModel) else SCALAR

    return Annotated[
        Annotated[one, Tag(SCALAR)] | Annotated[many, Tag(COMPOUND)], Discriminator(tag)
    ]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Year = Annotated[float, Field(ge=1900, le=2200, allow_inf_nan=False)]
TableYear = Annotated[int, Field(ge=1900, le=2200)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=5000)]
# A scenario's name becomes part of a folder's name on any system.
FileName = Annotated[str, Field(pattern=r"^[\p{L}\p{N}_]([\p{L}\p{N}_.-]{0,78}[\p{L}\p{N}_])?$")]
# JSON keys are text, so the schema states years as text; YAML reads them as numbers.
_YEARS = {"propertyNames": {"pattern": "^(19|20|21)[0-9]{2}$"}}
Table = Annotated[
    dict[TableYear, Number], Field(min_length=1, max_length=300, json_schema_extra=_YEARS)
]
Names = _either(Name, Annotated[list[Name], Field(min_length=1, max_length=50)])


class Label(_Strict):
    """A text in both languages."""

    zh: Text | None = None
    en: Text | None = None


class _Shaped(_Strict):
    shape: Shape | None = Field(
        None, description="Form of the path; a lever without one takes its default shape."
    )
    start: Year | None = Field(
        None, alias="from", description="1 January of this year: the change begins."
    )
    until: Year | None = Field(
        None, description="1 January of this year: the change is complete; ends a step."
    )
    values: Table | None = Field(
        None,
        description="Of a table: the year's own value, at its middle; linear between.",
    )

    def _shape_faults(self, amounts: Sequence[str], needs: bool = True) -> list[str]:
        """What does not fit the shape; ``amounts`` are the keys that say how much."""
        given = [name for name in amounts if getattr(self, name) is not None]
        faults: list[str] = []
        if self.shape == "table":
            faults += [] if self.values else ["a table needs values: {2021: 0.2, 2023: 1.0}"]
            faults += [f"{name} does not go with a table" for name in given]
        elif self.values is not None:
            faults.append("values need shape: table")
        elif needs and len(given) != 1:
            several = "only one of " if given else "one of "
            faults.append(f"needs {several if amounts[1:] else ''}{', '.join(amounts)}")
        years = {"from": self.start, "until": self.until}
        wanted = {"step": ("from",), "ramp": ("from", "until"), "s_curve": ("from", "until")}
        faults += [
            f"{'an s_curve' if self.shape == 's_curve' else f'a {self.shape}'} needs {key}"
            for key in wanted.get(self.shape or "", ())
            if years[key] is None
        ]
        if self.shape in ("constant", "table"):
            faults += [
                f"{key} does not go with shape {self.shape}"
                for key, year in years.items()
                if year is not None
            ]
        if self.start is not None and self.until is not None and self.until <= self.start:
            faults.append(f"until {self.until:g} must come after from {self.start:g}")
        return faults


def _raise(faults: Sequence[str]) -> None:
    if faults:
        raise ValueError("; ".join(faults))


class LeverEntry(_Shaped):
    """A lever set by shape."""

    to: Number | None = Field(None, description="0 is the effort of 2020, 1 the plan as written.")

    @model_validator(mode="after")
    def _check(self) -> LeverEntry:
        _raise(self._shape_faults(["to"]))
        return self


class DriverEntry(_Shaped):
    """A change of one driver, or another named path for it."""

    path: Names | None = Field(  # type: ignore[valid-type]
        None, description="Named path(s) of drivers.csv for this driver."
    )
    multiply: Number | None = Field(None, description="The path's values times this.")
    add: Number | None = Field(None, description="The path's values plus this.")
    to: Number | None = Field(None, description="This instead of the path's values.")

    @model_validator(mode="after")
    def _check(self) -> DriverEntry:
        if self.shape is None:
            extra = [
                "from" if key == "start" else key
                for key in ("multiply", "add", "to", "start", "until", "values")
                if getattr(self, key) is not None
            ]
            if extra:
                _raise([f"{', '.join(extra)} needs a shape: one of {', '.join(SHAPES)}"])
            _raise([] if self.path else ["needs a path or a shape"])
        _raise(self._shape_faults(["multiply", "add", "to"], needs=self.shape is not None))
        return self


class RangeEntry(_Strict):
    """An uncertain number between two bounds."""

    low: Number
    high: Number
    mode: Number | None = Field(None, description="Most likely value; the middle when missing.")
    distribution: Spread = "pert"

    @model_validator(mode="after")
    def _check(self) -> RangeEntry:
        faults = []
        if not self.low < self.high:
            faults.append(f"low {self.low:g} must be below high {self.high:g}")
        if not faults and self.mode is not None and not self.low <= self.mode <= self.high:
            faults.append(f"mode {self.mode:g} is outside {self.low:g}..{self.high:g}")
        if self.distribution == "lognormal" and self.low <= 0:
            faults.append("a lognormal needs low above 0")
        _raise(faults)
        return self


class FactorEntry(RangeEntry):
    """A factor on a lever's path."""

    low: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
    high: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


class DriverRange(RangeEntry):
    """Uncertainty of one driver, instead of that of outlook_errors.csv."""

    of: Literal["scale", "drift"] = Field(
        "scale", description="scale: of the deviation from the first value; drift: growth added."
    )


class ImplementationEntry(FactorEntry):
    """How fully levers are carried out: a factor on each path."""

    levers: dict[Name, FactorEntry] | None = Field(None, description="Single levers.")


class CorrelationEntry(_Strict):
    """Two sampled things that move together."""

    between: Annotated[list[Name], Field(min_length=2, max_length=2)]
    r: Annotated[float, Field(gt=-1, lt=1)]


class SamplingEntry(_Strict):
    """How runs of an ensemble differ."""

    method: SampleMethod | None = None
    runs: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**53)] | None = None
    constants: _either(Literal["all", "none"], list[Name]) | None = None  # type: ignore[valid-type]
    drivers: dict[Name, DriverRange] | None = None
    implementation: _either(Literal["none"], ImplementationEntry) | None = None  # type: ignore[valid-type]
    correlations: list[CorrelationEntry] | None = None
    posterior: Name | None = Field(
        None,
        description="A file of `zjsim learn`; drivers are as published until its year.",
    )


class TimeEntry(_Strict):
    """Horizon and step, in years of model time: t = 2020 is the middle of 2020."""

    start: Year | None = None
    stop: Year | None = None
    step: Annotated[float, Field(ge=0.0001, le=10)] | None = None
    save_every: Annotated[float, Field(ge=0.0001, le=100)] | None = None


class ScenarioFile(_Strict):
    """A scenario: only what differs from its base."""

    name: FileName | None = Field(None, description="Run folders carry it; the stem if missing.")
    label: _either(Text, Label) | None = None  # type: ignore[valid-type]
    based_on: Name | None = Field(
        None, description="A bare name is a shipped scenario or a file beside this one."
    )
    why: _either(Text, Label) | None = Field(  # type: ignore[valid-type]
        None, description="The ground of the scenario in the plan; in both languages if {zh, en}."
    )
    plan: Name | None = Field(None, description="Only in files without based_on.")
    driver_path: Names | None = Field(  # type: ignore[valid-type]
        None, description="Named paths of drivers.csv; the first that has a driver wins."
    )
    lever_delay: Annotated[float, Field(ge=0, le=50)] | None = Field(
        None, description="Years by which every lever starts later, national rules excepted."
    )
    levers: dict[Name, _either(Number, LeverEntry)] | None = None  # type: ignore[valid-type]
    drivers: dict[Name, _either(Number, DriverEntry)] | None = None  # type: ignore[valid-type]
    constants: dict[Name, Number] | None = None
    initial: dict[Name, Number] | None = None
    time: TimeEntry | None = None
    method: Method | None = None
    sampling: SamplingEntry | None = None

    @model_validator(mode="after")
    def _check(self) -> ScenarioFile:
        if self.plan is not None and self.based_on is not None:
            _raise(["plan is taken from the base; leave out plan or based_on"])
        return self


class LeverShape(_Strict):
    """The path a lever takes when a scenario gives only a number."""

    shape: Shape
    start: Year | None = Field(None, alias="from")
    until: Year | None = None
    values: Table | None = None

    @model_validator(mode="after")
    def _check(self) -> LeverShape:
        shaped = _Shaped.model_validate(self.model_dump(by_alias=True, exclude_none=True))
        _raise(shaped._shape_faults(["shape"] if self.shape != "table" else []))
        return self


class LeverItem(_Strict):
    """One lever of ``levers.yaml``."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Label
    variable: Name
    range: Annotated[list[Number], Field(min_length=2, max_length=2)]
    shape: LeverShape
    plan: Number = 1.0
    clause: Text = ""
    quote: _either(Text, list[Text]) = ""  # type: ignore[valid-type]
    cost_share: Name | None = None
    note: _either(Text, Label) = ""  # type: ignore[valid-type]
    delayable: bool = True

    @model_validator(mode="after")
    def _check(self) -> LeverItem:
        low, high = self.range
        _raise([] if low < high else [f"range {low:g}..{high:g}: low must be below high"])
        _raise([] if low <= self.plan <= high else [f"plan {self.plan:g} is outside its range"])
        return self


class LeversFile(_Strict):
    """All levers of a plan."""

    levers: Annotated[list[LeverItem], Field(min_length=1)]


def validate(data: Any, where: Where, kind: type[BaseModel]) -> tuple[Any, list[Problem]]:
    """The file's data as a checked model, or None and every problem."""
    try:
        return kind.model_validate(data), []
    except ValidationError as failure:
        faults = failure.errors(include_url=False)
        problems = [_problem(fault, where, kind) for fault in faults[:MOST_PROBLEMS]]
        if len(faults) > MOST_PROBLEMS:
            problems.append(Problem(where(()), f"and {len(faults) - MOST_PROBLEMS} more"))
        return None, problems


def _problem(fault: Mapping[str, Any], where: Where, kind: type[BaseModel]) -> Problem:
    location = tuple(p for p in fault["loc"] if p not in (SCALAR, COMPOUND, "[key]"))
    what, hint = in_words(fault, location, keys_at(kind, location[:-1]))
    return Problem(where(location), what, hint)


def plain(model: BaseModel) -> Any:
    """The data that was written, free of pydantic, of empty entries, and ready for JSON.

    A table becomes a list of ``[year, value]``, because JSON keys are text.
    """

    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            if value and all(isinstance(key, int) for key in value):
                return [[key, item] for key, item in value.items()]
            return {key: convert(item) for key, item in value.items() if item is not None}
        return [convert(item) for item in value] if isinstance(value, list) else value

    return convert(model.model_dump(by_alias=True, exclude_unset=True))


def json_schema() -> dict[str, Any]:
    """JSON schema of a scenario file (draft 2020-12), for editors."""
    schema = ScenarioFile.model_json_schema(by_alias=True)
    _tidy(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "zjsim scenario",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _tidy(part: Any) -> None:
    """Drop generated titles, empty defaults and what editors cannot read."""
    if isinstance(part, list):
        for item in part:
            _tidy(item)
    if not isinstance(part, dict):
        return
    if isinstance(part.get("title"), str):
        del part["title"]
    part.pop("discriminator", None)
    if part.get("default", "") is None:
        del part["default"]
    if "\\p{" in str(part.get("pattern", "")):
        # ECMA editors know \p{L} only in Unicode mode; they check the rest, zjsim checks this.
        del part["pattern"]
    for item in part.values():
        _tidy(item)
