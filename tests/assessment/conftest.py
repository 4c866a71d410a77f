"""Shared by the assessment tests: the shipped plan, its text, its observations, and runs."""

from pathlib import Path

import numpy as np
import pytest

from zjsim.assessment.observations import read_observations
from zjsim.assessment.plan import plan_from_document, read_plan_document
from zjsim.errors import RunError

FOLDER = Path(__file__).resolve().parents[2] / "models" / "zhejiang"


class StandInRuns:
    """Runs whose variables are given by year: arrays over run, linear between years."""

    name = "stand_in"
    label = "stand in"

    def __init__(self, paths, errors=None, status=None):
        self.paths = paths
        self.errors = errors
        n_run = max((np.size(v) for path in paths.values() for v in path.values()), default=1)
        self.n_run = n_run
        self.status = np.zeros(n_run, dtype=np.uint8) if status is None else np.asarray(status)

    def at(self, variable, time):
        if variable not in self.paths:
            raise RunError(f"{variable}: no such variable was saved.")
        path = self.paths[variable]
        years = sorted(path)
        columns = np.stack([np.broadcast_to(path[year], self.n_run) for year in years])
        return np.array([np.interp(time, years, column) for column in columns.T])

    def error_at(self, variable, time):
        if self.errors is None:
            return None
        return np.broadcast_to(np.asarray(self.errors.get(variable, 0.0), float), self.n_run)


def runs_reaching(plan, **at_target):
    """Stand-in runs that end on target, or at the values given by indicator id."""
    extra = {key: at_target.pop(key) for key in ("errors", "status") if key in at_target}
    paths = {}
    for item in plan.indicators:
        end = at_target.get(item.id, item.target.value)
        if end is not None:
            paths[item.variable] = {item.base.year: item.start, item.target.year: end}
    return StandInRuns(paths, **extra)


@pytest.fixture(scope="session")
def plan_document():
    return read_plan_document(FOLDER / "plan.yaml")


@pytest.fixture(scope="session")
def plan(plan_document):
    return plan_from_document(plan_document)


@pytest.fixture(scope="session")
def observations():
    return read_observations(FOLDER / "observations.csv")


@pytest.fixture(scope="session")
def plan_text():
    return (FOLDER / "plan_text_zh.txt").read_text(encoding="utf-8")
