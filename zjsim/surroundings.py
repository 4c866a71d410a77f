"""Settings that a library would take from the working folder are not taken from there.

A working folder often came with somebody's data. Numba reads ``.numba_config.yaml`` in it and
matplotlib ``matplotlibrc``, each by its bare name: these files can change what is computed and
drawn, and make a library load code. Settings in the user's own folders and in environment
variables count as ever.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from threading import RLock, local
from types import ModuleType
from typing import Any

IGNORED = frozenset({".numba_config.yaml", "matplotlibrc"})
_one_at_a_time = RLock()


@contextmanager
def settings_of_folder_ignored() -> Iterator[None]:
    """Within the block no library finds such a file by its bare name.

    The libraries ask ``os.path.exists`` first. Changing the working folder instead would move
    it for all threads, and these files cannot be named otherwise.
    """
    with _one_at_a_time:
        real = os.path.exists

        def exists(path: Any) -> bool:
            return not (isinstance(path, str) and path in IGNORED) and real(path)

        os.path.exists = exists
        try:
            yield
        finally:
            os.path.exists = real


def guard_imports() -> None:
    """The first import of Numba and of matplotlib, by whomever, takes no settings from the folder.

    For a process that is ours, and before a room that draws is entered. What has been imported
    already stays as it is.
    """
    if not any(isinstance(finder, _Guard) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Guard())


class _Guard:
    """A finder that hands on what the others find, with the import put into the block above."""

    def __init__(self) -> None:
        self._asking = local()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in ("numba", "matplotlib") or getattr(self._asking, "now", False):
            return None
        self._asking.now = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._asking.now = False
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                with settings_of_folder_ignored():
                    load(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
