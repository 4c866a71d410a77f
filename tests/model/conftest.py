"""Models from a few equations for the tests of zjsim.model."""

from collections.abc import Callable

import pytest

from tests.model.texts import CONTROL, xmile_text
from zjsim.model.reader import parse_model
from zjsim.model.spec import ModelSpec


@pytest.fixture
def vensim() -> Callable[[str], ModelSpec]:
    """A model from Vensim equations, time settings added."""

    def read(equations: str) -> ModelSpec:
        return parse_model("{UTF-8}\n" + equations + CONTROL, ".mdl", "small", "small.mdl")

    return read


@pytest.fixture
def xmile() -> Callable[[str], ModelSpec]:
    """A model from XMILE variables, time settings added."""

    def read(variables: str) -> ModelSpec:
        return parse_model(xmile_text(variables), ".xmile", "small", "small.xmile")

    return read
