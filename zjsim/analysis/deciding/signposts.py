"""What, observed by some year, tells that another strategy is better from then on.

The first strategy is followed until the end of that year, and then either kept or left for another
one. Where the other meets more of the targets, it is better; regions are looked for in what a
planner has seen by then: published drivers and outturns of the indicators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zjsim.analysis.deciding import boxes as telling
from zjsim.analysis.deciding.experiments import (
    Observed,
    decimals_for,
    observe,
    observed_inputs,
)
from zjsim.analysis.deciding.regions import Limit, Region, regions_of
from zjsim.analysis.deciding.strategies import END, Field, Strategy
from zjsim.errors import RunError
from zjsim.scenario.draws import SamplePlan

RARE = 0.02  # part of worlds in which a change is better, below which no sign is looked for


@dataclass(frozen=True, repr=False)
class Signpost:
    """Whether a change to another strategy is better, and what tells.

    Parameters
    ----------
    strategy : Strategy
        That is changed to.
    year : int
        By the end of which the signs are seen, and after which the levers change.
    better, worse : float
        Parts of the worlds in which the change meets more targets than keeping on, and fewer.
    region : Region or None
        Where it does; None where nothing seen by then tells.
    """

    strategy: Strategy
    year: int
    better: float
    worse: float
    region: Region | None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The signs."""
        return () if self.region is None else self.region.limits


def signposts(
    field: Field,
    sample: SamplePlan,
    worlds: int,
    margins: np.ndarray,
    year: int,
    kept: Path | None,
    advance: Callable[[int], None],
) -> tuple[Signpost, ...]:
    """For each strategy but the first.

    Parameters
    ----------
    margins : array, shape (s, n, k)
        Of every strategy kept from the beginning.
    """
    if sample.posterior is not None:
        raise RunError(
            "signposts: draws after learning are a fixed set with nothing left to count signs in "
            "again. Leave sampling.posterior out, or ask for no signposts."
        )
    fresh = replace(sample, seed=sample.seed + 1)
    seen = [_Seen(field, draws, worlds, year, kept, advance) for draws in (sample, fresh)]
    kept_on = [_number(margins[0]), seen[1].number(field.strategies[0])]
    return tuple(_signpost(field, one, year, seen, kept_on) for one in field.strategies[1:])


class _Seen:
    """What is seen by a year under the first strategy, and what a change then leads to."""

    def __init__(
        self, field: Field, sample: SamplePlan, n: int, year: int, kept: Path | None,
        advance: Callable[[int], None],
    ) -> None:  # fmt: skip
        self.field, self.sample, self.n, self.year = field, sample, n, year
        self.kept, self.advance = kept, advance
        first = field.strategies[0]
        inputs = observed_inputs(field.ready, sample, year, field.plan.names.units)
        published = [one for one in inputs if one.sort == "driver" and one.last <= year]
        outturns = [
            Observed(item, "outturn", "reading", year, year, item.unit.en) for item in field.targets
        ]
        read = field.values(first, sample, n, years=(year,), kept=kept, advance=advance)[:, 0]
        drivers = observe(field.ready, sample, published, 0, n)
        self.observed = (*published, *outturns)
        self.values = np.nan_to_num(np.concatenate([drivers, read], axis=1), nan=-1e9)

    def number(self, strategy: Strategy, then: Strategy | None = None) -> np.ndarray:
        """Targets met in each world, the levers following another strategy from the year on."""
        lowest = np.array([item.target.lowest for item in self.field.targets])
        values = self.field.values(
            strategy, self.sample, self.n, then=then, since=self.year + END, kept=self.kept,
            advance=self.advance,
        )  # fmt: skip
        return _number(values - lowest)


def _number(margins: np.ndarray) -> np.ndarray:
    return np.asarray((np.nan_to_num(margins, nan=-1.0) >= 0).sum(axis=1))


def _signpost(
    field: Field, other: Strategy, year: int, seen: list[_Seen], kept_on: list[np.ndarray]
) -> Signpost:
    changed = [one.number(field.strategies[0], other) for one in seen]
    better, again = (new > old for new, old in zip(changed, kept_on, strict=True))
    made = Signpost(
        other, year, float(better.mean()), float((changed[0] < kept_on[0]).mean()), None
    )
    if not RARE <= made.better <= 1 - RARE:
        return made
    first, fresh = seen
    decimals = [
        item.dimension.decimals + 1 if item.sort == "outturn" else decimals_for(column)  # type: ignore[union-attr]
        for item, column in zip(first.observed, first.values.T, strict=True)
    ]
    found = telling.boxes_in(first.values, better, decimals=decimals)[:1]
    regions = regions_of(
        found, first.observed, decimals, (first.values, better), (fresh.values, again),
        first.sample.seed,
    )  # fmt: skip
    return replace(made, region=regions[0] if regions else None)
