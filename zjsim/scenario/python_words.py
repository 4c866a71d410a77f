"""Errors of changes that were given in Python, without the words of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from zjsim.errors import ScenarioError
from zjsim.scenario.schema import SET


@contextmanager
def python_words(*changes: object) -> Iterator[None]:
    """Tell problems of ``changes`` as a caller wrote them; without any, as they come."""
    try:
        yield
    except ScenarioError as problem:
        if not any(changes):
            raise
        text = str(problem).replace(f"{SET}on ", "the change of ", 1)
        raise ScenarioError(text.replace(f"\n  {SET}", "\n  ")) from None
