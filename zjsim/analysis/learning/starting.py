"""Scenarios that start from what could be known in a year: the one way to draws after learning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from zjsim.analysis.learning import smc
from zjsim.analysis.learning.learn import PARTICLES, SEED, learn
from zjsim.openplan import PlanLike, ScenarioLike, open_plan
from zjsim.scenario.posterior import read_posterior
from zjsim.scenario.reader import Changes
from zjsim.scenario.schema import Scenario


def known_until(
    plan: PlanLike,
    year: int,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    particles: int = PARTICLES,
    seed: int = SEED,
    told: Callable[[int, smc.Stage], None] = lambda year, stage: None,
) -> Scenario:
    """A scenario that starts from draws which know the figures published up to a year.

    Learnt once and kept: the same year, plan, size and seed are read the next time. Whatever
    takes a scenario takes this one: an ensemble draws from it, a single run stands at the mean of
    the draws, and drivers are as published until that year.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    year : int
        Last year whose figures and drivers are known.
    scenario : str, Path, mapping or Scenario
    changes : str, sequence of str, or mapping
        Laid over the scenario: ``"levers.rd_support=1.2"``.
    particles, seed : int
        Of the learning.
    told : function
        Called with the year and each stage of the sampler, when something is learnt.

    Returns
    -------
    Scenario
        Its ``sampling.posterior`` names the file of the draws.

    Raises
    ------
    DataError
        When no figures tell of the year.

    Examples
    --------
    >>> import zjsim
    >>> later = zjsim.known_until("zhejiang", 2021, "baseline", particles=64)
    >>> zjsim.simulate_ensemble("zhejiang", later, runs=32).posterior["known_until"]
    2021
    """
    opened = open_plan(plan)
    read = opened.read_scenario(scenario, changes)
    learnt = learn(opened, year, particles=particles, seed=seed, told=told)
    return starting_from(read, str(learnt.last.path))


def starting_from(scenario: Scenario, path: str) -> Scenario:
    """A scenario that starts from a file of draws, with no more runs than there are draws."""
    given = read_posterior(Path(path))
    runs = min(scenario.sampling.runs, given.n_draw)
    return scenario.changed(sampling=replace(scenario.sampling, posterior=path, runs=runs))
