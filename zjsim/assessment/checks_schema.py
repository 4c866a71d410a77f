"""The form of a reality-check file, as pydantic models; imported only to validate one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator


class Strict(BaseModel):
    """Unknown keys are errors, and text is never turned into a number."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Change(Strict):
    """What is changed in a run: variables set to a value or multiplied, perhaps from a year."""

    set: dict[str, FiniteFloat] = {}
    multiply: dict[str, FiniteFloat] = {}
    from_year: FiniteFloat | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _changes_something(self) -> Change:
        if not self.set and not self.multiply:
            raise ValueError("set or multiply at least one variable")
        return self


class VariableSide(Strict):
    """The right-hand side: another variable of the same run."""

    variable: str


class SumSide(Strict):
    """The right-hand side: the sum of variables of the same run."""

    sum: Annotated[list[str], Field(min_length=1)]


Comparator = Literal["<", "<=", ">", ">=", "=="]
Side = Literal["baseline"] | FiniteFloat | VariableSide | SumSide


class Expectation(Strict):
    """What must hold at a time."""

    variable: str
    year: FiniteFloat
    compare: Comparator
    to: Side
    tolerance: Annotated[FiniteFloat, Field(ge=0)] = 1e-9
    measure: Literal["level", "ratio_to_baseline"] = "level"


class Invariant(Strict):
    """What must hold at every saved time."""

    variable: str
    compare: Comparator
    to: FiniteFloat | VariableSide | SumSide
    tolerance: Annotated[FiniteFloat, Field(ge=0)] = 1e-9


class CheckEntry(Strict):
    """One statement: if and then, or always."""

    id: str
    statement: str
    statement_zh: str
    condition: Change | None = Field(default=None, alias="if")
    against: Change | None = None
    then: list[Expectation] = []
    always: list[Invariant] = []

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, data: Any) -> Any:
        """A single mapping under ``then`` or ``always`` is a list of one."""
        if not isinstance(data, dict):
            return data
        return {
            key: [value] if key in ("then", "always") and isinstance(value, dict) else value
            for key, value in data.items()
        }

    @model_validator(mode="after")
    def _one_form(self) -> CheckEntry:
        if self.always and (self.condition or self.then or self.against):
            raise ValueError("always excludes if, against and then")
        if not self.always and (self.condition is None or not self.then):
            raise ValueError("a check has if and then, or always")
        return self


class ChecksDocument(Strict):
    """A whole file."""

    checks: Annotated[list[CheckEntry], Field(min_length=1)]
