"""A scenario with everything that varies in it: what designs are run on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from zjsim.analysis.sensitivity.company import Company, company_of
from zjsim.analysis.sensitivity.inputs_of_designs import centre_of, indicator_table
from zjsim.assessment.plan import Indicator
from zjsim.engines.kernel.engine import Backend, backend_for
from zjsim.openplan import ScenarioLike
from zjsim.prepare import Prepared, prepare
from zjsim.scenario.draws import Dimension
from zjsim.scenario.reader import Changes
from zjsim.scenario.resolve import Resolved
from zjsim.scenario.sampling import inputs_of
from zjsim.workflow import OpenPlan

PIECE = 16384


@dataclass(frozen=True)
class Study:
    """A scenario with everything that varies in it.

    Parameters
    ----------
    plan : OpenPlan
    resolved : Resolved
    dimensions : tuple of Dimension
        Constants, drivers and the carrying out of levers.
    backend : {"auto", "python", "members", "compiled"}
    correlations_aside : int
        Pairs that the scenario correlates and this analysis does not.
    company : Company or None
        Of draws after learning: where the other inputs go when some are moved.
    """

    plan: OpenPlan
    resolved: Resolved
    dimensions: tuple[Dimension, ...]
    backend: Backend = "auto"
    correlations_aside: int = 0
    company: Company | None = None

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Of the plan."""
        return self.plan.plan.indicators

    @cached_property
    def _ready(self) -> Prepared:
        return Prepared(self.plan, self.resolved, backend=self.backend)

    def grade(self, item: Dimension) -> str:
        """Grade of evidence of a constant; ``driver`` or ``lever`` of what is no constant."""
        row = self.plan.constants.row(item.name) if item.kind == "constant" else None
        return item.kind if row is None else row.grade

    def centre(self, item: Dimension) -> float:
        """The value of an input that leaves the scenario as it is.

        Of a constant that of the scenario, else of the model: what a calibration finds is the
        middle of a range, not of the scenario.
        """
        if self.company is not None:
            return item.mode
        if item.kind != "constant":
            return centre_of(item)
        own = self.resolved.inputs.constants.get(item.name)
        return self.plan.names.constants[item.name] if own is None else float(own[0])

    def at_rest(self, item: Dimension) -> float:
        """What `run` takes for an input that is not moved.

        NaN where inputs belong together: it goes along with those that are.
        """
        return self.centre(item) if self.company is None else math.nan

    def drawn(self) -> np.ndarray | None:
        """Each indicator in every draw after learning, as `run` gives it; None without such."""
        company = self.company
        return None if company is None else self._run(company.drawn, company.further)

    def run(
        self,
        values: Mapping[str, np.ndarray],
        advance: Callable[[int], None] = lambda count: None,
        backend: Backend | None = None,
    ) -> np.ndarray:
        """Each indicator at its target year, shape (n_run, n_indicator), NaN where it failed.

        Parameters
        ----------
        values : by key of a dimension; others stay as the scenario has them
        """
        if self.company is not None:
            return self._run(*self.company.joined(values), advance, backend)
        return self._run(values, {}, advance, backend)

    def _run(
        self,
        values: Mapping[str, np.ndarray],
        further: Mapping[str, np.ndarray],
        advance: Callable[[int], None] = lambda count: None,
        backend: Backend | None = None,
    ) -> np.ndarray:
        total = len(next(iter(values.values())))
        # Chosen once for all pieces: the ways differ in the last bits.
        chosen = backend or (backend_for(total) if self.backend == "auto" else self.backend)
        save = tuple(dict.fromkeys(item.variable for item in self.indicators))
        found = []
        for first in range(0, total, PIECE):
            part = slice(first, first + PIECE)
            piece = {key: column[part] for key, column in values.items()}
            timing = {key: scores[:, part] for key, scores in further.items()}
            inputs = inputs_of(self.resolved.inputs, self.dimensions, piece, timing)
            grid = replace(inputs.grid, save_every=0.5)
            ran = self._ready.run(replace(inputs, save=save, grid=grid), chosen)
            found.append(indicator_table(ran, self.indicators))
            advance(ran.n_run)
        return np.concatenate(found)


def open_study(
    plan: OpenPlan,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    calibrated: bool = True,
    backend: Backend = "auto",
) -> Study:
    """Everything that varies in a scenario.

    Constants within ``constants.csv`` (identified ones within ``calibration.csv``), levers as
    an ensemble of the scenario carries them out, and drivers as an ensemble draws them: each is
    one input, its mean deviation from the outlook, with the timing expected for it. Correlations
    of the scenario and the shock that drivers share are set aside, because shares of variance
    are defined for independent inputs; the number of pairs is kept.
    """
    return study_of(prepare(plan, scenario, changes, backend=backend), calibrated=calibrated)


def study_of(ready: Prepared, *, calibrated: bool = True) -> Study:
    """The same of a scenario that is resolved already.

    Of one that starts from draws after learning the ranges are those of the draws, which belong
    together: inputs that are not moved go along with those that are, as `Company` says.
    """
    if ready.resolved.posterior is not None:
        company = company_of(ready)
        return Study(ready.plan, ready.resolved, company.dimensions, ready.backend, company=company)
    sample = ready.sampled(calibrated=None if calibrated else {})
    pairs = sample.correlated_pairs
    return Study(ready.plan, ready.resolved, sample.dimensions, ready.backend, pairs)
