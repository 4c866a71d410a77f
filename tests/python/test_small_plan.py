"""A plan of one's own without the optional files: what needs one says which and where to look."""

import pytest

import zjsim

NEEDS = {
    "comparisons.yaml": lambda plan: zjsim.hindcast(plan, 2021, runs=4),
    "sectors.yaml": lambda plan: zjsim.calibrate(plan, draws=4),
    "validation.yaml": lambda plan: zjsim.validate(plan),
}


@pytest.fixture
def bare_plan(tmp_path):
    """The shipped plan without its optional files."""
    shipped = zjsim.open_plan().folder
    for name in (shipped.model.name, "plan.yaml", "levers.yaml", "constants.csv", "drivers.csv"):
        (tmp_path / name).write_bytes(shipped.file(name).read_bytes())
    return zjsim.open_plan(tmp_path)


@pytest.mark.parametrize("name", NEEDS)
def test_a_missing_optional_file_is_told_with_an_example(bare_plan, name):
    with pytest.raises(zjsim.ZjsimError, match=rf"{name}: no such file; .* needs it\. .* in use"):
        NEEDS[name](bare_plan)
