"""Names that ``block`` reads and every emitted kernel defines; here only for the reader."""

from __future__ import annotations

from typing import Any

# Lanes of a block, number of slots of each kind, and the first slot of each kind.
LANES = N_SLOT = N_SHARED = N_STATE = N_BASE = N_HELD = N_RING = N_PATH = 0
CONSTANTS = GIVEN = PATH_START = STATE = BASE = SUM = HELD = HELD_NEXT = 0
BROKEN = FAILED = 0
DELAYED = RING_INPUT = RING_START = RING_LENGTH = PATH = 0


def begin_shared(w: Any, u: Any, *run: float) -> None:
    """What the steps need and is the same for all runs."""


def begin_kept(w: Any, u: Any, *run: float) -> None:
    """What is kept from the start of a run."""


def begin_prepared(w: Any, u: Any, *run: float) -> None:
    """What is computed once a run because the steps need it."""


def begin_states(w: Any, u: Any, *run: float) -> None:
    """The initial states, held values and delays."""


def observe(w: Any, u: Any, *moment: float) -> None:
    """The saved values."""


def save_row(w: Any, u: Any, slots: Any, out: Any, row: int, first: int) -> None:
    """Copy the saved values of a block to their place."""


def advance(w: Any, u: Any, *moment: float) -> None:
    """The rates of the states, and the states moved to where the next stage needs them."""


def remember(w: Any, u: Any, *moment: float) -> None:
    """The next held values and the inputs of delays."""


def check_states(w: Any, row: float) -> None:
    """Keep the first row at which a state of a run is not finite."""


def keep_sign(w: Any) -> None:
    """Stop non-negative stocks at zero."""
