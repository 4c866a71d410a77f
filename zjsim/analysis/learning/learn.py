"""Learning year by year: what could be known when.

The population of one year begins with that of the year before and takes in the figures that tell
of the new year; nothing later is seen. "Known until 2024" means every figure and driver that
tells of 2024 or earlier, most of which are published in the spring of 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from zjsim.analysis.history.outside import OutsideView, outside_view
from zjsim.analysis.learning import smc
from zjsim.analysis.learning.figures import figures_until
from zjsim.analysis.learning.learning_file import LearningFile, read_learning
from zjsim.analysis.learning.work import Known, Work
from zjsim.analysis.learning.world import World
from zjsim.assessment.observations import Observations
from zjsim.assessment.probability import Probabilities
from zjsim.engines.kernel.engine import Backend, CompiledProgram, backend_for_search
from zjsim.errors import DataError
from zjsim.judging import with_own_observations
from zjsim.markup import Shown
from zjsim.openplan import OpenPlan, PlanLike, open_plan
from zjsim.prepare import compiled_for
from zjsim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

    OwnFigures: TypeAlias = Observations | pd.DataFrame | Path | str | None

PARTICLES = 1024
FEWEST = 64
SEED = 2021


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Learning(Shown):
    """A plan learnt year by year.

    Parameters
    ----------
    plan : OpenPlan
    scenario : str
    seed, particles : int
    steps : tuple of Known
        The first knows the years before the plan.
    prior : Probabilities
        Before any figure.
    work : Work
        What made it, for forecasts of other figures.
    """

    plan: OpenPlan
    scenario: str
    seed: int
    particles: int
    steps: tuple[Known, ...]
    prior: Probabilities
    work: Work

    @property
    def world(self) -> World:
        """The model as learning sees it."""
        return self.work.world

    @property
    def last(self) -> Known:
        """The latest year."""
        return self.steps[-1]

    def known(self, year: int) -> Known:
        """What could be known at the end of a year.

        Raises
        ------
        DataError
            When learning did not reach it.
        """
        for step in self.steps:
            if step.year == year:
                return step
        reached = f"{self.steps[0].year} to {self.last.year}"
        raise DataError(f"{year}: learning covers {reached}.")

    def outside(self, year: int | None = None) -> OutsideView:
        """The outside view as known in a year that was learnt; None takes the last."""
        known = self.last.year if year is None else self.known(year).year
        return outside_view(self.plan, known, self.work.observations)

    def to_frame(self) -> pd.DataFrame:
        """The learning table: probability of each target as known in each year, by the model.

        Returns
        -------
        DataFrame
            Indexed by the year known; a column an indicator, then ``binding`` and ``all``.
        """
        import pandas as pd

        ids = [item.id for item in self.plan.plan.indicators]
        rows = {
            step.year: [
                *(share.value for share in step.probabilities.targets),
                step.probabilities.binding.value,
                step.probabilities.joint.value,
            ]
            for step in self.steps
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=[*ids, "binding", "all"])

    def constants(self, year: int | None = None) -> pd.DataFrame:
        """Each constant before any figure and as known in a year; None takes the last.

        Returns
        -------
        DataFrame
            Indexed by constant: mean and standard deviation before and after, and ``learnt``,
            the part of the variance that is gone (below 0 when it grew).
        """
        import pandas as pd

        step = self.last if year is None else self.known(year)
        fresh = np.random.default_rng([self.seed, 9]).standard_normal(
            (4096, self.world.layout.size)
        )
        before = self.world.layout.values(fresh)
        rows = {}
        for dimension in self.world.layout.dimensions:
            prior, after = before[dimension.key], step.posterior.values[dimension.key]
            spread = float(prior.std())
            rows[dimension.key] = {
                "prior": float(prior.mean()),
                "prior_sd": spread,
                "mean": float(after.mean()),
                "sd": float(after.std()),
                "learnt": 1 - float(after.var()) / spread**2,
                "moved": float(after.mean() - prior.mean()) / spread,
            }
        return pd.DataFrame.from_dict(rows, orient="index")

    def to_arviz(self, *others: Learning, year: int | None = None) -> Any:
        """For ArviZ: this learning, and others by other seeds as further chains.

        Parameters
        ----------
        others : Learning
            Of the same plan and year with as many particles; rank plots and effective sizes
            compare chains.
        year : int or None
            As known in this year; None takes the last.

        Returns
        -------
        InferenceData, or DataTree of ArviZ 1
            Groups ``posterior``, ``prior``, ``posterior_predictive``, ``observed_data`` and
            ``log_likelihood``.

        Raises
        ------
        RunError
            When ArviZ is missing, or the learnings do not belong together.
        """
        # ArviZ is an extra that few learnings are shown to.
        from zjsim.analysis.learning.diagnostics import to_arviz

        return to_arviz((self, *others), year)

    def _said(self) -> str:
        count = len(self.last.figures.used)
        return (
            f"{self.scenario}, {self.steps[0].year} to {self.last.year}: {count} figures, "
            f"{self.particles:,} particles, seed {self.seed}"
        )


def learn(
    plan: PlanLike,
    known_until: int | None = None,
    *,
    scenario: str | Scenario | None = None,
    particles: int = PARTICLES,
    seed: int = SEED,
    observations: OwnFigures = None,
    efforts: bool = False,
    out: Path | str | None = None,
    backend: Backend = "auto",
    threads: int | None = None,
    told: Callable[[int, smc.Stage], None] = lambda year, stage: None,
) -> Learning:
    """Learn constants, drifts, effort and biases from the figures published year by year.

    Parameters
    ----------
    plan : str, Path or OpenPlan
        Its ``learning.yaml`` says from which figures, and what was believed before them.
    known_until : int or None
        Last year; None takes the last that has a figure, or the plan's last year.
    scenario : str, Scenario or None
        Whose future is projected; its drivers are as published until the year known. None takes
        that of ``learning.yaml``. Learning itself is always under that one.
    particles : int
    seed : int
        The same seed gives the same bits on any number of threads.
    observations : Observations, DataFrame, path or None
        A user's own figures laid over the published ones.
    efforts : bool
        Also learn from milestones of the prose that have an outturn, as observations of effort.
    out : Path, str or None
        Folder of a posterior a year; those that are there and rest on the same are read. None
        takes the private cache.
    backend : {"auto", "members", "compiled"}
        How runs are computed; ``auto`` decides by the size of the model.
    threads : int or None
        Of the kernel; None takes the cores there are.
    told : function
        Called with the year and each stage of the sampler.

    Returns
    -------
    Learning
        ``to_frame()`` has a row a year: the probability of each target as known then.

    Raises
    ------
    DataError
        When the file is wrong, or a year is asked for that has no figures.
    RunError
        When the model cannot explain the figures at all.

    Examples
    --------
    >>> import zjsim
    >>> learnt = zjsim.learn("zhejiang", 2021, particles=64)
    >>> [step.year for step in learnt.steps]
    [2020, 2021]
    """
    opened = open_plan(plan)
    file = read_learning(opened, efforts)
    own = with_own_observations(opened, observations)
    last = _last_year(file, own, opened, known_until)
    least_particles(particles)
    if backend == "auto":
        backend = backend_for_search(opened.program)
    compiled = compiled_for(opened, backend=backend, threads=threads, may_be_paths=opened.exogenous)
    assert isinstance(compiled, CompiledProgram)
    world = World(opened, file, compiled)
    work = Work(world, own, particles, seed, None if out is None else Path(out), scenario, told)
    steps: list[Known] = []
    for year in range(file.until, last + 1):
        steps.append(work.year(year, steps[-1] if steps else None))
    name = scenario.name if isinstance(scenario, Scenario) else scenario or file.scenario
    return Learning(opened, name, seed, particles, tuple(steps), work.prior(), work)


def least_particles(particles: int) -> None:
    """Refuse a population that stands for nothing."""
    if particles < FEWEST:
        raise DataError(f"particles: {particles} is too few; {FEWEST} is the least.")


def newest_year(plan: OpenPlan, observations: Observations) -> int:
    """The last year of the plan of which a figure is held that learning takes."""
    return _newest(read_learning(plan), plan, observations)


def _newest(file: LearningFile, plan: OpenPlan, observations: Observations) -> int:
    figures = figures_until(file, observations, 9999)
    most = max(item.target.year for item in plan.plan.indicators)
    return min(int(figures.years.max(initial=file.until)), most)


def _last_year(
    file: LearningFile, observations: Observations, plan: OpenPlan, asked: int | None
) -> int:
    newest = _newest(file, plan, observations)
    if asked is None:
        return newest
    if not file.until <= asked <= newest:
        raise DataError(
            f"known until {asked}: figures are held from {file.until} to {newest}; choose a year "
            "among them, or bring figures of your own with --observations."
        )
    return asked
