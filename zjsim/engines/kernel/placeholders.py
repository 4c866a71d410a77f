"""Names that ``block`` reads and every emitted kernel defines; here only for the reader."""

from __future__ import annotations

from typing import Any

# Lanes of a block, number of slots of each kind, and the first slot of each kind.
LANES = N_SLOT = N_CONSTANT = N_STATE = N_HELD = N_RING = N_PATH = 0
CONSTANTS = GIVEN = PATH_START = STATE = STAGE = RATE = SLOPE = HELD = HELD_NEXT = 0
DELAYED = RING_INPUT = RING_START = RING_LENGTH = PATH = 0


def begin_kept(w: Any, *run: float) -> None:
    """What is kept from the start of a run."""


def begin_prepared(w: Any, *run: float) -> None:
    """What is computed once a run because the steps need it."""


def begin_states(w: Any, *run: float) -> None:
    """The initial states, held values and delays."""


def observe(w: Any, *moment: float) -> None:
    """The saved values."""


def rates(w: Any, *moment: float) -> None:
    """The rates of the states."""


def remember(w: Any, *moment: float) -> None:
    """The next held values and the inputs of delays."""


def keep_sign(w: Any) -> None:
    """Stop non-negative stocks at zero."""
