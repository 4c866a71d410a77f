"""The keys of ``validation.yaml``: what each test of `zjsim validate` measures and demands.

The file is fixed before any run. A section is needed only by the tests that read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from zjsim.formats import EITHER, Date, Declared, FilledWords, Flag, Name, Number, rule
from zjsim.frozen import FrozenDict
from zjsim.language import Text

Several = tuple[Name, ...]
Amount = Annotated[Name | Number, EITHER]
Compare = Literal["<", "<=", ">", ">=", "=="]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolTest(Declared):
    """A test, which passes when ``statistic compare threshold``."""

    group: Name
    """Group in the table."""
    what: Text
    """The question."""
    source: FilledWords
    """Who asks for it."""
    statistic: Text
    """What is measured."""
    compare: Compare
    """How it is compared."""
    threshold: Number
    """With what; not moved after a result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Declared):
    """A moment at which no mechanism sleeps; signs are read there."""

    run: Name
    """Scenario."""
    levers: Number
    """Value of every provincial lever."""
    time: Date
    """Model time."""
    set: Mapping[Name, Number] = field(default_factory=FrozenDict)
    """Other values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equilibrium(Declared):
    """What is set so that the model stands still."""

    years: Number
    """How long it must."""
    step: Number
    """Step of integration."""
    set: Mapping[Name, Any]
    """Values, or rules that give them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition(Declared):
    """What `zjsim decompose` takes for policy and for feedback."""

    policy: Several
    """Levers and switches of policy."""
    no_feedback: Several = ()
    """Constants at which nothing feeds back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectExtreme(Declared):
    """What one equation must give when its inputs are extreme."""

    variable: Name
    """Computed by the equation."""
    set: Mapping[Name, Number]
    """Its inputs."""
    compare: Compare
    """How the result is compared."""
    to: Number
    """With what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremes(Declared):
    """Bounds that hold whatever happens."""

    shares: Several = ()
    """Variables between 0 and 100."""
    fractions: Several = ()
    """Variables between 0 and 1."""
    positive: Several = ()
    """Variables that are never below 0."""
    signed: Several = ()
    """Variables that may have either sign."""
    at_most: Mapping[Name, Number] = field(default_factory=FrozenDict)
    """Variables with another upper bound."""
    beyond: Number = 0.0
    """By how much levers leave their range."""
    drivers: Mapping[Name, tuple[Number, ...]] = field(default_factory=FrozenDict)
    """Extreme values of drivers."""
    direct: tuple[DirectExtreme, ...] = ()
    """Single equations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReproducedSeries(Declared):
    """A published series that a run is compared with."""

    series: Name
    """Series of observations.csv."""
    variable: Name
    """Model variable."""
    measure: Name = "level"
    """How the two are compared."""
    factor: Number | None = None
    """The variable times this has the unit of the series."""
    vintage: Name | None = None
    """Basis of publication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction(Declared):
    """How well a run reproduces what was published."""

    scenario: Name
    """Scenario of the run."""
    series: tuple[ReproducedSeries, ...]
    """What is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Declared):
    """A value derived from two others; one of growth, geometric, and product with over."""

    growth: Several = ()
    """Continuous growth between two figures a year apart."""
    geometric: Several = ()
    """Geometric mean of two figures; of their gaps to a third, where there is a ceiling."""
    product: Several = ()
    """Product of two figures."""
    over: Name = ""
    """The figure that the product is divided by."""


BaseValue = Annotated[Name | Number | Derived, EITHER]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Declared):
    """left = (sum of plus - sum of minus) * times / over, at every moment of every run."""

    left: Name
    """The left-hand side."""
    plus: tuple[Amount, ...] = ()
    """What is added."""
    minus: tuple[Amount, ...] = ()
    """What is taken away."""
    times: Several = ()
    """Factors of the sum."""
    over: Several = ()
    """Divisors of the sum."""
    and_: Mapping[Name, Name] = field(default_factory=FrozenDict)
    """Products of two variables that are added."""
    less: Mapping[Name, Name] = field(default_factory=FrozenDict)
    """Products of two variables that are taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Declared):
    """What fills and drains a stock."""

    plus: Several = ()
    """Inflows."""
    minus: Several = ()
    """Outflows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintages(Declared):
    """An average that stays between the oldest and the newest."""

    average: Name
    """Average of all capital."""
    oldest: Name
    """That of the oldest."""
    newest: Name
    """That of the newest."""


@dataclass(frozen=True, slots=True)
class OneMinus(Declared):
    """One minus a variable."""

    one_minus: Name
    """The variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope(Declared):
    """A derivative of one equation at an awake moment."""

    of: Name
    """What the equation gives."""
    to: Name
    """The input that is changed."""
    is_: Annotated[Name | Number | OneMinus, EITHER]
    """A number, a name (a minus sign before it turns it) or one_minus a name."""
    per_level: Flag = False
    """Whether the derivative is divided by the level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family(Declared):
    """Another formulation of the model: constants that switch a mechanism off."""

    id: Name
    """Short name."""
    what: FilledWords
    """What is assumed."""
    set: Mapping[Name, Number]
    """Constants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation(Declared):
    """Settings of the mutation test."""

    extremes: tuple[Mapping[Name, Number], ...] = ()
    """Runs in which mutants are sought out."""
    equivalent: Mapping[Name, Any] = field(default_factory=FrozenDict)
    """Mutants that change nothing, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol(Declared):
    """Protocol of `zjsim validate`, written before the tests were run."""

    tests: Mapping[Name, ProtocolTest]
    """Thresholds by test; a test without one is not run."""
    quick_scenarios: Several = ()
    """What the slower tests of a quick validation run on; without an entry the plan as written."""
    awake: Annotated[tuple[Moment, ...], rule(min_length=1)]
    """Moments at which no mechanism sleeps."""
    equilibrium: Equilibrium | None = None
    """What is set so that the model stands still."""
    variants: tuple[Family, ...] = ()
    """Other formulations of the model."""
    decomposition: Decomposition | None = None
    """What is policy, and what feedback."""
    zero: Several = ()
    """Variables that are 0 in equilibrium."""
    one: Several = ()
    """Variables that are 1 in equilibrium."""
    extremes: Extremes | None = None
    """Bounds that hold whatever happens."""
    reproduction: Reproduction | None = None
    """Published series that a run is compared with."""
    base: Mapping[Name, BaseValue] = field(default_factory=FrozenDict)
    """What a variable is worth in the base year: a number, another name, or derived."""
    identities: tuple[Identity, ...] = ()
    """Equalities that hold at every moment."""
    balances: Mapping[Name, Balance] = field(default_factory=FrozenDict)
    """What fills and drains each stock."""
    vintages: tuple[Vintages, ...] = ()
    """Averages of capital by age."""
    elasticities: tuple[Slope, ...] = ()
    """d ln(of) / d ln(to) at an awake moment."""
    slopes: tuple[Slope, ...] = ()
    """d of / d to at an awake moment."""
    signs: Mapping[Name, Mapping[Literal["+", "-"], Several]] = field(default_factory=FrozenDict)
    """What raises a variable (+) and what lowers it (-), all else equal."""
    mutation: Mutation | None = None
    """Settings of the mutation test."""
    spreadsheet: Mapping[str, Any] = field(default_factory=FrozenDict)
    """Worlds that a spreadsheet computes again."""
    shocks: Mapping[str, Any] = field(default_factory=FrozenDict)
    """Shocks from outside and what must be felt of them."""
