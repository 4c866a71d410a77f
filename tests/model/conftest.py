"""Small model texts for the tests of zjsim.model."""

from collections.abc import Callable

import pytest

from zjsim.model.reader import parse_model
from zjsim.model.spec import ModelSpec

CONTROL = """
INITIAL TIME = 0 ~ Year ~|
FINAL TIME = 10 ~ Year ~|
TIME STEP = 0.25 ~ Year ~|
SAVEPER = TIME STEP ~ Year ~|
"""


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


def xmile_text(variables: str) -> str:
    """A whole XMILE file around some variables."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">\n'
        '<sim_specs time_units="Year"><start>0</start><stop>10</stop><dt>0.25</dt></sim_specs>\n'
        f"<model><variables>\n{variables}\n</variables></model></xmile>\n"
    )
