"""Ways to run models. A new one is a file that keeps `base.Engine`, and a line in `ENGINES`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from zjsim.errors import RunError

if TYPE_CHECKING:
    from zjsim.engines.base import Engine


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an engine is, and what must be known of it before it is imported.

    Parameters
    ----------
    module, name : str
        Of the class. Imported when it is asked for: SciPy and PySD are slow to import.
    runs_a_chunk : int
        Runs of one chunk: seconds of work, so that little is lost when a worker dies.
    fixed_step : bool
        Whether half the step says how large the numerical error is.
    """

    module: str
    name: str
    runs_a_chunk: int
    fixed_step: bool = True


ENGINES: Mapping[str, Entry] = {
    "kernel": Entry("zjsim.engines.kernel.engine", "KernelEngine", 4096),
    "adaptive": Entry("zjsim.engines.adaptive", "AdaptiveEngine", 64, fixed_step=False),
    "pysd": Entry("zjsim.engines.reference", "ReferenceEngine", 16),
}


def make_engine(name: str, **options: Any) -> Engine:
    """An engine by the word after ``--engine``.

    Parameters
    ----------
    options : backend, threads, notify, trust
        Each engine takes what concerns it and leaves the rest.

    Raises
    ------
    RunError
        For an unknown engine.
    """
    if name not in ENGINES:
        raise RunError(f"{name}: no such engine. Choose one of {', '.join(ENGINES)}.")
    entry = ENGINES[name]
    made: Engine = getattr(import_module(entry.module), entry.name).made(**options)
    return made
