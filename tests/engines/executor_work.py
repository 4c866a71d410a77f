"""Functions that a fresh worker process can import: work of known result, and trouble."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.errors import ScenarioError


def noisy_square(x: float) -> np.ndarray:
    """Bits that depend on the payload alone; prints, as careless libraries do."""
    print("a library prints into stdout")
    return np.random.default_rng(int(x)).random(1000) ** 2


def where(_: Any) -> tuple[int, str, str]:
    """Process, and the threads it may use."""
    time.sleep(0.05)
    return os.getpid(), os.environ["ZJSIM_THREADS"], os.environ["NUMBA_NUM_THREADS"]


def die_once(payload: tuple[str, int]) -> int:
    """Killed from outside in the middle of one chunk, the first time only."""
    mark, number = payload
    if number == 3 and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_always(number: int) -> int:
    """A chunk that takes every worker with it."""
    if number == 3:
        os._exit(7)
    return number


def fail(number: int) -> int:
    """A defect: no error of a user's file."""
    raise ValueError(f"no good {number}")


def fail_once(payload: tuple[str, int]) -> int:
    """Trouble that passes, such as memory that ran short."""
    mark, number = payload
    if number == 1 and not Path(mark).exists():
        Path(mark).touch()
        raise MemoryError
    return number


def refuse(number: int) -> int:
    """A fault of the user's files, the same for every worker."""
    raise ScenarioError(f"line {number}: no such lever")


def slow(payload: tuple[str, int]) -> int:
    """Writes who has begun, so that a test can kill it in the middle."""
    folder, number = payload
    (Path(folder) / f"{number}.{os.getpid()}").touch()
    time.sleep(0.15)
    return number
