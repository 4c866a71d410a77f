"""`import zjsim` offers what a notebook needs, costs nothing, and says how each name is used."""

import doctest
import inspect
import subprocess
import sys

import pytest

import zjsim

pytestmark = pytest.mark.slow

NAMES = [name for name in zjsim.__all__ if name != "__version__"]
FUNCTIONS = [name for name in NAMES if inspect.isfunction(getattr(zjsim, name))]
HEAVY = ("numpy", "pandas", "xarray", "matplotlib", "pysd", "numba", "scipy", "pydantic")
# Nothing in the name is imported before it is asked for: what stays out of a plain import.
PLAIN = f"import sys, zjsim; print([name for name in {HEAVY!r} if name in sys.modules])"


def test_the_import_alone_loads_no_library():
    done = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there_and_says_what_it_is(name):
    assert inspect.getdoc(getattr(zjsim, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="attribute plot_bord"):
        _ = zjsim.plot_bord


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_names_its_parameters_and_has_an_example_that_runs(name):
    function = inspect.unwrap(getattr(zjsim, name))
    text = inspect.getdoc(function)
    if inspect.signature(function).parameters:
        assert "Parameters\n----------" in text
    found = doctest.DocTestFinder(recurse=False).find(function, name, globs={})
    assert sum(len(test.examples) for test in found), "no example"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    told = []
    for test in found:
        runner.run(test, out=told.append)
    assert runner.failures == 0, "".join(told)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name.startswith("plot_")])
def test_every_chart_is_in_the_users_language_unless_told(name):
    assert inspect.signature(getattr(zjsim, name)).parameters["language"].default is None
