"""Small models of the field, run as they stand."""

import numpy as np

from zjsim.bare import simulate_model
from zjsim.model.reader import parse_model

NAMESPACE = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"


def vensim(equations, stop=6, step=1, start=0, after=""):
    """A Vensim model of a few equations, a line each."""
    lines = [f"{line.strip()} ~~|" for line in equations.strip().splitlines() if line.strip()]
    times = {"INITIAL TIME": start, "FINAL TIME": stop, "TIME STEP": step}
    lines += [f"{name} = {value} ~~|" for name, value in times.items()]
    return parse_model("{UTF-8}\n" + "\n".join(lines) + "\n" + after, ".mdl", "small", "small.mdl")


def xmile_source(variables, specs="", outside="", dt="<dt>1</dt>", stop=6):
    """The text of an XMILE model around some variables."""
    return (
        f'<xmile version="1.0" xmlns="{NAMESPACE}"><header><vendor>t</vendor></header>'
        f"<sim_specs {specs}><start>0</start><stop>{stop}</stop>{dt}</sim_specs>{outside}"
        f"<model><variables>{variables}</variables></model></xmile>"
    )


def xmile(variables, **more):
    """An XMILE model of some variables."""
    return parse_model(xmile_source(variables, **more), ".xmile", "small", "small.xmile")


def aux(name, equation, rest=""):
    return f'<aux name="{name}"><eqn>{equation}</eqn>{rest}</aux>'


def values(model, name, changes=(), **more):
    """The trajectory of one variable, or the value of a constant at each time."""
    runs = simulate_model(model, changes, **more)
    if name in runs.names:
        return runs[name][0]
    return np.full(len(runs.times), model.elements[name].value)


def assert_is(model, name, expected, changes=(), **more):
    got = values(model, name, changes, **more)
    np.testing.assert_allclose(got[: len(expected)], expected, rtol=1e-9, atol=1e-9, err_msg=name)
