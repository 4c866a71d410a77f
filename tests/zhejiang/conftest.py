"""The shipped model, opened once for all its tests."""

import pytest

from zjsim.analysis.validation.subject import Subject, subject_of
from zjsim.analysis.validation.suite import scenarios_of
from zjsim.workflow import open_plan


@pytest.fixture(scope="session")
def plan():
    return open_plan("zhejiang")


@pytest.fixture(scope="session")
def subject(plan) -> Subject:
    return subject_of(plan)


@pytest.fixture(scope="session")
def scenarios(plan):
    return scenarios_of(plan)


@pytest.fixture(scope="session")
def run(subject):
    """Run a scenario with changes: ``run({"energy price index": 10}, "baseline", since=2021)``."""

    def call(changes=None, scenario="baseline", **more):
        return subject.run(subject.inputs(scenario, changes, **more))

    return call
