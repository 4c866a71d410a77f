"""A bare model file run as it stands: no plan, no levers, no targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zjsim.engines.base import ModelSource
from zjsim.inputs import Inputs
from zjsim.model.spec import ModelSpec
from zjsim.prepare import compiled_source, compiled_text
from zjsim.scenario.reader import Changes, with_changes
from zjsim.scenario.resolve import names_of, resolve
from zjsim.scenario.schema import Scenario
from zjsim.scenario.settable import settable
from zjsim.scenario.tables import ConstantTable, DriverTable
from zjsim.trajectories import Trajectories


def simulate_model(
    model: ModelSpec,
    changes: Changes = (),
    *,
    constants: Mapping[str, Any] | None = None,
    engine: str = "kernel",
    method: str = "euler",
    trust_model: bool = False,
) -> Trajectories:
    """Run a bare model file as it stands, by its own time settings.

    Parameters
    ----------
    model : ModelSpec
    changes : str, sequence of str, or mapping
        Such as ``constants.rate=0.3``, ``rate=0.3``, ``time.step=0.125`` or ``method=rk4``.
    constants : mapping or None
        The same as a mapping: ``constants={"rate": 0.3}``.
    method : {"euler", "rk4"}
        Euler is what Vensim files are written for.

    Returns
    -------
    Trajectories
        One run; ``to_frame()`` has a row a time in years and a column a variable, in its unit in
        the model file.

    Raises
    ------
    ZjsimError
        When the engine does not compute the model, or an assignment does not fit it.

    Examples
    --------
    >>> import zjsim
    >>> model = zjsim.open_plan("zhejiang").model
    >>> zjsim.simulate_model(model, "time.step=0.25")["reported staff"].shape[0]
    1
    """
    names = names_of(model)
    own = Scenario(name=model.name, method=method)  # type: ignore[arg-type]
    may_be_set = settable(names.constants)
    scenario = with_changes(own, changes, lambda _: may_be_set, constants=constants)
    resolved = resolve(scenario, names, (), DriverTable(""), ConstantTable(""))
    compiled = compiled_source(ModelSource(model), engine, trust_model)
    return compiled.run(resolved.inputs)


def simulate_text(source: str, suffix: str, origin: str, trust_model: bool) -> Trajectories:
    """Run a model that only PySD reads, such as one with subscripts: its scalars, by Euler.

    Raises
    ------
    ModelError, RunError
        When PySD cannot translate or run it, or when it is not trusted.
    """
    compiled = compiled_text(source, suffix, origin, trust_model)
    return compiled.run(Inputs(compiled.own_grid(), method="euler"))
